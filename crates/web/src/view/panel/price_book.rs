//! A price book: its revisions, and one of them in full. A revision that holds is never changed: editing makes a new one
//! from a later date.

use rust_decimal::Decimal;
use tradewind_kernel::time::{Date, Timestamp};

use super::price_policies::PolicyEdit;
use crate::blocks;
use crate::view::kit::{
    Block, Button, Buttons, Card, Cell, Choice, Field, Form, Kind, Notice, Row, Table, Tone, Txt,
};
use crate::view::shared::FormState;
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell, Tr};

/// A revision.
pub struct RevisionRow {
    /// Id.
    pub id: Txt,
    /// Number.
    pub number: u32,
    /// From when it holds.
    pub from: Date,
    /// `planned`, `current`, `past`, `draft`.
    pub state: Txt,
    /// Who made it.
    pub by: Txt,
    /// When.
    pub made: Timestamp,
    /// Whether it is the one shown.
    pub shown: bool,
}

/// A markup on what the seller pays, for everything or for a category.
pub struct RuleRow {
    /// Field name of its percentage: `rule.all` or `rule.<category>`.
    pub name: Txt,
    /// What it is for: "Everything else", "Compute".
    pub label: Txt,
    /// Markup in percent.
    pub percent: Decimal,
}

/// What a plan has of its own in a revision.
pub struct PlanRow {
    /// Id of the plan; `all` for the quantities that are committed with all plans.
    pub plan: Txt,
    /// Product and plan.
    pub name: Txt,
    /// Its billing days, in words.
    pub days: Txt,
    /// What is committed with it, in words.
    pub commitment: Txt,
    /// All of it, as the field `plan.<id>` carries it.
    pub carried: Txt,
}

/// A step of a price by quantity, or the only one.
pub struct TierRow {
    /// "from 11 seats"; empty when there is only one.
    pub label: Txt,
    /// What the seller pays; `None` when nobody sells it to them.
    pub cost: Option<Txt>,
    /// What its buyers pay.
    pub price: Txt,
    /// What stays, in percent.
    pub margin: Option<Decimal>,
}

/// The price of an item in a revision.
pub struct ListingEdit {
    /// Id of the item; its fields are `<id>.how`, `<id>.value` and `<id>.on`.
    pub id: Txt,
    /// Product and plan.
    pub product: Txt,
    /// Item and how it is charged.
    pub item: Txt,
    /// `markup`, `price`, `model`, or `rule` (what the rules above say).
    pub how: Txt,
    /// Percentage or price, as in the field.
    pub value: Txt,
    /// The price model of its own, as JSON; empty when it has none.
    pub model: Txt,
    /// What it would cost, in one line; none when it is not sold or follows a cost.
    pub summary: Option<Txt>,
    /// Whether it is sold.
    pub on: bool,
    /// Price per tier.
    pub tiers: Vec<TierRow>,
    /// Its introductory price; none where it can have none.
    pub introduction: Option<IntroductionEdit>,
    /// What is wrong, such as a price below cost.
    pub problem: Option<Txt>,
}

/// Another price of an item for the first billing periods; its fields are `<id>.intro`, `<id>.intro_price` and
/// `<id>.intro_once`.
#[derive(Default)]
pub struct IntroductionEdit {
    /// For how many; empty for none.
    pub periods: Txt,
    /// The price, where one number says it.
    pub price: Txt,
    /// The price in words, where one number does not say it.
    pub words: Option<Txt>,
    /// Whether it is for new customers only.
    pub once: bool,
    /// The price, as JSON, where it is not one price; empty otherwise.
    pub model: Txt,
}

/// A price book.
pub struct PriceBookPage {
    /// Policies of the revision shown.
    pub policies: PolicyEdit,
    /// Id.
    pub id: Txt,
    /// Name.
    pub name: Txt,
    /// Currency.
    pub currency: Txt,
    /// Exchange rate in use, with its date, when the seller buys in another currency.
    pub rate: Option<Txt>,
    /// Revisions, the newest first.
    pub revisions: Vec<RevisionRow>,
    /// Markups of the revision shown.
    pub rules: Vec<RuleRow>,
    /// Listings of the revision shown.
    pub listings: Vec<ListingEdit>,
    /// Buyers it is assigned to: name, address.
    pub buyers: Vec<(Txt, Txt)>,
    /// Whether a new revision is being edited.
    pub editing: bool,
    /// May edit.
    pub edit: Permit,
    /// What single plans have of their own.
    pub plans: Vec<PlanRow>,
    /// Active subscriptions that keep their present terms, or would follow.
    pub affected: u32,
    /// `from` (date) and what is wrong.
    pub form: FormState,
}

impl PriceBookPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let here = format!("/panel/price-books/{}", self.id);
        let mut head = Head::new(self.name.clone())
            .under(t.tr("nav-price-books"), "/panel/price-books")
            .meta(self.currency.clone());
        if let Some(rate) = self.rate.clone() {
            head = head.meta(rate);
        }
        head = head.meta(t.tr(&format!("price-policy-tax-{}", self.policies.value("tax"))));
        if !self.editing {
            let edit = shell
                .go("revision-new", format!("{here}/edit"))
                .primary()
                .icon("pencil");
            head = head.may(&self.edit, edit);
        }
        if self.editing {
            // The table of what is sold needs the room.
            let head = head.under(self.name.clone(), here.clone());
            let editor = self.editor(&shell, &here);
            return Page::new(shell, head, blocks![editor]);
        }
        let body = self.reading(&shell);
        let revisions = self.revisions.iter().map(|row| {
            let number = t.with("revision-number", &[("number", &row.number.to_string())]);
            Row::Cells(vec![
                if row.shown {
                    Cell::Text(number)
                } else {
                    Cell::Main(format!("{here}?revision={}", row.id).into(), number, None)
                },
                Cell::At(t.date(row.from)),
                Cell::State(t.state(&row.state)),
            ])
        });
        let columns = vec![
            shell.col("c-revision"),
            shell.col("c-from"),
            shell.col("c-state"),
        ];
        let revisions = Table::new(t.tr("revisions"), columns, revisions.collect());
        let buyers: Block = if self.buyers.is_empty() {
            shell.nothing("price-book-no-buyers").into()
        } else {
            Buttons(
                self.buyers
                    .iter()
                    .map(|(name, href)| Button::go(name.clone(), href.clone()).small(""))
                    .collect(),
            )
            .into()
        };
        let aside = blocks![
            Card::new(t.tr("revisions"), blocks![revisions]).flush(),
            Card::new(t.tr("price-book-buyers"), vec![buyers])
        ];
        Page::new(shell, head, body).aside(aside)
    }

    fn reading(&self, shell: &Shell) -> Vec<Block> {
        let t = &shell.t;
        let rules = self.rules.iter().map(|rule| {
            vec![
                Cell::Text(rule.label.clone()),
                Cell::Figure(format!("+{}", t.percent(rule.percent)).into()),
            ]
        });
        let rules = shell.table(
            "price-rules",
            vec![shell.col("c-category"), shell.fig("c-markup")],
            rules.collect(),
            "price-rules-none",
        );
        let mut body: Vec<Block> = self.form.notice().map(Block::from).into_iter().collect();
        body.extend(blocks![
            Card::new(t.tr("price-rules"), blocks![rules])
                .flush()
                .intro(t.tr("price-rules-lead")),
            self.preview(shell)
        ]);
        body
    }

    /// The field that carries the price model of an item.
    fn model(&self, listing: &ListingEdit) -> Txt {
        format!("{}.model", listing.id).into()
    }

    /// What it comes to, per tier.
    fn preview(&self, shell: &Shell) -> Table {
        let t = &shell.t;
        let mut rows = Vec::new();
        let mut last: Option<&Txt> = None;
        for listing in self.listings.iter().filter(|listing| listing.on) {
            if last != Some(&listing.product) {
                rows.push(Row::Group(listing.product.clone()));
                last = Some(&listing.product);
            }
            for (index, tier) in listing.tiers.iter().enumerate() {
                let item = if index == 0 {
                    Cell::Two(listing.item.clone(), tier.label.clone())
                } else {
                    Cell::Two(Txt::default(), tier.label.clone())
                };
                let how = match listing.how.as_ref() {
                    "markup" => format!("+{} %", listing.value).into(),
                    "price" | "model" => t.tr("how-price"),
                    _ => t.tr("how-rule"),
                };
                rows.push(Row::Cells(vec![
                    item,
                    Cell::Text(if index == 0 { how } else { Txt::default() }),
                    Cell::maybe_figure(tier.cost.clone()),
                    Cell::Figure(tier.price.clone()),
                    Cell::maybe_figure(tier.margin.map(|margin| t.percent(margin))),
                ]));
            }
        }
        let columns = vec![
            shell.col("c-item"),
            shell.col("c-rule"),
            shell.fig("c-cost"),
            shell.fig("c-price"),
            shell.fig("c-margin"),
        ];
        Table::new(t.tr("price-listings"), columns, rows)
            .titled()
            .or(shell.empty("tag", "price-listings-none"))
    }

    /// The row of the introductory price of an item.
    fn introduction(&self, t: &Tr, listing: &ListingEdit) -> Option<Row> {
        let introduction = listing.introduction.as_ref()?;
        let field = |name: &str, label: &str, kind: Kind| {
            let field = Field::new(format!("{}.{name}", listing.id), t.tr(label), kind);
            field.of(listing.item.clone())
        };
        // Who types a price takes it; a price by a model stands in its own field.
        let open = Button::submit(
            t.tr("price-edit"),
            "do",
            format!("open.intro.{}", listing.id),
        );
        let number = |least: &'static str, step: &'static str| {
            Kind::Number(Some(least.into()), None, step.into())
        };
        let ask = |field: Field| Cell::Ask(Box::new(field));
        let periods = field("intro", "introduction-periods", number("0", "1"));
        let periods = periods.value(introduction.periods.clone());
        let price = field("intro_price", "introduction-price", number("0", "any"));
        let price = price.value(introduction.price.clone());
        let price = match &introduction.words {
            Some(words) => price.placeholder(words.clone()),
            None => price,
        };
        let name = format!("{}.intro_once", listing.id);
        let sent = !self.form.value(&format!("{}.how", listing.id)).is_empty();
        let ticked = if sent {
            self.form.value(&name) == "1"
        } else {
            introduction.once
        };
        let once = field("intro_once", "introduction-once", Kind::Check(ticked));
        Some(Row::Under(vec![
            Cell::Text(t.tr("introduction")),
            Cell::Text(Txt::default()),
            ask(self.form.fill(periods)),
            ask(self.form.fill(price)),
            ask(once),
            Cell::Do(vec![open.lenient().small(format!(
                "{}: {}",
                t.tr("introduction"),
                listing.item
            ))]),
        ]))
    }

    /// What single plans have of their own.
    fn plan_table(&self, shell: &Shell) -> Table {
        let t = &shell.t;
        let rows = self.plans.iter().map(|plan| {
            let open = Button::submit(t.tr("plan-edit"), "do", format!("open.plan.{}", plan.plan));
            Row::Cells(vec![
                Cell::Text(plan.name.clone()),
                Cell::Text(plan.days.clone()),
                Cell::Text(plan.commitment.clone()),
                Cell::Do(vec![open.lenient().small(plan.name.clone())]),
            ])
        });
        let columns = vec![
            shell.col("c-what"),
            shell.col("price-policy-align"),
            shell.col("price-policy-commit-over"),
            shell.acts(),
        ];
        Table::new(t.tr("plan-policies"), columns, rows.collect())
            .titled()
            .or(shell.empty("tag", "price-items-none"))
    }

    fn editor(&self, shell: &Shell, here: &str) -> Form {
        let t = &shell.t;
        let from = Field::input("date", "from", t.tr("f-from"))
            .required()
            .hint(t.tr("f-from-hint"));
        let mut fields = vec![self.form.fill(from)];
        for rule in &self.rules {
            let kind = Kind::Number(None, None, "any".into());
            let field = Field::new(
                rule.name.clone(),
                t.with("rule-for", &[("what", &rule.label)]),
                kind,
            );
            fields.push(
                self.form
                    .fill(field.unit("%").value(rule.percent.normalize().to_string())),
            );
        }
        let how = |listing: &ListingEdit| {
            let model = self
                .form
                .fill(Field::hidden(self.model(listing), listing.model.clone()));
            let codes: &[&'static str] = if model.is_empty() {
                &["rule", "markup", "price"]
            } else {
                &["rule", "markup", "price", "model"]
            };
            let choices = codes
                .iter()
                .map(|code| Choice::new(*code, t.code("how", code)).on(listing.how == *code));
            let kind = Kind::Select(choices.collect());
            let field = Field::new(format!("{}.how", listing.id), Txt::default(), kind);
            (self.form.fill(field), model)
        };
        let mut rows = Vec::new();
        let mut models = Vec::new();
        let mut last: Option<&Txt> = None;
        for listing in &self.listings {
            if last != Some(&listing.product) {
                rows.push(Row::Group(listing.product.clone()));
                last = Some(&listing.product);
            }
            let named = |field: Field, key: &str| {
                Cell::Ask(Box::new(field.spoken(format!(
                    "{}: {}",
                    t.tr(key),
                    listing.item
                ))))
            };
            let value = Field::new(
                format!("{}.value", listing.id),
                Txt::default(),
                Kind::Number(None, None, "any".into()),
            )
            .value(listing.value.clone());
            // A box that was not ticked is not sent at all.
            let name = format!("{}.on", listing.id);
            let sent = !self.form.value(&format!("{}.how", listing.id)).is_empty();
            let ticked = if sent {
                self.form.value(&name) == "1"
            } else {
                listing.on
            };
            let on = Field::new(name, Txt::default(), Kind::Check(ticked));
            let result = listing.tiers.first();
            let summary = listing.summary.clone();
            let price = result.map_or(Cell::Nil, |tier| {
                let price = summary.unwrap_or_else(|| tier.price.clone());
                match &tier.cost {
                    Some(cost) => Cell::FigureTwo(price, t.with("cost-of", &[("cost", cost)])),
                    None => Cell::Figure(price),
                }
            });
            let (how, model) = how(listing);
            models.push(model);
            if let Some(introduction) = &listing.introduction {
                let name = format!("{}.intro_model", listing.id);
                let field = Field::hidden(name, introduction.model.clone());
                models.push(self.form.fill(field));
            }
            let open =
                Button::submit(t.tr("price-edit"), "do", format!("open.{}", listing.id)).lenient();
            rows.push(Row::Cells(vec![
                Cell::Text(listing.item.clone()),
                named(on, "c-sold"),
                named(how, "c-rule"),
                named(
                    self.form.fill(value).error(listing.problem.clone()),
                    "c-value",
                ),
                price,
                Cell::Do(vec![open.small(listing.item.clone())]),
            ]));
            rows.extend(self.introduction(t, listing));
        }
        let columns = vec![
            shell.col("c-item"),
            shell.col("c-sold"),
            shell.col("c-rule"),
            shell.col("c-value"),
            shell.fig("c-price"),
            shell.acts(),
        ];
        fields.extend(models);
        let plans = self.plans.iter().map(|plan| {
            let name = format!("plan.{}", plan.plan);
            self.form.fill(Field::hidden(name, plan.carried.clone()))
        });
        fields.extend(plans);
        let listings = Table::new(t.tr("price-listings"), columns, rows)
            .or(shell.empty("tag", "price-items-none"));
        let listings = Card::new(t.tr("price-listings"), blocks![listings])
            .flush()
            .intro(t.tr("introduction-hint"));
        let lead = Notice::new(
            Tone::Info,
            t.tr("revision-new"),
            t.count("revision-affected", self.affected),
        );
        // The first button of a form is the one that Enter presses: it only shows what would come of it.
        let look = Button::submit(t.tr("revision-preview"), "do", "preview").small("");
        let mut before = blocks![lead, Buttons(vec![look])];
        before.extend(self.form.notice().map(Block::from));
        let mut form = shell
            .form(format!("{here}/edit"), "revision-save")
            .fields(fields);
        for (title, fields) in self.policies.sections(t) {
            let fields = fields.into_iter().map(|field| self.form.fill(field));
            form = form.section(title, fields.collect());
        }
        form.two_columns()
            .before(before)
            .after(blocks![listings, self.plan_table(shell)])
            .button(Button::submit(t.tr("revision-save"), "do", "save").primary())
            .and(shell.go("w-cancel", here.to_owned()))
    }
}

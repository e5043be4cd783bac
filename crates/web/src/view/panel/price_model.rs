//! The editor of one price: its kind, the fields of that kind, rows that come and go, and what it comes to.

use askama::Template;

use crate::blocks;
use crate::view::kit::{
    Block, Button, Buttons, Cell, Choice, Column, Field, Form, Kind, Live, Notice, Prose, Row,
    Table, Tone, Txt,
};
use crate::view::shared::FormState;
use crate::view::{Head, Page, Shell, Tr};

/// What some quantity costs.
pub struct PriceExample {
    /// The quantity, with its unit.
    pub quantity: Txt,
    /// The amount; none where the price has none for it.
    pub amount: Option<Txt>,
}

/// A part of an amount: what it is, how it is computed, what it comes to.
pub type AmountPart = (Txt, Txt, Txt);

/// What a price comes to.
pub struct PricePreviewView {
    /// The price in words.
    pub line: Txt,
    /// What some quantities cost.
    pub examples: Vec<PriceExample>,
    /// What is there of a quantity bought ahead in the first months, and what the quantity that was typed costs then.
    pub course: Vec<(Txt, Option<Txt>)>,
    /// Whether a quantity was typed.
    pub asked: bool,
    /// Its amount, and the parts of it: what, how, amount.
    pub explained: Option<(Txt, Vec<AmountPart>)>,
}

/// The editor.
pub struct PriceModelPage {
    /// Id of the price book.
    pub book: Txt,
    /// Its name.
    pub book_name: Txt,
    /// Its currency.
    pub currency: Txt,
    /// Id of the item.
    pub item_id: Txt,
    /// Product, plan and item.
    pub item: Txt,
    /// What is counted, in the plural.
    pub unit: Txt,
    /// Kinds of price to choose from.
    pub kinds: &'static [&'static str],
    /// The kind chosen.
    pub kind: Txt,
    /// The list of its rows, and how many there are.
    pub list: Option<(&'static str, usize)>,
    /// Whether reported amounts are priced, not quantities.
    pub by_amount: bool,
    /// Whether usage is priced that can be bought ahead.
    pub metered: bool,
    /// The items of the plan that are ordered: code, name.
    pub others: Vec<(Txt, Txt)>,
    /// Whether it is the price of the first billing periods.
    pub introductory: bool,
    /// What it comes to; none while the price is not complete.
    pub preview: Option<PricePreviewView>,
    /// The fields of the price by the names that begin with `m.`, and what is wrong with them.
    pub form: FormState,
    /// Everything else of the revision in the making.
    pub kept: Vec<(String, String)>,
}

/// Where the preview stands on the page.
const PREVIEW: &str = "price-preview";

impl PriceModelPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let here = format!("/panel/price-books/{}", self.book);
        let title = if self.introductory {
            "price-editor-introductory"
        } else {
            "price-editor"
        };
        let head = Head::new(t.with(title, &[("item", &self.item)]))
            .lead(t.tr("price-editor-lead"))
            .meta(self.currency.clone())
            .under(t.tr("nav-price-books"), "/panel/price-books")
            .under(self.book_name.clone(), here.clone());
        let preview = self.preview(&t);
        let form = self.editor(&shell, &here);
        Page::new(shell, head, blocks![form]).aside(blocks![preview])
    }

    /// What it comes to, which answers the form while it is filled.
    pub fn preview(&self, t: &Tr) -> PricePanel {
        let mut body: Vec<Block> = Vec::new();
        match &self.preview {
            None => body.push(Notice::new(Tone::Info, "", t.tr("pm-preview-wait")).into()),
            Some(view) => {
                body.push(Prose(vec![view.line.clone()]).into());
                let rows = view.examples.iter().map(|one| {
                    let none = || Cell::Text(t.tr("pm-preview-none"));
                    let amount = one.amount.clone().map_or_else(none, Cell::Figure);
                    Row::Cells(vec![Cell::Text(one.quantity.clone()), amount])
                });
                let columns = vec![
                    Column::new(t.tr(if self.by_amount {
                        "price-col-amount"
                    } else {
                        "price-col-quantity"
                    })),
                    Column::figures(t.tr("price-col-price")),
                ];
                body.push(Table::new(t.tr("pm-preview"), columns, rows.collect()).into());
                if !view.course.is_empty() {
                    body.push(course(t, &view.course).into());
                    body.push(Prose(vec![t.tr("pm-prepaid-course-lead")]).into());
                }
                match &view.explained {
                    Some((amount, parts)) => body.push(explanation(t, amount, parts).into()),
                    None if view.asked => {
                        let said = t.tr("pm-preview-none");
                        body.push(Notice::new(Tone::Warn, "", said).into());
                    }
                    None => {}
                }
                body.push(Prose(vec![t.tr("pm-preview-lead")]).into());
            }
        }
        PricePanel {
            title: t.tr("pm-preview"),
            body,
        }
    }

    fn editor(&self, shell: &Shell, here: &str) -> Form {
        let t = &shell.t;
        let action: Txt = format!("{here}/price").into();
        let kinds = self
            .kinds
            .iter()
            .map(|kind| Choice::new(*kind, t.code("price-kind", kind)).on(self.kind == *kind));
        let kind = Field::new("m.model", t.tr("price-kind"), Kind::Select(kinds.collect()))
            .full()
            .error(self.error("m.model"));
        // The first button of a form is the one that Enter presses: it only shows what there is.
        let show = Button::submit(t.tr("price-kind-change"), "do", "show")
            .lenient()
            .small("");
        let mut before = blocks![kind, Buttons(vec![show])];
        before.extend(self.form.notice().map(Block::from));
        let mut after = Vec::new();
        if let Some((list, count)) = self.list {
            after.extend(self.rows(shell, list, count, &action));
        }
        let common = self.common(t);
        if !common.is_empty() {
            after.push(Fields(common).into());
        }
        after.push(Fields(vec![self.asked(t)]).into());
        let kept = self
            .kept
            .iter()
            .map(|(name, value)| Field::hidden(name.clone(), value.clone()));
        let made_for = Field::hidden("made_for", self.kind.clone());
        let item = Field::hidden("item", self.item_id.clone());
        let used_for = self.introductory.then(|| Field::hidden("for", "intro"));
        let fields = [made_for, item].into_iter().chain(used_for);
        let fields = fields.chain(kept).chain(self.own(t));
        shell
            .form(action.clone(), "pm-done")
            .fields(fields.collect())
            .two_columns()
            .before(before)
            .after(after)
            .live(Live {
                post: action,
                target: "#price-preview",
            })
            .button(Button::submit(t.tr("pm-done"), "do", "done").primary())
            .and(Button::submit(t.tr("pm-show"), "do", "show").lenient())
            .and(Button::submit(t.tr("w-cancel"), "do", "back").lenient())
    }

    fn error(&self, name: &str) -> Option<Txt> {
        let found = self.form.errors.iter().find(|(field, _)| field == name);
        found.map(|(_, message)| message.clone())
    }

    fn number(&self, t: &Tr, field: &str, label: &str) -> Field {
        let name = format!("m.{field}");
        let kind = Kind::Number(None, None, "any".into());
        self.form.fill(Field::new(name, t.tr(label), kind))
    }

    fn money(&self, t: &Tr, field: &str, label: &str) -> Field {
        self.number(t, field, label).unit(self.currency.clone())
    }

    fn counted(&self, t: &Tr, field: &str, label: &str) -> Field {
        let field = self.number(t, field, label);
        if self.unit.is_empty() {
            field
        } else {
            field.unit(self.unit.clone())
        }
    }

    /// The fields of the kind chosen, but for its rows.
    fn own(&self, t: &Tr) -> Vec<Field> {
        let optional = |field: Field| field.optional(t.tr("w-optional"));
        match self.kind.as_ref() {
            "flat" => vec![self.money(t, "amount", "pm-amount").required()],
            "per_unit" => vec![self.money(t, "unit_price", "pm-unit-price").required()],
            "package" => vec![
                self.counted(t, "size", "pm-size").required(),
                self.money(t, "amount", "pm-package-amount").required(),
            ],
            "percentage" => vec![
                self.number(t, "percent", "pm-percent").unit("%").required(),
                optional(self.money(t, "per_event", "pm-per-event")),
                optional(self.number(t, "free_events", "pm-free-events"))
                    .hint(t.tr("pm-free-events-hint")),
                optional(self.number(t, "free_amount", "pm-free-amount"))
                    .hint(t.tr("pm-free-amount-hint")),
                optional(self.money(t, "min_per_event", "pm-min-per-event")),
                optional(self.money(t, "max_per_event", "pm-max-per-event")),
            ],
            "pass_through" => vec![
                optional(
                    self.number(t, "markup_percent", "pm-markup-percent")
                        .unit("%"),
                ),
                optional(self.number(t, "exchange_rate", "pm-exchange-rate"))
                    .hint(t.tr("pm-exchange-rate-hint")),
            ],
            "matrix" => (0..3)
                .map(|at| {
                    let label = t.tr(&format!("pm-dimension-{at}"));
                    let field = self
                        .form
                        .fill(Field::text(format!("m.dimensions.{at}"), label));
                    if at == 0 {
                        field.required().hint(t.tr("pm-dimension-hint"))
                    } else {
                        optional(field)
                    }
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// What goes with every kind that takes it.
    fn common(&self, t: &Tr) -> Vec<Field> {
        let kind = self.kind.as_ref();
        let choice = |field: &str, codes: [&'static str; 2]| {
            let base = format!("pm-{}", field.replace('_', "-"));
            let choices = codes.map(|code| Choice::new(code, t.code(&base, code)));
            let name = format!("m.{field}");
            self.form
                .fill(Field::new(name, t.tr(&base), Kind::Select(choices.into())))
        };
        let optional = |field: Field| field.optional(t.tr("w-optional"));
        let mut fields = Vec::new();
        if matches!(
            kind,
            "graduated" | "volume" | "stairstep" | "graduated_percentage"
        ) {
            fields.push(choice("zero_usage", ["free", "first_tier"]));
        }
        if matches!(kind, "volume" | "stairstep") {
            fields.push(choice("bounds", ["upper_inclusive", "lower_inclusive"]));
        }
        if matches!(
            kind,
            "per_unit" | "graduated" | "volume" | "stairstep" | "package"
        ) {
            let field = self.counted(t, "included", "pm-included");
            fields.push(optional(field).hint(t.tr("pm-included-hint")));
            if self.metered {
                fields.extend(self.prepaid(t));
            }
        }
        let of_amounts = match kind {
            "graduated_percentage" => Some(self.number(t, "included", "pm-free-amount"))
                .map(|one| (one, "pm-included-hint")),
            "pass_through" => Some(self.money(t, "included", "pm-included-cost"))
                .map(|one| (one, "pm-included-cost-hint")),
            _ => None,
        };
        fields.extend(of_amounts.map(|(field, hint)| optional(field).hint(t.tr(hint))));
        if self.metered {
            fields.push(choice("pooled", ["single", "together"]).hint(t.tr("pm-pooled-hint")));
        }
        let least = optional(self.money(t, "minimum", "pm-minimum"));
        fields.push(least.hint(t.tr("pm-minimum-hint")));
        fields.push(optional(self.money(t, "maximum", "pm-maximum")));
        fields
    }

    /// What the included quantity of usage comes with, and what becomes of what is left of it.
    fn prepaid(&self, t: &Tr) -> Vec<Field> {
        let optional = |field: Field| field.optional(t.tr("w-optional"));
        let keeps = ["lapses", "months", "always"];
        let keeps = keeps.map(|code| Choice::new(code, t.code("pm-prepaid-keeps", code)));
        let keeps = Field::new(
            "m.prepaid.keeps",
            t.tr("pm-prepaid-keeps"),
            Kind::Select(keeps.into()),
        );
        let months = optional(self.number(t, "prepaid.months", "pm-prepaid-months"));
        let most = optional(self.counted(t, "prepaid.at_most", "pm-prepaid-at-most"));
        let none = Choice::new("", t.tr("pm-prepaid-per-none"));
        let others =
            (self.others.iter()).map(|(code, name)| Choice::new(code.clone(), name.clone()));
        let per = Field::new(
            "m.prepaid.per",
            t.tr("pm-prepaid-per"),
            Kind::Select([none].into_iter().chain(others).collect()),
        );
        let mut fields = vec![
            self.form.fill(keeps),
            months.hint(t.tr("pm-prepaid-months-hint")),
            most.hint(t.tr("pm-prepaid-at-most-hint")),
        ];
        if !self.others.is_empty() {
            fields.push(self.form.fill(per));
        }
        fields
    }

    /// The quantity to be shown in the preview.
    fn asked(&self, t: &Tr) -> Field {
        let (label, hint) = if self.by_amount {
            ("pm-preview-amount", "pm-preview-amount-hint")
        } else {
            ("pm-preview-quantity", "pm-preview-quantity-hint")
        };
        let field = if self.by_amount {
            self.number(t, "q", label)
        } else {
            self.counted(t, "q", label)
        };
        field.optional(t.tr("w-optional")).hint(t.tr(hint))
    }

    /// The columns of a list: field, label, whether it holds a text.
    fn columns(&self, t: &Tr, list: &str) -> Vec<(String, Txt, bool)> {
        let column = |field: &str, label: &str| (field.to_owned(), t.tr(label), false);
        match list {
            "tiers" if self.kind == "graduated_percentage" => vec![
                column("up_to", "pm-col-up-to"),
                column("unit_price", "pm-col-percent"),
                column("flat", "pm-col-flat"),
                column("minimum", "price-col-least"),
                column("maximum", "price-col-most"),
            ],
            "tiers" => vec![
                column("up_to", "pm-col-up-to"),
                column("unit_price", "pm-col-price"),
                column("flat", "pm-col-flat"),
                column("package", "pm-col-package"),
                column("minimum", "price-col-least"),
                column("maximum", "price-col-most"),
            ],
            "steps" => vec![
                ("tag".to_owned(), t.tr("pm-col-tag"), true),
                column("up_to", "pm-col-up-to"),
                column("amount", "pm-col-amount"),
            ],
            _ => {
                let names = (0..3).map(|at| {
                    let name = self.form.value(&format!("m.dimensions.{at}"));
                    let label = if name.is_empty() {
                        t.tr(&format!("pm-dimension-{at}"))
                    } else {
                        name.to_owned().into()
                    };
                    (format!("d{at}"), label, true)
                });
                names
                    .chain([
                        column("unit_price", "pm-col-price"),
                        column("included", "pm-col-included"),
                    ])
                    .collect()
            }
        }
    }

    fn rows(&self, shell: &Shell, list: &'static str, count: usize, action: &Txt) -> Vec<Block> {
        let t = &shell.t;
        let columns = self.columns(t, list);
        let rows = (0..count).map(|at| {
            let row = t.with("pm-row", &[("number", &(at + 1).to_string())]);
            let mut cells: Vec<Cell> = columns
                .iter()
                .map(|(field, label, words)| {
                    let kind = if *words {
                        Kind::Input("text")
                    } else {
                        Kind::Number(None, None, "any".into())
                    };
                    let name = format!("m.{list}.{at}.{field}");
                    let field = self.form.fill(Field::new(name, "", kind));
                    Cell::Ask(Box::new(field.spoken(format!("{row}: {label}"))))
                })
                .collect();
            cells.push(Cell::Do(vec![
                Button::submit(t.tr("pm-drop"), "do", format!("drop.{at}"))
                    .lenient()
                    .small(row)
                    .swapping(action.clone(), "#live"),
            ]));
            Row::Cells(cells)
        });
        let heads = columns
            .iter()
            .map(|(_, label, _)| Column::new(label.clone()));
        let heads = heads.chain([shell.acts()]).collect();
        let title = t.tr(&format!("pm-{list}"));
        let lead = t.tr(&format!("pm-{list}-lead"));
        let add = Button::submit(t.tr("pm-add"), "do", "add")
            .lenient()
            .icon("plus")
            .swapping(action.clone(), "#live");
        blocks![
            Table::new(title, heads, rows.collect()).titled(),
            Prose(vec![lead]),
            Buttons(vec![add])
        ]
    }
}

/// A quantity bought ahead, month by month.
fn course(t: &Tr, months: &[(Txt, Option<Txt>)]) -> Table {
    let rows = months.iter().zip(1..).map(|((there, amount), number)| {
        let number: i32 = number;
        let month = t.with("pm-prepaid-month", &[("number", &number.to_string())]);
        let amount = amount
            .clone()
            .map_or_else(|| Cell::Text("–".into()), Cell::Figure);
        Row::Cells(vec![Cell::Text(month), Cell::Figure(there.clone()), amount])
    });
    let columns = vec![
        Column::new(t.tr("c-period")),
        Column::figures(t.tr("pm-prepaid-there")),
        Column::figures(t.tr("price-col-price")),
    ];
    Table::new(t.tr("pm-prepaid-course"), columns, rows.collect()).titled()
}

fn explanation(t: &Tr, amount: &Txt, parts: &[AmountPart]) -> Table {
    let rows = parts.iter().map(|(label, detail, amount)| {
        Row::Cells(vec![
            Cell::Two(label.clone(), detail.clone()),
            Cell::Figure(amount.clone()),
        ])
    });
    let total = Row::Total(vec![
        Cell::Text(t.tr("c-total")),
        Cell::Figure(amount.clone()),
    ]);
    let columns = vec![
        Column::new(t.tr("c-item")),
        Column::figures(t.tr("price-col-price")),
    ];
    let caption = t.with("pm-preview-how", &[("amount", amount)]);
    Table::new(caption, columns, rows.chain([total]).collect()).titled()
}

/// Fields of a form in a box of their own.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<div class=\"fields two\">{% for field in self.0 %}{{ field }}{% endfor %}</div>"
)]
struct Fields(Vec<Field>);

/// The part of the page that shows what the price comes to.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<section id=\"{{ PREVIEW }}\" class=\"card aside\" aria-live=\"polite\" aria-atomic=\"true\"><header><div class=\"titles\"><h2>{{ title }}</h2></div></header><div class=\"body\">{% for block in body %}{{ block }}{% endfor %}</div></section>"
)]
pub struct PricePanel {
    title: Txt,
    body: Vec<Block>,
}

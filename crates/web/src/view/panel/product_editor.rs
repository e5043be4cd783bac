//! A product with its plans, items and parameters. Each part is a form of its own, so that none is long.

use tradewind_documents::phrases;
use tradewind_kernel::Cadence;
use tradewind_tax::types::TaxCategory;

use crate::blocks;
use crate::view::kit::{
    Block, Button, Card, Cell, Checklist, Choice, Dialog, Kind, Notice, Row, Table, Tone, Txt,
};
use crate::view::shared::{Ask, FormState};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell, Tr};

/// An item of a plan.
pub struct ItemEdit {
    /// Id; `new` for one to add.
    pub id: Txt,
    /// `one_time`, `recurring`, `metered`.
    pub kind: Txt,
    /// Name.
    pub name: Txt,
    /// Unit, or meter.
    pub unit: Txt,
    /// How it is priced, in words.
    pub pricing: Txt,
    /// `item_code`, `item_name_en`, `item_name_de`, `item_kind`, `unit`, `meter`, `minimum`, `maximum`. Prices stand in
    /// price books.
    pub form: FormState,
}

/// A plan.
pub struct PlanEdit {
    /// Id; `new` for one to add.
    pub id: Txt,
    /// Name.
    pub name: Txt,
    /// State.
    pub state: Txt,
    /// Billing period, term and trial in words.
    pub clocks: Txt,
    /// Its items.
    pub items: Vec<ItemEdit>,
    /// `plan_name_en`, `plan_name_de`, `billing_period`, `term`, `trial_days`, `trial_needs_payment`, `trial_again`, `auto_renew`,
    /// `notice_days`, `plan_state`.
    pub form: FormState,
}

/// A parameter asked for on ordering.
pub struct ParameterEdit {
    /// Id; `new` for one to add.
    pub id: Txt,
    /// Name.
    pub name: Txt,
    /// Type, in words.
    pub kind: Txt,
    /// Rule in words: "required, matches …".
    pub rule: Txt,
    /// `param_code`, `param_label_en`, `param_label_de`, `param_type`, `pattern`, `choices`, `param_required`.
    pub form: FormState,
}

/// A product in its editor.
pub struct ProductEditorPage {
    /// Where the pages lie: `/panel` or `/vendor`.
    pub base: &'static str,
    /// Id; empty for a new one.
    pub id: Txt,
    /// Name; empty for a new one.
    pub name: Txt,
    /// State.
    pub state: Txt,
    /// `name_en`, `name_de`, `summary_en`, `summary_de`, `description_en`, `description_de`, `category`, `delivery_mode`,
    /// `tax_category`, `needs_approval`.
    pub form: FormState,
    /// Categories to choose from: id, name.
    pub categories: Vec<(Txt, Txt)>,
    /// Its plans.
    pub plans: Vec<PlanEdit>,
    /// Its parameters.
    pub parameters: Vec<ParameterEdit>,
    /// What is complete and what is missing before it can be published.
    pub checklist: Vec<(bool, Txt)>,
    /// Active subscriptions, which keep what they have.
    pub subscriptions: u32,
    /// May publish.
    pub publish: Permit,
    /// May withdraw from sale.
    pub withdraw: Permit,
    /// Where the shop's page of it can be seen.
    pub preview: Option<Txt>,
}

impl ProductEditorPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let fresh = self.id.is_empty();
        let here = if fresh {
            format!("{}/products", self.base)
        } else {
            format!("{}/products/{}", self.base, self.id)
        };
        let title = if fresh {
            t.tr("product-add")
        } else {
            self.name.clone()
        };
        let mut head =
            Head::new(title).under(t.tr("nav-products"), format!("{}/products", self.base));
        if !fresh {
            head = head.state(t.state(&self.state));
        }
        if let Some(href) = self.preview.clone() {
            head = head.and(shell.go("product-preview", href).icon("eye"));
        }
        head = head
            .may(
                &self.publish,
                shell
                    .post("product-publish", format!("{here}/publish"))
                    .primary()
                    .icon("upload"),
            )
            .may(
                &self.withdraw,
                Button::open(t.tr("product-withdraw"), "withdraw").danger(),
            );
        let mut body = blocks![self.basics(&shell, &here)];
        let mut aside: Vec<Block> = Vec::new();
        if !fresh {
            for plan in &self.plans {
                plan.blocks(&shell, &here, &mut body);
            }
            self.parameters(&shell, &here, &mut body);
            let list = Checklist {
                items: self.checklist,
                yes: t.tr("w-done"),
                no: t.tr("w-missing"),
            };
            aside.push(Card::new(t.tr("product-complete"), blocks![list]).into());
            aside.push(
                Notice::new(
                    Tone::Info,
                    "",
                    t.count("product-in-use", self.subscriptions),
                )
                .into(),
            );
        }
        if self.withdraw.is_yes() {
            body.push(
                shell
                    .confirm(
                        "withdraw",
                        "product-withdraw",
                        format!("{here}/withdraw"),
                        Vec::new(),
                    )
                    .into(),
            );
        }
        Page::new(shell, head, body).aside(aside)
    }

    fn basics(&self, shell: &Shell, here: &str) -> Card {
        let ask = Ask::new(shell, &self.form);
        let categories = self
            .categories
            .iter()
            .map(|(id, name)| Choice::new(id.clone(), name.clone()))
            .collect();
        let mut form = shell
            .form(here.to_owned(), "w-save")
            .two_columns()
            .fields(vec![
                ask.text("name_en").required(),
                ask.text("name_de"),
                ask.text("summary_en").required(),
                ask.text("summary_de"),
                ask.field("description_en", Kind::Area(false)),
                ask.field("description_de", Kind::Area(false)),
                ask.select("category", categories),
                ask.codes("delivery_mode", "delivery-mode", &["automatic", "manual"]),
                ask.codes("tax_category", "tax-category", &categories_of_tax()),
                ask.check("needs_approval"),
            ]);
        if let Some(notice) = self.form.notice() {
            form = form.before(blocks![notice]);
        }
        Card::new(shell.t.tr("product-basics"), blocks![form])
    }

    fn parameters(&self, shell: &Shell, here: &str, body: &mut Vec<Block>) {
        let t = &shell.t;
        let mut rows = Vec::new();
        for parameter in &self.parameters {
            let id = format!("param-{}", parameter.id);
            let ask = Ask::new(shell, &parameter.form);
            let fields = vec![
                ask.text("param_code").required(),
                ask.text("param_label_en").required(),
                ask.text("param_label_de"),
                ask.codes(
                    "param_type",
                    "param-type",
                    &["text", "number", "choice", "boolean", "email", "domain"],
                ),
                ask.optional(ask.text("pattern")),
                ask.optional(ask.field("choices", Kind::Area(false))),
                ask.check("param_required"),
            ];
            let key = if parameter.id == "new" {
                "parameter-add"
            } else {
                "parameter-save"
            };
            body.push(
                shell
                    .confirm(
                        &id,
                        key,
                        format!("{here}/parameters/{}", parameter.id),
                        fields,
                    )
                    .into(),
            );
            if parameter.id != "new" {
                let change = Button::open(t.tr("w-change"), id).small(parameter.name.clone());
                rows.push(vec![
                    Cell::Text(parameter.name.clone()),
                    Cell::Text(parameter.kind.clone()),
                    Cell::Text(parameter.rule.clone()),
                    Cell::Do(vec![change]),
                ]);
            }
        }
        let columns = vec![
            shell.col("c-parameter"),
            shell.col("c-type"),
            shell.col("c-rule"),
            shell.acts(),
        ];
        let table = shell.table("sub-parameters", columns, rows, "parameters-none");
        let mut card = Card::new(t.tr("sub-parameters"), blocks![table])
            .flush()
            .intro(t.tr("parameters-lead"));
        if self
            .parameters
            .iter()
            .any(|parameter| parameter.id == "new")
        {
            card = card.and(Button::open(t.tr("parameter-add"), "param-new").icon("plus"));
        }
        body.push(card.into());
    }
}

impl PlanEdit {
    fn blocks(&self, shell: &Shell, here: &str, body: &mut Vec<Block>) {
        let t = &shell.t;
        let at = format!("{here}/plans/{}", self.id);
        let dialog = format!("plan-{}", self.id);
        body.push(self.dialog(shell, &dialog, &at).into());
        if self.id == "new" {
            body.push(
                crate::view::kit::Buttons(vec![
                    Button::open(t.tr("plan-add"), dialog).icon("plus"),
                ])
                .into(),
            );
            return;
        }
        let mut rows = Vec::new();
        for item in &self.items {
            let id = format!("item-{}-{}", self.id, item.id);
            body.push(item.dialog(shell, &id, &at).into());
            if item.id != "new" {
                let change = Button::open(t.tr("w-change"), id).small(item.name.clone());
                rows.push(Row::Cells(vec![
                    Cell::Two(item.name.clone(), t.code("item-kind", &item.kind)),
                    Cell::Text(item.unit.clone()),
                    Cell::Text(item.pricing.clone()),
                    Cell::Do(vec![change]),
                ]));
            }
        }
        let columns = vec![
            shell.col("c-item"),
            shell.col("c-unit"),
            shell.col("c-pricing"),
            shell.acts(),
        ];
        let items = Table::new(
            format!("{}: {}", t.tr("sub-items"), self.name),
            columns,
            rows,
        )
        .or(shell.empty("list-checks", "items-none"));
        let title = t.with("plan-title", &[("name", &self.name)]);
        let mut card = Card::new(title, blocks![items]).flush().intro(format!(
            "{} · {}",
            t.code("state", &self.state),
            self.clocks
        ));
        card = card.and(Button::open(t.tr("w-change"), dialog).small(self.name.clone()));
        if self.items.iter().any(|item| item.id == "new") {
            card = card.and(
                Button::open(t.tr("item-add"), format!("item-{}-new", self.id))
                    .icon("plus")
                    .small(self.name.clone()),
            );
        }
        body.push(card.into());
    }

    fn dialog(&self, shell: &Shell, id: &str, at: &str) -> Dialog {
        let (ask, t) = (Ask::new(shell, &self.form), &shell.t);
        let fields = vec![
            ask.text("plan_name_en").required(),
            ask.text("plan_name_de"),
            ask.select(
                "billing_period",
                rhythms(t, self.form.value("billing_period"), &RHYTHMS),
            ),
            ask.select("term", rhythms(t, self.form.value("term"), &TERMS)),
            ask.number("trial_days"),
            ask.check("trial_needs_payment"),
            ask.check("trial_again"),
            ask.check("auto_renew"),
            ask.number("notice_days"),
            ask.codes("plan_state", "state", &["published", "withdrawn"]),
        ];
        shell.confirm(
            id,
            if self.id == "new" {
                "plan-add"
            } else {
                "plan-save"
            },
            at.to_owned(),
            fields,
        )
    }
}

/// The codes of the tax categories.
fn categories_of_tax() -> Vec<&'static str> {
    TaxCategory::ALL.iter().map(|one| one.as_str()).collect()
}

impl ItemEdit {
    fn dialog(&self, shell: &Shell, id: &str, plan: &str) -> Dialog {
        let ask = Ask::new(shell, &self.form);
        let fields = vec![
            ask.text("item_code").required(),
            ask.text("item_name_en").required(),
            ask.text("item_name_de"),
            ask.codes(
                "item_kind",
                "item-kind",
                &["recurring", "one_time", "metered"],
            ),
            ask.text("unit"),
            ask.optional(ask.text("units")),
            ask.optional(ask.text("unit_de")),
            ask.optional(ask.text("units_de")),
            ask.optional(ask.text("meter")),
            ask.codes(
                "aggregation",
                "aggregation",
                &tradewind_pricing::aggregation::AGGREGATIONS,
            ),
            ask.optional(ask.text("distinct_of")),
            ask.optional(ask.number("minimum")),
            ask.optional(ask.number("maximum")),
            ask.optional(ask.text("item_tax_category")),
        ];
        let key = if self.id == "new" {
            "item-add"
        } else {
            "item-save"
        };
        shell.confirm(id, key, format!("{plan}/items/{}", self.id), fields)
    }
}

/// How often a plan can be billed; further rhythms are set over the API.
const RHYTHMS: [&str; 12] = [
    "P1M", "P2M", "P3M", "P6M", "P1Y", "P2Y", "P3Y", "P1D", "P1W", "P2W", "P4W", "P30D",
];

/// How long a buyer can be bound.
const TERMS: [&str; 11] = [
    "none", "P1M", "P3M", "P6M", "P1Y", "P2Y", "P3Y", "P5Y", "P4W", "P52W", "P30D",
];

/// Rhythms to choose from, and the one that was set over the API.
fn rhythms(t: &Tr, now: &str, known: &[&'static str]) -> Vec<Choice> {
    let other = !now.is_empty() && !known.contains(&now);
    let other = other.then(|| Choice::new(now.to_owned(), rhythm(t, now)).on(true));
    let known = known.iter();
    let known = known.map(|code| Choice::new(*code, rhythm(t, code)).on(*code == now));
    other.into_iter().chain(known).collect()
}

/// A rhythm in words: one with a name of its own, or every so many units.
pub fn rhythm(t: &Tr, code: &str) -> Txt {
    let named = t.code("billing-period", code);
    match Cadence::parse(code) {
        Ok(every) if named.as_ref() == code => phrases::cadence(t.locale, every).into(),
        _ => named,
    }
}

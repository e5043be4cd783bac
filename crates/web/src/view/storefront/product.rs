//! A product: what it is, its plans side by side, and a form that shows the price of what is filled in.

use askama::Template;

use crate::blocks;
use crate::view::kit::{
    Badge, Block, Button, Card, Cell, Choice, Column, Field, Form, Icon, Kind, Live, Notice,
    Prices, Prose, Row, Table, Tone, Txt,
};
use crate::view::shared::{Every, FormState, PriceDetail, PriceFrom, PriceView, price_details};
use crate::view::{Head, Page, Shell, Tr};

/// A plan on offer.
pub struct PlanOffer {
    /// Id, as sent by the form.
    pub id: Txt,
    /// Name.
    pub name: Txt,
    /// For whom it is, in one sentence.
    pub summary: Txt,
    /// The least it costs.
    pub from: Option<PriceFrom>,
    /// Days of trial.
    pub trial_days: Option<u32>,
    /// What is in it, and what is not.
    pub features: Vec<(bool, Txt)>,
    /// How long one commits, if at all.
    pub term: Option<Every>,
    /// Whether it is the chosen one.
    pub on: bool,
}

/// A quantity that is asked for.
pub struct QuantityAsk {
    /// Field name.
    pub name: Txt,
    /// What is counted: "Seats".
    pub label: Txt,
    /// Smallest quantity.
    pub min: Option<Txt>,
    /// Largest quantity.
    pub max: Option<Txt>,
    /// Steps of the quantity.
    pub step: Txt,
    /// What is asked now.
    pub value: Txt,
    /// "The first 5 are included", and the like.
    pub hint: Option<Txt>,
    /// Packages to choose from instead: the quantity that stands for each, and its name; empty where any quantity goes.
    pub packages: Vec<(Txt, Txt)>,
}

impl QuantityAsk {
    /// The field that asks for it.
    pub(crate) fn field(&self, t: &Tr) -> Field {
        let kind = if self.packages.is_empty() {
            Kind::Quantity(
                self.min.clone(),
                self.max.clone(),
                self.step.clone(),
                t.tr("w-less"),
                t.tr("w-more"),
            )
        } else {
            let choices = self.packages.iter().map(|(quantity, name)| {
                Choice::new(quantity.clone(), name.clone()).on(*quantity == self.value)
            });
            Kind::Select(choices.collect())
        };
        let field = Field::new(self.name.clone(), self.label.clone(), kind)
            .value(self.value.clone())
            .required();
        match &self.hint {
            Some(hint) => field.hint(hint.clone()),
            None => field,
        }
    }
}

/// How a parameter is answered.
pub enum ParameterKind {
    /// One line.
    Text,
    /// A number.
    Number,
    /// One of a list: value and label.
    Choice(Vec<(Txt, Txt)>),
    /// Yes or no.
    YesNo,
    /// Several lines.
    Lines,
}

/// A parameter that is asked for.
pub struct ParameterAsk {
    /// Field name.
    pub name: Txt,
    /// What is asked.
    pub label: Txt,
    /// What helps to answer.
    pub hint: Option<Txt>,
    /// Whether it must be answered.
    pub required: bool,
    /// How it is answered.
    pub kind: ParameterKind,
}

/// A product in the shop.
pub struct ProductPage {
    /// Last part of its address.
    pub slug: Txt,
    /// Name.
    pub name: Txt,
    /// Vendor's name.
    pub vendor: Txt,
    /// Category: name and value of its facet.
    pub category: Option<(Txt, Txt)>,
    /// What it is, in one sentence.
    pub summary: Txt,
    /// Paragraphs about it.
    pub description: Vec<Txt>,
    /// Its plans.
    pub plans: Vec<PlanOffer>,
    /// The plans compared: feature, and its value in each plan.
    pub comparison: Vec<(Txt, Vec<Txt>)>,
    /// Quantities of the chosen plan.
    pub quantities: Vec<QuantityAsk>,
    /// Parameters of the chosen plan.
    pub parameters: Vec<ParameterAsk>,
    /// Prices of the chosen plan in full, where a line does not say it all.
    pub details: Vec<PriceDetail>,
    /// The price of what is filled in; `None` while that is not complete.
    pub price: Option<PriceView>,
    /// What the buyer has that it can be billed together with: id, and name with its next billing day.
    pub together: Vec<(Txt, Txt)>,
    /// Orders wait for an approval by the seller.
    pub approval: bool,
    /// How long delivery takes, in words.
    pub delivery: Txt,
    /// What was filled in and what is wrong with it: `plan`, quantities and parameters by their names.
    pub form: FormState,
}

#[derive(Template)]
#[template(path = "store/plans.html")]
struct Plans<'a> {
    t: &'a Tr,
    slug: &'a str,
    plans: &'a [PlanOffer],
}

/// The part of the page that shows the price; on its own it answers the form while it is filled.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<section id=\"price\" class=\"card aside\" aria-live=\"polite\" aria-atomic=\"true\"><header><div class=\"titles\"><h2>{{ title }}</h2></div></header><div class=\"body\">{% for block in body %}{{ block }}{% endfor %}</div></section>"
)]
pub struct PricePanel {
    title: Txt,
    body: Vec<Block>,
}

impl PricePanel {
    /// A price laid out, or that something is missing.
    pub(crate) fn of(t: &Tr, prices: Option<Prices>) -> Self {
        let body = match prices {
            Some(prices) => blocks![prices],
            None => blocks![Notice::new(Tone::Info, "", t.tr("price-incomplete"))],
        };
        Self {
            title: t.tr("price-summary"),
            body,
        }
    }
}

/// The price panel of a price, or of a configuration that has none yet; then it says what is wrong with the coupon.
pub fn price_panel(t: &Tr, price: Option<&PriceView>, form: &FormState) -> PricePanel {
    let coupon = form.errors.iter().find(|(field, _)| field == "coupon");
    let body = match (price, coupon) {
        (Some(price), _) => blocks![price.prices(t)],
        (None, Some((_, wrong))) => {
            blocks![Notice::new(
                Tone::Bad,
                t.tr("coupon-refused"),
                wrong.clone()
            )]
        }
        (None, None) => blocks![Notice::new(Tone::Info, "", t.tr("price-incomplete"))],
    };
    PricePanel {
        title: t.tr("price-summary"),
        body,
    }
}

impl ProductPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut head = Head::new(self.name.clone())
            .lead(self.summary.clone())
            .meta(t.with("product-by", &[("vendor", &self.vendor)]))
            .meta(self.delivery.clone())
            .under(t.tr("nav-catalogue"), "/");
        if let Some((name, value)) = &self.category {
            head = head.under(name.clone(), format!("/?category={value}"));
        }
        if self.approval {
            head = head.state(Badge::new(Tone::Idle, t.tr("needs-approval")).icon("user-check"));
        }
        let plans = Plans {
            t: &t,
            slug: &self.slug,
            plans: &self.plans,
        }
        .to_string();
        let mut body: Vec<Block> = vec![Markup(plans).into()];
        let mut below: Vec<Block> = Vec::new();
        body.push(
            Card::new(t.tr("product-configure"), vec![self.form(&shell).into()])
                .id("configure")
                .into(),
        );
        if !self.description.is_empty() {
            below.push(
                Card::new(
                    t.tr("product-about"),
                    vec![Prose(self.description.clone()).into()],
                )
                .into(),
            );
        }
        below.extend(price_details(&t, "price-details-lead", &self.details).map(Block::from));
        if !self.comparison.is_empty() {
            below.push(self.compare(&t).into());
        }
        let aside = vec![price_panel(&t, self.price.as_ref(), &self.form).into()];
        Page::new(shell, head, body).aside(aside).below(below)
    }

    fn compare(&self, t: &Tr) -> Table {
        let mut columns = vec![Column::new(t.tr("product-feature"))];
        columns.extend(self.plans.iter().map(|plan| Column::new(plan.name.clone())));
        let row = |(name, values): &(Txt, Vec<Txt>)| {
            let cells = std::iter::once(name).chain(values).cloned().map(Cell::Text);
            Row::Cells(cells.collect())
        };
        Table::new(
            t.tr("product-compare"),
            columns,
            self.comparison.iter().map(row).collect(),
        )
        .titled()
    }

    fn form(&self, shell: &Shell) -> Form {
        let t = &shell.t;
        let plans = self.plans.iter().map(|plan| {
            let choice = Choice::new(plan.id.clone(), plan.name.clone()).on(plan.on);
            match plan.from.as_ref().map(|from| from.words(t)) {
                Some((price, every)) => {
                    choice.hint(format!("{} {price} {every}", t.tr("price-from")))
                }
                None => choice.hint(t.tr("price-by-use")),
            }
        });
        let mut fields = vec![
            Field::new("plan", t.tr("product-plan"), Kind::Tiles(plans.collect()))
                .full()
                .required(),
        ];
        fields.extend(self.quantities.iter().map(|ask| ask.field(t)));
        fields.extend(self.parameters.iter().map(|ask| parameter(t, ask)));
        if !self.together.is_empty() {
            let alone = Choice::new("", t.tr("align-with-none"));
            let others = self.together.iter();
            let others = others.map(|(id, name)| Choice::new(id.clone(), name.clone()));
            let kind = Kind::Select(std::iter::once(alone).chain(others).collect());
            fields.push(
                Field::new("align_with", t.tr("align-with"), kind).hint(t.tr("align-with-hint")),
            );
        }
        fields.push(coupon(t));
        let chosen = self.plans.iter().find(|plan| plan.on);
        let made_for = chosen.map_or_else(Txt::default, |plan| plan.id.clone());
        let fields = fields.into_iter().map(|field| self.form.fill(field));
        let fields = std::iter::once(Field::hidden("made_for", made_for)).chain(fields);
        let mut form = shell
            .form(format!("/products/{}/order", self.slug), "product-order")
            .fields(fields.collect())
            .two_columns()
            .live(Live {
                post: format!("/products/{}/price", self.slug).into(),
                target: "#price",
            })
            .button(
                Button::submit(t.tr("product-order"), "do", "order")
                    .primary()
                    .icon("arrow-right"),
            );
        if self.approval {
            form = form.after(vec![
                Notice::new(
                    Tone::Info,
                    t.tr("approval-title"),
                    t.tr("approval-before-order"),
                )
                .into(),
            ]);
        }
        match self.form.notice() {
            Some(notice) => form.before(vec![notice.into()]),
            None => form,
        }
    }
}

/// The field that asks for the code of a coupon.
pub(crate) fn coupon(t: &Tr) -> Field {
    Field::new("coupon", t.tr("coupon-code"), Kind::Input("text")).optional(t.tr("w-optional"))
}

/// The field that asks for a parameter.
pub(crate) fn parameter(t: &Tr, ask: &ParameterAsk) -> Field {
    let kind = match &ask.kind {
        ParameterKind::Text => Kind::Input("text"),
        ParameterKind::Number => Kind::Number(None, None, "any".into()),
        ParameterKind::YesNo => Kind::Check(false),
        ParameterKind::Lines => Kind::Area(false),
        ParameterKind::Choice(choices) => {
            let none = (!ask.required).then(|| Choice::new("", "–"));
            let choices = choices
                .iter()
                .map(|(value, label)| Choice::new(value.clone(), label.clone()));
            Kind::Select(none.into_iter().chain(choices).collect())
        }
    };
    let mut field = Field::new(ask.name.clone(), ask.label.clone(), kind);
    if let Some(hint) = &ask.hint {
        field = field.hint(hint.clone());
    }
    if ask.required {
        field.required()
    } else {
        field.optional(t.tr("w-optional"))
    }
}

/// Markup rendered by a template of ours.
#[derive(Template)]
#[template(ext = "html", source = "{{ self.0|safe }}")]
struct Markup(String);

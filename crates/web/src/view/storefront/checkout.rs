//! Ordering: details, payment and review on one page; then what happens with the order.

use crate::blocks;
use crate::view::kit::{
    Block, Button, Card, Cell, Choice, Facts, Field, Kind, Moment, Notice, Prose, Steps, Timeline,
    Tone, Txt,
};
use crate::view::shared::{Ask, FormState, PriceView};
use crate::view::{Head, Page, Shell};

/// A way to pay.
pub struct PaymentOption {
    /// As sent by the form: the id of a stored method, `new_card` or `bank_transfer`.
    pub value: Txt,
    /// Name: "Visa ending in 4242".
    pub label: Txt,
    /// When it is charged, and the like.
    pub hint: Txt,
}

/// Terms to accept.
pub struct Terms {
    /// Field name, of the version shown.
    pub name: Txt,
    /// Title.
    pub title: Txt,
    /// Where they can be read.
    pub href: Txt,
}

/// An order about to be placed.
pub struct CheckoutPage {
    /// The quote that is ordered, as it stands in the address: its id, with what else the page is asked with.
    pub quote: Txt,
    /// Product and plan.
    pub title: Txt,
    /// Address of the product, to change the configuration.
    pub change_href: Txt,
    /// What was configured: name, value.
    pub configuration: Vec<(Txt, Txt)>,
    /// Its price.
    pub price: PriceView,
    /// Countries to choose from: code, name.
    pub countries: Vec<(Txt, Txt)>,
    /// Ways to pay; empty when nothing can be due.
    pub payment: Vec<PaymentOption>,
    /// Terms to accept.
    pub terms: Vec<Terms>,
    /// The order will wait for an approval.
    pub approval: bool,
    /// The seller's tax is value-added tax.
    pub vat: bool,
    /// `company`, `street`, `postal_code`, `city`, `country`, `buys_as`, `tax_id`, `order_number`, `cost_centre`, `separate`,
    /// `payment` and the terms.
    pub form: FormState,
}

impl CheckoutPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let ask = Ask::new(&shell, &self.form);
        let countries = self
            .countries
            .iter()
            .map(|(code, name)| Choice::new(code.clone(), name.clone()))
            .collect();
        let mut fields = vec![
            ask.text("company")
                .required()
                .autocomplete("organization")
                .full(),
            ask.text("street")
                .required()
                .autocomplete("street-address")
                .full(),
            ask.text("postal_code")
                .required()
                .autocomplete("postal-code"),
            ask.text("city").required().autocomplete("address-level2"),
            ask.select("country", countries)
                .required()
                .autocomplete("country"),
            ask.buys_as(),
            ask.tax_id(self.vat),
        ];
        fields.extend(ask.reference());
        if !self.payment.is_empty() {
            let options = self.payment.iter().enumerate().map(|(index, option)| {
                Choice::new(option.value.clone(), option.label.clone())
                    .hint(option.hint.clone())
                    .on(index == 0)
            });
            fields.push(
                ask.field("payment", Kind::Tiles(options.collect()))
                    .full()
                    .required(),
            );
        }
        for terms in &self.terms {
            let label = t.with("checkout-accept", &[("title", &terms.title)]);
            fields.push(
                self.form.fill(
                    Field::new(terms.name.clone(), label, Kind::Check(false))
                        .full()
                        .required(),
                ),
            );
        }
        let links = self.terms.iter().map(|terms| {
            Button::go(terms.title.clone(), terms.href.clone())
                .quiet()
                .icon("external-link")
        });
        let mut after: Vec<Block> = blocks![crate::view::kit::Buttons(links.collect())];
        if self.approval {
            after.push(
                Notice::new(
                    Tone::Info,
                    t.tr("approval-title"),
                    t.tr("approval-before-order"),
                )
                .into(),
            );
        }
        let mut form = shell
            .form(format!("/checkout/{}", self.quote), "checkout-place")
            .fields(fields)
            .two_columns()
            .after(after)
            .button(Button::submit(t.tr("checkout-place"), "do", "place").primary());
        if let Some(notice) = self.form.notice() {
            form = form.before(blocks![notice]);
        }
        let steps = Steps {
            label: t.tr("checkout-steps"),
            names: vec![
                (t.tr("checkout-configure"), Some(self.change_href.clone())),
                (t.tr("checkout-details"), None),
                (t.tr("checkout-done"), None),
            ],
            at: 1,
        };
        let facts = self
            .configuration
            .iter()
            .map(|(name, value)| (name.clone(), Cell::Text(value.clone())))
            .collect();
        let summary = Card::new(
            self.title.clone(),
            blocks![Facts(facts), self.price.prices(&t)],
        )
        .aside()
        .and(shell.go("w-change", self.change_href.clone()).small(""));
        let head = Head::new(t.tr("checkout-title")).lead(t.tr("checkout-lead"));
        let body = blocks![
            steps,
            Card::new(t.tr("checkout-details-heading"), blocks![form])
        ];
        Page::new(shell, head, body).aside(blocks![summary])
    }
}

/// An order just placed.
pub struct OrderPlacedPage {
    /// Number.
    pub number: Txt,
    /// Product and plan.
    pub title: Txt,
    /// State of the order.
    pub state: Txt,
    /// What happens next, for the customer.
    pub next: Txt,
    /// Its steps so far and to come.
    pub steps: Vec<Moment>,
    /// Its price.
    pub price: PriceView,
    /// Where it can be followed.
    pub order_href: Txt,
    /// Where to pay, when that is what it waits for.
    pub pay_href: Option<Txt>,
    /// Whether something is still under way.
    pub moving: bool,
}

impl OrderPlacedPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut head = Head::new(t.tr("placed-title"))
            .lead(t.with("placed-lead", &[("number", &self.number)]))
            .state(t.state(&self.state))
            .and(shell.go("placed-follow", self.order_href.clone()));
        if let Some(href) = self.pay_href.clone() {
            head = head.and(shell.go("w-pay-now", href).primary().icon("credit-card"));
        }
        let body = blocks![
            Notice::new(Tone::Info, t.tr("placed-next"), self.next.clone()),
            Card::new(t.tr("order-progress"), blocks![Timeline(self.steps)]),
        ];
        let aside = blocks![Card::new(self.title.clone(), blocks![self.price.prices(&t)]).aside()];
        Page::new(shell, head, body)
            .aside(aside)
            .refresh(self.moving.then_some(3))
    }
}

/// A legal text of the shop: terms, privacy, imprint.
pub struct LegalPage {
    /// Title.
    pub title: Txt,
    /// Version, in words.
    pub version: Txt,
    /// Its paragraphs.
    pub text: Vec<Txt>,
}

impl LegalPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let head = Head::new(self.title.clone()).meta(self.version);
        Page::new(
            shell,
            head,
            blocks![Card::new(self.title, blocks![Prose(self.text)])],
        )
    }
}

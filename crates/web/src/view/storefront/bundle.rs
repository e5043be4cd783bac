//! A bundle in the shop: its plans, what each costs by itself and in the bundle, and the form to order it.

use crate::blocks;
use crate::view::kit::{Button, Card, Cell, Field, Kind, PriceLine, PricePart, Prices, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::storefront::product::{PricePanel, parameter};
use crate::view::storefront::{ParameterAsk, Terms};
use crate::view::{Head, Page, Shell, Tr};
use tradewind_kernel::Money;

/// A plan in a bundle.
pub struct BundlePartView {
    /// Product and plan.
    pub title: Txt,
    /// Quantities in words.
    pub quantities: Txt,
    /// What is due now for it by itself, without tax.
    pub regular: Money,
    /// What the bundle takes off that.
    pub saved: Money,
}

/// What a bundle costs.
pub struct BundlePriceView {
    /// Its plans.
    pub parts: Vec<BundlePartView>,
    /// Due now with tax, and what is saved of it without tax.
    pub now: (Money, Money),
    /// The next regular documents with tax, and what is saved of them without tax.
    pub next: (Money, Money),
}

impl BundlePriceView {
    /// Laid out: what each plan costs by itself, what the bundle takes off it, and what they come to.
    pub fn prices(&self, t: &Tr) -> Prices {
        let line = |label: Txt, amount: Money, detail: Txt| PriceLine {
            label,
            amount: t.money(amount),
            detail,
        };
        let parts = self.parts.iter().map(|part| {
            let mut lines = vec![line(
                t.tr("bundle-regular"),
                part.regular,
                part.quantities.clone(),
            )];
            if !part.saved.is_zero() {
                let saved = part.saved.neg().unwrap_or(part.saved);
                lines.push(line(t.tr("bundle-saves"), saved, Txt::default()));
            }
            PricePart {
                title: part.title.clone(),
                lines,
            }
        });
        Prices {
            parts: parts.collect(),
            sums: vec![line(t.tr("bundle-saved-now"), self.now.1, Txt::default())],
            due: line(t.tr("price-due-now"), self.now.0, t.tr("bundle-with-tax")),
            after: vec![
                line(t.tr("bundle-next"), self.next.0, t.tr("bundle-with-tax")),
                line(t.tr("bundle-saved-next"), self.next.1, Txt::default()),
            ],
        }
    }
}

/// The part of a page that shows the price of a bundle; on its own it answers the form while it is filled.
pub fn bundle_panel(t: &Tr, price: Option<&BundlePriceView>) -> PricePanel {
    PricePanel::of(t, price.map(|price| price.prices(t)))
}

/// What a plan of a bundle asks.
pub struct BundleAsk {
    /// Product and plan.
    pub title: Txt,
    /// Parameters of its product.
    pub parameters: Vec<ParameterAsk>,
    /// Its conditions: field name, title, address.
    pub terms: Option<Terms>,
}

/// A bundle in the shop.
pub struct BundleShopPage {
    /// Last part of its address.
    pub slug: Txt,
    /// Name.
    pub name: Txt,
    /// What it is.
    pub summary: Txt,
    /// What its plans ask.
    pub asks: Vec<BundleAsk>,
    /// What it costs.
    pub price: BundlePriceView,
    /// What was filled in.
    pub form: FormState,
}

impl BundleShopPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let head = Head::new(self.name.clone())
            .lead(self.summary.clone())
            .under(t.tr("nav-catalogue"), "/");
        let rows = self.price.parts.iter().map(|part| {
            vec![
                Cell::Two(part.title.clone(), part.quantities.clone()),
                Cell::Figure(t.money(part.regular)),
                Cell::Figure(t.money(part.saved)),
            ]
        });
        let columns = vec![
            shell.col("bundle-plan"),
            shell.fig("bundle-regular"),
            shell.fig("bundle-saves"),
        ];
        let table = shell.table("bundle-parts", columns, rows.collect(), "bundle-parts");
        let mut fields: Vec<Field> = Vec::new();
        for ask in &self.asks {
            fields.extend(ask.parameters.iter().map(|one| {
                let field = parameter(&t, one);
                self.form.fill(field)
            }));
            if let Some(terms) = &ask.terms {
                let label = t.with("checkout-accept", &[("title", &terms.title)]);
                let check = Field::new(terms.name.clone(), label, Kind::Check(false));
                fields.push(self.form.fill(check.full().required()));
            }
        }
        let links = self.asks.iter().filter_map(|ask| ask.terms.as_ref());
        let links = links.map(|terms| {
            Button::go(terms.title.clone(), terms.href.clone())
                .quiet()
                .icon("external-link")
        });
        let mut form = shell
            .form(format!("/bundles/{}/order", self.slug), "bundle-order")
            .fields(fields)
            .two_columns()
            .after(blocks![crate::view::kit::Buttons(links.collect())])
            .button(
                Button::submit(t.tr("bundle-order"), "do", "order")
                    .primary()
                    .icon("arrow-right"),
            );
        if let Some(notice) = self.form.notice() {
            form = form.before(blocks![notice]);
        }
        let body = blocks![
            Card::new(t.tr("bundle-parts"), blocks![table]).flush(),
            Card::new(t.tr("bundle-buy"), blocks![form]).id("configure"),
        ];
        let aside = blocks![bundle_panel(&t, Some(&self.price))];
        Page::new(shell, head, body).aside(aside)
    }
}

/// A bundle about to be ordered.
pub struct BundleCheckoutPage {
    /// The quote.
    pub quote: Txt,
    /// Name of the bundle.
    pub name: Txt,
    /// What it costs.
    pub price: BundlePriceView,
    /// `order_number`, `cost_centre`, `separate`.
    pub form: FormState,
}

impl BundleCheckoutPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let ask = Ask::new(&shell, &self.form);
        let mut form = shell
            .form(
                format!("/bundles/checkout/{}", self.quote),
                "checkout-place",
            )
            .fields(ask.reference())
            .two_columns()
            .button(Button::submit(t.tr("checkout-place"), "do", "place").primary());
        if let Some(notice) = self.form.notice() {
            form = form.before(blocks![notice]);
        }
        let head = Head::new(t.tr("checkout-title")).lead(t.tr("bundle-checkout-lead"));
        let body = blocks![Card::new(self.name.clone(), blocks![form])];
        let aside = blocks![bundle_panel(&t, Some(&self.price))];
        Page::new(shell, head, body).aside(aside)
    }
}

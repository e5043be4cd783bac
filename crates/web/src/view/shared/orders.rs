//! Orders, as their buyers and sellers see them.

use tradewind_kernel::money::Money;
use tradewind_kernel::time::Timestamp;

use crate::blocks;
use crate::view::kit::{
    Block, Button, Card, Cell, Field, Kind, ListState, Moment, Notice, Row, Timeline, Tone, Txt,
    status_look,
};
use crate::view::shared::PriceView;
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// An order in a list.
pub struct OrderRow {
    /// Id.
    pub id: Txt,
    /// Number, as people say it.
    pub number: Txt,
    /// Kind: `purchase`, `change`, `renewal`, `cancel`, …
    pub kind: Txt,
    /// Product and plan.
    pub product: Txt,
    /// Who buys.
    pub buyer: Txt,
    /// When it was placed.
    pub placed: Timestamp,
    /// State.
    pub state: Txt,
    /// How long it has been so, in words.
    pub age: Option<Txt>,
    /// Total.
    pub total: Money,
    /// Whether the reader may approve it now.
    pub approve: bool,
}

impl OrderRow {
    /// Its cells; buyer and buttons are left out where the page is about one buyer.
    pub(crate) fn cells(&self, shell: &Shell, base: &str, buyer: bool) -> Vec<Cell> {
        let t = &shell.t;
        let href = format!("{base}/orders/{}", self.id);
        let mut badge = t.state(&self.state);
        if let Some(age) = &self.age {
            badge = badge.age(age.clone());
        }
        let mut cells = vec![
            Cell::Main(
                href.clone().into(),
                self.number.clone(),
                Some(t.code("order-kind", &self.kind)),
            ),
            Cell::Text(self.product.clone()),
        ];
        if buyer {
            cells.push(Cell::Text(self.buyer.clone()));
        }
        cells.extend([
            Cell::At(t.at(self.placed)),
            Cell::State(badge),
            Cell::Figure(t.money(self.total)),
        ]);
        if buyer {
            let approve = shell
                .post("order-approve", format!("{href}/approve"))
                .small(self.number.clone());
            cells.push(Cell::Do(
                self.approve.then_some(approve).into_iter().collect(),
            ));
        }
        cells
    }
}

/// Columns of [`OrderRow::cells`].
pub(crate) fn order_columns(shell: &Shell, seller: bool) -> Vec<crate::view::kit::Column> {
    let mut columns = vec![shell.col("c-order").sort("number"), shell.col("c-product")];
    if seller {
        columns.push(shell.col("c-buyer"));
    }
    columns.extend([
        shell.col("c-placed").sort("created"),
        shell.col("c-state"),
        shell.fig("c-total"),
    ]);
    if seller {
        columns.push(shell.acts());
    }
    columns
}

/// Orders of a buyer (`base` is `/my`) or a seller (`/panel`).
pub struct OrdersPage {
    /// Where the pages lie.
    pub base: &'static str,
    /// Rows.
    pub rows: Vec<OrderRow>,
    /// Search, views (`view` is empty, `approval`, `delivery`, `failed`), filters, page.
    pub state: ListState,
    /// Orders per view, where known.
    pub counts: [Option<u32>; 4],
}

impl OrdersPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let seller = self.base != "/my";
        let rows = self
            .rows
            .iter()
            .map(|row| Row::Cells(row.cells(&shell, self.base, seller)))
            .collect();
        let empty = if seller {
            shell
                .empty("shopping-cart", "orders-none-seller")
                .and(shell.go("nav-products", "/panel/products"))
        } else {
            shell
                .empty("shopping-cart", "orders-none")
                .and(shell.go("to-catalogue", "/").primary())
        };
        let kinds = [
            "purchase", "change", "renewal", "cancel", "suspend", "resume",
        ];
        let filters = shell.filters(
            &self.state,
            Some("orders-search"),
            vec![shell.picker("kind", "order-kind", &kinds)],
        );
        let list = shell.list(
            "nav-orders",
            order_columns(&shell, seller),
            rows,
            &self.state,
            empty,
        );
        let [all, approval, delivery, failed] = self.counts;
        let views = [
            ("", all),
            ("approval", approval),
            ("delivery", delivery),
            ("failed", failed),
        ];
        let head = Head::new(shell.t.tr("nav-orders")).tabs(shell.views(
            &self.state,
            "orders-view",
            &views,
        ));
        Page::new(shell, head, blocks![filters, list])
    }
}

/// A step of an order.
pub struct OrderStep {
    /// `validation`, `approval`, `payment`, `delivery`, `completion`.
    pub kind: Txt,
    /// State of the step.
    pub state: Txt,
    /// When it got there.
    pub at: Option<Timestamp>,
    /// Who did it.
    pub by: Txt,
    /// What the reader should know.
    pub detail: Txt,
    /// What technicians should know; only for those who may.
    pub log: Txt,
}

/// Steps as a timeline.
pub fn order_steps(shell: &Shell, steps: &[OrderStep]) -> Vec<Moment> {
    let t = &shell.t;
    let moment = |step: &OrderStep| {
        let (tone, icon) = status_look(&step.state);
        let pending = step.at.is_none();
        let what = format!(
            "{} · {}",
            t.code("step", &step.kind),
            t.code("state", &step.state)
        );
        let mut moment = Moment::new(if pending { Tone::Idle } else { tone }, what).icon(icon);
        if let Some(at) = step.at {
            moment = moment.at(t.at(at));
        }
        if !step.by.is_empty() {
            moment = moment.by(step.by.clone());
        }
        if !step.detail.is_empty() {
            moment = moment.detail(step.detail.clone());
        }
        if !step.log.is_empty() {
            moment = moment.log(t.tr("technical-detail"), step.log.clone());
        }
        if pending { moment.future() } else { moment }
    };
    steps.iter().map(moment).collect()
}

/// An order.
pub struct OrderPage {
    /// Where the pages lie.
    pub base: &'static str,
    /// Id.
    pub id: Txt,
    /// Number.
    pub number: Txt,
    /// Kind.
    pub kind: Txt,
    /// State.
    pub state: Txt,
    /// Why it waits or failed, in words for the reader.
    pub reason: Option<Txt>,
    /// Product and plan.
    pub product: Txt,
    /// Buyer, with the address of their page for a seller.
    pub buyer: (Txt, Option<Txt>),
    /// Seller.
    pub seller: Txt,
    /// When it was placed.
    pub placed: Timestamp,
    /// Who placed it.
    pub placed_by: Txt,
    /// What was ordered: name, value.
    pub configuration: Vec<(Txt, Txt)>,
    /// Its steps.
    pub steps: Vec<OrderStep>,
    /// Its price.
    pub price: PriceView,
    /// Id of its subscription.
    pub subscription: Option<Txt>,
    /// Its invoices: number, id.
    pub invoices: Vec<(Txt, Txt)>,
    /// May approve and reject.
    pub approve: Permit,
    /// May try the failed step again.
    pub retry: Permit,
    /// May cancel.
    pub cancel: Permit,
    /// Where to pay, when it waits for that.
    pub pay: Option<Txt>,
    /// Whether something is still under way.
    pub moving: bool,
}

impl OrderPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let here = format!("{}/orders/{}", self.base, self.id);
        let reason = |required: bool| {
            let field = Field::new("reason", t.tr("f-reason"), Kind::Area(false)).full();
            if required {
                field.required()
            } else {
                field.optional(t.tr("w-optional"))
            }
        };
        let mut head = Head::new(t.with("order-title", &[("number", &self.number)]))
            .under(t.tr("nav-orders"), format!("{}/orders", self.base))
            .lead(self.product.clone())
            .state(t.state(&self.state));
        if let Some(href) = self.pay.clone() {
            head = head.and(shell.go("w-pay-now", href).primary().icon("credit-card"));
        }
        head = head
            .may(
                &self.approve,
                shell
                    .post("order-approve", format!("{here}/approve"))
                    .primary()
                    .icon("check"),
            )
            .may(&self.approve, Button::open(t.tr("order-reject"), "reject"))
            .may(
                &self.retry,
                shell
                    .post("order-retry", format!("{here}/retry"))
                    .icon("rotate-ccw"),
            )
            .may(
                &self.cancel,
                Button::open(t.tr("order-cancel"), "cancel").danger(),
            );
        let mut body: Vec<Block> = Vec::new();
        if let Some(reason) = self.reason.clone() {
            let (tone, _) = status_look(&self.state);
            body.push(
                Notice::new(
                    if tone == Tone::Bad { tone } else { Tone::Warn },
                    "",
                    reason,
                )
                .into(),
            );
        }
        body.push(
            Card::new(
                t.tr("order-progress"),
                blocks![Timeline(order_steps(&shell, &self.steps))],
            )
            .into(),
        );
        let configuration = self
            .configuration
            .iter()
            .map(|(name, value)| (name.clone(), Cell::Text(value.clone())));
        body.push(
            Card::new(
                t.tr("order-configuration"),
                blocks![crate::view::kit::Facts(configuration.collect())],
            )
            .into(),
        );
        body.push(shell.curl("GET", &format!("/orders/{}", self.id)).into());
        if self.approve.is_yes() {
            body.push(
                shell
                    .confirm(
                        "reject",
                        "order-reject",
                        format!("{here}/reject"),
                        vec![reason(true)],
                    )
                    .into(),
            );
        }
        if self.cancel.is_yes() {
            body.push(
                shell
                    .confirm(
                        "cancel",
                        "order-cancel",
                        format!("{here}/cancel"),
                        vec![reason(false)],
                    )
                    .into(),
            );
        }
        let buyer = match self.buyer {
            (name, Some(href)) => Cell::Link(href, name),
            (name, None) => Cell::Text(name),
        };
        let mut facts = vec![
            ("c-kind", Cell::Text(t.code("order-kind", &self.kind))),
            ("c-buyer", buyer),
            ("c-seller", Cell::Text(self.seller)),
            ("c-placed", Cell::At(t.at(self.placed))),
            ("c-placed-by", Cell::Text(self.placed_by)),
            ("c-id", Cell::Id(self.id)),
        ];
        if let Some(id) = self.subscription {
            facts.push((
                "c-subscription",
                Cell::Link(
                    format!("{}/subscriptions/{id}", self.base).into(),
                    t.tr("open-subscription"),
                ),
            ));
        }
        facts.extend(self.invoices.into_iter().map(|(number, id)| {
            (
                "c-invoice",
                Cell::Link(format!("{}/invoices/{id}", self.base).into(), number),
            )
        }));
        let aside = blocks![
            Card::new(t.tr("price-summary-order"), blocks![self.price.prices(&t)]).aside(),
            Card::new(t.tr("details"), blocks![shell.facts(facts)]).aside(),
        ];
        Page::new(shell, head, body)
            .aside(aside)
            .refresh(self.moving.then_some(3))
    }
}

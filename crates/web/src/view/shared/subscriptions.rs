//! Subscriptions in a list.

use tradewind_kernel::money::Money;
use tradewind_kernel::time::Date;

use crate::blocks;
use crate::view::kit::{Cell, Column, ListState, Row, Txt};
use crate::view::shared::Every;
use crate::view::{Head, Page, Shell};

/// A subscription in a list.
pub struct SubscriptionRow {
    /// Id.
    pub id: Txt,
    /// Product.
    pub product: Txt,
    /// Plan and quantity: "Business · 12 seats".
    pub plan: Txt,
    /// Whose it is.
    pub buyer: Txt,
    /// Commercial state.
    pub state: Txt,
    /// Delivery state.
    pub delivery: Txt,
    /// What recurs; `None` when that is not known here, only use is charged, or the reader may not see it.
    pub price: Option<(Money, Every)>,
    /// When it renews or ends.
    pub next: Option<Date>,
}

impl SubscriptionRow {
    /// Its cells; the buyer is left out where the page is about one buyer.
    pub(crate) fn cells(&self, shell: &Shell, base: &str, buyer: bool) -> Vec<Cell> {
        let t = &shell.t;
        let href = format!("{base}/subscriptions/{}", self.id);
        let mut cells = vec![Cell::Main(
            href.into(),
            self.product.clone(),
            Some(self.plan.clone()),
        )];
        if buyer {
            cells.push(Cell::Text(self.buyer.clone()));
        }
        let price = match &self.price {
            Some((amount, every)) => Cell::FigureTwo(t.money(*amount), every.words(t)),
            None => Cell::Nil,
        };
        cells.extend([
            Cell::State(t.state(&self.state)),
            Cell::State(t.state(&self.delivery)),
            Cell::maybe_at(self.next.map(|date| t.date(date))),
            price,
        ]);
        cells
    }
}

/// Columns of [`SubscriptionRow::cells`].
pub(crate) fn subscription_columns(shell: &Shell, buyer: bool) -> Vec<Column> {
    let mut columns = vec![shell.col("c-product").sort("product")];
    if buyer {
        columns.push(shell.col("c-buyer"));
    }
    columns.extend([
        shell.col("c-state"),
        shell.col("c-delivery"),
        shell.col("c-next").sort("next"),
        shell.fig("c-price"),
    ]);
    columns
}

/// Subscriptions of a buyer (`base` is `/my`), a seller (`/panel`) or of a vendor's products (`/vendor`).
pub struct SubscriptionsPage {
    /// Where the pages lie.
    pub base: &'static str,
    /// Rows.
    pub rows: Vec<SubscriptionRow>,
    /// Search, filters `state` and `delivery`, sorting, page.
    pub state: ListState,
}

impl SubscriptionsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let rows = self
            .rows
            .iter()
            .map(|row| Row::Cells(row.cells(&shell, self.base, self.base != "/my")))
            .collect();
        let empty = if self.base == "/my" {
            shell
                .empty("package", "subscriptions-none")
                .and(shell.go("to-catalogue", "/").primary())
        } else {
            shell.empty("package", "subscriptions-none-seller")
        };
        let pickers = vec![
            shell.picker(
                "state",
                "state",
                &[
                    "ordered",
                    "trial",
                    "active",
                    "grace",
                    "suspended",
                    "expired",
                    "terminated",
                ],
            ),
            shell.picker(
                "delivery",
                "state",
                &[
                    "provisioning",
                    "running",
                    "changing",
                    "stopped",
                    "failed",
                    "removed",
                ],
            ),
        ];
        let filters = shell.filters(&self.state, Some("subscriptions-search"), pickers);
        let list = shell.list(
            "nav-subscriptions",
            subscription_columns(&shell, self.base != "/my"),
            rows,
            &self.state,
            empty,
        );
        let mut head = Head::new(shell.t.tr("nav-subscriptions"));
        if self.base == "/my" {
            head = head.and(shell.go("order-more", "/").primary().icon("plus"));
        }
        Page::new(shell, head, blocks![filters, list])
    }
}

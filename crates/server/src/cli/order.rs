//! `tradewind order`: orders and what is decided about them.

use clap::{Args, Subcommand};
use serde_json::json;
use tradewind_flows::order::{Placement, order_cancel, order_place_as};
use tradewind_kernel::Result;
use tradewind_orders::service::{
    OrderQuery, order_approve, order_get, order_list, order_reject, order_retry,
};
use tradewind_orders::types::{OrderDecision, OrderDetail, OrderRefusal};

use super::subscription::OwnReference;
use super::{ListOptions, Session, parse};
use crate::output::{Column, columns};

/// What can be done with orders.
#[derive(Subcommand)]
pub(crate) enum Order {
    /// List orders, the latest first
    #[command(
        after_help = "Example:\n  tradewind order list --filter state:awaiting_approval --as seller@example.com"
    )]
    List(ListOptions),
    /// Show an order and its steps
    Show {
        /// Order
        order: String,
    },
    /// Place the order that a quote promises
    #[command(
        after_help = "Example:\n  tradewind order place quo_01… --order-number 'PO 4711' --separate --as lena@example.com"
    )]
    Place {
        /// Quote
        quote: String,
        #[command(flatten)]
        reference: OwnReference,
    },
    /// Call an order off; what was invoiced is credited, what was paid becomes credit
    Cancel {
        #[command(flatten)]
        which: Which,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Approve an order that waits for its seller
    Approve(Which),
    /// Reject an order that waits for its seller
    Reject {
        #[command(flatten)]
        which: Which,
        /// Why; the customer reads it
        #[arg(long)]
        reason: String,
    },
    /// Try the step again that failed
    Retry(Which),
}

/// Which order, and as of which version.
#[derive(Args)]
pub(crate) struct Which {
    /// Order
    order: String,
    /// Refuse when the order has another version by now
    #[arg(long = "if-version", value_name = "VERSION")]
    version: Option<i64>,
}

impl Which {
    fn refusal(&self, reason: String) -> Result<OrderRefusal> {
        let OrderDecision { id, version } = self.decision()?;
        Ok(OrderRefusal {
            id,
            version,
            reason,
        })
    }

    fn decision(&self) -> Result<OrderDecision> {
        Ok(OrderDecision {
            id: parse("order", &self.order)?,
            version: self.version,
        })
    }
}

const FACTS: &[Column] = columns![
    ("order", "/id"),
    ("kind", "/kind"),
    ("state", "/state"),
    ("subscription", "/subscription_id"),
    ("due now", "/due_now"),
    ("placed", "/placed_at"),
    ("completed", "/completed_at"),
    ("reason", "/reason"),
    ("can be", "/available_operations"),
];

pub(crate) async fn run(session: &Session<'_>, command: Order) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let after = match command {
        Order::List(options) => {
            let query = OrderQuery {
                filter: options.filter().to_owned(),
                sort: options.sort().to_owned(),
                page: options.page()?,
            };
            return session.out.page(
                &order_list(platform, &ctx, &query).await?,
                columns![
                    ("order", "/id"),
                    ("kind", "/kind"),
                    ("state", "/state"),
                    ("due now", "/due_now"),
                    ("placed", "/placed_at"),
                    ("subscription", "/subscription_id"),
                ],
            );
        }
        Order::Show { order } => {
            let detail = order_get(platform, &ctx, parse("order", &order)?).await?;
            return show(session, &detail);
        }
        Order::Place { quote, reference } => {
            let reference = reference.given();
            let input = Placement {
                quote_id: parse("quote", &quote)?,
                reference: (!reference.is_nothing()).then_some(reference),
            };
            order_place_as(platform, &ctx, &input).await?
        }
        Order::Cancel { which, reason } => {
            order_cancel(platform, &ctx, &which.refusal(reason)?).await?
        }
        Order::Approve(which) => order_approve(platform, &ctx, &which.decision()?).await?,
        Order::Retry(which) => order_retry(platform, &ctx, &which.decision()?).await?,
        Order::Reject { which, reason } => {
            order_reject(platform, &ctx, &which.refusal(reason)?).await?
        }
    };
    settled(session, after).await
}

/// Lets the order go as far as it gets here, then shows it.
pub(crate) async fn settled(session: &Session<'_>, after: OrderDetail) -> Result<()> {
    session.settle().await?;
    let ctx = session.ctx().await?;
    if ctx.dry_run {
        return show(session, &after);
    }
    show(
        session,
        &order_get(session.platform(), &ctx, after.order.id).await?,
    )
}

fn show(session: &Session<'_>, detail: &OrderDetail) -> Result<()> {
    session.out.facts(detail, FACTS)?;
    session.out.section(
        "Steps",
        &json!(detail.steps),
        columns![
            ("step", "/kind"),
            ("state", "/state"),
            ("started", "/started_at"),
            ("finished", "/finished_at"),
            ("by", "/actor"),
            ("message", "/message"),
            ("detail", "/detail"),
        ],
    )
}

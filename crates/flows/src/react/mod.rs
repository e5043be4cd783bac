//! What happens because something has happened: from the events of one room to the use cases of another.

mod delivered;
mod overdue;
mod paid;
mod subscription;
mod taxed;

use crate::credit;
use crate::order::enqueue_advance;
use crate::order::undo;
use futures_util::future::BoxFuture;
use tradewind_billing::service::tax_report_begin_in;
use tradewind_kernel::id::OrderId;
use tradewind_kernel::{Error, Result};
use tradewind_orders::service::{bundle_check_in, order_detail_in};
use tradewind_platform::{Event, Job, JobHandler, JobResult, Platform, Work};

/// Kind of the job that subscribes to the events below.
pub const REACT_JOB: &str = "flow.react";

/// The events that something follows from.
pub const REACTED_TO: &[&str] = &[
    "order.approved",
    "order.retried",
    "order.rejected",
    "order.completed",
    "delivery.succeeded",
    "delivery.failed",
    "invoice.paid",
    "invoice.credited",
    "invoice.reissued",
    "invoice.overdue",
    "invoice.taxed",
    "invoice.tax_settled",
    "credit.released",
    "subscription.terminated",
    "subscription.expired",
    "subscription.change_applied",
];

/// Follows up on events. Each is one transaction under the job's own key: it happens once, however often the job runs.
#[derive(Debug, Clone, Copy)]
pub struct React;

impl JobHandler for React {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            let event: Event = job.input()?;
            platform
                .command(&job.ctx("react"), "flow.react", &event, |w, event| {
                    Box::pin(react(w, event))
                })
                .await?;
            Ok(JobResult::Done)
        })
    }
}

async fn react(w: &mut Work, event: &Event) -> Result<()> {
    match event.kind.as_str() {
        "order.approved" | "order.retried" => {
            enqueue_advance(w, parsed(&event.subject)?);
            Ok(())
        }
        "order.rejected" => {
            let id: OrderId = parsed(&event.subject)?;
            let order = order_detail_in(w, id).await?;
            undo(w, &order).await
        }
        "order.completed" => bundle_check_in(w, field(event, "subscription_id")?).await,
        "delivery.succeeded" => delivered::succeeded(w, event).await,
        "delivery.failed" => delivered::failed(w, event).await,
        "invoice.paid" => {
            paid::paid(w, parsed(&event.subject)?).await?;
            paid::restore(w, event).await
        }
        "invoice.credited" => paid::restore(w, event).await,
        "credit.released" => {
            credit::let_go(w, field(event, "seller_id")?, field(event, "buyer_id")?).await
        }
        "invoice.taxed" => tax_report_begin_in(w, parsed(&event.subject)?).await,
        "invoice.tax_settled" => taxed::settled(w, parsed(&event.subject)?).await,
        "invoice.reissued" => {
            taxed::reissued(w, parsed(&event.subject)?, field(event, "replaces")?).await
        }
        "invoice.overdue" => overdue::overdue(w, event).await,
        "subscription.terminated" | "subscription.expired" => {
            subscription::ended(w, parsed(&event.subject)?).await
        }
        "subscription.change_applied" => {
            subscription::change_applied(w, parsed(&event.subject)?).await
        }
        other => Err(Error::internal(format!("nothing follows from {other}"))),
    }
}

fn parsed<T: std::str::FromStr<Err = Error>>(text: &str) -> Result<T> {
    text.parse()
        .map_err(|error: Error| Error::internal(error.to_string()))
}

/// A field of an event's data.
fn field<T: serde::de::DeserializeOwned>(event: &Event, name: &str) -> Result<T> {
    let value = event.data.get(name).cloned().unwrap_or_default();
    serde_json::from_value(value).map_err(|error| {
        Error::internal(format!("{} without a usable {name}: {error}", event.kind))
    })
}

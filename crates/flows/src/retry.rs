//! Looking after payments: one whose outcome is open is asked about, one that failed is tried again when that may help.

use crate::collect::COLLECT_JOB;
use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use tradewind_billing::service::{PaymentGateway, payment_look_after, retry_next};
use tradewind_kernel::id::PaymentId;
use tradewind_kernel::{Duration, Error, Result, Zone};
use tradewind_platform::{Event, Job, JobHandler, JobResult, NewJob, Platform};

/// Kind of the job that subscribes to payments that failed.
pub const RETRY_JOB: &str = "flow.retry_payment";

/// How long a gateway or payer that has not decided is left alone, in hours.
const ASK_AGAIN_AFTER: i64 = 6;

/// Looks after payments that were begun.
#[derive(Clone)]
pub struct LookAfter {
    /// The gateway that makes them.
    pub gateway: Arc<dyn PaymentGateway>,
}

#[derive(Deserialize)]
struct Begun {
    payment_id: PaymentId,
}

impl JobHandler for LookAfter {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            let begun: Begun = job.input()?;
            let ctx = job.ctx("look");
            let payment =
                payment_look_after(platform, &ctx, &*self.gateway, begun.payment_id).await?;
            Ok(if payment.state.is_open() {
                JobResult::Again(job.now.plus(Duration::from_hours(ASK_AGAIN_AFTER))?)
            } else {
                JobResult::Done
            })
        })
    }
}

/// Tries failed payments again, by the seller's policy.
#[derive(Debug, Clone, Copy)]
pub struct RetryFailed;

impl JobHandler for RetryFailed {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            let event: Event = job.input()?;
            let payment: PaymentId = event
                .subject
                .parse()
                .map_err(|error: Error| Error::internal(error.to_string()))?;
            let next = retry_next(platform, &job.ctx("look"), payment).await?;
            let Some((invoice, on)) = next else {
                return Ok(JobResult::Done);
            };
            // The collector is told once more of the invoice, later.
            let told = Event {
                subject: invoice.to_string(),
                ..event
            };
            let due = Zone::utc().start_of_day(on).max(job.now);
            let unique = format!("retry:{payment}");
            platform
                .command(&job.ctx("retry"), "flow.retry", &told, move |w, told| {
                    let unique = unique.clone();
                    Box::pin(async move {
                        w.enqueue(
                            NewJob::new(COLLECT_JOB, json!(told))
                                .due(due)
                                .unique(unique),
                        );
                        Ok(())
                    })
                })
                .await?;
            Ok(JobResult::Done)
        })
    }
}

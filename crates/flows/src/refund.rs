//! Paying back: a refund that was decided is sent to the gateway, and asked about until it is settled.

use futures_util::future::BoxFuture;
use std::sync::Arc;
use tradewind_billing::service::{PaymentGateway, refund_send};
use tradewind_billing::types::{PaymentKind, PaymentStepState};
use tradewind_kernel::id::PaymentStepId;
use tradewind_kernel::{Duration, Error, Result};
use tradewind_platform::{Event, Job, JobHandler, JobResult, Platform};

/// Kind of the job that subscribes to refunds that were decided.
pub const REFUND_JOB: &str = "flow.refund";

/// How long a gateway that has not decided is left alone, in hours.
const ASK_AGAIN_AFTER: i64 = 6;

/// Sends refunds to the gateway.
#[derive(Clone)]
pub struct Refund {
    /// The gateway that holds the cards.
    pub gateway: Arc<dyn PaymentGateway>,
}

impl JobHandler for Refund {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            let event: Event = job.input()?;
            let refund: PaymentStepId = event
                .subject
                .parse()
                .map_err(|error: Error| Error::internal(error.to_string()))?;
            // A transfer is made by the seller.
            if event.data["kind"] == PaymentKind::Transfer.as_str() {
                return Ok(JobResult::Done);
            }
            let step = refund_send(platform, &job.ctx("send"), &*self.gateway, refund).await?;
            Ok(if step.state == PaymentStepState::Pending {
                JobResult::Again(job.now.plus(Duration::from_hours(ASK_AGAIN_AFTER))?)
            } else {
                JobResult::Done
            })
        })
    }
}

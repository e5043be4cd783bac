//! Topping up: when credit has fallen below what its buyer wants to have, the card pays more in.

use futures_util::future::BoxFuture;
use std::sync::Arc;
use tradewind_billing::service::{PaymentGateway, WalletOf, credit_top_up_low};
use tradewind_kernel::{Error, Result};
use tradewind_platform::{Event, Job, JobHandler, JobResult, Platform};

/// Kind of the job that subscribes to credit that has fallen low.
pub const TOP_UP_JOB: &str = "flow.top_up";

/// Tops credit up.
#[derive(Clone)]
pub struct TopUpLow {
    /// The gateway that holds the cards.
    pub gateway: Arc<dyn PaymentGateway>,
}

impl JobHandler for TopUpLow {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            let event: Event = job.input()?;
            let of: WalletOf = serde_json::from_value(event.data).map_err(Error::internal)?;
            match credit_top_up_low(platform, &job.ctx("top-up"), &*self.gateway, &of).await {
                Ok(_) => Ok(JobResult::Done),
                // The card is gone: its owner sees that there is less credit.
                Err(Error::Refused { .. } | Error::NotFound { .. }) => Ok(JobResult::Done),
                Err(error) => Err(error),
            }
        })
    }
}

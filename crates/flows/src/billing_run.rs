//! Takes up billing runs whose process has died.

use futures_util::future::BoxFuture;
use serde::Deserialize;
use tradewind_billing::service::{Resumed, bill_again};
use tradewind_kernel::Result;
use tradewind_kernel::id::BillingRunId;
use tradewind_platform::{Job, JobHandler, JobResult, OpCtx, Platform};

/// Brings a run to its end when nobody is at it any more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TakeUp;

#[derive(Deserialize)]
struct Input {
    run: BillingRunId,
}

impl JobHandler for TakeUp {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            let Input { run } = job.input()?;
            // The run's steps are exactly-once by themselves.
            let ctx = OpCtx {
                idempotency_key: None,
                ..job.ctx("bill")
            };
            Ok(match bill_again(platform, &ctx, run).await? {
                Resumed::Over => JobResult::Done,
                Resumed::Alive(after) => JobResult::Retry {
                    after,
                    reason: "the run is under way".to_owned(),
                },
            })
        })
    }
}

//! Housekeeping: once a day, each realm forgets what nobody needs any more.

use futures_util::future::BoxFuture;
use tradewind_kernel::{Duration, Result, Timestamp};
use tradewind_platform::{Job, JobHandler, JobResult, Platform, housekeeping};

/// Kind of the job; there is one per realm, and it comes back every day.
pub const KEEP_JOB: &str = "flow.housekeeping";

/// How long finished jobs and the answers under idempotency keys are kept.
const KEEP_FINISHED: Duration = Duration::from_hours(24 * 14);

/// How long webhook messages, sessions and links are kept after they are over, and answers of tax engines at all.
const KEEP_OVER: Duration = Duration::from_hours(24 * 90);

/// Forgets what is old, once a day.
#[derive(Debug, Clone, Copy)]
pub struct Keep;

impl JobHandler for Keep {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            let realm = job.realm;
            let finished = housekeeping::forget_finished(platform, realm, KEEP_FINISHED).await?;
            let ended =
                tradewind_accounts::service::forget_ended(platform, realm, before(platform.wall()))
                    .await?;
            let messages =
                tradewind_fulfilment::service::forget_messages(platform, realm, before(job.now))
                    .await?;
            let answers =
                tradewind_tax::service::forget_answers(platform, realm, before(job.now)).await?;
            let all = [
                ("jobs", finished.jobs),
                ("idempotency_answers", finished.answers),
                ("sessions", ended.sessions),
                ("links", ended.tokens),
                ("webhook_messages", messages),
                ("tax_answers", answers),
            ];
            for (what, count) in all.into_iter().filter(|(_, count)| *count > 0) {
                tracing::info!(realm = %realm, what, count, "forgotten");
                platform
                    .metrics()
                    .count("tradewind_forgotten_total", &[("what", what)], count);
            }
            Ok(JobResult::Again(crate::daily::next_run(job.now)?))
        })
    }
}

fn before(now: Timestamp) -> Timestamp {
    let keep = i64::try_from(KEEP_OVER.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(now.as_micros().saturating_sub(keep))
}

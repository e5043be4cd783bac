//! The daily run of a realm: usage, renewals and the ends of trials and terms, then reminders and notices of
//! higher prices.

use crate::keep::KEEP_JOB;
use futures_util::future::BoxFuture;
use serde_json::json;
use std::collections::BTreeMap;
use tradewind_kernel::calendar::add_days;
use tradewind_kernel::{Duration, Result, Timestamp, Zone};
use tradewind_platform::{Job, JobHandler, JobResult, NewJob, OpCtx, Platform};

/// Kind of the job; there is one per realm, and it comes back every day.
pub const DAILY_JOB: &str = "flow.daily";

/// Minutes after midnight (UTC) at which the day's run begins.
const MINUTES_AFTER_MIDNIGHT: i64 = 5;

/// Bills and reminds, once a day.
#[derive(Debug, Clone, Copy)]
pub struct Daily;

impl JobHandler for Daily {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            // Batches and reminders are exactly-once by themselves, so a run that was cut off is simply run again.
            let ctx = OpCtx {
                idempotency_key: None,
                ..job.ctx("daily")
            };
            let today = job.now.date_in(&Zone::utc());
            let report =
                tradewind_billing::service::bill_daily(platform, &ctx, today, |_| {}).await?;
            for problem in &report.problems {
                tracing::warn!(subscription = %problem.subscription_id, "not billed: {}", problem.message);
            }
            // What the bank has told of may have become clear, by an invoice or a payer that is known now.
            tradewind_billing::service::bank_match_all(platform, &ctx).await?;
            // What has expired pays nothing any more, and reminders are for what is left to pay.
            tradewind_billing::service::credit_expire(platform, &ctx).await?;
            tradewind_billing::service::dunning_run(platform, &ctx).await?;
            let told = tradewind_billing::service::announce_prices(platform, &ctx, today).await?;
            // On the first of a month, vendors are settled for the one that is over.
            tradewind_billing::service::settlement_run_all(platform, &ctx).await?;
            // Who recognises revenue over time books the month that is over.
            tradewind_billing::service::revenue_book_all(platform, &ctx).await?;
            // So do those whose books are valued in one currency with what others have won and lost.
            tradewind_billing::service::currency_book_all(platform, &ctx).await?;
            // What the day has brought is sealed, so that it can be told if somebody changes it.
            tradewind_billing::service::ledger_seal_all(platform, &ctx).await?;
            if told > 0 {
                tracing::info!(told, "customers told of higher prices");
            }
            Ok(JobResult::Again(next_run(job.now)?))
        })
    }
}

/// Sees to it that a realm has its daily run and its housekeeping. Doing so again changes nothing.
///
/// # Errors
/// Database errors.
pub async fn schedule(platform: &Platform, ctx: &OpCtx) -> Result<()> {
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    platform
        .command(
            &ctx,
            "flow.schedule",
            &BTreeMap::<String, String>::new(),
            |w, _| {
                Box::pin(async move {
                    let due = next_run(w.ctx.now)?;
                    for kind in [DAILY_JOB, KEEP_JOB] {
                        w.enqueue(
                            NewJob::new(kind, json!({}))
                                .due(due)
                                .lane(kind)
                                .unique(kind),
                        );
                    }
                    Ok(())
                })
            },
        )
        .await
}

/// Five past the next midnight.
pub(crate) fn next_run(now: Timestamp) -> Result<Timestamp> {
    let utc = Zone::utc();
    let offset = Duration::from_mins(MINUTES_AFTER_MIDNIGHT);
    let today = utc.start_of_day(now.date_in(&utc)).plus(offset)?;
    if today > now {
        return Ok(today);
    }
    utc.start_of_day(add_days(now.date_in(&utc), 1)?)
        .plus(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_run_is_the_next_five_past_midnight() {
        for (now, next) in [
            ("2024-02-28T23:59:59Z", "2024-02-29T00:05:00Z"),
            ("2024-02-29T00:04:59Z", "2024-02-29T00:05:00Z"),
            ("2024-02-29T00:05:00Z", "2024-03-01T00:05:00Z"),
        ] {
            let now = Timestamp::parse(now).expect("a time");
            assert_eq!(next_run(now).expect("in range").to_string(), next);
        }
    }
}

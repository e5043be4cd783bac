//! What keeps the platform's own tables from growing without end, and what tells how they are.

use tradewind_kernel::{Duration, Timestamp, id::RealmId};

use crate::db::Result;
use crate::jobs;
use crate::platform::Platform;
use crate::store;

/// What was forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Finished and cancelled jobs.
    pub jobs: u64,
    /// Answers kept under idempotency keys.
    pub answers: u64,
}

/// Forgets the finished and cancelled jobs and the idempotency keys of a realm that are older than `keep`, in wall time.
///
/// # Errors
/// Database errors.
pub async fn forget_finished(
    platform: &Platform,
    realm: RealmId,
    keep: Duration,
) -> Result<Forgotten> {
    let keep = i64::try_from(keep.as_micros()).unwrap_or(i64::MAX);
    let before = Timestamp::from_micros(platform.wall().as_micros().saturating_sub(keep));
    platform
        .transact("housekeeping.forget", move |tx| {
            Box::pin(async move {
                Ok(Forgotten {
                    jobs: jobs::store::forget(tx, realm, before).await?,
                    answers: store::forget_keys(tx, realm, before).await?,
                })
            })
        })
        .await
}

/// Sets the gauges of the job queues: `tradewind_jobs{realm, state}` for waiting, running and dead jobs.
///
/// # Errors
/// Database errors.
pub async fn measure(platform: &Platform) -> Result<()> {
    for realm in platform.realms().await? {
        let mut tx = platform.db().read().await?;
        let counts = jobs::store::counts(&mut tx, realm.id).await?;
        tx.rollback().await?;
        for state in ["ready", "leased", "dead"] {
            let count = counts
                .iter()
                .find(|(s, _)| s == state)
                .map_or(0, |(_, count)| *count);
            platform.metrics().gauge(
                "tradewind_jobs",
                &[("realm", &realm.name), ("state", state)],
                count,
            );
        }
    }
    platform.metrics().gauge(
        "tradewind_statements",
        &[],
        i64::try_from(platform.db().statements_run()).unwrap_or(i64::MAX),
    );
    Ok(())
}

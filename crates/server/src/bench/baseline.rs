//! The yardstick of the ingest: the same keyed rows, put into a table of the engine with plain bulk inserts.

mod store;

use std::time::{Duration, Instant};

use tradewind_kernel::Result;
use tradewind_kernel::id::RealmId;
use tradewind_metering::types::UsageInput;
use tradewind_platform::db::Db;

/// Puts the records into a table of its own, a transaction per batch, and says how long that took. The table is gone
/// afterwards.
///
/// # Errors
/// Database errors.
pub(super) async fn baseline(
    db: &Db,
    realm: RealmId,
    batches: impl Iterator<Item = Vec<UsageInput>>,
) -> Result<(u64, Duration)> {
    store::create(db).await?;
    let mut inserted = 0;
    let mut took = Duration::ZERO;
    for batch in batches {
        let begun = Instant::now();
        let mut tx = db.begin().await?;
        inserted += store::insert(&mut tx, realm, &batch).await?;
        tx.commit().await?;
        took += begun.elapsed();
    }
    store::remove(db).await?;
    Ok((inserted, took))
}

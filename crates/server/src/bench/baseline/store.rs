//! A table with the columns and the key of usage records, and nothing else.

use tradewind_kernel::Result;
use tradewind_kernel::id::RealmId;
use tradewind_metering::types::UsageInput;
use tradewind_platform::db::{Db, Json, Tx};
use tradewind_platform::{args, bulk, stmts};

stmts! {
    /// The table.
    CREATE = "CREATE TABLE IF NOT EXISTS bench_row (realm_id TEXT NOT NULL, source TEXT NOT NULL, external_id TEXT NOT NULL,
        subscription_id TEXT NOT NULL, meter TEXT NOT NULL, group_key TEXT NOT NULL, period_on TEXT NOT NULL,
        starts_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, quantity TEXT NOT NULL, unit TEXT NOT NULL, cost TEXT,
        currency TEXT, kind TEXT NOT NULL, dimensions TEXT NOT NULL, attributes TEXT NOT NULL, digest TEXT NOT NULL,
        total_version INTEGER NOT NULL, import_id TEXT, ingested_at INTEGER NOT NULL,
        PRIMARY KEY (realm_id, source, external_id)) WITHOUT ROWID",
        pg = "CREATE TABLE IF NOT EXISTS bench_row (realm_id TEXT NOT NULL, source TEXT NOT NULL, external_id TEXT NOT NULL,
        subscription_id TEXT NOT NULL, meter TEXT NOT NULL, group_key TEXT NOT NULL, period_on TEXT NOT NULL,
        starts_at BIGINT NOT NULL, ends_at BIGINT NOT NULL, quantity TEXT NOT NULL, unit TEXT NOT NULL, cost TEXT,
        currency TEXT, kind TEXT NOT NULL, dimensions TEXT NOT NULL, attributes TEXT NOT NULL, digest TEXT NOT NULL,
        total_version BIGINT NOT NULL, import_id TEXT, ingested_at BIGINT NOT NULL,
        PRIMARY KEY (realm_id, source, external_id))";
    /// Takes it away.
    REMOVE = "DROP TABLE IF EXISTS bench_row";
}

bulk! {
    /// Rows, each once.
    ROWS = "bench_row" { realm_id: Text, source: Text, external_id: Text, subscription_id: Text, meter: Text, group_key: Text,
        period_on: Text, starts_at: Int, ends_at: Int, quantity: Text, unit: Text, cost: Text, currency: Text, kind: Text,
        dimensions: Text, attributes: Text, digest: Text, total_version: Int, import_id: Text, ingested_at: Int }
        on conflict Nothing;
}

/// As long as the digest of a record.
const DIGEST: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

pub(super) async fn create(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.exec(&REMOVE, args![]).await?;
    tx.exec(&CREATE, args![]).await?;
    tx.commit().await
}

pub(super) async fn remove(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.exec(&REMOVE, args![]).await?;
    tx.commit().await
}

pub(super) async fn insert(tx: &mut Tx, realm: RealmId, records: &[UsageInput]) -> Result<u64> {
    let rows = records
        .iter()
        .map(|record| {
            let day = record.starts_at.date_in(&tradewind_kernel::Zone::utc());
            args![
                realm,
                record.source,
                record.external_id,
                record.subscription_id,
                record.meter,
                "region=eu-1",
                day,
                record.starts_at,
                record.ends_at,
                record.quantity,
                record.unit,
                record.cost,
                record.currency,
                record.kind.as_str(),
                Json(&record.dimensions),
                Json(&record.attributes),
                DIGEST,
                1_i64,
                None::<String>,
                record.ends_at,
            ]
        })
        .collect();
    tx.insert_many(&ROWS, rows).await
}

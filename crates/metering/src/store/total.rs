//! Cumulative totals, one per subscription, meter, month and group.

use crate::rules::TotalKey;
use crate::types::UsageTotal;
use std::collections::BTreeMap;
use std::sync::Arc;
use tradewind_kernel::id::{RealmId, SubscriptionId};
use tradewind_kernel::{Currency, Date, Decimal, Result, Timestamp};
use tradewind_platform::db::{Json, Tx};
use tradewind_platform::{args, bulk, row, stmts};

bulk! {
    /// Totals that begin at nothing; those that exist stay as they are. One that stays at nothing is not shown.
    BEGIN = "usage_total" { realm_id: Text, subscription_id: Text, meter: Text, period_on: Text, group_key: Text, dimensions: Text,
        version: Int, records: Int, quantity: Text, unit: Text, cost: Text, currency: Text, updated_at: Int }
        on conflict Nothing;
    /// Totals as they are now.
    SAVE = "usage_total" { realm_id: Text, subscription_id: Text, meter: Text, period_on: Text, group_key: Text, dimensions: Text,
        version: Int, records: Int, quantity: Text, unit: Text, cost: Text, currency: Text, updated_at: Int }
        on conflict Do("(realm_id, subscription_id, meter, period_on, group_key) DO UPDATE SET version = excluded.version,
        records = excluded.records, quantity = excluded.quantity, unit = excluded.unit, cost = excluded.cost,
        currency = excluded.currency, updated_at = excluded.updated_at");
}

stmts! {
    /// The totals of some subscriptions in some months, locked in one order.
    LOCK = "SELECT subscription_id, meter, period_on, group_key, dimensions, version, records, quantity, unit, cost, currency
        FROM usage_total WHERE realm_id = $1 AND subscription_id IN (SELECT value FROM json_each($2))
        AND period_on IN (SELECT value FROM json_each($3)) ORDER BY subscription_id, meter, period_on, group_key",
        pg = "SELECT subscription_id, meter, period_on, group_key, dimensions, version, records, quantity, unit, cost, currency
        FROM usage_total WHERE realm_id = $1 AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))
        AND period_on IN (SELECT json_array_elements_text(CAST($3 AS JSON)))
        ORDER BY subscription_id, meter, period_on, group_key FOR UPDATE";
    /// The totals of some subscriptions in months before a day, also those whose records were all taken back.
    BEFORE = "SELECT subscription_id, meter, period_on, group_key, dimensions, version, records, quantity, unit, cost, currency
        FROM usage_total WHERE realm_id = $1 AND subscription_id IN (SELECT value FROM json_each($2)) AND period_on < $3 AND version > 0
        ORDER BY subscription_id, meter, period_on, group_key",
        pg = "SELECT subscription_id, meter, period_on, group_key, dimensions, version, records, quantity, unit, cost, currency
        FROM usage_total WHERE realm_id = $1 AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))
        AND period_on < $3 AND version > 0 ORDER BY subscription_id, meter, period_on, group_key";
}

row! {
    struct TotalRow {
        subscription_id: SubscriptionId,
        meter: String,
        period_on: Date,
        group_key: String,
        dimensions: Json<BTreeMap<String, String>>,
        version: i64,
        records: i64,
        quantity: Decimal,
        unit: String,
        cost: Option<Decimal>,
        currency: Option<Currency>,
    }
}

impl From<TotalRow> for UsageTotal {
    fn from(row: TotalRow) -> Self {
        Self {
            subscription_id: row.subscription_id,
            meter: row.meter,
            period_on: row.period_on,
            group_key: row.group_key,
            dimensions: row.dimensions.0,
            version: row.version,
            records: row.records,
            quantity: row.quantity,
            unit: row.unit,
            cost: row.cost,
            currency: row.currency,
        }
    }
}

/// An empty total.
pub(crate) fn empty(key: &TotalKey, dimensions: BTreeMap<String, String>) -> UsageTotal {
    UsageTotal {
        subscription_id: key.subscription_id,
        meter: key.meter.clone(),
        period_on: key.period_on,
        group_key: key.group_key.clone(),
        dimensions,
        version: 0,
        records: 0,
        quantity: Decimal::ZERO,
        unit: String::new(),
        cost: None,
        currency: None,
    }
}

fn rows<'a>(
    realm: RealmId,
    totals: impl Iterator<Item = &'a UsageTotal>,
    at: Timestamp,
) -> Vec<Vec<tradewind_platform::db::Arg>> {
    let realm: Arc<str> = realm.to_string().into();
    totals
        .map(|t| {
            args![
                realm,
                t.subscription_id,
                t.meter,
                t.period_on,
                t.group_key,
                Json(&t.dimensions),
                t.version,
                t.records,
                t.quantity,
                t.unit,
                t.cost,
                t.currency,
                at,
            ]
        })
        .collect()
}

/// Makes sure that these totals exist, so that they can be locked. Give them in order of their keys.
pub(crate) async fn begin(
    tx: &mut Tx,
    realm: RealmId,
    totals: &[UsageTotal],
    at: Timestamp,
) -> Result<()> {
    tx.insert_many(&BEGIN, rows(realm, totals.iter(), at))
        .await
        .map(drop)
}

/// Writes totals that are locked.
pub(crate) async fn save(
    tx: &mut Tx,
    realm: RealmId,
    totals: &[&UsageTotal],
    at: Timestamp,
) -> Result<()> {
    tx.insert_many(&SAVE, rows(realm, totals.iter().copied(), at))
        .await
        .map(drop)
}

/// Locks the totals of some subscriptions in some months.
pub(crate) async fn lock(
    tx: &mut Tx,
    realm: RealmId,
    subscriptions: &[SubscriptionId],
    months: &[Date],
) -> Result<Vec<UsageTotal>> {
    let rows = tx
        .all::<TotalRow>(&LOCK, args![realm, Json(subscriptions), Json(months)])
        .await?;
    Ok(rows.into_iter().map(UsageTotal::from).collect())
}

/// The totals of some subscriptions in the months before a day.
pub(crate) async fn before(
    tx: &mut Tx,
    realm: RealmId,
    subscriptions: &[SubscriptionId],
    day: Date,
) -> Result<Vec<UsageTotal>> {
    let rows = tx
        .all::<TotalRow>(&BEFORE, args![realm, Json(subscriptions), day])
        .await?;
    Ok(rows.into_iter().map(UsageTotal::from).collect())
}

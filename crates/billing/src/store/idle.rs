//! Subscriptions that cost something in months without usage.

use std::collections::HashMap;

use tradewind_kernel::{
    Date,
    id::{RealmId, SubscriptionId},
};
use tradewind_platform::{
    args, bulk,
    db::{Json, Result, Tx},
    row, stmts,
};

stmts! {
    /// Subscriptions with months to settle before a day, after one, in order.
    DUE = "SELECT subscription_id FROM idle_usage WHERE realm_id = $1 AND settled_on < $2 AND since_on < $2
        AND (until_on IS NULL OR until_on > settled_on) AND subscription_id > $3 ORDER BY subscription_id LIMIT $4";
    /// What is known of some subscriptions.
    SOME = "SELECT subscription_id, since_on, until_on, settled_on FROM idle_usage WHERE realm_id = $1
        AND subscription_id IN (SELECT value FROM json_each($2))",
        pg = "SELECT subscription_id, since_on, until_on, settled_on FROM idle_usage WHERE realm_id = $1
        AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))";
    /// The months of some subscriptions are settled before a day.
    SETTLED = "UPDATE idle_usage SET settled_on = $3 WHERE realm_id = $1 AND settled_on < $3
        AND subscription_id IN (SELECT value FROM json_each($2))",
        pg = "UPDATE idle_usage SET settled_on = $3 WHERE realm_id = $1 AND settled_on < $3
        AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))";
    /// The months of a subscription are settled again from one on.
    REOPEN = "UPDATE idle_usage SET settled_on = $3 WHERE realm_id = $1 AND subscription_id = $2 AND settled_on > $3";
    /// A subscription costs something from another day on; what is settled before it stays so.
    SINCE = "UPDATE idle_usage SET since_on = $3 WHERE realm_id = $1 AND subscription_id = $2";
    /// A subscription costs nothing in months without usage.
    FORGET = "DELETE FROM idle_usage WHERE realm_id = $1 AND subscription_id = $2";
    /// A subscription ends on a day.
    END = "UPDATE idle_usage SET until_on = $3 WHERE realm_id = $1 AND subscription_id = $2 AND until_on IS NULL";
}

bulk! {
    /// Subscriptions that cost something in months without usage from a day on.
    BEGIN = "idle_usage" { realm_id: Text, subscription_id: Text, since_on: Text, until_on: Text, settled_on: Text }
        on conflict Nothing;
}

row! {
    struct IdleRow {
        subscription_id: SubscriptionId,
        since_on: Date,
        until_on: Option<Date>,
        settled_on: Date,
    }
}

/// From when to when a subscription costs something in months without usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IdleUsage {
    /// The first day.
    pub(crate) since_on: Date,
    /// The first day after it; none while it runs.
    pub(crate) until_on: Option<Date>,
    /// The first day of the next month to be settled.
    pub(crate) settled_on: Date,
}

/// Up to `limit` subscriptions after one with months to settle before a day.
pub(crate) async fn due(
    tx: &mut Tx,
    realm: RealmId,
    day: Date,
    after: Option<SubscriptionId>,
    limit: u32,
) -> Result<Vec<SubscriptionId>> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows: Vec<(SubscriptionId,)> = tx.all(&DUE, args![realm, day, after, limit]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// What is known of some subscriptions.
pub(crate) async fn some(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[SubscriptionId],
) -> Result<HashMap<SubscriptionId, IdleUsage>> {
    let rows: Vec<IdleRow> = tx.all(&SOME, args![realm, Json(ids)]).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let idle = IdleUsage {
                since_on: row.since_on,
                until_on: row.until_on,
                settled_on: row.settled_on,
            };
            (row.subscription_id, idle)
        })
        .collect())
}

/// Subscriptions cost something in months without usage from a day on; those that did before go on.
pub(crate) async fn begin(
    tx: &mut Tx,
    realm: RealmId,
    all: &[(SubscriptionId, Date)],
) -> Result<()> {
    let rows = all
        .iter()
        .map(|(id, since)| args![realm, id, since, None::<Date>, since.first_of_month()])
        .collect();
    tx.insert_many(&BEGIN, rows).await?;
    Ok(())
}

/// The months of a subscription are settled again from one on.
pub(crate) async fn reopen(
    tx: &mut Tx,
    realm: RealmId,
    id: SubscriptionId,
    month: Date,
) -> Result<()> {
    tx.exec(&REOPEN, args![realm, id, month]).await?;
    Ok(())
}

/// A subscription costs something in months without usage from a day on, and not before it.
pub(crate) async fn set_since(
    tx: &mut Tx,
    realm: RealmId,
    id: SubscriptionId,
    since: Date,
) -> Result<()> {
    begin(tx, realm, &[(id, since)]).await?;
    tx.exec(&SINCE, args![realm, id, since]).await?;
    Ok(())
}

/// A subscription costs nothing in months without usage.
pub(crate) async fn forget(tx: &mut Tx, realm: RealmId, id: SubscriptionId) -> Result<()> {
    tx.exec(&FORGET, args![realm, id]).await?;
    Ok(())
}

/// A subscription ends on a day.
pub(crate) async fn end(tx: &mut Tx, realm: RealmId, id: SubscriptionId, on: Date) -> Result<()> {
    tx.exec(&END, args![realm, id, on]).await?;
    Ok(())
}

/// The months of some subscriptions before a day are settled.
pub(crate) async fn settled(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[SubscriptionId],
    day: Date,
) -> Result<()> {
    if !ids.is_empty() {
        tx.exec(&SETTLED, args![realm, Json(ids), day]).await?;
    }
    Ok(())
}

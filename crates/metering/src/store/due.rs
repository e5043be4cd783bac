//! The months of subscriptions whose usage waits to be rated.

use std::collections::{BTreeMap, BTreeSet};

use tradewind_kernel::id::{RealmId, RequestId, SubscriptionId};
use tradewind_kernel::{Date, Result};
use tradewind_platform::db::{Json, Tx};
use tradewind_platform::{args, bulk, stmts};

bulk! {
    /// Something has come to these months. Each gets a stamp that it never had, so that who rates what came before does not take
    /// this away unseen.
    MARK = "usage_due" { realm_id: Text, subscription_id: Text, period_on: Text, stamp: Text }
        on conflict Do("(realm_id, subscription_id, period_on) DO UPDATE SET stamp = excluded.stamp");
}

stmts! {
    /// Subscriptions after one whose months before a day wait, in order.
    SUBSCRIPTIONS = "SELECT DISTINCT subscription_id FROM usage_due WHERE realm_id = $1 AND subscription_id > $2
        AND period_on < $3 ORDER BY subscription_id LIMIT $4";
    /// The stamps of what waits of some subscriptions in months before a day.
    STAMPS = "SELECT subscription_id, stamp FROM usage_due WHERE realm_id = $1
        AND subscription_id IN (SELECT value FROM json_each($2)) AND period_on < $3",
        pg = "SELECT subscription_id, stamp FROM usage_due WHERE realm_id = $1
        AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) AND period_on < $3";
    /// The first month of each of some subscriptions that waits.
    FIRST = "SELECT subscription_id, MIN(period_on) AS period_on FROM usage_due WHERE realm_id = $1
        AND subscription_id IN (SELECT value FROM json_each($2)) GROUP BY subscription_id",
        pg = "SELECT subscription_id, MIN(period_on) AS period_on FROM usage_due WHERE realm_id = $1
        AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) GROUP BY subscription_id";
    /// Takes away what has been rated, unless something has come since.
    SETTLE = "DELETE FROM usage_due WHERE realm_id = $1 AND subscription_id IN (SELECT value FROM json_each($2))
        AND stamp IN (SELECT value FROM json_each($3)) AND period_on < $4",
        pg = "DELETE FROM usage_due WHERE realm_id = $1
        AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))
        AND stamp IN (SELECT json_array_elements_text(CAST($3 AS JSON))) AND period_on < $4";
}

/// Notes that something has come to these months, in order of their keys.
pub(crate) async fn mark(
    tx: &mut Tx,
    realm: RealmId,
    months: &BTreeSet<(SubscriptionId, Date)>,
) -> Result<()> {
    let rows = months
        .iter()
        .map(|(subscription, month)| args![realm, subscription, month, RequestId::generate()])
        .collect();
    tx.insert_many(&MARK, rows).await.map(drop)
}

/// Up to `limit` subscriptions after one with months before a day that wait, in order of their ids.
pub(crate) async fn subscriptions(
    tx: &mut Tx,
    realm: RealmId,
    day: Date,
    after: Option<SubscriptionId>,
    limit: u32,
) -> Result<Vec<SubscriptionId>> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows = tx
        .all::<(SubscriptionId,)>(&SUBSCRIPTIONS, args![realm, after, day, limit])
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The stamps of what waits of some subscriptions in months before a day.
pub(crate) async fn stamps(
    tx: &mut Tx,
    realm: RealmId,
    subscriptions: &[SubscriptionId],
    day: Date,
) -> Result<Vec<(SubscriptionId, String)>> {
    tx.all(&STAMPS, args![realm, Json(subscriptions), day])
        .await
}

/// The first month of each of some subscriptions that waits.
pub(crate) async fn first(
    tx: &mut Tx,
    realm: RealmId,
    subscriptions: &[SubscriptionId],
) -> Result<BTreeMap<SubscriptionId, Date>> {
    let rows: Vec<(SubscriptionId, Date)> =
        tx.all(&FIRST, args![realm, Json(subscriptions)]).await?;
    Ok(rows.into_iter().collect())
}

/// Takes away what has been rated.
pub(crate) async fn settle(
    tx: &mut Tx,
    realm: RealmId,
    rated: &[(SubscriptionId, String)],
    day: Date,
) -> Result<()> {
    let ids: BTreeSet<SubscriptionId> = rated.iter().map(|(id, _)| *id).collect();
    let stamps: Vec<&str> = rated.iter().map(|(_, stamp)| stamp.as_str()).collect();
    tx.exec(&SETTLE, args![realm, Json(&ids), Json(&stamps), day])
        .await
        .map(drop)
}

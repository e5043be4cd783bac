//! At which moment of a day subscriptions began, changed or ended.

use tradewind_kernel::id::{RealmId, SubscriptionId};
use tradewind_kernel::{Date, Result, Timestamp};
use tradewind_platform::db::{Json, Tx};
use tradewind_platform::{args, stmts};

stmts! {
    /// What happens to a subscription on a day happens at this moment, unless something has happened on it before.
    NOTE = "INSERT INTO subscription_moment (realm_id, subscription_id, on_day, at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (realm_id, subscription_id, on_day) DO NOTHING";
    /// The moments of some subscriptions.
    OF = "SELECT subscription_id, on_day, at FROM subscription_moment WHERE realm_id = $1
        AND subscription_id IN (SELECT value FROM json_each($2)) ORDER BY subscription_id, on_day",
        pg = "SELECT subscription_id, on_day, at FROM subscription_moment WHERE realm_id = $1
        AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) ORDER BY subscription_id, on_day";
}

pub(crate) async fn note(
    tx: &mut Tx,
    realm: RealmId,
    id: SubscriptionId,
    on: Date,
    at: Timestamp,
) -> Result<()> {
    tx.exec(&NOTE, args![realm, id, on, at]).await?;
    Ok(())
}

pub(crate) async fn of(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[SubscriptionId],
) -> Result<Vec<(SubscriptionId, Date, Timestamp)>> {
    tx.all(&OF, args![realm, Json(ids)]).await
}

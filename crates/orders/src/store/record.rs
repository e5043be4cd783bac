//! What is recorded of subscriptions for the past, rewritten from a day on.

use crate::types::{QuantitySince, TermsSince};
use tradewind_kernel::id::{RealmId, SubscriptionId};
use tradewind_kernel::{Date, Error, Result};
use tradewind_platform::db::Tx;
use tradewind_platform::{args, bulk, stmts};

stmts! {
    /// Forgets the terms that a leg had before those it has.
    TERMS_FORGET = "DELETE FROM leg_terms_past WHERE realm_id = $1 AND subscription_id = $2 AND position = $3";
    /// The terms that a leg has.
    TERMS_NOW = "UPDATE leg SET terms_id = $4, terms_from = $5 WHERE realm_id = $1 AND subscription_id = $2 AND position = $3";
    /// Forgets what was held from a day on.
    HELD_FORGET = "DELETE FROM quantity_history WHERE realm_id = $1 AND subscription_id = $2 AND from_on >= $3";
}

bulk! {
    /// The terms that a leg had.
    TERMS_PAST = "leg_terms_past" { realm_id: Text, subscription_id: Text, position: Int, from_on: Text, terms_id: Text }
        on conflict Error;
    /// What was held.
    HELD = "quantity_history" { realm_id: Text, subscription_id: Text, item_id: Text, from_on: Text, plan_id: Text, quantity: Text }
        on conflict Error;
}

/// A leg has had these terms, oldest first; the last ones are those it has.
pub(crate) async fn set_terms(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    position: i64,
    all: &[TermsSince],
) -> Result<()> {
    let (now, past) = all
        .split_last()
        .ok_or_else(|| Error::internal("a leg without terms"))?;
    tx.exec(&TERMS_FORGET, args![realm, subscription, position])
        .await?;
    let rows = past
        .iter()
        .map(|one| args![realm, subscription, position, one.from_on, one.terms_id])
        .collect();
    tx.insert_many(&TERMS_PAST, rows).await?;
    tx.exec(
        &TERMS_NOW,
        args![realm, subscription, position, now.terms_id, now.from_on],
    )
    .await?;
    Ok(())
}

/// From a day on a subscription has held this.
pub(crate) async fn set_held(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    from_on: Date,
    all: &[QuantitySince],
) -> Result<()> {
    tx.exec(&HELD_FORGET, args![realm, subscription, from_on])
        .await?;
    let rows = all
        .iter()
        .map(|one| {
            args![
                realm,
                subscription,
                one.item_id,
                one.from_on,
                one.plan_id,
                one.quantity
            ]
        })
        .collect();
    tx.insert_many(&HELD, rows).await?;
    Ok(())
}

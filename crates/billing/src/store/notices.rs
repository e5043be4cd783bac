//! Of which prices customers were told before they hold.

use tradewind_kernel::{
    Date, Result,
    id::{RealmId, SubscriptionId, TermsId},
};
use tradewind_platform::{args, db::Tx, stmts};

stmts! {
    /// Which terms the customer was told of.
    NOTICE = "SELECT terms_id FROM price_notice WHERE realm_id = $1 AND subscription_id = $2 AND from_on = $3";
    /// The customer has been told.
    NOTICE_KEEP = "INSERT INTO price_notice (realm_id, subscription_id, from_on, terms_id) VALUES ($1, $2, $3, $4)
        ON CONFLICT (realm_id, subscription_id, from_on) DO UPDATE SET terms_id = excluded.terms_id
        WHERE price_notice.terms_id <> excluded.terms_id";
}

/// The terms from a day on that a customer was told of.
pub(crate) async fn of(
    tx: &mut Tx,
    realm: RealmId,
    id: SubscriptionId,
    from_on: Date,
) -> Result<Option<TermsId>> {
    let row = tx
        .opt::<(TermsId,)>(&NOTICE, args![realm, id, from_on])
        .await?;
    Ok(row.map(|(terms,)| terms))
}

/// Notes that a customer is told of terms; false when it was told already.
pub(crate) async fn keep(
    tx: &mut Tx,
    realm: RealmId,
    id: SubscriptionId,
    from_on: Date,
    terms: TermsId,
) -> Result<bool> {
    let kept = tx
        .exec(&NOTICE_KEEP, args![realm, id, from_on, terms])
        .await?;
    Ok(kept > 0)
}

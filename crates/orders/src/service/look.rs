//! Looking at subscriptions: what they hold, between whom they are, and who may see what of them.

use crate::rules::{self, OperationFacts};
use crate::store::quantity;
use crate::store::subscription as store;
use crate::types::{
    Leg, Subscription, SubscriptionDetail, SubscriptionHome, SubscriptionItem,
    SubscriptionOperation, SubscriptionParameter,
};
use std::sync::Arc;
use tradewind_kernel::Result;
use tradewind_kernel::id::{AccountId, ProductId, SubscriptionId};
use tradewind_platform::{KeyRing, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind, Target};

/// Up to `limit` of the subscriptions that an account has, sells or delivers and that have not ended, with their names, and
/// how many there are.
///
/// # Errors
/// Database errors.
pub async fn running_of_account_in(
    w: &mut Work,
    account: AccountId,
    limit: i64,
) -> Result<(Vec<(SubscriptionId, String)>, i64)> {
    let realm = w.ctx.realm;
    store::running(&mut w.tx, realm, account, limit).await
}

/// One subscription with what it holds and what may be done with it. Only the vendor reads secret answers.
///
/// # Errors
/// Not found.
pub async fn subscription_get(
    p: &Platform,
    ctx: &OpCtx,
    id: SubscriptionId,
) -> Result<SubscriptionDetail> {
    p.read(ctx, &(id, p.keys()), |w, (id, keys)| {
        Box::pin(subscription_get_in(w, keys, *id))
    })
    .await
}

/// As [`subscription_get`], within another use case.
///
/// # Errors
/// As [`subscription_get`].
pub async fn subscription_get_in(
    w: &mut Work,
    keys: &KeyRing,
    id: SubscriptionId,
) -> Result<SubscriptionDetail> {
    let whole = whole_in(w, id).await?;
    let target = subscription_target(w, &whole.subscription).await?;
    w.authorize_for(Action::SubscriptionView, &target, &id)?;
    // The vendor needs the secret answers to deliver; nobody else reads them.
    let mut secrets = Vec::new();
    if w.ctx.principal.account == whole.subscription.vendor_id {
        for row in whole.parameters.iter().filter(|row| row.sensitive) {
            let plain = keys.open(&sealing_place(id, &row.code), &row.value)?;
            secrets.push((row.code.clone(), plain.expose().to_owned()));
        }
    }
    let mut detail = detail_from(w, whole).await?;
    for (code, value) in secrets {
        let mut shown = detail.parameters.iter_mut();
        if let Some(parameter) = shown.find(|shown| shown.code == code) {
            parameter.value = Some(value);
        }
    }
    Ok(detail)
}

/// A subscription with everything that a look at it shows.
pub(super) async fn whole_in(w: &mut Work, id: SubscriptionId) -> Result<store::Whole> {
    let realm = w.ctx.realm;
    let whole = store::whole(&mut w.tx, realm, id).await?;
    w.remember(id, Arc::new(whole.subscription.clone()));
    w.remember(id, Arc::new(whole.items.clone()));
    Ok(whole)
}

/// A subscription without asking who wants to know.
///
/// # Errors
/// Not found.
pub async fn subscription_in(w: &mut Work, id: SubscriptionId) -> Result<Subscription> {
    if let Some(found) = w.recall::<Subscription>(id) {
        return Ok(Subscription::clone(&found));
    }
    let realm = w.ctx.realm;
    let found = store::get(&mut w.tx, realm, id).await?;
    w.remember(id, Arc::new(found.clone()));
    Ok(found)
}

/// Whether a customer has a product on order, or has had it, be it on trial; what was called off before it began does not
/// count.
///
/// # Errors
/// Database errors.
pub async fn has_had_in(w: &mut Work, customer: AccountId, product: ProductId) -> Result<bool> {
    let realm = w.ctx.realm;
    store::has_had(&mut w.tx, realm, customer, product).await
}

/// Up to `limit` subscriptions of a customer that are billed next, all on the same day, for a use case that decides itself
/// who may see them.
///
/// # Errors
/// Database errors.
pub async fn next_due_in(
    w: &mut Work,
    customer: AccountId,
    limit: i64,
) -> Result<Vec<Subscription>> {
    let realm = w.ctx.realm;
    store::next_due(&mut w.tx, realm, customer, limit).await
}

/// Those of some subscriptions that there are, in order of their ids.
///
/// # Errors
/// Database errors.
pub async fn subscriptions_in(w: &mut Work, ids: &[SubscriptionId]) -> Result<Vec<Subscription>> {
    let realm = w.ctx.realm;
    store::some(&mut w.tx, realm, ids).await
}

/// Between whom some subscriptions are, for use cases that decide themselves who may see them; those that do not exist
/// are left out.
///
/// # Errors
/// Database errors.
pub async fn subscription_homes_in(
    w: &mut Work,
    ids: &[SubscriptionId],
) -> Result<Vec<SubscriptionHome>> {
    let realm = w.ctx.realm;
    store::homes(&mut w.tx, realm, ids).await
}

/// What a subscription holds.
///
/// # Errors
/// Database errors.
pub async fn items_in(w: &mut Work, id: SubscriptionId) -> Result<Vec<SubscriptionItem>> {
    if let Some(found) = w.recall::<Vec<SubscriptionItem>>(id) {
        return Ok(Vec::clone(&found));
    }
    let realm = w.ctx.realm;
    quantity::items(&mut w.tx, realm, id).await
}

/// The legs of a subscription, the vendor's first.
///
/// # Errors
/// Database errors.
pub async fn legs_in(w: &mut Work, id: SubscriptionId) -> Result<Vec<Leg>> {
    if let Some(found) = w.recall::<Vec<Leg>>(id) {
        return Ok(Vec::clone(&found));
    }
    let realm = w.ctx.realm;
    let (found, discounted) = quantity::legs_read(&mut w.tx, realm, &[id]).await?;
    w.remember(id, Arc::new(found.clone()));
    remember_discounted(w, id, &discounted);
    Ok(found)
}

/// Whether anything was redeemed for a subscription, read along with its legs.
struct Discounted(bool);

/// Has it at hand whether a subscription is among those for which something was redeemed.
pub(crate) fn remember_discounted(w: &mut Work, id: SubscriptionId, those: &[SubscriptionId]) {
    w.remember(id, Arc::new(Discounted(those.contains(&id))));
}

/// Whether it is known, in a transaction that only reads, that nothing was redeemed for a subscription.
pub(crate) fn is_undiscounted(w: &Work, id: SubscriptionId) -> bool {
    w.recall::<Discounted>(id).is_some_and(|known| !known.0)
}

/// A subscription in detail, without asking who wants to know.
///
/// # Errors
/// Not found.
pub async fn subscription_detail_in(
    w: &mut Work,
    id: SubscriptionId,
) -> Result<SubscriptionDetail> {
    let whole = whole_in(w, id).await?;
    detail_from(w, whole).await
}

/// What the policies are asked about a subscription.
///
/// # Errors
/// Database errors.
pub async fn subscription_target(w: &mut Work, subscription: &Subscription) -> Result<Target> {
    let target = tradewind_accounts::service::target(
        w,
        ResourceKind::Subscription,
        subscription.customer_id,
    )
    .await?;
    Ok(target
        .traded(subscription.seller_id, subscription.customer_id)
        .of_vendor(subscription.vendor_id))
}

pub(super) async fn operations_with(
    w: &mut Work,
    subscription: &Subscription,
    open_order: bool,
) -> Result<Vec<SubscriptionOperation>> {
    let target = subscription_target(w, subscription).await?;
    let facts = OperationFacts {
        open_order,
        seller_side: w.may(Action::SubscriptionSuspend, &target),
    };
    Ok(rules::subscription_operations(subscription, facts))
}

pub(super) async fn detail_from(w: &mut Work, whole: store::Whole) -> Result<SubscriptionDetail> {
    let store::Whole {
        subscription,
        items,
        parameters,
        has_open_order,
        bundle,
    } = whole;
    // A vendor delivers plans, however they are sold.
    let target = subscription_target(w, &subscription).await?;
    let bundle = bundle.filter(|_| w.may(Action::OrderView, &target));
    let parameters = parameters
        .into_iter()
        .map(|row| SubscriptionParameter {
            code: row.code,
            value: (!row.sensitive).then_some(row.value),
            sensitive: row.sensitive,
        })
        .collect();
    let available_operations = operations_with(w, &subscription, has_open_order).await?;
    Ok(SubscriptionDetail {
        subscription,
        items,
        parameters,
        bundle,
        available_operations,
    })
}

/// Binds a sealed answer to its place, so that it can't be moved to another row.
pub(super) fn sealing_place(id: SubscriptionId, code: &str) -> String {
    format!("subscription_parameter/{id}/{code}")
}

//! What a subscription's next invoice will be.

use std::collections::BTreeSet;

use tradewind_accounts::service as accounts;
use tradewind_billing::service::{
    SubscriptionChange, preview_change, preview_resume, preview_scheduled,
};
use tradewind_billing::types::Preview;
use tradewind_kernel::id::{AccountId, SubscriptionId};
use tradewind_kernel::{Error, Result};
use tradewind_orders::billing::read_ahead;
use tradewind_orders::service::{items_in, legs_in, next_due_in, subscription_get_in};
use tradewind_orders::types::{CommercialState, Leg, Subscription};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};

/// The bill to come as things stand: what is held, under the prices that hold at the renewal. None for a subscription
/// that ends before, or is not billed.
///
/// # Errors
/// Not found; database errors.
pub async fn upcoming(p: &Platform, ctx: &OpCtx, id: SubscriptionId) -> Result<Option<Preview>> {
    let found = p
        .read(ctx, &(id, p.keys()), |w, (id, keys)| {
            Box::pin(async move {
                let detail = subscription_get_in(w, keys, *id).await?;
                of(w, &detail.subscription).await
            })
        })
        .await;
    shown(found)
}

/// What resuming a suspended subscription today would give back of the time since it was suspended, or charge for the rest of a
/// period that began suspended, and the bill to come then. None for one that is not suspended.
///
/// # Errors
/// Not found; database errors.
pub async fn resuming(p: &Platform, ctx: &OpCtx, id: SubscriptionId) -> Result<Option<Preview>> {
    let found = p
        .read(ctx, &(id, p.keys()), |w, (id, keys)| {
            Box::pin(async move {
                let one = subscription_get_in(w, keys, *id).await?.subscription;
                if one.commercial_state != CommercialState::Suspended {
                    return Ok(None);
                }
                let today = w.ctx.now.date_in(&one.zone);
                preview_resume(w, one.id, today).await.map(Some)
            })
        })
        .await;
    shown(found)
}

/// As [`upcoming`], for a subscription that the principal has been shown: it is not read again.
///
/// # Errors
/// Database errors.
pub async fn upcoming_of(
    p: &Platform,
    ctx: &OpCtx,
    subscription: &Subscription,
) -> Result<Option<Preview>> {
    shown(
        p.read(ctx, subscription, |w, one| Box::pin(of(w, one)))
            .await,
    )
}

/// The bills of the day on which the principal's account, a customer, is billed next, one for each subscription; none when
/// more than `at_most` are billed then.
///
/// # Errors
/// Not found and forbidden by policy; database errors.
pub async fn upcoming_next(p: &Platform, ctx: &OpCtx, at_most: usize) -> Result<Vec<Preview>> {
    p.read(ctx, &at_most, |w, at_most| Box::pin(next(w, *at_most)))
        .await
}

async fn next(w: &mut Work, at_most: usize) -> Result<Vec<Preview>> {
    let own = w.ctx.principal.account;
    let target = accounts::target(w, ResourceKind::Subscription, own).await?;
    w.authorize(Action::SubscriptionView, &target)?;
    let limit = i64::try_from(at_most).unwrap_or(i64::MAX).saturating_add(1);
    let due = next_due_in(w, own, limit).await?;
    if due.is_empty() || due.len() > at_most {
        return Ok(Vec::new());
    }
    let legs = read_ahead(w, &due).await?;
    let parties = |leg: &Leg| [leg.seller_id, leg.buyer_id];
    let parties: BTreeSet<AccountId> = legs.iter().flat_map(parties).collect();
    let parties: Vec<AccountId> = parties.into_iter().collect();
    accounts::accounts_many(w, &parties).await?;
    accounts::relationships_of_buyers(w, &parties).await?;
    let mut found = Vec::new();
    for one in &due {
        found.extend(shown(of(w, one).await)?);
    }
    Ok(found)
}

/// A price that can't be worked out any more is not shown; billing will name what is wrong.
fn shown(found: Result<Option<Preview>>) -> Result<Option<Preview>> {
    match found {
        Err(Error::Refused { .. } | Error::Conflict { .. } | Error::Invalid(_)) => Ok(None),
        other => other,
    }
}

async fn of(w: &mut Work, subscription: &Subscription) -> Result<Option<Preview>> {
    let trial = subscription.commercial_state == CommercialState::Trial;
    let ends = subscription.cancel_on.is_some()
        && subscription.cancel_on <= subscription.period_end.or(subscription.trial_ends_on);
    if ends || !(trial || subscription.commercial_state.is_billed()) {
        return Ok(None);
    }
    // Nothing changed, looked at as a change.
    let (wanted, terms) = match subscription.scheduled.as_ref() {
        Some(change) => (
            change
                .items
                .iter()
                .map(|item| (item.item_id, item.quantity))
                .collect(),
            change.terms.clone(),
        ),
        None => (
            items_in(w, subscription.id)
                .await?
                .into_iter()
                .map(|item| (item.item_id, item.quantity))
                .collect(),
            legs_in(w, subscription.id)
                .await?
                .into_iter()
                .map(|leg| leg.terms_id)
                .collect(),
        ),
    };
    let change = SubscriptionChange {
        subscription_id: subscription.id,
        wanted,
        terms,
        moment: None,
        at: w.ctx.now.date_in(&subscription.zone),
        less: false,
    };
    if trial {
        preview_change(w, &change, &[]).await.map(Some)
    } else {
        preview_scheduled(w, &change, &[]).await.map(Some)
    }
}

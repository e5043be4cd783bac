//! Other quantities, another plan, other terms: at once, or waiting for a day.

use super::subscription::{ended, save, subscription_lock_in, tell};
use crate::store::quantity;
use crate::types::{OrderedItem, ScheduledChange, Subscription};
use serde_json::json;
use tradewind_kernel::id::{PlanId, SubscriptionId, TermsId};
use tradewind_kernel::{Date, Error, Result};
use tradewind_platform::Work;

/// Has a subscription hold other quantities, possibly of another plan, from a day on. `terms` names the frozen terms of
/// each leg from then on, the vendor's first.
///
/// # Errors
/// Not found; conflict when the subscription has ended; internal error when the legs and terms don't match.
pub async fn plan_switch_in(
    w: &mut Work,
    id: SubscriptionId,
    plan: PlanId,
    items: &[OrderedItem],
    terms: &[TermsId],
    from_on: Date,
) -> Result<Subscription> {
    let realm = w.ctx.realm;
    let mut subscription = subscription_lock_in(w, id).await?;
    if subscription.commercial_state.is_final() {
        return Err(ended(&subscription));
    }
    let legs = quantity::legs(&mut w.tx, realm, &[id]).await?;
    if legs.len() != terms.len() {
        return Err(Error::internal(format!(
            "{} terms for {} legs of {id}",
            terms.len(),
            legs.len()
        )));
    }
    for (leg, new) in legs.iter().zip(terms) {
        if leg.terms_id != *new {
            quantity::leg_terms(&mut w.tx, realm, id, leg.position, *new, from_on).await?;
        }
    }
    quantity::hold_from(&mut w.tx, realm, id, plan, items, from_on).await?;
    let before = std::mem::replace(&mut subscription.plan_id, plan);
    let summary = json!({ "before": { "plan_id": before }, "after": { "plan_id": plan, "items": items }, "from_on": from_on });
    save(w, &mut subscription, "subscription.change", summary).await?;
    tell(w, "subscription.changed", &subscription);
    Ok(subscription)
}

/// Sets right what a subscription held from a day in the past on, up to the next change of the same item that is recorded. Answers
/// whether it holds something else now.
///
/// # Errors
/// Not found; conflict when the subscription has ended.
pub async fn quantities_amend_in(
    w: &mut Work,
    id: SubscriptionId,
    held: &[OrderedItem],
    from_on: Date,
) -> Result<bool> {
    let realm = w.ctx.realm;
    let mut subscription = subscription_lock_in(w, id).await?;
    if subscription.commercial_state.is_final() {
        return Err(ended(&subscription));
    }
    let history = quantity::history(&mut w.tx, realm, &[id]).await?;
    let earlier = history.iter().map(|(_, since)| since);
    let earlier = earlier.filter(|since| since.from_on <= from_on);
    let plan = earlier.max_by_key(|since| since.from_on);
    let plan = plan.map_or(subscription.plan_id, |since| since.plan_id);
    let lasting: Vec<OrderedItem> = held
        .iter()
        .filter(|item| {
            let mut later = history.iter().map(|(_, since)| since);
            !later.any(|since| since.item_id == item.item_id && since.from_on > from_on)
        })
        .cloned()
        .collect();
    let now = quantity::amend(
        &mut w.tx,
        realm,
        &quantity::Amendment {
            subscription: id,
            plan,
            held,
            lasting: &lasting,
            from_on,
        },
    )
    .await?;
    let summary = json!({ "after": { "items": held }, "from_on": from_on });
    save(w, &mut subscription, "subscription.correct", summary).await?;
    tell(w, "subscription.corrected", &subscription);
    Ok(now)
}

/// Lets a change wait for a day; one that waits already is replaced.
///
/// # Errors
/// Not found; conflict when the subscription has ended.
pub async fn schedule_set_in(
    w: &mut Work,
    id: SubscriptionId,
    change: &ScheduledChange,
) -> Result<Subscription> {
    let mut subscription = subscription_lock_in(w, id).await?;
    if subscription.commercial_state.is_final() {
        return Err(ended(&subscription));
    }
    subscription.scheduled = Some(change.clone());
    let summary = json!({ "on": change.on, "plan_id": change.plan_id, "items": change.items });
    save(w, &mut subscription, "subscription.schedule", summary).await?;
    tell(w, "subscription.change_scheduled", &subscription);
    Ok(subscription)
}

/// Forgets a change that waits; without one, nothing changes.
///
/// # Errors
/// Not found.
pub async fn schedule_clear_in(w: &mut Work, id: SubscriptionId) -> Result<Subscription> {
    let mut subscription = subscription_lock_in(w, id).await?;
    if subscription.scheduled.take().is_some() {
        save(
            w,
            &mut subscription,
            "subscription.schedule_clear",
            json!({}),
        )
        .await?;
    }
    Ok(subscription)
}

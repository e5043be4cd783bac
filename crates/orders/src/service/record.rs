//! Setting right what is recorded of a subscription for the past: the terms of its legs, its plan and what it held.

use super::subscription::{ended, save, subscription_lock_in, tell};
use crate::rules::{held_set_right, terms_recorded_since, terms_set_right};
use crate::store::{quantity, record as store};
use crate::types::{
    Leg, OrderedItem, PastHolding, PastRecord, QuantitySince, Rewritten, Subscription, TermsSince,
};
use serde_json::json;
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Date, Error, Result};
use tradewind_platform::Work;

/// What is recorded of a subscription from a day on, of all that another record may concern.
///
/// # Errors
/// Not found.
pub async fn past_record_in(
    w: &mut Work,
    subscription: &Subscription,
    to: &PastRecord,
) -> Result<PastRecord> {
    let (realm, id, from_on) = (w.ctx.realm, subscription.id, to.from_on);
    let mut terms = Vec::new();
    if !to.terms.is_empty() {
        for (mut since, _) in histories(w, id).await? {
            since.retain(|one| one.from_on >= from_on);
            terms.push(since);
        }
    }
    let held = if to.held.is_some() {
        let items = quantity::items(&mut w.tx, realm, id).await?;
        let items = items.into_iter().map(|item| OrderedItem {
            item_id: item.item_id,
            code: item.code,
            quantity: item.quantity,
        });
        let history = quantity::history(&mut w.tx, realm, &[id]).await?;
        let since = history.into_iter().map(|(_, since)| since);
        Some(PastHolding {
            plan_id: subscription.plan_id,
            items: items.collect(),
            quantities: since.filter(|since| since.from_on >= from_on).collect(),
        })
    } else {
        None
    };
    Ok(PastRecord {
        from_on,
        terms,
        held,
    })
}

/// The first day on which terms were recorded after what was to be rewritten was known, on a leg that gets others; none where nothing has
/// come since.
///
/// # Errors
/// Database errors.
pub async fn past_recorded_since_in(
    w: &mut Work,
    id: SubscriptionId,
    record: &Rewritten,
) -> Result<Option<Date>> {
    let (was, stays) = (&record.before, record.stays());
    let legs = histories(w, id).await?;
    let legs = legs.iter().zip(&was.terms).zip(stays);
    let since = legs
        .filter(|(_, stays)| !stays)
        .flat_map(|(((known, _), terms), _)| terms_recorded_since(known, terms, was.from_on));
    Ok(since.map(|one| one.from_on).min())
}

/// Sets right what is recorded of a subscription from a day in the past on. What has been recorded since that was decided stays. A change of quantities that waits goes on under the terms that hold then.
///
/// # Errors
/// Not found; conflict when the subscription has ended; internal error when legs and terms don't match.
pub async fn past_record_set_in(
    w: &mut Work,
    id: SubscriptionId,
    record: &Rewritten,
) -> Result<()> {
    let realm = w.ctx.realm;
    let (before, to) = (&record.before, &record.after);
    let mut subscription = subscription_lock_in(w, id).await?;
    if subscription.commercial_state.is_final() {
        return Err(ended(&subscription));
    }
    let from_on = to.from_on;
    if !to.terms.is_empty() {
        let legs = histories(w, id).await?;
        if legs.len() != to.terms.len() || legs.len() != before.terms.len() {
            let text = format!("terms for {} legs of {id}", to.terms.len());
            return Err(Error::internal(text));
        }
        let mut now = Vec::with_capacity(legs.len());
        for (((known, leg), was), new) in legs.iter().zip(&before.terms).zip(&to.terms) {
            let all = terms_set_right(known, was, new, from_on);
            store::set_terms(&mut w.tx, realm, id, leg.position, &all).await?;
            now.extend(all.last().map(|last| last.terms_id));
        }
        let plan = subscription.plan_id;
        if let Some(waiting) = subscription.scheduled.as_mut()
            && waiting.plan_id == plan
        {
            waiting.terms = now;
        }
    }
    if let Some((was, held)) = record.held() {
        let history = quantity::history(&mut w.tx, realm, &[id]).await?;
        let known: Vec<QuantitySince> = history.into_iter().map(|(_, since)| since).collect();
        let mut all = held_set_right(&known, &was.quantities, &held.quantities, from_on);
        all.retain(|since| since.from_on >= from_on);
        store::set_held(&mut w.tx, realm, id, from_on, &all).await?;
        quantity::set_items(&mut w.tx, realm, id, &held.items).await?;
        subscription.plan_id = held.plan_id;
    }
    let summary = json!({ "before": before, "after": to, "from_on": from_on });
    save(w, &mut subscription, "subscription.correct", summary).await?;
    tell(w, "subscription.corrected", &subscription);
    Ok(())
}

/// All terms of each leg with those it has, oldest first, the vendor's leg first.
async fn histories(w: &mut Work, id: SubscriptionId) -> Result<Vec<(Vec<TermsSince>, Leg)>> {
    let realm = w.ctx.realm;
    let past = quantity::past_terms(&mut w.tx, realm, &[id]).await?;
    let legs = quantity::legs(&mut w.tx, realm, &[id]).await?;
    let with_past = legs.into_iter().map(|leg| {
        let own = past.iter().filter(|(_, at, ..)| *at == leg.position);
        let own = own.map(|(_, _, from_on, terms_id)| TermsSince {
            from_on: *from_on,
            terms_id: *terms_id,
        });
        let now = TermsSince {
            from_on: leg.terms_from,
            terms_id: leg.terms_id,
        };
        (own.chain([now]).collect(), leg)
    });
    Ok(with_past.collect())
}

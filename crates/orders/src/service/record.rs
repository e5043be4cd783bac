//! Setting right what is recorded of a subscription for the past: the terms of its legs, its plan and what it held.

use super::subscription::{ended, save, subscription_lock_in, tell};
use crate::store::{quantity, record};
use crate::types::{
    Leg, OrderedItem, PastHolding, PastRecord, QuantitySince, Subscription, TermsSince,
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

/// Sets right what is recorded of a subscription from a day in the past on. `before` is what was recorded when that was decided: what has
/// been recorded since stays. A change of quantities that waits goes on under the terms that hold then.
///
/// # Errors
/// Not found; conflict when the subscription has ended; internal error when legs and terms don't match.
pub async fn past_record_set_in(
    w: &mut Work,
    id: SubscriptionId,
    before: &PastRecord,
    to: &PastRecord,
) -> Result<()> {
    let realm = w.ctx.realm;
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
            let all = rewritten(known, was, new, from_on);
            record::set_terms(&mut w.tx, realm, id, leg.position, &all).await?;
            now.extend(all.last().map(|last| last.terms_id));
        }
        let plan = subscription.plan_id;
        if let Some(waiting) = subscription.scheduled.as_mut()
            && waiting.plan_id == plan
        {
            waiting.terms = now;
        }
    }
    if let (Some(was), Some(held)) = (&before.held, &to.held) {
        let history = quantity::history(&mut w.tx, realm, &[id]).await?;
        let later = history.into_iter().map(|(_, since)| since);
        let later =
            later.filter(|since| since.from_on >= from_on && !was.quantities.contains(since));
        let mut all: Vec<QuantitySince> = later.collect();
        let known = |of: &QuantitySince, all: &[QuantitySince]| {
            all.iter()
                .any(|one| (one.item_id, one.from_on) == (of.item_id, of.from_on))
        };
        for since in &held.quantities {
            if !known(since, &all) {
                all.push(since.clone());
            }
        }
        record::set_held(&mut w.tx, realm, id, from_on, &all).await?;
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

/// Terms with other ones from a day on, but for those that have come since `was` was known.
fn rewritten(
    known: &[TermsSince],
    was: &[TermsSince],
    new: &[TermsSince],
    from_on: Date,
) -> Vec<TermsSince> {
    let earlier = known.iter().filter(|one| one.from_on < from_on);
    let later = known
        .iter()
        .filter(|one| one.from_on >= from_on && !was.contains(one));
    let later: Vec<TermsSince> = later.copied().collect();
    let kept = new
        .iter()
        .filter(|one| later.iter().all(|late| late.from_on > one.from_on));
    earlier.chain(kept).chain(&later).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_kernel::id::TermsId;

    #[test]
    fn what_was_recorded_since_outlives_what_is_rewritten() {
        let day = |text: &str| text.parse::<Date>().expect("a date");
        let since = |on: &str| TermsSince {
            from_on: day(on),
            terms_id: TermsId::generate(),
        };
        let (first, second, late) = (
            since("2024-01-01"),
            since("2024-02-01"),
            since("2024-03-01"),
        );
        let other = since("2024-01-20");
        let from = day("2024-01-20");
        let set = rewritten(&[first, second], &[second], &[other], from);
        assert_eq!(set, [first, other]);
        let back = rewritten(&set, &[other], &[second], from);
        assert_eq!(back, [first, second]);
        let with_late = rewritten(&[first, other, late], &[other], &[second], from);
        assert_eq!(with_late, [first, second, late]);
    }
}

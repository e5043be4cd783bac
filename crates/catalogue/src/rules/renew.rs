//! What the prices of a running subscription become when it is renewed.

use crate::types::{LegTerms, Policies, RenewalPrices};

/// The terms of every leg from a renewal on, given those agreed and those that somebody would get who bought on that day;
/// nothing when none changes. A leg changes when its price book, or that of a tier above it, has moved on, and its seller
/// lets renewals follow. Billing period, billing days and term stay as agreed.
///
/// What can no longer be bought in the same way (other sellers, another currency, an item fewer) is kept as agreed.
#[must_use]
pub fn renewed(agreed: &[&LegTerms], now: &[LegTerms]) -> Option<Vec<LegTerms>> {
    if agreed.len() != now.len() || agreed.iter().zip(now).any(|(old, new)| !replaces(old, new)) {
        return None;
    }
    let mut moved = false;
    let mut changed = false;
    let legs = agreed
        .iter()
        .zip(now)
        .map(|(old, new)| {
            moved |= (old.book, old.revision) != (new.book, new.revision);
            if !moved || old.policies.renewal == RenewalPrices::Agreed {
                return (*old).clone();
            }
            changed = true;
            LegTerms {
                cadence: old.cadence,
                term: old.term,
                policies: Policies {
                    billing_days: old.policies.billing_days,
                    ..new.policies.clone()
                },
                ..new.clone()
            }
        })
        .collect();
    changed.then_some(legs)
}

/// Whether terms are of the same sale: everything charged so far is still charged.
fn replaces(old: &LegTerms, new: &LegTerms) -> bool {
    old.seller == new.seller
        && old.plan == new.plan
        && old.currency == new.currency
        && old.items.iter().all(|item| new.item(item.item).is_some())
}

//! Replacing what is recorded from a day in the past on: what has been recorded since that was decided stays.

use tradewind_kernel::Date;

use crate::types::{QuantitySince, TermsSince};

/// The terms of a leg with other ones from a day on, but for those that have come since `was` was known. `known` are all of them, oldest
/// first.
#[must_use]
pub fn terms_set_right(
    known: &[TermsSince],
    was: &[TermsSince],
    new: &[TermsSince],
    from_on: Date,
) -> Vec<TermsSince> {
    let earlier = known.iter().filter(|one| one.from_on < from_on);
    let later = terms_recorded_since(known, was, from_on);
    let kept = new
        .iter()
        .filter(|one| later.iter().all(|late| late.from_on > one.from_on));
    earlier.chain(kept).chain(&later).copied().collect()
}

/// The terms of a leg from a day on that were recorded after `was` was known.
#[must_use]
pub fn terms_recorded_since(
    known: &[TermsSince],
    was: &[TermsSince],
    from_on: Date,
) -> Vec<TermsSince> {
    let later = known.iter().filter(|one| one.from_on >= from_on);
    later.filter(|one| !was.contains(one)).copied().collect()
}

/// What was held with other quantities from a day on, but for those that have come since `was` was known.
#[must_use]
pub fn held_set_right(
    known: &[QuantitySince],
    was: &[QuantitySince],
    new: &[QuantitySince],
    from_on: Date,
) -> Vec<QuantitySince> {
    let later = |one: &&QuantitySince| one.from_on >= from_on && !was.contains(one);
    let mut all: Vec<QuantitySince> = known.iter().filter(later).cloned().collect();
    let replaced = |of: &QuantitySince| {
        let mut later = all.iter();
        later.any(|one| (one.item_id, one.from_on) == (of.item_id, of.from_on))
    };
    let kept: Vec<QuantitySince> = new.iter().filter(|of| !replaced(of)).cloned().collect();
    all.extend(kept);
    let earlier = known.iter().filter(|one| one.from_on < from_on).cloned();
    earlier.chain(all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_kernel::Decimal;
    use tradewind_kernel::id::{ItemId, PlanId, TermsId};

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    #[test]
    fn what_was_recorded_since_outlives_what_is_rewritten() {
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
        let set = terms_set_right(&[first, second], &[second], &[other], from);
        assert_eq!(set, [first, other]);
        let back = terms_set_right(&set, &[other], &[second], from);
        assert_eq!(back, [first, second]);
        let with_late = terms_set_right(&[first, other, late], &[other], &[second], from);
        assert_eq!(with_late, [first, second, late]);
        assert_eq!(
            terms_recorded_since(&[first, other, late], &[other], from),
            [late]
        );
    }

    #[test]
    fn quantities_that_were_recorded_since_outlive_what_is_rewritten() {
        let (item, plan_id) = (ItemId::generate(), PlanId::generate());
        let since = |on: &str, quantity: i64| QuantitySince {
            item_id: item,
            plan_id,
            from_on: day(on),
            quantity: Decimal::from(quantity),
        };
        let (first, second) = (since("2024-01-01", 5), since("2024-02-01", 6));
        let (other, late) = (since("2024-01-20", 7), since("2024-03-01", 8));
        let from = day("2024-01-20");
        let held = |known: &[QuantitySince], was: &QuantitySince, new: &QuantitySince| {
            let (was, new) = (std::slice::from_ref(was), std::slice::from_ref(new));
            let mut all = held_set_right(known, was, new, from);
            all.sort_by_key(|one| one.from_on);
            all
        };
        let set = held(&[first.clone(), second.clone()], &second, &other);
        assert_eq!(set, [first.clone(), other.clone()]);
        let known = [first.clone(), other.clone(), late.clone()];
        assert_eq!(held(&known, &other, &second), [first, second, late]);
    }
}

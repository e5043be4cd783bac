//! Units of usage that are bought ahead, month by month.

use std::collections::BTreeMap;

use tradewind_kernel::Date;

use super::months_after;

/// What every month of a sale brings of its usage, in the smallest part of a unit that is told, and how long that is kept.
#[derive(Debug, Clone, Copy)]
pub struct Ahead {
    /// What a month brings.
    pub brings: i128,
    /// For how many months after its own it is there.
    pub months: i32,
    /// The most that a month finds of those before it.
    pub at_most: i128,
}

impl Ahead {
    /// What of the usage of each month is beyond what was there, from the month of the first day on.
    pub(super) fn beyond(self, since: Date, usage: &BTreeMap<Date, i128>) -> BTreeMap<Date, i128> {
        let mut beyond = BTreeMap::new();
        // By the month after which it is gone, what is left of an earlier one.
        let mut left: BTreeMap<Date, i128> = BTreeMap::new();
        let Some((last, _)) = usage.last_key_value() else {
            return beyond;
        };
        let mut month = since.first_of_month();
        while month <= *last {
            left.retain(|until, _| *until >= month);
            let mut too_much = left.values().sum::<i128>() - self.at_most;
            take(&mut left, &mut too_much);
            left.insert(months_after(month, self.months), self.brings);
            let mut wanted = usage.get(&month).copied().unwrap_or_default();
            take(&mut left, &mut wanted);
            beyond.insert(month, wanted.max(0));
            month = months_after(month, 1);
        }
        beyond
    }
}

/// Takes so much away, the oldest first; what is not there stays wanted.
fn take(left: &mut BTreeMap<Date, i128>, wanted: &mut i128) {
    for there in left.values_mut() {
        let taken = (*there).min(*wanted).max(0);
        *there -= taken;
        *wanted -= taken;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_used_first_and_goes_after_its_months() {
        let day = |text: &str| -> Date { text.parse().expect("a day") };
        let usage = BTreeMap::from([
            (day("2024-01-01"), 40),
            (day("2024-03-01"), 130),
            (day("2024-05-01"), 300),
        ]);
        let ahead = Ahead {
            brings: 100,
            months: 2,
            at_most: 150,
        };
        let beyond = ahead.beyond(day("2024-01-20"), &usage);
        // January leaves 60 and February 100, of which 150 are kept; March leaves 120 of them; with April's 100 only 150 are
        // kept, and May has 250.
        let found: Vec<i128> = beyond.into_values().collect();
        assert_eq!(found, [0, 0, 0, 0, 50]);
    }
}

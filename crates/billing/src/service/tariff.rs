//! Which terms rate the usage of which days.

use std::collections::{BTreeMap, HashMap};

use tradewind_kernel::{
    Date,
    id::{LegId, TermsId},
};
use tradewind_orders::billing::Billable;

/// From a day on, the terms of every leg, the vendor's first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tariff {
    pub(crate) from_on: Date,
    pub(crate) terms: Vec<TermsId>,
}

/// What was decided for months with usage. A month begins with an entry for its first day; each further entry within it
/// is a change of prices.
#[derive(Debug, Default)]
pub(crate) struct Tariffs(HashMap<LegId, BTreeMap<Date, TermsId>>);

impl Tariffs {
    /// As it is stored, by leg and day.
    pub(crate) fn of(stored: HashMap<(LegId, Date), TermsId>) -> Self {
        let mut legs: HashMap<LegId, BTreeMap<Date, TermsId>> = HashMap::new();
        for ((leg, day), terms) in stored {
            legs.entry(leg).or_default().insert(day, terms);
        }
        Self(legs)
    }

    /// What holds in the month that begins on a day; nothing when it was not decided yet.
    pub(crate) fn in_month(&self, billable: &Billable, first: Date) -> Vec<Tariff> {
        let mut days: BTreeMap<Date, Vec<TermsId>> = BTreeMap::new();
        for leg in &billable.legs {
            let Some(decided) = self.0.get(&leg.id) else {
                return Vec::new();
            };
            for (day, terms) in decided.range(first..=first.last_of_month()) {
                days.entry(*day).or_default().push(*terms);
            }
        }
        days.into_iter()
            .filter(|(_, terms)| terms.len() == billable.legs.len())
            .map(|(from_on, terms)| Tariff { from_on, terms })
            .collect()
    }

    /// Remembers what was decided.
    pub(crate) fn keep(&mut self, billable: &Billable, tariffs: &[Tariff]) {
        for tariff in tariffs {
            for (leg, terms) in billable.legs.iter().zip(&tariff.terms) {
                self.0
                    .entry(leg.id)
                    .or_default()
                    .insert(tariff.from_on, *terms);
            }
        }
    }
}

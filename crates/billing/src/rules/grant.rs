//! What a discount that is granted still holds for.

use std::collections::BTreeMap;

use tradewind_kernel::{Date, Decimal, Result, decimal, id::ItemId};
use tradewind_orders::types::Benefit;
use tradewind_pricing::discount::DiscountKind;

use crate::types::{DiscountUse, Grant, LegFacts};

impl Grant {
    /// Whether it holds in a billing period of a leg: in those that it was granted for already, and in as many as it has.
    #[must_use]
    pub fn holds(&self, leg: &LegFacts, period_on: Date) -> bool {
        let currency = leg.terms.currency;
        let fits = self
            .terms
            .benefit
            .currency()
            .or(self.left.map(|left| left.currency))
            .is_none_or(|bound| bound == currency);
        fits && self.terms.scope.has_plan(leg.terms.product, leg.terms.plan)
            && (self.granted.contains_key(&period_on)
                || (self.periods_left() != Some(0) && self.lasts(period_on)))
    }

    /// Whether it has not ended before a period, or a month of usage, begins.
    #[must_use]
    pub fn lasts(&self, begins_on: Date) -> bool {
        self.until.is_none_or(|until| begins_on < until)
    }

    /// For how many more periods it can be granted; none for any number.
    #[must_use]
    pub fn periods_left(&self) -> Option<u32> {
        let used = u32::try_from(self.granted.len()).unwrap_or(u32::MAX);
        self.terms.periods.map(|most| most.saturating_sub(used))
    }

    /// Takes over what a charge adds to what is granted for a period, for the time from a day on.
    ///
    /// # Errors
    /// `overflow`.
    pub fn note(&mut self, granted: &DiscountUse, item: ItemId, from: Date) -> Result<()> {
        let periods = if granted.usage {
            &mut self.used
        } else {
            let steps = self.steps.entry((granted.period_on, item)).or_default();
            let step = steps.entry(from).or_default();
            *step = decimal::add(*step, granted.whole)?;
            &mut self.granted
        };
        let period = periods.entry(granted.period_on).or_default();
        let sum = period.entry(item).or_default();
        *sum = decimal::add(*sum, granted.whole)?;
        Ok(())
    }

    /// What it takes off an item in the whole of a period as long as what was granted by a day holds.
    ///
    /// # Errors
    /// `overflow`.
    pub fn in_force_on(&self, period_on: Date, item: ItemId, day: Date) -> Result<Decimal> {
        let steps = self.steps.get(&(period_on, item));
        let until = steps.into_iter().flat_map(|steps| steps.range(..=day));
        until
            .map(|(_, whole)| *whole)
            .try_fold(Decimal::ZERO, decimal::add)
    }

    /// The days on which it becomes another one within a period.
    pub fn days_of_change(&self, period_on: Date) -> impl Iterator<Item = Date> {
        let of_period = self
            .steps
            .iter()
            .filter(move |((on, _), _)| *on == period_on);
        of_period.flat_map(|(_, steps)| steps.keys().copied())
    }

    /// What it takes off further charges of a period.
    pub(super) fn kind(&self, period_on: Date) -> Result<Option<DiscountKind>> {
        Ok(match self.terms.benefit {
            Benefit::Percentage { percent } => Some(DiscountKind::Percentage { percent }),
            Benefit::PriceOverride { amount } => Some(DiscountKind::PriceOverride {
                amount: amount.to_decimal(),
            }),
            Benefit::Amount { amount } => {
                let mut left = amount.to_decimal();
                for whole in self
                    .granted
                    .get(&period_on)
                    .into_iter()
                    .flat_map(BTreeMap::values)
                {
                    left = decimal::sub(left, *whole)?;
                }
                Some(DiscountKind::Amount {
                    amount: left.max(Decimal::ZERO),
                })
            }
            Benefit::TrialExtension { .. } => None,
        })
    }
}

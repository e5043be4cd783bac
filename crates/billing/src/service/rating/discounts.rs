//! What discounts take off usage that was rated.

use std::collections::BTreeSet;

use tradewind_kernel::{Date, Result, decimal};
use tradewind_orders::billing::Billable;
use tradewind_platform::Work;

use super::{Outcome, Run, rules};
use crate::{
    rules::usage_discount::{Bases, usage_discounts},
    service::adopt::under,
};

impl Run {
    /// What discounts take off the months of usage that some outcome has changed, on the customer's leg.
    pub(super) async fn discount(
        &mut self,
        w: &mut Work,
        billable: &Billable,
        outcome: &[Outcome],
    ) -> Result<()> {
        let Some(leg) = billable.legs.last() else {
            return Ok(());
        };
        let months: BTreeSet<Date> = outcome
            .iter()
            .filter(|outcome| outcome.key.leg_id == leg.id)
            .map(|outcome| outcome.key.period_on.first_of_month())
            .collect();
        for month in months {
            if self.known.grants.of(billable.subscription.id).is_empty() {
                return Ok(());
            }
            let period = rules::usage_period(month)?;
            let tariffs = self.tariffs(w, billable, period).await?;
            let Some(last) = tariffs.last() else { continue };
            let legs = self.known.legs(&under(billable, &last.terms))?;
            let Some(leg) = legs.last() else { continue };
            let mut bases = Bases::new();
            for (key, state) in &self.rated {
                let of = key.leg_id == leg.id && period.contains(key.period_on);
                if let Some(item) = rules::metered_item(leg, &key.meter).filter(|_| of) {
                    let sum = bases.entry(item.item).or_default();
                    *sum = decimal::add(*sum, state.exact)?;
                }
            }
            let zone = &billable.subscription.zone;
            let since: Vec<Date> = leg
                .grants
                .iter()
                .map(|grant| grant.since.map_or(month, |at| at.date_in(zone)))
                .map(Date::first_of_month)
                .collect();
            let charges = usage_discounts(leg, period, &since, &bases)?;
            self.known.grants.note(charges.iter())?;
            self.discounts.extend(charges);
        }
        Ok(())
    }
}

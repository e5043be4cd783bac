//! What is bought ahead, where usage is rated.

use std::collections::BTreeMap;

use tradewind_catalogue::types::ItemTerms;
use tradewind_kernel::{Date, Result};
use tradewind_metering::types::UsageTotal;
use tradewind_orders::billing::Billable;
use tradewind_platform::Work;

use super::{Run, month, rules};
use crate::{
    rules::prepaid::Held,
    service::{
        adopt::under,
        prepaid::{self, Prepaid, held_of},
    },
    types::LegFacts,
};

/// What is bought ahead on a meter of a sale.
pub(super) struct BoughtAhead {
    held: Held,
    months: Prepaid,
}

/// The item of a leg with what is there in a month of what was bought ahead.
pub(super) fn applied(
    prepaid: Option<&BoughtAhead>,
    leg: &LegFacts,
    meter: &str,
    first: Date,
    history: &[&UsageTotal],
) -> Result<Option<ItemTerms>> {
    let item = rules::metered_item(leg, meter);
    let (Some(BoughtAhead { held, months }), Some(item)) = (prepaid, item) else {
        return Ok(None);
    };
    months.applied(leg, item, first, held, history)
}

impl Run {
    /// What the months of meters bring and draw on which something is bought ahead, from the first month of a subscription
    /// on.
    pub(super) async fn prepaid<'a>(
        &mut self,
        w: &mut Work,
        billable: &Billable,
        history: &BTreeMap<&'a str, Vec<&UsageTotal>>,
        ended: Date,
    ) -> Result<BTreeMap<&'a str, BoughtAhead>> {
        let mut found = BTreeMap::new();
        for (meter, totals) in history {
            let held = held_of(billable);
            let days = totals.iter().map(|total| total.period_on);
            let first = days.clone().fold(held.since, Date::min);
            // Terms that hold by now may be the first by which something is bought ahead.
            let last = days.max().unwrap_or(first).first_of_month();
            self.tariffs(w, billable, rules::usage_period(last)?)
                .await?;
            if !prepaid::is_known(&self.known, meter) {
                continue;
            }
            let mut months = Prepaid::default();
            for month in month::months_between(first, ended)? {
                let tariffs = self
                    .tariffs(w, billable, rules::usage_period(month)?)
                    .await?;
                if let Some(tariff) = tariffs.last() {
                    let legs = self.known.legs(&under(billable, &tariff.terms))?;
                    months.note(&legs, meter, month, &held, totals)?;
                }
            }
            found.insert(*meter, BoughtAhead { held, months });
        }
        Ok(found)
    }
}

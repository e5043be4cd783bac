//! Usage of months that were charged before, and where the difference that it makes is billed.

use std::collections::{BTreeSet, HashMap};

use tradewind_kernel::{Date, Result, calendar::Period, id::LegId};
use tradewind_metering::{service as metering, types::LateAs};
use tradewind_platform::Work;

use super::Outcome;
use crate::{rules::usage as rules, store::usage::RatedKey, types::LegFacts};

/// What is known of late usage.
#[derive(Debug)]
pub(super) struct Late {
    /// Where what it changes is billed.
    billed: LateAs,
    /// The running month.
    running: Period,
    /// The months of meters that were charged before this run, by leg.
    charged: BTreeSet<(LegId, String, Date)>,
}

impl Late {
    /// Loads it for a run that charges the months before a day.
    pub(super) async fn load(
        w: &mut Work,
        rated: &HashMap<RatedKey, rules::RatedState>,
        ended: Date,
    ) -> Result<Self> {
        let billed = metering::late_policy_in(w).await?.late_as;
        let key = |key: &RatedKey| {
            (
                key.leg_id,
                key.meter.clone(),
                key.period_on.first_of_month(),
            )
        };
        let charged = match billed {
            LateAs::PastPeriod => BTreeSet::new(),
            LateAs::CurrentPeriod => rated.keys().map(key).collect(),
        };
        Ok(Self {
            billed,
            running: rules::usage_period(ended)?,
            charged,
        })
    }

    /// Has what some legs of a sale come to billed where it belongs: what months have changed by that were charged before, with the
    /// running one.
    pub(super) fn place(&self, legs: &[LegFacts], outcome: &mut [Outcome]) {
        if self.billed == LateAs::PastPeriod {
            return;
        }
        for one in outcome {
            let key = &one.key;
            let month = key.period_on.first_of_month();
            let was_charged = (self.charged).contains(&(key.leg_id, key.meter.clone(), month));
            let leg = legs.iter().find(|leg| leg.id == key.leg_id);
            if let Some(charge) = one.charge.as_mut().filter(|_| was_charged)
                && let Some(leg) = leg
            {
                rules::bill_with(charge, leg.locale, self.running);
            }
        }
    }
}

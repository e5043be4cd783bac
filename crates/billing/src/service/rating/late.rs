//! Usage of months that were charged before, and where the difference that it makes is billed.

use std::collections::{BTreeSet, HashMap};

use tradewind_kernel::{Date, Result, calendar::Period, id::LegId};
use tradewind_metering::{service as metering, types::LateAs};
use tradewind_platform::Work;

use crate::{rules::usage as rules, store::usage::RatedKey};

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

    /// Whether what a month of a meter has grown by is billed with the running month.
    pub(super) fn is_moved(&self, leg: LegId, meter: &str, month: Date) -> bool {
        self.billed == LateAs::CurrentPeriod
            && self.charged.contains(&(leg, meter.to_owned(), month))
    }

    /// The running month.
    pub(super) const fn running(&self) -> Period {
        self.running
    }
}

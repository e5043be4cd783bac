//! At which moment of a day something began, changed or ended, for sellers who charge by the second or the hour.

use std::collections::BTreeMap;

use tradewind_kernel::{Date, Timestamp, Zone, calendar::Period};
use tradewind_pricing::proration::Clock;

/// The moments of the days on which a sale changed. Each day has one: what changes again on it counts from the first change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moments {
    /// Where its periods live: their days begin at midnight there, and last 23 to 25 hours.
    pub zone: Zone,
    /// The moment of each day that has one.
    pub by_day: BTreeMap<Date, Timestamp>,
}

impl Moments {
    /// The moments of a cut on a day of a period: the beginning of the day where none is known, and on the first day of the
    /// period, as that is charged from its beginning.
    #[must_use]
    pub fn clock(&self, full: Period, at: Date) -> Clock {
        let known = self.by_day.get(&at).filter(|_| full.start < at);
        Clock {
            start: self.zone.start_of_day(full.start),
            end: self.zone.start_of_day(full.end),
            at: known.map_or_else(|| self.zone.start_of_day(at), |moment| *moment),
        }
    }
}

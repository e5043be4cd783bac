//! Billing cycles: which periods a subscription is billed for, with stubs before the first billing day.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Date, Duration, Error, Result, Timestamp, Zone,
    calendar::{self, Cadence, CadenceUnit, Period},
};
use utoipa::ToSchema;

/// What the days of billing follow from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(tag = "align", rename_all = "snake_case")]
pub enum Alignment {
    /// From the start of the subscription.
    Anniversary,
    /// A day of the month; in a shorter month its last day.
    DayOfMonth {
        /// 1 to 31.
        day: u8,
        /// Where the first period ends.
        #[serde(default)]
        first: FirstPeriod,
    },
    /// First day of the calendar month, quarter, half-year or year; Monday for weeks.
    Calendar,
    /// The schedule of another date: that of an earlier subscription, or of the account.
    Date {
        /// Any date of that schedule.
        anchor: Date,
    },
}

/// Where the first period ends when a day of the month is fixed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FirstPeriod {
    /// At the next such day: whole periods of any length follow a stub of less than a month.
    #[default]
    ToNextDay,
    /// A full cadence after that day in the month of the start; only when that day is still to come, at that day.
    FromStartMonth,
}

/// The period whose days a leading stub is a share of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StubBasis {
    /// The period of the schedule that the stub lies in.
    #[default]
    Schedule,
    /// One cadence back from the end of the stub, whatever the billing day: 28 January to 28 February.
    BackFromEnd,
}

impl StubBasis {
    /// The period that some days are a share of, given that of the schedule around them.
    fn whole_of(self, schedule: Period, part: Period, cadence: Cadence) -> Result<Period> {
        match self {
            Self::BackFromEnd if part.start != schedule.start => {
                Period::new(calendar::schedule(schedule.end, cadence, -1)?, schedule.end)
            }
            _ => Ok(schedule),
        }
    }
}

/// How a subscription is cut into periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct BillingCycle {
    /// First day that is billed.
    pub start: Date,
    /// How often.
    pub cadence: Cadence,
    /// What the billing days follow from.
    pub alignment: Alignment,
    /// What a leading stub is a share of.
    #[serde(default)]
    pub stub: StubBasis,
}

/// One period to be billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServicePeriod {
    /// The whole period that the price is for.
    pub full: Period,
    /// What of it is billed: less than `full` for a stub.
    pub part: Period,
}

impl ServicePeriod {
    /// A period that is billed in full.
    #[must_use]
    pub const fn whole(period: Period) -> Self {
        Self {
            full: period,
            part: period,
        }
    }

    /// What is billed of a schedule's period, given the day that the schedule is counted from. Days that do not lie within
    /// one period of the schedule are a whole period of their own.
    ///
    /// # Errors
    /// `unusable_cadence` for hours, `out_of_range` beyond the calendar.
    pub fn around(anchor: Date, cadence: Cadence, stub: StubBasis, part: Period) -> Result<Self> {
        let full = calendar::period_containing(anchor, cadence, part.start)?;
        if part.end > full.end {
            return Ok(Self::whole(part));
        }
        let full = stub.whole_of(full, part, cadence)?;
        Ok(Self { full, part })
    }

    /// Whether it begins in the middle of a period of the schedule, to lead up to its next day.
    #[must_use]
    pub fn is_stub(&self) -> bool {
        self.part.start != self.full.start
    }
}

impl BillingCycle {
    /// Periods from the start of the subscription on.
    #[must_use]
    pub const fn anniversary(start: Date, cadence: Cadence) -> Self {
        Self {
            start,
            cadence,
            alignment: Alignment::Anniversary,
            stub: StubBasis::Schedule,
        }
    }

    /// Whether the cycle has periods.
    ///
    /// # Errors
    /// Names `alignment.day`; `unusable_cadence` for hours or a cadence of zero.
    pub fn check(&self) -> Result<()> {
        if let Alignment::DayOfMonth { day, .. } = self.alignment
            && !(1..=31).contains(&day)
        {
            return Err(Error::invalid(
                "alignment.day",
                "out_of_range",
                "must be between 1 and 31",
            ));
        }
        self.containing(self.start).map(|_| ())
    }

    /// The period that a day belongs to; the first one for days before the start.
    ///
    /// # Errors
    /// `unusable_cadence` for hours, `out_of_range` beyond the calendar.
    pub fn containing(&self, date: Date) -> Result<ServicePeriod> {
        let date = date.max(self.start);
        let grid = Grid::of(self)?;
        if let Some(first) = grid.first
            && date < first
        {
            let part = Period::new(self.start, first)?;
            let full = match self.stub {
                StubBasis::BackFromEnd => {
                    Period::new(calendar::schedule(first, self.cadence, -1)?, first)?
                }
                StubBasis::Schedule => Period::new(grid.before(first)?, first)?,
            };
            return Ok(ServicePeriod { full, part });
        }
        let full = grid.containing(date)?;
        let part = Period::new(full.start.max(self.start), full.end)?;
        let full = self.stub.whole_of(full, part, self.cadence)?;
        Ok(ServicePeriod { full, part })
    }

    /// A day from which alone the schedule can be counted: [`calendar::schedule`] gives all billing days from it, before
    /// and after. Of several it is one that no shorter month has cut, so that billing on the 31st comes back to the 31st.
    ///
    /// # Errors
    /// As [`Self::containing`].
    pub fn anchor(&self) -> Result<Date> {
        let grid = Grid::of(self)?;
        let Some(day) = grid.day else {
            return Ok(grid.base);
        };
        let mut best = grid.at(0)?;
        // A yearly day in February is cut for seven years at most.
        for n in 1..=8 {
            if best.day() == day {
                break;
            }
            let other = grid.at(n)?;
            if other.day() > best.day() {
                best = other;
            }
        }
        Ok(best)
    }

    /// The periods that have begun on or before `target`, cut off at `end`.
    ///
    /// # Errors
    /// As [`Self::containing`].
    pub fn until(&self, end: Option<Date>, target: Date) -> Result<Vec<ServicePeriod>> {
        let mut periods = Vec::new();
        let mut from = self.start;
        while from <= target && end.is_none_or(|end| from < end) {
            let mut period = self.containing(from)?;
            let next = period.part.end;
            if let Some(end) = end {
                period.part.end = next.min(end);
            }
            periods.push(period);
            from = next;
        }
        Ok(periods)
    }

    /// The last `count` periods that ended on or before a date, the earliest first; fewer when there were not so many.
    ///
    /// Late usage of these periods is still billed where a window of so many periods is agreed.
    ///
    /// # Errors
    /// As [`Self::containing`].
    pub fn before(&self, date: Date, count: usize) -> Result<Vec<ServicePeriod>> {
        let mut periods = Vec::new();
        let mut end = date;
        while periods.len() < count && end > self.start {
            let period = self.containing(calendar::add_days(end, -1)?)?;
            end = period.part.start;
            if period.part.end <= date {
                periods.push(period);
            }
        }
        periods.reverse();
        Ok(periods)
    }

    /// The first billing day after a date.
    ///
    /// # Errors
    /// As [`Self::containing`].
    pub fn next_after(&self, date: Date) -> Result<Date> {
        if date < self.start {
            return Ok(self.start);
        }
        Ok(self.containing(date)?.part.end)
    }
}

/// The anchor of a schedule that falls together with another one: `next` is one of its days, and `anchor` the day that it is
/// counted from.
///
/// # Errors
/// `unusable_cadence` for hours, `out_of_range` beyond the calendar.
pub fn together(anchor: Date, next: Date, cadence: Cadence) -> Result<Date> {
    let day = anchor.day().max(next.day());
    if cadence.months().is_none() || on_day(next, day) != next {
        return Ok(next);
    }
    let cycle = BillingCycle {
        alignment: Alignment::DayOfMonth {
            day: day.unsigned_abs(),
            first: FirstPeriod::ToNextDay,
        },
        ..BillingCycle::anniversary(next, cadence)
    };
    cycle.anchor()
}

/// The last second of a day in a time zone: until then a document that collects the day's charges stays a draft.
///
/// # Errors
/// `out_of_range` at the end of the calendar.
pub fn end_of_day(date: Date, zone: &Zone) -> Result<Timestamp> {
    zone.start_of_day(calendar::add_days(date, 1)?)
        .plus(Duration::from_secs(-1))
}

/// The days of a schedule, without regard to the start of the subscription.
struct Grid {
    base: Date,
    cadence: Cadence,
    /// Day of the month, when `base` is the first of one.
    day: Option<i8>,
    /// End of a leading stub that is no period of the schedule.
    first: Option<Date>,
}

impl Grid {
    fn of(cycle: &BillingCycle) -> Result<Self> {
        let BillingCycle { start, cadence, .. } = *cycle;
        let plain = |base| Self {
            base,
            cadence,
            day: None,
            first: None,
        };
        match cycle.alignment {
            Alignment::Anniversary => Ok(plain(start)),
            Alignment::Date { anchor } => Ok(plain(anchor)),
            Alignment::Calendar => Ok(plain(calendar_base(start, cadence)?)),
            Alignment::DayOfMonth { day, .. } if cadence.months().is_none() => {
                // Weeks and days are counted from, and back from, the next such day.
                Ok(plain(next_day(start, as_day(day))?))
            }
            Alignment::DayOfMonth { day, first } => {
                let day = as_day(day);
                let next = next_day(start, day)?;
                let in_start_month = on_day(start, day);
                let base = match first {
                    FirstPeriod::ToNextDay => next,
                    FirstPeriod::FromStartMonth => in_start_month,
                };
                Ok(Self {
                    base: base.first_of_month(),
                    cadence,
                    day: Some(day),
                    first: (base > start).then_some(base),
                })
            }
        }
    }

    fn at(&self, n: i64) -> Result<Date> {
        let date = calendar::schedule(self.base, self.cadence, n)?;
        Ok(self.day.map_or(date, |day| on_day(date, day)))
    }

    fn index(&self, date: Date) -> Result<i64> {
        let n = calendar::period_index(self.base, self.cadence, date)?;
        // The base is the first of a month; the billing day may be later in it.
        Ok(if self.at(n)? > date { n - 1 } else { n })
    }

    fn containing(&self, date: Date) -> Result<Period> {
        let n = self.index(date)?;
        Period::new(self.at(n)?, self.at(n + 1)?)
    }

    /// The day of the schedule before one of its days.
    fn before(&self, date: Date) -> Result<Date> {
        self.at(self.index(date)? - 1)
    }
}

fn as_day(day: u8) -> i8 {
    i8::try_from(day.clamp(1, 31)).unwrap_or(31)
}

/// This day in the month of a date; its last day when the month is shorter.
fn on_day(date: Date, day: i8) -> Date {
    let first = date.first_of_month();
    let day = day.min(first.days_in_month());
    // The day exists, so the first of the month is only the answer where it was asked for.
    Date::new(first.year(), first.month(), day).unwrap_or(first)
}

/// The first date with this day of the month that is not before another.
fn next_day(from: Date, day: i8) -> Result<Date> {
    let here = on_day(from, day);
    if here >= from {
        return Ok(here);
    }
    let next = calendar::add_months(from.first_of_month(), 1)?;
    Ok(on_day(next, day))
}

/// A day on which a calendar period of this cadence begins.
fn calendar_base(start: Date, cadence: Cadence) -> Result<Date> {
    match cadence.unit {
        CadenceUnit::Month | CadenceUnit::Year => {
            let months = cadence.months().unwrap_or(1);
            // Quarters and half-years count from January; what does not divide a year, from the month of the start.
            if months.is_multiple_of(12) || 12_u32.is_multiple_of(months) {
                Ok(start.first_of_year())
            } else {
                Ok(start.first_of_month())
            }
        }
        CadenceUnit::Week => {
            let since_monday = start.weekday().to_monday_zero_offset();
            calendar::add_days(start, -i64::from(since_monday))
        }
        CadenceUnit::Day | CadenceUnit::Hour => Ok(start),
    }
}

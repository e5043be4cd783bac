//! Billing calendars: cadences, periods, and schedules that never drift.
//!
//! A schedule is always counted from its anchor, never from the previous date: a subscription anchored on the 31st is
//! billed on 28 or 29 February and on 31 March again.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    error::{Error, Result},
    time::Date,
};

/// The unit that a cadence counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CadenceUnit {
    /// 60 minutes; has no place in a calendar of dates.
    Hour,
    /// A calendar day.
    Day,
    /// Seven days.
    Week,
    /// A calendar month.
    Month,
    /// Twelve calendar months.
    Year,
}

impl CadenceUnit {
    /// All units, from short to long.
    pub const ALL: [Self; 5] = [Self::Hour, Self::Day, Self::Week, Self::Month, Self::Year];
}

/// A regular distance in time, such as every month or every three years.
///
/// Its text form is an ISO 8601 duration of one part: `P1M`, `P3M`, `P1Y`, `P1W`, `P1D`, `PT1H`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cadence {
    /// The unit.
    pub unit: CadenceUnit,
    /// How many units; zero is refused by every schedule.
    pub count: u16,
}

impl Cadence {
    /// Every month.
    pub const MONTHLY: Self = Self::new(CadenceUnit::Month, 1);
    /// Every year.
    pub const YEARLY: Self = Self::new(CadenceUnit::Year, 1);

    /// Every `count` units.
    #[must_use]
    pub const fn new(unit: CadenceUnit, count: u16) -> Self {
        Self { unit, count }
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// `malformed_cadence`.
    pub fn parse(text: &str) -> Result<Self> {
        Self::read(text).ok_or_else(|| {
            let shown: String = text.chars().take(20).collect();
            Error::invalid(
                "cadence",
                "malformed_cadence",
                format!(
                    "{shown:?} is not a period: expected one of the forms P1D, P1W, P1M, P1Y or PT1H with a number \
                     from 1 to {}",
                    u16::MAX
                ),
            )
        })
    }

    fn read(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('P')?;
        let (rest, hours) = match rest.strip_prefix('T') {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let digits = rest.get(..rest.len().checked_sub(1)?)?;
        let unit = match (hours, rest.get(digits.len()..)?) {
            (true, "H") => CadenceUnit::Hour,
            (false, "D") => CadenceUnit::Day,
            (false, "W") => CadenceUnit::Week,
            (false, "M") => CadenceUnit::Month,
            (false, "Y") => CadenceUnit::Year,
            _ => return None,
        };
        // One value has one text: no sign, no leading zeros.
        if digits.starts_with(['0', '+']) {
            return None;
        }
        let count = digits.parse().ok()?;
        Some(Self { unit, count })
    }

    /// Its length in months, when it is counted in months or years.
    #[must_use]
    pub const fn months(self) -> Option<u32> {
        match self.unit {
            CadenceUnit::Month => Some(self.count as u32),
            CadenceUnit::Year => Some(self.count as u32 * 12),
            CadenceUnit::Hour | CadenceUnit::Day | CadenceUnit::Week => None,
        }
    }

    /// Its length in days, when it is counted in days or weeks.
    #[must_use]
    pub const fn days(self) -> Option<u32> {
        match self.unit {
            CadenceUnit::Day => Some(self.count as u32),
            CadenceUnit::Week => Some(self.count as u32 * 7),
            CadenceUnit::Hour | CadenceUnit::Month | CadenceUnit::Year => None,
        }
    }

    fn step(self) -> Result<Step> {
        let refuse = |message: &str| Error::invalid("cadence", "unusable_cadence", message);
        if self.count == 0 {
            return Err(refuse("a period of zero length repeats nothing"));
        }
        match (self.months(), self.days()) {
            (Some(months), _) => Ok(Step::Months(i64::from(months))),
            (None, Some(days)) => Ok(Step::Days(i64::from(days))),
            (None, None) => Err(refuse(
                "hours have no dates: expected days, weeks, months or years",
            )),
        }
    }
}

enum Step {
    Days(i64),
    Months(i64),
}

impl fmt::Display for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.count;
        match self.unit {
            CadenceUnit::Hour => write!(f, "PT{count}H"),
            CadenceUnit::Day => write!(f, "P{count}D"),
            CadenceUnit::Week => write!(f, "P{count}W"),
            CadenceUnit::Month => write!(f, "P{count}M"),
            CadenceUnit::Year => write!(f, "P{count}Y"),
        }
    }
}

impl fmt::Debug for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Cadence {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl Serialize for Cadence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cadence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::serde_text::deserialize(deserializer, "a period such as P1M")
    }
}

/// A stretch of whole days: from its start up to, but not including, its end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Bounds")]
pub struct Period {
    /// The first day.
    pub start: Date,
    /// The day after the last.
    pub end: Date,
}

/// A period as it is read, before its order is checked.
#[derive(Deserialize)]
struct Bounds {
    start: Date,
    end: Date,
}

impl TryFrom<Bounds> for Period {
    type Error = Error;

    fn try_from(bounds: Bounds) -> Result<Self> {
        Self::new(bounds.start, bounds.end)
    }
}

impl Period {
    /// A period of at least one day.
    ///
    /// # Errors
    /// `empty_period` when the end is not after the start.
    pub fn new(start: Date, end: Date) -> Result<Self> {
        if start < end {
            Ok(Self { start, end })
        } else {
            Err(Error::invalid(
                "period",
                "empty_period",
                format!("the end {end} must be after the start {start}"),
            ))
        }
    }

    /// How many days it has.
    #[must_use]
    pub fn days(&self) -> i64 {
        days_between(self.start, self.end)
    }

    /// Whether a day belongs to it.
    #[must_use]
    pub fn contains(&self, date: Date) -> bool {
        self.start <= date && date < self.end
    }

    /// The days that belong to both.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end)).ok()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.start, self.end)
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How many days from one date to another; negative when it lies before.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

/// A date moved by a number of days.
///
/// # Errors
/// `out_of_range` when it leaves the years 1 to 9999.
pub fn add_days(date: Date, days: i64) -> Result<Date> {
    jiff::Span::new()
        .try_days(days)
        .and_then(|span| date.checked_add(span))
        .ok()
        .filter(|date| date.year() >= 1)
        .ok_or_else(out_of_range)
}

/// A date moved by a number of calendar months, to the end of the month where that is shorter.
///
/// # Errors
/// `out_of_range` when it leaves the years 1 to 9999.
pub fn add_months(date: Date, months: i64) -> Result<Date> {
    let index = (i64::from(date.year()) * 12 + i64::from(date.month()) - 1)
        .checked_add(months)
        .filter(|index| (12..120_000).contains(index))
        .ok_or_else(out_of_range)?;
    let year = i16::try_from(index / 12).map_err(|_| out_of_range())?;
    let month = i8::try_from(index % 12 + 1).map_err(|_| out_of_range())?;
    let first = Date::new(year, month, 1).map_err(|_| out_of_range())?;
    Date::new(year, month, date.day().min(first.days_in_month())).map_err(|_| out_of_range())
}

fn out_of_range() -> Error {
    Error::invalid(
        "date",
        "out_of_range",
        "the date must be between the years 1 and 9999",
    )
}

/// The anchor moved by `n` cadences, counted from the anchor itself.
///
/// # Errors
/// `unusable_cadence` for hours or a count of zero, `out_of_range` beyond the calendar.
pub fn schedule(anchor: Date, cadence: Cadence, n: i64) -> Result<Date> {
    match cadence.step()? {
        Step::Days(days) => add_days(anchor, n.checked_mul(days).ok_or_else(out_of_range)?),
        Step::Months(months) => add_months(anchor, n.checked_mul(months).ok_or_else(out_of_range)?),
    }
}

/// The `n`-th period of a schedule; the one that starts at the anchor is number zero.
///
/// # Errors
/// As [`schedule`].
pub fn period(anchor: Date, cadence: Cadence, n: i64) -> Result<Period> {
    let end = schedule(anchor, cadence, n.checked_add(1).ok_or_else(out_of_range)?)?;
    Period::new(schedule(anchor, cadence, n)?, end)
}

/// The number of the period that a date belongs to; negative before the anchor.
///
/// # Errors
/// As [`schedule`].
pub fn period_index(anchor: Date, cadence: Cadence, date: Date) -> Result<i64> {
    match cadence.step()? {
        Step::Days(days) => Ok(days_between(anchor, date).div_euclid(days)),
        Step::Months(months) => {
            let months_apart = (i64::from(date.year()) - i64::from(anchor.year())) * 12
                + i64::from(date.month())
                - i64::from(anchor.month());
            let guess = months_apart.div_euclid(months);
            // The period that starts in the date's own month may start after it.
            if schedule(anchor, cadence, guess)? > date {
                Ok(guess - 1)
            } else {
                Ok(guess)
            }
        }
    }
}

/// The period of a schedule that a date belongs to.
///
/// # Errors
/// As [`schedule`].
pub fn period_containing(anchor: Date, cadence: Cadence, date: Date) -> Result<Period> {
    period(anchor, cadence, period_index(anchor, cadence, date)?)
}

/// The first date of a schedule that lies after a date.
///
/// # Errors
/// As [`schedule`].
pub fn next_after(anchor: Date, cadence: Cadence, date: Date) -> Result<Date> {
    schedule(anchor, cadence, period_index(anchor, cadence, date)? + 1)
}

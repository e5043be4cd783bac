//! Proration: which share of a period's price is due for a part of the period.
//!
//! The well-known engines answer differently, so the answer is a policy that is stored with the terms of a sale. The
//! names of stored policies carry a version: a rule that turns out differently one day becomes a new variant, and old
//! sales keep the old one.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Date, Decimal, Error, Problems, Result, Rounding, Timestamp,
    calendar::{self, Cadence, CadenceUnit, Period},
    decimal,
};
use utoipa::ToSchema;

/// How the share of a period is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(tag = "rule")]
pub enum ProrationPolicy {
    /// Not at all: a period that has begun is charged in full, and nothing of it is credited.
    #[serde(rename = "none/1")]
    None,
    /// Real days, the last one exclusive, over the real days of the period.
    #[serde(rename = "actual_days/1")]
    ActualDays {
        /// Decimal places to which the ratio is rounded, half up; exact when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ratio_places: Option<u32>,
    },
    /// Days of months that all have the same number of days (30 or 28).
    #[serde(rename = "fixed_month/1")]
    FixedMonth {
        /// Days that every month has.
        days: u8,
        /// Decimal places to which the ratio is rounded, half up; exact when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ratio_places: Option<u32>,
    },
    /// Real days over the real days of the period, and the day of a cancellation is used up.
    #[serde(rename = "day_consumed/1")]
    DayConsumed,
    /// Days counted with both ends, over the days of the period counted with both ends.
    #[serde(rename = "both_ends/1")]
    BothEnds,
    /// Real days over the days of the period; an item of another cadence than the period has 7, 30, 91, 182 or 365.
    #[serde(rename = "whole_days/1")]
    WholeDays,
    /// Seconds over the seconds of the period.
    #[serde(rename = "seconds/1")]
    Seconds,
    /// Hours begun over the hours of the period.
    #[serde(rename = "hours_up/1")]
    HoursUp,
}

impl ProrationPolicy {
    /// Whether it looks at the clock, not at days alone.
    #[must_use]
    pub const fn by_clock(&self) -> bool {
        matches!(self, Self::Seconds | Self::HoursUp)
    }

    /// Whether the rule can be applied.
    ///
    /// # Errors
    /// Names `days` or `ratio_places` and what would be accepted.
    pub fn check(self) -> Result<()> {
        let (days, places) = match self {
            Self::ActualDays { ratio_places } => (None, ratio_places),
            Self::FixedMonth { days, ratio_places } => (Some(days), ratio_places),
            _ => (None, None),
        };
        let mut problems = Problems::new();
        if days.is_some_and(|days| !(28..=31).contains(&days)) {
            problems.add("days", "out_of_range", "must be between 28 and 31");
        }
        if places.is_some_and(|places| !(2..=20).contains(&places)) {
            problems.add("ratio_places", "out_of_range", "must be between 2 and 20");
        }
        problems.finish()
    }
}

/// Why a period is not charged or kept in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It starts in the middle of a billing period.
    Start,
    /// More, or something dearer.
    Upgrade,
    /// Less, or something cheaper.
    Downgrade,
    /// It ends.
    Cancellation,
}

/// A policy for each direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct ProrationTerms {
    /// First period that is not a whole one.
    pub start: ProrationPolicy,
    /// More, or something dearer.
    pub upgrade: ProrationPolicy,
    /// Less, or something cheaper.
    pub downgrade: ProrationPolicy,
    /// The end of a subscription.
    pub cancellation: ProrationPolicy,
}

impl ProrationTerms {
    /// The same policy in every direction.
    #[must_use]
    pub const fn all(policy: ProrationPolicy) -> Self {
        Self {
            start: policy,
            upgrade: policy,
            downgrade: policy,
            cancellation: policy,
        }
    }

    /// Whether any of them looks at the clock.
    #[must_use]
    pub fn by_clock(&self) -> bool {
        let all = [self.start, self.upgrade, self.downgrade, self.cancellation];
        all.iter().any(ProrationPolicy::by_clock)
    }

    /// Whether all four rules can be applied.
    ///
    /// # Errors
    /// Names every wrong field (`upgrade.days`) and what would be accepted.
    pub fn check(&self) -> Result<()> {
        let mut problems = Problems::new();
        for (name, policy) in [
            ("start", self.start),
            ("upgrade", self.upgrade),
            ("downgrade", self.downgrade),
            ("cancellation", self.cancellation),
        ] {
            problems.check(policy.check().map_err(|error| error.under(name)));
        }
        problems.finish()
    }

    /// The policy for a direction.
    #[must_use]
    pub const fn of(&self, direction: Direction) -> ProrationPolicy {
        match direction {
            Direction::Start => self.start,
            Direction::Upgrade => self.upgrade,
            Direction::Downgrade => self.downgrade,
            Direction::Cancellation => self.cancellation,
        }
    }
}

impl Default for ProrationTerms {
    /// Real days in every direction.
    fn default() -> Self {
        Self::all(ProrationPolicy::ActualDays { ratio_places: None })
    }
}

/// A part of a billing period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The whole period that the price is for.
    pub full: Period,
    /// The part of it.
    pub part: Period,
    /// The cadence of the billing period.
    pub cadence: Cadence,
    /// The cadence that the price is for, when it is another one.
    pub item_cadence: Option<Cadence>,
    /// The exact moments, for rules that look at the clock. Without them days count as 24 hours.
    pub moments: Option<Moments>,
}

/// The moments of a part of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moments {
    /// Start of the whole period.
    pub full_start: Timestamp,
    /// End of the whole period.
    pub full_end: Timestamp,
    /// Start of the part.
    pub part_start: Timestamp,
    /// End of the part.
    pub part_end: Timestamp,
}

impl Window {
    /// A part of a period, by days.
    #[must_use]
    pub const fn days(full: Period, part: Period, cadence: Cadence) -> Self {
        Self {
            full,
            part,
            cadence,
            item_cadence: None,
            moments: None,
        }
    }
}

/// A share of a period: `part / whole`, exact until it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Ratio {
    /// Units of time in the part.
    pub part: i64,
    /// Units of time in the whole.
    pub whole: i64,
    /// Decimal places to which the ratio is rounded, half up, before it is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub places: Option<u32>,
}

impl Ratio {
    /// The whole period.
    pub const ONE: Self = Self {
        part: 1,
        whole: 1,
        places: None,
    };
    /// Nothing of it.
    pub const ZERO: Self = Self {
        part: 0,
        whole: 1,
        places: None,
    };

    /// An exact ratio.
    ///
    /// # Errors
    /// `ratio` when the whole is not positive.
    pub fn new(part: i64, whole: i64) -> Result<Self> {
        if whole <= 0 {
            return Err(Error::invalid(
                "ratio",
                "out_of_range",
                "the whole period must be longer than nothing",
            ));
        }
        Ok(Self {
            part,
            whole,
            places: None,
        })
    }

    /// Whether it is the whole period.
    #[must_use]
    pub const fn is_one(self) -> bool {
        self.part == self.whole
    }

    /// The ratio as a decimal: rounded as the policy says, else to 28 digits.
    ///
    /// # Errors
    /// `division_by_zero` for a ratio that no period has.
    pub fn factor(self) -> Result<Decimal> {
        let exact = decimal::div(Decimal::from(self.part), Decimal::from(self.whole))?;
        Ok(match self.places {
            Some(places) => decimal::round(exact, places, Rounding::HalfUp),
            None => exact,
        })
    }

    /// This share less another one of the same period.
    ///
    /// # Errors
    /// `overflow` when both have denominators beyond any real period.
    pub fn less(self, other: Self) -> Result<Self> {
        let overflow = || Error::invalid("ratio", "overflow", "the periods are too long");
        let (part, whole) = if self.whole == other.whole {
            (self.part.checked_sub(other.part), Some(self.whole))
        } else {
            let a = self.part.checked_mul(other.whole);
            let b = other.part.checked_mul(self.whole);
            let part = a.zip(b).and_then(|(a, b)| a.checked_sub(b));
            (part, self.whole.checked_mul(other.whole))
        };
        Ok(Self {
            part: part.ok_or_else(overflow)?,
            whole: whole.ok_or_else(overflow)?,
            places: self.places.or(other.places),
        })
    }

    /// The share of an amount.
    ///
    /// # Errors
    /// `overflow`.
    pub fn of(self, amount: Decimal) -> Result<Decimal> {
        if self.is_one() {
            return Ok(amount);
        }
        match self.places {
            Some(_) => decimal::mul(amount, self.factor()?),
            // Multiplied first, so that only one rounding at the 28th digit is left.
            None => decimal::div(
                decimal::mul(amount, Decimal::from(self.part))?,
                Decimal::from(self.whole),
            ),
        }
    }
}

/// The share of a period that its part makes.
///
/// # Errors
/// `ratio` when the period is empty.
pub fn prorate(policy: ProrationPolicy, window: &Window) -> Result<Ratio> {
    let Window { full, part, .. } = *window;
    if part == full && window.moments.is_none() && window.item_cadence.is_none() {
        return Ok(Ratio::ONE);
    }
    let actual = |places| {
        Ok(Ratio {
            places,
            ..Ratio::new(part.days(), full.days())?
        })
    };
    match policy {
        ProrationPolicy::None => Ok(Ratio::ONE),
        ProrationPolicy::ActualDays { ratio_places } => actual(ratio_places),
        ProrationPolicy::DayConsumed => actual(None),
        ProrationPolicy::FixedMonth { days, ratio_places } => {
            let months = window.cadence.months().unwrap_or(1).max(1);
            Ok(Ratio {
                places: ratio_places,
                ..Ratio::new(
                    fixed_days(part.start, part.end, days),
                    i64::from(days) * i64::from(months),
                )?
            })
        }
        ProrationPolicy::BothEnds => Ratio::new(part.days() + 1, full.days() + 1),
        ProrationPolicy::WholeDays => {
            let whole = match window.item_cadence {
                Some(cadence) if cadence != window.cadence => nominal_days(cadence),
                _ => full.days(),
            };
            Ratio::new(part.days(), whole)
        }
        ProrationPolicy::Seconds => {
            let (part, whole) = seconds(window);
            Ratio::new(part, whole)
        }
        ProrationPolicy::HoursUp => {
            let (part, whole) = seconds(window);
            Ratio::new(hours_begun(part), hours_begun(whole))
        }
    }
}

/// From which day on the rest of a period is left over when something changes or ends on `at`.
///
/// # Errors
/// `out_of_range` at the end of the calendar.
pub fn rest_starts(policy: ProrationPolicy, direction: Direction, at: Date) -> Result<Date> {
    match (policy, direction) {
        (ProrationPolicy::DayConsumed, Direction::Cancellation) => calendar::add_days(at, 1),
        _ => Ok(at),
    }
}

/// A point at which a period is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The whole period that the price is for.
    pub full: Period,
    /// The cadence of the billing period.
    pub cadence: Cadence,
    /// The cadence that the price is for, when it is another one.
    pub item_cadence: Option<Cadence>,
    /// The day.
    pub at: Date,
    /// The moment, for rules that look at the clock. Without it a day begins at its first second and has 24 hours.
    pub clock: Option<Clock>,
}

/// The moment of a cut and those of the period around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Start of the whole period.
    pub start: Timestamp,
    /// End of the whole period.
    pub end: Timestamp,
    /// The moment of the cut.
    pub at: Timestamp,
}

/// The share of a period that is left when something starts, changes or ends at a point of it.
///
/// A change credits this share of the old price and charges this share of the new one. What lies between two cuts is
/// the difference of their shares, so that the parts of a period always sum to the whole.
///
/// # Errors
/// `ratio` when the period is empty, `out_of_range` at the end of the calendar.
pub fn left(policy: ProrationPolicy, direction: Direction, cut: &Cut) -> Result<Ratio> {
    if policy == ProrationPolicy::None {
        // A period that has begun is due in full, and a change of it takes effect with the next one.
        return Ok(match direction {
            Direction::Start => Ratio::ONE,
            _ => Ratio::ZERO,
        });
    }
    let from = rest_starts(policy, direction, cut.at)?.max(cut.full.start);
    let part = match Period::new(from, cut.full.end) {
        Ok(part) => part,
        Err(_) => return Ok(Ratio::ZERO),
    };
    prorate(
        policy,
        &Window {
            full: cut.full,
            part,
            cadence: cut.cadence,
            item_cadence: cut.item_cadence,
            moments: cut.clock.map(|clock| Moments {
                full_start: clock.start,
                full_end: clock.end,
                part_start: clock.at,
                part_end: clock.end,
            }),
        },
    )
}

/// Days between two dates when every month has `month` days: a later day of a month counts as its last.
#[must_use]
pub fn fixed_days(from: Date, to: Date, month: u8) -> i64 {
    let months = (i64::from(to.year()) - i64::from(from.year())) * 12 + i64::from(to.month())
        - i64::from(from.month());
    let month = i64::from(month);
    let day = |date: Date| i64::from(date.day()).min(month);
    months * month + day(to) - day(from)
}

/// The days that a cadence has by convention, whatever the calendar says: 7, 30, 91, 182, 365.
#[must_use]
pub fn nominal_days(cadence: Cadence) -> i64 {
    let count = i64::from(cadence.count);
    match cadence.unit {
        CadenceUnit::Hour => (count / 24).max(1),
        CadenceUnit::Day => count,
        CadenceUnit::Week => count * 7,
        CadenceUnit::Year => count * 365,
        CadenceUnit::Month => match count {
            3 => 91,
            6 => 182,
            months if months % 12 == 0 => months / 12 * 365,
            months => months * 30,
        },
    }
}

fn seconds(window: &Window) -> (i64, i64) {
    const DAY: i64 = 86_400;
    match window.moments {
        Some(m) => (
            between(m.part_start, m.part_end),
            between(m.full_start, m.full_end),
        ),
        None => (window.part.days() * DAY, window.full.days() * DAY),
    }
}

fn between(start: Timestamp, end: Timestamp) -> i64 {
    (end.as_micros() / 1_000_000).saturating_sub(start.as_micros() / 1_000_000)
}

fn hours_begun(seconds: i64) -> i64 {
    seconds.div_euclid(3600) + i64::from(seconds.rem_euclid(3600) > 0)
}

//! How the usage records of a month become the quantity that is priced.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tradewind_kernel::{Decimal, Error, Result, Rounding, decimal};

/// Places to which quantities that are quotients are rounded, half to even.
const PLACES: u32 = 15;

/// What the quantity of a month is made of. As text: `sum`, `distinct:user`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Aggregation {
    /// The quantities of all records together.
    #[default]
    Sum,
    /// How many records there are; one with a negative quantity takes one back.
    Count,
    /// How many values a dimension (or attribute) of the records has.
    Distinct(String),
    /// The quantity that was reported last.
    Last,
    /// The largest quantity that was reported.
    Maximum,
    /// The average over time of what was reported: each quantity holds until the next one is reported.
    Average,
    /// Changes of a gauge, weighted by how long each value was held: gigabytes held for half a month are half as many
    /// gigabyte-months. What is held goes on in the next month.
    TimeWeighted,
    /// Each quantity times the hours from its start to its end.
    HeldHours,
}

impl Aggregation {
    /// Whether it is the plain sum, which needs no look at single records.
    #[must_use]
    pub fn is_sum(&self) -> bool {
        *self == Self::Sum
    }

    /// Whether a value goes on in the next month, so that a month without records may have a quantity.
    #[must_use]
    pub const fn carries(&self) -> bool {
        matches!(self, Self::Average | Self::TimeWeighted)
    }

    /// Whether what several subscriptions come to by themselves, summed up, is what they come to together: not so of peaks,
    /// last values and things counted once.
    #[must_use]
    pub const fn adds_up(&self) -> bool {
        matches!(self, Self::Sum | Self::Count | Self::HeldHours)
    }

    /// Its name without what it looks at (`distinct`).
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Count => "count",
            Self::Distinct(_) => "distinct",
            Self::Last => "last",
            Self::Maximum => "maximum",
            Self::Average => "average",
            Self::TimeWeighted => "time_weighted",
            Self::HeldHours => "held_hours",
        }
    }
}

/// The names of all aggregations.
pub const AGGREGATIONS: [&str; 8] = [
    "sum",
    "count",
    "distinct",
    "last",
    "maximum",
    "average",
    "time_weighted",
    "held_hours",
];

impl fmt::Display for Aggregation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Distinct(of) => write!(f, "distinct:{of}"),
            other => f.write_str(other.name()),
        }
    }
}

impl FromStr for Aggregation {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let unknown = || {
            Error::invalid(
                "aggregation",
                "unknown_value",
                format!(
                    "expected one of {}; distinct names a dimension, as in distinct:user",
                    AGGREGATIONS.join(", ")
                ),
            )
        };
        Ok(match text {
            "sum" => Self::Sum,
            "count" => Self::Count,
            "last" => Self::Last,
            "maximum" => Self::Maximum,
            "average" => Self::Average,
            "time_weighted" => Self::TimeWeighted,
            "held_hours" => Self::HeldHours,
            other => {
                let of = other.strip_prefix("distinct:").ok_or_else(unknown)?;
                let shape = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
                if of.is_empty() || of.len() > 60 || !of.chars().all(shape) {
                    return Err(unknown());
                }
                Self::Distinct(of.to_owned())
            }
        })
    }
}

impl Serialize for Aggregation {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Aggregation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A usage record as aggregation sees it; points in time in microseconds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reading {
    /// When it began.
    pub from: i64,
    /// Its name, so that readings of one moment have a definite order.
    pub name: String,
    /// When it ended.
    pub until: i64,
    /// The quantity.
    pub quantity: Decimal,
    /// The value that is counted, where distinct values are.
    pub value: Option<String>,
}

/// A month, as far as it is looked at; points in time in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its beginning.
    pub from: i64,
    /// Its end.
    pub to: i64,
    /// Up to where it is looked at; values are held until then.
    pub upto: i64,
}

/// The quantity of a month, whatever the order in which its readings came. `carried` is what was held when it began (for
/// aggregations that [carry](Aggregation::carries) a value); `seen` are values counted already, which are not counted
/// again.
///
/// # Errors
/// `overflow`; `period` when the month is empty.
pub fn quantity(
    how: &Aggregation,
    carried: Decimal,
    readings: &[Reading],
    window: Window,
    seen: &mut BTreeSet<String>,
) -> Result<Decimal> {
    let mut readings: Vec<&Reading> = readings
        .iter()
        .filter(|reading| reading.from < window.upto || window.upto >= window.to)
        .collect();
    readings.sort();
    let add = |sum: Decimal, reading: &&Reading| decimal::add(sum, reading.quantity);
    Ok(match how {
        Aggregation::Sum => readings.iter().try_fold(Decimal::ZERO, add)?,
        Aggregation::Count => readings.iter().map(|reading| sign(reading)).sum(),
        Aggregation::Distinct(_) => distinct(&readings, seen),
        Aggregation::Last => readings.last().map_or(Decimal::ZERO, |last| last.quantity),
        Aggregation::Maximum => {
            let all = readings.iter().map(|reading| reading.quantity);
            all.max().unwrap_or_default()
        }
        Aggregation::HeldHours => {
            let mut held = Decimal::ZERO;
            for reading in readings {
                let seconds = seconds(reading.until - reading.from);
                held = decimal::add(held, decimal::mul(reading.quantity, seconds)?)?;
            }
            rounded(decimal::div(held, Decimal::from(3_600))?)
        }
        Aggregation::Average => {
            let mut value = carried;
            let mut changes = Vec::with_capacity(readings.len());
            for reading in readings {
                changes.push((reading.from, decimal::sub(reading.quantity, value)?));
                value = reading.quantity;
            }
            held(carried, &changes, window)?
        }
        Aggregation::TimeWeighted => {
            let changes: Vec<(i64, Decimal)> = readings
                .iter()
                .map(|reading| (reading.from, reading.quantity))
                .collect();
            held(carried, &changes, window)?
        }
    })
}

fn sign(reading: &Reading) -> Decimal {
    if reading.quantity < Decimal::ZERO {
        -Decimal::ONE
    } else {
        Decimal::ONE
    }
}

/// Values that were reported more often than they were taken back, and were not seen before.
fn distinct(readings: &[&Reading], seen: &mut BTreeSet<String>) -> Decimal {
    let mut net: BTreeMap<&str, Decimal> = BTreeMap::new();
    for reading in readings {
        if let Some(value) = reading.value.as_deref().filter(|value| !value.is_empty()) {
            *net.entry(value).or_default() += sign(reading);
        }
    }
    let fresh = net.into_iter().filter(|(_, net)| *net > Decimal::ZERO);
    let fresh = fresh.filter(|(value, _)| seen.insert((*value).to_owned()));
    Decimal::from(fresh.count() as u64)
}

/// A value over time, as a share of the whole month: what was held times how long, over the length of the month.
fn held(carried: Decimal, changes: &[(i64, Decimal)], window: Window) -> Result<Decimal> {
    if window.from >= window.to {
        return Err(Error::invalid(
            "period",
            "empty_period",
            "the end must be after the start",
        ));
    }
    let mut value = carried;
    let mut at = window.from;
    let mut sum = Decimal::ZERO;
    let end = window.upto.min(window.to);
    for (next, by) in changes {
        let next = (*next).clamp(window.from, end);
        sum = decimal::add(sum, decimal::mul(value, seconds(next - at))?)?;
        value = decimal::add(value, *by)?;
        at = next;
    }
    sum = decimal::add(sum, decimal::mul(value, seconds((end - at).max(0)))?)?;
    Ok(rounded(decimal::div(
        sum,
        seconds(window.to - window.from),
    )?))
}

fn seconds(micros: i64) -> Decimal {
    Decimal::new(micros, 6).normalize()
}

fn rounded(value: Decimal) -> Decimal {
    decimal::round(value, PLACES, Rounding::HalfEven).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;
    const DAY: i64 = 24 * HOUR;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn reading(day: i64, name: &str, quantity: &str, value: &str) -> Reading {
        Reading {
            from: day * DAY,
            name: name.to_owned(),
            until: day * DAY + 90 * HOUR / 60,
            quantity: dec(quantity),
            value: Some(value.to_owned()),
        }
    }

    /// A month of 30 days, in every order of its readings.
    fn of(how: &str, carried: &str, readings: &[Reading]) -> Decimal {
        let window = Window {
            from: 0,
            to: 30 * DAY,
            upto: 30 * DAY,
        };
        let how: Aggregation = how.parse().unwrap();
        let mut turned = readings.to_vec();
        let first = quantity(&how, dec(carried), &turned, window, &mut BTreeSet::new()).unwrap();
        for _ in readings {
            turned.rotate_left(1);
            let again = quantity(&how, dec(carried), &turned, window, &mut BTreeSet::new());
            assert_eq!(
                again.unwrap(),
                first,
                "{how}: the order makes no difference"
            );
        }
        first
    }

    #[test]
    fn every_aggregation_has_its_quantity() {
        let all = [
            reading(0, "a", "10", "ada"),
            reading(15, "b", "4", "bob"),
            reading(20, "c", "-1", "bob"),
            reading(29, "d", "7", "ada"),
        ];
        assert_eq!(of("sum", "0", &all), dec("20"));
        assert_eq!(of("count", "0", &all), dec("2"));
        assert_eq!(of("distinct:user", "0", &all), dec("1"));
        assert_eq!(of("last", "0", &all), dec("7"));
        assert_eq!(of("maximum", "0", &all), dec("10"));
        // 10 for 15 days, 4 for 5, -1 for 9, 7 for the last: 168 of 30 days.
        assert_eq!(of("average", "0", &all), dec("5.6"));
        // 10 for 15 days, 14 for 5, 13 for 9, 20 for the last: 357 of 30 days.
        assert_eq!(of("time_weighted", "0", &all), dec("11.9"));
        // One and a half hours each.
        assert_eq!(of("held_hours", "0", &all), dec("30"));
    }

    #[test]
    fn what_is_held_goes_on() {
        assert_eq!(of("time_weighted", "12", &[]), dec("12"));
        assert_eq!(
            of("time_weighted", "12", &[reading(10, "a", "-6", "")]),
            dec("8")
        );
        assert_eq!(of("average", "12", &[reading(10, "a", "6", "")]), dec("8"));
        assert_eq!(of("maximum", "12", &[]), Decimal::ZERO);
        // Up to the tenth day of thirty.
        let window = Window {
            from: 0,
            to: 30 * DAY,
            upto: 10 * DAY,
        };
        let part = quantity(
            &Aggregation::TimeWeighted,
            dec("12"),
            &[],
            window,
            &mut BTreeSet::new(),
        );
        assert_eq!(part.unwrap(), dec("4"));
    }

    #[test]
    fn values_are_counted_once_over_groups() {
        let window = Window {
            from: 0,
            to: DAY,
            upto: DAY,
        };
        let how = Aggregation::Distinct("user".to_owned());
        let mut seen = BTreeSet::new();
        let one = [reading(0, "a", "1", "ada"), reading(0, "b", "1", "bob")];
        let other = [reading(0, "c", "1", "bob"), reading(0, "d", "1", "cleo")];
        let mut count = |readings: &[Reading]| {
            quantity(&how, Decimal::ZERO, readings, window, &mut seen).unwrap()
        };
        assert_eq!(count(&one), dec("2"));
        assert_eq!(count(&other), dec("1"));
    }

    #[test]
    fn texts_are_read_and_refused() {
        for name in AGGREGATIONS {
            let text = if name == "distinct" {
                "distinct:user_id"
            } else {
                name
            };
            assert_eq!(text.parse::<Aggregation>().unwrap().to_string(), text);
        }
        for wrong in ["", "Sum", "distinct", "distinct:", "distinct:a b", "median"] {
            assert_eq!(
                wrong.parse::<Aggregation>().unwrap_err().problems()[0].code,
                "unknown_value"
            );
        }
    }
}

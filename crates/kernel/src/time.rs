//! Instants, dates and time zones.
//!
//! Nothing here reads a clock: the present is always an argument.

use std::{fmt, str::FromStr};

use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};

/// A signed length of time.
pub use jiff::SignedDuration as Duration;
/// A calendar date without a time or zone.
pub use jiff::civil::Date;

/// An instant to the microsecond, in UTC; between the years 1 and 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest instant; every zone's date is still in the year 1.
    pub const MIN: Self = Self(-62_135_510_400_000_000);
    /// The latest instant; every zone's date is still in the year 9999.
    pub const MAX: Self = Self(253_402_207_200_000_000);

    /// Microseconds since 1970-01-01T00:00:00Z; values out of range become the nearest in range.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        if micros < Self::MIN.0 {
            Self::MIN
        } else if micros > Self::MAX.0 {
            Self::MAX
        } else {
            Self(micros)
        }
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Reads an RFC 3339 time with an offset: `2024-09-01T12:00:00Z`, `2024-09-01T14:00:00.5+02:00`.
    /// What is finer than a microsecond is cut off.
    ///
    /// # Errors
    /// `malformed_timestamp`.
    pub fn parse(text: &str) -> Result<Self> {
        let malformed = || {
            let shown: String = text.chars().take(40).collect();
            Error::invalid(
                "timestamp",
                "malformed_timestamp",
                format!("{shown:?} is not a time: expected RFC 3339 such as 2024-09-01T12:00:00Z"),
            )
        };
        if !looks_like_rfc3339(text) {
            return Err(malformed());
        }
        let parsed: jiff::Timestamp = text.parse().map_err(|_| malformed())?;
        let micros =
            i64::try_from(parsed.as_nanosecond().div_euclid(1000)).map_err(|_| malformed())?;
        if (Self::MIN.0..=Self::MAX.0).contains(&micros) {
            Ok(Self(micros))
        } else {
            Err(malformed())
        }
    }

    /// This much later (or earlier, when negative); what is finer than a microsecond is cut off.
    ///
    /// # Errors
    /// `out_of_range` when it leaves the years 1 to 9999.
    pub fn plus(self, duration: Duration) -> Result<Self> {
        i64::try_from(duration.as_micros())
            .ok()
            .and_then(|micros| self.0.checked_add(micros))
            .filter(|micros| (Self::MIN.0..=Self::MAX.0).contains(micros))
            .map(Self)
            .ok_or_else(|| {
                Error::invalid(
                    "timestamp",
                    "out_of_range",
                    "the time must be between the years 1 and 9999",
                )
            })
    }

    /// How long after another instant this is; negative when before.
    #[must_use]
    pub const fn since(self, other: Self) -> Duration {
        // Both are within ±10,000 years, far from the limits of 64 bits.
        Duration::from_micros(self.0 - other.0)
    }

    /// The date of this instant in a zone.
    #[must_use]
    pub fn date_in(self, zone: &Zone) -> Date {
        self.datetime_in(zone).date()
    }

    /// The date and wall-clock time of this instant in a zone.
    #[must_use]
    pub fn datetime_in(self, zone: &Zone) -> jiff::civil::DateTime {
        zone.0.to_datetime(self.to_jiff())
    }

    fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).expect("the range of this type is within jiff's")
    }
}

/// Digits, signs and separators where RFC 3339 has them; the values are checked by the parser proper.
fn looks_like_rfc3339(text: &str) -> bool {
    const SHAPE: &[u8] = b"dddd-dd-ddTdd:dd:dd";
    let bytes = text.as_bytes();
    if bytes.len() <= SHAPE.len() || bytes.len() > 40 {
        return false;
    }
    let head = bytes.iter().zip(SHAPE).all(|(byte, shape)| match shape {
        b'd' => byte.is_ascii_digit(),
        b'T' => matches!(byte, b'T' | b't'),
        other => byte == other,
    });
    let rest = &bytes[SHAPE.len()..];
    let offset = match rest.strip_prefix(b".") {
        Some(fraction) => {
            let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
            if digits == 0 || digits > 9 {
                return false;
            }
            &fraction[digits..]
        }
        None => rest,
    };
    let offset_ok = match offset {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', a, b, b':', c, d] => [a, b, c, d].iter().all(|b| b.is_ascii_digit()),
        _ => false,
    };
    head && offset_ok
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(instant: jiff::Timestamp) -> Self {
        Self::from_micros(instant.as_microsecond())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_jiff(), f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::serde_text::deserialize(deserializer, "an RFC 3339 time")
    }
}

/// Reads a date as `YYYY-MM-DD`, between the years 1 and 9999.
///
/// # Errors
/// Names `field` with `malformed_date`.
pub fn parse_date(field: &str, text: &str) -> Result<Date> {
    let malformed = || {
        let shown: String = text.chars().take(40).collect();
        Error::invalid(
            field,
            "malformed_date",
            format!("{shown:?} is not a date: expected YYYY-MM-DD such as 2024-09-01"),
        )
    };
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(i, byte)| match i {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shape {
        return Err(malformed());
    }
    let date: Date = text.parse().map_err(|_| malformed())?;
    if date.year() < 1 {
        return Err(malformed());
    }
    Ok(date)
}

/// A time zone of the IANA database.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub const fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Finds a zone by its IANA name.
    ///
    /// # Errors
    /// `unknown_zone`.
    pub fn parse(name: &str) -> Result<Self> {
        TimeZone::get(name)
            .ok()
            .filter(|zone| !zone.is_unknown() && zone.iana_name().is_some())
            .map(Self)
            .ok_or_else(|| {
                let shown: String = name.chars().take(40).collect();
                Error::invalid(
                    "zone",
                    "unknown_zone",
                    format!(
                        "{shown:?} is not a time zone: expected an IANA name such as Europe/Vienna"
                    ),
                )
            })
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The first instant of a date in this zone; where the clock skips midnight, the first instant after it.
    #[must_use]
    pub fn start_of_day(&self, date: Date) -> Timestamp {
        date.to_zoned(self.0.clone()).map_or_else(
            // Only the very last and first days of the calendar can be out of range.
            |_| {
                if date.year() > 0 {
                    Timestamp::MAX
                } else {
                    Timestamp::MIN
                }
            },
            |zoned| Timestamp::from(zoned.timestamp()),
        )
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Zone {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::parse(name)
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::serde_text::deserialize(deserializer, "a time zone name")
    }
}

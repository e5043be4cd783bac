//! Exact decimals: strict parsing, named rounding and checked arithmetic.
//!
//! A [`Decimal`] holds up to 28 significant digits. Sums and products are exact as long as they fit into that; beyond
//! it the last digit is rounded to the nearest, and what does not fit at all is an error.

pub use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy;

use crate::error::{Error, Result};

crate::text_enum! {
    /// How to round; every rounding of money names one of these and the place.
    pub enum Rounding("rounding") {
        /// To the nearest; a half away from zero (commercial rounding).
        HalfUp = "half_up",
        /// To the nearest; a half to the even neighbour (bankers' rounding).
        HalfEven = "half_even",
        /// To the nearest; a half towards zero.
        HalfDown = "half_down",
        /// Away from zero.
        Up = "up",
        /// Towards zero.
        Down = "down",
        /// Towards positive infinity.
        Ceiling = "ceiling",
        /// Towards negative infinity.
        Floor = "floor",
    }
}

impl Rounding {
    const fn strategy(self) -> RoundingStrategy {
        match self {
            Self::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Self::HalfEven => RoundingStrategy::MidpointNearestEven,
            Self::HalfDown => RoundingStrategy::MidpointTowardZero,
            Self::Up => RoundingStrategy::AwayFromZero,
            Self::Down => RoundingStrategy::ToZero,
            Self::Ceiling => RoundingStrategy::ToPositiveInfinity,
            Self::Floor => RoundingStrategy::ToNegativeInfinity,
        }
    }
}

/// What a number in the input may look like.
#[derive(Debug, Clone)]
pub struct Limits {
    integer_digits: u32,
    places: u32,
    min: Option<Decimal>,
    max: Option<Decimal>,
    exponent: bool,
}

impl Limits {
    /// At most so many digits before and after the point; leading zeros and trailing zeros do not count.
    #[must_use]
    pub const fn new(integer_digits: u32, places: u32) -> Self {
        Self {
            integer_digits,
            places,
            min: None,
            max: None,
            exponent: false,
        }
    }

    /// Whatever a decimal can hold exactly.
    #[must_use]
    pub const fn any() -> Self {
        Self::new(28, 28)
    }

    /// Not below this.
    #[must_use]
    pub const fn at_least(mut self, min: Decimal) -> Self {
        self.min = Some(min);
        self
    }

    /// Not above this.
    #[must_use]
    pub const fn at_most(mut self, max: Decimal) -> Self {
        self.max = Some(max);
        self
    }

    /// Zero or more.
    #[must_use]
    pub const fn non_negative(self) -> Self {
        self.at_least(Decimal::ZERO)
    }

    /// Accepts scientific notation as well (`1.5e-7`), as some billing exports write it.
    #[must_use]
    pub const fn with_exponent(mut self) -> Self {
        self.exponent = true;
        self
    }
}

/// Reads a decimal number exactly: digits, at most one point, a leading minus; nothing else.
///
/// # Errors
/// Names `field` with `not_a_number`, `too_many_digits`, `too_many_places` or `out_of_range`.
pub fn parse_decimal(field: &str, text: &str, limits: &Limits) -> Result<Decimal> {
    let parts = split(text, limits.exponent).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        let expected = if limits.exponent {
            "a decimal number such as 12.50 or 1.5e-7"
        } else {
            "a decimal number such as 12.50"
        };
        Error::invalid(
            field,
            "not_a_number",
            format!("{shown:?} is not {expected}"),
        )
    })?;
    let too_many_digits = || {
        Error::invalid(
            field,
            "too_many_digits",
            format!("at most {} digits before the point", limits.integer_digits),
        )
    };
    let too_many_places = || {
        Error::invalid(
            field,
            "too_many_places",
            format!("at most {} digits after the point", limits.places),
        )
    };

    // The value is `digits` × 10^-scale. Leading zeros mean nothing; trailing zeros after the point are kept as far as
    // the limits have room for them, so that 1.50 stays 1.50.
    let mut digits = parts.digits.trim_start_matches('0');
    let mut scale = parts.scale;
    while scale > i64::from(limits.places.min(Decimal::MAX_SCALE)) && digits.ends_with('0') {
        digits = &digits[..digits.len() - 1];
        scale -= 1;
    }
    if digits.is_empty() {
        scale = scale.clamp(0, i64::from(limits.places.min(Decimal::MAX_SCALE)));
    }
    let count = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    if count > 0 && count - scale > i64::from(limits.integer_digits) {
        return Err(too_many_digits());
    }
    if scale > i64::from(limits.places.min(Decimal::MAX_SCALE)) {
        return Err(too_many_places());
    }
    let mut mantissa: i128 = if digits.is_empty() {
        0
    } else {
        // More than 38 digits cannot fit, and neither do those between 2^96 and that.
        digits.parse().map_err(|_| too_many_digits())?
    };
    while scale < 0 {
        mantissa = mantissa.checked_mul(10).ok_or_else(too_many_digits)?;
        scale += 1;
    }
    if parts.negative {
        mantissa = -mantissa;
    }
    let scale = u32::try_from(scale).map_err(|_| too_many_places())?;
    let value =
        Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| too_many_digits())?;
    check_range(field, value, limits)?;
    Ok(value)
}

fn check_range(field: &str, value: Decimal, limits: &Limits) -> Result<()> {
    let below = limits.min.is_some_and(|min| value < min);
    let above = limits.max.is_some_and(|max| value > max);
    if !below && !above {
        return Ok(());
    }
    let message = match (limits.min, limits.max) {
        (Some(min), Some(max)) => format!("must be between {min} and {max}"),
        (Some(min), None) => format!("must be at least {min}"),
        (None, Some(max)) => format!("must be at most {max}"),
        (None, None) => return Ok(()),
    };
    Err(Error::invalid(field, "out_of_range", message))
}

struct Parts {
    negative: bool,
    digits: String,
    scale: i64,
}

/// Exponents beyond this cannot lead to a decimal anyway.
const MAX_EXPONENT: i64 = 60;
/// Longer texts are not numbers that anyone means.
const MAX_TEXT: usize = 120;

fn split(text: &str, exponent_allowed: bool) -> Option<Parts> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (number, exponent) = match rest.split_once(['e', 'E']) {
        Some((number, exponent)) if exponent_allowed => (number, parse_exponent(exponent)?),
        Some(_) => return None,
        None => (rest, 0),
    };
    let (integer, fraction) = match number.split_once('.') {
        Some((integer, fraction)) if !fraction.is_empty() => (integer, fraction),
        Some(_) => return None,
        None => (number, ""),
    };
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if integer.is_empty() || !all_digits(integer) || !all_digits(fraction) {
        return None;
    }
    Some(Parts {
        negative,
        digits: format!("{integer}{fraction}"),
        scale: i64::try_from(fraction.len()).ok()? - exponent,
    })
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || digits.len() > 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: i64 = text.strip_prefix('+').unwrap_or(text).parse().ok()?;
    (value.abs() <= MAX_EXPONENT).then_some(value)
}

/// Rounds to a number of decimal places.
#[must_use]
pub fn round(value: Decimal, places: u32, mode: Rounding) -> Decimal {
    value.round_dp_with_strategy(places, mode.strategy())
}

fn overflow() -> Error {
    Error::invalid(
        "value",
        "overflow",
        "the result is too large to be represented exactly",
    )
}

/// The sum.
///
/// # Errors
/// `overflow` when it does not fit.
pub fn add(a: Decimal, b: Decimal) -> Result<Decimal> {
    a.checked_add(b).ok_or_else(overflow)
}

/// The difference.
///
/// # Errors
/// `overflow` when it does not fit.
pub fn sub(a: Decimal, b: Decimal) -> Result<Decimal> {
    a.checked_sub(b).ok_or_else(overflow)
}

/// The product.
///
/// # Errors
/// `overflow` when it does not fit.
pub fn mul(a: Decimal, b: Decimal) -> Result<Decimal> {
    a.checked_mul(b).ok_or_else(overflow)
}

/// The quotient, to 28 significant digits.
///
/// # Errors
/// `division_by_zero`, or `overflow` when it does not fit.
pub fn div(a: Decimal, b: Decimal) -> Result<Decimal> {
    if b.is_zero() {
        return Err(Error::invalid(
            "value",
            "division_by_zero",
            "cannot divide by zero",
        ));
    }
    a.checked_div(b).ok_or_else(overflow)
}

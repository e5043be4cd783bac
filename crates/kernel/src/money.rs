//! Exact money: an integer number of minor units and its currency.

use std::{fmt, str::FromStr as _};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    currency::Currency,
    decimal::{self, Decimal, Limits, Rounding, parse_decimal},
    error::{Error, Result},
};

/// An amount in whole minor units of its currency (cents, yen, fils).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units; negative for credits.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// So many minor units.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether it is less than nothing.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// Rounds an exact amount to the places of the currency.
    ///
    /// # Errors
    /// `overflow` when the amount is beyond what 64 bits of minor units hold.
    pub fn from_exact(exact: Decimal, currency: Currency, rounding: Rounding) -> Result<Self> {
        let mut rounded = decimal::round(exact, currency.exponent(), rounding);
        rounded.rescale(currency.exponent());
        if rounded.scale() != currency.exponent() {
            return Err(overflow());
        }
        let minor = i64::try_from(rounded.mantissa()).map_err(|_| overflow())?;
        Ok(Self::new(minor, currency))
    }

    /// Reads an amount as people write it for programs: `12.34`, with at most the places of the currency.
    ///
    /// # Errors
    /// Names `field` when it is no number, has too many places or is too large.
    pub fn parse_amount(field: &str, text: &str, currency: Currency) -> Result<Self> {
        let value = parse_decimal(field, text, &Limits::new(19, currency.exponent()))?;
        // Nothing is left to round: the limits allow no further places.
        Self::from_exact(value, currency, Rounding::HalfUp).map_err(|error| error.at(field))
    }

    /// The amount as a decimal with the places of the currency.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::from_i128_with_scale(i128::from(self.minor), self.currency.exponent())
    }

    /// The amount without the currency: `12.34`, always with the places of the currency.
    #[must_use]
    pub fn amount(self) -> String {
        self.to_decimal().to_string()
    }

    fn same_currency(self, other: Self) -> Result<()> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(Error::invalid(
            "currency",
            "currency_mismatch",
            format!(
                "an amount in {} and one in {} cannot be combined without an exchange rate",
                self.currency, other.currency
            ),
        ))
    }

    /// The sum.
    ///
    /// # Errors
    /// `currency_mismatch` or `overflow`.
    #[expect(clippy::should_implement_trait, reason = "it can fail")]
    pub fn add(self, other: Self) -> Result<Self> {
        self.same_currency(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or_else(overflow)?;
        Ok(Self::new(minor, self.currency))
    }

    /// The difference.
    ///
    /// # Errors
    /// `currency_mismatch` or `overflow`.
    #[expect(clippy::should_implement_trait, reason = "it can fail")]
    pub fn sub(self, other: Self) -> Result<Self> {
        self.same_currency(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or_else(overflow)?;
        Ok(Self::new(minor, self.currency))
    }

    /// The opposite amount.
    ///
    /// # Errors
    /// `overflow` for the one amount that has no opposite.
    #[expect(clippy::should_implement_trait, reason = "it can fail")]
    pub fn neg(self) -> Result<Self> {
        let minor = self.minor.checked_neg().ok_or_else(overflow)?;
        Ok(Self::new(minor, self.currency))
    }

    /// The amount times a factor, rounded to the places of the currency.
    ///
    /// # Errors
    /// `overflow`.
    pub fn scaled(self, factor: Decimal, rounding: Rounding) -> Result<Self> {
        let exact = decimal::mul(self.to_decimal(), factor)?;
        Self::from_exact(exact, self.currency, rounding)
    }

    /// The sum of any number of amounts; intermediate sums may be larger than the result.
    ///
    /// # Errors
    /// `currency_mismatch` or `overflow`.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self> {
        let zero = Self::zero(currency);
        let mut minor = 0_i128;
        for amount in amounts {
            zero.same_currency(amount)?;
            minor = minor
                .checked_add(i128::from(amount.minor))
                .ok_or_else(overflow)?;
        }
        let minor = i64::try_from(minor).map_err(|_| overflow())?;
        Ok(Self::new(minor, currency))
    }
}

fn overflow() -> Error {
    Error::invalid("amount", "overflow", "the amount is too large")
}

/// Splits an amount in proportion to weights by the largest remainder: the parts always sum to the whole, each is
/// within one minor unit of its exact share, and of equal remainders the earlier part gets the unit.
///
/// # Errors
/// `weights` when there are none, one is negative, all are zero, or they are too many orders of magnitude apart.
pub fn allocate(total: Money, weights: &[Decimal]) -> Result<Vec<Money>> {
    let weights = whole_weights(weights)?;
    let all: u128 = weights.iter().sum();
    let amount = total.minor.unsigned_abs();
    let mut parts: Vec<u64> = Vec::with_capacity(weights.len());
    let mut remainders: Vec<(u128, usize)> = Vec::with_capacity(weights.len());
    let mut left = amount;
    for (i, weight) in weights.iter().enumerate() {
        let (part, remainder) = share(amount, *weight, all);
        left -= part;
        parts.push(part);
        remainders.push((remainder, i));
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    // Fewer units are left than there are parts with a remainder, so none gets two.
    for (_, i) in remainders {
        if left == 0 {
            break;
        }
        parts[i] += 1;
        left -= 1;
    }
    let negative = total.minor < 0;
    parts
        .into_iter()
        .map(|part| {
            let part = i128::from(part);
            let minor = if negative { -part } else { part };
            let minor = i64::try_from(minor).map_err(|_| overflow())?;
            Ok(Money::new(minor, total.currency))
        })
        .collect()
}

/// The weights as integers at one common scale.
fn whole_weights(weights: &[Decimal]) -> Result<Vec<u128>> {
    let refuse = |message: &str| Error::invalid("weights", "invalid_weights", message);
    let normal: Vec<Decimal> = weights.iter().map(Decimal::normalize).collect();
    let scale = normal.iter().map(Decimal::scale).max().unwrap_or(0);
    let mut whole = Vec::with_capacity(normal.len());
    let mut sum = 0_u128;
    for weight in normal {
        let mantissa = u128::try_from(weight.mantissa())
            .map_err(|_| refuse("a weight must not be negative"))?;
        let too_far = || refuse("the weights are too many orders of magnitude apart");
        let value = 10_u128
            .checked_pow(scale - weight.scale())
            .and_then(|factor| mantissa.checked_mul(factor))
            .ok_or_else(too_far)?;
        sum = sum
            .checked_add(value)
            .filter(|sum| *sum < 1 << 127)
            .ok_or_else(too_far)?;
        whole.push(value);
    }
    if sum == 0 {
        return Err(refuse("at least one weight must be positive"));
    }
    Ok(whole)
}

/// `amount × weight / all` as quotient and remainder, without a wider integer: the product is built bit by bit and
/// reduced on the way. Needs `weight ≤ all < 2^127`.
fn share(amount: u64, weight: u128, all: u128) -> (u64, u128) {
    let (mut quotient, mut remainder) = (0_u64, 0_u128);
    for bit in (0..u64::BITS).rev() {
        quotient <<= 1;
        remainder <<= 1;
        if remainder >= all {
            remainder -= all;
            quotient += 1;
        }
        if amount >> bit & 1 == 1 {
            remainder += weight;
            if remainder >= all {
                remainder -= all;
                quotient += 1;
            }
        }
    }
    (quotient, remainder)
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Money {
    type Err = Error;

    /// Reads `12.34 EUR`.
    fn from_str(text: &str) -> Result<Self> {
        let (amount, currency) = text.split_once(' ').ok_or_else(|| {
            Error::invalid(
                "amount",
                "malformed_money",
                "expected an amount and a currency, such as 12.34 EUR",
            )
        })?;
        Self::parse_amount("amount", amount, Currency::parse(currency)?)
    }
}

/// The form on the wire.
#[derive(Serialize, Deserialize)]
struct Wire {
    amount: String,
    currency: String,
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire {
            amount: self.amount(),
            currency: self.currency.code().to_owned(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        Currency::from_str(&wire.currency)
            .and_then(|currency| Self::parse_amount("amount", &wire.amount, currency))
            .map_err(serde::de::Error::custom)
    }
}

//! From exact amounts to money: one line at a time, or by the running total.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Currency, Decimal, Money, Result, Rounding, decimal};

/// Where amounts that belong together are rounded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundingScope {
    /// Every line by itself; the total is the sum of the rounded lines.
    #[default]
    PerLine,
    /// The running total: a line is what the rounded total grew by, so that the total is never off by more than one
    /// rounding, however many lines there are.
    Cumulative,
}

/// Rounds the exact amount of a line to the places of its currency.
///
/// # Errors
/// `overflow`.
pub fn round_line(exact: Decimal, currency: Currency, rounding: Rounding) -> Result<Money> {
    Money::from_exact(exact, currency, rounding)
}

/// What is to be billed now, when `total` is the exact amount for everything so far and `billed` was billed already:
/// the rounded total less what was billed. May be negative.
///
/// # Errors
/// `overflow`.
pub fn round_cumulative(total: Decimal, billed: Money, rounding: Rounding) -> Result<Money> {
    Money::from_exact(total, billed.currency, rounding)?.sub(billed)
}

/// Rounds the lines of one document.
///
/// # Errors
/// `overflow`.
pub fn round_lines(
    exact: &[Decimal],
    currency: Currency,
    rounding: Rounding,
    scope: RoundingScope,
) -> Result<Vec<Money>> {
    match scope {
        RoundingScope::PerLine => exact
            .iter()
            .map(|amount| round_line(*amount, currency, rounding))
            .collect(),
        RoundingScope::Cumulative => {
            let mut total = Decimal::ZERO;
            let mut billed = Money::zero(currency);
            exact
                .iter()
                .map(|amount| {
                    total = decimal::add(total, *amount)?;
                    let line = round_cumulative(total, billed, rounding)?;
                    billed = billed.add(line)?;
                    Ok(line)
                })
                .collect()
        }
    }
}

/// Rounds parts that add up to (nearly) `total`, so that they add up to it exactly: each is rounded down, and the minor
/// units that are left go to the largest remainders. Parts may have different signs; a part is never off by more than
/// one minor unit when the total is the rounded sum of the parts.
///
/// # Errors
/// `overflow`.
pub fn split_exactly(total: Money, exact: &[Decimal]) -> Result<Vec<Money>> {
    let mut parts = Vec::with_capacity(exact.len());
    let mut remainders = Vec::with_capacity(exact.len());
    for (i, amount) in exact.iter().enumerate() {
        let part = Money::from_exact(*amount, total.currency, Rounding::Floor)?;
        remainders.push((decimal::sub(*amount, part.to_decimal())?, i));
        parts.push(part);
    }
    let floor = Money::sum(total.currency, parts.iter().copied())?;
    let mut left = total.sub(floor)?.minor;
    // The largest remainders get a unit more; should the total be below the floor, the smallest get one less.
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let unit = left.signum();
    let mut order: Vec<usize> = remainders.into_iter().map(|(_, i)| i).collect();
    if unit < 0 {
        order.reverse();
    }
    while left != 0 && !order.is_empty() {
        for i in &order {
            if left == 0 {
                break;
            }
            parts[*i] = parts[*i].add(Money::new(unit, total.currency))?;
            left -= unit;
        }
    }
    Ok(parts)
}

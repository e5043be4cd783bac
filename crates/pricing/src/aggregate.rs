//! From changes of a gauge to a quantity: averages over time and prices for what is held a part of the period.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Decimal, Error, Result, decimal};

use crate::{
    PriceKind, PriceModel,
    model::{Tier, ZeroUsage},
    proration::Ratio,
    rate::{self, Usage},
};

/// A gauge over a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gauge {
    /// The average over the whole period, each value weighted by how long it was held.
    pub average: Decimal,
    /// The largest value.
    pub maximum: Decimal,
    /// The value at the end; the next period begins with it.
    pub last: Decimal,
}

/// Evaluates a gauge from its changes. `from`, `to` and the first part of each change are points in time in any unit
/// (days, seconds); changes before `from` count as made at `from`, those from `to` on are not of this period.
///
/// # Errors
/// `period` when it is empty, `overflow`.
pub fn gauge(carried: Decimal, changes: &[(i64, Decimal)], from: i64, to: i64) -> Result<Gauge> {
    if from >= to {
        return Err(Error::invalid(
            "period",
            "empty_period",
            "the end must be after the start",
        ));
    }
    let mut changes: Vec<(i64, Decimal)> = changes
        .iter()
        .filter(|(at, _)| *at < to)
        .map(|(at, by)| ((*at).max(from), *by))
        .collect();
    // Usage arrives in any order; the value follows the order in which it happened.
    changes.sort_by_key(|(at, _)| *at);
    let mut value = carried;
    let mut maximum: Option<Decimal> = None;
    let mut held = Decimal::ZERO;
    let mut at = from;
    let mut hold = |value: Decimal, from: i64, to: i64| -> Result<()> {
        if from < to {
            maximum = Some(maximum.map_or(value, |max| max.max(value)));
            held = decimal::add(held, decimal::mul(value, Decimal::from(to - from))?)?;
        }
        Ok(())
    };
    for (next, by) in changes {
        hold(value, at, next)?;
        value = decimal::add(value, by)?;
        at = next;
    }
    hold(value, at, to)?;
    Ok(Gauge {
        average: decimal::div(held, Decimal::from(to - from))?,
        maximum: maximum.unwrap_or(value),
        last: value,
    })
}

/// Graduated tiers for units that are held: each change of the quantity costs (or gives back) the price of the tiers
/// it passes through for the rest of the period only; the flat amount of a tier is due in full once it was entered. The least
/// and most of a tier hold for a whole period and are left aside.
///
/// `changes` are in the order in which they happened, each with the share of the period that is left.
///
/// # Errors
/// `quantity` when it falls below zero, `overflow`.
pub fn graduated_held(
    tiers: &[Tier],
    zero_usage: ZeroUsage,
    carried: Decimal,
    changes: &[(Ratio, Decimal)],
) -> Result<Decimal> {
    let only = |tier: fn(&Tier) -> Tier| {
        PriceModel::new(PriceKind::Graduated {
            tiers: tiers.iter().map(tier).collect(),
            zero_usage,
        })
    };
    let units = only(|tier| Tier {
        flat: Decimal::ZERO,
        ..tier.clone().between(None, None)
    });
    let flats = only(|tier| Tier {
        unit_price: Decimal::ZERO,
        ..tier.clone().between(None, None)
    });
    let mut quantity = carried;
    let mut peak = carried;
    let mut amount = rate::total(&units, &Usage::Quantity(carried))?;
    for (ratio, by) in changes {
        let before = rate::total(&units, &Usage::Quantity(quantity))?;
        quantity = decimal::add(quantity, *by)?;
        peak = peak.max(quantity);
        let after = rate::total(&units, &Usage::Quantity(quantity))?;
        amount = decimal::add(amount, ratio.of(decimal::sub(after, before)?)?)?;
    }
    decimal::add(amount, rate::total(&flats, &Usage::Quantity(peak))?)
}

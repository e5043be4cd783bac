//! Graduated, volume and stairstep prices.

use rust_decimal::prelude::ToPrimitive;
use tradewind_kernel::{Decimal, Error, Result, decimal};

use super::{Part, PartKind, Sink, between, index, not_negative, packages};
use crate::model::{Step, Tier, TierBounds, ZeroUsage, are_numbered};

/// Each unit at the price of its own tier; unit prices count times `scale` (a hundredth where they are percentages).
pub(super) fn graduated<S: Sink>(
    tiers: &[Tier],
    zero_usage: ZeroUsage,
    quantity: Decimal,
    scale: Decimal,
    sink: &mut S,
) -> Result<()> {
    not_negative(quantity)?;
    let mut lower = Decimal::ZERO;
    for (i, tier) in tiers.iter().enumerate() {
        let entered = quantity > lower
            || (i == 0 && quantity.is_zero() && zero_usage == ZeroUsage::FirstTier);
        if !entered {
            break;
        }
        let upper = tier.up_to.map_or(quantity, |up_to| up_to.min(quantity));
        tier_parts(i, tier, decimal::sub(upper, lower)?, scale, sink)?;
        lower = upper;
    }
    Ok(())
}

/// All units at the price of the tier of the whole quantity.
pub(super) fn volume<S: Sink>(
    tiers: &[Tier],
    zero_usage: ZeroUsage,
    bounds: TierBounds,
    quantity: Decimal,
    sink: &mut S,
) -> Result<()> {
    if quantity.is_zero() && zero_usage == ZeroUsage::Free {
        return Ok(());
    }
    let at = tiers
        .iter()
        .position(|tier| within(tier.up_to, bounds, quantity));
    match at.and_then(|i| tiers.get(i).map(|tier| (i, tier))) {
        Some((i, tier)) => tier_parts(i, tier, quantity, Decimal::ONE, sink),
        None => Err(beyond_all(quantity)),
    }
}

/// The whole quantity at the amount of its step.
pub(super) fn stairstep<S: Sink>(
    steps: &[Step],
    zero_usage: ZeroUsage,
    bounds: TierBounds,
    quantity: Decimal,
    sink: &mut S,
) -> Result<()> {
    if quantity.is_zero() && zero_usage == ZeroUsage::Free {
        return Ok(());
    }
    let step = if are_numbered(steps) {
        // A package of its own: the quantity is its number.
        let number = (quantity.fract().is_zero()).then(|| quantity.to_usize());
        let at = number.flatten().and_then(|number| number.checked_sub(1));
        at.and_then(|at| Some((at, steps.get(at)?)))
    } else {
        steps
            .iter()
            .enumerate()
            .find(|(_, step)| within(step.up_to, bounds, quantity))
    };
    match step {
        Some((i, step)) => sink.part(step_part(i, step)),
        None => Err(beyond_all(quantity)),
    }
}

/// The step with this tag.
pub(super) fn tagged<S: Sink>(steps: &[Step], tag: &str, sink: &mut S) -> Result<()> {
    let step = steps
        .iter()
        .enumerate()
        .find(|(_, step)| step.tag.as_deref() == Some(tag));
    match step {
        Some((i, step)) => sink.part(step_part(i, step)),
        None => {
            let tags: Vec<&str> = steps
                .iter()
                .filter_map(|step| step.tag.as_deref())
                .collect();
            Err(Error::invalid(
                "tag",
                "unknown_value",
                format!(
                    "{tag:?} is not offered; expected one of {}",
                    tags.join(", ")
                ),
            ))
        }
    }
}

fn within(up_to: Option<Decimal>, bounds: TierBounds, quantity: Decimal) -> bool {
    up_to.is_none_or(|up_to| match bounds {
        TierBounds::UpperInclusive => quantity <= up_to,
        TierBounds::LowerInclusive => quantity < up_to,
    })
}

fn beyond_all(quantity: Decimal) -> Error {
    Error::refused(
        "no_price_for_quantity",
        format!("there is no price for a quantity of {quantity}: no step is for it"),
    )
}

fn step_part(i: usize, step: &Step) -> Part {
    Part {
        kind: PartKind::Step(index(i)),
        quantity: Decimal::ONE,
        unit_price: step.amount,
        amount: step.amount,
    }
}

/// The flat amount of a tier and the units in it, and what brings both between its bounds. Units without a price are shown only where there is no flat amount,
/// so that a free tier is visible and a flat one is not listed twice.
fn tier_parts<S: Sink>(
    i: usize,
    tier: &Tier,
    quantity: Decimal,
    scale: Decimal,
    sink: &mut S,
) -> Result<()> {
    if !tier.flat.is_zero() {
        sink.part(Part {
            kind: PartKind::TierFlat(index(i)),
            quantity: Decimal::ONE,
            unit_price: tier.flat,
            amount: tier.flat,
        })?;
    }
    let shown = !quantity.is_zero() && (tier.flat.is_zero() || !tier.unit_price.is_zero());
    let units = if shown {
        tier_units(i, tier, quantity, scale, sink)?
    } else {
        Decimal::ZERO
    };
    let kinds = [
        PartKind::TierMinimum(index(i)),
        PartKind::TierMaximum(index(i)),
    ];
    let amount = decimal::add(tier.flat, units)?;
    match between(tier.minimum, tier.maximum, kinds, amount)? {
        Some(part) => sink.part(part),
        None => Ok(()),
    }
}

/// The units in a tier, and what they come to.
fn tier_units<S: Sink>(
    i: usize,
    tier: &Tier,
    quantity: Decimal,
    scale: Decimal,
    sink: &mut S,
) -> Result<Decimal> {
    let (kind, quantity) = match tier.package {
        Some(size) => (PartKind::TierPackages(index(i)), packages(quantity, size)?),
        None => (PartKind::Tier(index(i)), quantity),
    };
    let mut amount = decimal::mul(quantity, tier.unit_price)?;
    if scale != Decimal::ONE {
        amount = decimal::mul(amount, scale)?;
    }
    sink.part(Part {
        kind,
        quantity,
        unit_price: tier.unit_price,
        amount,
    })?;
    Ok(amount)
}

//! Late and amended usage: rating works on the sum of everything known for a period, and what is billed is the
//! difference to what was billed before. The order in which usage arrives makes no difference.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Decimal, Result, decimal};

use crate::{
    model::{PriceModel, hundredth},
    rate::{self, Part, PartKind, Rated, Settle, Usage},
};

/// The amount of a period by all usage known so far, step by step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// By price alone, with its parts.
    pub rated: Rated,
    /// What a discount takes off; zero or negative.
    pub discount: Decimal,
    /// What the bounds of the price add (minimum) or take off (maximum), after the discount.
    pub bounds: Decimal,
    /// Sum of the three.
    pub total: Decimal,
}

/// What there is to bill (or to credit) now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// How each part of the price has changed; parts that stayed the same are left out.
    pub parts: Vec<Part>,
    /// Change of the amount by price alone.
    pub gross: Decimal,
    /// Change of what the discount takes off.
    pub discount: Decimal,
    /// Change of what the bounds of the price add or take off.
    pub bounds: Decimal,
    /// What the earlier bill was off from what was known then: zero unless it followed other rules.
    pub correction: Decimal,
    /// What to bill: sum of the four.
    pub total: Decimal,
}

/// The amount of a period by all usage known so far: price, then a discount in percent, then the bounds of the price.
///
/// # Errors
/// What rating refuses.
pub fn standing(
    model: &PriceModel,
    discount_percent: Decimal,
    usage: &Usage<'_>,
    settle: Settle,
) -> Result<Standing> {
    let rated = rate::rate_unbounded(model, usage)?;
    let discount = -decimal::mul(rated.exact, hundredth(discount_percent)?)?;
    let net = decimal::add(rated.exact, discount)?;
    let bounds = rate::bound(model, net, settle)?.map_or(Decimal::ZERO, |part| part.amount);
    Ok(Standing {
        rated,
        discount,
        bounds,
        total: decimal::add(net, bounds)?,
    })
}

/// What there is to bill for `now`, when `billed` was billed for `before` (`None`: nothing was known then).
///
/// # Errors
/// `overflow`.
pub fn difference(
    before: Option<&Standing>,
    billed: Decimal,
    now: &Standing,
) -> Result<Difference> {
    let was = |value: fn(&Standing) -> Decimal| before.map_or(Decimal::ZERO, value);
    let gross = decimal::sub(now.rated.exact, was(|s| s.rated.exact))?;
    let discount = decimal::sub(now.discount, was(|s| s.discount))?;
    let bounds = decimal::sub(now.bounds, was(|s| s.bounds))?;
    let none = Vec::new();
    let old = before.map_or(&none, |standing| &standing.rated.parts);
    Ok(Difference {
        parts: parts(old, &now.rated.parts)?,
        gross,
        discount,
        bounds,
        correction: decimal::sub(was(|s| s.total), billed)?,
        total: decimal::sub(now.total, billed)?,
    })
}

fn parts(before: &[Part], now: &[Part]) -> Result<Vec<Part>> {
    let mut changed: BTreeMap<PartKind, Part> = BTreeMap::new();
    for part in now {
        changed.insert(part.kind, *part);
    }
    for old in before {
        let part = changed.entry(old.kind).or_insert(Part {
            quantity: Decimal::ZERO,
            amount: Decimal::ZERO,
            ..*old
        });
        part.quantity = decimal::sub(part.quantity, old.quantity)?;
        part.amount = decimal::sub(part.amount, old.amount)?;
    }
    Ok(changed
        .into_values()
        .filter(|part| !part.amount.is_zero() || !part.quantity.is_zero())
        .collect())
}

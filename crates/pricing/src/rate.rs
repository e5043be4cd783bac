//! Rating: from a price model and a usage to an exact amount, with every part of it explained.

mod matrix;
mod money;
mod tiers;

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Decimal, Error, Result, decimal};
use utoipa::ToSchema;

use crate::model::{PriceKind, PriceModel};

/// What was used in a period (or ordered for it).
#[derive(Debug, Clone, Copy)]
pub enum Usage<'a> {
    /// A number of units.
    Quantity(Decimal),
    /// The step of a stairstep price that the customer picked.
    Tag(&'a str),
    /// Quantities by the values of the dimensions of a matrix price.
    Cells(&'a [Cell<'a>]),
    /// Money amounts event by event, in the order in which the events happened.
    Amounts(&'a [Decimal]),
    /// The sum of the money amounts of so many events, where the single events make no difference.
    Total {
        /// Sum of the amounts.
        amount: Decimal,
        /// Number of events.
        events: u64,
    },
}

/// A quantity with the properties that a matrix price looks at.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    /// Dimension and value; others than those of the price are ignored.
    pub values: &'a [(&'a str, &'a str)],
    /// Units.
    pub quantity: Decimal,
}

/// An exact amount and the parts it is the sum of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rated {
    /// The amount, not rounded.
    pub exact: Decimal,
    /// How it comes about; the amounts add up to `exact`.
    pub parts: Vec<Part>,
}

/// One part of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PricePart)]
pub struct Part {
    /// What this part is.
    pub kind: PartKind,
    /// Units, packages, events or, for a percentage, the amount it is taken of.
    pub quantity: Decimal,
    /// Price of one unit; percent for a percentage.
    pub unit_price: Decimal,
    /// What this part comes to.
    pub amount: Decimal,
}

/// What a part of an amount is; tiers, steps and rows are counted from 0.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(tag = "part", content = "index", rename_all = "snake_case")]
#[schema(as = PricePartKind)]
pub enum PartKind {
    /// A flat price.
    Flat,
    /// Units at a unit price.
    Units,
    /// What is included and costs nothing: units, or an amount; of a passed-through cost, what is taken off it.
    Included,
    /// Units (or an amount, at a percentage) in a tier.
    Tier(u16),
    /// Packages begun in a tier.
    TierPackages(u16),
    /// The flat amount of a tier that was entered.
    TierFlat(u16),
    /// What raises a tier to its minimum.
    TierMinimum(u16),
    /// What lowers a tier to its maximum.
    TierMaximum(u16),
    /// A step.
    Step(u16),
    /// Packages begun.
    Packages,
    /// Units at the price of a row of a matrix.
    Row(u16),
    /// Units that a row of a matrix includes.
    RowIncluded(u16),
    /// A percentage of reported amounts.
    Percentage,
    /// The fixed part of events that are not free.
    Events,
    /// What raises single events to their minimum.
    EventMinimum,
    /// What lowers single events to their maximum.
    EventMaximum,
    /// The cost that travelled in the events.
    PassedThrough,
    /// The markup on it.
    Markup,
    /// What raises the amount to the minimum of the period.
    Minimum,
    /// What lowers the amount to the maximum of the period.
    Maximum,
}

/// Whether the period is over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Settle {
    /// More usage may come: the minimum of the period is left out.
    Interim,
    /// The last rating of the period: the minimum is settled.
    #[default]
    Final,
}

/// Takes the parts as they come up.
trait Sink {
    fn part(&mut self, part: Part) -> Result<()>;
}

struct Sum(Decimal);

impl Sink for Sum {
    fn part(&mut self, part: Part) -> Result<()> {
        self.0 = decimal::add(self.0, part.amount)?;
        Ok(())
    }
}

struct Parts(Sum, Vec<Part>);

impl Sink for Parts {
    fn part(&mut self, part: Part) -> Result<()> {
        self.0.part(part)?;
        self.1.push(part);
        Ok(())
    }
}

/// The exact amount of a period that is over, with its parts.
///
/// # Errors
/// `usage` when the price cannot be applied to this kind of usage, `quantity` when it is negative where only a linear
/// price could tell what that means, `overflow`; [`Error::Refused`] when no row of a matrix or no step fits.
pub fn rate(model: &PriceModel, usage: &Usage<'_>) -> Result<Rated> {
    rate_until(model, usage, Settle::Final)
}

/// The exact amount so far, with its parts.
///
/// # Errors
/// As [`rate`].
pub fn rate_until(model: &PriceModel, usage: &Usage<'_>, settle: Settle) -> Result<Rated> {
    let mut parts = Parts(Sum(Decimal::ZERO), Vec::with_capacity(4));
    walk(&model.kind, model.included, usage, &mut parts)?;
    if let Some(part) = bound(model, parts.0.0, settle)? {
        parts.part(part)?;
    }
    Ok(Rated {
        exact: parts.0.0,
        parts: parts.1,
    })
}

/// The exact amount alone; the same number as [`rate`] gives, without building its parts.
///
/// # Errors
/// As [`rate`].
pub fn total(model: &PriceModel, usage: &Usage<'_>) -> Result<Decimal> {
    total_until(model, usage, Settle::Final)
}

/// The exact amount so far alone.
///
/// # Errors
/// As [`rate`].
pub fn total_until(model: &PriceModel, usage: &Usage<'_>, settle: Settle) -> Result<Decimal> {
    let mut sum = Sum(Decimal::ZERO);
    walk(&model.kind, model.included, usage, &mut sum)?;
    if let Some(part) = bound(model, sum.0, settle)? {
        sum.part(part)?;
    }
    Ok(sum.0)
}

/// The exact amount without minimum and maximum, with its parts.
pub(crate) fn rate_unbounded(model: &PriceModel, usage: &Usage<'_>) -> Result<Rated> {
    let mut parts = Parts(Sum(Decimal::ZERO), Vec::with_capacity(4));
    walk(&model.kind, model.included, usage, &mut parts)?;
    Ok(Rated {
        exact: parts.0.0,
        parts: parts.1,
    })
}

/// Whether an amount is beyond a maximum; for a credit (a negative maximum) by its size.
fn above(max: Decimal, amount: Decimal) -> bool {
    if max.is_sign_negative() {
        amount < max
    } else {
        amount > max
    }
}

/// Whether an amount falls short of a minimum; for a credit (a negative minimum) by its size.
fn below(min: Decimal, amount: Decimal) -> bool {
    if min.is_sign_negative() {
        amount > min
    } else {
        amount < min
    }
}

/// What brings an amount within the bounds of the price. For credits (negative prices) the bounds are of the size.
pub(crate) fn bound(model: &PriceModel, amount: Decimal, settle: Settle) -> Result<Option<Part>> {
    let least = model.minimum.filter(|_| settle == Settle::Final);
    let kinds = [PartKind::Minimum, PartKind::Maximum];
    between(least, model.maximum, kinds, amount)
}

/// What brings an amount between its least and its most, as a part of either kind.
fn between(
    least: Option<Decimal>,
    most: Option<Decimal>,
    [raised, lowered]: [PartKind; 2],
    amount: Decimal,
) -> Result<Option<Part>> {
    let (kind, to) = match (most, least) {
        (Some(max), _) if above(max, amount) => (lowered, max),
        (_, Some(min)) if below(min, amount) => (raised, min),
        _ => return Ok(None),
    };
    let amount = decimal::sub(to, amount)?;
    Ok(Some(Part {
        kind,
        quantity: Decimal::ONE,
        unit_price: amount,
        amount,
    }))
}

fn walk<S: Sink>(
    kind: &PriceKind,
    included: Decimal,
    usage: &Usage<'_>,
    sink: &mut S,
) -> Result<()> {
    match kind {
        PriceKind::Flat { amount } => sink.part(Part {
            kind: PartKind::Flat,
            quantity: Decimal::ONE,
            unit_price: *amount,
            amount: *amount,
        }),
        PriceKind::PerUnit { unit_price } => {
            let quantity = beyond(quantity_of(usage, kind)?, included, sink)?;
            priced(PartKind::Units, quantity, *unit_price, sink)
        }
        PriceKind::Package { size, amount } => {
            let quantity = beyond(positive(usage, kind)?, included, sink)?;
            priced(
                PartKind::Packages,
                packages(quantity, *size)?,
                *amount,
                sink,
            )
        }
        PriceKind::Graduated { tiers, zero_usage } => {
            let quantity = beyond(positive(usage, kind)?, included, sink)?;
            tiers::graduated(tiers, *zero_usage, quantity, Decimal::ONE, sink)
        }
        PriceKind::Volume {
            tiers,
            zero_usage,
            bounds,
        } => {
            let quantity = beyond(positive(usage, kind)?, included, sink)?;
            tiers::volume(tiers, *zero_usage, *bounds, quantity, sink)
        }
        PriceKind::Stairstep {
            steps,
            zero_usage,
            bounds,
        } => {
            if let Usage::Tag(tag) = usage {
                return tiers::tagged(steps, tag, sink);
            }
            let quantity = beyond(positive(usage, kind)?, included, sink)?;
            tiers::stairstep(steps, *zero_usage, *bounds, quantity, sink)
        }
        PriceKind::Matrix { dimensions, rows } => match usage {
            Usage::Cells(cells) => matrix::rate(dimensions, rows, cells, sink),
            _ => Err(wrong_usage(kind, "quantities by dimension")),
        },
        PriceKind::GraduatedPercentage { tiers, zero_usage } => {
            let (amount, _) = money::sum_of(usage, kind)?;
            let amount = beyond(amount, included, sink)?;
            tiers::graduated(tiers, *zero_usage, amount, Decimal::new(1, 2), sink)
        }
        PriceKind::Percentage { .. } => money::percentage(kind, usage, sink),
        PriceKind::PassThrough {
            markup_percent,
            exchange_rate,
        } => {
            let (amount, _) = money::sum_of(usage, kind)?;
            money::pass_through(amount, included, *markup_percent, *exchange_rate, sink)
        }
    }
}

fn wrong_usage(kind: &PriceKind, expected: &str) -> Error {
    Error::invalid(
        "usage",
        "wrong_usage",
        format!("a {} price is applied to {expected}", kind.name()),
    )
}

/// The number of units, of whichever sign.
fn quantity_of(usage: &Usage<'_>, kind: &PriceKind) -> Result<Decimal> {
    match usage {
        Usage::Quantity(quantity) => Ok(*quantity),
        Usage::Cells(cells) => cells
            .iter()
            .try_fold(Decimal::ZERO, |sum, cell| decimal::add(sum, cell.quantity)),
        _ => Err(wrong_usage(kind, "a quantity")),
    }
}

fn positive(usage: &Usage<'_>, kind: &PriceKind) -> Result<Decimal> {
    let quantity = quantity_of(usage, kind)?;
    not_negative(quantity)?;
    Ok(quantity)
}

fn not_negative(quantity: Decimal) -> Result<()> {
    if quantity < Decimal::ZERO {
        return Err(Error::invalid(
            "quantity",
            "out_of_range",
            format!("must be zero or more, is {quantity}"),
        ));
    }
    Ok(())
}

/// The quantity beyond what is included.
fn beyond<S: Sink>(quantity: Decimal, included: Decimal, sink: &mut S) -> Result<Decimal> {
    if included.is_zero() || quantity <= Decimal::ZERO {
        return Ok(quantity);
    }
    let free = quantity.min(included);
    sink.part(Part {
        kind: PartKind::Included,
        quantity: free,
        unit_price: Decimal::ZERO,
        amount: Decimal::ZERO,
    })?;
    decimal::sub(quantity, free)
}

/// Quantity × price, unless there is nothing of it.
fn priced<S: Sink>(
    kind: PartKind,
    quantity: Decimal,
    unit_price: Decimal,
    sink: &mut S,
) -> Result<()> {
    if quantity.is_zero() {
        return Ok(());
    }
    sink.part(Part {
        kind,
        quantity,
        unit_price,
        amount: decimal::mul(quantity, unit_price)?,
    })
}

/// Packages begun; by remainder, because a quotient may have endless digits.
fn packages(quantity: Decimal, size: Decimal) -> Result<Decimal> {
    let rest = quantity
        .checked_rem(size)
        .ok_or_else(|| Error::invalid("size", "out_of_range", "must be more than zero"))?;
    let full = decimal::div(decimal::sub(quantity, rest)?, size)?;
    if rest.is_zero() {
        Ok(full)
    } else {
        decimal::add(full, Decimal::ONE)
    }
}

/// The place of a tier, step or row for a part; [`PriceModel::check`] allows far fewer than fit.
fn index(i: usize) -> u16 {
    u16::try_from(i).unwrap_or(u16::MAX)
}

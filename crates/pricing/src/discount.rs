//! Discounts on the lines of a document: the order of stacking is a policy, nothing goes below zero, and every line
//! says what each discount took off it.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Currency, Decimal, Error, Money, Problems, Result, Rounding, decimal};
use utoipa::ToSchema;

use crate::{model::hundredth, rounding::split_exactly};

/// What a discount takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "discount", rename_all = "snake_case")]
pub enum DiscountKind {
    /// A share of what the lines still cost.
    Percentage {
        /// 0 to 100.
        percent: Decimal,
    },
    /// An amount, in proportion to what the lines still cost, as far as they cost that much.
    Amount {
        /// In the currency of the lines.
        amount: Decimal,
    },
    /// The lines together cost this, when they cost more without it. Comes before all others.
    PriceOverride {
        /// In the currency of the lines.
        amount: Decimal,
    },
}

/// The lines that a discount is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Applies {
    /// All lines.
    All,
    /// The lines at these places, counted from 0.
    Lines(Vec<usize>),
}

/// A discount and the lines it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Discount {
    /// What it takes off.
    #[serde(flatten)]
    pub kind: DiscountKind,
    /// The lines that it is for.
    pub applies: Applies,
}

/// In which order several discounts are applied; each takes its share of what the ones before left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StackingOrder {
    /// All percentages, then all amounts: the order in which they were granted makes no difference.
    #[default]
    PercentagesFirst,
    /// Those for the fewest lines first; of equally many, as given.
    NarrowestFirst,
    /// As given.
    AsGiven,
}

/// How finely the share of a line is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShareRounding {
    /// Whole minor units; each discount is rounded as a whole and split by the largest remainder.
    #[default]
    MinorUnits,
    /// Each share by itself to so many decimal places; what is left over is not moved to another line.
    Places(u32),
}

/// How discounts are stacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct StackingPolicy {
    /// In which order.
    pub order: StackingOrder,
    /// How finely the share of a line is kept.
    pub shares: ShareRounding,
    /// How it is rounded.
    pub rounding: Rounding,
}

impl Default for StackingPolicy {
    fn default() -> Self {
        Self {
            order: StackingOrder::PercentagesFirst,
            shares: ShareRounding::MinorUnits,
            rounding: Rounding::HalfUp,
        }
    }
}

/// What the discounts of a document come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discounted {
    /// In the order of the lines given.
    pub lines: Vec<DiscountedLine>,
    /// What each discount takes off, in the order given.
    pub by_discount: Vec<Decimal>,
    /// What all take off.
    pub total: Decimal,
}

/// A line and what was taken off it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscountedLine {
    /// Amount without discounts.
    pub before: Money,
    /// What each discount took off, in the order of application.
    pub shares: Vec<DiscountShare>,
    /// What is left: never below zero where `before` was not.
    pub after: Decimal,
}

/// What a discount took off a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscountShare {
    /// Place of the discount in the list given.
    pub discount: usize,
    /// Zero or more.
    pub amount: Decimal,
}

impl DiscountedLine {
    /// What all discounts took off.
    ///
    /// # Errors
    /// `overflow`.
    pub fn discount(&self) -> Result<Decimal> {
        decimal::sub(self.before.to_decimal(), self.after)
    }
}

impl Discount {
    /// A discount on all lines.
    #[must_use]
    pub const fn on_all(kind: DiscountKind) -> Self {
        Self {
            kind,
            applies: Applies::All,
        }
    }

    /// Whether this is a discount.
    ///
    /// # Errors
    /// Names `percent` or `amount` and what would be accepted.
    pub fn check(&self) -> Result<()> {
        let mut problems = Problems::new();
        match self.kind {
            DiscountKind::Percentage { percent } => {
                if percent < Decimal::ZERO || percent > Decimal::ONE_HUNDRED {
                    problems.add("percent", "out_of_range", "must be between 0 and 100");
                }
            }
            DiscountKind::Amount { amount } | DiscountKind::PriceOverride { amount } => {
                if amount < Decimal::ZERO {
                    problems.add("amount", "out_of_range", "must be zero or more");
                }
            }
        }
        problems.finish()
    }

    fn is_for(&self, line: usize) -> bool {
        match &self.applies {
            Applies::All => true,
            Applies::Lines(lines) => lines.contains(&line),
        }
    }
}

/// Applies discounts to lines in the currency of `floor`. Lines that are credits take part in nothing. The lines together never
/// fall below `floor` (a commitment, say) through discounts.
///
/// # Errors
/// A problem with a discount (`discounts.0.percent`), `currency_mismatch`, `overflow`.
pub fn apply(
    lines: &[Money],
    discounts: &[Discount],
    policy: &StackingPolicy,
    floor: Money,
) -> Result<Discounted> {
    let currency = floor.currency;
    for (i, discount) in discounts.iter().enumerate() {
        discount
            .check()
            .map_err(|error| error.under(&format!("discounts.{i}")))?;
    }
    // Refuses lines in other currencies.
    let sum = Money::sum(currency, lines.iter().copied())?;
    let mut above_floor = sum.sub(floor)?.to_decimal().max(Decimal::ZERO);
    let mut result = Discounted {
        lines: lines
            .iter()
            .map(|line| DiscountedLine {
                before: *line,
                shares: Vec::new(),
                after: line.to_decimal(),
            })
            .collect(),
        by_discount: vec![Decimal::ZERO; discounts.len()],
        total: Decimal::ZERO,
    };
    for at in in_order(discounts, lines.len(), policy.order) {
        let Some(discount) = discounts.get(at) else {
            continue;
        };
        let (places, left): (Vec<usize>, Vec<Decimal>) = result
            .lines
            .iter()
            .enumerate()
            .filter(|(i, line)| line.after > Decimal::ZERO && discount.is_for(*i))
            .map(|(i, line)| (i, line.after))
            .unzip();
        let base = sum_of(&left)?;
        if base.is_zero() {
            continue;
        }
        let wanted = match discount.kind {
            DiscountKind::Percentage { percent } => decimal::mul(base, hundredth(percent)?)?,
            DiscountKind::Amount { amount } => amount,
            DiscountKind::PriceOverride { amount } => decimal::sub(base, amount)?,
        };
        let whole = wanted.max(Decimal::ZERO).min(base).min(above_floor);
        let shares = shares(whole, base, &left, policy, currency)?;
        let taken = sum_of(&shares)?;
        above_floor = decimal::sub(above_floor, taken)?.max(Decimal::ZERO);
        result.total = decimal::add(result.total, taken)?;
        if let Some(sum) = result.by_discount.get_mut(at) {
            *sum = taken;
        }
        for (i, amount) in places.into_iter().zip(shares) {
            let Some(line) = result.lines.get_mut(i) else {
                continue;
            };
            line.after = decimal::sub(line.after, amount)?;
            line.shares.push(DiscountShare {
                discount: at,
                amount,
            });
        }
    }
    Ok(result)
}

fn sum_of(amounts: &[Decimal]) -> Result<Decimal> {
    amounts
        .iter()
        .try_fold(Decimal::ZERO, |sum, amount| decimal::add(sum, *amount))
}

/// The places of the discounts in the order in which they are applied.
fn in_order(discounts: &[Discount], lines: usize, order: StackingOrder) -> Vec<usize> {
    let mut places: Vec<usize> = (0..discounts.len()).collect();
    // Stable sorts: what is equal stays as given.
    places.sort_by_key(|i| {
        let discount = &discounts[*i];
        let is_override = matches!(discount.kind, DiscountKind::PriceOverride { .. });
        let rank = match order {
            StackingOrder::AsGiven => 0,
            StackingOrder::PercentagesFirst => {
                usize::from(matches!(discount.kind, DiscountKind::Amount { .. }))
            }
            StackingOrder::NarrowestFirst => match &discount.applies {
                Applies::All => lines,
                Applies::Lines(lines) => lines.len(),
            },
        };
        (!is_override, rank)
    });
    places
}

/// Splits a discount over the lines in proportion to what they still cost.
fn shares(
    whole: Decimal,
    base: Decimal,
    left: &[Decimal],
    policy: &StackingPolicy,
    currency: Currency,
) -> Result<Vec<Decimal>> {
    let exact = left
        .iter()
        .map(|left| decimal::div(decimal::mul(whole, *left)?, base))
        .collect::<Result<Vec<_>>>()?;
    match policy.shares {
        ShareRounding::Places(places) => Ok(exact
            .into_iter()
            .zip(left)
            .map(|(share, left)| decimal::round(share, places, policy.rounding).min(*left))
            .collect()),
        ShareRounding::MinorUnits => {
            let total = Money::from_exact(whole, currency, policy.rounding)?;
            let split = split_exactly(total, &exact)?;
            let shares: Vec<Decimal> = split.into_iter().map(Money::to_decimal).collect();
            if shares.iter().zip(left).any(|(share, left)| share > left) {
                return Err(Error::internal("a discount is larger than its line"));
            }
            Ok(shares)
        }
    }
}

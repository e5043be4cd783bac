//! Price models: what a price is made of, as data.

mod check;
mod packages;
mod places;
mod scale;
mod shape;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradewind_kernel::Decimal;
use utoipa::ToSchema;

use crate::prepaid::Prepaid;

pub use check::Purpose;
pub use packages::Package;
pub(crate) use packages::are_numbered;
pub use places::PricePlaces;
pub(crate) use scale::{factor, hundredth};

/// The price of an item: a kind of price, what is included in it, and the bounds of what a period may cost.
///
/// All amounts are in one currency that the price itself does not know: the listing names it. As JSON:
/// `{"model":"graduated","tiers":[{"up_to":"100","unit_price":"0.10"},{"unit_price":"0.08"}],"included":"10"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriceModel {
    /// How the amount follows from the quantity.
    #[serde(flatten)]
    pub kind: PriceKind,
    /// Quantity per period that costs nothing; taken off before any tier is looked at. Of a price of reported amounts, so much
    /// of their sum; of a cost that is passed through, so much of it in the currency of the price, before the markup.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub included: Decimal,
    /// What the included quantity comes with, and how long what is left of it is kept; none where each period brings it and
    /// it lapses with the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prepaid: Option<Prepaid>,
    /// Whether usage is counted together over all subscriptions of a customer to the same item at the same price, so that
    /// tiers, included quantity and bounds hold for all of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pooled: bool,
    /// The least that a period costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Decimal>,
    /// The most that a period costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Decimal>,
}

/// How an amount follows from a quantity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "model", rename_all = "snake_case")]
pub enum PriceKind {
    /// One amount, whatever the quantity.
    Flat {
        /// The amount.
        amount: Decimal,
    },
    /// Quantity × unit price.
    PerUnit {
        /// Price of one unit.
        unit_price: Decimal,
    },
    /// Each unit costs what its own tier says.
    Graduated {
        /// Tiers in ascending order, the last without an upper bound.
        tiers: Vec<Tier>,
        /// Whether no usage at all pays the flat amount of the first tier.
        #[serde(default)]
        zero_usage: ZeroUsage,
    },
    /// All units cost what the tier of the whole quantity says.
    Volume {
        /// Tiers in ascending order, the last without an upper bound.
        tiers: Vec<Tier>,
        /// Whether no usage at all pays the flat amount of the first tier.
        #[serde(default)]
        zero_usage: ZeroUsage,
        /// To which tier a quantity exactly on a bound belongs.
        #[serde(default)]
        bounds: TierBounds,
    },
    /// The whole quantity costs the amount of the step it falls on, or of the step the customer picked by its tag.
    Stairstep {
        /// Steps in ascending order.
        steps: Vec<Step>,
        /// Whether no usage at all pays the first step.
        #[serde(default)]
        zero_usage: ZeroUsage,
        /// To which step a quantity exactly on a bound belongs.
        #[serde(default)]
        bounds: TierBounds,
    },
    /// Every package that is begun costs the same amount.
    Package {
        /// Units in a package.
        size: Decimal,
        /// Price of a package.
        amount: Decimal,
    },
    /// A share of the money amounts that are reported as usage.
    ///
    /// The amounts are in the currency of the price: what was reported in another one is converted before.
    Percentage {
        /// Percent of an amount: `1.3` is 1.3 %.
        percent: Decimal,
        /// Fixed amount for each event that is not free.
        #[serde(default, skip_serializing_if = "is_zero")]
        per_event: Decimal,
        /// So many first events are free, as long as `free_amount` lasts too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        free_events: Option<u64>,
        /// So much of the reported amounts is free, as long as `free_events` last too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        free_amount: Option<Decimal>,
        /// The least that an event costs that is not free.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min_per_event: Option<Decimal>,
        /// The most that an event costs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_per_event: Option<Decimal>,
    },
    /// Shares of the sum of the reported money amounts, tier by tier; `unit_price` of a tier is in percent.
    GraduatedPercentage {
        /// Tiers over the sum of the amounts, in ascending order, the last without an upper bound.
        tiers: Vec<Tier>,
        /// Whether no usage at all pays the flat amount of the first tier.
        #[serde(default)]
        zero_usage: ZeroUsage,
    },
    /// The price depends on up to three properties of the usage.
    Matrix {
        /// Names of the properties, the weightier first.
        dimensions: Vec<String>,
        /// The row that names most properties of the usage decides; of equally many, the weightier ones.
        rows: Vec<MatrixRow>,
    },
    /// The cost travels in the event; it is passed on with a markup.
    PassThrough {
        /// Percent on top of the cost; negative for a discount on it.
        #[serde(default)]
        markup_percent: Decimal,
        /// Units of the price's currency for one unit of the currency of the cost.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        exchange_rate: Decimal,
    },
}

/// A tier of a graduated or volume price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Upper bound of the quantity; none for the last tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<Decimal>,
    /// Price of one unit (of one package, when the tier has packages).
    #[serde(default)]
    pub unit_price: Decimal,
    /// Amount due once the tier is entered.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub flat: Decimal,
    /// Units in a package: the quantity in this tier is counted in packages begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Decimal>,
    /// The least that the tier costs once it is entered, its flat amount and its units together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Decimal>,
    /// The most that the tier costs, its flat amount and its units together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Decimal>,
}

/// A step of a stairstep price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Upper bound of the quantity; none for the last step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<Decimal>,
    /// What the whole quantity costs.
    pub amount: Decimal,
    /// Name by which a customer picks this step as a package (`small`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// A row of a matrix price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatrixRow {
    /// The values of the dimensions for which this row is; a dimension left out matches every value.
    #[serde(default)]
    pub when: BTreeMap<String, String>,
    /// Price of one unit.
    pub unit_price: Decimal,
    /// Quantity per period that this row gives for nothing.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub included: Decimal,
}

/// What no usage at all costs where the first tier has a flat amount.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ZeroUsage {
    /// Nothing: no tier has been entered.
    #[default]
    Free,
    /// The flat amount of the first tier.
    FirstTier,
}

/// To which tier a quantity exactly on the bound between two belongs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierBounds {
    /// To the lower one: "up to and including 100".
    #[default]
    UpperInclusive,
    /// To the upper one: "from 100 on".
    LowerInclusive,
}

impl PriceModel {
    /// A price of this kind, nothing included and no bounds.
    #[must_use]
    pub const fn new(kind: PriceKind) -> Self {
        Self {
            kind,
            included: Decimal::ZERO,
            prepaid: None,
            pooled: false,
            minimum: None,
            maximum: None,
        }
    }

    /// One amount, whatever the quantity.
    #[must_use]
    pub const fn flat(amount: Decimal) -> Self {
        Self::new(PriceKind::Flat { amount })
    }

    /// Quantity × unit price.
    #[must_use]
    pub const fn per_unit(unit_price: Decimal) -> Self {
        Self::new(PriceKind::PerUnit { unit_price })
    }

    /// The cost in the event plus a percentage.
    #[must_use]
    pub const fn pass_through(markup_percent: Decimal) -> Self {
        Self::new(PriceKind::PassThrough {
            markup_percent,
            exchange_rate: Decimal::ONE,
        })
    }

    /// The same price with a quantity per period for nothing.
    #[must_use]
    pub const fn with_included(mut self, quantity: Decimal) -> Self {
        self.included = quantity;
        self
    }

    /// The same price with the least that a period costs.
    #[must_use]
    pub const fn with_minimum(mut self, amount: Decimal) -> Self {
        self.minimum = Some(amount);
        self
    }

    /// The same price with the most that a period costs.
    #[must_use]
    pub const fn with_maximum(mut self, amount: Decimal) -> Self {
        self.maximum = Some(amount);
        self
    }
}

impl PriceKind {
    /// The name of the kind as it stands in JSON (`per_unit`).
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Flat { .. } => "flat",
            Self::PerUnit { .. } => "per_unit",
            Self::Graduated { .. } => "graduated",
            Self::Volume { .. } => "volume",
            Self::Stairstep { .. } => "stairstep",
            Self::Package { .. } => "package",
            Self::Percentage { .. } => "percentage",
            Self::GraduatedPercentage { .. } => "graduated_percentage",
            Self::Matrix { .. } => "matrix",
            Self::PassThrough { .. } => "pass_through",
        }
    }

    /// Whether the price is one of reported amounts, not of a quantity.
    #[must_use]
    pub const fn is_of_amounts(&self) -> bool {
        matches!(
            self,
            Self::Percentage { .. } | Self::GraduatedPercentage { .. } | Self::PassThrough { .. }
        )
    }
}

impl Tier {
    /// A tier up to and including a quantity (or without bound) at a unit price.
    #[must_use]
    pub const fn new(up_to: Option<Decimal>, unit_price: Decimal) -> Self {
        Self {
            up_to,
            unit_price,
            flat: Decimal::ZERO,
            package: None,
            minimum: None,
            maximum: None,
        }
    }

    /// The same tier with an amount due once it is entered.
    #[must_use]
    pub const fn with_flat(mut self, flat: Decimal) -> Self {
        self.flat = flat;
        self
    }

    /// The same tier counted in packages begun.
    #[must_use]
    pub const fn with_package(mut self, size: Decimal) -> Self {
        self.package = Some(size);
        self
    }

    /// The same tier, which costs no less once it is entered, or no more.
    #[must_use]
    pub const fn between(mut self, minimum: Option<Decimal>, maximum: Option<Decimal>) -> Self {
        self.minimum = minimum;
        self.maximum = maximum;
        self
    }

    /// Whether its cost is held between bounds of its own.
    #[must_use]
    pub const fn is_bounded(&self) -> bool {
        self.minimum.is_some() || self.maximum.is_some()
    }
}

// serde hands fields over by reference.
const fn is_zero(value: &Decimal) -> bool {
    value.is_zero()
}

fn is_one(value: &Decimal) -> bool {
    *value == Decimal::ONE
}

const fn one() -> Decimal {
    Decimal::ONE
}

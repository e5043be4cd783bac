//! What a buyer commits to over a span of time, and where that ends.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Decimal, Problems, Result,
    calendar::{Cadence, CadenceUnit},
    text, text_enum,
};
use utoipa::ToSchema;

text_enum! {
    /// What counts toward a committed spend.
    pub enum CommitmentCounts("counts") {
        /// What recurs and what is used.
        Everything = "everything",
        /// What is used alone.
        Usage = "usage",
    }
}

text_enum! {
    /// What is left of a commitment when the sale ends before it does.
    pub enum CommitmentLeaving("leaving") {
        /// The share of the days that it ran.
        Prorated = "prorated",
        /// All of it.
        Full = "full",
        /// Nothing.
        Nothing = "nothing",
    }
}

/// Quantities that one commitment can have.
const QUANTITIES_MAX: usize = 20;
/// The longest span of a commitment, in months.
const MONTHS_MAX: u32 = 120;

/// What a buyer commits to, again and again for spans of the same length from the first billed day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Commitment {
    /// How long one span is: months or years.
    pub over: Cadence,
    /// What is paid at least in a span, in the currency of the book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub minimum: Option<Decimal>,
    /// What is paid at most in a span.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub maximum: Option<Decimal>,
    /// What counts toward both.
    #[serde(default = "everything")]
    pub counts: CommitmentCounts,
    /// Quantities of metered items.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantities: Vec<QuantityCommitment>,
    /// What is left of it when the sale ends before the span does.
    #[serde(default = "prorated")]
    pub leaving: CommitmentLeaving,
}

const fn everything() -> CommitmentCounts {
    CommitmentCounts::Everything
}

const fn prorated() -> CommitmentLeaving {
    CommitmentLeaving::Prorated
}

/// A quantity that is paid for whether it is used or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuantityCommitment {
    /// Code of the metered item.
    pub item: String,
    /// How much in a span.
    #[schema(value_type = String)]
    pub quantity: Decimal,
    /// What each unit costs that is not used of it.
    #[schema(value_type = String)]
    pub unit_price: Decimal,
    /// What each unit beyond it costs on top of the price of its use.
    #[serde(default, skip_serializing_if = "Decimal::is_zero")]
    #[schema(value_type = String)]
    pub overage: Decimal,
}

impl Commitment {
    /// Whether it can hold.
    ///
    /// # Errors
    /// Names every field that is wrong.
    pub fn check(&self) -> Result<()> {
        let mut problems = Problems::new();
        let by_months = matches!(self.over.unit, CadenceUnit::Month | CadenceUnit::Year);
        if !by_months || !(1..=MONTHS_MAX).contains(&self.over.months().unwrap_or(0)) {
            problems.add(
                "over",
                "out_of_range",
                format!("expected months or years, such as P1Y, up to {MONTHS_MAX} months"),
            );
        }
        for (field, amount) in [("minimum", self.minimum), ("maximum", self.maximum)] {
            if amount.is_some_and(|amount| amount.is_sign_negative()) {
                problems.add(field, "out_of_range", "must be zero or more");
            }
        }
        if let (Some(least), Some(most)) = (self.minimum, self.maximum)
            && least > most
        {
            problems.add("maximum", "out_of_range", "must not be below the minimum");
        }
        if self.minimum.is_none() && self.maximum.is_none() && self.quantities.is_empty() {
            problems.add(
                "minimum",
                "required",
                "a commitment needs a minimum, a maximum or a quantity",
            );
        }
        if self.quantities.len() > QUANTITIES_MAX {
            problems.add(
                "quantities",
                "too_many",
                format!("at most {QUANTITIES_MAX}"),
            );
        }
        for (at, one) in self.quantities.iter().enumerate() {
            let field = |name: &str| format!("quantities.{at}.{name}");
            problems.check(text::check_len(&field("item"), &one.item, 1, 60));
            if self.quantities[..at]
                .iter()
                .any(|other| other.item == one.item)
            {
                problems.add(field("item"), "duplicate", "an item can have one quantity");
            }
            if one.quantity <= Decimal::ZERO {
                problems.add(field("quantity"), "out_of_range", "must be above zero");
            }
            for (name, price) in [("unit_price", one.unit_price), ("overage", one.overage)] {
                if price.is_sign_negative() {
                    problems.add(field(name), "out_of_range", "must be zero or more");
                }
            }
        }
        problems.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: serde_json::Value) -> Commitment {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn what_cannot_hold_is_named() {
        let good = of(serde_json::json!({"over": "P1Y", "minimum": "6000", "maximum": "9000.5"}));
        good.check().unwrap();
        assert_eq!(good.counts, CommitmentCounts::Everything);
        assert_eq!(good.leaving, CommitmentLeaving::Prorated);
        let fields = |json| -> Vec<String> {
            let refused = of(json).check().unwrap_err();
            refused.problems().iter().map(|p| p.field.clone()).collect()
        };
        assert_eq!(
            fields(serde_json::json!({"over": "P1W"})),
            ["over", "minimum"]
        );
        assert_eq!(
            fields(serde_json::json!({"over": "P11Y", "minimum": "-1", "maximum": "-2"})),
            ["over", "minimum", "maximum", "maximum"]
        );
        let twice = serde_json::json!([
            {"item": "calls", "quantity": "0", "unit_price": "1"},
            {"item": "calls", "quantity": "1", "unit_price": "-1"}]);
        assert_eq!(
            fields(serde_json::json!({"over": "P1M", "quantities": twice})),
            [
                "quantities.0.quantity",
                "quantities.1.item",
                "quantities.1.unit_price"
            ]
        );
    }
}

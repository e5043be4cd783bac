//! Rounding of computed prices: what follows from a markup or an exchange rate becomes a price that people can read.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Decimal, Rounding, decimal};
use utoipa::ToSchema;

use super::{MatrixRow, PriceKind, PriceModel, Step, Tier};

/// Digits that every price keeps, however small it is: a rounded price is never off by more than a tenth of a percent of
/// itself for its smallness.
const SIGNIFICANT: u32 = 4;
/// Most places of a price.
const MAX_PLACES: u32 = 20;

/// To how many digits after the point computed prices are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PricePlaces {
    /// Amounts: flat prices, steps, packages, minimum and maximum of tiers and periods, what is included of a cost.
    pub amounts: u32,
    /// Prices of a unit, and percentages. A small price keeps four significant digits all the same.
    pub units: u32,
}

impl PricePlaces {
    /// Whether so many places make sense.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        self.amounts <= MAX_PLACES && self.units <= MAX_PLACES
    }
}

impl PriceModel {
    /// This price with its amounts and unit prices rounded. Quantities, the quantities at which tiers begin, and a passed-through
    /// cost stay as they are.
    #[must_use]
    pub fn to_places(&self, places: PricePlaces, mode: Rounding) -> Self {
        let amount = |value: Decimal| decimal::round(value, places.amounts, mode).normalize();
        let unit = |value: Decimal| significant(value, places.units, mode);
        let mut model = self.clone();
        model.minimum = model.minimum.map(amount);
        model.maximum = model.maximum.map(amount);
        if let PriceKind::PassThrough { .. } = model.kind {
            model.included = amount(model.included);
        }
        match &mut model.kind {
            PriceKind::Flat { amount: value } | PriceKind::Package { amount: value, .. } => {
                *value = amount(*value);
            }
            PriceKind::PerUnit { unit_price } => *unit_price = unit(*unit_price),
            PriceKind::Graduated { tiers, .. }
            | PriceKind::Volume { tiers, .. }
            | PriceKind::GraduatedPercentage { tiers, .. } => {
                for Tier {
                    unit_price,
                    flat,
                    minimum,
                    maximum,
                    ..
                } in tiers
                {
                    *unit_price = unit(*unit_price);
                    *flat = amount(*flat);
                    *minimum = minimum.map(amount);
                    *maximum = maximum.map(amount);
                }
            }
            PriceKind::Stairstep { steps, .. } => {
                for Step { amount: value, .. } in steps {
                    *value = amount(*value);
                }
            }
            PriceKind::Percentage {
                percent,
                per_event,
                min_per_event,
                max_per_event,
                ..
            } => {
                *percent = unit(*percent);
                *per_event = unit(*per_event);
                *min_per_event = min_per_event.map(amount);
                *max_per_event = max_per_event.map(amount);
            }
            PriceKind::Matrix { rows, .. } => {
                for MatrixRow { unit_price, .. } in rows {
                    *unit_price = unit(*unit_price);
                }
            }
            PriceKind::PassThrough { .. } => {}
        }
        model
    }
}

/// Rounded to so many places, or to as many more as leave four significant digits.
fn significant(value: Decimal, places: u32, mode: Rounding) -> Decimal {
    let mut places = places;
    let mut size = value.abs();
    for _ in 0..places {
        size = size.saturating_mul(Decimal::TEN);
    }
    let enough = Decimal::from(10_u32.pow(SIGNIFICANT - 1));
    while size < enough && !size.is_zero() && places < MAX_PLACES {
        size = size.saturating_mul(Decimal::TEN);
        places += 1;
    }
    decimal::round(value, places, mode).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn computed_prices_become_readable_and_small_ones_keep_their_worth() {
        let places = PricePlaces {
            amounts: 2,
            units: 6,
        };
        let unit = |value: &str| significant(dec(value), places.units, Rounding::HalfUp);
        assert_eq!(unit("0.05632042752"), dec("0.05632"));
        assert_eq!(unit("0.0563208"), dec("0.056321"));
        assert_eq!(unit("4.5885"), dec("4.5885"));
        assert_eq!(unit("0.000000123456"), dec("0.0000001235"));
        assert_eq!(unit("0"), dec("0"));
        let base = PriceModel::flat(dec("14.482395648")).with_minimum(dec("9.999"));
        let rounded = base.to_places(places, Rounding::HalfUp);
        assert_eq!(
            rounded,
            PriceModel::flat(dec("14.48")).with_minimum(dec("10"))
        );
        assert_eq!(
            rounded.to_places(places, Rounding::HalfUp),
            rounded,
            "once is enough"
        );
    }
}

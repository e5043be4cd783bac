//! `bench rate`: prices with tiers worked out on one core, beside the same arithmetic in whole numbers.

use std::hint::black_box;
use std::time::Instant;

use serde::Serialize;
use serde_json::json;
use tradewind_kernel::{Decimal, Error, Result};
use tradewind_pricing::{PriceModel, Usage, rate};

use super::figures::{per_second, percent};

/// Quantities that are rated in turn.
const QUANTITIES: usize = 4_096;
/// Where the tiers end, in millionths of a unit, and what a unit costs in each, in millionths.
const TIERS: [(i128, i128); 4] = [
    (1_000_000_000, 90_000),
    (10_000_000_000, 75_000),
    (50_000_000_000, 60_000),
    (i128::MAX, 41_500),
];

/// Prices a second.
#[derive(Debug, Serialize)]
pub(crate) struct RateFigures {
    /// Quantities rated each way.
    quantities: u64,
    /// By the price model.
    per_second: u64,
    /// By whole numbers of 128 bits.
    whole_numbers_per_second: u64,
    /// The price model beside whole numbers, in per cent.
    percent: u64,
    /// Whether both came to the same for every quantity.
    alike: bool,
}

/// Rates quantities with a graduated price of four tiers.
///
/// # Errors
/// What the price model refuses.
pub(crate) fn rate_prices(quantities: u64) -> Result<RateFigures> {
    let model = json!({"model": "graduated", "tiers": [
        {"up_to": "1000", "unit_price": "0.09"}, {"up_to": "10000", "unit_price": "0.075"},
        {"up_to": "50000", "unit_price": "0.06"}, {"unit_price": "0.0415"},
    ]});
    let model: PriceModel = serde_json::from_value(model).map_err(Error::internal)?;
    // From nothing to far into the last tier, with six places.
    let micros: Vec<i128> = (0..QUANTITIES as i128)
        .map(|at| at * at * 5_003 % 120_000_000_000)
        .collect();
    let decimals: Vec<Decimal> = micros
        .iter()
        .map(|micros| Decimal::from_i128_with_scale(*micros, 6))
        .collect();
    let begun = Instant::now();
    for at in 0..quantities {
        let quantity = decimals[at as usize % QUANTITIES];
        black_box(rate::total(&model, &Usage::Quantity(black_box(quantity)))?);
    }
    let by_model = begun.elapsed();
    let begun = Instant::now();
    for at in 0..quantities {
        black_box(whole(black_box(micros[at as usize % QUANTITIES])));
    }
    let by_whole = begun.elapsed();
    let mut alike = true;
    for (decimal, micros) in decimals.iter().zip(&micros) {
        let exact = rate::total(&model, &Usage::Quantity(*decimal))?;
        alike &= exact == Decimal::from_i128_with_scale(whole(*micros), 12);
    }
    let (rated, plain) = (
        per_second(quantities, by_model),
        per_second(quantities, by_whole),
    );
    Ok(RateFigures {
        quantities,
        per_second: rated,
        whole_numbers_per_second: plain,
        percent: percent(rated, plain),
        alike,
    })
}

/// What a quantity costs, in millionths of a millionth.
fn whole(quantity: i128) -> i128 {
    let (mut sum, mut below) = (0, 0);
    for (up_to, price) in TIERS {
        let in_tier = quantity.min(up_to) - below;
        if in_tier <= 0 {
            break;
        }
        sum += in_tier * price;
        below = up_to;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_come_to_the_same() {
        let figures = rate_prices(10).unwrap();
        assert!(figures.alike && figures.per_second > 0, "{figures:?}");
    }
}

//! What an exchange rate may be.

use tradewind_kernel::{Decimal, Problems, Result};

use crate::types::RateSet;

/// Places of a rate.
pub(crate) const RATE_PLACES: u32 = 10;

/// Whether this can be a rate.
///
/// # Errors
/// `quote`: `same_currency`; `rate`: `out_of_range`, `too_many_places`.
pub(crate) fn check_rate(input: &RateSet) -> Result<()> {
    let mut problems = Problems::new();
    if input.base == input.quote {
        problems.add(
            "quote",
            "same_currency",
            "must be another currency than base",
        );
    }
    if input.rate <= Decimal::ZERO || input.rate > Decimal::from(1_000_000_000) {
        problems.add(
            "rate",
            "out_of_range",
            "must be more than 0 and at most 1000000000",
        );
    } else if input.rate.normalize().scale() > RATE_PLACES {
        let message = format!("at most {RATE_PLACES} digits after the point");
        problems.add("rate", "too_many_places", message);
    }
    problems.finish()
}

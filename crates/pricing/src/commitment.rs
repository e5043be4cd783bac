//! Commitments: what is missing to an agreed minimum.

use tradewind_kernel::{Currency, Decimal, Money, Result, Rounding};

use crate::{proration::Ratio, rounding::round_line};

/// What is missing to a minimum, when these amounts count toward it; never negative.
///
/// # Errors
/// `overflow`, `currency_mismatch`.
pub fn true_up(minimum: Money, counted: &[Money]) -> Result<Money> {
    let counted = Money::sum(minimum.currency, counted.iter().copied())?;
    let missing = minimum.sub(counted)?;
    Ok(if missing.is_negative() {
        Money::zero(minimum.currency)
    } else {
        missing
    })
}

/// What is missing to the minimum of a part of a period. Every component is rounded by itself before they are
/// subtracted, as it stands on the invoice: `prorated` ones are shares of a whole period, `counted` ones are not.
///
/// # Errors
/// `overflow`.
pub fn prorated_true_up(
    minimum: Decimal,
    prorated: &[Decimal],
    counted: &[Money],
    ratio: Ratio,
    currency: Currency,
    rounding: Rounding,
) -> Result<Money> {
    let minimum = round_line(ratio.of(minimum)?, currency, rounding)?;
    let mut all = counted.to_vec();
    for amount in prorated {
        all.push(round_line(ratio.of(*amount)?, currency, rounding)?);
    }
    true_up(minimum, &all)
}

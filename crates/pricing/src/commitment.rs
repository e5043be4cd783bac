//! Commitments: what is missing to an agreed minimum or quantity, and what is beyond an agreed maximum.

use tradewind_kernel::{Currency, Decimal, Money, Result, Rounding, decimal};

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

/// What brings a span into its bounds: what is missing to the minimum, or, below zero, what is beyond the maximum. All of it
/// is computed from what was charged for the whole span, so that it comes out the same however often it is done.
///
/// # Errors
/// `overflow`.
pub fn into_bounds(
    minimum: Option<Decimal>,
    maximum: Option<Decimal>,
    counted: Decimal,
) -> Result<Decimal> {
    if let Some(most) = maximum.filter(|most| counted > *most) {
        return decimal::sub(most, counted);
    }
    match minimum.filter(|least| counted < *least) {
        Some(least) => decimal::sub(least, counted),
        None => Ok(Decimal::ZERO),
    }
}

/// What a committed quantity costs beside the price of its use: each unit that was not used, or each unit beyond it.
///
/// # Errors
/// `overflow`.
pub fn quantity_settled(
    quantity: Decimal,
    used: Decimal,
    unit_price: Decimal,
    overage: Decimal,
) -> Result<Decimal> {
    if used < quantity {
        decimal::mul(decimal::sub(quantity, used)?, unit_price)
    } else {
        decimal::mul(decimal::sub(used, quantity)?, overage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    #[test]
    fn a_span_is_brought_into_its_bounds_and_never_below_what_was_charged() {
        let bounds = |counted| into_bounds(Some(dec("500")), Some(dec("800")), dec(counted));
        assert_eq!(bounds("0").expect("a difference"), dec("500"));
        assert_eq!(bounds("-20").expect("a difference"), dec("520"));
        assert_eq!(bounds("499.995").expect("a difference"), dec("0.005"));
        assert_eq!(bounds("500").expect("a difference"), Decimal::ZERO);
        assert_eq!(bounds("800").expect("a difference"), Decimal::ZERO);
        assert_eq!(bounds("1000.5").expect("a difference"), dec("-200.5"));
        assert_eq!(
            into_bounds(None, None, dec("7")).expect("a difference"),
            Decimal::ZERO
        );
    }

    #[test]
    fn a_committed_quantity_is_paid_for_and_what_is_beyond_costs_more() {
        let of = |used| quantity_settled(dec("1000"), dec(used), dec("0.01"), dec("0.005"));
        assert_eq!(of("0").expect("an amount"), dec("10"));
        assert_eq!(of("999.5").expect("an amount"), dec("0.005"));
        assert_eq!(of("1000").expect("an amount"), Decimal::ZERO);
        assert_eq!(of("1200").expect("an amount"), dec("1"));
    }
}

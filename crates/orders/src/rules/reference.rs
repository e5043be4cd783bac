//! The buyer's own references for a sale.

use tradewind_kernel::{Result, text};

use crate::types::BuyerReference;

const LENGTH_MAX: usize = 60;

/// A reference as it is kept: without blanks around, and with nothing where only blanks are given.
///
/// # Errors
/// Names what is too long, or has line breaks or other signs that cannot be printed.
pub fn checked_reference(given: &BuyerReference) -> Result<BuyerReference> {
    Ok(BuyerReference {
        order_number: checked("reference.order_number", given.order_number.as_deref())?,
        cost_centre: checked("reference.cost_centre", given.cost_centre.as_deref())?,
        separate: given.separate,
    })
}

fn checked(field: &str, given: Option<&str>) -> Result<Option<String>> {
    let Some(given) = given.map(str::trim).filter(|given| !given.is_empty()) else {
        return Ok(None);
    };
    text::check_len(field, given, 1, LENGTH_MAX)?;
    Ok(Some(given.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(order_number: &str) -> BuyerReference {
        BuyerReference {
            order_number: Some(order_number.to_owned()),
            cost_centre: Some("  ".to_owned()),
            separate: true,
        }
    }

    #[test]
    fn blanks_around_are_dropped_and_blanks_alone_are_nothing() {
        let kept = checked_reference(&given("  PO 4711/26 ")).expect("a reference");
        assert_eq!(kept.order_number.as_deref(), Some("PO 4711/26"));
        assert_eq!((kept.cost_centre, kept.separate), (None, true));
        assert!(BuyerReference::default().is_nothing());
    }

    #[test]
    fn what_cannot_be_printed_on_a_line_is_refused() {
        for wrong in ["a\nb", &"9".repeat(61)] {
            let error = checked_reference(&given(wrong)).expect_err("refused");
            assert_eq!(error.problems()[0].field, "reference.order_number");
        }
        assert!(checked_reference(&given(&"9".repeat(60))).is_ok());
    }
}

//! An invoice that is issued anew: when it may be, and what becomes of its lines and charges.

use tradewind_kernel::{Error, Money, Result};
use tradewind_orders::types::BuyerReference;

use super::line::Lines;
use crate::types::{ChargeKind, Document, DocumentLine, NewCharge};

/// Whether an invoice can be issued anew.
///
/// # Errors
/// `already_reissued`, `partly_credited`, `written_off`.
pub fn check(invoice: &Document, credited: bool, given_up: bool) -> Result<()> {
    if let Some(new) = &invoice.replaced_by {
        return Err(Error::refused(
            "already_reissued",
            format!("it was issued anew as {}", new.number),
        ));
    }
    if credited {
        return Err(Error::refused(
            "partly_credited",
            "credit notes have taken back of it already",
        ));
    }
    if given_up {
        return Err(Error::refused(
            "written_off",
            "some of it was written off; take that back first",
        ));
    }
    Ok(())
}

/// The lines of an invoice without their taxes, to be taxed again.
#[must_use]
pub fn anew(lines: Vec<DocumentLine>) -> Lines {
    let untaxed = lines.into_iter().map(|line| DocumentLine {
        net: line.amount,
        tax: Money::zero(line.amount.currency),
        taxes: Vec::new(),
        ..line
    });
    Lines {
        lines: untaxed.collect(),
        must_show: true,
    }
}

/// A line with what its buyer calls the sales on it today; as it was where they are called differently.
#[must_use]
pub fn renamed(line: &DocumentLine, sales: &[&BuyerReference]) -> DocumentLine {
    let of = |reference: &BuyerReference| {
        (
            reference.order_number.clone(),
            reference.cost_centre.clone(),
        )
    };
    let Some(first) = sales.first().map(|reference| of(reference)) else {
        return line.clone();
    };
    if sales.iter().any(|reference| of(reference) != first) {
        return line.clone();
    }
    let (order_number, cost_centre) = first;
    DocumentLine {
        order_number,
        cost_centre,
        ..line.clone()
    }
}

/// What stays with the invoice that is taken back, for a charge that goes on to the new one: it says the same and has the same share
/// (`charge.amount`). It counts for nothing but this invoice: not as usage, discount or period, and for no order.
#[must_use]
pub fn stand_in(charge: &NewCharge) -> NewCharge {
    NewCharge {
        kind: ChargeKind::Adjustment,
        item_id: None,
        exact: charge.amount.to_decimal(),
        reverses: None,
        usage: None,
        discount: None,
        order_id: None,
        ..charge.clone()
    }
}

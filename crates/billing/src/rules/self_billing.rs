//! The documents of a settlement: their kind, their taxes, their series.

use tradewind_kernel::{Currency, Date, Error, Money, Result};

use super::document::{Totals, tax_lines};
use crate::types::{DocumentKind, DocumentLine, PaperKind, Taxation};

/// Whether an agreement holds on a day.
#[must_use]
pub fn holds(agreed_on: Date, ended_on: Option<Date>, on: Date) -> bool {
    agreed_on <= on && ended_on.is_none_or(|last| on <= last)
}

/// Checks an agreement: it begins before it ends.
///
/// # Errors
/// Names `ended_on`.
pub fn check(agreed_on: Date, ended_on: Option<Date>) -> Result<()> {
    if ended_on.is_some_and(|last| last < agreed_on) {
        let text = format!("expected {agreed_on} or later");
        return Err(Error::invalid("ended_on", "out_of_range", text));
    }
    Ok(())
}

/// Taxes lines and turns them into an invoice or, when they take back more than they give, into a credit note, whose amounts are what
/// it gives back. None where nothing is left of them.
///
/// # Errors
/// `overflow`.
pub fn drawn_up(
    mut lines: Vec<DocumentLine>,
    currency: Currency,
    taxation: &Taxation,
) -> Result<Option<(DocumentKind, Vec<DocumentLine>, Totals)>> {
    lines.retain(|line| !line.amount.is_zero());
    let sum = Money::sum(currency, lines.iter().map(|line| line.amount))?;
    if lines.is_empty() {
        return Ok(None);
    }
    let kind = if sum.minor < 0 {
        for line in &mut lines {
            line.amount = line.amount.neg()?;
        }
        DocumentKind::CreditNote
    } else {
        DocumentKind::Invoice
    };
    let totals = tax_lines(currency, &mut lines, taxation)?;
    Ok(Some((kind, lines, totals)))
}

/// The series of a document: one for each kind and year of whose invoice it is.
#[must_use]
pub fn series(paper: PaperKind, kind: DocumentKind, on: Date) -> String {
    let letters = match (paper, kind) {
        (PaperKind::SelfBilled, DocumentKind::Invoice) => "SB",
        (PaperKind::SelfBilled, DocumentKind::CreditNote) => "SBC",
        (PaperKind::Fee, DocumentKind::Invoice) => "FEE",
        (PaperKind::Fee, DocumentKind::CreditNote) => "FEC",
    };
    format!("{letters}-{}", on.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    #[test]
    fn agreements_hold_from_their_first_to_their_last_day() {
        let (first, last) = (day("2024-03-10"), Some(day("2024-05-31")));
        for (on, expected) in [
            ("2024-03-09", false),
            ("2024-03-10", true),
            ("2024-05-31", true),
            ("2024-06-01", false),
        ] {
            assert_eq!(holds(first, last, day(on)), expected, "{on}");
        }
        assert!(holds(first, None, day("2030-01-01")));
        assert!(check(first, last).is_ok() && check(first, None).is_ok());
        assert!(check(first, Some(day("2024-03-09"))).is_err());
    }
}

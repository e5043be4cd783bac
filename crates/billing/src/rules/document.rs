//! How lines become a document: totals, tax per rate, kind, number and dates.

use tradewind_kernel::{
    Currency, Date, Decimal, Error, Money, Result, Rounding,
    calendar::{self, Period},
    decimal,
};

use super::line::{LinePolicy, Lines};
use crate::types::{DocumentKind, DocumentLine, PreviewDocument, TaxKind, TaxLine, Trade};

/// The places at which document totals are rounded are those of the currency; tax is rounded half up, once per rate.
const TAX_ROUNDING: Rounding = Rounding::HalfUp;

/// What a set of lines comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Sum of the lines.
    pub net: Money,
    /// Sum of the tax of all rates.
    pub tax: Money,
    /// Both.
    pub gross: Money,
    /// Tax per rate, highest first.
    pub summary: Vec<TaxLine>,
}

/// A document that still lacks a number and parties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concluded {
    /// Invoice, or credit note when more is given back than charged.
    pub kind: DocumentKind,
    /// The lines, with the signs of the kind.
    pub lines: Vec<DocumentLine>,
    /// What they come to, with the signs of the kind.
    pub totals: Totals,
    /// From the start of the earliest line to the end of the latest.
    pub period: Period,
}

/// The tax of one line's rate in effect: nothing unless the treatment is standard.
#[must_use]
pub const fn effective_rate(kind: TaxKind, percent: Decimal) -> Decimal {
    match kind {
        TaxKind::Standard => percent,
        TaxKind::ReverseCharge | TaxKind::Exempt => Decimal::ZERO,
    }
}

/// How the lines between a seller and a buyer are taxed.
#[must_use]
pub fn line_policy(trade: &Trade, currency: Currency) -> LinePolicy {
    LinePolicy {
        currency,
        tax_kind: trade.tax_kind,
        tax_rate: effective_rate(trade.tax_kind, trade.tax_rate),
    }
}

/// Adds lines up and taxes them: the nets of each rate are summed first, and their tax is rounded once.
///
/// # Errors
/// `overflow`, `currency_mismatch`.
pub fn totals(currency: Currency, lines: &[DocumentLine]) -> Result<Totals> {
    let mut summary: Vec<TaxLine> = Vec::new();
    for line in lines {
        match summary
            .iter_mut()
            .find(|row| row.rate == line.tax_rate && row.kind == line.tax_kind)
        {
            Some(row) => row.net = row.net.add(line.net)?,
            None => summary.push(TaxLine {
                rate: line.tax_rate,
                kind: line.tax_kind,
                net: line.net,
                tax: Money::zero(currency),
            }),
        }
    }
    for row in &mut summary {
        row.tax = tax_on(row.net, row.rate)?;
    }
    summary.sort_by(|a, b| b.rate.cmp(&a.rate).then(a.kind.cmp(&b.kind)));
    let net = Money::sum(currency, lines.iter().map(|line| line.net))?;
    let tax = Money::sum(currency, summary.iter().map(|row| row.tax))?;
    Ok(Totals {
        net,
        tax,
        gross: net.add(tax)?,
        summary,
    })
}

/// A percentage of a net amount, rounded half up.
///
/// # Errors
/// `overflow`.
pub fn tax_on(net: Money, percent: Decimal) -> Result<Money> {
    net.scaled(decimal::div(percent, Decimal::ONE_HUNDRED)?, TAX_ROUNDING)
}

/// Decides which document a set of lines becomes.
///
/// - More charged than given back, or both alike: an invoice. With a total of zero it shows what was used and is paid
///   from the start.
/// - More given back: a credit note, with all signs turned.
/// - Nothing to show, because every charge is exactly zero and none is for usage (a free plan): no document at all.
///
/// # Errors
/// `overflow`.
pub fn conclude(lines: Lines, currency: Currency) -> Result<Option<Concluded>> {
    let Some(period) = span(&lines.lines) else {
        return Ok(None);
    };
    if !lines.must_show {
        return Ok(None);
    }
    let mut totals = totals(currency, &lines.lines)?;
    let mut lines = lines.lines;
    let kind = if totals.gross.is_negative() {
        DocumentKind::CreditNote
    } else {
        DocumentKind::Invoice
    };
    if kind == DocumentKind::CreditNote {
        for line in &mut lines {
            line.net = line.net.neg()?;
        }
        for row in &mut totals.summary {
            row.net = row.net.neg()?;
            row.tax = row.tax.neg()?;
        }
        totals.net = totals.net.neg()?;
        totals.tax = totals.tax.neg()?;
        totals.gross = totals.gross.neg()?;
    }
    Ok(Some(Concluded {
        kind,
        lines,
        totals,
        period,
    }))
}

fn span(lines: &[DocumentLine]) -> Option<Period> {
    let start = lines.iter().map(|line| line.period.start).min()?;
    let end = lines.iter().map(|line| line.period.end).max()?;
    Period::new(start, end).ok()
}

/// The same lines as a preview: signs as they are, and nothing when there are no lines.
///
/// # Errors
/// `overflow`.
pub fn preview(lines: Lines, currency: Currency) -> Result<Option<PreviewDocument>> {
    if lines.lines.is_empty() {
        return Ok(None);
    }
    let totals = totals(currency, &lines.lines)?;
    Ok(Some(PreviewDocument {
        lines: lines.lines,
        net: totals.net,
        tax: totals.tax,
        gross: totals.gross,
        tax_summary: totals.summary,
    }))
}

/// The series in which a document is numbered: one per seller, kind and year of issue.
#[must_use]
pub fn series(kind: DocumentKind, issued_on: Date) -> String {
    format!("{}-{:04}", kind.series_prefix(), issued_on.year())
}

/// A number as it is printed: `INV-2024-000042`.
#[must_use]
pub fn number(series: &str, sequence: i64) -> String {
    format!("{series}-{sequence:06}")
}

/// The day a document is to be paid.
///
/// # Errors
/// `out_of_range`.
pub fn due_on(issued_on: Date, payment_terms_days: i64) -> Result<Date> {
    calendar::add_days(issued_on, payment_terms_days)
}

/// The day on which charges that arose on `on` are invoiced: at once, or on the next invoice day. Charges of a billing
/// run still go onto the invoice of the same day; charges of an order placed on an invoice day wait for the next one,
/// because that day's invoice may be out already.
///
/// # Errors
/// `out_of_range`, or `invalid_day` for days that not every month has.
pub fn collect_on(invoice_day: Option<u8>, on: Date, same_day: bool) -> Result<Date> {
    let Some(day) = invoice_day else {
        return Ok(on);
    };
    let day = i8::try_from(day)
        .ok()
        .filter(|day| (1..=28).contains(day))
        .ok_or_else(|| {
            Error::invalid(
                "invoice_day",
                "invalid_day",
                "expected a day from 1 to 28, which every month has",
            )
        })?;
    let in_month = Date::new(on.year(), on.month(), day).map_err(Error::internal)?;
    if in_month > on || (same_day && in_month == on) {
        Ok(in_month)
    } else {
        calendar::add_months(in_month, 1)
    }
}

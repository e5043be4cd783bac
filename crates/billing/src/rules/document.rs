//! How lines become a document: totals, taxes, kind, number and dates.

use tradewind_kernel::{
    Currency, Date, Error, Money, Result,
    calendar::{self, Period},
};
use tradewind_pricing::tax::{self, TaxRate};

use super::line::Lines;
use crate::types::{DocumentKind, DocumentLine, LineTax, PreviewDocument, TaxLine, Taxation};

/// What a set of lines comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Sum of the lines.
    pub net: Money,
    /// Sum of all taxes.
    pub tax: Money,
    /// Both.
    pub gross: Money,
    /// Each tax, the highest first.
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

/// Taxes lines, by what they say of tax being in their amounts, and adds them up.
///
/// # Errors
/// `overflow`, `currency_mismatch`.
pub fn tax_lines(
    currency: Currency,
    lines: &mut [DocumentLine],
    taxation: &Taxation,
) -> Result<Totals> {
    let rates: Vec<Vec<TaxRate>> = lines.iter().map(|line| taxation.of_line(line)).collect();
    let given: Vec<tax::TaxLine<'_>> = lines
        .iter()
        .zip(&rates)
        .map(|(line, rates)| tax::TaxLine {
            amount: line.amount.to_decimal(),
            mode: line.tax_mode(),
            rates,
        })
        .collect();
    let taxed = tax::compute(&given, currency, &taxation.policy)?;
    for ((line, taxed), rates) in lines.iter_mut().zip(&taxed.lines).zip(rates) {
        line.net = taxed.net;
        line.tax = taxed.tax()?;
        line.taxes = rates
            .into_iter()
            .zip(&taxed.taxes)
            .map(|(rate, amount)| LineTax {
                rate,
                amount: *amount,
            })
            .collect();
    }
    Ok(Totals {
        net: taxed.net,
        tax: taxed.tax,
        gross: taxed.gross,
        summary: tax_summary(lines)?,
    })
}

/// The number of the buyer's purchase order that a whole document is for: that of its lines, where all have the same.
#[must_use]
pub fn order_number(lines: &[DocumentLine]) -> Option<String> {
    let first = lines.first()?.order_number.as_ref()?;
    lines
        .iter()
        .all(|line| line.order_number.as_ref() == Some(first))
        .then(|| first.clone())
}

/// Each tax of some lines with what it comes to, the highest first.
///
/// # Errors
/// `overflow`.
pub fn tax_summary(lines: &[DocumentLine]) -> Result<Vec<TaxLine>> {
    let mut summary: Vec<TaxLine> = Vec::new();
    for line in lines {
        for tax in &line.taxes {
            match summary.iter_mut().find(|row| row.rate == tax.rate) {
                Some(row) => {
                    row.net = row.net.add(line.net)?;
                    row.tax = row.tax.add(tax.amount)?;
                }
                None => summary.push(TaxLine {
                    rate: tax.rate.clone(),
                    net: line.net,
                    tax: tax.amount,
                }),
            }
        }
    }
    summary.sort_by(|a, b| {
        let (a, b) = (&a.rate, &b.rate);
        (b.percent.cmp(&a.percent)).then(a.kind.cmp(&b.kind))
    });
    Ok(summary)
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
pub fn conclude(
    lines: Lines,
    currency: Currency,
    taxation: &Taxation,
) -> Result<Option<Concluded>> {
    let Some(period) = span(&lines.lines) else {
        return Ok(None);
    };
    if !lines.must_show {
        return Ok(None);
    }
    let mut lines = lines.lines;
    let mut totals = tax_lines(currency, &mut lines, taxation)?;
    let kind = if totals.gross.is_negative() {
        DocumentKind::CreditNote
    } else {
        DocumentKind::Invoice
    };
    if kind == DocumentKind::CreditNote {
        turn(&mut lines, &mut totals)?;
    }
    Ok(Some(Concluded {
        kind,
        lines,
        totals,
        period,
    }))
}

/// What several documents come to together, for those who look at all of them at once: numbered through, with the signs of an
/// invoice unless more is given back than charged.
///
/// # Errors
/// `overflow`.
pub fn together(all: Vec<Concluded>) -> Result<Option<Concluded>> {
    let mut whole: Option<Concluded> = None;
    for mut one in all {
        if one.kind == DocumentKind::CreditNote {
            turn(&mut one.lines, &mut one.totals)?;
            one.kind = DocumentKind::Invoice;
        }
        let Some(whole) = &mut whole else {
            whole = Some(one);
            continue;
        };
        let period = &mut whole.period;
        *period = Period::new(
            period.start.min(one.period.start),
            period.end.max(one.period.end),
        )?;
        whole.lines.append(&mut one.lines);
        let totals = &mut whole.totals;
        totals.net = totals.net.add(one.totals.net)?;
        totals.tax = totals.tax.add(one.totals.tax)?;
        totals.gross = totals.gross.add(one.totals.gross)?;
    }
    let Some(mut whole) = whole else {
        return Ok(None);
    };
    for (line, no) in whole.lines.iter_mut().zip(1_i64..) {
        line.no = no;
    }
    whole.totals.summary = tax_summary(&whole.lines)?;
    if whole.totals.gross.is_negative() {
        whole.kind = DocumentKind::CreditNote;
        turn(&mut whole.lines, &mut whole.totals)?;
    }
    Ok(Some(whole))
}

/// Turns the signs of a document.
fn turn(lines: &mut [DocumentLine], totals: &mut Totals) -> Result<()> {
    for line in lines {
        for amount in [&mut line.amount, &mut line.net, &mut line.tax]
            .into_iter()
            .chain(line.taxes.iter_mut().map(|tax| &mut tax.amount))
        {
            *amount = amount.neg()?;
        }
    }
    for row in &mut totals.summary {
        row.net = row.net.neg()?;
        row.tax = row.tax.neg()?;
    }
    totals.net = totals.net.neg()?;
    totals.tax = totals.tax.neg()?;
    totals.gross = totals.gross.neg()?;
    Ok(())
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
pub fn preview(
    lines: Lines,
    currency: Currency,
    taxation: &Taxation,
) -> Result<Option<PreviewDocument>> {
    let mut lines = lines.lines;
    if lines.is_empty() {
        return Ok(None);
    }
    let totals = tax_lines(currency, &mut lines, taxation)?;
    Ok(Some(PreviewDocument {
        lines,
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

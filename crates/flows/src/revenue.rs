//! The revenue schedule of a seller as CSV: by month, and line by line.

use tradewind_billing::service::{RevenuePlace, revenue_lines, revenue_report};
use tradewind_billing::types::RevenueAsk;
use tradewind_documents::csv::CsvWriter;
use tradewind_kernel::id::AccountId;
use tradewind_kernel::{Date, Result};
use tradewind_platform::{OpCtx, Platform};

const MONTHS: [&str; 7] = [
    "month",
    "currency",
    "deferred_start",
    "billed",
    "recognised",
    "deferred_end",
    "booked",
];

const LINES: [&str; 12] = [
    "document",
    "number",
    "kind",
    "issued",
    "line",
    "description",
    "from",
    "to",
    "net",
    "currency",
    "recognised_before",
    "recognised",
];

/// The report by currency and month.
///
/// # Errors
/// As [`revenue_report`].
pub async fn revenue_csv(p: &Platform, ctx: &OpCtx, ask: &RevenueAsk) -> Result<Vec<u8>> {
    let mut csv = CsvWriter::new(Vec::new(), &MONTHS)?;
    for one in revenue_report(p, ctx, ask).await? {
        csv.date(one.month)
            .text(one.billed.currency.code())
            .decimal(one.deferred_start.to_decimal())
            .decimal(one.billed.to_decimal())
            .decimal(one.recognised.to_decimal())
            .decimal(one.deferred_end.to_decimal());
        match one.booked {
            Some(booked) => csv.decimal(booked.to_decimal()),
            None => csv.empty(),
        };
        csv.end_row()?;
    }
    csv.finish()
}

/// Some lines of the month, the header before the first ones, and where the next begin; none after the last. Put one after the
/// other they are the file. The time of a line is from its first day up to, but not including, the day in `to`.
///
/// # Errors
/// As [`revenue_lines`].
pub async fn revenue_lines_csv(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
    month: Date,
    after: Option<RevenuePlace>,
) -> Result<(Vec<u8>, Option<RevenuePlace>)> {
    let mut csv = if after.is_none() {
        CsvWriter::new(Vec::new(), &LINES)?
    } else {
        CsvWriter::further(Vec::new(), LINES.len())
    };
    let (shares, next) = revenue_lines(p, ctx, seller, month, after).await?;
    for share in shares {
        let line = share.line;
        csv.text(&line.document_id.to_string())
            .text(&line.number)
            .text(line.kind.as_str())
            .date(line.issued_on)
            .integer(line.no)
            .text(&line.description)
            .date(line.period.start)
            .date(line.period.end)
            .money(line.net)
            .decimal(share.before.to_decimal())
            .decimal(share.recognised.to_decimal());
        csv.end_row()?;
    }
    Ok((csv.finish()?, next))
}

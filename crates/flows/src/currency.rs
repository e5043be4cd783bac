//! What a book has won and lost by what was owed in other currencies, as CSV.

use tradewind_billing::service::currency_lines;
use tradewind_documents::csv::CsvWriter;
use tradewind_kernel::id::AccountId;
use tradewind_kernel::{Date, Result};
use tradewind_platform::{OpCtx, Platform};

const LINES: [&str; 11] = [
    "posted",
    "entry",
    "kind",
    "document",
    "account",
    "settled",
    "currency",
    "rate",
    "carried",
    "difference",
    "book_currency",
];

/// The postings of a month that have won or lost something: what each settled, the rate of its day, and what it stood for until then.
///
/// # Errors
/// As [`currency_lines`].
pub async fn currency_csv(
    p: &Platform,
    ctx: &OpCtx,
    book: AccountId,
    month: Date,
) -> Result<Vec<u8>> {
    let mut csv = CsvWriter::new(Vec::new(), &LINES)?;
    for one in currency_lines(p, ctx, book, month).await? {
        csv.date(one.posting.posted_on)
            .text(&one.posting.entry.to_string())
            .text(one.posting.kind.as_str())
            .text(&one.posting.document_id)
            .text(&one.posting.account)
            .money(one.settled)
            .decimal(one.rate)
            .decimal(one.carried.to_decimal())
            .money(one.difference);
        csv.end_row()?;
    }
    csv.finish()
}

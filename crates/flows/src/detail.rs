//! The exact charges behind a document, as CSV.

use std::collections::HashMap;

use tradewind_billing::service::{Detail, invoice_details, invoice_get};
use tradewind_billing::types::{DocumentLine, FxUse};
use tradewind_documents::csv::CsvWriter;
use tradewind_kernel::id::InvoiceId;
use tradewind_kernel::{PageRequest, Result};
use tradewind_platform::{OpCtx, Platform};

const HEADER: [&str; 18] = [
    "line",
    "charge",
    "subscription",
    "item",
    "kind",
    "group",
    "description",
    "from",
    "to",
    "quantity",
    "unit",
    "unit_price",
    "exact_amount",
    "currency",
    "share_of_line",
    "order_number",
    "cost_centre",
    "rates",
];

/// Some rows of a CSV file, the header before the first ones, and where the next ones begin; none after the last. Pieces
/// put one after the other are the file, so that one of any length is never held as a whole. The period is from its
/// first day up to, but not including, the day in `to`.
///
/// # Errors
/// Not found, forbidden; `after` when it is no place in the document.
pub async fn details_csv(
    p: &Platform,
    ctx: &OpCtx,
    id: InvoiceId,
    after: Option<String>,
) -> Result<(Vec<u8>, Option<String>)> {
    let mut csv = if after.is_none() {
        CsvWriter::new(Vec::new(), &HEADER)?
    } else {
        CsvWriter::further(Vec::new(), HEADER.len())
    };
    let page = PageRequest::new(Some(PageRequest::MAX_LIMIT), after)?;
    let page = invoice_details(p, ctx, id, &page).await?;
    let document = invoice_get(p, ctx, id).await?;
    let lines = document.lines.iter().map(|line| (line.no, line));
    let lines: HashMap<i64, &DocumentLine> = lines.collect();
    for detail in &page.items {
        write_row(&mut csv, detail, lines.get(&detail.line_no).copied())?;
    }
    Ok((csv.finish()?, page.next))
}

fn write_row(
    csv: &mut CsvWriter<Vec<u8>>,
    detail: &Detail,
    line: Option<&DocumentLine>,
) -> Result<()> {
    let facts = &detail.charge.facts;
    csv.integer(detail.line_no)
        .text(&detail.charge.id.to_string())
        .text(&facts.subscription_id.to_string())
        .text(&facts.item_code)
        .text(facts.kind.as_str())
        .text(&facts.group_label)
        .text(&facts.description)
        .date(facts.period.start)
        .date(facts.period.end)
        .decimal(facts.quantity)
        .text(&facts.unit);
    match facts.unit_price {
        Some(price) => csv.decimal(price),
        None => csv.empty(),
    };
    csv.decimal(facts.exact)
        .text(facts.amount.currency.code())
        .decimal(facts.amount.to_decimal());
    for sign in [
        line.and_then(|line| line.order_number.as_deref()),
        line.and_then(|line| line.cost_centre.as_deref()),
    ] {
        csv.text(sign.unwrap_or_default());
    }
    let rates: Vec<String> = facts.rate.iter().map(rate_text).collect();
    csv.text(&rates.join("; "));
    csv.end_row()
}

/// An exchange rate for programs: `USD/EUR 0.92 2024-03-01 ECB`.
fn rate_text(rate: &FxUse) -> String {
    let FxUse {
        base,
        quote,
        rate,
        on,
        source,
    } = rate;
    format!("{base}/{quote} {rate} {on} {source}")
        .trim_end()
        .to_owned()
}

//! What is behind a settlement, as CSV.

use tradewind_billing::service::settlement_charges;
use tradewind_documents::csv::CsvWriter;
use tradewind_kernel::Result;
use tradewind_kernel::id::{ChargeId, SettlementId};
use tradewind_platform::{OpCtx, Platform};

const HEADER: [&str; 12] = [
    "charge",
    "subscription",
    "item",
    "kind",
    "description",
    "from",
    "to",
    "quantity",
    "unit",
    "exact_amount",
    "share",
    "currency",
];

/// Some charges of a settlement, the header before the first ones, and where the next begin; none after the last. Put one after the other
/// they are the file. The time of a charge is from its first day up to, but not including, the day in `to`.
///
/// # Errors
/// As [`settlement_charges`].
pub async fn settlement_csv(
    p: &Platform,
    ctx: &OpCtx,
    id: SettlementId,
    after: Option<ChargeId>,
) -> Result<(Vec<u8>, Option<ChargeId>)> {
    let mut csv = if after.is_none() {
        CsvWriter::new(Vec::new(), &HEADER)?
    } else {
        CsvWriter::further(Vec::new(), HEADER.len())
    };
    let (charges, next) = settlement_charges(p, ctx, id, after).await?;
    for facts in charges {
        csv.text(&facts.charge_id.to_string())
            .text(&facts.subscription_id.to_string())
            .text(&facts.item_code)
            .text(facts.kind.as_str())
            .text(&facts.description)
            .date(facts.period.start)
            .date(facts.period.end)
            .decimal(facts.quantity)
            .text(&facts.unit)
            .decimal(facts.exact)
            .money(facts.share);
        csv.end_row()?;
    }
    Ok((csv.finish()?, next))
}

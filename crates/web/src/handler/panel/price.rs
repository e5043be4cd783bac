//! The price that an order was quoted at.

use tradewind_billing::types::Preview;
use tradewind_kernel::money::Money;

use crate::view::Tr;
use crate::view::kit::Txt;
use crate::view::shared::{NextInvoice, PriceItem, PriceView};

/// A preview as it is shown beside an order: what was due, with its taxes, and the invoice after it.
pub(crate) fn price_view(t: &Tr, preview: &Preview) -> PriceView {
    let nothing = Money::zero(preview.currency);
    let due = preview.due_now.as_ref();
    // What was due at once: all of it once, or the first of what recurs.
    let lines: Vec<PriceItem> = due
        .iter()
        .flat_map(|document| &document.lines)
        .map(|line| PriceItem {
            label: line.description.clone().into(),
            quantity: line.quantity,
            unit: line.unit.clone().into(),
            unit_price: line.unit_price,
            amount: Some(line.net),
            note: Txt::default(),
        })
        .collect();
    let (one_time, recurring) = if preview.recurring.is_zero() {
        (lines, Vec::new())
    } else {
        (Vec::new(), lines)
    };
    let metered = preview.metered.iter().map(|price| PriceItem {
        label: price.name.clone().into(),
        quantity: rust_decimal::Decimal::ZERO,
        unit: price.unit.clone().into(),
        unit_price: None,
        amount: None,
        note: t.tr("price-by-use"),
    });
    PriceView {
        currency: preview.currency,
        one_time,
        recurring,
        every: None,
        metered: metered.collect(),
        credit: (!preview.credited.is_zero()).then_some(preview.credited),
        net: due.map_or(nothing, |document| document.net),
        taxes: due
            .iter()
            .flat_map(|document| &document.tax_summary)
            .filter(|line| !line.tax.is_zero())
            .map(|line| (tax_name(t, line.rate), line.tax))
            .collect(),
        due_now: due.map_or(nothing, |document| document.gross),
        due_note: Txt::default(),
        next: preview.next.as_ref().map(|next| NextInvoice {
            date: next.on,
            total: next.document.gross,
            plus_usage: !preview.metered.is_empty(),
        }),
    }
}

/// "VAT 19%". Rates are kept in percent.
pub(crate) fn tax_name(t: &Tr, rate: rust_decimal::Decimal) -> Txt {
    format!("{} {}", t.tr("c-tax"), t.percent(rate)).into()
}

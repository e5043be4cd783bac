//! The lines of a document as pages show them.

use tradewind_billing::service::invoice_breakdown;
use tradewind_billing::types::{Document, DocumentLine, DocumentSummary, OtherDocument};
use tradewind_documents::tax::TaxWord;
use tradewind_flows::document::{comes_about, remarks};
use tradewind_kernel::Result;

use crate::session::Visit;
use crate::view::{
    Tr,
    kit::Txt,
    shared::{InvoiceGroup, InvoiceLine},
};

/// Lines under their headings, in the order of the document.
pub(super) async fn groups(
    visit: &Visit,
    tax: &TaxWord,
    document: &Document,
) -> Result<Vec<InvoiceGroup>> {
    let t = visit.t();
    let parts = invoice_breakdown(visit.p(), &visit.ctx, document).await?;
    let mut groups: Vec<InvoiceGroup> = Vec::new();
    for line in &document.lines {
        let mut shown = shown(&t, tax, &document.summary, line);
        if let Some(known) = parts.iter().find(|known| known.no == line.no) {
            let parts = comes_about(t.locale, line, known).join(" · ");
            shown.detail = format!("{} · {parts}", shown.detail).into();
        }
        match groups.last_mut() {
            Some(group) if *group.title == line.group_label => {
                group.subtotal = group.subtotal.add(line.net)?;
                group.lines.push(shown);
            }
            _ => groups.push(InvoiceGroup {
                title: line.group_label.clone().into(),
                subtotal: line.net,
                lines: vec![shown],
            }),
        }
    }
    Ok(groups)
}

/// A line without its tax, as the sums below need it; a price that was agreed with tax stands beside it.
fn shown(t: &Tr, tax: &TaxWord, head: &DocumentSummary, line: &DocumentLine) -> InvoiceLine {
    let mut detail = vec![t.period(line.period.start, line.period.end).into_owned()];
    detail.extend(remarks(t.locale, head, line));
    if line.tax_included {
        detail.push(tax.included(t.locale, line.amount));
    }
    InvoiceLine {
        text: line.description.clone().into(),
        detail: detail.join(" · ").into(),
        quantity: line.quantity.normalize(),
        unit: line.unit.clone().into(),
        unit_price: line.unit_price.filter(|_| !line.tax_included),
        tax: line.tax_percent().normalize(),
        amount: line.net,
    }
}

/// Number and address of another document.
pub(super) fn other(found: Option<&OtherDocument>, base: &str) -> Option<(Txt, Txt)> {
    let found = found?;
    let href = format!("{base}/invoices/{}", found.id);
    Some((found.number.clone().into(), href.into()))
}

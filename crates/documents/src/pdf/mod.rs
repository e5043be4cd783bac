//! Invoices, credit notes and statements as PDF.
//!
//! [`render`] turns an [`InvoiceDocument`] into an archival (PDF/A-3a), accessible (PDF/UA-1) file. The same document
//! gives the same bytes, so that files can be compared and kept by content.

mod check;
mod invoice;
mod layout;
mod lines;
mod logo;
mod paint;
mod table;
mod text;
mod totals;
mod types;
mod words;

#[cfg(test)]
mod tests;

use tradewind_kernel::Result;

pub use logo::{Logo, Outline};
pub use types::{
    Aged, BankAccount, Buyer, Discount, DocumentKind, InvoiceDocument, Line, LineGroup, Paper,
    Payment, Quantity, Seller, TaxInCurrency, TaxLine, TaxTreatment, Terms, Totals,
};

/// Renders a document.
///
/// # Errors
/// What [`InvoiceDocument::check`] refuses; an internal error when the file cannot be written.
pub fn render(document: &InvoiceDocument) -> Result<Vec<u8>> {
    document.check()?;
    let (layout, geometry) = invoice::lay_out(document);
    let words = words::Words::of(document);
    let properties = paint::Properties {
        title: format!(
            "{} – {}",
            invoice::title(document, &words),
            document.seller.name
        ),
        author: document.seller.name.clone(),
        language: document.locale.tag(),
        identifier: format!("{}/{}", document.seller.name, document.number),
        date: document.issued,
    };
    paint::paint(&layout, &geometry, &properties)
}

/// The name under which a document is offered for download: what it is and its day where it has no number, else letters, digits and hyphens of its number.
pub fn file_name(document: &InvoiceDocument) -> String {
    let number: String = document
        .number
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(80)
        .collect();
    if document.kind == DocumentKind::ProForma {
        return format!("pro-forma-{}.pdf", document.issued);
    }
    format!("{number}.pdf")
}

//! The exact charges behind a document, as a file.

use tradewind_billing::service::invoice_get;
use tradewind_flows::detail::details_csv;
use tradewind_kernel::id::InvoiceId;

use crate::{
    respond::{self, Answer},
    session::Visit,
};

/// Answers with the charges of a document that the reader may see, under the document's number.
pub(super) async fn csv(visit: &Visit, id: InvoiceId) -> Answer {
    let number = invoice_get(visit.p(), &visit.ctx, id).await?.summary.number;
    let mut file = Vec::new();
    let mut after = None;
    loop {
        let (rows, next) = details_csv(visit.p(), &visit.ctx, id, after).await?;
        file.extend(rows);
        after = next;
        if after.is_none() {
            break;
        }
    }
    Ok(respond::file(
        "text/csv; charset=utf-8",
        &format!("{number}.csv"),
        file,
    ))
}

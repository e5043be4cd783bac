//! Invoices that were issued anew.

use tradewind_kernel::{
    Timestamp,
    id::{InvoiceId, RealmId},
};
use tradewind_platform::{
    args,
    db::{Result, Tx},
    stmts,
};

stmts! {
    /// An invoice was issued anew.
    NEW_REISSUE = "INSERT INTO reissue (realm_id, invoice_id, note_id, document_id, created_at) VALUES ($1, $2, $3, $4, $5)";
}

/// Keeps which invoice was taken back, by which credit note, and which has taken its place.
pub(crate) async fn insert(
    tx: &mut Tx,
    realm: RealmId,
    (old, note, new): (InvoiceId, InvoiceId, InvoiceId),
    at: Timestamp,
) -> Result<()> {
    tx.exec(&NEW_REISSUE, args![realm, old, note, new, at])
        .await?;
    Ok(())
}

//! Invoices of payers that are paid with settlements.

use tradewind_kernel::{
    Currency, Date, Money,
    id::{InvoiceId, PaymentId, RealmId, SettlementId},
};
use tradewind_platform::{
    args,
    db::{Result, Tx},
    stmts,
};

use super::settlements::Between;
use crate::types::SettlementOffset;

stmts! {
    /// Open invoices of the payer's that the payee owes and nobody else collects, due by a day, the oldest first.
    OWED = "SELECT b.invoice_id, b.gross - b.paid FROM invoice_balance b WHERE b.realm_id = $1 AND b.seller_id = $2
        AND b.buyer_id = $3 AND b.currency = $4 AND b.status = 'open' AND b.collector_id IS NULL AND b.due_on <= $5
        AND NOT EXISTS (SELECT 1 FROM settlement_offset o JOIN settlement s ON s.realm_id = o.realm_id AND s.id = o.settlement_id
            WHERE o.realm_id = b.realm_id AND o.invoice_id = b.invoice_id AND s.state = 'open')
        ORDER BY b.due_on, b.invoice_id LIMIT 1000";
    /// An invoice is to be paid with a settlement.
    NEW_OFFSET = "INSERT INTO settlement_offset (realm_id, settlement_id, invoice_id, amount, payment_id) VALUES ($1, $2, $3, $4, NULL)";
    /// What a settlement pays.
    OFFSETS = "SELECT o.invoice_id, i.number, o.amount, i.currency, o.payment_id FROM settlement_offset o
        JOIN invoice i ON i.realm_id = o.realm_id AND i.id = o.invoice_id
        WHERE o.realm_id = $1 AND o.settlement_id = $2 ORDER BY i.due_on, o.invoice_id";
    /// It was paid, by so much.
    SET_OFFSET = "UPDATE settlement_offset SET amount = $4, payment_id = $5 WHERE realm_id = $1 AND settlement_id = $2
        AND invoice_id = $3";
    /// It is not.
    DROP_OFFSETS = "DELETE FROM settlement_offset WHERE realm_id = $1 AND settlement_id = $2";
}

/// Open invoices of the payer's that the payee owes and nobody else collects, due by a day, the oldest first. What another
/// settlement that waits is to pay is left out.
pub(crate) async fn owed(
    tx: &mut Tx,
    realm: RealmId,
    between: Between,
    by: Date,
) -> Result<Vec<(InvoiceId, Money)>> {
    let Between {
        payer_id,
        payee_id,
        currency,
        ..
    } = between;
    let rows: Vec<(InvoiceId, i64)> = tx
        .all(&OWED, args![realm, payer_id, payee_id, currency, by])
        .await?;
    let money = |(invoice, minor)| (invoice, Money::new(minor, currency));
    Ok(rows.into_iter().map(money).collect())
}

/// A new settlement is to pay these.
pub(crate) async fn insert(
    tx: &mut Tx,
    realm: RealmId,
    id: SettlementId,
    offsets: &[(InvoiceId, Money)],
) -> Result<()> {
    for (invoice, amount) in offsets {
        tx.exec(&NEW_OFFSET, args![realm, id, invoice, amount.minor])
            .await?;
    }
    Ok(())
}

/// A settlement pays nothing.
pub(crate) async fn remove(tx: &mut Tx, realm: RealmId, id: SettlementId) -> Result<()> {
    tx.exec(&DROP_OFFSETS, args![realm, id]).await?;
    Ok(())
}

/// The invoices that a settlement pays.
pub(crate) async fn of(
    tx: &mut Tx,
    realm: RealmId,
    id: SettlementId,
) -> Result<Vec<SettlementOffset>> {
    type OffsetRow = (InvoiceId, String, i64, Currency, Option<PaymentId>);
    let rows: Vec<OffsetRow> = tx.all(&OFFSETS, args![realm, id]).await?;
    let one = |(invoice_id, number, minor, currency, payment_id): OffsetRow| SettlementOffset {
        invoice_id,
        number,
        amount: Money::new(minor, currency),
        payment_id,
    };
    Ok(rows.into_iter().map(one).collect())
}

/// What an invoice was paid with a settlement.
pub(crate) async fn set(
    tx: &mut Tx,
    realm: RealmId,
    id: SettlementId,
    one: &SettlementOffset,
) -> Result<()> {
    let args = args![realm, id, one.invoice_id, one.amount.minor, one.payment_id];
    tx.exec(&SET_OFFSET, args).await?;
    Ok(())
}

//! What was taken back of invoices, and the credit notes that did.

use std::collections::BTreeMap;

use tradewind_kernel::{
    Currency, Decimal, Money, decimal,
    id::{AccountId, ChargeId, InvoiceId, RealmId},
};
use tradewind_platform::{
    args,
    db::{Json, Result, Tx},
    row, stmts,
};

use crate::{
    rules::credit::ChargeLeft,
    types::{CreditDestination, Credited, TaxLine},
};

stmts! {
    /// The charges behind an invoice with their shares.
    BILLED = "SELECT line_no, charge_id, amount FROM invoice_charge WHERE realm_id = $1 AND invoice_id = $2
        ORDER BY line_no, charge_id";
    /// What takes charges of an invoice back: charges on documents with their share, others with their amount, and whether
    /// it was a credit note of an invoice.
    TAKEN_BACK = "SELECT b.charge_id, COALESCE(ic.amount, r.amount) AS amount, r.quantity, n.note_id FROM invoice_charge b
        JOIN charge r ON r.realm_id = b.realm_id AND r.reverses = b.charge_id
        LEFT JOIN invoice_charge ic ON ic.realm_id = r.realm_id AND ic.charge_id = r.id
        LEFT JOIN credit_note n ON n.realm_id = ic.realm_id AND n.note_id = ic.invoice_id
        WHERE b.realm_id = $1 AND b.invoice_id = $2";
    /// The tax of the credit notes of an invoice.
    TAX_BEFORE = "SELECT tax_summary FROM invoice WHERE realm_id = $1 AND buyer_id = $2 AND credits = $3";
    /// A new credit note.
    NEW = "INSERT INTO credit_note (realm_id, note_id, invoice_id, destination, reason) VALUES ($1, $2, $3, $4, $5)";
    /// The credit notes of an invoice, or the one that a document is.
    ABOUT = "SELECT n.note_id, d.number, n.invoice_id, i.number AS invoice_number, d.gross, d.currency, n.destination, n.reason
        FROM credit_note n JOIN invoice d ON d.realm_id = n.realm_id AND d.id = n.note_id
        JOIN invoice i ON i.realm_id = n.realm_id AND i.id = n.invoice_id
        WHERE n.realm_id = $1 AND (n.invoice_id = $2 OR n.note_id = $2) ORDER BY n.note_id";
}

row! {
    struct TakenRow {
        charge_id: ChargeId,
        amount: i64,
        quantity: Decimal,
        note_id: Option<InvoiceId>,
    }
}

row! {
    struct CreditedRow {
        note_id: InvoiceId,
        number: String,
        invoice_id: InvoiceId,
        invoice_number: String,
        gross: i64,
        currency: Currency,
        destination: CreditDestination,
        reason: String,
    }
}

/// The charges behind the lines of an invoice, and what was taken back of each.
pub(crate) async fn charges_left(
    tx: &mut Tx,
    realm: RealmId,
    invoice: InvoiceId,
    currency: Currency,
) -> Result<BTreeMap<i64, Vec<ChargeLeft>>> {
    let mut taken: BTreeMap<ChargeId, (i64, Decimal)> = BTreeMap::new();
    let rows: Vec<TakenRow> = tx.all(&TAKEN_BACK, args![realm, invoice]).await?;
    for row in rows {
        let (amount, units) = taken.entry(row.charge_id).or_default();
        *amount = amount.saturating_add(row.amount);
        if row.note_id.is_some() {
            *units = decimal::add(*units, row.quantity)?;
        }
    }
    let mut lines: BTreeMap<i64, Vec<ChargeLeft>> = BTreeMap::new();
    let billed: Vec<(i64, ChargeId, i64)> = tx.all(&BILLED, args![realm, invoice]).await?;
    for (line, id, share) in billed {
        let (amount, units_taken) = taken.get(&id).copied().unwrap_or_default();
        lines.entry(line).or_default().push(ChargeLeft {
            id,
            share: Money::new(share, currency),
            taken: Money::new(amount, currency),
            units_taken,
        });
    }
    Ok(lines)
}

/// The tax that credit notes of an invoice have given back.
pub(crate) async fn tax_before(
    tx: &mut Tx,
    realm: RealmId,
    buyer: AccountId,
    invoice: InvoiceId,
) -> Result<Vec<TaxLine>> {
    let rows: Vec<(Json<Vec<TaxLine>>,)> =
        tx.all(&TAX_BEFORE, args![realm, buyer, invoice]).await?;
    Ok(rows.into_iter().flat_map(|(json,)| json.0).collect())
}

/// Keeps why a credit note was issued and where its money goes.
pub(crate) async fn insert(
    tx: &mut Tx,
    realm: RealmId,
    note: InvoiceId,
    invoice: InvoiceId,
    destination: CreditDestination,
    reason: &str,
) -> Result<()> {
    tx.exec(&NEW, args![realm, note, invoice, destination, reason])
        .await?;
    Ok(())
}

/// The credit notes of an invoice, oldest first; of a credit note, itself.
pub(crate) async fn about(
    tx: &mut Tx,
    realm: RealmId,
    document: InvoiceId,
) -> Result<Vec<Credited>> {
    let rows: Vec<CreditedRow> = tx.all(&ABOUT, args![realm, document]).await?;
    Ok(rows
        .into_iter()
        .map(|row| Credited {
            note_id: row.note_id,
            number: row.number,
            invoice_id: row.invoice_id,
            invoice_number: row.invoice_number,
            gross: Money::new(row.gross, row.currency),
            destination: row.destination,
            reason: row.reason,
        })
        .collect())
}

//! What the seller's book says of one buyer.

use tradewind_kernel::{
    Currency, Date, Money,
    id::{InvoiceId, RealmId},
};
use tradewind_platform::{
    args,
    db::{Result, Tx},
    row, stmts,
};

use super::charges::Pair;
use crate::{
    rules::statement::{Booked, MOST, Standing},
    types::{EntryKind, LedgerAccount},
};

stmts! {
    /// What a buyer owes and what is kept for it, before a day.
    STATEMENT_BEFORE = "SELECT CAST(COALESCE(SUM(CASE WHEN p.account = $3 THEN p.amount ELSE 0 END), 0) AS BIGINT),
        CAST(COALESCE(SUM(CASE WHEN p.account = $4 THEN -p.amount ELSE 0 END), 0) AS BIGINT) FROM ledger_posting p
        JOIN ledger_transaction t ON t.realm_id = p.realm_id AND t.id = p.transaction_id
        WHERE p.realm_id = $1 AND t.book_id = $2 AND p.account IN ($3, $4) AND p.currency = $5 AND t.posted_on < $6";
    /// What moves them from one day to another, in order.
    STATEMENT_MOVES = "SELECT m.posted_on, m.kind, m.document_id, i.id AS invoice_id, i.number,
        COALESCE(y.reference, sy.reference, CASE WHEN i.id = m.document_id THEN i.order_number END) AS reference, m.owed, m.credit FROM
        (SELECT t.id AS id, t.posted_on AS posted_on, t.kind AS kind, t.document_id AS document_id,
            CAST(SUM(CASE WHEN p.account = $3 THEN p.amount ELSE 0 END) AS BIGINT) AS owed,
            CAST(SUM(CASE WHEN p.account = $4 THEN -p.amount ELSE 0 END) AS BIGINT) AS credit FROM ledger_posting p
            JOIN ledger_transaction t ON t.realm_id = p.realm_id AND t.id = p.transaction_id
            WHERE p.realm_id = $1 AND t.book_id = $2 AND p.account IN ($3, $4) AND p.currency = $5
            AND t.posted_on >= $6 AND t.posted_on <= $7
            GROUP BY t.id, t.posted_on, t.kind, t.document_id) m
        LEFT JOIN payment y ON y.realm_id = $1 AND y.id = m.document_id
        LEFT JOIN payment_step s ON s.realm_id = $1 AND s.id = m.document_id
        LEFT JOIN payment sy ON sy.realm_id = $1 AND sy.id = s.payment_id
        LEFT JOIN invoice i ON i.realm_id = $1 AND i.id = COALESCE(y.invoice_id, sy.invoice_id, m.document_id)
        ORDER BY m.posted_on, m.id LIMIT $8";
    /// What is open of each invoice at the end of a day, with the day on which it is due.
    STATEMENT_OPEN = "SELECT i.due_on, CAST(SUM(p.amount) AS BIGINT) AS open FROM ledger_posting p
        JOIN ledger_transaction t ON t.realm_id = p.realm_id AND t.id = p.transaction_id
        LEFT JOIN payment y ON y.realm_id = t.realm_id AND y.id = t.document_id
        LEFT JOIN payment_step s ON s.realm_id = t.realm_id AND s.id = t.document_id
        LEFT JOIN payment sy ON sy.realm_id = t.realm_id AND sy.id = s.payment_id
        LEFT JOIN invoice i ON i.realm_id = t.realm_id AND i.id = COALESCE(y.invoice_id, sy.invoice_id, t.document_id)
        WHERE p.realm_id = $1 AND t.book_id = $2 AND p.account = $3 AND p.currency = $4 AND t.posted_on <= $5
        GROUP BY i.id, i.due_on HAVING SUM(p.amount) <> 0 ORDER BY i.due_on, i.id";
}

row! {
    struct MoveRow {
        posted_on: Date,
        kind: EntryKind,
        document_id: String,
        invoice_id: Option<InvoiceId>,
        number: Option<String>,
        reference: Option<String>,
        owed: i64,
        credit: i64,
    }
}

/// The two accounts of the seller's book that are about a buyer.
fn accounts(pair: Pair) -> [String; 2] {
    [
        LedgerAccount::Receivable(pair.buyer_id).to_string(),
        LedgerAccount::CustomerCredit(pair.buyer_id).to_string(),
    ]
}

fn money(currency: Currency, minor: i64) -> Money {
    Money::new(minor, currency)
}

/// What a buyer's account came to before a day.
pub(crate) async fn before(tx: &mut Tx, realm: RealmId, pair: Pair, day: Date) -> Result<Standing> {
    let [owed, credit] = accounts(pair);
    let (owed, credit): (i64, i64) = tx
        .one(
            &STATEMENT_BEFORE,
            args![realm, pair.seller_id, owed, credit, pair.currency, day],
        )
        .await?;
    Ok(Standing {
        owed: money(pair.currency, owed),
        credit: money(pair.currency, credit),
    })
}

/// What moved it from one day to another; one more than a statement lists at most.
pub(crate) async fn between(
    tx: &mut Tx,
    realm: RealmId,
    pair: Pair,
    (from, until): (Date, Date),
) -> Result<Vec<Booked>> {
    let [owed, credit] = accounts(pair);
    let rows: Vec<MoveRow> = tx
        .all(
            &STATEMENT_MOVES,
            args![
                realm,
                pair.seller_id,
                owed,
                credit,
                pair.currency,
                from,
                until,
                MOST as i64 + 1
            ],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Booked {
            posted_on: row.posted_on,
            kind: row.kind,
            document_id: row.document_id,
            invoice_id: row.invoice_id,
            number: row.number,
            reference: row.reference,
            owed: money(pair.currency, row.owed),
            credit: money(pair.currency, row.credit),
        })
        .collect())
}

/// What is open of its invoices at the end of a day, the oldest due first.
pub(crate) async fn open_on(
    tx: &mut Tx,
    realm: RealmId,
    pair: Pair,
    day: Date,
) -> Result<Vec<(Option<Date>, Money)>> {
    let [owed, _] = accounts(pair);
    let rows: Vec<(Option<Date>, i64)> = tx
        .all(
            &STATEMENT_OPEN,
            args![realm, pair.seller_id, owed, pair.currency, day],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(due, minor)| (due, money(pair.currency, minor)))
        .collect())
}

//! What entries of bank statements may be for, and what they were recorded as.

use tradewind_kernel::{
    Currency, Date, Money,
    id::{AccountId, BankEntryId, InvoiceId, PaymentId, RealmId},
};
use tradewind_platform::{
    args,
    db::{Json, Result, Tx},
    row, stmts,
};

use crate::{
    rules::bank::Candidate,
    types::{BalanceStatus, BankEntryPayment},
};

/// The columns of a candidate.
macro_rules! candidate_columns {
    () => {
        "b.invoice_id, i.number AS number, b.seller_id, b.buyer_id, b.currency, b.gross, b.paid, b.written_off, b.status, b.due_on AS due_on
        FROM invoice_balance b
        JOIN invoice i ON i.realm_id = b.realm_id AND i.id = b.invoice_id"
    };
}

stmts! {
    /// The invoices with a number that an account has issued itself, or collects for others.
    BY_NUMBER = concat!("SELECT ", candidate_columns!(), " WHERE i.realm_id = $1 AND i.seller_id = $2 AND i.series = $3
        AND i.sequence = $4 UNION ALL SELECT ", candidate_columns!(), " WHERE i.realm_id = $1 AND i.collector_id = $2
        AND i.series = $3 AND i.sequence = $4 LIMIT 20");
    /// Some invoice of an account, or one that it collects.
    BY_ID = concat!("SELECT ", candidate_columns!(), " WHERE b.realm_id = $1 AND b.invoice_id = $2
        AND (b.seller_id = $3 OR b.collector_id = $3)");
    /// What a buyer has open with an account, or with those for whom it collects, the oldest due first.
    OPEN_OF = concat!("SELECT ", candidate_columns!(), " WHERE b.realm_id = $1 AND b.seller_id = $2 AND b.buyer_id = $3
        AND b.currency = $4 AND b.status = 'open' UNION ALL SELECT ", candidate_columns!(), " WHERE b.realm_id = $1
        AND b.collector_id = $2 AND b.buyer_id = $3 AND b.currency = $4 AND b.status = 'open' ORDER BY due_on, number LIMIT 200");
    /// Open invoices of an account, or that it collects, of which exactly so much is open.
    OPEN_LIKE = concat!("SELECT ", candidate_columns!(), " WHERE b.realm_id = $1 AND b.seller_id = $2 AND b.currency = $3
        AND b.status = 'open' AND b.gross - b.paid = $4 UNION ALL SELECT ", candidate_columns!(), " WHERE b.realm_id = $1
        AND b.collector_id = $2 AND b.currency = $3 AND b.status = 'open' AND b.gross - b.paid = $4 ORDER BY due_on, number LIMIT 20");
    /// Open invoices that an account has issued or collects, of one amount, of buyers that an account pays for, or with one of some numbers; the last
    /// column says whether the account pays for the buyer.
    LIKELY = "SELECT b.invoice_id, i.number, b.seller_id, b.buyer_id, b.currency, b.gross, b.paid, b.status, b.due_on,
        CAST(CASE WHEN b.buyer_id IN (SELECT p.buyer_id FROM bank_payer p WHERE p.realm_id = $1 AND p.seller_id = $2
        AND p.payer_key = $5) THEN 1 ELSE 0 END AS BIGINT) AS pays FROM invoice_balance b
        JOIN invoice i ON i.realm_id = b.realm_id AND i.id = b.invoice_id
        WHERE b.realm_id = $1 AND (b.seller_id = $2 OR b.collector_id = $2) AND b.currency = $3 AND b.status = 'open' AND (b.gross - b.paid = $4
        OR b.buyer_id IN (SELECT p.buyer_id FROM bank_payer p WHERE p.realm_id = $1 AND p.seller_id = $2 AND p.payer_key = $5)
        OR i.number IN (SELECT value FROM json_each($6))) ORDER BY b.due_on, i.number LIMIT 60",
        pg = "SELECT b.invoice_id, i.number, b.seller_id, b.buyer_id, b.currency, b.gross, b.paid, b.status, b.due_on,
        CAST(CASE WHEN b.buyer_id IN (SELECT p.buyer_id FROM bank_payer p WHERE p.realm_id = $1 AND p.seller_id = $2
        AND p.payer_key = $5) THEN 1 ELSE 0 END AS BIGINT) AS pays FROM invoice_balance b
        JOIN invoice i ON i.realm_id = b.realm_id AND i.id = b.invoice_id
        WHERE b.realm_id = $1 AND (b.seller_id = $2 OR b.collector_id = $2) AND b.currency = $3 AND b.status = 'open' AND (b.gross - b.paid = $4
        OR b.buyer_id IN (SELECT p.buyer_id FROM bank_payer p WHERE p.realm_id = $1 AND p.seller_id = $2 AND p.payer_key = $5)
        OR i.number IN (SELECT json_array_elements_text(CAST($6 AS JSON)))) ORDER BY b.due_on, i.number LIMIT 60";
    /// For whom an account is known to pay.
    PAYER = "SELECT buyer_id FROM bank_payer WHERE realm_id = $1 AND seller_id = $2 AND payer_key = $3 ORDER BY buyer_id LIMIT 5";
    /// Learns it.
    LEARN = "INSERT INTO bank_payer (realm_id, seller_id, payer_key, buyer_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    /// Forgets it.
    FORGET = "DELETE FROM bank_payer WHERE realm_id = $1 AND seller_id = $2 AND payer_key = $3 AND buyer_id = $4";
    /// What an entry was recorded as.
    LINK = "INSERT INTO bank_entry_payment (realm_id, payment_id, entry_id, recorded) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    /// It was not.
    UNLINK = "DELETE FROM bank_entry_payment WHERE realm_id = $1 AND entry_id = $2";
    /// The payments of an entry.
    LINKED = "SELECT p.id, p.invoice_id, p.payer_id, p.amount, p.currency, l.recorded FROM bank_entry_payment l
        JOIN payment p ON p.realm_id = l.realm_id AND p.id = l.payment_id
        WHERE l.realm_id = $1 AND l.entry_id = $2 ORDER BY p.id";
    /// The entry with which a payment came in.
    ENTRY_OF = "SELECT l.entry_id FROM bank_entry_payment l
        JOIN bank_entry e ON e.realm_id = l.realm_id AND e.id = l.entry_id
        WHERE l.realm_id = $1 AND l.payment_id = $2 AND e.direction = 'credit' LIMIT 1";
    /// Transfers of an amount that no entry is recorded as.
    TRANSFERS_ALONE = "SELECT p.id, p.invoice_id, p.payer_id, p.amount, p.currency, CAST(0 AS BIGINT) FROM payment p
        LEFT JOIN bank_entry_payment l ON l.realm_id = p.realm_id AND l.payment_id = p.id
        WHERE p.realm_id = $1 AND (p.collector_id = $2 OR (p.seller_id = $2 AND p.collector_id IS NULL)) AND p.kind = 'transfer' AND p.amount = $3 AND p.currency = $4
        AND p.state = 'succeeded' AND l.entry_id IS NULL ORDER BY p.id DESC LIMIT 10";
    /// Transfers of an amount.
    TRANSFERS = "SELECT p.id, p.invoice_id, p.payer_id, p.amount, p.currency, CAST(0 AS BIGINT) FROM payment p
        WHERE p.realm_id = $1 AND (p.collector_id = $2 OR (p.seller_id = $2 AND p.collector_id IS NULL)) AND p.kind = 'transfer' AND p.amount = $3 AND p.currency = $4
        AND p.state = 'succeeded' ORDER BY p.id DESC LIMIT 10";
    /// Entries that are settled as payments which do not come to them: the first, with both amounts.
    DIFFER = "SELECT e.id, e.amount, CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM bank_entry e
        LEFT JOIN bank_entry_payment l ON l.realm_id = e.realm_id AND l.entry_id = e.id
        LEFT JOIN payment p ON p.realm_id = l.realm_id AND p.id = l.payment_id
        WHERE e.realm_id = $1 AND e.state IN ('matched', 'assigned') AND e.direction = 'credit'
        GROUP BY e.id, e.amount HAVING COALESCE(SUM(p.amount), 0) <> e.amount LIMIT $2";
}

row! {
    struct CandidateRow {
        invoice_id: InvoiceId,
        number: String,
        seller_id: AccountId,
        buyer_id: AccountId,
        currency: Currency,
        gross: i64,
        paid: i64,
        written_off: i64,
        status: BalanceStatus,
        due_on: Date,
    }
}

impl From<CandidateRow> for Candidate {
    fn from(row: CandidateRow) -> Self {
        let open = match row.status {
            BalanceStatus::Open => row.gross.saturating_sub(row.paid),
            // What was given up is recovered by who pays it after all.
            BalanceStatus::WrittenOff => row.written_off,
            BalanceStatus::Paid | BalanceStatus::Credited => 0,
        };
        Self {
            invoice_id: row.invoice_id,
            number: row.number,
            seller_id: row.seller_id,
            buyer_id: row.buyer_id,
            due_on: row.due_on,
            open: Money::new(open, row.currency),
        }
    }
}

/// The invoices with a number that an account has issued itself, or collects for others.
pub(crate) async fn by_number(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    series: &str,
    sequence: i64,
) -> Result<Vec<Candidate>> {
    let rows: Vec<CandidateRow> = tx
        .all(&BY_NUMBER, args![realm, seller, series, sequence])
        .await?;
    Ok(rows.into_iter().map(Candidate::from).collect())
}

/// An invoice of an account, or one that it collects.
pub(crate) async fn by_id(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    id: InvoiceId,
) -> Result<Option<Candidate>> {
    let row: Option<CandidateRow> = tx.opt(&BY_ID, args![realm, id, seller]).await?;
    Ok(row.map(Candidate::from))
}

/// What a buyer has open with an account, or with those for whom it collects, the oldest due first.
pub(crate) async fn open_of(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    buyer: AccountId,
    currency: Currency,
) -> Result<Vec<Candidate>> {
    let rows: Vec<CandidateRow> = tx
        .all(&OPEN_OF, args![realm, seller, buyer, currency])
        .await?;
    Ok(rows.into_iter().map(Candidate::from).collect())
}

/// Open invoices of an account, or that it collects, of which exactly so much is open.
pub(crate) async fn open_like(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    amount: Money,
) -> Result<Vec<Candidate>> {
    let rows: Vec<CandidateRow> = tx
        .all(
            &OPEN_LIKE,
            args![realm, seller, amount.currency, amount.minor],
        )
        .await?;
    Ok(rows.into_iter().map(Candidate::from).collect())
}

row! {
    struct LikelyRow {
        invoice_id: InvoiceId,
        number: String,
        seller_id: AccountId,
        buyer_id: AccountId,
        currency: Currency,
        gross: i64,
        paid: i64,
        due_on: Date,
        pays: bool,
    }
}

/// Open invoices that an amount of an account may be for, with whether that account is known to pay for their buyer.
pub(crate) async fn likely(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    amount: Money,
    payer_key: &str,
    numbers: &[String],
) -> Result<Vec<(Candidate, bool)>> {
    let rows: Vec<LikelyRow> = tx
        .all(
            &LIKELY,
            args![
                realm,
                seller,
                amount.currency,
                amount.minor,
                payer_key,
                Json(numbers)
            ],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let open = row.gross.saturating_sub(row.paid);
            let candidate = Candidate {
                invoice_id: row.invoice_id,
                number: row.number,
                seller_id: row.seller_id,
                buyer_id: row.buyer_id,
                due_on: row.due_on,
                open: Money::new(open, row.currency),
            };
            (candidate, row.pays)
        })
        .collect())
}

/// For whom an account is known to pay.
pub(crate) async fn payers(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    key: &str,
) -> Result<Vec<AccountId>> {
    let rows: Vec<(AccountId,)> = tx.all(&PAYER, args![realm, seller, key]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Learns, or forgets, for whom an account pays.
pub(crate) async fn set_payer(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    key: &str,
    buyer: AccountId,
    known: bool,
) -> Result<()> {
    if !key.is_empty() {
        let stmt = if known { &LEARN } else { &FORGET };
        tx.exec(stmt, args![realm, seller, key, buyer]).await?;
    }
    Ok(())
}

/// Says what an entry was recorded as.
pub(crate) async fn link(
    tx: &mut Tx,
    realm: RealmId,
    payment: PaymentId,
    entry: BankEntryId,
    recorded: bool,
) -> Result<()> {
    tx.exec(&LINK, args![realm, payment, entry, recorded])
        .await?;
    Ok(())
}

/// Takes back what an entry was recorded as.
pub(crate) async fn unlink(tx: &mut Tx, realm: RealmId, entry: BankEntryId) -> Result<()> {
    tx.exec(&UNLINK, args![realm, entry]).await?;
    Ok(())
}

type LinkedRow = (PaymentId, Option<InvoiceId>, AccountId, i64, Currency, bool);

fn linked_of(
    (payment_id, invoice_id, payer_id, minor, currency, recorded): LinkedRow,
) -> BankEntryPayment {
    BankEntryPayment {
        payment_id,
        invoice_id,
        payer_id,
        amount: Money::new(minor, currency),
        recorded,
    }
}

/// What an entry was recorded as.
pub(crate) async fn linked(
    tx: &mut Tx,
    realm: RealmId,
    entry: BankEntryId,
) -> Result<Vec<BankEntryPayment>> {
    let rows: Vec<LinkedRow> = tx.all(&LINKED, args![realm, entry]).await?;
    Ok(rows.into_iter().map(linked_of).collect())
}

/// The entry with which a payment came in.
pub(crate) async fn entry_of(
    tx: &mut Tx,
    realm: RealmId,
    payment: PaymentId,
) -> Result<Option<BankEntryId>> {
    let row: Option<(BankEntryId,)> = tx.opt(&ENTRY_OF, args![realm, payment]).await?;
    Ok(row.map(|(id,)| id))
}

/// Transfers of an amount that an account has received, the latest first; `alone` for those that are no entry's.
pub(crate) async fn transfers(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    amount: Money,
    alone: bool,
) -> Result<Vec<BankEntryPayment>> {
    let stmt = if alone { &TRANSFERS_ALONE } else { &TRANSFERS };
    let rows: Vec<LinkedRow> = tx
        .all(stmt, args![realm, seller, amount.minor, amount.currency])
        .await?;
    Ok(rows.into_iter().map(linked_of).collect())
}

/// Entries whose payments do not come to them: entry, its amount, theirs.
pub(crate) async fn differ(
    tx: &mut Tx,
    realm: RealmId,
    at_most: i64,
) -> Result<Vec<(BankEntryId, i64, i64)>> {
    tx.all(&DIFFER, args![realm, at_most]).await
}

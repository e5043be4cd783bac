//! Books that are valued in a currency, what is posted in others, and what is booked of the differences.

use tradewind_kernel::{
    Currency, Date, Money,
    id::{AccountId, RealmId, TransactionId},
};
use tradewind_platform::{
    args,
    db::{Result, Tx},
    row, stmts,
};

use crate::types::{BookCurrency, EntryKind, ForeignPosting};

stmts! {
    /// In which currency a book is valued, and the last month that is booked so.
    POLICY = "SELECT currency, since_on, booked_on FROM book_currency WHERE realm_id = $1 AND book_id = $2";
    /// Sets it.
    SET_POLICY = "INSERT INTO book_currency (realm_id, book_id, currency, since_on) VALUES ($1, $2, $3, $4)
        ON CONFLICT (realm_id, book_id) DO UPDATE SET currency = excluded.currency, since_on = excluded.since_on";
    /// The next book that is valued.
    BOOK = "SELECT book_id FROM book_currency WHERE realm_id = $1 AND book_id > $2 AND currency IS NOT NULL
        ORDER BY book_id LIMIT 1";
    /// What is posted in other currencies, in order.
    POSTINGS = "SELECT t.posted_on, t.id, p.no, t.kind, t.document_id, p.account, p.currency, p.amount
        FROM ledger_transaction t JOIN ledger_posting p ON p.realm_id = t.realm_id AND p.transaction_id = t.id
        WHERE t.realm_id = $1 AND t.book_id = $2 AND t.posted_on >= $3 AND t.posted_on <= $4 AND p.currency <> $5
        AND (t.posted_on > $6 OR (t.posted_on = $6 AND (t.id > $7 OR (t.id = $7 AND p.no > $8))))
        ORDER BY t.posted_on, t.id, p.no LIMIT $9";
    /// What is booked of months.
    BOOKED = "SELECT month_on, currency, gain, loss FROM currency_month WHERE realm_id = $1 AND book_id = $2
        AND month_on >= $3 ORDER BY month_on";
    /// Keeps what is booked of a month.
    BOOK_MONTH = "INSERT INTO currency_month (realm_id, book_id, month_on, currency, gain, loss, transaction_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    /// Months up to this one are booked.
    SET_BOOKED = "UPDATE book_currency SET booked_on = $3 WHERE realm_id = $1 AND book_id = $2";
}

row! {
    struct PolicyRow {
        currency: Option<Currency>,
        since_on: Date,
        booked_on: Option<Date>,
    }
}

row! {
    struct PostingRow {
        posted_on: Date,
        id: TransactionId,
        no: i64,
        kind: EntryKind,
        document_id: String,
        account: String,
        currency: Currency,
        amount: i64,
    }
}

impl From<PostingRow> for ForeignPosting {
    fn from(row: PostingRow) -> Self {
        Self {
            posted_on: row.posted_on,
            entry: row.id,
            no: row.no,
            kind: row.kind,
            document_id: row.document_id,
            account: row.account,
            amount: Money::new(row.amount, row.currency),
        }
    }
}

/// In which currency a book is valued, and the first day of the last month that is booked so.
pub(crate) async fn policy(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
) -> Result<Option<(BookCurrency, Option<Date>)>> {
    let row: Option<PolicyRow> = tx.opt(&POLICY, args![realm, book]).await?;
    Ok(row.map(|row| {
        let policy = BookCurrency {
            currency: row.currency,
            since: row.since_on,
        };
        (policy, row.booked_on)
    }))
}

/// Sets in which currency a book is valued.
pub(crate) async fn set_policy(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
    policy: &BookCurrency,
) -> Result<()> {
    let args = args![realm, book, policy.currency, policy.since];
    tx.exec(&SET_POLICY, args).await?;
    Ok(())
}

/// The next book that is valued.
pub(crate) async fn book_after(
    tx: &mut Tx,
    realm: RealmId,
    after: &str,
) -> Result<Option<AccountId>> {
    let found: Option<(AccountId,)> = tx.opt(&BOOK, args![realm, after]).await?;
    Ok(found.map(|(book,)| book))
}

/// Some of what is posted on some days in other currencies than one, in order, after a posting.
pub(crate) async fn postings(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
    (from, until): (Date, Date),
    other_than: Currency,
    after: Option<&ForeignPosting>,
    limit: i64,
) -> Result<Vec<ForeignPosting>> {
    let (day, entry, no) = match after {
        Some(last) => (last.posted_on, last.entry.to_string(), last.no),
        None => (from, String::new(), 0),
    };
    let args = args![realm, book, from, until, other_than, day, entry, no, limit];
    let rows: Vec<PostingRow> = tx.all(&POSTINGS, args).await?;
    Ok(rows.into_iter().map(ForeignPosting::from).collect())
}

/// What is booked of the months from one on: month, won, lost.
pub(crate) async fn booked(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
    from: Date,
) -> Result<Vec<(Date, Money, Money)>> {
    let rows: Vec<(Date, Currency, i64, i64)> = tx.all(&BOOKED, args![realm, book, from]).await?;
    let money = |(month, currency, gain, loss)| {
        (
            month,
            Money::new(gain, currency),
            Money::new(loss, currency),
        )
    };
    Ok(rows.into_iter().map(money).collect())
}

/// Keeps what is booked of a month, with the entry that says so.
pub(crate) async fn book_month(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
    month: Date,
    (gain, loss): (Money, Money),
    entry: Option<TransactionId>,
) -> Result<()> {
    let entry = entry.map(|entry| entry.to_string()).unwrap_or_default();
    let args = args![
        realm,
        book,
        month,
        gain.currency,
        gain.minor,
        loss.minor,
        entry
    ];
    tx.exec(&BOOK_MONTH, args).await?;
    tx.exec(&SET_BOOKED, args![realm, book, month]).await?;
    Ok(())
}

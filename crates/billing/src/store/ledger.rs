//! The ledger: only ever added to.

use tradewind_kernel::{
    Currency, Date, Error, Money, TypedId,
    id::{AccountId, RealmId, TransactionId},
};
use tradewind_platform::{
    args, bulk,
    db::{Result, Tx},
    row, stmts,
};

use crate::{
    rules::export::OpenAccount,
    store::books::NEW_UNSEALED,
    types::{AccountBalance, Entry, EntryKind, Posting},
};

stmts! {
    /// Balances of the accounts of a book.
    LEDGER_BALANCES = "SELECT p.account, p.currency, CAST(SUM(p.amount) AS BIGINT) FROM ledger_transaction t
        JOIN ledger_posting p ON p.realm_id = t.realm_id AND p.transaction_id = t.id
        WHERE t.realm_id = $1 AND t.book_id = $2 AND t.posted_on <= $3 GROUP BY p.account, p.currency
        ORDER BY p.account, p.currency";
    /// Accounts of a book with the day of their first posting.
    ACCOUNTS = "SELECT p.account, MIN(t.posted_on) FROM ledger_transaction t
        JOIN ledger_posting p ON p.realm_id = t.realm_id AND p.transaction_id = t.id
        WHERE t.realm_id = $1 AND t.book_id = $2 GROUP BY p.account ORDER BY p.account";
    /// Currencies of a book.
    CURRENCIES = "SELECT DISTINCT p.currency FROM ledger_transaction t
        JOIN ledger_posting p ON p.realm_id = t.realm_id AND p.transaction_id = t.id
        WHERE t.realm_id = $1 AND t.book_id = $2 ORDER BY p.currency";
    /// A page of the entries of a book, by day.
    ENTRIES = "SELECT id, book_id, posted_on, COALESCE(document_on, posted_on) AS document_on, kind, document_id, text
        FROM ledger_transaction WHERE realm_id = $1 AND book_id = $2 AND (posted_on > $3 OR (posted_on = $3 AND id > $4))
        ORDER BY posted_on, id LIMIT $5";
    /// Some entries.
    ENTRIES_OF = "SELECT id, book_id, posted_on, COALESCE(document_on, posted_on) AS document_on, kind, document_id, text
        FROM ledger_transaction WHERE realm_id = $1 AND id IN (SELECT value FROM json_each($2))",
        pg = "SELECT id, book_id, posted_on, COALESCE(document_on, posted_on) AS document_on, kind, document_id, text
        FROM ledger_transaction WHERE realm_id = $1 AND id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))";
    /// Postings of some entries.
    POSTINGS = "SELECT transaction_id, account, currency, amount FROM ledger_posting WHERE realm_id = $1
        AND transaction_id IN (SELECT value FROM json_each($2)) ORDER BY transaction_id, no",
        pg = "SELECT transaction_id, account, currency, amount FROM ledger_posting WHERE realm_id = $1
        AND transaction_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) ORDER BY transaction_id, no";
}

bulk! {
    /// New entries.
    TRANSACTIONS = "ledger_transaction" { realm_id: Text, id: Text, book_id: Text, posted_on: Text,
        document_on: Text, kind: Text, document_id: Text, text: Text } on conflict Error;
    /// Their postings.
    NEW_POSTINGS = "ledger_posting" { realm_id: Text, transaction_id: Text, no: Int, account: Text, currency: Text,
        amount: Int } on conflict Error;
}

row! {
    struct EntryRow {
        id: TransactionId,
        book_id: AccountId,
        posted_on: Date,
        document_on: Date,
        kind: EntryKind,
        document_id: String,
        text: String,
    }
}

/// Posts entries, of which each must balance. They wait to be sealed.
pub(crate) async fn post(
    tx: &mut Tx,
    realm: RealmId,
    entries: &[(TransactionId, Entry)],
) -> Result<()> {
    let mut heads = Vec::with_capacity(entries.len());
    let mut postings = Vec::with_capacity(entries.len() * 3);
    let mut unsealed = Vec::with_capacity(entries.len());
    for (id, entry) in entries {
        if !crate::rules::ledger::imbalance(&entry.postings)?.is_empty() {
            return Err(Error::internal(format!(
                "the entry for {} does not balance",
                entry.document_id
            )));
        }
        unsealed.push(args![realm, entry.book_id, id]);
        heads.push(args![
            realm,
            id,
            entry.book_id,
            entry.posted_on,
            entry.document_on,
            entry.kind,
            entry.document_id,
            entry.text
        ]);
        for (no, posting) in (1_i64..).zip(&entry.postings) {
            let Posting { account, amount } = posting;
            postings.push(args![
                realm,
                id,
                no,
                account.to_string(),
                amount.currency,
                amount.minor
            ]);
        }
    }
    tx.insert_many(&TRANSACTIONS, heads).await?;
    tx.insert_many(&NEW_POSTINGS, postings).await?;
    tx.insert_many(&NEW_UNSEALED, unsealed).await?;
    Ok(())
}

/// Balances of the accounts of a book up to and including a day.
pub(crate) async fn balances(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
    on: Date,
) -> Result<Vec<AccountBalance>> {
    let rows: Vec<(String, Currency, i64)> =
        tx.all(&LEDGER_BALANCES, args![realm, book, on]).await?;
    Ok(rows
        .into_iter()
        .map(|(account, currency, minor)| AccountBalance {
            account,
            currency,
            balance: Money::new(minor, currency),
            code: None,
            name: None,
        })
        .collect())
}

/// The accounts of a book.
pub(crate) async fn accounts(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
) -> Result<Vec<OpenAccount>> {
    let rows: Vec<(String, Date)> = tx.all(&ACCOUNTS, args![realm, book]).await?;
    Ok(rows
        .into_iter()
        .map(|(account, opened_on)| OpenAccount { account, opened_on })
        .collect())
}

/// The currencies of a book.
pub(crate) async fn currencies(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
) -> Result<Vec<Currency>> {
    let rows: Vec<(Currency,)> = tx.all(&CURRENCIES, args![realm, book]).await?;
    Ok(rows.into_iter().map(|(currency,)| currency).collect())
}

/// A page of the entries of a book after a day and id, in order.
pub(crate) async fn entries(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
    after: (Date, String),
    limit: i64,
) -> Result<Vec<(TransactionId, Entry)>> {
    let rows: Vec<EntryRow> = tx
        .all(&ENTRIES, args![realm, book, after.0, after.1, limit])
        .await?;
    with_postings(tx, realm, rows).await
}

/// Some entries, in the order of their ids; those that are not there are left out.
pub(crate) async fn entries_of(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[TransactionId],
) -> Result<Vec<(TransactionId, Entry)>> {
    let mut rows: Vec<EntryRow> = tx
        .all(&ENTRIES_OF, args![realm, tradewind_platform::db::Json(ids)])
        .await?;
    rows.sort_by_key(|row| row.id);
    with_postings(tx, realm, rows).await
}

async fn with_postings(
    tx: &mut Tx,
    realm: RealmId,
    rows: Vec<EntryRow>,
) -> Result<Vec<(TransactionId, Entry)>> {
    let ids: Vec<TransactionId> = rows.iter().map(|row| row.id).collect();
    let mut entries: Vec<(TransactionId, Entry)> = rows
        .into_iter()
        .map(|row| {
            let entry = Entry {
                book_id: row.book_id,
                posted_on: row.posted_on,
                document_on: row.document_on,
                kind: row.kind,
                document_id: row.document_id,
                text: row.text,
                postings: Vec::new(),
            };
            (row.id, entry)
        })
        .collect();
    let place: std::collections::HashMap<TransactionId, usize> =
        ids.iter().enumerate().map(|(i, id)| (*id, i)).collect();
    let postings: Vec<(TransactionId, String, Currency, i64)> = tx
        .all(&POSTINGS, args![realm, tradewind_platform::db::Json(&ids)])
        .await?;
    for (id, account, currency, minor) in postings {
        if let Some((_, entry)) = place.get(&id).and_then(|i| entries.get_mut(*i)) {
            let account = account.parse().map_err(|_| {
                Error::internal(format!(
                    "{} {id} has the unknown account {account}",
                    TransactionId::KIND
                ))
            })?;
            entry.postings.push(Posting {
                account,
                amount: Money::new(minor, currency),
            });
        }
    }
    Ok(entries)
}

//! How books are kept: closed months, charts of accounts, and the chains of entries.

use std::collections::BTreeMap;

use tradewind_kernel::{
    Date, Timestamp,
    id::{AccountId, RealmId, TransactionId},
};
use tradewind_platform::{
    args, bulk,
    db::{Json, Result, Tx},
    row, stmts,
};

use crate::{
    rules::chain::BEFORE_FIRST,
    types::{ChartAccount, Closing, ClosingAct},
};

stmts! {
    /// How far some books are closed; they stay so until the end of the transaction.
    SHARE = "SELECT book_id, closed_until FROM ledger_book WHERE realm_id = $1
        AND book_id IN (SELECT value FROM json_each($2)) ORDER BY book_id",
        pg = "SELECT book_id, closed_until FROM ledger_book WHERE realm_id = $1
        AND book_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) ORDER BY book_id FOR SHARE";
    /// How far a book is closed; nobody posts to it until the end of the transaction.
    HOLD = "SELECT closed_until FROM ledger_book WHERE realm_id = $1 AND book_id = $2 {for_update}";
    /// How far a book is closed.
    CLOSED_UNTIL = "SELECT closed_until FROM ledger_book WHERE realm_id = $1 AND book_id = $2";
    /// How far it is closed from now on.
    SET_CLOSED = "UPDATE ledger_book SET closed_until = $3 WHERE realm_id = $1 AND book_id = $2";
    /// What was closed and opened again, the latest first.
    CLOSINGS = "SELECT no, month_on, act, reason, made_by, made_at, sequence, hash FROM ledger_closing
        WHERE realm_id = $1 AND book_id = $2 ORDER BY no DESC LIMIT $3";
    /// A month was closed or opened again.
    NEW_CLOSING = "INSERT INTO ledger_closing (realm_id, book_id, no, month_on, act, reason, made_by, made_at, sequence, hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    /// How far a book is closed and sealed, what waits, and the day of its first entry.
    STATE = "SELECT (SELECT closed_until FROM ledger_book WHERE realm_id = $1 AND book_id = $2),
        (SELECT sequence FROM ledger_chain WHERE realm_id = $1 AND book_id = $2),
        (SELECT hash FROM ledger_chain WHERE realm_id = $1 AND book_id = $2),
        (SELECT CAST(COUNT(*) AS BIGINT) FROM ledger_unsealed WHERE realm_id = $1 AND book_id = $2),
        (SELECT MIN(posted_on) FROM ledger_transaction WHERE realm_id = $1 AND book_id = $2)";
    /// The chart of a book.
    CHART = "SELECT account, code, name FROM ledger_chart WHERE realm_id = $1 AND book_id = $2 ORDER BY account";
    /// An account of the chart.
    SET_CHART = "INSERT INTO ledger_chart (realm_id, book_id, account, code, name) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (realm_id, book_id, account) DO UPDATE SET code = excluded.code, name = excluded.name";
    /// An account without number.
    FORGET_CHART = "DELETE FROM ledger_chart WHERE realm_id = $1 AND book_id = $2 AND account = $3";
    /// Who has a number.
    CODE_OF = "SELECT account FROM ledger_chart WHERE realm_id = $1 AND book_id = $2 AND code = $3";
    /// Where the chain of a book ends.
    HEAD = "SELECT sequence, hash FROM ledger_chain WHERE realm_id = $1 AND book_id = $2";
    /// The same, for whoever adds to it.
    HOLD_HEAD = "SELECT sequence, hash FROM ledger_chain WHERE realm_id = $1 AND book_id = $2 {for_update}";
    /// Where it ends from now on.
    SET_HEAD = "UPDATE ledger_chain SET sequence = $3, hash = $4 WHERE realm_id = $1 AND book_id = $2";
    /// Entries that wait to be sealed.
    UNSEALED = "SELECT transaction_id FROM ledger_unsealed WHERE realm_id = $1 AND book_id = $2 ORDER BY transaction_id LIMIT $3";
    /// They wait no more.
    SEALED = "DELETE FROM ledger_unsealed WHERE realm_id = $1 AND book_id = $2
        AND transaction_id IN (SELECT value FROM json_each($3))",
        pg = "DELETE FROM ledger_unsealed WHERE realm_id = $1 AND book_id = $2
        AND transaction_id IN (SELECT json_array_elements_text(CAST($3 AS JSON)))";
    /// Books in which something waits.
    BOOKS_WAITING = "SELECT DISTINCT book_id FROM ledger_unsealed WHERE realm_id = $1 AND book_id > $2 ORDER BY book_id LIMIT 1";
    /// Links of a chain.
    LINKS = "SELECT sequence, transaction_id, hash FROM ledger_seal WHERE realm_id = $1 AND book_id = $2 AND sequence > $3
        ORDER BY sequence LIMIT $4";
    /// One link.
    LINK = "SELECT hash FROM ledger_seal WHERE realm_id = $1 AND book_id = $2 AND sequence = $3";
    /// Books that have a chain or entries.
    BOOKS = "SELECT DISTINCT book_id FROM ledger_transaction WHERE realm_id = $1
        UNION SELECT book_id FROM ledger_chain WHERE realm_id = $1 ORDER BY book_id";
    /// An entry that is neither sealed nor waits for it.
    STRAY = "SELECT t.id FROM ledger_transaction t LEFT JOIN ledger_seal s ON s.realm_id = t.realm_id AND s.transaction_id = t.id
        LEFT JOIN ledger_unsealed u ON u.realm_id = t.realm_id AND u.book_id = t.book_id AND u.transaction_id = t.id
        WHERE t.realm_id = $1 AND t.book_id = $2 AND s.transaction_id IS NULL AND u.transaction_id IS NULL ORDER BY t.id LIMIT 1";
    /// An entry of closed days that was not there when they were closed.
    INTRUDER = "SELECT t.id FROM ledger_transaction t LEFT JOIN ledger_seal s ON s.realm_id = t.realm_id
        AND s.transaction_id = t.id WHERE t.realm_id = $1 AND t.book_id = $2 AND t.posted_on <= $3
        AND (s.sequence IS NULL OR s.sequence > $4) ORDER BY t.id LIMIT 1";
}

bulk! {
    /// Books that are not known yet.
    NEW_BOOKS = "ledger_book" { realm_id: Text, book_id: Text } on conflict Nothing;
    /// Chains that have no link yet.
    NEW_CHAINS = "ledger_chain" { realm_id: Text, book_id: Text, sequence: Int, hash: Text } on conflict Nothing;
    /// Links.
    NEW_LINKS = "ledger_seal" { realm_id: Text, book_id: Text, sequence: Int, transaction_id: Text, hash: Text }
        on conflict Error;
    /// Entries that wait to be sealed.
    NEW_UNSEALED = "ledger_unsealed" { realm_id: Text, book_id: Text, transaction_id: Text } on conflict Error;
}

row! {
    struct ClosingRow {
        no: i64,
        month_on: Date,
        act: ClosingAct,
        reason: String,
        made_by: String,
        made_at: Timestamp,
        sequence: i64,
        hash: String,
    }
}

row! {
    struct ChartRow {
        account: String,
        code: String,
        name: String,
    }
}

/// How far books are closed. Nobody closes or opens a month of them until this transaction has ended.
pub(crate) async fn share(
    tx: &mut Tx,
    realm: RealmId,
    books: &[AccountId],
) -> Result<BTreeMap<AccountId, Option<Date>>> {
    let found: Vec<(AccountId, Option<Date>)> = tx.all(&SHARE, args![realm, Json(books)]).await?;
    if found.len() == books.len() {
        return Ok(found.into_iter().collect());
    }
    let new = books.iter().map(|book| args![realm, book]).collect();
    tx.insert_many(&NEW_BOOKS, new).await?;
    let found: Vec<(AccountId, Option<Date>)> = tx.all(&SHARE, args![realm, Json(books)]).await?;
    Ok(found.into_iter().collect())
}

/// How far a book is closed. Nobody posts to it until this transaction has ended.
pub(crate) async fn hold(tx: &mut Tx, realm: RealmId, book: AccountId) -> Result<Option<Date>> {
    tx.insert_many(&NEW_BOOKS, vec![args![realm, book]]).await?;
    let (until,): (Option<Date>,) = tx.one(&HOLD, args![realm, book]).await?;
    Ok(until)
}

/// How far a book is closed.
pub(crate) async fn closed_until(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
) -> Result<Option<Date>> {
    let found: Option<(Option<Date>,)> = tx.opt(&CLOSED_UNTIL, args![realm, book]).await?;
    Ok(found.and_then(|(until,)| until))
}

/// Sets how far a book is closed.
pub(crate) async fn set_closed(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
    until: Date,
) -> Result<()> {
    tx.exec(&SET_CLOSED, args![realm, book, until]).await?;
    Ok(())
}

/// What was closed and opened again, the latest first.
pub(crate) async fn closings(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
    limit: i64,
) -> Result<Vec<Closing>> {
    let rows: Vec<ClosingRow> = tx.all(&CLOSINGS, args![realm, book, limit]).await?;
    Ok(rows
        .into_iter()
        .map(|row| Closing {
            no: row.no,
            month: row.month_on,
            act: row.act,
            reason: row.reason,
            by: row.made_by,
            at: row.made_at,
            sequence: row.sequence,
            hash: row.hash,
        })
        .collect())
}

/// Records a closing.
pub(crate) async fn add_closing(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
    one: &Closing,
) -> Result<()> {
    let args = args![
        realm,
        book,
        one.no,
        one.month,
        one.act,
        one.reason,
        one.by,
        one.at,
        one.sequence,
        one.hash
    ];
    tx.exec(&NEW_CLOSING, args).await?;
    Ok(())
}

/// How a book stands.
pub(crate) struct Standing {
    pub(crate) closed_until: Option<Date>,
    pub(crate) sealed: (i64, String),
    pub(crate) waiting: i64,
    pub(crate) first_entry: Option<Date>,
}

/// How far a book is closed and sealed, and when it begins.
pub(crate) async fn standing(tx: &mut Tx, realm: RealmId, book: AccountId) -> Result<Standing> {
    type Columns = (Option<Date>, Option<i64>, Option<String>, i64, Option<Date>);
    let (closed_until, sequence, hash, waiting, first_entry): Columns =
        tx.one(&STATE, args![realm, book]).await?;
    let hash = hash.unwrap_or_else(|| BEFORE_FIRST.to_owned());
    Ok(Standing {
        closed_until,
        sealed: (sequence.unwrap_or_default(), hash),
        waiting,
        first_entry,
    })
}

/// The chart of a book.
pub(crate) async fn chart(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
) -> Result<Vec<ChartAccount>> {
    let rows: Vec<ChartRow> = tx.all(&CHART, args![realm, book]).await?;
    Ok(rows
        .into_iter()
        .map(|row| ChartAccount {
            account: row.account,
            code: row.code,
            name: row.name,
        })
        .collect())
}

/// The account that has a number.
pub(crate) async fn code_of(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
    code: &str,
) -> Result<Option<String>> {
    let found: Option<(String,)> = tx.opt(&CODE_OF, args![realm, book, code]).await?;
    Ok(found.map(|(account,)| account))
}

/// Numbers an account; without number it is forgotten.
pub(crate) async fn set_chart(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
    one: &ChartAccount,
) -> Result<()> {
    if one.code.is_empty() {
        tx.exec(&FORGET_CHART, args![realm, book, one.account])
            .await?;
        return Ok(());
    }
    let args = args![realm, book, one.account, one.code, one.name];
    tx.exec(&SET_CHART, args).await?;
    Ok(())
}

/// Where the chain of a book ends.
pub(crate) async fn head(tx: &mut Tx, realm: RealmId, book: AccountId) -> Result<(i64, String)> {
    let found: Option<(i64, String)> = tx.opt(&HEAD, args![realm, book]).await?;
    Ok(found.unwrap_or_else(|| (0, BEFORE_FIRST.to_owned())))
}

/// Where the chain of a book ends. Nobody else adds to it until this transaction has ended.
pub(crate) async fn hold_head(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
) -> Result<(i64, String)> {
    let new = args![realm, book, 0_i64, BEFORE_FIRST];
    tx.insert_many(&NEW_CHAINS, vec![new]).await?;
    tx.one(&HOLD_HEAD, args![realm, book]).await
}

/// Adds links to a chain whose end is held; their entries wait no more.
pub(crate) async fn add_links(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
    links: &[(i64, TransactionId, String)],
) -> Result<()> {
    let Some((sequence, _, hash)) = links.last() else {
        return Ok(());
    };
    let rows = links
        .iter()
        .map(|(sequence, id, hash)| args![realm, book, sequence, id, hash])
        .collect();
    tx.insert_many(&NEW_LINKS, rows).await?;
    let ids: Vec<TransactionId> = links.iter().map(|(_, id, _)| *id).collect();
    tx.exec(&SEALED, args![realm, book, Json(&ids)]).await?;
    tx.exec(&SET_HEAD, args![realm, book, sequence, hash])
        .await?;
    Ok(())
}

/// Some of the entries that wait, the oldest first.
pub(crate) async fn unsealed(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
    limit: i64,
) -> Result<Vec<TransactionId>> {
    let rows: Vec<(TransactionId,)> = tx.all(&UNSEALED, args![realm, book, limit]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The next book in which something waits.
pub(crate) async fn book_waiting(
    tx: &mut Tx,
    realm: RealmId,
    after: &str,
) -> Result<Option<AccountId>> {
    let found: Option<(AccountId,)> = tx.opt(&BOOKS_WAITING, args![realm, after]).await?;
    Ok(found.map(|(book,)| book))
}

/// Links of a chain after one.
pub(crate) async fn links(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, TransactionId, String)>> {
    tx.all(&LINKS, args![realm, book, after, limit]).await
}

/// The hash of a link.
pub(crate) async fn link(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
    sequence: i64,
) -> Result<Option<String>> {
    let found: Option<(String,)> = tx.opt(&LINK, args![realm, book, sequence]).await?;
    Ok(found.map(|(hash,)| hash))
}

/// All books.
pub(crate) async fn books(tx: &mut Tx, realm: RealmId) -> Result<Vec<AccountId>> {
    let rows: Vec<(AccountId,)> = tx.all(&BOOKS, args![realm]).await?;
    Ok(rows.into_iter().map(|(book,)| book).collect())
}

/// An entry that is neither sealed nor waits for it.
pub(crate) async fn stray(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
) -> Result<Option<TransactionId>> {
    let found: Option<(TransactionId,)> = tx.opt(&STRAY, args![realm, book]).await?;
    Ok(found.map(|(id,)| id))
}

/// An entry of closed days that was not there when they were closed.
pub(crate) async fn intruder(
    tx: &mut Tx,
    realm: RealmId,
    book: AccountId,
    until: Date,
    sequence: i64,
) -> Result<Option<TransactionId>> {
    let args = args![realm, book, until, sequence];
    let found: Option<(TransactionId,)> = tx.opt(&INTRUDER, args).await?;
    Ok(found.map(|(id,)| id))
}

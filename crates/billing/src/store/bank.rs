//! Statements of banks and their entries.

use tradewind_kernel::{
    Currency, Date, Money, Timestamp,
    filter::{Field, FieldKind, Fields, Filter, Sort},
    id::{AccountId, BankEntryId, BankStatementId, RealmId},
    page::{Page, PageRequest},
};
use tradewind_platform::{
    args, bulk,
    db::{Json, Query, Result, Tx},
    row, stmts,
};

use crate::types::{
    BankDirection, BankDoubt, BankEntry, BankEntryState, BankFormat, BankStatement, CsvMapping,
    NamedMapping,
};

/// The columns of a statement.
macro_rules! statement_columns {
    () => {
        "s.id, s.seller_id, s.account, s.currency, s.format, s.file_name, s.bank_id, s.from_on, s.until_on, s.opening,
        s.closing, s.gap, s.entries, s.taken, s.created_at"
    };
}

/// The columns of an entry.
macro_rules! entry_columns {
    () => {
        "e.id, e.seller_id, e.statement_id, e.booked_on, e.direction, e.amount, e.currency, e.reversal, e.reference, e.name,
        e.account_hint, e.account, e.payer_key, e.text, e.words, e.state, e.by_hand, e.doubt, e.reason, e.settled_at"
    };
}

stmts! {
    /// A statement; nothing happens when it is known.
    NEW_STATEMENT = "INSERT INTO bank_statement (realm_id, id, seller_id, statement_key, account, currency, format, file_name,
        bank_id, from_on, until_on, opening, closing, gap, entries, taken, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT DO NOTHING";
    /// The id of a statement by what it is recognised by.
    STATEMENT_BY_KEY = "SELECT id FROM bank_statement WHERE realm_id = $1 AND seller_id = $2 AND statement_key = $3";
    /// How many of its entries were new.
    TAKEN = "UPDATE bank_statement SET taken = taken + $3 WHERE realm_id = $1 AND id = $2";
    /// One statement.
    STATEMENT = concat!("SELECT ", statement_columns!(), " FROM bank_statement s WHERE s.realm_id = $1 AND s.id = $2");
    /// What was on an account at the end of the last statement that ends before a day.
    CLOSING_BEFORE = "SELECT closing FROM bank_statement WHERE realm_id = $1 AND seller_id = $2 AND account = $3
        AND currency = $4 AND until_on < $5 AND closing IS NOT NULL ORDER BY until_on DESC, id DESC LIMIT 1";
    /// One entry.
    ENTRY = concat!("SELECT ", entry_columns!(), " FROM bank_entry e WHERE e.realm_id = $1 AND e.id = $2");
    /// One entry, locked.
    ENTRY_LOCK = concat!("SELECT ", entry_columns!(), " FROM bank_entry e WHERE e.realm_id = $1 AND e.id = $2 {for_update}");
    /// Entries that the rules may look at, after one.
    TO_MATCH = "SELECT id FROM bank_entry WHERE realm_id = $1 AND seller_id = $2 AND state = 'unmatched' AND by_hand = 0
        AND direction = 'credit' AND reversal = 0 AND id > $3 ORDER BY id LIMIT $4";
    /// What became of an entry.
    SETTLE = "UPDATE bank_entry SET state = $3, by_hand = $4, doubt = $5, reason = $6, settled_at = $7
        WHERE realm_id = $1 AND id = $2";
    /// Sellers that have entries for the rules to look at.
    WAITING = "SELECT DISTINCT seller_id FROM bank_entry WHERE realm_id = $1 AND state = 'unmatched' AND by_hand = 0
        AND direction = 'credit' AND reversal = 0 ORDER BY seller_id LIMIT 10000";
    /// How many entries wait for a person, as far as a number.
    UNMATCHED = "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 AS one FROM bank_entry WHERE realm_id = $1
        AND seller_id = $2 AND state = 'unmatched' LIMIT $3) counted";
    /// The mappings of a seller.
    MAPPINGS = "SELECT name, mapping FROM bank_csv_mapping WHERE realm_id = $1 AND seller_id = $2 ORDER BY name LIMIT 100";
    /// One of them.
    MAPPING = "SELECT mapping FROM bank_csv_mapping WHERE realm_id = $1 AND seller_id = $2 AND name = $3";
    /// Sets it.
    SET_MAPPING = "INSERT INTO bank_csv_mapping (realm_id, seller_id, name, mapping) VALUES ($1, $2, $3, $4)
        ON CONFLICT (realm_id, seller_id, name) DO UPDATE SET mapping = excluded.mapping";
    /// Forgets it.
    DROP_MAPPING = "DELETE FROM bank_csv_mapping WHERE realm_id = $1 AND seller_id = $2 AND name = $3";
}

bulk! {
    /// New entries; those that are known stay as they are.
    ENTRIES = "bank_entry" { realm_id: Text, id: Text, seller_id: Text, statement_id: Text, entry_key: Text,
        booked_on: Text, direction: Text, amount: Int, currency: Text, reversal: Int, reference: Text, name: Text,
        account_hint: Text, account: Text, payer_key: Text, text: Text, words: Text, state: Text, by_hand: Int,
        doubt: Text, reason: Text, settled_at: Int } on conflict Nothing, returning "state";
}

row! {
    pub(crate) struct StatementRow {
        id: BankStatementId,
        seller_id: AccountId,
        account: String,
        currency: Currency,
        format: BankFormat,
        file_name: String,
        bank_id: String,
        from_on: Date,
        until_on: Date,
        opening: Option<i64>,
        closing: Option<i64>,
        gap: Option<i64>,
        entries: i64,
        taken: i64,
        created_at: Timestamp,
    }
}

impl From<StatementRow> for BankStatement {
    fn from(row: StatementRow) -> Self {
        let money = |minor: Option<i64>| minor.map(|minor| Money::new(minor, row.currency));
        Self {
            opening: money(row.opening),
            closing: money(row.closing),
            gap: money(row.gap),
            id: row.id,
            seller_id: row.seller_id,
            account: row.account,
            currency: row.currency,
            format: row.format,
            file_name: row.file_name,
            bank_id: row.bank_id,
            from: row.from_on,
            until: row.until_on,
            entries: row.entries,
            taken: row.taken,
            created_at: row.created_at,
        }
    }
}

row! {
    /// An entry with what only this room sees of it.
    #[derive(Debug, Clone)]
    pub(crate) struct EntryRow {
        pub(crate) id: BankEntryId,
        pub(crate) seller_id: AccountId,
        pub(crate) statement_id: BankStatementId,
        pub(crate) booked_on: Date,
        pub(crate) direction: BankDirection,
        pub(crate) amount: i64,
        pub(crate) currency: Currency,
        pub(crate) reversal: bool,
        pub(crate) reference: String,
        pub(crate) name: String,
        pub(crate) account_hint: String,
        pub(crate) account: String,
        pub(crate) payer_key: String,
        pub(crate) text: String,
        pub(crate) words: String,
        pub(crate) state: BankEntryState,
        pub(crate) by_hand: bool,
        pub(crate) doubt: Option<BankDoubt>,
        pub(crate) reason: String,
        pub(crate) settled_at: Option<Timestamp>,
    }
}

impl EntryRow {
    /// How much.
    pub(crate) fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
}

impl From<EntryRow> for BankEntry {
    fn from(row: EntryRow) -> Self {
        Self {
            amount: row.money(),
            id: row.id,
            seller_id: row.seller_id,
            statement_id: row.statement_id,
            booked_on: row.booked_on,
            direction: row.direction,
            reversal: row.reversal,
            reference: row.reference,
            name: row.name,
            account_hint: row.account_hint,
            text: row.text,
            state: row.state,
            doubt: row.doubt,
            reason: row.reason,
            settled_at: row.settled_at,
        }
    }
}

/// What entries can be filtered and sorted by.
pub(crate) const ENTRY_FIELDS: Fields = Fields(&[
    Field::new(
        "state",
        FieldKind::Enum(&["unmatched", "matched", "assigned", "ignored", "outgoing"]),
        "e.state",
    ),
    Field::new(
        "direction",
        FieldKind::Enum(&["credit", "debit"]),
        "e.direction",
    ),
    Field::text("seller", "e.seller_id"),
    Field::text("statement", "e.statement_id"),
    Field::text("name", "e.name"),
    Field::text("text", "e.text"),
    Field::text("reference", "e.reference"),
    Field::new("booked", FieldKind::Date, "e.booked_on").sortable(),
]);

/// What statements can be filtered and sorted by.
pub(crate) const STATEMENT_FIELDS: Fields = Fields(&[
    Field::text("seller", "s.seller_id"),
    Field::text("account", "s.account"),
    Field::text("currency", "s.currency"),
    Field::new("until", FieldKind::Date, "s.until_on").sortable(),
]);

/// Keeps a statement; false when it is known.
pub(crate) async fn insert_statement(
    tx: &mut Tx,
    realm: RealmId,
    key: &str,
    one: &BankStatement,
) -> Result<bool> {
    let minor = |money: Option<Money>| money.map(|money| money.minor);
    let count = tx
        .exec(
            &NEW_STATEMENT,
            args![
                realm,
                one.id,
                one.seller_id,
                key,
                one.account,
                one.currency,
                one.format,
                one.file_name,
                one.bank_id,
                one.from,
                one.until,
                minor(one.opening),
                minor(one.closing),
                minor(one.gap),
                one.entries,
                one.taken,
                one.created_at,
            ],
        )
        .await?;
    Ok(count == 1)
}

/// The statement that is recognised by a key.
pub(crate) async fn statement_by_key(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    key: &str,
) -> Result<Option<BankStatementId>> {
    let row: Option<(BankStatementId,)> =
        tx.opt(&STATEMENT_BY_KEY, args![realm, seller, key]).await?;
    Ok(row.map(|(id,)| id))
}

/// Counts entries of a statement as new.
pub(crate) async fn add_taken(
    tx: &mut Tx,
    realm: RealmId,
    id: BankStatementId,
    count: i64,
) -> Result<()> {
    tx.exec(&TAKEN, args![realm, id, count]).await?;
    Ok(())
}

/// One statement.
pub(crate) async fn statement(
    tx: &mut Tx,
    realm: RealmId,
    id: BankStatementId,
) -> Result<Option<BankStatement>> {
    let row: Option<StatementRow> = tx.opt(&STATEMENT, args![realm, id]).await?;
    Ok(row.map(BankStatement::from))
}

/// What was on an account before a day, as the last statement says.
pub(crate) async fn closing_before(
    tx: &mut Tx,
    realm: RealmId,
    of: &BankStatement,
) -> Result<Option<Money>> {
    let row: Option<(i64,)> = tx
        .opt(
            &CLOSING_BEFORE,
            args![realm, of.seller_id, of.account, of.currency, of.from],
        )
        .await?;
    Ok(row.map(|(minor,)| Money::new(minor, of.currency)))
}

/// A new entry.
pub(crate) struct NewEntry {
    pub(crate) row: EntryRow,
    pub(crate) key: String,
}

/// Keeps the entries that are not known, and answers their states.
pub(crate) async fn insert_entries(
    tx: &mut Tx,
    realm: RealmId,
    entries: &[NewEntry],
) -> Result<Vec<BankEntryState>> {
    let rows = entries
        .iter()
        .map(|NewEntry { row, key }| {
            args![
                realm,
                row.id,
                row.seller_id,
                row.statement_id,
                key,
                row.booked_on,
                row.direction,
                row.amount,
                row.currency,
                row.reversal,
                row.reference,
                row.name,
                row.account_hint,
                row.account,
                row.payer_key,
                row.text,
                row.words,
                row.state,
                row.by_hand,
                row.doubt,
                row.reason,
                row.settled_at,
            ]
        })
        .collect();
    let taken: Vec<(BankEntryState,)> = tx.insert_many_returning(&ENTRIES, rows).await?;
    Ok(taken.into_iter().map(|(state,)| state).collect())
}

/// One entry.
pub(crate) async fn entry(
    tx: &mut Tx,
    realm: RealmId,
    id: BankEntryId,
) -> Result<Option<EntryRow>> {
    tx.opt(&ENTRY, args![realm, id]).await
}

/// One entry, locked until the end of the transaction.
pub(crate) async fn lock(tx: &mut Tx, realm: RealmId, id: BankEntryId) -> Result<Option<EntryRow>> {
    tx.opt(&ENTRY_LOCK, args![realm, id]).await
}

/// Entries of a seller that the rules may look at, after one.
pub(crate) async fn to_match(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    after: &str,
    limit: i64,
) -> Result<Vec<BankEntryId>> {
    let rows: Vec<(BankEntryId,)> = tx
        .all(&TO_MATCH, args![realm, seller, after, limit])
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Stores what became of an entry.
pub(crate) async fn settle(tx: &mut Tx, realm: RealmId, row: &EntryRow) -> Result<()> {
    tx.exec(
        &SETTLE,
        args![
            realm,
            row.id,
            row.state,
            row.by_hand,
            row.doubt,
            row.reason,
            row.settled_at
        ],
    )
    .await?;
    Ok(())
}

/// Sellers that have entries for the rules to look at.
pub(crate) async fn waiting(tx: &mut Tx, realm: RealmId) -> Result<Vec<AccountId>> {
    let rows: Vec<(AccountId,)> = tx.all(&WAITING, args![realm]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// How many entries wait for a person, as far as a number.
pub(crate) async fn unmatched(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    at_most: i64,
) -> Result<i64> {
    let (count,): (i64,) = tx.one(&UNMATCHED, args![realm, seller, at_most]).await?;
    Ok(count)
}

/// A page of the entries of a seller.
pub(crate) async fn entries(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    filter: &Filter,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Page<BankEntry>> {
    let query = Query::new(
        "billing::bank_entries",
        concat!(
            "SELECT ",
            entry_columns!(),
            " FROM bank_entry e WHERE e.realm_id = $1 AND e.seller_id = $2"
        ),
        args![realm, seller],
    );
    let found = tx
        .page::<EntryRow>(query.filter(filter), page, sort, "e.id")
        .await?;
    Ok(found.map(BankEntry::from))
}

/// A page of the statements of a seller.
pub(crate) async fn statements_of(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    filter: &Filter,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Page<BankStatement>> {
    let query = Query::new(
        "billing::bank_statements",
        concat!(
            "SELECT ",
            statement_columns!(),
            " FROM bank_statement s WHERE s.realm_id = $1 AND s.seller_id = $2"
        ),
        args![realm, seller],
    );
    let found = tx
        .page::<StatementRow>(query.filter(filter), page, sort, "s.id")
        .await?;
    Ok(found.map(BankStatement::from))
}

/// The mappings of a seller, by name.
pub(crate) async fn mappings(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
) -> Result<Vec<NamedMapping>> {
    let rows: Vec<(String, Json<CsvMapping>)> = tx.all(&MAPPINGS, args![realm, seller]).await?;
    Ok(rows
        .into_iter()
        .map(|(name, mapping)| NamedMapping {
            name,
            mapping: mapping.0,
        })
        .collect())
}

/// One of them.
pub(crate) async fn mapping(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    name: &str,
) -> Result<Option<CsvMapping>> {
    let row: Option<(Json<CsvMapping>,)> = tx.opt(&MAPPING, args![realm, seller, name]).await?;
    Ok(row.map(|(mapping,)| mapping.0))
}

/// Keeps a mapping under its name.
pub(crate) async fn set_mapping(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    one: &NamedMapping,
) -> Result<()> {
    tx.exec(
        &SET_MAPPING,
        args![realm, seller, one.name, Json(&one.mapping)],
    )
    .await?;
    Ok(())
}

/// Forgets a mapping; false when there is none.
pub(crate) async fn drop_mapping(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    name: &str,
) -> Result<bool> {
    Ok(tx.exec(&DROP_MAPPING, args![realm, seller, name]).await? == 1)
}

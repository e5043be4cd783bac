//! Invoices and credit notes, their numbers and balances.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Date, Decimal, Locale, Money, Timestamp,
    calendar::Period,
    id::{AccountId, InvoiceId, OrderId, RealmId, SubscriptionId},
};
use tradewind_platform::{
    args, bulk,
    db::{Json, Result, Tx},
    row, stmts,
};
use tradewind_tax::types::TaxCategory;

use super::charges::Pair;
use crate::{
    rules::document,
    types::{
        Balance, BalanceStatus, Document, DocumentKind, DocumentLine, DocumentSummary, FxUse,
        LineTax, OtherDocument, Parties, TaxLine, TaxRate, Taxation,
    },
};

stmts! {
    /// Takes a block of numbers and returns the first after it.
    TAKE_NUMBERS = "INSERT INTO invoice_counter (realm_id, seller_id, series, next) VALUES ($1, $2, $3, 1 + $4)
        ON CONFLICT (realm_id, seller_id, series) DO UPDATE SET next = invoice_counter.next + $4 RETURNING next";
    /// One document.
    DOCUMENT = "SELECT i.id, i.seller_id, i.buyer_id, i.kind, i.number, i.issued_on, i.due_on, i.period_start,
        i.period_end, i.currency, i.net, i.tax, i.gross, i.created_at, i.order_number, i.parties, i.tax_summary, i.locale,
        i.payment_terms_days, i.credits, i.book_rate, b.status, b.paid, b.written_off, b.dunning_stage, b.collector_id,
        o.id AS replaces, o.number AS replaces_number, n.id AS replaced_by, n.number AS replaced_by_number FROM invoice i
        LEFT JOIN invoice_balance b ON b.realm_id = i.realm_id AND b.invoice_id = i.id
        LEFT JOIN reissue ro ON ro.realm_id = i.realm_id AND ro.document_id = i.id
        LEFT JOIN invoice o ON o.realm_id = ro.realm_id AND o.id = ro.invoice_id
        LEFT JOIN reissue rn ON rn.realm_id = i.realm_id AND rn.invoice_id = i.id
        LEFT JOIN invoice n ON n.realm_id = rn.realm_id AND n.id = rn.document_id
        WHERE i.realm_id = $1 AND i.id = $2";
    /// Its lines.
    LINES = "SELECT no, group_label, description, quantity, unit, unit_price, period_start, period_end, tax_included, tax_category,
        amount, net, tax, taxes, order_number, cost_centre, rates FROM invoice_line WHERE realm_id = $1 AND invoice_id = $2 ORDER BY no";
    /// The balance of an invoice.
    BALANCE = "SELECT invoice_id, seller_id, buyer_id, currency, gross, paid, written_off, status, due_on, dunning_stage,
        next_dunning_on, collector_id FROM invoice_balance WHERE realm_id = $1 AND invoice_id = $2";
    /// The balance of an invoice, locked.
    BALANCE_LOCK = "SELECT invoice_id, seller_id, buyer_id, currency, gross, paid, written_off, status, due_on, dunning_stage,
        next_dunning_on, collector_id FROM invoice_balance WHERE realm_id = $1 AND invoice_id = $2 {for_update}";
    /// Invoices between two accounts that are not paid, the oldest due first, locked.
    OPEN_BALANCES = "SELECT invoice_id, seller_id, buyer_id, currency, gross, paid, written_off, status, due_on, dunning_stage,
        next_dunning_on, collector_id FROM invoice_balance WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3 AND currency = $4
        AND status = 'open' ORDER BY due_on, invoice_id LIMIT 200 {for_update}";
    /// What was paid.
    SET_PAID = "UPDATE invoice_balance SET paid = $3, status = $4, next_dunning_on = $5, dunning_stage = $6,
        written_off = $7
        WHERE realm_id = $1 AND invoice_id = $2";
    /// What a buyer owes a seller, the credit it has with it, and what is charged but not invoiced.
    STANDING = "SELECT
        (SELECT CAST(COALESCE(SUM(gross - paid), 0) AS BIGINT) FROM invoice_balance WHERE realm_id = $1
            AND seller_id = $2 AND buyer_id = $3 AND currency = $4 AND status = 'open'),
        (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM account_credit WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3
            AND currency = $4),
        (SELECT CAST(COALESCE(SUM(c.amount), 0) AS BIGINT) FROM open_charge o
            JOIN charge c ON c.realm_id = o.realm_id AND c.id = o.charge_id
            WHERE o.realm_id = $1 AND o.seller_id = $2 AND o.buyer_id = $3 AND o.currency = $4)";
    /// How many invoices of a seller are not paid, and how many of those are due before a day.
    UNPAID = "SELECT CAST(COUNT(*) AS BIGINT), CAST(COALESCE(SUM(overdue), 0) AS BIGINT) FROM
        (SELECT CASE WHEN due_on < $3 THEN 1 ELSE 0 END AS overdue FROM invoice_balance
        WHERE realm_id = $1 AND seller_id = $2 AND status = 'open' LIMIT $4) counted";
    /// What some buyers owe a seller, by buyer and currency.
    OWED_BY = "SELECT buyer_id, currency, CAST(SUM(gross - paid) AS BIGINT) FROM invoice_balance WHERE realm_id = $1
        AND seller_id = $2 AND status = 'open' AND buyer_id IN (SELECT value FROM json_each($3)) GROUP BY buyer_id, currency",
        pg = "SELECT buyer_id, currency, CAST(SUM(gross - paid) AS BIGINT) FROM invoice_balance WHERE realm_id = $1
        AND seller_id = $2 AND status = 'open' AND buyer_id IN (SELECT json_array_elements_text(CAST($3 AS JSON)))
        GROUP BY buyer_id, currency";
    /// Between whom a document is.
    PARTIES = "SELECT seller_id, buyer_id, kind FROM invoice WHERE realm_id = $1 AND id = $2";
    /// The number of a document.
    NUMBER = "SELECT number FROM invoice WHERE realm_id = $1 AND id = $2";
    /// Subscriptions that an invoice charges.
    SUBSCRIPTIONS = "SELECT DISTINCT c.subscription_id FROM invoice_charge ic
        JOIN charge c ON c.realm_id = ic.realm_id AND c.id = ic.charge_id
        WHERE ic.realm_id = $1 AND ic.invoice_id = $2 ORDER BY c.subscription_id LIMIT 1000";
    /// The document that the customer's charges of an order are on.
    OF_ORDER = "SELECT MIN(ic.invoice_id) FROM charge c
        JOIN invoice_charge ic ON ic.realm_id = c.realm_id AND ic.charge_id = c.id
        WHERE c.realm_id = $1 AND c.subscription_id = $2 AND c.order_id = $3 AND c.buyer_id = $4";
}

bulk! {
    /// New documents.
    DOCUMENTS = "invoice" { realm_id: Text, id: Text, seller_id: Text, buyer_id: Text, kind: Text, series: Text,
        sequence: Int, number: Text, issued_on: Text, due_on: Text, period_start: Text, period_end: Text, currency: Text,
        net: Int, tax: Int, gross: Int, parties: Text, tax_summary: Text, locale: Text, payment_terms_days: Int,
        credits: Text, order_number: Text, created_at: Int, collector_id: Text, book_rate: Text } on conflict Error;
    /// Their lines.
    DOCUMENT_LINES = "invoice_line" { realm_id: Text, invoice_id: Text, no: Int, group_label: Text, description: Text,
        quantity: Text, unit: Text, unit_price: Text, period_start: Text, period_end: Text, tax_included: Int, tax_category: Text,
        amount: Int, net: Int, tax: Int, taxes: Text, order_number: Text, cost_centre: Text, rates: Text } on conflict Error;
    /// Their balances.
    BALANCES = "invoice_balance" { realm_id: Text, invoice_id: Text, seller_id: Text, buyer_id: Text, currency: Text,
        gross: Int, paid: Int, status: Text, due_on: Text, dunning_stage: Int, next_dunning_on: Text,
        collector_id: Text } on conflict Error;
}

row! {
    /// What is known of the payment of an invoice.
    #[derive(Debug, Clone)]
    pub(crate) struct BalanceRow {
        pub(crate) invoice_id: InvoiceId,
        pub(crate) seller_id: AccountId,
        pub(crate) buyer_id: AccountId,
        pub(crate) currency: Currency,
        pub(crate) gross: i64,
        /// What is settled: paid, credited, or given up.
        pub(crate) paid: i64,
        /// What of that the seller has given up.
        pub(crate) written_off: i64,
        pub(crate) status: BalanceStatus,
        pub(crate) due_on: Date,
        pub(crate) dunning_stage: i64,
        pub(crate) next_dunning_on: Option<Date>,
        /// Who collects it for the seller.
        pub(crate) collector_id: Option<AccountId>,
    }
}

impl BalanceRow {
    /// What is still owed.
    pub(crate) fn open(&self) -> Money {
        Money::new(self.gross.saturating_sub(self.paid), self.currency)
    }

    /// What the seller has given up.
    pub(crate) fn given_up(&self) -> Money {
        Money::new(self.written_off, self.currency)
    }
}

row! {
    /// The head of a document as lists read it.
    pub(crate) struct SummaryRow {
        id: InvoiceId,
        seller_id: AccountId,
        buyer_id: AccountId,
        kind: DocumentKind,
        number: String,
        issued_on: Date,
        due_on: Date,
        period_start: Date,
        period_end: Date,
        currency: Currency,
        net: i64,
        tax: i64,
        gross: i64,
        order_number: Option<String>,
        created_at: Timestamp,
        status: Option<BalanceStatus>,
        paid: Option<i64>,
        written_off: Option<i64>,
        dunning_stage: Option<i64>,
        collector_id: Option<AccountId>,
    }
}

impl From<SummaryRow> for DocumentSummary {
    fn from(row: SummaryRow) -> Self {
        let money = |minor| Money::new(minor, row.currency);
        let balance = match (row.status, row.paid, row.dunning_stage) {
            (Some(status), Some(paid), Some(dunning_stage)) => Some(Balance {
                status,
                paid: money(paid.saturating_sub(row.written_off.unwrap_or(0))),
                written_off: money(row.written_off.unwrap_or(0)),
                open: money(row.gross.saturating_sub(paid)),
                dunning_stage,
                collector_id: row.collector_id,
            }),
            _ => None,
        };
        Self {
            id: row.id,
            seller_id: row.seller_id,
            buyer_id: row.buyer_id,
            kind: row.kind,
            number: row.number,
            issued_on: row.issued_on,
            due_on: row.due_on,
            period: Period {
                start: row.period_start,
                end: row.period_end,
            },
            net: money(row.net),
            tax: money(row.tax),
            gross: money(row.gross),
            order_number: row.order_number,
            created_at: row.created_at,
            balance,
        }
    }
}

row! {
    struct RestRow {
        parties: Json<Parties>,
        tax_summary: Json<Vec<TaxLine>>,
        locale: Locale,
        payment_terms_days: i64,
        credits: Option<InvoiceId>,
        book_rate: Option<Json<FxUse>>,
        replaces: Option<InvoiceId>,
        replaces_number: Option<String>,
        replaced_by: Option<InvoiceId>,
        replaced_by_number: Option<String>,
        currency: Currency,
    }
}

struct WholeRow {
    head: SummaryRow,
    rest: RestRow,
}

impl tradewind_platform::db::FromRow for WholeRow {
    fn from_row(row: &tradewind_platform::db::Row) -> Result<Self> {
        Ok(Self {
            head: SummaryRow::from_row(row)?,
            rest: RestRow::from_row(row)?,
        })
    }
}

row! {
    struct LineRow {
        no: i64,
        group_label: String,
        description: String,
        quantity: Decimal,
        unit: String,
        unit_price: Option<Decimal>,
        period_start: Date,
        period_end: Date,
        tax_included: bool,
        tax_category: TaxCategory,
        amount: i64,
        net: i64,
        tax: Option<i64>,
        taxes: Json<Vec<StoredTax>>,
        order_number: Option<String>,
        cost_centre: Option<String>,
        rates: Option<Json<Vec<FxUse>>>,
    }
}

/// A tax of a line as it is stored, with its amount in minor units; documents that were issued before lines kept it have
/// none.
#[derive(Serialize, Deserialize)]
struct StoredTax {
    #[serde(flatten)]
    rate: TaxRate,
    #[serde(default)]
    amount: Option<i64>,
}

impl LineRow {
    fn line(self, currency: Currency) -> DocumentLine {
        let money = |minor| Money::new(minor, currency);
        DocumentLine {
            no: self.no,
            group_label: self.group_label,
            description: self.description,
            quantity: self.quantity,
            unit: self.unit,
            unit_price: self.unit_price,
            period: Period {
                start: self.period_start,
                end: self.period_end,
            },
            tax_included: self.tax_included,
            tax_category: self.tax_category,
            amount: money(self.amount),
            net: money(self.net),
            tax: money(self.tax.unwrap_or_default()),
            taxes: self
                .taxes
                .0
                .into_iter()
                .map(|tax| LineTax {
                    rate: tax.rate,
                    amount: money(tax.amount.unwrap_or_default()),
                })
                .collect(),
            order_number: self.order_number,
            cost_centre: self.cost_centre,
            rates: self.rates.map(|json| json.0).unwrap_or_default(),
        }
    }
}

/// Takes `count` numbers of a series in one piece and returns the first of them.
pub(crate) async fn take_numbers(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    series: &str,
    count: i64,
) -> Result<i64> {
    let (next,): (i64,) = tx
        .one(&TAKE_NUMBERS, args![realm, seller, series, count])
        .await?;
    Ok(next - count)
}

/// A new document with its place in its series.
#[derive(Debug)]
pub(crate) struct NewDocument {
    pub(crate) document: Document,
    pub(crate) series: String,
    pub(crate) sequence: i64,
    pub(crate) next_dunning_on: Option<Date>,
}

/// Records documents with their lines, and the balances of invoices.
pub(crate) async fn insert(tx: &mut Tx, realm: RealmId, documents: &[NewDocument]) -> Result<()> {
    let mut heads = Vec::with_capacity(documents.len());
    let mut lines = Vec::new();
    let mut balances = Vec::with_capacity(documents.len());
    for new in documents {
        let document = &new.document;
        let head = &document.summary;
        heads.push(args![
            realm,
            head.id,
            head.seller_id,
            head.buyer_id,
            head.kind,
            new.series,
            new.sequence,
            head.number,
            head.issued_on,
            head.due_on,
            head.period.start,
            head.period.end,
            head.gross.currency,
            head.net.minor,
            head.tax.minor,
            head.gross.minor,
            Json(&document.parties),
            Json(&document.tax_summary),
            document.locale,
            document.payment_terms_days,
            document.credits,
            head.order_number,
            head.created_at,
            document
                .parties
                .collector
                .as_ref()
                .map(|party| party.account_id),
            document.book_rate.as_ref().map(Json),
        ]);
        lines.extend(document.lines.iter().map(|line| {
            args![
                realm,
                head.id,
                line.no,
                line.group_label,
                line.description,
                line.quantity,
                line.unit,
                line.unit_price,
                line.period.start,
                line.period.end,
                line.tax_included,
                line.tax_category,
                line.amount.minor,
                line.net.minor,
                line.tax.minor,
                Json(stored(&line.taxes)),
                line.order_number,
                line.cost_centre,
                (!line.rates.is_empty()).then_some(Json(&line.rates)),
            ]
        }));
        if let Some(balance) = &head.balance {
            balances.push(args![
                realm,
                head.id,
                head.seller_id,
                head.buyer_id,
                head.gross.currency,
                head.gross.minor,
                balance.paid.minor,
                balance.status,
                head.due_on,
                balance.dunning_stage,
                new.next_dunning_on,
                balance.collector_id,
            ]);
        }
    }
    tx.insert_many(&DOCUMENTS, heads).await?;
    tx.insert_many(&DOCUMENT_LINES, lines).await?;
    tx.insert_many(&BALANCES, balances).await?;
    Ok(())
}

fn stored(taxes: &[LineTax]) -> Vec<StoredTax> {
    taxes
        .iter()
        .map(|tax| StoredTax {
            rate: tax.rate.clone(),
            amount: Some(tax.amount.minor),
        })
        .collect()
}

/// A document with its lines.
pub(crate) async fn document(
    tx: &mut Tx,
    realm: RealmId,
    id: InvoiceId,
) -> Result<Option<Document>> {
    let Some(row) = tx.opt::<WholeRow>(&DOCUMENT, args![realm, id]).await? else {
        return Ok(None);
    };
    let currency = row.rest.currency;
    let lines: Vec<LineRow> = tx.all(&LINES, args![realm, id]).await?;
    let untaxed = lines.iter().any(|line| line.tax.is_none());
    let mut lines: Vec<DocumentLine> = lines.into_iter().map(|line| line.line(currency)).collect();
    if untaxed {
        share_tax(&mut lines, currency)?;
    }
    lines.sort_by(|a, b| a.group_label.cmp(&b.group_label).then(a.no.cmp(&b.no)));
    Ok(Some(Document {
        summary: row.head.into(),
        parties: row.rest.parties.0,
        tax_summary: row.rest.tax_summary.0,
        locale: row.rest.locale,
        payment_terms_days: row.rest.payment_terms_days,
        credits: row.rest.credits,
        book_rate: row.rest.book_rate.map(|json| json.0),
        replaces: OtherDocument::of(row.rest.replaces, row.rest.replaces_number),
        replaced_by: OtherDocument::of(row.rest.replaced_by, row.rest.replaced_by_number),
        lines,
    }))
}

/// What each line has of its document's tax, by the rule that made the document.
fn share_tax(lines: &mut [DocumentLine], currency: Currency) -> Result<()> {
    let rates = lines.first().map_or_else(Vec::new, |line| {
        line.taxes.iter().map(|tax| tax.rate.clone()).collect()
    });
    document::tax_lines(currency, lines, &Taxation::agreed(rates)).map(drop)
}

/// The balance of an invoice, locked until the end of the transaction.
pub(crate) async fn lock_balance(
    tx: &mut Tx,
    realm: RealmId,
    id: InvoiceId,
) -> Result<Option<BalanceRow>> {
    tx.opt(&BALANCE_LOCK, args![realm, id]).await
}

/// The balance of an invoice.
pub(crate) async fn balance(
    tx: &mut Tx,
    realm: RealmId,
    id: InvoiceId,
) -> Result<Option<BalanceRow>> {
    tx.opt(&BALANCE, args![realm, id]).await
}

/// Unpaid invoices between two accounts, the oldest due first, locked.
pub(crate) async fn open_balances(
    tx: &mut Tx,
    realm: RealmId,
    pair: Pair,
) -> Result<Vec<BalanceRow>> {
    tx.all(
        &OPEN_BALANCES,
        args![realm, pair.seller_id, pair.buyer_id, pair.currency],
    )
    .await
}

/// Stores a changed balance.
pub(crate) async fn set_balance(tx: &mut Tx, realm: RealmId, row: &BalanceRow) -> Result<()> {
    let BalanceRow {
        invoice_id,
        paid,
        status,
        next_dunning_on,
        dunning_stage,
        written_off,
        ..
    } = row;
    tx.exec(
        &SET_PAID,
        args![
            realm,
            invoice_id,
            paid,
            status,
            next_dunning_on,
            dunning_stage,
            written_off
        ],
    )
    .await?;
    Ok(())
}

/// Owed on invoices, credit, and charged without an invoice yet, between a pair.
pub(crate) async fn standing(tx: &mut Tx, realm: RealmId, pair: Pair) -> Result<[Money; 3]> {
    let (owed, credit, open): (i64, i64, i64) = tx
        .one(
            &STANDING,
            args![realm, pair.seller_id, pair.buyer_id, pair.currency],
        )
        .await?;
    Ok([owed, credit, open].map(|minor| Money::new(minor, pair.currency)))
}

/// How many invoices of a seller are not paid and how many of those are due before a day, as far as a number.
pub(crate) async fn unpaid(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    today: Date,
    at_most: i64,
) -> Result<(i64, i64)> {
    tx.one(&UNPAID, args![realm, seller, today, at_most]).await
}

/// What some buyers owe a seller, by buyer and currency; those that owe nothing are left out.
pub(crate) async fn owed_by(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    buyers: &[AccountId],
) -> Result<Vec<(AccountId, Money)>> {
    let rows: Vec<(AccountId, Currency, i64)> =
        tx.all(&OWED_BY, args![realm, seller, Json(buyers)]).await?;
    Ok(rows
        .into_iter()
        .map(|(buyer, currency, minor)| (buyer, Money::new(minor, currency)))
        .collect())
}

/// Seller, buyer and kind of a document.
pub(crate) async fn parties(
    tx: &mut Tx,
    realm: RealmId,
    id: InvoiceId,
) -> Result<Option<(AccountId, AccountId, DocumentKind)>> {
    tx.opt(&PARTIES, args![realm, id]).await
}

/// The number of a document.
pub(crate) async fn number(tx: &mut Tx, realm: RealmId, id: InvoiceId) -> Result<String> {
    let (number,) = tx.one(&NUMBER, args![realm, id]).await?;
    Ok(number)
}

/// The subscriptions that an invoice charges; the first thousand.
pub(crate) async fn subscriptions(
    tx: &mut Tx,
    realm: RealmId,
    id: InvoiceId,
) -> Result<Vec<SubscriptionId>> {
    let rows: Vec<(SubscriptionId,)> = tx.all(&SUBSCRIPTIONS, args![realm, id]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The document that a buyer's charges of an order are on.
pub(crate) async fn of_order(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    order: OrderId,
    buyer: AccountId,
) -> Result<Option<InvoiceId>> {
    let args = args![realm, subscription, order, buyer];
    let (id,) = tx.one(&OF_ORDER, args).await?;
    Ok(id)
}

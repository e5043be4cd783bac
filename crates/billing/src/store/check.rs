//! What the check of the books looks at: sums that must agree, and pages of facts to recompute.

use tradewind_kernel::{
    Currency, Date, Decimal,
    id::{AccountId, ChargeId, InvoiceId, LegId, RealmId, SubscriptionId},
};
use tradewind_platform::{
    args,
    db::{Json, Result, Tx},
    row, stmts,
};

use crate::{
    store::usage::RatedKey,
    types::{ChargeKind, UsageSpan},
};

/// Findings of one rule that are reported; more of the same say nothing new.
pub(crate) const MOST: i64 = 100;

stmts! {
    /// What follows in this transaction reads a realm from end to end: on PostgreSQL row by row is never the way, also
    /// while tables have grown faster than their statistics.
    END_TO_END = "SELECT 'as it is' AS plan", pg = "SELECT set_config('enable_nestloop', 'off', true) AS plan";
    /// Entries that do not balance.
    UNBALANCED = "SELECT transaction_id, currency, CAST(SUM(amount) AS BIGINT) FROM ledger_posting WHERE realm_id = $1
        GROUP BY transaction_id, currency HAVING SUM(amount) <> 0 ORDER BY transaction_id LIMIT $2";
    /// Entries without postings.
    EMPTY_ENTRIES = "SELECT t.id FROM ledger_transaction t LEFT JOIN ledger_posting p ON p.realm_id = t.realm_id
        AND p.transaction_id = t.id WHERE t.realm_id = $1 AND p.transaction_id IS NULL LIMIT $2";
    /// Postings without entry.
    STRAY_POSTINGS = "SELECT DISTINCT p.transaction_id FROM ledger_posting p LEFT JOIN ledger_transaction t
        ON t.realm_id = p.realm_id AND t.id = p.transaction_id WHERE p.realm_id = $1 AND t.id IS NULL LIMIT $2";
    /// Documents whose lines do not sum to the net and the tax, or whose net and tax do not sum to the total.
    DOCUMENT_SUMS = "SELECT i.id, i.net, i.tax, i.gross, CAST(COALESCE(SUM(l.net), 0) AS BIGINT),
        CAST(COALESCE(SUM(l.tax), 0) AS BIGINT) FROM invoice i
        LEFT JOIN invoice_line l ON l.realm_id = i.realm_id AND l.invoice_id = i.id WHERE i.realm_id = $1
        GROUP BY i.id, i.net, i.tax, i.gross HAVING COALESCE(SUM(l.net), 0) <> i.net
        OR (COUNT(l.tax) = COUNT(l.no) AND COALESCE(SUM(l.tax), 0) <> i.tax) OR i.net + i.tax <> i.gross LIMIT $2";
    /// Lines whose charges' shares do not sum to them.
    LINE_SHARES = "SELECT l.invoice_id, l.no, l.amount, i.kind, CAST(COALESCE(SUM(c.amount), 0) AS BIGINT)
        FROM invoice_line l JOIN invoice i ON i.realm_id = l.realm_id AND i.id = l.invoice_id
        LEFT JOIN invoice_charge c ON c.realm_id = l.realm_id AND c.invoice_id = l.invoice_id AND c.line_no = l.no
        WHERE l.realm_id = $1 GROUP BY l.invoice_id, l.no, l.amount, i.kind
        HAVING COALESCE(SUM(c.amount), 0) <> CASE WHEN i.kind = 'credit_note' THEN -l.amount ELSE l.amount END LIMIT $2";
    /// Lines that are not what their net and tax come to: with tax in it, the amount is both, without, the net.
    LINE_SUMS = "SELECT invoice_id, no, amount, net, COALESCE(tax, 0) FROM invoice_line WHERE realm_id = $1
        AND amount <> CASE WHEN tax_included <> 0 THEN net + COALESCE(tax, 0) ELSE net END LIMIT $2";
    /// Charges that are settled more than once, or settled and still open.
    SETTLED_TWICE = "SELECT c.id FROM charge c
        LEFT JOIN invoice_charge ic ON ic.realm_id = c.realm_id AND ic.charge_id = c.id
        LEFT JOIN accrual a ON a.realm_id = c.realm_id AND a.charge_id = c.id
        LEFT JOIN open_charge o ON o.realm_id = c.realm_id AND o.seller_id = c.seller_id AND o.buyer_id = c.buyer_id
        AND o.currency = c.currency AND o.charge_id = c.id WHERE c.realm_id = $1
        AND (CASE WHEN ic.charge_id IS NULL THEN 0 ELSE 1 END + CASE WHEN a.charge_id IS NULL THEN 0 ELSE 1 END
        + CASE WHEN o.charge_id IS NULL THEN 0 ELSE 1 END) > 1 LIMIT $2";
    /// A page of the charges that are neither open nor settled: only those of exactly zero may be.
    LOST = "SELECT c.id, c.exact FROM charge c
        LEFT JOIN invoice_charge ic ON ic.realm_id = c.realm_id AND ic.charge_id = c.id
        LEFT JOIN accrual a ON a.realm_id = c.realm_id AND a.charge_id = c.id
        LEFT JOIN open_charge o ON o.realm_id = c.realm_id AND o.seller_id = c.seller_id AND o.buyer_id = c.buyer_id
        AND o.currency = c.currency AND o.charge_id = c.id WHERE c.realm_id = $1 AND c.id > $2
        AND ic.charge_id IS NULL AND a.charge_id IS NULL AND o.charge_id IS NULL ORDER BY c.id LIMIT $3";
    /// Charges on documents between other accounts or in another currency.
    MISPLACED = "SELECT c.id, i.id FROM invoice_charge ic JOIN charge c ON c.realm_id = ic.realm_id AND c.id = ic.charge_id
        JOIN invoice i ON i.realm_id = ic.realm_id AND i.id = ic.invoice_id WHERE ic.realm_id = $1
        AND (c.seller_id <> i.seller_id OR c.buyer_id <> i.buyer_id OR c.currency <> i.currency) LIMIT $2";
    /// Series with gaps, or whose counter is not where the last number says.
    NUMBERS = "SELECT i.seller_id, i.series, CAST(MIN(i.sequence) AS BIGINT), CAST(MAX(i.sequence) AS BIGINT),
        CAST(COUNT(*) AS BIGINT), CAST(MAX(COALESCE(n.next, 0)) AS BIGINT) FROM invoice i
        LEFT JOIN invoice_counter n ON n.realm_id = i.realm_id AND n.seller_id = i.seller_id AND n.series = i.series
        WHERE i.realm_id = $1 GROUP BY i.seller_id, i.series
        HAVING MIN(i.sequence) <> 1 OR MAX(i.sequence) <> COUNT(*) OR MAX(COALESCE(n.next, 0)) <> MAX(i.sequence) + 1
        LIMIT $2";
    /// Balances that are not what was paid, or of another total than their invoice.
    BALANCES = "SELECT b.invoice_id, b.paid, b.status, b.gross, i.gross, CAST(COALESCE(SUM(p.applied), 0) AS BIGINT)
        FROM invoice_balance b JOIN invoice i ON i.realm_id = b.realm_id AND i.id = b.invoice_id
        LEFT JOIN payment p ON p.realm_id = b.realm_id AND p.invoice_id = b.invoice_id
        AND p.state IN ('succeeded', 'charged_back')
        WHERE b.realm_id = $1 GROUP BY b.invoice_id, b.paid, b.status, b.gross, i.gross
        HAVING COALESCE(SUM(p.applied), 0) <> b.paid OR b.gross <> i.gross
        OR (b.status = 'open' AND b.paid >= b.gross) OR (b.status <> 'open' AND b.paid <> b.gross) LIMIT $2";
    /// Balances of which something else is given up than their movements say.
    GIVEN_UP = "SELECT b.invoice_id, b.written_off, CAST(COALESCE(SUM(p.applied), 0) AS BIGINT), b.status
        FROM invoice_balance b LEFT JOIN payment p ON p.realm_id = b.realm_id AND p.invoice_id = b.invoice_id
        AND p.kind = 'write_off' WHERE b.realm_id = $1 GROUP BY b.invoice_id, b.written_off, b.status
        HAVING COALESCE(SUM(p.applied), 0) <> b.written_off OR (b.status = 'written_off' AND b.written_off <= 0)
        OR (b.status IN ('paid', 'credited') AND b.written_off <> 0) LIMIT $2";
    /// Invoices without balance.
    NO_BALANCE = "SELECT i.id FROM invoice i LEFT JOIN invoice_balance b ON b.realm_id = i.realm_id AND b.invoice_id = i.id
        WHERE i.realm_id = $1 AND i.kind = 'invoice' AND b.invoice_id IS NULL LIMIT $2";
    /// Charges that are taken back by more than they were billed with.
    OVER_CREDITED = "SELECT n.invoice_id, b.charge_id, b.amount, CAST(SUM(ic.amount) AS BIGINT) FROM credit_note n
        JOIN invoice_charge ic ON ic.realm_id = n.realm_id AND ic.invoice_id = n.note_id
        JOIN charge r ON r.realm_id = ic.realm_id AND r.id = ic.charge_id
        JOIN invoice_charge b ON b.realm_id = r.realm_id AND b.charge_id = r.reverses
        WHERE n.realm_id = $1 GROUP BY n.invoice_id, b.charge_id, b.amount
        HAVING (b.amount >= 0 AND SUM(ic.amount) + b.amount < 0) OR (b.amount < 0 AND SUM(ic.amount) + b.amount > 0)
        LIMIT $2";
    /// Invoices of which credit notes have given back more tax than they have.
    OVER_TAXED = "SELECT i.id, i.tax, CAST(SUM(d.tax) AS BIGINT) FROM credit_note n
        JOIN invoice d ON d.realm_id = n.realm_id AND d.id = n.note_id
        JOIN invoice i ON i.realm_id = n.realm_id AND i.id = n.invoice_id
        WHERE n.realm_id = $1 GROUP BY i.id, i.tax, i.net
        HAVING SUM(d.net) <= i.net AND SUM(d.tax) > i.tax LIMIT $2";
    /// What the accounts of all books that stand for open items come to.
    LEDGER_SUMS = "SELECT t.book_id, p.account, p.currency, CAST(SUM(p.amount) AS BIGINT) FROM ledger_posting p
        JOIN ledger_transaction t ON t.realm_id = p.realm_id AND t.id = p.transaction_id
        WHERE p.realm_id = $1 AND (p.account LIKE 'assets:receivable:%' OR p.account LIKE 'liabilities:credit:%'
        OR p.account LIKE 'liabilities:payable:%' OR p.account LIKE 'assets:credit:%'
        OR p.account LIKE 'liabilities:accrued:%' OR p.account LIKE 'assets:unbilled:%'
        OR p.account LIKE 'liabilities:held:%' OR p.account LIKE 'liabilities:settlement:%'
        OR p.account LIKE 'liabilities:collected:%' OR p.account LIKE 'assets:collected:%'
        OR p.account LIKE 'assets:held:%' OR p.account LIKE 'assets:settlement:%'
        OR p.account LIKE 'liabilities:refund:%' OR p.account LIKE 'assets:refund:%')
        GROUP BY t.book_id, p.account, p.currency";
    /// What is open on invoices between accounts.
    OPEN_SUMS = "SELECT seller_id, buyer_id, currency, CAST(SUM(gross - paid) AS BIGINT) FROM invoice_balance
        WHERE realm_id = $1 GROUP BY seller_id, buyer_id, currency";
    /// Credit between accounts.
    CREDIT_SUMS = "SELECT seller_id, buyer_id, currency, amount FROM account_credit WHERE realm_id = $1";
    /// What is settled without documents between accounts.
    ACCRUAL_SUMS = "SELECT c.seller_id, c.buyer_id, c.currency, CAST(SUM(a.amount) AS BIGINT) FROM accrual a
        JOIN charge c ON c.realm_id = a.realm_id AND c.id = a.charge_id WHERE a.realm_id = $1
        GROUP BY c.seller_id, c.buyer_id, c.currency";
    /// Usage shares between accounts that their running totals do not know of, or know too much of.
    POSITION_SUMS = "SELECT seller_id, buyer_id, currency, CAST(SUM(billed) AS BIGINT) FROM usage_position
        WHERE realm_id = $1 GROUP BY seller_id, buyer_id, currency";
    /// The shares of usage between accounts.
    USAGE_SUMS = "SELECT c.seller_id, c.buyer_id, c.currency,
        CAST(SUM(COALESCE(ic.amount, 0) + COALESCE(a.amount, 0)) AS BIGINT) FROM charge c
        LEFT JOIN invoice_charge ic ON ic.realm_id = c.realm_id AND ic.charge_id = c.id
        LEFT JOIN accrual a ON a.realm_id = c.realm_id AND a.charge_id = c.id
        WHERE c.realm_id = $1 AND c.usage IS NOT NULL GROUP BY c.seller_id, c.buyer_id, c.currency";
    /// A page of subscriptions that were ever charged.
    SUBSCRIPTIONS = "SELECT DISTINCT subscription_id FROM charge WHERE realm_id = $1 AND subscription_id > $2
        ORDER BY subscription_id LIMIT $3";
    /// The charges of some subscriptions.
    CHARGES = "SELECT subscription_id, leg_id, item_id, kind, period_start, period_end, exact, usage, order_id FROM charge
        WHERE realm_id = $1 AND subscription_id IN (SELECT value FROM json_each($2))",
        pg = "SELECT subscription_id, leg_id, item_id, kind, period_start, period_end, exact, usage, order_id FROM charge
        WHERE realm_id = $1 AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))";
    /// What was rated of some legs.
    RATED_OF = "SELECT leg_id, meter, group_key, period_on, version, quantity, exact FROM rated WHERE realm_id = $1
        AND leg_id IN (SELECT value FROM json_each($2))",
        pg = "SELECT leg_id, meter, group_key, period_on, version, quantity, exact FROM rated WHERE realm_id = $1
        AND leg_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))";
}

/// A pair of accounts and a currency with a sum in minor units.
pub(crate) type PairSum = (AccountId, AccountId, Currency, i64);

row! {
    /// What the check needs of a charge.
    #[derive(Debug)]
    pub(crate) struct CheckedCharge {
        pub(crate) subscription_id: SubscriptionId,
        pub(crate) leg_id: LegId,
        pub(crate) item_id: Option<tradewind_kernel::id::ItemId>,
        pub(crate) kind: ChargeKind,
        pub(crate) period_start: Date,
        pub(crate) period_end: Date,
        pub(crate) exact: Decimal,
        pub(crate) usage: Option<Json<UsageSpan>>,
        pub(crate) order_id: Option<tradewind_kernel::id::OrderId>,
    }
}

row! {
    struct RatedRow {
        leg_id: LegId,
        meter: String,
        group_key: String,
        period_on: Date,
        version: i64,
        exact: Decimal,
    }
}

macro_rules! all {
    ($(#[$meta:meta])* $name:ident, $stmt:ident, $row:ty) => {
        $(#[$meta])*
        pub(crate) async fn $name(tx: &mut Tx, realm: RealmId) -> Result<Vec<$row>> {
            tx.all(&$stmt, args![realm, MOST]).await
        }
    };
}

all!(
    /// Entries that do not balance: entry, currency, what is missing.
    unbalanced, UNBALANCED, (String, Currency, i64)
);
all!(
    /// Entries without postings.
    empty_entries, EMPTY_ENTRIES, (String,)
);
all!(
    /// Postings without entry.
    stray_postings, STRAY_POSTINGS, (String,)
);
all!(
    /// Documents that do not add up: net, tax, gross, the same of their lines.
    document_sums, DOCUMENT_SUMS, (InvoiceId, i64, i64, i64, i64, i64)
);
all!(
    /// Lines that their shares do not sum to: document, line, amount, kind, sum.
    line_shares, LINE_SHARES, (InvoiceId, i64, i64, String, i64)
);
all!(
    /// Lines that do not add up: document, line, amount, net, tax.
    line_sums, LINE_SUMS, (InvoiceId, i64, i64, i64, i64)
);
all!(
    /// Charges settled more than once.
    settled_twice, SETTLED_TWICE, (ChargeId,)
);
all!(
    /// Charges on documents of others.
    misplaced, MISPLACED, (ChargeId, InvoiceId)
);
all!(
    /// Series that are not gapless: seller, series, first, last, count, counter.
    numbers, NUMBERS, (AccountId, String, i64, i64, i64, i64)
);
all!(
    /// Balances that are wrong: invoice, paid, status, gross, the invoice's gross, sum of payments.
    balances, BALANCES, (InvoiceId, i64, String, i64, i64, i64)
);
all!(
    /// Balances of which something else is given up: invoice, given up, what movements say, status.
    given_up, GIVEN_UP, (InvoiceId, i64, i64, String)
);
all!(
    /// Invoices without balance.
    no_balance, NO_BALANCE, (InvoiceId,)
);

all!(
    /// Charges of which credit notes have taken back more than was billed: invoice, charge, billed, taken back.
    over_credited, OVER_CREDITED, (InvoiceId, ChargeId, i64, i64)
);
all!(
    /// Invoices of which more tax was given back than they have: invoice, tax, given back.
    over_taxed, OVER_TAXED, (InvoiceId, i64, i64)
);

/// Prepares a transaction for reading a realm from end to end.
pub(crate) async fn end_to_end(tx: &mut Tx) -> Result<()> {
    tx.one::<(String,)>(&END_TO_END, args![]).await.map(drop)
}

/// Open items of all books: book, account, currency, balance.
pub(crate) async fn ledger_sums(
    tx: &mut Tx,
    realm: RealmId,
) -> Result<Vec<(AccountId, String, Currency, i64)>> {
    tx.all(&LEDGER_SUMS, args![realm]).await
}

/// What is open on invoices.
pub(crate) async fn open_sums(tx: &mut Tx, realm: RealmId) -> Result<Vec<PairSum>> {
    tx.all(&OPEN_SUMS, args![realm]).await
}

/// Credit.
pub(crate) async fn credit_sums(tx: &mut Tx, realm: RealmId) -> Result<Vec<PairSum>> {
    tx.all(&CREDIT_SUMS, args![realm]).await
}

/// What is settled without documents.
pub(crate) async fn accrual_sums(tx: &mut Tx, realm: RealmId) -> Result<Vec<PairSum>> {
    tx.all(&ACCRUAL_SUMS, args![realm]).await
}

/// Running totals of usage.
pub(crate) async fn position_sums(tx: &mut Tx, realm: RealmId) -> Result<Vec<PairSum>> {
    tx.all(&POSITION_SUMS, args![realm]).await
}

/// Shares of usage.
pub(crate) async fn usage_sums(tx: &mut Tx, realm: RealmId) -> Result<Vec<PairSum>> {
    tx.all(&USAGE_SUMS, args![realm]).await
}

/// A page of the charges that are neither open nor settled.
pub(crate) async fn lost(
    tx: &mut Tx,
    realm: RealmId,
    after: &str,
    limit: i64,
) -> Result<Vec<(ChargeId, Decimal)>> {
    tx.all(&LOST, args![realm, after, limit]).await
}

/// A page of subscriptions that were ever charged.
pub(crate) async fn subscriptions(
    tx: &mut Tx,
    realm: RealmId,
    after: &str,
    limit: i64,
) -> Result<Vec<SubscriptionId>> {
    let rows: Vec<(SubscriptionId,)> = tx.all(&SUBSCRIPTIONS, args![realm, after, limit]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The charges of some subscriptions.
pub(crate) async fn charges(
    tx: &mut Tx,
    realm: RealmId,
    subscriptions: &[SubscriptionId],
) -> Result<Vec<CheckedCharge>> {
    tx.all(&CHARGES, args![realm, Json(subscriptions)]).await
}

/// What was rated of some legs: version and exact amount.
pub(crate) async fn rated(
    tx: &mut Tx,
    realm: RealmId,
    legs: &[LegId],
) -> Result<Vec<(RatedKey, i64, Decimal)>> {
    let rows: Vec<RatedRow> = tx.all(&RATED_OF, args![realm, Json(legs)]).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let key = RatedKey {
                leg_id: row.leg_id,
                meter: row.meter,
                group_key: row.group_key,
                period_on: row.period_on,
            };
            (key, row.version, row.exact)
        })
        .collect())
}

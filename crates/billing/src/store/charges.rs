//! Charges, and the queue of those that are not settled.

use tradewind_kernel::{
    Currency, Date, Decimal, Money, Rounding, Timestamp,
    calendar::Period,
    id::{
        AccountId, ChargeId, CouponId, InvoiceId, ItemId, LegId, OrderId, RealmId, RedemptionId,
        SubscriptionId, TransactionId,
    },
};
use tradewind_platform::{
    args, bulk,
    db::{Arg, FromRow, Json, Result, Row, Tx},
    row, stmts,
};

use tradewind_tax::types::TaxCategory;

use super::discounts;
use crate::{
    rules::line::LineCharge,
    types::{Charge, ChargeKind, DiscountUse, FxUse, LegRecurring, NewCharge, UsageSpan},
};

stmts! {
    /// Charges of a subscription, oldest first.
    OF_SUBSCRIPTION = "SELECT c.id, c.leg_id, c.subscription_id, c.seller_id, c.buyer_id, c.item_id, c.item_code, c.kind,
        c.description, c.group_label, c.period_start, c.period_end, c.quantity, c.unit, c.unit_price, c.exact, c.rounding, c.tax_included, c.tax_category, c.currency,
        c.amount, c.reverses, c.usage, c.rate, c.order_id, c.created_at, d.coupon_id, d.redemption_id,
        d.period_on AS discount_on, d.whole AS discount_whole, d.on_usage AS discount_usage FROM charge c
        LEFT JOIN charge_discount d ON d.realm_id = c.realm_id AND d.subscription_id = c.subscription_id AND d.charge_id = c.id
        WHERE c.realm_id = $1 AND c.subscription_id = $2 AND c.id > $3 ORDER BY c.id LIMIT $4";
    /// What recurs in the period that a day lies in, of each leg of some subscriptions that an account trades in.
    RECURRING = "SELECT subscription_id, leg_id, buyer_id, currency, CAST(SUM(amount) AS BIGINT) AS amount FROM charge
        WHERE realm_id = $1 AND subscription_id IN (SELECT value FROM json_each($2)) AND kind = 'recurring'
        AND period_start <= $3 AND period_end > $3 AND (seller_id = $4 OR buyer_id = $4)
        GROUP BY subscription_id, leg_id, buyer_id, currency",
        pg = "SELECT subscription_id, leg_id, buyer_id, currency, CAST(SUM(amount) AS BIGINT) AS amount FROM charge
        WHERE realm_id = $1 AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) AND kind = 'recurring'
        AND period_start <= $3 AND period_end > $3 AND (seller_id = $4 OR buyer_id = $4)
        GROUP BY subscription_id, leg_id, buyer_id, currency";
    /// The charges by which a subscription paid its running period in advance.
    PAID_IN_ADVANCE = "SELECT leg_id, item_id, id FROM charge WHERE realm_id = $1 AND subscription_id = $2
        AND kind = 'recurring' AND period_end = $3 ORDER BY id";
    /// The first day that a subscription was charged for by time.
    FIRST_DAY = "SELECT MIN(period_start) FROM charge WHERE realm_id = $1 AND subscription_id = $2 AND kind = 'recurring'";
    /// Charges of the order that are recorded already.
    OF_ORDER = "SELECT CAST(COUNT(*) AS BIGINT) FROM charge WHERE realm_id = $1 AND subscription_id = $2 AND order_id = $3";
    /// A page of the open charges between two accounts that are due.
    OPEN_PAGE = "SELECT c.id, c.subscription_id, c.kind, c.group_label, c.description, c.period_start, c.period_end, c.quantity, c.unit,
        c.unit_price, c.exact, c.rounding, c.tax_included, c.tax_category, c.usage, c.rate FROM open_charge o JOIN charge c ON c.realm_id = o.realm_id AND c.id = o.charge_id
        WHERE o.realm_id = $1 AND o.seller_id = $2 AND o.buyer_id = $3 AND o.currency = $4 AND o.due_on <= $5
        AND o.charge_id > $6 ORDER BY o.charge_id LIMIT $7 {for_update}",
        pg = "SELECT c.id, c.subscription_id, c.kind, c.group_label, c.description, c.period_start, c.period_end, c.quantity, c.unit,
        c.unit_price, c.exact, c.rounding, c.tax_included, c.tax_category, c.usage, c.rate FROM open_charge o JOIN charge c ON c.realm_id = o.realm_id AND c.id = o.charge_id
        WHERE o.realm_id = $1 AND o.seller_id = $2 AND o.buyer_id = $3 AND o.currency = $4 AND o.due_on <= $5
        AND o.charge_id > $6 ORDER BY o.charge_id LIMIT $7 FOR UPDATE OF o";
    /// Open charges of an order, whenever they are due.
    OPEN_OF_ORDER = "SELECT c.id FROM charge c JOIN open_charge o ON o.realm_id = c.realm_id AND o.seller_id = c.seller_id
        AND o.buyer_id = c.buyer_id AND o.currency = c.currency AND o.charge_id = c.id
        WHERE c.realm_id = $1 AND c.subscription_id = $2 AND c.order_id = $3 ORDER BY c.id";
    /// The open charges of some buyers that are due.
    OPEN_OF_BUYERS = "SELECT o.seller_id, o.buyer_id, o.currency, c.id, c.subscription_id, c.kind, c.group_label, c.description,
        c.period_start, c.period_end, c.quantity, c.unit, c.unit_price, c.exact, c.rounding, c.tax_included, c.tax_category, c.usage, c.rate FROM open_charge o
        JOIN charge c ON c.realm_id = o.realm_id AND c.id = o.charge_id WHERE o.realm_id = $1
        AND o.buyer_id IN (SELECT value FROM json_each($2)) AND o.due_on <= $3
        ORDER BY o.seller_id, o.buyer_id, o.currency, o.charge_id LIMIT $4",
        pg = "SELECT o.seller_id, o.buyer_id, o.currency, c.id, c.subscription_id, c.kind, c.group_label, c.description,
        c.period_start, c.period_end, c.quantity, c.unit, c.unit_price, c.exact, c.rounding, c.tax_included, c.tax_category, c.usage, c.rate FROM open_charge o
        JOIN charge c ON c.realm_id = o.realm_id AND c.id = o.charge_id WHERE o.realm_id = $1
        AND o.buyer_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) AND o.due_on <= $3
        ORDER BY o.seller_id, o.buyer_id, o.currency, o.charge_id LIMIT $4 FOR UPDATE OF o";
    /// Pairs of accounts with open charges that are due.
    OPEN_PAIRS = "SELECT seller_id, buyer_id, currency, CAST(COUNT(*) AS BIGINT) FROM open_charge
        WHERE realm_id = $1 AND due_on <= $2 GROUP BY seller_id, buyer_id, currency";
    /// What is open between two accounts.
    OPEN_BETWEEN = "SELECT c.id, c.leg_id, c.subscription_id, c.seller_id, c.buyer_id, c.item_id, c.item_code, c.kind,
        c.description, c.group_label, c.period_start, c.period_end, c.quantity, c.unit, c.unit_price, c.exact, c.rounding, c.tax_included, c.tax_category, c.currency,
        c.amount, c.reverses, c.usage, c.rate, c.order_id, c.created_at, d.coupon_id, d.redemption_id,
        d.period_on AS discount_on, d.whole AS discount_whole, d.on_usage AS discount_usage FROM open_charge o
        JOIN charge c ON c.realm_id = o.realm_id AND c.id = o.charge_id
        LEFT JOIN charge_discount d ON d.realm_id = c.realm_id AND d.subscription_id = c.subscription_id AND d.charge_id = c.id
        WHERE o.realm_id = $1 AND o.seller_id = $2 AND o.buyer_id = $3 AND o.charge_id > $4 ORDER BY o.charge_id LIMIT $5";
    /// Takes charges off the queue.
    CLOSE_OPEN = "DELETE FROM open_charge WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3 AND currency = $4
        AND charge_id IN (SELECT value FROM json_each($5))",
        pg = "DELETE FROM open_charge WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3 AND currency = $4
        AND charge_id IN (SELECT json_array_elements_text(CAST($5 AS JSON)))";
    /// The charges behind a document, in the order of its lines.
    OF_INVOICE = "SELECT c.id, c.leg_id, c.subscription_id, c.seller_id, c.buyer_id, c.item_id, c.item_code, c.kind,
        c.description, c.group_label, c.period_start, c.period_end, c.quantity, c.unit, c.unit_price, c.exact, c.rounding, c.tax_included, c.tax_category, c.currency,
        ic.amount, c.reverses, c.usage, c.rate, c.order_id, c.created_at, ic.line_no, d.coupon_id, d.redemption_id,
        d.period_on AS discount_on, d.whole AS discount_whole, d.on_usage AS discount_usage FROM invoice_charge ic
        JOIN charge c ON c.realm_id = ic.realm_id AND c.id = ic.charge_id
        LEFT JOIN charge_discount d ON d.realm_id = c.realm_id AND d.subscription_id = c.subscription_id AND d.charge_id = c.id
        WHERE ic.realm_id = $1 AND ic.invoice_id = $2 AND (ic.line_no > $3 OR (ic.line_no = $3 AND ic.charge_id > $4))
        ORDER BY ic.line_no, ic.charge_id LIMIT $5";
    /// The charges behind a document are behind another one from now on, with their shares.
    MOVE_TO = "UPDATE invoice_charge SET invoice_id = $3 WHERE realm_id = $1 AND invoice_id = $2";
}

bulk! {
    /// New charges.
    CHARGES = "charge" { realm_id: Text, id: Text, leg_id: Text, subscription_id: Text, seller_id: Text, buyer_id: Text,
        item_id: Text, item_code: Text, kind: Text, description: Text, group_label: Text, period_start: Text,
        period_end: Text, quantity: Text, unit: Text, unit_price: Text, exact: Text, rounding: Text, tax_included: Int, tax_category: Text, currency: Text, amount: Int,
        reverses: Text, usage: Text, rate: Text, order_id: Text, created_at: Int } on conflict Error;
    /// Charges that wait to be settled.
    OPEN = "open_charge" { realm_id: Text, seller_id: Text, buyer_id: Text, currency: Text, charge_id: Text, due_on: Text }
        on conflict Error;
    /// Charges that are settled without a document.
    ACCRUALS = "accrual" { realm_id: Text, charge_id: Text, transaction_id: Text, amount: Int } on conflict Error;
    /// Charges on documents.
    ON_DOCUMENT = "invoice_charge" { realm_id: Text, charge_id: Text, invoice_id: Text, line_no: Int, amount: Int }
        on conflict Error;
}

row! {
    /// A charge as it is stored.
    pub(crate) struct ChargeRow {
        id: ChargeId,
        leg_id: LegId,
        subscription_id: SubscriptionId,
        seller_id: AccountId,
        buyer_id: AccountId,
        item_id: Option<ItemId>,
        item_code: String,
        kind: ChargeKind,
        description: String,
        group_label: String,
        period_start: Date,
        period_end: Date,
        quantity: Decimal,
        unit: String,
        unit_price: Option<Decimal>,
        exact: Decimal,
        rounding: Rounding,
        tax_included: bool,
        tax_category: TaxCategory,
        currency: Currency,
        amount: i64,
        reverses: Option<ChargeId>,
        usage: Option<Json<UsageSpan>>,
        rate: Option<Json<Vec<FxUse>>>,
        order_id: Option<OrderId>,
        created_at: Timestamp,
        coupon_id: Option<CouponId>,
        redemption_id: Option<RedemptionId>,
        discount_on: Option<Date>,
        discount_whole: Option<Decimal>,
        discount_usage: Option<bool>,
    }
}

impl ChargeRow {
    fn discount(&self) -> Option<DiscountUse> {
        Some(DiscountUse {
            coupon_id: self.coupon_id?,
            redemption_id: self.redemption_id?,
            period_on: self.discount_on?,
            whole: self.discount_whole?,
            usage: self.discount_usage.unwrap_or_default(),
        })
    }
}

impl From<ChargeRow> for Charge {
    fn from(row: ChargeRow) -> Self {
        let discount = row.discount();
        Self {
            id: row.id,
            created_at: row.created_at,
            facts: NewCharge {
                leg_id: row.leg_id,
                subscription_id: row.subscription_id,
                seller_id: row.seller_id,
                buyer_id: row.buyer_id,
                item_id: row.item_id,
                item_code: row.item_code,
                kind: row.kind,
                description: row.description,
                group_label: row.group_label,
                period: Period {
                    start: row.period_start,
                    end: row.period_end,
                },
                quantity: row.quantity,
                unit: row.unit,
                unit_price: row.unit_price,
                exact: row.exact,
                rounding: row.rounding,
                tax_included: row.tax_included,
                tax_category: row.tax_category,
                amount: Money::new(row.amount, row.currency),
                reverses: row.reverses,
                usage: row.usage.map(|json| json.0),
                rate: row.rate.map(|json| json.0).unwrap_or_default(),
                discount,
                order_id: row.order_id,
            },
        }
    }
}

struct OnLine {
    line_no: i64,
    charge: Charge,
}

impl FromRow for OnLine {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            line_no: row.get("line_no")?,
            charge: ChargeRow::from_row(row)?.into(),
        })
    }
}

row! {
    /// A charge that is open, as far as its line needs it.
    pub(crate) struct OpenRow {
        id: ChargeId,
        subscription_id: SubscriptionId,
        kind: ChargeKind,
        group_label: String,
        description: String,
        period_start: Date,
        period_end: Date,
        quantity: Decimal,
        unit: String,
        unit_price: Option<Decimal>,
        exact: Decimal,
        rounding: Rounding,
        tax_included: bool,
        tax_category: TaxCategory,
        usage: Option<Json<UsageSpan>>,
        rate: Option<Json<Vec<FxUse>>>,
    }
}

impl OpenRow {
    pub(crate) fn line(self) -> (ChargeId, LineCharge) {
        let line = LineCharge {
            subscription_id: self.subscription_id,
            kind: self.kind,
            group_label: self.group_label,
            description: self.description,
            period: Period {
                start: self.period_start,
                end: self.period_end,
            },
            quantity: self.quantity,
            unit: self.unit,
            unit_price: self.unit_price,
            exact: self.exact,
            rounding: self.rounding,
            tax_included: self.tax_included,
            tax_category: self.tax_category,
            rates: self.rate.map(|json| json.0).unwrap_or_default(),
            usage_line: self.usage.map(|json| (json.0.period_on, json.0.line)),
        };
        (self.id, line)
    }
}

struct OfPair(Pair, ChargeId, LineCharge);

impl FromRow for OfPair {
    fn from_row(row: &Row) -> Result<Self> {
        let pair = Pair {
            seller_id: row.get("seller_id")?,
            buyer_id: row.get("buyer_id")?,
            currency: row.get("currency")?,
        };
        let (id, line) = OpenRow::from_row(row)?.line();
        Ok(Self(pair, id, line))
    }
}

/// Two accounts next to each other and the currency between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Pair {
    /// Who sells.
    pub(crate) seller_id: AccountId,
    /// Who buys.
    pub(crate) buyer_id: AccountId,
    /// The currency.
    pub(crate) currency: Currency,
}

/// Records charges.
pub(crate) async fn insert(tx: &mut Tx, realm: RealmId, charges: &[Charge]) -> Result<()> {
    let rows = charges
        .iter()
        .map(|charge| charge_args(realm, charge))
        .collect();
    tx.insert_many(&CHARGES, rows).await?;
    discounts::insert(tx, realm, charges).await
}

fn charge_args(realm: RealmId, charge: &Charge) -> Vec<Arg> {
    let facts = &charge.facts;
    args![
        realm,
        charge.id,
        facts.leg_id,
        facts.subscription_id,
        facts.seller_id,
        facts.buyer_id,
        facts.item_id,
        facts.item_code,
        facts.kind,
        facts.description,
        facts.group_label,
        facts.period.start,
        facts.period.end,
        facts.quantity,
        facts.unit,
        facts.unit_price,
        facts.exact,
        facts.rounding,
        facts.tax_included,
        facts.tax_category,
        facts.amount.currency,
        facts.amount.minor,
        facts.reverses,
        facts.usage.as_ref().map(Json),
        (!facts.rate.is_empty()).then_some(Json(&facts.rate)),
        facts.order_id,
        charge.created_at,
    ]
}

/// Puts charges on the queue, each with the day on which it is to be settled.
pub(crate) async fn open(
    tx: &mut Tx,
    realm: RealmId,
    charges: &[(Pair, ChargeId, Date)],
) -> Result<()> {
    let rows = charges
        .iter()
        .map(|(pair, id, due_on)| {
            args![
                realm,
                pair.seller_id,
                pair.buyer_id,
                pair.currency,
                id,
                due_on
            ]
        })
        .collect();
    tx.insert_many(&OPEN, rows).await?;
    Ok(())
}

/// Takes charges off the queue and returns how many were on it.
pub(crate) async fn close(
    tx: &mut Tx,
    realm: RealmId,
    pair: Pair,
    charges: &[ChargeId],
) -> Result<u64> {
    tx.exec(
        &CLOSE_OPEN,
        args![
            realm,
            pair.seller_id,
            pair.buyer_id,
            pair.currency,
            Json(charges)
        ],
    )
    .await
}

/// Records shares in documents: charge, document, line, minor units.
pub(crate) async fn on_document(
    tx: &mut Tx,
    realm: RealmId,
    shares: &[(ChargeId, InvoiceId, i64, i64)],
) -> Result<()> {
    let rows = shares
        .iter()
        .map(|(charge, invoice, line, amount)| args![realm, charge, invoice, line, amount])
        .collect();
    tx.insert_many(&ON_DOCUMENT, rows).await?;
    Ok(())
}

/// Puts the charges behind a document behind another one, with their shares and lines.
pub(crate) async fn move_to(
    tx: &mut Tx,
    realm: RealmId,
    from: InvoiceId,
    to: InvoiceId,
) -> Result<()> {
    tx.exec(&MOVE_TO, args![realm, from, to]).await?;
    Ok(())
}

/// Records shares in entries that settle without a document: charge, entry, minor units.
pub(crate) async fn accrue(
    tx: &mut Tx,
    realm: RealmId,
    shares: &[(ChargeId, TransactionId, i64)],
) -> Result<()> {
    let rows = shares
        .iter()
        .map(|(charge, entry, amount)| args![realm, charge, entry, amount])
        .collect();
    tx.insert_many(&ACCRUALS, rows).await?;
    Ok(())
}

/// A page of open charges between two accounts, due on or before a day, after a charge.
pub(crate) async fn open_page(
    tx: &mut Tx,
    realm: RealmId,
    pair: Pair,
    until: Date,
    after: Option<ChargeId>,
    limit: i64,
) -> Result<Vec<(ChargeId, LineCharge)>> {
    let after = after.map_or(String::new(), |id| id.to_string());
    let rows: Vec<OpenRow> = tx
        .all(
            &OPEN_PAGE,
            args![
                realm,
                pair.seller_id,
                pair.buyer_id,
                pair.currency,
                until,
                after,
                limit
            ],
        )
        .await?;
    Ok(rows.into_iter().map(OpenRow::line).collect())
}

/// Open charges of some buyers, due on or before a day.
pub(crate) async fn open_of_buyers(
    tx: &mut Tx,
    realm: RealmId,
    buyers: &[AccountId],
    until: Date,
    limit: i64,
) -> Result<Vec<(Pair, ChargeId, LineCharge)>> {
    if buyers.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<OfPair> = tx
        .all(&OPEN_OF_BUYERS, args![realm, Json(buyers), until, limit])
        .await?;
    Ok(rows
        .into_iter()
        .map(|OfPair(pair, id, line)| (pair, id, line))
        .collect())
}

/// Pairs of accounts with open charges due on or before a day, and how many.
pub(crate) async fn open_pairs(
    tx: &mut Tx,
    realm: RealmId,
    until: Date,
) -> Result<Vec<(Pair, i64)>> {
    let rows: Vec<(AccountId, AccountId, Currency, i64)> =
        tx.all(&OPEN_PAIRS, args![realm, until]).await?;
    Ok(rows
        .into_iter()
        .map(|(seller_id, buyer_id, currency, count)| {
            (
                Pair {
                    seller_id,
                    buyer_id,
                    currency,
                },
                count,
            )
        })
        .collect())
}

/// What is open between two accounts, a page after a charge.
pub(crate) async fn open_between(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    buyer: AccountId,
    after: &str,
    limit: i64,
) -> Result<Vec<Charge>> {
    let rows: Vec<ChargeRow> = tx
        .all(&OPEN_BETWEEN, args![realm, seller, buyer, after, limit])
        .await?;
    Ok(rows.into_iter().map(Charge::from).collect())
}

/// The charges of a subscription, a page after a charge.
pub(crate) async fn of_subscription(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    after: &str,
    limit: i64,
) -> Result<Vec<Charge>> {
    let rows: Vec<ChargeRow> = tx
        .all(&OF_SUBSCRIPTION, args![realm, subscription, after, limit])
        .await?;
    Ok(rows.into_iter().map(Charge::from).collect())
}

/// The first day that a subscription was charged for by time.
pub(crate) async fn first_day(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
) -> Result<Option<Date>> {
    let found: Vec<(Option<Date>,)> = tx.all(&FIRST_DAY, args![realm, subscription]).await?;
    Ok(found.into_iter().find_map(|(day,)| day))
}

/// By leg and item, the charges that paid for a period ending on a day; the latest last.
pub(crate) async fn paid_in_advance(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    period_end: Date,
) -> Result<Vec<(LegId, Option<ItemId>, ChargeId)>> {
    tx.all(&PAID_IN_ADVANCE, args![realm, subscription, period_end])
        .await
}

/// How many charges an order has caused.
pub(crate) async fn count_of_order(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    order: OrderId,
) -> Result<i64> {
    let (count,) = tx.one(&OF_ORDER, args![realm, subscription, order]).await?;
    Ok(count)
}

/// A page of the charges behind a document, with their shares in its lines, after a line and charge.
pub(crate) async fn of_invoice(
    tx: &mut Tx,
    realm: RealmId,
    invoice: InvoiceId,
    after: (i64, &str),
    limit: i64,
) -> Result<Vec<(i64, Charge)>> {
    let rows: Vec<OnLine> = tx
        .all(&OF_INVOICE, args![realm, invoice, after.0, after.1, limit])
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.line_no, row.charge))
        .collect())
}

impl FromRow for LegRecurring {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            subscription_id: row.get("subscription_id")?,
            leg_id: row.get("leg_id")?,
            buyer_id: row.get("buyer_id")?,
            amount: Money::new(row.get("amount")?, row.get("currency")?),
        })
    }
}

/// What recurs on the legs of some subscriptions that an account trades in, in the period that a day lies in.
pub(crate) async fn recurring(
    tx: &mut Tx,
    realm: RealmId,
    trader: AccountId,
    ids: &[SubscriptionId],
    on: Date,
) -> Result<Vec<LegRecurring>> {
    tx.all(&RECURRING, args![realm, Json(ids), on, trader])
        .await
}

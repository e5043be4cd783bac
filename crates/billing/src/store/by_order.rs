//! Between orders, subscriptions and the documents they led to.

use super::charges::ChargeRow;
use crate::rules::repair::Booked;
use crate::types::Charge;
use tradewind_kernel::id::{AccountId, InvoiceId, OrderId, RealmId, SubscriptionId};
use tradewind_kernel::{Date, Result};
use tradewind_platform::db::{FromRow, Row, Tx};
use tradewind_platform::{args, stmts};

stmts! {
    /// The orders whose charges stand on a document.
    ORDERS_OF_INVOICE = "SELECT DISTINCT c.order_id FROM invoice_charge ic
        JOIN charge c ON c.realm_id = ic.realm_id AND c.id = ic.charge_id
        WHERE ic.realm_id = $1 AND ic.invoice_id = $2 AND c.order_id IS NOT NULL ORDER BY c.order_id";
    /// The oldest invoice that a buyer owes a seller.
    OLDEST_OPEN = "SELECT invoice_id FROM invoice_balance WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3
        AND status = 'open' ORDER BY due_on, invoice_id LIMIT 1";
    /// How many invoices of a customer with charges of a subscription are in dunning.
    OVERDUE = "SELECT CAST(COUNT(*) AS BIGINT) FROM invoice_balance b WHERE b.realm_id = $1 AND b.buyer_id = $3 AND b.status = 'open'
        AND b.dunning_stage > 0 AND EXISTS (SELECT 1 FROM invoice_charge ic
        JOIN charge c ON c.realm_id = ic.realm_id AND c.id = ic.charge_id
        WHERE ic.realm_id = b.realm_id AND ic.invoice_id = b.invoice_id AND c.subscription_id = $2)";
    /// The charges of an order that reverse none of its own, each with its share of what it was settled with and with what
    /// takes it back.
    STANDING = "SELECT c.id, c.leg_id, c.subscription_id, c.seller_id, c.buyer_id, c.item_id, c.item_code, c.kind, c.description,
        c.group_label, c.period_start, c.period_end, c.quantity, c.unit, c.unit_price, c.exact, c.rounding, c.tax_included, c.tax_category, c.currency, c.amount,
        c.reverses, c.usage, c.rate, c.order_id, c.created_at, d.coupon_id, d.redemption_id,
        d.period_on AS discount_on, d.whole AS discount_whole, d.on_usage AS discount_usage, COALESCE(ic.amount, ac.amount) AS share, (SELECT CAST(COALESCE(SUM(r.amount), 0) AS BIGINT) FROM charge r
        WHERE r.realm_id = c.realm_id AND r.reverses = c.id) AS taken FROM charge c
        LEFT JOIN charge_discount d ON d.realm_id = c.realm_id AND d.subscription_id = c.subscription_id AND d.charge_id = c.id
        LEFT JOIN invoice_charge ic ON ic.realm_id = c.realm_id AND ic.charge_id = c.id
        LEFT JOIN accrual ac ON ac.realm_id = c.realm_id AND ac.charge_id = c.id
        WHERE c.realm_id = $1 AND c.subscription_id = $2 AND c.order_id = $3 AND NOT EXISTS (SELECT 1 FROM charge o
        WHERE o.realm_id = c.realm_id AND o.id = c.reverses AND o.order_id = c.order_id) ORDER BY c.id";
    /// The charges of a subscription for a time that ends after a day, but for its usage, with all that takes them back, each with its
    /// share of what it was settled with.
    BOOKED = "SELECT c.id, c.leg_id, c.subscription_id, c.seller_id, c.buyer_id, c.item_id, c.item_code, c.kind, c.description,
        c.group_label, c.period_start, c.period_end, c.quantity, c.unit, c.unit_price, c.exact, c.rounding, c.tax_included, c.tax_category, c.currency, c.amount,
        c.reverses, c.usage, c.rate, c.order_id, c.created_at, d.coupon_id, d.redemption_id,
        d.period_on AS discount_on, d.whole AS discount_whole, d.on_usage AS discount_usage, COALESCE(ic.amount, ac.amount) AS share FROM charge c
        LEFT JOIN charge_discount d ON d.realm_id = c.realm_id AND d.subscription_id = c.subscription_id AND d.charge_id = c.id
        LEFT JOIN invoice_charge ic ON ic.realm_id = c.realm_id AND ic.charge_id = c.id
        LEFT JOIN accrual ac ON ac.realm_id = c.realm_id AND ac.charge_id = c.id
        WHERE c.realm_id = $1 AND c.subscription_id = $2 AND c.usage IS NULL
        AND (c.period_end > $3 OR EXISTS (SELECT 1 FROM charge o WHERE o.realm_id = c.realm_id AND o.id = c.reverses AND o.period_end > $3))
        ORDER BY c.id";
}

pub(crate) async fn orders_of_invoice(
    tx: &mut Tx,
    realm: RealmId,
    invoice: InvoiceId,
) -> Result<Vec<OrderId>> {
    Ok(tx
        .all::<(OrderId,)>(&ORDERS_OF_INVOICE, args![realm, invoice])
        .await?
        .into_iter()
        .map(|(id,)| id)
        .collect())
}

pub(crate) async fn oldest_open(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    buyer: AccountId,
) -> Result<Option<InvoiceId>> {
    Ok(tx
        .opt::<(InvoiceId,)>(&OLDEST_OPEN, args![realm, seller, buyer])
        .await?
        .map(|(id,)| id))
}

/// Whether a customer's invoice with charges of a subscription is in dunning.
pub(crate) async fn is_overdue(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    customer: AccountId,
) -> Result<bool> {
    let (count,) = tx
        .one::<(i64,)>(&OVERDUE, args![realm, subscription, customer])
        .await?;
    Ok(count > 0)
}

/// A charge that an order made, with what became of it, in minor units.
pub(crate) struct Standing {
    /// The charge.
    pub(crate) charge: Charge,
    /// Its share of the line or entry that it was settled with; none while it waits.
    pub(crate) share: Option<i64>,
    /// The sum of what takes it back.
    pub(crate) taken: i64,
}

impl FromRow for Standing {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            share: row.get("share")?,
            taken: row.get("taken")?,
            charge: ChargeRow::from_row(row)?.into(),
        })
    }
}

/// The charges of an order, each with what became of it.
pub(crate) async fn standing(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    order: OrderId,
) -> Result<Vec<Standing>> {
    tx.all(&STANDING, args![realm, subscription, order]).await
}

struct BookedRow(Booked);

impl FromRow for BookedRow {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self(Booked {
            share: row.get("share")?,
            charge: ChargeRow::from_row(row)?.into(),
        }))
    }
}

/// The charges of a subscription for a time that ends after a day, but for its usage.
pub(crate) async fn booked(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    after: Date,
) -> Result<Vec<Booked>> {
    let rows: Vec<BookedRow> = tx.all(&BOOKED, args![realm, subscription, after]).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

//! Quotes.

use crate::types::{Quote, QuoteKind};
use serde_json::Value;
use tradewind_kernel::id::{AccountId, OrderId, QuoteId, RealmId, SubscriptionId};
use tradewind_kernel::{Result, Timestamp};
use tradewind_platform::db::{Json, Tx};
use tradewind_platform::{args, row, sql_text, stmts};

sql_text!(QuoteKind);

stmts! {
    /// A new quote.
    INSERT = "INSERT INTO quote (realm_id, id, kind, customer_id, seller_id, subscription_id, input, preview, basis, expires_at,
        created_at, order_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    /// One quote, locked.
    LOCK = "SELECT id, kind, customer_id, seller_id, subscription_id, input, preview, basis, expires_at, created_at, order_id
        FROM quote WHERE realm_id = $1 AND id = $2 {for_update}";
    /// Notes the order that a quote became, once.
    USE = "UPDATE quote SET order_id = $3 WHERE realm_id = $1 AND id = $2 AND order_id IS NULL";
}

row! {
    struct QuoteRow {
        id: QuoteId,
        kind: QuoteKind,
        customer_id: AccountId,
        seller_id: AccountId,
        subscription_id: Option<SubscriptionId>,
        input: Json<Value>,
        preview: Json<Value>,
        basis: String,
        expires_at: Timestamp,
        created_at: Timestamp,
        order_id: Option<OrderId>,
    }
}

pub(crate) async fn insert(tx: &mut Tx, realm: RealmId, q: &Quote) -> Result<()> {
    let args = args![
        realm,
        q.id,
        q.kind,
        q.customer_id,
        q.seller_id,
        q.subscription_id,
        Json(&q.input),
        Json(&q.preview),
        q.basis,
        q.expires_at,
        q.created_at,
        q.order_id,
    ];
    tx.exec(&INSERT, args).await.map(drop)
}

pub(crate) async fn lock(tx: &mut Tx, realm: RealmId, id: QuoteId) -> Result<Option<Quote>> {
    let row = tx.opt::<QuoteRow>(&LOCK, args![realm, id]).await?;
    Ok(row.map(|row| Quote {
        id: row.id,
        kind: row.kind,
        customer_id: row.customer_id,
        seller_id: row.seller_id,
        subscription_id: row.subscription_id,
        input: row.input.0,
        preview: row.preview.0,
        basis: row.basis,
        expires_at: row.expires_at,
        created_at: row.created_at,
        order_id: row.order_id,
    }))
}

/// Notes the order that a quote became; says whether it was the first.
pub(crate) async fn mark_used(
    tx: &mut Tx,
    realm: RealmId,
    id: QuoteId,
    order: OrderId,
) -> Result<bool> {
    Ok(tx.exec(&USE, args![realm, id, order]).await? == 1)
}

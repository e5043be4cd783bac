//! Quotes: kept so that confirming executes the very preview that was shown, or says what has changed since.

use crate::store::quote as store;
use crate::types::{Quote, QuoteSave};
use tradewind_kernel::id::{OrderId, QuoteId};
use tradewind_kernel::{Error, Result};
use tradewind_platform::Work;

/// Keeps a quote.
///
/// # Errors
/// Database errors.
pub async fn quote_save_in(w: &mut Work, input: &QuoteSave) -> Result<Quote> {
    let quote = Quote {
        id: QuoteId::generate(),
        kind: input.kind,
        customer_id: input.customer_id,
        seller_id: input.seller_id,
        subscription_id: input.subscription_id,
        input: input.input.clone(),
        preview: input.preview.clone(),
        basis: input.basis.clone(),
        expires_at: input.expires_at,
        created_at: w.ctx.now,
        order_id: None,
    };
    let realm = w.ctx.realm;
    store::insert(&mut w.tx, realm, &quote).await?;
    Ok(quote)
}

/// A quote, locked. Whether the principal may see it is for the caller to decide.
///
/// # Errors
/// Not found.
pub async fn quote_get_in(w: &mut Work, id: QuoteId) -> Result<Quote> {
    let realm = w.ctx.realm;
    store::lock(&mut w.tx, realm, id)
        .await?
        .ok_or_else(|| Error::not_found(id))
}

/// Notes the order that a quote became. A quote becomes one order only.
///
/// # Errors
/// Conflict when it has become an order already.
pub async fn quote_use_in(w: &mut Work, id: QuoteId, order: OrderId) -> Result<()> {
    let realm = w.ctx.realm;
    if store::mark_used(&mut w.tx, realm, id, order).await? {
        return Ok(());
    }
    Err(Error::conflict(
        "quote_used",
        "this quote has been ordered already",
    ))
}

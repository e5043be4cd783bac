//! What the catalogue asks of the accounts.

use std::collections::HashMap;

use tradewind_accounts::{
    service as accounts,
    types::{Account, Adjacent, Relationship},
};
use tradewind_kernel::{
    Error, Result, TypedId,
    id::{AccountId, PriceBookId},
};
use tradewind_platform::Work;
use tradewind_policy::{Action, ResourceKind, Target};

use super::ladder::{Rung, VendorRungs};

/// The chain from an account up to the provider, nearest seller first; empty for the provider itself.
pub(crate) async fn chain(w: &mut Work, account: AccountId) -> Result<Vec<Adjacent>> {
    accounts::chain(w, account).await
}

/// The account at the top of the realm.
pub(crate) async fn provider(w: &mut Work) -> Result<AccountId> {
    let own = w.ctx.principal.account;
    let above = accounts::ancestry(w, own).await?;
    Ok(above.last().copied().unwrap_or(own))
}

/// The names of everyone who makes products.
pub(crate) async fn maker_names(w: &mut Work) -> Result<HashMap<AccountId, String>> {
    let provider = provider(w).await?;
    let makers = accounts::makers(w, provider).await?;
    Ok(makers
        .into_iter()
        .map(|brief| (brief.id, brief.name))
        .collect())
}

/// What the vendors ask of the provider.
pub(crate) async fn vendor_rungs(w: &mut Work, provider: AccountId) -> Result<VendorRungs> {
    let pairs = accounts::vendors(w, provider).await?;
    Ok(pairs
        .iter()
        .map(|pair| (pair.seller.id, Rung::from(pair)))
        .collect())
}

/// What one vendor asks of the provider; nothing when it does not sell to it. The name is for messages.
pub(crate) async fn vendor_rung(
    w: &mut Work,
    vendor: AccountId,
    name: String,
    provider: AccountId,
) -> Result<Option<Rung>> {
    match accounts::relationship_of(w, vendor, provider).await {
        Ok(terms) => Ok(Some(Rung {
            seller: vendor,
            seller_name: name,
            currency: Some(terms.currency),
            book: terms.price_book,
        })),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// One account.
pub(crate) async fn account(w: &mut Work, id: AccountId) -> Result<Account> {
    accounts::account_facts(w, id).await
}

/// What the policies ask about a vendor's product.
pub(crate) async fn product_target(w: &mut Work, vendor: AccountId) -> Result<Target> {
    let target = accounts::target(w, ResourceKind::Product, vendor).await?;
    Ok(target.of_vendor(vendor))
}

/// May the principal do this with a vendor's product?
pub(crate) async fn authorize_product(
    w: &mut Work,
    action: Action,
    vendor: AccountId,
    id: impl TypedId,
) -> Result<()> {
    let target = product_target(w, vendor).await?;
    w.authorize_for(action, &target, &id)
}

/// May the principal do this with a seller's price books?
pub(crate) async fn authorize_books(
    w: &mut Work,
    action: Action,
    seller: AccountId,
    id: impl TypedId,
) -> Result<()> {
    let target = accounts::target(w, ResourceKind::PriceBook, seller).await?;
    w.authorize_for(action, &target, &id)
}

/// May the principal do this with what belongs to the whole realm: categories and exchange rates?
pub(crate) async fn authorize_realm(
    w: &mut Work,
    action: Action,
    kind: ResourceKind,
) -> Result<()> {
    let provider = provider(w).await?;
    let target = accounts::target(w, kind, provider).await?;
    w.authorize(action, &target)
}

/// The terms between two accounts that trade.
pub(crate) async fn relationship(
    w: &mut Work,
    seller: AccountId,
    buyer: AccountId,
) -> Result<Relationship> {
    accounts::relationship_of(w, seller, buyer).await
}

/// Assigns a price book.
pub(crate) async fn set_price_book(
    w: &mut Work,
    trade: &Relationship,
    book: Option<PriceBookId>,
) -> Result<()> {
    accounts::price_book_set_in(w, trade.id, Some(trade.version), book).await?;
    Ok(())
}

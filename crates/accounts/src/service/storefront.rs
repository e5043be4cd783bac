//! Storefronts: what everybody may know about a seller.

use tradewind_kernel::{
    Error, Result,
    id::{AccountId, RealmId},
};
use tradewind_platform::{Platform, args};

use crate::{
    rules, store,
    store::account::{ACCOUNT_BY_HOST, ACCOUNT_BY_SLUG, Located, STOREFRONT_FIRST, STOREFRONTS},
    types::{Account, Storefront},
};

/// The storefront with this name. Open to everybody.
///
/// # Errors
/// [`Error::NotFound`] when no seller in business has it.
pub async fn storefront(p: &Platform, realm: RealmId, slug: &str) -> Result<Storefront> {
    let mut tx = p.db().read().await?;
    let found: Option<Account> = tx.opt(&ACCOUNT_BY_SLUG, args![realm, slug]).await?;
    tx.rollback().await?;
    found
        .as_ref()
        .and_then(public)
        .ok_or_else(|| no_storefront(slug))
}

/// The realm and storefront that answer on a host name (without port). Open to everybody.
///
/// # Errors
/// Database errors.
pub async fn storefront_by_host(p: &Platform, host: &str) -> Result<Option<(RealmId, Storefront)>> {
    let mut tx = p.db().read().await?;
    let found: Option<Located> = tx
        .opt(&ACCOUNT_BY_HOST, args![host.to_ascii_lowercase()])
        .await?;
    tx.rollback().await?;
    Ok(found.and_then(|found| Some((found.realm, public(&found.account)?))))
}

/// All storefronts of a realm, by name. Open to everybody.
///
/// # Errors
/// Database errors.
pub async fn storefront_list(p: &Platform, realm: RealmId) -> Result<Vec<Storefront>> {
    let mut tx = p.db().read().await?;
    let found: Vec<Account> = tx.all(&STOREFRONTS, args![realm]).await?;
    tx.rollback().await?;
    Ok(found.iter().filter_map(public).collect())
}

/// The storefront that is shown to whoever asks for none: the first reseller's by name, else the first one; none when
/// nobody sells. Open to everybody.
///
/// # Errors
/// Database errors.
pub async fn storefront_first(p: &Platform, realm: RealmId) -> Result<Option<Storefront>> {
    let mut tx = p.db().read().await?;
    let found: Option<Account> = tx.opt(&STOREFRONT_FIRST, args![realm]).await?;
    tx.rollback().await?;
    Ok(found.as_ref().and_then(public))
}

/// The seller's storefront by its account: for pages and mails in its name.
///
/// # Errors
/// [`Error::NotFound`] when the account has none.
pub async fn storefront_of(p: &Platform, realm: RealmId, account: AccountId) -> Result<Storefront> {
    let mut tx = p.db().read().await?;
    let found = store::account::account(&mut tx, realm, account).await?;
    tx.rollback().await?;
    public(&found).ok_or_else(|| no_storefront(&account.to_string()))
}

fn no_storefront(id: &str) -> Error {
    Error::NotFound {
        kind: "storefront",
        id: id.chars().take(60).collect(),
    }
}

/// What everybody may know of an account; nothing unless it sells and is in business.
fn public(account: &Account) -> Option<Storefront> {
    if !rules::tree::has_shop(account.status, account.kind) {
        return None;
    }
    Some(Storefront {
        account: account.id,
        kind: account.kind,
        name: account.name.clone(),
        slug: account.slug.clone()?,
        host: account.host.clone(),
        country: account.country.clone(),
        locale: account.locale,
        currency: account.currency,
        zone: account.zone.clone(),
        brand: account.brand.clone(),
        email: account.email.clone(),
        address: account.address.clone(),
        tax: account.tax.clone(),
    })
}

//! Where an account stands: the facts that the policies ask for.

use std::sync::Arc;

use tradewind_kernel::{Error, Result, id::AccountId};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{AccountKind, ResourceKind, Target};

use crate::{
    store,
    types::{Account, AccountBrief, Adjacent, Relationship},
};

/// An account and everything above it, nearest first.
///
/// # Errors
/// [`Error::NotFound`] when there is no such account.
pub async fn ancestry(w: &mut Work, account: AccountId) -> Result<Vec<AccountId>> {
    let ancestors = store::account::ancestors(&mut w.tx, w.ctx.realm, account).await?;
    if ancestors.is_empty() {
        return Err(Error::not_found(account));
    }
    Ok(ancestors)
}

/// A thing that belongs to an account, as the policies see it.
///
/// # Errors
/// [`Error::NotFound`] when there is no such account.
pub async fn target(w: &mut Work, kind: ResourceKind, account: AccountId) -> Result<Target> {
    let ancestors = ancestry(w, account).await?;
    Ok(Target::owned(kind, account, ancestors))
}

/// The adjacent pairs from a customer (or any account) up to the provider, the account's own purchase first; empty
/// for the provider.
///
/// # Errors
/// [`Error::NotFound`] when there is no such account; `no_relationship` when a pair on the way has no terms.
pub async fn chain(w: &mut Work, account: AccountId) -> Result<Vec<Adjacent>> {
    if let Some(found) = w.recall::<Vec<Adjacent>>(account) {
        return Ok(Vec::clone(&found));
    }
    if let Some(pairs) = known_chain(w, account) {
        w.remember(account, Arc::new(pairs.clone()));
        return Ok(pairs);
    }
    let pairs = store::relationship::chain(&mut w.tx, w.ctx.realm, account).await?;
    if !is_whole(account, &pairs) && pairs.len() + 1 != ancestry(w, account).await?.len() {
        return Err(Error::refused(
            "no_relationship",
            "an account on the way up to the provider has no terms with the one above it",
        ));
    }
    w.remember(account, Arc::new(pairs.clone()));
    Ok(pairs)
}

/// The same from what was read before in this transaction, where all of it was.
fn known_chain(w: &Work, account: AccountId) -> Option<Vec<Adjacent>> {
    let mut buyer = w.recall::<Account>(account)?;
    let mut pairs = Vec::new();
    while let Some(above) = buyer.parent {
        let seller = w.recall::<Account>(above)?;
        let terms = w.recall::<Vec<Relationship>>(buyer.id)?;
        pairs.push(Adjacent {
            seller: AccountBrief::from(&*seller),
            buyer: AccountBrief::from(&*buyer),
            relationship: terms.iter().find(|one| one.seller == above)?.clone(),
        });
        buyer = seller;
    }
    Some(pairs)
}

/// Whether pairs lead from an account up to the provider without a gap: then no second look is needed.
fn is_whole(account: AccountId, pairs: &[Adjacent]) -> bool {
    let mut buyer = account;
    for pair in pairs {
        if pair.buyer.id != buyer {
            return false;
        }
        buyer = pair.seller.id;
    }
    pairs
        .last()
        .is_some_and(|pair| pair.seller.kind == AccountKind::Provider)
}

/// As [`chain`], on its own.
///
/// # Errors
/// As [`chain`].
pub async fn chain_get(p: &Platform, ctx: &OpCtx, account: AccountId) -> Result<Vec<Adjacent>> {
    p.read(ctx, &account, |w, account| Box::pin(chain(w, *account)))
        .await
}

/// The provider of the context's realm, within a use case: the account on top of the principal's own.
///
/// # Errors
/// Not found when the principal's account is not in the realm.
pub async fn root_in(w: &mut Work) -> Result<AccountId> {
    let own = w.ctx.principal.account;
    let ancestors = ancestry(w, own).await?;
    ancestors
        .last()
        .copied()
        .ok_or_else(|| Error::not_found(own))
}

/// The provider of the context's realm.
///
/// # Errors
/// Database errors.
pub async fn provider(p: &Platform, ctx: &OpCtx) -> Result<AccountId> {
    p.root_account(ctx.realm).await
}

//! How sellers are taxed.

use serde_json::json;
use tradewind_kernel::{Error, Result, id::AccountId};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{AccountKind, Action};

use super::{audit, authorize_seller, rates_in};
use crate::{
    rules, store,
    types::{TaxDecision, TaxProfile, TaxProfileSet},
};

/// How a seller is taxed.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn profile_get(p: &Platform, ctx: &OpCtx, seller: AccountId) -> Result<TaxProfile> {
    p.read(ctx, &seller, |w, seller| {
        Box::pin(async move {
            authorize_seller(w, Action::RelationshipView, *seller).await?;
            let known = store::accounts(&mut w.tx, w.ctx.realm, &[*seller]).await?;
            let profile = known.get(seller).and_then(|known| known.profile.clone());
            Ok(profile.unwrap_or_default())
        })
    })
    .await
}

/// Sets how a seller is taxed, from the next document on. What is issued stays as it is.
///
/// # Errors
/// Names every field that is wrong; `no_rates`; for an engine `no_tax_engine`, or `not_applicable` for a vendor;
/// `NotFound`, `Forbidden`.
pub async fn profile_set(p: &Platform, ctx: &OpCtx, input: &TaxProfileSet) -> Result<TaxProfile> {
    p.command(ctx, "tax.profile_set", input, |w, input| {
        Box::pin(async move {
            let seller = input.seller;
            authorize_seller(w, Action::RelationshipManage, seller).await?;
            let rates = rates_in(w).await?;
            rules::check_profile(&input.profile, &rates)?;
            let realm = w.ctx.realm;
            if input.profile.decision == TaxDecision::Engine {
                may_ask(w, seller).await?;
            }
            let known = store::accounts(&mut w.tx, realm, &[seller]).await?;
            let before = known.get(&seller).and_then(|known| known.profile.clone());
            store::set_profile(&mut w.tx, realm, seller, &input.profile).await?;
            let summary = json!({ "before": before, "after": input.profile });
            audit(w, "tax.profile_set", "account", seller, seller, summary);
            Ok(input.profile.clone())
        })
    })
    .await
}

/// Whether an engine can decide the taxes of a seller: of one that issues documents, once it is set up.
async fn may_ask(w: &mut Work, seller: AccountId) -> Result<()> {
    let account = tradewind_accounts::service::account_facts(w, seller).await?;
    if account.kind == AccountKind::Vendor {
        return Err(Error::invalid(
            "decision",
            "not_applicable",
            "a vendor's sales are settled by the platform, which asks no engine for it",
        ));
    }
    let realm = w.ctx.realm;
    match store::engine::engine(&mut w.tx, realm, seller).await? {
        Some(_) => Ok(()),
        None => Err(super::engine::none()),
    }
}

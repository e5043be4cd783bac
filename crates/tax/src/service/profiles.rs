//! How sellers are taxed.

use serde_json::json;
use tradewind_kernel::{Result, id::AccountId};
use tradewind_platform::{OpCtx, Platform};
use tradewind_policy::Action;

use super::{audit, authorize_seller, rates_in};
use crate::{
    rules, store,
    types::{TaxProfile, TaxProfileSet},
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
/// Names every field that is wrong; `no_rates`; `NotFound`, `Forbidden`.
pub async fn profile_set(p: &Platform, ctx: &OpCtx, input: &TaxProfileSet) -> Result<TaxProfile> {
    p.command(ctx, "tax.profile_set", input, |w, input| {
        Box::pin(async move {
            let seller = input.seller;
            authorize_seller(w, Action::RelationshipManage, seller).await?;
            let rates = rates_in(w).await?;
            rules::check_profile(&input.profile, &rates)?;
            let realm = w.ctx.realm;
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

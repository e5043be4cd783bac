//! What bundles and coupons have in common: both are reductions that a seller makes, changes and ends.

use std::collections::HashMap;

use tradewind_accounts::service as accounts;
use tradewind_kernel::id::AccountId;
use tradewind_kernel::{Date, Error, Result, TypedId};
use tradewind_platform::Work;
use tradewind_policy::{AccountKind, Action, ResourceKind};

/// May the principal do this with the reductions of a seller? They are prices: whoever may set those may set these.
pub(super) async fn authorize(
    w: &mut Work,
    action: Action,
    seller: AccountId,
    id: impl TypedId,
) -> Result<()> {
    let target = accounts::target(w, ResourceKind::PriceBook, seller).await?;
    w.authorize_for(action, &target, &id)
}

/// May the principal make reductions for a seller, and does that one sell?
pub(super) async fn authorize_new(w: &mut Work, seller: AccountId) -> Result<()> {
    authorize(w, Action::PriceBookManage, seller, seller).await?;
    if accounts::account_facts(w, seller).await?.kind == AccountKind::Customer {
        return Err(Error::refused(
            "sells_nothing",
            "a customer sells nothing and takes nothing off its prices",
        ));
    }
    Ok(())
}

/// May the principal change this one of a seller, and has it seen it as it is?
pub(super) async fn authorize_change(
    w: &mut Work,
    seller: AccountId,
    id: impl TypedId,
    version: i64,
    seen: Option<i64>,
) -> Result<()> {
    authorize(w, Action::PriceBookManage, seller, id).await?;
    match seen.is_some_and(|seen| seen != version) {
        true => Err(Error::changed(id)),
        false => Ok(()),
    }
}

/// What day it is for each of some sellers.
pub(super) async fn today_of(
    w: &mut Work,
    sellers: impl Iterator<Item = AccountId>,
) -> Result<HashMap<AccountId, Date>> {
    let mut sellers: Vec<AccountId> = sellers.collect();
    sellers.sort_unstable();
    sellers.dedup();
    let now = w.ctx.now;
    let found = accounts::accounts_many(w, &sellers).await?.into_iter();
    Ok(found
        .map(|account| (account.id, now.date_in(&account.zone)))
        .collect())
}

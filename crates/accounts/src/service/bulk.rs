//! Many accounts and terms at once, for runs over many sales. They ask no policy: whoever runs them has been asked.

use std::collections::HashMap;

use tradewind_kernel::{Result, id::AccountId};
use tradewind_platform::Work;

use crate::{
    store::bulk,
    types::{Account, Actor, Relationship},
};

/// Some accounts; those that do not exist are left out.
///
/// # Errors
/// Database errors.
pub async fn accounts_many(w: &mut Work, ids: &[AccountId]) -> Result<Vec<Account>> {
    bulk::accounts(&mut w.tx, w.ctx.realm, ids).await
}

/// Some people and programs by the ids of users and API keys, as an account knows them; others are left out.
///
/// # Errors
/// Database errors.
pub async fn actors_of(w: &mut Work, reader: AccountId, ids: &[String]) -> Result<Vec<Actor>> {
    bulk::actors(&mut w.tx, w.ctx.realm, reader, ids).await
}

/// All terms under which some accounts buy.
///
/// # Errors
/// Database errors.
pub async fn relationships_of_buyers(
    w: &mut Work,
    buyers: &[AccountId],
) -> Result<Vec<Relationship>> {
    bulk::relationships_of_buyers(&mut w.tx, w.ctx.realm, buyers).await
}

/// How many accounts stand above each of some accounts.
///
/// # Errors
/// Database errors.
pub async fn depths(w: &mut Work, ids: &[AccountId]) -> Result<HashMap<AccountId, i64>> {
    bulk::depths(&mut w.tx, w.ctx.realm, ids).await
}

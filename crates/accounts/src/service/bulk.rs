//! Many accounts and terms at once, for runs over many sales. They ask no policy: whoever runs them has been asked.

use std::collections::HashMap;
use std::sync::Arc;

use tradewind_kernel::{Result, id::AccountId};
use tradewind_platform::Work;

use crate::{
    store::bulk,
    types::{Account, Actor, Adjacent, Relationship},
};

/// Some accounts; those that do not exist are left out.
///
/// # Errors
/// Database errors.
pub async fn accounts_many(w: &mut Work, ids: &[AccountId]) -> Result<Vec<Account>> {
    let mut found = Vec::with_capacity(ids.len());
    let mut missing = Vec::new();
    for id in ids {
        match w.recall::<Account>(id) {
            Some(account) => found.push(Account::clone(&account)),
            None => missing.push(*id),
        }
    }
    if !missing.is_empty() {
        for account in bulk::accounts(&mut w.tx, w.ctx.realm, &missing).await? {
            w.remember(account.id, Arc::new(account.clone()));
            found.push(account);
        }
    }
    Ok(found)
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
    let mut found = Vec::with_capacity(buyers.len());
    let mut missing = Vec::new();
    for buyer in buyers {
        match w.recall::<Vec<Relationship>>(buyer) {
            Some(known) => found.extend(known.iter().cloned()),
            None => match bought_in_chain(w, *buyer) {
                Some(known) => found.push(known),
                None => missing.push(*buyer),
            },
        }
    }
    if missing.is_empty() {
        return Ok(found);
    }
    let read = bulk::relationships_of_buyers(&mut w.tx, w.ctx.realm, &missing).await?;
    for buyer in missing {
        let of: Vec<Relationship> = read
            .iter()
            .filter(|one| one.buyer == buyer)
            .cloned()
            .collect();
        w.remember(buyer, Arc::new(of));
    }
    found.extend(read);
    Ok(found)
}

/// The terms under which an account buys from the one above it, where the way up to the provider was asked for before: an
/// account below another one buys from nobody else.
fn bought_in_chain(w: &Work, buyer: AccountId) -> Option<Relationship> {
    let chain = w.recall::<Vec<Adjacent>>(buyer)?;
    let first = chain.first().filter(|pair| pair.buyer.id == buyer)?;
    Some(first.relationship.clone())
}

/// How many accounts stand above each of some accounts.
///
/// # Errors
/// Database errors.
pub async fn depths(w: &mut Work, ids: &[AccountId]) -> Result<HashMap<AccountId, i64>> {
    bulk::depths(&mut w.tx, w.ctx.realm, ids).await
}

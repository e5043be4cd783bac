//! What the books have as deferred revenue, against what documents say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Currency, Date, Money, Result, id::AccountId};
use tradewind_platform::{OpCtx, Platform, Work};

use super::{authorize_run, realm, recognition};
use crate::{
    store::{ledger, revenue as store},
    types::{Finding, LedgerAccount},
};

/// Where the work on all sellers goes on.
#[derive(Serialize, Deserialize)]
struct Place(String);

/// Of each seller that has booked deferred revenue: what its last month left is what its documents say, and is in its book.
pub(super) async fn check(p: &Platform, ctx: &OpCtx) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    let mut place = Place(String::new());
    loop {
        let step = p.read(ctx, &place, |w, place| {
            Box::pin(async move {
                authorize_run(w)?;
                let realm = realm(w);
                let Some(seller) = store::seller_after(&mut w.tx, realm, &place.0).await? else {
                    return Ok(None);
                };
                Ok(Some((seller, one(w, seller).await?)))
            })
        });
        let Some((seller, some)) = step.await? else {
            return Ok(found);
        };
        found.extend(some);
        place = Place(seller.to_string());
    }
}

async fn one(w: &mut Work, seller: AccountId) -> Result<Vec<Finding>> {
    let realm = realm(w);
    let Some((_, Some(month))) = store::policy(&mut w.tx, realm, seller).await? else {
        return Ok(Vec::new());
    };
    let mut wanted = recognition::deferred(w, seller, month).await?;
    let mut kept: BTreeMap<Currency, Money> = BTreeMap::new();
    for (money, scheduled) in store::left(&mut w.tx, realm, seller, month).await? {
        kept.insert(money.currency, money);
        if !scheduled {
            // What was deferred is released: documents do not count any more.
            wanted.clear();
        }
    }
    let account = LedgerAccount::Deferred.to_string();
    let mut booked: BTreeMap<Currency, Money> = BTreeMap::new();
    for one in ledger::balances(&mut w.tx, realm, seller, Date::MAX).await? {
        if one.account == account {
            booked.insert(one.currency, one.balance.neg()?);
        }
    }
    let mut found = Vec::new();
    let currencies = wanted.keys().chain(kept.keys()).chain(booked.keys());
    let currencies: std::collections::BTreeSet<Currency> = currencies.copied().collect();
    for currency in currencies {
        let of = |sums: &BTreeMap<Currency, Money>| sums.get(&currency).map_or(0, |it| it.minor);
        let (documents, kept, book) = (of(&wanted), of(&kept), of(&booked));
        if documents != kept || kept != book {
            let text = format!(
                "deferred revenue at the end of the month of {month} is {kept} {currency}, documents say {documents}, \
                 the book {book}"
            );
            found.push(Finding::new("deferred_differs", seller, text));
        }
    }
    Ok(found)
}

//! At the end of each month, sellers that recognise revenue over time book what is not earned yet as deferred.

use std::collections::BTreeMap;

use tradewind_kernel::{
    Currency, Date, Money, Result,
    calendar::{add_days, add_months},
    id::{AccountId, TransactionId},
};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::Action;

use super::{books::authorize_to, posting, realm, revenue, rounds::Round};
use crate::{
    rules::{
        ledger::{self, Header},
        revenue::Schedule,
    },
    store::{books, revenue as store},
    types::{Recognition, RevenuePolicy},
};

/// Books the months that are over of all sellers that recognise revenue over time. Returns how many months those were; done again, it
/// finds nothing.
///
/// # Errors
/// `Forbidden`; database errors.
pub async fn revenue_book_all(p: &Platform, ctx: &OpCtx) -> Result<u64> {
    let mut done = 0;
    let mut last = None;
    while let Some(seller) = Round::Revenue.next(p, ctx, last).await? {
        done += revenue_book(p, ctx, seller).await?;
        last = Some(seller);
    }
    Ok(done)
}

/// Books the months of a seller that are over and not booked. Returns how many those were.
///
/// # Errors
/// `NotFound`, `Forbidden`; database errors.
pub async fn revenue_book(p: &Platform, ctx: &OpCtx, seller: AccountId) -> Result<u64> {
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    p.command(&ctx, "ledger.revenue_book", &seller, |w, seller| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerManage, *seller).await?;
            let realm = realm(w);
            books::hold(&mut w.tx, realm, *seller).await?;
            let before = revenue::today(w, *seller).await?.first_of_month();
            book_before(w, *seller, before).await
        })
    })
    .await
}

/// Books the months of a seller before one, whose book is held. Returns how many.
pub(super) async fn book_before(w: &mut Work, seller: AccountId, before: Date) -> Result<u64> {
    let mut done = 0;
    while let Some((month, scheduled)) = next(w, seller).await? {
        if month >= before {
            break;
        }
        book_month(w, seller, month, scheduled).await?;
        done += 1;
    }
    Ok(done)
}

/// The month that is to be booked next, and whether by the schedule; without, what is deferred is released.
async fn next(w: &mut Work, seller: AccountId) -> Result<Option<(Date, bool)>> {
    let realm = realm(w);
    let Some((policy, booked)) = store::policy(&mut w.tx, realm, seller).await? else {
        return Ok(None);
    };
    let RevenuePolicy { recognition, since } = policy;
    let after = match booked {
        Some(booked) => Some(add_months(booked, 1)?),
        None => None,
    };
    if recognition == Recognition::OverTime {
        return Ok(Some((after.map_or(since, |after| after.max(since)), true)));
    }
    let Some((after, booked)) = after.zip(booked) else {
        return Ok(None);
    };
    let left = store::left(&mut w.tx, realm, seller, booked).await?;
    let deferred = left.iter().any(|(money, _)| !money.is_zero());
    Ok(deferred.then_some((after, false)))
}

/// What is deferred at the end of a month by the schedule, by currency.
pub(super) async fn deferred(
    w: &mut Work,
    seller: AccountId,
    month: Date,
) -> Result<BTreeMap<Currency, Money>> {
    let bounds = vec![month, add_months(month, 1)?];
    let schedule = revenue::scheduled(w, seller, Schedule::new(bounds)).await?;
    let months = schedule.months()?.into_iter();
    Ok(months
        .map(|month| (month.deferred_end.currency, month.deferred_end))
        .collect())
}

async fn book_month(w: &mut Work, seller: AccountId, month: Date, scheduled: bool) -> Result<()> {
    let realm = realm(w);
    let wanted = if scheduled {
        deferred(w, seller, month).await?
    } else {
        BTreeMap::new()
    };
    let mut left = BTreeMap::new();
    let (_, booked) = match store::policy(&mut w.tx, realm, seller).await? {
        Some(found) => found,
        None => return Ok(()),
    };
    if let Some(booked) = booked {
        for (money, _) in store::left(&mut w.tx, realm, seller, booked).await? {
            left.insert(money.currency, money);
        }
    }
    let currencies: Vec<Currency> = wanted.keys().chain(left.keys()).copied().collect();
    let mut rows: BTreeMap<Currency, (Money, Option<TransactionId>)> = BTreeMap::new();
    let mut entries = Vec::new();
    for currency in currencies {
        let of = |sums: &BTreeMap<Currency, Money>| {
            sums.get(&currency)
                .copied()
                .unwrap_or(Money::zero(currency))
        };
        let (now, before) = (of(&wanted), of(&left));
        if rows.contains_key(&currency) || (now.is_zero() && before.is_zero()) {
            continue;
        }
        let header = Header {
            posted_on: add_days(add_months(month, 1)?, -1)?,
            document_id: format!("revenue-{}", month.strftime("%Y-%m")),
            text: format!("deferred revenue at the end of {}", month.strftime("%Y-%m")),
        };
        let id = TransactionId::generate();
        let entry = ledger::deferral(seller, &header, now.sub(before)?)?;
        rows.insert(currency, (now, entry.as_ref().map(|_| id)));
        entries.extend(entry.map(|entry| (id, entry)));
    }
    posting::post(w, entries).await?;
    let rows: Vec<(Money, Option<TransactionId>)> = rows.into_values().collect();
    store::book(&mut w.tx, realm, seller, month, scheduled, &rows).await
}

//! Exchange rates of the realm.

use std::collections::HashMap;

use serde_json::json;
use tradewind_kernel::{
    Currency, Date, Decimal, Error, Problems, Result, Zone,
    id::{RateId, RealmId},
    page::{ListRequest, Page},
    text::trimmed,
};
use tradewind_platform::{OpCtx, Platform, Work, args, db::Query};
use tradewind_policy::{Action, ResourceKind};

use super::{load, parties, products::record};
use crate::{
    rules::{check_rate, read_rates},
    store::{rates as store, versions::Part},
    types::{FxRate, FxUse, RateFile, RateImport, RateSet},
};

/// Sets the rate of a pair from a day on. A rate that has taken effect is never replaced.
///
/// # Errors
/// Names the field that is wrong; conflict `rate_in_effect`.
pub async fn rate_set(p: &Platform, ctx: &OpCtx, input: &RateSet) -> Result<FxRate> {
    p.command(ctx, "rate.set", input, |w, input| {
        Box::pin(rate_set_in(w, input))
    })
    .await
}

/// As [`rate_set`], within another use case.
///
/// # Errors
/// As [`rate_set`].
pub async fn rate_set_in(w: &mut Work, input: &RateSet) -> Result<FxRate> {
    parties::authorize_realm(w, Action::PriceBookManage, ResourceKind::PriceBook).await?;
    let mut problems = Problems::new();
    problems.check(check_rate(input));
    let source = problems.check(trimmed("source", &input.source, 0, 80));
    problems.finish()?;
    let rate = FxRate {
        id: RateId::generate(),
        base: input.base,
        quote: input.quote,
        effective_on: input.effective_on,
        rate: input.rate.normalize(),
        source: source.unwrap_or_default(),
    };
    if !store::add(&mut w.tx, w.ctx.realm, &rate).await? {
        let today = w.ctx.now.date_in(&Zone::utc());
        if rate.effective_on <= today {
            return Err(in_effect(&rate));
        }
        store::replace(&mut w.tx, w.ctx.realm, &rate).await?;
    }
    load::touch(w, Part::Prices).await?;
    let owner = parties::provider(w).await?;
    let subject = format!("{}/{}", rate.base, rate.quote);
    let summary = json!({"effective_on": rate.effective_on, "rate": rate.rate});
    record(w, "rate.set", "rate", subject, owner, summary);
    Ok(rate)
}

/// Whether rates may be imported, before a large file is read.
///
/// # Errors
/// Forbidden.
pub async fn rate_import_allowed(p: &Platform, ctx: &OpCtx) -> Result<()> {
    p.read(ctx, &(), |w, ()| {
        Box::pin(parties::authorize_realm(
            w,
            Action::PriceBookManage,
            ResourceKind::PriceBook,
        ))
    })
    .await
}

/// Takes the rates of a file in, all or none. What is known already is left alone; what has not taken effect yet is replaced.
///
/// # Errors
/// Names the row and the column that is wrong; conflict `rate_in_effect`; Forbidden.
pub async fn rate_import(p: &Platform, ctx: &OpCtx, file: &RateFile) -> Result<RateImport> {
    p.command(ctx, "rate.import", file, |w, file| {
        Box::pin(import_in(w, file))
    })
    .await
}

async fn import_in(w: &mut Work, file: &RateFile) -> Result<RateImport> {
    parties::authorize_realm(w, Action::PriceBookManage, ResourceKind::PriceBook).await?;
    trimmed("source", &file.source, 0, 80)?;
    let (wanted, unknown) = read_rates(file)?;
    let (realm, today) = (w.ctx.realm, w.ctx.now.date_in(&Zone::utc()));
    let known = store::all(&mut w.tx, realm).await?;
    let known: HashMap<(Currency, Currency, Date), Decimal> = known
        .into_iter()
        .map(|rate| ((rate.base, rate.quote, rate.effective_on), rate.rate))
        .collect();
    let mut report = RateImport {
        unknown,
        ..RateImport::default()
    };
    let mut new = Vec::new();
    for set in wanted {
        let source = trimmed("source", &set.source, 0, 80)?;
        let rate = FxRate {
            id: RateId::generate(),
            base: set.base,
            quote: set.quote,
            effective_on: set.effective_on,
            rate: set.rate.normalize(),
            source,
        };
        match known.get(&(rate.base, rate.quote, rate.effective_on)) {
            Some(same) if *same == rate.rate => report.known += 1,
            Some(_) if rate.effective_on <= today => return Err(in_effect(&rate)),
            Some(_) => {
                store::replace(&mut w.tx, realm, &rate).await?;
                report.replaced += 1;
            }
            None => new.push(rate),
        }
    }
    report.added = new.len() as u64;
    store::add_all(&mut w.tx, realm, &new).await?;
    if report.added + report.replaced > 0 {
        load::touch(w, Part::Prices).await?;
        let owner = parties::provider(w).await?;
        let summary =
            json!({"added": report.added, "replaced": report.replaced, "known": report.known});
        record(w, "rate.import", "rate", "file".to_owned(), owner, summary);
    }
    Ok(report)
}

fn in_effect(rate: &FxRate) -> Error {
    Error::conflict(
        "rate_in_effect",
        format!(
            "the rate {}→{} of {} is in effect already and cannot be replaced",
            rate.base, rate.quote, rate.effective_on
        ),
    )
}

/// Rates, the latest set first. They are the same for every seller.
///
/// # Errors
/// Names `filter`, `sort` or `after`; Forbidden for those who see no price books.
pub async fn rate_list(p: &Platform, ctx: &OpCtx, list: &ListRequest) -> Result<Page<FxRate>> {
    p.read(ctx, list, |w, list| {
        Box::pin(async move {
            let realm = seen(w).await?;
            let (filter, sort) = list.parse(&store::FIELDS)?;
            let query = Query::new("rates.list", store::LIST, args![realm]).filter(&filter);
            w.tx.page(query, &list.page, &sort, "id").await
        })
    })
    .await
}

/// Of each pair of currencies the rate that holds on a day, where there is one, and the next after that day: by pair and day.
///
/// # Errors
/// Forbidden for those who see no price books.
pub async fn rates_around(p: &Platform, ctx: &OpCtx, day: Date) -> Result<Vec<FxRate>> {
    p.read(ctx, &day, |w, day| {
        Box::pin(async move {
            let realm = seen(w).await?;
            store::around(&mut w.tx, realm, *day).await
        })
    })
    .await
}

/// The realm whose rates somebody may see.
async fn seen(w: &mut Work) -> Result<RealmId> {
    let own = w.ctx.principal.account;
    parties::authorize_books(w, Action::PriceBookView, own, own).await?;
    Ok(w.ctx.realm)
}

/// The rate that holds on a day, since when, and where it comes from; for use cases that convert.
///
/// # Errors
/// `no_exchange_rate`.
pub async fn rate_on(w: &mut Work, base: Currency, quote: Currency, day: Date) -> Result<FxUse> {
    let versions = load::versions(w).await?;
    load::prices(w, &versions).await?.rates.on(base, quote, day)
}

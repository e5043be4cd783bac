//! Exchange rates of the realm.

use serde_json::json;
use tradewind_kernel::{
    Currency, Date, Decimal, Error, Problems, Result, Zone, id::RateId, text::trimmed,
};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};

use super::{load, parties, products::record};
use crate::{
    store::{prices as store, versions::Part},
    types::{FxRate, RateSet},
};

/// Places of a rate.
const RATE_PLACES: u32 = 10;

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
    if input.base == input.quote {
        problems.add(
            "quote",
            "same_currency",
            "must be another currency than base",
        );
    }
    if input.rate <= Decimal::ZERO || input.rate > Decimal::from(1_000_000_000) {
        problems.add(
            "rate",
            "out_of_range",
            "must be more than 0 and at most 1000000000",
        );
    } else if input.rate.normalize().scale() > RATE_PLACES {
        let message = format!("at most {RATE_PLACES} digits after the point");
        problems.add("rate", "too_many_places", message);
    }
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
    if !store::add_rate(&mut w.tx, w.ctx.realm, &rate).await? {
        let today = w.ctx.now.date_in(&Zone::utc());
        if rate.effective_on <= today {
            return Err(Error::conflict(
                "rate_in_effect",
                format!(
                    "the rate {}→{} of {} is in effect already and cannot be replaced",
                    rate.base, rate.quote, rate.effective_on
                ),
            ));
        }
        store::replace_rate(&mut w.tx, w.ctx.realm, &rate).await?;
    }
    load::touch(w, Part::Prices).await?;
    let owner = parties::provider(w).await?;
    let subject = format!("{}/{}", rate.base, rate.quote);
    let summary = json!({"effective_on": rate.effective_on, "rate": rate.rate});
    record(w, "rate.set", "rate", subject, owner, summary);
    Ok(rate)
}

/// All rates, by pair and day. They are the same for every seller.
///
/// # Errors
/// Forbidden for those who see no price books.
pub async fn rate_list(p: &Platform, ctx: &OpCtx) -> Result<Vec<FxRate>> {
    p.read(ctx, &(), |w, ()| {
        Box::pin(async move {
            let own = w.ctx.principal.account;
            parties::authorize_books(w, Action::PriceBookView, own, own).await?;
            store::rates(&mut w.tx, w.ctx.realm).await
        })
    })
    .await
}

/// The rate that holds on a day, and since when; for use cases that convert.
///
/// # Errors
/// `no_exchange_rate`.
pub async fn rate_on(
    w: &mut Work,
    base: Currency,
    quote: Currency,
    day: Date,
) -> Result<(Decimal, Date)> {
    let versions = load::versions(w).await?;
    load::prices(w, &versions).await?.rates.on(base, quote, day)
}

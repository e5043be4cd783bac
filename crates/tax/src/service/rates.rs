//! The rates of a realm.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_accounts::service as accounts;
use tradewind_kernel::{Date, Error, Result, id::AccountId};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{audit, rates_in};
use crate::{
    rules, store,
    types::{OwnRates, RateRow},
};

/// Most characters of a file.
const FILE_MAX: usize = 4_000_000;

/// A rate, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaxRateListed)]
pub struct Rated {
    /// The rate.
    #[serde(flatten)]
    pub row: RateRow,
    /// Whether the realm has added it; otherwise it came with the program.
    pub own: bool,
}

/// Which rates are asked for.
#[derive(Debug, Clone, Default)]
pub struct RatesAsk {
    /// Of one place only, and of what lies in it.
    pub place: Option<String>,
    /// Those that hold on a day.
    pub on: Option<Date>,
}

async fn provider(w: &mut Work) -> Result<AccountId> {
    let own = w.ctx.principal.account;
    Ok(accounts::ancestry(w, own)
        .await?
        .last()
        .copied()
        .unwrap_or(own))
}

/// The rates that hold in the realm, its own first. They are the same for every seller.
///
/// # Errors
/// `Forbidden` for those who see no terms of trade.
pub async fn rates_list(p: &Platform, ctx: &OpCtx, ask: &RatesAsk) -> Result<Vec<Rated>> {
    p.read(ctx, ask, |w, ask| {
        Box::pin(async move {
            let own = w.ctx.principal.account;
            super::authorize_seller(w, Action::RelationshipView, own).await?;
            let rates = rates_in(w).await?;
            let wanted = |row: &RateRow| {
                let at_place = ask.place.as_ref().is_none_or(|place| {
                    row.place == *place || row.place.split('-').next() == Some(place)
                });
                at_place && ask.on.is_none_or(|on| row.holds(on))
            };
            let rows = rates.rows().filter(|(row, _)| wanted(row));
            Ok(rows
                .map(|(row, own)| Rated {
                    row: row.clone(),
                    own,
                })
                .collect())
        })
    })
    .await
}

/// The realm's own rates as a file.
///
/// # Errors
/// As [`rates_list`].
pub async fn rates_export(p: &Platform, ctx: &OpCtx) -> Result<String> {
    p.read(ctx, &(), |w, ()| {
        Box::pin(async move {
            let own = w.ctx.principal.account;
            super::authorize_seller(w, Action::RelationshipView, own).await?;
            rules::write(&store::rates(&mut w.tx, w.ctx.realm).await?)
        })
    })
    .await
}

/// Replaces the realm's own rates by those of a file. Documents that are issued stay as they are. Answers how many there are.
///
/// # Errors
/// Every cell that is wrong, as `rows.LINE.COLUMN`; `Forbidden` for all but the provider.
pub async fn rates_replace(p: &Platform, ctx: &OpCtx, input: &OwnRates) -> Result<usize> {
    p.command(ctx, "tax.rates_replace", input, |w, input| {
        Box::pin(async move {
            let provider = provider(w).await?;
            let target = accounts::target(w, ResourceKind::Relationship, provider).await?;
            w.authorize(Action::RelationshipManage, &target)?;
            if input.csv.len() > FILE_MAX {
                return Err(Error::invalid(
                    "csv",
                    "too_long",
                    format!("has more than {FILE_MAX} characters"),
                ));
            }
            let rows = rules::parse(&input.csv)?;
            let realm = w.ctx.realm;
            store::replace_rates(&mut w.tx, realm, &rows).await?;
            let summary = json!({ "rows": rows.len() });
            audit(w, "tax.rates_replace", "realm", realm, provider, summary);
            Ok(rows.len())
        })
    })
    .await
}

//! The tax that goes with a seller's prices, for those who look at them.

use tradewind_kernel::{Date, Result, calendar::Period, id::AccountId};
use tradewind_platform::{OpCtx, Platform};
use tradewind_tax::types::TaxCategory;

use super::trades::Trades;
use crate::types::TaxRate;

/// The taxes that the caller's own account would have to pay a seller for what needs no category, on a day.
///
/// # Errors
/// Not found for a seller that there is none.
pub async fn usual_tax(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
    on: Date,
) -> Result<Vec<TaxRate>> {
    p.read(ctx, &(seller, on), |w, (seller, on)| {
        Box::pin(async move {
            let buyer = w.ctx.principal.account;
            let mut trades = Trades::default();
            trades.load(w, vec![(*seller, buyer)]).await?;
            let day = Period {
                start: *on,
                end: on.tomorrow().unwrap_or(*on),
            };
            let trade = trades.get(*seller, buyer)?;
            Ok(trade.taxation.of(TaxCategory::Standard, day))
        })
    })
    .await
}

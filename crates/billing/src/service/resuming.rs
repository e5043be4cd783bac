//! What it means for the bill when a suspended sale is resumed.

use tradewind_kernel::{
    Date, Result,
    id::{InvoiceId, OrderId, SubscriptionId},
};
use tradewind_platform::Work;

use super::{charging::not_billed, sale::Sale};
use crate::{
    rules::{pause::resumed, preview},
    types::Preview,
};

/// What resuming a subscription on a day would give back or charge, and what the next document would be then. Says nothing about who
/// may ask.
///
/// # Errors
/// `not_billed` when no period runs; what the rules refuse.
pub async fn preview_resume(
    w: &mut Work,
    subscription: SubscriptionId,
    on: Date,
) -> Result<Preview> {
    let sale = Sale::load(w, subscription, &[]).await?;
    let mut sale = sale.with_discounts(w, false).await?;
    sale.happens(w.ctx.now, on);
    let (leg, _) = sale.customers()?;
    let trade = sale.known.trades.get(leg.seller_id, leg.buyer_id)?;
    let schedule = sale.schedule.ok_or_else(|| not_billed(&sale.billable))?;
    let charges = resumed(leg, &sale.quantities, &schedule.running, on, None)?;
    let mut runs = leg.clone();
    for pause in &mut runs.pauses {
        pause.until_on = pause.until_on.or(Some(on));
    }
    let renewed = sale
        .renewed(w, &runs, schedule.running, sale.paid_since())
        .await?;
    preview::correction(&preview::Corrected {
        leg: &runs,
        renewed: renewed.as_ref(),
        trade,
        charges: &charges,
        quantities: &sale.quantities,
        from: on,
        schedule,
        ends: false,
    })
}

/// Gives back on every leg what was paid in advance for the time since a sale was suspended, or charges the rest of a period that
/// began suspended, where its seller does not charge that time. Has to run before its being resumed is noted; an order is charged
/// once.
///
/// # Errors
/// What the rules refuse.
pub async fn charge_resume_in(
    w: &mut Work,
    order: Option<OrderId>,
    subscription: SubscriptionId,
    on: Date,
) -> Result<Option<InvoiceId>> {
    let sale = Sale::load(w, subscription, &[]).await?;
    if sale.before.iter().all(|leg| leg.pauses.is_empty()) {
        return Ok(None);
    }
    let mut sale = sale.with_discounts(w, true).await?;
    sale.happens_noted(w, on).await?;
    let Some(period) = sale.schedule.map(|schedule| schedule.running) else {
        return Ok(None);
    };
    let paid = sale.paid(w, period.part).await?;
    let mut charges = Vec::new();
    for leg in &sale.before {
        for mut charge in resumed(leg, &sale.quantities, &period, on, order)? {
            if charge.amount.is_negative() && charge.discount.is_none() {
                let item = charge.item_id;
                charge.reverses = item.and_then(|item| paid.get(&(leg.id, item)).copied());
            }
            charges.push(charge);
        }
    }
    if charges.is_empty() {
        return Ok(None);
    }
    let recorded = match order {
        Some(order) => sale.settle(w, order, on, charges).await?,
        None => sale.record(w, on, charges).await?,
    };
    Ok(recorded.invoice_id)
}

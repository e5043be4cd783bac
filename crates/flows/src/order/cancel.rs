//! Calling an order off, with everything it has done already undone.

use super::steps::{is_purchase, remove_in};
use super::{Task, correct, task_of};
use crate::quote::may_correct;
use tradewind_billing::service::order_reverse_in;
use tradewind_fulfilment::service::{delivery_cancel_open_in, delivery_of_order_in};
use tradewind_kernel::Result;
use tradewind_orders::service as orders;
use tradewind_orders::types::{OrderDetail, OrderRefusal, StepKind, SubscriptionEvent};
use tradewind_platform::{OpCtx, Platform, Work};

/// Calls an order off. What was invoiced is credited, what was paid becomes credit of the customer, a new subscription
/// ends, a changed one holds again what it held before.
///
/// # Errors
/// Not found, forbidden, changed meanwhile; conflict when it can't be cancelled any more. `not_the_provider` when somebody else than who
/// may make a correction calls it off.
pub async fn order_cancel(p: &Platform, ctx: &OpCtx, input: &OrderRefusal) -> Result<OrderDetail> {
    p.command(ctx, "order.cancel", input, |w, input| {
        Box::pin(async move {
            let before = orders::order_detail_in(w, input.id).await?;
            if let Task::Correct(task) = task_of(&before.order)? {
                may_correct(w, before.order.subscription_id, task.own_leg).await?;
            }
            let cancelled = orders::order_cancel_in(w, input).await?;
            undo(w, &before).await?;
            Ok(cancelled)
        })
    })
    .await
}

/// Takes back what an order that is no longer wanted has done.
pub(crate) async fn undo(w: &mut Work, order: &OrderDetail) -> Result<()> {
    let id = order.order.subscription_id;
    let subscription = orders::subscription_in(w, id).await?;
    let today = crate::quote::today(w.ctx.now, &subscription.zone);
    let task = task_of(&order.order)?;
    // The vendor was asked in the transaction that did what there was to do before it.
    let begun = order.step(StepKind::Delivery).is_some()
        && delivery_of_order_in(w, order.order.id).await?.is_some();
    match &task {
        Task::Correct(task) if begun => correct::undo(w, &order.order, task).await?,
        _ => order_reverse_in(w, order.order.id, id, today)
            .await
            .map(drop)?,
    }
    orders::redemptions_give_back_in(w, order.order.id).await?;
    delivery_cancel_open_in(w, id).await?;
    if is_purchase(&order.order) {
        let ended = orders::subscription_transition_in(w, id, SubscriptionEvent::Terminate).await?;
        return remove_in(w, &ended).await;
    }
    if let Task::ChangeNow(change) = task
        && begun
    {
        let before = &change.before;
        orders::plan_switch_in(w, id, before.plan_id, &before.items, &before.terms, today).await?;
    }
    Ok(())
}

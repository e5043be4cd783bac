//! Calling an order off, with everything it has done already undone.

use super::steps::{is_purchase, remove_in};
use super::{Task, correct, task_of};
use tradewind_billing::service::order_reverse_in;
use tradewind_fulfilment::service::delivery_cancel_open_in;
use tradewind_kernel::Result;
use tradewind_orders::service as orders;
use tradewind_orders::types::{OrderDetail, OrderRefusal, StepKind, StepState, SubscriptionEvent};
use tradewind_platform::{OpCtx, Platform, Work};

/// Calls an order off. What was invoiced is credited, what was paid becomes credit of the customer, a new subscription
/// ends, a changed one holds again what it held before.
///
/// # Errors
/// Not found, forbidden, changed meanwhile; conflict when it can't be cancelled any more.
pub async fn order_cancel(p: &Platform, ctx: &OpCtx, input: &OrderRefusal) -> Result<OrderDetail> {
    p.command(ctx, "order.cancel", input, |w, input| {
        Box::pin(async move {
            let before = orders::order_detail_in(w, input.id).await?;
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
    order_reverse_in(w, order.order.id, id, today).await?;
    orders::redemptions_give_back_in(w, order.order.id).await?;
    delivery_cancel_open_in(w, id).await?;
    if is_purchase(&order.order) {
        let ended = orders::subscription_transition_in(w, id, SubscriptionEvent::Terminate).await?;
        return remove_in(w, &ended).await;
    }
    let begun = order
        .step(StepKind::Delivery)
        .is_some_and(|step| step.state != StepState::Pending);
    match task_of(&order.order)? {
        Task::ChangeNow(change) if begun => {
            let before = &change.before;
            orders::plan_switch_in(w, id, before.plan_id, &before.items, &before.terms, today)
                .await?;
        }
        Task::Correct(task) if begun => correct::undo(w, &subscription, &task).await?,
        _ => {}
    }
    Ok(())
}

//! What each step of an order does. Each answers how its step moves.

use super::correct::correct;
use super::place::mode_of;
use super::{ChangeTask, Task};
use crate::credit::{MARK, held};
use tradewind_accounts::types::AccountStatus;
use tradewind_billing::service::{
    OrderCharged, PurchaseCharge, SubscriptionChange, charge_change_in, charge_end_in,
    charge_purchase_in, charge_resume_in,
};
use tradewind_catalogue::types::ProductStatus;
use tradewind_fulfilment::service::{
    DeliveryStart, delivery_cancel_open_in, delivery_of_order_in, delivery_start_in,
};
use tradewind_fulfilment::types::{DeliveryKind, DeliveryMode, DeliveryState};
use tradewind_kernel::calendar::add_days;
use tradewind_kernel::{Date, Error, Result};
use tradewind_orders::rules::StepEvent;
use tradewind_orders::service::{self as orders, PeriodSet, StepMove};
use tradewind_orders::types::{
    DeliveryState as SubscriptionDelivery, Order, OrderDetail, OrderKind, PauseCause,
    ScheduledChange, StepKind, Subscription, SubscriptionEvent,
};
use tradewind_platform::Work;

/// What stands on a payment step while a tax engine is asked about the invoice.
pub(crate) const AWAITS_TAX: &str = "tax";

/// Whether the order can still be carried out.
pub(super) async fn validate(w: &mut Work, order: &Order, task: &Task) -> Result<StepMove> {
    let customer = tradewind_accounts::service::account_get_in(w, order.customer_id).await?;
    if customer.status != AccountStatus::Active {
        return Err(Error::refused(
            "account_closed",
            "the customer's account is closed",
        ));
    }
    if matches!(task, Task::Purchase { .. }) {
        let product = tradewind_catalogue::service::product_of(w, order.product_id).await?;
        let name = product.product.name.get(customer.locale);
        if product.product.status != ProductStatus::Published {
            return Err(Error::refused(
                "not_for_sale",
                format!("\"{name}\" has been withdrawn from sale"),
            ));
        }
    }
    Ok(StepMove::new(StepKind::Validation, StepEvent::Finish))
}

/// The seller has to look at it.
pub(super) fn ask_approval(order: &Order) -> StepMove {
    let waits = StepMove::new(StepKind::Approval, StepEvent::Wait);
    match held(order) {
        Some(held) if held.alone => waits.saying(held.why).noting(MARK),
        Some(held) => waits.saying(held.why),
        None => waits.saying("The seller has to approve this order before it goes on."),
    }
}

/// Charges what is due and waits for the money.
pub(super) async fn ask_payment(
    w: &mut Work,
    detail: &OrderDetail,
    task: &Task,
) -> Result<StepMove> {
    let order = &detail.order;
    let Some(charged) = charge(w, order, task).await? else {
        return Ok(StepMove::new(StepKind::Payment, StepEvent::Finish));
    };
    match charged.invoice_id {
        None if charged.awaits_tax => Ok(StepMove::new(StepKind::Payment, StepEvent::Wait)
            .saying("Waiting for the taxes of the invoice.")
            .noting(AWAITS_TAX)),
        Some(invoice) if !tradewind_billing::service::is_paid_in(w, invoice).await? => {
            let number = tradewind_billing::service::invoice_number_in(w, invoice).await?;
            Ok(StepMove::new(StepKind::Payment, StepEvent::Wait)
                .saying(format!("Waiting for the payment of invoice {number}."))
                .noting(invoice.to_string()))
        }
        _ => Ok(StepMove::new(StepKind::Payment, StepEvent::Finish)),
    }
}

/// Asks the vendor, and waits for its report.
pub(super) async fn deliver(w: &mut Work, detail: &OrderDetail, task: &Task) -> Result<StepMove> {
    let order = &detail.order;
    let again = detail
        .step(StepKind::Delivery)
        .is_some_and(|step| step.attempt > 1);
    if again
        && let Some(failed) = delivery_of_order_in(w, order.id).await?
        && failed.state == DeliveryState::Failed
    {
        tradewind_fulfilment::service::delivery_retry_in(w, failed.id).await?;
        return Ok(waiting());
    }
    let subscription = orders::subscription_in(w, order.subscription_id).await?;
    match task {
        Task::Purchase { mode, .. } => start(w, order, DeliveryKind::Provision, *mode).await,
        Task::ChangeNow(change) => {
            if detail.step(StepKind::Payment).is_none() {
                charge(w, order, task).await?;
            }
            apply(w, &subscription, change).await?;
            start(w, order, DeliveryKind::Change, change.mode).await
        }
        Task::Suspend { mode } => {
            orders::subscription_transition_in(w, subscription.id, SubscriptionEvent::Suspend)
                .await?;
            orders::pause_begin_in(w, &subscription, PauseCause::Hand).await?;
            start(w, order, DeliveryKind::Suspend, *mode).await
        }
        Task::Resume { mode } => {
            let at = today(w, &subscription);
            charge_resume_in(w, Some(order.id), subscription.id, at).await?;
            orders::pause_end_in(w, &subscription).await?;
            orders::subscription_transition_in(w, subscription.id, SubscriptionEvent::Resume)
                .await?;
            start(w, order, DeliveryKind::Resume, *mode).await
        }
        Task::CancelNow { mode } => {
            charge_end_in(w, order.id, subscription.id, today(w, &subscription)).await?;
            orders::subscription_transition_in(w, subscription.id, SubscriptionEvent::Terminate)
                .await?;
            take_away(w, order, &subscription, *mode).await
        }
        Task::Correct(task) => {
            correct(w, order, task, today(w, &subscription)).await?;
            if task.ends {
                take_away(w, order, &subscription, task.mode).await
            } else {
                start(w, order, DeliveryKind::Change, task.mode).await
            }
        }
        Task::ChangeLater { .. } | Task::CancelLater { .. } => {
            Ok(StepMove::new(StepKind::Delivery, StepEvent::Skip))
        }
    }
}

/// Brings the subscription into the state that was ordered.
pub(super) async fn complete(w: &mut Work, detail: &OrderDetail, task: &Task) -> Result<StepMove> {
    let order = &detail.order;
    let subscription = orders::subscription_in(w, order.subscription_id).await?;
    match task {
        Task::Purchase { trial_days, .. } if *trial_days > 0 => {
            begin_trial(w, &subscription, *trial_days).await?
        }
        Task::Purchase { .. } => {
            if detail.step(StepKind::Payment).is_none() {
                charge(w, order, task).await?;
            }
            orders::subscription_transition_in(w, subscription.id, SubscriptionEvent::Activate)
                .await?;
        }
        Task::ChangeLater { after, on } => {
            let change = ScheduledChange {
                on: *on,
                plan_id: after.plan_id,
                items: after.items.clone(),
                terms: after.terms.clone(),
            };
            orders::schedule_set_in(w, subscription.id, &change).await?;
        }
        Task::CancelLater { on } => {
            orders::cancel_on_set_in(w, subscription.id, Some(*on)).await?;
        }
        Task::Correct(task) => {
            if detail.step(StepKind::Delivery).is_none() {
                correct(w, order, task, today(w, &subscription)).await?;
            }
        }
        Task::ChangeNow(_)
        | Task::CancelNow { .. }
        | Task::Suspend { .. }
        | Task::Resume { .. } => {}
    }
    Ok(StepMove::new(StepKind::Completion, StepEvent::Finish))
}

async fn begin_trial(w: &mut Work, subscription: &Subscription, days: i64) -> Result<()> {
    let ends_on = add_days(today(w, subscription), days)?;
    orders::subscription_transition_in(w, subscription.id, SubscriptionEvent::StartTrial).await?;
    let clocks = PeriodSet {
        // A schedule that it is to be aligned to.
        anchor_on: subscription.anchor_on,
        period: None,
        trial_ends_on: Some(ends_on),
        term_ends_on: None,
        next_bill_on: Some(ends_on),
    };
    orders::period_set_in(w, subscription.id, &clocks).await?;
    Ok(())
}

/// Charges an order on every leg and sets the clocks that follow; answers what became of it on the customer's.
async fn charge(w: &mut Work, order: &Order, task: &Task) -> Result<Option<OrderCharged>> {
    let subscription = orders::subscription_in(w, order.subscription_id).await?;
    let at = today(w, &subscription);
    let charged = match task {
        Task::Purchase { trial_days, .. } if *trial_days > 0 => return Ok(None),
        Task::Purchase { .. } => {
            let input = PurchaseCharge {
                order_id: order.id,
                subscription_id: subscription.id,
                begins_on: at,
            };
            charge_purchase_in(w, &input).await?
        }
        Task::ChangeNow(change) => {
            let input = SubscriptionChange {
                subscription_id: subscription.id,
                wanted: change
                    .after
                    .items
                    .iter()
                    .map(|item| (item.item_id, item.quantity))
                    .collect(),
                terms: change.after.terms.clone(),
                at,
                moment: None,
                less: change.less,
            };
            charge_change_in(w, order.id, &input).await?
        }
        _ => return Ok(None),
    };
    if let Some(first) = charged.clocks {
        let clocks = PeriodSet {
            anchor_on: Some(first.anchor_on),
            period: Some(first.period),
            trial_ends_on: subscription.trial_ends_on,
            term_ends_on: first.term_ends_on,
            next_bill_on: Some(first.period.end),
        };
        orders::period_set_in(w, subscription.id, &clocks).await?;
    }
    Ok(Some(charged))
}

/// Has the vendor remove what an order ends, if there is anything.
async fn take_away(
    w: &mut Work,
    order: &Order,
    subscription: &Subscription,
    mode: DeliveryMode,
) -> Result<StepMove> {
    if matches!(
        subscription.delivery_state,
        SubscriptionDelivery::NotProvisioned | SubscriptionDelivery::Removed
    ) {
        delivery_cancel_open_in(w, subscription.id).await?;
        return Ok(StepMove::new(StepKind::Delivery, StepEvent::Finish));
    }
    start(w, order, DeliveryKind::Remove, mode).await
}

async fn apply(w: &mut Work, subscription: &Subscription, change: &ChangeTask) -> Result<()> {
    let from = today(w, subscription);
    let after = &change.after;
    orders::plan_switch_in(
        w,
        subscription.id,
        after.plan_id,
        &after.items,
        &after.terms,
        from,
    )
    .await?;
    Ok(())
}

async fn start(
    w: &mut Work,
    order: &Order,
    kind: DeliveryKind,
    mode: DeliveryMode,
) -> Result<StepMove> {
    let input = DeliveryStart {
        subscription_id: order.subscription_id,
        order_id: Some(order.id),
        vendor_id: order.vendor_id,
        customer_id: order.customer_id,
        kind,
        mode,
    };
    delivery_start_in(w, &input).await?;
    Ok(waiting())
}

/// Has the vendor remove what is left of a subscription that has ended, unless it is doing so already.
pub(crate) async fn remove_in(w: &mut Work, subscription: &Subscription) -> Result<()> {
    use SubscriptionDelivery as D;
    match subscription.delivery_state {
        D::Removing | D::Removed => Ok(()),
        D::NotProvisioned => delivery_cancel_open_in(w, subscription.id).await,
        D::Provisioning | D::Running | D::Stopped | D::Changing | D::Failed => {
            follow_in(w, subscription, DeliveryKind::Remove).await
        }
    }
}

/// Has the vendor do something for a subscription that no order asks for.
pub(crate) async fn follow_in(
    w: &mut Work,
    subscription: &Subscription,
    kind: DeliveryKind,
) -> Result<()> {
    let product = tradewind_catalogue::service::product_of(w, subscription.product_id).await?;
    let input = DeliveryStart {
        subscription_id: subscription.id,
        order_id: None,
        vendor_id: subscription.vendor_id,
        customer_id: subscription.customer_id,
        kind,
        mode: mode_of(product.product.delivery),
    };
    delivery_start_in(w, &input).await.map(drop)
}

fn waiting() -> StepMove {
    StepMove::new(StepKind::Delivery, StepEvent::Wait).saying("The vendor has been asked to do it.")
}

fn today(w: &Work, subscription: &Subscription) -> Date {
    crate::quote::today(w.ctx.now, &subscription.zone)
}

/// Whether an order is for a new subscription.
pub(super) const fn is_purchase(order: &Order) -> bool {
    matches!(order.kind, OrderKind::Purchase)
}

//! Orders: created by the flows from quotes, decided by the seller, watched by everyone concerned.

use super::step::{StepMove, is_open, step_move_in};
use super::subscription::{create_in, subscription_lock_in};
use crate::rules::{self, StepEvent};
use crate::store::order as store;
use crate::types::{
    Order, OrderCreate, OrderDecision, OrderDetail, OrderKind, OrderOperation, OrderRefusal,
    OrderState, OrderStep, OrderSummary, OrderedSubscription, StepKind, StepState,
};
use serde_json::json;
use tradewind_kernel::id::{AccountId, OrderId, OrderStepId, SubscriptionId};
use tradewind_kernel::{Error, Result, text};
use tradewind_platform::{AuditEntry, KeyRing, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind, Target};

const REASON_LENGTH_MAX: usize = 1_000;

/// Creates an order with its steps, and the subscription with its legs when it is a new one.
///
/// # Errors
/// Changed when the subscription isn't the one that was quoted; conflict when another order of it is open.
pub async fn order_create_in(
    w: &mut Work,
    keys: &KeyRing,
    input: &OrderCreate,
) -> Result<OrderDetail> {
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let subscription_id = match &input.subscription {
        OrderedSubscription::New(new) => create_in(w, keys, input, new).await?.id,
        OrderedSubscription::Existing { id, version } => {
            let subscription = subscription_lock_in(w, *id).await?;
            if subscription.version != *version {
                return Err(Error::changed(*id));
            }
            if let Some(open) = store::open(&mut w.tx, realm, *id).await? {
                return Err(Error::conflict(
                    "order_open",
                    format!("the order {open} of this subscription has not ended"),
                ));
            }
            subscription.id
        }
    };
    let order = Order {
        id: OrderId::generate(),
        kind: input.kind,
        state: OrderState::Pending,
        customer_id: input.customer_id,
        seller_id: input.seller_id,
        vendor_id: input.vendor_id,
        product_id: input.product_id,
        plan_id: input.plan_id,
        subscription_id,
        quote_id: input.quote_id,
        input: input.input.clone(),
        preview: input.preview.clone(),
        currency: input.due_now.currency,
        due_now: input.due_now,
        placed_by: w.ctx.principal.label(),
        placed_at: now,
        reason: None,
        completed_at: None,
        version: 1,
    };
    let steps: Vec<OrderStep> = (0_i64..)
        .zip(rules::flow(input.kind, input.flow))
        .map(|(position, kind)| new_step(position, kind))
        .collect();
    store::insert(&mut w.tx, realm, &order, &steps).await?;
    if let Some(quote) = input.quote_id {
        super::quote::quote_use_in(w, quote, order.id).await?;
    }
    w.audit(AuditEntry {
        action: "order.place",
        kind: "order",
        id: order.id.to_string(),
        account: order.customer_id,
        summary: json!({ "kind": order.kind, "subscription_id": subscription_id, "due_now": order.due_now }),
    });
    w.emit(NewEvent {
        kind: "order.placed",
        subject: order.id.to_string(),
        account: order.customer_id,
        data: json!({
            "subscription_id": subscription_id,
            "seller_id": order.seller_id,
            "vendor_id": order.vendor_id,
            "kind": order.kind,
        }),
    });
    detail_of(w, order, steps).await
}

fn new_step(position: i64, kind: StepKind) -> OrderStep {
    OrderStep {
        id: OrderStepId::generate(),
        position,
        kind,
        state: StepState::Pending,
        attempt: 1,
        started_at: None,
        finished_at: None,
        actor: None,
        message: None,
        detail: None,
    }
}

/// The seller agrees to an order.
///
/// # Errors
/// Not found, forbidden; conflict unless it waits for approval; changed when someone else has decided.
pub async fn order_approve(
    p: &Platform,
    ctx: &OpCtx,
    input: &OrderDecision,
) -> Result<OrderDetail> {
    p.command(ctx, "order.approve", input, |w, input| {
        Box::pin(async move {
            let order = decided(w, Action::OrderApprove, input.id, input.version).await?;
            waits_for_approval(&order)?;
            tell(w, "order.approved", &order, None);
            step_move_in(
                w,
                order.id,
                &StepMove::new(StepKind::Approval, StepEvent::Finish),
            )
            .await
        })
    })
    .await
}

/// An order that waited for approval goes on because what it waited for has come about.
///
/// # Errors
/// Not found; conflict unless it waits for approval.
pub async fn order_release_in(w: &mut Work, id: OrderId, message: &str) -> Result<OrderDetail> {
    let realm = w.ctx.realm;
    let order = store::lock(&mut w.tx, realm, id).await?;
    waits_for_approval(&order)?;
    tell(w, "order.approved", &order, None);
    let moved = StepMove::new(StepKind::Approval, StepEvent::Finish).saying(message);
    step_move_in(w, id, &moved).await
}

/// The seller declines an order.
///
/// # Errors
/// As [`order_approve`]; a missing reason.
pub async fn order_reject(p: &Platform, ctx: &OpCtx, input: &OrderRefusal) -> Result<OrderDetail> {
    p.command(ctx, "order.reject", input, |w, input| {
        Box::pin(async move {
            let reason = text::trimmed("reason", &input.reason, 1, REASON_LENGTH_MAX)?;
            let order = decided(w, Action::OrderApprove, input.id, input.version).await?;
            waits_for_approval(&order)?;
            end_in(w, order.id, OrderState::Rejected, &reason).await
        })
    })
    .await
}

/// Has the failed step of an order tried again.
///
/// # Errors
/// Not found, forbidden; conflict unless a step has failed.
pub async fn order_retry(p: &Platform, ctx: &OpCtx, input: &OrderDecision) -> Result<OrderDetail> {
    p.command(ctx, "order.retry", input, |w, input| {
        Box::pin(async move {
            let order = decided(w, Action::OrderRetry, input.id, input.version).await?;
            let realm = w.ctx.realm;
            let steps = store::steps(&mut w.tx, realm, order.id).await?;
            let failed = steps
                .iter()
                .find(|step| step.state == StepState::Failed)
                .ok_or_else(|| {
                    Error::conflict(
                        "nothing_failed",
                        format!("no step of this order has failed; it is {}", order.state),
                    )
                })?;
            tell(w, "order.retried", &order, Some(failed.kind.as_str()));
            step_move_in(w, order.id, &StepMove::new(failed.kind, StepEvent::Retry)).await
        })
    })
    .await
}

/// Calls an order off: its open steps are cancelled. What it has done already is undone by the caller.
///
/// # Errors
/// Not found, forbidden; conflict when it can't be cancelled any more.
pub async fn order_cancel_in(w: &mut Work, input: &OrderRefusal) -> Result<OrderDetail> {
    let reason = text::trimmed("reason", &input.reason, 1, REASON_LENGTH_MAX)?;
    let order = decided(w, Action::OrderCancel, input.id, input.version).await?;
    if !rules::order_operations(order.state, true, true).contains(&OrderOperation::Cancel) {
        return Err(Error::conflict(
            "order_state",
            format!("an order that is {} can't be cancelled", order.state),
        ));
    }
    end_in(w, order.id, OrderState::Cancelled, &reason).await
}

async fn end_in(w: &mut Work, id: OrderId, state: OrderState, reason: &str) -> Result<OrderDetail> {
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let mut order = store::lock(&mut w.tx, realm, id).await?;
    let mut steps = store::steps(&mut w.tx, realm, id).await?;
    for step in steps.iter_mut().filter(|step| is_open(step.state)) {
        step.state = rules::step_after(step.kind, step.state, StepEvent::Cancel)?;
        step.finished_at = Some(now);
        step.actor = Some(w.ctx.principal.label());
        store::step_update(&mut w.tx, realm, id, step).await?;
    }
    order.state = state;
    order.reason = Some(reason.to_owned());
    order.completed_at = Some(now);
    store::update(&mut w.tx, realm, &mut order).await?;
    let (action, event) = match state {
        OrderState::Rejected => ("order.reject", "order.rejected"),
        _ => ("order.cancel", "order.cancelled"),
    };
    w.audit(AuditEntry {
        action,
        kind: "order",
        id: order.id.to_string(),
        account: order.customer_id,
        summary: json!({ "reason": reason }),
    });
    tell(w, event, &order, Some(reason));
    detail_of(w, order, steps).await
}

/// One order with its steps.
///
/// # Errors
/// Not found.
pub async fn order_get(p: &Platform, ctx: &OpCtx, id: OrderId) -> Result<OrderDetail> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            let detail = order_detail_in(w, *id).await?;
            let target = target_of(w, &detail.order).await?;
            w.authorize_for(Action::OrderView, &target, id)?;
            Ok(detail)
        })
    })
    .await
}

/// The latest orders of a subscription, at most 50.
///
/// # Errors
/// Not found.
pub async fn orders_of_subscription(
    p: &Platform,
    ctx: &OpCtx,
    subscription: SubscriptionId,
) -> Result<Vec<Order>> {
    p.read(ctx, &subscription, |w, id| {
        Box::pin(async move {
            may_view_orders(w, *id).await?;
            let realm = w.ctx.realm;
            store::of_subscription(&mut w.tx, realm, *id).await
        })
    })
    .await
}

/// What a customer has ordered from a seller that has not ended, the oldest first, without asking who wants to know.
///
/// # Errors
/// Database errors.
pub async fn orders_under_way_in(
    w: &mut Work,
    seller: AccountId,
    customer: AccountId,
) -> Result<Vec<OrderSummary>> {
    let realm = w.ctx.realm;
    store::under_way(&mut w.tx, realm, seller, customer).await
}

/// As [`orders_of_subscription`], without what was asked for and promised.
///
/// # Errors
/// Not found.
pub async fn order_summaries_of(
    p: &Platform,
    ctx: &OpCtx,
    subscription: SubscriptionId,
) -> Result<Vec<OrderSummary>> {
    p.read(ctx, &subscription, |w, id| {
        Box::pin(async move {
            may_view_orders(w, *id).await?;
            let realm = w.ctx.realm;
            store::summaries_of(&mut w.tx, realm, *id).await
        })
    })
    .await
}

async fn may_view_orders(w: &mut Work, id: SubscriptionId) -> Result<()> {
    let of = super::look::subscription_in(w, id).await?;
    let target = super::look::subscription_target(w, &of).await?;
    w.authorize_for(Action::OrderView, &target, &id)
}

/// An order without asking who wants to know.
///
/// # Errors
/// Not found.
pub async fn order_in(w: &mut Work, id: OrderId) -> Result<Order> {
    let realm = w.ctx.realm;
    store::get(&mut w.tx, realm, id).await
}

/// An order with its steps, without asking who wants to know.
///
/// # Errors
/// Not found.
pub async fn order_detail_in(w: &mut Work, id: OrderId) -> Result<OrderDetail> {
    let realm = w.ctx.realm;
    let order = store::get(&mut w.tx, realm, id).await?;
    let steps = store::steps(&mut w.tx, realm, id).await?;
    detail_of(w, order, steps).await
}

/// The order of a subscription that has not ended.
///
/// # Errors
/// Database errors.
pub async fn open_order_in(w: &mut Work, subscription: SubscriptionId) -> Result<Option<OrderId>> {
    let realm = w.ctx.realm;
    store::open(&mut w.tx, realm, subscription).await
}

/// What the policies are asked about an order.
///
/// # Errors
/// Database errors.
pub async fn target_of(w: &mut Work, order: &Order) -> Result<Target> {
    let target =
        tradewind_accounts::service::target(w, ResourceKind::Order, order.customer_id).await?;
    Ok(target
        .traded(order.seller_id, order.customer_id)
        .of_vendor(order.vendor_id))
}

/// An order as the principal sees it: with what it may do, and with the staff's details for staff only.
pub(super) async fn detail_of(
    w: &mut Work,
    order: Order,
    mut steps: Vec<OrderStep>,
) -> Result<OrderDetail> {
    let target = target_of(w, &order).await?;
    let seller_side = w.may(Action::OrderApprove, &target);
    // Who buys has no say in what was wrong.
    let buyer_side = order.kind != OrderKind::Adjust && w.may(Action::OrderCancel, &target);
    if !seller_side {
        for step in &mut steps {
            step.detail = None;
        }
    }
    let available_operations = rules::order_operations(order.state, seller_side, buyer_side);
    Ok(OrderDetail {
        order,
        steps,
        available_operations,
    })
}

async fn decided(w: &mut Work, action: Action, id: OrderId, version: Option<i64>) -> Result<Order> {
    let realm = w.ctx.realm;
    let order = store::lock(&mut w.tx, realm, id).await?;
    let target = target_of(w, &order).await?;
    w.authorize_for(action, &target, &id)?;
    if version.is_some_and(|seen| seen != order.version) {
        return Err(Error::changed(id));
    }
    Ok(order)
}

fn waits_for_approval(order: &Order) -> Result<()> {
    if order.state == OrderState::AwaitingApproval {
        return Ok(());
    }
    Err(Error::conflict(
        "order_state",
        format!(
            "this order does not wait for approval; it is {}",
            order.state
        ),
    ))
}

fn tell(w: &mut Work, kind: &'static str, order: &Order, message: Option<&str>) {
    w.emit(NewEvent {
        kind,
        subject: order.id.to_string(),
        account: order.customer_id,
        data: json!({
            "subscription_id": order.subscription_id,
            "seller_id": order.seller_id,
            "vendor_id": order.vendor_id,
            "kind": order.kind,
            "message": message,
        }),
    });
}

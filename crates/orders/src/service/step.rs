//! Steps of an order: each move is recorded with who, when and what, and decides the state of the order.

use crate::rules::{self, StepEvent};
use crate::store::order as store;
use crate::types::{OrderDetail, OrderState, StepKind, StepState};
use serde_json::json;
use tradewind_kernel::id::OrderId;
use tradewind_kernel::{Error, Result};
use tradewind_platform::{AuditEntry, NewEvent, Work};

/// A move of one step.
#[derive(Debug, Clone)]
pub struct StepMove {
    /// Which step.
    pub kind: StepKind,
    /// What happens to it.
    pub event: StepEvent,
    /// What to tell everyone.
    pub message: Option<String>,
    /// What staff should know as well.
    pub detail: Option<String>,
}

impl StepMove {
    /// A move without words.
    #[must_use]
    pub const fn new(kind: StepKind, event: StepEvent) -> Self {
        Self {
            kind,
            event,
            message: None,
            detail: None,
        }
    }

    /// The same move with a message for everyone.
    #[must_use]
    pub fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// The same move with a detail for staff.
    #[must_use]
    pub fn noting(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// Moves a step of an order and lets the order follow.
///
/// # Errors
/// Not found; conflict when the step can't move like that.
pub async fn step_move_in(w: &mut Work, order: OrderId, to: &StepMove) -> Result<OrderDetail> {
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let mut order = store::lock(&mut w.tx, realm, order).await?;
    let mut steps = store::steps(&mut w.tx, realm, order.id).await?;
    let position = steps
        .iter()
        .position(|step| step.kind == to.kind)
        .ok_or_else(|| {
            Error::conflict(
                "no_such_step",
                format!("this order has no step {}", to.kind),
            )
        })?;
    let step = &mut steps[position];
    step.state = rules::step_after(to.kind, step.state, to.event)?;
    match to.event {
        StepEvent::Retry => {
            step.attempt += 1;
            (step.started_at, step.finished_at, step.message, step.detail) =
                (None, None, None, None);
        }
        StepEvent::Start | StepEvent::Wait => step.started_at = step.started_at.or(Some(now)),
        StepEvent::Finish | StepEvent::Fail | StepEvent::Skip | StepEvent::Cancel => {
            step.started_at = step.started_at.or(Some(now));
            step.finished_at = Some(now);
        }
    }
    step.actor = Some(w.ctx.principal.label());
    if to.message.is_some() {
        step.message.clone_from(&to.message);
    }
    if to.detail.is_some() {
        step.detail.clone_from(&to.detail);
    }
    store::step_update(&mut w.tx, realm, order.id, step).await?;
    w.audit(AuditEntry {
        action: "order.step",
        kind: "order",
        id: order.id.to_string(),
        account: order.customer_id,
        summary: json!({ "step": to.kind, "event": to.event, "state": steps[position].state, "message": to.message }),
    });

    let state = rules::order_state(&steps);
    if state != order.state {
        order.state = state;
        if state == OrderState::Completed {
            order.completed_at = Some(now);
        }
        store::update(&mut w.tx, realm, &mut order).await?;
        if let Some(kind) = event_of(state) {
            w.emit(NewEvent {
                kind,
                subject: order.id.to_string(),
                account: order.customer_id,
                data: json!({
                    "subscription_id": order.subscription_id,
                    "seller_id": order.seller_id,
                    "vendor_id": order.vendor_id,
                    "kind": order.kind,
                    "step": to.kind,
                    "message": to.message,
                }),
            });
        }
    }
    super::order::detail_of(w, order, steps).await
}

/// The event that tells of an order having come into a state.
const fn event_of(state: OrderState) -> Option<&'static str> {
    match state {
        OrderState::AwaitingApproval => Some("order.awaiting_approval"),
        OrderState::AwaitingPayment => Some("order.awaiting_payment"),
        OrderState::Completed => Some("order.completed"),
        OrderState::Failed => Some("order.failed"),
        OrderState::Cancelled => Some("order.cancelled"),
        OrderState::Pending | OrderState::Delivering | OrderState::Rejected => None,
    }
}

/// Whether a step can still be called off.
pub(super) const fn is_open(state: StepState) -> bool {
    matches!(
        state,
        StepState::Pending | StepState::Running | StepState::Waiting | StepState::Failed
    )
}

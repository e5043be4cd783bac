//! The vendor has reported: the order that asked for it goes on, or shows what went wrong.

use super::field;
use crate::order::enqueue_advance;
use tradewind_kernel::Result;
use tradewind_kernel::id::OrderId;
use tradewind_orders::rules::StepEvent;
use tradewind_orders::service::{StepMove, order_detail_in, step_move_in};
use tradewind_orders::types::{StepKind, StepState};
use tradewind_platform::{Event, Work};

pub(super) async fn succeeded(w: &mut Work, event: &Event) -> Result<()> {
    if let Some(order) = waiting_order(w, event).await? {
        let message: Option<String> = field(event, "message")?;
        let mut moved = StepMove::new(StepKind::Delivery, StepEvent::Finish);
        moved.message = message;
        step_move_in(w, order, &moved).await?;
        enqueue_advance(w, order);
    }
    Ok(())
}

pub(super) async fn failed(w: &mut Work, event: &Event) -> Result<()> {
    if let Some(order) = waiting_order(w, event).await? {
        let message: Option<String> = field(event, "message")?;
        let moved =
            StepMove::new(StepKind::Delivery, StepEvent::Fail).saying(message.unwrap_or_default());
        step_move_in(w, order, &moved).await?;
    }
    Ok(())
}

/// The order that waits for this delivery; none when none asked for it, or it does not wait any more.
async fn waiting_order(w: &mut Work, event: &Event) -> Result<Option<OrderId>> {
    let Some(order): Option<OrderId> = field(event, "order_id")? else {
        return Ok(None);
    };
    let detail = order_detail_in(w, order).await?;
    let waits = !detail.order.state.is_final()
        && detail
            .step(StepKind::Delivery)
            .is_some_and(|step| step.state == StepState::Waiting);
    Ok(waits.then_some(order))
}

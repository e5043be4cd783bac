//! A document that waited for its taxes was issued: orders that waited for it go on.

use crate::order::{AWAITS_TAX, enqueue_advance};
use tradewind_billing::service::orders_of_invoice_in;
use tradewind_kernel::Result;
use tradewind_kernel::id::InvoiceId;
use tradewind_orders::rules::StepEvent;
use tradewind_orders::service::{StepMove, order_detail_in, step_move_in};
use tradewind_orders::types::{StepKind, StepState};
use tradewind_platform::Work;

pub(super) async fn settled(w: &mut Work, invoice: InvoiceId) -> Result<()> {
    for order in orders_of_invoice_in(w, invoice).await? {
        let detail = order_detail_in(w, order).await?;
        let waits = !detail.order.state.is_final()
            && detail.step(StepKind::Payment).is_some_and(|step| {
                step.state == StepState::Waiting && step.detail.as_deref() == Some(AWAITS_TAX)
            });
        if waits {
            // The step looks again, and finds an invoice to wait for, or nothing to pay.
            let again = StepMove::new(StepKind::Payment, StepEvent::Start);
            step_move_in(w, order, &again).await?;
            enqueue_advance(w, order);
        }
    }
    Ok(())
}

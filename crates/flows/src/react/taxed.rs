//! A document was issued that orders waited for: after its taxes were known, or in the place of another one.

use crate::order::{AWAITS_TAX, enqueue_advance};
use tradewind_billing::service::orders_of_invoice_in;
use tradewind_kernel::Result;
use tradewind_kernel::id::InvoiceId;
use tradewind_orders::rules::StepEvent;
use tradewind_orders::service::{StepMove, order_detail_in, step_move_in};
use tradewind_orders::types::{StepKind, StepState};
use tradewind_platform::Work;

pub(super) async fn settled(w: &mut Work, invoice: InvoiceId) -> Result<()> {
    look_again(w, invoice, AWAITS_TAX).await
}

/// An invoice has taken the place of another one: orders wait for that from now on.
pub(super) async fn reissued(w: &mut Work, invoice: InvoiceId, old: InvoiceId) -> Result<()> {
    look_again(w, invoice, &old.to_string()).await
}

/// Has the orders of a document that wait for what they noted look again.
async fn look_again(w: &mut Work, invoice: InvoiceId, noted: &str) -> Result<()> {
    for order in orders_of_invoice_in(w, invoice).await? {
        let detail = order_detail_in(w, order).await?;
        let waits = !detail.order.state.is_final()
            && detail.step(StepKind::Payment).is_some_and(|step| {
                step.state == StepState::Waiting && step.detail.as_deref() == Some(noted)
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

//! An invoice has been paid: the order that waited for it goes on, and what was stopped for it starts again.

use super::{field, parsed};
use crate::credit;
use crate::order::{enqueue_advance, follow_in};
use tradewind_billing::service::{
    BuyerOf, charge_resume_in, credit_holds_settle_in, invoice_subscriptions, is_overdue_in,
    orders_of_invoice_in,
};
use tradewind_fulfilment::types::DeliveryKind;
use tradewind_kernel::Result;
use tradewind_kernel::id::InvoiceId;
use tradewind_orders::rules::StepEvent;
use tradewind_orders::service::{self as orders, StepMove, order_detail_in, step_move_in};
use tradewind_orders::types::{
    CommercialState, PauseCause, StepKind, StepState, SubscriptionEvent,
};
use tradewind_platform::{Event, Work};

pub(super) async fn paid(w: &mut Work, invoice: InvoiceId) -> Result<()> {
    for order in orders_of_invoice_in(w, invoice).await? {
        let detail = order_detail_in(w, order).await?;
        let waits = !detail.order.state.is_final()
            && detail
                .step(StepKind::Payment)
                .is_some_and(|step| step.state == StepState::Waiting);
        if waits {
            step_move_in(
                w,
                order,
                &StepMove::new(StepKind::Payment, StepEvent::Finish).saying("Paid."),
            )
            .await?;
            enqueue_advance(w, order);
        }
    }
    Ok(())
}

/// Nothing is owed on an invoice any more: what dunning has taken for it comes back.
pub(super) async fn restore(w: &mut Work, event: &Event) -> Result<()> {
    let invoice: InvoiceId = parsed(&event.subject)?;
    let of = BuyerOf {
        seller_id: field(event, "seller_id")?,
        buyer_id: field(event, "buyer_id")?,
    };
    credit_holds_settle_in(w, of).await?;
    credit::let_go(w, of.seller_id, of.buyer_id).await?;
    for id in invoice_subscriptions(w, invoice).await? {
        let subscription = orders::subscription_in(w, id).await?;
        let event = match subscription.commercial_state {
            CommercialState::Grace => SubscriptionEvent::Settle,
            CommercialState::Suspended => SubscriptionEvent::Resume,
            _ => continue,
        };
        // Another invoice may still be overdue; its payment will bring the service back.
        if is_overdue_in(w, id).await? {
            continue;
        }
        if event == SubscriptionEvent::Resume {
            // What somebody has suspended waits for somebody to resume it.
            if orders::pause_cause_in(w, id).await? == Some(PauseCause::Hand) {
                continue;
            }
            let today = w.ctx.now.date_in(&subscription.zone);
            charge_resume_in(w, None, id, today).await?;
            orders::pause_end_in(w, &subscription).await?;
        }
        let resumed = orders::subscription_transition_in(w, id, event).await?;
        if event == SubscriptionEvent::Resume {
            follow_in(w, &resumed, DeliveryKind::Resume).await?;
        }
    }
    Ok(())
}

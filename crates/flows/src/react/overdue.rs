//! A step of dunning: what it means for the subscriptions on the invoice.

use super::{field, parsed};
use crate::collect::COLLECT_JOB;
use crate::order::follow_in;
use serde_json::json;
use tradewind_billing::service::invoice_subscriptions;
use tradewind_billing::types::DunningAction;
use tradewind_fulfilment::types::DeliveryKind;
use tradewind_kernel::Result;
use tradewind_kernel::id::InvoiceId;
use tradewind_orders::service as orders;
use tradewind_orders::types::{CommercialState, PauseCause, SubscriptionEvent};
use tradewind_platform::{Event, NewJob, Work};

pub(super) async fn overdue(w: &mut Work, event: &Event) -> Result<()> {
    let invoice: InvoiceId = parsed(&event.subject)?;
    let action: DunningAction = field(event, "action")?;
    if action == DunningAction::Retry {
        let stage: i64 = field(event, "stage")?;
        // The collector is told of the invoice once more, as when it was issued.
        let again = NewJob::new(COLLECT_JOB, json!(event));
        w.enqueue(again.unique(format!("dunning:{invoice}:{stage}")));
        return Ok(());
    }
    for id in invoice_subscriptions(w, invoice).await? {
        let subscription = orders::subscription_in(w, id).await?;
        // Only the customer's own invoice touches the service; what resellers owe each other does not.
        if subscription.customer_id != event.account {
            continue;
        }
        let state = subscription.commercial_state;
        match action {
            DunningAction::Remind if state == CommercialState::Active => {
                orders::subscription_transition_in(w, id, SubscriptionEvent::Overdue).await?;
            }
            DunningAction::Suspend
                if matches!(state, CommercialState::Active | CommercialState::Grace) =>
            {
                let suspended =
                    orders::subscription_transition_in(w, id, SubscriptionEvent::Suspend).await?;
                orders::pause_begin_in(w, &suspended, PauseCause::Dunning).await?;
                follow_in(w, &suspended, DeliveryKind::Suspend).await?;
            }
            DunningAction::Terminate if !state.is_final() => {
                // The vendor removes the service because the subscription has ended.
                orders::subscription_transition_in(w, id, SubscriptionEvent::Terminate).await?;
            }
            DunningAction::Remind
            | DunningAction::Retry
            | DunningAction::Fee
            | DunningAction::Restrict
            | DunningAction::Suspend
            | DunningAction::Terminate
            | DunningAction::WriteOff => {}
        }
    }
    Ok(())
}

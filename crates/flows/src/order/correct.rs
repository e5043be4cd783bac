//! Carrying out a correction: first the books, then the record, then the vendor.

use super::CorrectionTask;
use tradewind_billing::service::{Correction, charge_correction_in};
use tradewind_kernel::{Date, Result};
use tradewind_orders::service as orders;
use tradewind_orders::types::{Order, Subscription, SubscriptionEvent};
use tradewind_platform::Work;

/// Books a correction on every leg and sets the record right.
pub(super) async fn correct(
    w: &mut Work,
    order: &Order,
    task: &CorrectionTask,
    today: Date,
) -> Result<()> {
    let id = order.subscription_id;
    let correction = Correction {
        subscription_id: id,
        from: task.from,
        held: task
            .held
            .iter()
            .map(|item| (item.item_id, item.quantity))
            .collect(),
        ends: task.ends,
    };
    charge_correction_in(w, order.id, &correction, today).await?;
    if task.ends {
        orders::subscription_transition_in(w, id, SubscriptionEvent::Terminate).await?;
    } else {
        orders::quantities_amend_in(w, id, &task.held, task.from).await?;
    }
    Ok(())
}

/// Sets the record back to what it was before a correction that was called off.
pub(super) async fn undo(
    w: &mut Work,
    subscription: &Subscription,
    task: &CorrectionTask,
) -> Result<()> {
    if !task.ends {
        orders::quantities_amend_in(w, subscription.id, &task.before, task.from).await?;
    }
    Ok(())
}

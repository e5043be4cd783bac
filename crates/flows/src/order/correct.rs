//! Carrying out a correction: first the books, then the record, then the vendor.

use std::collections::BTreeSet;

use super::CorrectionTask;
use tradewind_billing::service::{Correction, charge_correction_in};
use tradewind_kernel::{Date, Result, id::SubscriptionId};
use tradewind_metering::service::usage_expect_in;
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
        rate_again(w, id, task.from).await?;
    }
    Ok(())
}

/// Has usage since a day looked at again: what is bought ahead may come with the quantities that were set right.
async fn rate_again(w: &mut Work, id: SubscriptionId, from: Date) -> Result<()> {
    let months = BTreeSet::from([(id, from.first_of_month())]);
    usage_expect_in(w, &months).await
}

/// Sets the record back to what it was before a correction that was called off.
pub(super) async fn undo(
    w: &mut Work,
    subscription: &Subscription,
    task: &CorrectionTask,
) -> Result<()> {
    if !task.ends {
        orders::quantities_amend_in(w, subscription.id, &task.before, task.from).await?;
        rate_again(w, subscription.id, task.from).await?;
    }
    Ok(())
}

//! Carrying out a correction: first the books, then the record, then the vendor.

use std::collections::BTreeSet;

use super::CorrectionTask;
use tradewind_billing::service::{Correction, charge_correction_in, rate_again_in};
use tradewind_kernel::{Date, Result, id::SubscriptionId};
use tradewind_metering::service::usage_expect_in;
use tradewind_orders::service as orders;
use tradewind_orders::types::{Order, OrderedItem, PastRecord, Subscription, SubscriptionEvent};
use tradewind_platform::Work;

/// Books a correction on every leg and sets the record right.
pub(super) async fn correct(
    w: &mut Work,
    order: &Order,
    task: &CorrectionTask,
    today: Date,
) -> Result<()> {
    let id = order.subscription_id;
    let record = task.record.as_ref();
    let correction = Correction {
        subscription_id: id,
        from: task.from,
        held: task
            .held
            .iter()
            .map(|item| (item.item_id, item.quantity))
            .collect(),
        ends: task.ends,
        record: record.map(|record| record.after.clone()),
    };
    charge_correction_in(w, order.id, &correction, today).await?;
    if task.ends {
        orders::subscription_transition_in(w, id, SubscriptionEvent::Terminate).await?;
        return Ok(());
    }
    let record = record.map(|record| (&record.before, &record.after));
    set_right(w, id, &task.held, record, task.from, today).await
}

/// Sets the record right, and has usage follow it.
async fn set_right(
    w: &mut Work,
    id: SubscriptionId,
    held: &[OrderedItem],
    record: Option<(&PastRecord, &PastRecord)>,
    from: Date,
    today: Date,
) -> Result<()> {
    if !held.is_empty() {
        orders::quantities_amend_in(w, id, held, from).await?;
    }
    let Some((was, is)) = record else {
        return rate_later(w, id, from).await;
    };
    orders::past_record_set_in(w, id, was, is).await?;
    rate_again_in(w, id, from, today).await
}

/// Has usage since a day looked at with the next rating: what is bought ahead may come with the quantities that were set right.
async fn rate_later(w: &mut Work, id: SubscriptionId, from: Date) -> Result<()> {
    let months = BTreeSet::from([(id, from.first_of_month())]);
    usage_expect_in(w, &months).await
}

/// Sets the record back to what it was before a correction that was called off.
pub(super) async fn undo(
    w: &mut Work,
    subscription: &Subscription,
    task: &CorrectionTask,
) -> Result<()> {
    if task.ends {
        return Ok(());
    }
    let today = crate::quote::today(w.ctx.now, &subscription.zone);
    let record = task.record.as_ref();
    let record = record.map(|record| (&record.after, &record.before));
    set_right(w, subscription.id, &task.before, record, task.from, today).await
}

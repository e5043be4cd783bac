//! Carrying out a correction: first the books, then the record, then the vendor.

use std::collections::BTreeSet;

use super::{CorrectionTask, Task};
use crate::quote::{CorrectionInput, CorrectionPlan};
use tradewind_billing::service::{
    Correction, charge_correction_back_in, charge_correction_in, order_reverse_in, rate_again_in,
};
use tradewind_fulfilment::types::DeliveryMode;
use tradewind_kernel::{Date, Error, Result, id::SubscriptionId};
use tradewind_metering::service::usage_expect_in;
use tradewind_orders::service as orders;
use tradewind_orders::types::{Order, OrderedItem, Rewritten, SubscriptionEvent};
use tradewind_platform::Work;

/// What an order carries to make a correction.
pub(super) fn task(input: &CorrectionInput, plan: &CorrectionPlan, mode: DeliveryMode) -> Task {
    Task::Correct(Box::new(CorrectionTask {
        from: input.from,
        held: plan.held.clone(),
        before: plan.before.clone(),
        ends: input.ended,
        record: plan.record.clone(),
        period_start: plan.subscription.period_start,
        own_leg: plan.own_leg,
        mode,
    }))
}

/// Books a correction on every leg and sets the record right.
pub(super) async fn correct(
    w: &mut Work,
    order: &Order,
    task: &CorrectionTask,
    today: Date,
) -> Result<()> {
    let id = order.subscription_id;
    // Nothing is billed between what is read and what is written.
    orders::subscription_lock_in(w, id).await?;
    if let Some(record) = task
        .record
        .as_ref()
        .filter(|record| record.after.held.is_some())
        && let Some(day) = orders::past_recorded_since_in(w, id, record).await?
    {
        return Err(Error::conflict(
            "quote_changed",
            format!(
                "the terms became others on {day}, after the quote; call this order off and ask for a new quote"
            ),
        ));
    }
    let correction = Correction {
        ends: task.ends,
        ..to_what(id, task.from, &task.held, task.record.clone())
    };
    charge_correction_in(w, order.id, &correction, today).await?;
    if task.ends {
        orders::subscription_transition_in(w, id, SubscriptionEvent::Terminate).await?;
        return Ok(());
    }
    set_right(w, &correction, &task.held, today).await
}

fn to_what(
    subscription_id: SubscriptionId,
    from: Date,
    held: &[OrderedItem],
    record: Option<Rewritten>,
) -> Correction {
    let held = held.iter().map(|item| (item.item_id, item.quantity));
    Correction {
        subscription_id,
        from,
        held: held.collect(),
        ends: false,
        record,
    }
}

/// Sets the record right, and has usage follow it.
async fn set_right(
    w: &mut Work,
    correction: &Correction,
    held: &[OrderedItem],
    today: Date,
) -> Result<()> {
    let (id, from) = (correction.subscription_id, correction.from);
    if !held.is_empty() {
        orders::quantities_amend_in(w, id, held, from).await?;
    }
    let Some(record) = &correction.record else {
        return rate_later(w, id, from).await;
    };
    orders::past_record_set_in(w, id, record).await?;
    rate_again_in(w, id, (from, today), &record.stays()).await
}

/// Has usage since a day looked at with the next rating: what is bought ahead may come with the quantities that were set right.
async fn rate_later(w: &mut Work, id: SubscriptionId, from: Date) -> Result<()> {
    let months = BTreeSet::from([(id, from.first_of_month())]);
    usage_expect_in(w, &months).await
}

/// Takes back what a correction has done that is called off: what it was charged, and what periods were charged that have begun since.
///
/// # Errors
/// `renewed_since` where a renewal rests on the terms that it has set right.
pub(super) async fn undo(w: &mut Work, order: &Order, task: &CorrectionTask) -> Result<()> {
    let subscription = orders::subscription_lock_in(w, order.subscription_id).await?;
    let id = subscription.id;
    let today = crate::quote::today(w.ctx.now, &subscription.zone);
    let begun_since = task.period_start.is_some() && task.period_start != subscription.period_start;
    if task.ends {
        return order_reverse_in(w, order.id, id, today).await.map(drop);
    }
    if let Some(record) = &task.record
        && let Some(day) = orders::past_recorded_since_in(w, id, &record.reversed()).await?
    {
        return Err(Error::conflict(
            "renewed_since",
            format!(
                "the subscription was renewed on {day} under what this order has set right; have it delivered, or reported as delivered, and correct it back then"
            ),
        ));
    }
    let record = task.record.as_ref().map(Rewritten::reversed);
    let back = to_what(id, task.from, &task.before, record);
    if begun_since {
        charge_correction_back_in(w, order.id, &back, today).await?;
    } else {
        order_reverse_in(w, order.id, id, today).await?;
    }
    set_right(w, &back, &task.before, today).await
}

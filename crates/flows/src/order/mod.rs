//! Orders: placed from quotes, moved step by step by a durable job, cancelled with everything undone.

mod advance;
mod bundle;
mod cancel;
mod correct;
mod place;
mod steps;

pub use advance::{ADVANCE_JOB, Advance};
pub use bundle::{BundleOrdered, bundle_place};
pub use cancel::order_cancel;
pub(crate) use cancel::undo;
pub use place::{
    PlaceInput, Placement, cancellation_withdraw, order_place, order_place_as, schedule_withdraw,
    subscription_resume, subscription_suspend,
};
pub(crate) use steps::{AWAITS_TAX, follow_in, remove_in};

use crate::credit::Held;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::id::{OrderId, PlanId, TermsId};
use tradewind_kernel::{Date, Error, Result};
use tradewind_orders::types::{Order, OrderedItem, Rewritten};
use tradewind_platform::{NewJob, Work};

/// What an order carries for its own steps, beside what was asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "does", rename_all = "snake_case")]
pub(crate) enum Task {
    /// A new subscription.
    Purchase {
        /// Days of trial; then nothing is charged yet.
        trial_days: i64,
        /// How its delivery is done.
        mode: tradewind_fulfilment::types::DeliveryMode,
    },
    /// Other quantities or another plan, at once.
    ChangeNow(Box<ChangeTask>),
    /// Other quantities or another plan, from a day on.
    ChangeLater {
        /// The new state.
        after: Holding,
        /// From when.
        on: Date,
    },
    /// The end, at once.
    CancelNow {
        /// How its removal is done.
        mode: tradewind_fulfilment::types::DeliveryMode,
    },
    /// The end, on a day.
    CancelLater {
        /// The first day without it.
        on: Date,
    },
    /// What should have been otherwise from a day in the past on.
    Correct(Box<CorrectionTask>),
    /// Stop it, keep its data.
    Suspend {
        /// How it is done.
        mode: tradewind_fulfilment::types::DeliveryMode,
    },
    /// Start it again.
    Resume {
        /// How it is done.
        mode: tradewind_fulfilment::types::DeliveryMode,
    },
}

/// A change that takes effect at once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ChangeTask {
    /// The new state.
    pub(crate) after: Holding,
    /// The state to come back to when it is called off.
    pub(crate) before: Holding,
    /// How its delivery is done.
    pub(crate) mode: tradewind_fulfilment::types::DeliveryMode,
    /// Whether it gives back rather than asks for more.
    pub(crate) less: bool,
}

/// What should have been otherwise.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CorrectionTask {
    /// The first day.
    pub(crate) from: Date,
    /// What was really held from then on.
    pub(crate) held: Vec<OrderedItem>,
    /// What is recorded, to come back to when it is called off.
    pub(crate) before: Vec<OrderedItem>,
    /// Whether it had ended.
    pub(crate) ends: bool,
    /// The plan and the terms of the past, where they were others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) record: Option<Rewritten>,
    /// First day of the billing period that ran when it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) period_start: Option<Date>,
    /// Whether it concerns nobody but the customer's seller, who may then decide it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) own_leg: bool,
    /// How its delivery is done.
    pub(crate) mode: tradewind_fulfilment::types::DeliveryMode,
}

/// What a subscription holds, and under which terms on each leg.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Holding {
    pub(crate) plan_id: PlanId,
    pub(crate) items: Vec<OrderedItem>,
    pub(crate) terms: Vec<TermsId>,
}

/// What an order's `input` holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OrderInput<T> {
    /// What was asked for.
    pub(crate) asked: T,
    /// What to do about it.
    pub(crate) task: Task,
    /// Why it waits because of its buyer's credit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) held: Option<Held>,
}

/// The task of an order.
pub(crate) fn task_of(order: &Order) -> Result<Task> {
    let task = order
        .input
        .get("task")
        .cloned()
        .ok_or_else(|| Error::internal(format!("{} has no task", order.id)))?;
    serde_json::from_value(task).map_err(Error::internal)
}

/// Has an order look at its next step. Orders move one after the other, each in its own lane.
pub(crate) fn enqueue_advance(w: &mut Work, order: OrderId) {
    w.enqueue(
        NewJob::new(ADVANCE_JOB, json!({ "order_id": order })).lane(format!("order/{order}")),
    );
}

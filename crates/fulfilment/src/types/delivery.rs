//! A delivery: one piece of work at the vendor for one subscription.

use super::webhook::MessageView;
use serde::{Deserialize, Serialize};
use tradewind_kernel::id::{AccountId, DeliveryId, OrderId, SubscriptionId};
use tradewind_kernel::{Timestamp, text_enum};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema as _, ToSchema};

text_enum! {
    /// What is to be done.
    pub enum DeliveryKind("kind") {
        /// Create the service for a new subscription.
        Provision = "provision",
        /// Adapt the service to other quantities or another plan.
        Change = "change",
        /// Stop the service, keep its data.
        Suspend = "suspend",
        /// Start the suspended service again.
        Resume = "resume",
        /// Remove the service and its data.
        Remove = "remove",
    }
}

text_enum! {
    /// Who carries it out.
    pub enum DeliveryMode("mode") {
        /// The vendor's own service, told by a signed event.
        Automatic = "automatic",
        /// A person at the vendor, in the task queue.
        Manual = "manual",
    }
}

text_enum! {
    /// How far the work has come.
    pub enum DeliveryState("state") {
        /// Nobody has begun.
        Waiting = "waiting",
        /// The vendor has said that it is at work.
        InProgress = "in_progress",
        /// Done.
        Succeeded = "succeeded",
        /// The vendor has said that it could not be done; may be tried again.
        Failed = "failed",
        /// No longer wanted.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// How the vendor says a delivery ended.
    pub enum ReportOutcome("outcome") {
        /// The work is done.
        Succeeded = "succeeded",
        /// It could not be done.
        Failed = "failed",
    }
}

text_enum! {
    /// What the reader may do with a delivery now.
    pub enum DeliveryOperation("operation") {
        /// Say that the work has begun.
        Start = "start",
        /// Say how it ended.
        Report = "report",
        /// Have it tried again.
        Retry = "retry",
    }
}

tradewind_platform::sql_text!(DeliveryKind, DeliveryMode, DeliveryState, ReportOutcome);

/// The states in the description of the API, where the subscription's delivery state has the name already.
fn states() -> RefOr<Schema> {
    DeliveryState::schema()
}

/// One piece of work at the vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The subscription it is for.
    pub subscription_id: SubscriptionId,
    /// The order that asked for it; none when dunning or the end of a term did.
    pub order_id: Option<OrderId>,
    /// Who does the work.
    pub vendor_id: AccountId,
    /// Who is served.
    pub customer_id: AccountId,
    /// What is to be done.
    pub kind: DeliveryKind,
    /// By whom.
    pub mode: DeliveryMode,
    /// How far it has come.
    #[schema(schema_with = states)]
    pub state: DeliveryState,
    /// How often it has been started, from 1.
    pub attempt: u32,
    /// What the vendor says about it, for everyone.
    pub message: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// For optimistic locking.
    pub version: i64,
}

/// A delivery with everything that its reader may see of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryDetail {
    /// The delivery.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// What the reader may do with it now.
    pub available_operations: Vec<DeliveryOperation>,
    /// How telling the vendor went, latest first; for those who manage the vendor's webhooks.
    pub messages: Vec<MessageView>,
    /// What the vendor reported when the delivery had ended otherwise; refused, but worth knowing.
    pub late_reports: Vec<LateReport>,
}

/// A report on a delivery that had ended otherwise. It changed nothing; the service may be in another state than it
/// is taken to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LateReport {
    /// How the vendor said that it ended.
    pub outcome: ReportOutcome,
    /// What it said about it, the last time.
    pub message: Option<String>,
    /// When it was reported.
    pub first_at: Timestamp,
    /// When it was reported last.
    pub last_at: Timestamp,
    /// How often.
    pub times: i64,
}

/// What a vendor reports about a delivery.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryReport {
    /// How it ended.
    pub outcome: ReportOutcome,
    /// What to tell the customer, at most 2,000 characters; required when it failed.
    #[serde(default)]
    pub message: Option<String>,
}

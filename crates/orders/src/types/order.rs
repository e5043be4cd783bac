//! Orders: everything that is ordered, with the steps of its flow.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tradewind_kernel::{
    Currency, Money, Timestamp,
    id::{AccountId, OrderId, OrderStepId, PlanId, ProductId, QuoteId, SubscriptionId},
    text_enum,
};
use utoipa::ToSchema;

text_enum! {
    /// What an order is for.
    pub enum OrderKind("kind") {
        /// A new subscription.
        Purchase = "purchase",
        /// Other quantities or another plan.
        Change = "change",
        /// Another term.
        Renewal = "renewal",
        /// Stops the service for a while.
        Suspend = "suspend",
        /// Starts it again.
        Resume = "resume",
        /// Ends the subscription.
        Cancel = "cancel",
        /// Corrects an amount.
        Adjust = "adjust",
    }
}

text_enum! {
    /// How far an order is.
    pub enum OrderState("state") {
        /// Being checked.
        Pending = "pending",
        /// Waits for the seller.
        AwaitingApproval = "awaiting_approval",
        /// Waits for the buyer's money.
        AwaitingPayment = "awaiting_payment",
        /// The vendor is at work.
        Delivering = "delivering",
        /// Done.
        Completed = "completed",
        /// A step failed; it can be retried or the order cancelled.
        Failed = "failed",
        /// The seller said no.
        Rejected = "rejected",
        /// Given up.
        Cancelled = "cancelled",
    }
}

impl OrderState {
    /// Whether nothing will happen to the order any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Rejected | Self::Cancelled)
    }
}

text_enum! {
    /// What a step of an order does.
    pub enum StepKind("kind") {
        /// Checks that what is ordered can be had.
        Validation = "validation",
        /// The seller agrees.
        Approval = "approval",
        /// The buyer pays.
        Payment = "payment",
        /// The vendor delivers.
        Delivery = "delivery",
        /// The subscription takes its new form.
        Completion = "completion",
    }
}

text_enum! {
    /// How far a step is.
    pub enum StepState("state") {
        /// Not begun.
        Pending = "pending",
        /// Being done.
        Running = "running",
        /// Waits for somebody or something outside.
        Waiting = "waiting",
        /// Done.
        Done = "done",
        /// Failed; can be retried.
        Failed = "failed",
        /// Not needed.
        Skipped = "skipped",
        /// Given up with the order.
        Cancelled = "cancelled",
    }
}

impl StepState {
    /// Whether the next step may begin.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Skipped)
    }
}

text_enum! {
    /// What somebody may do with an order now.
    pub enum OrderOperation("operation") {
        /// Agree to it.
        Approve = "approve",
        /// Refuse it.
        Reject = "reject",
        /// Try the failed step again.
        Retry = "retry",
        /// Give it up.
        Cancel = "cancel",
        /// Pay what is due.
        Pay = "pay",
    }
}

/// An order, without its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// What it is for.
    pub kind: OrderKind,
    /// How far it is.
    pub state: OrderState,
    /// Who buys.
    pub customer_id: AccountId,
    /// Who sells.
    pub seller_id: AccountId,
    /// Who delivers.
    pub vendor_id: AccountId,
    /// The product.
    pub product_id: ProductId,
    /// The plan that is ordered or kept.
    pub plan_id: PlanId,
    /// The subscription that it creates or changes.
    pub subscription_id: SubscriptionId,
    /// The quote that was confirmed.
    pub quote_id: Option<QuoteId>,
    /// What was asked for.
    pub input: Value,
    /// What was promised: amounts due now, credited, and of the next invoice.
    pub preview: Value,
    /// The customer's currency.
    pub currency: Currency,
    /// What is due now, with tax; nothing is due when it is not positive.
    pub due_now: Money,
    /// Who placed it.
    pub placed_by: String,
    /// When.
    pub placed_at: Timestamp,
    /// Why it was rejected, cancelled, or has failed.
    pub reason: Option<String>,
    /// When it was over.
    pub completed_at: Option<Timestamp>,
    /// Optimistic lock: grows with every change.
    pub version: i64,
}

/// An order as lists show it: without what was asked for and promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderSummary {
    /// Its id.
    pub id: OrderId,
    /// What it is for.
    pub kind: OrderKind,
    /// How far it is.
    pub state: OrderState,
    /// Who buys.
    pub customer_id: AccountId,
    /// Who sells.
    pub seller_id: AccountId,
    /// The product.
    pub product_id: ProductId,
    /// The plan that is ordered or kept.
    pub plan_id: PlanId,
    /// The subscription that it creates or changes.
    pub subscription_id: SubscriptionId,
    /// What is due now, with tax; nothing is due when it is not positive.
    pub due_now: Money,
    /// Who placed it.
    pub placed_by: String,
    /// When.
    pub placed_at: Timestamp,
    /// Why it was rejected, cancelled, or has failed.
    pub reason: Option<String>,
    /// When it was over.
    pub completed_at: Option<Timestamp>,
}

/// How many orders are in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderCount {
    /// The state.
    pub state: OrderState,
    /// All that were found.
    pub all: i64,
    /// Those that the account that asked sells itself.
    pub own: i64,
}

/// One step of an order's timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderStep {
    /// Its id.
    pub id: OrderStepId,
    /// Its place in the order.
    pub position: i64,
    /// What it does.
    pub kind: StepKind,
    /// How far it is.
    pub state: StepState,
    /// How often it was begun.
    pub attempt: i64,
    /// When it was last begun.
    pub started_at: Option<Timestamp>,
    /// When it was over.
    pub finished_at: Option<Timestamp>,
    /// Who did it.
    pub actor: Option<String>,
    /// What happened, for everyone.
    pub message: Option<String>,
    /// What happened, for the staff of seller and vendor; left out for customers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// An order with its timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderDetail {
    /// The order.
    #[serde(flatten)]
    pub order: Order,
    /// Its steps in their order.
    pub steps: Vec<OrderStep>,
    /// What the reader may do with it now.
    pub available_operations: Vec<OrderOperation>,
}

impl OrderDetail {
    /// The step of a kind; an order has at most one of each.
    #[must_use]
    pub fn step(&self, kind: StepKind) -> Option<&OrderStep> {
        self.steps.iter().find(|step| step.kind == kind)
    }

    /// The first step that is not over.
    #[must_use]
    pub fn open_step(&self) -> Option<&OrderStep> {
        self.steps.iter().find(|step| !step.state.is_over())
    }
}

//! Billing runs as they are kept: who asked for one, how far it came, what it made and what it could not bill.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Date, Money, Timestamp,
    id::{BillingRunId, SubscriptionId},
    text_enum,
};
use utoipa::ToSchema;

text_enum! {
    /// Where a billing run was asked for.
    pub enum RunOrigin("origin") {
        /// Nowhere: the platform begins one every day.
        Daily = "daily",
        /// On the command line.
        CommandLine = "command_line",
        /// In the panel.
        Panel = "panel",
        /// Over the API.
        Api = "api",
    }
}

text_enum! {
    /// How far a billing run has come.
    pub enum RunState("state") {
        /// Under way, or cut off a moment ago and about to be taken up again.
        Running = "running",
        /// Ended; what could not be billed is among its problems.
        Done = "done",
        /// Given up with an error; what was made until then stays.
        Failed = "failed",
        /// Cut off and not taken up again: a later run went on with what was left.
        Interrupted = "interrupted",
    }
}

/// What the documents of a run come to in one currency, credit notes taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BillingRunTotal)]
pub struct RunTotal {
    /// How many documents.
    pub documents: u64,
    /// Without tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
}

/// Something that could not be billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BillingProblem)]
pub struct Problem {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// Why.
    pub message: String,
}

/// What a run, or a part of it, has made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Periods billed.
    pub subscriptions: u64,
    /// Charges recorded, over all legs.
    pub charges: u64,
    /// Documents issued.
    pub documents: u64,
    /// What they come to, by currency.
    pub totals: Vec<RunTotal>,
}

/// What a run has done so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BillingReport)]
pub struct RunReport {
    /// The run in the list of runs; none for a daily one that found nothing to do.
    pub id: Option<BillingRunId>,
    /// How many periods were billed.
    pub subscriptions: u64,
    /// How many charges were recorded, over all legs.
    pub charges: u64,
    /// How many documents were issued.
    pub documents: u64,
    /// What they come to, by currency.
    pub totals: Vec<RunTotal>,
    /// What could not be billed, and why.
    pub problems: Vec<Problem>,
}

/// A billing run as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BillingRun {
    /// Its id.
    pub id: BillingRunId,
    /// The last day that it bills.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
    /// Where it was asked for.
    pub origin: RunOrigin,
    /// Who began it: kind and id.
    pub begun_by: String,
    /// How far it has come.
    pub state: RunState,
    /// When it began, in the time of the realm.
    pub began_at: Timestamp,
    /// When it ended; none while it is under way, and for one that was cut off.
    pub ended_at: Option<Timestamp>,
    /// How often it was taken up again after it had been cut off or had failed.
    pub resumed: i64,
    /// How many periods were billed.
    pub subscriptions: u64,
    /// How many charges were recorded, over all legs.
    pub charges: u64,
    /// How many documents were issued.
    pub documents: u64,
    /// What they come to, by currency.
    pub totals: Vec<RunTotal>,
    /// How many subscriptions could not be billed.
    pub problem_count: u64,
    /// The first hundred of them, and why.
    pub problems: Vec<Problem>,
    /// Why the run was given up.
    pub failure: Option<String>,
}

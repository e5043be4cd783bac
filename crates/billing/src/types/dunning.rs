//! What happens when an invoice is not paid.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Date, Money,
    id::{AccountId, InvoiceId},
    text_enum,
};
use utoipa::ToSchema;

text_enum! {
    /// What a dunning step does.
    pub enum DunningAction("action") {
        /// Write to the buyer.
        Remind = "remind",
        /// Suspend what the invoice is for.
        Suspend = "suspend",
        /// End it.
        Terminate = "terminate",
        /// Give up what is open.
        WriteOff = "write_off",
    }
}

/// One step: so many days after the due date, do this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DunningStep {
    /// Days after the due date.
    pub after_days: u16,
    /// What to do.
    pub action: DunningAction,
}

/// The steps of a seller, by days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DunningPolicy {
    /// In the order of their days.
    pub steps: Vec<DunningStep>,
}

impl Default for DunningPolicy {
    /// Reminders on day 3 and 7, suspension on day 10, termination on day 30.
    fn default() -> Self {
        let step = |after_days, action| DunningStep { after_days, action };
        Self {
            steps: vec![
                step(3, DunningAction::Remind),
                step(7, DunningAction::Remind),
                step(10, DunningAction::Suspend),
                step(30, DunningAction::Terminate),
            ],
        }
    }
}

/// A step that was taken for an invoice; the payload of the event `invoice.overdue`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Overdue {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// Its number.
    pub number: String,
    /// Who is owed.
    pub seller_id: AccountId,
    /// Who owes.
    pub buyer_id: AccountId,
    /// When it was due.
    #[schema(value_type = String, format = Date)]
    pub due_on: Date,
    /// What is still owed.
    pub open: Money,
    /// The number of the step, from 1.
    pub stage: i64,
    /// What is to be done.
    pub action: DunningAction,
}

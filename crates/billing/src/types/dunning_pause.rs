//! Reminders that wait, because somebody said so or because the buyer has promised to pay.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Date, Money, Timestamp, id::InvoiceId, text_enum};
use utoipa::ToSchema;

use super::DunningAction;

text_enum! {
    /// What became of a promise to pay.
    pub enum PromiseState("promise") {
        /// Its day has not come.
        Waiting = "waiting",
        /// So much has come in.
        Kept = "kept",
        /// It has not.
        Broken = "broken",
    }
}

/// Until when no step is taken for an invoice, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DunningPause {
    /// The last day without steps.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
    /// Why.
    pub reason: String,
    /// How much the buyer has promised to pay until then.
    pub promised: Option<Money>,
    /// What was paid when it was made.
    pub paid_before: Money,
    /// When it was made.
    pub at: Timestamp,
}

/// The step that comes next for an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NextStep {
    /// The first day on which it is taken.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// How many days after the due day.
    pub after_days: u16,
    /// What it does.
    pub action: DunningAction,
}

/// How far an invoice has been dunned, and what comes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvoiceDunning {
    /// Which.
    pub invoice_id: InvoiceId,
    /// How many steps were taken.
    pub stage: i64,
    /// What is still owed.
    pub open: Money,
    /// The step that comes next as things stand; none when nothing is owed, or after the last.
    pub next: Option<NextStep>,
    /// The latest pause, be it over or not.
    pub pause: Option<DunningPause>,
    /// Whether steps wait because of it.
    pub paused: bool,
    /// What became of its promise.
    pub promise: Option<PromiseState>,
}

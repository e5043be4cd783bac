//! Usage that comes when its month is long over: how long it counts by itself, and what waits for somebody to decide.

use super::UsageInput;
use serde::{Deserialize, Serialize};
use tradewind_kernel::id::{ImportId, SubscriptionId};
use tradewind_kernel::{Date, Timestamp, text_enum};
use utoipa::ToSchema;

text_enum! {
    /// Where the difference stands that late usage makes to a month which was charged before.
    pub enum LateAs("late_as") {
        /// On a line of its own for the month of the usage, billed at once.
        PastPeriod = "past_period",
        /// On a line of its own in the running month, billed with it.
        CurrentPeriod = "current_period",
    }
}

text_enum! {
    /// What became of usage that came after its window.
    pub enum ReviewState("state") {
        /// Waits for somebody to decide.
        Waiting = "waiting",
        /// Will count in its own month, with the next rating.
        Count = "count",
        /// Will count in a later month, when that is rated.
        CountLater = "count_later",
        /// Does not count.
        Discarded = "discarded",
        /// Has been counted; that is final.
        Counted = "counted",
    }
}

text_enum! {
    /// What is decided about usage that waits.
    pub enum ReviewDecision("decision") {
        /// It counts in its own month.
        Count = "count",
        /// It counts in the running month, as if it had been used now.
        CountLater = "count_later",
        /// It does not count.
        Discard = "discard",
        /// It waits again: a decision is taken back.
        Reopen = "reopen",
    }
}

tradewind_platform::sql_text!(LateAs, ReviewState);

/// What a provider does with usage of months that are over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LatePolicy {
    /// Days after the end of its month in which usage counts by itself; what comes later waits for a decision. Without a
    /// number it counts whenever it comes.
    #[serde(default)]
    #[schema(maximum = 3660)]
    pub window_days: Option<u32>,
    /// Where what it changes is billed.
    pub late_as: LateAs,
}

impl Default for LatePolicy {
    fn default() -> Self {
        Self {
            window_days: None,
            late_as: LateAs::PastPeriod,
        }
    }
}

/// The name of a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordName {
    /// Who reported it.
    pub source: String,
    /// Its name there.
    pub external_id: String,
}

/// Usage that came after its window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewedUsage {
    /// What was reported.
    pub record: UsageInput,
    /// First day of the month in which it was used.
    #[schema(value_type = String, format = Date)]
    pub period_on: Date,
    /// What became of it.
    pub state: ReviewState,
    /// Why; empty when nobody said.
    pub reason: String,
    /// First day of the month in which it counts or will count.
    #[schema(value_type = Option<String>, format = Date)]
    pub counts_on: Option<Date>,
    /// The import that brought it.
    pub import_id: Option<ImportId>,
    /// When it came.
    pub received_at: Timestamp,
    /// Who decided.
    pub decided_by: String,
    /// When.
    pub decided_at: Option<Timestamp>,
}

/// All usage of a subscription on one meter in one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewGroup {
    /// Whose usage.
    pub subscription_id: SubscriptionId,
    /// Only on this meter.
    #[serde(default)]
    pub meter: Option<String>,
    /// Only of the month that begins on this day.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub period_on: Option<Date>,
}

/// A decision about usage that waits: about named records, or about all of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewDecide {
    /// The records; at most 1000.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub records: Vec<RecordName>,
    /// A group: its records that wait or, to take a decision back, those about which was decided; the first 1000.
    #[serde(default)]
    pub group: Option<ReviewGroup>,
    /// What is decided.
    pub decision: ReviewDecision,
    /// Why; required for what is not to count.
    #[serde(default)]
    pub reason: String,
}

/// What a decision has changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewDecided {
    /// Records about which was decided.
    pub changed: u64,
    /// Records for which that had been decided before.
    pub unchanged: u64,
    /// Records of the group that are left, since a decision is about 1000 at most.
    pub more: bool,
}

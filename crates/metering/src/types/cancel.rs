//! Usage records that are taken back, and what they are replaced with.

use super::{IngestStatus, RecordName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_kernel::{Decimal, Timestamp};
use utoipa::ToSchema;

/// Takes records back: their months come to what they would have come to without them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UsageCancel {
    /// The records; at most 1000.
    #[schema(max_items = 1000)]
    pub records: Vec<RecordName>,
    /// Why.
    pub reason: String,
}

/// What taking records back has changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageCancelled {
    /// Records that were taken back.
    pub cancelled: u64,
    /// Records that had been taken back before.
    pub unchanged: u64,
}

/// Takes a record back and counts another one in its place. What is left out is as it was reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UsageAmend {
    /// Who reported the record.
    pub source: String,
    /// Its name there.
    pub external_id: String,
    /// The name of the record that takes its place; of the same source, 1 to 200 characters.
    pub replacement_id: String,
    /// Why.
    pub reason: String,
    /// On which meter it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<String>,
    /// When the usage began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// How much.
    #[serde(default, with = "rust_decimal::serde::str_option")]
    #[schema(value_type = Option<String>)]
    pub quantity: Option<Decimal>,
    /// What it cost at the supplier, in the currency of the record.
    #[serde(default, with = "rust_decimal::serde::str_option")]
    #[schema(value_type = Option<String>)]
    pub cost: Option<Decimal>,
    /// What sets the usage apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<BTreeMap<String, String>>,
}

/// What became of a record that was amended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageAmended {
    /// Whether the record was taken back now; not when that had been done before, with the same replacement.
    pub cancelled: bool,
    /// What became of the replacement: `accepted`, or `duplicate` when it had been taken in before.
    pub replacement: IngestStatus,
}

/// That a record was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cancellation {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
    /// The name of the record in its place, if there is one; of the same source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
}

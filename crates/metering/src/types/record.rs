//! Usage records and their cumulative totals.

use super::Cancellation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_kernel::id::{ImportId, SubscriptionId};
use tradewind_kernel::{Currency, Date, Decimal, FieldProblem, Timestamp, text_enum};
use utoipa::ToSchema;

text_enum! {
    /// What a record stands for.
    pub enum UsageKind("kind") {
        /// Something was used.
        Usage = "usage",
        /// Something was bought once, or reserved.
        Purchase = "purchase",
        /// The supplier gave something back.
        Credit = "credit",
        /// The supplier corrected an amount.
        Adjustment = "adjustment",
        /// A tax that the supplier passed on.
        Tax = "tax",
    }
}

/// A usage record as it is reported. `(source, external_id)` names it for good: reporting it again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UsageInput {
    /// Who reports, for example the name of the metering system; 1 to 100 characters.
    pub source: String,
    /// The record's name at the source; 1 to 200 characters.
    pub external_id: String,
    /// Whose usage.
    pub subscription_id: SubscriptionId,
    /// Which meter; 1 to 60 characters.
    pub meter: String,
    /// When the usage began.
    pub starts_at: Timestamp,
    /// When it ended; not before it began.
    pub ends_at: Timestamp,
    /// How much, up to 15 places; negative for a correction.
    #[serde(with = "rust_decimal::serde::str")]
    #[schema(value_type = String)]
    pub quantity: Decimal,
    /// Of what; at most 60 characters.
    #[serde(default)]
    pub unit: String,
    /// What it cost at the supplier, when the price travels with the usage.
    #[serde(default, with = "rust_decimal::serde::str_option")]
    #[schema(value_type = Option<String>)]
    pub cost: Option<Decimal>,
    /// The currency of the cost; required with it.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// What the record stands for.
    #[serde(default = "usage")]
    pub kind: UsageKind,
    /// What sets the usage apart for pricing and for the invoice's lines; at most 8, such as `region`.
    #[serde(default)]
    pub dimensions: BTreeMap<String, String>,
    /// Whatever else is known, kept with the record and shown in its detail.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

/// A record that does not know its subscription yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordDraft {
    /// Who reports.
    pub source: String,
    /// Name of the record at the source.
    pub external_id: String,
    /// When the usage began.
    pub starts_at: Timestamp,
    /// When it ended.
    pub ends_at: Timestamp,
    /// How much.
    #[serde(with = "rust_decimal::serde::str")]
    #[schema(value_type = String)]
    pub quantity: Decimal,
    /// Of what.
    pub unit: String,
    /// What it cost.
    #[serde(with = "rust_decimal::serde::str")]
    #[schema(value_type = String)]
    pub cost: Decimal,
    /// In which currency.
    pub currency: Currency,
    /// What it stands for.
    pub kind: UsageKind,
    /// What prices and lines go by.
    pub dimensions: BTreeMap<String, String>,
    /// Whatever else is known.
    pub attributes: BTreeMap<String, String>,
}

impl RecordDraft {
    /// The record of a subscription, counted on `meter`.
    #[must_use]
    pub fn of(self, subscription_id: SubscriptionId, meter: &str) -> UsageInput {
        UsageInput {
            source: self.source,
            external_id: self.external_id,
            subscription_id,
            meter: meter.to_owned(),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            quantity: self.quantity,
            unit: self.unit,
            cost: Some(self.cost),
            currency: Some(self.currency),
            kind: self.kind,
            dimensions: self.dimensions,
            attributes: self.attributes,
        }
    }
}

const fn usage() -> UsageKind {
    UsageKind::Usage
}

/// A usage record as it was taken in; never changed. That it was taken back is a fact of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageRecord {
    /// What was reported.
    #[serde(flatten)]
    pub input: UsageInput,
    /// First day of the calendar month that it counts in.
    #[schema(value_type = String, format = Date)]
    pub period_on: Date,
    /// The group of the total that it counts in.
    pub group_key: String,
    /// The version of the total that first contained it.
    pub total_version: i64,
    /// The import that brought it.
    pub import_id: Option<ImportId>,
    /// When it was taken in.
    pub ingested_at: Timestamp,
    /// That it was taken back, in lists of records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<Cancellation>,
}

/// The cumulative usage of one group of a meter in one calendar month, as of one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageTotal {
    /// Whose usage.
    pub subscription_id: SubscriptionId,
    /// The meter.
    pub meter: String,
    /// First day of the calendar month.
    #[schema(value_type = String, format = Date)]
    pub period_on: Date,
    /// The group.
    pub group_key: String,
    /// What the group has in common.
    pub dimensions: BTreeMap<String, String>,
    /// Grows with every ingest that touches the total.
    pub version: i64,
    /// How many records it sums up.
    pub records: i64,
    /// Their quantity.
    #[serde(with = "rust_decimal::serde::str")]
    #[schema(value_type = String)]
    pub quantity: Decimal,
    /// Its unit; empty when the records have several.
    pub unit: String,
    /// Their cost, when it travels with the usage.
    #[serde(with = "rust_decimal::serde::str_option")]
    #[schema(value_type = Option<String>)]
    pub cost: Option<Decimal>,
    /// The currency of the cost.
    pub currency: Option<Currency>,
}

text_enum! {
    /// What became of a reported record.
    pub enum IngestStatus("status") {
        /// Taken in.
        Accepted = "accepted",
        /// Known already, with the same content.
        Duplicate = "duplicate",
        /// Kept, but it came after the window of its month: it counts only when somebody decides so.
        Review = "review",
        /// Refused; nothing of it was kept.
        Rejected = "rejected",
    }
}

/// What became of one record of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IngestOutcome {
    /// What became of it.
    pub status: IngestStatus,
    /// Why it was refused; each names its field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<RejectedField>,
}

/// What is wrong with one field of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RejectedField {
    /// The field.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// What is wrong and what would be accepted.
    pub message: String,
}

impl From<&FieldProblem> for RejectedField {
    fn from(problem: &FieldProblem) -> Self {
        Self {
            field: problem.field.clone(),
            code: problem.code.to_owned(),
            message: problem.message.clone(),
        }
    }
}

/// What became of a batch: one outcome per record, in the order of the batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IngestReport {
    /// How many were taken in.
    pub accepted: u64,
    /// How many were known already.
    pub duplicate: u64,
    /// How many came too late to count by themselves and wait for a decision.
    #[serde(default)]
    pub review: u64,
    /// How many were refused.
    pub rejected: u64,
    /// One per record.
    pub outcomes: Vec<IngestOutcome>,
}

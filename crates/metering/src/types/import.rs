//! Imports of cost-and-usage files, and the records that wait until someone says whose they are.

use super::RecordDraft;
use serde::{Deserialize, Serialize};
use tradewind_kernel::id::{ImportId, SubscriptionId};
use tradewind_kernel::{Timestamp, text_enum};
use utoipa::ToSchema;

text_enum! {
    /// The format of an imported file.
    pub enum ImportFormat("format") {
        /// FOCUS 1.0, the FinOps Open Cost and Usage Specification, as CSV.
        Focus = "focus",
    }
}

text_enum! {
    /// How far an import has come.
    pub enum ImportState("state") {
        /// At work, or cut off; importing the file again continues it.
        Running = "running",
        /// The whole file has been read.
        Done = "done",
        /// Nothing, or not the whole file, was taken in.
        Failed = "failed",
    }
}

text_enum! {
    /// What to do about malformed rows.
    pub enum OnError("on_error") {
        /// Leave them out and import the others.
        Skip = "skip",
        /// Import nothing at all.
        Abort = "abort",
    }
}

text_enum! {
    /// What became of a record without a home.
    pub enum HeldState("state") {
        /// Waits for its sub-account to be assigned.
        Held = "held",
        /// Counted since.
        Released = "released",
        /// Could not be counted; its reason says why.
        Rejected = "rejected",
    }
}

tradewind_platform::sql_text!(ImportFormat, ImportState, HeldState);

/// What is wrong with one row of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportProblem {
    /// The row, as a spreadsheet counts: the header is row 1.
    pub row: u64,
    /// The column; empty when the row as a whole is meant.
    pub column: String,
    /// What is wrong and what was expected.
    pub message: String,
}

/// One import of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageImport {
    /// Its id.
    pub id: ImportId,
    /// The format.
    pub format: ImportFormat,
    /// Name of the file.
    pub file_name: String,
    /// SHA-256 of the file, in hexadecimal; empty while it is being read.
    pub digest: String,
    /// How far it has come.
    pub state: ImportState,
    /// Rows read so far, the header not counted.
    pub rows: i64,
    /// Rows taken in.
    pub accepted: i64,
    /// Rows known already.
    pub duplicate: i64,
    /// Rows that wait for their sub-account to be assigned.
    pub held: i64,
    /// Rows that came too late to count by themselves and wait for a decision.
    pub review: i64,
    /// Rows refused.
    pub rejected: i64,
    /// The first problems, at most 100.
    pub problems: Vec<ImportProblem>,
    /// Who started it.
    pub started_by: String,
    /// When.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// A sub-account at a cloud provider, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SubAccount {
    /// The provider's name, such as `AWS`.
    pub source: String,
    /// Its id there.
    pub external_id: String,
    /// Its name there.
    pub name: String,
    /// The subscription that it is resold under; none until someone says so.
    pub subscription_id: Option<SubscriptionId>,
    /// How many records wait for it.
    pub held: i64,
    /// When it first occurred.
    pub first_seen_at: Timestamp,
}

/// Says under which subscription a sub-account is resold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubAccountAssignment {
    /// The provider's name.
    pub source: String,
    /// The sub-account's id there.
    pub external_id: String,
    /// The subscription.
    pub subscription_id: SubscriptionId,
}

/// A record that waits for its sub-account to be assigned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldRecord {
    /// Who reported it.
    pub source: String,
    /// Its name there.
    pub external_id: String,
    /// The provider of its sub-account.
    pub provider: String,
    /// Its sub-account.
    pub sub_account: String,
    /// What became of it.
    pub state: HeldState,
    /// Why it waits, or why it could not be counted.
    pub reason: String,
    /// The import that brought it.
    pub import_id: ImportId,
    /// Since when.
    pub held_at: Timestamp,
    /// What will be counted.
    pub record: RecordDraft,
}

/// What a mapping file has brought about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MappingReport {
    /// Sub-accounts that have another subscription now.
    pub assigned: u64,
    /// Sub-accounts that had this subscription before.
    pub unchanged: u64,
    /// Records that waited for them and are counted now.
    pub released: u64,
}

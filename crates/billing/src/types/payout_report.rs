//! What banks answer to files of payments.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Date, Money, Timestamp,
    id::{AccountId, SettlementId, StatusReportId},
    text_enum,
};
use utoipa::ToSchema;

text_enum! {
    /// Of what a bank speaks.
    pub enum PayoutLevel("level") {
        /// A whole file of payments.
        File = "file",
        /// A group of payments in it.
        Batch = "batch",
        /// One payment.
        Payment = "payment",
    }
}

text_enum! {
    /// What became of what a bank has said.
    pub enum PayoutOutcome("outcome") {
        /// The settlement is paid.
        Paid = "paid",
        /// The settlement has failed, and can be in another file.
        Failed = "failed",
        /// It is noted: nothing follows from it, or what follows was recorded before.
        Noted = "noted",
        /// The bank has said so before.
        Known = "known",
        /// It contradicts what is recorded: a person has to look.
        Contradicts = "contradicts",
        /// There is no such file or payment, or the code is unknown: a person has to look.
        Unknown = "unknown",
    }
}

impl PayoutOutcome {
    /// Whether a person has to look.
    #[must_use]
    pub const fn is_doubt(self) -> bool {
        matches!(self, Self::Contradicts | Self::Unknown)
    }
}

/// An answer of a bank to a file of payments (`pain.002`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PayoutReport {
    /// Its id.
    pub id: StatusReportId,
    /// Who pays.
    pub payer_id: AccountId,
    /// What the file was called.
    pub file_name: String,
    /// The bank's name for it.
    pub message_id: String,
    /// The name of the file of payments that it answers.
    pub original_message_id: String,
    /// When it was taken in.
    pub created_at: Timestamp,
    /// How many settlements are paid by it.
    pub paid: i64,
    /// How many have failed.
    pub failed: i64,
    /// What of it was noted, or known before.
    pub noted: i64,
    /// What of it a person has to look at.
    pub doubts: i64,
    /// Whether the same file was taken in before: then nothing was done.
    #[serde(default)]
    pub known: bool,
}

/// What a report says of a payment, a group of them, or a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PayoutReportItem {
    /// The report.
    pub report_id: StatusReportId,
    /// Its number there.
    pub no: i64,
    /// Of what it speaks.
    pub level: PayoutLevel,
    /// The name of the file of payments.
    pub original_message_id: String,
    /// The name of the payment; empty of a file or group.
    pub end_to_end: String,
    /// The bank's code.
    pub status: String,
    /// Why, as the bank says.
    pub reason: String,
    /// The amount that it speaks of.
    pub amount: Option<Money>,
    /// The day of it.
    #[schema(value_type = Option<String>, format = Date)]
    pub on: Option<Date>,
    /// What became of it.
    pub outcome: PayoutOutcome,
    /// The settlement that it is about, where there is one.
    pub settlement_id: Option<SettlementId>,
    /// What a person has said about it.
    pub note: Option<String>,
}

//! The nouns of metering: usage records, their totals, imports, and records that wait for a home or for a decision.

mod cancel;
mod import;
mod record;
mod review;

pub use cancel::{Cancellation, UsageAmend, UsageAmended, UsageCancel, UsageCancelled};
pub use import::{
    HeldRecord, HeldState, ImportFormat, ImportProblem, ImportState, MappingReport, OnError,
    SubAccount, SubAccountAssignment, UsageImport,
};
pub use record::{
    IngestOutcome, IngestReport, IngestStatus, RecordDraft, RejectedField, UsageInput, UsageKind,
    UsageRecord, UsageTotal,
};
pub use review::{
    LateAs, LatePolicy, RecordName, ReviewDecide, ReviewDecided, ReviewDecision, ReviewGroup,
    ReviewState, ReviewedUsage,
};

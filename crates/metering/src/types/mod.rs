//! The nouns of metering: usage records, their totals, imports, and records that wait for a home.

mod import;
mod record;

pub use import::{
    HeldRecord, HeldState, ImportFormat, ImportProblem, ImportState, MappingReport, OnError,
    SubAccount, SubAccountAssignment, UsageImport,
};
pub use record::{
    IngestOutcome, IngestReport, IngestStatus, RecordDraft, RejectedField, UsageInput, UsageKind,
    UsageRecord, UsageTotal,
};

//! Use cases of this room.

mod cancel;
mod file;
mod hold;
mod import;
mod ingest;
mod prepare;
mod query;
mod review;

pub use cancel::{usage_amend, usage_cancel};
pub use file::ImportProgress;
pub use hold::{
    HeldQuery, held_list, sub_account_assign, sub_account_assign_many, sub_account_list,
};
pub use import::{ImportOptions, focus_import, import_allowed, import_get, import_list};
pub use ingest::{BATCH_MAX, usage_ingest};
pub use query::{
    UsageDue, no_usage, total_key, totals_before_in, totals_by_day_in, usage_due_in,
    usage_expect_in, usage_rated_in, usage_records, usage_records_between,
    usage_records_between_in, usage_totals, usage_waiting_in,
};
pub use review::{
    ReviewQuery, late_policy_get, late_policy_in, late_policy_set, review_count, review_decide,
    review_list,
};

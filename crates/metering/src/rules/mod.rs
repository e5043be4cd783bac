//! Pure decisions of this room: what an acceptable record is, what it counts in, and how a FOCUS row becomes one.

mod cancel;
mod focus;
mod mapping;
mod record;
mod review;

pub use cancel::{
    CANCEL_MAX, already_cancelled, check_cancel, common_unit, replacement, settled, take_out,
};
pub use focus::{COST_METER, FocusRow, FocusTable, Occurrences};
pub use mapping::{MappingRow, check_assignment, read_mapping};
pub use record::{
    GroupKey, TotalKey, accumulate, check_record, content_digest, group_of, period_of,
};
pub use review::{
    DECIDE_MAX, changes, check_decision, check_late_policy, concerned, decided, is_late,
};

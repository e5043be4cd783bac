//! Pure decisions of this room.

mod access;
mod delivery;
mod webhook;

pub use access::{check_credential_count, check_credentials, check_endpoints, check_instructions};
pub use delivery::{
    check_report, delivery_state_after, is_late, operations, retry_allowed, start_allowed,
    subscription_state, supersedes,
};
pub use webhook::{
    ATTEMPTS_MAX, Health, Verdict, check_kinds, check_rotation, cloud_event, health_after, judge,
    kind_matches, vendor_hears,
};

//! Whether and when a payment that failed is tried again.

use tradewind_kernel::{Date, Error, Result, calendar::add_days};

use crate::types::{FailureClass, RetryPolicy};

/// What a gateway's word for a failure means for another attempt.
#[must_use]
pub fn class_of(code: &str) -> FailureClass {
    match code {
        "insufficient_funds"
        | "processing_error"
        | "issuer_unavailable"
        | "try_again_later"
        | "card_velocity_exceeded"
        | "withdrawal_limit_exceeded" => FailureClass::Temporary,
        "authentication_failed" | "authentication_required" => FailureClass::Payer,
        _ => FailureClass::Final,
    }
}

/// The day of the next attempt after so many that failed; none when it is the last, or when trying again does not help.
///
/// # Errors
/// `out_of_range`.
pub fn next_on(
    policy: &RetryPolicy,
    class: FailureClass,
    failed: usize,
    today: Date,
) -> Result<Option<Date>> {
    if class != FailureClass::Temporary {
        return Ok(None);
    }
    let wait = failed
        .checked_sub(1)
        .and_then(|index| policy.after_days.get(index));
    wait.map(|days| add_days(today, i64::from(*days)))
        .transpose()
}

/// What a policy may say: up to ten attempts, each one to sixty days after the one before.
///
/// # Errors
/// `after_days` with `too_many`, `out_of_range`.
pub fn check(policy: &RetryPolicy) -> Result<()> {
    if policy.after_days.len() > 10 {
        let text = "expected ten attempts at most";
        return Err(Error::invalid("after_days", "too_many", text));
    }
    if policy
        .after_days
        .iter()
        .any(|days| !(1..=60).contains(days))
    {
        let text = "expected one to sixty days";
        return Err(Error::invalid("after_days", "out_of_range", text));
    }
    Ok(())
}

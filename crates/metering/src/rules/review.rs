//! When usage comes too late to count by itself, and what may be decided about it.

use crate::types::{LatePolicy, ReviewDecide, ReviewDecision, ReviewState, ReviewedUsage};
use tradewind_kernel::{Date, Error, Problems, Result, Timestamp, Zone, calendar, text};

/// The longest window: ten years.
const WINDOW_DAYS_MAX: u32 = 3_660;
/// Records that one decision may name.
pub const DECIDE_MAX: usize = 1_000;
const REASON_LENGTH_MAX: usize = 500;

/// Checks a policy.
///
/// # Errors
/// Names the field.
pub fn check_late_policy(policy: &LatePolicy) -> Result<()> {
    match policy.window_days {
        Some(days) if days > WINDOW_DAYS_MAX => Err(Error::invalid(
            "window_days",
            "out_of_range",
            format!("at most {WINDOW_DAYS_MAX} days"),
        )),
        _ => Ok(()),
    }
}

/// Whether usage of a month that comes at a point in time has missed the window: so many whole days after the last day of
/// the month, where the month is counted.
#[must_use]
pub fn is_late(policy: &LatePolicy, period_on: Date, zone: &Zone, received: Timestamp) -> bool {
    let Some(days) = policy.window_days else {
        return false;
    };
    let closes = calendar::add_months(period_on, 1)
        .and_then(|over| calendar::add_days(over, i64::from(days)));
    // A month at the end of all time is not over.
    closes.is_ok_and(|closes| received.date_in(zone) >= closes)
}

/// Checks what is decided, without looking at the records.
///
/// # Errors
/// Names every field that is wrong.
pub fn check_decision(input: &ReviewDecide) -> Result<()> {
    let mut problems = Problems::new();
    let least = usize::from(input.decision == ReviewDecision::Discard);
    problems.check(text::check_lines(
        "reason",
        &input.reason,
        least,
        REASON_LENGTH_MAX,
    ));
    match (&input.records[..], &input.group) {
        ([], None) => problems.add("records", "required", "name records or a group"),
        ([_, ..], Some(_)) => {
            problems.add(
                "group",
                "not_applicable",
                "name records or a group, not both",
            );
        }
        (records, _) if records.len() > DECIDE_MAX => {
            problems.add("records", "too_many", format!("at most {DECIDE_MAX}"));
        }
        _ => {}
    }
    if let Some(month) = input.group.as_ref().and_then(|group| group.period_on)
        && month != month.first_of_month()
    {
        problems.add(
            "group.period_on",
            "malformed",
            "expected the first day of a month",
        );
    }
    problems.finish()
}

/// The state after a decision.
#[must_use]
pub const fn decided(decision: ReviewDecision) -> ReviewState {
    match decision {
        ReviewDecision::Count => ReviewState::Count,
        ReviewDecision::CountLater => ReviewState::CountLater,
        ReviewDecision::Discard => ReviewState::Discarded,
        ReviewDecision::Reopen => ReviewState::Waiting,
    }
}

/// The states of the records of a group that a decision is about.
#[must_use]
pub const fn concerned(decision: ReviewDecision) -> &'static [ReviewState] {
    match decision {
        ReviewDecision::Reopen => &[ReviewState::Count, ReviewState::CountLater],
        _ => &[ReviewState::Waiting],
    }
}

/// Whether a decision changes anything about a record. Until it has been counted, every decision can be taken back.
///
/// # Errors
/// `already_counted`.
pub fn changes(found: &ReviewedUsage, decision: ReviewDecision) -> Result<bool> {
    if found.state == ReviewState::Counted {
        let name = &found.record.external_id;
        return Err(Error::conflict(
            "already_counted",
            format!(
                "\"{name}\" has been counted; what is wrong with it is corrected by a record of its own"
            ),
        ));
    }
    Ok(found.state != decided(decision))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::LateAs;

    #[test]
    fn a_window_ends_days_after_its_month_where_the_month_is_counted() {
        let september = Date::constant(2024, 9, 1);
        let of = |days| LatePolicy {
            window_days: days,
            late_as: LateAs::PastPeriod,
        };
        let late = |days, zone: &str, at: &str| {
            let zone = Zone::parse(zone).unwrap();
            is_late(&of(days), september, &zone, Timestamp::parse(at).unwrap())
        };
        assert!(!late(None, "UTC", "2034-01-01T00:00:00Z"));
        assert!(!late(Some(0), "UTC", "2024-09-30T23:59:59Z"));
        assert!(late(Some(0), "UTC", "2024-10-01T00:00:00Z"));
        assert!(!late(Some(5), "UTC", "2024-10-05T23:59:59Z"));
        assert!(late(Some(5), "UTC", "2024-10-06T00:00:00Z"));
        // In Berlin the sixth has begun already.
        assert!(late(Some(5), "Europe/Berlin", "2024-10-05T22:00:00Z"));
        assert!(!is_late(
            &of(Some(1)),
            Date::constant(9999, 12, 1),
            &Zone::utc(),
            Timestamp::parse("2024-10-06T00:00:00Z").unwrap()
        ));
        assert!(check_late_policy(&of(Some(3_660))).is_ok());
        let refused = check_late_policy(&of(Some(3_661))).unwrap_err();
        assert_eq!(refused.problems()[0].field, "window_days");
    }

    #[test]
    fn a_decision_names_records_or_a_group_and_says_why_something_does_not_count() {
        let input = |decision, reason: &str| ReviewDecide {
            records: Vec::new(),
            group: None,
            decision,
            reason: reason.to_owned(),
        };
        let fields = |input: &ReviewDecide| -> Vec<String> {
            let refused = check_decision(input).unwrap_err();
            refused.problems().iter().map(|p| p.field.clone()).collect()
        };
        assert_eq!(
            fields(&input(ReviewDecision::Discard, "")),
            ["reason", "records"]
        );
        assert_eq!(fields(&input(ReviewDecision::Count, "")), ["records"]);
    }
}

//! Whether what is due becomes a document now, or waits as a draft.

use tradewind_kernel::{Date, Error, Result, calendar};

use crate::types::ReviewPolicy;

/// What becomes of the charges between two accounts that are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They become a document.
    Issue,
    /// They stay on their draft.
    Wait,
    /// They become a draft.
    Begin {
        /// When it is issued by itself; never without.
        issue_on: Option<Date>,
    },
}

/// A draft that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// When it is issued by itself.
    pub issue_on: Option<Date>,
    /// Whether it is held.
    pub held: bool,
}

/// Decides by the seller's policy, by whether the buyer is held, and by the draft that is there.
///
/// # Errors
/// `out_of_range` for days that no calendar has.
pub fn fate(policy: ReviewPolicy, held: bool, draft: Option<Waiting>, today: Date) -> Result<Fate> {
    let Some(draft) = draft else {
        if !policy.review && !held {
            return Ok(Fate::Issue);
        }
        let issue_on = match policy {
            ReviewPolicy { review: false, .. } => Some(today),
            ReviewPolicy { grace_days, .. } => grace_days
                .map(|days| calendar::add_days(today, i64::from(days)))
                .transpose()?,
        };
        return Ok(Fate::Begin { issue_on });
    };
    if held || draft.held {
        return Ok(Fate::Wait);
    }
    let ripe = draft.issue_on.is_some_and(|day| day <= today);
    Ok(if ripe || !policy.review {
        Fate::Issue
    } else {
        Fate::Wait
    })
}

/// Checks a policy: at most 60 days, and none without drafts.
///
/// # Errors
/// Names `grace_days`.
pub fn check(policy: ReviewPolicy) -> Result<()> {
    let wrong = |text: &str| Err(Error::invalid("grace_days", "out_of_range", text));
    match policy {
        ReviewPolicy {
            review: false,
            grace_days: Some(_),
        } => wrong("expected no days where nothing is reviewed"),
        ReviewPolicy {
            grace_days: Some(61..),
            ..
        } => wrong("expected at most 60 days"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    const OFF: ReviewPolicy = ReviewPolicy {
        review: false,
        grace_days: None,
    };
    const BY_HAND: ReviewPolicy = ReviewPolicy {
        review: true,
        grace_days: None,
    };
    const DAYS: ReviewPolicy = ReviewPolicy {
        review: true,
        grace_days: Some(3),
    };

    #[test]
    fn drafts_begin_by_policy_or_hold_and_end_when_their_day_comes() {
        let today = day("2024-03-01");
        let begin = |on: Option<&str>| Fate::Begin {
            issue_on: on.map(day),
        };
        let waits = |on: Option<&str>, held| {
            Some(Waiting {
                issue_on: on.map(day),
                held,
            })
        };
        for (policy, held, draft, expected) in [
            (OFF, false, None, Fate::Issue),
            (OFF, true, None, begin(Some("2024-03-01"))),
            (DAYS, false, None, begin(Some("2024-03-04"))),
            (BY_HAND, false, None, begin(None)),
            (DAYS, false, waits(Some("2024-03-02"), false), Fate::Wait),
            (DAYS, false, waits(Some("2024-03-01"), false), Fate::Issue),
            (DAYS, false, waits(Some("2024-03-01"), true), Fate::Wait),
            (DAYS, true, waits(Some("2024-03-01"), false), Fate::Wait),
            (BY_HAND, false, waits(None, false), Fate::Wait),
            // Who stops to review issues what is left, but for what is held.
            (OFF, false, waits(None, false), Fate::Issue),
            (OFF, false, waits(None, true), Fate::Wait),
        ] {
            let found = fate(policy, held, draft, today).expect("a fate");
            assert_eq!(found, expected, "{policy:?} {held} {draft:?}");
        }
    }

    #[test]
    fn days_are_for_those_who_review() {
        assert!(check(DAYS).is_ok() && check(BY_HAND).is_ok() && check(OFF).is_ok());
        for policy in [
            ReviewPolicy {
                review: false,
                grace_days: Some(3),
            },
            ReviewPolicy {
                review: true,
                grace_days: Some(61),
            },
        ] {
            assert!(check(policy).is_err());
        }
    }
}

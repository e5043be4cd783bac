//! When which dunning step is due.

use tradewind_kernel::{Date, Error, Result, calendar};

use crate::types::{DunningPolicy, DunningStep};

/// A step to take now, and when to look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueStep {
    /// Its number, from 1.
    pub stage: i64,
    /// What it does.
    pub step: DunningStep,
    /// The day of the step after it; none after the last.
    pub next_on: Option<Date>,
}

/// The day of the step after `stage` (0 before the first); none after the last.
///
/// # Errors
/// `out_of_range`.
pub fn next_on(policy: &DunningPolicy, due_on: Date, stage: i64) -> Result<Option<Date>> {
    usize::try_from(stage)
        .ok()
        .and_then(|index| policy.steps.get(index))
        .map(|step| calendar::add_days(due_on, i64::from(step.after_days)))
        .transpose()
}

/// The step after `stage` (0 before the first); none after the last.
#[must_use]
pub fn step_after(policy: &DunningPolicy, stage: i64) -> Option<DunningStep> {
    let index = usize::try_from(stage).ok()?;
    policy.steps.get(index).copied()
}

/// The step that is due on a day after `stage` steps were taken. Steps are taken one by one, even when several are
/// overdue: nobody is terminated without having been reminded and suspended before.
///
/// # Errors
/// `out_of_range`.
pub fn due_step(
    policy: &DunningPolicy,
    due_on: Date,
    stage: i64,
    today: Date,
) -> Result<Option<DueStep>> {
    let Some(day) = next_on(policy, due_on, stage)? else {
        return Ok(None);
    };
    if day > today {
        return Ok(None);
    }
    let Some(step) = usize::try_from(stage)
        .ok()
        .and_then(|index| policy.steps.get(index))
    else {
        return Ok(None);
    };
    Ok(Some(DueStep {
        stage: stage + 1,
        step: *step,
        next_on: next_on(policy, due_on, stage + 1)?,
    }))
}

/// Checks a policy: at most 20 steps, in ascending order of days.
///
/// # Errors
/// Names `steps`.
pub fn check(policy: &DunningPolicy) -> Result<()> {
    if policy.steps.len() > 20 {
        return Err(Error::invalid("steps", "too_many", "at most 20 steps"));
    }
    if policy
        .steps
        .is_sorted_by(|a, b| a.after_days < b.after_days)
    {
        Ok(())
    } else {
        Err(Error::invalid(
            "steps",
            "not_ascending",
            "each step must come later than the one before it",
        ))
    }
}

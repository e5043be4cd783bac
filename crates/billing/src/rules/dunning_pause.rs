//! How long reminders wait, and whether a promise was kept.

use tradewind_kernel::{Date, Error, Money, Result, calendar};

use crate::types::{DunningPause, PromiseState};

/// The longest pause, in days.
const LONGEST: i64 = 365;

/// The first day on which a step may be taken that is due on `due`, when steps wait until the end of another.
///
/// # Errors
/// `out_of_range` for days that no calendar has.
pub fn not_before(due: Date, until: Option<Date>) -> Result<Date> {
    let Some(until) = until else { return Ok(due) };
    Ok(due.max(calendar::add_days(until, 1)?))
}

/// What became of the promise behind a pause, when so much is paid and it is this day.
///
/// # Errors
/// `overflow`, `currency_mismatch`.
pub fn promise(pause: &DunningPause, paid: Money, today: Date) -> Result<Option<PromiseState>> {
    let Some(promised) = pause.promised else {
        return Ok(None);
    };
    let came = paid.sub(pause.paid_before)?;
    Ok(Some(if came.minor >= promised.minor {
        PromiseState::Kept
    } else if today > pause.until {
        PromiseState::Broken
    } else {
        PromiseState::Waiting
    }))
}

/// Checks the last day of a pause: from today on, within a year.
///
/// # Errors
/// Names `until`.
pub fn check_until(until: Date, today: Date) -> Result<()> {
    if until < today || calendar::days_between(today, until) > LONGEST {
        let text = "expected a day from today on, within a year";
        return Err(Error::invalid("until", "out_of_range", text));
    }
    Ok(())
}

/// Checks a pause: until a day from today on, for a year at most; what is promised is owed.
///
/// # Errors
/// Names `until` or `promised`.
pub fn check(until: Date, promised: Option<Money>, open: Money, today: Date) -> Result<()> {
    check_until(until, today)?;
    match promised {
        Some(promised) if promised.currency != open.currency => {
            let text = format!("the invoice is in {}", open.currency);
            Err(Error::invalid("promised", "currency_mismatch", text))
        }
        Some(promised) if promised.minor <= 0 || promised.minor > open.minor => {
            let text = format!("expected more than zero, and at most {open}");
            Err(Error::invalid("promised", "out_of_range", text))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_kernel::{Currency, Timestamp};

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    fn pause(promised: Option<i64>) -> DunningPause {
        DunningPause {
            until: day("2024-04-10"),
            reason: "Called".to_owned(),
            promised: promised.map(eur),
            paid_before: eur(300),
            at: Timestamp::parse("2024-04-01T12:00:00Z").expect("a time"),
        }
    }

    #[test]
    fn steps_wait_until_the_day_after_a_pause() {
        let paused = pause(None).until;
        for (due, expected) in [("2024-04-02", "2024-04-11"), ("2024-04-15", "2024-04-15")] {
            let found = not_before(day(due), Some(paused)).expect("a day");
            assert_eq!(found, day(expected));
            assert_eq!(not_before(day(due), None).expect("a day"), day(due));
        }
    }

    #[test]
    fn a_promise_is_kept_by_what_comes_in_after_it_was_made() {
        let promised = pause(Some(500));
        for (paid, today, expected) in [
            (300, "2024-04-10", PromiseState::Waiting),
            (799, "2024-04-10", PromiseState::Waiting),
            (799, "2024-04-11", PromiseState::Broken),
            (800, "2024-04-05", PromiseState::Kept),
            (800, "2024-04-11", PromiseState::Kept),
        ] {
            let found = promise(&promised, eur(paid), day(today)).expect("a state");
            assert_eq!(found, Some(expected), "{paid} {today}");
        }
        let none = promise(&pause(None), eur(0), day("2024-05-01"));
        assert_eq!(none.expect("no promise"), None);
    }

    #[test]
    fn a_pause_is_for_days_to_come_and_a_promise_for_what_is_owed() {
        let today = day("2024-04-01");
        let of = |until: &str, promised: Option<i64>| {
            check(day(until), promised.map(eur), eur(1_000), today).is_ok()
        };
        assert!(of("2024-04-01", None) && of("2025-04-01", Some(1_000)));
        assert!(!of("2024-03-31", None) && !of("2025-04-02", None));
        assert!(!of("2024-04-02", Some(0)) && !of("2024-04-02", Some(1_001)));
    }
}

//! Slowing down who guesses passwords: free tries, then waits that double, for known and unknown addresses alike.

use tradewind_kernel::{Duration, Error, Result, Timestamp};

/// Failed tries that cost nothing.
const FREE_TRIES: u32 = 5;
/// The first wait, in seconds.
const FIRST_WAIT: i64 = 30;
/// The longest wait, in seconds.
const LONGEST_WAIT: i64 = 3600;
/// Seconds without a try after which earlier ones are forgotten.
pub const FORGET_AFTER: i64 = 24 * 3600;

/// What is remembered about the tries at one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tries {
    /// Tries since the last success.
    pub failed: u32,
    /// When the last one was, in wall-clock time.
    pub last_at: Option<Timestamp>,
    /// Until when no try is admitted.
    pub locked_until: Option<Timestamp>,
}

/// Admits another try and counts it as failed until it has succeeded, so that many tries at the same time get
/// no further than one after the other.
///
/// # Errors
/// [`Error::TooMany`] while the address is locked, with the seconds to wait.
pub fn admit(tries: Tries, now: Timestamp) -> Result<Tries> {
    if let Some(until) = tries.locked_until
        && until > now
    {
        return Err(Error::TooMany {
            retry_after_seconds: seconds_up(until.since(now)),
        });
    }
    let forgotten = tries
        .last_at
        .is_some_and(|last| now.since(last).as_secs() >= FORGET_AFTER);
    let failed = if forgotten { 0 } else { tries.failed }.saturating_add(1);
    let locked_until = match wait_after(failed) {
        0 => None,
        seconds => Some(now.plus(Duration::from_secs(seconds))?),
    };
    Ok(Tries {
        failed,
        last_at: Some(now),
        locked_until,
    })
}

/// Seconds to wait after this many failed tries in a row.
fn wait_after(failed: u32) -> i64 {
    let Some(over) = failed.checked_sub(FREE_TRIES) else {
        return 0;
    };
    // 30 s doubled seven times is beyond the longest wait already.
    (FIRST_WAIT << over.min(7)).min(LONGEST_WAIT)
}

fn seconds_up(duration: Duration) -> u64 {
    let whole = u64::try_from(duration.as_secs()).unwrap_or(0);
    whole.saturating_add(u64::from(duration.subsec_nanos() > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_700_000_000_000_000 + seconds * 1_000_000)
    }

    fn fail(count: u32) -> Tries {
        (0..count).fold(Tries::default(), |tries, _| {
            let now = tries.locked_until.or(tries.last_at).unwrap_or(at(0));
            admit(tries, now).expect("admitted once the wait is over")
        })
    }

    #[test]
    fn the_first_tries_are_free_and_then_waits_double() {
        assert_eq!(fail(4).locked_until, None);
        let waits: Vec<i64> = (5..=14)
            .map(|n| {
                let tries = fail(n);
                let until = tries.locked_until.expect("locked");
                until.since(tries.last_at.expect("tried")).as_secs()
            })
            .collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
    }

    #[test]
    fn a_try_while_locked_is_refused_with_the_seconds_left() {
        let tries = fail(5);
        let early = tries
            .last_at
            .expect("tried")
            .plus(Duration::from_millis(500));
        let refused = admit(tries, early.expect("in range"));
        assert!(matches!(
            refused,
            Err(Error::TooMany {
                retry_after_seconds: 30
            })
        ));
    }

    #[test]
    fn a_day_without_tries_forgets_them() {
        let tries = fail(9);
        let later = tries
            .last_at
            .expect("tried")
            .plus(Duration::from_secs(FORGET_AFTER));
        let again = admit(tries, later.expect("in range")).expect("admitted");
        assert_eq!((again.failed, again.locked_until), (1, None));
    }

    #[test]
    fn counting_never_overflows() {
        let tries = Tries {
            failed: u32::MAX,
            last_at: Some(at(0)),
            locked_until: None,
        };
        assert_eq!(admit(tries, at(1)).expect("admitted").failed, u32::MAX);
    }
}

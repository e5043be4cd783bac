//! How often someone may call: a bucket of tokens for each, refilled at a steady rate.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tradewind_kernel::{Error, Result};

/// How often something may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Steadily, a second.
    pub per_second: u32,
    /// At once, after a rest.
    pub burst: u32,
}

/// Microseconds in a second: tokens are counted in millionths, so that short pauses refill too.
const MILLION: u64 = 1_000_000;
/// More buckets than this are looked through for full ones, which are as good as none.
const BUCKETS_KEPT: usize = 10_000;

#[derive(Debug)]
struct Bucket {
    /// Millionths of tokens.
    tokens: u64,
    at: Instant,
}

/// The buckets of all callers.
#[derive(Debug)]
pub struct Limiter {
    rate: Option<Rate>,
    buckets: Mutex<HashMap<String, Bucket>>,
}

impl Limiter {
    /// A limiter; without a rate it lets everything pass.
    #[must_use]
    pub fn new(rate: Option<Rate>) -> Self {
        Self {
            rate,
            buckets: Mutex::new(HashMap::new()),
        }
    }

    /// Takes a token of this caller.
    ///
    /// # Errors
    /// [`Error::TooMany`] when there is none, with the seconds until there is.
    pub fn take(&self, caller: &str) -> Result<()> {
        self.take_at(caller, Instant::now())
    }

    fn take_at(&self, caller: &str, now: Instant) -> Result<()> {
        let Some(rate) = self.rate else {
            return Ok(());
        };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_KEPT {
            buckets.retain(|_, bucket| filled(bucket, rate, now) < full(rate));
        }
        // The name is copied for a new caller only.
        if !buckets.contains_key(caller) {
            let tokens = full(rate);
            buckets.insert(caller.to_owned(), Bucket { tokens, at: now });
        }
        let Some(bucket) = buckets.get_mut(caller) else {
            return Ok(());
        };
        let tokens = filled(bucket, rate, now);
        bucket.at = now;
        if tokens < MILLION {
            bucket.tokens = tokens;
            let missing = MILLION - tokens;
            let seconds = missing.div_ceil(u64::from(rate.per_second.max(1)) * MILLION);
            return Err(Error::TooMany {
                retry_after_seconds: seconds.max(1),
            });
        }
        bucket.tokens = tokens - MILLION;
        Ok(())
    }
}

fn full(rate: Rate) -> u64 {
    u64::from(rate.burst) * MILLION
}

fn filled(bucket: &Bucket, rate: Rate, now: Instant) -> u64 {
    let passed: Duration = now.saturating_duration_since(bucket.at);
    let micros = u64::try_from(passed.as_micros()).unwrap_or(u64::MAX);
    // One token a second is one millionth a microsecond.
    let new = micros.saturating_mul(u64::from(rate.per_second));
    bucket.tokens.saturating_add(new).min(full(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate_holds_for_each_alone() {
        let limiter = Limiter::new(Some(Rate {
            per_second: 2,
            burst: 3,
        }));
        let start = Instant::now();
        let passed = |caller: &str, millis: u64| {
            limiter
                .take_at(caller, start + Duration::from_millis(millis))
                .is_ok()
        };
        assert!((0..3).all(|_| passed("a", 0)));
        assert!(!passed("a", 0));
        assert!(passed("b", 0), "another caller has a bucket of its own");
        assert!(!passed("a", 499));
        assert!(passed("a", 500));
        assert!(!passed("a", 500));
        assert!(
            (0..3).all(|_| passed("a", 60_000)),
            "filled up to the burst"
        );
        assert!(!passed("a", 60_000));
    }

    #[test]
    fn no_rate_means_no_limit() {
        let limiter = Limiter::new(None);
        assert!((0..100_000).all(|_| limiter.take("a").is_ok()));
    }

    #[test]
    fn forgotten_callers_take_no_memory() {
        let limiter = Limiter::new(Some(Rate {
            per_second: 1000,
            burst: 1,
        }));
        let start = Instant::now();
        for caller in 0..30_000_u64 {
            let at = start + Duration::from_millis(caller);
            limiter.take_at(&caller.to_string(), at).expect("passes");
        }
        let kept = limiter.buckets.lock().expect("not poisoned").len();
        assert!(kept <= BUCKETS_KEPT, "{kept}");
    }
}

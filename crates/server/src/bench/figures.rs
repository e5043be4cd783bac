//! Figures from what was counted and timed.

use std::time::Duration;

/// So many in this time, as a rate per second.
pub(super) fn per_second(count: u64, took: Duration) -> u64 {
    let nanos = took.as_nanos().max(1);
    u64::try_from(u128::from(count) * 1_000_000_000 / nanos).unwrap_or(u64::MAX)
}

/// Milliseconds, to the hundredth.
pub(super) fn millis(took: Duration) -> f64 {
    hundredths(took.as_secs_f64() * 1_000.0)
}

/// Seconds, to the hundredth.
pub(super) fn seconds(took: Duration) -> f64 {
    hundredths(took.as_secs_f64())
}

/// A share of a whole in per cent, rounded down.
pub(super) fn percent(part: u64, whole: u64) -> u64 {
    part.saturating_mul(100) / whole.max(1)
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// The value below which this share, in per cent, of the sorted values lies.
pub(super) fn percentile(sorted: &[Duration], share: usize) -> Duration {
    let at = (sorted.len() * share).div_ceil(100).max(1) - 1;
    sorted.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_shares_are_what_they_say() {
        assert_eq!(per_second(500, Duration::from_millis(250)), 2_000);
        assert_eq!(percent(1, 3), 33);
        let values: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&values, 50), Duration::from_millis(100));
        assert_eq!(percentile(&values, 99), Duration::from_millis(198));
        assert_eq!(percentile(&values[..1], 95), Duration::from_millis(1));
        assert_eq!(percentile(&[], 95), Duration::ZERO);
        assert!((millis(Duration::from_micros(1_234)) - 1.23).abs() < 1e-9);
    }
}

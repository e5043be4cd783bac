//! Which events an endpoint gets, what a message says, and what an answer means.

use crate::types::SecretRotation;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tradewind_kernel::{Duration, Error, Result, Timestamp};

/// Attempts before a message is given up. With the pauses of the job engine, of an hour at most, they spread over six days.
pub const ATTEMPTS_MAX: u32 = 150;

/// How long an endpoint may fail and nothing else before it is switched off.
const FAILING_MAX: Duration = Duration::from_hours(5 * 24);
const RETRY_AFTER_MAX_SECONDS: u64 = 24 * 3_600;
const FORMER_HOURS_MAX: u32 = 72;

const KINDS_MAX: usize = 20;

/// Whether an event of this kind matches a pattern: `*`, `subscription.*` or the kind itself.
#[must_use]
pub fn kind_matches(pattern: &str, kind: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => kind.starts_with(prefix),
        None => pattern == kind,
    }
}

/// Checks the patterns of an endpoint.
///
/// # Errors
/// Names the pattern that is malformed.
pub fn check_kinds(kinds: &[String]) -> Result<()> {
    if kinds.is_empty() || kinds.len() > KINDS_MAX {
        return Err(Error::invalid(
            "kinds",
            "wrong_count",
            format!("expected 1 to {KINDS_MAX} patterns"),
        ));
    }
    for (index, pattern) in kinds.iter().enumerate() {
        let name = pattern.strip_suffix(".*").unwrap_or(pattern);
        let letters = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        };
        if pattern != "*" && !name.split('.').all(letters) {
            return Err(Error::invalid(
                format!("kinds.{index}"),
                "malformed_pattern",
                "expected the kind of an event such as \"order.completed\", a group such as \"subscription.*\", or \"*\"",
            ));
        }
    }
    Ok(())
}

/// The body of a message: a CloudEvent that says what changed and where to read it, and nothing else.
#[must_use]
pub fn cloud_event(id: &str, source: &str, kind: &str, subject: &str, at: Timestamp) -> Value {
    let resource = subject.split('_').next().unwrap_or_default();
    let collection = match resource {
        "sub" => Some(("subscription", "subscriptions")),
        "ord" => Some(("order", "orders")),
        "dlv" => Some(("delivery", "deliveries")),
        "inv" => Some(("invoice", "invoices")),
        "pay" => Some(("payment", "payments")),
        "acc" => Some(("account", "accounts")),
        _ => None,
    };
    let data = match collection {
        Some((kind, path)) => {
            json!({ "kind": kind, "id": subject, "url": format!("{source}/api/v1/{path}/{subject}") })
        }
        None => json!({ "id": subject }),
    };
    json!({
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": format!("tradewind.{kind}"),
        "subject": subject,
        "time": at.to_string(),
        "datacontenttype": "application/json",
        "data": data,
    })
}

/// Whether a vendor may hear of such events about subscriptions of its products: deliveries and use, not money.
#[must_use]
pub fn vendor_hears(kind: &str) -> bool {
    ["subscription.", "delivery.", "product.", "usage."]
        .iter()
        .any(|group| kind.starts_with(group))
}

/// What an answer to a message means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Acknowledged.
    Delivered,
    /// Try again, not before this many seconds when the receiver said so.
    Again {
        /// From `Retry-After`, at most a day.
        after_seconds: u64,
    },
    /// The endpoint is gone for good and is switched off.
    Gone,
}

/// Judges the status of an answer that came at this time of the wall clock.
#[must_use]
pub fn judge(status: u16, retry_after: Option<&str>, wall: Timestamp) -> Verdict {
    match status {
        200..=299 => Verdict::Delivered,
        410 => Verdict::Gone,
        429 | 503 => Verdict::Again {
            after_seconds: retry_after.map_or(0, |text| pause(text.trim(), wall)),
        },
        _ => Verdict::Again { after_seconds: 0 },
    }
}

/// `Retry-After` is a number of seconds or a date; what is neither is no wish at all.
fn pause(text: &str, wall: Timestamp) -> u64 {
    let seconds = text.parse::<u64>().ok().or_else(|| {
        let until = jiff::fmt::rfc2822::parse(text)
            .ok()?
            .timestamp()
            .as_second();
        u64::try_from(until.saturating_sub(wall.as_seconds())).ok()
    });
    seconds.unwrap_or(0).min(RETRY_AFTER_MAX_SECONDS)
}

/// How an endpoint fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// Attempts that failed since the last success.
    pub consecutive_failures: u32,
    /// Since when every attempt has failed, by the wall clock.
    pub failing_since: Option<Timestamp>,
    /// Whether it is switched off now.
    pub switched_off: bool,
}

/// How an endpoint fares after an attempt at this time of the wall clock. After five days of nothing but failures it is
/// switched off, and at once when it says that it is gone.
#[must_use]
pub fn health_after(
    failures: u32,
    failing_since: Option<Timestamp>,
    verdict: Verdict,
    wall: Timestamp,
) -> Health {
    if verdict == Verdict::Delivered {
        return Health {
            consecutive_failures: 0,
            failing_since: None,
            switched_off: false,
        };
    }
    let since = failing_since.unwrap_or(wall);
    let too_long = wall.since(since) >= FAILING_MAX;
    Health {
        consecutive_failures: failures.saturating_add(1),
        failing_since: Some(since),
        switched_off: verdict == Verdict::Gone || too_long,
    }
}

/// Checks for how long a former secret is to be used.
///
/// # Errors
/// Names the field.
pub fn check_rotation(rotation: &SecretRotation) -> Result<()> {
    if rotation.keep_former_hours > FORMER_HOURS_MAX {
        return Err(Error::invalid(
            "keep_former_hours",
            "out_of_range",
            format!("expected 0 to {FORMER_HOURS_MAX} hours"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_groups_or_one_kind() {
        assert!(kind_matches("*", "order.placed"));
        assert!(kind_matches("subscription.*", "subscription.changed"));
        assert!(!kind_matches("subscription.*", "subscriptions.changed"));
        assert!(kind_matches("order.placed", "order.placed"));
        assert!(!kind_matches("order.placed", "order.placed_twice"));
    }

    #[test]
    fn malformed_patterns_are_named() {
        check_kinds(&["*".into(), "order.*".into(), "order.placed".into()]).unwrap();
        for wrong in [
            "",
            "Order.placed",
            "order..placed",
            "order*",
            "*.placed",
            ".*",
        ] {
            let error = check_kinds(&["*".into(), wrong.into()]).unwrap_err();
            assert_eq!(error.problems()[0].field, "kinds.1", "{wrong}");
        }
        assert!(check_kinds(&[]).is_err());
    }

    #[test]
    fn a_message_is_thin() {
        let at = Timestamp::parse("2024-10-01T00:00:00Z").unwrap();
        let event = cloud_event(
            "evt_1",
            "https://t.example",
            "subscription.changed",
            "sub_1",
            at,
        );
        assert_eq!(event["type"], "tradewind.subscription.changed");
        assert_eq!(
            event["data"]["url"],
            "https://t.example/api/v1/subscriptions/sub_1"
        );
        assert_eq!(event["data"].as_object().map(serde_json::Map::len), Some(3));
    }

    #[test]
    fn answers_are_judged() {
        let wall = Timestamp::parse("2015-10-21T07:27:00Z").unwrap();
        let again = |after_seconds| Verdict::Again { after_seconds };
        assert_eq!(judge(204, None, wall), Verdict::Delivered);
        assert_eq!(judge(410, None, wall), Verdict::Gone);
        assert_eq!(judge(500, Some("120"), wall), again(0));
        assert_eq!(judge(302, None, wall), again(0));
        assert_eq!(judge(429, Some("120"), wall), again(120));
        assert_eq!(judge(503, Some("999999999999"), wall), again(86_400));
        assert_eq!(
            judge(503, Some("Wed, 21 Oct 2015 07:28:00 GMT"), wall),
            again(60)
        );
        assert_eq!(
            judge(503, Some("Wed, 21 Oct 2015 07:00:00 GMT"), wall),
            again(0)
        );
        assert_eq!(judge(503, Some("soon"), wall), again(0));
        assert_eq!(judge(503, None, wall), again(0));
    }

    #[test]
    fn days_of_failures_switch_an_endpoint_off_and_one_success_forgives_them() {
        let start = Timestamp::parse("2024-03-01T00:00:00Z").unwrap();
        let hours = |n| {
            start
                .plus(tradewind_kernel::Duration::from_hours(n))
                .unwrap()
        };
        let failed = Verdict::Again { after_seconds: 0 };
        let first = health_after(0, None, failed, start);
        assert_eq!(
            (
                first.consecutive_failures,
                first.failing_since,
                first.switched_off
            ),
            (1, Some(start), false)
        );
        assert!(!health_after(1, Some(start), failed, hours(119)).switched_off);
        let last = health_after(1, Some(start), failed, hours(120));
        assert_eq!(
            (
                last.consecutive_failures,
                last.failing_since,
                last.switched_off
            ),
            (2, Some(start), true)
        );
        let forgiven = health_after(9, Some(start), Verdict::Delivered, hours(200));
        assert_eq!(
            (
                forgiven.consecutive_failures,
                forgiven.failing_since,
                forgiven.switched_off
            ),
            (0, None, false)
        );
        assert!(health_after(0, None, Verdict::Gone, start).switched_off);
    }

    #[test]
    fn vendors_hear_of_deliveries_and_not_of_money() {
        assert!(vendor_hears("subscription.changed") && vendor_hears("delivery.started"));
        assert!(
            !vendor_hears("order.placed")
                && !vendor_hears("invoice.issued")
                && !vendor_hears("subscriptions")
        );
    }

    #[test]
    fn a_former_secret_is_kept_for_days_at_most() {
        check_rotation(&SecretRotation {
            keep_former_hours: 72,
        })
        .unwrap();
        let error = check_rotation(&SecretRotation {
            keep_former_hours: 73,
        })
        .unwrap_err();
        assert_eq!(error.problems()[0].field, "keep_former_hours");
    }
}

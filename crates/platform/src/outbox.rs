//! Who wants to hear of which events.

use std::sync::RwLock;

use serde_json::json;

use crate::jobs::NewJob;
use crate::work::Event;

/// The subscribers, fixed when the program is wired up.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    subscribers: RwLock<Vec<Subscriber>>,
}

#[derive(Clone, Debug)]
struct Subscriber {
    pattern: String,
    job_kind: &'static str,
}

impl Outbox {
    pub(crate) fn subscribe(&self, pattern: &str, job_kind: &'static str) {
        let mut subscribers = self
            .subscribers
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        subscribers.push(Subscriber {
            pattern: pattern.to_owned(),
            job_kind,
        });
    }

    /// One job per subscriber. Events about one subject reach a subscriber in their order.
    pub(crate) fn jobs_for(&self, event: &Event) -> Vec<NewJob> {
        let subscribers = self
            .subscribers
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        subscribers
            .iter()
            .filter(|s| matches(&s.pattern, &event.kind))
            .map(|s| {
                NewJob::new(s.job_kind, json!(event))
                    .lane(format!("{}/{}", s.job_kind, event.subject))
            })
            .collect()
    }
}

/// `*` matches everything, `order.*` everything that begins with `order.`, other patterns themselves.
pub(crate) fn matches(pattern: &str, kind: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => kind.starts_with(prefix),
        None => pattern == kind,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_whole_words() {
        assert!(matches("*", "order.placed"));
        assert!(matches("order.*", "order.placed"));
        assert!(matches("order.placed", "order.placed"));
        assert!(!matches("order.*", "orders.placed"));
        assert!(!matches("order", "order.placed"));
    }
}

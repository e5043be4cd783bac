//! Counters, gauges and histograms of this process, in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the duration buckets, in microseconds.
const BUCKETS_US: [u64; 12] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000,
    30_000_000,
];

/// The registry. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    series: Arc<Mutex<BTreeMap<&'static str, Family>>>,
}

#[derive(Debug)]
enum Family {
    Counter(BTreeMap<String, u64>),
    Gauge(BTreeMap<String, i64>),
    Histogram(BTreeMap<String, Histogram>),
}

#[derive(Debug, Default)]
struct Histogram {
    buckets: [u64; BUCKETS_US.len()],
    count: u64,
    sum_us: u64,
}

impl Metrics {
    /// An empty registry.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds to a counter. Names end in `_total`. Label values must come from a small fixed set.
    pub fn count(&self, name: &'static str, labels: &[(&str, &str)], by: u64) {
        self.with(
            name,
            || Family::Counter(BTreeMap::new()),
            |family| {
                if let Family::Counter(series) = family {
                    *series.entry(label_text(labels)).or_default() += by;
                }
            },
        );
    }

    /// Sets a gauge.
    pub fn gauge(&self, name: &'static str, labels: &[(&str, &str)], value: i64) {
        self.with(
            name,
            || Family::Gauge(BTreeMap::new()),
            |family| {
                if let Family::Gauge(series) = family {
                    series.insert(label_text(labels), value);
                }
            },
        );
    }

    /// Notes how long something took. Names end in `_seconds`.
    pub fn took(&self, name: &'static str, labels: &[(&str, &str)], duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.with(
            name,
            || Family::Histogram(BTreeMap::new()),
            |family| {
                if let Family::Histogram(series) = family {
                    let histogram = series.entry(label_text(labels)).or_default();
                    for (bucket, bound) in histogram.buckets.iter_mut().zip(BUCKETS_US) {
                        *bucket += u64::from(micros <= bound);
                    }
                    histogram.count += 1;
                    histogram.sum_us = histogram.sum_us.saturating_add(micros);
                }
            },
        );
    }

    /// Everything in the text format of Prometheus.
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = String::new();
        let series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, family) in series.iter() {
            match family {
                Family::Counter(values) => {
                    line(&mut out, format_args!("# TYPE {name} counter"));
                    for (labels, value) in values {
                        line(&mut out, format_args!("{name}{} {value}", braces(labels)));
                    }
                }
                Family::Gauge(values) => {
                    line(&mut out, format_args!("# TYPE {name} gauge"));
                    for (labels, value) in values {
                        line(&mut out, format_args!("{name}{} {value}", braces(labels)));
                    }
                }
                Family::Histogram(values) => {
                    line(&mut out, format_args!("# TYPE {name} histogram"));
                    for (labels, histogram) in values {
                        histogram.render(&mut out, name, labels);
                    }
                }
            }
        }
        out
    }

    fn with(
        &self,
        name: &'static str,
        new: impl FnOnce() -> Family,
        change: impl FnOnce(&mut Family),
    ) {
        let mut series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        change(series.entry(name).or_insert_with(new));
    }
}

impl Histogram {
    fn render(&self, out: &mut String, name: &str, labels: &str) {
        let comma = if labels.is_empty() { "" } else { "," };
        for (count, bound) in self.buckets.iter().zip(BUCKETS_US) {
            line(
                out,
                format_args!(
                    "{name}_bucket{{{labels}{comma}le=\"{}\"}} {count}",
                    seconds(bound)
                ),
            );
        }
        line(
            out,
            format_args!("{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {}", self.count),
        );
        line(
            out,
            format_args!("{name}_sum{} {}", braces(labels), seconds(self.sum_us)),
        );
        line(
            out,
            format_args!("{name}_count{} {}", braces(labels), self.count),
        );
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}

/// Microseconds as decimal seconds.
fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn braces(labels: &str) -> String {
    if labels.is_empty() {
        String::new()
    } else {
        format!("{{{labels}}}")
    }
}

fn label_text(labels: &[(&str, &str)]) -> String {
    let parts: Vec<String> = labels
        .iter()
        .map(|(name, value)| {
            let value = value
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            format!("{name}=\"{value}\"")
        })
        .collect();
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_the_text_format() {
        let metrics = Metrics::new();
        metrics.count("a_total", &[("k", "v\"w")], 2);
        metrics.count("a_total", &[("k", "v\"w")], 1);
        metrics.gauge("b", &[], -4);
        metrics.took("c_seconds", &[], Duration::from_micros(1_500));
        let text = metrics.render();
        assert!(
            text.contains("# TYPE a_total counter\na_total{k=\"v\\\"w\"} 3\n"),
            "{text}"
        );
        assert!(text.contains("# TYPE b gauge\nb -4\n"), "{text}");
        assert!(
            text.contains("c_seconds_bucket{le=\"0.001\"} 0\nc_seconds_bucket{le=\"0.0025\"} 1\n"),
            "{text}"
        );
        assert!(
            text.contains("c_seconds_sum 0.0015\nc_seconds_count 1\n"),
            "{text}"
        );
    }
}

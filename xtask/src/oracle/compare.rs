//! Comparing what is published with what was computed.

use serde_json::Value;
use tradewind_kernel::{Decimal, Rounding, decimal};

/// Where two values differ, each with both of them.
pub(crate) fn differences(path: &str, expected: &Value, computed: &Value) -> Vec<String> {
    match (expected, computed) {
        (Value::Array(expected), Value::Array(computed)) => {
            if expected.len() != computed.len() {
                return vec![format!(
                    "{path}: expected {}, computed {}",
                    Value::from(expected.clone()),
                    Value::from(computed.clone())
                )];
            }
            // Engines list the items of an invoice in different orders; the order of anything else means something.
            if path.ends_with("items") || path.contains("invoices") && is_items(expected) {
                return unordered(path, expected, computed);
            }
            expected
                .iter()
                .zip(computed)
                .enumerate()
                .flat_map(|(i, (e, c))| differences(&format!("{path}.{i}"), e, c))
                .collect()
        }
        (Value::Object(expected), Value::Object(computed)) => expected
            .iter()
            .filter(|(key, _)| *key != "note")
            .flat_map(|(key, value)| {
                let path = format!("{path}.{key}");
                match computed.get(key) {
                    Some(computed) => differences(&path, value, computed),
                    None => vec![format!("{path}: expected {value}, nothing was computed")],
                }
            })
            .collect(),
        _ if same(expected, computed) => Vec::new(),
        _ => vec![format!(
            "{path}: expected {}, computed {}",
            plain(expected),
            plain(computed)
        )],
    }
}

fn is_items(values: &[Value]) -> bool {
    values.iter().all(|value| {
        value
            .as_array()
            .is_some_and(|row| row.iter().all(Value::is_string))
    })
}

fn unordered(path: &str, expected: &[Value], computed: &[Value]) -> Vec<String> {
    let mut left: Vec<&Value> = computed.iter().collect();
    let mut missing = Vec::new();
    for value in expected {
        let found = left
            .iter()
            .position(|other| differences(path, value, other).is_empty());
        match found {
            Some(at) => {
                left.remove(at);
            }
            None => missing.push(value.to_string()),
        }
    }
    if missing.is_empty() {
        return Vec::new();
    }
    let left: Vec<String> = left.iter().map(ToString::to_string).collect();
    vec![format!(
        "{path}: expected {}, computed {}",
        missing.join(" and "),
        left.join(" and ")
    )]
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim_start_matches('~').to_owned(),
        other => other.to_string(),
    }
}

fn same(expected: &Value, computed: &Value) -> bool {
    // An amount with more digits than its currency has, and the same rounded: either may be published.
    if let Some((exact, rounded)) = computed.as_str().and_then(|text| text.split_once('|')) {
        return [exact, rounded]
            .iter()
            .any(|text| same(expected, &Value::from(*text)));
    }
    let (expected, computed_text) = (plain(expected), plain(computed));
    if expected == computed_text {
        return true;
    }
    if let (Ok(wanted), Ok(number)) = (
        expected.parse::<Decimal>(),
        computed_text.parse::<Decimal>(),
    ) {
        let published = matches!(computed, Value::String(text) if text.starts_with('~'));
        return if published {
            decimal::round(number, wanted.scale(), Rounding::HalfUp) == wanted
        } else {
            number == wanted
        };
    }
    if expected.contains('/') {
        return fraction(&expected).is_some_and(|f| Some(f) == fraction(&computed_text));
    }
    match (terms(&expected), terms(&computed_text)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

/// `3+2/31` as one reduced fraction.
fn fraction(text: &str) -> Option<(i128, i128)> {
    let mut sum = (0_i128, 1_i128);
    for term in text.split('+') {
        let (part, whole) = match term.split_once('/') {
            Some((part, whole)) => (part.parse().ok()?, whole.parse().ok()?),
            None => (term.parse().ok()?, 1_i128),
        };
        sum = (
            sum.0
                .checked_mul(whole)?
                .checked_add(sum.1.checked_mul(part)?)?,
            sum.1.checked_mul(whole)?,
        );
        let divisor = gcd(sum.0, sum.1);
        sum = (sum.0 / divisor, sum.1 / divisor);
    }
    Some(sum)
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 {
        a.abs().max(1)
    } else {
        gcd(b, a % b)
    }
}

/// `75-65=10` as its numbers and signs.
fn terms(text: &str) -> Option<Vec<(char, Decimal)>> {
    let mut terms = Vec::new();
    let mut sign = '+';
    let mut number = String::new();
    for letter in text.chars() {
        if matches!(letter, '+' | '-' | '=') && !number.is_empty() {
            terms.push((sign, number.parse().ok()?));
            number.clear();
            sign = letter;
        } else {
            number.push(letter);
        }
    }
    terms.push((sign, number.parse().ok()?));
    Some(terms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_equal_by_value_and_expressions_by_their_terms() {
        let equal = |a, b| differences("x", &a, &b).is_empty();
        assert!(equal(json!("15.0"), json!("15")));
        assert!(equal(json!(22), json!("22")));
        assert!(!equal(json!("14.63"), json!("14.633")));
        assert!(equal(json!("0.333"), json!("~0.33333")));
        assert!(!equal(json!("0.334"), json!("~0.33333")));
        assert!(equal(json!("1+14/31"), json!("45/31")));
        assert!(!equal(json!("1+14/31"), json!("14/31")));
        assert!(equal(json!("100+50"), json!("100.00+50.0")));
        assert!(!equal(json!("100+50"), json!("150")));
        assert!(!equal(json!([1]), json!([1, 2])));
        assert!(equal(
            json!([["b", "1"], ["a", "2"]]),
            json!([["b", "1"], ["a", "2"]])
        ));
    }

    #[test]
    fn items_are_compared_whatever_their_order() {
        let a = json!([["x", "1"], ["y", "2"]]);
        let b = json!([["y", "2"], ["x", "1"]]);
        assert!(differences("items", &a, &b).is_empty());
        assert_eq!(differences("periods", &a, &b).len(), 4);
    }
}

//! How a value is written for people.

use serde::Deserialize as _;
use serde_json::Value;
use tradewind_documents::format;
use tradewind_kernel::{Locale, Money};

/// What stands for nothing.
const NOTHING: &str = "–";

/// A JSON value as a person reads it, and whether it is a number or an amount and stands to the right.
pub(crate) fn cell(value: Option<&Value>) -> (String, bool) {
    match value {
        None | Some(Value::Null) => (NOTHING.to_owned(), false),
        Some(Value::Bool(yes)) => (if *yes { "yes" } else { "no" }.to_owned(), false),
        Some(Value::Number(number)) => (number.to_string(), true),
        Some(Value::Object(fields)) if fields.is_empty() => (NOTHING.to_owned(), false),
        Some(Value::String(text)) if text.is_empty() => (NOTHING.to_owned(), false),
        Some(Value::String(text)) => (short_time(text), is_decimal(text)),
        Some(Value::Array(values)) => {
            let texts: Vec<String> = values.iter().map(|value| cell(Some(value)).0).collect();
            match texts.is_empty() {
                true => (NOTHING.to_owned(), false),
                false => (texts.join(", "), false),
            }
        }
        Some(object @ Value::Object(fields)) => {
            if let Ok(money) = Money::deserialize(object) {
                let amount = format::amount(Locale::En, money);
                return (format!("{amount} {}", money.currency), true);
            }
            // An answer to choose from.
            if let (Some(value), Some(_)) = (fields.get("value"), fields.get("label")) {
                return cell(Some(value));
            }
            // A text in several languages, or else whatever it is.
            let english = fields.get("en").and_then(Value::as_str);
            match english {
                Some(text) => (text.to_owned(), false),
                None => (object.to_string(), false),
            }
        }
    }
}

/// Times to the second: `2024-09-01T10:00:00.123456Z` → `2024-09-01T10:00:00Z`.
fn short_time(text: &str) -> String {
    let shape = text.len() > 20
        && text.is_ascii()
        && text.ends_with('Z')
        && text.as_bytes().get(10) == Some(&b'T')
        && text.as_bytes().get(19) == Some(&b'.');
    if shape {
        format!("{}Z", &text[..19])
    } else {
        text.to_owned()
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_written_for_people() {
        let written = |value: Value| cell(Some(&value));
        assert_eq!(
            written(json!({ "amount": "1234.50", "currency": "EUR" })),
            ("1,234.50 EUR".to_owned(), true)
        );
        assert_eq!(
            written(json!({ "en": "Backup", "de": "Sicherung" })),
            ("Backup".to_owned(), false)
        );
        assert_eq!(written(json!("0.0000008")), ("0.0000008".to_owned(), true));
        assert_eq!(
            written(json!("2024-09-01T10:00:00.123456Z")),
            ("2024-09-01T10:00:00Z".to_owned(), false)
        );
        assert_eq!(written(json!(["a", "b"])), ("a, b".to_owned(), false));
        assert_eq!(written(json!(true)), ("yes".to_owned(), false));
        assert_eq!(cell(None), ("–".to_owned(), false));
    }
}

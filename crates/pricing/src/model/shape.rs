//! Reading a price model from JSON that people wrote: unknown fields and inexact numbers are refused by name.

use serde_json::{Map, Value};
use tradewind_kernel::{Error, Problems, Result};

use super::{PriceModel, Purpose};

impl PriceModel {
    /// Reads and checks a price model; `field` is where it stands in the input.
    ///
    /// Prices and quantities are decimals in quotes (`"0.10"`) or whole numbers: a JSON number with a fraction has
    /// lost its exactness before it is read.
    ///
    /// # Errors
    /// Names every wrong field below `field` and what would be accepted.
    pub fn from_json(field: &str, value: &Value, purpose: Purpose) -> Result<Self> {
        read(value, purpose).map_err(|error| error.under(field))
    }

    /// The JSON form.
    ///
    /// # Errors
    /// Only an internal one: every price model has a JSON form.
    pub fn to_json(&self) -> Result<Value> {
        serde_json::to_value(self).map_err(Error::internal)
    }
}

fn read(value: &Value, purpose: Purpose) -> Result<PriceModel> {
    let Value::Object(object) = value else {
        return Err(Error::invalid(
            "",
            "malformed",
            "a price is an object such as {\"model\":\"flat\",\"amount\":\"10.00\"}",
        ));
    };
    let mut problems = Problems::new();
    exact_numbers("", value, &mut problems);
    unknown_fields(object, &mut problems);
    problems.finish()?;
    let mut value = value.clone();
    whole_numbers(&mut value);
    let model = serde_json::from_value::<PriceModel>(value)
        .map_err(|error| Error::invalid("", "malformed", error.to_string()))?;
    model.check(purpose)?;
    Ok(model)
}

/// Refuses numbers that went through binary floating point.
fn exact_numbers(path: &str, value: &Value, problems: &mut Problems) {
    let below = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    };
    match value {
        Value::Number(number) if number.as_i64().is_none() && number.as_u64().is_none() => {
            problems.add(
                path,
                "inexact_number",
                format!("write decimals in quotes: \"{number}\""),
            );
        }
        Value::Array(values) => {
            for (i, value) in values.iter().enumerate() {
                exact_numbers(&below(&i.to_string()), value, problems);
            }
        }
        Value::Object(object) => {
            for (key, value) in object {
                exact_numbers(&below(key), value, problems);
            }
        }
        _ => {}
    }
}

/// Decimals are written in quotes; whole numbers may stand without.
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Number(number) => *value = Value::String(number.to_string()),
        Value::Array(values) => values.iter_mut().for_each(whole_numbers),
        Value::Object(object) => object
            .iter_mut()
            .filter(|(key, _)| *key != "free_events" && *key != "months")
            .for_each(|(_, value)| whole_numbers(value)),
        _ => {}
    }
}

/// The fields of each kind; serde cannot refuse unknown ones in a flattened enum by itself.
fn fields_of(model: &str) -> Option<&'static [&'static str]> {
    Some(match model {
        "flat" => &["amount"],
        "per_unit" => &["unit_price"],
        "graduated" | "graduated_percentage" => &["tiers", "zero_usage"],
        "volume" => &["tiers", "zero_usage", "bounds"],
        "stairstep" => &["steps", "zero_usage", "bounds"],
        "package" => &["size", "amount"],
        "percentage" => &[
            "percent",
            "per_event",
            "free_events",
            "free_amount",
            "min_per_event",
            "max_per_event",
        ],
        "matrix" => &["dimensions", "rows"],
        "pass_through" => &["markup_percent", "exchange_rate"],
        _ => return None,
    })
}

const MODELS: &str = "flat, per_unit, graduated, volume, stairstep, package, percentage, graduated_percentage, matrix, \
                      pass_through";
const COMMON: [&str; 6] = [
    "model", "included", "prepaid", "pooled", "minimum", "maximum",
];

fn unknown_fields(object: &Map<String, Value>, problems: &mut Problems) {
    let model = object.get("model").and_then(Value::as_str);
    let Some(known) = model.and_then(fields_of) else {
        problems.add(
            "model",
            "unknown_value",
            format!("expected one of {MODELS}"),
        );
        return;
    };
    for key in object.keys() {
        if !COMMON.contains(&key.as_str()) && !known.contains(&key.as_str()) {
            problems.add(
                key.as_str(),
                "unknown_field",
                format!("expected {}, {}", known.join(", "), COMMON[1..].join(", ")),
            );
        }
    }
}

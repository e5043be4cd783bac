//! Reading cases, and reading their inputs strictly: a key that nothing reads makes a case unsupported.

use std::{cell::RefCell, collections::BTreeSet};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Map, Value};
use tradewind_kernel::{Currency, Date, Decimal, Error, Money, Rounding};

/// One published case.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) area: String,
    #[serde(default)]
    pub(crate) src: String,
    #[serde(default)]
    pub(crate) conv: String,
    pub(crate) input: Map<String, Value>,
    #[serde(default)]
    pub(crate) expect: Map<String, Value>,
}

/// Why there is no computed value.
pub(crate) enum Trouble {
    /// The runner does not know how.
    Unsupported(String),
    /// The pricing code refuses.
    Refused(String),
}

pub(crate) type Outcome<T> = std::result::Result<T, Trouble>;

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Refused(error.to_string())
    }
}

pub(crate) fn unsupported<T>(why: impl Into<String>) -> Outcome<T> {
    Err(Trouble::Unsupported(why.into()))
}

/// Reads the lines of a file of cases.
pub(crate) fn parse(text: &str) -> Result<Vec<Case>> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(i, line)| {
            serde_json::from_str(line).with_context(|| format!("line {} is not a case", i + 1))
        })
        .collect()
}

impl Case {
    /// The case with what it takes over from other cases ("as X", "continues": "X") filled in.
    pub(crate) fn resolved(&self, known: &[Self]) -> std::result::Result<Self, String> {
        let find = |id: &str| {
            known
                .iter()
                .find(|case| case.id == id)
                .ok_or_else(|| format!("refers to {id}, which is not known"))
        };
        let mut case = self.clone();
        for (key, value) in &mut case.input {
            if let Some(id) = value.as_str().and_then(|text| text.strip_prefix("as ")) {
                let other = find(id)?;
                *value = other
                    .input
                    .get(key)
                    .cloned()
                    .ok_or_else(|| format!("{id} has no \"{key}\""))?;
                // How the list is meant is said where it stands.
                case.src = format!("{}; {}", case.src, other.src);
            }
        }
        if let Some(id) = self.input.get("continues").and_then(Value::as_str) {
            for (key, value) in find(id)?.input.clone() {
                case.input.entry(key).or_insert(value);
            }
        }
        Ok(case)
    }

    /// Everything that is said about the convention, in lower case.
    pub(crate) fn words(&self) -> String {
        format!("{} {} {}", self.area, self.conv, self.src).to_lowercase()
    }
}

/// An object of the input that notes which of its keys were read.
pub(crate) struct Input<'a> {
    pub(crate) case: &'a Case,
    map: &'a Map<String, Value>,
    path: String,
    read: RefCell<BTreeSet<String>>,
}

/// Keys that only describe.
const REMARKS: [&str; 1] = ["note"];

/// Path of the whole input.
const TOP: &str = "input";

/// The key of the whole case that every computation keeps to.
const CURRENCY: &str = "currency";

impl<'a> Input<'a> {
    pub(crate) fn new(case: &'a Case) -> Self {
        Self::of(case, &case.input, TOP)
    }

    fn of(case: &'a Case, map: &'a Map<String, Value>, path: &str) -> Self {
        Self {
            case,
            map,
            path: path.to_owned(),
            read: RefCell::default(),
        }
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// Every key has been read.
    pub(crate) fn finish(&self) -> Outcome<()> {
        let read = self.read.borrow();
        let unread = self
            .map
            .keys()
            .filter(|key| self.path != TOP || *key != CURRENCY)
            .find(|key| !read.contains(*key) && !REMARKS.contains(&key.as_str()));
        match unread {
            Some(key) => unsupported(format!("{}.{key} is not understood here", self.path)),
            None => Ok(()),
        }
    }

    pub(crate) fn maybe(&self, key: &str) -> Option<&'a Value> {
        self.read.borrow_mut().insert(key.to_owned());
        self.map.get(key).filter(|value| !value.is_null())
    }

    pub(crate) fn value(&self, key: &str) -> Outcome<&'a Value> {
        match self.maybe(key) {
            Some(value) => Ok(value),
            None => unsupported(format!("{}.{key} is missing", self.path)),
        }
    }

    pub(crate) fn object(&self, key: &str) -> Outcome<Input<'a>> {
        self.inner(self.value(key)?, key)
    }

    /// An object within a list.
    pub(crate) fn inner(&self, value: &'a Value, key: &str) -> Outcome<Input<'a>> {
        match value {
            Value::Object(map) => Ok(Self::of(self.case, map, &format!("{}.{key}", self.path))),
            _ => unsupported(format!("{}.{key} is not an object", self.path)),
        }
    }

    pub(crate) fn list(&self, key: &str) -> Outcome<&'a [Value]> {
        list(self.value(key)?)
    }

    pub(crate) fn text(&self, key: &str) -> Outcome<&'a str> {
        text(self.value(key)?)
    }

    pub(crate) fn decimal(&self, key: &str) -> Outcome<Decimal> {
        decimal(self.value(key)?)
    }

    pub(crate) fn maybe_decimal(&self, key: &str) -> Outcome<Option<Decimal>> {
        self.maybe(key).map(decimal).transpose()
    }

    pub(crate) fn decimals(&self, key: &str) -> Outcome<Vec<Decimal>> {
        self.list(key)?.iter().map(decimal).collect()
    }

    pub(crate) fn whole(&self, key: &str) -> Outcome<i64> {
        whole(self.value(key)?)
    }

    pub(crate) fn date(&self, key: &str) -> Outcome<Date> {
        date(self.value(key)?)
    }

    /// The currency of the case: dollars, unless it names another.
    pub(crate) fn currency(&self) -> Outcome<Currency> {
        match self.case.input.get(CURRENCY) {
            None | Some(Value::Null) => Ok(Currency::USD),
            Some(code) => Ok(Currency::parse(text(code)?)?),
        }
    }

    /// The keys that begin with a prefix and have a number after it, in the order of the numbers.
    pub(crate) fn numbered(&self, prefix: &str) -> Vec<&'a str> {
        let mut found: Vec<(u32, &str)> = self
            .map
            .keys()
            .filter_map(|key| Some((key.strip_prefix(prefix)?.parse().ok()?, key.as_str())))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, key)| key).collect()
    }

    /// Something that is only said and that must be so.
    pub(crate) fn must_be(&self, key: &str, wanted: &Value) -> Outcome<()> {
        match self.maybe(key) {
            None => Ok(()),
            Some(value) if value == wanted => Ok(()),
            Some(value) => unsupported(format!("{}.{key} = {value} is not understood", self.path)),
        }
    }
}

pub(crate) fn list(value: &Value) -> Outcome<&[Value]> {
    match value {
        Value::Array(values) => Ok(values),
        _ => unsupported(format!("{value} is not a list")),
    }
}

pub(crate) fn text(value: &Value) -> Outcome<&str> {
    match value.as_str() {
        Some(text) => Ok(text),
        None => unsupported(format!("{value} is not a text")),
    }
}

pub(crate) fn decimal(value: &Value) -> Outcome<Decimal> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return unsupported(format!("{value} is not a number")),
    };
    match text.parse() {
        Ok(number) => Ok(number),
        Err(_) => unsupported(format!("{text:?} is not a number")),
    }
}

pub(crate) fn whole(value: &Value) -> Outcome<i64> {
    match value.as_i64() {
        Some(number) => Ok(number),
        None => unsupported(format!("{value} is not a whole number")),
    }
}

/// A date, or the UTC date of a time.
pub(crate) fn date(value: &Value) -> Outcome<Date> {
    let text = text(value)?;
    match text.get(..10).unwrap_or(text).parse() {
        Ok(date) => Ok(date),
        Err(_) => unsupported(format!("{text:?} is not a date")),
    }
}

/// Money rounded as the engines round it.
pub(crate) fn money(input: &Input<'_>, exact: Decimal) -> Outcome<Money> {
    Ok(Money::from_exact(
        exact,
        input.currency()?,
        Rounding::HalfUp,
    )?)
}

/// An exact amount, which engines publish with all its digits or rounded to the currency's places.
pub(crate) fn billable(input: &Input<'_>, amount: Decimal) -> Outcome<Value> {
    let plain = amount.normalize().to_string();
    let rounded = money(input, amount)?;
    Ok(if rounded.to_decimal() == amount {
        Value::String(plain)
    } else {
        Value::String(format!("{plain}|{}", rounded.amount()))
    })
}

/// An amount as it stands in a case.
pub(crate) fn shown(amount: Money) -> Value {
    Value::String(amount.amount())
}

/// An exact number as it stands in a case.
pub(crate) fn exact(number: Decimal) -> Value {
    Value::String(number.normalize().to_string())
}

/// A number with endless digits: to be compared at the places that are published.
pub(crate) fn published(number: Decimal) -> Value {
    Value::String(format!("~{}", number.normalize()))
}

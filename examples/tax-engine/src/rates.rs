//! Rates by ranges of postal codes.

use std::str::FromStr;

use anyhow::{Context, Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The rates that come with it.
pub const RATES: &str = include_str!("../rates.csv");

/// A row of the file.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Rate {
    country: String,
    postal_from: String,
    postal_to: String,
    name: String,
    place: String,
    percent: String,
    share: String,
    compound: String,
    source: String,
}

/// All rates, in the order in which they compound.
#[derive(Clone, Debug)]
pub struct Rates(Vec<Rate>);

impl FromStr for Rates {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let rows = csv::Reader::from_reader(text.as_bytes()).into_deserialize();
        let rows: Result<Vec<Rate>, _> = rows.collect();
        Ok(Self(rows.context("reading the rates")?))
    }
}

impl Rates {
    /// The taxes on a line that is bought at a place, as an answer has them.
    #[must_use]
    pub(crate) fn taxes(&self, country: &str, postal_code: &str) -> Vec<Value> {
        let code: String = postal_code
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
            .to_uppercase();
        let holds = |rate: &&Rate| {
            // The first five places decide: `78701-1234` is in 78701.
            let code = code.get(..code.len().min(5)).unwrap_or_default();
            rate.country == country
                && !code.is_empty()
                && (rate.postal_from.as_str()..=rate.postal_to.as_str()).contains(&code)
        };
        let rates = self.0.iter().filter(holds);
        rates
            .map(|rate| {
                json!({
                    "name": rate.name, "place": rate.place, "percent": rate.percent, "share": rate.share,
                    "compound": rate.compound == "yes",
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_by_their_postal_codes() {
        let rates: Rates = RATES.parse().expect("the rates");
        for (country, code, expected) in [
            ("US", "78701", 3),
            ("US", "78701-1234", 3),
            ("US", "78800", 0),
            ("US", "10027", 3),
            ("CA", "h2x 1y4", 2),
            ("CA", "M5V 2T6", 0),
            ("DE", "78701", 0),
            ("US", "", 0),
        ] {
            assert_eq!(
                rates.taxes(country, code).len(),
                expected,
                "{country} {code}"
            );
        }
        assert!("a,b\n1,2\n".parse::<Rates>().is_err());
    }
}

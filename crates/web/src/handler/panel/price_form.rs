//! The fields of a price: from a form to a price model.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use tradewind_catalogue::types::ItemKind;
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::{Error, Problems, Result};
use tradewind_pricing::{
    MatrixRow, Prepaid, PriceKind, PriceModel, Purpose, Step, Tier, TierBounds, ZeroUsage,
};

use crate::form::Sent;

/// What all fields of a price begin with.
pub(super) const PREFIX: &str = "m.";
/// Properties that a matrix looks at, at most.
pub(super) const DIMENSIONS: usize = 3;
/// Rows that a form shows, at most; longer price lists come over the API.
const MAX_ROWS: usize = 200;

/// The kinds of price that an item may have.
pub(super) fn kinds(item: ItemKind) -> &'static [&'static str] {
    const COUNTED: [&str; 6] = [
        "flat",
        "per_unit",
        "graduated",
        "volume",
        "stairstep",
        "package",
    ];
    const METERED: [&str; 10] = [
        "per_unit",
        "graduated",
        "volume",
        "stairstep",
        "package",
        "matrix",
        "percentage",
        "graduated_percentage",
        "pass_through",
        "flat",
    ];
    if item == ItemKind::Metered {
        &METERED
    } else {
        &COUNTED
    }
}

/// The list that holds the rows of a kind of price.
pub(super) fn list_of(kind: &str) -> Option<&'static str> {
    match kind {
        "graduated" | "volume" | "graduated_percentage" => Some("tiers"),
        "stairstep" => Some("steps"),
        "matrix" => Some("rows"),
        _ => None,
    }
}

/// How many rows a list has in a form.
pub(super) fn row_count(values: &[(String, String)], list: &str) -> usize {
    let start = format!("{PREFIX}{list}.");
    let last = values
        .iter()
        .filter_map(|(name, _)| name.strip_prefix(&start)?.split_once('.')?.0.parse().ok())
        .max();
    last.map_or(0, |last: usize| last.saturating_add(1).min(MAX_ROWS))
}

/// Adds an empty row to a list, at its end.
pub(super) fn add_row(values: &mut Vec<(String, String)>, list: &str) {
    let next = row_count(values, list);
    if next < MAX_ROWS {
        let field = if list == "steps" {
            "amount"
        } else {
            "unit_price"
        };
        values.push((format!("{PREFIX}{list}.{next}.{field}"), String::new()));
    }
}

/// Takes a row out of a list; those after it move up.
pub(super) fn drop_row(values: &mut Vec<(String, String)>, list: &str, row: usize) {
    let start = format!("{PREFIX}{list}.");
    let place = |name: &str| -> Option<(usize, String)> {
        let (row, field) = name.strip_prefix(&start)?.split_once('.')?;
        Some((row.parse().ok()?, field.to_owned()))
    };
    values.retain(|(name, _)| place(name).is_none_or(|(at, _)| at != row));
    for (name, _) in values {
        if let Some((at, field)) = place(name).filter(|(at, _)| *at > row) {
            *name = format!("{start}{}.{field}", at - 1);
        }
    }
}

/// Reads the price that a form describes.
///
/// # Errors
/// Every problem stands at the field of the form that it is about.
pub(super) fn read(sent: &Sent) -> Result<PriceModel> {
    let mut form = Reading {
        sent,
        problems: Problems::new(),
    };
    let kind = form.kind();
    let model = PriceModel {
        kind,
        included: form.number("included"),
        prepaid: form.prepaid(),
        pooled: form.text("pooled") == "together",
        minimum: form.maybe("minimum"),
        maximum: form.maybe("maximum"),
    };
    form.problems.finish()?;
    model
        .check(Purpose::Charge)
        .map_err(|error| at_fields(error, &model))?;
    Ok(model)
}

/// Puts problems of a price where their fields stand.
fn at_fields(error: Error, model: &PriceModel) -> Error {
    let mut error = error.under(PREFIX.trim_end_matches('.'));
    let Error::Invalid(problems) = &mut error else {
        return error;
    };
    let dimensions: &[String] = match &model.kind {
        PriceKind::Matrix { dimensions, .. } => dimensions,
        _ => &[],
    };
    for problem in problems {
        if let Some((row, name)) = problem.field.split_once(".when") {
            let name = name.trim_start_matches('.');
            let at = dimensions.iter().position(|known| known == name);
            problem.field = format!("{row}.d{}", at.unwrap_or_default());
        }
        for list in ["dimensions", "tiers", "steps", "rows"] {
            if problem.field == format!("{PREFIX}{list}") {
                problem.field = match list {
                    "dimensions" => format!("{PREFIX}dimensions.0"),
                    _ => "m.model".to_owned(),
                };
            }
        }
    }
    error
}

struct Reading<'a> {
    sent: &'a Sent,
    problems: Problems,
}

impl Reading<'_> {
    fn text(&self, field: &str) -> &str {
        self.sent.get(&format!("{PREFIX}{field}"))
    }

    /// A number that may be left out.
    fn maybe(&mut self, field: &str) -> Option<Decimal> {
        let text = self.text(field).replace(',', ".");
        if text.is_empty() {
            return None;
        }
        let name = format!("{PREFIX}{field}");
        let found = parse_decimal(&name, &text, &Limits::new(12, 15));
        self.problems.check(found).map(|value| value.normalize())
    }

    /// A number that is zero when it is left out.
    fn number(&mut self, field: &str) -> Decimal {
        self.maybe(field).unwrap_or_default()
    }

    /// A number that has to be there.
    fn needed(&mut self, field: &str) -> Decimal {
        if self.text(field).is_empty() {
            self.missing(field);
        }
        self.number(field)
    }

    fn missing(&mut self, field: &str) {
        self.problems
            .add(format!("{PREFIX}{field}"), "required", "must not be empty");
    }

    /// What the included quantity comes with, and what becomes of what is left of it.
    fn prepaid(&mut self) -> Option<Prepaid> {
        let per = self.sent.some(&format!("{PREFIX}prepaid.per"));
        let months = match self.text("prepaid.keeps") {
            "always" => None,
            "months" => {
                let months = self.needed("prepaid.months");
                let whole = u16::try_from(months)
                    .ok()
                    .filter(|_| months.fract().is_zero());
                if whole.is_none() {
                    let (field, text) = (
                        format!("{PREFIX}prepaid.months"),
                        "expected a whole number of months",
                    );
                    self.problems.add(field, "not_a_number", text);
                }
                Some(whole.unwrap_or_default())
            }
            _ if per.is_none() => return None,
            _ => Some(0),
        };
        Some(Prepaid {
            per,
            months,
            at_most: self.maybe("prepaid.at_most").filter(|_| months != Some(0)),
        })
    }

    fn zero_usage(&self) -> ZeroUsage {
        match self.text("zero_usage") {
            "first_tier" => ZeroUsage::FirstTier,
            _ => ZeroUsage::Free,
        }
    }

    fn bounds(&self) -> TierBounds {
        match self.text("bounds") {
            "lower_inclusive" => TierBounds::LowerInclusive,
            _ => TierBounds::UpperInclusive,
        }
    }

    fn rows<T>(&mut self, list: &str, row: impl Fn(&mut Self, &str) -> T) -> Vec<T> {
        (0..row_count(&self.sent.0, list))
            .map(|at| row(self, &format!("{list}.{at}")))
            .collect()
    }

    fn tiers(&mut self) -> Vec<Tier> {
        self.rows("tiers", |form, at| {
            let price = format!("{at}.unit_price");
            if form.text(&price).is_empty() && form.text(&format!("{at}.flat")).is_empty() {
                form.missing(&price);
            }
            Tier {
                up_to: form.maybe(&format!("{at}.up_to")),
                unit_price: form.number(&price),
                flat: form.number(&format!("{at}.flat")),
                package: form.maybe(&format!("{at}.package")),
                minimum: form.maybe(&format!("{at}.minimum")),
                maximum: form.maybe(&format!("{at}.maximum")),
            }
        })
    }

    fn steps(&mut self) -> Vec<Step> {
        self.rows("steps", |form, at| Step {
            up_to: form.maybe(&format!("{at}.up_to")),
            amount: form.needed(&format!("{at}.amount")),
            tag: form.sent.some(&format!("{PREFIX}{at}.tag")),
        })
    }

    fn matrix(&mut self) -> PriceKind {
        let names: Vec<String> = (0..DIMENSIONS)
            .map(|at| self.text(&format!("dimensions.{at}")).to_owned())
            .collect();
        let rows = self.rows("rows", |form, at| {
            let when: BTreeMap<String, String> = names
                .iter()
                .enumerate()
                .filter_map(|(dimension, name)| {
                    let value = form.text(&format!("{at}.d{dimension}")).to_owned();
                    (!value.is_empty()).then(|| (name.clone(), value))
                })
                .collect();
            MatrixRow {
                when,
                unit_price: form.needed(&format!("{at}.unit_price")),
                included: form.number(&format!("{at}.included")),
            }
        });
        PriceKind::Matrix {
            dimensions: names.into_iter().filter(|name| !name.is_empty()).collect(),
            rows,
        }
    }

    fn kind(&mut self) -> PriceKind {
        match self.text("model") {
            "flat" => PriceKind::Flat {
                amount: self.needed("amount"),
            },
            "per_unit" => PriceKind::PerUnit {
                unit_price: self.needed("unit_price"),
            },
            "graduated" => PriceKind::Graduated {
                tiers: self.tiers(),
                zero_usage: self.zero_usage(),
            },
            "volume" => PriceKind::Volume {
                tiers: self.tiers(),
                zero_usage: self.zero_usage(),
                bounds: self.bounds(),
            },
            "stairstep" => PriceKind::Stairstep {
                steps: self.steps(),
                zero_usage: self.zero_usage(),
                bounds: self.bounds(),
            },
            "package" => PriceKind::Package {
                size: self.needed("size"),
                amount: self.needed("amount"),
            },
            "percentage" => {
                let free_events = self.maybe("free_events");
                if free_events.is_some_and(|events| !events.fract().is_zero()) {
                    let (field, text) =
                        (format!("{PREFIX}free_events"), "a whole number of events");
                    self.problems.add(field, "not_a_number", text);
                }
                PriceKind::Percentage {
                    percent: self.needed("percent"),
                    per_event: self.number("per_event"),
                    free_events: free_events.and_then(|events| events.try_into().ok()),
                    free_amount: self.maybe("free_amount"),
                    min_per_event: self.maybe("min_per_event"),
                    max_per_event: self.maybe("max_per_event"),
                }
            }
            "graduated_percentage" => PriceKind::GraduatedPercentage {
                tiers: self.tiers(),
                zero_usage: self.zero_usage(),
            },
            "matrix" => self.matrix(),
            "pass_through" => PriceKind::PassThrough {
                markup_percent: self.number("markup_percent"),
                exchange_rate: self.maybe("exchange_rate").unwrap_or(Decimal::ONE),
            },
            _ => {
                self.missing("model");
                PriceKind::Flat {
                    amount: Decimal::ZERO,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::price_fill::fill;
    use super::*;
    use serde_json::json;

    fn sent(pairs: &[(&str, &str)]) -> Sent {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Sent(pairs.iter().map(pair).collect())
    }

    #[test]
    fn every_model_comes_back_from_its_form() {
        let models = [
            json!({"model": "per_unit", "unit_price": "1", "included": "100",
                "prepaid": {"per": "packs", "months": 3, "at_most": "250"}}),
            json!({"model": "per_unit", "unit_price": "1", "included": "100", "prepaid": {"per": "packs", "months": 0}}),
            json!({"model": "package", "size": "10", "amount": "1", "pooled": true}),
            json!({"model": "per_unit", "unit_price": "1", "included": "100", "prepaid": {}}),
            json!({"model": "flat", "amount": "12.50", "maximum": "20"}),
            json!({"model": "per_unit", "unit_price": "0.000001", "included": "100", "minimum": "1"}),
            json!({"model": "graduated", "zero_usage": "first_tier", "tiers": [
                {"up_to": "10", "unit_price": "5", "flat": "20"}, {"unit_price": "30", "package": "10"}]}),
            json!({"model": "volume", "bounds": "lower_inclusive", "tiers": [{"up_to": "10.5", "unit_price": "5"},
                {"unit_price": "4"}]}),
            json!({"model": "stairstep", "steps": [{"tag": "small", "amount": "9"}, {"tag": "large", "amount": "19"}]}),
            json!({"model": "package", "size": "100", "amount": "5"}),
            json!({"model": "percentage", "percent": "1.3", "per_event": "0.25", "free_events": 3, "free_amount": "500",
                "min_per_event": "0.5", "max_per_event": "10"}),
            json!({"model": "graduated_percentage", "included": "500", "tiers": [
                {"up_to": "1000", "unit_price": "3", "minimum": "5", "maximum": "25.5"}, {"unit_price": "2"}]}),
            json!({"model": "matrix", "dimensions": ["region", "class"], "rows": [
                {"when": {"region": "eu", "class": "ssd"}, "unit_price": "0.2", "included": "1"},
                {"when": {"class": "ssd"}, "unit_price": "0.15"}, {"unit_price": "0.1"}]}),
            json!({"model": "pass_through", "markup_percent": "8", "included": "50"}),
        ];
        for value in models {
            let model = PriceModel::from_json("model", &value, Purpose::Charge).unwrap();
            let form = Sent(fill(&model));
            assert_eq!(read(&form).unwrap(), model, "{value}");
        }
    }

    #[test]
    fn problems_stand_at_their_fields() {
        let fields = |pairs: &[(&str, &str)]| -> Vec<(String, &'static str)> {
            let error = read(&sent(pairs)).unwrap_err();
            error
                .problems()
                .iter()
                .map(|one| (one.field.clone(), one.code))
                .collect()
        };
        assert_eq!(fields(&[]), [("m.model".to_owned(), "required")]);
        assert_eq!(
            fields(&[("m.model", "graduated")]),
            [("m.model".to_owned(), "missing")]
        );
        assert_eq!(
            fields(&[
                ("m.model", "graduated"),
                ("m.tiers.0.up_to", "1o"),
                ("m.tiers.0.unit_price", "1"),
                ("m.tiers.1.unit_price", ""),
                ("m.minimum", "-"),
            ]),
            [
                ("m.tiers.0.up_to".to_owned(), "not_a_number"),
                ("m.tiers.1.unit_price".to_owned(), "required"),
                ("m.minimum".to_owned(), "not_a_number"),
            ]
        );
        assert_eq!(
            fields(&[
                ("m.model", "graduated"),
                ("m.tiers.0.up_to", "10"),
                ("m.tiers.0.unit_price", "-1"),
                ("m.tiers.1.up_to", "5"),
                ("m.tiers.1.unit_price", "1"),
            ]),
            [
                ("m.tiers.1.up_to".to_owned(), "overlapping"),
                ("m.tiers.1.up_to".to_owned(), "closed_bound"),
                ("m.tiers.0.unit_price".to_owned(), "negative_price"),
            ]
        );
        assert_eq!(
            fields(&[
                ("m.model", "matrix"),
                ("m.dimensions.0", "region"),
                ("m.rows.0.d0", "eu"),
                ("m.rows.0.d1", "ssd"),
                ("m.rows.0.unit_price", "1"),
                ("m.rows.1.d0", "eu"),
                ("m.rows.1.unit_price", "1"),
                ("m.rows.2.d0", "eu"),
                ("m.rows.2.unit_price", "1"),
            ]),
            [
                ("m.rows.0.d0".to_owned(), "unknown_dimension"),
                ("m.rows.2.d0".to_owned(), "duplicate"),
            ]
        );
    }

    #[test]
    fn rows_are_added_at_the_end_and_taken_out_anywhere() {
        let model = PriceModel::from_json(
            "model",
            &json!({"model": "graduated", "tiers": [{"up_to": "1", "unit_price": "3"}, {"up_to": "2", "unit_price": "2"},
                {"unit_price": "1"}]}),
            Purpose::Charge,
        )
        .unwrap();
        let mut values = fill(&model);
        drop_row(&mut values, "tiers", 1);
        let PriceKind::Graduated { tiers, .. } = read(&Sent(values.clone())).unwrap().kind else {
            panic!("another model");
        };
        assert_eq!(tiers.len(), 2);
        assert_eq!(tiers[1].unit_price, Decimal::ONE);
        add_row(&mut values, "tiers");
        assert_eq!(row_count(&values, "tiers"), 3);
        let error = read(&Sent(values)).unwrap_err();
        assert!(
            error
                .problems()
                .iter()
                .any(|one| one.field == "m.tiers.2.unit_price")
        );
    }
}

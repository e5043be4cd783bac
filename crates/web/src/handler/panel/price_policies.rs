//! The policies of a revision in its form: whether tax is in its prices, how computed prices are rounded, and how long an
//! agreed price holds.

use tradewind_catalogue::types::{Policies, RenewalPrices};
use tradewind_kernel::{Error, Result};
use tradewind_pricing::PricePlaces;

use crate::form::Sent;
use crate::view::panel::PolicyEdit;

/// Policies as the form shows them.
pub(super) fn edit_of(policies: &Policies) -> PolicyEdit {
    let places = |of: fn(&PricePlaces) -> u32| {
        policies
            .places
            .as_ref()
            .map_or_else(String::new, |places| of(places).to_string())
    };
    PolicyEdit {
        tax: if policies.tax_included {
            "included"
        } else {
            "added"
        }
        .into(),
        amounts: places(|places| places.amounts).into(),
        units: places(|places| places.units).into(),
        renewal: policies.renewal.as_str().into(),
    }
}

/// The policies before, with what the form says of them.
///
/// # Errors
/// `tax`, `renewal` with `unknown_value`, `places.amounts`, `places.units` with `required` or `malformed`.
pub(super) fn asked(before: &Policies, sent: &Sent) -> Result<Policies> {
    let mut policies = before.clone();
    match sent.get("tax") {
        "" => return Ok(policies),
        "included" => policies.tax_included = true,
        "added" => policies.tax_included = false,
        _ => {
            let text = "must be one of included, added";
            return Err(Error::invalid("tax", "unknown_value", text));
        }
    }
    policies.renewal = match sent.get("renewal") {
        "" => RenewalPrices::Revision,
        word => word.parse().map_err(|error: Error| error.at("renewal"))?,
    };
    let amounts = places("places.amounts", sent)?;
    let units = places("places.units", sent)?;
    policies.places = match (amounts, units) {
        (None, None) => None,
        (Some(amounts), Some(units)) => Some(PricePlaces { amounts, units }),
        (None, _) => return Err(missing("places.amounts")),
        (_, None) => return Err(missing("places.units")),
    };
    Ok(policies)
}

fn missing(field: &'static str) -> Error {
    Error::invalid(
        field,
        "required",
        "expected both numbers of places, or neither",
    )
}

fn places(field: &'static str, sent: &Sent) -> Result<Option<u32>> {
    let text = sent.get(field).trim();
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.parse().ok().filter(|number| *number <= 20);
    number.map(Some).ok_or_else(|| {
        Error::invalid(
            field,
            "out_of_range",
            "expected a whole number from 0 to 20, or nothing",
        )
    })
}

#[cfg(test)]
mod tests {
    use tradewind_kernel::currency::Currency;

    use super::*;

    fn sent(values: &[(&str, &str)]) -> Sent {
        Sent(
            values
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn what_is_shown_and_sent_back_changes_nothing() {
        for policies in [Policies::default(), Policies::readable(Currency::EUR)] {
            let shown = edit_of(&policies);
            let back = sent(&[
                ("tax", &shown.tax),
                ("renewal", &shown.renewal),
                ("places.amounts", &shown.amounts),
                ("places.units", &shown.units),
            ]);
            assert_eq!(asked(&policies, &back).expect("policies"), policies);
            assert_eq!(asked(&policies, &sent(&[])).expect("policies"), policies);
        }
    }

    #[test]
    fn tax_and_places_are_read_and_nonsense_is_named() {
        let form = sent(&[
            ("tax", "included"),
            ("renewal", "agreed"),
            ("places.amounts", "0"),
            ("places.units", " 4 "),
        ]);
        let policies = asked(&Policies::default(), &form).expect("policies");
        assert!(policies.tax_included);
        assert_eq!(policies.renewal, RenewalPrices::Agreed);
        assert_eq!(
            policies.places,
            Some(PricePlaces {
                amounts: 0,
                units: 4
            })
        );
        for (field, value) in [
            ("tax", "sometimes"),
            ("renewal", "never"),
            ("places.amounts", "-1"),
            ("places.units", "21"),
            ("places.units", ""),
        ] {
            let mut form = sent(&[
                ("tax", "added"),
                ("places.amounts", "2"),
                ("places.units", "4"),
            ]);
            form.0.retain(|(name, _)| name != field);
            form.0.push((field.to_owned(), value.to_owned()));
            let error = asked(&Policies::default(), &form).expect_err("refused");
            assert_eq!(error.problems()[0].field, field, "{value}");
        }
    }
}

//! Packages that a buyer picks by name become the quantities that stand for them.

use std::collections::BTreeMap;

use tradewind_kernel::{Decimal, Error, Problems, Result};
use tradewind_pricing::PriceModel;

/// The quantities of the packages picked, by item code; `price` gives the price that an item has for its buyer.
///
/// # Errors
/// One problem for each wrong item (`packages.storage`): one that is not there, has no packages, or not this one.
pub fn pick_packages<'a>(
    picked: &BTreeMap<String, String>,
    price: impl Fn(&str) -> Option<&'a PriceModel>,
) -> Result<BTreeMap<String, Decimal>> {
    let mut problems = Problems::new();
    let mut quantities = BTreeMap::new();
    for (code, tag) in picked {
        let shown: String = code.chars().filter(|c| !c.is_control()).take(40).collect();
        let field = format!("packages.{shown}");
        let quantity = price(code)
            .ok_or_else(|| Error::invalid("", "unknown_item", "the plan has no such item"))
            .and_then(|model| model.package_quantity(tag))
            .map_err(|error| error.at(&field));
        if let Some(quantity) = problems.check(quantity) {
            quantities.insert(code.clone(), quantity);
        }
    }
    problems.finish()?;
    Ok(quantities)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tradewind_pricing::Purpose;

    #[test]
    fn a_package_is_picked_by_its_name() {
        let price = json!({"model": "stairstep", "steps": [{"tag": "small", "amount": "9"}, {"tag": "large", "amount": "19"}]});
        let storage = PriceModel::from_json("", &price, Purpose::Charge).unwrap();
        let seats = PriceModel::per_unit(Decimal::ONE);
        let price = |code: &str| match code {
            "storage" => Some(&storage),
            "seats" => Some(&seats),
            _ => None,
        };
        let pick = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(code, tag)| ((*code).to_owned(), (*tag).to_owned()));
            pick_packages(&pairs.collect(), price)
        };
        assert_eq!(
            pick(&[("storage", "large")]).unwrap()["storage"],
            Decimal::TWO
        );
        let refused = pick(&[("seats", "large"), ("storage", "huge"), ("x", "y")]).unwrap_err();
        let problems: Vec<_> = refused
            .problems()
            .iter()
            .map(|one| (one.field.as_str(), one.code, one.message.as_str()))
            .collect();
        assert_eq!(
            problems,
            [
                (
                    "packages.seats",
                    "not_applicable",
                    "this price has no packages to pick from; order a quantity"
                ),
                (
                    "packages.storage",
                    "unknown_value",
                    "expected one of small, large"
                ),
                ("packages.x", "unknown_item", "the plan has no such item"),
            ]
        );
    }
}

//! The guide "How do I model …": every price in it is valid, and every amount is what the price comes to.

use tradewind_kernel::Decimal;
use tradewind_pricing::{Cell, PriceModel, Purpose, Usage, rate};

const GUIDE: &str = include_str!("../../../docs/guides/how-do-i-model.md");

fn dec(text: &str) -> Decimal {
    text.parse()
        .unwrap_or_else(|_| panic!("{text:?} is no number"))
}

/// A price, the head of its first column, and its rows.
type Example = (PriceModel, String, Vec<(String, String)>);

/// The prices of the guide, each with the head of its table and the rows of it.
fn examples() -> Vec<Example> {
    let blocks = GUIDE.split("```json\n").skip(1);
    blocks
        .map(|block| {
            let (json, rest) = block.split_once("```").expect("a block that ends");
            let value =
                serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"));
            let model = PriceModel::from_json("model", &value, Purpose::Charge)
                .unwrap_or_else(|error| panic!("{error}: {json}"));
            let mut rows = rest
                .lines()
                .skip_while(|line| !line.starts_with('|'))
                .take_while(|line| line.starts_with('|'))
                .map(|line| {
                    let mut cells = line
                        .trim_matches('|')
                        .split('|')
                        .map(|cell| cell.trim().to_owned());
                    (
                        cells.next().expect("a cell"),
                        cells.next().expect("a second cell"),
                    )
                });
            let head = rows.next().expect("a head").0;
            (model, head, rows.skip(1).collect())
        })
        .collect()
}

fn amount(model: &PriceModel, head: &str, what: &str) -> Decimal {
    let rated = match head {
        "package" => rate(
            model,
            &Usage::Quantity(model.package_quantity(what).expect("a package")),
        ),
        "spend" => rate(
            model,
            &Usage::Total {
                amount: dec(what),
                events: 1,
            },
        ),
        "payment" => rate(model, &Usage::Amounts(&[dec(what)])),
        "usage" => {
            let (values, quantity) = what.split_once(": ").expect("properties and a quantity");
            let values: Vec<(&str, &str)> = values
                .split(' ')
                .map(|pair| pair.split_once('=').expect("name=value"))
                .collect();
            rate(
                model,
                &Usage::Cells(&[Cell {
                    values: &values,
                    quantity: dec(quantity),
                }]),
            )
        }
        _ => rate(model, &Usage::Quantity(dec(what))),
    };
    rated
        .unwrap_or_else(|error| panic!("{what}: {error}"))
        .exact
}

#[test]
fn every_amount_of_the_guide_is_what_its_price_comes_to() {
    let examples = examples();
    assert!(examples.len() >= 12, "twelve price lists and more");
    let mut wrong = Vec::new();
    for (model, head, rows) in examples {
        assert!(!rows.is_empty(), "{model:?} has no figures");
        for (what, said) in rows {
            let exact = amount(&model, &head, &what);
            if exact != dec(&said) {
                wrong.push(format!("{} {what}: {exact}, not {said}", model.kind.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

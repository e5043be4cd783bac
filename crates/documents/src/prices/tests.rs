use super::*;
use serde_json::json;
use tradewind_pricing::{Purpose, Usage, rate};

fn model(value: serde_json::Value) -> PriceModel {
    PriceModel::from_json("model", &value, Purpose::Charge).unwrap()
}

fn words(locale: Locale) -> PriceWords {
    let unit = Text::en("seat")
        .with("de", "Platz")
        .with_many(Locale::En, "seats")
        .with_many(Locale::De, "Plätze");
    PriceWords::new(locale, Currency::parse("EUR").unwrap(), &unit)
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn headlines_and_conditions_in_both_languages() {
    let (en, de) = (words(Locale::En), words(Locale::De));
    let plain =
        model(json!({"model": "per_unit", "unit_price": "4", "included": "1", "minimum": "10"}));
    assert_eq!(
        en.line(&plain),
        "€4.00 per seat · 1 seat included · at least €10.00 per period"
    );
    assert_eq!(
        de.line(&plain),
        "4,00\u{a0}€ je Platz · 1 Platz inklusive · mindestens 10,00\u{a0}€ je Zeitraum"
    );
    let ahead = model(
        json!({"model": "per_unit", "unit_price": "4", "included": "2", "prepaid": {"per": "packs", "months": 3, "at_most": "9"}}),
    );
    assert_eq!(
        en.line(&ahead),
        "€4.00 per seat · 2 seats included · for each unit of packs · what is left is kept for 3 more months · up to 9 \
         seats of it"
    );
    let pooled = model(json!({"model": "per_unit", "unit_price": "4", "pooled": true}));
    assert_eq!(
        en.line(&pooled),
        "€4.00 per seat · counted over all subscriptions together"
    );
    let packages =
        model(json!({"model": "package", "size": "100", "amount": "5", "maximum": "50"}));
    assert_eq!(
        en.line(&packages),
        "€5.00 per 100 seats begun · at most €50.00 per period"
    );
    let share = model(
        json!({"model": "percentage", "percent": "1.30", "per_event": "0.25", "free_events": 3,
        "free_amount": "500", "min_per_event": "0.5", "max_per_event": "10"}),
    );
    assert_eq!(
        en.line(&share),
        "1.3% of the amount · plus €0.25 each time · the first 3 free · the first €500.00 free · at least €0.50 each time \
         · at most €10.00 each time"
    );
    assert_eq!(
        en.headline(&model(
            json!({"model": "pass_through", "markup_percent": "8"})
        )),
        "cost plus 8%"
    );
}

#[test]
fn tiers_steps_and_rows_become_tables() {
    let en = words(Locale::En);
    let tiers = json!([{"up_to": "10", "unit_price": "5", "flat": "20"}, {"up_to": "1000", "unit_price": "4"},
        {"unit_price": "30", "package": "10"}]);
    let graduated = model(json!({"model": "graduated", "tiers": tiers}));
    assert_eq!(en.headline(&graduated), "from €4.00 per seat, by tiers");
    let table = en.table(&graduated).unwrap();
    assert_eq!(table.heads, ["Quantity", "Price", "Flat"]);
    assert_eq!(
        table.rows,
        [
            ["up to 10 seats", "€5.00 per seat", "€20.00"],
            ["over 10, up to 1,000 seats", "€4.00 per seat", "–"],
            ["over 1,000 seats", "€30.00 per 10 seats begun", "–"],
        ]
    );
    let bounded = model(json!({"model": "volume", "tiers": [
        {"up_to": "10", "unit_price": "5", "minimum": "20"}, {"unit_price": "4", "flat": "1", "maximum": "300"}]}));
    let table = en.table(&bounded).unwrap();
    assert_eq!(
        table.heads,
        ["Quantity", "Price", "Flat", "At least", "At most"]
    );
    assert_eq!(
        table.rows,
        [
            ["up to 10 seats", "€5.00 per seat", "–", "€20.00", "–"],
            ["over 10 seats", "€4.00 per seat", "€1.00", "–", "€300.00"],
        ]
    );
    let only =
        model(json!({"model": "graduated", "tiers": [{"unit_price": "5", "maximum": "20"}]}));
    assert_eq!(
        words(Locale::De).table(&only).unwrap().rows,
        [["jede Menge", "5,00\u{a0}€ je Platz", "20,00\u{a0}€"]]
    );
    let volume = model(json!({"model": "volume", "tiers": tiers, "bounds": "lower_inclusive"}));
    let ranges: Vec<String> = en
        .table(&volume)
        .unwrap()
        .rows
        .into_iter()
        .map(|mut row| row.swap_remove(0))
        .collect();
    assert_eq!(
        ranges,
        [
            "below 10 seats",
            "from 10, below 1,000 seats",
            "from 1,000 seats"
        ]
    );
    let tagged = model(
        json!({"model": "stairstep", "steps": [{"tag": "small", "amount": "9"}, {"tag": "large", "amount": "19"}]}),
    );
    assert_eq!(en.headline(&tagged), "from €9.00, by package");
    assert_eq!(
        en.table(&tagged).unwrap().rows,
        [["small", "€9.00"], ["large", "€19.00"]]
    );
    let matrix = model(
        json!({"model": "matrix", "dimensions": ["region", "disk_class"], "rows": [
        {"when": {"region": "eu", "disk_class": "ssd"}, "unit_price": "0.2", "included": "1"}, {"unit_price": "0.1"}]}),
    );
    let table = en.table(&matrix).unwrap();
    assert_eq!(table.heads.last().unwrap(), "Price");
    assert_eq!(
        table.rows,
        [
            ["eu", "ssd", "1 seat", "€0.20 per seat"],
            ["any other", "any other", "0 seats", "€0.10 per seat"],
        ]
    );
}

#[test]
fn tiers_with_bounds_and_included_amounts_are_explained() {
    let explained = |locale, price: &PriceModel, usage: &Usage<'_>| -> Vec<String> {
        let rated = rate(price, usage).unwrap();
        let parts = words(locale).parts(price, &rated.parts).into_iter();
        parts
            .map(|part| format!("{} | {} | {}", part.label, part.detail, part.amount))
            .collect()
    };
    let tiers = model(json!({"model": "graduated", "tiers": [
        {"up_to": "10", "unit_price": "5", "maximum": "40"}, {"unit_price": "2", "minimum": "9"}]}));
    assert_eq!(
        explained(Locale::En, &tiers, &Usage::Quantity(dec("11"))),
        [
            "up to 10 seats | 10 seats × €5.00 | €50.00",
            "up to 10 seats: lowered to its maximum |  | -€10.00",
            "over 10 seats | 1 seat × €2.00 | €2.00",
            "over 10 seats: raised to its minimum |  | €7.00",
        ]
    );
    let spent = |amount| Usage::Total {
        amount: dec(amount),
        events: 1,
    };
    let cost = model(json!({"model": "pass_through", "markup_percent": "10", "included": "50"}));
    assert_eq!(
        words(Locale::En).line(&cost),
        "cost plus 10% · €50.00 included"
    );
    assert_eq!(
        explained(Locale::En, &cost, &spent("70")),
        [
            "cost |  | €70.00",
            "included | €50.00 | -€50.00",
            "markup | 20 × 10% | €2.00",
        ]
    );
    let shares = model(
        json!({"model": "graduated_percentage", "included": "1000", "tiers": [{"unit_price": "2"}]}),
    );
    assert_eq!(
        words(Locale::De).line(&shares),
        "ab 2\u{a0}% des Betrags, gestaffelt · die ersten 1.000,00\u{a0}€ kostenlos"
    );
}

#[test]
fn an_amount_is_explained_part_by_part() {
    let en = words(Locale::En);
    let price = model(
        json!({"model": "graduated", "included": "2", "minimum": "100",
        "tiers": [{"up_to": "10", "unit_price": "5", "flat": "20"}, {"unit_price": "0.125"}]}),
    );
    let rated = rate(&price, &Usage::Quantity(dec("15"))).unwrap();
    let parts: Vec<String> = en
        .parts(&price, &rated.parts)
        .into_iter()
        .map(|part| format!("{} | {} | {}", part.label, part.detail, part.amount))
        .collect();
    assert_eq!(
        parts,
        [
            "included | 2 seats | €0.00",
            "up to 10 seats: flat |  | €20.00",
            "up to 10 seats | 10 seats × €5.00 | €50.00",
            "over 10 seats | 3 seats × €0.125 | €0.375",
            "raised to the minimum |  | €29.625",
        ]
    );
    assert_eq!(en.amount(rated.exact), "€100.00");
}

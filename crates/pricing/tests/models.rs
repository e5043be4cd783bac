//! Price models: what they cost, what is refused, and that a markup gives a price model again.

mod common;

use common::{dec, model};
use serde_json::json;
use tradewind_kernel::{Decimal, Error};
use tradewind_pricing::{
    Cell, PartKind, PriceModel, Purpose, Settle, Usage, rate,
    rate::{rate_until, total},
};

fn amount(model: &PriceModel, quantity: &str) -> Decimal {
    let usage = Usage::Quantity(dec(quantity));
    let rated = rate(model, &usage).unwrap();
    let parts: Decimal = rated.parts.iter().map(|part| part.amount).sum();
    assert_eq!(parts, rated.exact, "the parts add up");
    assert_eq!(total(model, &usage).unwrap(), rated.exact);
    rated.exact
}

#[test]
fn fifteen_places_of_a_quantity_are_exact() {
    let price = PriceModel::per_unit(dec("14.256"));
    assert_eq!(
        amount(&price, "1.000000000000001"),
        dec("14.256000000000014256")
    );
    assert_eq!(
        amount(&price, "123456.123456789012345"),
        dec("1759990.49599998415999032")
    );
}

#[test]
fn graduated_prices_each_unit_in_its_own_tier() {
    let price = model(json!({
        "model": "graduated",
        "tiers": [
            {"up_to": "1000", "unit_price": "0.10"},
            {"up_to": "10000", "unit_price": "0.05"},
            {"unit_price": "0.01"},
        ],
    }));
    assert_eq!(amount(&price, "0"), dec("0"));
    assert_eq!(amount(&price, "1000"), dec("100"));
    assert_eq!(amount(&price, "1000.5"), dec("100.025"));
    assert_eq!(amount(&price, "15000"), dec("600"));
    let rated = rate(&price, &Usage::Quantity(dec("15000"))).unwrap();
    let kinds: Vec<_> = rated.parts.iter().map(|part| part.kind).collect();
    assert_eq!(
        kinds,
        [PartKind::Tier(0), PartKind::Tier(1), PartKind::Tier(2)]
    );
    assert_eq!(rated.parts[1].quantity, dec("9000"));
}

#[test]
fn volume_prices_all_units_alike_and_a_bound_belongs_where_the_policy_says() {
    let tiers = json!([
        {"up_to": "100", "unit_price": "2", "flat": "10"},
        {"up_to": "200", "unit_price": "1"},
        {"unit_price": "0.5", "flat": "50"},
    ]);
    let upper = model(json!({"model": "volume", "tiers": tiers, "zero_usage": "first_tier"}));
    assert_eq!(amount(&upper, "0"), dec("10"));
    assert_eq!(amount(&upper, "100"), dec("210"));
    assert_eq!(amount(&upper, "100.5"), dec("100.5"));
    assert_eq!(amount(&upper, "300"), dec("200"));
    let lower = model(json!({"model": "volume", "tiers": tiers, "bounds": "lower_inclusive"}));
    assert_eq!(amount(&lower, "0"), dec("0"));
    assert_eq!(amount(&lower, "100"), dec("100"));
}

#[test]
fn a_tier_costs_no_less_and_no_more_than_it_says_once_it_is_reached() {
    let tiers = json!([
        {"up_to": "100", "unit_price": "0.10", "minimum": "5"},
        {"up_to": "1000", "unit_price": "0.05", "flat": "2", "maximum": "30"},
        {"unit_price": "0.01", "minimum": "4", "maximum": "6"},
    ]);
    let graduated = model(json!({"model": "graduated", "tiers": tiers}));
    assert_eq!(
        amount(&graduated, "0"),
        dec("0"),
        "no tier has been reached"
    );
    assert_eq!(amount(&graduated, "1"), dec("5"));
    assert_eq!(amount(&graduated, "60"), dec("6"));
    assert_eq!(amount(&graduated, "100"), dec("10"), "the second is not");
    assert_eq!(amount(&graduated, "101"), dec("12.05"));
    assert_eq!(amount(&graduated, "660"), dec("40"));
    assert_eq!(amount(&graduated, "1000"), dec("40"), "2 + 45 is 30");
    assert_eq!(amount(&graduated, "1001"), dec("44"));
    assert_eq!(amount(&graduated, "1500"), dec("45"));
    assert_eq!(amount(&graduated, "9000"), dec("46"));
    let parts = rate(&graduated, &Usage::Quantity(dec("1001")))
        .unwrap()
        .parts;
    let parts: Vec<_> = parts.iter().map(|part| (part.kind, part.amount)).collect();
    assert_eq!(
        parts,
        [
            (PartKind::Tier(0), dec("10")),
            (PartKind::TierFlat(1), dec("2")),
            (PartKind::Tier(1), dec("45")),
            (PartKind::TierMaximum(1), dec("-17")),
            (PartKind::Tier(2), dec("0.01")),
            (PartKind::TierMinimum(2), dec("3.99")),
        ]
    );
    // Of a volume price, it is the tier of the whole quantity.
    let volume = model(json!({"model": "volume", "tiers": tiers, "zero_usage": "first_tier"}));
    assert_eq!(amount(&volume, "0"), dec("5"));
    assert_eq!(amount(&volume, "100"), dec("10"));
    assert_eq!(amount(&volume, "900"), dec("30"));
    assert_eq!(amount(&volume, "1001"), dec("6"));
    // The bounds of a period hold beside them, and what is included reaches no tier.
    let bounded = model(
        json!({"model": "graduated", "tiers": tiers, "included": "10", "minimum": "5.5", "maximum": "45.5"}),
    );
    assert_eq!(amount(&bounded, "10"), dec("5.5"));
    assert_eq!(amount(&bounded, "11"), dec("5.5"));
    assert_eq!(amount(&bounded, "9000"), dec("45.5"));
    // Packages and flat amounts alone are held between bounds as well.
    let odd = model(json!({"model": "graduated", "tiers": [
        {"up_to": "10", "unit_price": "3", "package": "5", "minimum": "4"}, {"flat": "9", "maximum": "7"}]}));
    assert_eq!(amount(&odd, "5"), dec("4"));
    assert_eq!(amount(&odd, "6"), dec("6"));
    assert_eq!(amount(&odd, "11"), dec("13"));
}

#[test]
fn what_is_included_of_reported_amounts_is_taken_off_before_tiers_and_markup() {
    let total_of = |price: &PriceModel, amount: &str| {
        let rated = rate(
            price,
            &Usage::Total {
                amount: dec(amount),
                events: 1,
            },
        )
        .unwrap();
        let parts: Decimal = rated.parts.iter().map(|part| part.amount).sum();
        assert_eq!(parts, rated.exact, "the parts add up");
        rated
    };
    let shares = model(
        json!({"model": "graduated_percentage", "included": "500", "tiers": [
        {"up_to": "1000", "unit_price": "3", "minimum": "5", "maximum": "25"}, {"unit_price": "2"}]}),
    );
    assert_eq!(total_of(&shares, "500").exact, dec("0"));
    assert_eq!(total_of(&shares, "600").exact, dec("5"));
    assert_eq!(total_of(&shares, "1100").exact, dec("18"));
    assert_eq!(total_of(&shares, "1500").exact, dec("25"));
    assert_eq!(total_of(&shares, "1600").exact, dec("27"));
    let cost = model(
        json!({"model": "pass_through", "markup_percent": "10", "exchange_rate": "0.5", "included": "50"}),
    );
    assert_eq!(total_of(&cost, "100").exact, dec("0"));
    let rated = total_of(&cost, "140");
    assert_eq!(rated.exact, dec("22"));
    let parts: Vec<_> = rated
        .parts
        .iter()
        .map(|part| (part.kind, part.quantity, part.amount))
        .collect();
    assert_eq!(
        parts,
        [
            (PartKind::PassedThrough, dec("140"), dec("70")),
            (PartKind::Included, dec("50"), dec("-50")),
            (PartKind::Markup, dec("20"), dec("2")),
        ]
    );
    // What is given back had to be paid: nothing of it is free.
    assert_eq!(total_of(&cost, "-20").exact, dec("-11"));
    // Included is an amount in the currency of the price: it goes with the rate, not with a markup.
    let dearer = cost.marked_up(dec("20")).unwrap();
    assert_eq!(
        (dearer.included, total_of(&dearer, "140").exact),
        (dec("50"), dec("26.4"))
    );
    let abroad = cost.converted(dec("2")).unwrap();
    assert_eq!(
        (abroad.included, total_of(&abroad, "280").exact),
        (dec("100"), dec("44")),
        "what is reported is converted by itself: twice of all costs twice"
    );
    let abroad = shares.converted(dec("2")).unwrap();
    for reported in [500, 600, 1100, 1500, 1600] {
        let there = total_of(&abroad, &(2 * reported).to_string()).exact;
        assert_eq!(
            there,
            total_of(&shares, &reported.to_string()).exact * dec("2")
        );
    }
    let fees = model(
        json!({"model": "percentage", "percent": "2.9", "per_event": "0.3", "free_amount": "100",
        "min_per_event": "0.5", "max_per_event": "40"}),
    );
    assert_eq!(
        fees.converted(dec("0.9")).unwrap().to_json().unwrap(),
        json!({"model": "percentage", "percent": "2.9", "per_event": "0.27", "free_amount": "90",
            "min_per_event": "0.45", "max_per_event": "36"})
    );
    let mere = model(json!({"model": "percentage", "percent": "2.9"}));
    assert!(mere.holds_in_any_currency().unwrap());
    assert!(!fees.holds_in_any_currency().unwrap());
}

#[test]
fn packages_are_counted_when_begun_and_included_units_come_first() {
    let price = model(json!({"model": "package", "size": "10", "amount": "100", "included": "10"}));
    assert_eq!(amount(&price, "10"), dec("0"));
    assert_eq!(amount(&price, "121"), dec("1200"));
    // A third of a package has no exact quotient; the count must not suffer from it.
    let thirds = model(json!({"model": "package", "size": "3", "amount": "1"}));
    assert_eq!(amount(&thirds, "9"), dec("3"));
    assert_eq!(amount(&thirds, "9.000000000000001"), dec("4"));
}

#[test]
fn a_stairstep_is_found_by_quantity_or_picked_by_tag() {
    let price = model(json!({
        "model": "stairstep",
        "steps": [
            {"up_to": "10", "amount": "50", "tag": "small"},
            {"up_to": "50", "amount": "200", "tag": "large"},
        ],
    }));
    assert_eq!(amount(&price, "10"), dec("50"));
    assert_eq!(amount(&price, "10.01"), dec("200"));
    assert_eq!(total(&price, &Usage::Tag("large")).unwrap(), dec("200"));
    let error = total(&price, &Usage::Tag("huge")).unwrap_err();
    assert!(error.to_string().contains("small, large"), "{error}");
    let error = total(&price, &Usage::Quantity(dec("51"))).unwrap_err();
    assert!(matches!(
        error,
        Error::Refused {
            code: "no_price_for_quantity",
            ..
        }
    ));
}

#[test]
fn the_most_specific_row_of_a_matrix_wins() {
    let price = model(json!({
        "model": "matrix",
        "dimensions": ["region", "size"],
        "rows": [
            {"unit_price": "1"},
            {"when": {"size": "xl"}, "unit_price": "4"},
            {"when": {"region": "eu"}, "unit_price": "3", "included": "2"},
            {"when": {"region": "eu", "size": "xl"}, "unit_price": "5"},
        ],
    }));
    let cost = |region, size, quantity| {
        let values = [("region", region), ("size", size), ("colour", "red")];
        let cells = [Cell {
            values: &values,
            quantity: dec(quantity),
        }];
        let usage = Usage::Cells(&cells);
        assert_eq!(
            rate(&price, &usage).unwrap().exact,
            total(&price, &usage).unwrap()
        );
        total(&price, &usage).unwrap()
    };
    assert_eq!(cost("us", "s", "1"), dec("1"));
    assert_eq!(cost("us", "xl", "1"), dec("4"));
    assert_eq!(cost("eu", "s", "3"), dec("3"));
    assert_eq!(cost("eu", "xl", "1"), dec("5"));
}

#[test]
fn free_events_and_free_amount_end_at_whichever_is_used_up_first() {
    let price = model(json!({
        "model": "percentage", "percent": "1.3", "per_event": "2.0", "free_events": 3, "free_amount": "250",
    }));
    let amounts = ["50", "100", "250", "400"].map(dec);
    let rated = rate(&price, &Usage::Amounts(&amounts)).unwrap();
    assert_eq!(rated.exact, dec("11.15"));
    assert_eq!(rated.parts[0].amount, dec("7.15"));
    assert_eq!(rated.parts[1].quantity, dec("2"));
    // Without single events there is no telling which of them are free.
    let sum = Usage::Total {
        amount: dec("800"),
        events: 4,
    };
    assert!(rate(&price, &sum).is_err());
}

#[test]
fn events_are_held_between_their_bounds() {
    let price = model(json!({
        "model": "percentage", "percent": "10", "per_event": "1", "min_per_event": "2", "max_per_event": "5",
    }));
    let amounts = ["1", "20", "100"].map(dec);
    let rated = rate(&price, &Usage::Amounts(&amounts)).unwrap();
    // 1.10 raised to 2, 3 as it is, 11 lowered to 5
    assert_eq!(rated.exact, dec("10"));
}

#[test]
fn what_is_given_back_is_held_between_the_same_bounds_and_never_pays_a_fixed_part() {
    let of = |price: serde_json::Value, amounts: &[&str]| {
        let amounts: Vec<Decimal> = amounts.iter().map(|amount| dec(amount)).collect();
        rate(&model(price), &Usage::Amounts(&amounts))
            .unwrap()
            .exact
    };
    let bounded =
        json!({"model": "percentage", "percent": "1.5", "per_event": "0.25", "max_per_event": "5"});
    assert_eq!(of(bounded.clone(), &["1000"]), dec("5"));
    assert_eq!(of(bounded.clone(), &["1000", "-1000"]), dec("0"));
    // 1.5 percent of a hundred go back; the fixed part stays paid.
    assert_eq!(of(bounded, &["200", "-100"]), dec("1.75"));
    let raised = json!({"model": "percentage", "percent": "1", "min_per_event": "2"});
    assert_eq!(of(raised, &["50", "-50"]), dec("0"));
    let fixed = json!({"model": "percentage", "percent": "1", "per_event": "0.25"});
    assert_eq!(of(fixed, &["100", "-100"]), dec("0.25"));
}

#[test]
fn a_passed_through_cost_carries_its_sign() {
    let price = PriceModel::pass_through(dec("20"));
    let costs = ["0.1234567890123", "-0.05"].map(dec);
    let rated = rate(&price, &Usage::Amounts(&costs)).unwrap();
    assert_eq!(rated.exact, dec("0.08814814681476"));
}

#[test]
fn minimum_waits_for_the_end_of_the_period_and_the_maximum_does_not() {
    let price = PriceModel::per_unit(dec("10"))
        .with_minimum(dec("150"))
        .with_maximum(dec("200"));
    let interim = |q| {
        rate_until(&price, &Usage::Quantity(dec(q)), Settle::Interim)
            .unwrap()
            .exact
    };
    assert_eq!(interim("10"), dec("100"));
    assert_eq!(interim("30"), dec("200"));
    assert_eq!(amount(&price, "10"), dec("150"));
    let parts = rate(&price, &Usage::Quantity(dec("10"))).unwrap().parts;
    assert_eq!(parts[1].kind, PartKind::Minimum);
    assert_eq!(parts[1].amount, dec("50"));
}

#[test]
fn markups_compose_over_tiers_and_are_models_again() {
    let cost = PriceModel::pass_through(dec("8"));
    let customer = cost
        .marked_up(dec("10"))
        .unwrap()
        .marked_up(dec("20"))
        .unwrap();
    assert_eq!(
        customer.to_json().unwrap(),
        json!({"model": "pass_through", "markup_percent": "42.56"})
    );
    assert_eq!(
        customer.converted(dec("0.91")).unwrap().to_json().unwrap(),
        json!({"model": "pass_through", "markup_percent": "42.56"})
    );
    let price = model(json!({
        "model": "graduated",
        "tiers": [{"up_to": "5", "flat": "10"}, {"unit_price": "0.011", "minimum": "2", "maximum": "10"}],
        "included": "1",
        "minimum": "3",
    }));
    let dearer = price.marked_up(dec("15")).unwrap();
    assert_eq!(
        dearer.to_json().unwrap(),
        json!({
            "model": "graduated",
            "tiers": [{"up_to": "5", "unit_price": "0", "flat": "11.5"}, {"unit_price": "0.01265", "minimum": "2.3", "maximum": "11.5"}],
            "zero_usage": "free",
            "included": "1",
            "minimum": "3.45",
        })
    );
    for quantity in ["0", "3", "7", "600", "1000"] {
        assert_eq!(
            amount(&dearer, quantity),
            amount(&price, quantity) * dec("1.15")
        );
    }
}

#[test]
fn wrong_models_are_refused_by_field() {
    let wrong = |value: serde_json::Value, purpose| {
        let error = PriceModel::from_json("price", &value, purpose).unwrap_err();
        let fields: Vec<_> = error
            .problems()
            .iter()
            .map(|problem| format!("{} {}", problem.field, problem.code))
            .collect();
        fields.join("; ")
    };
    let charge = |value| wrong(value, Purpose::Charge);
    assert_eq!(
        charge(
            json!({"model": "graduated", "tiers": [{"up_to": "10"}, {"up_to": "10"}, {"unit_price": "-1"}]})
        ),
        "price.tiers.1.up_to overlapping; price.tiers.2.unit_price negative_price"
    );
    assert_eq!(
        charge(json!({"model": "volume", "tiers": [{"unit_price": "1"}, {"up_to": "10"}]})),
        "price.tiers.0.up_to open_bound; price.tiers.1.up_to closed_bound"
    );
    assert_eq!(
        charge(
            json!({"model": "graduated", "tiers": [{"up_to": "10", "minimum": "5", "maximum": "4"},
            {"unit_price": "1", "minimum": "-1"}]})
        ),
        "price.tiers.0.maximum below_minimum; price.tiers.1.minimum negative_price"
    );
    for included in [
        json!({"model": "flat", "amount": "1", "included": "2"}),
        json!({"model": "percentage", "percent": "1", "included": "2"}),
        json!({"model": "matrix", "dimensions": ["a"], "rows": [{"unit_price": "1"}], "included": "2"}),
    ] {
        assert_eq!(charge(included), "price.included not_applicable");
    }
    for ahead in [
        json!({"model": "pass_through", "included": "2", "prepaid": {}}),
        json!({"model": "graduated_percentage", "tiers": [{"unit_price": "1"}], "included": "2", "prepaid": {}}),
    ] {
        assert_eq!(charge(ahead), "price.prepaid not_applicable");
    }
    assert_eq!(
        charge(json!({"model": "flat", "amount": "1", "minimun": "2"})),
        "price.minimun unknown_field"
    );
    assert_eq!(
        charge(json!({"model": "flat", "amount": 0.1})),
        "price.amount inexact_number"
    );
    assert_eq!(
        charge(json!({"model": "magic"})),
        "price.model unknown_value"
    );
    assert_eq!(
        charge(json!({"model": "package", "size": "0", "amount": "1"})),
        "price.size out_of_range"
    );
    assert_eq!(
        charge(json!({"model": "per_unit", "unit_price": "1", "minimum": "5", "maximum": "4"})),
        "price.maximum below_minimum"
    );
    assert_eq!(
        charge(
            json!({"model": "matrix", "dimensions": ["a", "b", "c", "d"], "rows": [
            {"when": {"x": "1"}, "unit_price": "1"}, {"unit_price": "1"}, {"unit_price": "2"}]})
        ),
        "price.dimensions out_of_range; price.rows.0.when.x unknown_dimension; price.rows.2.when duplicate"
    );
    assert_eq!(
        wrong(json!({"model": "flat", "amount": "1"}), Purpose::Credit),
        "price.amount positive_price"
    );
    PriceModel::from_json(
        "price",
        &json!({"model": "flat", "amount": "-1"}),
        Purpose::Credit,
    )
    .unwrap();
    let error = rate(&PriceModel::flat(dec("1")), &Usage::Quantity(dec("-1")));
    assert_eq!(
        error.unwrap().exact,
        dec("1"),
        "a flat price has no quantity"
    );
    let tiers = model(json!({"model": "graduated", "tiers": [{"unit_price": "1"}]}));
    assert!(total(&tiers, &Usage::Quantity(dec("-1"))).is_err());
}

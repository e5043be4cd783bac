//! Usage: late records, gauges, commitments, repair, and properties of price models.

mod common;

use common::{dec, model};
use proptest::prelude::*;
use serde_json::json;
use tradewind_kernel::{Currency, Decimal, Money, Rounding};
use tradewind_pricing::{
    PriceModel, Ratio, Settle, Usage,
    aggregate::{gauge, graduated_held},
    commitment::{prorated_true_up, true_up},
    credit::{pay, settle},
    cumulative::{difference, standing},
    rate::total,
    repair::repair,
    rounding::{RoundingScope, round_lines, split_exactly},
};

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

#[test]
fn late_usage_bills_the_difference_and_reprices_what_it_touches() {
    let price = model(
        json!({"model": "volume", "tiers": [{"up_to": "15", "unit_price": "10"}, {"unit_price": "5"}]}),
    );
    let at = |quantity: &str| {
        standing(
            &price,
            Decimal::ZERO,
            &Usage::Quantity(dec(quantity)),
            Settle::Interim,
        )
        .unwrap()
    };
    let first = at("15");
    let second = difference(Some(&first), first.total, &at("16")).unwrap();
    assert_eq!(second.total, dec("-70"));
    let lines: Vec<_> = second.parts.iter().map(|part| part.amount).collect();
    assert_eq!(lines, [dec("-150"), dec("80")]);
    let none = difference(Some(&first), first.total, &first).unwrap();
    assert!(none.parts.is_empty() && none.total.is_zero());
}

#[test]
fn discount_comes_before_the_cap() {
    let price = PriceModel::per_unit(dec("10")).with_maximum(dec("100"));
    let at =
        |q: &str| standing(&price, dec("50"), &Usage::Quantity(dec(q)), Settle::Interim).unwrap();
    let delta = difference(Some(&at("7")), dec("35"), &at("27")).unwrap();
    assert_eq!(
        (delta.gross, delta.discount, delta.bounds),
        (dec("200"), dec("-100"), dec("-35"))
    );
    assert_eq!(delta.total, dec("65"));
}

#[test]
fn a_gauge_is_averaged_over_the_time_it_was_held() {
    // 2500 carried over, 500 from the 4th day on, 300 from the 6th on, of 30 days
    let changes = [(6, dec("-200")), (4, dec("-2000"))];
    let april = gauge(dec("2500"), &changes, 1, 31).unwrap();
    assert_eq!(april.average.round_dp(5), dec("533.33333"));
    assert_eq!((april.maximum, april.last), (dec("2500"), dec("300")));
    assert!(gauge(Decimal::ZERO, &[], 3, 3).is_err());
}

#[test]
fn held_units_pay_their_tiers_for_the_days_they_were_held() {
    let price = model(json!({"model": "graduated", "tiers": [
        {"up_to": "5", "unit_price": "10", "flat": "100"}, {"unit_price": "5", "flat": "50"}]}));
    let tradewind_pricing::PriceKind::Graduated { tiers, zero_usage } = price.kind else {
        unreachable!()
    };
    let changes = [(21, "2"), (15, "5"), (11, "-6")]
        .map(|(days, by)| (Ratio::new(days, 30).unwrap(), dec(by)));
    let amount = graduated_held(&tiers, zero_usage, Decimal::ZERO, &changes).unwrap();
    assert_eq!(amount.round_dp(2), dec("165.67"));
}

#[test]
fn held_units_cost_the_whole_prices_of_their_days_but_for_flat_amounts() {
    let by_units = model(json!({"model": "graduated", "tiers": [
        {"up_to": "5", "unit_price": "10"}, {"unit_price": "5"}]}));
    let with_flats = model(json!({"model": "graduated", "tiers": [
        {"up_to": "5", "unit_price": "10", "flat": "100"}, {"unit_price": "5", "flat": "50"}]}));
    // Of 30 days, 2 are held for 6, 7 for 4 and 1 for 11.
    let days = [(6, "2"), (4, "7"), (11, "1")];
    let changes = [(21, "2"), (15, "5"), (11, "-6")]
        .map(|(left, by)| (Ratio::new(left, 30).unwrap(), dec(by)));
    for (price, shared_out, held) in [
        (&by_units, "15.67", "15.67"),
        (&with_flats, "92.33", "165.67"),
    ] {
        let parts = days.map(|(part, quantity)| {
            let whole = total(price, &Usage::Quantity(dec(quantity))).unwrap();
            Ratio::new(part, 30).unwrap().of(whole).unwrap()
        });
        let sum: Decimal = parts.into_iter().sum();
        assert_eq!(sum.round_dp(2), dec(shared_out));
        let tradewind_pricing::PriceKind::Graduated { tiers, zero_usage } = &price.kind else {
            unreachable!()
        };
        let amount = graduated_held(tiers, *zero_usage, Decimal::ZERO, &changes).unwrap();
        assert_eq!(amount.round_dp(2), dec(held));
    }
}

#[test]
fn a_commitment_is_trued_up_once_and_never_negative() {
    assert_eq!(
        true_up(eur(10_000), &[eur(4_000), eur(500)]).unwrap(),
        eur(5_500)
    );
    assert_eq!(true_up(eur(10_000), &[eur(14_000)]).unwrap(), eur(0));
    let year = prorated_true_up(
        dec("10000"),
        &[dec("1000")],
        &[],
        Ratio::new(334, 365).unwrap(),
        Currency::EUR,
        Rounding::HalfUp,
    );
    assert_eq!(year.unwrap().amount(), "8235.61");
}

#[test]
fn credit_is_used_as_far_as_it_goes() {
    let credited = settle(eur(-500), eur(100)).unwrap();
    assert_eq!(
        (credited.movement, credited.due, credited.credit),
        (eur(500), eur(0), eur(600))
    );
    let used = settle(eur(700), eur(600)).unwrap();
    assert_eq!(
        (used.movement, used.due, used.credit),
        (eur(-600), eur(100), eur(0))
    );
    assert_eq!(
        pay(&[eur(300), eur(500)], eur(400)).unwrap(),
        (vec![eur(0), eur(400)], eur(0))
    );
}

#[test]
fn repair_touches_only_what_differs() {
    let billed = [
        ("a", eur(100)),
        ("b", eur(200)),
        ("b", eur(200)),
        ("c", eur(0)),
    ];
    let should = [("b", eur(200)), ("a", eur(150)), ("d", eur(10))];
    let repair = repair(&billed, &should).unwrap();
    assert_eq!(repair.reversals, [("a", eur(-100)), ("b", eur(-200))]);
    assert_eq!(repair.charges, [("a", eur(150)), ("d", eur(10))]);
}

fn tiers() -> impl Strategy<Value = serde_json::Value> {
    let bounds = (
        prop::option::of(0_u32..200),
        prop::option::of(200_u32..2000),
    );
    prop::collection::vec((1_u32..1000, 0_u32..100_000, 0_u32..1000, prop::option::of(1_u32..50), bounds), 1..6).prop_map(
        |rows| {
            let mut bound = 0;
            let last = rows.len() - 1;
            let tiers: Vec<_> = rows
                .into_iter()
                .enumerate()
                .map(|(i, (width, price, flat, package, (minimum, maximum)))| {
                    bound += width;
                    let mut tier = json!({"unit_price": Decimal::new(i64::from(price), 5), "flat": flat.to_string()});
                    if i < last {
                        tier["up_to"] = json!(bound);
                    }
                    if let Some(size) = package {
                        tier["package"] = json!(size);
                    }
                    if let Some(minimum) = minimum {
                        tier["minimum"] = json!(minimum);
                    }
                    if let Some(maximum) = maximum {
                        tier["maximum"] = json!(maximum);
                    }
                    tier
                })
                .collect();
            json!(tiers)
        },
    )
}

fn any_model() -> impl Strategy<Value = PriceModel> {
    (
        tiers(),
        0_usize..5,
        0_u32..200,
        prop::option::of(0_u32..100),
        prop::option::of(100_u32..10_000),
    )
        .prop_map(|(tiers, kind, included, minimum, maximum)| {
            let mut value = match kind {
                0 => json!({"model": "graduated", "tiers": tiers}),
                1 => json!({"model": "volume", "tiers": tiers, "zero_usage": "first_tier"}),
                2 => json!({"model": "package", "size": "7", "amount": "3.21"}),
                3 => json!({"model": "per_unit", "unit_price": "0.0123"}),
                _ => json!({"model": "stairstep", "steps": [{"up_to": "9.5", "amount": "7"}, {"amount": "70"}]}),
            };
            value["included"] = json!(included);
            if let Some(minimum) = minimum {
                value["minimum"] = json!(minimum);
            }
            if let Some(maximum) = maximum {
                value["maximum"] = json!(maximum);
            }
            model(value)
        })
}

/// Prices of reported amounts, of which some are included.
fn any_share() -> impl Strategy<Value = PriceModel> {
    (tiers(), any::<bool>(), 0_u32..2000).prop_map(|(tiers, passed_on, included)| {
        let mut value = if passed_on {
            json!({"model": "pass_through", "markup_percent": "12.5"})
        } else {
            json!({"model": "graduated_percentage", "tiers": tiers})
        };
        value["included"] = json!(included);
        model(value)
    })
}

/// What records come to that are billed one by one, each by the difference that it makes.
fn billed(price: &PriceModel, records: &[Decimal]) -> Decimal {
    let (mut known, mut rated) = (Decimal::ZERO, Decimal::ZERO);
    for record in records {
        known += record;
        let amounts = Usage::Total {
            amount: known,
            events: 1,
        };
        let now = total(price, &Usage::Quantity(known)).or_else(|_| total(price, &amounts));
        rated += now.unwrap() - rated;
    }
    rated
}

fn quantity() -> impl Strategy<Value = Decimal> {
    (0_i64..10_000_000_000, 0_u32..=6).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale))
}

proptest! {
    #[test]
    fn a_markup_on_the_model_is_a_markup_on_the_result(
        model in any_model(), quantity in quantity(), percent in -50_i64..300,
    ) {
        let usage = Usage::Quantity(quantity);
        let dearer = model.marked_up(Decimal::from(percent)).unwrap();
        let factor = Decimal::new(100 + percent, 2);
        prop_assert_eq!(total(&dearer, &usage).unwrap(), total(&model, &usage).unwrap() * factor);
        let parsed: PriceModel = serde_json::from_str(&serde_json::to_string(&dearer).unwrap()).unwrap();
        prop_assert_eq!(parsed, dearer);
    }

    #[test]
    fn the_order_in_which_usage_arrives_makes_no_difference(
        model in any_model(),
        records in prop::collection::vec(quantity(), 1..8),
        seed in any::<prop::sample::Index>(),
        discount in 0_i64..100,
    ) {
        let bill = |records: &[Decimal]| {
            let mut known = Decimal::ZERO;
            let mut billed = Decimal::ZERO;
            let mut before = None;
            for (i, record) in records.iter().enumerate() {
                known += record;
                let settle = if i + 1 == records.len() { Settle::Final } else { Settle::Interim };
                let now = standing(&model, Decimal::from(discount), &Usage::Quantity(known), settle).unwrap();
                let delta = difference(before.as_ref(), billed, &now).unwrap();
                assert_eq!(delta.gross + delta.discount + delta.bounds + delta.correction, delta.total);
                billed += delta.total;
                before = Some(now);
            }
            billed
        };
        let mut other = records.clone();
        other.rotate_left(seed.index(records.len()));
        other.reverse();
        prop_assert_eq!(bill(&records), bill(&other));
    }

    #[test]
    fn amounts_that_come_in_parts_cost_what_they_cost_at_once(
        share in any_share(), records in prop::collection::vec(quantity(), 1..8),
    ) {
        let sum: Decimal = records.iter().sum();
        let mut other = records.clone();
        other.reverse();
        prop_assert_eq!(billed(&share, &records), billed(&share, &[sum]));
        prop_assert_eq!(billed(&share, &other), billed(&share, &[sum]));
    }

    #[test]
    fn more_never_costs_less_where_each_unit_pays_for_itself(
        counted in any_model(), share in any_share(), quantity in quantity(), more in quantity(),
    ) {
        use tradewind_pricing::PriceKind::{Stairstep, Volume};
        if !matches!(counted.kind, Volume { .. } | Stairstep { .. }) {
            prop_assert!(billed(&counted, &[quantity]) <= billed(&counted, &[quantity + more]));
        }
        prop_assert!(billed(&share, &[quantity]) <= billed(&share, &[quantity + more]));
    }

    #[test]
    fn splits_sum_to_the_whole_and_running_totals_stay_within_one_rounding(
        exact in prop::collection::vec((-1_000_000_000_i64..1_000_000_000, 0_u32..7), 1..30),
    ) {
        let exact: Vec<_> = exact.into_iter().map(|(m, s)| Decimal::new(m, s)).collect();
        let sum: Decimal = exact.iter().copied().sum();
        let total = Money::from_exact(sum, Currency::EUR, Rounding::HalfUp).unwrap();
        let parts = split_exactly(total, &exact).unwrap();
        prop_assert_eq!(parts.iter().map(|part| part.minor).sum::<i64>(), total.minor);
        for (part, exact) in parts.iter().zip(&exact) {
            prop_assert!((part.to_decimal() - exact).abs() <= Decimal::new(1, 2));
        }
        let running = round_lines(&exact, Currency::EUR, Rounding::HalfUp, RoundingScope::Cumulative).unwrap();
        prop_assert_eq!(running.iter().map(|part| part.minor).sum::<i64>(), total.minor);
    }
}

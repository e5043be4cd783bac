//! Usage in several groups is rated together where its price counts over all of it.

mod currencies;

use super::facts::{dec, leg, metered, usage};
use serde_json::{Value, json};
use tradewind_billing::{
    rules::{
        pool::{Closing, EventCost, Group, GroupRated, charges_idle, is_additive, rate_groups},
        usage::{Part, RateTable, RatedState, group_charge},
    },
    types::{LegFacts, NewCharge},
};
use tradewind_catalogue::types::ItemTerms;
use tradewind_kernel::{Decimal, Result, Timestamp};
use tradewind_metering::types::UsageTotal;
use tradewind_pricing::{PriceModel, Purpose, Ratio};

/// The charge of a group that stands for itself, as a whole month.
pub(crate) fn usage_charge(
    leg: &LegFacts,
    item: &ItemTerms,
    total: &UsageTotal,
    before: RatedState,
    rates: &dyn RateTable,
) -> Result<Option<(Option<NewCharge>, RatedState)>> {
    let part = Part::whole(total)?;
    if total.version <= before.version {
        return Ok(None);
    }
    let group = Group {
        part,
        events: &[],
        idle: false,
    };
    let mut rated = rate_groups(leg, item, &[group], Closing::MONTH, rates)?;
    let known = (before.version > 0).then_some(before);
    group_charge(leg, item, &part, known, rated.remove(0))
}

fn model(value: Value) -> PriceModel {
    PriceModel::from_json("model", &value, Purpose::Charge).unwrap()
}

fn rated(
    price: &Value,
    totals: &[(&str, &str, Option<&str>)],
    events: &[EventCost],
    running: Ratio,
) -> Vec<GroupRated> {
    let item = metered("calls", model(price.clone()));
    let leg = leg(vec![item.clone()]);
    let totals: Vec<UsageTotal> = totals
        .iter()
        .map(|(group, quantity, cost)| {
            let mut total = usage(&leg, "calls", group, 1, quantity, *cost);
            total.currency = None;
            total.group_key = (*group).to_owned();
            total
        })
        .collect();
    let groups: Vec<Group<'_>> = totals
        .iter()
        .map(|total| Group {
            part: Part::whole(total).unwrap(),
            events,
            idle: total.records == 0,
        })
        .collect();
    rate_groups(
        &leg,
        &item,
        &groups,
        Closing {
            is_last: true,
            running,
        },
        &(),
    )
    .unwrap()
}

fn amounts(rated: &[GroupRated]) -> Vec<Decimal> {
    rated.iter().map(|one| one.exact.normalize()).collect()
}

#[test]
fn tiers_included_quantities_and_bounds_count_over_all_groups() {
    let tiers = json!({"model": "graduated", "included": "2", "tiers": [{"up_to": "10", "unit_price": "1"}, {"unit_price": "0.5"}]});
    let groups = [("a", "6", None), ("b", "8", None), ("c", "0", None)];
    // Two of fourteen are free, ten cost 1, two cost 0.5.
    let found = rated(&tiers, &groups, &[], Ratio::ONE);
    assert_eq!(amounts(&found), [dec("4"), dec("7"), dec("0")]);
    assert_eq!(found[1].quantity, dec("8"));
    assert_eq!(found[0].pool, found[1].pool);
    // What comes later in the month changes nothing but its own: the sum is that of the whole.
    let single = rated(&tiers, &[("a", "14", None)], &[], Ratio::ONE);
    assert_eq!(amounts(&single), [dec("11")]);

    let bounded = json!({"model": "per_unit", "unit_price": "1", "minimum": "20", "maximum": "30"});
    assert_eq!(
        amounts(&rated(
            &bounded,
            &[("a", "5", None), ("b", "40", None)],
            &[],
            Ratio::ONE
        )),
        [dec("20"), dec("10")]
    );
    let half = Ratio::new(1, 2).unwrap();
    assert_eq!(
        amounts(&rated(&bounded, &[("a", "5", None)], &[], half)),
        [dec("10")]
    );
    let packages = json!({"model": "package", "size": "10", "amount": "3"});
    assert_eq!(
        amounts(&rated(
            &packages,
            &[("a", "5", None), ("b", "5", None)],
            &[],
            Ratio::ONE
        )),
        [dec("3"), dec("0")]
    );
    // What is given back comes before what it is taken from.
    assert_eq!(
        amounts(&rated(
            &packages,
            &[("a", "-5", None), ("b", "15", None)],
            &[],
            Ratio::ONE
        )),
        [dec("0"), dec("3")]
    );
}

#[test]
fn a_minimum_is_settled_at_the_end_of_the_month() {
    let price = json!({"model": "per_unit", "unit_price": "1", "minimum": "20"});
    let item = metered("calls", model(price));
    let leg = leg(vec![item.clone()]);
    let total = |quantity: &str| usage(&leg, "calls", "", 1, quantity, None);
    let (first, whole) = (total("6"), total("9"));
    let of = |total, earlier, is_last| {
        let part = Part {
            total,
            earlier,
            period: Part::whole(total).unwrap().period,
        };
        let group = Group {
            part,
            events: &[],
            idle: false,
        };
        let closing = Closing {
            is_last,
            running: Ratio::ONE,
        };
        rate_groups(&leg, &item, &[group], closing, &()).unwrap()[0]
            .exact
            .normalize()
    };
    // Six in the first part cost six; the three of the last bring the month up to its minimum.
    assert_eq!(of(&first, None, false), dec("6"));
    assert_eq!(of(&whole, Some(&first), true), dec("14"));
}

#[test]
fn linear_prices_stand_for_themselves() {
    let plain = json!({"model": "per_unit", "unit_price": "0.5"});
    let found = rated(
        &plain,
        &[("a", "6", None), ("b", "8", None)],
        &[],
        Ratio::ONE,
    );
    assert_eq!(amounts(&found), [dec("3"), dec("4")]);
    assert_eq!(found[0].pool, None);
    assert!(is_additive(&model(plain)));
    assert!(!is_additive(&model(
        json!({"model": "per_unit", "unit_price": "0.5", "included": "1"})
    )));
}

#[test]
fn single_events_are_rated_one_by_one_over_all_groups() {
    let share = json!({"model": "percentage", "percent": "1", "per_event": "0.25", "max_per_event": "2", "free_events": 1});
    let event = |second: i64, cost: &str| EventCost {
        at: Timestamp::from_micros(second),
        name: second.to_string(),
        cost: dec(cost),
    };
    // The first event is free, the second is held at 2, the third costs 1 % of 100 and 0.25.
    let events = [event(1, "50"), event(2, "1000"), event(3, "100")];
    let item = metered("calls", model(share));
    let leg = leg(vec![item.clone()]);
    let total = UsageTotal {
        records: 3,
        currency: None,
        ..usage(&leg, "calls", "a", 1, "3", Some("1150"))
    };
    let group = Group {
        part: Part::whole(&total).unwrap(),
        events: &events,
        idle: false,
    };
    let found = rate_groups(&leg, &item, &[group], Closing::MONTH, &()).unwrap();
    assert_eq!(amounts(&found), [dec("3.25")]);
}

#[test]
fn a_month_without_usage_costs_its_minimum() {
    let nothing = json!({"model": "per_unit", "unit_price": "1", "minimum": "20"});
    assert!(charges_idle(&model(nothing.clone())));
    assert!(!charges_idle(&model(
        json!({"model": "per_unit", "unit_price": "1", "maximum": "20"})
    )));
    let flat = json!({"model": "graduated", "zero_usage": "first_tier", "tiers": [{"unit_price": "1", "flat": "5"}]});
    assert!(charges_idle(&model(flat)));
}

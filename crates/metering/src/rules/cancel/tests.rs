use super::*;
use crate::rules::accumulate;
use crate::types::UsageKind;
use std::collections::BTreeMap;
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Date, Timestamp};

fn input(id: &str, quantity: &str, unit: &str) -> UsageInput {
    UsageInput {
        source: "meter".into(),
        external_id: id.into(),
        subscription_id: SubscriptionId::generate(),
        meter: "traffic".into(),
        starts_at: Timestamp::parse("2024-09-30T22:30:00Z").unwrap(),
        ends_at: Timestamp::parse("2024-09-30T23:30:00Z").unwrap(),
        quantity: quantity.parse().unwrap(),
        unit: unit.into(),
        cost: None,
        currency: None,
        kind: UsageKind::Usage,
        dimensions: BTreeMap::new(),
        attributes: BTreeMap::new(),
    }
}

fn record(id: &str, version: i64) -> UsageRecord {
    UsageRecord {
        input: input(id, "2", "GB"),
        period_on: Date::constant(2024, 9, 1),
        group_key: String::new(),
        total_version: version,
        import_id: None,
        ingested_at: Timestamp::parse("2024-09-30T23:30:00Z").unwrap(),
        cancelled: None,
    }
}

#[test]
fn a_total_without_records_has_nothing_in_it() {
    let one = input("a", "1.5", "GB");
    let mut total = UsageTotal {
        subscription_id: one.subscription_id,
        meter: "traffic".into(),
        period_on: Date::constant(2024, 9, 1),
        group_key: String::new(),
        dimensions: BTreeMap::new(),
        version: 1,
        records: 0,
        quantity: Decimal::ZERO,
        unit: String::new(),
        cost: None,
        currency: None,
    };
    accumulate(&mut total, &one).unwrap();
    accumulate(&mut total, &input("b", "0.25", "GB")).unwrap();
    take_out(&mut total, &one).unwrap();
    assert_eq!(
        (total.records, total.quantity.to_string()),
        (1, "0.25".into())
    );
    assert_eq!(total.unit, "GB");
    take_out(&mut total, &input("b", "0.25", "GB")).unwrap();
    assert_eq!((total.records, total.quantity), (0, Decimal::ZERO));
    assert_eq!(total.unit, "");
}

#[test]
fn a_span_sums_to_what_it_changed() {
    let quantities = |brought: Vec<(UsageRecord, i64)>| -> Vec<String> {
        let left = settled(brought);
        left.iter()
            .map(|one| one.input.quantity.to_string())
            .collect()
    };
    let (a, b) = (record("a", 1), record("b", 2));
    assert_eq!(quantities(vec![(a.clone(), 1), (b.clone(), 2)]), ["2", "2"]);
    // Came and went.
    assert_eq!(
        quantities(vec![(a.clone(), 1), (a.clone(), 3), (b, 2)]),
        ["2"]
    );
    // Had come before.
    assert_eq!(quantities(vec![(a, 3)]), ["-2"]);
}

#[test]
fn units_that_several_share_are_theirs() {
    assert_eq!(common_unit(["GB", "GB"].into_iter()), "GB");
    assert_eq!(common_unit(["GB", "MB"].into_iter()), "");
    assert_eq!(common_unit(std::iter::empty()), "");
}

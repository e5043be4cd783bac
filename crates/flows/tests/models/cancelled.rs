//! Usage that is taken back or amended: whatever its price and aggregation, billed or not, it comes to what is left of it.

use super::{aggregates, record, take_in};
use crate::common::{World, dec, each_world};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tradewind_kernel::Decimal;
use tradewind_kernel::id::SubscriptionId;
use tradewind_metering::service::{usage_amend, usage_cancel};
use tradewind_metering::types::{RecordName, UsageAmend, UsageCancel, UsageInput};
use tradewind_pricing::aggregation::AGGREGATIONS;

/// The page that explains it.
const PAGE: &str = include_str!("../../../../docs/usage.md");

pub(super) async fn cancel(world: &World, names: &[String]) {
    let name = |id: &String| RecordName {
        source: "meter".to_owned(),
        external_id: id.clone(),
    };
    let input = UsageCancel {
        records: names.iter().map(name).collect(),
        reason: "Measured twice".to_owned(),
    };
    let done = usage_cancel(world.p(), &world.ctx().await, &input).await;
    assert_eq!(done.expect("taken back").cancelled, names.len() as u64);
}

pub(super) async fn amend(world: &World, name: &str, quantity: &str) {
    let input = UsageAmend {
        source: "meter".to_owned(),
        external_id: name.to_owned(),
        replacement_id: format!("{name}-right"),
        reason: "Read wrong".to_owned(),
        meter: None,
        starts_at: None,
        ends_at: None,
        quantity: Some(dec(quantity)),
        cost: Some(dec(quantity)),
        dimensions: None,
    };
    let done = usage_amend(world.p(), &world.ctx().await, &input).await;
    assert!(done.expect("amended").cancelled);
}

/// A record that costs what it counts, of a user, in a region and for so many hours.
fn used(id: SubscriptionId, name: &str, on: &str, quantity: &str, who: &str) -> UsageInput {
    let base = record(id, name, &format!("{on}T10:00:00Z"), quantity);
    let region = if who == "ada" { "eu" } else { "us" };
    UsageInput {
        cost: Some(dec(quantity)),
        dimensions: BTreeMap::from([("region".to_owned(), region.to_owned())]),
        attributes: BTreeMap::from([("user".to_owned(), who.to_owned())]),
        ends_at: tradewind_kernel::Timestamp::from_micros(
            base.starts_at.as_micros() + 36 * 3_600_000_000,
        ),
        ..base
    }
}

/// What the months of a subscription came to for its customer.
pub(super) async fn months(world: &World, id: SubscriptionId) -> Vec<(String, Decimal)> {
    let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
    for (day, exact) in super::super::exact(world, id, world.customer).await {
        *sums.entry(day[..7].to_owned()).or_default() += exact;
    }
    sums.retain(|_, sum| !sum.is_zero());
    sums.into_iter()
        .map(|(month, sum)| (month, sum.normalize()))
        .collect()
}

/// Two sales: one whose usage is reported with mistakes that are put right, and one whose usage is right from the beginning.
/// Both come to the same, before and after their months are billed, and the books agree.
async fn compared(world: &World, label: &str, twins: &[(&str, SubscriptionId, SubscriptionId)]) {
    world.travel("2024-02-01T09:00:00Z").await;
    let days = [
        ("a", "2024-02-02", "40", "ada"),
        ("b", "2024-02-08", "5", "bob"),
        ("c", "2024-02-12", "25", "ada"),
    ];
    for (how, wrong, right) in twins {
        let name = |of: &str| format!("{how}-{of}");
        let mut all: Vec<UsageInput> = days
            .iter()
            .map(|(of, on, quantity, who)| used(*wrong, &name(of), on, quantity, who))
            .collect();
        // One that is taken back while its month runs, one when it is billed, and one that is read wrong.
        all.push(used(*wrong, &name("x"), "2024-02-20", "900", "cleo"));
        all.push(used(*wrong, &name("y"), "2024-02-22", "70", "dan"));
        all.push(used(*wrong, &name("z"), "2024-02-25", "31", "bob"));
        take_in(world, &all, 6).await;
        let twin: Vec<UsageInput> = days
            .iter()
            .chain(&[("z-right", "2024-02-25", "13", "bob")])
            .map(|(of, on, quantity, who)| {
                used(*right, &format!("{how}-twin-{of}"), on, quantity, who)
            })
            .collect();
        take_in(world, &twin, 4).await;
        cancel(world, &[name("x")]).await;
    }
    world.travel("2024-03-02T09:00:00Z").await;
    world.pay_all().await;
    for (how, wrong, _) in twins {
        let before = months(world, *wrong).await;
        cancel(world, &[format!("{how}-y")]).await;
        amend(world, &format!("{how}-z"), "13").await;
        assert_eq!(months(world, *wrong).await, before, "nothing is rated yet");
    }
    world.travel("2024-04-02T09:00:00Z").await;
    world.pay_all().await;
    for (how, wrong, right) in twins {
        let expected = months(world, *right).await;
        assert!(!expected.is_empty(), "{label} {how}");
        assert_eq!(months(world, *wrong).await, expected, "{label} {how}");
    }
    // All of it, months later: what was charged for usage is given back.
    for (how, ..) in twins {
        let of = |infix: &str, last: &str| -> Vec<String> {
            ["a", "b", "c", last]
                .iter()
                .map(|of| format!("{how}-{infix}{of}"))
                .collect()
        };
        cancel(world, &of("", "z-right")).await;
        cancel(world, &of("twin-", "z-right")).await;
    }
    world.travel("2024-05-02T09:00:00Z").await;
    world.pay_all().await;
    for (how, wrong, right) in twins {
        let left = months(world, *wrong).await;
        assert_eq!(left, months(world, *right).await, "{label} {how}");
        if label != "minimum" {
            assert!(left.is_empty(), "{label} {how}: {left:?}");
        }
    }
    world.assert_consistent().await;
}

#[tokio::test]
async fn every_aggregation_comes_to_what_is_left() {
    each_world(|world| async move {
        let tiers = json!({"model": "graduated", "tiers": [{"up_to": "30", "unit_price": "1"}, {"unit_price": "0.5"}]});
        world.ask("cloud", "cost", "2024-01-11", tiers).await;
        world.travel("2024-01-11T09:00:00Z").await;
        let mut twins = Vec::new();
        for (at, how) in AGGREGATIONS.into_iter().enumerate() {
            let named = if how == "distinct" { "distinct:user" } else { how };
            if at > 0 {
                aggregates(&world, named).await;
            }
            twins.push((how, world.cloud().await, world.cloud().await));
        }
        compared(&world, "graduated", &twins).await;
    })
    .await;
}

#[tokio::test]
async fn every_price_comes_to_what_is_left() {
    let tiers = json!([{"up_to": "30", "unit_price": "1"}, {"unit_price": "0.5"}]);
    let share = json!({"model": "percentage", "percent": "1.5", "per_event": "0.25", "max_per_event": "0.6", "free_events": 1});
    let prices: [(&str, Value); 6] = [
        ("volume", json!({"model": "volume", "tiers": tiers})),
        (
            "package",
            json!({"model": "package", "size": "10", "amount": "3"}),
        ),
        ("percentage", share),
        (
            "fixed",
            json!({"model": "percentage", "percent": "1.5", "per_event": "0.25"}),
        ),
        (
            "passed on",
            json!({"model": "pass_through", "markup_percent": "10"}),
        ),
        (
            "minimum",
            json!({"model": "graduated", "minimum": "20", "tiers": tiers}),
        ),
    ];
    for (label, price) in prices {
        each_world(|world| {
            let price = price.clone();
            async move {
                world.ask("cloud", "cost", "2024-01-11", price).await;
                world.travel("2024-01-11T09:00:00Z").await;
                let twins = [("sum", world.cloud().await, world.cloud().await)];
                compared(&world, label, &twins).await;
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_reading_that_was_wrong_is_given_back_to_the_cent() {
    each_world(|world| async move {
        aggregates(&world, "maximum").await;
        let unit = json!({"model": "per_unit", "unit_price": "1"});
        world.ask("cloud", "cost", "2024-01-11", unit).await;
        world.travel("2024-02-01T09:00:00Z").await;
        let id = world.cloud().await;
        let all = [
            record(id, "right", "2024-02-10T10:00:00Z", "40"),
            record(id, "wrong", "2024-02-11T10:00:00Z", "900"),
        ];
        take_in(&world, &all, 2).await;
        world.travel("2024-03-02T09:00:00Z").await;
        world.pay_all().await;
        let february = |exact: &str| vec![("2024-02".to_owned(), dec(exact))];
        assert_eq!(months(&world, id).await, february("900"));
        amend(&world, "wrong", "90").await;
        world.travel("2024-03-05T09:00:00Z").await;
        assert_eq!(months(&world, id).await, february("90"));
        cancel(&world, &["wrong-right".to_owned()]).await;
        world.travel("2024-03-08T09:00:00Z").await;
        assert_eq!(months(&world, id).await, february("40"));
        for row in [
            "| 40 and 900 | 900.00 | 900.00 |",
            "| 900 is amended to 90 | -810.00 | 90.00 |",
            "| 90 is cancelled | -50.00 | 40.00 |",
        ] {
            assert!(PAGE.contains(row), "{row}");
        }
        world.assert_consistent().await;
    })
    .await;
}

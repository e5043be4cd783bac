//! Every make of price for usage and the average of readings, from the record to the document: what a month comes to at first, with
//! usage that is late, and when records are cancelled and amended.

use super::cancelled::{amend, cancel, months};
use super::{aggregates, record, take_in};
use crate::common::{World, dec, each_world};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tradewind_kernel::Decimal;
use tradewind_kernel::id::SubscriptionId;
use tradewind_metering::service::late_policy_set;
use tradewind_metering::types::{LateAs, LatePolicy, UsageInput};

/// A record: its name, when, where and in which class, and how much it counts and costs.
type Used = (
    &'static str,
    &'static str,
    (&'static str, &'static str),
    &'static str,
);

/// One price, and what the February of a sale comes to at it.
struct Case {
    price: Value,
    aggregation: &'static str,
    first: Vec<Used>,
    comes_to: &'static str,
    /// Comes when February is billed.
    late: Used,
    then: &'static str,
    /// Is taken back after that.
    cancelled: &'static str,
    without_it: &'static str,
    /// Turns out to have been so much.
    amended: (&'static str, &'static str),
    at_last: &'static str,
}

fn used(id: SubscriptionId, (name, at, (region, class), quantity): Used) -> UsageInput {
    let told = [("region", region), ("class", class)].into_iter();
    let told = told.filter(|(_, value)| !value.is_empty());
    UsageInput {
        cost: Some(dec(quantity)),
        dimensions: told
            .map(|(of, value)| (of.to_owned(), value.to_owned()))
            .collect(),
        ..record(id, name, at, quantity)
    }
}

const ANY: (&str, &str) = ("", "");

/// A record of a day of February.
macro_rules! on {
    ($name:literal, $day:literal, $quantity:literal) => {
        on!($name, $day, ANY, $quantity)
    };
    ($name:literal, $day:literal, $where:expr, $quantity:literal) => {
        (
            $name,
            concat!("2024-02-", $day, "T10:00:00Z"),
            $where,
            $quantity,
        )
    };
}

/// Three at most name a row: one of both properties, one of either, and one of none.
fn matrix() -> Case {
    let rows = json!([
        {"unit_price": "1"},
        {"when": {"class": "fast"}, "unit_price": "3"},
        {"when": {"region": "eu"}, "unit_price": "2", "included": "1"},
        {"when": {"region": "eu", "class": "fast"}, "unit_price": "5"},
    ]);
    Case {
        price: json!({"model": "matrix", "dimensions": ["region", "class"], "rows": rows}),
        aggregation: "sum",
        first: vec![
            on!("a", "02", ("eu", "fast"), "2"),
            on!("b", "03", ("eu", "slow"), "3"),
            on!("c", "04", ("us", "fast"), "4"),
            on!("d", "05", ("us", "slow"), "5"),
        ],
        // 2 × 5, two of three × 2, 4 × 3 and 5 × 1.
        comes_to: "31",
        late: on!("e", "06", ("eu", "slow"), "2"),
        then: "35",
        cancelled: "c",
        without_it: "23",
        amended: ("a", "7"),
        at_last: "48",
    }
}

/// All units cost what the tier of all of them says: more of them may cost less.
fn volume() -> Case {
    let tiers = json!([{"up_to": "30", "unit_price": "1"}, {"unit_price": "0.5"}]);
    Case {
        price: json!({"model": "volume", "tiers": tiers}),
        aggregation: "sum",
        first: vec![on!("a", "02", "20"), on!("b", "03", "5")],
        comes_to: "25",
        late: on!("c", "04", "10"),
        then: "17.5",
        cancelled: "a",
        without_it: "15",
        amended: ("b", "25"),
        at_last: "17.5",
    }
}

/// Packages that are begun are paid: three of 23, four of 31, two of 19, one of 9.
fn package() -> Case {
    Case {
        price: json!({"model": "package", "size": "10", "amount": "3"}),
        aggregation: "sum",
        first: vec![on!("a", "02", "12"), on!("b", "03", "11")],
        comes_to: "9",
        late: on!("c", "04", "8"),
        then: "12",
        cancelled: "a",
        without_it: "6",
        amended: ("b", "1"),
        at_last: "3",
    }
}

/// Two percent of the first thousand, one of the rest.
fn shares() -> Case {
    let tiers = json!([{"up_to": "1000", "unit_price": "2"}, {"unit_price": "1"}]);
    Case {
        price: json!({"model": "graduated_percentage", "tiers": tiers}),
        aggregation: "sum",
        first: vec![on!("a", "02", "700"), on!("b", "03", "600")],
        comes_to: "23",
        late: on!("c", "04", "100"),
        then: "24",
        cancelled: "a",
        without_it: "14",
        amended: ("b", "1900"),
        at_last: "30",
    }
}

/// 1.5 percent and 0.25 of each event, between 0.50 and 5.00; the first event is free up to a hundred.
fn events() -> Case {
    Case {
        price: json!({"model": "percentage", "percent": "1.5", "per_event": "0.25", "free_events": 1, "free_amount": "100",
            "min_per_event": "0.5", "max_per_event": "5"}),
        aggregation: "sum",
        first: vec![
            on!("a", "02", "40"),
            on!("b", "08", "10"),
            on!("c", "12", "1000"),
            on!("d", "20", "100"),
        ],
        // Nothing, 0.40 raised to 0.50, 15.25 lowered to 5, and 1.75.
        comes_to: "7.25",
        late: on!("e", "05", "200"),
        then: "10.5",
        // Now the late one is the first: a hundred of it are free, and the other hundred cost 1.75.
        cancelled: "a",
        without_it: "9",
        amended: ("b", "20"),
        at_last: "9.05",
    }
}

/// 58 for half of February and 29 for the other, of which the late reading leaves 4.5 days.
fn average() -> Case {
    Case {
        price: json!({"model": "per_unit", "unit_price": "1"}),
        aggregation: "average",
        first: vec![
            ("a", "2024-01-31T23:00:00Z", ANY, "58"),
            ("b", "2024-02-15T11:00:00Z", ANY, "29"),
        ],
        comes_to: "43.5",
        late: ("c", "2024-02-19T23:00:00Z", ANY, "0"),
        then: "33.5",
        cancelled: "b",
        without_it: "38",
        amended: ("a", "87"),
        at_last: "57",
    }
}

/// What the documents of the customer come to, less what was credited.
async fn billed(world: &World) -> Decimal {
    let documents = world.documents().await;
    let cents = documents.iter().map(|one| one.kind.sign() * one.net.minor);
    Decimal::new(cents.sum(), 2).normalize()
}

/// What the months of the sales come to together.
async fn sums(world: &World, ids: &[SubscriptionId]) -> Vec<(String, Decimal)> {
    let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
    for id in ids {
        for (month, sum) in months(world, *id).await {
            *sums.entry(month).or_default() += sum;
        }
    }
    let all = sums.into_iter();
    all.map(|(month, sum)| (month, sum.normalize())).collect()
}

fn month(name: &str, sum: Decimal) -> (String, Decimal) {
    (name.to_owned(), sum.normalize())
}

/// What February came to, and what March has of it.
fn difference(case: &Case) -> [(String, Decimal); 2] {
    let (first, last) = (dec(case.comes_to), dec(case.without_it));
    [month("2024-02", first), month("2024-03", last - first)]
}

/// The sales come to so much together in February, on charges and on documents.
async fn comes_to(world: &World, to: &str, ids: &[SubscriptionId], february: &str) {
    world.travel(&format!("{to}T09:00:00Z")).await;
    let expected = [month("2024-02", dec(february))];
    assert_eq!(sums(world, ids).await, expected, "on {to}");
    assert_eq!(billed(world).await, dec(february), "on documents on {to}");
    world.pay_all().await;
    world.assert_consistent().await;
}

/// The records belong to the sales in turn.
async fn lives(world: &World, case: &Case, ids: &[SubscriptionId]) {
    let first = case.first.iter().zip(ids.iter().cycle());
    let first: Vec<UsageInput> = first.map(|(one, id)| used(*id, *one)).collect();
    take_in(world, &first, case.first.len().try_into().expect("a few")).await;
    comes_to(world, "2024-03-02", ids, case.comes_to).await;
    take_in(world, &[used(ids[0], case.late)], 1).await;
    comes_to(world, "2024-03-05", ids, case.then).await;
    cancel(world, &[case.cancelled.to_owned()]).await;
    comes_to(world, "2024-03-08", ids, case.without_it).await;
    let (name, quantity) = case.amended;
    amend(world, name, quantity).await;
    comes_to(world, "2024-03-11", ids, case.at_last).await;
    comes_to(world, "2024-05-02", ids, case.at_last).await;
}

#[tokio::test]
async fn usage_costs_what_its_price_says_first_late_cancelled_and_amended() {
    for case in [matrix(), volume(), package(), shares(), events(), average()] {
        let case = &case;
        each_world(|world| async move {
            if case.aggregation != "sum" {
                aggregates(&world, case.aggregation).await;
            }
            world
                .ask("cloud", "cost", "2024-01-11", case.price.clone())
                .await;
            world.travel("2024-01-31T09:00:00Z").await;
            let id = world.cloud().await;
            lives(&world, case, &[id]).await;
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_counted_together_costs_what_its_price_says_of_all_of_it() {
    for mut case in [volume(), package(), shares()] {
        case.price["pooled"] = json!(true);
        let case = &case;
        each_world(|world| async move {
            world
                .ask("cloud", "cost", "2024-01-11", case.price.clone())
                .await;
            world.travel("2024-01-31T09:00:00Z").await;
            let ids = [world.cloud().await, world.cloud().await];
            lives(&world, case, &ids).await;
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_late_waits_for_the_running_month_and_is_priced_in_its_own() {
    for case in [matrix(), package(), events(), average()] {
        let case = &case;
        each_world(|world| async move {
            let policy = LatePolicy {
                window_days: None,
                late_as: LateAs::CurrentPeriod,
            };
            let set = late_policy_set(world.p(), &world.ctx().await, &policy).await;
            set.expect("a policy");
            if case.aggregation != "sum" {
                aggregates(&world, case.aggregation).await;
            }
            world
                .ask("cloud", "cost", "2024-01-11", case.price.clone())
                .await;
            world.travel("2024-01-31T09:00:00Z").await;
            let id = world.cloud().await;
            let first: Vec<UsageInput> = case.first.iter().map(|one| used(id, *one)).collect();
            take_in(&world, &first, case.first.len().try_into().expect("a few")).await;
            comes_to(&world, "2024-03-02", &[id], case.comes_to).await;
            take_in(&world, &[used(id, case.late)], 1).await;
            cancel(&world, &[case.cancelled.to_owned()]).await;
            // The difference is March's, of which nothing else is used, and waits for its end.
            world.travel("2024-03-20T09:00:00Z").await;
            assert_eq!(sums(&world, &[id]).await, difference(case));
            assert_eq!(billed(&world).await, dec(case.comes_to));
            world.travel("2024-04-02T09:00:00Z").await;
            assert_eq!(sums(&world, &[id]).await, difference(case));
            assert_eq!(billed(&world).await, dec(case.without_it));
            world.pay_all().await;
            world.assert_consistent().await;
        })
        .await;
    }
}

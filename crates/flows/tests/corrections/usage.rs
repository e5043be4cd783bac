//! Usage of the past at other prices and under other plans.

use super::prices::{at, current};
use super::*;
use crate::common::changes::model;
use serde_json::{Value, json};
use tradewind_flows::quote::ItemPriceInput;
use tradewind_kernel::{Currency, Timestamp};
use tradewind_metering::service::usage_ingest;
use tradewind_metering::types::{UsageInput, UsageKind};

pub(crate) async fn report(
    world: &World,
    id: SubscriptionId,
    name: &str,
    at: &str,
    quantity: &str,
) {
    report_in(world, id, name, at, (quantity, "0", Currency::EUR)).await;
}

/// So much usage, and what it cost the vendor.
pub(crate) async fn report_in(
    world: &World,
    id: SubscriptionId,
    name: &str,
    at: &str,
    (quantity, cost, currency): (&str, &str, Currency),
) {
    let at = Timestamp::parse(&format!("{at}T10:00:00Z")).expect("a time");
    let record = UsageInput {
        source: "meter".to_owned(),
        external_id: format!("{id}/{name}"),
        subscription_id: id,
        meter: "cost".to_owned(),
        starts_at: at,
        ends_at: at,
        quantity: dec(quantity),
        unit: String::new(),
        cost: Some(dec(cost)),
        currency: Some(currency),
        kind: UsageKind::Usage,
        dimensions: BTreeMap::new(),
        attributes: BTreeMap::new(),
    };
    let report = usage_ingest(world.p(), &world.ctx().await, &[record]).await;
    assert_eq!(report.expect("a report").accepted, 1);
}

/// What usage has come to for the customer.
pub(crate) async fn used(world: &World, id: SubscriptionId) -> Decimal {
    on_leg(world, id, 3).await
}

/// What usage has come to on a leg.
pub(crate) async fn on_leg(world: &World, id: SubscriptionId, leg: usize) -> Decimal {
    let charged = charged(world, id).await;
    let cost = charged
        .iter()
        .filter(|((at, item), _)| *at == leg && item == "cost");
    cost.map(|(_, sum)| *sum).sum::<Decimal>().normalize()
}

fn tiers(first: &str, beyond: &str) -> Value {
    json!({"model": "graduated", "tiers": [{"up_to": "30", "unit_price": first}, {"unit_price": beyond}]})
}

#[tokio::test]
async fn months_of_usage_come_to_what_the_right_prices_say_once() {
    each_world(|world| async move {
        world
            .ask("cloud", "cost", "2024-01-11", tiers("1", "0.5"))
            .await;
        world.travel("2024-01-11T12:00:00Z").await;
        let id = world.cloud().await;
        report(&world, id, "a", "2024-01-20", "50").await;
        report(&world, id, "b", "2024-02-05", "20").await;
        report(&world, id, "c", "2024-02-20", "40").await;
        world.travel("2024-03-10T12:00:00Z").await;
        world.pay_all().await;
        // 30 + 10, and 30 + 15.
        assert_eq!(used(&world, id).await, dec("85"));
        world
            .ask("cloud", "cost", "2024-03-15", tiers("0.8", "0.2"))
            .await;
        world.travel("2024-03-20T12:00:00Z").await;
        report(&world, id, "d", "2024-03-12", "10").await;
        correct(&world, &current(id, "2024-02-01")).await;
        // February: 24 + 6 instead of 45.
        assert_eq!(used(&world, id).await, dec("70"));
        let again = quote(&world, &current(id, "2024-02-01")).await;
        assert_eq!(code(again), "nothing_changes");
        // Late usage of February meets the right prices, and so do all days of March.
        report(&world, id, "e", "2024-02-25", "10").await;
        world.travel("2024-04-02T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(used(&world, id).await, dec("80"));
        world.assert_consistent().await;
        // From the middle of a month on: 20 at 1.00 before; the month at the new prices comes to 32.00, of which 16.00 were used by then.
        correct(&world, &at_price(id, "2024-01-15", "2")).await;
        world.travel("2024-04-03T12:00:00Z").await;
        // January 100, February 140, March 20.
        assert_eq!(used(&world, id).await, dec("260"));
        world.assert_consistent().await;
    })
    .await;
}

fn at_price(id: SubscriptionId, from: &str, price: &str) -> CorrectionInput {
    CorrectionInput {
        item_prices: at("cost", None, price),
        ..since(id, from)
    }
}

#[tokio::test]
async fn a_price_from_the_middle_of_a_month_on_counts_what_was_used_before_it() {
    each_world(|world| async move {
        world
            .ask("cloud", "cost", "2024-01-11", tiers("1", "0.5"))
            .await;
        world.travel("2024-01-11T12:00:00Z").await;
        let id = world.cloud().await;
        report(&world, id, "a", "2024-02-05", "20").await;
        report(&world, id, "b", "2024-02-20", "40").await;
        world.travel("2024-03-10T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(used(&world, id).await, dec("45"));
        let own = ItemPriceInput {
            item: "cost".to_owned(),
            seller_id: None,
            price: model(&tiers("2", "1")),
        };
        let input = CorrectionInput {
            item_prices: vec![own],
            ..since(id, "2024-02-10")
        };
        correct(&world, &input).await;
        // 20 at 1.00, and of 60 + 30 for the whole month what the 40 add to 40 for the 20.
        assert_eq!(used(&world, id).await, dec("70"));
        world.assert_consistent().await;
        correct(&world, &current(id, "2024-02-01")).await;
        assert_eq!(used(&world, id).await, dec("45"));
        correct(&world, &input).await;
        assert_eq!(used(&world, id).await, dec("70"));
        world.travel("2024-04-02T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(used(&world, id).await, dec("70"));
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn minimums_of_months_without_usage_follow_the_right_prices() {
    each_world(|world| async move {
        let least = json!({"model": "per_unit", "unit_price": "1", "minimum": "20"});
        world
            .ask("cloud", "cost", "2024-01-11", least.clone())
            .await;
        world.travel("2024-01-11T12:00:00Z").await;
        let id = world.cloud().await;
        report(&world, id, "a", "2024-02-20", "50").await;
        for day in ["2024-02-10", "2024-03-10", "2024-04-10"] {
            world.travel(&format!("{day}T12:00:00Z")).await;
            world.pay_all().await;
        }
        let before = used(&world, id).await;
        correct(&world, &at_price(id, "2024-02-01", "1")).await;
        // The 20.00 of March are given back; January and February stay.
        assert_eq!(used(&world, id).await, before - dec("20"));
        world.assert_consistent().await;
        let own = |minimum: &str| CorrectionInput {
            item_prices: vec![ItemPriceInput {
                item: "cost".to_owned(),
                seller_id: None,
                price: model(&json!({"model": "per_unit", "unit_price": "1", "minimum": minimum})),
            }],
            ..since(id, "2024-02-01")
        };
        correct(&world, &own("60")).await;
        assert_eq!(used(&world, id).await, before + dec("10") + dec("40"));
        world.travel("2024-05-02T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(used(&world, id).await, before + dec("50") + dec("60"));
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn usage_of_a_plan_that_it_did_not_have_is_taken_back_and_comes_again_with_it() {
    each_world(|world| async move {
        world
            .ask("cloud", "cost", "2024-01-11", tiers("1", "0.5"))
            .await;
        world.travel("2024-01-11T12:00:00Z").await;
        let id = world.cloud().await;
        report(&world, id, "a", "2024-01-20", "10").await;
        report(&world, id, "b", "2024-02-05", "20").await;
        report(&world, id, "c", "2024-02-20", "40").await;
        world.travel("2024-03-10T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(used(&world, id).await, dec("55"));
        report(&world, id, "d", "2024-03-05", "30").await;
        let input = CorrectionInput {
            quantities: BTreeMap::from([("seats".to_owned(), dec("5"))]),
            ..plans::under(&world, id, "2024-02-10", "basic")
        };
        correct(&world, &input).await;
        // What was used by 10 February stays: 10, and 20.
        assert_eq!(used(&world, id).await, dec("30"));
        world.assert_consistent().await;
        world.travel("2024-04-02T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(used(&world, id).await, dec("30"));
        world.assert_consistent().await;
        correct(&world, &plans::under(&world, id, "2024-02-10", "cloud")).await;
        // January, February as it was, and March.
        assert_eq!(used(&world, id).await, dec("85"));
        world.travel("2024-05-02T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(used(&world, id).await, dec("85"));
        world.assert_consistent().await;
    })
    .await;
}

//! Prices of other makes than one price a unit, from the order to the document.

mod bounds;
mod breakdown;
mod cancelled;
mod commitments;
mod late;
mod metered;
mod pools;
mod prepaid;

use super::common::{World, dec, each_world};
use serde_json::json;
use std::collections::BTreeMap;
use tradewind_billing::service::invoice_get;
use tradewind_catalogue::service as catalogue;
use tradewind_catalogue::types::{ItemDraft, ItemUpdate};
use tradewind_flows::order::{PlaceInput, order_place};
use tradewind_flows::quote::{ChangeInput, PurchaseInput, quote_change, quote_purchase};
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Currency, Decimal, Timestamp};
use tradewind_metering::service::usage_ingest;
use tradewind_metering::types::{UsageInput, UsageKind};

/// The lines of the last document: what, how many, net.
pub(super) async fn last_lines(world: &World) -> Vec<(String, String, String)> {
    let last = world.documents().await.pop().expect("a document");
    let document = invoice_get(world.p(), &world.ctx().await, last.id)
        .await
        .expect("the document");
    let lines = document.lines.iter().map(|line| {
        let quantity = format!("{} {}", line.quantity.normalize(), line.unit);
        (line.description.clone(), quantity, line.net.to_string())
    });
    lines.collect()
}

#[tokio::test]
async fn a_package_is_bought_and_changed_by_its_name() {
    each_world(|world| async move {
        let steps = json!([{"tag": "small", "amount": "9"}, {"tag": "medium", "amount": "19"}, {"tag": "large", "amount": "29"}]);
        let packages = json!({"model": "stairstep", "steps": steps});
        world.ask("basic", "seats", "2024-01-11", packages).await;
        world.travel("2024-01-11T09:00:00Z").await;
        let picked = |tag: &str| BTreeMap::from([("seats".to_owned(), tag.to_owned())]);
        let wanted = PurchaseInput {
            quantities: BTreeMap::new(),
            packages: picked("large"),
            ..world.wanted("basic", "1")
        };
        let ctx = world.ctx().await;
        for (packages, code) in [(picked("huge"), "unknown_value"), (BTreeMap::from([("setup".to_owned(), "small".to_owned())]), "not_applicable")] {
            let wanted = PurchaseInput { packages, ..wanted.clone() };
            let refused = quote_purchase(world.p(), &ctx, &wanted).await.expect_err("no such package");
            assert_eq!(refused.problems()[0].code, code, "{refused}");
        }
        let fourth = PurchaseInput {
            packages: BTreeMap::new(),
            ..world.wanted("basic", "4")
        };
        let refused = quote_purchase(world.p(), &ctx, &fourth).await.expect_err("no such package");
        assert_eq!(refused.code(), "no_price_for_quantity");
        assert_eq!(world.order_count().await, 0);

        let id = world.buy(&wanted).await;
        let named = |name: &str, net: &str| (name.to_owned(), net.to_owned());
        let lines = |all: Vec<(String, String, String)>| -> Vec<(String, String)> {
            all.into_iter().map(|(name, _, net)| (name, net)).collect()
        };
        assert_eq!(
            lines(last_lines(&world).await),
            // 50 × 1.08 × 1.10 × 1.20, and the package at its own price.
            [named("setup", "71.28 EUR"), named("seats: large", "29.00 EUR")]
        );
        let held = world.subscription(id).await.items;
        assert_eq!(held.iter().find(|item| item.code == "seats").expect("seats").quantity, dec("3"));

        let change = ChangeInput {
            subscription_id: id,
            plan_id: None,
            quantities: BTreeMap::new(),
            packages: picked("large"),
            coupon: None, when: None, };
        let same = quote_change(world.p(), &ctx, &change).await.expect_err("it is that already");
        assert_eq!(same.code(), "nothing_changes");
        let change = ChangeInput { packages: picked("medium"), ..change };
        let ctx = world.ctx().await;
        let quote = quote_change(world.p(), &ctx, &change).await.expect("a quote");
        order_place(world.p(), &ctx, &PlaceInput { quote_id: quote.id }).await.expect("an order");
        world.test.drain().await;
        world.travel("2024-02-12T09:00:00Z").await;
        assert_eq!(lines(last_lines(&world).await), [named("seats: medium", "19.00 EUR")]);
        world.pay_all().await;
        world.assert_consistent().await;
    })
    .await;
}

/// A record of usage of the meter.
fn record(id: SubscriptionId, name: &str, at: &str, quantity: &str) -> UsageInput {
    let at = Timestamp::parse(at).expect("a time");
    UsageInput {
        source: "meter".to_owned(),
        external_id: name.to_owned(),
        subscription_id: id,
        meter: "cost".to_owned(),
        starts_at: at,
        ends_at: at,
        quantity: dec(quantity),
        unit: String::new(),
        cost: Some(dec("0")),
        currency: Some(Currency::EUR),
        kind: UsageKind::Usage,
        dimensions: BTreeMap::new(),
        attributes: BTreeMap::new(),
    }
}

/// Reports usage; so much of it is new.
async fn take_in(world: &World, records: &[UsageInput], fresh: u64) {
    let report = usage_ingest(world.p(), &world.ctx().await, records)
        .await
        .expect("a report");
    assert_eq!(report.accepted, fresh, "{report:?}");
}

/// Reports usage of the meter, in a region where one is named.
async fn report(
    world: &World,
    id: SubscriptionId,
    name: &str,
    at: &str,
    quantity: &str,
    region: &str,
) {
    let region = (!region.is_empty()).then(|| ("region".to_owned(), region.to_owned()));
    let record = UsageInput {
        dimensions: region.into_iter().collect(),
        ..record(id, name, at, quantity)
    };
    take_in(world, &[record], 1).await;
}

fn nets(lines: Vec<(String, String, String)>) -> Vec<(String, String)> {
    lines
        .into_iter()
        .map(|(_, quantity, net)| (quantity, net))
        .collect()
}

#[tokio::test]
async fn a_minimum_is_charged_without_usage_and_tiers_count_over_all_groups() {
    each_world(|world| async move {
        let tiers = json!({"model": "graduated", "minimum": "20", "tiers": [{"up_to": "30", "unit_price": "1"}, {"unit_price": "0.5"}]});
        world.ask("cloud", "cost", "2024-01-11", tiers).await;
        world.travel("2024-01-11T09:00:00Z").await;
        let id = world.cloud().await;
        let line = |quantity: &str, net: &str| vec![(quantity.to_owned(), net.to_owned())];
        // Nothing was used: the minimum, for 21 of 31 days.
        world.travel("2024-02-12T09:00:00Z").await;
        world.pay_all().await;
        assert_eq!(nets(last_lines(&world).await), line("0 unit", "13.55 EUR"));
        // Fifty in two regions: thirty at 1, twenty at 0.5.
        report(&world, id, "feb-1", "2024-02-13T10:00:00Z", "20", "eu").await;
        report(&world, id, "feb-2", "2024-02-14T10:00:00Z", "30", "us").await;
        // Late for the month that was charged its minimum: ten cost less than that.
        report(&world, id, "jan-1", "2024-01-20T10:00:00Z", "10", "eu").await;
        world.travel("2024-03-12T09:00:00Z").await;
        world.pay_all().await;
        // Late again, and now that month costs more than its minimum: twenty instead of 13.55.
        report(&world, id, "jan-2", "2024-01-21T10:00:00Z", "10", "us").await;
        world.travel("2024-04-12T09:00:00Z").await;
        world.pay_all().await;
        let charged: Vec<(String, Decimal)> = super::exact(&world, id, world.customer)
            .await
            .into_iter()
            .map(|(day, exact)| (day, exact.round_dp(4)))
            .collect();
        let of = |day: &str, exact: &str| (day.to_owned(), dec(exact));
        assert_eq!(
            charged,
            [
                // The minimum for 21 of 31 days; ten more cost nothing; ten more bring it up to twenty.
                of("2024-01-11", "0"),
                of("2024-01-11", "6.4516"),
                of("2024-01-11", "13.5484"),
                // Thirty at 1 and twenty at 0.5, the first twenty of them in the one region.
                of("2024-02-01", "20"),
                of("2024-02-01", "20"),
                of("2024-03-01", "20"),
            ]
        );
        let billed: Vec<String> = world.documents().await.into_iter().map(|one| one.net.to_string()).collect();
        assert_eq!(billed, ["13.55 EUR", "0.00 EUR", "40.00 EUR", "6.45 EUR", "20.00 EUR"]);
        world.pay_all().await;
        world.assert_consistent().await;
    })
    .await;
}

/// The metered item of the cloud plan aggregates its usage like this from now on.
async fn aggregates(world: &World, how: &str) {
    let ctx = world.ctx().await;
    let id = world.product.product.id;
    let detail = catalogue::product_get(world.p(), &ctx, id)
        .await
        .expect("the product");
    let plan = detail
        .plans
        .iter()
        .find(|plan| plan.code == "cloud")
        .expect("a plan");
    let item = plan.items.first().expect("an item").clone();
    let update = ItemUpdate {
        id: item.id,
        version: plan.version,
        draft: ItemDraft {
            tax_category: None,
            aggregation: how.parse().expect("an aggregation"),
            code: item.code,
            name: item.name,
            kind: item.kind,
            unit: item.unit,
            meter: item.meter,
            timing: item.timing,
            quantity_min: item.quantity_min,
            quantity_max: item.quantity_max,
            quantity_default: item.quantity_default,
            quantity_step: item.quantity_step,
            position: item.position,
        },
    };
    catalogue::item_update(world.p(), &ctx, &update)
        .await
        .expect("a change");
}

async fn charged(world: &World, id: SubscriptionId) -> Vec<(String, Decimal)> {
    let mut all = super::exact(world, id, world.customer).await;
    all.retain(|(_, exact)| !exact.is_zero());
    all
}

#[tokio::test]
async fn what_is_held_is_charged_by_how_long_and_goes_on_until_it_is_given_up() {
    each_world(|world| async move {
        aggregates(&world, "time_weighted").await;
        world
            .ask(
                "cloud",
                "cost",
                "2024-01-11",
                json!({"model": "per_unit", "unit_price": "1"}),
            )
            .await;
        world.travel("2024-01-11T09:00:00Z").await;
        let id = world.cloud().await;
        // Midnight of the first of February where the customer is, and noon of the fifteenth: half of 29 days.
        report(&world, id, "more", "2024-01-31T23:00:00Z", "58", "").await;
        report(&world, id, "less", "2024-02-15T11:00:00Z", "-29", "").await;
        let of = |day: &str, exact: &str| (day.to_owned(), dec(exact));
        world.travel("2024-03-02T09:00:00Z").await;
        assert_eq!(charged(&world, id).await, [of("2024-02-01", "43.5")]);
        world.pay_all().await;
        // Nothing is reported in March, and 29 are held all the time.
        world.travel("2024-04-02T09:00:00Z").await;
        world.pay_all().await;
        assert_eq!(
            charged(&world, id).await,
            [of("2024-02-01", "43.5"), of("2024-03-01", "29")]
        );
        // Late: all was given up at the end of the nineteenth of February, ten days before its end.
        report(&world, id, "none", "2024-02-19T23:00:00Z", "-29", "").await;
        world.travel("2024-04-03T09:00:00Z").await;
        let settled = [
            of("2024-02-01", "-10"),
            of("2024-02-01", "43.5"),
            of("2024-03-01", "-29"),
            of("2024-03-01", "29"),
        ];
        assert_eq!(charged(&world, id).await, settled);
        world.travel("2024-05-02T09:00:00Z").await;
        assert_eq!(
            charged(&world, id).await,
            settled,
            "nothing is held any more, and nothing is charged twice"
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn usage_counts_as_its_item_says_whenever_it_arrives() {
    for (how, first, late) in [
        ("count", "2", "1"),
        ("distinct:user", "2", "1"),
        ("last", "9", "0"),
        ("maximum", "9", "0"),
        ("held_hours", "19.5", "3"),
    ] {
        each_world(|world| async move {
            aggregates(&world, how).await;
            world
                .ask(
                    "cloud",
                    "cost",
                    "2024-01-11",
                    json!({"model": "per_unit", "unit_price": "1"}),
                )
                .await;
            world.travel("2024-01-11T09:00:00Z").await;
            let id = world.cloud().await;
            let base = |name: &str, at: &str, quantity: &str, user: &str| {
                let base = record(id, name, at, quantity);
                let until = base.starts_at.as_micros() + 90 * 60 * 1_000_000;
                UsageInput {
                    ends_at: Timestamp::from_micros(until),
                    attributes: BTreeMap::from([("user".to_owned(), user.to_owned())]),
                    ..base
                }
            };
            let two = base("2", "2024-02-10T10:00:00Z", "9", "bob");
            take_in(
                &world,
                &[two.clone(), base("1", "2024-02-03T10:00:00Z", "4", "ada")],
                2,
            )
            .await;
            world.travel("2024-03-02T09:00:00Z").await;
            let of = |exact: &str| ("2024-02-01".to_owned(), dec(exact));
            assert_eq!(charged(&world, id).await, [of(first)], "{how}");
            world.pay_all().await;
            take_in(
                &world,
                &[base("3", "2024-02-05T10:00:00Z", "2", "cleo"), two],
                1,
            )
            .await;
            world.travel("2024-03-03T09:00:00Z").await;
            let mut all = vec![of(first), of(late)];
            all.retain(|(_, exact)| !exact.is_zero());
            all.sort();
            assert_eq!(charged(&world, id).await, all, "{how}");
            world.assert_consistent().await;
        })
        .await;
    }
}

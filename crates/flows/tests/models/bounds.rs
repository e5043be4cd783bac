//! Tiers that cost at least and at most so much, and costs of which a part is included.

use super::breakdown::{explained, parts};
use super::{charged, dec, last_lines, nets, record, report, take_in};
use crate::common::{World, each_world};
use serde_json::json;
use tradewind_kernel::Decimal;
use tradewind_kernel::id::SubscriptionId;
use tradewind_metering::types::UsageInput;

/// The page that explains it.
const PAGE: &str = include_str!("../../../../docs/usage.md");

async fn travel(world: &World, to: &str) {
    world.travel(&format!("{to}T09:00:00Z")).await;
    world.pay_all().await;
}

/// What some subscriptions come to for February.
async fn comes_to(world: &World, ids: &[SubscriptionId]) -> Vec<Decimal> {
    let mut all = Vec::new();
    for id in ids {
        let february = charged(world, *id).await.into_iter();
        let february = february.filter(|(day, _)| day == "2024-02-01");
        let sum: Decimal = february.map(|(_, exact)| exact).sum();
        all.push(sum.normalize());
    }
    all
}

#[tokio::test]
async fn least_and_most_of_tiers_hold_for_all_usage_of_a_month_whenever_it_comes() {
    each_world(|world| async move {
        let tiers = json!([{"up_to": "30", "unit_price": "1", "minimum": "12"}, {"unit_price": "0.5", "maximum": "8"}]);
        let price = json!({"model": "graduated", "pooled": true, "tiers": tiers});
        world.ask("cloud", "cost", "2024-01-11", price).await;
        travel(&world, "2024-01-15").await;
        let ids = [world.cloud().await, world.cloud().await];
        // A month without usage reaches no tier.
        travel(&world, "2024-02-02").await;
        report(&world, ids[0], "a", "2024-02-10T10:00:00Z", "5", "eu").await;
        report(&world, ids[1], "b", "2024-02-11T10:00:00Z", "2", "us").await;
        report(&world, ids[1], "c", "2024-02-12T10:00:00Z", "1", "eu").await;
        travel(&world, "2024-03-02").await;
        assert_eq!(comes_to(&world, &ids).await, [dec("12"), dec("0")]);
        let line = ("8 unit".to_owned(), "12.00 EUR".to_owned());
        assert_eq!(nets(last_lines(&world).await), [line]);
        world.assert_consistent().await;
        // Late: thirty at 1, and eight more at 0.5.
        report(&world, ids[1], "d", "2024-02-13T10:00:00Z", "30", "us").await;
        travel(&world, "2024-03-05").await;
        assert_eq!(comes_to(&world, &ids).await, [dec("12"), dec("22")]);
        // Twenty more: of 28 in the second tier 14 are due, at most 8.
        report(&world, ids[0], "e", "2024-02-14T10:00:00Z", "20", "eu").await;
        travel(&world, "2024-03-08").await;
        assert_eq!(comes_to(&world, &ids).await, [dec("25"), dec("13")]);
        world.assert_consistent().await;
        for row in [
            "| 8 | 12.00 | 0.00 | 12.00 |",
            "| 38 | 30.00 | 4.00 | 34.00 |",
            "| 58 | 30.00 | 8.00 | 38.00 |",
        ] {
            assert!(PAGE.contains(row), "{row:?} is not on the page");
        }
    })
    .await;
}

#[tokio::test]
async fn what_bounds_a_tier_is_told_with_the_line() {
    each_world(|world| async move {
        let tiers = json!([{"up_to": "30", "unit_price": "1", "maximum": "25"}, {"unit_price": "0.5", "minimum": "3"}]);
        world.ask("cloud", "cost", "2024-01-11", json!({"model": "graduated", "tiers": tiers})).await;
        travel(&world, "2024-02-01").await;
        let id = world.cloud().await;
        report(&world, id, "a", "2024-02-10T10:00:00Z", "34", "").await;
        travel(&world, "2024-03-02").await;
        let of = parts(&[["30", "1", "30"], ["1", "-5", "-5"], ["4", "0.5", "2"], ["1", "1", "1"]]);
        assert_eq!(explained(&world, 0).await, [("cost".to_owned(), "28".to_owned(), of)]);
    })
    .await;
}

#[tokio::test]
async fn a_part_of_a_cost_is_included_whatever_comes_late_or_is_given_back() {
    each_world(|world| async move {
        let price = json!({"model": "pass_through", "markup_percent": "20", "included": "50"});
        world.ask("cloud", "cost", "2024-01-11", price).await;
        travel(&world, "2024-02-01").await;
        let id = world.cloud().await;
        let spent = async |name: &str, on: &str, cost: &str, region: &str| {
            let record = UsageInput {
                cost: Some(dec(cost)),
                dimensions: [("region".to_owned(), region.to_owned())].into(),
                ..record(id, name, &format!("{on}T10:00:00Z"), "1")
            };
            take_in(&world, &[record], 1).await;
        };
        // Included once, not for each region.
        spent("a", "2024-02-10", "40", "eu").await;
        spent("b", "2024-02-11", "80", "us").await;
        travel(&world, "2024-03-02").await;
        assert_eq!(comes_to(&world, &[id]).await, [dec("84")]);
        spent("c", "2024-02-12", "30", "eu").await;
        travel(&world, "2024-03-05").await;
        assert_eq!(comes_to(&world, &[id]).await, [dec("120")]);
        // So much is given back that what is left is included.
        spent("d", "2024-02-13", "-110", "us").await;
        travel(&world, "2024-03-08").await;
        assert_eq!(comes_to(&world, &[id]).await, [dec("0")]);
        // What the seller pays for it is as it was: nothing of that is included.
        let paid = super::super::exact(&world, id, world.reseller).await;
        let paid: Decimal = paid.into_iter().map(|(_, exact)| exact).sum();
        assert_eq!(paid.normalize(), dec("47.52"), "40 with 8 and 10 per cent");
        world.assert_consistent().await;
    })
    .await;
}

//! Usage that is counted together over the subscriptions of a customer.

use super::{dec, last_lines, record, take_in};
use crate::common::{World, day, each_world, list_prices, markup};
use serde_json::{Value, json};
use tradewind_billing::service::charge_list;
use tradewind_catalogue::service::{price_book_list, revision_create};
use tradewind_catalogue::types::{ListingDraft, ListingPrice, RevisionCreate};
use tradewind_kernel::Decimal;
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::page::PageRequest;
use tradewind_pricing::{PriceModel, Purpose};

/// The page that explains it.
const PAGE: &str = include_str!("../../../../docs/usage.md");

fn told(row: &str) {
    assert!(PAGE.contains(row), "{row:?} is not on the page");
}

/// Ten are included, thirty more cost 1, and what is beyond 0.5.
fn tiers() -> Value {
    json!({"model": "graduated", "included": "10", "pooled": true,
        "tiers": [{"up_to": "30", "unit_price": "1"}, {"unit_price": "0.5"}]})
}

async fn used(world: &World, id: SubscriptionId, name: &str, on: &str, quantity: &str) {
    let at = format!("{on}T10:00:00Z");
    take_in(world, &[record(id, name, &at, quantity)], 1).await;
}

async fn travel(world: &World, to: &str) {
    world.travel(&format!("{to}T09:00:00Z")).await;
    world.pay_all().await;
}

/// What a subscription came to for the usage of February, by leg.
async fn february(world: &World, id: SubscriptionId) -> Vec<Decimal> {
    let page = PageRequest::new(Some(200), None).expect("a page");
    let all = charge_list(world.p(), &world.ctx().await, id, &page).await;
    let all = all.expect("charges").items;
    let buyers = [
        world.provider,
        world.distributor,
        world.reseller,
        world.customer,
    ];
    let of = |buyer| {
        let own = all
            .iter()
            .map(|one| &one.facts)
            .filter(|charge| charge.buyer_id == buyer && charge.period.start == day("2024-02-01"));
        own.map(|charge| charge.exact).sum::<Decimal>().normalize()
    };
    buyers.into_iter().map(of).collect()
}

async fn customers(world: &World, ids: &[SubscriptionId]) -> Vec<Decimal> {
    let mut found = Vec::new();
    for id in ids {
        found.extend(february(world, *id).await.pop());
    }
    found
}

#[tokio::test]
async fn tiers_count_over_all_subscriptions_whatever_day_they_are_billed_on() {
    each_world(|world| async move {
        world.ask("cloud", "cost", "2024-01-11", tiers()).await;
        world.travel("2024-01-15T09:00:00Z").await;
        let first = world.cloud().await;
        world.travel("2024-02-03T09:00:00Z").await;
        let second = world.cloud().await;
        let ids = [first, second];
        used(&world, second, "b", "2024-02-10", "30").await;
        used(&world, first, "a", "2024-02-20", "20").await;
        travel(&world, "2024-03-02").await;
        // Forty are beyond what is included: thirty at 1 and ten at 0.5, on one line.
        assert_eq!(customers(&world, &ids).await, [dec("10"), dec("25")]);
        told("| first | 20 | 10.00 | 30 | 20.00 |");
        told("| second | 30 | 25.00 | 30 | 20.00 |");
        let line = (
            "all subscriptions together".to_owned(),
            "50 unit".to_owned(),
            "35.00 EUR".to_owned(),
        );
        assert_eq!(last_lines(&world).await, [line]);
        world.assert_consistent().await;
        // Ten more of the first: it has more of the dear units, and the second less.
        used(&world, first, "late", "2024-02-21", "10").await;
        travel(&world, "2024-03-05").await;
        assert_eq!(customers(&world, &ids).await, [dec("20"), dec("20")]);
        let line = (
            "all subscriptions together".to_owned(),
            "10 unit".to_owned(),
            "5.00 EUR".to_owned(),
        );
        assert_eq!(last_lines(&world).await, [line]);
        world.assert_consistent().await;
        // A third that is bought later changes nothing of the past, and counts when something of its own comes.
        let third = world.cloud().await;
        travel(&world, "2024-04-02").await;
        assert_eq!(customers(&world, &ids).await, [dec("20"), dec("20")]);
        assert_eq!(customers(&world, &[third]).await, [dec("0")]);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_minimum_is_paid_once_for_all_and_whose_usage_comes_late_makes_no_difference() {
    each_world(|world| async move {
        let model =
            json!({"model": "per_unit", "unit_price": "1", "minimum": "20", "pooled": true});
        world.ask("cloud", "cost", "2024-01-11", model).await;
        world.travel("2024-01-15T09:00:00Z").await;
        let ids = [world.cloud().await, world.cloud().await];
        travel(&world, "2024-03-02").await;
        assert_eq!(customers(&world, &ids).await, [dec("20"), dec("0")]);
        // Below the minimum it costs nothing more, beyond it what is beyond.
        used(&world, ids[1], "b", "2024-02-10", "12").await;
        travel(&world, "2024-03-05").await;
        assert_eq!(
            customers(&world, &ids).await.iter().sum::<Decimal>(),
            dec("20")
        );
        world.assert_consistent().await;
        used(&world, ids[1], "c", "2024-02-11", "13").await;
        travel(&world, "2024-03-08").await;
        assert_eq!(
            customers(&world, &ids).await.iter().sum::<Decimal>(),
            dec("25")
        );
        used(&world, ids[0], "d", "2024-02-11", "1").await;
        travel(&world, "2024-03-11").await;
        assert_eq!(
            customers(&world, &ids).await.iter().sum::<Decimal>(),
            dec("26")
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn every_seller_of_a_chain_counts_by_its_own_price() {
    each_world(|world| async move {
        let cost = world.plan("cloud").items[0].id;
        let own = ListingDraft {
            item_id: Some(cost),
            price: ListingPrice::Absolute {
                model: PriceModel::from_json("model", &tiers(), Purpose::Charge).expect("a model"),
            },
            ..markup("0")
        };
        let mut listings = list_prices(&world.product);
        listings.retain(|listing| listing.item_id != Some(cost));
        listings.push(own);
        let (p, ctx) = (world.p(), world.ctx().await);
        let books = price_book_list(p, &ctx, world.vendor).await.expect("books");
        let revision = RevisionCreate {
            book_id: books[0].book.id,
            effective_on: day("2024-01-11"),
            note: String::new(),
            policies: None,
            listings,
        };
        revision_create(p, &ctx, &revision)
            .await
            .expect("a revision");
        world.travel("2024-01-15T09:00:00Z").await;
        let ids = [world.cloud().await, world.cloud().await];
        used(&world, ids[0], "a", "2024-02-20", "20").await;
        used(&world, ids[1], "b", "2024-02-10", "30").await;
        travel(&world, "2024-03-02").await;
        // 8, 10 and 20 percent on each price of 10 and 25.
        let legs = |all: [&str; 4]| all.map(dec).to_vec();
        assert_eq!(
            february(&world, ids[0]).await,
            legs(["10", "10.8", "11.88", "14.256"])
        );
        assert_eq!(
            february(&world, ids[1]).await,
            legs(["25", "27", "29.7", "35.64"])
        );
        world.assert_consistent().await;
        // The reseller sells at a price of its own from March on: in its month that counts by itself.
        let plain = json!({"model": "per_unit", "unit_price": "2"});
        world.ask("cloud", "cost", "2024-04-01", plain).await;
        used(&world, ids[0], "late", "2024-02-21", "10").await;
        travel(&world, "2024-04-05").await;
        assert_eq!(
            february(&world, ids[0]).await,
            legs(["20", "21.6", "23.76", "28.512"])
        );
        assert_eq!(
            february(&world, ids[1]).await,
            legs(["20", "21.6", "23.76", "28.512"])
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_does_not_add_up_is_not_counted_together() {
    each_world(|world| async move {
        let both = json!({"model": "per_unit", "unit_price": "1", "included": "5", "prepaid": {}, "pooled": true});
        let refused = PriceModel::from_json("model", &both, Purpose::Charge).expect_err("it cannot be both");
        assert_eq!((refused.problems()[0].field.as_str(), refused.problems()[0].code), ("model.pooled", "not_applicable"));
        let seats = world.plan("basic").items.iter().find(|one| one.code == "seats").expect("an item").id;
        let cost = world.plan("cloud").items[0].id;
        let refused = async |id, model: Value| {
            let own = ListingDraft {
                item_id: Some(id),
                price: ListingPrice::Absolute {
                    model: PriceModel::from_json("model", &model, Purpose::Charge).expect("a model"),
                },
                ..markup("0")
            };
            let revision = RevisionCreate {
                book_id: world.reseller_book,
                effective_on: day("2024-03-01"),
                note: String::new(),
                policies: None,
                listings: vec![own, markup("20")],
            };
            let refused = revision_create(world.p(), &world.ctx().await, &revision).await;
            let refused = refused.expect_err("it is refused");
            (refused.problems()[0].field.clone(), refused.problems()[0].code)
        };
        let at = ("listings.0.model.pooled".to_owned(), "not_applicable");
        assert_eq!(refused(seats, tiers()).await, at);
        for how in ["maximum", "distinct:user", "time_weighted"] {
            super::aggregates(&world, how).await;
            assert_eq!(refused(cost, tiers()).await, at, "{how}");
        }
    })
    .await;
}

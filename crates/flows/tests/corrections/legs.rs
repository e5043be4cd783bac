//! Legs that a correction does not touch, and those that it does.

use super::prices::{at, revise, revise_with, seats_of};
use super::usage::{on_leg, report};
use super::*;
use crate::common::{changes::model, markup};
use serde_json::{Value, json};
use tradewind_catalogue::service::{price_book_assign, price_book_create, revision_create};
use tradewind_catalogue::types::{
    ListingDraft, ListingPrice, Policies, PriceBookAssign, PriceBookCreate, PriceIncrease,
    RenewalPrices, RevisionCreate, SuspendedTime,
};
use tradewind_flows::order::{subscription_resume, subscription_suspend};
use tradewind_flows::quote::BookPrices;
use tradewind_kernel::Currency;
use tradewind_kernel::id::{AccountId, RevisionId};

fn listed(world: &World, plan: &str, item: &str, price: &Value) -> ListingDraft {
    let items = &world.plan(plan).items;
    let item = items.iter().find(|one| one.code == item).expect("an item");
    ListingDraft {
        item_id: Some(item.id),
        price: ListingPrice::Absolute {
            model: model(price),
        },
        ..markup("0")
    }
}

fn per_unit(price: &str) -> Value {
    json!({"model": "per_unit", "unit_price": price})
}

/// A seller asks this for one item from a day on, and so much on top of everything else.
async fn asks(
    world: &World,
    seller: AccountId,
    percent: &str,
    (plan, item, from): (&str, &str, &str),
    price: Value,
) -> RevisionId {
    let own = listed(world, plan, item, &price);
    let listings = vec![own, markup(percent)];
    revise_with(world, seller, listings, from, Policies::default()).await
}

fn of_revision(id: SubscriptionId, from: &str, revision: RevisionId) -> CorrectionInput {
    CorrectionInput {
        prices: Some(BookPrices::Revision(revision)),
        ..since(id, from)
    }
}

/// A year passes, and everything is paid in its time.
async fn a_year_passes(world: &World) {
    for month in 2..=12 {
        world.travel(&format!("2024-{month:02}-14T12:00:00Z")).await;
        world.pay_all().await;
    }
    world.travel("2025-01-20T12:00:00Z").await;
    world.pay_all().await;
}

#[tokio::test]
async fn usage_that_is_counted_together_on_any_leg_stays_as_it_is() {
    each_world(|world| async move {
        let pooled = json!({"model": "per_unit", "unit_price": "1", "pooled": true});
        let usage = ("cloud", "cost", "2024-01-11");
        asks(&world, world.distributor, "10", usage, pooled).await;
        asks(&world, world.reseller, "20", usage, per_unit("2")).await;
        world.travel("2024-01-11T12:00:00Z").await;
        let id = world.cloud().await;
        let other = world.cloud().await;
        report(&world, id, "a", "2024-01-20", "10").await;
        report(&world, other, "a", "2024-01-20", "15").await;
        world.travel("2024-02-10T12:00:00Z").await;
        world.pay_all().await;
        let before = state_of(&world, id).await;
        let input = CorrectionInput {
            item_prices: at("cost", None, "3"),
            ..since(id, "2024-01-15")
        };
        let refused = quote(&world, &input).await;
        assert_eq!(
            refusals::problem(refused),
            ("item_prices".to_owned(), "counted_together")
        );
        assert_eq!(state_of(&world, id).await, before);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn usage_on_other_legs_keeps_the_terms_that_were_decided_for_it() {
    each_world(|world| async move {
        let usage = ("cloud", "cost", "2024-01-11");
        asks(&world, world.distributor, "10", usage, per_unit("1")).await;
        asks(&world, world.reseller, "20", usage, per_unit("2")).await;
        world.travel("2024-01-11T12:00:00Z").await;
        let id = world.cloud().await;
        report(&world, id, "a", "2024-02-05", "10").await;
        world.travel("2024-03-10T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(on_leg(&world, id, 2).await, dec("10"));
        assert_eq!(on_leg(&world, id, 3).await, dec("20"));
        // From now on the customer buys from another book.
        let (p, ctx) = (world.p(), world.ctx().await);
        let create = PriceBookCreate {
            seller_id: world.reseller,
            name: "Others".to_owned(),
            currency: Currency::EUR,
            is_default: false,
        };
        let book = price_book_create(p, &ctx, &create).await.expect("a book");
        let revision = RevisionCreate {
            book_id: book.id,
            effective_on: day("2024-01-01"),
            note: String::new(),
            policies: None,
            listings: vec![
                listed(&world, "cloud", "cost", &per_unit("7")),
                markup("20"),
            ],
        };
        revision_create(p, &ctx, &revision)
            .await
            .expect("a revision");
        let assign = PriceBookAssign {
            seller_id: world.reseller,
            buyer_id: world.customer,
            book_id: Some(book.id),
        };
        price_book_assign(p, &ctx, &assign).await.expect("assigned");
        world.travel("2024-03-20T12:00:00Z").await;
        let input = CorrectionInput {
            item_prices: at("cost", Some(world.distributor), "1.5"),
            ..since(id, "2024-02-01")
        };
        correct(&world, &input).await;
        assert_eq!(on_leg(&world, id, 2).await, dec("15"));
        assert_eq!(on_leg(&world, id, 3).await, dec("20"));
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_leg_that_is_set_right_does_not_keep_the_prices_of_those_above_it() {
    each_world(|world| async move {
        let usage = |from| ("cloud", "cost", from);
        asks(
            &world,
            world.provider,
            "8",
            usage("2024-01-11"),
            per_unit("1"),
        )
        .await;
        asks(
            &world,
            world.distributor,
            "10",
            usage("2024-01-11"),
            per_unit("2"),
        )
        .await;
        let first = asks(
            &world,
            world.reseller,
            "20",
            usage("2024-01-11"),
            per_unit("3"),
        )
        .await;
        asks(
            &world,
            world.reseller,
            "20",
            usage("2024-02-01"),
            per_unit("4"),
        )
        .await;
        asks(
            &world,
            world.provider,
            "8",
            usage("2024-03-15"),
            per_unit("1.2"),
        )
        .await;
        world.travel("2024-01-11T12:00:00Z").await;
        let id = world.cloud().await;
        report(&world, id, "a", "2024-03-05", "10").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        correct(&world, &of_revision(id, "2024-02-11", first)).await;
        report(&world, id, "b", "2024-03-18", "10").await;
        world.travel("2024-04-03T12:00:00Z").await;
        world.pay_all().await;
        // 10 at 1.00, and 10 at 1.20; the customer's price is that of the correction.
        assert_eq!(on_leg(&world, id, 1).await, dec("22"));
        assert_eq!(on_leg(&world, id, 3).await, dec("60"));
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_revision_by_name_leaves_prices_alone_that_do_not_rest_on_it() {
    each_world(|world| async move {
        let own = listed(&world, "basic", "seats", &per_unit("100"));
        let policies = Policies {
            renewal: RenewalPrices::Increase,
            increase: Some(PriceIncrease {
                percent: dec("3"),
                at_most: None,
                up_to_list: false,
            }),
            ..Policies::default()
        };
        let listings = vec![own, markup("20")];
        revise_with(&world, world.reseller, listings, "2024-01-11", policies).await;
        world.travel("2024-01-11T12:00:00Z").await;
        let id = world.subscribe("basic", "1").await;
        a_year_passes(&world).await;
        world.travel("2025-02-20T12:00:00Z").await;
        world.pay_all().await;
        let before = seats_of(&world, id).await;
        // Twelve periods at 100.00 and two at 103.00.
        assert_eq!(before[3], "1406");
        let revision = revise(&world, world.provider, "18", "2025-02-21").await;
        world.travel("2025-02-22T12:00:00Z").await;
        let shown = correct(&world, &of_revision(id, "2025-02-11", revision)).await;
        assert_eq!(due(&shown.preview.billing), "nothing");
        assert_eq!(next(&shown.preview.billing), "103.00 EUR");
        let after = seats_of(&world, id).await;
        assert_eq!((&after[0], &after[3]), (&before[0], &before[3]));
        // One period at 11.80 instead of 10.80, and what the distributor adds to it.
        let more = |at: usize| {
            let (after, before): (Decimal, Decimal) = (dec(&after[at]), dec(&before[at]));
            (after - before).normalize()
        };
        assert_eq!((more(1), more(2)), (dec("1"), dec("1.1")));
        world.travel("2025-03-12T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(seats_of(&world, id).await[3], "1509");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn suspended_time_is_credited_once_whatever_the_terms_say_by_now() {
    each_world(|world| async move {
        let credited = Policies {
            suspension: SuspendedTime::Credited,
            ..Policies::default()
        };
        let lists = vec![markup("20")];
        revise_with(&world, world.reseller, lists, "2024-01-11", credited).await;
        revise(&world, world.reseller, "20", "2024-03-01").await;
        world.travel("2024-01-11T12:00:00Z").await;
        let late = world.subscribe("basic", "5").await;
        let timely = world.subscribe("basic", "5").await;
        let priced = |id| CorrectionInput {
            item_prices: at("seats", None, "12"),
            ..since(id, "2024-01-25")
        };
        world.travel("2024-01-25T12:00:00Z").await;
        correct(&world, &priced(timely)).await;
        world.travel("2024-02-12T12:00:00Z").await;
        for id in [late, timely] {
            subscription_suspend(world.p(), &world.ctx().await, id, None)
                .await
                .expect("an order");
            world.test.drain().await;
            world.deliver_all().await;
        }
        world.travel("2024-02-22T12:00:00Z").await;
        for id in [late, timely] {
            subscription_resume(world.p(), &world.ctx().await, id, None)
                .await
                .expect("an order");
            world.test.drain().await;
            world.deliver_all().await;
        }
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        correct(&world, &priced(late)).await;
        assert_eq!(
            seats_of(&world, late).await[3],
            seats_of(&world, timely).await[3]
        );
        // Twelve more, and back: the pause is credited of what is held.
        let before = seats_of(&world, late).await;
        correct(&world, &seats(late, "2024-01-25", "7")).await;
        correct(&world, &seats(late, "2024-01-25", "5")).await;
        assert_eq!(seats_of(&world, late).await, before);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_quote_does_not_outlive_what_is_given_back_between_sellers() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        let shown = quote(&world, &seats(id, "2024-01-25", "7")).await;
        let query = billing::ListQuery {
            filter: format!("buyer:{}", world.distributor),
            ..Default::default()
        };
        let above = billing::invoice_list(world.p(), &world.ctx().await, &query).await;
        let above = above.expect("documents").items.remove(0);
        favour(&world, above.id).await;
        let input = PlaceInput {
            quote_id: shown.expect("a quote").id,
        };
        let placed = order_place(world.p(), &world.ctx().await, &input).await;
        assert_eq!(code(placed), "quote_changed");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn the_next_invoice_of_another_plan_rises_with_the_day_that_it_is_held_since() {
    each_world(|world| async move {
        let rising = Policies {
            renewal: RenewalPrices::Increase,
            increase: Some(PriceIncrease {
                percent: dec("10"),
                at_most: None,
                up_to_list: false,
            }),
            ..Policies::default()
        };
        let lists = vec![markup("20")];
        revise_with(&world, world.reseller, lists, "2024-01-11", rising).await;
        world.travel("2024-01-12T12:00:00Z").await;
        let id = world.subscribe("basic", "5").await;
        a_year_passes(&world).await;
        let input = plans::under(&world, id, "2024-01-25", "pro");
        let shown = correct(&world, &input).await;
        // 178.20, and ten per cent more from 12 February on.
        assert_eq!(next(&shown.preview.billing), "196.02 EUR");
        world.travel("2025-02-13T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(last_document(&world).await, "196.02 EUR");
        world.assert_consistent().await;
    })
    .await;
}

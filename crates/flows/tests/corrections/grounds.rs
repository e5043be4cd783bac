//! What was computed since on the ground of recorded terms, and would be wrong under others: a rest, a rise, a discount.

use super::plans::under;
use super::prices::{at, current, revise, revise_with};
use super::usage::report_in;
use super::*;
use crate::common::markup;
use tradewind_catalogue::types::{Policies, PriceIncrease, RenewalPrices, SuspendedTime};
use tradewind_flows::order::{subscription_resume, subscription_suspend};
use tradewind_flows::quote::BookPrices;
use tradewind_kernel::{Currency, Text};
use tradewind_orders::service::coupon_create;
use tradewind_orders::types::{
    Benefit, CouponCreate, CouponInput, CouponLimits, Covers, DiscountScope,
};

/// The correction is refused by name, and nothing is another than before.
async fn refused(
    world: &World,
    id: SubscriptionId,
    input: &CorrectionInput,
    (field, code): (&str, &str),
) {
    let before = (state_of(world, id).await, world.subscription(id).await);
    let orders = world.order_count().await;
    let found = refusals::problem(quote(world, input).await);
    assert_eq!(found, (field.to_owned(), code), "{input:?}");
    world.test.drain().await;
    let after = (state_of(world, id).await, world.subscription(id).await);
    assert_eq!(after, before);
    assert_eq!(world.order_count().await, orders);
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_rest_keeps_how_it_was_charged() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        let other = world.subscribe("basic", "5").await;
        world.travel("2024-01-20T12:00:00Z").await;
        let order = subscription_suspend(world.p(), &world.ctx().await, id, None).await;
        let _order = order.expect("an order");
        world.settle().await;
        world.travel("2024-01-25T12:00:00Z").await;
        let order = subscription_resume(world.p(), &world.ctx().await, id, None).await;
        let _order = order.expect("an order");
        world.settle().await;
        let policies = Policies {
            suspension: SuspendedTime::AlwaysCredited,
            ..Policies::default()
        };
        let lists = vec![markup("30")];
        revise_with(&world, world.reseller, lists, "2024-02-15", policies).await;
        world.travel("2024-02-20T12:00:00Z").await;
        world.pay_all().await;
        let input = current(id, "2024-01-15");
        refused(&world, id, &input, ("prices", "other_suspension")).await;
        // From a day on after which it was not suspended, and where it never was, there is nothing to be charged otherwise.
        for (id, from) in [(id, "2024-01-26"), (other, "2024-01-15")] {
            quote(&world, &current(id, from)).await.expect("a quote");
        }
    })
    .await;
}

/// Five seats for terms of three months, at prices of the reseller that rise by three per cent with each; one renewal ago.
async fn risen(world: &World) -> SubscriptionId {
    let policies = Policies {
        renewal: RenewalPrices::Increase,
        increase: Some(PriceIncrease {
            percent: dec("3"),
            at_most: None,
            up_to_list: false,
        }),
        ..Policies::default()
    };
    let lists = vec![markup("20")];
    revise_with(world, world.reseller, lists, "2024-01-11", policies).await;
    world.travel("2024-01-12T12:00:00Z").await;
    let id = world.subscribe("quarter", "5").await;
    for day in ["2024-02-13", "2024-03-13", "2024-04-20"] {
        world.travel(&format!("{day}T12:00:00Z")).await;
        world.pay_all().await;
    }
    assert_eq!(last_document(world).await, "73.42 EUR");
    id
}

#[tokio::test]
async fn what_prices_have_risen_from_stays_what_it_was() {
    each_world(|world| async move {
        let id = risen(&world).await;
        let own = |from: &str| CorrectionInput {
            item_prices: at("seats", None, "12"),
            ..since(id, from)
        };
        let field = "item_prices.0";
        refused(&world, id, &own("2024-02-20"), (field, "raised_since")).await;
        refused(&world, id, &own("2024-04-11"), (field, "raised_since")).await;
        let shown = quote(&world, &own("2024-04-12")).await.expect("a quote");
        // 60.00 instead of 73.42.
        assert_eq!(due(&shown.preview.billing), "-13.42 EUR");
        // On the leg above nothing has risen.
        let above = CorrectionInput {
            item_prices: at("seats", Some(world.distributor), "12"),
            ..since(id, "2024-02-20")
        };
        quote(&world, &above).await.expect("a quote");
    })
    .await;
}

#[tokio::test]
async fn a_revision_above_takes_no_rise_away() {
    each_world(|world| async move {
        let id = risen(&world).await;
        let named = revise(&world, world.distributor, "15", "2024-04-21").await;
        world.travel("2024-04-22T12:00:00Z").await;
        world.pay_all().await;
        let by_name = |from: &str| CorrectionInput {
            prices: Some(BookPrices::Revision(named)),
            ..since(id, from)
        };
        refused(&world, id, &by_name("2024-04-13"), ("prices", "has_risen")).await;
        // The books as they are have no rise to keep.
        let shown = quote(&world, &current(id, "2024-04-13")).await;
        shown.expect("a quote");
    })
    .await;
}

#[tokio::test]
async fn a_plan_without_usage_cannot_have_had_its_discounts() {
    each_world(|world| async move {
        let input = CouponInput {
            name: Text::en("Off usage"),
            code: Some("METERED".to_owned()),
            benefit: Benefit::Percentage { percent: dec("25") },
            scope: DiscountScope {
                covers: Covers::Usage,
                ..DiscountScope::default()
            },
            periods: None,
            limits: CouponLimits::default(),
        };
        let create = CouponCreate {
            seller_id: world.reseller,
            input,
        };
        let made = coupon_create(world.p(), &world.ctx().await, &create).await;
        made.expect("a coupon");
        let mut wanted = world.wanted("cloud", "1");
        wanted.quantities.clear();
        wanted.coupon = Some("METERED".to_owned());
        let id = world.buy(&wanted).await;
        let used = ("1", "100", Currency::EUR);
        report_in(&world, id, "a", "2024-01-20", used).await;
        world.travel("2024-02-20T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(last_document(&world).await, "106.92 EUR");
        let basic = |from: &str| CorrectionInput {
            quantities: BTreeMap::from([("seats".to_owned(), dec("2"))]),
            ..under(&world, id, from, "basic")
        };
        let input = basic("2024-01-15");
        refused(&world, id, &input, ("plan_id", "usage_discounted")).await;
        // Nothing was discounted in February.
        quote(&world, &basic("2024-02-01")).await.expect("a quote");
    })
    .await;
}

//! Corrections that are carried out late, called off late, or made again.

use super::plans::{plan_of, under};
use super::prices::{current, revise, revise_with};
use super::usage::{report_in, used};
use super::*;
use crate::common::{changes::model, list_prices};
use crate::refusals::owner_of;
use serde_json::json;
use tradewind_catalogue::service::rate_set;
use tradewind_catalogue::types::{ListingPrice, Policies, RateSet};
use tradewind_flows::quote::ItemPriceInput;
use tradewind_kernel::Currency;
use tradewind_orders::service::order_retry;
use tradewind_orders::types::OrderDecision;
use tradewind_policy::AccountKind;
use tradewind_pricing::PriceModel;

/// Orders what a quote promises, up to the vendor.
async fn ordered(world: &World, input: &CorrectionInput) -> OrderId {
    let shown = quote(world, input).await.expect("a quote");
    let input = PlaceInput { quote_id: shown.id };
    let placed = order_place(world.p(), &world.ctx().await, &input).await;
    let placed = placed.expect("an order").order.id;
    world.test.drain().await;
    world.pay_all().await;
    placed
}

async fn call_off(world: &World, ctx: &tradewind_platform::OpCtx, order: OrderId) -> Result<()> {
    let refusal = OrderRefusal {
        id: order,
        version: None,
        reason: "It was right after all".to_owned(),
    };
    let called_off = order_cancel(world.p(), ctx, &refusal).await;
    world.test.drain().await;
    called_off.map(drop)
}

#[tokio::test]
async fn what_is_called_off_after_a_renewal_leaves_nothing_of_its_periods() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        let other = world.subscribe("basic", "5").await;
        let like = world.subscribe("basic", "5").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        let more = ordered(&world, &seats(id, "2024-01-25", "7")).await;
        let plan = ordered(&world, &under(&world, other, "2024-01-25", "pro")).await;
        world.travel("2024-04-12T12:00:00Z").await;
        world.pay_all().await;
        assert_ne!(charged(&world, id).await, charged(&world, like).await);
        refusals::refuse_all(&world).await;
        for order in [more, plan] {
            call_off(&world, &world.ctx().await, order)
                .await
                .expect("called off");
        }
        for id in [id, other] {
            assert_eq!(charged(&world, id).await, charged(&world, like).await);
            assert_eq!(
                world.subscription(id).await.items,
                world.subscription(like).await.items
            );
        }
        assert_eq!(plan_of(&world, other).await, "basic");
        world.travel("2024-05-12T12:00:00Z").await;
        world.pay_all().await;
        for id in [id, other] {
            assert_eq!(charged(&world, id).await, charged(&world, like).await);
        }
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_renewal_rests_on_is_delivered_and_corrected_back() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        let like = world.subscribe("basic", "5").await;
        revise(&world, world.reseller, "50", "2024-04-01").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        let order = ordered(&world, &under(&world, id, "2024-01-25", "pro")).await;
        world.travel("2024-04-12T12:00:00Z").await;
        world.pay_all().await;
        refusals::refuse_all(&world).await;
        let before = state_of(&world, id).await;
        let refused = call_off(&world, &world.ctx().await, order).await;
        assert_eq!(code(refused), "renewed_since");
        assert_eq!(state_of(&world, id).await, before);
        assert_eq!(plan_of(&world, id).await, "pro");
        assert_eq!(world.see(order).await.order.state.as_str(), "failed");
        let again = OrderDecision {
            id: order,
            version: None,
        };
        order_retry(world.p(), &world.ctx().await, &again)
            .await
            .expect("another try");
        world.test.drain().await;
        world.deliver_all().await;
        assert_eq!(world.see(order).await.order.state.as_str(), "completed");
        world.pay_all().await;
        correct(&world, &under(&world, id, "2024-01-25", "basic")).await;
        assert_eq!(charged(&world, id).await, charged(&world, like).await);
        world.travel("2024-05-12T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(charged(&world, id).await, charged(&world, like).await);
        world.assert_consistent().await;
    })
    .await;
}

/// What usage costs as a part of what the vendor reports, for which an exchange rate is needed.
fn passed_on(id: SubscriptionId, from: &str) -> CorrectionInput {
    CorrectionInput {
        item_prices: vec![ItemPriceInput {
            item: "cost".to_owned(),
            seller_id: None,
            price: model(&json!({"model": "pass_through", "markup_percent": "0"})),
        }],
        ..since(id, from)
    }
}

#[tokio::test]
async fn usage_that_cannot_be_rated_so_fails_the_order_and_changes_nothing() {
    each_world(|world| async move {
        let mut lists = list_prices(&world.product);
        let cost = world.plan("cloud").items.first().map(|item| item.id);
        for one in lists.iter_mut().filter(|one| one.item_id == cost) {
            one.price = ListingPrice::Absolute {
                model: PriceModel::per_unit(dec("1")),
            };
        }
        let usual = Policies::default();
        revise_with(&world, world.vendor, lists, "2024-01-11", usual).await;
        let unit = json!({"model": "per_unit", "unit_price": "1"});
        world.ask("cloud", "cost", "2024-01-11", unit).await;
        world.travel("2024-01-11T12:00:00Z").await;
        let id = world.cloud().await;
        let dollars = Currency::parse("USD").expect("a currency");
        report_in(&world, id, "a", "2024-02-05", ("10", "4", dollars)).await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        let before = state_of(&world, id).await;
        let order = ordered(&world, &passed_on(id, "2024-02-01")).await;
        let failed = world.see(order).await;
        assert_eq!(failed.order.state.as_str(), "failed");
        assert_eq!(state_of(&world, id).await, before);
        // Who buys has no say in it, whatever the order is waiting for.
        let mut by_customer = owner_of(&world, world.customer).await;
        by_customer.principal.account_kind = AccountKind::Customer;
        assert!(call_off(&world, &by_customer, order).await.is_err());
        let by_seller = owner_of(&world, world.reseller).await;
        call_off(&world, &by_seller, order)
            .await
            .expect("it is the seller's own");
        assert_eq!(state_of(&world, id).await, before);
        assert_eq!(used(&world, id).await, dec("10"));
        // The provider's own is not the seller's to call off.
        let input = CorrectionInput {
            prices: current(id, "2024-02-01").prices,
            ..passed_on(id, "2024-02-01")
        };
        let order = ordered(&world, &input).await;
        assert_eq!(world.see(order).await.order.state.as_str(), "failed");
        let refused = call_off(&world, &by_seller, order).await;
        assert_eq!(code(refused), "not_the_provider");
        // With a rate it goes on where it stopped.
        let rate = RateSet {
            base: dollars,
            quote: Currency::EUR,
            effective_on: day("2024-02-01"),
            rate: dec("0.5"),
            source: String::new(),
        };
        rate_set(world.p(), &world.ctx().await, &rate)
            .await
            .expect("a rate");
        let again = OrderDecision {
            id: order,
            version: None,
        };
        order_retry(world.p(), &world.ctx().await, &again)
            .await
            .expect("another try");
        world.test.drain().await;
        assert_eq!(world.see(order).await.order.state.as_str(), "completed");
        assert_eq!(used(&world, id).await, dec("2"));
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn months_without_usage_count_from_the_first_day_of_the_plan_that_is_recorded() {
    each_world(|world| async move {
        let least = json!({"model": "per_unit", "unit_price": "1", "minimum": "20"});
        world.ask("cloud", "cost", "2024-01-11", least).await;
        world.travel("2024-01-11T12:00:00Z").await;
        let late = world.subscribe("basic", "5").await;
        let undone = world.subscribe("basic", "5").await;
        world.travel("2024-03-05T12:00:00Z").await;
        world.pay_all().await;
        to_cloud(&world, late).await;
        world.travel("2024-04-02T12:00:00Z").await;
        world.pay_all().await;
        // A cheaper plan waits for the end of the period: 21 of 31 days.
        assert_eq!(used(&world, late).await, dec("13.55"));
        correct(&world, &under(&world, late, "2024-01-25", "cloud")).await;
        // Seven of 31 days, and two months.
        assert_eq!(used(&world, late).await, dec("44.52"));
        world.assert_consistent().await;
        // What is called off does not count.
        let order = ordered(&world, &under(&world, undone, "2024-03-15", "cloud")).await;
        assert_eq!(used(&world, undone).await, dec("10.97"));
        refuse_and_call_off(&world, order).await;
        world.pay_all().await;
        assert_eq!(used(&world, undone).await, dec("0"));
        world.travel("2024-04-16T12:00:00Z").await;
        world.pay_all().await;
        to_cloud(&world, undone).await;
        for day in ["2024-05-12", "2024-06-02"] {
            world.travel(&format!("{day}T12:00:00Z")).await;
            world.pay_all().await;
        }
        // From 11 May on, and nothing of the months before.
        assert_eq!(used(&world, undone).await, dec("13.55"));
        world.assert_consistent().await;
    })
    .await;
}

async fn to_cloud(world: &World, id: SubscriptionId) {
    let input = ChangeInput {
        subscription_id: id,
        plan_id: Some(world.plan("cloud").id),
        quantities: BTreeMap::new(),
        packages: BTreeMap::new(),
        coupon: None,
        when: None,
    };
    let quote = quote_change(world.p(), &world.ctx().await, &input).await;
    place(world, &quote.expect("a quote")).await;
}

//! Coupons and promotions: redeemed with an order, applied by billing, explained before.

#[path = "../common/mod.rs"]
mod common;

mod buying;
mod changing;
mod customers;
mod stacking;
mod usage;

use std::collections::BTreeMap;

use common::{World, code, day, dec, each_world};
use tradewind_billing::service::{self as billing, coupon_costs};
use tradewind_billing::types::Preview;
use tradewind_flows::order::{PlaceInput, order_cancel, order_place};
use tradewind_flows::quote::{
    CancelInput, CancelWhen, ChangeInput, PurchaseInput, QuoteView, quote_cancel, quote_change,
    quote_purchase,
};
use tradewind_flows::upcoming::upcoming;
use tradewind_fulfilment::service as fulfilment;
use tradewind_fulfilment::types::{DeliveryReport, ReportOutcome};
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::page::ListRequest;
use tradewind_kernel::{Currency, Error, Money, Result, Text};
use tradewind_orders::service::{
    coupon_create, coupon_end, coupon_get, coupon_update, redemption_list,
};
use tradewind_orders::types::{
    Benefit, CouponCreate, CouponInput, CouponLimits, CouponUpdate, CouponView, DiscountScope,
    OrderDetail, OrderRefusal,
};
use tradewind_platform::{Stmt, args, stmts};

pub(crate) fn eur(amount: &str) -> Money {
    Money::parse_amount("amount", amount, Currency::EUR).expect("an amount")
}

pub(crate) fn percent(code: Option<&str>, percent: &str) -> CouponInput {
    CouponInput {
        name: Text::en("Summer").with("de", "Sommer"),
        code: code.map(str::to_owned),
        benefit: Benefit::Percentage {
            percent: dec(percent),
        },
        scope: DiscountScope::default(),
        periods: None,
        limits: CouponLimits::default(),
    }
}

pub(crate) async fn coupon(world: &World, input: CouponInput) -> CouponView {
    let create = CouponCreate {
        seller_id: world.reseller,
        input,
    };
    coupon_create(world.p(), &world.ctx().await, &create)
        .await
        .expect("a coupon")
}

pub(crate) fn with(world: &World, plan: &str, seats: &str, coupon: Option<&str>) -> PurchaseInput {
    PurchaseInput {
        coupon: coupon.map(str::to_owned),
        ..world.wanted(plan, seats)
    }
}

pub(crate) async fn quote(world: &World, input: &PurchaseInput) -> Result<QuoteView> {
    quote_purchase(world.p(), &world.ctx().await, input).await
}

pub(crate) async fn place(world: &World, quote: &QuoteView) -> Result<OrderDetail> {
    let input = PlaceInput { quote_id: quote.id };
    let placed = order_place(world.p(), &world.ctx().await, &input).await;
    world.test.drain().await;
    placed
}

pub(crate) async fn subscribe(world: &World, input: &PurchaseInput) -> (QuoteView, SubscriptionId) {
    let quote = quote(world, input).await.expect("a quote");
    let order = place(world, &quote).await.expect("an order");
    world.pay_all().await;
    world.deliver_all().await;
    let order = world.see(order.order.id).await;
    assert_eq!(order.order.state.as_str(), "completed", "{order:#?}");
    (quote, order.order.subscription_id)
}

pub(crate) async fn change(
    world: &World,
    id: SubscriptionId,
    seats: &str,
    coupon: Option<&str>,
) -> QuoteView {
    let input = ChangeInput {
        subscription_id: id,
        plan_id: None,
        quantities: BTreeMap::from([("seats".to_owned(), dec(seats))]),
        packages: BTreeMap::new(),
        coupon: coupon.map(str::to_owned),
        when: None,
    };
    quote_change(world.p(), &world.ctx().await, &input)
        .await
        .expect("a quote")
}

pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T>) -> (String, String) {
    match result.expect_err("refused") {
        Error::Invalid(problems) => (problems[0].field.clone(), problems[0].code.to_owned()),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn due(preview: &Preview) -> String {
    preview
        .due_now
        .as_ref()
        .map_or_else(|| "nothing".to_owned(), |document| document.net.to_string())
}

pub(crate) fn next(preview: &Preview) -> String {
    preview.next.as_ref().map_or_else(
        || "nothing".to_owned(),
        |next| next.document.net.to_string(),
    )
}

pub(crate) async fn nets(world: &World) -> Vec<String> {
    world
        .documents()
        .await
        .iter()
        .map(|document| match document.kind.sign() {
            1 => document.net.to_string(),
            _ => format!("-{}", document.net),
        })
        .collect()
}

pub(crate) async fn cost(world: &World, coupon: &CouponView) -> String {
    let id = coupon.coupon.id;
    let costs = coupon_costs(world.p(), &world.ctx().await, &[id]).await;
    costs
        .expect("costs")
        .get(&id)
        .map_or_else(|| "nothing".to_owned(), |costs| costs[0].to_string())
}

pub(crate) async fn redemptions(world: &World, coupon: &CouponView) -> i64 {
    coupon_get(world.p(), &world.ctx().await, coupon.coupon.id)
        .await
        .expect("the coupon")
        .redemptions
}

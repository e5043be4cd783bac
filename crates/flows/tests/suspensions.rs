//! Suspended time that is not charged: given back when it is over, on every leg whose seller agrees, by hand and by dunning.

mod common;

use std::collections::BTreeMap;

use common::{World, day, dec, each_world};
use tradewind_billing::types::Preview;
use tradewind_catalogue::types::{Policies, SuspendedTime};
use tradewind_flows::order::{PlaceInput, order_place, subscription_resume, subscription_suspend};
use tradewind_flows::quote::{
    CancelInput, CancelWhen, CorrectionInput, QuoteView, quote_cancel, quote_correction,
    quote_purchase,
};
use tradewind_flows::upcoming::{resuming, upcoming};
use tradewind_kernel::Text;
use tradewind_kernel::calendar::add_days;
use tradewind_kernel::id::SubscriptionId;
use tradewind_orders::service::coupon_create;
use tradewind_orders::types::{Benefit, CouponCreate, CouponInput, CouponLimits, DiscountScope};
use tradewind_platform::{args, stmts};
use tradewind_pricing::proration::{ProrationPolicy, ProrationTerms};

stmts! {
    /// What a subscription has come to on each of its legs.
    CHARGED = "SELECT l.position, CAST(SUM(c.amount) AS BIGINT) FROM charge c
        JOIN leg l ON l.realm_id = c.realm_id AND l.id = c.leg_id
        WHERE c.realm_id = $1 AND c.subscription_id = $2 GROUP BY l.position ORDER BY l.position";
}

/// The page that explains it.
const PAGE: &str = include_str!("../../../docs/time.md");

/// Five seats at 71.28 a month from 11 January, bought from a reseller with these policies; it is 09:00 of that day.
async fn bought(world: &World, policies: Policies, coupon: Option<&str>) -> SubscriptionId {
    world.sells(policies, "2024-01-11", "20").await;
    world.travel("2024-01-11T09:00:00Z").await;
    let mut wanted = world.wanted("basic", "5");
    wanted.coupon = coupon.map(str::to_owned);
    let quote = quote_purchase(world.p(), &world.ctx().await, &wanted).await;
    place(world, &quote.expect("a quote")).await
}

fn credited(suspension: SuspendedTime) -> Policies {
    Policies {
        suspension,
        ..Policies::default()
    }
}

async fn place(world: &World, quote: &QuoteView) -> SubscriptionId {
    let input = PlaceInput { quote_id: quote.id };
    let placed = order_place(world.p(), &world.ctx().await, &input).await;
    let placed = placed.expect("an order");
    world.settle().await;
    placed.order.subscription_id
}

async fn suspend(world: &World, id: SubscriptionId) {
    let order = subscription_suspend(world.p(), &world.ctx().await, id, None).await;
    let _order = order.expect("an order");
    world.settle().await;
    assert_eq!(state(world, id).await, "suspended");
}

async fn resume(world: &World, id: SubscriptionId) {
    let order = subscription_resume(world.p(), &world.ctx().await, id, None).await;
    let _order = order.expect("an order");
    world.settle().await;
    assert_eq!(state(world, id).await, "active");
}

async fn state(world: &World, id: SubscriptionId) -> &'static str {
    let detail = world.subscription(id).await;
    detail.subscription.commercial_state.as_str()
}

async fn travel(world: &World, to: &str) {
    world.travel(&format!("{to}T09:00:00Z")).await;
    world.pay_all().await;
}

/// What the documents since some number of them are, without tax, credit notes below zero.
async fn nets(world: &World, since: usize) -> Vec<String> {
    let documents = world.documents().await;
    let signed = documents.iter().skip(since).map(|document| {
        let minor = document.kind.sign() * document.net.minor;
        tradewind_kernel::Money::new(minor, document.net.currency)
            .amount()
            .to_string()
    });
    signed.collect()
}

/// What a subscription has come to on each leg, in cents, the vendor's first.
async fn legs(world: &World, id: SubscriptionId) -> Vec<i64> {
    let mut tx = world.p().db().begin().await.expect("a reading");
    let found: Vec<(i64, i64)> = tx
        .all(&CHARGED, args![world.realm, id])
        .await
        .expect("sums of charges");
    found.into_iter().map(|(_, sum)| sum).collect()
}

async fn shown(world: &World, id: SubscriptionId) -> Preview {
    let preview = resuming(world.p(), &world.ctx().await, id).await;
    preview.expect("a preview").expect("it is suspended")
}

fn due(preview: &Preview) -> String {
    let due = preview.due_now.as_ref();
    due.map_or_else(String::new, |due| due.net.amount().to_string())
}

/// A row of the page's example, with a minus as people read it.
fn told(cells: &[&str]) {
    let row = format!("| {} |", cells.join(" | ").replace('-', "−"));
    assert!(PAGE.contains(&row), "{row} is not on the page");
}

#[tokio::test]
async fn what_is_resumed_within_its_period_is_given_back_for_the_days_between() {
    each_world(|world| async move {
        let id = bought(&world, credited(SuspendedTime::Credited), None).await;
        let before = legs(&world, id).await;
        travel(&world, "2024-01-21").await;
        suspend(&world, id).await;
        let count = world.documents().await.len();
        travel(&world, "2024-01-31").await;
        let preview = shown(&world, id).await;
        resume(&world, id).await;
        // 10 of 31 days.
        assert_eq!(nets(&world, count).await, ["-22.99"]);
        assert_eq!(due(&preview), "-22.99");
        let after = legs(&world, id).await;
        assert_eq!(after[..3], before[..3], "other sellers charge that time");
        assert_eq!(after[3], before[3] - 2299);
        assert_eq!(
            preview
                .next
                .as_ref()
                .map(|next| next.document.net.to_string()),
            Some("71.28 EUR".to_owned())
        );
        travel(&world, "2024-03-12").await;
        assert_eq!(nets(&world, count + 1).await, ["71.28", "71.28"]);
        told(&["31 January", "71.28", "-22.99", "71.28"]);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn periods_that_begin_suspended_are_charged_from_the_day_on_which_it_is_resumed() {
    each_world(|world| async move {
        let id = bought(&world, credited(SuspendedTime::Credited), None).await;
        travel(&world, "2024-01-21").await;
        suspend(&world, id).await;
        let count = world.documents().await.len();
        let next = upcoming(world.p(), &world.ctx().await, id).await;
        let next = next.expect("a preview").and_then(|preview| preview.next);
        let next = next.expect("a credit note to come");
        assert_eq!(
            (next.on, next.document.net.to_string()),
            (day("2024-02-11"), "-48.29 EUR".to_owned())
        );
        travel(&world, "2024-02-21").await;
        // 21 of 31 days were left, and 19 of 29 are.
        assert_eq!(nets(&world, count).await, ["-48.29"]);
        assert_eq!(due(&shown(&world, id).await), "46.70");
        resume(&world, id).await;
        travel(&world, "2024-03-12").await;
        assert_eq!(nets(&world, count + 1).await, ["46.70", "71.28"]);
        told(&["21 February", "-48.29", "46.70", "71.28"]);
        // Cancelled on 1 April: 10 of 31 days come back of what was paid for the whole month.
        travel(&world, "2024-04-01").await;
        let input = CancelInput {
            subscription_id: id,
            when: CancelWhen::Now,
            reason: None,
        };
        let cancel = quote_cancel(world.p(), &world.ctx().await, &input).await;
        let cancel = cancel.expect("a quote");
        assert_eq!(due(&cancel.preview.billing), "-22.99");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn wholly_suspended_periods_cost_nothing_and_use_up_no_discount() {
    each_world(|world| async move {
        let coupon = CouponCreate {
            seller_id: world.reseller,
            input: CouponInput {
                name: Text::en("Half"),
                code: Some("HALF".to_owned()),
                benefit: Benefit::Percentage { percent: dec("50") },
                scope: DiscountScope::default(),
                periods: Some(2),
                limits: CouponLimits::default(),
            },
        };
        coupon_create(world.p(), &world.ctx().await, &coupon)
            .await
            .expect("a coupon");
        let policies = credited(SuspendedTime::Credited);
        let id = bought(&world, policies, Some("HALF")).await;
        travel(&world, "2024-01-21").await;
        suspend(&world, id).await;
        let count = world.documents().await.len();
        travel(&world, "2024-03-16").await;
        // 48.29 less half of it (24.14); February costs nothing.
        assert_eq!(nets(&world, count).await, ["-24.15"]);
        resume(&world, id).await;
        travel(&world, "2024-05-12").await;
        // 26 of 31 days of the second discounted period (59.78 less 29.89), and then two whole ones.
        assert_eq!(nets(&world, count + 1).await, ["29.89", "71.28", "71.28"]);
        told(&["16 March", "-48.29", "59.78", "0.00"]);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_ends_while_it_is_suspended_gives_back_everything_since() {
    each_world(|world| async move {
        let id = bought(&world, credited(SuspendedTime::Credited), None).await;
        travel(&world, "2024-01-21").await;
        suspend(&world, id).await;
        let count = world.documents().await.len();
        travel(&world, "2024-01-31").await;
        let input = CancelInput {
            subscription_id: id,
            when: CancelWhen::Now,
            reason: None,
        };
        let cancel = quote_cancel(world.p(), &world.ctx().await, &input).await;
        let cancel = cancel.expect("a quote");
        assert_eq!(due(&cancel.preview.billing), "-48.29");
        place(&world, &cancel).await;
        assert_eq!(nets(&world, count).await, ["-48.29"]);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn without_a_rule_suspended_time_is_charged() {
    each_world(|world| async move {
        let id = bought(&world, Policies::default(), None).await;
        travel(&world, "2024-01-21").await;
        suspend(&world, id).await;
        let count = world.documents().await.len();
        travel(&world, "2024-02-21").await;
        assert_eq!(shown(&world, id).await.due_now, None);
        resume(&world, id).await;
        assert_eq!(nets(&world, count).await, ["71.28"]);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn paid_time_is_kept_where_cancellations_give_nothing_back() {
    each_world(|world| async move {
        let policies = Policies {
            proration: ProrationTerms {
                cancellation: ProrationPolicy::None,
                ..ProrationTerms::default()
            },
            ..credited(SuspendedTime::Credited)
        };
        let id = bought(&world, policies, None).await;
        travel(&world, "2024-01-21").await;
        suspend(&world, id).await;
        let count = world.documents().await.len();
        travel(&world, "2024-02-21").await;
        assert_eq!(nets(&world, count).await, [] as [String; 0]);
        resume(&world, id).await;
        assert_eq!(nets(&world, count).await, ["46.70"]);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn dunning_credits_only_where_the_seller_says_so() {
    each_world(|world| async move {
        let id = bought(&world, credited(SuspendedTime::AlwaysCredited), None).await;
        // The invoice of 11 February is not paid, and the service stops some day for it.
        let mut today = day("2024-02-12");
        while state(&world, id).await != "suspended" {
            assert!(today < day("2024-03-09"), "it is suspended");
            today = add_days(today, 1).expect("a day");
            world.travel(&format!("{today}T09:00:00Z")).await;
        }
        let count = world.documents().await.len();
        let today = add_days(today, 2).expect("a day");
        world.travel(&format!("{today}T09:00:00Z")).await;
        world.settle().await;
        assert_eq!(state(&world, id).await, "active");
        // 2 of 29 days.
        assert_eq!(nets(&world, count).await, ["-4.92"]);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn corrections_know_of_suspended_time() {
    each_world(|world| async move {
        let id = bought(&world, credited(SuspendedTime::Credited), None).await;
        travel(&world, "2024-01-21").await;
        suspend(&world, id).await;
        travel(&world, "2024-01-31").await;
        resume(&world, id).await;
        travel(&world, "2024-02-05").await;
        suspend(&world, id).await;
        travel(&world, "2024-02-21").await;
        resume(&world, id).await;
        travel(&world, "2024-03-12").await;
        let before = legs(&world, id).await;
        // Seven seats instead of five since 15 January.
        let correction = CorrectionInput {
            subscription_id: id,
            from: day("2024-01-15"),
            quantities: BTreeMap::from([("seats".to_owned(), dec("7"))]),
            plan_id: None,
            prices: None,
            item_prices: Vec::new(),
            ended: false,
            reason: "Noted too late".to_owned(),
        };
        let quote = quote_correction(world.p(), &world.ctx().await, &correction).await;
        place(&world, &quote.expect("a quote")).await;
        let after = legs(&world, id).await;
        // 24.84 for the rest of January's, less 9.20 and 5.51 for the suspended days in it; 18.68 and 28.51 after it.
        assert_eq!(after[3] - before[3], 5732);
        world.assert_consistent().await;
    })
    .await;
}

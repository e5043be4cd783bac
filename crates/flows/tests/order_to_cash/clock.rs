//! Changes and ends at a moment of a day, where the seller shares time out by seconds or begun hours. The customer is in Berlin.

use tradewind_catalogue::types::{BillingAlign, BillingDays, Policies, SuspendedTime};
use tradewind_flows::order::{PlaceInput, order_place, subscription_resume, subscription_suspend};
use tradewind_flows::quote::{
    CancelInput, CancelWhen, ChangeInput, ChangeWhen, CorrectionInput, quote_cancel, quote_change,
    quote_correction, quote_purchase,
};
use tradewind_kernel::id::SubscriptionId;
use tradewind_pricing::proration::{ProrationPolicy, ProrationTerms};

use super::change_input;
use crate::common::{World, day, dec, each_world};

/// The page that explains it.
const PAGE: &str = include_str!("../../../../docs/time.md");

/// Five seats for 71.28 a month since 11 January, from a reseller who shares time out so.
async fn bought(world: &World, rule: ProrationPolicy) -> SubscriptionId {
    let policies = Policies {
        proration: ProrationTerms::all(rule),
        ..Policies::default()
    };
    world.sells(policies, "2024-01-11", "20").await;
    world.travel("2024-01-11T09:00:00Z").await;
    world.subscribe("basic", "5").await
}

/// Changes the seats and says what was due, which is what the document says.
async fn change(world: &World, id: SubscriptionId, seats: &str) -> String {
    let input = ChangeInput {
        when: Some(ChangeWhen::Now),
        ..change_input(world, id, None, seats)
    };
    let quote = quote_change(world.p(), &world.ctx().await, &input).await;
    let quote = quote.expect("a quote");
    let due = quote.preview.billing.due_now.clone().expect("a document");
    world.carry_out(&quote).await;
    let billed = world.documents().await.pop().expect("a document");
    assert_eq!(billed.net.minor, due.net.minor.abs());
    due.net.to_string()
}

async fn cancel(world: &World, id: SubscriptionId) -> String {
    let input = CancelInput {
        subscription_id: id,
        when: CancelWhen::Now,
        reason: None,
    };
    let quote = quote_cancel(world.p(), &world.ctx().await, &input).await;
    let quote = quote.expect("a quote");
    let due = quote.preview.billing.due_now.clone().expect("a document");
    world.carry_out(&quote).await;
    let billed = world.documents().await.pop().expect("a document");
    assert_eq!(billed.net.minor, due.net.minor.abs());
    due.net.to_string()
}

#[tokio::test]
async fn seconds_count_from_the_moment_of_a_change_and_to_that_of_the_end() {
    each_world(|world| async move {
        let id = bought(&world, ProrationPolicy::Seconds).await;
        // 13:00 in Berlin: 515 of 744 hours are left, of 71.28 and of 142.56.
        world.travel("2024-01-20T12:00:00Z").await;
        assert_eq!(change(&world, id, "10").await, "49.34 EUR");
        // What changes again on a day counts from the first change of that day: as if it had been nine at once.
        world.travel("2024-01-20T18:00:00Z").await;
        assert_eq!(change(&world, id, "9").await, "-9.87 EUR");
        world.travel("2024-01-20T20:00:00Z").await;
        assert_eq!(change(&world, id, "10").await, "9.87 EUR");
        world.assert_consistent().await;
        // 06:30 in Berlin: 233.5 hours are left.
        world.travel("2024-02-01T05:30:00Z").await;
        assert_eq!(cancel(&world, id).await, "-44.74 EUR");
        for row in [
            "515 of 744 hours | 98.68 less 49.34: 49.34 |",
            "233.5 of 744 hours of 142.56 | 44.74 back |",
        ] {
            assert!(PAGE.contains(row), "{row}");
        }
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_change_counts_from_the_moment_of_its_quote() {
    each_world(|world| async move {
        let id = bought(&world, ProrationPolicy::Seconds).await;
        world.travel("2024-01-20T12:00:00Z").await;
        let input = change_input(&world, id, None, "10");
        let quote = quote_change(world.p(), &world.ctx().await, &input).await;
        let quote = quote.expect("a quote");
        // Confirmed in the evening of its day, it is billed as it was quoted at 13:00.
        world.travel("2024-01-20T20:00:00Z").await;
        world.carry_out(&quote).await;
        let billed = world.documents().await.pop().expect("a document");
        assert_eq!(billed.net.to_string(), "49.34 EUR");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_begins_between_two_billing_days_is_charged_from_its_moment() {
    each_world(|world| async move {
        let policies = Policies {
            proration: ProrationTerms::all(ProrationPolicy::Seconds),
            billing_days: BillingDays {
                align: BillingAlign::Calendar,
                ..BillingDays::default()
            },
            ..Policies::default()
        };
        world.sells(policies, "2024-01-11", "20").await;
        world.travel("2024-01-11T09:00:00Z").await;
        let wanted = world.wanted("basic", "5");
        let quote = quote_purchase(world.p(), &world.ctx().await, &wanted).await;
        let quote = quote.expect("a quote");
        world.travel("2024-01-11T15:00:00Z").await;
        let order = world.carry_out(&quote).await;
        // From 10:00 in Berlin on, 494 of the 744 hours of January, of 71.28, beside 71.28 for the set-up.
        let billed = world.documents().await.pop().expect("a document");
        assert_eq!(billed.net.to_string(), "118.61 EUR");
        let id = world.see(order).await.order.subscription_id;
        // As much for five more on the same day.
        world.travel("2024-01-11T20:00:00Z").await;
        assert_eq!(change(&world, id, "10").await, "47.33 EUR");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn suspended_time_is_given_back_from_moment_to_moment() {
    each_world(|world| async move {
        let policies = Policies {
            proration: ProrationTerms::all(ProrationPolicy::Seconds),
            suspension: SuspendedTime::Credited,
            ..Policies::default()
        };
        world.sells(policies, "2024-01-11", "20").await;
        world.travel("2024-01-11T09:00:00Z").await;
        let id = world.subscribe("basic", "5").await;
        world.travel("2024-01-20T12:00:00Z").await;
        let order = subscription_suspend(world.p(), &world.ctx().await, id, None).await;
        order.expect("an order");
        world.settle().await;
        world.travel("2024-01-22T18:00:00Z").await;
        let order = subscription_resume(world.p(), &world.ctx().await, id, None).await;
        order.expect("an order");
        world.settle().await;
        // 54 of 744 hours of 71.28.
        let billed = world.documents().await.pop().expect("a document");
        assert_eq!(
            (billed.kind.sign(), billed.net.to_string()),
            (-1, "5.17 EUR".to_owned())
        );
        assert!(PAGE.contains("54 of 744 hours | 5.17 back |"));
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn begun_hours_are_counted_over_the_hours_of_a_period_with_a_clock_change() {
    each_world(|world| async move {
        let id = bought(&world, ProrationPolicy::HoursUp).await;
        world.travel("2024-03-12T09:00:00Z").await;
        world.pay_all().await;
        // 12:20:30 in Berlin: 228 hours have yet to begin or have begun, of the 743 since 11 March;
        // 43.75 for ten seats less 21.87 for five.
        world.travel("2024-04-01T10:20:30Z").await;
        assert_eq!(change(&world, id, "10").await, "21.88 EUR");
        assert!(PAGE.contains("228 begun of 743 hours since 11 March | 43.75 less 21.87: 21.88 |"));
        // With the day on which a period begins, the whole of it changes.
        world.travel("2024-04-11T15:00:00Z").await;
        world.pay_all().await;
        assert_eq!(change(&world, id, "11").await, "14.26 EUR");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn corrections_know_the_moments_of_what_they_take_back() {
    each_world(|world| async move {
        let id = bought(&world, ProrationPolicy::Seconds).await;
        world.travel("2024-01-20T12:00:00Z").await;
        assert_eq!(change(&world, id, "10").await, "49.34 EUR");
        world.travel("2024-02-05T12:00:00Z").await;
        let input = CorrectionInput {
            subscription_id: id,
            from: day("2024-01-16"),
            quantities: std::collections::BTreeMap::from([("seats".to_owned(), dec("10"))]),
            plan_id: None,
            prices: None,
            item_prices: Vec::new(),
            ended: false,
            reason: "Noted too late".to_owned(),
        };
        let quote = quote_correction(world.p(), &world.ctx().await, &input).await;
        let quote = quote.expect("a quote");
        // Five more seats for 109 of 744 hours: 119.57 less 59.78, where 98.68 less 49.34 were charged.
        let due = quote.preview.billing.due_now.clone().expect("a document");
        assert_eq!(due.net.to_string(), "10.45 EUR");
        let input = PlaceInput { quote_id: quote.id };
        let placed = order_place(world.p(), &world.ctx().await, &input).await;
        placed.expect("an order");
        world.test.drain().await;
        world.pay_all().await;
        world.deliver_all().await;
        let billed = world.documents().await.pop().expect("a document");
        assert_eq!(billed.net.to_string(), "10.45 EUR");
        world.assert_consistent().await;
    })
    .await;
}

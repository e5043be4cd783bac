//! Introductory prices from the order to the books: what is shown and billed, changes, another plan, trials, corrections, who
//! has had it already; and prices that rise by rule.

mod common;

use std::collections::BTreeMap;

use common::{World, day, dec, each_world};
use tradewind_billing::types::Preview;
use tradewind_catalogue::types::{
    BillingAlign, BillingDays, CancellationFee, Introduction, Policies, PriceIncrease,
    RenewalPrices, StubCharge,
};
use tradewind_flows::order::{PlaceInput, order_place};
use tradewind_flows::quote::{
    CancelInput, CancelWhen, ChangeInput, CorrectionInput, QuoteView, quote_cancel, quote_change,
    quote_correction, quote_purchase,
};
use tradewind_kernel::Zone;
use tradewind_kernel::calendar::add_days;
use tradewind_kernel::id::SubscriptionId;
use tradewind_pricing::{PriceModel, PricePlaces};

/// The page that explains it.
const PAGE: &str = include_str!("../../../docs/time.md");

/// Plans whose seats have an introductory price, and what it is.
fn introductions(world: &World, of: &[(&str, u32, &str)], once: bool) -> Policies {
    let introductions = of.iter().map(|(plan, periods, price)| {
        let plan = world.product.plans.iter().find(|found| found.code == *plan);
        let items = &plan.expect("a plan").items;
        let seats = items.iter().find(|item| item.code == "seats");
        let introduction = Introduction {
            periods: *periods,
            price: PriceModel::per_unit(dec(price)),
            once,
        };
        (seats.expect("seats").id, introduction)
    });
    Policies {
        introductions: introductions.collect(),
        ..Policies::default()
    }
}

/// The reseller sells under these policies from 11 January on, 20 percent above what it pays: a seat for 14.256 in basic, and
/// 35.64 in pro. It is 09:00 on that day.
async fn sells(world: &World, policies: Policies) {
    world.sells(policies, "2024-01-11", "20").await;
    world.travel("2024-01-11T09:00:00Z").await;
}

async fn place(world: &World, quote: &QuoteView) -> SubscriptionId {
    let input = PlaceInput { quote_id: quote.id };
    let placed = order_place(world.p(), &world.ctx().await, &input).await;
    let placed = placed.expect("an order");
    world.test.drain().await;
    world.pay_all().await;
    world.deliver_all().await;
    placed.order.subscription_id
}

async fn quoted(world: &World, plan: &str, seats: &str) -> QuoteView {
    let wanted = world.wanted(plan, seats);
    let quote = quote_purchase(world.p(), &world.ctx().await, &wanted).await;
    quote.expect("a quote")
}

async fn change(world: &World, id: SubscriptionId, plan: Option<&str>, seats: &str) -> QuoteView {
    let plan = plan.and_then(|code| world.product.plans.iter().find(|plan| plan.code == code));
    let input = ChangeInput {
        subscription_id: id,
        plan_id: plan.map(|plan| plan.id),
        quantities: BTreeMap::from([("seats".to_owned(), dec(seats))]),
        packages: BTreeMap::new(),
        coupon: None,
        when: None,
    };
    let quote = quote_change(world.p(), &world.ctx().await, &input).await;
    quote.expect("a quote")
}

/// Lets time pass up to a day, and pays what is due on the way.
async fn live(world: &World, to: &str) {
    let mut today = world.ctx().await.now.date_in(&Zone::utc());
    while today < day(to) {
        today = add_days(today, 10).expect("a day").min(day(to));
        world.travel(&format!("{today}T09:00:00Z")).await;
        world.pay_all().await;
    }
}

/// What the documents since some number of them are, without tax.
async fn nets(world: &World, since: usize) -> Vec<String> {
    let documents = world.documents().await;
    let since = documents.iter().skip(since);
    since.map(|document| document.net.to_string()).collect()
}

fn due(preview: &Preview) -> String {
    let due = preview.due_now.as_ref();
    due.map_or_else(String::new, |due| due.net.to_string())
}

fn next(preview: &Preview) -> String {
    let next = preview.next.as_ref();
    next.map_or_else(String::new, |next| {
        format!("{} {}", next.on, next.document.net)
    })
}

fn phases(preview: &Preview) -> Vec<String> {
    let phases = preview.phases.iter().map(|phase| {
        let document = phase.document.as_ref().expect("a document");
        format!(
            "{} {} {}",
            phase.from, phase.recurring, document.document.net
        )
    });
    phases.collect()
}

#[tokio::test]
async fn an_introduction_is_shown_and_billed_and_followed_by_the_regular_price() {
    each_world(|world| async move {
        sells(&world, introductions(&world, &[("basic", 3, "5")], false)).await;
        let quote = quoted(&world, "basic", "2").await;
        let billing = &quote.preview.billing;
        // 71.28 for the setup, and 2 seats at 5.
        assert_eq!(due(billing), "81.28 EUR");
        assert_eq!(next(billing), "2024-02-11 10.00 EUR");
        assert_eq!(phases(billing), ["2024-04-11 28.51 EUR 28.51 EUR"]);
        let id = place(&world, &quote).await;
        live(&world, "2024-03-12").await;
        let upcoming = tradewind_flows::upcoming::upcoming(world.p(), &world.ctx().await, id).await;
        let upcoming = upcoming.expect("a preview").expect("a bill to come");
        assert_eq!(next(&upcoming), "2024-04-11 28.51 EUR");
        // The buyer is told two weeks before, as of any higher price.
        live(&world, "2024-03-29").await;
        let told = world.letters.subjects();
        assert!(
            told.iter().any(|subject| subject.contains("costs more")),
            "{told:?}"
        );
        live(&world, "2024-05-12").await;
        assert_eq!(
            nets(&world, 0).await,
            [
                "81.28 EUR",
                "10.00 EUR",
                "10.00 EUR",
                "28.51 EUR",
                "28.51 EUR"
            ]
        );
        let row = "| 11 January | 11 February | 11 March | 11 April | 11 May |";
        let amounts = "| 10.00 | 10.00 | 10.00 | 28.51 | 28.51 |";
        assert!(
            PAGE.contains(row) && PAGE.contains(amounts),
            "{row} {amounts}"
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn changes_and_corrections_within_it_are_at_its_price() {
    each_world(|world| async move {
        sells(&world, introductions(&world, &[("basic", 3, "5")], false)).await;
        let id = place(&world, &quoted(&world, "basic", "2").await).await;
        // 20 of 29 days are left of the second period: 13.79 less 6.90.
        live(&world, "2024-02-20").await;
        let more = change(&world, id, None, "4").await;
        assert_eq!(due(&more.preview.billing), "6.89 EUR");
        assert_eq!(
            phases(&more.preview.billing),
            ["2024-04-11 57.02 EUR 57.02 EUR"]
        );
        place(&world, &more).await;
        // In May it turns out that they were three since 20 March: within the introduction and after it.
        live(&world, "2024-05-12").await;
        let before = world.documents().await.len();
        let correction = CorrectionInput {
            subscription_id: id,
            from: day("2024-03-20"),
            quantities: BTreeMap::from([("seats".to_owned(), dec("3"))]),
            plan_id: None,
            prices: None,
            item_prices: Vec::new(),
            ended: false,
            reason: "Noted too late".to_owned(),
        };
        let quote = quote_correction(world.p(), &world.ctx().await, &correction).await;
        let quote = quote.expect("a quote");
        // 22 of 31 days of one seat at 5 (10.65 less 14.19), and two months of one at 14.256 (42.77 less 57.02).
        assert_eq!(due(&quote.preview.billing), "-32.04 EUR");
        place(&world, &quote).await;
        assert_eq!(nets(&world, before).await.len(), 1);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn another_plan_goes_on_with_what_is_left() {
    each_world(|world| async move {
        let of = [("basic", 3, "5"), ("pro", 2, "20")];
        sells(&world, introductions(&world, &of, false)).await;
        let id = place(&world, &quoted(&world, "basic", "2").await).await;
        live(&world, "2024-02-20").await;
        let quote = change(&world, id, Some("pro"), "2").await;
        // One of the two periods of pro is over with the first.
        let billing = &quote.preview.billing;
        assert_eq!(phases(billing), ["2024-03-11 71.28 EUR 71.28 EUR"]);
        assert_eq!(next(billing), "2024-03-11 71.28 EUR");
        let before = world.documents().await.len();
        place(&world, &quote).await;
        live(&world, "2024-03-12").await;
        let nets = nets(&world, before).await;
        assert_eq!(nets[0], due(billing));
        assert_eq!(nets[1], "71.28 EUR");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn fewer_at_the_end_of_a_period_count_it_as_one() {
    each_world(|world| async move {
        sells(&world, introductions(&world, &[("basic", 2, "5")], false)).await;
        let id = place(&world, &quoted(&world, "basic", "3").await).await;
        let fewer = change(&world, id, None, "1").await;
        assert_eq!(next(&fewer.preview.billing), "2024-02-11 5.00 EUR");
        assert_eq!(
            phases(&fewer.preview.billing),
            ["2024-03-11 14.26 EUR 14.26 EUR"]
        );
        place(&world, &fewer).await;
        let before = world.documents().await.len();
        live(&world, "2024-04-12").await;
        assert_eq!(
            nets(&world, before).await,
            ["5.00 EUR", "14.26 EUR", "14.26 EUR"]
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn trials_come_before_it_and_a_shorter_first_period_does_not_count() {
    each_world(|world| async move {
        let of = [("tryout", 1, "5"), ("basic", 1, "6.20")];
        let policies = Policies {
            billing_days: BillingDays {
                align: BillingAlign::Calendar,
                day: None,
                stub: StubCharge::Prorated,
                ..BillingDays::default()
            },
            ..introductions(&world, &of, false)
        };
        sells(&world, policies).await;
        // A trial is for who has not had the product yet.
        let tried = quoted(&world, "tryout", "1").await;
        let billing = &tried.preview.billing;
        assert_eq!(billing.trial_ends_on, Some(day("2024-01-25")));
        // 7 of 31 days at 5 after the trial.
        assert_eq!(next(billing), "2024-01-25 72.41 EUR");
        assert_eq!(phases(billing), ["2024-03-01 14.26 EUR 14.26 EUR"]);
        place(&world, &tried).await;
        let quote = quoted(&world, "basic", "1").await;
        // 21 of 31 days at 6.20, a whole month at it, and then the regular price.
        assert_eq!(due(&quote.preview.billing), "75.48 EUR");
        assert_eq!(next(&quote.preview.billing), "2024-02-01 6.20 EUR");
        assert_eq!(
            phases(&quote.preview.billing),
            ["2024-03-01 14.26 EUR 14.26 EUR"]
        );
        place(&world, &quote).await;
        let before = world.documents().await.len();
        live(&world, "2024-03-02").await;
        let mut nets = nets(&world, before).await;
        nets.sort();
        assert_eq!(
            nets,
            [
                "14.26 EUR",
                "14.26 EUR",
                "5.00 EUR",
                "6.20 EUR",
                "72.41 EUR"
            ]
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn who_has_had_the_product_pays_the_regular_price_where_the_seller_says_so() {
    each_world(|world| async move {
        sells(&world, introductions(&world, &[("basic", 3, "5")], true)).await;
        let first = quoted(&world, "basic", "1").await;
        assert_eq!(due(&first.preview.billing), "76.28 EUR");
        let id = place(&world, &first).await;
        let again = quoted(&world, "basic", "1").await;
        assert_eq!(due(&again.preview.billing), "85.54 EUR");
        assert_eq!(phases(&again.preview.billing), [] as [String; 0]);
        // Who has left is no new customer either.
        let input = CancelInput {
            subscription_id: id,
            when: CancelWhen::Now,
            reason: None,
        };
        let cancel = quote_cancel(world.p(), &world.ctx().await, &input).await;
        place(&world, &cancel.expect("a quote")).await;
        let again = quoted(&world, "basic", "1").await;
        assert_eq!(due(&again.preview.billing), "85.54 EUR");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn within_a_term_it_ends_too_and_leaving_costs_what_the_rest_would() {
    each_world(|world| async move {
        let policies = Policies {
            cancellation_fee: CancellationFee::Rest,
            ..introductions(&world, &[("quarter", 2, "5")], false)
        };
        sells(&world, policies).await;
        let id = place(&world, &quoted(&world, "quarter", "1").await).await;
        let input = CancelInput {
            subscription_id: id,
            when: CancelWhen::EndOfPeriod,
            reason: None,
        };
        let leave = quote_cancel(world.p(), &world.ctx().await, &input).await;
        let leave = leave.expect("a quote");
        // A month at 5.00, and one at 14.256.
        assert_eq!(next(&leave.preview.billing), "2024-02-11 19.26 EUR");
        let before = world.documents().await.len();
        live(&world, "2024-05-12").await;
        assert_eq!(
            nets(&world, before).await,
            ["5.00 EUR", "14.26 EUR", "14.26 EUR", "14.26 EUR"]
        );
        world.assert_consistent().await;
    })
    .await;
}

fn increase(at_most: Option<&str>, up_to_list: bool) -> Policies {
    Policies {
        renewal: RenewalPrices::Increase,
        increase: Some(PriceIncrease {
            percent: dec("3"),
            at_most: at_most.map(dec),
            up_to_list,
        }),
        places: Some(PricePlaces {
            amounts: 2,
            units: 2,
        }),
        ..Policies::default()
    }
}

#[tokio::test]
async fn prices_of_terms_rise_at_each_renewal_and_are_announced() {
    each_world(|world| async move {
        sells(&world, increase(Some("5"), false)).await;
        let id = place(&world, &quoted(&world, "quarter", "10").await).await;
        // New buyers pay 40 percent more from March on: that is nothing to what runs.
        world.sells(increase(None, false), "2024-03-01", "68").await;
        let before = world.documents().await.len();
        live(&world, "2024-03-29").await;
        let told = world.letters.subjects();
        assert!(
            told.iter().any(|subject| subject.contains("costs more")),
            "{told:?}"
        );
        let upcoming = tradewind_flows::upcoming::upcoming(world.p(), &world.ctx().await, id).await;
        let upcoming = upcoming.expect("a preview").expect("a bill to come");
        assert_eq!(next(&upcoming), "2024-04-11 146.90 EUR");
        live(&world, "2024-10-12").await;
        let row = "| 142.60 | 146.90 | 149.70 | 149.70 |";
        let nets = nets(&world, before).await;
        // Two months of the first term, three of the second at 3 percent more, three of the third at 5.
        assert_eq!(nets[1..=2], ["142.60 EUR", "146.90 EUR"][..]);
        assert_eq!(nets[5], "149.70 EUR");
        assert_eq!(nets[8], "149.70 EUR");
        assert!(PAGE.contains(row), "{row}");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn prices_without_a_term_rise_every_year_up_to_the_list_price() {
    each_world(|world| async move {
        sells(&world, increase(None, true)).await;
        place(&world, &quoted(&world, "basic", "10").await).await;
        world.sells(increase(None, true), "2024-06-01", "22").await;
        let before = world.documents().await.len();
        live(&world, "2025-02-12").await;
        let nets = nets(&world, before).await;
        assert_eq!(nets.len(), 13);
        assert_eq!(nets[10], "142.60 EUR", "the twelfth month");
        // 3 percent more would be 14.69 a seat; new buyers pay 14.49.
        assert_eq!(nets[11..], ["144.90 EUR", "144.90 EUR"][..]);
        world.assert_consistent().await;
    })
    .await;
}

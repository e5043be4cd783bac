//! Billing days through three tiers: quoted, bought, renewed, changed and cancelled.

mod common;

use common::{World, code, day, dec, each_world};
use tradewind_accounts::service::{account_update, relationship_set};
use tradewind_accounts::types::{AccountChanges, AccountUpdate, RelationshipSet, TermsInput};
use tradewind_catalogue::service::plan_update;
use tradewind_catalogue::types::{
    BillingAlign, BillingDays, PeriodZone, Plan, PlanDraft, PlanUpdate, Policies, StubCharge,
};
use tradewind_flows::order::{PlaceInput, order_place};
use tradewind_flows::quote::{
    CancelInput, CancelWhen, ChangeInput, CorrectionInput, PurchaseInput, QuoteView, quote_cancel,
    quote_change, quote_correction, quote_purchase,
};
use tradewind_flows::upcoming::upcoming;
use tradewind_kernel::calendar::Cadence;
use tradewind_kernel::id::SubscriptionId;
use tradewind_orders::types::Subscription;
use tradewind_pricing::cycles::StubBasis;

/// The reseller bills from tomorrow on by these days.
async fn bills(world: &World, align: BillingAlign, day_of: Option<u8>, stub: StubCharge) {
    let policies = Policies {
        billing_days: BillingDays {
            align,
            day: day_of,
            stub,
            ..BillingDays::default()
        },
        ..Policies::default()
    };
    sells(world, policies).await;
}

/// The reseller sells under these policies from tomorrow on.
async fn sells(world: &World, policies: Policies) {
    world.sells(policies, "2024-01-11", "20").await;
    world.travel("2024-01-11T09:00:00Z").await;
}

async fn see(world: &World, id: SubscriptionId) -> Subscription {
    world.subscription(id).await.subscription
}

fn period(of: &Subscription) -> String {
    let day = |day: Option<tradewind_kernel::Date>| day.map(|day| day.to_string());
    let (start, end) = (day(of.period_start), day(of.period_end));
    format!("{}/{}", start.unwrap_or_default(), end.unwrap_or_default())
}

async fn nets(world: &World) -> Vec<String> {
    let all = world.documents().await;
    all.iter().map(|one| one.net.to_string()).collect()
}

async fn quoted(world: &World, input: &PurchaseInput) -> QuoteView {
    quote_purchase(world.p(), &world.ctx().await, input)
        .await
        .expect("a quote")
}

/// Orders, pays and delivers what was quoted.
async fn bought(world: &World, quote: &QuoteView) -> SubscriptionId {
    let place = PlaceInput { quote_id: quote.id };
    let order = order_place(world.p(), &world.ctx().await, &place)
        .await
        .expect("an order");
    world.test.drain().await;
    world.pay_all().await;
    world.deliver_all().await;
    order.order.subscription_id
}

#[tokio::test]
async fn a_stub_is_a_share_of_a_period_counted_back_from_its_end() {
    each_world(|world| async move {
        let policies = Policies {
            billing_days: BillingDays {
                align: BillingAlign::DayOfMonth,
                day: Some(31),
                share_of: StubBasis::BackFromEnd,
                ..BillingDays::default()
            },
            ..Policies::default()
        };
        sells(&world, policies).await;
        world.travel("2024-02-11T09:00:00Z").await;
        let quote = quoted(&world, &world.wanted("basic", "5")).await;
        let first = quote.preview.billing.first.expect("a stub");
        assert_eq!(first.part.to_string(), "2024-02-11/2024-02-29");
        assert_eq!(first.full.to_string(), "2024-01-29/2024-02-29");
        let id = bought(&world, &quote).await;
        // 18 of 31 days of 71.28, not 18 of the 29 since 31 January, beside 71.28 for the set-up.
        assert_eq!(nets(&world).await, ["112.67 EUR"]);
        world.travel("2024-02-20T09:00:00Z").await;
        world.change(id, "10").await;
        // Nine of 31 days: 41.39 for ten less 20.69 for five.
        assert_eq!(nets(&world).await, ["112.67 EUR", "20.70 EUR"]);
        world.travel("2024-03-31T09:00:00Z").await;
        assert_eq!(period(&see(&world, id).await), "2024-03-31/2024-04-30");
        let whole = nets(&world).await.split_off(2);
        assert_eq!(whole, ["142.56 EUR", "142.56 EUR"]);
        world.pay_all().await;
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn days_begin_in_the_zone_of_the_seller_where_its_terms_say_so() {
    each_world(|world| async move {
        let update = AccountUpdate {
            account: world.reseller,
            version: None,
            changes: AccountChanges {
                zone: Some("America/Los_Angeles".to_owned()),
                ..AccountChanges::default()
            },
        };
        let update = account_update(world.p(), &world.ctx().await, &update).await;
        update.expect("an account");
        let policies = Policies {
            zone: PeriodZone::Seller,
            ..Policies::default()
        };
        sells(&world, policies).await;
        // It is February in Berlin, and 31 January in Los Angeles.
        world.travel("2024-02-01T07:30:00Z").await;
        let quote = quoted(&world, &world.wanted("basic", "5")).await;
        assert_eq!(quote.preview.effective_on, day("2024-01-31"));
        let id = bought(&world, &quote).await;
        assert_eq!(period(&see(&world, id).await), "2024-01-31/2024-02-29");
        assert_eq!(nets(&world).await, ["142.56 EUR"]);
        world.travel("2024-02-29T09:00:00Z").await;
        assert_eq!(nets(&world).await, ["142.56 EUR", "71.28 EUR"]);
        world.pay_all().await;
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_first_period_leads_up_to_the_first_of_the_month() {
    each_world(|world| async move {
        bills(&world, BillingAlign::Calendar, None, StubCharge::Prorated).await;
        let quote = quoted(&world, &world.wanted("basic", "5")).await;
        let billing = &quote.preview.billing;
        let first = billing.first.expect("a stub");
        assert_eq!(first.part.to_string(), "2024-01-11/2024-02-01");
        assert_eq!(first.full.to_string(), "2024-01-01/2024-02-01");
        // 50 × 1.08 × 1.10 × 1.20 at once, and of as much by the month 21 of 31 days.
        let due = billing.due_now.as_ref().expect("something is due");
        assert_eq!(due.net.to_string(), "119.57 EUR");
        let next = billing.next.as_ref().expect("a next invoice");
        assert_eq!(
            (next.on, next.document.net.to_string()),
            (day("2024-02-01"), "71.28 EUR".into())
        );

        let id = bought(&world, &quote).await;
        assert_eq!(nets(&world).await, ["119.57 EUR"]);
        assert_eq!(period(&see(&world, id).await), "2024-01-11/2024-02-01");
        world.travel("2024-02-01T09:00:00Z").await;
        assert_eq!(nets(&world).await, ["119.57 EUR", "71.28 EUR"]);
        assert_eq!(period(&see(&world, id).await), "2024-02-01/2024-03-01");
        world.travel("2024-03-01T09:00:00Z").await;
        assert_eq!(period(&see(&world, id).await), "2024-03-01/2024-04-01");
        world.pay_all().await;
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn more_within_the_first_period_is_a_share_of_the_month_and_its_end_gives_back_the_rest() {
    each_world(|world| async move {
        bills(&world, BillingAlign::Calendar, None, StubCharge::Prorated).await;
        let quote = quoted(&world, &world.wanted("basic", "5")).await;
        let id = bought(&world, &quote).await;
        world.travel("2024-01-22T09:00:00Z").await;
        let change = ChangeInput {
            packages: Default::default(),
            subscription_id: id,
            plan_id: None,
            quantities: [("seats".to_owned(), dec("8"))].into(),
            coupon: None,
            when: None,
        };
        let more = quote_change(world.p(), &world.ctx().await, &change)
            .await
            .expect("a quote");
        let due = more
            .preview
            .billing
            .due_now
            .as_ref()
            .expect("something is due");
        // Three more seats at 14.256 for 10 of 31 days.
        assert_eq!(due.net.to_string(), "13.80 EUR");
        bought(&world, &more).await;
        let next = upcoming(world.p(), &world.ctx().await, id)
            .await
            .expect("a preview");
        let next = next
            .and_then(|preview| preview.next)
            .expect("a next invoice");
        assert_eq!(next.document.net.to_string(), "114.05 EUR");

        let cancel = CancelInput {
            subscription_id: id,
            when: CancelWhen::Now,
            reason: None,
        };
        let end = quote_cancel(world.p(), &world.ctx().await, &cancel)
            .await
            .expect("a quote");
        let back = end
            .preview
            .billing
            .due_now
            .as_ref()
            .expect("something is given back");
        // 8 × 14.256 for 10 of 31 days.
        assert_eq!(back.net.to_string(), "-36.79 EUR");
        let place = PlaceInput { quote_id: end.id };
        order_place(world.p(), &world.ctx().await, &place)
            .await
            .expect("an order");
        world.test.drain().await;
        world.deliver_all().await;
        assert_eq!(
            see(&world, id).await.commercial_state.as_str(),
            "terminated"
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_stub_may_be_free_and_the_day_that_of_the_invoices() {
    each_world(|world| async move {
        let terms = RelationshipSet {
            seller: world.reseller,
            buyer: world.customer,
            version: None,
            terms: TermsInput {
                invoice_day: Some(15),
                ..TermsInput::default()
            },
        };
        relationship_set(world.p(), &world.ctx().await, &terms)
            .await
            .expect("terms");
        bills(&world, BillingAlign::InvoiceDay, None, StubCharge::Free).await;
        let quote = quoted(&world, &world.wanted("basic", "5")).await;
        let id = bought(&world, &quote).await;
        assert_eq!(nets(&world).await, ["71.28 EUR"], "the setup alone");
        assert_eq!(period(&see(&world, id).await), "2024-01-11/2024-01-15");
        world.travel("2024-01-15T09:00:00Z").await;
        assert_eq!(nets(&world).await, ["71.28 EUR", "71.28 EUR"]);
        assert_eq!(period(&see(&world, id).await), "2024-01-15/2024-02-15");
        world.pay_all().await;
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_trial_is_followed_by_the_stub_of_its_last_day() {
    each_world(|world| async move {
        bills(
            &world,
            BillingAlign::DayOfMonth,
            Some(31),
            StubCharge::Prorated,
        )
        .await;
        let quote = quoted(&world, &world.wanted("tryout", "5")).await;
        let first = quote.preview.billing.first.expect("a stub");
        assert_eq!(first.part.to_string(), "2024-01-25/2024-01-31");
        let id = bought(&world, &quote).await;
        world.travel("2024-01-25T09:00:00Z").await;
        // 71.28 for the setup, and of 71.28 six of 31 days.
        assert_eq!(nets(&world).await, ["85.08 EUR"]);
        for end in ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"] {
            let now = see(&world, id).await;
            assert_eq!(now.period_end, Some(day(end)));
            world.pay_all().await;
            world.travel(&format!("{end}T09:00:00Z")).await;
        }
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_ordered_later_is_billed_together_with_what_runs() {
    each_world(|world| async move {
        let first = world.subscribe("basic", "5").await;
        world.travel("2024-01-20T09:00:00Z").await;
        let wanted = PurchaseInput {
            align_with: Some(first),
            ..world.wanted("quarter", "1")
        };
        let quote = quoted(&world, &wanted).await;
        let stub = quote.preview.billing.first.expect("a stub");
        assert_eq!(stub.part.to_string(), "2024-01-20/2024-02-10");
        let second = bought(&world, &quote).await;
        let now = see(&world, second).await;
        // Bound for three months at most, up to a day on which it is billed.
        assert_eq!(now.term_ends_on, Some(day("2024-04-10")));
        world.travel("2024-02-10T09:00:00Z").await;
        world.pay_all().await;
        for id in [first, second] {
            assert_eq!(period(&see(&world, id).await), "2024-02-10/2024-03-10");
        }
        world.travel("2024-03-10T09:00:00Z").await;
        world.pay_all().await;
        world.travel("2024-04-10T09:00:00Z").await;
        assert_eq!(
            see(&world, second).await.term_ends_on,
            Some(day("2024-07-10"))
        );
        world.pay_all().await;
        world.assert_consistent().await;

        // Not with what ends, and not with what is another's.
        let cancel = CancelInput {
            subscription_id: first,
            when: CancelWhen::EndOfPeriod,
            reason: None,
        };
        let end = quote_cancel(world.p(), &world.ctx().await, &cancel)
            .await
            .expect("a quote");
        bought(&world, &end).await;
        let ctx = world.ctx().await;
        let refused = quote_purchase(world.p(), &ctx, &wanted).await;
        assert_eq!(code(refused), "not_alignable");
        let other = PurchaseInput {
            align_with: Some(SubscriptionId::generate()),
            ..wanted
        };
        assert_eq!(
            code(quote_purchase(world.p(), &ctx, &other).await),
            "not_found"
        );
    })
    .await;
}

/// The plan as it is, with another rhythm.
async fn rhythm(world: &World, plan: &Plan, cadence: &str) {
    let draft = PlanDraft {
        code: plan.code.clone(),
        name: plan.name.clone(),
        description: plan.description.clone(),
        position: plan.position,
        recommended: plan.recommended,
        status: plan.status,
        billing_cadence: Cadence::parse(cadence).expect("a cadence"),
        term_cadence: None,
        trial_days: 0,
        auto_renew: true,
        trial_needs_payment: false,
        trial_again: false,
        notice_days: 0,
    };
    let update = PlanUpdate {
        id: plan.id,
        version: plan.version,
        draft,
    };
    plan_update(world.p(), &world.ctx().await, &update)
        .await
        .expect("a plan");
}

#[tokio::test]
async fn another_rhythm_at_the_end_of_a_period_begins_there() {
    each_world(|world| async move {
        // A year of basic costs what ten seats cost a month: less by the day.
        rhythm(&world, world.plan("basic"), "P1Y").await;
        let id = world.subscribe("pro", "5").await;
        let change = ChangeInput {
            packages: Default::default(),
            subscription_id: id,
            plan_id: Some(world.plan("basic").id),
            quantities: [("seats".to_owned(), dec("5"))].into(),
            coupon: None,
            when: None,
        };
        let less = quote_change(world.p(), &world.ctx().await, &change)
            .await
            .expect("a quote");
        let shown = less.preview.billing.next.as_ref().expect("a next invoice");
        assert_eq!(shown.on, day("2024-02-10"));
        let shown = shown.document.net.to_string();
        bought(&world, &less).await;
        world.travel("2024-02-10T09:00:00Z").await;
        assert_eq!(nets(&world).await.pop(), Some(shown));
        assert_eq!(period(&see(&world, id).await), "2024-02-10/2025-02-10");
        world.pay_all().await;
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_otherwise_in_the_first_period_is_set_right_by_its_share() {
    each_world(|world| async move {
        bills(&world, BillingAlign::Calendar, None, StubCharge::Prorated).await;
        let quote = quoted(&world, &world.wanted("basic", "5")).await;
        let id = bought(&world, &quote).await;
        world.travel("2024-02-05T09:00:00Z").await;
        world.pay_all().await;
        let correction = |from: &str| CorrectionInput {
            subscription_id: id,
            from: day(from),
            quantities: [("seats".to_owned(), dec("8"))].into(),
            plan_id: None,
            prices: None,
            item_prices: Vec::new(),
            ended: false,
            reason: "Noted too late".to_owned(),
        };
        let ctx = world.ctx().await;
        let early = quote_correction(world.p(), &ctx, &correction("2024-01-10")).await;
        let early = early.expect_err("it was not there then");
        assert_eq!(early.problems()[0].code, "out_of_range");
        let more = quote_correction(world.p(), &ctx, &correction("2024-01-22")).await;
        let more = more.expect("a quote");
        let due = more
            .preview
            .billing
            .due_now
            .as_ref()
            .expect("something is due");
        // Three more seats at 14.256 for 10 of 31 days and for a month.
        assert_eq!(due.net.to_string(), "56.57 EUR");
        bought(&world, &more).await;
        world.travel("2024-03-01T09:00:00Z").await;
        assert_eq!(nets(&world).await.pop(), Some("114.05 EUR".to_owned()));
        world.pay_all().await;
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn weeks_and_days_are_billed_across_the_change_of_the_clocks() {
    each_world(|world| async move {
        // Berlin's clocks go forward on 31 March 2024.
        world.travel("2024-03-21T09:00:00Z").await;
        for (plan, cadence, days) in [
            ("basic", "P2W", ["2024-03-21", "2024-04-04", "2024-04-18"]),
            ("pro", "P1D", ["2024-03-21", "2024-03-22", "2024-03-23"]),
            ("quarter", "P2M", ["2024-03-21", "2024-05-21", "2024-07-21"]),
        ] {
            rhythm(&world, world.plan(plan), cadence).await;
            let quote = quoted(&world, &world.wanted(plan, "1")).await;
            let billing = &quote.preview.billing;
            let period = billing.period.expect("a period");
            assert_eq!((period.start, period.end), (day(days[0]), day(days[1])));
            assert_eq!(
                billing.next.as_ref().map(|next| next.on),
                Some(day(days[1]))
            );
            bought(&world, &quote).await;
        }
        world.travel("2024-04-04T09:00:00Z").await;
        world.pay_all().await;
        let now = orders_now(&world).await;
        assert_eq!(
            now,
            [
                ("P1D", "2024-04-04/2024-04-05".to_owned()),
                ("P2M", "2024-03-21/2024-05-21".to_owned()),
                ("P2W", "2024-04-04/2024-04-18".to_owned()),
            ]
        );
        world.assert_consistent().await;
    })
    .await;
}

/// By rhythm, the running period of each subscription.
async fn orders_now(world: &World) -> Vec<(&'static str, String)> {
    let query = tradewind_orders::service::SubscriptionQuery::default();
    let ctx = world.ctx().await;
    let page = tradewind_orders::service::subscription_list(world.p(), &ctx, &query).await;
    let named = |one: &Subscription| {
        let plan = world
            .product
            .plans
            .iter()
            .find(|plan| plan.id == one.plan_id);
        match plan.map(|plan| plan.code.as_str()) {
            Some("basic") => "P2W",
            Some("pro") => "P1D",
            _ => "P2M",
        }
    };
    let all = page.expect("subscriptions").items;
    let mut found: Vec<_> = all.iter().map(|one| (named(one), period(one))).collect();
    found.sort();
    found
}

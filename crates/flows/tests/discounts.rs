//! Coupons and promotions: redeemed with an order, applied by billing, explained before.

mod common;

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

fn eur(amount: &str) -> Money {
    Money::parse_amount("amount", amount, Currency::EUR).expect("an amount")
}

fn percent(code: Option<&str>, percent: &str) -> CouponInput {
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

async fn coupon(world: &World, input: CouponInput) -> CouponView {
    let create = CouponCreate {
        seller_id: world.reseller,
        input,
    };
    coupon_create(world.p(), &world.ctx().await, &create)
        .await
        .expect("a coupon")
}

fn with(world: &World, plan: &str, seats: &str, coupon: Option<&str>) -> PurchaseInput {
    PurchaseInput {
        coupon: coupon.map(str::to_owned),
        ..world.wanted(plan, seats)
    }
}

async fn quote(world: &World, input: &PurchaseInput) -> Result<QuoteView> {
    quote_purchase(world.p(), &world.ctx().await, input).await
}

async fn place(world: &World, quote: &QuoteView) -> Result<OrderDetail> {
    let input = PlaceInput { quote_id: quote.id };
    let placed = order_place(world.p(), &world.ctx().await, &input).await;
    world.test.drain().await;
    placed
}

async fn subscribe(world: &World, input: &PurchaseInput) -> (QuoteView, SubscriptionId) {
    let quote = quote(world, input).await.expect("a quote");
    let order = place(world, &quote).await.expect("an order");
    world.pay_all().await;
    world.deliver_all().await;
    let order = world.see(order.order.id).await;
    assert_eq!(order.order.state.as_str(), "completed", "{order:#?}");
    (quote, order.order.subscription_id)
}

async fn change(world: &World, id: SubscriptionId, seats: &str, coupon: Option<&str>) -> QuoteView {
    let input = ChangeInput {
        subscription_id: id,
        plan_id: None,
        quantities: BTreeMap::from([("seats".to_owned(), dec(seats))]),
        packages: BTreeMap::new(),
        coupon: coupon.map(str::to_owned),
    };
    quote_change(world.p(), &world.ctx().await, &input)
        .await
        .expect("a quote")
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> (String, String) {
    match result.expect_err("refused") {
        Error::Invalid(problems) => (problems[0].field.clone(), problems[0].code.to_owned()),
        other => panic!("{other:?}"),
    }
}

fn due(preview: &Preview) -> String {
    preview
        .due_now
        .as_ref()
        .map_or_else(|| "nothing".to_owned(), |document| document.net.to_string())
}

fn next(preview: &Preview) -> String {
    preview.next.as_ref().map_or_else(
        || "nothing".to_owned(),
        |next| next.document.net.to_string(),
    )
}

async fn nets(world: &World) -> Vec<String> {
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

async fn cost(world: &World, coupon: &CouponView) -> String {
    let id = coupon.coupon.id;
    let costs = coupon_costs(world.p(), &world.ctx().await, &[id]).await;
    costs
        .expect("costs")
        .get(&id)
        .map_or_else(|| "nothing".to_owned(), |costs| costs[0].to_string())
}

async fn redemptions(world: &World, coupon: &CouponView) -> i64 {
    coupon_get(world.p(), &world.ctx().await, coupon.coupon.id)
        .await
        .expect("the coupon")
        .redemptions
}

#[tokio::test]
async fn a_percentage_holds_for_its_periods_and_was_shown_before() {
    each_world(|world| async move {
        let made = coupon(
            &world,
            CouponInput {
                periods: Some(2),
                ..percent(Some("SUMMER-20"), "20")
            },
        )
        .await;
        let (quote, id) = subscribe(&world, &with(&world, "basic", "5", Some("summer-20"))).await;
        // 71.28 once and 71.28 a month, a fifth off each.
        let preview = &quote.preview.billing;
        assert_eq!(
            (due(preview), next(preview)),
            ("114.05 EUR".into(), "57.02 EUR".into())
        );
        let shown = &preview.discounts[0];
        assert_eq!(
            (shown.now, shown.next, shown.until, shown.name.as_str()),
            (
                eur("28.51"),
                eur("14.26"),
                Some(day("2024-03-10")),
                "Summer"
            )
        );
        world.travel("2024-02-10T12:00:00Z").await;
        world.travel("2024-03-10T12:00:00Z").await;
        assert_eq!(nets(&world).await, ["114.05 EUR", "57.02 EUR", "71.28 EUR"]);
        let after = upcoming(world.p(), &world.ctx().await, id)
            .await
            .expect("a preview")
            .expect("goes on");
        assert!(after.discounts.is_empty(), "{after:#?}");
        assert_eq!(cost(&world, &made).await, "42.77 EUR");
        assert_eq!(redemptions(&world, &made).await, 1);
        let page = redemption_list(
            world.p(),
            &world.ctx().await,
            made.coupon.id,
            &ListRequest::default(),
        )
        .await
        .expect("redemptions");
        assert_eq!(page.items[0].subscription_id, id);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_coupon_is_said_at_its_field() {
    each_world(|world| async move {
        coupon(&world, percent(Some("OPEN"), "10")).await;
        let limited = |limits| CouponInput {
            limits,
            ..percent(None, "10")
        };
        let named = |code: &str, input: CouponInput| CouponInput {
            code: Some(code.to_owned()),
            ..input
        };
        let day = |text| Some(day(text));
        for input in [
            named(
                "EARLY",
                limited(CouponLimits {
                    valid_from: day("2024-01-11"),
                    ..Default::default()
                }),
            ),
            named(
                "LATE",
                limited(CouponLimits {
                    valid_until: day("2024-01-09"),
                    ..Default::default()
                }),
            ),
            named(
                "DOLLARS",
                CouponInput {
                    benefit: Benefit::Amount {
                        amount: Money::new(500, Currency::USD),
                    },
                    ..limited(CouponLimits::default())
                },
            ),
            named(
                "PROONLY",
                CouponInput {
                    scope: DiscountScope {
                        plans: vec![world.plan("pro").id],
                        ..Default::default()
                    },
                    ..limited(CouponLimits::default())
                },
            ),
            named(
                "LONGTRIAL",
                CouponInput {
                    benefit: Benefit::TrialExtension { days: 10 },
                    ..limited(CouponLimits::default())
                },
            ),
            named(
                "ONCE",
                limited(CouponLimits {
                    max_redemptions: Some(1),
                    ..Default::default()
                }),
            ),
            named(
                "EACH",
                limited(CouponLimits {
                    max_per_customer: Some(1),
                    ..Default::default()
                }),
            ),
            named(
                "NEWONES",
                limited(CouponLimits {
                    new_customers_only: true,
                    ..Default::default()
                }),
            ),
        ] {
            coupon(&world, input).await;
        }
        let taken = CouponCreate {
            seller_id: world.reseller,
            input: percent(Some(" open "), "10"),
        };
        let again = coupon_create(world.p(), &world.ctx().await, &taken).await;
        assert_eq!(refused(again), ("code".into(), "coupon_taken".into()));

        let ended = coupon(&world, percent(Some("ENDED"), "10")).await;
        let (p, ctx) = (world.p(), world.ctx().await);
        for _ in 0..2 {
            let after = coupon_end(p, &ctx, ended.coupon.id, None)
                .await
                .expect("ended");
            assert_eq!(after.state.as_str(), "ended");
        }
        let update = CouponUpdate {
            id: ended.coupon.id,
            version: None,
            input: percent(Some("ENDED"), "50"),
        };
        assert_eq!(code(coupon_update(p, &ctx, &update).await), "coupon_ended");

        for once in ["ONCE", "EACH"] {
            subscribe(&world, &with(&world, "basic", "1", Some(once))).await;
        }
        let before = world.order_count().await;
        for (entered, why) in [
            ("NOSUCH", "unknown_coupon"),
            ("EARLY", "coupon_not_yet"),
            ("LATE", "coupon_expired"),
            ("ENDED", "coupon_expired"),
            ("DOLLARS", "coupon_currency"),
            ("PROONLY", "coupon_not_applicable"),
            ("LONGTRIAL", "coupon_not_applicable"),
            ("ONCE", "coupon_used_up"),
            ("EACH", "coupon_redeemed"),
            ("NEWONES", "coupon_new_customers"),
        ] {
            let asked = quote(&world, &with(&world, "basic", "1", Some(entered))).await;
            assert_eq!(refused(asked), ("coupon".into(), why.into()), "{entered}");
        }
        assert_eq!(world.order_count().await, before);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn two_quotes_of_one_redemption_become_one_order() {
    each_world(|world| async move {
        let made = coupon(
            &world,
            CouponInput {
                limits: CouponLimits {
                    max_redemptions: Some(1),
                    ..CouponLimits::default()
                },
                ..percent(Some("FIRST"), "50")
            },
        )
        .await;
        let input = with(&world, "basic", "1", Some("FIRST"));
        let (one, two) = (
            quote(&world, &input).await.expect("a quote"),
            quote(&world, &input).await.expect("a quote"),
        );
        // The same request twice is one order and one redemption.
        let mut ctx = world.ctx().await;
        ctx.idempotency_key = Some("once".to_owned());
        let place_one = PlaceInput { quote_id: one.id };
        let first = order_place(world.p(), &ctx, &place_one)
            .await
            .expect("placed");
        let again = order_place(world.p(), &ctx, &place_one)
            .await
            .expect("placed");
        assert_eq!(first.order.id, again.order.id);
        world.test.drain().await;
        assert_eq!(redemptions(&world, &made).await, 1);
        assert_eq!(
            refused(place(&world, &two).await),
            ("coupon".into(), "coupon_used_up".into())
        );
        // Called off, the redemption is there again, and so is what it cost.
        let detail = world.see(first.order.id).await;
        let refusal = OrderRefusal {
            id: first.order.id,
            version: Some(detail.order.version),
            reason: "not wanted".to_owned(),
        };
        order_cancel(world.p(), &world.ctx().await, &refusal)
            .await
            .expect("cancelled");
        world.test.drain().await;
        assert_eq!(redemptions(&world, &made).await, 0);
        assert_eq!(cost(&world, &made).await, "0.00 EUR");
        place(&world, &two).await.expect("an order");
        assert_eq!(redemptions(&world, &made).await, 1);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_change_gives_back_what_was_paid_and_goes_on_with_the_discount() {
    each_world(|world| async move {
        coupon(&world, percent(Some("HALF"), "50")).await;
        let (_, id) = subscribe(&world, &with(&world, "basic", "10", Some("HALF"))).await;
        world.travel("2024-01-20T12:00:00Z").await;
        // 21 of 31 days are left: 10 more seats at 14.256, half of it.
        let quote = change(&world, id, "20", None).await;
        assert_eq!(due(&quote.preview.billing), "48.30 EUR");
        assert_eq!(next(&quote.preview.billing), "142.56 EUR");
        place(&world, &quote).await.expect("an order");
        world.pay_all().await;
        world.deliver_all().await;
        // Cancelled on the same day: half of 20 seats for the rest comes back, no cent more.
        let input = CancelInput {
            subscription_id: id,
            when: CancelWhen::Now,
            reason: None,
        };
        let cancel = quote_cancel(world.p(), &world.ctx().await, &input)
            .await
            .expect("a quote");
        assert_eq!(due(&cancel.preview.billing), "-96.58 EUR");
        assert_eq!(cancel.preview.billing.credited, eur("96.58"));
        place(&world, &cancel).await.expect("an order");
        world.deliver_all().await;
        assert_eq!(
            nets(&world).await,
            ["106.92 EUR", "48.30 EUR", "-96.58 EUR"]
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn an_edit_changes_nothing_that_was_redeemed() {
    each_world(|world| async move {
        let made = coupon(&world, percent(Some("TEN"), "10")).await;
        let (_, id) = subscribe(&world, &with(&world, "basic", "5", Some("TEN"))).await;
        let update = CouponUpdate {
            id: made.coupon.id,
            version: Some(made.coupon.version),
            input: percent(Some("NINETY"), "90"),
        };
        let ctx = world.ctx().await;
        let after = coupon_update(world.p(), &ctx, &update)
            .await
            .expect("changed");
        assert_eq!(
            code(coupon_update(world.p(), &ctx, &update).await),
            "changed_meanwhile"
        );
        coupon_end(world.p(), &ctx, after.coupon.id, None)
            .await
            .expect("ended");
        world.travel("2024-02-10T12:00:00Z").await;
        assert_eq!(nets(&world).await, ["128.30 EUR", "64.15 EUR"]);
        let preview = upcoming(world.p(), &world.ctx().await, id)
            .await
            .expect("a preview");
        let shown = preview.expect("goes on").discounts.remove(0);
        assert_eq!((shown.code.as_deref(), shown.until), (Some("TEN"), None));
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_budget_is_shared_and_used_up() {
    each_world(|world| async move {
        let made = coupon(
            &world,
            CouponInput {
                benefit: Benefit::Amount {
                    amount: eur("20.00"),
                },
                limits: CouponLimits {
                    budget: Some(eur("50.00")),
                    ..CouponLimits::default()
                },
                ..percent(Some("TWENTY"), "1")
            },
        )
        .await;
        let input = with(&world, "basic", "5", Some("TWENTY"));
        let (first, _) = subscribe(&world, &input).await;
        assert_eq!(due(&first.preview.billing), "122.56 EUR");
        let (second, _) = subscribe(&world, &input).await;
        // 20 + 20 now, and of the 10 that are left the first to renew gets all.
        assert_eq!(next(&second.preview.billing), "61.28 EUR");
        world.travel("2024-02-10T12:00:00Z").await;
        let mut renewed = nets(&world).await.split_off(2);
        renewed.sort();
        assert_eq!(renewed, ["61.28 EUR", "71.28 EUR"]);
        assert_eq!(cost(&world, &made).await, "50.00 EUR");
        let asked = quote(&world, &input).await;
        assert_eq!(refused(asked), ("coupon".into(), "coupon_used_up".into()));
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn promotions_apply_by_themselves_and_stack_with_coupons() {
    each_world(|world| async move {
        let promotion = coupon(
            &world,
            CouponInput {
                periods: Some(1),
                limits: CouponLimits {
                    new_customers_only: true,
                    valid_until: Some(day("2024-01-31")),
                    ..CouponLimits::default()
                },
                ..percent(None, "50")
            },
        )
        .await;
        coupon(
            &world,
            CouponInput {
                benefit: Benefit::Amount {
                    amount: eur("10.00"),
                },
                ..percent(Some("TENOFF"), "1")
            },
        )
        .await;
        // The percentage first: (142.56 - 71.28) - 10, then 71.28 - 10 each month.
        let (quote_, _) = subscribe(&world, &with(&world, "basic", "5", Some("tenoff"))).await;
        let preview = &quote_.preview.billing;
        assert_eq!(
            (due(preview), next(preview)),
            ("61.28 EUR".into(), "61.28 EUR".into())
        );
        assert_eq!(preview.discounts.len(), 2);
        assert_eq!(redemptions(&world, &promotion).await, 1);
        // Who has bought before is no new customer.
        let again = quote(&world, &with(&world, "basic", "5", None))
            .await
            .expect("a quote");
        assert_eq!(due(&again.preview.billing), "142.56 EUR");
        world.travel("2024-02-10T12:00:00Z").await;
        assert_eq!(nets(&world).await, ["61.28 EUR", "61.28 EUR"]);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn items_get_another_price_and_trials_get_longer() {
    each_world(|world| async move {
        let seats = |world: &World, plan: &str| {
            let plan = world.plan(plan);
            plan.items
                .iter()
                .find(|item| item.code == "seats")
                .expect("seats")
                .id
        };
        coupon(
            &world,
            CouponInput {
                benefit: Benefit::PriceOverride {
                    amount: eur("30.00"),
                },
                scope: DiscountScope {
                    items: vec![seats(&world, "basic")],
                    ..DiscountScope::default()
                },
                periods: Some(2),
                ..percent(Some("THIRTY"), "1")
            },
        )
        .await;
        let (shown, _) = subscribe(&world, &with(&world, "basic", "5", Some("THIRTY"))).await;
        let preview = &shown.preview.billing;
        assert_eq!(
            (due(preview), next(preview)),
            ("101.28 EUR".into(), "30.00 EUR".into())
        );

        coupon(
            &world,
            CouponInput {
                benefit: Benefit::TrialExtension { days: 10 },
                ..percent(Some("LONGER"), "1")
            },
        )
        .await;
        let (shown, id) = subscribe(&world, &with(&world, "tryout", "5", Some("LONGER"))).await;
        assert_eq!(shown.preview.billing.trial_ends_on, Some(day("2024-02-03")));
        let held = world.subscription(id).await.subscription;
        assert_eq!(held.trial_ends_on, Some(day("2024-02-03")));
        world.travel("2024-02-03T12:00:00Z").await;
        assert_eq!(nets(&world).await, ["101.28 EUR", "142.56 EUR"]);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_coupon_entered_with_a_change_holds_from_then_on() {
    each_world(|world| async move {
        let (_, id) = subscribe(&world, &with(&world, "basic", "10", None)).await;
        let made = coupon(
            &world,
            CouponInput {
                periods: Some(2),
                ..percent(Some("MORE"), "50")
            },
        )
        .await;
        world.travel("2024-01-20T12:00:00Z").await;
        // 20 seats for 21 of 31 days at half the price, less 10 at the whole price.
        let shown = change(&world, id, "20", Some("more")).await;
        // Each line is rounded by itself: 193.15 - 96.57 - 96.57.
        assert_eq!(due(&shown.preview.billing), "0.01 EUR");
        assert_eq!(next(&shown.preview.billing), "142.56 EUR");
        assert_eq!(
            shown.preview.billing.discounts[0].until,
            Some(day("2024-03-10"))
        );
        place(&world, &shown).await.expect("an order");
        world.pay_all().await;
        world.deliver_all().await;
        world.travel("2024-03-10T12:00:00Z").await;
        let nets = nets(&world).await;
        assert_eq!(nets[2..], ["142.56 EUR", "285.12 EUR"]);
        assert_eq!(redemptions(&world, &made).await, 1);
        let last = billing::check(world.p(), &world.ctx().await)
            .await
            .expect("a check");
        assert!(last.is_empty(), "{last:#?}");
    })
    .await;
}

#[tokio::test]
async fn a_change_that_is_called_off_leaves_what_was_before() {
    each_world(|world| async move {
        coupon(&world, percent(Some("HALF"), "50")).await;
        let made = coupon(&world, percent(Some("MORE"), "10")).await;
        let (_, id) = subscribe(&world, &with(&world, "basic", "10", Some("HALF"))).await;
        world.travel("2024-01-20T12:00:00Z").await;
        let shown = change(&world, id, "20", Some("more")).await;
        let order = place(&world, &shown).await.expect("an order");
        world.pay_all().await;
        assert_eq!(redemptions(&world, &made).await, 1);
        for delivery in world.waiting().await {
            let report = DeliveryReport {
                outcome: ReportOutcome::Failed,
                message: None,
            };
            fulfilment::delivery_report(world.p(), &world.ctx().await, delivery.id, report)
                .await
                .expect("a report");
        }
        world.test.drain().await;
        let refusal = OrderRefusal {
            id: order.order.id,
            version: None,
            reason: "Never mind.".to_owned(),
        };
        order_cancel(world.p(), &world.ctx().await, &refusal)
            .await
            .expect("cancelled");
        world.test.drain().await;
        assert_eq!(redemptions(&world, &made).await, 0);
        assert_eq!(cost(&world, &made).await, "0.00 EUR");
        let documents = world.documents().await;
        assert_eq!(documents.len(), 3);
        assert_eq!(
            (documents[1].net, documents[1].kind.sign()),
            (documents[2].net, -documents[2].kind.sign()),
            "all of the change is given back, and nothing else"
        );
        world.travel("2024-02-10T12:00:00Z").await;
        assert_eq!(nets(&world).await[3], "71.28 EUR");
        world.assert_consistent().await;
    })
    .await;
}

stmts! {
    /// A discount that is not what its charge says.
    AMOUNT = "UPDATE charge_discount SET amount = amount - 1 WHERE realm_id = $1";
    /// A discount that was given back and still holds.
    GONE = "UPDATE redemption SET given_back_at = redeemed_at WHERE realm_id = $1";
    /// A discount that is granted for too long.
    PERIODS = "UPDATE charge_discount SET period_on = '2023-01-10' WHERE realm_id = $1 AND charge_id =
        (SELECT MAX(charge_id) FROM charge_discount WHERE realm_id = $1)";
}

#[tokio::test]
async fn the_check_of_the_books_knows_discounts() {
    let cases: [(&'static Stmt, &str); 3] = [
        (&AMOUNT, "discount_stray"),
        (&GONE, "discount_given_back"),
        (&PERIODS, "discount_periods"),
    ];
    for (stmt, rule) in cases {
        each_world(move |world| async move {
            let once = CouponInput {
                periods: Some(1),
                ..percent(Some("ONCE"), "50")
            };
            coupon(&world, once).await;
            subscribe(&world, &with(&world, "basic", "2", Some("ONCE"))).await;
            world.assert_consistent().await;
            let mut tx = world.p().db().begin().await.expect("a transaction");
            let changed = tx.exec(stmt, args![world.realm]).await.expect("tampered");
            assert!(changed > 0);
            tx.commit().await.expect("committed");
            let found = billing::check(world.p(), &world.ctx().await)
                .await
                .expect("a check");
            assert!(
                found.iter().any(|one| one.rule == rule),
                "{rule}: {found:#?}"
            );
        })
        .await;
    }
}

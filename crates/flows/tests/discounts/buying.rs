//! Coupons and promotions with purchases.

use super::*;

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
        world.travel("2024-02-03T12:00:00Z").await;
        assert_eq!(nets(&world).await, ["101.28 EUR", "142.56 EUR"]);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn two_orders_at_once_share_what_is_left() {
    each_world(|world| async move {
        let mut ctx = world.ctx().await;
        ctx.idempotency_key = Some("made once".to_owned());
        let create = CouponCreate {
            seller_id: world.reseller,
            input: CouponInput {
                limits: CouponLimits {
                    max_redemptions: Some(1),
                    budget: Some(eur("30.00")),
                    ..CouponLimits::default()
                },
                ..percent(Some("LAST"), "12.5")
            },
        };
        let made = coupon_create(world.p(), &ctx, &create)
            .await
            .expect("a coupon");
        let again = coupon_create(world.p(), &ctx, &create)
            .await
            .expect("the same");
        assert_eq!(made, again);
        let input = with(&world, "basic", "1", Some("LAST"));
        let one = quote(&world, &input).await.expect("a quote");
        let two = quote(&world, &input).await.expect("a quote");
        let (one, two) = tokio::join!(place(&world, &one), place(&world, &two));
        let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
        won.expect("one of them");
        assert_eq!(refused(lost), ("coupon".into(), "coupon_used_up".into()));
        assert_eq!(redemptions(&world, &made).await, 1);
        world.assert_consistent().await;
    })
    .await;
}

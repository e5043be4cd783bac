//! Coupons when what was bought changes, ends, or is tampered with.

use super::*;

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
                message: Some("No room.".to_owned()),
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
        assert_eq!(documents[2].kind.sign(), -1);
        let sums = |at: usize| (documents[at].net, documents[at].tax, documents[at].gross);
        assert_eq!(
            sums(1),
            sums(2),
            "all of the change is given back, and nothing else"
        );
        world.travel("2024-02-10T12:00:00Z").await;
        assert_eq!(nets(&world).await[3], "71.28 EUR");
        world.assert_consistent().await;
    })
    .await;
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

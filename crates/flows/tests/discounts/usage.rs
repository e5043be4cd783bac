//! Discounts on usage: month by month, whatever comes late or is taken back.

use super::*;
use tradewind_kernel::Timestamp;
use tradewind_metering::service::usage_ingest;
use tradewind_metering::types::{UsageInput, UsageKind};
use tradewind_orders::types::Covers;

/// A coupon that takes something off usage.
fn off_usage(code: &str, benefit: Benefit, covers: Covers) -> CouponInput {
    CouponInput {
        benefit,
        scope: DiscountScope {
            covers,
            ..DiscountScope::default()
        },
        ..percent(Some(code), "10")
    }
}

fn share(percent: &str) -> Benefit {
    Benefit::Percentage {
        percent: dec(percent),
    }
}

/// A sale of usage, which its customer pays 1.4256 times its cost for, bought with a coupon.
async fn cloud(world: &World, coupon: &str) -> SubscriptionId {
    let mut wanted = with(world, "cloud", "1", Some(coupon));
    wanted.quantities.clear();
    subscribe(world, &wanted).await.1
}

/// Something was used on a day, or less was, that costs so much at its source.
async fn used(world: &World, id: SubscriptionId, name: &str, on: &str, cost: &str) {
    let starts_at = Timestamp::parse(&format!("{on}T10:00:00Z")).expect("a time");
    let cost = dec(cost);
    let record = UsageInput {
        source: "test".to_owned(),
        external_id: name.to_owned(),
        subscription_id: id,
        meter: "cost".to_owned(),
        starts_at,
        ends_at: starts_at,
        quantity: dec("1"),
        unit: String::new(),
        cost: Some(cost),
        currency: Some(Currency::EUR),
        kind: if cost.is_sign_negative() {
            UsageKind::Adjustment
        } else {
            UsageKind::Usage
        },
        dimensions: BTreeMap::new(),
        attributes: BTreeMap::new(),
    };
    let report = usage_ingest(world.p(), &world.ctx().await, &[record]).await;
    assert_eq!(report.expect("a report").rejected, 0);
}

#[tokio::test]
async fn usage_is_discounted_by_its_month_and_late_usage_with_it() {
    each_world(|world| async move {
        let input = CouponInput {
            periods: Some(2),
            ..off_usage("CLOUD", share("25"), Covers::Usage)
        };
        let made = coupon(&world, input).await;
        let id = cloud(&world, "CLOUD").await;
        used(&world, id, "a", "2024-01-12", "100").await;
        world.travel("2024-02-02T12:00:00Z").await;
        // 142.56 less a quarter.
        assert_eq!(nets(&world).await, ["106.92 EUR"]);
        // Ten more of January come late, and half of it is taken back later still.
        used(&world, id, "b", "2024-02-03", "40").await;
        used(&world, id, "c", "2024-01-20", "10").await;
        world.travel("2024-03-02T12:00:00Z").await;
        // 14.26 off the 57.02 of February, and 3.56 more off January.
        assert_eq!(cost(&world, &made).await, "53.46 EUR");
        used(&world, id, "d", "2024-01-20", "-50").await;
        used(&world, id, "e", "2024-03-03", "100").await;
        world.travel("2024-04-02T12:00:00Z").await;
        // January came to 85.54, of which a quarter is 21.38; March is the third month and has its price.
        assert_eq!(cost(&world, &made).await, "35.64 EUR");
        let all: i64 = world
            .documents()
            .await
            .iter()
            .map(|document| document.kind.sign() * document.net.minor)
            .sum();
        assert_eq!(all, 8554 + 5702 + 14256 - 3564);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn amounts_and_budgets_end_where_the_usage_does() {
    each_world(|world| async move {
        let amount = Benefit::Amount {
            amount: eur("50.00"),
        };
        let made = coupon(&world, off_usage("FIFTY", amount, Covers::Usage)).await;
        let id = cloud(&world, "FIFTY").await;
        used(&world, id, "a", "2024-01-12", "10").await;
        world.travel("2024-02-02T12:00:00Z").await;
        assert_eq!(
            cost(&world, &made).await,
            "14.25 EUR",
            "never more than it costs"
        );
        used(&world, id, "b", "2024-01-13", "90").await;
        used(&world, id, "c", "2024-02-03", "-3").await;
        world.travel("2024-03-02T12:00:00Z").await;
        assert_eq!(
            cost(&world, &made).await,
            "50.00 EUR",
            "nothing off what is given back"
        );
        let bound = CouponInput {
            limits: CouponLimits {
                budget: Some(eur("20.00")),
                ..CouponLimits::default()
            },
            ..off_usage("BUDGET", share("50"), Covers::Usage)
        };
        let bound = coupon(&world, bound).await;
        let id = cloud(&world, "BUDGET").await;
        used(&world, id, "d", "2024-03-03", "20").await;
        world.travel("2024-04-02T12:00:00Z").await;
        assert_eq!(cost(&world, &bound).await, "14.26 EUR");
        used(&world, id, "e", "2024-04-03", "20").await;
        world.travel("2024-05-02T12:00:00Z").await;
        assert_eq!(cost(&world, &bound).await, "20.00 EUR");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_coupon_covers_is_checked() {
    each_world(|world| async move {
        let amount = Benefit::Amount {
            amount: eur("5.00"),
        };
        let create = |input: CouponInput| CouponCreate {
            seller_id: world.reseller,
            input,
        };
        let ctx = world.ctx().await;
        let both = create(off_usage("BOTH", amount, Covers::Everything));
        let refusal = refused(coupon_create(world.p(), &ctx, &both).await);
        assert_eq!(refusal, ("scope.covers".into(), "out_of_place".into()));
        // What is named without a product has to be there.
        let unknown = |scope| {
            create(CouponInput {
                scope,
                ..percent(Some("SCOPE"), "10")
            })
        };
        let nowhere = unknown(DiscountScope {
            plans: vec![tradewind_kernel::id::PlanId::generate()],
            ..DiscountScope::default()
        });
        let refusal = refused(coupon_create(world.p(), &ctx, &nowhere).await);
        assert_eq!(refusal, ("scope.plans".into(), "unknown".into()));
        let seats = world
            .plan("basic")
            .items
            .iter()
            .find(|item| item.code == "seats");
        let elsewhere = unknown(DiscountScope {
            plans: vec![world.plan("pro").id],
            items: vec![seats.expect("seats").id],
            ..DiscountScope::default()
        });
        let refusal = refused(coupon_create(world.p(), &ctx, &elsewhere).await);
        assert_eq!(refusal, ("scope.items".into(), "unknown".into()));
        // A coupon for usage alone is not for a plan without any.
        coupon(&world, off_usage("USAGE", share("10"), Covers::Usage)).await;
        let refusal = refused(quote(&world, &with(&world, "basic", "1", Some("USAGE"))).await);
        assert_eq!(refusal, ("coupon".into(), "coupon_not_applicable".into()));
    })
    .await;
}

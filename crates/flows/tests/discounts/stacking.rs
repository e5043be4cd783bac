//! Several discounts on one sale, in the order that the seller's policy names, and lines rounded as it says.

use tradewind_catalogue::types::Policies;
use tradewind_kernel::Rounding;
use tradewind_pricing::discount::StackingOrder;

use super::*;

/// The reseller's book from 11 January on.
async fn revised(world: &World, policies: Policies) {
    world.sells(policies, "2024-01-11", "20").await;
    world.travel("2024-01-11T09:00:00Z").await;
}

/// What is due for five seats and the set-up, 71.28 each, with 20 % off everything and 10.00 off the seats.
async fn due(world: &World, stacking: StackingOrder) -> (String, Vec<String>) {
    let policies = Policies {
        stacking,
        ..Policies::default()
    };
    revised(world, policies).await;
    let seats = world.plan("basic").items.iter();
    let seats = seats.filter(|item| item.code == "seats");
    let ten = CouponInput {
        benefit: Benefit::Amount {
            amount: eur("10.00"),
        },
        scope: DiscountScope {
            items: seats.map(|item| item.id).collect(),
            ..DiscountScope::default()
        },
        ..percent(Some("TEN"), "1")
    };
    coupon(world, percent(None, "20")).await;
    coupon(world, ten).await;
    let wanted = with(world, "basic", "5", Some("TEN"));
    let (shown, _) = subscribe(world, &wanted).await;
    let shown = shown.preview.billing;
    let promised = shown.due_now.as_ref().expect("something is due");
    let billed = world.documents().await.pop().expect("an invoice");
    assert_eq!(promised.net, billed.net);
    let lines = promised.lines.iter().filter(|line| line.net.is_negative());
    let mut off: Vec<String> = lines.map(|line| line.net.to_string()).collect();
    off.sort();
    world.assert_consistent().await;
    (billed.net.to_string(), off)
}

#[tokio::test]
async fn the_policy_says_which_of_several_discounts_comes_first() {
    each_world(|world| async move {
        // 20 % of 142.56, then 10.00.
        let (net, off) = due(&world, StackingOrder::PercentagesFirst).await;
        assert_eq!(net, "104.05 EUR");
        assert_eq!(off, ["-10.00 EUR", "-14.25 EUR", "-14.26 EUR"]);
    })
    .await;
    each_world(|world| async move {
        // 10.00, which are for the seats alone, then 20 % of 132.56.
        let (net, off) = due(&world, StackingOrder::NarrowestFirst).await;
        assert_eq!(net, "106.05 EUR");
        assert_eq!(off, ["-10.00 EUR", "-12.25 EUR", "-14.26 EUR"]);
    })
    .await;
}

#[tokio::test]
async fn lines_are_rounded_as_the_policy_says() {
    // Three seats at 14.256 come to 42.768, and one to 14.256.
    for (rounding, three, one) in [
        (Rounding::HalfUp, "114.05 EUR", "85.54 EUR"),
        (Rounding::Down, "114.04 EUR", "85.53 EUR"),
        (Rounding::Up, "114.05 EUR", "85.54 EUR"),
    ] {
        each_world(|world| async move {
            let policies = Policies {
                rounding,
                ..Policies::default()
            };
            revised(&world, policies).await;
            for (seats, expected) in [("3", three), ("1", one)] {
                let (shown, _) = subscribe(&world, &with(&world, "basic", seats, None)).await;
                let shown = shown.preview.billing.due_now.expect("something is due");
                let billed = world.documents().await.pop().expect("an invoice");
                assert_eq!(billed.net.to_string(), expected, "{rounding}");
                assert_eq!(shown.net, billed.net);
            }
            world.assert_consistent().await;
        })
        .await;
    }
}

//! Changes that take effect when somebody says so, not when they usually do.

use tradewind_catalogue::types::Policies;
use tradewind_flows::quote::{ChangeInput, ChangeWhen, quote_change};
use tradewind_kernel::Decimal;
use tradewind_kernel::id::SubscriptionId;
use tradewind_platform::OpCtx;
use tradewind_policy::{AccountKind, Principal, Role};
use tradewind_pricing::proration::{ProrationPolicy, ProrationTerms};

use super::change_input;
use crate::common::{World, code, day, dec, each_world};

fn when(
    world: &World,
    id: SubscriptionId,
    plan: Option<&str>,
    seats: &str,
    when: ChangeWhen,
) -> ChangeInput {
    ChangeInput {
        when: Some(when),
        ..change_input(world, id, plan, seats)
    }
}

/// Somebody who works for the customer.
async fn buyer(world: &World) -> OpCtx {
    OpCtx {
        principal: Principal::user(
            "usr_00000000000000000000000001",
            world.customer,
            AccountKind::Customer,
            vec![Role::Owner],
        ),
        ..world.ctx().await
    }
}

async fn seats(world: &World, id: SubscriptionId) -> Option<Decimal> {
    let items = world.subscription(id).await.items;
    let seats = items.iter().find(|item| item.code == "seats");
    seats.map(|item| item.quantity)
}

#[tokio::test]
async fn a_seller_has_less_take_effect_at_once_and_its_policy_says_what_is_given_back() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        world.travel("2024-01-20T09:00:00Z").await;
        let input = when(&world, id, None, "3", ChangeWhen::Now);
        let refused = quote_change(world.p(), &buyer(&world).await, &input).await;
        assert_eq!(code(refused), "only_the_seller");
        let quote = quote_change(world.p(), &world.ctx().await, &input)
            .await
            .expect("a quote");
        assert_eq!(quote.preview.effective_on, day("2024-01-20"));
        let billing = &quote.preview.billing;
        let due = billing.due_now.as_ref().expect("something is given back");
        // 21 of 31 days of 71.28 back, and the same of 42.768.
        assert_eq!(due.net.to_string(), "-19.32 EUR");
        let next = billing.next.as_ref().expect("a next invoice");
        assert_eq!(next.document.net.to_string(), "42.77 EUR");
        world.carry_out(&quote).await;
        assert_eq!(seats(&world, id).await, Some(dec("3")));
        let last = world.documents().await.pop().expect("a credit note");
        assert_eq!(
            (last.kind.sign(), last.net.to_string()),
            (-1, "19.32 EUR".to_owned())
        );
        world.travel("2024-02-10T09:00:00Z").await;
        let last = world.documents().await.pop().expect("an invoice");
        assert_eq!(last.net.to_string(), "42.77 EUR");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn less_at_once_gives_nothing_back_where_the_policy_keeps_what_has_begun() {
    each_world(|world| async move {
        world
            .sells(
                Policies {
                    proration: ProrationTerms {
                        downgrade: ProrationPolicy::None,
                        ..ProrationTerms::default()
                    },
                    ..Policies::default()
                },
                "2024-01-11",
                "20",
            )
            .await;
        world.travel("2024-01-11T09:00:00Z").await;
        let id = world.subscribe("basic", "5").await;
        world.travel("2024-01-20T09:00:00Z").await;
        let documents = world.documents().await.len();
        let input = when(&world, id, None, "3", ChangeWhen::Now);
        let quote = quote_change(world.p(), &world.ctx().await, &input).await;
        let quote = quote.expect("a quote");
        assert!(quote.preview.billing.due_now.is_none());
        world.carry_out(&quote).await;
        assert_eq!(seats(&world, id).await, Some(dec("3")));
        assert_eq!(world.documents().await.len(), documents);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn more_can_wait_for_the_end_of_the_period() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        world.travel("2024-01-20T09:00:00Z").await;
        let documents = world.documents().await.len();
        let ctx = buyer(&world).await;
        let input = when(&world, id, Some("pro"), "8", ChangeWhen::EndOfPeriod);
        let quote = quote_change(world.p(), &ctx, &input).await;
        let quote = quote.expect("a quote");
        assert_eq!(quote.preview.effective_on, day("2024-02-10"));
        assert!(quote.preview.billing.due_now.is_none());
        let next = quote.preview.billing.next.as_ref().expect("a next invoice");
        // 25 × 1.08 × 1.10 × 1.20 for eight seats.
        assert_eq!(next.document.net.to_string(), "285.12 EUR");
        world.carry_out(&quote).await;
        assert_eq!(seats(&world, id).await, Some(dec("5")));
        assert_eq!(world.documents().await.len(), documents);
        world.travel("2024-02-10T09:00:00Z").await;
        assert_eq!(seats(&world, id).await, Some(dec("8")));
        let last = world.documents().await.pop().expect("an invoice");
        assert_eq!(last.net.to_string(), "285.12 EUR");
        assert_eq!(world.waiting().await.len(), 1, "the vendor hears of it");
        world.assert_consistent().await;
    })
    .await;
}

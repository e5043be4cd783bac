//! Orders of buyers who owe too much, or from whom their seller takes none.

mod common;

use std::collections::BTreeMap;

use common::{World, dec, each_world};
use tradewind_accounts::service::relationship_set;
use tradewind_accounts::types::{RelationshipSet, TermsInput};
use tradewind_billing::service::{
    self as billing, BuyerOf, CreditHoldSet, DunningSet, credit_hold_release, credit_hold_set,
};
use tradewind_billing::types::{
    BeyondCredit, CreditDestination, CreditHold, DunningAction, DunningPolicy, DunningStep,
};
use tradewind_flows::order::{PlaceInput, order_place};
use tradewind_flows::quote::{ChangeInput, QuoteView, quote_change, quote_purchase};
use tradewind_kernel::id::{AccountId, SubscriptionId};
use tradewind_kernel::{Error, Result};
use tradewind_orders::service::order_approve;
use tradewind_orders::types::{OrderDecision, OrderDetail, StepKind};

async fn policy(world: &World, steps: Vec<DunningStep>, beyond_credit: BeyondCredit) {
    let policy = DunningPolicy {
        steps,
        beyond_credit,
    };
    let input = DunningSet {
        seller_id: world.reseller,
        policy,
    };
    billing::dunning_set(world.p(), &world.ctx().await, &input)
        .await
        .expect("a policy");
}

async fn limit(world: &World, amount: &str) {
    let input = RelationshipSet {
        seller: world.reseller,
        buyer: world.customer,
        version: None,
        terms: TermsInput {
            payment: Some("on_account".to_owned()),
            credit_limit: Some(amount.to_owned()),
            payment_terms_days: Some(14),
            ..TermsInput::default()
        },
    };
    relationship_set(world.p(), &world.ctx().await, &input)
        .await
        .expect("terms");
}

async fn quote(world: &World, seats: &str) -> QuoteView {
    quote_purchase(world.p(), &world.ctx().await, &world.wanted("basic", seats))
        .await
        .expect("a quote")
}

async fn place(world: &World, quote: &QuoteView) -> Result<OrderDetail> {
    let input = PlaceInput { quote_id: quote.id };
    let placed = order_place(world.p(), &world.ctx().await, &input).await?;
    world.test.drain().await;
    Ok(world.see(placed.order.id).await)
}

async fn more(world: &World, id: SubscriptionId, seats: &str) -> Result<OrderDetail> {
    let input = ChangeInput {
        subscription_id: id,
        plan_id: None,
        quantities: BTreeMap::from([("seats".to_owned(), dec(seats))]),
        packages: BTreeMap::new(),
        coupon: None,
        when: None,
    };
    let quote = quote_change(world.p(), &world.ctx().await, &input).await?;
    place(world, &quote).await
}

fn code<T>(result: Result<T>) -> &'static str {
    match result.err().expect("a refusal") {
        Error::Refused { code, .. } | Error::Conflict { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

fn state(order: &OrderDetail) -> &'static str {
    order.order.state.as_str()
}

fn of(seller_id: AccountId, buyer_id: AccountId) -> BuyerOf {
    BuyerOf {
        seller_id,
        buyer_id,
    }
}

async fn holds(world: &World) -> Vec<CreditHold> {
    let of = of(world.reseller, world.customer);
    billing::credit_holds(world.p(), &world.ctx().await, of)
        .await
        .expect("holds")
}

#[tokio::test]
async fn beyond_the_limit_orders_are_refused_or_wait_for_money() {
    each_world(|world| async move {
        // One seat is 85.54 at once: 71.28 for the setup and 14.26 a month, and its vendor delivers it by hand.
        limit(&world, "200.00").await;
        policy(&world, Vec::new(), BeyondCredit::Refuse).await;
        let first = place(&world, &quote(&world, "1").await).await;
        assert_eq!(state(&first.expect("an order")), "delivering");
        // It is charged nowhere before it is delivered, and counts all the same.
        let second = place(&world, &quote(&world, "1").await)
            .await
            .expect("an order");
        let third = quote(&world, "1").await;
        let before = world.order_count().await;
        let refused = place(&world, &third).await;
        assert_eq!(code(refused), "credit_limit");
        assert_eq!(world.order_count().await, before);
        world.deliver_all().await;
        assert_eq!(code(place(&world, &third).await), "credit_limit");
        assert_eq!(
            code(more(&world, second.order.subscription_id, "9").await),
            "credit_limit"
        );

        // By the other policy, it waits: first come, first served.
        policy(&world, Vec::new(), BeyondCredit::Approve).await;
        assert_eq!(code(place(&world, &third).await), "quote_changed");
        let third = quote(&world, "1").await;
        assert!(third.preview.needs_approval);
        let third = place(&world, &third).await.expect("an order");
        assert_eq!(state(&third), "awaiting_approval");
        let step = third.step(StepKind::Approval).expect("a step");
        let why = step.message.as_deref().unwrap_or_default();
        assert_eq!(
            why,
            "this would exceed the credit limit of 200.00 EUR; 28.92 EUR are left"
        );
        let fourth = place(&world, &quote(&world, "5").await)
            .await
            .expect("an order");
        assert_eq!(state(&fourth), "awaiting_approval");
        // Half of what is owed is paid: the third fits, the fourth does not.
        let oldest = &world.documents().await[0];
        let transfer = billing::TransferRecord {
            seller_id: world.reseller,
            payer_id: world.customer,
            invoice_id: Some(oldest.id),
            amount: oldest.gross,
            reference: "SEPA 1".to_owned(),
            top_up: false,
            receiver_id: None,
            received_on: None,
        };
        billing::transfer_record(world.p(), &world.ctx().await, &transfer)
            .await
            .expect("a payment");
        world.test.drain().await;
        assert_eq!(state(&world.see(third.order.id).await), "delivering");
        assert_eq!(
            state(&world.see(fourth.order.id).await),
            "awaiting_approval"
        );
        // By hand it goes on all the same.
        let decision = OrderDecision {
            id: fourth.order.id,
            version: None,
        };
        order_approve(world.p(), &world.ctx().await, &decision)
            .await
            .expect("approved");
        world.test.drain().await;
        assert_eq!(state(&world.see(fourth.order.id).await), "delivering");
        world.deliver_all().await;
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn dunning_restricts_orders_until_it_is_paid_and_leaves_what_runs() {
    each_world(|world| async move {
        limit(&world, "").await;
        let steps = vec![
            DunningStep::new(5, DunningAction::Restrict),
            DunningStep::new(8, DunningAction::Suspend),
        ];
        policy(&world, steps, BeyondCredit::Refuse).await;
        let order = place(&world, &quote(&world, "5").await)
            .await
            .expect("an order");
        world.deliver_all().await;
        let id = order.order.subscription_id;
        // Due on 24 January.
        world.travel("2024-01-29T12:00:00Z").await;
        let held = holds(&world).await;
        assert_eq!(held.len(), 1);
        assert_eq!(held[0].invoice_number.as_deref(), Some("INV-2024-000001"));
        assert_eq!(
            code(place(&world, &quote(&world, "1").await).await),
            "ordering_restricted"
        );
        assert_eq!(code(more(&world, id, "6").await), "ordering_restricted");
        // Having less is in nobody's way, and the service runs.
        let less = more(&world, id, "4").await.expect("an order");
        assert_eq!(state(&less), "completed");
        let runs = world.subscription(id).await.subscription.commercial_state;
        assert_eq!(runs.as_str(), "active");
        world.travel("2024-02-02T12:00:00Z").await;
        let stopped = world.subscription(id).await.subscription.commercial_state;
        assert_eq!(stopped.as_str(), "suspended");
        // Paid: both come back by themselves.
        world.pay_all().await;
        world.deliver_all().await;
        assert!(holds(&world).await.is_empty());
        let runs = world.subscription(id).await.subscription.commercial_state;
        assert_eq!(runs.as_str(), "active");
        let again = place(&world, &quote(&world, "1").await)
            .await
            .expect("an order");
        assert_eq!(state(&again), "delivering");
        world.deliver_all().await;
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_credit_note_closes_is_restored_too() {
    each_world(|world| async move {
        limit(&world, "").await;
        let steps = vec![
            DunningStep::new(3, DunningAction::Restrict),
            DunningStep::new(5, DunningAction::Suspend),
        ];
        policy(&world, steps, BeyondCredit::Refuse).await;
        let order = place(&world, &quote(&world, "5").await)
            .await
            .expect("an order");
        world.deliver_all().await;
        world.travel("2024-01-30T12:00:00Z").await;
        let id = order.order.subscription_id;
        let stopped = world.subscription(id).await.subscription.commercial_state;
        assert_eq!(
            (stopped.as_str(), holds(&world).await.len()),
            ("suspended", 1)
        );
        let note = billing::CreditNote {
            invoice_id: world.documents().await[0].id,
            reason: "Never delivered".to_owned(),
            lines: None,
            destination: CreditDestination::Debt,
        };
        billing::credit_note_for(world.p(), &world.ctx().await, &note)
            .await
            .expect("a credit note");
        world.test.drain().await;
        world.deliver_all().await;
        let runs = world.subscription(id).await.subscription.commercial_state;
        assert_eq!((runs.as_str(), holds(&world).await.len()), ("active", 0));
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_hold_by_hand_keeps_orders_and_those_of_the_tiers_below() {
    each_world(|world| async move {
        limit(&world, "").await;
        policy(&world, Vec::new(), BeyondCredit::Approve).await;
        let hold = |of: BuyerOf| CreditHoldSet {
            of,
            reason: "Disputed".to_owned(),
            until_paid: false,
        };
        let own = of(world.reseller, world.customer);
        let ctx = world.ctx().await;
        credit_hold_set(world.p(), &ctx, &hold(own))
            .await
            .expect("held");
        let held = place(&world, &quote(&world, "1").await)
            .await
            .expect("an order");
        assert_eq!(state(&held), "awaiting_approval");
        let step = held.step(StepKind::Approval).expect("a step");
        let why = step.message.as_deref().unwrap_or_default();
        assert_eq!(
            why,
            "the seller takes no new orders for this account: Disputed"
        );
        credit_hold_release(world.p(), &world.ctx().await, own)
            .await
            .expect("released");
        world.test.drain().await;
        assert_eq!(state(&world.see(held.order.id).await), "delivering");
        // The reseller is held by the distributor: its customers cannot order, and are not told why.
        let above = of(world.distributor, world.reseller);
        credit_hold_set(world.p(), &world.ctx().await, &hold(above))
            .await
            .expect("held");
        let refused = place(&world, &quote(&world, "1").await).await;
        assert_eq!(code(refused), "seller_restricted");
        credit_hold_release(world.p(), &world.ctx().await, above)
            .await
            .expect("released");
        let taken = place(&world, &quote(&world, "1").await)
            .await
            .expect("an order");
        assert_eq!(state(&taken), "delivering");
        world.deliver_all().await;
        world.assert_consistent().await;
    })
    .await;
}

//! Drafts that wait for an engine while days pass, somebody holds them, or the seller changes its mind.

use tradewind_billing::service::{self as billing, DraftHold};
use tradewind_kernel::id::DraftId;
use tradewind_orders::types::StepState;
use tradewind_tax::{
    service as tax,
    types::{EngineAway, EngineSet, TaxDecision},
};

use crate::{
    common::{World, code, day, each_world},
    decided, in_austin, invoice, payment,
    stub::{Mood, state_and_city},
    trouble::{ask_again, drafts},
    work,
};

async fn hold(world: &World, draft: DraftId, reason: Option<&str>) {
    let hold = DraftHold {
        draft_id: draft,
        reason: reason.map(str::to_owned),
    };
    billing::draft_hold(world.p(), &world.ctx().await, &hold)
        .await
        .expect("a hold");
}

async fn issue(world: &World, draft: DraftId) {
    billing::draft_issue(world.p(), &world.ctx().await, draft)
        .await
        .expect("issued, or asked about");
    world.test.drain().await;
}

#[tokio::test]
async fn a_period_begins_with_its_charges_however_long_the_taxes_take() {
    each_world(|world| async move {
        let stub = in_austin(&world, Mood::Status(503), EngineAway::Hold).await;
        let (_, order) = world.order("basic", "3").await;
        world.travel("2024-01-13T09:00:00Z").await;
        stub.is(state_and_city());
        ask_again(&world).await;
        world.pay_all().await;
        world.deliver_all().await;
        let order = world.see(order.order.id).await.order;
        assert_eq!(order.state.as_str(), "completed");
        let sale = world.subscription(order.subscription_id).await.subscription;
        assert_eq!(
            (sale.period_start, sale.period_end),
            (Some(day("2024-01-10")), Some(day("2024-02-10")))
        );
        assert_eq!(sale.next_bill_on, Some(day("2024-02-10")));
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn own_tables_decide_only_what_an_engine_was_asked_about_in_vain() {
    each_world(|world| async move {
        let stub = in_austin(&world, Mood::Status(503), EngineAway::OwnTables).await;
        world.order("basic", "3").await;
        let draft = drafts(&world).await[0].id;
        hold(&world, draft, Some("Purchase order missing")).await;
        stub.is(state_and_city());
        // Held for longer than the hours after which own tables decide; the engine is back all the while.
        world.travel("2024-01-13T09:00:00Z").await;
        assert_eq!(world.documents().await.len(), 0);
        hold(&world, draft, None).await;
        issue(&world, draft).await;
        assert_eq!(
            invoice(&world).await.summary.tax.minor,
            798,
            "it was asked, and has answered"
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_somebody_issues_although_it_is_held_is_issued_once_the_engine_answers() {
    each_world(|world| async move {
        let stub = in_austin(&world, Mood::Status(503), EngineAway::Hold).await;
        world.order("basic", "3").await;
        let draft = drafts(&world).await[0].id;
        hold(&world, draft, Some("Disputed")).await;
        issue(&world, draft).await;
        // Holding it again is the last word.
        hold(&world, draft, Some("Disputed again")).await;
        stub.is(state_and_city());
        ask_again(&world).await;
        assert_eq!(world.documents().await.len(), 0);
        stub.is(Mood::Status(503));
        world.travel("2024-01-11T09:00:00Z").await;
        issue(&world, draft).await;
        assert_eq!(world.documents().await.len(), 0);
        stub.is(state_and_city());
        ask_again(&world).await;
        assert_eq!(invoice(&world).await.summary.tax.minor, 798);
        assert_eq!(work(&world).await.waiting.len(), 0);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn an_order_goes_on_when_its_seller_decides_taxes_otherwise() {
    each_world(|world| async move {
        let _stub = in_austin(&world, Mood::Status(503), EngineAway::Hold).await;
        let (_, order) = world.order("basic", "3").await;
        let ctx = world.ctx().await;
        decided(&world, world.reseller, TaxDecision::Agreed).await;
        ask_again(&world).await;
        let issued = invoice(&world).await.summary.number;
        let (state, said) = payment(&world.see(order.order.id).await);
        assert_eq!(state, StepState::Waiting);
        assert!(said.contains(&issued), "{said}");
        // Nobody is told of it, and nothing is left when the engine is removed.
        tax::engine_remove(world.p(), &ctx, world.reseller)
            .await
            .expect("it is gone");
        assert_eq!(work(&world).await.untold.len(), 0);
        world.pay_all().await;
        world.deliver_all().await;
        assert_eq!(
            world.see(order.order.id).await.order.state.as_str(),
            "completed"
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn another_address_needs_its_own_secret() {
    each_world(|world| async move {
        let stub = in_austin(&world, state_and_city(), EngineAway::Hold).await;
        let ctx = world.ctx().await;
        let set = |url: &str, secret: Option<&str>| EngineSet {
            url: url.to_owned(),
            secret: secret.map(str::to_owned),
            away: EngineAway::Hold,
            after_hours: 0,
            codes: Default::default(),
        };
        let same = tax::engine_set(world.p(), &ctx, world.reseller, &set(&stub.url, None)).await;
        assert_eq!(same.expect("it keeps its secret").secret_hint, "et-1");
        let elsewhere = set("http://127.0.0.1:9", None);
        let refused = tax::engine_set(world.p(), &ctx, world.reseller, &elsewhere).await;
        let refused = refused.expect_err("a secret is asked for");
        let problem = &refused.problems()[0];
        assert_eq!(
            (problem.field.as_str(), problem.code),
            ("secret", "required")
        );
        let kept = tax::engine_get(world.p(), &ctx, world.reseller).await;
        assert_eq!(kept.expect("seen").expect("an engine").url, stub.url);
        let known = set("http://127.0.0.1:9", Some("another-secret"));
        let moved = tax::engine_set(world.p(), &ctx, world.reseller, &known).await;
        assert_eq!(moved.expect("it has moved").secret_hint, "cret");
        let missing = tax::engine_remove(world.p(), &ctx, world.reseller).await;
        assert_eq!(code(missing), "tax_engine_in_use");
    })
    .await;
}

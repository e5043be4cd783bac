//! Engines that are away, answer nonsense or are asked about what changes; and who sees what of whom.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tradewind_billing::{
    service::{
        self as billing, DraftAdjust, DraftLine, InvoiceHoldSet, TaxAsk, TaxAskAgain, TaxReportOf,
    },
    types::DraftSummary,
};
use tradewind_kernel::{
    Currency, Money,
    id::{AccountId, DraftId},
    page::PageRequest,
};
use tradewind_orders::types::StepState;
use tradewind_platform::{BoxFuture, OpCtx, Platform};
use tradewind_policy::{AccountKind, Principal, Role};
use tradewind_tax::{
    service::{self as tax, TaxEngine},
    types::{EngineAway, EngineCall, EngineSaid, EngineSet, TaxDecision},
};

use crate::{
    common::{World, code, each_world},
    decided, engine, in_austin, invoice, payment,
    stub::{Mood, Stub, answer_to, state_and_city},
    summary, work,
};

pub(crate) async fn drafts(world: &World) -> Vec<DraftSummary> {
    let page = PageRequest::new(Some(50), None).expect("a page");
    billing::draft_list(world.p(), &world.ctx().await, world.reseller, &page)
        .await
        .expect("drafts")
        .items
}

pub(crate) async fn ask_again(world: &World) {
    let again = TaxAskAgain {
        seller_id: world.reseller,
        buyer_id: None,
    };
    billing::tax_ask_again(world.p(), &world.ctx().await, &again)
        .await
        .expect("it is asked again");
    world.test.drain().await;
}

fn waiting(world: &World) -> TaxAsk {
    TaxAsk {
        seller_id: world.reseller,
        buyer_id: world.customer,
        currency: Currency::parse("EUR").expect("a currency"),
    }
}

#[tokio::test]
async fn what_an_engine_does_not_answer_waits_and_says_why() {
    each_world(|world| async move {
        let stub = in_austin(&world, Mood::Status(503), EngineAway::Hold).await;
        let (_, order) = world.order("basic", "3").await;
        assert_eq!(world.documents().await.len(), 0);
        let (state, said) = payment(&order);
        assert_eq!(
            (state, said.as_str()),
            (StepState::Waiting, "Waiting for the taxes of the invoice.")
        );
        let waits = work(&world).await.waiting;
        assert_eq!(waits.len(), 1);
        let problem = waits[0].problem.clone().expect("a problem");
        assert!(problem.contains("answered 503"), "{problem}");
        let drafts = drafts(&world).await;
        assert_eq!(
            (drafts.len(), drafts[0].charges, drafts[0].about.minor),
            (1, 2, 11_405)
        );
        assert_eq!(waits[0].draft_id, Some(drafts[0].id));
        let note = drafts[0].tax_wait.as_ref().expect("a note");
        assert_eq!(note.problem.as_ref(), Some(&problem));
        // Every attempt asks the same under the same key; then the job gives up, which can be seen.
        let questions = stub.questions();
        assert_eq!(questions.len() as i64, waits[0].attempts);
        assert!(questions.iter().all(|one| one.key == questions[0].key));
        world.assert_consistent().await;

        stub.is(state_and_city());
        ask_again(&world).await;
        assert_eq!(work(&world).await.waiting.len(), 0);
        assert_eq!(invoice(&world).await.summary.gross.minor, 12_203);
        assert_eq!(
            payment(&world.see(order.order.id).await).0,
            StepState::Waiting
        );
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
async fn an_answer_that_cannot_be_used_never_becomes_an_invoice() {
    each_world(|world| async move {
        let stub = in_austin(&world, Mood::Text("<html>"), EngineAway::Hold).await;
        world.order("basic", "1").await;
        let moods: [(Mood, &str); 9] = [
            (Mood::Text("<html>"), "cannot be used"),
            (Mood::Status(401), "does not accept the secret"),
            (Mood::Status(422), "it answered 422: not today"),
            (
                Mood::Wrong(|said| drop(said["lines"].as_array_mut().expect("lines").pop())),
                "is missing",
            ),
            (
                Mood::Wrong(|said| said["lines"][0]["key"] = json!("7")),
                "was not asked about",
            ),
            (
                Mood::Wrong(|said| said["lines"][0]["taxes"][0]["percent"] = json!("-10")),
                "line \"1\"",
            ),
            (
                Mood::Wrong(|said| said["lines"][0]["taxes"][0]["percent"] = json!("1000")),
                "line \"1\"",
            ),
            (
                Mood::Wrong(|said| said["currency"] = json!("USD")),
                "EUR was asked",
            ),
            (
                Mood::Wrong(|said| said["total_tax"] = json!("1.00")),
                "tax comes to 1.00",
            ),
        ];
        for (mood, expected) in moods {
            stub.is(mood);
            ask_again(&world).await;
            let problem = work(&world).await.waiting[0].problem.clone();
            let problem = problem.expect("a problem");
            assert!(problem.contains(expected), "{expected}: {problem}");
            assert_eq!(world.documents().await.len(), 0);
        }
        stub.is(Mood::Wrong(|_| {}));
        ask_again(&world).await;
        assert_eq!(summary(&invoice(&world).await)[0].2, 855);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_outlives_what_comes_between_it_and_the_invoice() {
    each_world(|world| async move {
        let stub = in_austin(&world, state_and_city(), EngineAway::Hold).await;
        let ctx = world.ctx().await;
        let hold = |reason: Option<&str>| InvoiceHoldSet {
            seller_id: world.reseller,
            buyer_id: world.customer,
            reason: reason.map(str::to_owned),
        };
        // The answer is there, and somebody holds the buyer before the invoice is.
        billing::invoice_hold_set(world.p(), &ctx, &hold(Some("Disputed")))
            .await
            .expect("a hold");
        world.order("basic", "3").await;
        assert_eq!(stub.questions().len(), 1);
        assert_eq!(world.documents().await.len(), 0);
        let found = drafts(&world).await;
        let shown = billing::draft_get(world.p(), &ctx, found[0].id)
            .await
            .expect("the draft");
        assert_eq!(
            (shown.tax.minor, shown.gross.minor),
            (798, 12_203),
            "what it said is shown"
        );

        billing::invoice_hold_set(world.p(), &ctx, &hold(None))
            .await
            .expect("no hold");
        let issued = billing::draft_issue(world.p(), &ctx, found[0].id)
            .await
            .expect("it is issued");
        world.test.drain().await;
        assert!(issued.is_some());
        assert_eq!(
            stub.questions().len(),
            1,
            "the same question is not asked twice"
        );
        assert_eq!(invoice(&world).await.summary.tax.minor, 798);

        // Whatever is run again does nothing.
        let port = world.engine();
        billing::tax_wait_settle(world.p(), &ctx, &port, waiting(&world))
            .await
            .expect("nothing waits");
        let of = TaxReportOf {
            document_id: invoice(&world).await.summary.id,
        };
        for _ in 0..2 {
            billing::tax_report_tell(world.p(), &ctx, &port, of)
                .await
                .expect("it is told");
        }
        assert_eq!(stub.documents().len(), 1, "it is taken down once");
        assert_eq!(stub.questions().len(), 1);
        world.assert_consistent().await;
    })
    .await;
}

/// An engine during whose first answer somebody changes the draft.
struct Hurried<'a> {
    platform: &'a Platform,
    ctx: OpCtx,
    draft: DraftId,
    calls: AtomicUsize,
    /// Where the seller has its engine moved to instead.
    moves_to: Option<(AccountId, EngineSet)>,
}

impl TaxEngine for Hurried<'_> {
    fn call<'a>(&'a self, call: &'a EngineCall) -> BoxFuture<'a, EngineSaid> {
        Box::pin(async move {
            let first = self.calls.fetch_add(1, Ordering::SeqCst) == 0;
            if first && let Some((seller, set)) = &self.moves_to {
                tax::engine_set(self.platform, &self.ctx, *seller, set)
                    .await
                    .expect("another engine");
            } else if first {
                let adjust = DraftAdjust {
                    draft_id: self.draft,
                    line: DraftLine {
                        description: "Sorry".to_owned(),
                        amount: Money::new(-1_405, Currency::parse("EUR").expect("a currency")),
                        reason: "Ticket 1".to_owned(),
                        subscription_id: None,
                        tax_category: None,
                    },
                };
                billing::draft_adjust(self.platform, &self.ctx, &adjust)
                    .await
                    .expect("a line");
            }
            let asked: Value = serde_json::from_str(&call.body).expect("a question");
            let taxes = json!([{ "name": "Tax", "place": "US-TX", "percent": "10" }]);
            EngineSaid::Answered(answer_to(&asked, &taxes).to_string().into_bytes())
        })
    }
}

#[tokio::test]
async fn a_draft_that_changes_while_it_is_asked_about_is_asked_about_again() {
    each_world(|world| async move {
        let _stub = in_austin(&world, Mood::Status(500), EngineAway::Hold).await;
        world.order("basic", "3").await;
        let ctx = world.ctx().await;
        let hurried = Hurried {
            platform: world.p(),
            ctx: ctx.clone(),
            draft: drafts(&world).await[0].id,
            calls: AtomicUsize::new(0),
            moves_to: None,
        };
        billing::tax_wait_settle(world.p(), &ctx, &hurried, waiting(&world))
            .await
            .expect("it is issued");
        assert_eq!(hurried.calls.load(Ordering::SeqCst), 2);
        let head = invoice(&world).await.summary;
        assert_eq!((head.net.minor, head.tax.minor), (10_000, 1_000));
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn the_answer_of_an_engine_that_was_replaced_meanwhile_is_dropped() {
    each_world(|world| async move {
        let _stub = in_austin(&world, Mood::Status(500), EngineAway::Hold).await;
        world.order("basic", "3").await;
        let ctx = world.ctx().await;
        let elsewhere = EngineSet {
            url: "http://127.0.0.1:9".to_owned(),
            secret: Some("another-secret".to_owned()),
            away: EngineAway::Hold,
            after_hours: 0,
            codes: Default::default(),
        };
        let hurried = Hurried {
            platform: world.p(),
            ctx: ctx.clone(),
            draft: drafts(&world).await[0].id,
            calls: AtomicUsize::new(0),
            moves_to: Some((world.reseller, elsewhere)),
        };
        billing::tax_wait_settle(world.p(), &ctx, &hurried, waiting(&world))
            .await
            .expect("it is issued");
        // The other one was asked the same again, and its answer holds.
        assert_eq!(hurried.calls.load(Ordering::SeqCst), 2);
        assert_eq!(invoice(&world).await.summary.net.minor, 11_405);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn own_tables_decide_when_an_engine_is_away_for_too_long() {
    each_world(|world| async move {
        let stub = in_austin(&world, Mood::Status(503), EngineAway::OwnTables).await;
        let (_, order) = world.order("basic", "3").await;
        world.travel("2024-01-10T12:59:00Z").await;
        assert_eq!(
            world.documents().await.len(),
            0,
            "not before four hours are over"
        );
        world.travel("2024-01-10T13:01:00Z").await;
        let issued = invoice(&world).await;
        // A seller in Germany that is registered nowhere else takes no tax in Texas.
        assert_eq!(issued.summary.tax.minor, 0);
        assert_eq!(issued.tax_summary[0].rate.reason.as_deref(), Some("abroad"));
        let basis = issued.parties.tax_basis.as_ref().expect("a basis");
        let engine = basis.engine.as_ref().expect("it is noted");
        assert_eq!(engine.reference, None);
        let (_, said) = payment(&world.see(order.order.id).await);
        assert!(said.contains(&issued.summary.number), "{said}");
        // The engine does not know of it yet, and is told once it is back.
        let untold = work(&world).await.untold;
        assert_eq!(untold.len(), 1);
        assert!(
            untold[0]
                .problem
                .as_deref()
                .unwrap_or_default()
                .contains("503")
        );
        stub.is(state_and_city());
        ask_again(&world).await;
        assert_eq!(work(&world).await.untold.len(), 0);
        assert_eq!(stub.documents()[0]["reference"], Value::Null);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn every_seller_decides_for_itself_and_sees_its_own_engine_only() {
    each_world(|world| async move {
        let ctx = world.ctx().await;
        // Nothing is decided by an engine that is not set up, and none decides for a vendor.
        let without = tradewind_tax::types::TaxProfileSet {
            seller: world.distributor,
            profile: tradewind_tax::types::TaxProfile {
                decision: TaxDecision::Engine,
                ..Default::default()
            },
        };
        assert_eq!(
            code(tax::profile_set(world.p(), &ctx, &without).await),
            "no_tax_engine"
        );
        let stub = in_austin(&world, state_and_city(), EngineAway::Hold).await;
        world.subscribe("basic", "3").await;
        // The distributor's invoice to the reseller is as agreed; only the reseller's engine was asked, about one sale.
        assert_eq!(stub.questions().len(), 1);
        assert_eq!(
            stub.questions()[0].body["seller"]["id"],
            json!(world.reseller)
        );
        assert_eq!(
            code(tax::engine_remove(world.p(), &ctx, world.reseller).await),
            "tax_engine_in_use"
        );

        let of = |account, kind| OpCtx {
            principal: Principal::user(
                "usr_00000000000000000000000001",
                account,
                kind,
                vec![Role::Admin],
            ),
            ..ctx.clone()
        };
        let customer = of(world.customer, AccountKind::Customer);
        let seen = tax::engine_get(world.p(), &customer, world.reseller).await;
        assert_eq!(code(seen), "not_found");
        assert_eq!(
            code(billing::tax_work(world.p(), &customer, world.reseller).await),
            "not_found"
        );
        let reseller = of(world.reseller, AccountKind::Reseller);
        assert!(
            tax::engine_get(world.p(), &reseller, world.reseller)
                .await
                .expect("its own")
                .is_some()
        );
        let above = tax::engine_get(world.p(), &reseller, world.distributor).await;
        assert_eq!(code(above), "not_found");
        // Another realm knows nothing of it.
        let elsewhere = world.test.ctx().await;
        assert!(elsewhere.realm != world.realm);
        assert_eq!(
            code(tax::engine_get(world.p(), &elsewhere, world.reseller).await),
            "not_found"
        );

        // With two engines each seller's is asked about its own sales.
        let other = Stub::start(Mood::Wrong(|_| {})).await;
        engine(&world, world.distributor, &other.url, EngineAway::Hold).await;
        world.subscribe("basic", "1").await;
        assert_eq!((stub.questions().len(), other.questions().len()), (2, 0));
        world.travel("2024-02-02T09:00:00Z").await;
        let asked = other.questions();
        assert_eq!(asked.len(), 1, "the reseller gets one invoice a month");
        assert_eq!(asked[0].body["seller"]["id"], json!(world.distributor));
        assert_eq!(asked[0].body["buyer"]["id"], json!(world.reseller));
        decided(&world, world.reseller, TaxDecision::Agreed).await;
        tax::engine_remove(world.p(), &ctx, world.reseller)
            .await
            .expect("it is gone");
        world.assert_consistent().await;
    })
    .await;
}

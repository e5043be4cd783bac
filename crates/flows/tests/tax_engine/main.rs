//! Sellers whose taxes an outside service decides, from the order to the books.

#[path = "../common/mod.rs"]
mod common;
mod holds;
mod stub;
mod trouble;

use common::{World, each_world};
use serde_json::json;
use stub::{Mood, SECRET, Stub, state_and_city};
use tradewind_accounts::{
    service as accounts,
    types::{AccountChanges, AccountUpdate, Address},
};
use tradewind_billing::{
    service::{self as billing, CreditNote, TaxWork},
    types::{CreditDestination, CreditLine, Document},
};
use tradewind_kernel::{Currency, Money, id::AccountId};
use tradewind_orders::types::{OrderDetail, StepKind, StepState};
use tradewind_tax::{
    service as tax,
    types::{
        EngineAway, EngineSample, EngineSet, TaxCategory, TaxDecision, TaxProfile, TaxProfileSet,
    },
};

/// Sets a seller's engine up.
pub(crate) async fn engine(world: &World, seller: AccountId, url: &str, away: EngineAway) {
    let set = EngineSet {
        url: url.to_owned(),
        secret: Some(SECRET.to_owned()),
        away,
        after_hours: if away == EngineAway::Hold { 0 } else { 4 },
        codes: [(TaxCategory::Standard, "SW054".to_owned())].into(),
    };
    let ctx = world.ctx().await;
    let kept = tax::engine_set(world.p(), &ctx, seller, &set).await;
    assert_eq!(kept.expect("a set-up").secret_hint, "et-1");
    decided(world, seller, TaxDecision::Engine).await;
}

/// Has a seller's taxes decided so.
pub(crate) async fn decided(world: &World, seller: AccountId, decision: TaxDecision) {
    let set = TaxProfileSet {
        seller,
        profile: TaxProfile {
            decision,
            ..TaxProfile::default()
        },
    };
    tax::profile_set(world.p(), &world.ctx().await, &set)
        .await
        .expect("a profile");
}

/// The customer lives in Austin, and its reseller has its taxes decided by an engine.
pub(crate) async fn in_austin(world: &World, mood: Mood, away: EngineAway) -> Stub {
    let update = AccountUpdate {
        account: world.customer,
        version: None,
        changes: AccountChanges {
            country: Some("US".to_owned()),
            address: Some(Address {
                line1: "1 Congress Ave".to_owned(),
                postal_code: "78701".to_owned(),
                city: "Austin".to_owned(),
                region: "TX".to_owned(),
                ..Address::default()
            }),
            ..AccountChanges::default()
        },
    };
    accounts::account_update(world.p(), &world.ctx().await, &update)
        .await
        .expect("an account");
    let stub = Stub::start(mood).await;
    engine(world, world.reseller, &stub.url, away).await;
    stub
}

/// The only document of the customer, whole.
pub(crate) async fn invoice(world: &World) -> Document {
    let documents = world.documents().await;
    assert_eq!(documents.len(), 1, "{documents:#?}");
    let ctx = world.ctx().await;
    let found = billing::invoice_get(world.p(), &ctx, documents[0].id).await;
    found.expect("the invoice")
}

pub(crate) async fn work(world: &World) -> TaxWork {
    billing::tax_work(world.p(), &world.ctx().await, world.reseller)
        .await
        .expect("what waits")
}

/// What is said of the payment of an order.
pub(crate) fn payment(order: &OrderDetail) -> (StepState, String) {
    let step = order.step(StepKind::Payment).expect("a payment step");
    (step.state, step.message.clone().unwrap_or_default())
}

/// Name, place, percent and tax of each row of the summary.
pub(crate) fn summary(document: &Document) -> Vec<(String, String, i64)> {
    let rows = document.tax_summary.iter();
    let row = |row: &tradewind_billing::types::TaxLine| {
        let rate = &row.rate;
        let what = format!("{} {}", rate.percent.normalize(), rate.place);
        (rate.code.clone(), what, row.tax.minor)
    };
    rows.map(row).collect()
}

#[tokio::test]
async fn an_engine_decides_the_taxes_of_an_order_and_knows_its_invoice() {
    each_world(|world| async move {
        let stub = in_austin(&world, state_and_city(), EngineAway::Hold).await;
        // Nobody is asked for a quote: it says that tax comes with the invoice.
        let (quote, order) = world.order("basic", "3").await;
        let due = quote.preview.billing.due_now.expect("something is due");
        assert_eq!((due.net.minor, due.tax.minor, due.gross.minor), (11_405, 0, 11_405));
        assert_eq!(due.tax_summary[0].rate.reason.as_deref(), Some("with_invoice"));

        let questions = stub.questions();
        assert_eq!(questions.len(), 1);
        let asked = &questions[0].body;
        assert_eq!(asked["buyer"]["postal_code"], "78701");
        assert_eq!(asked["buyer"]["kind"], "unproven");
        assert_eq!(asked["document"], json!({ "kind": "invoice", "currency": "EUR", "issued_on": "2024-01-10" }));
        let first = json!({
            "key": "1", "category": "standard", "code": "SW054", "supplied_on": "2024-01-10", "from": "2024-01-10",
            "until": "2024-01-10", "quantity": "1", "unit": "unit", "amount": "71.28", "tax_included": false,
        });
        assert_eq!(asked["lines"][0], first);
        assert_eq!(asked["lines"][1]["amount"], "42.77");

        // 5 % and 2 % of 114.05, each rounded once over both lines.
        let invoice = invoice(&world).await;
        let head = &invoice.summary;
        assert_eq!((head.net.minor, head.tax.minor, head.gross.minor), (11_405, 798, 12_203));
        assert_eq!(
            summary(&invoice),
            [
                ("Sales tax".to_owned(), "5 US-TX".to_owned(), 570),
                ("City tax".to_owned(), "2 Austin".to_owned(), 228),
            ]
        );
        let basis = invoice.parties.tax_basis.as_ref().expect("a basis");
        let reference = basis.engine.as_ref().and_then(|engine| engine.reference.as_deref());
        assert_eq!(reference, Some("T-1"));
        let (state, said) = payment(&order);
        assert_eq!(state, StepState::Waiting);
        assert!(said.contains(&head.number), "{said}");
        assert_eq!(work(&world).await, TaxWork { waiting: Vec::new(), untold: Vec::new() });

        // It was told of the invoice, once.
        let told = stub.documents();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["reference"], "T-1");
        assert_eq!(told[0]["document"]["number"], json!(head.number));
        assert_eq!(told[0]["document"]["tax"], "7.98");
        assert_eq!(told[0]["lines"][0]["taxes"][0]["amount"], "3.56");

        world.pay_all().await;
        world.deliver_all().await;
        let order = world.see(order.order.id).await;
        assert_eq!(order.order.state.as_str(), "completed");
        // The next month is asked about and invoiced by the daily run and its jobs.
        world.travel("2024-02-11T09:00:00Z").await;
        let documents = world.documents().await;
        assert_eq!(documents.len(), 2);
        assert_eq!((documents[1].net.minor, documents[1].tax.minor), (4_277, 300));
        assert_eq!(documents[1].issued_on.to_string(), "2024-02-10");
        assert_eq!(stub.questions().len(), 2);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn taxes_in_the_price_and_taxes_on_taxes_are_exact() {
    each_world(|world| async move {
        let compound = Mood::Taxes(json!([
            { "name": "GST", "place": "CA", "percent": "5" },
            { "name": "QST", "place": "CA-QC", "percent": "9.975", "compound": true },
        ]));
        let stub = in_austin(&world, compound, EngineAway::Hold).await;
        world.with_tax_in_prices().await;
        world.travel("2024-01-11T09:00:00Z").await;
        world.order("basic", "3").await;
        let asked = stub.questions();
        assert_eq!(asked[0].body["lines"][0]["tax_included"], true);
        // 114.05 is what was agreed: 98.77 × 1.05 × 1.09975, rounded.
        let invoice = invoice(&world).await;
        let head = &invoice.summary;
        assert_eq!(head.gross.minor, 11_405);
        assert_eq!(
            summary(&invoice),
            [
                ("QST".to_owned(), "9.975 CA-QC".to_owned(), 1_034),
                ("GST".to_owned(), "5 CA".to_owned(), 494),
            ]
        );
        assert_eq!(head.net.minor, 9_877);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_credit_note_takes_back_what_its_invoice_charged_and_the_engine_is_told() {
    each_world(|world| async move {
        let stub = in_austin(&world, state_and_city(), EngineAway::Hold).await;
        world.order("basic", "3").await;
        let invoice = invoice(&world).await;
        // Rates change; what was charged does not.
        stub.is(Mood::Taxes(
            json!([{ "name": "Tax", "place": "US-TX", "percent": "9" }]),
        ));
        let note = CreditNote {
            invoice_id: invoice.summary.id,
            lines: Some(vec![CreditLine {
                no: 1,
                quantity: None,
                amount: None,
            }]),
            destination: CreditDestination::Debt,
            reason: "No set-up".to_owned(),
        };
        let ctx = world.ctx().await;
        let noted = billing::credit_note_for(world.p(), &ctx, &note).await;
        let noted = noted.expect("a credit note");
        world.test.drain().await;
        // 71.28 with 3.56 and 1.42: its share of 5.70 and 2.28.
        assert_eq!(noted.gross.minor, 7_626);
        assert_eq!(
            stub.questions().len(),
            1,
            "nothing is asked about what is taken back"
        );
        let told = stub.documents();
        assert_eq!(told.len(), 2);
        let credit = told
            .iter()
            .find(|one| one["document"]["kind"] == "credit_note");
        let credit = credit.expect("the credit note");
        assert_eq!(credit["credits"]["reference"], "T-1");
        assert_eq!(credit["credits"]["number"], json!(invoice.summary.number));
        assert_eq!(credit["document"]["tax"], "4.98");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_an_engine_has_to_be_asked_about_is_not_issued_anew() {
    each_world(|world| async move {
        let _stub = in_austin(&world, state_and_city(), EngineAway::Hold).await;
        world.order("basic", "3").await;
        let before = invoice(&world).await;
        let input = billing::Reissue {
            invoice_id: before.summary.id,
            reason: "Another address".to_owned(),
        };
        let refused = billing::invoice_reissue(world.p(), &world.ctx().await, &input).await;
        assert_eq!(common::code(refused), "tax_engine_decides");
        assert_eq!(invoice(&world).await, before);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_sample_is_asked_about_and_nothing_of_it_is_kept() {
    each_world(|world| async move {
        let stub = in_austin(&world, state_and_city(), EngineAway::Hold).await;
        let ctx = world.ctx().await;
        let sample = EngineSample {
            buyer_id: world.customer,
            category: TaxCategory::Saas,
            amount: Money::new(10_000, Currency::parse("USD").expect("a currency")),
            tax_included: false,
        };
        let port = world.engine();
        let said = tax::engine_sample(world.p(), &ctx, &port, world.reseller, &sample).await;
        let said = said.expect("an answer");
        assert_eq!((said.net.minor, said.tax.minor), (10_000, 700));
        assert_eq!(stub.documents().len(), 0);
        stub.is(Mood::Status(503));
        let said = tax::engine_sample(world.p(), &ctx, &port, world.reseller, &sample).await;
        assert_eq!(common::code(said), "unavailable");
    })
    .await;
}

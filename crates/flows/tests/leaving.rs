//! Leaving a term for a fee, and one document for all of a day.

mod common;

use common::{World, code, day, dec, each_world};
use tradewind_accounts::service::relationship_set;
use tradewind_accounts::types::{RelationshipSet, TermsInput};
use tradewind_catalogue::types::{CancellationFee, Policies};
use tradewind_flows::order::{PlaceInput, cancellation_withdraw, order_place};
use tradewind_flows::quote::{CancelInput, CancelWhen, QuoteView, quote_cancel};
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Money, Result};

/// A subscription that is bound from 11 January to 11 April, 71.28 a month, on 21 February.
async fn bound(world: &World, fee: CancellationFee) -> SubscriptionId {
    world
        .sells(
            Policies {
                cancellation_fee: fee,
                ..Policies::default()
            },
            "2024-01-11",
            "20",
        )
        .await;
    world.travel("2024-01-11T09:00:00Z").await;
    let id = world.subscribe("quarter", "5").await;
    world.travel("2024-02-21T09:00:00Z").await;
    world.pay_all().await;
    id
}

async fn quoted(world: &World, id: SubscriptionId, when: CancelWhen) -> Result<QuoteView> {
    let input = CancelInput {
        subscription_id: id,
        when,
        reason: None,
    };
    quote_cancel(world.p(), &world.ctx().await, &input).await
}

async fn place(world: &World, quote: &QuoteView) {
    let input = PlaceInput { quote_id: quote.id };
    order_place(world.p(), &world.ctx().await, &input)
        .await
        .expect("an order");
    world.test.drain().await;
    world.deliver_all().await;
}

async fn state(world: &World, id: SubscriptionId) -> &'static str {
    world
        .subscription(id)
        .await
        .subscription
        .commercial_state
        .as_str()
}

async fn last_net(world: &World) -> String {
    let last = world.documents().await.pop().expect("a document");
    last.net.to_string()
}

/// The page that explains it.
const PAGE: &str = include_str!("../../../docs/time.md");

/// A row of the page's example says these amounts.
fn told(ends: &str, amounts: [Money; 3]) {
    let [back, fee, due] = amounts.map(|amount| amount.amount().to_string());
    let row = format!("| {ends} | {back} | {fee} | {due}, ");
    assert!(PAGE.contains(&row), "{row:?} is not on the page");
}

fn half() -> CancellationFee {
    CancellationFee::Percent { percent: dec("50") }
}

#[tokio::test]
async fn what_ends_at_once_pays_its_fee_beside_what_it_gets_back() {
    each_world(|world| async move {
        let id = bound(&world, half()).await;
        let quote = quoted(&world, id, CancelWhen::Now).await.expect("a quote");
        let billing = &quote.preview.billing;
        // Of February 19 of 29 days come back; half of them and of March is the fee.
        assert_eq!(billing.credited.to_string(), "46.70 EUR");
        assert_eq!(billing.one_time.to_string(), "58.99 EUR");
        let due = billing.due_now.as_ref().expect("something is due");
        assert_eq!(due.net.to_string(), "12.29 EUR");
        told(
            "21 February, at once",
            [billing.credited, billing.one_time, due.net],
        );
        place(&world, &quote).await;
        assert_eq!(state(&world, id).await, "terminated");
        assert_eq!(last_net(&world).await, "12.29 EUR");
        world.pay_all().await;
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_ends_with_its_period_pays_its_fee_then_and_nothing_when_it_is_kept() {
    each_world(|world| async move {
        let id = bound(&world, half()).await;
        let ends = quoted(&world, id, CancelWhen::EndOfPeriod)
            .await
            .expect("a quote");
        assert_eq!(ends.preview.effective_on, day("2024-03-11"));
        let then = ends.preview.billing.next.as_ref().expect("the fee");
        assert_eq!(
            (then.on, then.document.net.to_string()),
            (day("2024-03-11"), "35.64 EUR".into())
        );
        let zero = ends.preview.billing.credited;
        told(
            "11 March, with the period",
            [zero, then.document.net, then.document.net],
        );
        place(&world, &ends).await;
        let ctx = world.ctx().await;
        cancellation_withdraw(world.p(), &ctx, id, None)
            .await
            .expect("it goes on");
        let again = quoted(&world, id, CancelWhen::EndOfPeriod)
            .await
            .expect("a quote");
        place(&world, &again).await;
        world.travel("2024-03-11T09:00:00Z").await;
        assert_eq!(state(&world, id).await, "terminated");
        assert_eq!(last_net(&world).await, "35.64 EUR");
        world.pay_all().await;
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_term_that_ends_as_agreed_costs_no_fee() {
    each_world(|world| async move {
        let amount = CancellationFee::Amount { amount: dec("99") };
        let id = bound(&world, amount).await;
        let now = quoted(&world, id, CancelWhen::Now).await.expect("a quote");
        assert_eq!(now.preview.billing.one_time.to_string(), "99.00 EUR");
        let ends = quoted(&world, id, CancelWhen::EndOfCommitment)
            .await
            .expect("a quote");
        assert_eq!(ends.preview.effective_on, day("2024-04-11"));
        place(&world, &ends).await;
        world.travel("2024-03-11T09:00:00Z").await;
        world.pay_all().await;
        world.travel("2024-04-11T09:00:00Z").await;
        assert_eq!(state(&world, id).await, "terminated");
        assert_eq!(last_net(&world).await, "71.28 EUR");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn without_a_fee_a_commitment_lasts_to_its_end() {
    each_world(|world| async move {
        let id = bound(&world, CancellationFee::None).await;
        assert_eq!(code(quoted(&world, id, CancelWhen::Now).await), "committed");
        let ends = quoted(&world, id, CancelWhen::EndOfPeriod)
            .await
            .expect("a quote");
        assert_eq!(ends.preview.effective_on, day("2024-04-11"));
    })
    .await;
}

#[tokio::test]
async fn all_of_a_day_is_on_one_document_where_that_is_agreed() {
    each_world(|world| async move {
        let terms = |invoicing: &str| RelationshipSet {
            seller: world.reseller,
            buyer: world.customer,
            version: None,
            terms: TermsInput {
                invoicing: Some(invoicing.to_owned()),
                ..TermsInput::default()
            },
        };
        world.subscribe("basic", "5").await;
        world.subscribe("pro", "2").await;
        let before = world.documents().await.len();
        world.travel("2024-02-10T09:00:00Z").await;
        world.pay_all().await;
        // Each on a document of its own.
        assert_eq!(world.documents().await.len(), before + 2);
        relationship_set(world.p(), &world.ctx().await, &terms("daily"))
            .await
            .expect("terms");
        world.travel("2024-03-10T09:00:00Z").await;
        let mut all = world.documents().await;
        assert_eq!(all.len(), before + 3);
        let one = all.pop().expect("a document");
        let apart: Vec<Money> = all
            .iter()
            .rev()
            .take(2)
            .map(|document| document.net)
            .collect();
        assert_eq!(one.net, apart[0].add(apart[1]).expect("a sum"));
        world.pay_all().await;
        world.assert_consistent().await;
    })
    .await;
}

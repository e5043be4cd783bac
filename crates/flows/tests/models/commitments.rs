//! What is committed over months: settled when they are over, by what was charged in them, and set right by what comes late.

use super::{dec, record, take_in};
use crate::common::{World, day, each_world, markup};
use serde_json::{Value, json};
use tradewind_billing::service::{charge_list, commitment_list};
use tradewind_billing::types::ChargeKind;
use tradewind_catalogue::service::revision_create;
use tradewind_catalogue::types::{ListingDraft, ListingPrice, Policies, RevisionCreate};
use tradewind_flows::order::{PlaceInput, order_cancel, order_place};
use tradewind_flows::quote::{CancelInput, CancelWhen, quote_cancel, quote_purchase};
use tradewind_kernel::Decimal;
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::page::PageRequest;
use tradewind_orders::types::OrderRefusal;
use tradewind_pricing::{PriceModel, Purpose};

/// The page that explains it.
const PAGE: &str = include_str!("../../../../docs/usage.md");

/// A row of one of the page's examples.
fn told(row: &str) {
    assert!(PAGE.contains(row), "{row:?} is not on the page");
}

/// The reseller's customers pay one for a unit, and commit; something is bought on 1 February.
async fn committed(world: &World, commitment: Value) -> SubscriptionId {
    let items = &world.plan("cloud").items;
    let item = items
        .iter()
        .find(|one| one.code == "cost")
        .expect("an item");
    let model = json!({"model": "per_unit", "unit_price": "1"});
    let model = PriceModel::from_json("model", &model, Purpose::Charge).expect("a model");
    let own = ListingDraft {
        item_id: Some(item.id),
        price: ListingPrice::Absolute { model },
        ..markup("0")
    };
    let commitment = serde_json::from_value(commitment).expect("a commitment");
    let revision = RevisionCreate {
        book_id: world.reseller_book,
        effective_on: day("2024-01-11"),
        note: String::new(),
        policies: Some(Policies {
            commitment: Some(commitment),
            ..Policies::default()
        }),
        listings: vec![own, markup("20")],
    };
    revision_create(world.p(), &world.ctx().await, &revision)
        .await
        .expect("a revision");
    world.travel("2024-02-01T09:00:00Z").await;
    world.cloud().await
}

async fn used(world: &World, id: SubscriptionId, name: &str, on: &str, quantity: &str) {
    let at = format!("{on}T10:00:00Z");
    take_in(world, &[record(id, name, &at, quantity)], 1).await;
}

async fn travel(world: &World, to: &str) {
    world.travel(&format!("{to}T09:00:00Z")).await;
    world.pay_all().await;
}

/// What the customer was charged for its commitment: words, first day of the span, amount.
async fn settled(world: &World, id: SubscriptionId) -> Vec<(String, String, Decimal)> {
    let page = PageRequest::new(Some(200), None).expect("a page");
    let charges = charge_list(world.p(), &world.ctx().await, id, &page)
        .await
        .expect("charges");
    let own = charges.items.into_iter().filter(|charge| {
        charge.facts.buyer_id == world.customer && charge.facts.kind == ChargeKind::Commitment
    });
    own.map(|charge| {
        let facts = charge.facts;
        let since = facts.period.start.to_string();
        (facts.description, since, facts.exact.normalize())
    })
    .collect()
}

fn of(words: &str, since: &str, exact: &str) -> (String, String, Decimal) {
    (words.to_owned(), since.to_owned(), dec(exact))
}

/// What the customer was billed in all, without tax.
async fn billed(world: &World) -> i64 {
    let documents = world.documents().await;
    let nets = documents.iter().map(|one| one.kind.sign() * one.net.minor);
    nets.sum()
}

#[tokio::test]
async fn a_minimum_is_settled_once_and_late_usage_takes_back_what_it_fills() {
    each_world(|world| async move {
        let id = committed(&world, json!({"over": "P2M", "minimum": "100"})).await;
        used(&world, id, "a", "2024-02-10", "30").await;
        used(&world, id, "b", "2024-03-10", "20").await;
        travel(&world, "2024-03-20").await;
        assert_eq!(settled(&world, id).await, [], "the span is not over");
        travel(&world, "2024-04-02").await;
        let minimum = |exact: &str| of("Committed minimum", "2024-02-01", exact);
        assert_eq!(settled(&world, id).await, [minimum("50")]);
        assert_eq!(billed(&world).await, 10_000);
        told("| 1 April | 50.00 | 50.00 | 100.00 |");
        // Ten more of February, on 5 April: they are charged, and so much less is missing.
        used(&world, id, "c", "2024-02-11", "10").await;
        travel(&world, "2024-04-06").await;
        assert_eq!(settled(&world, id).await, [minimum("50"), minimum("-10")]);
        assert_eq!(billed(&world).await, 10_000);
        told("| 6 April | 60.00 | 40.00 | 100.00 |");
        // Sixty more: now it is more than the minimum, and never below what was charged.
        used(&world, id, "d", "2024-02-12", "60").await;
        travel(&world, "2024-04-08").await;
        let all = [minimum("50"), minimum("-10"), minimum("-40")];
        assert_eq!(settled(&world, id).await, all);
        assert_eq!(billed(&world).await, 12_000);
        told("| 8 April | 120.00 | 0.00 | 120.00 |");
        used(&world, id, "e", "2024-02-13", "1").await;
        travel(&world, "2024-04-20").await;
        assert_eq!(settled(&world, id).await, all);
        // The next span has begun where the first one ended.
        let standing = commitment_list(world.p(), &world.ctx().await, id)
            .await
            .expect("a list");
        let spans: Vec<(String, String, String)> = standing
            .iter()
            .map(|one| {
                let spend = one.spend.to_string();
                (one.since_on.to_string(), spend, one.settled.to_string())
            })
            .collect();
        let span =
            |since: &str, spend: &str| (since.to_owned(), spend.to_owned(), "0.00 EUR".to_owned());
        assert_eq!(
            spans,
            [
                span("2024-02-01", "121.00 EUR"),
                span("2024-04-01", "0.00 EUR")
            ]
        );
        travel(&world, "2024-06-02").await;
        let next = of("Committed minimum", "2024-04-01", "100");
        assert_eq!(settled(&world, id).await[3..], [next]);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn nothing_is_paid_beyond_a_maximum_also_before_its_span_is_over() {
    each_world(|world| async move {
        let id = committed(&world, json!({"over": "P1Y", "maximum": "80"})).await;
        used(&world, id, "a", "2024-02-10", "50").await;
        travel(&world, "2024-03-02").await;
        assert_eq!(settled(&world, id).await, []);
        used(&world, id, "b", "2024-03-10", "45.5").await;
        travel(&world, "2024-04-02").await;
        let maximum = |exact: &str| of("Agreed maximum", "2024-02-01", exact);
        assert_eq!(settled(&world, id).await, [maximum("-15.5")]);
        assert_eq!(billed(&world).await, 8_000);
        // Something of February is taken back late: there is room again.
        used(&world, id, "c", "2024-02-11", "-20").await;
        travel(&world, "2024-04-05").await;
        assert_eq!(
            settled(&world, id).await,
            [maximum("-15.5"), maximum("15.5")]
        );
        assert_eq!(billed(&world).await, 7_550);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_committed_quantity_is_paid_for_and_what_is_beyond_costs_more() {
    each_world(|world| async move {
        let quantity =
            json!({"item": "cost", "quantity": "100", "unit_price": "0.5", "overage": "0.25"});
        let id = committed(&world, json!({"over": "P1M", "quantities": [quantity]})).await;
        used(&world, id, "a", "2024-02-10", "40").await;
        travel(&world, "2024-03-02").await;
        let line = |since: &str, exact: &str| of("cost: committed quantity", since, exact);
        let february = line("2024-02-01", "30");
        assert_eq!(settled(&world, id).await, std::slice::from_ref(&february));
        told("| February | 40 | 40.00 | 30.00 | 70.00 |");
        used(&world, id, "b", "2024-03-10", "120").await;
        travel(&world, "2024-04-02").await;
        let march = line("2024-03-01", "5");
        assert_eq!(settled(&world, id).await, [february.clone(), march.clone()]);
        told("| March | 120 | 120.00 | 5.00 | 125.00 |");
        // Seventy more of February: thirty are no longer missing, and ten are beyond.
        used(&world, id, "c", "2024-02-11", "70").await;
        travel(&world, "2024-04-05").await;
        let late = line("2024-02-01", "-27.5");
        assert_eq!(settled(&world, id).await, [february, march, late]);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_left_early_is_settled_by_its_days_when_its_last_usage_is_charged() {
    each_world(|world| async move {
        let id = committed(&world, json!({"over": "P1Y", "minimum": "120"})).await;
        used(&world, id, "a", "2024-02-10", "3").await;
        travel(&world, "2024-03-02").await;
        used(&world, id, "b", "2024-03-02", "1").await;
        let input = CancelInput {
            subscription_id: id,
            when: CancelWhen::Now,
            reason: None,
        };
        let quote = quote_cancel(world.p(), &world.ctx().await, &input)
            .await
            .expect("a quote");
        let said = quote.preview.billing.commitment.expect("a commitment");
        assert_eq!(said.minimum, Some(dec("120")));
        order_place(
            world.p(),
            &world.ctx().await,
            &PlaceInput { quote_id: quote.id },
        )
        .await
        .expect("an order");
        world.test.drain().await;
        world.deliver_all().await;
        travel(&world, "2024-03-31").await;
        assert_eq!(
            settled(&world, id).await,
            [],
            "its last usage is not charged yet"
        );
        travel(&world, "2024-04-02").await;
        // 30 of 366 days of 120, less the four that were used.
        let settled_with = [of("Committed minimum", "2024-02-01", "5.84")];
        assert_eq!(settled(&world, id).await, settled_with);
        told("9.84");
        world.assert_consistent().await;
        travel(&world, "2025-03-02").await;
        assert_eq!(settled(&world, id).await, settled_with);
    })
    .await;
}

#[tokio::test]
async fn a_commitment_is_shown_before_it_is_made_and_nonsense_is_refused() {
    each_world(|world| async move {
        committed(&world, json!({"over": "P1Y", "minimum": "120"})).await;
        let wanted = world.wanted("basic", "3");
        let quote = quote_purchase(world.p(), &world.ctx().await, &wanted)
            .await
            .expect("a quote");
        let said = quote.preview.billing.commitment.expect("a commitment");
        assert_eq!(
            (said.over.to_string(), said.minimum),
            ("P1Y".to_owned(), Some(dec("120")))
        );
        let revision = RevisionCreate {
            book_id: world.reseller_book,
            effective_on: day("2024-06-01"),
            note: String::new(),
            policies: Some(Policies {
                commitment: serde_json::from_value(json!({"over": "P1W", "minimum": "1"}))
                    .expect("a commitment"),
                ..Policies::default()
            }),
            listings: vec![markup("20")],
        };
        let refused = revision_create(world.p(), &world.ctx().await, &revision)
            .await
            .expect_err("weeks");
        assert_eq!(refused.problems()[0].field, "policies.commitment.over");
    })
    .await;
}

#[tokio::test]
async fn an_order_that_is_called_off_commits_to_nothing() {
    each_world(|world| async move {
        let commitment = json!({"over": "P1M", "minimum": "120", "leaving": "full"});
        committed(&world, commitment).await;
        let (_, order) = world.order("basic", "3").await;
        let id = order.order.subscription_id;
        let standing = commitment_list(world.p(), &world.ctx().await, id).await;
        assert_eq!(standing.expect("a list").len(), 1);
        let refusal = OrderRefusal {
            id: order.order.id,
            version: None,
            reason: "Never mind.".to_owned(),
        };
        order_cancel(world.p(), &world.ctx().await, &refusal)
            .await
            .expect("a cancelled order");
        world.test.drain().await;
        let standing = commitment_list(world.p(), &world.ctx().await, id).await;
        assert_eq!(standing.expect("a list").len(), 0);
        travel(&world, "2024-03-02").await;
        assert_eq!(settled(&world, id).await, []);
        world.assert_consistent().await;
    })
    .await;
}

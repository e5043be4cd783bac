//! What buyers call their subscriptions in their own books, and subscriptions that are invoiced by themselves.

mod common;

use common::{World, day, each_world};
use tradewind_accounts::service::relationship_set;
use tradewind_accounts::types::{RelationshipSet, TermsInput};
use tradewind_billing::service::{self as billing, CreditNote, ReviewSet, StatementOf};
use tradewind_billing::types::{CreditDestination, Document, ReviewPolicy};
use tradewind_flows::detail::details_csv;
use tradewind_flows::order::{Placement, order_place_as};
use tradewind_flows::quote::quote_purchase;
use tradewind_flows::statement::statement_csv;
use tradewind_kernel::id::{InvoiceId, SubscriptionId};
use tradewind_kernel::page::PageRequest;
use tradewind_kernel::{Error, Result};
use tradewind_orders::service::subscription_update;
use tradewind_orders::types::{BuyerReference, OrderDetail, SubscriptionUpdate};

fn reference(order_number: &str, cost_centre: &str, separate: bool) -> BuyerReference {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    BuyerReference {
        order_number: given(order_number),
        cost_centre: given(cost_centre),
        separate,
    }
}

async fn place(world: &World, reference: Option<BuyerReference>) -> Result<OrderDetail> {
    let ctx = world.ctx().await;
    let quote = quote_purchase(world.p(), &ctx, &world.wanted("basic", "3"))
        .await
        .expect("a quote");
    let input = Placement {
        quote_id: quote.id,
        reference,
    };
    order_place_as(world.p(), &ctx, &input).await
}

async fn subscribe(world: &World, reference: Option<BuyerReference>) -> SubscriptionId {
    let order = place(world, reference).await.expect("an order");
    world.test.drain().await;
    world.pay_all().await;
    world.deliver_all().await;
    order.order.subscription_id
}

async fn refer(world: &World, id: SubscriptionId, reference: BuyerReference) {
    let update = SubscriptionUpdate {
        id,
        version: None,
        name: None,
        auto_renew: None,
        reference: Some(reference),
    };
    subscription_update(world.p(), &world.ctx().await, &update)
        .await
        .expect("changed");
}

/// Everything of a day is on one document from now on.
async fn one_a_day(world: &World) {
    let set = RelationshipSet {
        seller: world.reseller,
        buyer: world.customer,
        version: None,
        terms: TermsInput {
            invoicing: Some("daily".to_owned()),
            ..TermsInput::default()
        },
    };
    relationship_set(world.p(), &world.ctx().await, &set)
        .await
        .expect("terms");
}

async fn document(world: &World, id: InvoiceId) -> Document {
    billing::invoice_get(world.p(), &world.ctx().await, id)
        .await
        .expect("a document")
}

/// Documents after the first few: order number, what each line is called by the buyer, and the sum without tax.
async fn seen(world: &World, skip: usize) -> Vec<(String, Vec<String>, String)> {
    let mut seen = Vec::new();
    for head in world.documents().await.into_iter().skip(skip) {
        let whole = document(world, head.id).await;
        let lines = whole.lines.iter().map(|line| {
            format!(
                "{} {} {}",
                line.order_number.as_deref().unwrap_or("-"),
                line.cost_centre.as_deref().unwrap_or("-"),
                line.net
            )
        });
        let number = head.order_number.unwrap_or_default();
        seen.push((number, lines.collect(), head.net.to_string()));
    }
    seen.sort();
    seen
}

#[tokio::test]
async fn one_document_of_a_day_but_for_what_its_buyer_wants_by_itself() {
    each_world(|world| async move {
        one_a_day(&world).await;
        subscribe(&world, None).await;
        subscribe(&world, Some(reference("PO 1", "Sales", false))).await;
        let third = subscribe(&world, Some(reference(" PO 2 ", "", true))).await;
        let first = world.documents().await;
        assert_eq!(first.len(), 3);
        // What was bought is on a document of its own anyway.
        let numbers: Vec<_> = first
            .iter()
            .map(|one| one.order_number.as_deref())
            .collect();
        assert_eq!(numbers, [None, Some("PO 1"), Some("PO 2")]);

        world.travel("2024-02-11T09:00:00Z").await;
        let month = "42.77 EUR".to_owned();
        assert_eq!(
            seen(&world, 3).await,
            [
                (
                    String::new(),
                    vec![format!("- - {month}"), format!("PO 1 Sales {month}")],
                    "85.54 EUR".to_owned()
                ),
                (
                    "PO 2".to_owned(),
                    vec![format!("PO 2 - {month}")],
                    month.clone()
                ),
            ]
        );
        world.pay_all().await;

        // What is issued stays; what comes carries what holds then.
        refer(&world, third, reference("PO 3", "Lab", false)).await;
        world.travel("2024-03-11T09:00:00Z").await;
        assert_eq!(
            seen(&world, 5).await,
            [(
                String::new(),
                vec![
                    format!("- - {month}"),
                    format!("PO 1 Sales {month}"),
                    format!("PO 3 Lab {month}")
                ],
                "128.31 EUR".to_owned()
            )]
        );
        let stayed = seen(&world, 3).await;
        assert_eq!(
            stayed
                .iter()
                .filter(|(number, ..)| number == "PO 2")
                .count(),
            1
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_draft_says_how_many_documents_it_becomes() {
    each_world(|world| async move {
        subscribe(&world, None).await;
        subscribe(&world, Some(reference("PO 2", "", true))).await;
        let ctx = world.ctx().await;
        let input = ReviewSet {
            seller_id: world.reseller,
            policy: ReviewPolicy {
                review: true,
                grace_days: Some(3),
            },
        };
        billing::review_set(world.p(), &ctx, &input)
            .await
            .expect("a policy");
        world.travel("2024-02-11T09:00:00Z").await;
        let ctx = world.ctx().await;
        let page = PageRequest::default();
        let drafts = billing::draft_list(world.p(), &ctx, world.reseller, &page).await;
        let drafts = drafts.expect("drafts").items;
        assert_eq!(drafts.len(), 1);
        let draft = billing::draft_get(world.p(), &ctx, drafts[0].id)
            .await
            .expect("a draft");
        assert_eq!(draft.documents, 2);
        let lines: Vec<i64> = draft.lines.iter().map(|line| line.no).collect();
        assert_eq!(lines, [1, 2]);
        assert_eq!(draft.net.to_string(), "85.54 EUR");
        world.travel("2024-02-14T09:00:00Z").await;
        let issued = world.documents().await.split_off(2);
        let gross = issued.iter().map(|one| one.gross);
        let gross = tradewind_kernel::Money::sum(draft.gross.currency, gross).expect("a sum");
        assert_eq!((issued.len(), gross), (2, draft.gross));
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn papers_and_files_carry_the_buyers_references() {
    each_world(|world| async move {
        subscribe(&world, Some(reference("PO 7", "Lab", false))).await;
        let ctx = world.ctx().await;
        let invoice = world.documents().await[0].id;
        let (csv, _) = details_csv(world.p(), &ctx, invoice, None)
            .await
            .expect("rows");
        let csv = String::from_utf8(csv).expect("text");
        let rows: Vec<&str> = csv.lines().collect();
        assert!(
            rows[0].ends_with(",order_number,cost_centre,rates"),
            "{csv}"
        );
        assert!(
            rows[1..].iter().all(|row| row.ends_with(",PO 7,Lab,")),
            "{csv}"
        );
        let of = StatementOf {
            seller_id: world.reseller,
            buyer_id: world.customer,
            currency: None,
            from: Some(day("2024-01-01")),
            until: Some(day("2024-12-31")),
        };
        let (_, statement) = statement_csv(world.p(), &ctx, &of).await.expect("a file");
        let statement = String::from_utf8(statement).expect("text");
        let invoices: Vec<&str> = statement
            .lines()
            .filter(|row| row.contains(",invoice,"))
            .collect();
        assert!(
            invoices.iter().all(|row| row.contains(",PO 7,")),
            "{statement}"
        );
        assert_eq!(invoices.len(), 1);
        let note = CreditNote {
            invoice_id: invoice,
            lines: None,
            destination: CreditDestination::Balance,
            reason: "Taken back".to_owned(),
        };
        let note = billing::credit_note_for(world.p(), &ctx, &note)
            .await
            .expect("a note");
        let note = document(&world, note.id).await;
        assert_eq!(note.summary.order_number.as_deref(), Some("PO 7"));
        assert!(
            note.lines
                .iter()
                .all(|line| line.cost_centre.as_deref() == Some("Lab"))
        );
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_printed_is_refused_and_orders_nothing() {
    each_world(|world| async move {
        let refused = place(&world, Some(reference("a\nb", "", false))).await;
        let Err(Error::Invalid(problems)) = &refused else {
            panic!("{refused:?}");
        };
        assert_eq!(problems[0].field, "reference.order_number");
        assert_eq!(problems[0].code, "control_character");
        assert_eq!(world.order_count().await, 0);
        let id = subscribe(&world, None).await;
        let version = world.subscription(id).await.subscription.version;
        refer(&world, id, reference(" PO 1", " ", false)).await;
        let once = world.subscription(id).await.subscription;
        assert_eq!(once.reference, reference("PO 1", "", false));
        // The same again changes nothing.
        refer(&world, id, reference("PO 1", "", false)).await;
        let twice = world.subscription(id).await.subscription;
        assert_eq!((once.version, twice.version), (version + 1, version + 1));
    })
    .await;
}

//! Invoices that are issued anew: orders, changes and their money go on with the new one.

mod common;

use common::{World, each_world};
use tradewind_billing::service::{Reissue, invoice_get, invoice_left, invoice_reissue};
use tradewind_billing::types::{DocumentKind, Reissued};
use tradewind_flows::document::invoice_pdf;
use tradewind_kernel::id::InvoiceId;
use tradewind_orders::types::{StepKind, StepState};

async fn reissue(world: &World, invoice_id: InvoiceId) -> Reissued {
    let input = Reissue {
        invoice_id,
        reason: "Another address".to_owned(),
    };
    let new = invoice_reissue(world.p(), &world.ctx().await, &input).await;
    let new = new.expect("a new invoice");
    world.test.drain().await;
    new
}

#[tokio::test]
async fn an_order_that_waits_for_the_old_invoice_waits_for_the_new_one() {
    each_world(|world| async move {
        let (_, order) = world.order("basic", "3").await;
        let first = world.documents().await[0].id;
        let waits_for = async || {
            let order = world.see(order.order.id).await;
            let step = order.step(StepKind::Payment).expect("a step").clone();
            assert_eq!(step.state, StepState::Waiting);
            step.detail.expect("an invoice")
        };
        assert_eq!(waits_for().await, first.to_string());
        let new = reissue(&world, first).await;
        assert_eq!(waits_for().await, new.id.to_string());
        let newest = reissue(&world, new.id).await;
        assert_eq!(waits_for().await, newest.id.to_string());
        let (name, bytes) = invoice_pdf(world.p(), &world.ctx().await, newest.id)
            .await
            .expect("a file");
        assert!(name.contains(&newest.number), "{name}");
        assert!(bytes.starts_with(b"%PDF"));
        // One invoice is owed, and paying it is enough.
        let open = world.documents().await.into_iter().filter(|one| {
            let balance = one.balance.as_ref();
            balance.is_some_and(|balance| !balance.open.is_zero())
        });
        assert_eq!(open.map(|one| one.id).collect::<Vec<_>>(), [newest.id]);
        world.pay_all().await;
        world.deliver_all().await;
        let done = world.see(order.order.id).await;
        assert_eq!(done.order.state.as_str(), "completed", "{done:#?}");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_ends_early_is_given_back_of_the_new_invoice() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "3").await;
        let first = world.documents().await[0].clone();
        let new = reissue(&world, first.id).await;
        assert_eq!(new.gross, first.gross);
        world.travel("2024-01-25T09:00:00Z").await;
        world.cancel(id).await;
        // 10 January to 10 February has 31 days, and 16 are left: 22.07 of 42.77.
        let ctx = world.ctx().await;
        let back = world.documents().await.last().expect("a note").clone();
        assert_eq!(back.kind, DocumentKind::CreditNote);
        let note = invoice_get(world.p(), &ctx, back.id).await.expect("it");
        let given: i64 = note.lines.iter().map(|line| line.amount.minor).sum();
        let document = invoice_get(world.p(), &ctx, new.id).await.expect("it");
        let left = invoice_left(world.p(), &ctx, new.id).await.expect("it");
        let left: i64 = left.iter().map(|line| line.amount.minor).sum();
        let billed: i64 = document.lines.iter().map(|line| line.amount.minor).sum();
        assert_eq!((given, billed - left), (2_207, 2_207));
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_discount_stays_granted_once() {
    each_world(|world| async move {
        world.coupon("WELCOME", "10", 2).await;
        let mut wanted = world.wanted("basic", "3");
        wanted.coupon = Some("WELCOME".to_owned());
        world.buy(&wanted).await;
        let first = world.documents().await[0].clone();
        let new = reissue(&world, first.id).await;
        assert_eq!(new.gross, first.gross);
        world.assert_consistent().await;
        // Two periods have it, and the third has not: as if nothing had been issued anew.
        let discounted = async |document: InvoiceId| {
            let ctx = world.ctx().await;
            let document = invoice_get(world.p(), &ctx, document).await.expect("it");
            document.lines.iter().any(|line| line.amount.minor < 0)
        };
        assert!(discounted(new.id).await);
        world.travel("2024-02-10T12:00:00Z").await;
        let second = world.documents().await.last().expect("it").id;
        assert!(discounted(second).await);
        world.travel("2024-03-10T12:00:00Z").await;
        let third = world.documents().await.last().expect("it").id;
        assert!(!discounted(third).await);
        world.assert_consistent().await;
    })
    .await;
}

//! Purchases, periods and usage become charges and documents on every leg.

use tradewind_accounts::types::TermsInput;
use tradewind_billing::{
    service::{self as billing, BatchInput, Between, RunStart},
    types::{BalanceStatus, DocumentKind},
};
use tradewind_kernel::Currency;

use crate::{
    sales::{date, each_market},
    world::code,
};

#[tokio::test]
async fn a_purchase_is_charged_on_every_leg_and_invoiced_where_that_happens_at_once() {
    each_market(|market| async move {
        let world = &market.world;
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        let invoice = market.invoice(sold.invoice.expect("an invoice")).await;
        // 50 and 3 × 10 at the vendor, +8 %, +10 %, +20 %: 71.28 and 42.768, each line rounded once.
        let nets: Vec<i64> = invoice.lines.iter().map(|line| line.net.minor).collect();
        assert_eq!(nets, vec![7128, 4277]);
        assert_eq!(
            (invoice.summary.net.minor, invoice.summary.tax.minor),
            (11405, 2281)
        );
        assert_eq!(invoice.summary.number, "INV-2024-000001");
        assert_eq!(invoice.summary.due_on, date("2024-03-15"));
        assert_eq!(
            invoice.summary.balance.as_ref().map(|b| b.status),
            Some(BalanceStatus::Open)
        );
        assert_eq!(invoice.parties.buyer.name, "Customer");
        assert!(
            market
                .documents(world.distributor, world.reseller)
                .await
                .is_empty()
        );
        let waiting = Between {
            seller_id: world.distributor,
            buyer_id: world.reseller,
            currency: Currency::EUR,
        };
        let ctx = market.on("2024-03-01").await;
        let standing = billing::standing(market.p(), &ctx, &waiting)
            .await
            .expect("a standing");
        assert_eq!(standing.not_invoiced.minor, 5940 + 3564);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_run_renews_and_collects_bottom_up_and_bills_nothing_twice() {
    each_market(|market| async move {
        let world = &market.world;
        market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        let second = market
            .sell(world.customer, world.reseller, "1", "2024-03-31")
            .await;
        let report = market.bill("2024-04-01").await;
        assert_eq!((report.subscriptions, report.problems.len()), (1, 0));
        // The customer's renewal, and one document for each of reseller and distributor.
        assert_eq!(report.documents, 3);
        let upstream = market.documents(world.distributor, world.reseller).await;
        assert_eq!(upstream.len(), 1);
        let above = market.documents(world.provider, world.distributor).await;
        assert_eq!(above.len(), 1);
        // Two setups, 3 + 3 + 1 seats at 11.88 each, and at 10.80 one tier up.
        assert_eq!(upstream[0].net.minor, 2 * 5940 + 7 * 1188);
        assert_eq!(above[0].net.minor, 2 * 5400 + 7 * 1080);
        assert!(
            market
                .documents(world.vendor, world.provider)
                .await
                .is_empty()
        );
        assert_eq!(market.bill("2024-04-01").await.documents, 0);
        market.assert_clean().await;
        // The anchor on the 31st is billed on the 30th, and on the 31st again.
        let report = market.bill("2024-05-31").await;
        assert_eq!(report.problems, Vec::new());
        let ctx = market.on("2024-05-31").await;
        let subscription =
            tradewind_orders::service::subscription_get(market.p(), &ctx, second.subscription)
                .await;
        let subscription = subscription.expect("a subscription").subscription;
        assert_eq!(subscription.period_start, Some(date("2024-05-31")));
        assert_eq!(subscription.next_bill_on, Some(date("2024-06-30")));
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn usage_is_billed_by_service_on_every_leg_and_late_usage_by_its_difference() {
    each_market(|market| async move {
        let world = &market.world;
        let monthly = TermsInput {
            invoicing: Some("monthly".to_owned()),
            ..TermsInput::default()
        };
        market.terms(world.reseller, world.customer, monthly).await;
        let one = market
            .sell(world.customer, world.reseller, "1", "2024-09-02")
            .await
            .subscription;
        let two = market
            .sell(world.customer, world.reseller, "1", "2024-09-02")
            .await
            .subscription;
        market
            .use_cloud(one, "1", "Compute Cloud", "Compute", "1.00000000001")
            .await
            .expect("usage");
        market
            .use_cloud(two, "2", "Compute Cloud", "Compute", "0.003")
            .await
            .expect("usage");
        market
            .use_cloud(one, "3", "Object Store", "Storage", "0.0033")
            .await
            .expect("usage");
        market.bill("2024-10-01").await;
        let documents = market.documents(world.reseller, world.customer).await;
        assert_eq!(documents.len(), 1);
        let invoice = market.invoice(documents[0].id).await;
        let line = |name: &str| {
            invoice
                .lines
                .iter()
                .find(|line| line.description == name)
                .expect("a line")
                .net
                .minor
        };
        // 1.00300000001 × 1.08 × 1.10 × 1.15 = 1.3703…; 0.0033 × 1.08 × 1.10 × 1.20 = 0.0047…
        assert_eq!((line("Compute Cloud"), line("Object Store")), (137, 0));
        market.assert_clean().await;
        market
            .use_cloud(one, "4", "Object Store", "Storage", "0.0001")
            .await
            .expect("usage");
        market
            .use_cloud(two, "5", "Object Store", "Storage", "0.0002")
            .await
            .expect("usage");
        market.bill("2024-10-01").await;
        let documents = market.documents(world.reseller, world.customer).await;
        assert_eq!(documents.len(), 2);
        // All of it is 0.0036 × 1.4256 = 0.00513: one cent, of which none was billed before.
        assert_eq!(documents[1].net.minor, 1);
        assert_eq!(market.bill("2024-10-01").await.documents, 0);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_correction_that_takes_back_more_than_is_billed_is_a_credit_note() {
    each_market(|market| async move {
        let world = &market.world;
        let sold = market
            .sell(world.customer, world.reseller, "1", "2024-09-02")
            .await;
        market
            .use_cloud(sold.subscription, "1", "Compute Cloud", "Compute", "10")
            .await
            .expect("usage");
        market.bill("2024-10-01").await;
        market
            .use_cloud(sold.subscription, "2", "Compute Cloud", "Compute", "-4")
            .await
            .expect("usage");
        market.bill("2024-10-01").await;
        let documents = market.documents(world.reseller, world.customer).await;
        let note = documents
            .iter()
            .find(|document| document.kind == DocumentKind::CreditNote)
            .expect("a credit note");
        // -4 × 1.08 × 1.10 × 1.15, and 20 % tax on it.
        assert_eq!((note.net.minor, note.tax.minor), (546, 109));
        // The purchase's invoice is the oldest: the credit went there.
        let invoice = market.invoice(sold.invoice.expect("an invoice")).await;
        assert_eq!(invoice.summary.balance.expect("a balance").paid.minor, 655);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_run_can_be_rehearsed_interrupted_and_run_twice_at_once() {
    each_market(|market| async move {
        let world = &market.world;
        for seats in ["1", "2", "3", "4"] {
            market
                .sell(world.customer, world.reseller, seats, "2024-03-01")
                .await;
        }
        let ctx = market.on("2024-04-01").await;
        let batch = |after, limit| BatchInput {
            until: date("2024-04-01"),
            after,
            limit,
        };
        let rehearsed =
            billing::bill_batch(market.p(), &ctx.clone().as_dry_run(), &batch(None, 10)).await;
        assert_eq!(rehearsed.expect("a rehearsal").documents, 4);
        // Interrupted after the first batch of one.
        let first = billing::bill_batch(market.p(), &ctx, &batch(None, 1))
            .await
            .expect("a batch");
        assert_eq!((first.documents, first.next.is_some()), (1, true));
        let (left, right) = tokio::join!(market.bill("2024-04-01"), async {
            billing::bill_batch(market.p(), &ctx, &batch(None, 10)).await
        });
        let other = right.map_or(0, |report| report.documents);
        assert_eq!(left.documents + other, 3 + 2);
        assert_eq!(
            market.documents(world.reseller, world.customer).await.len(),
            8
        );
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_run_into_the_future_is_refused() {
    each_market(|market| async move {
        let ctx = market.on("2024-03-01").await;
        let refused = billing::bill(
            market.p(),
            &ctx,
            RunStart::at_shell(date("2024-03-03")),
            |_| {},
        )
        .await;
        assert_eq!(code(refused), "invalid_input");
    })
    .await;
}

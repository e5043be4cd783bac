//! Prices that were agreed with their tax in them, from the sale to the books.

use tradewind_billing::{
    service::{self as billing, CreditNote},
    types::{CreditDestination, CreditLine, Document, DocumentLine},
};
use tradewind_catalogue::{
    service as catalogue,
    types::{Policies, RevisionCreate},
};
use tradewind_kernel::{Currency, Decimal, Money, id::InvoiceId};
use tradewind_platform::{args, stmts};

use crate::{
    sales::{Market, each_market},
    world::{dec, markup, revision},
};

stmts! {
    /// Lines as they were kept before they said their taxes.
    LINES_OF_BEFORE = "UPDATE invoice_line SET tax = NULL, taxes = '[{\"code\":\"\",\"kind\":\"standard\",\"percent\":\"20\"}]'
        WHERE realm_id = $1 AND invoice_id = $2";
    /// The summary as it was kept then.
    SUMMARY_OF_BEFORE = "UPDATE invoice SET tax_summary =
        '[{\"rate\":\"20\",\"kind\":\"standard\",\"net\":{\"amount\":\"114.05\",\"currency\":\"EUR\"},\"tax\":{\"amount\":\"22.81\",\"currency\":\"EUR\"}}]'
        WHERE realm_id = $1 AND id = $2";
}

/// From now on the reseller's prices have the customer's tax in them.
async fn with_tax_in_it(market: &Market) {
    let ctx = market.world.ctx().await;
    let books = catalogue::price_book_list(market.p(), &ctx, market.world.reseller)
        .await
        .expect("books");
    let book = books.first().expect("a book").book.id;
    let create = RevisionCreate {
        policies: Some(Policies {
            tax_included: true,
            ..Policies::default()
        }),
        ..revision(book, "2024-03-02", vec![markup("20")])
    };
    catalogue::revision_create(market.p(), &ctx, &create)
        .await
        .expect("a revision");
}

/// The amount as agreed, without tax, and the tax of each line.
fn lines(document: &Document) -> Vec<(i64, i64, i64)> {
    (document.lines.iter())
        .map(
            |DocumentLine {
                 amount, net, tax, ..
             }| (amount.minor, net.minor, tax.minor),
        )
        .collect()
}

fn sums(document: &Document) -> (i64, i64, i64) {
    let head = &document.summary;
    (head.net.minor, head.tax.minor, head.gross.minor)
}

async fn sold(market: &Market) -> InvoiceId {
    with_tax_in_it(market).await;
    let (customer, reseller) = (market.world.customer, market.world.reseller);
    let sold = market.sell(customer, reseller, "3", "2024-03-02").await;
    sold.invoice.expect("an invoice")
}

#[tokio::test]
async fn a_buyer_pays_what_was_agreed_and_the_tax_is_in_it() {
    each_market(|market| async move {
        let invoice = market.invoice(sold(&market).await).await;
        // 71.28 and 42.768 are to be paid; a sixth of that is tax: 11.88 and 7.1283, together 19.01.
        assert_eq!(lines(&invoice), [(7128, 5940, 1188), (4277, 3564, 713)]);
        assert_eq!(sums(&invoice), (9504, 1901, 11_405));
        let row = &invoice.tax_summary[0];
        assert_eq!(
            (row.rate.percent.normalize(), row.net.minor, row.tax.minor),
            (Decimal::from(20), 9504, 1901)
        );
        market.bill("2024-04-02").await;
        let world = &market.world;
        let issued = market.documents(world.reseller, world.customer).await;
        let renewal = market.invoice(issued[1].id).await;
        assert_eq!(lines(&renewal), [(4277, 3564, 713)]);
        // The tiers above buy and sell as before, with their tax on top.
        let upstream = market.documents(world.distributor, world.reseller).await;
        assert_eq!(upstream[0].net.minor, 5940 + 3 * 1188);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn usage_and_what_comes_late_keep_their_tax_in_the_price() {
    each_market(|market| async move {
        with_tax_in_it(&market).await;
        let world = &market.world;
        let sale = market
            .sell(world.customer, world.reseller, "1", "2024-09-01")
            .await;
        let used = market.use_cloud(sale.subscription, "a", "Disks", "Storage", "10");
        used.await.expect("taken");
        market.bill("2024-10-01").await;
        let issued = market.documents(world.reseller, world.customer).await;
        let invoice = market.invoice(issued[1].id).await;
        let usage = |document: &Document| {
            let line = document
                .lines
                .iter()
                .find(|line| line.description == "Disks");
            line.map(|line| (line.tax_included, line.amount.minor, line.net.minor))
        };
        // 10 +8 % +10 % +20 % = 14.256, of which 11.88 are net.
        assert_eq!(usage(&invoice), Some((true, 1426, 1188)));
        let late = market.use_cloud(sale.subscription, "b", "Disks", "Storage", "1");
        late.await.expect("taken");
        market.bill("2024-10-02").await;
        let issued = market.documents(world.reseller, world.customer).await;
        let more = market.invoice(issued[2].id).await;
        // Together 15.6816: the rest of the rounded 15.68.
        assert_eq!(usage(&more), Some((true, 142, 118)));
        market.assert_clean().await;
    })
    .await;
}

/// A credit note of an invoice.
async fn take_back(market: &Market, id: InvoiceId, lines: Option<Vec<CreditLine>>) -> Document {
    let ctx = market.on("2024-03-03").await;
    let input = CreditNote {
        invoice_id: id,
        lines,
        destination: CreditDestination::Debt,
        reason: "a mistake".to_owned(),
    };
    let noted = billing::credit_note_for(market.p(), &ctx, &input).await;
    market.invoice(noted.expect("a credit note").id).await
}

#[tokio::test]
async fn parts_that_are_taken_back_add_up_to_the_invoice_to_the_cent() {
    each_market(|market| async move {
        let id = sold(&market).await;
        let part = |no: i64, minor: i64| CreditLine {
            no,
            quantity: None,
            amount: Some(Money::new(minor, Currency::EUR)),
        };
        let first = take_back(&market, id, Some(vec![part(1, 1000), part(2, 1000)])).await;
        // 10.00 each, of which a sixth is tax: 3.33 together, and each line keeps its ten euros.
        assert_eq!(sums(&first), (1667, 333, 2000));
        assert_eq!(lines(&first), [(1000, 833, 167), (1000, 834, 166)]);
        let second = take_back(&market, id, Some(vec![part(1, 1)])).await;
        // Of 20.01 so far a sixth is 3.335: the cent is the tax that was missing.
        assert_eq!(sums(&second), (0, 1, 1));
        let rest = take_back(&market, id, None).await;
        let together = [&first, &second, &rest].map(sums);
        let sum = together.iter().fold((0, 0, 0), |all, one| {
            (all.0 + one.0, all.1 + one.1, all.2 + one.2)
        });
        assert_eq!(sum, (9504, 1901, 11_405));
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_taken_back_mirrors_the_invoice_to_the_cent() {
    each_market(|market| async move {
        let id = sold(&market).await;
        let note = take_back(&market, id, None).await;
        let invoice = market.invoice(id).await;
        assert_eq!(lines(&note), lines(&invoice));
        assert_eq!(sums(&note), sums(&invoice));
        assert!(invoice.summary.balance.expect("a balance").open.is_zero());
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn where_no_tax_is_added_the_agreed_price_stays() {
    each_market(|market| async move {
        let (customer, reseller) = (market.world.customer, market.world.reseller);
        let terms = tradewind_accounts::types::TermsInput {
            tax_treatment: Some("reverse_charge".to_owned()),
            ..Default::default()
        };
        market.terms(reseller, customer, terms).await;
        let invoice = market.invoice(sold(&market).await).await;
        assert_eq!(sums(&invoice), (11_405, 0, 11_405));
        assert_eq!(invoice.lines[0].tax_percent(), dec("0"));
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn documents_of_before_read_as_they_were_issued() {
    assert_eq!(statements().len(), 2);
    each_market(|market| async move {
        let (customer, reseller) = (market.world.customer, market.world.reseller);
        let sold = market.sell(customer, reseller, "3", "2024-03-01").await;
        let id = sold.invoice.expect("an invoice");
        let issued = market.invoice(id).await;
        let mut tx = market.p().db().begin().await.expect("a transaction");
        for stmt in [&LINES_OF_BEFORE, &SUMMARY_OF_BEFORE] {
            let changed = tx.exec(stmt, args![market.world.realm, id]).await;
            assert!(changed.expect("changed") > 0);
        }
        tx.commit().await.expect("committed");
        let read = market.invoice(id).await;
        assert_eq!(lines(&read), lines(&issued));
        assert_eq!(lines(&read), [(7128, 7128, 1426), (4277, 4277, 855)]);
        let row = &read.tax_summary[0];
        assert_eq!((row.rate.percent, row.tax.minor), (dec("20"), 2281));
        market.assert_clean().await;
    })
    .await;
}

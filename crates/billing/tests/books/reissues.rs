//! Invoices that are issued anew: the same lines, today's names and taxes, and the money where it belongs.

use tradewind_accounts::{
    service::account_update,
    types::{AccountChanges, AccountUpdate},
};
use tradewind_billing::{
    service::{self as billing, CreditNote, Reissue, WriteOff},
    types::{
        BalanceStatus, CreditDestination, CreditLine, CreditUse, Document, DocumentSummary,
        Reissued,
    },
};
use tradewind_kernel::{Result, id::InvoiceId};
use tradewind_platform::OpCtx;

use crate::{
    money::transfer,
    sales::{Market, each_market},
    tiers::on_behalf,
    wallet::by_hand,
    world::{code, day},
};

async fn reissue(market: &Market, ctx: &OpCtx, invoice: InvoiceId) -> Result<Reissued> {
    let input = Reissue {
        invoice_id: invoice,
        reason: "Another address".to_owned(),
    };
    billing::invoice_reissue(market.p(), ctx, &input).await
}

async fn credit(
    market: &Market,
    ctx: &OpCtx,
    invoice: InvoiceId,
    lines: Option<Vec<CreditLine>>,
) -> Result<InvoiceId> {
    let input = CreditNote {
        invoice_id: invoice,
        lines,
        destination: CreditDestination::Debt,
        reason: "Wrong".to_owned(),
    };
    let noted = billing::credit_note_for(market.p(), ctx, &input).await?;
    Ok(noted.id)
}

async fn rename(market: &Market, name: &str) {
    let input = AccountUpdate {
        account: market.world.customer,
        version: None,
        changes: AccountChanges {
            name: Some(name.to_owned()),
            ..AccountChanges::default()
        },
    };
    account_update(market.p(), &market.world.ctx().await, &input)
        .await
        .expect("another name");
}

/// An invoice over three seats: 71.28 and 42.77, and 20 %.
async fn sold(market: &Market, on: &str) -> InvoiceId {
    let (customer, seller) = (market.world.customer, market.world.reseller);
    let sold = market.sell(customer, seller, "3", on).await;
    sold.invoice.expect("an invoice")
}

async fn pay(market: &Market, ctx: &OpCtx, invoice: InvoiceId, minor: i64) {
    let reference = format!("{invoice} {minor}");
    let transfer = transfer(market, Some(invoice), minor, &reference);
    billing::transfer_record(market.p(), ctx, &transfer)
        .await
        .expect("a payment");
}

fn state(head: &DocumentSummary) -> (BalanceStatus, i64) {
    let balance = head.balance.as_ref().expect("a balance");
    (balance.status, balance.open.minor)
}

fn lines(document: &Document) -> Vec<(i64, i64, String)> {
    let lines = document.lines.iter();
    let one = lines.map(|line| (line.no, line.amount.minor, line.description.clone()));
    one.collect()
}

async fn account_credit(market: &Market, ctx: &OpCtx) -> i64 {
    let found = billing::credit_list(market.p(), ctx, market.world.customer);
    let found = found.await.expect("credit");
    found.iter().map(|credit| credit.balance.minor).sum()
}

#[tokio::test]
async fn the_same_lines_with_todays_name_and_tax() {
    each_market(|market| async move {
        let world = &market.world;
        let old = sold(&market, "2024-03-01").await;
        let before = market.invoice(old).await;
        assert_eq!(before.summary.gross.minor, 13_686);
        rename(&market, "Customer & Sons").await;
        market.taxed(world.reseller, world.customer, "10").await;
        let ctx = market.on("2024-03-20").await;
        let new = reissue(&market, &ctx, old).await.expect("a new invoice");
        // 114.05 and 11.41 of tax; the old one is given back with the 22.81 that it had.
        assert_eq!((new.gross.minor, new.credited.minor), (12_546, 13_686));
        let after = market.invoice(new.id).await;
        assert_eq!(lines(&after), lines(&before));
        assert_eq!(after.parties.buyer.name, "Customer & Sons");
        assert_eq!(after.summary.issued_on, day("2024-03-20"));
        assert_eq!(before.summary.due_on, day("2024-03-15"));
        assert_eq!(after.summary.due_on, day("2024-04-03"));
        assert_eq!(state(&after.summary), (BalanceStatus::Open, 12_546));
        // What was issued stays what it was, and says what has become of it.
        let replaced = market.invoice(old).await;
        assert_eq!(replaced.parties, before.parties);
        assert_eq!(replaced.lines, before.lines);
        assert_eq!(state(&replaced.summary), (BalanceStatus::Credited, 0));
        assert_eq!(replaced.replaced_by.expect("another one").id, new.id);
        assert_eq!(after.replaces.expect("an earlier one").id, old);
        assert_eq!(account_credit(&market, &ctx).await, 0);
        let note = market.invoice(new.note_id).await;
        assert_eq!(note.parties.buyer.name, "Customer & Sons");
        assert_eq!(note.credits, Some(old));
        market.assert_clean().await;

        // Once.
        assert_eq!(code(reissue(&market, &ctx, old).await), "already_reissued");
        assert_eq!(
            code(credit(&market, &ctx, old, None).await),
            "already_credited"
        );
        // The new one may be wrong, too: it can be taken back in parts, or issued anew again.
        let newest = reissue(&market, &ctx, new.id).await.expect("once more");
        let seat = CreditLine {
            no: 2,
            quantity: Some(1.into()),
            amount: None,
        };
        credit(&market, &ctx, newest.id, Some(vec![seat]))
            .await
            .expect("one seat");
        assert_eq!(
            code(reissue(&market, &ctx, newest.id).await),
            "partly_credited"
        );
        assert_eq!(
            code(reissue(&market, &ctx, new.note_id).await),
            "not_reissuable"
        );
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_paid_pays_the_new_invoice_before_anything_else() {
    each_market(|market| async move {
        let world = &market.world;
        let ctx = market.on("2024-03-20").await;
        for usage in [CreditUse::Automatic, CreditUse::ByHand] {
            by_hand(&market, &ctx, false, Some(usage)).await;
            // One is open, and older than what is issued anew.
            let open = sold(&market, "2024-02-20").await;
            let old = sold(&market, "2024-03-01").await;
            pay(&market, &ctx, old, 13_686).await;
            let new = reissue(&market, &ctx, old).await.expect("a new invoice");
            let after = market.invoice(new.id).await.summary;
            assert_eq!(state(&after), (BalanceStatus::Paid, 0));
            let open = market.invoice(open).await.summary;
            assert_eq!(state(&open), (BalanceStatus::Open, 13_686));
            assert_eq!(account_credit(&market, &ctx).await, 0);
            // What is paid in part: the rest stays owed, no cent more.
            let old = sold(&market, "2024-03-02").await;
            pay(&market, &ctx, old, 3_686).await;
            let new = reissue(&market, &ctx, old).await.expect("a new invoice");
            let after = market.invoice(new.id).await.summary;
            assert_eq!(state(&after), (BalanceStatus::Open, 10_000));
            pay(&market, &ctx, new.id, 10_000).await;
        }
        // Less tax than before: the difference is the buyer's, and waits, since credit is used by hand.
        let old = sold(&market, "2024-03-03").await;
        pay(&market, &ctx, old, 13_686).await;
        market.taxed(world.reseller, world.customer, "10").await;
        reissue(&market, &ctx, old).await.expect("a new invoice");
        assert_eq!(account_credit(&market, &ctx).await, 1_140);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn asked_twice_or_by_two_at_once_it_is_done_once() {
    each_market(|market| async move {
        let old = sold(&market, "2024-03-01").await;
        let ctx = OpCtx {
            idempotency_key: Some("again".to_owned()),
            ..market.on("2024-03-20").await
        };
        let first = reissue(&market, &ctx, old).await.expect("a new invoice");
        let second = reissue(&market, &ctx, old).await.expect("the same");
        assert_eq!(first, second);
        let ctx = market.on("2024-03-21").await;
        let both = tokio::join!(
            reissue(&market, &ctx, first.id),
            reissue(&market, &ctx, first.id)
        );
        let done = [both.0.is_ok(), both.1.is_ok()];
        assert_eq!(done.iter().filter(|done| **done).count(), 1, "{both:?}");
        // Three invoices and two credit notes.
        let world = &market.world;
        let all = market.documents(world.reseller, world.customer).await;
        assert_eq!(all.len(), 5);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn usage_that_comes_later_goes_on_where_the_new_invoice_left_it() {
    each_market(|market| async move {
        let world = &market.world;
        let sale = market
            .sell(world.customer, world.reseller, "3", "2024-08-31")
            .await;
        let used = async |id: &str, cost: &str| {
            market
                .use_cloud(sale.subscription, id, "Storage", "Storage", cost)
                .await
                .expect("usage");
        };
        let last = async || {
            let all = market.documents(world.reseller, world.customer).await;
            all.last().expect("a document").clone()
        };
        used("1", "0.333").await;
        market.bill("2024-10-01").await;
        let old = last().await;
        let ctx = market.on("2024-10-02").await;
        let new = reissue(&market, &ctx, old.id).await.expect("a new invoice");
        // 1.4256 × 0.333 is 0.4747; with as much again it is 0.9494, so 0.48 are left to be billed.
        let storage = |document: &Document| {
            let line = document
                .lines
                .iter()
                .find(|line| line.description == "Storage");
            line.expect("a line").amount.minor
        };
        assert_eq!(storage(&market.invoice(new.id).await), 47);
        used("2", "0.333").await;
        market.bill("2024-11-01").await;
        let of = market.documents(world.reseller, world.customer).await;
        let next = of.iter().find(|one| one.issued_on == day("2024-11-01"));
        let next = market.invoice(next.expect("an invoice").id).await;
        assert_eq!(storage(&next), 48);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_given_up_is_not_issued_anew() {
    each_market(|market| async move {
        let world = &market.world;
        let old = sold(&market, "2024-03-01").await;
        let ctx = market.on("2024-03-20").await;
        let input = WriteOff {
            invoice_id: old,
            amount: None,
            reason: "Gone".to_owned(),
        };
        billing::invoice_write_off(market.p(), &ctx, &input)
            .await
            .expect("written off");
        let before = market.documents(world.reseller, world.customer).await;
        assert_eq!(code(reissue(&market, &ctx, old).await), "written_off");
        let input = Reissue {
            invoice_id: old,
            reason: String::new(),
        };
        let refused = billing::invoice_reissue(market.p(), &ctx, &input).await;
        assert_eq!(refused.unwrap_err().problems()[0].field, "reason");
        let after = market.documents(world.reseller, world.customer).await;
        assert_eq!(after, before);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_invoiced_elsewhere_by_now_is_not_issued_anew() {
    each_market(|market| async move {
        let (seller, customer) = (market.world.reseller, market.world.customer);
        let old = sold(&market, "2024-03-01").await;
        let ctx = market.on("2024-03-20").await;
        let before = market.documents(seller, customer).await;
        on_behalf(&market, seller, customer, "external").await;
        let refused = reissue(&market, &ctx, old).await;
        assert_eq!(code(refused), "invoiced_elsewhere");
        assert_eq!(market.documents(seller, customer).await, before);
        market.assert_clean().await;

        on_behalf(&market, seller, customer, "self").await;
        let new = reissue(&market, &ctx, old).await.expect("issued anew");
        assert_eq!((new.credited.minor, new.gross.minor), (13_686, 13_686));
        market.assert_clean().await;
    })
    .await;
}

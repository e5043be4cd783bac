//! Drafts: what a run has billed waits, changes with what arrives, is held, and is issued once with the next number.

use tradewind_accounts::types::TermsInput;
use tradewind_billing::{
    service::{
        self as billing, Between, DraftAdjust, DraftHold, DraftLine, InvoiceHoldSet, ReviewSet,
    },
    types::{DocumentKind, Draft, DraftSummary, ReviewPolicy},
};
use tradewind_kernel::{
    Currency, Result,
    id::{AccountId, DraftId},
    page::PageRequest,
};
use tradewind_platform::OpCtx;

use crate::{
    money::eur,
    sales::{Market, each_market},
    world::{code, day},
};

async fn review(market: &Market, seller_id: AccountId, grace_days: Option<u16>) {
    let ctx = market.world.ctx().await;
    let input = ReviewSet {
        seller_id,
        policy: ReviewPolicy {
            review: true,
            grace_days,
        },
    };
    billing::review_set(market.p(), &ctx, &input)
        .await
        .expect("a policy");
}

async fn drafts(market: &Market, ctx: &OpCtx) -> Vec<DraftSummary> {
    let seller = market.world.reseller;
    billing::draft_list(market.p(), ctx, seller, &PageRequest::default())
        .await
        .expect("drafts")
        .items
}

async fn draft(market: &Market, ctx: &OpCtx) -> Draft {
    let found = drafts(market, ctx).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let draft = billing::draft_get(market.p(), ctx, found[0].id).await;
    let draft = draft.expect("a draft");
    assert_eq!(draft.summary.charges, found[0].charges);
    draft
}

/// Numbers and totals of what the reseller has issued to the customer.
async fn issued(market: &Market) -> Vec<(String, i64)> {
    let world = &market.world;
    market
        .documents(world.reseller, world.customer)
        .await
        .iter()
        .map(|one| (one.number.clone(), one.gross.minor))
        .collect()
}

async fn hold(market: &Market, ctx: &OpCtx, draft_id: DraftId, reason: Option<&str>) -> Result<()> {
    let input = DraftHold {
        draft_id,
        reason: reason.map(str::to_owned),
    };
    billing::draft_hold(market.p(), ctx, &input).await
}

async fn hold_account(market: &Market, ctx: &OpCtx, reason: Option<&str>) -> Result<()> {
    let input = InvoiceHoldSet {
        seller_id: market.world.reseller,
        buyer_id: market.world.customer,
        reason: reason.map(str::to_owned),
    };
    billing::invoice_hold_set(market.p(), ctx, &input).await
}

async fn count(market: &Market) -> i64 {
    let ctx = market.world.ctx().await;
    let between = Between {
        seller_id: market.world.reseller,
        buyer_id: market.world.customer,
        currency: Currency::EUR,
    };
    let page = PageRequest::new(Some(200), None).expect("a page");
    let open = billing::open_charges(market.p(), &ctx, &between, &page).await;
    i64::try_from(open.expect("charges").items.len()).expect("a few")
}

#[tokio::test]
async fn a_draft_waits_its_days_takes_what_arrives_and_is_issued_by_itself() {
    each_market(|market| async move {
        let world = &market.world;
        review(&market, world.reseller, Some(3)).await;
        // What is bought is issued at once, as the buyer may have to pay for it.
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-09-01")
            .await;
        assert_eq!(
            issued(&market).await,
            [("INV-2024-000001".to_owned(), 13_686)]
        );
        let ctx = market.on("2024-10-01").await;
        let report = market.bill("2024-10-01").await;
        let first = draft(&market, &ctx).await;
        assert_eq!(first.summary.begun_on, day("2024-10-01"));
        assert_eq!(first.summary.issue_on, Some(day("2024-10-04")));
        assert_eq!(first.kind, DocumentKind::Invoice);
        // The tiers above are not reviewed.
        assert!(report.documents >= 1, "{report:?}");
        assert_eq!(issued(&market).await.len(), 1);
        // Nothing is in the books, and nobody owes it.
        let between = Between {
            seller_id: world.reseller,
            buyer_id: world.customer,
            currency: Currency::EUR,
        };
        let standing = billing::standing(market.p(), &ctx, &between).await;
        assert_eq!(standing.expect("sums").owed, eur(13_686));
        market.assert_clean().await;

        // Late usage is on the draft as soon as it is rated, and touches nothing else.
        let before = count(&market).await;
        market
            .use_cloud(sold.subscription, "u1", "vm", "Compute", "10")
            .await
            .expect("usage");
        market.bill("2024-10-02").await;
        let second = draft(&market, &ctx).await;
        assert_eq!(count(&market).await, before + 1);
        assert_eq!(second.summary.id, first.summary.id);
        assert_eq!(second.summary.issue_on, first.summary.issue_on);
        assert!(second.net.minor > first.net.minor, "{second:?}");
        // A line by hand.
        let line = |minor, description: &str| DraftAdjust {
            draft_id: second.summary.id,
            line: DraftLine {
                description: description.to_owned(),
                amount: eur(minor),
                reason: "As promised".to_owned(),
                subscription_id: None,
                tax_category: None,
            },
        };
        for wrong in [line(0, "x"), line(5, "")] {
            let refused = billing::draft_adjust(market.p(), &ctx, &wrong).await;
            assert_eq!(code(refused), "invalid_input");
        }
        billing::draft_adjust(market.p(), &ctx, &line(-500, "Sorry"))
            .await
            .expect("a line");
        let third = draft(&market, &ctx).await;
        assert_eq!(third.net.minor, second.net.minor - 500);
        assert_eq!(third.tax.minor, (third.net.minor * 20 + 50) / 100);
        market.assert_clean().await;

        market.bill("2024-10-03").await;
        assert_eq!(issued(&market).await.len(), 1);
        market.bill("2024-10-04").await;
        let all = issued(&market).await;
        assert_eq!(all[1], ("INV-2024-000002".to_owned(), third.gross.minor));
        assert_eq!(all.len(), 2);
        let documents = market.documents(world.reseller, world.customer).await;
        // Tax point and due date count from the day of issue.
        assert_eq!(documents[1].issued_on, day("2024-10-04"));
        assert_eq!(documents[1].due_on, day("2024-10-18"));
        assert!(drafts(&market, &ctx).await.is_empty());
        market.bill("2024-10-04").await;
        assert_eq!(issued(&market).await.len(), 2);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn holds_stop_what_would_be_issued_by_itself_and_nothing_else() {
    each_market(|market| async move {
        let world = &market.world;
        market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        // Without a policy, a held buyer has drafts all the same.
        let ctx = market.on("2024-03-20").await;
        let nameless = hold_account(&market, &ctx, Some("")).await;
        assert_eq!(code(nameless), "invalid_input");
        hold_account(&market, &ctx, Some("Disputed"))
            .await
            .expect("held");
        market.bill("2024-04-01").await;
        assert_eq!(issued(&market).await.len(), 1);
        let ctx = market.on("2024-04-05").await;
        let waits = draft(&market, &ctx).await;
        let held = waits.summary.account_hold.expect("a hold");
        assert_eq!(held.reason, "Disputed");
        let list = billing::invoice_hold_list(market.p(), &ctx, world.reseller).await;
        assert_eq!(list.expect("holds").len(), 1);
        market.bill("2024-04-05").await;
        // All that are not held: none.
        let none = billing::drafts_issue(market.p(), &ctx, world.reseller).await;
        assert!(none.expect("none").is_empty());
        // Released, but the draft itself is held too.
        hold_account(&market, &ctx, None).await.expect("released");
        hold(
            &market,
            &ctx,
            waits.summary.id,
            Some("Purchase order missing"),
        )
        .await
        .expect("held");
        market.bill("2024-04-06").await;
        assert_eq!(issued(&market).await.len(), 1);
        // By hand it is issued all the same, once.
        let ctx = market.on("2024-04-07").await;
        let invoice = billing::draft_issue(market.p(), &ctx, waits.summary.id).await;
        let invoice = invoice.expect("issued").expect("a document");
        assert_eq!(
            market.invoice(invoice).await.summary.issued_on,
            day("2024-04-07")
        );
        let again = billing::draft_issue(market.p(), &ctx, waits.summary.id).await;
        assert_eq!(code(again), "not_found");
        market.assert_clean().await;

        // By hand only: drafts wait until somebody issues all of them, or nobody reviews any more.
        review(&market, world.reseller, None).await;
        market.bill("2024-05-01").await;
        let ctx = market.on("2024-05-20").await;
        let waits = draft(&market, &ctx).await;
        assert_eq!(waits.summary.issue_on, None);
        market.bill("2024-05-20").await;
        assert_eq!(issued(&market).await.len(), 2);
        let all = billing::drafts_issue(market.p(), &ctx, world.reseller).await;
        assert_eq!(all.expect("issued").len(), 1);
        market.bill("2024-06-01").await;
        assert_eq!(issued(&market).await.len(), 3);
        let off = ReviewSet {
            seller_id: world.reseller,
            policy: ReviewPolicy::default(),
        };
        billing::review_set(market.p(), &ctx, &off)
            .await
            .expect("off");
        market.bill("2024-06-02").await;
        let numbers: Vec<String> = issued(&market).await.into_iter().map(|one| one.0).collect();
        assert_eq!(
            numbers,
            [
                "INV-2024-000001",
                "INV-2024-000002",
                "INV-2024-000003",
                "INV-2024-000004"
            ]
        );
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_month_of_several_days_is_one_draft() {
    each_market(|market| async move {
        let world = &market.world;
        let monthly = TermsInput {
            invoicing: Some("monthly".to_owned()),
            invoice_day: Some(10),
            ..TermsInput::default()
        };
        market.terms(world.reseller, world.customer, monthly).await;
        review(&market, world.reseller, Some(2)).await;
        for date in ["2024-03-01", "2024-03-05"] {
            market.sell(world.customer, world.reseller, "1", date).await;
        }
        let ctx = market.on("2024-03-12").await;
        market.bill("2024-03-09").await;
        assert!(drafts(&market, &ctx).await.is_empty());
        market.bill("2024-03-10").await;
        let both = draft(&market, &ctx).await;
        assert_eq!(both.summary.charges, 4);
        market.bill("2024-03-12").await;
        assert_eq!(issued(&market).await.len(), 1);
        market.assert_clean().await;
    })
    .await;
}

//! The vendor's invoices made out in its name, and those for the fee.

use tradewind_accounts::{
    service as accounts,
    types::{AccountChanges, AccountUpdate, TaxData},
};
use tradewind_billing::{
    service::{self as billing, SelfBillingSet},
    types::{
        DocumentKind, FeeRule, PaperKind, PayeeSettlement, SelfBillingAgreement, SettlementPaper,
        SettlementPolicy,
    },
};
use tradewind_kernel::{Result, id::AccountId};

use crate::{
    sales::{Market, each_market},
    settlement::{act, books, code, eur, policy, settle},
    world::{day, dec},
};

async fn rated(market: &Market, account: AccountId, rate: &str) {
    let update = AccountUpdate {
        account,
        version: None,
        changes: AccountChanges {
            tax: Some(TaxData {
                rate: rate.to_owned(),
                name: "VAT".to_owned(),
                tax_id: "DE136695976".to_owned(),
                ..TaxData::default()
            }),
            ..AccountChanges::default()
        },
    };
    let ctx = market.world.ctx().await;
    accounts::account_update(market.p(), &ctx, &update)
        .await
        .expect("a rate");
}

async fn agree(market: &Market, vendor: AccountId, on: &str) -> Result<SelfBillingAgreement> {
    let input = SelfBillingSet {
        payer_id: market.world.provider,
        vendor_id: vendor,
        agreed_on: day(on),
        ended_on: None,
        reference: "Contract, § 7".to_owned(),
    };
    let ctx = market.world.ctx().await;
    billing::self_billing_set(market.p(), &ctx, &input).await
}

async fn papers(market: &Market, one: &PayeeSettlement) -> Vec<SettlementPaper> {
    let ctx = market.world.ctx().await;
    billing::settlement_papers(market.p(), &ctx, one.id)
        .await
        .expect("papers")
}

fn told(paper: &SettlementPaper) -> (PaperKind, Option<&str>, i64, i64, i64) {
    let head = &paper.document.summary;
    let number = paper.number.as_deref();
    (
        paper.kind,
        number,
        head.net.minor,
        head.tax.minor,
        head.gross.minor,
    )
}

#[tokio::test]
async fn a_settlement_is_invoiced_in_the_vendors_name_and_its_fee_in_the_payers() {
    each_market(|market| async move {
        let world = &market.world;
        let fees = vec![FeeRule {
            product_id: None,
            percent: dec("15"),
            fixed: None,
            minimum: None,
            maximum: None,
        }];
        policy(
            &market,
            SettlementPolicy {
                fees,
                hold_percent: dec("10"),
                hold_days: 45,
                ..SettlementPolicy::default()
            },
        )
        .await;
        market.taxed(world.vendor, world.provider, "20").await;
        rated(&market, world.provider, "19").await;
        let wrong = agree(&market, world.reseller, "2024-01-01")
            .await
            .unwrap_err();
        assert_eq!(code(&wrong), "unknown_value");
        // Agreed too late for March.
        agree(&market, world.vendor, "2024-05-15")
            .await
            .expect("agreed");
        market
            .sell(world.customer, world.reseller, "3", "2024-03-11")
            .await;
        let plain = settle(&market, "2024-03-31", "2024-04-01").await.remove(0);
        assert_eq!((plain.share_tax, plain.payout), (eur(0), eur(6_120)));
        assert_eq!(papers(&market, &plain).await, []);
        act(&market, &plain, "discard", "2024-04-01")
            .await
            .expect("discarded");

        // 80.00 with 20 %, less 12.00 with 19 %, of which 10 % of 68.00 are held: 96.00 - 14.28 - 6.80.
        agree(&market, world.vendor, "2024-03-01")
            .await
            .expect("agreed");
        let first = settle(&market, "2024-03-31", "2024-04-01").await.remove(0);
        assert_eq!(
            (first.share_tax, first.fee_tax, first.held, first.payout),
            (eur(1_600), eur(228), eur(680), eur(7_492))
        );
        let drawn = papers(&market, &first).await;
        assert_eq!(
            drawn.iter().map(told).collect::<Vec<_>>(),
            [
                (PaperKind::SelfBilled, None, 8_000, 1_600, 9_600),
                (PaperKind::Fee, None, 1_200, 228, 1_428),
            ]
        );
        // What is taken back has no number, so the series has no gap.
        act(&market, &first, "discard", "2024-04-01")
            .await
            .expect("discarded");
        assert_eq!(papers(&market, &first).await, []);
        let again = settle(&market, "2024-03-31", "2024-04-02").await.remove(0);
        act(&market, &again, "approve", "2024-04-02")
            .await
            .expect("approved");
        let issued = papers(&market, &again).await;
        let numbers: Vec<_> = issued
            .iter()
            .filter_map(|one| one.number.as_deref())
            .collect();
        assert_eq!(numbers, ["SB-2024-000001", "FEE-2024-000001"]);
        let own = &issued[0].document;
        assert_eq!(own.parties.seller.account_id, world.vendor);
        assert_eq!(own.parties.buyer.account_id, world.provider);
        assert_eq!(
            (own.summary.kind, own.summary.issued_on),
            (DocumentKind::Invoice, day("2024-04-02"))
        );
        // The share, with its tax, is owed; the fee, with its tax, is kept.
        assert_eq!(books(&market).await, [0, -680, -7_492, -1_200, 0]);
        let ctx = market.on("2024-12-31").await;
        let all =
            billing::ledger_balances(market.p(), &ctx, world.provider, day("2024-12-31")).await;
        let all = all.expect("balances");
        let input = all.iter().find(|one| one.account == "assets:tax:input");
        assert_eq!(input.map(|one| one.balance.minor), Some(1_600));
        act(&market, &again, "pay", "2024-04-10")
            .await
            .expect("paid");
        market.assert_clean().await;

        // The next of both series; the vendor sees them, others do not.
        market.bill("2024-04-11").await;
        let next = settle(&market, "2024-04-30", "2024-05-01").await.remove(0);
        act(&market, &next, "approve", "2024-05-01")
            .await
            .expect("approved");
        let issued = papers(&market, &next).await;
        assert_eq!(issued[0].number.as_deref(), Some("SB-2024-000002"));
        let reseller = world
            .user(
                world.reseller,
                tradewind_policy::AccountKind::Reseller,
                tradewind_policy::Role::Owner,
            )
            .await;
        let refused = billing::settlement_papers(market.p(), &reseller, next.id).await;
        assert!(refused.is_err());
        market.assert_clean().await;
    })
    .await;
}

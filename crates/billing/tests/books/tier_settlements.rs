//! Settlements of what was collected: fees, holding back, setting off, what is taken back later, and tier after tier.

use tradewind_billing::{
    rules::settlement as rules,
    service::{
        self as billing, Chargeback, ListQuery, RefundRequest, SettlementRun, TransferRecord,
    },
    types::{
        BalanceStatus, FeeRule, Offset, PaperKind, PayeeSettlement, PaymentKind, SettlementKind,
        SettlementPolicy, SettlementState,
    },
};
use tradewind_kernel::{Error, Result, id::InvoiceId};
use tradewind_platform::{OpCtx, args, stmts};
use tradewind_policy::AccountKind;

use crate::{
    money::{Gateway, eur, transfer},
    sales::{Market, each_market},
    settlement::{self, act},
    tiers::{books, collector, on_behalf, pay, seller, sold, user},
    world::{code, day, dec},
};

stmts! {
    /// A collected amount is another one.
    TAMPER = "UPDATE collected SET amount = amount + 1 WHERE realm_id = $1";
    /// A collected amount waits for nothing.
    LOSE = "DELETE FROM settlement_open WHERE realm_id = $1 AND kind = 'collected'";
}

pub(crate) async fn policy(market: &Market, policy: SettlementPolicy) {
    settlement::policy_of(
        market,
        market.world.distributor,
        SettlementKind::Collected,
        policy,
    )
    .await;
}

pub(crate) async fn settle(market: &Market, until: &str, on: &str) -> Vec<PayeeSettlement> {
    settlement::settle_of(market, market.world.distributor, until, on).await
}

fn fee(percent: &str, fixed: i64) -> SettlementPolicy {
    SettlementPolicy {
        fees: vec![FeeRule {
            product_id: None,
            percent: dec(percent),
            fixed: Some(eur(fixed)),
            minimum: None,
            maximum: None,
        }],
        ..SettlementPolicy::default()
    }
}

#[tokio::test]
async fn what_is_collected_is_settled_less_fee_and_hold_and_what_is_taken_back_is_carried_forward()
{
    each_market(|market| async move {
        let world = &market.world;
        let gateway = Gateway::default();
        policy(
            &market,
            SettlementPolicy {
                hold_percent: dec("10"),
                hold_days: 45,
                payment_days: 5,
                ..fee("2", 30)
            },
        )
        .await;
        let id = sold(&market, "2024-03-01").await;
        let paid = pay(&market, &gateway, id, "2024-03-03").await;
        let ctx = market.on("2024-04-01").await;
        let due = billing::settlement_due(market.p(), &ctx, world.distributor)
            .await
            .expect("due");
        assert_eq!(
            (due.len(), due[0].kind, due[0].payee_id, due[0].share),
            (1, SettlementKind::Collected, world.reseller, eur(13_686))
        );
        assert_eq!(settle(&market, "2024-03-02", "2024-04-01").await, []);
        let first = settle(&market, "2024-03-31", "2024-04-01").await.remove(0);
        // 2 % of 136.86 are 2.7372, and 0.30; the distributor's tax on it is 0 %; 10 % of the rest are held.
        assert_eq!(
            (
                first.share,
                first.fee,
                first.fee_tax,
                first.held,
                first.payout
            ),
            (eur(13_686), eur(304), eur(0), eur(1_338), eur(12_044))
        );
        assert_eq!(
            settle(&market, "2024-03-31", "2024-04-01").await,
            [],
            "once"
        );
        act(&market, &first, "approve", "2024-04-01")
            .await
            .expect("approved");
        assert_eq!(collector(&market).await, [0, -1_338, -12_044, 0, 13_686]);
        assert_eq!(seller(&market).await, [0, 0, 1_338, 12_044, 0]);
        assert_eq!(
            books(&market, world.distributor, ["income:collecting-fee"]).await,
            [-304]
        );
        assert_eq!(
            books(&market, world.reseller, ["expenses:collecting-fee"]).await,
            [304]
        );
        market.assert_clean().await;
        act(&market, &first, "pay", "2024-04-05")
            .await
            .expect("paid");
        assert_eq!(collector(&market).await, [0, -1_338, 0, -12_044, 13_686]);
        assert_eq!(seller(&market).await, [0, 0, 1_338, 0, 12_044]);
        market.assert_clean().await;
        let papers = billing::settlement_papers(market.p(), &ctx, first.id)
            .await
            .expect("papers");
        let [fees] = papers.as_slice() else {
            panic!("{papers:?}");
        };
        assert_eq!(
            (fees.kind, fees.document.summary.gross),
            (PaperKind::Fee, eur(304))
        );
        assert_eq!(fees.document.summary.seller_id, world.distributor);

        // The bank takes the money back after it was paid out: the distributor is owed it, until something comes in.
        let dispute = Chargeback {
            payment_id: paid.id,
            reference: "D-1".to_owned(),
            reason: "fraudulent".to_owned(),
        };
        let own = user(&market, world.reseller, AccountKind::Reseller, "2024-04-10").await;
        let refused = billing::chargeback_record(market.p(), &own, &dispute).await;
        assert_eq!(code(refused), "collected_by_another");
        let ctx = market.on("2024-04-10").await;
        billing::chargeback_record(market.p(), &ctx, &dispute)
            .await
            .expect("taken back");
        assert_eq!(seller(&market).await, [13_686, -13_686, 1_338, 0, 12_044]);
        assert_eq!(collector(&market).await, [13_686, -1_338, 0, -12_044, 0]);
        market.assert_clean().await;
        assert_eq!(
            settle(&market, "2024-04-30", "2024-05-01").await,
            [],
            "it is carried forward"
        );
        let ctx = market.on("2024-05-01").await;
        let due = billing::settlement_due(market.p(), &ctx, world.distributor)
            .await
            .expect("due");
        assert_eq!((due[0].share, due[0].held), (eur(-13_686), eur(1_338)));
        // The customer pays by transfer, and a second time in advance.
        let above = user(
            &market,
            world.distributor,
            AccountKind::Distributor,
            "2024-05-03",
        )
        .await;
        let twice = transfer(&market, Some(id), 20_000, "again");
        billing::transfer_record(market.p(), &above, &twice)
            .await
            .expect("recorded");
        let second = settle(&market, "2024-05-31", "2024-06-01").await.remove(0);
        // 63.14 more than what was taken back: 2 % and 0.30 of that, 10 % held, and what was held is due.
        assert_eq!(
            (
                second.share,
                second.fee,
                second.held,
                second.released,
                second.payout
            ),
            (eur(6_314), eur(156), eur(616), eur(1_338), eur(6_880))
        );
        act(&market, &second, "approve", "2024-06-01")
            .await
            .expect("approved");
        act(&market, &second, "pay", "2024-06-05")
            .await
            .expect("paid");
        assert_eq!(seller(&market).await, [0, 0, 616, 0, 18_924]);
        let (moves, next) = billing::settlement_collected(market.p(), &ctx, second.id, None)
            .await
            .expect("what was collected");
        let moves: Vec<(&str, i64)> = moves
            .iter()
            .map(|one| (one.kind.as_str(), one.amount.minor))
            .collect();
        assert_eq!(
            (moves, next),
            (vec![("chargeback", -13_686), ("payment", 20_000)], None)
        );
        market.assert_clean().await;

        // The dispute is won: the money is there again, and is credit of the customer.
        billing::chargeback_won(market.p(), &ctx, paid.id)
            .await
            .expect("won");
        market.assert_clean().await;
        assert_eq!(seller(&market).await[1], 13_686);

        // Each sees its own.
        let query = ListQuery::default();
        for (account, kind, many) in [
            (world.reseller, AccountKind::Reseller, 2),
            (world.distributor, AccountKind::Distributor, 2),
            (world.customer, AccountKind::Customer, 0),
            (world.vendor, AccountKind::Vendor, 0),
        ] {
            let reader = user(&market, account, kind, "2024-06-10").await;
            let list = billing::settlement_list(market.p(), &reader, &query).await;
            let seen = list.map_or(0, |list| list.items.len());
            assert_eq!(seen, many, "{kind}");
            let one = billing::settlement_get(market.p(), &reader, first.id).await;
            assert_eq!(one.is_ok(), many > 0, "{kind}: {one:?}");
            let behind = billing::settlement_collected(market.p(), &reader, first.id, None).await;
            assert_eq!(behind.is_ok(), many > 0, "{kind}");
        }
        let own = user(&market, world.reseller, AccountKind::Reseller, "2024-06-10").await;
        let refused = act_as(&market, &own, &second, "fail").await;
        assert!(
            matches!(
                refused,
                Err(Error::NotFound { .. } | Error::Forbidden { .. })
            ),
            "{refused:?}"
        );

        for (stmt, rule) in [(&TAMPER, "collected_differs"), (&LOSE, "collected_astray")] {
            let mut tx = market.p().db().begin().await.expect("a transaction");
            assert!(tx.exec(stmt, args![world.realm]).await.expect("tampered") > 0);
            tx.commit().await.expect("committed");
            let found = market.findings().await;
            assert!(
                found.iter().any(|one| one.rule == rule),
                "{rule}: {found:?}"
            );
        }
        assert_eq!(statements().len(), 2);
    })
    .await;
}

async fn act_as(
    market: &Market,
    ctx: &OpCtx,
    one: &PayeeSettlement,
    act: &str,
) -> Result<PayeeSettlement> {
    let input = billing::SettlementAct {
        id: one.id,
        act: act.to_owned(),
        note: String::new(),
        on: None,
    };
    billing::settlement_act(market.p(), ctx, &input).await
}

#[test]
fn what_is_owed_is_set_off_the_oldest_first() {
    let (old, new) = (InvoiceId::generate(), InvoiceId::generate());
    let open = [(old, eur(300)), (new, eur(500))];
    let paid = |minor| rules::set_off(eur(minor), &open).expect("set off");
    assert_eq!(paid(900), [(old, eur(300)), (new, eur(500))]);
    assert_eq!(paid(400), [(old, eur(300)), (new, eur(100))]);
    assert_eq!(paid(300), [(old, eur(300))]);
    assert_eq!(paid(0), []);
    assert_eq!(paid(-5), []);
    let own = SettlementPolicy {
        fees: vec![FeeRule {
            product_id: Some(tradewind_kernel::id::ProductId::generate()),
            ..fee("2", 30).fees.remove(0)
        }],
        ..SettlementPolicy::default()
    };
    let refused = rules::check(SettlementKind::Collected, &own).unwrap_err();
    assert_eq!(refused.problems()[0].code, "no_products");
}

#[tokio::test]
async fn what_the_seller_owes_is_set_off_as_payments() {
    each_market(|market| async move {
        let world = &market.world;
        policy(
            &market,
            SettlementPolicy {
                offset: Offset::Due,
                ..SettlementPolicy::default()
            },
        )
        .await;
        let id = sold(&market, "2024-03-01").await;
        // The reseller's own purchase is invoiced on the first of the next month, to be paid in 30 days.
        market.bill("2024-04-01").await;
        let bought = market.documents(world.distributor, world.reseller).await;
        let owed = bought[0].gross;
        assert!(
            owed.minor > 0 && bought[0].due_on == day("2024-05-01"),
            "{bought:?}"
        );
        let came = transfer(&market, Some(id), 13_686, "one");
        let ctx = market.on("2024-04-02").await;
        billing::transfer_record(market.p(), &ctx, &came)
            .await
            .expect("recorded");
        let early = settle(&market, "2024-04-30", "2024-05-01").await.remove(0);
        assert_eq!(
            (early.set_off, early.payout),
            (eur(0), eur(13_686)),
            "not due yet"
        );
        act(&market, &early, "discard", "2024-05-01")
            .await
            .expect("discarded");
        let one = settle(&market, "2024-05-01", "2024-05-02").await.remove(0);
        assert_eq!((one.set_off, one.payout), (owed, eur(13_686 - owed.minor)));
        let detail = billing::settlement_get(market.p(), &ctx, one.id)
            .await
            .expect("a settlement");
        assert_eq!(
            (detail.offsets.len(), detail.offsets[0].payment_id),
            (1, None)
        );
        // Part of it is paid meanwhile: that is paid out instead.
        let part = TransferRecord {
            seller_id: world.distributor,
            payer_id: world.reseller,
            ..transfer(&market, Some(bought[0].id), 1_000, "part")
        };
        let ctx = market.on("2024-05-02").await;
        billing::transfer_record(market.p(), &ctx, &part)
            .await
            .expect("recorded");
        let approved = act(&market, &one, "approve", "2024-05-02")
            .await
            .expect("approved");
        assert_eq!(approved.set_off, eur(owed.minor - 1_000));
        assert_eq!(approved.payout, eur(13_686 - owed.minor + 1_000));
        let after = market
            .invoice(bought[0].id)
            .await
            .summary
            .balance
            .expect("a balance");
        assert_eq!(after.status, BalanceStatus::Paid);
        let payments = billing::payments_of_invoice(market.p(), &ctx, bought[0].id)
            .await
            .expect("payments");
        let off = payments
            .iter()
            .find(|one| one.kind == PaymentKind::Offset)
            .expect("set off");
        assert_eq!(off.amount, approved.set_off);
        assert_eq!(off.reference.as_deref(), Some(one.number.as_str()));
        // It moved no money, and is not paid back.
        let back = RefundRequest {
            payment_id: off.id,
            amount: None,
            reason: "No".to_owned(),
        };
        let refused = billing::refund_request(market.p(), &ctx, &back).await;
        assert_eq!(code(refused), "not_refundable");
        market.assert_clean().await;
        act(&market, &one, "pay", "2024-05-03").await.expect("paid");
        let payable = books(
            &market,
            world.reseller,
            ["liabilities:payable:", "assets:settlement:"],
        )
        .await;
        assert_eq!(payable, [0, 0]);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_settlement_that_is_set_off_wholly_is_paid_at_once() {
    each_market(|market| async move {
        let world = &market.world;
        let offset = SettlementPolicy {
            offset: Offset::Due,
            ..SettlementPolicy::default()
        };
        policy(&market, offset).await;
        let id = sold(&market, "2024-03-01").await;
        market.bill("2024-04-01").await;
        let owed = market.documents(world.distributor, world.reseller).await[0].gross;
        let ctx = market.on("2024-04-02").await;
        let came = transfer(&market, Some(id), owed.minor - 100, "one");
        billing::transfer_record(market.p(), &ctx, &came)
            .await
            .expect("recorded");
        let one = settle(&market, "2024-05-01", "2024-05-02").await.remove(0);
        assert_eq!((one.set_off.minor, one.payout), (owed.minor - 100, eur(0)));
        let one = act(&market, &one, "approve", "2024-05-02")
            .await
            .expect("approved");
        assert_eq!(
            (one.state, one.paid_on),
            (SettlementState::Paid, Some(day("2024-05-02")))
        );
        // No bank was asked, so none can have failed.
        let failed = act(&market, &one, "fail", "2024-05-03").await;
        assert_eq!(code(failed), "nothing_to_pay");
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn each_tier_collects_for_the_one_below() {
    each_market(|market| async move {
        let world = &market.world;
        on_behalf(&market, world.distributor, world.reseller, "on_behalf").await;
        let id = sold(&market, "2024-03-01").await;
        market.bill("2024-04-01").await;
        let bought = market
            .documents(world.distributor, world.reseller)
            .await
            .remove(0);
        // What the customer owes the reseller is with the distributor; what the reseller owes the distributor, with the provider.
        let ctx = market.on("2024-04-02").await;
        let came = transfer(&market, Some(id), 13_686, "one");
        billing::transfer_record(market.p(), &ctx, &came)
            .await
            .expect("recorded");
        let part = TransferRecord {
            seller_id: world.distributor,
            payer_id: world.reseller,
            ..transfer(&market, Some(bought.id), 1_000, "two")
        };
        let paid = billing::transfer_record(market.p(), &ctx, &part)
            .await
            .expect("recorded");
        assert_eq!(paid.collector_id, Some(world.provider));
        let stems = ["liabilities:collected:", "assets:collected:", "assets:bank"];
        assert_eq!(
            books(&market, world.provider, stems).await,
            [-1_000, 0, 1_000]
        );
        assert_eq!(
            books(&market, world.distributor, stems).await,
            [-13_686, 1_000, 13_686]
        );
        assert_eq!(
            books(&market, world.reseller, stems).await,
            [0, 13_686, -1_000]
        );
        market.assert_clean().await;
        // What another collects is not set off.
        let offset = SettlementPolicy {
            offset: Offset::Due,
            ..SettlementPolicy::default()
        };
        policy(&market, offset).await;
        let one = settle(&market, "2024-05-31", "2024-06-01").await.remove(0);
        assert_eq!((one.set_off, one.payout), (eur(0), eur(13_686)));
        act(&market, &one, "approve", "2024-06-01")
            .await
            .expect("approved");
        act(&market, &one, "pay", "2024-06-02").await.expect("paid");
        let run = SettlementRun {
            until: day("2024-05-31"),
            payee_id: Some(world.distributor),
        };
        let ctx = market.on("2024-06-01").await;
        let up = billing::settlement_run(market.p(), &ctx, world.provider, &run).await;
        let up = up.expect("settlements").remove(0);
        assert_eq!((up.payee_id, up.payout), (world.distributor, eur(1_000)));
        act(&market, &up, "approve", "2024-06-01")
            .await
            .expect("approved");
        act(&market, &up, "pay", "2024-06-02").await.expect("paid");
        assert_eq!(
            books(&market, world.distributor, stems).await,
            [0, 0, 1_000]
        );
        market.assert_clean().await;
    })
    .await;
}

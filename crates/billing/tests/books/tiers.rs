//! What one account collects for another: invoices in the seller's name, payments, refunds, disputes, and what is settled.

use tradewind_accounts::service as accounts;
use tradewind_accounts::types::{RelationshipSet, TermsInput};
use tradewind_billing::{
    rules::settlement as rules,
    service::{
        self as billing, Chargeback, CreditNote, ListQuery, PaymentPay, RefundBack, RefundRequest,
        SettlementRun, SettlementSet, TopUp, TransferRecord, TransferReverse,
    },
    types::{
        BalanceStatus, CreditDestination, FeeRule, Offset, PaperKind, PayeeSettlement, PaymentKind,
        SettlementKind, SettlementPolicy, SettlementState,
    },
};
use tradewind_kernel::{
    Error, Result,
    id::{AccountId, InvoiceId},
};
use tradewind_platform::{OpCtx, args, stmts};
use tradewind_policy::{AccountKind, Role};

use crate::{
    bank::{PAYER, camt},
    money::{Gateway, card, eur, transfer},
    sales::{Market, each_market},
    settlement::act,
    world::{code, day, dec},
};

stmts! {
    /// A collected amount is another one.
    TAMPER = "UPDATE collected SET amount = amount + 1 WHERE realm_id = $1";
    /// A collected amount waits for nothing.
    LOSE = "DELETE FROM settlement_open WHERE realm_id = $1 AND kind = 'collected'";
}

/// Has the account above a seller collect what a buyer owes it.
pub(crate) async fn on_behalf(
    market: &Market,
    seller: AccountId,
    buyer: AccountId,
    invoicer: &str,
) {
    let terms = TermsInput {
        invoicer: Some(invoicer.to_owned()),
        ..TermsInput::default()
    };
    market.terms(seller, buyer, terms).await;
}

async fn user(market: &Market, account: AccountId, kind: AccountKind, on: &str) -> OpCtx {
    let ctx = market.world.user(account, kind, Role::Owner).await;
    OpCtx {
        now: market.on(on).await.now,
        ..ctx
    }
}

/// The reseller's three seats for the customer, 136.86 with tax, collected by the distributor.
async fn sold(market: &Market, date: &str) -> InvoiceId {
    let world = &market.world;
    on_behalf(market, world.reseller, world.customer, "on_behalf").await;
    let sold = market.sell(world.customer, world.reseller, "3", date).await;
    sold.invoice.expect("an invoice")
}

/// What accounts of a book that begin so come to.
async fn books<const N: usize>(market: &Market, book: AccountId, stems: [&str; N]) -> [i64; N] {
    let ctx = market.on("2024-12-31").await;
    let all = billing::ledger_balances(market.p(), &ctx, book, day("2024-12-31")).await;
    let all = all.expect("balances");
    stems.map(|stem| {
        let found = all.iter().filter(|one| one.account.starts_with(stem));
        found.map(|one| one.balance.minor).sum()
    })
}

/// What the distributor owes the reseller as collected, held and to be paid, and has at the bank and on its way there.
async fn collector(market: &Market) -> [i64; 5] {
    books(
        market,
        market.world.distributor,
        [
            "liabilities:collected:",
            "liabilities:held:",
            "liabilities:settlement:",
            "assets:bank",
            "assets:clearing",
        ],
    )
    .await
}

/// What the reseller is owed by the customer and by the distributor, and has at the bank.
async fn seller(market: &Market) -> [i64; 5] {
    books(
        market,
        market.world.reseller,
        [
            "assets:receivable:",
            "assets:collected:",
            "assets:held:",
            "assets:settlement:",
            "assets:bank",
        ],
    )
    .await
}

async fn pay(
    market: &Market,
    gateway: &Gateway,
    invoice: InvoiceId,
    on: &str,
) -> tradewind_billing::types::Payment {
    let ctx = market.on(on).await;
    card(market, &ctx, gateway, "4242424242424241").await;
    let pay = PaymentPay {
        invoice_id: invoice,
        method_id: None,
        hold: false,
    };
    billing::payment_pay(market.p(), &ctx, gateway, &pay)
        .await
        .expect("paid")
}

pub(crate) async fn policy(market: &Market, policy: SettlementPolicy) {
    let set = SettlementSet {
        payer_id: market.world.distributor,
        kind: SettlementKind::Collected,
        payee_id: None,
        policy,
    };
    let ctx = market.world.ctx().await;
    billing::settlement_policy_set(market.p(), &ctx, &set)
        .await
        .expect("a policy");
}

pub(crate) async fn settle(market: &Market, until: &str, on: &str) -> Vec<PayeeSettlement> {
    let run = SettlementRun {
        until: day(until),
        payee_id: None,
    };
    let ctx = market.on(on).await;
    billing::settlement_run(market.p(), &ctx, market.world.distributor, &run)
        .await
        .expect("settlements")
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
async fn who_collects_is_for_the_collector_to_say() {
    each_market(|market| async move {
        let world = &market.world;
        let set = |seller, buyer, invoicer: &str| RelationshipSet {
            seller,
            buyer,
            version: None,
            terms: TermsInput {
                invoicer: Some(invoicer.to_owned()),
                ..TermsInput::default()
            },
        };
        let own = user(&market, world.reseller, AccountKind::Reseller, "2024-03-01").await;
        let above = user(
            &market,
            world.distributor,
            AccountKind::Distributor,
            "2024-03-01",
        )
        .await;
        let wanted = set(world.reseller, world.customer, "on_behalf");
        let refused = accounts::relationship_set(market.p(), &own, &wanted).await;
        assert_eq!(code(refused), "collector_decides");
        accounts::relationship_set(market.p(), &above, &wanted)
            .await
            .expect("agreed");
        let ended = set(world.reseller, world.customer, "self");
        let refused = accounts::relationship_set(market.p(), &own, &ended).await;
        assert_eq!(code(refused), "collector_decides");
        // Nobody stands above a provider, and a vendor's sale has no invoice.
        let ctx = market.world.ctx().await;
        for (seller, buyer) in [
            (world.provider, world.distributor),
            (world.vendor, world.provider),
        ] {
            let nobody = set(seller, buyer, "on_behalf");
            let refused = accounts::relationship_set(market.p(), &ctx, &nobody).await;
            let error = refused.unwrap_err();
            assert_eq!(error.problems()[0].code, "nobody_above", "{error:?}");
            assert_eq!(error.problems()[0].field, "invoicer");
        }
    })
    .await;
}

#[tokio::test]
async fn invoices_are_the_sellers_and_the_money_is_with_who_collects() {
    each_market(|market| async move {
        let world = &market.world;
        let gateway = Gateway::default();
        let id = sold(&market, "2024-03-01").await;
        let invoice = market.invoice(id).await;
        let head = &invoice.summary;
        assert_eq!(
            (head.seller_id, head.number.as_str(), head.gross),
            (world.reseller, "INV-2024-000001", eur(13_686))
        );
        let issuer = invoice.parties.collector.as_ref().expect("a collector");
        assert_eq!(issuer.account_id, world.distributor);
        let balance = head.balance.as_ref().expect("a balance");
        assert_eq!(balance.collector_id, Some(world.distributor));
        assert_eq!(seller(&market).await, [13_686, 0, 0, 0, 0]);

        // The seller cannot say that another has received money; it can say what came to itself.
        let own = user(&market, world.reseller, AccountKind::Reseller, "2024-03-02").await;
        let came = transfer(&market, Some(id), 3_686, "one");
        let refused = billing::transfer_record(market.p(), &own, &came).await;
        assert_eq!(code(refused), "collected_by_another");
        let strange = TransferRecord {
            receiver_id: Some(world.provider),
            ..came.clone()
        };
        let ctx = market.on("2024-03-02").await;
        let refused = billing::transfer_record(market.p(), &ctx, &strange).await;
        assert_eq!(refused.unwrap_err().problems()[0].field, "receiver_id");
        let above = user(
            &market,
            world.distributor,
            AccountKind::Distributor,
            "2024-03-02",
        )
        .await;
        let first = billing::transfer_record(market.p(), &above, &came)
            .await
            .expect("recorded");
        assert_eq!(first.collector_id, Some(world.distributor));
        assert_eq!(seller(&market).await, [10_000, 3_686, 0, 0, 0]);
        assert_eq!(collector(&market).await, [-3_686, 0, 0, 3_686, 0]);
        let direct = TransferRecord {
            receiver_id: Some(world.reseller),
            ..transfer(&market, Some(id), 2_000, "two")
        };
        billing::transfer_record(market.p(), &own, &direct)
            .await
            .expect("recorded");
        assert_eq!(seller(&market).await, [8_000, 3_686, 0, 0, 2_000]);
        market.assert_clean().await;

        // The card goes through the collector's gateway.
        let paid = pay(&market, &gateway, id, "2024-03-03").await;
        assert_eq!(
            (paid.amount, paid.receiver_id()),
            (eur(8_000), world.distributor)
        );
        assert_eq!(seller(&market).await, [0, 11_686, 0, 0, 2_000]);
        assert_eq!(collector(&market).await, [-11_686, 0, 0, 3_686, 8_000]);
        market.assert_clean().await;

        // A credit note is the seller's to give; money goes back from where it is, by those who have it.
        let note = |destination| CreditNote {
            invoice_id: id,
            lines: None,
            destination,
            reason: "Too much".to_owned(),
        };
        let refused =
            billing::credit_note_for(market.p(), &own, &note(CreditDestination::Refund)).await;
        assert_eq!(code(refused), "collected_by_another");
        billing::credit_note_for(market.p(), &own, &note(CreditDestination::Balance))
            .await
            .expect("a credit note");
        let back = |payment_id, minor| RefundRequest {
            payment_id,
            amount: Some(eur(minor)),
            reason: "Cancelled".to_owned(),
        };
        let refused = billing::refund_request(market.p(), &own, &back(paid.id, 5_000)).await;
        assert_eq!(code(refused), "collected_by_another");
        let step = billing::refund_request(market.p(), &above, &back(paid.id, 5_000))
            .await
            .expect("a refund");
        billing::refund_send(market.p(), &ctx, &gateway, step.id)
            .await
            .expect("sent");
        assert_eq!(collector(&market).await, [-6_686, 0, 0, 3_686, 3_000]);
        assert_eq!(seller(&market).await[1], 6_686);
        let step = billing::refund_request(market.p(), &above, &back(first.id, 686))
            .await
            .expect("a refund");
        let done = RefundBack {
            refund_id: step.id,
            reference: Some("back".to_owned()),
        };
        let refused = billing::refund_settle(market.p(), &own, &done).await;
        assert_eq!(code(refused), "collected_by_another");
        billing::refund_settle(market.p(), &above, &done)
            .await
            .expect("paid back");
        assert_eq!(collector(&market).await, [-6_000, 0, 0, 3_000, 3_000]);
        assert_eq!(seller(&market).await, [0, 6_000, 0, 0, 2_000]);
        market.assert_clean().await;
    })
    .await;
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

#[tokio::test]
async fn an_invoice_keeps_who_collects_it() {
    each_market(|market| async move {
        let world = &market.world;
        let gateway = Gateway::default();
        let first = sold(&market, "2024-03-01").await;
        on_behalf(&market, world.reseller, world.customer, "self").await;
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-02")
            .await;
        let second = sold.invoice.expect("an invoice");
        on_behalf(&market, world.reseller, world.customer, "on_behalf").await;
        let one = pay(&market, &gateway, first, "2024-03-03").await;
        assert_eq!(one.receiver_id(), world.distributor);
        let pay = PaymentPay {
            invoice_id: second,
            method_id: None,
            hold: false,
        };
        let ctx = market.on("2024-03-03").await;
        let two = billing::payment_pay(market.p(), &ctx, &gateway, &pay)
            .await
            .expect("paid");
        assert_eq!(two.receiver_id(), world.reseller);
        assert_eq!(seller(&market).await[1], 13_686);
        market.assert_clean().await;
        // Money on account goes to who collects today, and pays whatever is open; a transfer that is taken back is taken from there.
        let top_up = TopUp {
            seller_id: world.reseller,
            buyer_id: world.customer,
            amount: eur(5_000),
            method_id: None,
        };
        let topped = billing::credit_top_up(market.p(), &ctx, &gateway, &top_up)
            .await
            .expect("topped up");
        assert_eq!(topped.receiver_id(), world.distributor);
        let advance = TransferRecord {
            top_up: true,
            ..transfer(&market, None, 2_000, "advance")
        };
        let advance = billing::transfer_record(market.p(), &ctx, &advance)
            .await
            .expect("recorded");
        assert_eq!(collector(&market).await, [-20_686, 0, 0, 2_000, 18_686]);
        market.assert_clean().await;
        let back = TransferReverse {
            payment_id: advance.id,
            reason: "Not ours".to_owned(),
        };
        let own = user(&market, world.reseller, AccountKind::Reseller, "2024-03-04").await;
        let refused = billing::transfer_reverse(market.p(), &own, &back).await;
        assert_eq!(code(refused), "collected_by_another");
        billing::transfer_reverse(market.p(), &ctx, &back)
            .await
            .expect("taken back");
        assert_eq!(collector(&market).await, [-18_686, 0, 0, 0, 18_686]);
        // Credit that pays is no money: what is collected stays what it was.
        market.bill("2024-04-01").await;
        let documents = market.documents(world.reseller, world.customer).await;
        let later = documents
            .iter()
            .find(|one| one.issued_on == day("2024-04-01"));
        let later = later
            .and_then(|one| one.balance.clone())
            .expect("a balance");
        assert!(
            later.paid == eur(5_000) && later.collector_id == Some(world.distributor),
            "{later:?}"
        );
        assert_eq!(seller(&market).await[1], 18_686);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn statements_of_who_collects_tell_of_the_sellers_invoices() {
    each_market(|market| async move {
        let world = &market.world;
        let id = sold(&market, "2024-03-01").await;
        market.bill("2024-04-01").await;
        // The distributor's own first invoice has the same number.
        let bought = market
            .documents(world.distributor, world.reseller)
            .await
            .remove(0);
        let number = market.invoice(id).await.summary.number;
        assert_eq!(bought.number, number);
        let import = async |content: &str, on: &str| {
            let ctx = market.on(on).await;
            let file = billing::BankFileImport {
                seller_id: world.distributor,
                file_name: "april.xml",
                content: content.as_bytes(),
                mapping: None,
            };
            billing::bank_import(market.p(), &ctx, &file)
                .await
                .expect("imported")
        };
        let text = format!("Invoice {number}");
        let unknown = camt("1", "2024-04-02", 0, &[(10_000, "Somebody", PAYER, &text)]);
        let found = import(&unknown, "2024-04-02").await;
        assert_eq!((found.matched, found.unmatched), (0, 1), "whose?");
        let customer = market.invoice(id).await.parties.buyer.name;
        let known = camt(
            "2",
            "2024-04-03",
            10_000,
            &[(3_686, &customer, PAYER, &text)],
        );
        let found = import(&known, "2024-04-03").await;
        assert_eq!((found.matched, found.unmatched), (1, 0), "the payer's");
        // 51.32 for April beside what is left of March.
        assert_eq!(seller(&market).await, [15_132, 3_686, 0, 0, 0]);
        // From then on the account is known to pay for the customer, whatever name it has: what waited is clear, too.
        let ctx = market.on("2024-04-04").await;
        let more = billing::bank_match(market.p(), &ctx, world.distributor).await;
        assert_eq!(more.expect("matched"), 1);
        assert_eq!(seller(&market).await, [5_132, 13_686, 0, 0, 0]);
        assert_eq!(collector(&market).await, [-13_686, 0, 0, 13_686, 0]);
        market.assert_clean().await;
        // The reseller has no part in the distributor's statements.
        let own = user(&market, world.reseller, AccountKind::Reseller, "2024-04-04").await;
        let list =
            billing::bank_entry_list(market.p(), &own, world.distributor, &ListQuery::default())
                .await;
        assert!(matches!(list, Err(Error::NotFound { .. })), "{list:?}");
        // Undone, the customer owes it again.
        let ctx = market.on("2024-04-05").await;
        let entries =
            billing::bank_entry_list(market.p(), &ctx, world.distributor, &ListQuery::default())
                .await;
        for entry in entries.expect("entries").items {
            billing::bank_undo(market.p(), &ctx, entry.id)
                .await
                .expect("undone");
        }
        assert_eq!(seller(&market).await, [18_818, 0, 0, 0, 0]);
        market.assert_clean().await;
    })
    .await;
}

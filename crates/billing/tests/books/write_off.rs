//! Open amounts that are given up: by hand, as a step of dunning, and owed again when money comes in after all.

use tradewind_billing::{
    service::{self as billing, CreditNote, DunningSet, WriteOff},
    types::{
        BalanceStatus, CreditDestination, DunningAction, DunningPolicy, DunningStep, PaymentKind,
    },
};
use tradewind_kernel::{Date, Money, id::InvoiceId};
use tradewind_platform::OpCtx;

use crate::{
    bank::{PAYER, camt, import},
    money::{eur, transfer},
    sales::{Market, each_market},
    world::{code, day},
};

/// Status, paid, given up, open.
async fn balance(market: &Market, id: InvoiceId) -> (BalanceStatus, i64, i64, i64) {
    let balance = market.invoice(id).await.summary.balance.expect("a balance");
    let minor = [balance.paid, balance.written_off, balance.open].map(|money| money.minor);
    (balance.status, minor[0], minor[1], minor[2])
}

/// An invoice over 136.86.
async fn sold(market: &Market) -> InvoiceId {
    let world = &market.world;
    let sold = market
        .sell(world.customer, world.reseller, "3", "2024-03-01")
        .await;
    let id = sold.invoice.expect("an invoice");
    assert_eq!(
        balance(market, id).await,
        (BalanceStatus::Open, 0, 0, 13_686)
    );
    id
}

fn of(invoice_id: InvoiceId, minor: Option<i64>) -> WriteOff {
    WriteOff {
        invoice_id,
        amount: minor.map(eur),
        reason: "Bankrupt".to_owned(),
    }
}

/// What an account of the reseller's books comes to.
async fn booked(market: &Market, ctx: &OpCtx, account: &str) -> i64 {
    let on: Date = day("2030-01-01");
    let found = billing::ledger_balances(market.p(), ctx, market.world.reseller, on).await;
    found
        .expect("balances")
        .iter()
        .filter(|one| one.account == account)
        .map(|one| one.balance.minor)
        .sum()
}

#[tokio::test]
async fn a_part_and_the_rest_are_given_up_and_what_comes_in_recovers_it() {
    each_market(|market| async move {
        let id = sold(&market).await;
        let ctx = market.on("2024-04-20").await;
        let p = market.p();
        for minor in [0, -1, 13_687] {
            let refused = billing::invoice_write_off(p, &ctx, &of(id, Some(minor))).await;
            assert_eq!(code(refused), "invalid_input");
        }
        assert_eq!(
            code(billing::invoice_write_off_undo(p, &ctx, id).await),
            "not_written_off"
        );
        let part = billing::invoice_write_off(p, &ctx, &of(id, Some(3_686))).await;
        assert_eq!(part.expect("a movement").kind, PaymentKind::WriteOff);
        assert_eq!(
            balance(&market, id).await,
            (BalanceStatus::Open, 0, 3_686, 10_000)
        );
        billing::invoice_write_off(p, &ctx, &of(id, None))
            .await
            .expect("a movement");
        assert_eq!(
            balance(&market, id).await,
            (BalanceStatus::WrittenOff, 0, 13_686, 0)
        );
        assert_eq!(booked(&market, &ctx, "expenses:bad-debt").await, 13_686);
        let again = billing::invoice_write_off(p, &ctx, &of(id, None)).await;
        assert_eq!(code(again), "invoice_paid");
        market.assert_clean().await;

        // The administrator pays a share after all.
        let share = transfer(&market, Some(id), 2_000, "Quota 1");
        billing::transfer_record(p, &ctx, &share)
            .await
            .expect("a payment");
        assert_eq!(
            balance(&market, id).await,
            (BalanceStatus::WrittenOff, 2_000, 11_686, 0)
        );
        assert_eq!(booked(&market, &ctx, "expenses:bad-debt").await, 11_686);
        market.assert_clean().await;
        // The bank tells of another.
        let number = market.invoice(id).await.summary.number;
        let lines = [(1_000, "Administrator", PAYER, number.as_str())];
        let file = camt("7", "2024-04-19", 0, &lines);
        let report = import(&market, &ctx, &file).await.expect("an import");
        assert_eq!((report.matched, report.unmatched), (1, 0));
        assert_eq!(
            balance(&market, id).await,
            (BalanceStatus::WrittenOff, 3_000, 10_686, 0)
        );
        // More than all of it: the rest is credit.
        let rest = transfer(&market, Some(id), 12_000, "Quota 2");
        let rest = billing::transfer_record(p, &ctx, &rest)
            .await
            .expect("a payment");
        assert_eq!(rest.applied, eur(10_686));
        assert_eq!(
            balance(&market, id).await,
            (BalanceStatus::Paid, 13_686, 0, 0)
        );
        assert_eq!(booked(&market, &ctx, "expenses:bad-debt").await, 0);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn two_at_once_give_up_once_and_undoing_opens_it_again() {
    each_market(|market| async move {
        let id = sold(&market).await;
        let ctx = market.on("2024-04-20").await;
        let p = market.p();
        let input = of(id, None);
        let (a, b) = tokio::join!(
            billing::invoice_write_off(p, &ctx, &input),
            billing::invoice_write_off(p, &ctx, &input)
        );
        assert_eq!(u8::from(a.is_ok()) + u8::from(b.is_ok()), 1);
        assert_eq!(
            balance(&market, id).await,
            (BalanceStatus::WrittenOff, 0, 13_686, 0)
        );
        billing::invoice_write_off_undo(p, &ctx, id)
            .await
            .expect("a movement");
        assert_eq!(
            balance(&market, id).await,
            (BalanceStatus::Open, 0, 0, 13_686)
        );
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_credit_note_takes_back_what_was_given_up_before_anybody_gets_credit() {
    for destination in [CreditDestination::Debt, CreditDestination::Balance] {
        each_market(|market| async move {
            let id = sold(&market).await;
            let ctx = market.on("2024-04-20").await;
            let p = market.p();
            let paid = transfer(&market, Some(id), 3_686, "Part");
            billing::transfer_record(p, &ctx, &paid)
                .await
                .expect("a payment");
            billing::invoice_write_off(p, &ctx, &of(id, None))
                .await
                .expect("a movement");
            let note = CreditNote {
                invoice_id: id,
                lines: None,
                destination,
                reason: "Tax of a bad debt".to_owned(),
            };
            let noted = billing::credit_note_for(p, &ctx, &note)
                .await
                .expect("a note");
            assert_eq!(
                (noted.cancelled, noted.to_balance),
                (eur(10_000), eur(3_686))
            );
            let (status, _, given_up, open) = balance(&market, id).await;
            assert_eq!((status, given_up, open), (BalanceStatus::Credited, 0, 0));
            market.assert_clean().await;
        })
        .await;
    }
}

#[tokio::test]
async fn it_is_a_step_of_dunning() {
    each_market(|market| async move {
        let id = sold(&market).await;
        let p = market.p();
        let step = DunningStep::new;
        let set = DunningSet {
            seller_id: market.world.reseller,
            policy: DunningPolicy {
                steps: vec![
                    step(3, DunningAction::Remind),
                    step(60, DunningAction::WriteOff),
                ],
                ..DunningPolicy::default()
            },
        };
        let ctx = market.on("2024-03-02").await;
        billing::dunning_set(p, &ctx, &set).await.expect("a policy");
        // Invoices that are open already go on by the new steps at their next one.
        for date in ["2024-03-20", "2024-04-01", "2024-06-20"] {
            let ctx = market.on(date).await;
            billing::dunning_run(p, &ctx).await.expect("a run");
        }
        assert_eq!(
            balance(&market, id).await,
            (BalanceStatus::WrittenOff, 0, 13_686, 0)
        );
        let ctx = market.on("2024-07-01").await;
        assert_eq!(billing::dunning_run(p, &ctx).await.expect("a run"), []);
        let books = booked(&market, &ctx, "expenses:bad-debt").await;
        assert_eq!(
            Money::new(books, tradewind_kernel::Currency::EUR),
            eur(13_686)
        );
        market.assert_clean().await;
    })
    .await;
}

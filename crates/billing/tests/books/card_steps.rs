//! Card payments that are held, taken back by a bank, or tried again.

use tradewind_billing::{
    rules::retry,
    service::{
        self as billing, Chargeback, CreditNote, PaymentCapture, PaymentPay, RetrySet, TopUp,
    },
    types::{
        BalanceStatus, CreditDestination, DunningAction, FailureClass, Payment, PaymentState,
        PaymentStepState, RetryPolicy,
    },
};
use tradewind_kernel::id::{InvoiceId, PaymentId};
use tradewind_platform::OpCtx;

use crate::{
    money::{Gateway, card, eur, transfer},
    sales::{Market, each_market},
    world::{code, day},
};

async fn invoiced(market: &Market, gateway: &Gateway) -> (InvoiceId, OpCtx) {
    let world = &market.world;
    let sold = market
        .sell(world.customer, world.reseller, "3", "2024-03-01")
        .await;
    let ctx = market.on("2024-03-02").await;
    card(market, &ctx, gateway, "4242424242424241").await;
    (sold.invoice.expect("an invoice"), ctx)
}

async fn pay(
    market: &Market,
    ctx: &OpCtx,
    gateway: &Gateway,
    invoice_id: InvoiceId,
    hold: bool,
) -> tradewind_kernel::Result<Payment> {
    let pay = PaymentPay {
        invoice_id,
        method_id: None,
        hold,
    };
    billing::payment_pay(market.p(), ctx, gateway, &pay).await
}

async fn status(market: &Market, invoice: InvoiceId) -> (BalanceStatus, i64) {
    let balance = market.invoice(invoice).await.summary.balance;
    let balance = balance.expect("a balance");
    (balance.status, balance.open.minor)
}

async fn state(market: &Market, ctx: &OpCtx, id: PaymentId) -> PaymentState {
    let payment = billing::payment_get(market.p(), ctx, id).await;
    payment.expect("a payment").state
}

#[tokio::test]
async fn what_is_held_is_taken_once_or_let_go() {
    each_market(|market| async move {
        let mut gateway = Gateway::default();
        let (invoice, ctx) = invoiced(&market, &gateway).await;
        let gross = status(&market, invoice).await.1;
        let held = pay(&market, &ctx, &gateway, invoice, true)
            .await
            .expect("held");
        assert_eq!(held.state, PaymentState::Authorised);
        assert_eq!(status(&market, invoice).await, (BalanceStatus::Open, gross));
        let second = pay(&market, &ctx, &gateway, invoice, false).await;
        assert_eq!(code(second), "payment_open");
        market.assert_clean().await;
        // Let go: nothing is paid, and it can be held again.
        let step = billing::payment_void(market.p(), &ctx, held.id)
            .await
            .expect("a step");
        let capture = |payment_id, minor: Option<i64>| PaymentCapture {
            payment_id,
            amount: minor.map(eur),
        };
        let both = billing::payment_capture(market.p(), &ctx, &capture(held.id, None)).await;
        assert_eq!(code(both), "step_open");
        billing::refund_send(market.p(), &ctx, &gateway, step.id)
            .await
            .expect("let go");
        assert_eq!(state(&market, &ctx, held.id).await, PaymentState::Voided);
        let late = billing::payment_capture(market.p(), &ctx, &capture(held.id, None)).await;
        assert_eq!(code(late), "not_held");
        // Taken, wholly but for a euro, after an answer that got lost.
        let held = pay(&market, &ctx, &gateway, invoice, true)
            .await
            .expect("held");
        let more = capture(held.id, Some(gross + 1));
        let more = billing::payment_capture(market.p(), &ctx, &more).await;
        assert_eq!(code(more), "invalid_input");
        let part = capture(held.id, Some(gross - 100));
        let step = billing::payment_capture(market.p(), &ctx, &part)
            .await
            .expect("a step");
        assert_eq!(step.state, PaymentStepState::Pending);
        gateway.silent = true;
        let lost = billing::refund_send(market.p(), &ctx, &gateway, step.id).await;
        assert_eq!(code(lost), "unavailable");
        gateway.silent = false;
        for settled in [1, 0] {
            let found = billing::refunds_reconcile(market.p(), &ctx, &gateway).await;
            assert_eq!(found.expect("settled"), settled);
        }
        assert_eq!(state(&market, &ctx, held.id).await, PaymentState::Succeeded);
        assert_eq!(status(&market, invoice).await, (BalanceStatus::Open, 100));
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_bank_takes_back_is_owed_again_until_it_is_won() {
    each_market(|market| async move {
        let gateway = Gateway::default();
        let (invoice, ctx) = invoiced(&market, &gateway).await;
        let gross = status(&market, invoice).await.1;
        let paid = pay(&market, &ctx, &gateway, invoice, false)
            .await
            .expect("a payment");
        // A part was paid back before.
        let note = CreditNote {
            invoice_id: invoice,
            lines: Some(vec![tradewind_billing::types::CreditLine {
                no: 1,
                quantity: None,
                amount: Some(eur(100)),
            }]),
            destination: CreditDestination::Refund,
            reason: "Too dear".to_owned(),
        };
        billing::credit_note_for(market.p(), &ctx, &note)
            .await
            .expect("a note");
        billing::refunds_reconcile(market.p(), &ctx, &gateway)
            .await
            .expect("paid back");
        let dispute = Chargeback {
            payment_id: paid.id,
            reference: "D1".to_owned(),
            reason: "fraudulent".to_owned(),
        };
        let step = billing::chargeback_record(market.p(), &ctx, &dispute)
            .await
            .expect("a step");
        assert_eq!(step.amount, eur(gross - 120));
        assert_eq!(
            status(&market, invoice).await,
            (BalanceStatus::Open, gross - 120)
        );
        assert_eq!(
            state(&market, &ctx, paid.id).await,
            PaymentState::ChargedBack
        );
        let twice = billing::chargeback_record(market.p(), &ctx, &dispute).await;
        assert_eq!(code(twice), "not_disputable");
        market.assert_clean().await;
        // Reminders go on, from the due date of 15 March.
        let later = market.on("2024-03-18").await;
        let steps = billing::dunning_run(market.p(), &later)
            .await
            .expect("steps");
        assert_eq!(steps[0].action, DunningAction::Remind);
        billing::chargeback_won(market.p(), &later, paid.id)
            .await
            .expect("won");
        assert_eq!(status(&market, invoice).await, (BalanceStatus::Paid, 0));
        assert_eq!(state(&market, &ctx, paid.id).await, PaymentState::Succeeded);
        let again = billing::chargeback_won(market.p(), &later, paid.id).await;
        assert_eq!(code(again), "not_charged_back");
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_spent_of_credit_is_lost_to_the_bank() {
    each_market(|market| async move {
        let world = &market.world;
        let gateway = Gateway::default();
        let ctx = market.on("2024-02-20").await;
        card(&market, &ctx, &gateway, "4242424242424241").await;
        let input = TopUp {
            seller_id: world.reseller,
            buyer_id: world.customer,
            amount: eur(100_000),
            method_id: None,
        };
        let paid = billing::credit_top_up(market.p(), &ctx, &gateway, &input)
            .await
            .expect("a payment");
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        let invoice = sold.invoice.expect("an invoice");
        assert_eq!(status(&market, invoice).await.0, BalanceStatus::Paid);
        let dispute = Chargeback {
            payment_id: paid.id,
            reference: "D2".to_owned(),
            reason: "fraudulent".to_owned(),
        };
        billing::chargeback_record(market.p(), &ctx, &dispute)
            .await
            .expect("a step");
        let credit = billing::credit_list(market.p(), &ctx, world.customer).await;
        assert!(credit.expect("credit").is_empty());
        market.assert_clean().await;
        let of_market = |account: &str| {
            let account = account.to_owned();
            let (p, ctx, book) = (market.p(), &ctx, world.reseller);
            async move {
                let all = billing::ledger_balances(p, ctx, book, day("2024-12-31")).await;
                all.expect("balances")
                    .iter()
                    .find(|one| one.account == account)
                    .map_or(0, |one| one.balance.minor)
            }
        };
        let gross = market.invoice(invoice).await.summary.gross.minor;
        assert_eq!(of_market("expenses:chargebacks").await, gross);
        billing::chargeback_won(market.p(), &ctx, paid.id)
            .await
            .expect("won");
        assert_eq!(of_market("expenses:chargebacks").await, 0);
        market.assert_clean().await;
        let stranger = transfer(&market, Some(invoice), 1, "no card");
        let stranger = billing::transfer_record(market.p(), &ctx, &stranger)
            .await
            .expect("one");
        let dispute = Chargeback {
            payment_id: stranger.id,
            ..dispute
        };
        let refused = billing::chargeback_record(market.p(), &ctx, &dispute).await;
        assert_eq!(code(refused), "not_disputable");
    })
    .await;
}

#[tokio::test]
async fn what_failed_for_a_reason_that_may_pass_is_tried_again() {
    let policy = RetryPolicy::default();
    let next = |class, failed| {
        retry::next_on(&policy, class, failed, day("2024-02-28")).expect("in range")
    };
    let passing = retry::class_of("insufficient_funds");
    assert_eq!(passing, FailureClass::Temporary);
    assert_eq!(next(passing, 1), Some(day("2024-02-29")));
    assert_eq!(next(passing, 3), Some(day("2024-03-04")));
    assert_eq!(next(passing, 4), None);
    for word in ["card_declined", "authentication_failed", "unheard_of"] {
        assert_eq!(next(retry::class_of(word), 1), None, "{word}");
    }
    each_market(|market| async move {
        let world = &market.world;
        let gateway = Gateway::default();
        let (invoice, ctx) = invoiced(&market, &gateway).await;
        card(&market, &ctx, &gateway, "4242424242424242").await;
        let failed = pay(&market, &ctx, &gateway, invoice, false)
            .await
            .expect("an attempt");
        let final_word = billing::retry_next(market.p(), &ctx, failed.id).await;
        assert_eq!(final_word.expect("looked at"), None);
        card(&market, &ctx, &gateway, "4242424242424244").await;
        let failed = pay(&market, &ctx, &gateway, invoice, false)
            .await
            .expect("an attempt");
        let next = billing::retry_next(market.p(), &ctx, failed.id)
            .await
            .expect("looked at");
        assert_eq!(next, Some((invoice, day("2024-03-05"))));
        let set = |after_days: Vec<u16>| RetrySet {
            seller_id: world.reseller,
            policy: RetryPolicy { after_days },
        };
        for wrong in [vec![0], vec![61], vec![1; 11]] {
            let refused = billing::retry_set(market.p(), &ctx, &set(wrong)).await;
            assert_eq!(code(refused), "invalid_input");
        }
        billing::retry_set(market.p(), &ctx, &set(vec![9]))
            .await
            .expect("a policy");
        let next = billing::retry_next(market.p(), &ctx, failed.id)
            .await
            .expect("looked at");
        assert_eq!(next, None, "it is the second that failed");
        market.assert_clean().await;
    })
    .await;
}

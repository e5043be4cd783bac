//! Invoices taken back in parts, and what happens to the money.

use std::sync::atomic::Ordering;

use tradewind_billing::{
    service::{self as billing, CreditNote, PaymentPay, RefundBack, RefundRequest},
    types::{
        BalanceStatus, CreditDestination, CreditLine, CreditNoted, PaymentKind, PaymentState,
        PaymentStepState,
    },
};
use tradewind_kernel::{Money, Result, id::InvoiceId, page::PageRequest};
use tradewind_platform::OpCtx;

use crate::{
    money::{Gateway, card, eur, transfer},
    sales::{Market, each_market},
    world::{code, dec},
};

fn of_line(no: i64, quantity: Option<&str>, minor: Option<i64>) -> CreditLine {
    CreditLine {
        no,
        quantity: quantity.map(dec),
        amount: minor.map(eur),
    }
}

async fn credit(
    market: &Market,
    ctx: &OpCtx,
    invoice: InvoiceId,
    lines: &[CreditLine],
    destination: CreditDestination,
) -> Result<CreditNoted> {
    let input = CreditNote {
        invoice_id: invoice,
        lines: (!lines.is_empty()).then(|| lines.to_vec()),
        destination,
        reason: "Two seats too many".to_owned(),
    };
    billing::credit_note_for(market.p(), ctx, &input).await
}

async fn account_credit(market: &Market, ctx: &OpCtx) -> i64 {
    let found = billing::credit_list(market.p(), ctx, market.world.customer)
        .await
        .expect("credit");
    found.iter().map(|credit| credit.balance.minor).sum()
}

async fn status(market: &Market, invoice: InvoiceId) -> (BalanceStatus, i64) {
    let balance = market.invoice(invoice).await.summary.balance;
    let balance = balance.expect("a balance");
    (balance.status, balance.open.minor)
}

/// An invoice over three seats, a day after it was issued.
async fn invoiced(market: &Market) -> (InvoiceId, OpCtx) {
    let world = &market.world;
    let sold = market
        .sell(world.customer, world.reseller, "3", "2024-03-01")
        .await;
    let ctx = market.on("2024-03-02").await;
    (sold.invoice.expect("an invoice"), ctx)
}

#[tokio::test]
async fn parts_add_up_to_the_invoice_and_never_to_more() {
    each_market(|market| async move {
        let (id, ctx) = invoiced(&market).await;
        let invoice = market.invoice(id).await;
        let seats = invoice
            .lines
            .iter()
            .find(|line| line.quantity == dec("3"))
            .expect("a line of three seats")
            .clone();
        let debt = CreditDestination::Debt;
        let mut net = Money::zero(seats.net.currency);
        let mut tax = net;
        for units in ["1", "1.5"] {
            let lines = [of_line(seats.no, Some(units), None)];
            let noted = credit(&market, &ctx, id, &lines, debt)
                .await
                .expect("a note");
            let note = market.invoice(noted.id).await;
            assert_eq!(note.lines.len(), 1);
            assert_eq!(note.lines[0].quantity, dec(units));
            net = net.add(note.summary.net).expect("a sum");
            tax = tax.add(note.summary.tax).expect("a sum");
        }
        assert_eq!(net.minor, {
            let third = (seats.net.minor + 1) / 3;
            third + ((seats.net.minor - third) * 3 + 2) / 4
        });
        let left = billing::invoice_left(market.p(), &ctx, id)
            .await
            .expect("what is left");
        let of_seats = left
            .iter()
            .find(|left| left.no == seats.no)
            .expect("the line");
        assert_eq!(of_seats.quantity, Some(dec("0.5")));
        assert_eq!(of_seats.amount, seats.net.sub(net).expect("a rest"));
        for (wrong, field) in [
            (of_line(seats.no, Some("0.6"), None), "lines[0].quantity"),
            (of_line(seats.no, Some("0"), None), "lines[0].quantity"),
            (
                of_line(seats.no, None, Some(of_seats.amount.minor + 1)),
                "lines[0].amount",
            ),
            (of_line(seats.no, None, Some(-1)), "lines[0].amount"),
            (of_line(seats.no, Some("0.1"), Some(1)), "lines[0].amount"),
            (of_line(99, None, None), "lines[0].no"),
        ] {
            let refused = credit(&market, &ctx, id, &[wrong], debt)
                .await
                .expect_err("refused");
            assert_eq!(refused.problems()[0].field, field, "{refused}");
        }
        let twice = [
            of_line(seats.no, None, Some(1)),
            of_line(seats.no, None, Some(1)),
        ];
        assert_eq!(
            code(credit(&market, &ctx, id, &twice, debt).await),
            "invalid_input"
        );
        // A cent of the rest, then all that is left of everything.
        for lines in [vec![of_line(seats.no, None, Some(1))], Vec::new()] {
            let noted = credit(&market, &ctx, id, &lines, debt)
                .await
                .expect("a note");
            let note = market.invoice(noted.id).await.summary;
            net = net.add(note.net).expect("a sum");
            tax = tax.add(note.tax).expect("a sum");
        }
        assert_eq!((net, tax), (invoice.summary.net, invoice.summary.tax));
        assert_eq!(
            code(credit(&market, &ctx, id, &[], debt).await),
            "already_credited"
        );
        assert_eq!(status(&market, id).await, (BalanceStatus::Credited, 0));
        let notes = billing::credit_notes_about(market.p(), &ctx, id)
            .await
            .expect("notes");
        assert_eq!(notes.len(), 4);
        assert_eq!(notes[0].reason, "Two seats too many");
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn an_invoice_without_tax_is_taken_back_without_tax() {
    each_market(|market| async move {
        let world = &market.world;
        market.taxed(world.reseller, world.customer, "0").await;
        let (id, ctx) = invoiced(&market).await;
        let debt = CreditDestination::Debt;
        let part = [of_line(1, None, Some(100))];
        let noted = credit(&market, &ctx, id, &part, debt)
            .await
            .expect("a note");
        assert_eq!(noted.gross, eur(100));
        credit(&market, &ctx, id, &[], debt)
            .await
            .expect("the rest");
        assert_eq!(status(&market, id).await, (BalanceStatus::Credited, 0));
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn the_same_request_twice_and_two_at_once_take_back_once() {
    each_market(|market| async move {
        let (id, ctx) = invoiced(&market).await;
        let net = market.invoice(id).await.lines[0].net.minor;
        let part = [of_line(1, None, Some(net / 2 + 1))];
        let debt = CreditDestination::Debt;
        let keyed = ctx.clone().with_key("note-1");
        let first = credit(&market, &keyed, id, &part, debt)
            .await
            .expect("a note");
        let again = credit(&market, &keyed, id, &part, debt)
            .await
            .expect("the same");
        assert_eq!(first, again);
        assert_eq!(
            code(credit(&market, &ctx, id, &part, debt).await),
            "invalid_input"
        );
        let rest = [of_line(1, None, None)];
        let (a, b) = tokio::join!(
            credit(&market, &ctx, id, &rest, debt),
            credit(&market, &ctx, id, &rest, debt)
        );
        assert_eq!(u8::from(a.is_ok()) + u8::from(b.is_ok()), 1, "{a:?} {b:?}");
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_credit_note_may_leave_the_invoice_open_and_give_credit() {
    each_market(|market| async move {
        let (id, ctx) = invoiced(&market).await;
        let open = status(&market, id).await.1;
        let lines = [of_line(1, None, Some(100))];
        let noted = credit(&market, &ctx, id, &lines, CreditDestination::Balance)
            .await
            .expect("a note");
        assert_eq!((noted.gross, noted.to_balance), (eur(120), eur(120)));
        assert_eq!(status(&market, id).await, (BalanceStatus::Open, open));
        assert_eq!(account_credit(&market, &ctx).await, 120);
        // Reduces what is open; what is left of the credit is not touched.
        let noted = credit(&market, &ctx, id, &lines, CreditDestination::Refund)
            .await
            .expect("a note");
        assert_eq!((noted.cancelled, noted.refunds.len()), (eur(120), 0));
        assert_eq!(status(&market, id).await, (BalanceStatus::Open, open - 120));
        assert_eq!(account_credit(&market, &ctx).await, 120);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_paid_by_card_goes_back_to_the_card_once() {
    each_market(|market| async move {
        let (id, ctx) = invoiced(&market).await;
        let mut gateway = Gateway::default();
        card(&market, &ctx, &gateway, "4242424242424241").await;
        let pay = PaymentPay {
            invoice_id: id,
            method_id: None,
            hold: false,
        };
        let paid = billing::payment_pay(market.p(), &ctx, &gateway, &pay)
            .await
            .expect("a payment");
        assert_eq!(paid.state, PaymentState::Succeeded);
        let lines = [of_line(1, None, Some(100))];
        let noted = credit(&market, &ctx, id, &lines, CreditDestination::Refund)
            .await
            .expect("a note");
        let refund = noted.refunds[0].clone();
        assert_eq!((refund.amount, noted.to_balance), (eur(120), eur(0)));
        assert_eq!(refund.payment_kind, PaymentKind::Card);
        assert_eq!(account_credit(&market, &ctx).await, 0);
        market.assert_clean().await;
        // The answer is lost, the money is not sent twice.
        gateway.silent = true;
        let lost = billing::refund_send(market.p(), &ctx, &gateway, refund.id).await;
        assert_eq!(code(lost), "unavailable");
        gateway.silent = false;
        let settled = billing::refunds_reconcile(market.p(), &ctx, &gateway).await;
        assert_eq!(settled.expect("settled"), 1);
        let again = billing::refund_send(market.p(), &ctx, &gateway, refund.id)
            .await
            .expect("a refund");
        assert_eq!(again.state, PaymentStepState::Succeeded);
        assert_eq!(gateway.paid_back(paid.id), 120);
        // A refund that fails is credit.
        gateway.refuses_refunds = true;
        let noted = credit(&market, &ctx, id, &[], CreditDestination::Refund)
            .await
            .expect("a note");
        let rest = paid.amount.minor - 120;
        let failed = billing::refund_send(market.p(), &ctx, &gateway, noted.refunds[0].id)
            .await
            .expect("a refund");
        assert_eq!(failed.state, PaymentStepState::Failed);
        assert_eq!(account_credit(&market, &ctx).await, rest);
        market.assert_clean().await;
        // It can be asked for again, and not for more than there is.
        gateway.refuses_refunds = false;
        let request = |amount: Option<i64>| RefundRequest {
            payment_id: paid.id,
            amount: amount.map(eur),
            reason: "Again".to_owned(),
        };
        let too_much = billing::refund_request(market.p(), &ctx, &request(Some(rest + 1))).await;
        assert_eq!(code(too_much), "invalid_input");
        let (a, b) = (request(None), request(None));
        let (a, b) = tokio::join!(
            billing::refund_request(market.p(), &ctx, &a),
            billing::refund_request(market.p(), &ctx, &b)
        );
        assert_eq!(u8::from(a.is_ok()) + u8::from(b.is_ok()), 1, "{a:?} {b:?}");
        assert_eq!(
            billing::refunds_reconcile(market.p(), &ctx, &gateway)
                .await
                .expect("settled"),
            1
        );
        assert_eq!(gateway.paid_back(paid.id), paid.amount.minor);
        assert_eq!(gateway.moved.load(Ordering::Relaxed), 1);
        let all = billing::payment_steps(market.p(), &ctx, paid.id)
            .await
            .expect("steps");
        assert_eq!(all.len(), 3);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_transferred_is_transferred_back_by_the_seller() {
    each_market(|market| async move {
        let (id, ctx) = invoiced(&market).await;
        let gross = status(&market, id).await.1;
        let part = transfer(&market, Some(id), gross - 500, "in");
        let paid = billing::transfer_record(market.p(), &ctx, &part)
            .await
            .expect("a payment");
        let noted = credit(&market, &ctx, id, &[], CreditDestination::Refund)
            .await
            .expect("a note");
        // What is open is cancelled first, so nobody pays back what is still owed.
        assert_eq!((noted.cancelled, noted.to_balance), (eur(500), eur(0)));
        assert_eq!(noted.refunds[0].amount, eur(gross - 500));
        assert_eq!(status(&market, id).await, (BalanceStatus::Credited, 0));
        let gateway = Gateway::default();
        let by_card = billing::refunds_reconcile(market.p(), &ctx, &gateway).await;
        assert_eq!(by_card.expect("none"), 0);
        let page = billing::refund_list(
            market.p(),
            &ctx,
            &billing::ListQuery {
                filter: "state:pending".to_owned(),
                sort: String::new(),
                page: PageRequest::default(),
            },
        )
        .await
        .expect("refunds");
        assert_eq!(page.items, noted.refunds);
        let back = |reference: Option<&str>| RefundBack {
            refund_id: noted.refunds[0].id,
            reference: reference.map(str::to_owned),
        };
        let done = billing::refund_settle(market.p(), &ctx, &back(Some("out 1")))
            .await
            .expect("a refund");
        assert_eq!(done.state, PaymentStepState::Succeeded);
        let twice = billing::refund_settle(market.p(), &ctx, &back(None)).await;
        assert_eq!(code(twice), "refund_settled");
        let none = RefundRequest {
            payment_id: paid.id,
            amount: None,
            reason: "More".to_owned(),
        };
        let none = billing::refund_request(market.p(), &ctx, &none).await;
        assert_eq!(code(none), "invalid_input");
        market.assert_clean().await;
    })
    .await;
}

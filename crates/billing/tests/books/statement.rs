//! Statements of account: every movement once, in order, with balances that carry over and agree with everything else.

use tradewind_billing::{
    service::{
        self as billing, Between, Chargeback, CreditGive, CreditNote, PaymentPay, RefundRequest,
        StatementOf, TopUp, TransferReverse, WriteOff,
    },
    types::{CreditDestination, CreditLine, EntryKind, Statement},
};
use tradewind_kernel::{Currency, Date, Result, calendar::add_days};
use tradewind_platform::OpCtx;

use crate::{
    money::{Gateway, card, eur, transfer},
    sales::{Market, each_market},
    world::{code, day},
};

async fn statement(
    market: &Market,
    ctx: &OpCtx,
    from: Option<&str>,
    until: Option<&str>,
) -> Result<Statement> {
    let of = StatementOf {
        seller_id: market.world.reseller,
        buyer_id: market.world.customer,
        currency: None,
        from: from.map(day),
        until: until.map(day),
    };
    billing::statement_get(market.p(), ctx, &of).await
}

/// Day, kind, whether taken back, amount, balance.
fn told(statement: &Statement) -> Vec<(String, EntryKind, bool, i64, i64)> {
    let one = |one: &tradewind_billing::types::StatementMovement| {
        let (amount, balance) = (one.amount.minor, one.balance.minor);
        (
            one.posted_on.to_string(),
            one.kind,
            one.taken_back,
            amount,
            balance,
        )
    };
    statement.movements.iter().map(one).collect()
}

fn ages(statement: &Statement) -> [i64; 5] {
    statement.ageing.buckets().map(|(_, amount)| amount.minor)
}

/// It agrees with the open items, the credit that is kept, and the seller's book on its last day.
async fn assert_agrees(market: &Market, ctx: &OpCtx, found: &Statement) {
    let (p, world) = (market.p(), &market.world);
    let between = Between {
        seller_id: world.reseller,
        buyer_id: world.customer,
        currency: Currency::EUR,
    };
    let standing = billing::standing(p, ctx, &between).await.expect("sums");
    assert_eq!((found.owed, found.credit), (standing.owed, standing.credit));
    assert_eq!(found.closing, found.owed.sub(found.credit).expect("euros"));
    assert_eq!(ages(found).iter().sum::<i64>(), found.owed.minor);
    let last = found.movements.last().expect("movements");
    assert_eq!(last.balance, found.closing);
    let booked = billing::ledger_balances(p, ctx, world.reseller, found.until).await;
    let booked = booked.expect("balances");
    let of = |account: &str| {
        let name = format!("{account}:{}", world.customer);
        let found = booked.iter().find(|one| one.account == name);
        found.map_or(0, |one| one.balance.minor)
    };
    assert_eq!(of("assets:receivable"), found.owed.minor);
    assert_eq!(-of("liabilities:credit"), found.credit.minor);
}

#[tokio::test]
async fn every_kind_of_movement_is_told_once_and_balances_carry_over() {
    each_market(|market| async move {
        let (p, world) = (market.p(), &market.world);
        let gateway = Gateway::default();
        // February: 10.00 are paid in.
        let ctx = market.on("2024-02-20").await;
        card(&market, &ctx, &gateway, "4242424242424241").await;
        let paid_in = TopUp {
            seller_id: world.reseller,
            buyer_id: world.customer,
            amount: eur(1_000),
            method_id: None,
        };
        billing::credit_top_up(p, &ctx, &gateway, &paid_in)
            .await
            .expect("a payment");
        // March: an invoice over 136.86 takes them, the card pays the rest, a part is paid back.
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        let invoice_id = sold.invoice.expect("an invoice");
        let ctx = market.on("2024-03-05").await;
        let pay = PaymentPay {
            invoice_id,
            method_id: None,
            hold: false,
        };
        let paid = billing::payment_pay(p, &ctx, &gateway, &pay)
            .await
            .expect("a payment");
        let ctx = market.on("2024-03-20").await;
        let note = CreditNote {
            invoice_id,
            lines: Some(vec![CreditLine {
                no: 1,
                quantity: None,
                amount: Some(eur(500)),
            }]),
            destination: CreditDestination::Refund,
            reason: "Too dear".to_owned(),
        };
        billing::credit_note_for(p, &ctx, &note).await.expect("one");
        // April: the bank takes the rest of the payment back, part of the debt is given up, a transfer comes and goes.
        let ctx = market.on("2024-04-02").await;
        let dispute = Chargeback {
            payment_id: paid.id,
            reference: "D1".to_owned(),
            reason: "fraudulent".to_owned(),
        };
        billing::chargeback_record(p, &ctx, &dispute)
            .await
            .expect("a step");
        let off = WriteOff {
            invoice_id,
            amount: Some(eur(86)),
            reason: "Small".to_owned(),
        };
        billing::invoice_write_off(p, &ctx, &off)
            .await
            .expect("one");
        let came = transfer(&market, Some(invoice_id), 5_000, "SEPA 1");
        let came = billing::transfer_record(p, &ctx, &came).await.expect("one");
        let ctx = market.on("2024-04-09").await;
        let back = TransferReverse {
            payment_id: came.id,
            reason: "Not theirs".to_owned(),
        };
        billing::transfer_reverse(p, &ctx, &back)
            .await
            .expect("one");
        // May: credit by goodwill, which pays at once; money on account, of which some is paid back.
        let ctx = market.on("2024-05-02").await;
        let give = CreditGive {
            seller_id: world.reseller,
            buyer_id: world.customer,
            amount: eur(700),
            priority: None,
            expires_on: None,
            reason: "Sorry".to_owned(),
        };
        billing::credit_give(p, &ctx, &give).await.expect("credit");
        let more = transfer(&market, Some(invoice_id), 20_000, "SEPA 2");
        let more = billing::transfer_record(p, &ctx, &more).await.expect("one");
        let ask = RefundRequest {
            payment_id: more.id,
            amount: Some(eur(1_000)),
            reason: "Too much".to_owned(),
        };
        billing::refund_request(p, &ctx, &ask).await.expect("one");
        market.assert_clean().await;

        let ctx = market.on("2024-07-01").await;
        let whole = statement(&market, &ctx, Some("2024-01-01"), None)
            .await
            .expect("a statement");
        let at =
            |day: &str, kind, back, amount, balance| (day.to_owned(), kind, back, amount, balance);
        assert_eq!(
            told(&whole),
            [
                at("2024-02-20", EntryKind::Payment, false, -1_000, -1_000),
                at("2024-03-01", EntryKind::Invoice, false, 13_686, 12_686),
                at("2024-03-01", EntryKind::CreditUsed, false, 0, 12_686),
                at("2024-03-05", EntryKind::Payment, false, -12_686, 0),
                at("2024-03-20", EntryKind::CreditNote, false, -600, -600),
                at("2024-03-20", EntryKind::Refund, false, 600, 0),
                at("2024-04-02", EntryKind::Chargeback, false, 12_086, 12_086),
                at("2024-04-02", EntryKind::WriteOff, false, -86, 12_000),
                at("2024-04-02", EntryKind::Payment, false, -5_000, 7_000),
                at("2024-04-09", EntryKind::Payment, true, 5_000, 12_000),
                at("2024-05-02", EntryKind::Goodwill, false, -700, 11_300),
                at("2024-05-02", EntryKind::CreditUsed, false, 0, 11_300),
                // What was given up is owed again as far as money comes in after all.
                at("2024-05-02", EntryKind::WriteOff, true, 86, 11_386),
                at("2024-05-02", EntryKind::Payment, false, -20_000, -8_614),
                at("2024-05-02", EntryKind::Refund, false, 1_000, -7_614),
            ]
        );
        assert_eq!((whole.opening, whole.closing), (eur(0), eur(-7_614)));
        assert_agrees(&market, &ctx, &whole).await;
        let number = market.invoice(invoice_id).await.summary.number;
        let named = |n: usize| whole.movements[n].number.as_deref();
        assert_eq!((named(0), named(1)), (None, Some(number.as_str())));
        // A payment, a chargeback and a transfer that is taken back name the invoice that they are about.
        for n in [2, 3, 6, 7, 8, 9, 11, 12, 13] {
            assert_eq!(named(n), Some(number.as_str()), "{n}");
        }
        assert_eq!(whole.movements[8].reference.as_deref(), Some("SEPA 1"));
        assert_eq!(whole.movements[2].credit, eur(-1_000));

        // Wherever a time is cut in two, the first part ends where the second begins, and nothing is lost between.
        let last = day("2024-06-30");
        let mut cut = day("2024-02-15");
        while cut < day("2024-05-10") {
            let (first, next) = (cut.to_string(), add_days(cut, 1).expect("a day"));
            let before = statement(&market, &ctx, Some("2024-01-01"), Some(&first));
            let before = before.await.expect("a statement");
            let (next, last) = (next.to_string(), last.to_string());
            let after = statement(&market, &ctx, Some(&next), Some(&last));
            let after = after.await.expect("a statement");
            assert_eq!(before.closing, after.opening, "{cut}");
            assert_eq!(after.closing, whole.closing, "{cut}");
            let both = [before.movements.clone(), after.movements.clone()].concat();
            assert_eq!(both, whole.movements, "{cut}");
            assert_eq!(ages(&before).iter().sum::<i64>(), before.owed.minor);
            cut = add_days(cut, 4).expect("a day");
        }
        // Ages as they were: the invoice was due on 15 March.
        for (until, ages_then) in [
            ("2024-03-04", [12_686, 0, 0, 0, 0]),
            ("2024-04-02", [0, 7_000, 0, 0, 0]),
            ("2024-04-30", [0, 0, 12_000, 0, 0]),
        ] {
            let then = statement(&market, &ctx, None, Some(until)).await;
            assert_eq!(ages(&then.expect("a statement")), ages_then, "{until}");
        }
        // The usual one is that of the month.
        let usual = statement(&market, &ctx, None, None).await.expect("one");
        assert_eq!(
            (usual.from, usual.until),
            (day("2024-07-01"), day("2024-07-01"))
        );
        assert!(usual.movements.is_empty());
        assert_eq!((usual.opening, usual.closing), (eur(-7_614), eur(-7_614)));
    })
    .await;
}

#[tokio::test]
async fn a_statement_is_between_those_who_trade_and_for_days_in_order() {
    each_market(|market| async move {
        let world = &market.world;
        let ctx = market.on("2024-03-05").await;
        let wrong = statement(&market, &ctx, Some("2024-03-02"), Some("2024-03-01")).await;
        assert_eq!(code(wrong), "invalid_input");
        let of = StatementOf {
            seller_id: world.provider,
            buyer_id: world.customer,
            currency: None,
            from: None,
            until: None,
        };
        let strangers = billing::statement_get(market.p(), &ctx, &of).await;
        assert_eq!(code(strangers), "not_found");
        let later: Option<Date> = Some(day("2024-12-31"));
        let of = StatementOf {
            seller_id: world.reseller,
            until: later,
            ..of
        };
        let empty = billing::statement_get(market.p(), &ctx, &of).await;
        let empty = empty.expect("a statement");
        assert_eq!(empty.aged_on, day("2024-03-05"));
        assert_eq!((empty.opening, empty.closing), (eur(0), eur(0)));
    })
    .await;
}

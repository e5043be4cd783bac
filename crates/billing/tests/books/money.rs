//! Payments, credit, credit notes and dunning.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use tradewind_billing::{
    service::{
        self as billing, CreditNote, MethodAdd, PaymentGateway, PaymentPay, PortFuture,
        TransferRecord,
    },
    types::{
        Attempt, BalanceStatus, CardInput, CreditDestination, CreditLine, DunningAction,
        GatewayOutcome, GatewayStep, PaymentState, PaymentStepKind, Tokenised,
    },
};
use tradewind_kernel::{
    Currency, Error, Money,
    id::{InvoiceId, PaymentId, PaymentStepId},
};
use tradewind_platform::OpCtx;

use crate::{
    sales::{Market, each_market},
    world::code,
};

/// A gateway that keeps what it did by key, and may fail to answer after having done it.
#[derive(Default)]
pub(crate) struct Gateway {
    done: Mutex<HashMap<PaymentId, GatewayOutcome>>,
    steps: Mutex<HashMap<PaymentStepId, (PaymentId, PaymentStepKind, Money)>>,
    pub(crate) moved: AtomicU32,
    pub(crate) silent: bool,
    pub(crate) refuses_refunds: bool,
}

impl Gateway {
    /// What was paid back of a payment.
    pub(crate) fn paid_back(&self, payment: PaymentId) -> i64 {
        let steps = self.steps.lock().expect("a lock");
        let back = PaymentStepKind::Refund;
        let of_payment = steps
            .values()
            .filter(|(of, kind, _)| (*of, *kind) == (payment, back));
        of_payment.map(|(_, _, amount)| amount.minor).sum()
    }
}

impl PaymentGateway for Gateway {
    fn name(&self) -> &'static str {
        "test"
    }

    fn tokenise<'a>(&'a self, card: &'a CardInput) -> PortFuture<'a, Tokenised> {
        Box::pin(async move {
            Ok(Tokenised {
                token: format!("tok_{}", card.number),
                brand: "visa".to_owned(),
                last4: card.number.chars().skip(card.number.len() - 4).collect(),
                expires: card.expires.clone(),
            })
        })
    }

    fn charge<'a>(&'a self, attempt: &'a Attempt) -> PortFuture<'a, GatewayOutcome> {
        Box::pin(async move {
            let mut done = self.done.lock().expect("a lock");
            let outcome = done.entry(attempt.key).or_insert_with(|| {
                let reference = format!("ref_{}", attempt.key);
                if attempt.token.ends_with('2') {
                    return GatewayOutcome::Failed {
                        reference: None,
                        code: "card_declined".to_owned(),
                    };
                }
                if attempt.token.ends_with('4') {
                    return GatewayOutcome::Failed {
                        reference: None,
                        code: "insufficient_funds".to_owned(),
                    };
                }
                if attempt.token.ends_with('3') {
                    return GatewayOutcome::RequiresAction {
                        reference,
                        action: "confirm".to_owned(),
                    };
                }
                self.moved.fetch_add(1, Ordering::Relaxed);
                GatewayOutcome::Succeeded { reference }
            });
            if self.silent {
                Err(Error::unavailable("no answer"))
            } else {
                Ok(outcome.clone())
            }
        })
    }

    fn confirm<'a>(&'a self, attempt: &'a Attempt) -> PortFuture<'a, GatewayOutcome> {
        let reference = attempt.reference.as_deref().unwrap_or_default();
        Box::pin(async move {
            Ok(GatewayOutcome::Succeeded {
                reference: reference.to_owned(),
            })
        })
    }

    fn step<'a>(&'a self, step: &'a GatewayStep) -> PortFuture<'a, GatewayOutcome> {
        Box::pin(async move {
            if self.refuses_refunds {
                return Ok(GatewayOutcome::Failed {
                    reference: None,
                    code: "refund_failed".to_owned(),
                });
            }
            let mut steps = self.steps.lock().expect("a lock");
            steps.insert(step.key, (step.payment, step.kind, step.amount));
            if self.silent {
                return Err(Error::unavailable("no answer"));
            }
            Ok(GatewayOutcome::Succeeded {
                reference: format!("ref_{}", step.key),
            })
        })
    }
}

pub(crate) async fn card(market: &Market, ctx: &OpCtx, gateway: &Gateway, number: &str) {
    let input = MethodAdd {
        account_id: market.world.customer,
        card: CardInput {
            number: number.to_owned(),
            expires: "12/30".to_owned(),
            cvc: "123".to_owned(),
        },
        make_default: true,
    };
    let method = billing::method_add(market.p(), ctx, gateway, &input)
        .await
        .expect("a method");
    assert!(method.is_default);
}

pub(crate) fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub(crate) fn transfer(
    market: &Market,
    invoice: Option<InvoiceId>,
    minor: i64,
    reference: &str,
) -> TransferRecord {
    TransferRecord {
        seller_id: market.world.reseller,
        payer_id: market.world.customer,
        invoice_id: invoice,
        amount: eur(minor),
        reference: reference.to_owned(),
        top_up: false,
        receiver_id: None,
        received_on: None,
    }
}

#[tokio::test]
async fn nobody_records_transfers_from_those_who_do_not_buy_there() {
    each_market(|market| async move {
        let world = &market.world;
        let ctx = market.on("2024-03-02").await;
        for (seller_id, payer_id) in [
            (world.customer, world.reseller),
            (world.customer, world.customer),
            (world.provider, world.customer),
        ] {
            let stray = TransferRecord {
                seller_id,
                payer_id,
                ..transfer(&market, None, 1000, "stray")
            };
            let refused = billing::transfer_record(market.p(), &ctx, &stray).await;
            assert_eq!(code(refused), "not_found");
        }
        let credit = billing::credit_list(market.p(), &ctx, world.customer).await;
        assert!(credit.expect("credit").is_empty());
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn transfers_may_be_partial_and_too_much_becomes_credit_for_the_next_invoice() {
    each_market(|market| async move {
        let world = &market.world;
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        let invoice = sold.invoice.expect("an invoice");
        let ctx = market.on("2024-03-02").await;
        let gross = market.invoice(invoice).await.summary.gross.minor;
        let part = billing::transfer_record(
            market.p(),
            &ctx,
            &transfer(&market, Some(invoice), 1000, "a"),
        )
        .await;
        assert_eq!(part.expect("a payment").applied, eur(1000));
        let again = billing::transfer_record(
            market.p(),
            &ctx,
            &transfer(&market, Some(invoice), 1000, "a"),
        )
        .await;
        assert_eq!(code(again), "transfer_known");
        let rest = billing::transfer_record(
            market.p(),
            &ctx,
            &transfer(&market, Some(invoice), gross, "b"),
        )
        .await;
        assert_eq!(rest.expect("a payment").applied, eur(gross - 1000));
        let paid = market
            .invoice(invoice)
            .await
            .summary
            .balance
            .expect("a balance");
        assert_eq!((paid.status, paid.open), (BalanceStatus::Paid, eur(0)));
        let credit = billing::credit_list(market.p(), &ctx, world.customer)
            .await
            .expect("credit");
        assert_eq!(credit[0].balance, eur(1000));
        market.assert_clean().await;
        market.bill("2024-04-01").await;
        let next = market
            .documents(world.reseller, world.customer)
            .await
            .pop()
            .expect("an invoice");
        assert_eq!(next.balance.expect("a balance").paid, eur(1000));
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_card_pays_once_even_when_the_gateway_does_not_answer() {
    each_market(|market| async move {
        let world = &market.world;
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        let invoice = sold.invoice.expect("an invoice");
        let ctx = market.on("2024-03-02").await;
        let mut gateway = Gateway {
            silent: true,
            ..Gateway::default()
        };
        card(&market, &ctx, &gateway, "4242424242424242").await;
        // The card that succeeds ends in 1.
        card(&market, &ctx, &gateway, "4242424242424241").await;
        let pay = PaymentPay {
            invoice_id: invoice,
            method_id: None,
            hold: false,
        };
        let lost = billing::payment_pay(market.p(), &ctx, &gateway, &pay).await;
        assert_eq!(code(lost), "unavailable");
        let second = billing::payment_pay(market.p(), &ctx, &gateway, &pay).await;
        assert_eq!(code(second), "payment_open");
        gateway.silent = false;
        let settled = billing::payments_reconcile(market.p(), &ctx, &gateway)
            .await
            .expect("settled");
        assert_eq!((settled, gateway.moved.load(Ordering::Relaxed)), (1, 1));
        assert_eq!(
            billing::payments_reconcile(market.p(), &ctx, &gateway)
                .await
                .expect("settled"),
            0
        );
        let balance = market
            .invoice(invoice)
            .await
            .summary
            .balance
            .expect("a balance");
        assert_eq!(balance.status, BalanceStatus::Paid);
        assert_eq!(
            code(billing::payment_pay(market.p(), &ctx, &gateway, &pay).await),
            "invoice_paid"
        );
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_card_may_fail_or_ask_its_owner() {
    each_market(|market| async move {
        let world = &market.world;
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        let pay = PaymentPay {
            invoice_id: sold.invoice.expect("an invoice"),
            method_id: None,
            hold: false,
        };
        let ctx = market.on("2024-03-02").await;
        let gateway = Gateway::default();
        assert_eq!(
            code(billing::payment_pay(market.p(), &ctx, &gateway, &pay).await),
            "no_payment_method"
        );
        card(&market, &ctx, &gateway, "4242424242424242").await;
        let failed = billing::payment_pay(market.p(), &ctx, &gateway, &pay)
            .await
            .expect("an attempt");
        assert_eq!(
            (failed.state, failed.failure_code.as_deref()),
            (PaymentState::Failed, Some("card_declined"))
        );
        card(&market, &ctx, &gateway, "4242424242424243").await;
        let asked = billing::payment_pay(market.p(), &ctx, &gateway, &pay)
            .await
            .expect("an attempt");
        assert_eq!(asked.state, PaymentState::RequiresAction);
        let done = billing::payment_confirm_action(market.p(), &ctx, &gateway, asked.id)
            .await
            .expect("a payment");
        assert_eq!(done.state, PaymentState::Succeeded);
        let all = billing::payments_of_invoice(market.p(), &ctx, pay.invoice_id)
            .await
            .expect("payments");
        assert_eq!(all.len(), 2);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_credit_note_takes_an_invoice_back_once() {
    each_market(|market| async move {
        let world = &market.world;
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        let invoice = market.invoice(sold.invoice.expect("an invoice")).await;
        let ctx = market.on("2024-03-02").await;
        let note = |line: Option<i64>| CreditNote {
            invoice_id: invoice.summary.id,
            lines: line.map(|no| {
                vec![CreditLine {
                    no,
                    quantity: None,
                    amount: None,
                }]
            }),
            destination: CreditDestination::Debt,
            reason: "wrong".to_owned(),
        };
        let unknown = billing::credit_note_for(market.p(), &ctx, &note(Some(9))).await;
        assert_eq!(code(unknown), "invalid_input");
        let line = billing::credit_note_for(market.p(), &ctx, &note(Some(1)))
            .await
            .expect("a credit note")
            .id;
        assert_eq!(market.invoice(line).await.summary.net, invoice.lines[0].net);
        let rest = billing::credit_note_for(market.p(), &ctx, &note(None))
            .await
            .expect("a credit note")
            .id;
        let rest = market.invoice(rest).await;
        assert_eq!(
            (rest.summary.net, rest.credits),
            (invoice.lines[1].net, Some(invoice.summary.id))
        );
        assert_eq!(rest.summary.number, "CN-2024-000002");
        assert_eq!(
            code(billing::credit_note_for(market.p(), &ctx, &note(None)).await),
            "already_credited"
        );
        let other = market
            .sell(world.customer, world.reseller, "1", "2024-03-03")
            .await;
        let whole = CreditNote {
            invoice_id: other.invoice.expect("an invoice"),
            lines: None,
            destination: CreditDestination::Debt,
            reason: "x".to_owned(),
        };
        let note = billing::credit_note_for(market.p(), &ctx, &whole)
            .await
            .expect("a credit note")
            .id;
        let taken_back = market.invoice(whole.invoice_id).await.summary;
        assert_eq!(market.invoice(note).await.summary.gross, taken_back.gross);
        assert_eq!(
            taken_back.balance.expect("a balance").status,
            BalanceStatus::Credited
        );
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn an_unpaid_invoice_is_dunned_step_by_step_until_it_is_paid() {
    each_market(|market| async move {
        let world = &market.world;
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        let actions = async |date: &str| {
            let ctx = market.on(date).await;
            let taken = billing::dunning_run(market.p(), &ctx).await.expect("steps");
            taken
                .into_iter()
                .map(|step| step.action)
                .collect::<Vec<_>>()
        };
        // Due on 15 March.
        assert_eq!(actions("2024-03-17").await, vec![]);
        assert_eq!(actions("2024-03-18").await, vec![DunningAction::Remind]);
        assert_eq!(actions("2024-03-18").await, vec![]);
        assert_eq!(actions("2024-03-26").await, vec![DunningAction::Remind]);
        assert_eq!(actions("2024-03-27").await, vec![DunningAction::Suspend]);
        let ctx = market.on("2024-03-28").await;
        let invoice = sold.invoice.expect("an invoice");
        let gross = market.invoice(invoice).await.summary.gross.minor;
        billing::transfer_record(market.p(), &ctx, &transfer(&market, None, gross, "late"))
            .await
            .expect("a payment");
        assert_eq!(actions("2024-06-01").await, vec![]);
        market.assert_clean().await;
    })
    .await;
}

//! The sandbox gateway: the same key is the same payment, whatever happens in between.

use tradewind_billing::service::PaymentGateway as _;
use tradewind_billing::types::{Attempt, CardInput, GatewayOutcome, GatewayStep, PaymentStepKind};
use tradewind_connectors::SandboxGateway;
use tradewind_kernel::id::{AccountId, PaymentId, PaymentStepId, RealmId};
use tradewind_kernel::{Currency, Money};
use tradewind_platform::stmts;
use tradewind_testkit::{TestPlatform, each_platform};

stmts! {
    /// Payments that the gateway knows.
    PAYMENTS = "SELECT COUNT(*) FROM sandbox_payment";
}

fn gateway(t: &TestPlatform) -> SandboxGateway {
    SandboxGateway::new(t.platform.clone(), "https://t.example/sandbox/card/")
}

async fn attempt(gateway: &SandboxGateway, number: &str) -> Attempt {
    let card = CardInput {
        number: number.to_owned(),
        expires: "12/30".to_owned(),
        cvc: "123".to_owned(),
    };
    Attempt {
        key: PaymentId::generate(),
        realm: RealmId::generate(),
        seller_id: AccountId::generate(),
        gateway: gateway.name().to_owned(),
        reference: None,
        again: false,
        present: false,
        token: gateway.tokenise(&card).await.unwrap().token,
        amount: money(12_50),
        text: "Invoice 2024-1".to_owned(),
        hold: false,
    }
}

/// The same, with the reference that the gateway has given it.
fn asked(attempt: &Attempt, reference: &str) -> Attempt {
    Attempt {
        reference: Some(reference.to_owned()),
        ..attempt.clone()
    }
}

fn money(minor: i64) -> Money {
    Money {
        minor,
        currency: Currency::parse("EUR").unwrap(),
    }
}

fn code(outcome: &GatewayOutcome) -> &str {
    match outcome {
        GatewayOutcome::Failed { code, .. } => code,
        GatewayOutcome::Succeeded { .. } => "succeeded",
        GatewayOutcome::RequiresAction { .. } => "requires_action",
        GatewayOutcome::Pending { .. } => "pending",
    }
}

#[tokio::test]
async fn each_card_behaves_as_its_number_says() {
    each_platform(&[tradewind_connectors::MIGRATIONS], |t| async move {
        let gateway = gateway(&t);
        assert_eq!(gateway.name(), "sandbox");
        for (number, expected) in [
            ("4242 4242 4242 4242", "succeeded"),
            ("4000 0000 0000 0002", "card_declined"),
            ("4000 0000 0000 9995", "insufficient_funds"),
            ("4000 0000 0000 0341", "card_declined"),
            ("4000 0000 0000 3220", "requires_action"),
        ] {
            let attempt = attempt(&gateway, number).await;
            assert!(
                !attempt.token.contains("42424242"),
                "a token holds no card number"
            );
            let outcome = gateway.charge(&attempt).await.unwrap();
            assert_eq!(code(&outcome), expected, "{number}");
        }
        let mut forged = attempt(&gateway, "4242424242424242").await;
        for token in [
            "tok_of_someone_else",
            "sandbox_card_",
            "sandbox_card__x",
            "sandbox_card_2_x",
        ] {
            forged.key = PaymentId::generate();
            forged.token = token.to_owned();
            let outcome = gateway.charge(&forged).await.unwrap();
            assert_eq!(code(&outcome), "unknown_token", "{token}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_same_key_is_the_same_payment_also_after_a_restart() {
    each_platform(&[tradewind_connectors::MIGRATIONS], |t| async move {
        let first = gateway(&t);
        let attempt = attempt(&first, "4242424242424242").await;
        let outcome = first.charge(&attempt).await.unwrap();
        let restarted = gateway(&t);
        assert_eq!(restarted.charge(&attempt).await.unwrap(), outcome);
        let GatewayOutcome::Succeeded { reference } = &outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(
            restarted
                .confirm(&asked(&attempt, reference))
                .await
                .unwrap(),
            outcome
        );
        assert_eq!(t.number(&PAYMENTS).await, 1);
        let more = Attempt {
            amount: money(99_00),
            ..attempt.clone()
        };
        let error = restarted.charge(&more).await.unwrap_err();
        assert_eq!(error.code(), "gateway_key_reused");
        let error = restarted
            .confirm(&asked(&attempt, "sbx_guessed"))
            .await
            .unwrap_err();
        assert_eq!(error.code(), "not_found");
        assert_eq!(t.number(&PAYMENTS).await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_payer_accepts_or_refuses_once() {
    each_platform(&[tradewind_connectors::MIGRATIONS], |t| async move {
        let gateway = gateway(&t);
        for (accepted, expected) in [(true, "succeeded"), (false, "authentication_failed")] {
            let attempt = attempt(&gateway, "4000000000003220").await;
            let outcome = gateway.charge(&attempt).await.unwrap();
            let GatewayOutcome::RequiresAction { reference, action } = &outcome else {
                panic!("{outcome:?}")
            };
            assert_eq!(
                action,
                &format!("https://t.example/sandbox/card/{reference}")
            );
            assert_eq!(
                gateway.confirm(&asked(&attempt, reference)).await.unwrap(),
                outcome,
                "not answered yet"
            );
            let shown = gateway.payment(reference).await.unwrap();
            assert_eq!((shown.amount, shown.waiting), (money(12_50), true));
            gateway.answer(reference, accepted).await.unwrap();
            let error = gateway.answer(reference, !accepted).await.unwrap_err();
            assert_eq!(error.code(), "payment_settled");
            let settled = gateway.confirm(&asked(&attempt, reference)).await.unwrap();
            assert_eq!(code(&settled), expected);
            assert_eq!(
                gateway.charge(&attempt).await.unwrap(),
                settled,
                "asking again pays nothing again"
            );
            assert!(!gateway.payment(reference).await.unwrap().waiting);
        }
        assert_eq!(
            gateway.answer("sbx_nobody", true).await.unwrap_err().code(),
            "not_found"
        );
        assert_eq!(t.number(&PAYMENTS).await, 2);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_got_lost_is_found_under_the_same_key() {
    each_platform(&[tradewind_connectors::MIGRATIONS], |t| async move {
        let gateway = gateway(&t);
        let attempt = attempt(&gateway, "4242424242424242").await;
        gateway.lose_answers(true);
        for _ in 0..2 {
            let error = gateway.charge(&attempt).await.unwrap_err();
            assert_eq!(error.code(), "unavailable");
        }
        assert_eq!(t.number(&PAYMENTS).await, 1, "paid all the same, once");
        gateway.lose_answers(false);
        let outcome = gateway.charge(&attempt).await.unwrap();
        assert_eq!(code(&outcome), "succeeded");
        assert_eq!(t.number(&PAYMENTS).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_payment_goes_back_once_per_key_and_never_beyond_its_amount() {
    each_platform(&[tradewind_connectors::MIGRATIONS], |t| async move {
        let gateway = gateway(&t);
        let back = async |attempt: &Attempt, reference: &str, minor: i64| GatewayStep {
            key: PaymentStepId::generate(),
            realm: attempt.realm,
            seller_id: attempt.seller_id,
            gateway: attempt.gateway.clone(),
            kind: PaymentStepKind::Refund,
            payment: attempt.key,
            reference: reference.to_owned(),
            amount: money(minor),
        };
        let paid = async |number: &str| {
            let attempt = attempt(&gateway, number).await;
            match gateway.charge(&attempt).await.unwrap() {
                GatewayOutcome::Succeeded { reference } => (attempt, reference),
                other => panic!("{other:?}"),
            }
        };
        let (payment, reference) = paid("4242424242424242").await;
        let first = back(&payment, &reference, 10_00).await;
        gateway.lose_answers(true);
        assert!(gateway.step(&first).await.is_err());
        gateway.lose_answers(false);
        for _ in 0..2 {
            assert_eq!(code(&gateway.step(&first).await.unwrap()), "succeeded");
        }
        let other = GatewayStep {
            amount: money(1),
            ..first.clone()
        };
        assert!(gateway.step(&other).await.is_err());
        let too_much = back(&payment, &reference, 2_51).await;
        assert_eq!(
            code(&gateway.step(&too_much).await.unwrap()),
            "refund_too_large"
        );
        let rest = back(&payment, &reference, 2_50).await;
        assert_eq!(code(&gateway.step(&rest).await.unwrap()), "succeeded");
        let stranger = back(&payment, "sbx_4242_nobody", 1).await;
        assert!(gateway.step(&stranger).await.is_err());

        let (payment, reference) = paid("4000000000005126").await;
        let refused = back(&payment, &reference, 1).await;
        assert_eq!(
            code(&gateway.step(&refused).await.unwrap()),
            "refund_failed"
        );
        let (payment, reference) = paid("4000000000007726").await;
        let later = back(&payment, &reference, 1).await;
        assert_eq!(code(&gateway.step(&later).await.unwrap()), "pending");
        assert_eq!(code(&gateway.step(&later).await.unwrap()), "succeeded");
    })
    .await;
}

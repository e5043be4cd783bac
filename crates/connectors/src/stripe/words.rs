//! Stripe's words in ours.

use serde_json::Value;
use tradewind_billing::types::GatewayOutcome;
use tradewind_kernel::{Currency, Error, Money, Result};

use super::api::text;

/// The word for a failure by which the retry policy knows what it means.
pub(crate) fn failure(code: &str) -> &str {
    match code {
        "generic_decline" | "do_not_honor" | "no_action_taken" | "card_error" => "card_declined",
        "issuer_not_available" => "issuer_unavailable",
        "reenter_transaction" | "approve_with_id" => "try_again_later",
        "withdrawal_count_limit_exceeded" => "withdrawal_limit_exceeded",
        "payment_intent_authentication_failure" | "setup_intent_authentication_failure" => {
            "authentication_failed"
        }
        other => other,
    }
}

/// What became of a payment intent. One that holds its amount has succeeded: whoever asked for the hold knows.
pub(crate) fn outcome(intent: &Value) -> Result<GatewayOutcome> {
    let reference = text(intent, "/id")
        .ok_or_else(|| Error::unavailable("Stripe answered without a payment"))?
        .to_owned();
    let why = || {
        let error = "/last_payment_error";
        text(intent, &format!("{error}/decline_code"))
            .or_else(|| text(intent, &format!("{error}/code")))
            .map(failure)
    };
    Ok(match text(intent, "/status").unwrap_or_default() {
        "succeeded" | "requires_capture" => GatewayOutcome::Succeeded { reference },
        "requires_action" => {
            let action = text(intent, "/next_action/redirect_to_url/url");
            GatewayOutcome::RequiresAction {
                reference,
                action: action.unwrap_or_default().to_owned(),
            }
        }
        "requires_payment_method" | "canceled" => GatewayOutcome::Failed {
            reference: Some(reference),
            code: why().unwrap_or("card_declined").to_owned(),
        },
        // `processing` (debits take days), `requires_confirmation`, and what Stripe will think of.
        _ => GatewayOutcome::Pending { reference },
    })
}

/// An amount in Stripe's smallest unit, which for two currencies without decimals has two.
///
/// # Errors
/// `overflow`.
pub(crate) fn amount(money: Money) -> Result<i64> {
    let scale = if matches!(money.currency.code(), "ISK" | "UGX") && money.currency.exponent() == 0
    {
        100
    } else {
        1
    };
    money
        .minor
        .checked_mul(scale)
        .ok_or_else(|| Error::invalid("amount", "overflow", "is too large"))
}

/// A currency as Stripe writes it.
pub(crate) fn currency(currency: Currency) -> String {
    currency.code().to_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_payment_is_follows_from_its_status() {
        let of = |status: &str| {
            outcome(&json!({ "id": "pi_1", "status": status,
                "next_action": { "redirect_to_url": { "url": "https://bank.example/3ds" } },
                "last_payment_error": { "code": "card_declined", "decline_code": "insufficient_funds" } }))
            .unwrap()
        };
        let reference = || "pi_1".to_owned();
        let succeeded = GatewayOutcome::Succeeded {
            reference: reference(),
        };
        let failed = GatewayOutcome::Failed {
            reference: Some(reference()),
            code: "insufficient_funds".to_owned(),
        };
        let pending = GatewayOutcome::Pending {
            reference: reference(),
        };
        let action = GatewayOutcome::RequiresAction {
            reference: reference(),
            action: "https://bank.example/3ds".to_owned(),
        };
        for (status, expected) in [
            ("succeeded", &succeeded),
            ("requires_capture", &succeeded),
            ("requires_payment_method", &failed),
            ("canceled", &failed),
            ("processing", &pending),
            ("requires_confirmation", &pending),
            ("something_new", &pending),
            ("requires_action", &action),
        ] {
            assert_eq!(of(status), *expected, "{status}");
        }
        assert!(outcome(&json!({ "status": "succeeded" })).is_err());
    }

    #[test]
    fn failures_have_the_words_of_the_retry_policy() {
        use tradewind_billing::{rules::retry::class_of, types::FailureClass};
        for (stripe, class) in [
            ("insufficient_funds", FailureClass::Temporary),
            ("processing_error", FailureClass::Temporary),
            ("issuer_not_available", FailureClass::Temporary),
            ("try_again_later", FailureClass::Temporary),
            ("card_velocity_exceeded", FailureClass::Temporary),
            ("withdrawal_count_limit_exceeded", FailureClass::Temporary),
            ("authentication_required", FailureClass::Payer),
            ("payment_intent_authentication_failure", FailureClass::Payer),
            ("generic_decline", FailureClass::Final),
            ("expired_card", FailureClass::Final),
            ("stolen_card", FailureClass::Final),
        ] {
            assert_eq!(class_of(failure(stripe)), class, "{stripe}");
        }
    }

    #[test]
    fn amounts_are_in_the_smallest_unit() {
        let of = |minor, code| amount(Money::new(minor, Currency::parse(code).unwrap())).unwrap();
        assert_eq!(
            (of(1999, "EUR"), of(500, "JPY"), of(500, "ISK")),
            (1999, 500, 50_000)
        );
    }
}

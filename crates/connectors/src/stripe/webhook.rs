//! What Stripe tells: signed, possibly more than once, in any order. It only says what is to be asked.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use tradewind_billing::service::{
    Chargeback, PaymentGateway, chargeback_record, chargeback_won, payment_get, payment_look_after,
    payment_steps, refund_send,
};
use tradewind_billing::types::PaymentStepKind;
use tradewind_kernel::id::{AccountId, PaymentId, PaymentStepId, RealmId};
use tradewind_kernel::{Error, Result, Timestamp};
use tradewind_platform::{OpCtx, Secret};

use super::accounts;
use super::api::text;
use super::gateway::{StripeGateway, intent_path};

/// How far the time of a signature may be from ours, in seconds.
const TOLERANCE: i64 = 300;

/// Whether a message is Stripe's: signed with the secret, not long ago.
///
/// The header is `t=TIME,v1=SIGNATURE`, with as many signatures as there are secrets; what is signed is the time, a full
/// stop and the message.
///
/// # Errors
/// `bad_signature`.
pub fn verify(secret: &Secret, header: &str, body: &[u8], now: Timestamp) -> Result<()> {
    let refused = |text: &str| Err(Error::refused("bad_signature", text));
    let parts = || {
        header
            .split(',')
            .filter_map(|part| part.trim().split_once('='))
    };
    let Some((_, time)) = parts().find(|(name, _)| *name == "t") else {
        return refused("the signature names no time");
    };
    let Ok(at) = time.parse::<i64>() else {
        return refused("the time of the signature is no number");
    };
    if now.as_seconds().abs_diff(at) > TOLERANCE.unsigned_abs() {
        return refused("the signature is too old, or from the future");
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes())
        .map_err(|_| Error::internal("a key of any length is good"))?;
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    let right = parts()
        .filter(|(name, _)| *name == "v1")
        .filter_map(|(_, signature)| bytes(signature))
        .any(|signature| mac.clone().verify_slice(&signature).is_ok());
    if right {
        Ok(())
    } else {
        refused("no signature is by the secret of this seller")
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) || !hex.is_ascii() {
        return None;
    }
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect()
}

/// Follows up on a message for the account of a seller. `gateway` is what payments are made through.
///
/// # Errors
/// `bad_signature`, `malformed_value`, `no_stripe_account`; `Unavailable` when Stripe does not answer: it tells it again.
pub async fn stripe_webhook(
    stripe: &StripeGateway,
    gateway: &dyn PaymentGateway,
    (realm, seller): (RealmId, AccountId),
    signature: &str,
    body: &[u8],
) -> Result<()> {
    let platform = &stripe.platform;
    let secret = accounts::webhook_secret(platform, realm, seller).await?;
    verify(&secret, signature, body, platform.wall())?;
    let event: Value = serde_json::from_slice(body)
        .map_err(|_| Error::invalid("body", "malformed_value", "is no JSON"))?;
    let told = Told {
        stripe,
        gateway,
        ctx: platform.system(realm).await?,
        seller,
    };
    let kind = text(&event, "/type").unwrap_or_default();
    let object = event.pointer("/data/object").cloned().unwrap_or_default();
    match kind {
        _ if kind.starts_with("payment_intent.") => told.payment(&object).await,
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            told.refund(&object).await
        }
        "charge.dispute.created" | "charge.dispute.funds_withdrawn" => told.disputed(&object).await,
        "charge.dispute.closed" | "charge.dispute.funds_reinstated" => told.decided(&object).await,
        // What else happens at Stripe is none of ours.
        _ => Ok(()),
    }
}

struct Told<'a> {
    stripe: &'a StripeGateway,
    gateway: &'a dyn PaymentGateway,
    ctx: OpCtx,
    seller: AccountId,
}

/// An id of ours that an object carries; none for what others have made in the same account.
fn own<T: std::str::FromStr>(object: &Value, path: &str) -> Option<T> {
    text(object, path)?.parse().ok()
}

/// What is done already is done.
fn settled<T>(result: Result<T>) -> Result<()> {
    match result {
        Ok(_) | Err(Error::Conflict { .. } | Error::Refused { .. } | Error::NotFound { .. }) => {
            Ok(())
        }
        Err(error) => Err(error),
    }
}

impl Told<'_> {
    async fn payment(&self, intent: &Value) -> Result<()> {
        let Some(payment) = own::<PaymentId>(intent, "/metadata/payment") else {
            return Ok(());
        };
        let platform = &self.stripe.platform;
        settled(payment_look_after(platform, &self.ctx, self.gateway, payment).await)
    }

    async fn refund(&self, refund: &Value) -> Result<()> {
        let Some(step) = own::<PaymentStepId>(refund, "/metadata/step") else {
            return Ok(());
        };
        let platform = &self.stripe.platform;
        settled(refund_send(platform, &self.ctx, self.gateway, step).await)
    }

    /// The payment that a dispute is about, by what Stripe says of it now.
    async fn disputed_payment(&self, dispute: &Value) -> Result<Option<PaymentId>> {
        let Some(intent) = text(dispute, "/payment_intent") else {
            return Ok(None);
        };
        let api = self.stripe.api(self.ctx.realm, self.seller).await?;
        let intent = api.get(&intent_path(intent)?).await?;
        let Some(payment) = own::<PaymentId>(&intent, "/metadata/payment") else {
            return Ok(None);
        };
        // An account speaks of the payments of its own seller; what it says of others is not heard.
        match payment_get(&self.stripe.platform, &self.ctx, payment).await {
            Ok(known) => Ok((known.receiver_id() == self.seller).then_some(payment)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a dispute is recorded already, be it open or decided.
    async fn is_known(&self, payment: PaymentId, dispute: &str) -> Result<bool> {
        let steps = payment_steps(&self.stripe.platform, &self.ctx, payment).await?;
        Ok(steps.iter().any(|step| {
            step.kind == PaymentStepKind::Chargeback && step.reference.as_deref() == Some(dispute)
        }))
    }

    async fn disputed(&self, dispute: &Value) -> Result<()> {
        let Some(payment_id) = self.disputed_payment(dispute).await? else {
            return Ok(());
        };
        let word = |path: &str| text(dispute, path).unwrap_or("dispute").to_owned();
        if self.is_known(payment_id, &word("/id")).await? {
            return Ok(());
        }
        let input = Chargeback {
            payment_id,
            reference: word("/id"),
            reason: word("/reason"),
        };
        let platform = &self.stripe.platform;
        // The payment may have become ours only now.
        settled(payment_look_after(platform, &self.ctx, self.gateway, payment_id).await)?;
        settled(chargeback_record(platform, &self.ctx, &input).await)
    }

    async fn decided(&self, dispute: &Value) -> Result<()> {
        // A dispute that is told as decided before it was told as begun begins now.
        self.disputed(dispute).await?;
        if !matches!(text(dispute, "/status"), Some("won" | "warning_closed")) {
            return Ok(());
        }
        let Some(payment) = self.disputed_payment(dispute).await? else {
            return Ok(());
        };
        settled(chargeback_won(&self.stripe.platform, &self.ctx, payment).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(secret: &str, time: i64, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{time}.{body}").as_bytes());
        let bytes = mac.finalize().into_bytes();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn only_what_was_signed_a_short_while_ago_is_stripes() {
        let secret = Secret::new("whsec_test".to_owned());
        let body = r#"{"id":"evt_1"}"#;
        let at = 1_700_000_000;
        let now = |offset: i64| Timestamp::from_micros((at + offset) * 1_000_000);
        let right = signed("whsec_test", at, body);
        let header = format!("t={at},v1={right}");
        for offset in [0, 300, -300] {
            verify(&secret, &header, body.as_bytes(), now(offset)).unwrap();
        }
        // While a secret is being replaced there are two signatures; old schemes beside them count for nothing.
        let other = signed("whsec_other", at, body);
        let two = format!("t={at}, v1={other}, v1={right},v0={other}");
        verify(&secret, &two, body.as_bytes(), now(0)).unwrap();
        for (header, body, offset) in [
            (header.as_str(), body, 301),
            (&header, body, -301),
            (&header, r#"{"id":"evt_2"}"#, 0),
            (&format!("t={},v1={right}", at + 1), body, 0),
            (&format!("t={at},v1={other}"), body, 0),
            (&format!("t={at},v0={right}"), body, 0),
            (&format!("v1={right}"), body, 0),
            (&format!("t=x,v1={right}"), body, 0),
            (&format!("t={at},v1=zz"), body, 0),
            ("", body, 0),
        ] {
            let refused = verify(&secret, header, body.as_bytes(), now(offset)).unwrap_err();
            assert_eq!(refused.code(), "bad_signature", "{header}");
        }
    }
}

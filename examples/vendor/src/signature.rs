//! Verification of webhook signatures in the Standard Webhooks way.

use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// How far a message's time may be off, in seconds.
const TOLERANCE_SECONDS: i64 = 300;

/// Checks signatures with one endpoint's secret.
#[derive(Clone)]
pub(crate) struct Verifier {
    key: Vec<u8>,
}

impl Verifier {
    /// Takes the secret as the platform shows it: `whsec_` and base64.
    pub(crate) fn new(secret: &str) -> Result<Self> {
        let encoded = secret.strip_prefix("whsec_").unwrap_or(secret);
        Ok(Self {
            key: STANDARD
                .decode(encoded)
                .context("the webhook secret is not base64")?,
        })
    }

    /// Accepts the body when one of the given signatures is ours and the time is near.
    pub(crate) fn verify(
        &self,
        id: &str,
        timestamp: &str,
        signatures: &str,
        body: &[u8],
        now: i64,
    ) -> Result<()> {
        let sent: i64 = timestamp
            .parse()
            .context("webhook-timestamp is not a number of seconds")?;
        if (now - sent).abs() > TOLERANCE_SECONDS {
            bail!("webhook-timestamp is more than {TOLERANCE_SECONDS} s away");
        }
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key).context("the secret has no usable length")?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        let expected = STANDARD.encode(mac.finalize().into_bytes());
        let ours = |given: &str| {
            given
                .strip_prefix("v1,")
                .is_some_and(|s| bool::from(s.as_bytes().ct_eq(expected.as_bytes())))
        };
        if !signatures.split(' ').any(ours) {
            bail!("no signature of ours");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of the Standard Webhooks specification.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    #[test]
    fn a_known_message_is_accepted() {
        let verifier = Verifier::new(SECRET).unwrap();
        verifier
            .verify(ID, "1614265330", SIGNATURE, BODY, 1_614_265_330)
            .unwrap();
        verifier
            .verify(
                ID,
                "1614265330",
                &format!("v1,other {SIGNATURE}"),
                BODY,
                1_614_265_400,
            )
            .unwrap();
    }

    #[test]
    fn a_forged_or_replayed_message_is_refused() {
        let verifier = Verifier::new(SECRET).unwrap();
        assert!(
            verifier
                .verify(ID, "1614265330", SIGNATURE, b"{}", 1_614_265_330)
                .is_err()
        );
        assert!(
            verifier
                .verify("msg_other", "1614265330", SIGNATURE, BODY, 1_614_265_330)
                .is_err()
        );
        assert!(
            verifier
                .verify(ID, "1614265330", SIGNATURE, BODY, 1_614_265_330 + 301)
                .is_err()
        );
        assert!(
            verifier
                .verify(ID, "soon", SIGNATURE, BODY, 1_614_265_330)
                .is_err()
        );
    }
}

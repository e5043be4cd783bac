//! Signatures of webhooks in the Standard Webhooks way: HMAC-SHA256 over id, time and body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tradewind_kernel::{Error, Timestamp};
use zeroize::Zeroizing;

use crate::crypto::Secret;
use crate::db::Result;
use crate::tokens::{equal_in_constant_time, random_bytes};

/// How secrets begin.
const SECRET_PREFIX: &str = "whsec_";
/// How signatures of this kind begin.
const SIGNATURE_PREFIX: &str = "v1,";
/// How far the time of a message may be from the receiver's clock, in seconds.
pub const TOLERANCE_SECONDS: i64 = 300;

/// Header field with the message's id.
pub const ID_HEADER: &str = "webhook-id";
/// Header field with the time of sending, in seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// Header field with the signatures, separated by spaces.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// A new signing secret: `whsec_` and 32 random bytes in base64.
#[must_use]
pub fn new_secret() -> Secret {
    let bytes = Zeroizing::new(random_bytes::<32>());
    Secret::new(format!(
        "{SECRET_PREFIX}{}",
        STANDARD.encode(bytes.as_slice())
    ))
}

/// The signature of a message sent at this time of the wall clock: `v1,…`.
///
/// # Errors
/// Internal error when the secret is malformed.
pub fn sign(secret: &Secret, id: &str, at: Timestamp, body: &[u8]) -> Result<String> {
    signature(secret, id, &at.as_seconds().to_string(), body)
}

/// Accepts a message when one of its signatures was made with the secret, and its time is near the wall clock.
///
/// # Errors
/// [`Error::Unauthenticated`] `malformed_timestamp`, `stale_message` or `wrong_signature`; internal error when the secret
/// is malformed.
pub fn verify(
    secret: &Secret,
    id: &str,
    timestamp: &str,
    signatures: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<()> {
    let sent: i64 = timestamp.parse().map_err(|_| {
        Error::unauthenticated(
            "malformed_timestamp",
            format!("expected {TIMESTAMP_HEADER} in seconds since 1970"),
        )
    })?;
    if now.as_seconds().abs_diff(sent) > TOLERANCE_SECONDS.unsigned_abs() {
        return Err(Error::unauthenticated(
            "stale_message",
            format!("the message was sent more than {TOLERANCE_SECONDS} seconds from now"),
        ));
    }
    let expected = signature(secret, id, timestamp, body)?;
    if signatures
        .split(' ')
        .any(|given| equal_in_constant_time(given, &expected))
    {
        return Ok(());
    }
    Err(Error::unauthenticated(
        "wrong_signature",
        "none of the message's signatures fits",
    ))
}

fn signature(secret: &Secret, id: &str, timestamp: &str, body: &[u8]) -> Result<String> {
    let encoded = secret
        .expose()
        .strip_prefix(SECRET_PREFIX)
        .unwrap_or(secret.expose());
    let key = STANDARD
        .decode(encoded)
        .map(Zeroizing::new)
        .map_err(|_| Error::internal("a webhook secret is not base64"))?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(Error::internal)?;
    mac.update(id.as_bytes());
    mac.update(b".");
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    Ok(format!(
        "{SIGNATURE_PREFIX}{}",
        STANDARD.encode(mac.finalize().into_bytes())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of the Standard Webhooks specification.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: Timestamp = Timestamp::from_micros(1_614_265_330_000_000);
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    #[test]
    fn the_known_message_has_the_known_signature() {
        assert_eq!(sign(&Secret::new(SECRET), ID, AT, BODY).unwrap(), SIGNATURE);
    }

    #[test]
    fn one_of_several_signatures_is_enough() {
        let secret = Secret::new(SECRET);
        let several = format!("v1,AAAA v2,BBBB {SIGNATURE}");
        verify(&secret, ID, "1614265330", &several, BODY, AT).unwrap();
    }

    #[test]
    fn forged_and_stale_messages_are_refused() {
        let secret = Secret::new(SECRET);
        let code = |id: &str, at: &str, signature: &str, body: &[u8], secret: &Secret| {
            verify(secret, id, at, signature, body, AT)
                .unwrap_err()
                .code()
        };
        assert_eq!(
            code(ID, "1614265330", SIGNATURE, b"{}", &secret),
            "wrong_signature"
        );
        assert_eq!(
            code("msg_other", "1614265330", SIGNATURE, BODY, &secret),
            "wrong_signature"
        );
        assert_eq!(
            code(ID, "1614265331", SIGNATURE, BODY, &secret),
            "wrong_signature"
        );
        assert_eq!(code(ID, "1614265330", "", BODY, &secret), "wrong_signature");
        assert_eq!(
            code(ID, "1614265330", SIGNATURE, BODY, &new_secret()),
            "wrong_signature"
        );
        assert_eq!(
            code(ID, "1614265029", SIGNATURE, BODY, &secret),
            "stale_message"
        );
        assert_eq!(
            code(ID, "1614265631", SIGNATURE, BODY, &secret),
            "stale_message"
        );
        assert_eq!(
            code(ID, "soon", SIGNATURE, BODY, &secret),
            "malformed_timestamp"
        );
    }

    #[test]
    fn secrets_are_new_each_time_and_do_not_print() {
        let secret = new_secret();
        assert_ne!(secret, new_secret());
        assert_eq!(secret.expose().len(), "whsec_".len() + 44);
        assert!(!format!("{secret:?}").contains("whsec_"));
    }
}

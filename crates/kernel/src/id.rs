//! Typed ids: a readable prefix and a UUIDv7 in 26 characters (`sub_01j9…`).
//!
//! The text form is strict: one id has exactly one text, so that ids can be compared as text.

use std::fmt;

use uuid::Uuid;

use crate::error::{Error, Result};

/// What all ids of the platform have in common.
pub trait TypedId:
    Copy + Ord + fmt::Display + std::str::FromStr<Err = Error> + Send + Sync + 'static
{
    /// The letters before the underscore.
    const PREFIX: &'static str;
    /// What is identified, in words: `subscription`.
    const KIND: &'static str;

    /// The UUID inside.
    fn uuid(self) -> Uuid;
}

/// Crockford's base 32: no i, l, o, u.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters after the underscore: 128 bits at five bits each.
const LENGTH: usize = 26;

fn write_id(f: &mut fmt::Formatter<'_>, prefix: &str, id: Uuid) -> fmt::Result {
    let bits = id.as_u128();
    let mut text = [0_u8; LENGTH];
    for (i, slot) in text.iter_mut().enumerate() {
        let shift = 5 * (LENGTH - 1 - i);
        *slot = DIGITS[((bits >> shift) & 31) as usize];
    }
    f.write_str(prefix)?;
    f.write_str("_")?;
    f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
}

fn parse_id(prefix: &'static str, kind: &'static str, text: &str) -> Result<Uuid> {
    let malformed = || {
        let shown: String = text.chars().take(40).collect();
        Error::invalid(
            "id",
            "malformed_id",
            format!(
                "{shown:?} is not the id of a {kind}: expected {prefix}_ and {LENGTH} characters of 0-9 and a-z \
                 without i, l, o, u"
            ),
        )
    };
    let rest = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .ok_or_else(malformed)?;
    // The first character carries three bits only; a larger one would not fit into 128 bits.
    if rest.len() != LENGTH || !rest.starts_with(['0', '1', '2', '3', '4', '5', '6', '7']) {
        return Err(malformed());
    }
    let mut bits = 0_u128;
    for byte in rest.bytes() {
        let digit = DIGITS
            .iter()
            .position(|d| *d == byte)
            .ok_or_else(malformed)?;
        bits = (bits << 5) | digit as u128;
    }
    Ok(Uuid::from_u128(bits))
}

/// Declares an id type: name, prefix, and what it identifies.
macro_rules! typed_id {
    ($name:ident, $prefix:literal, $kind:literal) => {
        #[doc = concat!("Identifies one ", $kind, "; its text form starts with `", $prefix, "_`.")]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes a new id; ids made later sort later (to the millisecond, and within one process).
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// Wraps a UUID.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl TypedId for $name {
            const PREFIX: &'static str = $prefix;
            const KIND: &'static str = $kind;

            fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_id(f, $prefix, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_id(f, $prefix, self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                parse_id($prefix, $kind, text).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::serde_text::deserialize(deserializer, "an id")
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                crate::schema::id($prefix, $kind)
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}

typed_id!(RealmId, "rlm", "realm");
typed_id!(AccountId, "acc", "account");
typed_id!(RelationshipId, "rel", "trading relationship");
typed_id!(UserId, "usr", "user");
typed_id!(SessionId, "ses", "session");
typed_id!(ApiKeyId, "key", "API key");
typed_id!(ProductId, "prd", "product");
typed_id!(PlanId, "pln", "plan");
typed_id!(ItemId, "itm", "item");
typed_id!(ParameterId, "par", "parameter");
typed_id!(CategoryId, "cat", "category");
typed_id!(PriceBookId, "pbk", "price book");
typed_id!(RevisionId, "rev", "price book revision");
typed_id!(ListingId, "lst", "listing");
typed_id!(RateId, "fxr", "exchange rate");
typed_id!(QuoteId, "quo", "quote");
typed_id!(CouponId, "cpn", "coupon");
typed_id!(RedemptionId, "rdm", "redemption");
typed_id!(BundleId, "bdl", "bundle");
typed_id!(BundleSaleId, "bsl", "bundle sale");
typed_id!(OrderId, "ord", "order");
typed_id!(OrderStepId, "stp", "order step");
typed_id!(SubscriptionId, "sub", "subscription");
typed_id!(LegId, "leg", "leg");
typed_id!(DeliveryId, "dlv", "delivery");
typed_id!(WebhookId, "whk", "webhook endpoint");
typed_id!(AttemptId, "att", "attempt");
typed_id!(MeterId, "mtr", "meter");
typed_id!(UsageId, "use", "usage record");
typed_id!(ImportId, "imp", "import");
typed_id!(ChargeId, "chr", "charge");
typed_id!(InvoiceId, "inv", "invoice");
typed_id!(DraftId, "dft", "invoice draft");
typed_id!(BillingRunId, "brn", "billing run");
typed_id!(PaymentId, "pay", "payment");
typed_id!(CreditGrantId, "cgr", "credit");
typed_id!(CreditMoveId, "cmv", "credit movement");
typed_id!(BankStatementId, "bst", "bank statement");
typed_id!(BankEntryId, "ben", "bank entry");
typed_id!(PaymentStepId, "pst", "payment step");
typed_id!(PaymentMethodId, "pmt", "payment method");
typed_id!(TransactionId, "txn", "ledger transaction");
typed_id!(SettlementId, "stl", "settlement");
typed_id!(PayoutFileId, "pfl", "payout file");
typed_id!(CollectedId, "col", "collected amount");
typed_id!(StatusReportId, "psr", "payment status report");
typed_id!(JobId, "job", "job");
typed_id!(EventId, "evt", "event");
typed_id!(AuditId, "aud", "audit entry");
typed_id!(MailId, "mal", "mail");
typed_id!(RequestId, "req", "request");
typed_id!(TokenId, "tok", "token");
typed_id!(TermsId, "trm", "terms document");
typed_id!(CertificateId, "tcr", "exemption certificate");

/// What people call a thing when they speak of it: the last eight characters of its id, in capitals.
#[must_use]
pub fn number(id: impl std::fmt::Display) -> String {
    let id = id.to_string();
    let start = id.len().saturating_sub(8);
    id.get(start..).unwrap_or(&id).to_uppercase()
}

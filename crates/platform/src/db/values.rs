//! How the values of the kernel and the policies are stored.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tradewind_kernel::decimal::Decimal;
use tradewind_kernel::id::{
    AccountId, ApiKeyId, AttemptId, AuditId, BankEntryId, BankStatementId, BillingRunId, BundleId,
    BundleSaleId, CategoryId, CertificateId, ChargeId, CollectedId, CouponId, CreditGrantId,
    CreditMoveId, DeliveryId, DraftId, EventId, ImportId, InvoiceId, ItemId, JobId, LegId,
    ListingId, MailId, MeterId, OrderId, OrderStepId, ParameterId, PaymentId, PaymentMethodId,
    PaymentStepId, PayoutFileId, PlanId, PriceBookId, ProductId, QuoteId, RateId, RealmId,
    RedemptionId, RelationshipId, RequestId, RevisionId, SessionId, SettlementId, StatusReportId,
    SubscriptionId, TermsId, TokenId, TransactionId, UsageId, UserId, WebhookId,
};
use tradewind_kernel::{Currency, Date, Locale, Rounding, Timestamp, Zone};
use tradewind_policy::{AccountKind, Action, PrincipalKind, ResourceKind, Role};

use super::arg::{Arg, ArgKind, ToArg};
use super::error::Result;
use super::row::{FromSql, Row};

/// Values whose text form is also their stored form.
macro_rules! stored_as_text {
    ($($name:ty),+ $(,)?) => { $(
        impl ToArg for $name {
            const KIND: ArgKind = ArgKind::Text;

            fn to_arg(&self) -> Arg {
                Arg::Text(self.to_string().into())
            }
        }

        impl FromSql for $name {
            fn from_sql(row: &Row, column: usize) -> Result<Option<Self>> {
                row.parsed(column)
            }
        }
    )+ };
}

stored_as_text!(
    AccountId,
    ApiKeyId,
    AttemptId,
    AuditId,
    CategoryId,
    ChargeId,
    DeliveryId,
    EventId,
    ImportId,
    InvoiceId,
    BillingRunId,
    DraftId,
    ItemId,
    JobId,
    LegId,
    ListingId,
    MailId,
    MeterId,
    OrderId,
    BundleId,
    BundleSaleId,
    CouponId,
    RedemptionId,
    OrderStepId,
    ParameterId,
    PaymentId,
    PaymentMethodId,
    PaymentStepId,
    CreditGrantId,
    CreditMoveId,
    BankStatementId,
    PayoutFileId,
    CollectedId,
    StatusReportId,
    SettlementId,
    CertificateId,
    BankEntryId,
    PlanId,
    PriceBookId,
    ProductId,
    QuoteId,
    RateId,
    RealmId,
    RelationshipId,
    RequestId,
    RevisionId,
    SessionId,
    SubscriptionId,
    TermsId,
    TokenId,
    TransactionId,
    UsageId,
    UserId,
    WebhookId,
    Currency,
    Date,
    Decimal,
    Zone,
    Locale,
    Rounding,
);

crate::sql_text!(AccountKind, Action, PrincipalKind, ResourceKind, Role);

impl ToArg for Timestamp {
    const KIND: ArgKind = ArgKind::Int;

    fn to_arg(&self) -> Arg {
        Arg::Int(self.as_micros())
    }
}

impl FromSql for Timestamp {
    fn from_sql(row: &Row, column: usize) -> Result<Option<Self>> {
        Ok(row.int(column)?.map(Self::from_micros))
    }
}

/// A value stored as JSON text: opaque to SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize> ToArg for Json<T> {
    const KIND: ArgKind = ArgKind::Text;

    fn to_arg(&self) -> Arg {
        // Fails only for maps with keys that are not text, which is a mistake in the type that a test of it finds.
        Arg::Text(
            serde_json::to_string(&self.0)
                .expect("a value with text keys serialises")
                .into(),
        )
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn from_sql(row: &Row, column: usize) -> Result<Option<Self>> {
        match row.text(column)? {
            None => Ok(None),
            Some(text) => serde_json::from_str(text)
                .map(|v| Some(Self(v)))
                .map_err(|e| row.bad(column, &e)),
        }
    }
}

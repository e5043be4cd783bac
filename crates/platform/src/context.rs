//! What every operation is told: for whom, when, and how.

use tradewind_kernel::id::{AccountId, RealmId, RequestId, UserId};
use tradewind_kernel::{Locale, Timestamp};
use tradewind_policy::Principal;

use crate::snapshot::Snapshot;

/// The context of one operation.
#[derive(Clone, Debug)]
pub struct OpCtx {
    /// The realm in which everything happens.
    pub realm: RealmId,
    /// The time it is, in that realm. Nothing reads another clock.
    pub now: Timestamp,
    /// Who asks.
    pub principal: Principal,
    /// The member of staff behind the principal, when someone acts as a customer.
    pub acting: Option<Acting>,
    /// The request of which this is a part.
    pub request: RequestId,
    /// Language of texts made for people.
    pub locale: Locale,
    /// The same key with the same input does the thing once and answers the same.
    pub idempotency_key: Option<String>,
    /// Do everything, answer, and keep nothing of it.
    pub dry_run: bool,
    /// What this reads, it reads from the same snapshot as the rest of the request. A command ends the snapshot.
    pub snapshot: Option<Snapshot>,
}

/// Staff acting as a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    /// The member of staff.
    pub user: UserId,
    /// The account to which the member of staff belongs.
    pub account: AccountId,
}

impl OpCtx {
    /// An operation of this principal, in English, without a key.
    #[must_use]
    pub fn new(realm: RealmId, now: Timestamp, principal: Principal) -> Self {
        Self {
            realm,
            now,
            principal,
            acting: None,
            request: RequestId::generate(),
            locale: Locale::En,
            idempotency_key: None,
            dry_run: false,
            snapshot: None,
        }
    }

    /// The same operation under this idempotency key.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// The same operation as a dry run.
    #[must_use]
    pub fn as_dry_run(mut self) -> Self {
        self.dry_run = true;
        self
    }
}

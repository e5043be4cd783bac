//! Sessions and API keys.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Timestamp,
    id::{AccountId, ApiKeyId, RealmId, SessionId, UserId},
};
use tradewind_policy::{Principal, Role};
use utoipa::ToSchema;

use super::{AccountBrief, Storefront, User};

/// Signs a person in.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// E-mail address.
    pub email: String,
    /// Password.
    #[serde(skip_serializing)]
    pub password: String,
    /// The account to work for; the first one the person belongs to when left out.
    #[serde(default)]
    pub account: Option<AccountId>,
    /// What the person signs in with, shown in the list of sessions.
    #[serde(default)]
    pub user_agent: String,
}

/// A new session; the token is shown this once.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The secret that authenticates the session.
    pub token: String,
    /// What the session is.
    pub info: SessionInfo,
}

/// A session as it was authenticated.
#[derive(Debug, Clone)]
pub struct SessionInfo {
    /// Its id.
    pub session: SessionId,
    /// On whose behalf requests of this session are decided.
    pub principal: Principal,
    /// The person.
    pub user: User,
    /// The account the person works for; while acting, the account acted for.
    pub account: AccountBrief,
    /// Set while staff act for another account.
    pub acting: Option<ActingInfo>,
    /// What a form or a script must send along with every change.
    pub csrf: String,
    /// Wall-clock time at which the session ends at the latest.
    pub expires_at: Timestamp,
}

/// What a page needs to know of a session at once.
#[derive(Debug, Clone)]
pub struct SessionVisit {
    /// The realm.
    pub realm: RealmId,
    /// The session.
    pub session: SessionInfo,
    /// From whom the account buys when it is a customer, and in which currency.
    pub buys: Option<(AccountId, Currency)>,
    /// The shop of that seller, or of the account itself when it sells.
    pub shop: Option<Storefront>,
}

/// Who really sits behind a session that acts for another account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActingInfo {
    /// The account of the person.
    pub home: AccountBrief,
    /// The account acted for.
    pub account: AccountBrief,
}

/// One of a person's sessions, as listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The person.
    pub user: UserId,
    /// The account the person works for.
    pub account: AccountId,
    /// The account acted for.
    pub acting: Option<AccountId>,
    /// What the person signed in with.
    pub user_agent: String,
    /// Wall-clock time of the sign-in.
    pub created_at: Timestamp,
    /// Wall-clock time of the last request, to a few minutes.
    pub last_seen_at: Timestamp,
    /// Wall-clock time at which it ends at the latest.
    pub expires_at: Timestamp,
}

/// Starts acting for an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ActAs {
    /// The session that acts from now on.
    pub session: SessionId,
    /// The account to act for.
    pub account: AccountId,
    /// Why; the account's people read it in their audit log.
    pub reason: String,
}

/// A key with which a program calls the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// The account it acts for.
    pub account: AccountId,
    /// What it is for.
    pub name: String,
    /// The last characters of the secret, to tell keys apart.
    pub hint: String,
    /// Roles it has at the account.
    pub roles: Vec<Role>,
    /// Actions it is limited to; none means all that its roles allow.
    pub scopes: Option<Vec<String>>,
    /// Who made it.
    pub created_by: String,
    /// Wall-clock time at which it was made.
    pub created_at: Timestamp,
    /// Wall-clock time after which it does not work any more.
    pub expires_at: Option<Timestamp>,
    /// Wall-clock time of its last use, to a few minutes.
    pub last_used_at: Option<Timestamp>,
    /// Wall-clock time at which it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Makes an API key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApiKeyCreate {
    /// The account it acts for.
    pub account: AccountId,
    /// What it is for.
    pub name: String,
    /// Roles it has at the account.
    pub roles: Vec<Role>,
    /// Actions it is limited to; none means all that its roles allow.
    pub scopes: Option<Vec<String>>,
    /// Wall-clock time after which it does not work any more.
    pub expires_at: Option<Timestamp>,
}

/// A new API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyCreated {
    /// The key.
    pub key: ApiKey,
    /// The secret: shown in this answer only. Absent when the same request is repeated with its idempotency
    /// key, because the platform does not know the secret any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

//! Sessions and API keys.

use tradewind_kernel::{
    Currency, Error, Result, Timestamp,
    id::{AccountId, ApiKeyId, RealmId, SessionId, UserId},
};
use tradewind_platform::{
    Tx, args,
    db::{FromRow, Json, Row},
    stmts,
};
use tradewind_policy::{AccountKind, Role};

use super::{
    account::{brief, brief_columns},
    user::{roles, user, user_columns},
};
use crate::{
    rules::tree::has_shop,
    types::{AccountBrief, ApiKey, Session, Storefront, User},
};

/// The columns of an API key, from the table under the alias `k`.
macro_rules! key_columns {
    () => {
        "k.id, k.account_id, k.name, k.hint, k.roles, k.scopes, k.created_by, k.created_at, k.expires_at, \
         k.last_used_at, k.revoked_at"
    };
}

/// What is read of a session.
macro_rules! session_columns {
    () => {
        concat!(
            "s.id, s.csrf_token, s.acting_account, s.last_seen_at, s.expires_at, ",
            user_columns!(),
            ", ",
            brief_columns!("a", "a_"),
            ", ",
            brief_columns!("h", "h_"),
            ", (SELECT string_agg(m.role, ' ') FROM membership m WHERE m.realm_id = s.realm_id
                AND m.account_id = s.account_id AND m.user_id = s.user_id) AS roles"
        )
    };
}

/// The session `s`, its user `u`, its home `h`, and the account `a` that it works for.
macro_rules! session_tables {
    () => {
        "session s
        JOIN app_user u ON u.realm_id = s.realm_id AND u.id = s.user_id
        JOIN account h ON h.realm_id = s.realm_id AND h.id = s.account_id
        JOIN account a ON a.realm_id = s.realm_id AND a.id = COALESCE(s.acting_account, s.account_id)"
    };
}

/// The session behind a token that has not ended.
macro_rules! session_alive {
    () => {
        "s.realm_id = $1 AND s.token_hash = $2 AND s.ended_at IS NULL AND s.expires_at > $3 AND s.last_seen_at > $4
        AND h.status = 'active'"
    };
}

stmts! {
    /// A new session.
    SESSION_INSERT = "INSERT INTO session (realm_id, id, token_hash, user_id, account_id, acting_account, csrf_token,
        user_agent, created_at, last_seen_at, expires_at, ended_at)
        VALUES ($1, $2, $3, $4, $5, NULL, $6, $7, $8, $8, $9, NULL)";
    /// The session behind a token, with its user, the account it works for, its home and the roles held there.
    SESSION_LOAD = concat!("SELECT ", session_columns!(), " FROM ", session_tables!(), " WHERE ", session_alive!());
    /// The same with the account whose shop its pages look like: a customer's seller, or the account itself.
    SESSION_VISIT = concat!("SELECT ", session_columns!(), ", r.seller_id AS buys_from, r.currency AS buys_in, ",
        brief_columns!("p", "p_"), ", p.host AS p_host, p.email AS p_email, p.address AS p_address, p.tax AS p_tax,
        p.brand AS p_brand FROM ", session_tables!(), "
        LEFT JOIN relationship r ON r.realm_id = s.realm_id AND r.seller_id = a.parent_id AND r.buyer_id = a.id
            AND a.kind = 'customer'
        LEFT JOIN account p ON p.realm_id = s.realm_id
            AND p.id = CASE WHEN a.kind = 'customer' THEN r.seller_id ELSE a.id END
        WHERE ", session_alive!());
    /// A session that has not ended.
    SESSION = "SELECT id, user_id, account_id, acting_account, user_agent, created_at, last_seen_at, expires_at
        FROM session WHERE realm_id = $1 AND id = $2 AND ended_at IS NULL AND expires_at > $3 {for_update}";
    /// The sessions of a user that have not ended, the newest first.
    SESSIONS = "SELECT id, user_id, account_id, acting_account, user_agent, created_at, last_seen_at, expires_at
        FROM session WHERE realm_id = $1 AND user_id = $2 AND ended_at IS NULL AND expires_at > $3
        ORDER BY id DESC LIMIT 200";
    /// The session was used.
    SESSION_SEEN = "UPDATE session SET last_seen_at = $3 WHERE realm_id = $1 AND id = $2 AND last_seen_at < $3";
    /// Forgets sessions that have been over for long.
    SESSIONS_FORGET = "DELETE FROM session WHERE realm_id = $1 AND (expires_at < $2 OR ended_at < $2)";
    /// Ends a session.
    SESSION_END = "UPDATE session SET ended_at = $3 WHERE realm_id = $1 AND id = $2 AND ended_at IS NULL";
    /// Ends the sessions of a user, but not one of them.
    SESSIONS_END_OF_USER = "UPDATE session SET ended_at = $4
        WHERE realm_id = $1 AND user_id = $2 AND id <> $3 AND ended_at IS NULL";
    /// Ends the sessions of a user at an account.
    SESSIONS_END_OF_MEMBER = "UPDATE session SET ended_at = $4
        WHERE realm_id = $1 AND user_id = $2 AND account_id = $3 AND ended_at IS NULL";
    /// Ends the sessions of everybody at an account, and those acting for it.
    SESSIONS_END_OF_ACCOUNT = "UPDATE session SET ended_at = $3
        WHERE realm_id = $1 AND (account_id = $2 OR acting_account = $2) AND ended_at IS NULL";
    /// Starts or stops acting for an account.
    SESSION_ACTING = "UPDATE session SET acting_account = $3 WHERE realm_id = $1 AND id = $2 AND ended_at IS NULL";
    /// Works for another account.
    SESSION_ACCOUNT = "UPDATE session SET account_id = $3, acting_account = NULL
        WHERE realm_id = $1 AND id = $2 AND ended_at IS NULL";
    /// A new key.
    KEY_INSERT = "INSERT INTO api_key (realm_id, id, account_id, name, hint, secret_hash, roles, scopes, created_by,
        created_at, expires_at, last_used_at, revoked_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL, NULL)";
    /// One key.
    KEY = concat!("SELECT ", key_columns!(), " FROM api_key k WHERE k.realm_id = $1 AND k.id = $2 {for_update}");
    /// The keys of an account, the newest first.
    KEYS = concat!("SELECT ", key_columns!(), " FROM api_key k WHERE k.realm_id = $1 AND k.account_id = $2
        ORDER BY k.id DESC LIMIT 500");
    /// The key with a secret, if it works.
    KEY_LOAD = "SELECT k.id, k.account_id, k.roles, k.scopes, k.last_used_at, a.kind
        FROM api_key k JOIN account a ON a.realm_id = k.realm_id AND a.id = k.account_id
        WHERE k.realm_id = $1 AND k.secret_hash = $2 AND k.revoked_at IS NULL
        AND (k.expires_at IS NULL OR k.expires_at > $3) AND a.status = 'active'";
    /// The key was used.
    KEY_USED = "UPDATE api_key SET last_used_at = $3 WHERE realm_id = $1 AND id = $2";
    /// Revokes a key.
    KEY_REVOKE = "UPDATE api_key SET revoked_at = $3 WHERE realm_id = $1 AND id = $2 AND revoked_at IS NULL";
    /// Revokes all keys of an account.
    KEYS_REVOKE = "UPDATE api_key SET revoked_at = $3 WHERE realm_id = $1 AND account_id = $2 AND revoked_at IS NULL";
}

/// A session as it was found by its token.
#[derive(Debug)]
pub(crate) struct LoadedSession {
    pub(crate) id: SessionId,
    pub(crate) csrf: String,
    pub(crate) acting: Option<AccountId>,
    pub(crate) last_seen_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) user: User,
    pub(crate) account: AccountBrief,
    pub(crate) home: AccountBrief,
    /// Roles at the home account; none when the membership was taken away.
    pub(crate) roles: Vec<Role>,
}

impl FromRow for LoadedSession {
    fn from_row(row: &Row) -> Result<Self> {
        let words: Option<String> = row.get("roles")?;
        Ok(Self {
            id: row.get("id")?,
            csrf: row.get("csrf_token")?,
            acting: row.get("acting_account")?,
            last_seen_at: row.get("last_seen_at")?,
            expires_at: row.get("expires_at")?,
            user: user(row)?,
            account: brief(row, "a_")?,
            home: brief(row, "h_")?,
            roles: words.as_deref().map_or(Ok(Vec::new()), roles)?,
        })
    }
}

/// A session with the shop that its pages look like.
#[derive(Debug)]
pub(crate) struct LoadedVisit {
    pub(crate) session: LoadedSession,
    pub(crate) buys: Option<(AccountId, Currency)>,
    pub(crate) shop: Option<Storefront>,
}

impl FromRow for LoadedVisit {
    fn from_row(row: &Row) -> Result<Self> {
        let seller: Option<AccountId> = row.get("buys_from")?;
        let currency: Option<Currency> = row.get("buys_in")?;
        let known: Option<AccountId> = row.get("p_id")?;
        Ok(Self {
            session: LoadedSession::from_row(row)?,
            buys: seller.zip(currency),
            shop: match known {
                Some(_) => shop(row)?,
                None => None,
            },
        })
    }
}

/// The shop from the columns led by `p_`, when its account has one.
fn shop(row: &Row) -> Result<Option<Storefront>> {
    let account = brief(row, "p_")?;
    if !has_shop(account.status, account.kind) {
        return Ok(None);
    }
    let Some(slug) = account.slug else {
        return Ok(None);
    };
    Ok(Some(Storefront {
        account: account.id,
        kind: account.kind,
        name: account.name,
        slug,
        host: row.get("p_host")?,
        country: account.country,
        locale: account.locale,
        currency: account.currency,
        zone: account.zone,
        brand: row.get::<Json<_>>("p_brand")?.0,
        email: row.get("p_email")?,
        address: row.get::<Json<_>>("p_address")?.0,
        tax: row.get::<Json<_>>("p_tax")?.0,
    }))
}

impl FromRow for Session {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            user: row.get("user_id")?,
            account: row.get("account_id")?,
            acting: row.get("acting_account")?,
            user_agent: row.get("user_agent")?,
            created_at: row.get("created_at")?,
            last_seen_at: row.get("last_seen_at")?,
            expires_at: row.get("expires_at")?,
        })
    }
}

/// An API key as it was found by its secret.
#[derive(Debug)]
pub(crate) struct LoadedKey {
    pub(crate) id: ApiKeyId,
    pub(crate) account: AccountId,
    pub(crate) kind: AccountKind,
    pub(crate) roles: Vec<Role>,
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) last_used_at: Option<Timestamp>,
}

impl FromRow for LoadedKey {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            account: row.get("account_id")?,
            kind: row.get("kind")?,
            roles: row.get::<Json<_>>("roles")?.0,
            scopes: row.get::<Option<Json<_>>>("scopes")?.map(|json| json.0),
            last_used_at: row.get("last_used_at")?,
        })
    }
}

impl FromRow for ApiKey {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            account: row.get("account_id")?,
            name: row.get("name")?,
            hint: row.get("hint")?,
            roles: row.get::<Json<_>>("roles")?.0,
            scopes: row.get::<Option<Json<_>>>("scopes")?.map(|json| json.0),
            created_by: row.get("created_by")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
            last_used_at: row.get("last_used_at")?,
            revoked_at: row.get("revoked_at")?,
        })
    }
}

/// Stores a new session.
pub(crate) async fn insert_session(
    tx: &mut Tx,
    realm: RealmId,
    session: &Session,
    token_hash: &str,
    csrf: &str,
) -> Result<()> {
    tx.exec(
        &SESSION_INSERT,
        args![
            realm,
            session.id,
            token_hash,
            session.user,
            session.account,
            csrf,
            session.user_agent,
            session.created_at,
            session.expires_at,
        ],
    )
    .await
    .map(drop)
}

/// A session that has not ended.
pub(crate) async fn session(
    tx: &mut Tx,
    realm: RealmId,
    id: SessionId,
    wall: Timestamp,
) -> Result<Session> {
    let found = tx.opt(&SESSION, args![realm, id, wall]).await?;
    found.ok_or_else(|| Error::not_found(id))
}

/// Ends the sessions of a user, but not one of them.
pub(crate) async fn end_sessions(
    tx: &mut Tx,
    realm: RealmId,
    user: UserId,
    but: Option<SessionId>,
    wall: Timestamp,
) -> Result<u64> {
    let but = but.map_or_else(String::new, |id| id.to_string());
    tx.exec(&SESSIONS_END_OF_USER, args![realm, user, but, wall])
        .await
}

/// Stores a new key.
pub(crate) async fn insert_key(
    tx: &mut Tx,
    realm: RealmId,
    key: &ApiKey,
    secret_hash: &str,
) -> Result<()> {
    tx.exec(
        &KEY_INSERT,
        args![
            realm,
            key.id,
            key.account,
            key.name,
            key.hint,
            secret_hash,
            Json(&key.roles),
            key.scopes.as_ref().map(Json),
            key.created_by,
            key.created_at,
            key.expires_at,
        ],
    )
    .await
    .map(drop)
}

/// One key that must exist.
pub(crate) async fn key(tx: &mut Tx, realm: RealmId, id: ApiKeyId) -> Result<ApiKey> {
    let found = tx.opt(&KEY, args![realm, id]).await?;
    found.ok_or_else(|| Error::not_found(id))
}

//! Users, memberships, single-use tokens and tries to sign in.

use tradewind_kernel::{
    Error, Result, Timestamp,
    id::{AccountId, RealmId, TokenId, UserId},
};
use tradewind_platform::{
    Tx, args,
    db::{FromRow, Row},
    stmts,
};
use tradewind_policy::Role;

use super::account::{brief, brief_columns};
use crate::{
    rules::sign_in::Tries,
    types::{Member, Membership, OneTimeToken, TokenKind, User},
};

/// The columns of a user, from the table under the alias `u`, each name led by `u_`.
macro_rules! user_columns {
    () => {
        "u.id AS u_id, u.email AS u_email, u.name AS u_name, u.locale AS u_locale, u.status AS u_status, \
         u.email_verified_at AS u_email_verified_at, u.created_at AS u_created_at, u.version AS u_version"
    };
}
pub(crate) use user_columns;

stmts! {
    /// One user.
    USER = concat!("SELECT ", user_columns!(), ", u.password_hash FROM app_user u WHERE u.realm_id = $1 AND u.id = $2");
    /// One user, kept from changing.
    USER_LOCK = concat!("SELECT ", user_columns!(), ", u.password_hash FROM app_user u WHERE u.realm_id = $1 AND u.id = $2 {for_update}");
    /// The user with an address.
    USER_BY_EMAIL = concat!("SELECT ", user_columns!(), ", u.password_hash FROM app_user u
        WHERE u.realm_id = $1 AND u.email_folded = $2");
    /// A new user.
    USER_INSERT = "INSERT INTO app_user (realm_id, id, email, email_folded, name, password_hash, locale, status,
        email_verified_at, created_at, version) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, 1) ON CONFLICT DO NOTHING";
    /// A new password; whoever sets it has shown that the address is theirs, or had shown it before.
    USER_PASSWORD = "UPDATE app_user SET password_hash = $4, status = 'active', version = version + 1
        WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// The address is theirs.
    USER_VERIFIED = "UPDATE app_user SET email_verified_at = $3, version = version + 1
        WHERE realm_id = $1 AND id = $2 AND email_verified_at IS NULL";
    /// Another name or language.
    USER_PROFILE = "UPDATE app_user SET name = $4, locale = $5, version = version + 1
        WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// Gives a role.
    ROLE_INSERT = "INSERT INTO membership (realm_id, account_id, user_id, role) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    /// Takes all roles at an account.
    ROLES_DELETE = "DELETE FROM membership WHERE realm_id = $1 AND account_id = $2 AND user_id = $3";
    /// The roles of a user at an account.
    ROLES = "SELECT role FROM membership WHERE realm_id = $1 AND account_id = $2 AND user_id = $3 {for_update}";
    /// How many others are owners of an account.
    OTHER_OWNERS = "SELECT COUNT(*) FROM membership WHERE realm_id = $1 AND account_id = $2 AND role = 'owner' AND user_id <> $3";
    /// Everybody at an account.
    MEMBERS = concat!("SELECT ", user_columns!(), ", m.roles FROM
        (SELECT realm_id, user_id, string_agg(role, ' ') AS roles FROM membership WHERE realm_id = $1 AND account_id = $2
         GROUP BY realm_id, user_id) m
        JOIN app_user u ON u.realm_id = m.realm_id AND u.id = m.user_id ORDER BY u.email_folded LIMIT 1000");
    /// The accounts of a user that are in business, the oldest first.
    MEMBERSHIPS = concat!("SELECT ", brief_columns!("a", "a_"), ", m.roles FROM
        (SELECT realm_id, account_id, string_agg(role, ' ') AS roles FROM membership WHERE realm_id = $1 AND user_id = $2
         GROUP BY realm_id, account_id) m
        JOIN account a ON a.realm_id = m.realm_id AND a.id = m.account_id AND a.status = 'active'
        ORDER BY a.created_at, a.id LIMIT 1000");
    /// A new single-use token.
    TOKEN_INSERT = "INSERT INTO one_time_token (realm_id, id, kind, token_hash, user_id, expires_at, used_at)
        VALUES ($1, $2, $3, $4, $5, $6, NULL)";
    /// The token with a hash.
    TOKEN = "SELECT id, kind, user_id, expires_at, used_at FROM one_time_token WHERE realm_id = $1 AND token_hash = $2";
    /// Uses a token up, if it still works.
    TOKEN_USE = "UPDATE one_time_token SET used_at = $3 WHERE realm_id = $1 AND id = $2 AND used_at IS NULL AND expires_at > $3";
    /// Uses up all tokens of a kind that a user still has.
    TOKENS_VOID = "UPDATE one_time_token SET used_at = $4 WHERE realm_id = $1 AND user_id = $2 AND kind = $3 AND used_at IS NULL";
    /// Forgets tokens that have not worked for long.
    TOKENS_FORGET = "DELETE FROM one_time_token WHERE realm_id = $1 AND expires_at < $2";
    /// Where somebody who signed up was going.
    NEXT_KEEP = "INSERT INTO sign_up_next (realm_id, user_id, place, created_at) VALUES ($1, $2, $3, $4)";
    /// The same, once.
    NEXT_TAKE = "DELETE FROM sign_up_next WHERE realm_id = $1 AND user_id = $2 RETURNING place";
    /// Forgets where those were going who never came.
    NEXT_FORGET = "DELETE FROM sign_up_next WHERE realm_id = $1 AND created_at < $2";
    /// How many tokens of a kind still work at a time.
    TOKENS_ALIVE = "SELECT COUNT(*) FROM one_time_token
        WHERE realm_id = $1 AND user_id = $2 AND kind = $3 AND used_at IS NULL AND expires_at > $4";
    /// Makes sure that there is a row to lock.
    TRIES_ROW = "INSERT INTO sign_in_tries (realm_id, email_hash, failed, last_at, locked_until)
        VALUES ($1, $2, 0, $3, NULL) ON CONFLICT DO NOTHING";
    /// The tries at an address.
    TRIES = "SELECT failed, last_at, locked_until FROM sign_in_tries WHERE realm_id = $1 AND email_hash = $2 {for_update}";
    /// Counts a try.
    TRIES_UPDATE = "UPDATE sign_in_tries SET failed = $3, last_at = $4, locked_until = $5
        WHERE realm_id = $1 AND email_hash = $2";
    /// Forgets the tries at an address.
    TRIES_FORGET = "DELETE FROM sign_in_tries WHERE realm_id = $1 AND email_hash = $2";
    /// Forgets tries of long ago.
    TRIES_EXPIRE = "DELETE FROM sign_in_tries WHERE realm_id = $1 AND last_at < $2";
}

/// Reads a user from the columns led by `u_`.
pub(crate) fn user(row: &Row) -> Result<User> {
    Ok(User {
        id: row.get("u_id")?,
        email: row.get("u_email")?,
        name: row.get("u_name")?,
        locale: row.get("u_locale")?,
        status: row.get("u_status")?,
        email_verified_at: row.get("u_email_verified_at")?,
        created_at: row.get("u_created_at")?,
        version: row.get("u_version")?,
    })
}

/// Reads roles from their words, in the order of the roles.
pub(crate) fn roles(words: &str) -> Result<Vec<Role>> {
    let mut roles = words
        .split(' ')
        .map(|word| word.parse().map_err(Error::internal))
        .collect::<Result<Vec<Role>>>()?;
    roles.sort_unstable();
    Ok(roles)
}

/// A user with the hash of the password.
#[derive(Debug, Clone)]
pub(crate) struct UserSecret {
    pub(crate) user: User,
    pub(crate) password_hash: Option<String>,
}

impl FromRow for UserSecret {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            user: user(row)?,
            password_hash: row.get("password_hash")?,
        })
    }
}

impl FromRow for Member {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            user: user(row)?,
            roles: roles(&row.get::<String>("roles")?)?,
        })
    }
}

impl FromRow for Membership {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            account: brief(row, "a_")?,
            roles: roles(&row.get::<String>("roles")?)?,
        })
    }
}

impl FromRow for OneTimeToken {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            kind: row.get("kind")?,
            user: row.get("user_id")?,
            expires_at: row.get("expires_at")?,
            used_at: row.get("used_at")?,
        })
    }
}

/// A user that must exist, kept from changing until the transaction ends.
pub(crate) async fn user_locked(tx: &mut Tx, realm: RealmId, id: UserId) -> Result<UserSecret> {
    let found = tx.opt(&USER_LOCK, args![realm, id]).await?;
    found.ok_or_else(|| Error::not_found(id))
}

/// A user that must exist.
pub(crate) async fn user_by_id(tx: &mut Tx, realm: RealmId, id: UserId) -> Result<UserSecret> {
    let found = tx.opt(&USER, args![realm, id]).await?;
    found.ok_or_else(|| Error::not_found(id))
}

/// The user with an address in its compared form.
pub(crate) async fn user_by_email(
    tx: &mut Tx,
    realm: RealmId,
    email: &str,
) -> Result<Option<UserSecret>> {
    tx.opt(&USER_BY_EMAIL, args![realm, email]).await
}

/// Stores a new user; refused when the address is taken.
pub(crate) async fn insert(
    tx: &mut Tx,
    realm: RealmId,
    user: &User,
    password_hash: Option<&str>,
) -> Result<()> {
    let inserted = tx
        .exec(
            &USER_INSERT,
            args![
                realm,
                user.id,
                user.email,
                user.name,
                password_hash,
                user.locale,
                user.status,
                user.email_verified_at,
                user.created_at,
            ],
        )
        .await?;
    if inserted == 0 {
        return Err(Error::invalid(
            "email",
            "taken",
            "someone has signed up with this address already; sign in or reset the password",
        ));
    }
    Ok(())
}

/// Stores a new password over the version that was read.
pub(crate) async fn set_password(
    tx: &mut Tx,
    realm: RealmId,
    user: &User,
    password_hash: &str,
) -> Result<()> {
    let updated = tx
        .exec(
            &USER_PASSWORD,
            args![realm, user.id, user.version, password_hash],
        )
        .await?;
    if updated == 0 {
        return Err(Error::changed(user.id));
    }
    Ok(())
}

/// The roles of a user at an account, kept from changing.
pub(crate) async fn roles_of(
    tx: &mut Tx,
    realm: RealmId,
    account: AccountId,
    user: UserId,
) -> Result<Vec<Role>> {
    let rows: Vec<(Role,)> = tx.all(&ROLES, args![realm, account, user]).await?;
    let mut roles: Vec<Role> = rows.into_iter().map(|(role,)| role).collect();
    roles.sort_unstable();
    Ok(roles)
}

/// Replaces the roles of a user at an account.
pub(crate) async fn set_roles(
    tx: &mut Tx,
    realm: RealmId,
    account: AccountId,
    user: UserId,
    roles: &[Role],
) -> Result<()> {
    tx.exec(&ROLES_DELETE, args![realm, account, user]).await?;
    for role in roles {
        tx.exec(&ROLE_INSERT, args![realm, account, user, role])
            .await?;
    }
    Ok(())
}

/// How many others are owners of an account.
pub(crate) async fn other_owners(
    tx: &mut Tx,
    realm: RealmId,
    account: AccountId,
    user: UserId,
) -> Result<i64> {
    let (count,) = tx
        .one::<(i64,)>(&OTHER_OWNERS, args![realm, account, user])
        .await?;
    Ok(count)
}

/// Stores a new single-use token.
pub(crate) async fn insert_token(
    tx: &mut Tx,
    realm: RealmId,
    token: &OneTimeToken,
    hash: &str,
) -> Result<()> {
    tx.exec(
        &TOKEN_INSERT,
        args![
            realm,
            token.id,
            token.kind,
            hash,
            token.user,
            token.expires_at
        ],
    )
    .await
    .map(drop)
}

/// The token with a hash.
pub(crate) async fn token(tx: &mut Tx, realm: RealmId, hash: &str) -> Result<Option<OneTimeToken>> {
    tx.opt(&TOKEN, args![realm, hash]).await
}

/// Uses a token up; `false` when it does not work any more.
pub(crate) async fn use_token(
    tx: &mut Tx,
    realm: RealmId,
    id: TokenId,
    wall: Timestamp,
) -> Result<bool> {
    Ok(tx.exec(&TOKEN_USE, args![realm, id, wall]).await? == 1)
}

/// Uses up all tokens of a kind that a user still has.
pub(crate) async fn void_tokens(
    tx: &mut Tx,
    realm: RealmId,
    user: UserId,
    kind: TokenKind,
    wall: Timestamp,
) -> Result<()> {
    tx.exec(&TOKENS_VOID, args![realm, user, kind, wall])
        .await
        .map(drop)
}

/// The tries at an address, kept from changing; what is older than `expired` is forgotten on the way.
pub(crate) async fn tries(
    tx: &mut Tx,
    realm: RealmId,
    email_hash: &str,
    wall: Timestamp,
    expired: Timestamp,
) -> Result<Tries> {
    tx.exec(&TRIES_EXPIRE, args![realm, expired]).await?;
    tx.exec(&TRIES_ROW, args![realm, email_hash, wall]).await?;
    let (failed, last_at, locked_until) = tx
        .one::<(u32, Timestamp, Option<Timestamp>)>(&TRIES, args![realm, email_hash])
        .await?;
    Ok(Tries {
        failed,
        last_at: Some(last_at),
        locked_until,
    })
}

/// Counts a try at an address.
pub(crate) async fn set_tries(
    tx: &mut Tx,
    realm: RealmId,
    email_hash: &str,
    tries: Tries,
) -> Result<()> {
    tx.exec(
        &TRIES_UPDATE,
        args![
            realm,
            email_hash,
            tries.failed,
            tries.last_at,
            tries.locked_until
        ],
    )
    .await
    .map(drop)
}

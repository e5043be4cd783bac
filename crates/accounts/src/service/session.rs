//! Sessions: signing in and out, and finding a session by its token.

use serde_json::json;
use tradewind_kernel::{
    Duration, Error, Result, Timestamp,
    id::{AccountId, RealmId, SessionId, UserId},
    text::normal_email,
};
use tradewind_platform::{
    AuditEntry, OpCtx, Platform, Snapshot, Tx, Work, args,
    db::Arg,
    tokens::{hash_token, random_token},
};
use tradewind_policy::{Action, Decision, Principal, PrincipalKind, ResourceKind, Role, Target};

use crate::{
    passwords::Passwords,
    rules::{self, credential, credential::CredentialKind},
    store::{
        self,
        access::{
            LoadedSession, LoadedVisit, SESSION_ACCOUNT, SESSION_END, SESSION_LOAD, SESSION_SEEN,
            SESSION_VISIT, SESSIONS,
        },
        user::{MEMBERSHIPS, TRIES_FORGET, UserSecret},
    },
    types::{
        AccountStatus, ActingInfo, Membership, Session, SessionInfo, SessionVisit, SignIn,
        SignedIn, UserStatus,
    },
};

/// A session ends this long after the sign-in.
const LIFETIME: Duration = Duration::from_hours(14 * 24);
/// A session ends when it is not used for so long.
const IDLE: Duration = Duration::from_hours(24);
/// How much later a use must be to be noted.
const SEEN_NOTED_EVERY: Duration = Duration::from_mins(5);
/// Longest text kept of what someone signs in with.
const USER_AGENT_LENGTH: usize = 200;

/// Signs a person in. A wrong address and a wrong password are answered alike, after the same work; failures make the
/// address wait longer and longer.
///
/// # Errors
/// [`Error::Unauthenticated`] `wrong_credentials`; [`Error::TooMany`] while the address is locked; `no_account` when the
/// person belongs to no account in business, or not to the one asked for.
pub async fn sign_in(
    p: &Platform,
    passwords: &Passwords,
    ctx: &OpCtx,
    input: &SignIn,
) -> Result<SignedIn> {
    let realm = ctx.realm;
    let email = normal_email("email", &input.email).unwrap_or_default();
    let address = hash_token(&email);
    count_try(p, ctx, &address).await?;
    let found = user_with_email(p, realm, &email).await?;
    let hash = found.as_ref().and_then(|found| found.password_hash.clone());
    let fits = passwords.verify(&input.password, hash.as_deref()).await?;
    let found = found
        .filter(|found| fits && found.user.status == UserStatus::Active)
        .ok_or_else(wrong_credentials)?;
    let memberships = memberships(p, realm, found.user.id).await?;
    let membership = match input.account {
        None => memberships.into_iter().next(),
        Some(wanted) => memberships.into_iter().find(|m| m.account.id == wanted),
    };
    let membership = membership.ok_or_else(|| {
        Error::unauthenticated("no_account", "you belong to no such account in business")
    })?;
    start(p, ctx, &found, membership, &address, &input.user_agent).await
}

fn wrong_credentials() -> Error {
    Error::unauthenticated(
        "wrong_credentials",
        "the e-mail address and the password do not belong together",
    )
}

/// Counts a try before it is made, in a transaction of its own, so that it counts whatever comes of it.
pub(super) async fn count_try(p: &Platform, ctx: &OpCtx, address: &str) -> Result<()> {
    let wall = p.wall();
    let expired = wall.plus(-Duration::from_secs(rules::sign_in::FORGET_AFTER))?;
    let ctx = internal(p, ctx).await?;
    p.command(&ctx, "session.try", address, move |w, address| {
        Box::pin(async move {
            let realm = w.ctx.realm;
            let tries = store::user::tries(&mut w.tx, realm, address, wall, expired).await?;
            let tries = rules::sign_in::admit(tries, wall)?;
            store::user::set_tries(&mut w.tx, realm, address, tries).await
        })
    })
    .await
}

/// The same operation by the platform itself, without key and dry run: for what must happen whatever the caller wants.
async fn internal(p: &Platform, ctx: &OpCtx) -> Result<OpCtx> {
    Ok(OpCtx {
        principal: Principal::system(p.realm(ctx.realm).await?.root_account),
        idempotency_key: None,
        dry_run: false,
        ..ctx.clone()
    })
}

pub(super) async fn user_with_email(
    p: &Platform,
    realm: RealmId,
    email: &str,
) -> Result<Option<UserSecret>> {
    let mut tx = p.db().read().await?;
    let found = store::user::user_by_email(&mut tx, realm, email).await?;
    tx.rollback().await?;
    Ok(found)
}

/// The accounts in business that a user belongs to, the oldest first.
pub(super) async fn memberships(
    p: &Platform,
    realm: RealmId,
    user: UserId,
) -> Result<Vec<Membership>> {
    let mut tx = p.db().read().await?;
    let found = tx.all(&MEMBERSHIPS, args![realm, user]).await?;
    tx.rollback().await?;
    Ok(found)
}

/// What a new session is stored with.
#[derive(Clone)]
struct Secrets {
    address: String,
    password_hash: Option<String>,
    token_hash: String,
    csrf: String,
}

async fn start(
    p: &Platform,
    ctx: &OpCtx,
    found: &UserSecret,
    membership: Membership,
    address: &str,
    user_agent: &str,
) -> Result<SignedIn> {
    let wall = p.wall();
    let user = &found.user;
    let session = Session {
        id: SessionId::generate(),
        user: user.id,
        account: membership.account.id,
        acting: None,
        user_agent: printable(user_agent),
        created_at: wall,
        last_seen_at: wall,
        expires_at: wall.plus(LIFETIME)?,
    };
    let token = credential::format(CredentialKind::Session, ctx.realm, &random_token());
    let csrf = random_token();
    let principal = Principal::user(
        user.id.to_string(),
        membership.account.id,
        membership.account.kind,
        membership.roles.clone(),
    );
    let ctx = OpCtx {
        principal: principal.clone(),
        acting: None,
        idempotency_key: None,
        dry_run: false,
        ..ctx.clone()
    };
    let secrets = Secrets {
        address: address.to_owned(),
        password_hash: found.password_hash.clone(),
        token_hash: hash_token(&token),
        csrf: csrf.clone(),
    };
    p.command(&ctx, "session.start", &session, move |w, session| {
        let secrets = secrets.clone();
        Box::pin(async move {
            let realm = w.ctx.realm;
            // The password that was checked must still be the user's.
            let now = store::user::user_locked(&mut w.tx, realm, session.user).await?;
            if now.password_hash != secrets.password_hash {
                return Err(wrong_credentials());
            }
            let address = secrets.address;
            w.tx.exec(&TRIES_FORGET, args![realm, address]).await?;
            let (hash, csrf) = (&secrets.token_hash, &secrets.csrf);
            store::access::insert_session(&mut w.tx, realm, session, hash, csrf).await?;
            note(w, "session.start", session);
            Ok(())
        })
    })
    .await?;
    Ok(SignedIn {
        token,
        info: SessionInfo {
            session: session.id,
            principal,
            user: user.clone(),
            account: membership.account,
            acting: None,
            csrf,
            expires_at: session.expires_at,
        },
    })
}

fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(USER_AGENT_LENGTH)
        .collect()
}

pub(super) fn note(w: &mut Work, action: &'static str, session: &Session) {
    w.audit(AuditEntry {
        action,
        kind: "session",
        id: session.id.to_string(),
        account: session.account,
        summary: json!({ "user": session.user, "user_agent": session.user_agent }),
    });
}

/// The session behind a token, as it stands now; `None` when it has ended. One statement, now and then one more.
///
/// # Errors
/// Database errors.
pub async fn session_load(p: &Platform, token: &str) -> Result<Option<(RealmId, SessionInfo)>> {
    let Some(realm) = credential::realm_of(CredentialKind::Session, token) else {
        return Ok(None);
    };
    let args = token_args(p, realm, token)?;
    let mut tx = p.db().read().await?;
    let loaded: Option<LoadedSession> = tx.opt(&SESSION_LOAD, args).await?;
    let Some(loaded) = loaded.filter(|loaded| !loaded.roles.is_empty()) else {
        tx.rollback().await?;
        return Ok(None);
    };
    let above = above(&mut tx, realm, &loaded).await?;
    tx.rollback().await?;
    note_seen(p, realm, &loaded).await?;
    Ok(info(p, loaded, above).map(|info| (realm, info)))
}

/// As [`session_load`], in the snapshot of a request and with what a page needs besides.
///
/// # Errors
/// Database errors.
pub async fn visit_load(
    p: &Platform,
    snapshot: &Snapshot,
    token: &str,
) -> Result<Option<SessionVisit>> {
    let Some(realm) = credential::realm_of(CredentialKind::Session, token) else {
        return Ok(None);
    };
    let args = token_args(p, realm, token)?;
    let found = p
        .read_in(snapshot, move |tx| {
            Box::pin(async move {
                let found: Option<LoadedVisit> = tx.opt(&SESSION_VISIT, args).await?;
                match found.filter(|found| !found.session.roles.is_empty()) {
                    Some(found) => {
                        let above = above(tx, realm, &found.session).await?;
                        Ok(Some((found, above)))
                    }
                    None => Ok(None),
                }
            })
        })
        .await?;
    let Some((found, above)) = found else {
        return Ok(None);
    };
    note_seen(p, realm, &found.session).await?;
    Ok(info(p, found.session, above).map(|session| SessionVisit {
        realm,
        session,
        buys: found.buys,
        shop: found.shop,
    }))
}

fn token_args(p: &Platform, realm: RealmId, token: &str) -> Result<Vec<Arg>> {
    let wall = p.wall();
    let idle_since = wall.plus(-IDLE)?;
    Ok(args![realm, hash_token(token), wall, idle_since])
}

/// What stands above the account that is acted for.
async fn above(tx: &mut Tx, realm: RealmId, loaded: &LoadedSession) -> Result<Vec<AccountId>> {
    match loaded.acting {
        Some(account) => store::account::ancestors(tx, realm, account).await,
        None => Ok(Vec::new()),
    }
}

/// Notes now and then that the session is used.
async fn note_seen(p: &Platform, realm: RealmId, loaded: &LoadedSession) -> Result<()> {
    let wall = p.wall();
    if wall.since(loaded.last_seen_at) < SEEN_NOTED_EVERY {
        return Ok(());
    }
    let mut tx = p.db().begin().await?;
    tx.exec(&SESSION_SEEN, args![realm, loaded.id, wall])
        .await?;
    tx.commit().await
}

/// What a loaded session may do. While acting, the person's right to act is asked for anew each time.
fn info(p: &Platform, loaded: LoadedSession, above: Vec<AccountId>) -> Option<SessionInfo> {
    let home = Principal::user(
        loaded.user.id.to_string(),
        loaded.home.id,
        loaded.home.kind,
        loaded.roles.clone(),
    );
    let (principal, acting) = match loaded.acting {
        None => (home, None),
        Some(account) => {
            let target = Target::owned(ResourceKind::Session, account, above);
            let allowed = p.decide(&home, Action::SessionActAs, &target) == Decision::Allow;
            if !allowed || loaded.account.status != AccountStatus::Active {
                return None;
            }
            let principal = Principal {
                account: loaded.account.id,
                account_kind: loaded.account.kind,
                roles: vec![Role::Admin],
                ..home
            };
            let acting = ActingInfo {
                home: loaded.home,
                account: loaded.account.clone(),
            };
            (principal, Some(acting))
        }
    };
    Some(SessionInfo {
        session: loaded.id,
        principal,
        user: loaded.user,
        account: loaded.account,
        acting,
        csrf: loaded.csrf,
        expires_at: loaded.expires_at,
    })
}

/// Ends a session of the principal's own: signing out, or signing out elsewhere.
///
/// # Errors
/// [`Error::NotFound`] when it has ended or is someone else's.
pub async fn session_end(p: &Platform, ctx: &OpCtx, id: SessionId) -> Result<()> {
    let wall = p.wall();
    p.command(ctx, "session.end", &id, move |w, id| {
        Box::pin(async move {
            let session = own_session(w, *id, wall).await?;
            let args = args![w.ctx.realm, id, wall];
            w.tx.exec(&SESSION_END, args).await?;
            note(w, "session.end", &session);
            Ok(())
        })
    })
    .await
}

/// Signs out: ends the session behind a context.
///
/// # Errors
/// As [`session_end`].
pub async fn sign_out(p: &Platform, ctx: &OpCtx, info: &SessionInfo) -> Result<()> {
    session_end(p, ctx, info.session).await
}

/// A session that has not ended and belongs to the principal.
pub(super) async fn own_session(w: &mut Work, id: SessionId, wall: Timestamp) -> Result<Session> {
    let session = store::access::session(&mut w.tx, w.ctx.realm, id, wall).await?;
    let principal = &w.ctx.principal;
    if principal.kind != PrincipalKind::User || principal.id != session.user.to_string() {
        return Err(Error::not_found(id));
    }
    Ok(session)
}

/// The principal's own sessions, the newest first; none for a key.
///
/// # Errors
/// Database errors.
pub async fn session_list(p: &Platform, ctx: &OpCtx) -> Result<Vec<Session>> {
    let Some(user) = own_user(&ctx.principal) else {
        return Ok(Vec::new());
    };
    let wall = p.wall();
    p.read(ctx, &user, move |w, user| {
        Box::pin(async move {
            let args = args![w.ctx.realm, user, wall];
            w.tx.all(&SESSIONS, args).await
        })
    })
    .await
}

/// The accounts the principal belongs to; none for a key.
///
/// # Errors
/// Database errors.
pub async fn membership_list(p: &Platform, ctx: &OpCtx) -> Result<Vec<Membership>> {
    match own_user(&ctx.principal) {
        Some(user) => memberships(p, ctx.realm, user).await,
        None => Ok(Vec::new()),
    }
}

/// The user behind a principal.
pub(super) fn own_user(principal: &Principal) -> Option<UserId> {
    (principal.kind == PrincipalKind::User)
        .then(|| principal.id.parse().ok())
        .flatten()
}

/// Lets a session work for another account its person belongs to; acting ends with it.
///
/// # Errors
/// [`Error::NotFound`] when the session is not the principal's or the person does not belong to the account.
pub async fn session_switch(
    p: &Platform,
    ctx: &OpCtx,
    id: SessionId,
    account: AccountId,
) -> Result<()> {
    let wall = p.wall();
    p.command(
        ctx,
        "session.switch",
        &(id, account),
        move |w, (id, account)| {
            Box::pin(async move {
                let realm = w.ctx.realm;
                let session = own_session(w, *id, wall).await?;
                let roles = store::user::roles_of(&mut w.tx, realm, *account, session.user).await?;
                if roles.is_empty() {
                    return Err(Error::not_found(*account));
                }
                w.tx.exec(&SESSION_ACCOUNT, args![realm, id, account])
                    .await?;
                let session = Session {
                    account: *account,
                    ..session
                };
                note(w, "session.switch", &session);
                Ok(())
            })
        },
    )
    .await
}

//! Passwords and mailed links: verifying an address, resetting and changing a password, accepting an invitation.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Duration, Error, Result, Timestamp,
    id::{RealmId, SessionId, UserId},
    text::{check_len, normal_email},
};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work, args, tokens::hash_token};
use tradewind_policy::Principal;

use super::{
    invite::Invitation,
    session::{count_try, memberships, own_user, user_with_email},
};
use crate::{
    passwords::Passwords,
    rules::{self, credential, credential::CredentialKind},
    store::{
        self,
        user::{NEXT_TAKE, TOKENS_ALIVE, TRIES_FORGET, USER_PROFILE, USER_VERIFIED, UserSecret},
    },
    types::{Membership, OneTimeToken, TokenKind, User, UserStatus, Verified},
};

/// No second mail of a kind is sent so soon after the first.
const MAIL_PAUSE: Duration = Duration::from_secs(60);
/// How long a link for a new password works.
const RESET_LIFETIME: Duration = Duration::from_hours(1);

/// Shows with a mailed link that an address belongs to its user. Open to whoever has the link; it works once. Tells where
/// the person was going when signing up.
///
/// # Errors
/// `link_invalid` when the link is wrong, was used or has expired.
pub async fn email_verify(p: &Platform, ctx: &OpCtx, secret: &str) -> Result<Verified> {
    let token = find_token(p, ctx.realm, secret, TokenKind::Verify).await?;
    let (ctx, account) = as_user(p, ctx, token.user).await?;
    let wall = p.wall();
    p.command(
        &ctx,
        "user.email_verify",
        &token.id.to_string(),
        move |w, _| {
            let (token, account) = (token.clone(), account.clone());
            Box::pin(async move {
                take(w, &token, wall).await?;
                let realm = w.ctx.realm;
                w.tx.exec(&USER_VERIFIED, args![realm, token.user, wall])
                    .await?;
                let user = store::user::user_locked(&mut w.tx, realm, token.user)
                    .await?
                    .user;
                note(w, "user.email_verify", &user, &account);
                w.emit(NewEvent {
                    kind: "user.email_verified",
                    subject: user.id.to_string(),
                    account: account.account.id,
                    data: json!({}),
                });
                let next =
                    w.tx.opt::<(String,)>(&NEXT_TAKE, args![realm, token.user])
                        .await?;
                Ok(Verified {
                    user,
                    next: next.map(|(place,)| place),
                })
            })
        },
    )
    .await
}

/// Sends the link that verifies the principal's address again.
///
/// # Errors
/// [`Error::Conflict`] `verified_already`; [`Error::Unauthenticated`] for anything but a signed-in person.
pub async fn email_verify_resend(p: &Platform, ctx: &OpCtx) -> Result<()> {
    let id = own_user(&ctx.principal).ok_or_else(no_person)?;
    let membership = first_membership(p, ctx.realm, id).await?;
    let mail = Invitation::new(p, ctx.realm)?;
    p.command(ctx, "user.email_verify_resend", &id, move |w, id| {
        let (membership, mail) = (membership.clone(), mail.clone());
        Box::pin(async move {
            rules::roles::check_not_acting(w.ctx.acting.is_some())?;
            let user = store::user::user_locked(&mut w.tx, w.ctx.realm, *id)
                .await?
                .user;
            if user.email_verified_at.is_some() {
                return Err(Error::conflict(
                    "verified_already",
                    "this address is verified already",
                ));
            }
            let about = (membership.account.id, membership.account.name.as_str());
            mail.send(w, TokenKind::Verify, &user, about, None).await
        })
    })
    .await
}

fn no_person() -> Error {
    Error::unauthenticated("no_person", "this is for people who are signed in")
}

fn link_invalid() -> Error {
    Error::refused(
        "link_invalid",
        "this link is wrong, was used already or has expired; ask for a new one",
    )
}

async fn find_token(
    p: &Platform,
    realm: RealmId,
    secret: &str,
    kind: TokenKind,
) -> Result<OneTimeToken> {
    if credential::realm_of(CredentialKind::OneTime, secret) != Some(realm) {
        return Err(link_invalid());
    }
    let mut tx = p.db().read().await?;
    let found = store::user::token(&mut tx, realm, &hash_token(secret)).await?;
    tx.rollback().await?;
    let wall = p.wall();
    found
        .filter(|token| token.kind == kind && token.used_at.is_none() && token.expires_at > wall)
        .ok_or_else(link_invalid)
}

/// Uses a link up; it fails when someone else was first.
async fn take(w: &mut Work, token: &OneTimeToken, wall: Timestamp) -> Result<()> {
    if store::user::use_token(&mut w.tx, w.ctx.realm, token.id, wall).await? {
        Ok(())
    } else {
        Err(link_invalid())
    }
}

async fn first_membership(p: &Platform, realm: RealmId, user: UserId) -> Result<Membership> {
    let mut memberships = memberships(p, realm, user).await?;
    if memberships.is_empty() {
        return Err(link_invalid());
    }
    Ok(memberships.swap_remove(0))
}

/// The operation in the name of the user whose link it is, at the account the user belongs to.
async fn as_user(p: &Platform, ctx: &OpCtx, user: UserId) -> Result<(OpCtx, Membership)> {
    let membership = first_membership(p, ctx.realm, user).await?;
    let principal = Principal::user(
        user.to_string(),
        membership.account.id,
        membership.account.kind,
        membership.roles.clone(),
    );
    let ctx = OpCtx {
        principal,
        acting: None,
        idempotency_key: None,
        ..ctx.clone()
    };
    Ok((ctx, membership))
}

fn note(w: &mut Work, action: &'static str, user: &User, at: &Membership) {
    w.audit(AuditEntry {
        action,
        kind: "user",
        id: user.id.to_string(),
        account: at.account.id,
        summary: json!({ "email": user.email }),
    });
}

/// Mails a link for a new password when a user has the address; answers the same when none has. Open to everybody.
///
/// # Errors
/// Names `email` when it is no address.
pub async fn password_reset_request(p: &Platform, ctx: &OpCtx, email: &str) -> Result<()> {
    let email = normal_email("email", email)?;
    let Some(found) = user_with_email(p, ctx.realm, &email).await? else {
        return Ok(());
    };
    let Ok((ctx, membership)) = as_user(p, ctx, found.user.id).await else {
        return Ok(());
    };
    let kind = match found.user.status {
        UserStatus::Active => TokenKind::Reset,
        UserStatus::Invited => TokenKind::Invite,
    };
    let mail = Invitation::new(p, ctx.realm)?;
    let recent = p.wall().plus(RESET_LIFETIME)?.plus(-MAIL_PAUSE)?;
    p.command(&ctx, "user.password_reset_request", &email, move |w, _| {
        let (membership, mail, user) = (membership.clone(), mail.clone(), found.user.clone());
        Box::pin(async move {
            let args = args![w.ctx.realm, user.id, TokenKind::Reset, recent];
            let (alive,) = w.tx.one::<(i64,)>(&TOKENS_ALIVE, args).await?;
            if alive > 0 {
                return Ok(());
            }
            let about = (membership.account.id, membership.account.name.as_str());
            mail.send(w, kind, &user, about, None).await?;
            note(w, "user.password_reset_request", &user, &membership);
            w.emit(NewEvent {
                kind: "user.password_reset_requested",
                subject: user.id.to_string(),
                account: membership.account.id,
                data: json!({}),
            });
            Ok(())
        })
    })
    .await
}

/// What comes with a mailed link.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordByLink {
    /// The secret of the link.
    #[serde(skip_serializing)]
    pub token: String,
    /// The password to set.
    #[serde(skip_serializing)]
    pub password: String,
    /// The person's name; only when accepting an invitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Sets a new password with a mailed link, and ends all sessions of its user. Open to whoever has the link; it works
/// once.
///
/// # Errors
/// `link_invalid`; names `password`.
pub async fn password_reset_confirm(
    p: &Platform,
    passwords: &Passwords,
    ctx: &OpCtx,
    input: &PasswordByLink,
) -> Result<User> {
    by_link(p, passwords, ctx, input, TokenKind::Reset).await
}

/// Accepts an invitation: sets the first password of its user. Open to whoever has the link; it works once.
///
/// # Errors
/// `link_invalid`; names `password` or `name`.
pub async fn invite_accept(
    p: &Platform,
    passwords: &Passwords,
    ctx: &OpCtx,
    input: &PasswordByLink,
) -> Result<User> {
    by_link(p, passwords, ctx, input, TokenKind::Invite).await
}

async fn by_link(
    p: &Platform,
    passwords: &Passwords,
    ctx: &OpCtx,
    input: &PasswordByLink,
    kind: TokenKind,
) -> Result<User> {
    let token = find_token(p, ctx.realm, &input.token, kind).await?;
    let (ctx, membership) = as_user(p, ctx, token.user).await?;
    let before = user_with_id(p, ctx.realm, token.user).await?;
    if let Some(name) = &input.name {
        check_len("name", name, 0, 120)?;
    }
    rules::password::check_password("password", &input.password, &before.user.email)?;
    let hash = passwords.hash(&input.password).await?;
    let wall = p.wall();
    p.command(&ctx, "user.password_set", input, move |w, input| {
        let (token, membership, hash) = (token.clone(), membership.clone(), hash.clone());
        Box::pin(async move {
            take(w, &token, wall).await?;
            let realm = w.ctx.realm;
            // The link came by mail, so the address is theirs.
            w.tx.exec(&USER_VERIFIED, args![realm, token.user, wall])
                .await?;
            rename(w, token.user, input.name.as_deref()).await?;
            let user = set_password(w, token.user, &hash, None, wall).await?;
            note(w, "user.password_set", &user, &membership);
            Ok(user)
        })
    })
    .await
}

async fn user_with_id(p: &Platform, realm: RealmId, id: UserId) -> Result<UserSecret> {
    let mut tx = p.db().read().await?;
    let found = store::user::user_by_id(&mut tx, realm, id).await?;
    tx.rollback().await?;
    Ok(found)
}

async fn rename(w: &mut Work, id: UserId, name: Option<&str>) -> Result<()> {
    let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else {
        return Ok(());
    };
    let realm = w.ctx.realm;
    let user = store::user::user_locked(&mut w.tx, realm, id).await?.user;
    let args = args![realm, id, user.version, name, user.locale];
    w.tx.exec(&USER_PROFILE, args).await.map(drop)
}

/// Stores a password, forgets failed tries, voids links for passwords and ends the user's sessions but one.
async fn set_password(
    w: &mut Work,
    id: UserId,
    hash: &str,
    but: Option<SessionId>,
    wall: Timestamp,
) -> Result<User> {
    let realm = w.ctx.realm;
    let user = store::user::user_locked(&mut w.tx, realm, id).await?.user;
    store::user::set_password(&mut w.tx, realm, &user, hash).await?;
    for kind in [TokenKind::Reset, TokenKind::Invite] {
        store::user::void_tokens(&mut w.tx, realm, id, kind, wall).await?;
    }
    store::access::end_sessions(&mut w.tx, realm, id, but, wall).await?;
    w.tx.exec(&TRIES_FORGET, args![realm, hash_token(&user.email)])
        .await?;
    Ok(store::user::user_locked(&mut w.tx, realm, id).await?.user)
}

/// Changes the password of the principal, who knows the present one.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The present password.
    #[serde(skip_serializing)]
    pub current: String,
    /// The password to set.
    #[serde(skip_serializing)]
    pub password: String,
}

/// Changes the principal's password and ends the principal's sessions, but not the one given.
///
/// # Errors
/// Names `current` or `password`; [`Error::TooMany`] after too many wrong ones; [`Error::Unauthenticated`] for anything
/// but a signed-in person; `not_while_acting`.
pub async fn password_change(
    p: &Platform,
    passwords: &Passwords,
    ctx: &OpCtx,
    keep: Option<SessionId>,
    input: &PasswordChange,
) -> Result<User> {
    let id = own_user(&ctx.principal).ok_or_else(no_person)?;
    rules::roles::check_not_acting(ctx.acting.is_some())?;
    let before = user_with_id(p, ctx.realm, id).await?;
    count_try(p, ctx, &hash_token(&before.user.email)).await?;
    let fits = passwords
        .verify(&input.current, before.password_hash.as_deref())
        .await?;
    if !fits {
        return Err(Error::invalid(
            "current",
            "wrong_password",
            "this is not your present password",
        ));
    }
    rules::password::check_password("password", &input.password, &before.user.email)?;
    let hash = passwords.hash(&input.password).await?;
    let membership = first_membership(p, ctx.realm, id).await?;
    let wall = p.wall();
    p.command(ctx, "user.password_change", input, move |w, _| {
        let (membership, hash, before) = (membership.clone(), hash.clone(), before.clone());
        Box::pin(async move {
            let now = store::user::user_locked(&mut w.tx, w.ctx.realm, id).await?;
            if now.password_hash != before.password_hash {
                return Err(Error::changed(id));
            }
            let user = set_password(w, id, &hash, keep, wall).await?;
            note(w, "user.password_change", &user, &membership);
            Ok(user)
        })
    })
    .await
}

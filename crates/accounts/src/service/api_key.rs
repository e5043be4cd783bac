//! API keys: made once, shown once, kept as a hash.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use tradewind_kernel::{
    Duration, Error, Problems, Result, Timestamp,
    id::{AccountId, ApiKeyId, RealmId},
    text::trimmed,
};
use tradewind_platform::{
    AuditEntry, NewEvent, OpCtx, Platform, Work, args,
    tokens::{hash_token, random_token},
};
use tradewind_policy::{Action, Principal, PrincipalKind, ResourceKind};

use super::directory::target;
use crate::{
    rules::{self, credential, credential::CredentialKind},
    store::{
        self,
        access::{KEY_LOAD, KEY_REVOKE, KEY_USED, KEYS, LoadedKey},
    },
    types::{ApiKey, ApiKeyCreate, ApiKeyCreated},
};

/// How much later a use must be to be noted.
const USE_NOTED_EVERY: Duration = Duration::from_mins(5);
/// Characters of the secret that tell keys apart.
const HINT_LENGTH: usize = 4;

/// Makes an API key. The secret is in this answer and nowhere else; a repeated request with the same idempotency key
/// is answered without it.
///
/// # Errors
/// Names every field that is wrong; [`Error::NotFound`] and [`Error::Forbidden`] by policy; `not_while_acting`.
pub async fn api_key_create(
    p: &Platform,
    ctx: &OpCtx,
    input: &ApiKeyCreate,
) -> Result<ApiKeyCreated> {
    let wall = p.wall();
    // The secret must not become part of the answer that is kept for repeated requests.
    let shown = Arc::new(Mutex::new(None));
    let keep = shown.clone();
    let key = p
        .command(ctx, "api_key.create", input, move |w, input| {
            let keep = keep.clone();
            Box::pin(async move {
                let secret =
                    credential::format(CredentialKind::ApiKey, w.ctx.realm, &random_token());
                let key = create_in(w, input, &secret, wall).await?;
                *keep.lock().unwrap_or_else(PoisonError::into_inner) = Some(secret);
                Ok(key)
            })
        })
        .await?;
    let secret: Option<String> = shown.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok(ApiKeyCreated {
        key,
        secret: secret.filter(|_| !ctx.dry_run),
    })
}

async fn create_in(
    w: &mut Work,
    input: &ApiKeyCreate,
    secret: &str,
    wall: Timestamp,
) -> Result<ApiKey> {
    let target = target(w, ResourceKind::ApiKey, input.account).await?;
    w.authorize(Action::ApiKeyManage, &target)?;
    if rules::roles::touches_owners(&[], &input.roles) {
        w.authorize(Action::UserManageOwners, &target)?;
    }
    rules::roles::check_not_acting(w.ctx.acting.is_some())?;
    let mut problems = Problems::new();
    let name = problems.check(trimmed("name", &input.name, 1, 80));
    let roles = problems.check(rules::roles::check_roles(&input.roles));
    problems.check(rules::roles::check_scopes(
        &w.ctx.principal,
        input.scopes.as_deref(),
    ));
    if input.expires_at.is_some_and(|at| at <= wall) {
        problems.add("expires_at", "past", "expected a time in the future");
    }
    problems.finish()?;
    let key = ApiKey {
        id: ApiKeyId::generate(),
        account: input.account,
        name: name.unwrap_or_default(),
        hint: secret[secret.len() - HINT_LENGTH..].to_owned(),
        roles: roles.unwrap_or_default(),
        scopes: input.scopes.clone(),
        created_by: w.ctx.principal.label(),
        created_at: wall,
        expires_at: input.expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    store::access::insert_key(&mut w.tx, w.ctx.realm, &key, &hash_token(secret)).await?;
    note(w, "api_key.create", "api_key.created", &key);
    Ok(key)
}

fn note(w: &mut Work, action: &'static str, event: &'static str, key: &ApiKey) {
    w.audit(AuditEntry {
        action,
        kind: "api_key",
        id: key.id.to_string(),
        account: key.account,
        summary: json!({ "name": key.name, "hint": key.hint, "roles": key.roles, "scopes": key.scopes }),
    });
    w.emit(NewEvent {
        kind: event,
        subject: key.id.to_string(),
        account: key.account,
        data: json!({ "name": key.name }),
    });
}

/// The keys of an account, the newest first.
///
/// # Errors
/// [`Error::NotFound`] and [`Error::Forbidden`] by policy.
pub async fn api_key_list(p: &Platform, ctx: &OpCtx, account: AccountId) -> Result<Vec<ApiKey>> {
    p.read(ctx, &account, |w, account| {
        Box::pin(async move {
            let target = target(w, ResourceKind::ApiKey, *account).await?;
            w.authorize(Action::ApiKeyManage, &target)?;
            w.tx.all(&KEYS, args![w.ctx.realm, account]).await
        })
    })
    .await
}

/// Revokes a key at once. Revoking it again changes nothing.
///
/// # Errors
/// [`Error::NotFound`] and [`Error::Forbidden`] by policy; `not_while_acting`.
pub async fn api_key_revoke(p: &Platform, ctx: &OpCtx, id: ApiKeyId) -> Result<ApiKey> {
    let wall = p.wall();
    p.command(ctx, "api_key.revoke", &id, move |w, id| {
        Box::pin(async move {
            let mut key = store::access::key(&mut w.tx, w.ctx.realm, *id).await?;
            let target = target(w, ResourceKind::ApiKey, key.account).await?;
            w.authorize_for(Action::ApiKeyManage, &target, id)?;
            rules::roles::check_not_acting(w.ctx.acting.is_some())?;
            let revoked = w.tx.exec(&KEY_REVOKE, args![w.ctx.realm, id, wall]).await?;
            if revoked == 1 {
                key.revoked_at = Some(wall);
                note(w, "api_key.revoke", "api_key.revoked", &key);
            }
            Ok(key)
        })
    })
    .await
}

/// The realm and principal behind a key's secret.
///
/// # Errors
/// [`Error::Unauthenticated`] `invalid_api_key` for anything but a key that works now.
pub async fn api_key_authenticate(p: &Platform, secret: &str) -> Result<(RealmId, Principal)> {
    let invalid = || {
        Error::unauthenticated(
            "invalid_api_key",
            "this API key does not exist, has expired or was revoked",
        )
    };
    let realm = credential::realm_of(CredentialKind::ApiKey, secret).ok_or_else(invalid)?;
    let wall = p.wall();
    let mut tx = p.db().read().await?;
    let loaded: Option<LoadedKey> = tx
        .opt(&KEY_LOAD, args![realm, hash_token(secret), wall])
        .await?;
    tx.rollback().await?;
    let key = loaded.ok_or_else(invalid)?;
    let stale = key
        .last_used_at
        .is_none_or(|last| wall.since(last) >= USE_NOTED_EVERY);
    if stale {
        let mut tx = p.db().begin().await?;
        tx.exec(&KEY_USED, args![realm, key.id, wall]).await?;
        tx.commit().await?;
    }
    let principal = Principal {
        kind: PrincipalKind::ApiKey,
        id: key.id.to_string(),
        account: key.account,
        account_kind: key.kind,
        roles: key.roles,
        scopes: key.scopes,
    };
    Ok((realm, principal))
}

//! Webhook endpoints of an account.

use crate::rules;
use crate::service::message::job_keys_of;
use crate::store::webhook::{self as store, EndpointRow};
use crate::types::{
    CreatedEndpoint, EndpointView, SecretRotation, WebhookEndpointInput, WebhookEndpointUpdate,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::id::{AccountId, WebhookId};
use tradewind_kernel::{Duration, Error, Result, Timestamp, text::check_url};
use tradewind_platform::db::Json;
use tradewind_platform::webhook::new_secret;
use tradewind_platform::{AuditEntry, KeyRing, NewEvent, OpCtx, Platform, Secret, Work};
use tradewind_policy::{Action, ResourceKind};

/// Something about the endpoints of an account.
#[derive(Debug, Serialize, Deserialize)]
struct For<T> {
    account: AccountId,
    input: T,
}

/// Something about one endpoint; `version` is the one the caller has seen.
#[derive(Debug, Serialize, Deserialize)]
struct About<T> {
    id: WebhookId,
    version: Option<i64>,
    input: T,
}

/// Creates an endpoint. Its secret is in the answer, and nowhere else that can be read.
///
/// # Errors
/// Not found, forbidden, what is wrong with the input.
pub async fn webhook_endpoint_create(
    p: &Platform,
    ctx: &OpCtx,
    account: AccountId,
    input: WebhookEndpointInput,
) -> Result<CreatedEndpoint> {
    let keys = p.keys().clone();
    let created = p
        .command(
            ctx,
            "webhook_endpoint.create",
            &For { account, input },
            move |w, of| {
                let keys = keys.clone();
                Box::pin(async move {
                    authorize(w, of.account).await?;
                    check_url("url", &of.input.url)?;
                    rules::check_kinds(&of.input.kinds)?;
                    let id = WebhookId::generate();
                    let row = EndpointRow {
                        id,
                        account_id: of.account,
                        url: of.input.url.clone(),
                        secret: seal(&keys, id, &new_secret())?,
                        kinds: Json(of.input.kinds.clone()),
                        enabled: true,
                        consecutive_failures: 0,
                        failing_since: None,
                        former_secret: None,
                        former_until: None,
                        created_at: w.ctx.now,
                        version: 1,
                    };
                    let realm = w.ctx.realm;
                    store::endpoint_insert(&mut w.tx, realm, &row).await?;
                    note(w, "webhook_endpoint.create", &row);
                    Ok(row.view())
                })
            },
        )
        .await?;
    with_secret(p, ctx, created).await
}

/// Changes an endpoint.
///
/// # Errors
/// Not found, forbidden, what is wrong with the input, changed meanwhile.
pub async fn webhook_endpoint_update(
    p: &Platform,
    ctx: &OpCtx,
    id: WebhookId,
    version: Option<i64>,
    input: WebhookEndpointUpdate,
) -> Result<EndpointView> {
    p.command(
        ctx,
        "webhook_endpoint.update",
        &About { id, version, input },
        |w, about| {
            Box::pin(async move {
                let mut row = writable(w, about.id, about.version).await?;
                if let Some(url) = &about.input.url {
                    check_url("url", url)?;
                    row.url.clone_from(url);
                }
                if let Some(kinds) = &about.input.kinds {
                    rules::check_kinds(kinds)?;
                    row.kinds.0.clone_from(kinds);
                }
                if let Some(enabled) = about.input.enabled {
                    if enabled && !row.enabled {
                        row.consecutive_failures = 0;
                        row.failing_since = None;
                    }
                    row.enabled = enabled;
                }
                save(w, &mut row, "webhook_endpoint.update").await?;
                Ok(row.view())
            })
        },
    )
    .await
}

/// Gives an endpoint a new secret, which is in the answer. The former one signs beside it for as long as is wished.
///
/// # Errors
/// Not found, forbidden, what is wrong with the input.
pub async fn webhook_endpoint_rotate(
    p: &Platform,
    ctx: &OpCtx,
    id: WebhookId,
    input: SecretRotation,
) -> Result<CreatedEndpoint> {
    let keys = p.keys().clone();
    let wall = p.wall();
    let about = About {
        id,
        version: None,
        input,
    };
    let rotated = p
        .command(ctx, "webhook_endpoint.rotate", &about, move |w, about| {
            let keys = keys.clone();
            Box::pin(async move {
                rules::check_rotation(&about.input)?;
                let mut row = writable(w, about.id, None).await?;
                let fresh = seal(&keys, about.id, &new_secret())?;
                let former = std::mem::replace(&mut row.secret, fresh);
                let hours = about.input.keep_former_hours;
                row.former_until = match hours {
                    0 => None,
                    hours => Some(wall.plus(Duration::from_hours(hours.into()))?),
                };
                row.former_secret = row.former_until.map(|_| former);
                save(w, &mut row, "webhook_endpoint.rotate").await?;
                Ok(row.view())
            })
        })
        .await?;
    with_secret(p, ctx, rotated).await
}

/// Removes an endpoint. Messages that have not arrived are given up.
///
/// # Errors
/// Not found, forbidden.
pub async fn webhook_endpoint_delete(p: &Platform, ctx: &OpCtx, id: WebhookId) -> Result<()> {
    p.command(ctx, "webhook_endpoint.delete", &id, |w, id| {
        Box::pin(async move {
            let row = writable(w, *id, None).await?;
            let realm = w.ctx.realm;
            store::endpoint_delete(&mut w.tx, realm, *id).await?;
            store::messages_give_up(&mut w.tx, realm, *id, "the endpoint was removed").await?;
            w.cancel_jobs(&job_keys_of(*id)).await?;
            note(w, "webhook_endpoint.delete", &row);
            Ok(())
        })
    })
    .await
}

/// Sends a message that means nothing, to see whether it arrives.
///
/// # Errors
/// Not found, forbidden; conflict when the endpoint is switched off.
pub async fn webhook_endpoint_test(p: &Platform, ctx: &OpCtx, id: WebhookId) -> Result<()> {
    p.command(ctx, "webhook_endpoint.test", &id, |w, id| {
        Box::pin(async move {
            let row = writable(w, *id, None).await?;
            if !row.enabled {
                return Err(Error::conflict(
                    "endpoint_off",
                    "the endpoint is switched off; switch it on first",
                ));
            }
            w.emit(NewEvent {
                kind: "webhook_endpoint.tested",
                subject: row.id.to_string(),
                account: row.account_id,
                data: json!({ "endpoint_id": row.id }),
            });
            Ok(())
        })
    })
    .await
}

/// One endpoint.
///
/// # Errors
/// Not found, forbidden.
pub async fn webhook_endpoint_get(
    p: &Platform,
    ctx: &OpCtx,
    id: WebhookId,
) -> Result<EndpointView> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            let realm = w.ctx.realm;
            let row = store::endpoint_get(&mut w.tx, realm, *id).await?;
            permitted(w, *id, row).await.map(|row| row.view())
        })
    })
    .await
}

/// The secrets that messages are signed with at this time of the wall clock, the present one first.
pub(super) fn signing_secrets(
    keys: &KeyRing,
    row: &EndpointRow,
    wall: Timestamp,
) -> Result<Vec<Secret>> {
    let mut secrets = vec![open(keys, row.id, &row.secret)?];
    if let Some(former) = &row.former_secret
        && row.former_until.is_some_and(|until| wall < until)
    {
        secrets.push(open(keys, row.id, former)?);
    }
    Ok(secrets)
}

fn open(keys: &KeyRing, id: WebhookId, sealed: &str) -> Result<Secret> {
    keys.open(&place(id), sealed)
}

fn seal(keys: &KeyRing, id: WebhookId, secret: &Secret) -> Result<String> {
    keys.seal(&place(id), secret.expose())
}

fn place(id: WebhookId) -> String {
    format!("webhook_endpoint.secret/{id}")
}

/// Adds the secret to an answer on its way out: what is kept for a repeated request never holds it.
async fn with_secret(p: &Platform, ctx: &OpCtx, endpoint: EndpointView) -> Result<CreatedEndpoint> {
    let sealed = p
        .read(ctx, &endpoint.id, |w, id| {
            Box::pin(async move {
                let realm = w.ctx.realm;
                Ok(store::endpoint_get(&mut w.tx, realm, *id)
                    .await?
                    .map(|row| row.secret))
            })
        })
        .await?;
    let secret = match sealed {
        Some(sealed) if !ctx.dry_run => open(p.keys(), endpoint.id, &sealed)?.expose().to_owned(),
        _ => String::new(),
    };
    Ok(CreatedEndpoint { endpoint, secret })
}

async fn authorize(w: &mut Work, account: AccountId) -> Result<()> {
    let target = tradewind_accounts::service::target(w, ResourceKind::Webhook, account).await?;
    w.authorize_for(Action::WebhookManage, &target, &account)
}

async fn permitted(w: &mut Work, id: WebhookId, row: Option<EndpointRow>) -> Result<EndpointRow> {
    let row = row.ok_or_else(|| Error::not_found(id))?;
    let target =
        tradewind_accounts::service::target(w, ResourceKind::Webhook, row.account_id).await?;
    w.authorize_for(Action::WebhookManage, &target, &id)?;
    Ok(row)
}

async fn writable(w: &mut Work, id: WebhookId, version: Option<i64>) -> Result<EndpointRow> {
    let realm = w.ctx.realm;
    let row = store::endpoint_lock(&mut w.tx, realm, id).await?;
    let row = permitted(w, id, row).await?;
    if version.is_some_and(|seen| seen != row.version) {
        return Err(Error::changed(id));
    }
    Ok(row)
}

async fn save(w: &mut Work, row: &mut EndpointRow, action: &'static str) -> Result<()> {
    let realm = w.ctx.realm;
    store::endpoint_update(&mut w.tx, realm, row).await?;
    note(w, action, row);
    Ok(())
}

fn note(w: &mut Work, action: &'static str, row: &EndpointRow) {
    w.audit(AuditEntry {
        action,
        kind: "webhook_endpoint",
        id: row.id.to_string(),
        account: row.account_id,
        summary: json!({ "url": row.url, "kinds": row.kinds.0, "enabled": row.enabled }),
    });
}

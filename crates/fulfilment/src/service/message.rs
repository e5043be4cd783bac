//! Messages and what became of them.

use super::send::SEND_JOB;
use crate::rules;
use crate::store::webhook::{self as store, MessageRow};
use crate::types::{AttemptView, MessageState, MessageView};
use serde_json::json;
use tradewind_kernel::id::WebhookId;
use tradewind_kernel::{Error, Result};
use tradewind_platform::{AuditEntry, NewJob, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};

/// The job that sends a message. One lane per endpoint and subject, in the order of the messages: later news of a thing
/// never overtakes earlier news.
pub(super) fn send_job(message: &MessageRow) -> NewJob {
    NewJob::new(SEND_JOB, json!({ "message": message.id }))
        .due(message.created_at)
        .lane(format!(
            "webhook/{}/{}",
            message.endpoint_id, message.subject
        ))
        .unique(job_key(message))
        .max_attempts(rules::ATTEMPTS_MAX)
}

/// How the keys of all jobs for an endpoint begin.
pub(super) fn job_keys_of(endpoint: WebhookId) -> String {
    format!("webhook/{endpoint}/")
}

fn job_key(message: &MessageRow) -> String {
    format!("{}{}", job_keys_of(message.endpoint_id), message.id)
}

/// One message.
///
/// # Errors
/// Not found, forbidden.
pub async fn webhook_message_get(p: &Platform, ctx: &OpCtx, message: &str) -> Result<MessageView> {
    p.read(ctx, message, |w, id| {
        Box::pin(async move { readable(w, id).await.map(|row| row.view()) })
    })
    .await
}

/// The last hundred attempts to deliver a message, latest first.
///
/// # Errors
/// Not found, forbidden.
pub async fn webhook_attempts(
    p: &Platform,
    ctx: &OpCtx,
    message: &str,
) -> Result<Vec<AttemptView>> {
    p.read(ctx, message, |w, id| {
        Box::pin(async move {
            readable(w, id).await?;
            let realm = w.ctx.realm;
            store::attempts(&mut w.tx, realm, id).await
        })
    })
    .await
}

/// Sends a message again now, whatever became of it.
///
/// # Errors
/// Not found, forbidden.
pub async fn webhook_message_resend(
    p: &Platform,
    ctx: &OpCtx,
    message: &str,
) -> Result<MessageView> {
    p.command(ctx, "webhook_message.resend", message, |w, id| {
        Box::pin(async move {
            let realm = w.ctx.realm;
            let row = store::message_lock(&mut w.tx, realm, id).await?;
            let mut row = permitted(w, id, row).await?;
            row.state = MessageState::Pending;
            store::message_update(&mut w.tx, realm, &row).await?;
            // What waits for its next attempt makes room; what is being sent just now goes on.
            w.cancel_jobs(&job_key(&row)).await?;
            w.enqueue(send_job(&row));
            w.audit(AuditEntry {
                action: "webhook_message.resend",
                kind: "webhook_message",
                id: row.id.clone(),
                account: row.account_id,
                summary: json!({ "endpoint_id": row.endpoint_id, "kind": row.kind }),
            });
            Ok(row.view())
        })
    })
    .await
}

async fn readable(w: &mut Work, id: &str) -> Result<MessageRow> {
    let realm = w.ctx.realm;
    let row = store::message_get(&mut w.tx, realm, id).await?;
    permitted(w, id, row).await
}

async fn permitted(w: &mut Work, id: &str, row: Option<MessageRow>) -> Result<MessageRow> {
    let row = row.ok_or_else(|| Error::NotFound {
        kind: "webhook message",
        id: id.to_owned(),
    })?;
    let target =
        tradewind_accounts::service::target(w, ResourceKind::Webhook, row.account_id).await?;
    w.authorize_for(Action::WebhookManage, &target, &row.id)?;
    Ok(row)
}

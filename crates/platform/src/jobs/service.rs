//! What operators do with jobs.

use tradewind_kernel::Error;
use tradewind_kernel::id::JobId;
use tradewind_policy::{Action, ResourceKind};

use super::store;
use super::types::{JobRecord, JobState};
use crate::context::OpCtx;
use crate::db::Result;
use crate::platform::Platform;
use crate::work::AuditEntry;

/// Lets a dead job run again.
///
/// # Errors
/// [`Error::Conflict`] `job_not_dead` when it is not dead, or another job took its place; [`Error::NotFound`] and
/// [`Error::Forbidden`] by policy.
pub async fn retry(platform: &Platform, ctx: &OpCtx, id: JobId) -> Result<JobRecord> {
    let root = platform.realm(ctx.realm).await?.target(ResourceKind::Job);
    let record = platform
        .command(ctx, "job.retry", &id, move |w, id| {
            let (id, root) = (*id, root.clone());
            Box::pin(async move {
                w.authorize_for(Action::JobRetry, &root, &id)?;
                let before = store::job(&mut w.tx, w.ctx.realm, id).await?.ok_or_else(|| Error::not_found(id))?;
                if !store::retry(&mut w.tx, w.ctx.realm, id).await? {
                    let problem = match before.state {
                        JobState::Dead => "another job took its place".to_owned(),
                        state => format!("only dead jobs can be retried; this one is {state}"),
                    };
                    return Err(Error::conflict("job_not_dead", problem));
                }
                w.audit(AuditEntry {
                    action: "job.retry",
                    kind: "job",
                    id: id.to_string(),
                    account: root.owner,
                    summary: serde_json::json!({ "kind": before.kind, "last_error": before.last_error }),
                });
                store::job(&mut w.tx, w.ctx.realm, id).await?.ok_or_else(|| Error::not_found(id))
            })
        })
        .await?;
    platform.wake_workers();
    Ok(record)
}

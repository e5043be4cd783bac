//! The realm's jobs, for the provider's people.

use axum::{extract::State, response::Response};
use tradewind_accounts::service;
use tradewind_kernel::id::JobId;
use tradewind_platform::jobs::{self, JobRecord};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Ids, ListParams, Listing},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(retry))
}

/// List jobs, the newest first.
///
/// Fields: `kind`, `state`, `lane`, `attempt`, `due`, `created`.
#[utoipa::path(get, path = "/jobs", tag = "jobs", operation_id = "listJobs", params(ListParams),
    responses((status = 200, description = "A page of jobs.", body = Listed<JobRecord>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    listing: Listing,
) -> ApiResult<Response> {
    let page = service::job_list(&state.platform, &caller.ctx, &listing.wanted).await?;
    Ok(reply::listed(&listing, page))
}

/// Let a dead job run again.
#[utoipa::path(post, path = "/jobs/{job}/retry", tag = "jobs", operation_id = "retryJob",
    params(("job" = JobId, Path, description = "The job.")),
    responses((status = 200, description = "The job, ready again.", body = JobRecord)))]
async fn retry(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(job): Ids<JobId>,
) -> ApiResult<Response> {
    let job = jobs::retry(&state.platform, &caller.ctx, job).await?;
    Ok(reply::one(&job))
}

//! What was done and what has happened, for those it concerns.

use axum::{extract::State, response::Response};
use tradewind_accounts::service;
use tradewind_platform::{Event, audit::AuditRecord};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{ListParams, Listing},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(audit))
        .routes(routes!(events))
}

/// Read the audit log, the newest first.
///
/// Fields: `action`, `kind`, `subject`, `account`, `principal`, `request`, `at`.
#[utoipa::path(get, path = "/audit", tag = "journal", operation_id = "listAudit", params(ListParams),
    responses((status = 200, description = "A page of the audit log.", body = Listed<AuditRecord>)))]
async fn audit(
    State(state): State<ApiState>,
    caller: Caller,
    listing: Listing,
) -> ApiResult<Response> {
    let page = service::audit_list(&state.platform, &caller.ctx, &listing.wanted).await?;
    Ok(reply::listed(&listing, page))
}

/// List events, the newest first.
///
/// Fields: `kind`, `subject`, `account`, `at`.
#[utoipa::path(get, path = "/events", tag = "journal", operation_id = "listEvents", params(ListParams),
    responses((status = 200, description = "A page of events.", body = Listed<Event>)))]
async fn events(
    State(state): State<ApiState>,
    caller: Caller,
    listing: Listing,
) -> ApiResult<Response> {
    let page = service::event_list(&state.platform, &caller.ctx, &listing.wanted).await?;
    Ok(reply::listed(&listing, page))
}

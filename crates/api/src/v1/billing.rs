//! Billing runs.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::{
    service::{self, ListQuery, RunStart},
    types::{BillingRun, RunOrigin, RunReport},
};
use tradewind_kernel::{Date, id::BillingRunId};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, ListParams, Listing},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list, run))
        .routes(routes!(get))
}

/// How far to bill.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RunInput {
    /// The last day to bill; one that has come.
    until: Date,
}

/// List billing runs, the latest first.
///
/// For the provider. Runs that somebody asked for, and those of the daily run that made something, met problems or failed.
/// Fields: `state`, `origin`, `until`, `began`, `documents`, `problems`; sorted by `until`, `began`.
#[utoipa::path(get, path = "/billing-runs", tag = "billing", operation_id = "listBillingRuns", params(ListParams),
    responses((status = 200, description = "A page of runs.", body = Listed<BillingRun>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    listing: Listing,
) -> ApiResult<Response> {
    let query = ListQuery {
        filter: listing.wanted.filter.clone(),
        sort: listing.wanted.sort.clone(),
        page: listing.wanted.page.clone(),
    };
    let page = service::billing_run_list(&state.platform, &caller.ctx, &query).await?;
    Ok(reply::listed(&listing, page))
}

/// Bill everything that is due, on every leg.
///
/// For the provider. Usage, periods and trials are charged, and what is due is invoiced from the customers up. The
/// answer comes when the run has ended; one that is cut off goes on by itself within minutes. Running again bills nothing
/// twice, and the same `Idempotency-Key` answers with the same run.
#[utoipa::path(post, path = "/billing-runs", tag = "billing", operation_id = "runBilling", request_body = RunInput,
    responses((status = 200, description = "What was done.", body = RunReport)))]
async fn run(
    State(state): State<ApiState>,
    caller: Caller,
    Body(RunInput { until }): Body<RunInput>,
) -> ApiResult<Response> {
    let start = RunStart {
        until,
        origin: RunOrigin::Api,
    };
    let report = service::bill(&state.platform, &caller.ctx, start, |_| ()).await?;
    Ok(reply::one(&report))
}

/// Read a billing run, with what it made and what it could not bill.
#[utoipa::path(get, path = "/billing-runs/{run}", tag = "billing", operation_id = "getBillingRun",
    params(("run" = BillingRunId, Path, description = "The run.")),
    responses((status = 200, description = "The run.", body = BillingRun)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(run): Ids<BillingRunId>,
) -> ApiResult<Response> {
    let run = service::billing_run_get(&state.platform, &caller.ctx, run).await?;
    Ok(reply::one(&run))
}

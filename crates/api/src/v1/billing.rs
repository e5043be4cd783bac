//! Billing runs.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::service::{self, RunReport};
use tradewind_kernel::{Date, Error};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{ApiResult, ApiState, Caller, extract::Body, reply};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default().routes(routes!(run))
}

/// How far to bill.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RunInput {
    /// The last day to bill; one that has come.
    until: Date,
}

/// Bill everything that is due, on every leg.
///
/// For the provider. Usage, periods and trials are charged, and what is due is invoiced from the customers up. The
/// answer comes when the run has ended; one that is cut off can be started again, and running again bills nothing twice.
#[utoipa::path(post, path = "/billing/runs", tag = "billing", operation_id = "runBilling", request_body = RunInput,
    responses((status = 200, description = "What was done.", body = RunReport)))]
async fn run(
    State(state): State<ApiState>,
    caller: Caller,
    Body(RunInput { until }): Body<RunInput>,
) -> ApiResult<Response> {
    if caller.ctx.dry_run {
        // Each batch of a run rests on the one before.
        return Err(Error::refused(
            "no_dry_run",
            "a billing run cannot be tried out; leave dry_run away",
        )
        .into());
    }
    let report = service::bill(&state.platform, &caller.ctx, until, |_| ()).await?;
    Ok(reply::one(&report))
}

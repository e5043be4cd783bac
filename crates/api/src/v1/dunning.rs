//! How sellers remind.

use axum::{extract::State, response::Response};
use tradewind_billing::{
    service::{self, DunningSet},
    types::DunningPolicy,
};
use tradewind_kernel::id::AccountId;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids},
    reply,
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default().routes(routes!(get, set))
}

/// Read how a seller reminds.
#[utoipa::path(get, path = "/accounts/{account}/dunning", tag = "dunning", operation_id = "getDunning",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "The steps.", body = DunningPolicy)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
) -> ApiResult<Response> {
    let policy = service::dunning_get(&state.platform, &caller.ctx, seller).await?;
    Ok(reply::one(&policy))
}

/// Set how a seller reminds.
///
/// Steps in ascending order of days after the due date. Invoices that are open already go on by them.
#[utoipa::path(put, path = "/accounts/{account}/dunning", tag = "dunning", operation_id = "setDunning",
    params(("account" = AccountId, Path, description = "The seller.")), request_body = DunningPolicy,
    responses((status = 200, description = "The steps.", body = DunningPolicy)))]
async fn set(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller_id): Ids<AccountId>,
    Body(policy): Body<DunningPolicy>,
) -> ApiResult<Response> {
    let input = DunningSet { seller_id, policy };
    let policy = service::dunning_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&policy))
}

//! Exchange rates between the currencies of a realm.

use axum::{extract::State, response::Response};
use tradewind_catalogue::{
    service,
    types::{FxRate, RateSet},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::Body,
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default().routes(routes!(list, set))
}

/// List exchange rates, by pair and day.
#[utoipa::path(get, path = "/exchange-rates", tag = "prices", operation_id = "listExchangeRates",
    responses((status = 200, description = "All rates.", body = Listed<FxRate>)))]
async fn list(State(state): State<ApiState>, caller: Caller) -> ApiResult<Response> {
    let rates = service::rate_list(&state.platform, &caller.ctx).await?;
    Ok(reply::all(rates))
}

/// Set the rate of a pair from a day on.
///
/// A rate that has taken effect is never replaced.
#[utoipa::path(post, path = "/exchange-rates", tag = "prices", operation_id = "setExchangeRate", request_body = RateSet,
    responses((status = 201, description = "The rate.", body = FxRate)))]
async fn set(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<RateSet>,
) -> ApiResult<Response> {
    let rate = service::rate_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::created("/exchange-rates", &rate))
}

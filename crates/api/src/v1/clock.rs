//! The realm and its clock.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_accounts::service::{self, RealmInfo};
use tradewind_kernel::Timestamp;
use tradewind_platform::{ClockState, realm};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Anyone, ApiResult, ApiState, Caller, extract::Body, reply};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(info))
        .routes(routes!(read))
        .routes(routes!(travel))
}

/// A time to go to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Travel {
    /// The time; later than the present one.
    to: Timestamp,
}

/// Read what everybody may know of the realm.
#[utoipa::path(get, path = "/realm", tag = "realm", operation_id = "getRealm", security(()),
    responses((status = 200, description = "The realm.", body = RealmInfo)))]
async fn info(State(state): State<ApiState>, Anyone(ctx): Anyone) -> ApiResult<Response> {
    let realm = service::realm_get(&state.platform, &ctx).await?;
    Ok(reply::one(&realm))
}

/// Read the realm's clock.
///
/// For everybody with a key or a session; moving it is the provider's, in a sandbox.
#[utoipa::path(get, path = "/clock", tag = "realm", operation_id = "getClock",
    responses((status = 200, description = "The clock.", body = ClockState)))]
async fn read(State(state): State<ApiState>, caller: Caller) -> ApiResult<Response> {
    let clock = realm::clock(&state.platform, &caller.ctx).await?;
    Ok(reply::one(&clock))
}

/// Set a sandbox's clock in motion towards a later time.
///
/// Everything that falls due on the way happens at its own time; `target` is null once the clock has arrived.
#[utoipa::path(post, path = "/clock/travel", tag = "realm", operation_id = "travelClock", request_body = Travel,
    responses((status = 202, description = "The clock is on its way.", body = ClockState)))]
async fn travel(
    State(state): State<ApiState>,
    caller: Caller,
    Body(body): Body<Travel>,
) -> ApiResult<Response> {
    let clock = realm::travel(&state.platform, &caller.ctx, body.to).await?;
    Ok(reply::accepted(&clock))
}

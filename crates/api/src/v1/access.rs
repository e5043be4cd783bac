//! Access data of subscriptions: written by the vendor, read by the customer.

use axum::{extract::State, response::Response};
use tradewind_fulfilment::{
    service,
    types::{AccessData, CredentialsInput, EndpointsInput, InstructionsInput, RevealedCredential},
};
use tradewind_kernel::id::SubscriptionId;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids},
    reply,
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(get))
        .routes(routes!(set_endpoints))
        .routes(routes!(set_instructions))
        .routes(routes!(set_credentials))
        .routes(routes!(reveal))
}

/// Read how to get into a subscription, without the secrets.
#[utoipa::path(get, path = "/subscriptions/{subscription}/access", tag = "access", operation_id = "getAccess",
    params(("subscription" = SubscriptionId, Path, description = "The subscription.")),
    responses((status = 200, description = "The access data.", body = AccessData)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SubscriptionId>,
) -> ApiResult<Response> {
    let access = service::access_get(&state.platform, &caller.ctx, id).await?;
    Ok(reply::one(&access))
}

/// Replace the links of a subscription.
///
/// For the vendor.
#[utoipa::path(put, path = "/subscriptions/{subscription}/access/endpoints", tag = "access",
    operation_id = "setAccessEndpoints",
    params(("subscription" = SubscriptionId, Path, description = "The subscription.")), request_body = EndpointsInput,
    responses((status = 200, description = "The access data.", body = AccessData)))]
async fn set_endpoints(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SubscriptionId>,
    Body(input): Body<EndpointsInput>,
) -> ApiResult<Response> {
    let access = service::access_endpoints_set(&state.platform, &caller.ctx, id, input).await?;
    Ok(reply::one(&access))
}

/// Replace the instructions of a subscription.
///
/// For the vendor.
#[utoipa::path(put, path = "/subscriptions/{subscription}/access/instructions", tag = "access",
    operation_id = "setAccessInstructions",
    params(("subscription" = SubscriptionId, Path, description = "The subscription.")), request_body = InstructionsInput,
    responses((status = 200, description = "The access data.", body = AccessData)))]
async fn set_instructions(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SubscriptionId>,
    Body(input): Body<InstructionsInput>,
) -> ApiResult<Response> {
    let access = service::access_instructions_set(&state.platform, &caller.ctx, id, input).await?;
    Ok(reply::one(&access))
}

/// Write credentials of a subscription.
///
/// For the vendor. Each can be written once and is never shown to the vendor again.
#[utoipa::path(put, path = "/subscriptions/{subscription}/access/credentials", tag = "access",
    operation_id = "setAccessCredentials",
    params(("subscription" = SubscriptionId, Path, description = "The subscription.")), request_body = CredentialsInput,
    responses((status = 200, description = "The access data.", body = AccessData)))]
async fn set_credentials(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SubscriptionId>,
    Body(input): Body<CredentialsInput>,
) -> ApiResult<Response> {
    let access = service::access_credentials_set(&state.platform, &caller.ctx, id, input).await?;
    Ok(reply::one(&access))
}

/// Read the value of a credential.
///
/// For the customer; each reading is kept in the audit log.
#[utoipa::path(post, path = "/subscriptions/{subscription}/access/credentials/{code}/reveal", tag = "access",
    operation_id = "revealCredential",
    params(("subscription" = SubscriptionId, Path, description = "The subscription."),
        ("code" = String, Path, description = "The credential's code.")),
    responses((status = 200, description = "The credential with its value.", body = RevealedCredential)))]
async fn reveal(
    State(state): State<ApiState>,
    caller: Caller,
    Ids((id, code)): Ids<(SubscriptionId, String)>,
) -> ApiResult<Response> {
    let revealed = service::credential_reveal(&state.platform, &caller.ctx, id, &code).await?;
    Ok(reply::one(&revealed))
}

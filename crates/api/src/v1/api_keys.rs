//! API keys of an account.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_accounts::{
    service,
    types::{ApiKey, ApiKeyCreate, ApiKeyCreated},
};
use tradewind_kernel::{
    Timestamp,
    id::{AccountId, ApiKeyId},
};
use tradewind_policy::Role;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(revoke))
}

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApiKeyDraft {
    /// What it is for.
    name: String,
    /// Roles it has at the account.
    roles: Vec<Role>,
    /// Actions it is limited to (`order.view`, `order.*`); everything its roles allow when left out.
    #[serde(default)]
    scopes: Option<Vec<String>>,
    /// When it stops working; never when left out.
    #[serde(default)]
    expires_at: Option<Timestamp>,
}

/// List the API keys of an account.
#[utoipa::path(get, path = "/accounts/{account}/api-keys", tag = "api keys", operation_id = "listApiKeys",
    params(("account" = AccountId, Path, description = "The account.")),
    responses((status = 200, description = "All keys, the newest first.", body = Listed<ApiKey>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
) -> ApiResult<Response> {
    let keys = service::api_key_list(&state.platform, &caller.ctx, account).await?;
    Ok(reply::all(keys))
}

/// Make an API key.
///
/// Its secret is in this answer only.
#[utoipa::path(post, path = "/accounts/{account}/api-keys", tag = "api keys", operation_id = "createApiKey",
    params(("account" = AccountId, Path, description = "The account.")), request_body = ApiKeyDraft,
    responses((status = 201, description = "The key with its secret.", body = ApiKeyCreated)))]
async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Body(body): Body<ApiKeyDraft>,
) -> ApiResult<Response> {
    let input = ApiKeyCreate {
        account,
        name: body.name,
        roles: body.roles,
        scopes: body.scopes,
        expires_at: body.expires_at,
    };
    let created = service::api_key_create(&state.platform, &caller.ctx, &input).await?;
    let path = format!("/accounts/{account}/api-keys");
    Ok(reply::created(&path, &created))
}

/// Revoke an API key at once.
#[utoipa::path(post, path = "/api-keys/{key}/revoke", tag = "api keys", operation_id = "revokeApiKey",
    params(("key" = ApiKeyId, Path, description = "The key.")),
    responses((status = 200, description = "The revoked key.", body = ApiKey)))]
async fn revoke(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(key): Ids<ApiKeyId>,
) -> ApiResult<Response> {
    let key = service::api_key_revoke(&state.platform, &caller.ctx, key).await?;
    Ok(reply::one(&key))
}

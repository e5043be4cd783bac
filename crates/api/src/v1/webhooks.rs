//! Webhooks: who is told of what, and how telling them went.

use axum::{extract::State, response::Response};
use tradewind_fulfilment::{
    service::{self, ListQuery},
    types::{
        AttemptView, CreatedEndpoint, EndpointView, MessageView, SecretRotation,
        WebhookEndpointInput, WebhookEndpointUpdate,
    },
};
use tradewind_kernel::id::{AccountId, WebhookId};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, IfMatch, ListParams, Listing},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(create))
        .routes(routes!(get, update, remove))
        .routes(routes!(rotate))
        .routes(routes!(test))
        .routes(routes!(messages))
        .routes(routes!(message))
        .routes(routes!(attempts))
        .routes(routes!(resend))
}

fn query(listing: &Listing) -> ListQuery {
    ListQuery {
        filter: listing.wanted.filter.clone(),
        sort: listing.wanted.sort.clone(),
        page: listing.wanted.page.clone(),
    }
}

/// List webhook endpoints, the latest first.
///
/// Those of accounts at or below the caller's. Fields: `account`, `url`, `enabled`, `created`; sorted by `created`.
#[utoipa::path(get, path = "/webhooks", tag = "webhooks", operation_id = "listWebhooks", params(ListParams),
    responses((status = 200, description = "A page of endpoints.", body = Listed<EndpointView>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    listing: Listing,
) -> ApiResult<Response> {
    let query = query(&listing);
    let page = service::webhook_endpoint_list(&state.platform, &caller.ctx, &query).await?;
    Ok(reply::listed(&listing, page))
}

/// Have an account's events told to an address.
///
/// Messages are signed as Standard Webhooks asks for and carry a CloudEvent. The secret is shown this once.
#[utoipa::path(post, path = "/accounts/{account}/webhooks", tag = "webhooks", operation_id = "createWebhook",
    params(("account" = AccountId, Path, description = "Whose events.")), request_body = WebhookEndpointInput,
    responses((status = 201, description = "The endpoint and its secret.", body = CreatedEndpoint)))]
async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Body(input): Body<WebhookEndpointInput>,
) -> ApiResult<Response> {
    let created =
        service::webhook_endpoint_create(&state.platform, &caller.ctx, account, input).await?;
    Ok(reply::created_versioned(
        &format!("/webhooks/{}", created.endpoint.id),
        created.endpoint.version,
        &created,
    ))
}

/// Read a webhook endpoint.
#[utoipa::path(get, path = "/webhooks/{webhook}", tag = "webhooks", operation_id = "getWebhook",
    params(("webhook" = WebhookId, Path, description = "The endpoint.")),
    responses((status = 200, description = "The endpoint.", body = EndpointView)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<WebhookId>,
) -> ApiResult<Response> {
    let found = service::webhook_endpoint_get(&state.platform, &caller.ctx, id).await?;
    Ok(reply::versioned(found.version, &found))
}

/// Change a webhook endpoint.
///
/// What is left out stays. Switching an endpoint on again clears its failures.
#[utoipa::path(patch, path = "/webhooks/{webhook}", tag = "webhooks", operation_id = "updateWebhook",
    params(("webhook" = WebhookId, Path, description = "The endpoint.")), request_body = WebhookEndpointUpdate,
    responses((status = 200, description = "The endpoint as it is now.", body = EndpointView)))]
async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<WebhookId>,
    IfMatch(version): IfMatch,
    Body(input): Body<WebhookEndpointUpdate>,
) -> ApiResult<Response> {
    let after =
        service::webhook_endpoint_update(&state.platform, &caller.ctx, id, version, input).await?;
    Ok(reply::versioned(after.version, &after))
}

/// Remove a webhook endpoint.
///
/// Messages that have not arrived are given up.
#[utoipa::path(delete, path = "/webhooks/{webhook}", tag = "webhooks", operation_id = "removeWebhook",
    params(("webhook" = WebhookId, Path, description = "The endpoint.")),
    responses((status = 204, description = "Removed.")))]
async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<WebhookId>,
) -> ApiResult<Response> {
    service::webhook_endpoint_delete(&state.platform, &caller.ctx, id).await?;
    Ok(reply::done())
}

/// Give a webhook endpoint a new secret.
///
/// Messages are signed with both until the former one ends. The new secret is shown this once.
#[utoipa::path(post, path = "/webhooks/{webhook}/rotate", tag = "webhooks", operation_id = "rotateWebhookSecret",
    params(("webhook" = WebhookId, Path, description = "The endpoint.")), request_body = SecretRotation,
    responses((status = 200, description = "The endpoint and its new secret.", body = CreatedEndpoint)))]
async fn rotate(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<WebhookId>,
    Body(input): Body<SecretRotation>,
) -> ApiResult<Response> {
    let rotated = service::webhook_endpoint_rotate(&state.platform, &caller.ctx, id, input).await?;
    Ok(reply::versioned(rotated.endpoint.version, &rotated))
}

/// Send a test message to a webhook endpoint.
#[utoipa::path(post, path = "/webhooks/{webhook}/test", tag = "webhooks", operation_id = "testWebhook",
    params(("webhook" = WebhookId, Path, description = "The endpoint.")),
    responses((status = 204, description = "The message is on its way; see the endpoint's messages.")))]
async fn test(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<WebhookId>,
) -> ApiResult<Response> {
    service::webhook_endpoint_test(&state.platform, &caller.ctx, id).await?;
    Ok(reply::done())
}

/// List messages to webhook endpoints, the latest first.
///
/// Fields: `state`, `kind`, `subject`, `endpoint`, `account`, `created`; sorted by `created`.
#[utoipa::path(get, path = "/webhook-messages", tag = "webhooks", operation_id = "listWebhookMessages",
    params(ListParams),
    responses((status = 200, description = "A page of messages.", body = Listed<MessageView>)))]
async fn messages(
    State(state): State<ApiState>,
    caller: Caller,
    listing: Listing,
) -> ApiResult<Response> {
    let query = query(&listing);
    let page = service::webhook_message_list(&state.platform, &caller.ctx, &query).await?;
    Ok(reply::listed(&listing, page))
}

/// Read a message to a webhook endpoint.
#[utoipa::path(get, path = "/webhook-messages/{message}", tag = "webhooks", operation_id = "getWebhookMessage",
    params(("message" = String, Path, description = "The message, as `webhook-id` names it.")),
    responses((status = 200, description = "The message.", body = MessageView)))]
async fn message(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<String>,
) -> ApiResult<Response> {
    let found = service::webhook_message_get(&state.platform, &caller.ctx, &id).await?;
    Ok(reply::one(&found))
}

/// List the last attempts to deliver a message, the latest first.
#[utoipa::path(get, path = "/webhook-messages/{message}/attempts", tag = "webhooks",
    operation_id = "listWebhookAttempts",
    params(("message" = String, Path, description = "The message.")),
    responses((status = 200, description = "At most a hundred attempts.", body = Listed<AttemptView>)))]
async fn attempts(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<String>,
) -> ApiResult<Response> {
    let attempts = service::webhook_attempts(&state.platform, &caller.ctx, &id).await?;
    Ok(reply::all(attempts))
}

/// Send a message again now, whatever became of it.
#[utoipa::path(post, path = "/webhook-messages/{message}/resend", tag = "webhooks",
    operation_id = "resendWebhookMessage",
    params(("message" = String, Path, description = "The message.")),
    responses((status = 200, description = "The message, on its way again.", body = MessageView)))]
async fn resend(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<String>,
) -> ApiResult<Response> {
    let message = service::webhook_message_resend(&state.platform, &caller.ctx, &id).await?;
    Ok(reply::one(&message))
}

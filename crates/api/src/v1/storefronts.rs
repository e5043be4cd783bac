//! Storefronts, open to everybody, and signing up as a customer.

use axum::{extract::State, response::Response};
use tradewind_accounts::{
    service,
    types::{SignUp, SignedUp, Storefront},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Anyone, ApiResult, ApiState,
    extract::{Body, Ids},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(sign_up))
}

/// List the realm's storefronts.
#[utoipa::path(get, path = "/storefronts", tag = "storefronts", operation_id = "listStorefronts", security(()),
    responses((status = 200, description = "All storefronts, by name.", body = Listed<Storefront>)))]
async fn list(State(state): State<ApiState>, Anyone(ctx): Anyone) -> ApiResult<Response> {
    let storefronts = service::storefront_list(&state.platform, ctx.realm).await?;
    Ok(reply::all(storefronts))
}

/// Read a storefront.
#[utoipa::path(get, path = "/storefronts/{slug}", tag = "storefronts", operation_id = "getStorefront", security(()),
    params(("slug" = String, Path, description = "Its name in addresses.")),
    responses((status = 200, description = "The storefront.", body = Storefront)))]
async fn get(
    State(state): State<ApiState>,
    Anyone(ctx): Anyone,
    Ids(slug): Ids<String>,
) -> ApiResult<Response> {
    let storefront = service::storefront(&state.platform, ctx.realm, &slug).await?;
    Ok(reply::one(&storefront))
}

/// Sign up as a customer of a storefront's seller.
///
/// A mail with a link to verify the address follows.
#[utoipa::path(post, path = "/sign-ups", tag = "storefronts", operation_id = "signUp", security(()),
    request_body = SignUp, responses((status = 201, description = "The new customer.", body = SignedUp)))]
async fn sign_up(
    State(state): State<ApiState>,
    Anyone(ctx): Anyone,
    Body(input): Body<SignUp>,
) -> ApiResult<Response> {
    let done = service::sign_up(&state.platform, &state.passwords, &ctx, &input).await?;
    let path = format!("/accounts/{}", done.account.id);
    Ok(reply::created(&path, &done))
}

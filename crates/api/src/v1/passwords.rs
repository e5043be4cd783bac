//! Mailed links: verifying an address, setting a new password, accepting an invitation. Open to whoever has the link.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_accounts::{
    service::{self, PasswordByLink},
    types::{User, Verified},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Anyone, ApiResult, ApiState, extract::Body, reply};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(verify))
        .routes(routes!(request_reset))
        .routes(routes!(reset))
        .routes(routes!(accept))
}

/// The secret of a mailed link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LinkToken {
    /// The secret.
    token: String,
}

/// The address of who forgot a password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResetRequest {
    /// E-mail address.
    email: String,
}

/// Show with a mailed link that an address belongs to its user.
#[utoipa::path(post, path = "/email-verifications", tag = "links", operation_id = "verifyEmail", security(()),
    request_body = LinkToken, responses((status = 200, description = "The person, and where they were going.", body = Verified)))]
async fn verify(
    State(state): State<ApiState>,
    Anyone(ctx): Anyone,
    Body(body): Body<LinkToken>,
) -> ApiResult<Response> {
    let verified = service::email_verify(&state.platform, &ctx, &body.token).await?;
    Ok(reply::one(&verified))
}

/// Mail a link for a new password, if someone has the address.
#[utoipa::path(post, path = "/password-resets", tag = "links", operation_id = "requestPasswordReset", security(()),
    request_body = ResetRequest, responses((status = 204, description = "Sent, if someone has the address.")))]
async fn request_reset(
    State(state): State<ApiState>,
    Anyone(ctx): Anyone,
    Body(body): Body<ResetRequest>,
) -> ApiResult<Response> {
    service::password_reset_request(&state.platform, &ctx, &body.email).await?;
    Ok(reply::done())
}

/// Set a new password with a mailed link.
#[utoipa::path(post, path = "/password-resets/confirm", tag = "links", operation_id = "confirmPasswordReset",
    security(()), request_body = PasswordByLink, responses((status = 200, description = "The person.", body = User)))]
async fn reset(
    State(state): State<ApiState>,
    Anyone(ctx): Anyone,
    Body(input): Body<PasswordByLink>,
) -> ApiResult<Response> {
    let (p, passwords) = (&state.platform, &state.passwords);
    let user = service::password_reset_confirm(p, passwords, &ctx, &input).await?;
    Ok(reply::one(&user))
}

/// Accept an invitation with a mailed link.
#[utoipa::path(post, path = "/invitations/accept", tag = "links", operation_id = "acceptInvitation", security(()),
    request_body = PasswordByLink, responses((status = 200, description = "The person.", body = User)))]
async fn accept(
    State(state): State<ApiState>,
    Anyone(ctx): Anyone,
    Body(input): Body<PasswordByLink>,
) -> ApiResult<Response> {
    let (p, passwords) = (&state.platform, &state.passwords);
    let user = service::invite_accept(p, passwords, &ctx, &input).await?;
    Ok(reply::one(&user))
}

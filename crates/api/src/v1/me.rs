//! Who calls.

use axum::{extract::State, response::Response};
use serde::Serialize;
use tradewind_accounts::{
    service::{self, PasswordChange},
    types::{ActingInfo, Membership, User},
};
use tradewind_kernel::id::{AccountId, RealmId};
use tradewind_policy::{AccountKind, PrincipalKind, Role};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{ApiResult, ApiState, Caller, extract::Body, reply};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(get))
        .routes(routes!(change_password))
        .routes(routes!(resend_verification))
}

/// Who calls, for whom, and what for.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    /// The realm.
    realm: RealmId,
    /// What kind of caller it is.
    kind: PrincipalKind,
    /// Id of the person or key.
    id: String,
    /// The account the call is for.
    account: AccountId,
    /// What that account is.
    account_kind: AccountKind,
    /// Roles held there.
    roles: Vec<Role>,
    /// Actions a key is limited to; null when it is not.
    scopes: Option<Vec<String>>,
    /// The person; null for a key.
    user: Option<User>,
    /// Set while acting for another account.
    acting: Option<ActingInfo>,
    /// The accounts the person belongs to.
    memberships: Vec<Membership>,
}

/// Read who calls.
#[utoipa::path(get, path = "/me", tag = "me", operation_id = "getMe",
    responses((status = 200, description = "The caller.", body = Me)))]
async fn get(State(state): State<ApiState>, caller: Caller) -> ApiResult<Response> {
    let memberships = service::membership_list(&state.platform, &caller.ctx).await?;
    let principal = caller.ctx.principal;
    let (user, acting) = caller
        .session
        .map_or((None, None), |session| (Some(session.user), session.acting));
    Ok(reply::one(&Me {
        realm: caller.ctx.realm,
        kind: principal.kind,
        id: principal.id,
        account: principal.account,
        account_kind: principal.account_kind,
        roles: principal.roles,
        scopes: principal.scopes,
        user,
        acting,
        memberships,
    }))
}

/// Change the caller's password.
///
/// The caller's other sessions end.
#[utoipa::path(put, path = "/me/password", tag = "me", operation_id = "changePassword",
    request_body = PasswordChange, responses((status = 200, description = "The person.", body = User)))]
async fn change_password(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<PasswordChange>,
) -> ApiResult<Response> {
    let keep = caller.session()?.session;
    let user = service::password_change(
        &state.platform,
        &state.passwords,
        &caller.ctx,
        Some(keep),
        &input,
    )
    .await?;
    Ok(reply::one(&user))
}

/// Send the link that verifies the caller's address again.
#[utoipa::path(post, path = "/me/email-verification", tag = "me", operation_id = "resendVerification",
    responses((status = 204, description = "Sent.")))]
async fn resend_verification(State(state): State<ApiState>, caller: Caller) -> ApiResult<Response> {
    caller.session()?;
    service::email_verify_resend(&state.platform, &caller.ctx).await?;
    Ok(reply::done())
}

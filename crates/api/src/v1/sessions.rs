//! Signing in and out, and the sessions of the person who calls.

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use tradewind_accounts::{
    service,
    types::{AccountBrief, ActAs, Session, SignIn, User},
};
use tradewind_kernel::{
    Timestamp,
    id::{AccountId, SessionId},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Anyone, ApiResult, ApiState, Caller,
    extract::{Body, Ids},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list, sign_in))
        .routes(routes!(end))
        .routes(routes!(switch))
        .routes(routes!(act_as, stop_acting))
}

/// A new session with its secrets, which are in this answer only.
#[derive(Debug, Serialize, ToSchema)]
struct NewSession {
    /// Its id.
    id: SessionId,
    /// The token: `Authorization: Bearer` and this.
    token: String,
    /// What must come with every change when the token is sent as a cookie.
    csrf_token: String,
    /// The person.
    user: User,
    /// The account the person works for.
    account: AccountBrief,
    /// When it ends at the latest.
    expires_at: Timestamp,
}

/// The account to work for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SessionAccount {
    /// An account the person belongs to.
    account: AccountId,
}

/// The account to act for, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Acting {
    /// An account below the caller's own.
    account: AccountId,
    /// Why; the account's people read it in their audit log.
    reason: String,
}

/// List the caller's sessions, the newest first.
#[utoipa::path(get, path = "/sessions", tag = "sessions", operation_id = "listSessions",
    responses((status = 200, description = "All sessions that have not ended.", body = Listed<Session>)))]
async fn list(State(state): State<ApiState>, caller: Caller) -> ApiResult<Response> {
    let sessions = service::session_list(&state.platform, &caller.ctx).await?;
    Ok(reply::all(sessions))
}

/// Sign in.
///
/// Each wrong try makes the address wait longer.
#[utoipa::path(post, path = "/sessions", tag = "sessions", operation_id = "signIn", security(()),
    request_body = SignIn, responses((status = 201, description = "The session.", body = NewSession)))]
async fn sign_in(
    State(state): State<ApiState>,
    Anyone(ctx): Anyone,
    Body(input): Body<SignIn>,
) -> ApiResult<Response> {
    let signed_in = service::sign_in(&state.platform, &state.passwords, &ctx, &input).await?;
    let session = NewSession {
        id: signed_in.info.session,
        token: signed_in.token,
        csrf_token: signed_in.info.csrf,
        user: signed_in.info.user,
        account: signed_in.info.account,
        expires_at: signed_in.info.expires_at,
    };
    Ok(reply::created("/sessions", &session))
}

/// End one of the caller's sessions; its own one to sign out.
#[utoipa::path(delete, path = "/sessions/{session}", tag = "sessions", operation_id = "endSession",
    params(("session" = SessionId, Path, description = "The session.")),
    responses((status = 204, description = "Ended.")))]
async fn end(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(session): Ids<SessionId>,
) -> ApiResult<Response> {
    service::session_end(&state.platform, &caller.ctx, session).await?;
    Ok(reply::done())
}

/// Work for another account the caller belongs to.
#[utoipa::path(put, path = "/sessions/{session}/account", tag = "sessions", operation_id = "switchAccount",
    params(("session" = SessionId, Path, description = "The session.")), request_body = SessionAccount,
    responses((status = 204, description = "Switched.")))]
async fn switch(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(session): Ids<SessionId>,
    Body(body): Body<SessionAccount>,
) -> ApiResult<Response> {
    service::session_switch(&state.platform, &caller.ctx, session, body.account).await?;
    Ok(reply::done())
}

/// Act for an account below the caller's own, openly.
#[utoipa::path(put, path = "/sessions/{session}/acting", tag = "sessions", operation_id = "startActing",
    params(("session" = SessionId, Path, description = "The session.")), request_body = Acting,
    responses((status = 200, description = "The session.", body = Session)))]
async fn act_as(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(session): Ids<SessionId>,
    Body(body): Body<Acting>,
) -> ApiResult<Response> {
    let input = ActAs {
        session,
        account: body.account,
        reason: body.reason,
    };
    let session = service::act_as_start(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&session))
}

/// Stop acting for another account.
#[utoipa::path(delete, path = "/sessions/{session}/acting", tag = "sessions", operation_id = "stopActing",
    params(("session" = SessionId, Path, description = "The session.")),
    responses((status = 200, description = "The session.", body = Session)))]
async fn stop_acting(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(session): Ids<SessionId>,
) -> ApiResult<Response> {
    let session = service::act_as_stop(&state.platform, &caller.ctx, session).await?;
    Ok(reply::one(&session))
}

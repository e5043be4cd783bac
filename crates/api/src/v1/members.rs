//! People at an account.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_accounts::{
    service,
    types::{Member, PersonInput, RolesSet, UserInvite, UserRemove},
};
use tradewind_kernel::id::{AccountId, UserId};
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
        .routes(routes!(list, invite))
        .routes(routes!(set_roles))
        .routes(routes!(remove))
}

/// A person to invite, and the roles to hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MemberInvite {
    /// E-mail address.
    email: String,
    /// Name; may be empty.
    #[serde(default)]
    name: String,
    /// Language; the account's when left out.
    #[serde(default)]
    locale: Option<String>,
    /// Roles at the account.
    roles: Vec<Role>,
}

/// Roles to hold from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MemberRoles {
    /// The roles; at least one.
    roles: Vec<Role>,
}

/// List the people at an account.
#[utoipa::path(get, path = "/accounts/{account}/members", tag = "members", operation_id = "listMembers",
    params(("account" = AccountId, Path, description = "The account.")),
    responses((status = 200, description = "All members.", body = Listed<Member>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
) -> ApiResult<Response> {
    let members = service::user_list(&state.platform, &caller.ctx, account).await?;
    Ok(reply::all(members))
}

/// Invite a person to an account.
#[utoipa::path(post, path = "/accounts/{account}/members", tag = "members", operation_id = "inviteMember",
    params(("account" = AccountId, Path, description = "The account.")), request_body = MemberInvite,
    responses((status = 201, description = "The member.", body = Member)))]
async fn invite(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Body(body): Body<MemberInvite>,
) -> ApiResult<Response> {
    let input = UserInvite {
        account,
        person: PersonInput {
            email: body.email,
            name: body.name,
            locale: body.locale,
        },
        roles: body.roles,
    };
    let member = service::user_invite(&state.platform, &caller.ctx, &input).await?;
    let path = format!("/accounts/{account}/members");
    Ok(reply::created(&path, &member))
}

/// Set the roles of a member.
#[utoipa::path(put, path = "/accounts/{account}/members/{user}/roles", tag = "members",
    operation_id = "setMemberRoles",
    params(("account" = AccountId, Path, description = "The account."), ("user" = UserId, Path, description = "The member.")),
    request_body = MemberRoles, responses((status = 200, description = "The member.", body = Member)))]
async fn set_roles(
    State(state): State<ApiState>,
    caller: Caller,
    Ids((account, user)): Ids<(AccountId, UserId)>,
    Body(body): Body<MemberRoles>,
) -> ApiResult<Response> {
    let input = RolesSet {
        account,
        user,
        roles: body.roles,
    };
    let member = service::role_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&member))
}

/// Take a member's roles away.
#[utoipa::path(delete, path = "/accounts/{account}/members/{user}", tag = "members", operation_id = "removeMember",
    params(("account" = AccountId, Path, description = "The account."), ("user" = UserId, Path, description = "The member.")),
    responses((status = 204, description = "Removed.")))]
async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    Ids((account, user)): Ids<(AccountId, UserId)>,
) -> ApiResult<Response> {
    let input = UserRemove { account, user };
    service::user_remove(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::done())
}

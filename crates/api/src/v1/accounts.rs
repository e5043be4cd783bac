//! Accounts: the caller's own and those below it.

use axum::{extract::State, response::Response};
use tradewind_accounts::{
    service,
    types::{Account, AccountChanges, AccountClose, AccountCreate, AccountCreated, AccountUpdate},
};
use tradewind_kernel::id::AccountId;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, IfMatch, ListParams, Listing},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(get, update))
        .routes(routes!(close))
}

/// List accounts.
///
/// Fields: `name` (searchable), `kind`, `status`, `parent`, `country`, `currency`, `email`, `slug`, `created`.
#[utoipa::path(get, path = "/accounts", tag = "accounts", operation_id = "listAccounts", params(ListParams),
    responses((status = 200, description = "A page of accounts.", body = Listed<Account>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    listing: Listing,
) -> ApiResult<Response> {
    let page = service::account_list(&state.platform, &caller.ctx, &listing.wanted).await?;
    Ok(reply::listed(&listing, page))
}

/// Make an account below the caller's own or another one, with its terms, and invite its first owner.
#[utoipa::path(post, path = "/accounts", tag = "accounts", operation_id = "createAccount", request_body = AccountCreate,
    responses((status = 201, description = "The new account.", body = AccountCreated)))]
async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Body(mut input): Body<AccountCreate>,
) -> ApiResult<Response> {
    input.parent.get_or_insert(caller.ctx.principal.account);
    let created = service::account_create(&state.platform, &caller.ctx, &input).await?;
    let path = format!("/accounts/{}", created.account.id);
    Ok(reply::created_versioned(
        &path,
        created.account.version,
        &created,
    ))
}

/// Read an account.
#[utoipa::path(get, path = "/accounts/{account}", tag = "accounts", operation_id = "getAccount",
    params(("account" = AccountId, Path, description = "The account.")),
    responses((status = 200, description = "The account.", body = Account)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
) -> ApiResult<Response> {
    let account = service::account_get(&state.platform, &caller.ctx, account).await?;
    Ok(reply::versioned(account.version, &account))
}

/// Change an account.
///
/// What is left out stays; an empty text removes what may be absent.
#[utoipa::path(patch, path = "/accounts/{account}", tag = "accounts", operation_id = "updateAccount",
    params(("account" = AccountId, Path, description = "The account.")), request_body = AccountChanges,
    responses((status = 200, description = "The account as it is now.", body = Account)))]
async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    IfMatch(version): IfMatch,
    Body(changes): Body<AccountChanges>,
) -> ApiResult<Response> {
    let input = AccountUpdate {
        account,
        version,
        changes,
    };
    let account = service::account_update(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::versioned(account.version, &account))
}

/// Close an account.
///
/// Its people are signed out, its keys revoked and its storefront taken down; its documents stay. Refused while it has,
/// sells or delivers subscriptions that have not ended.
#[utoipa::path(post, path = "/accounts/{account}/close", tag = "accounts", operation_id = "closeAccount",
    params(("account" = AccountId, Path, description = "The account.")),
    responses((status = 200, description = "The closed account.", body = Account)))]
async fn close(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    IfMatch(version): IfMatch,
) -> ApiResult<Response> {
    let input = AccountClose { account, version };
    let account =
        tradewind_flows::account::account_close(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::versioned(account.version, &account))
}

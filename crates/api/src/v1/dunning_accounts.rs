//! Classes of a seller's buyers, and what it has decided about single ones.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::{
    service::{self, AccountPauseSet, ClassAssign, ClassOf, ClassSet, CreditHoldSet},
    types::{AccountClass, AccountDunning, DunningPolicy},
};
use tradewind_kernel::{Date, id::AccountId};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(classes))
        .routes(routes!(set_class, remove_class))
        .routes(routes!(get))
        .routes(routes!(assign))
        .routes(routes!(pause, resume))
        .routes(routes!(hold, release))
}

/// A class of buyers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountClassInput {
    /// What it is called.
    #[schema(max_length = 80)]
    name: String,
    /// What is done when its buyers do not pay.
    policy: DunningPolicy,
}

/// The class of a buyer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClassAssignInput {
    /// The code of a class; without, the class of the rest.
    #[serde(default)]
    class: Option<String>,
}

/// A pause of all reminders of a buyer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountPauseInput {
    /// The last day without steps, within a year.
    #[schema(value_type = String, format = Date)]
    until: Date,
    /// Why.
    #[schema(max_length = 500)]
    reason: String,
}

/// That no new orders are taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreditHoldInput {
    /// Why; the buyer is told.
    #[schema(max_length = 500)]
    reason: String,
    /// Whether it ends by itself when nothing is past due any more.
    #[serde(default)]
    until_paid: bool,
}

/// List the classes of a seller's buyers.
#[utoipa::path(get, path = "/accounts/{account}/classes", tag = "dunning", operation_id = "listAccountClasses",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "The classes.", body = Listed<AccountClass>)))]
async fn classes(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
) -> ApiResult<Response> {
    let found = service::class_list(&state.platform, &caller.ctx, seller).await?;
    Ok(reply::all(found))
}

/// Make a class of buyers, or change it.
///
/// Invoices of its buyers that are open already go on by its steps.
#[utoipa::path(put, path = "/accounts/{account}/classes/{code}", tag = "dunning", operation_id = "setAccountClass",
    params(("account" = AccountId, Path, description = "The seller."), ("code" = String, Path, description = "Its code.")),
    request_body = AccountClassInput,
    responses((status = 200, description = "The class.", body = AccountClass)))]
async fn set_class(
    State(state): State<ApiState>,
    caller: Caller,
    Ids((seller_id, code)): Ids<(AccountId, String)>,
    Body(body): Body<AccountClassInput>,
) -> ApiResult<Response> {
    let class = AccountClass {
        code,
        name: body.name,
        policy: body.policy,
    };
    let input = ClassSet { seller_id, class };
    let class = service::class_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&class))
}

/// End a class that has no buyers.
#[utoipa::path(delete, path = "/accounts/{account}/classes/{code}", tag = "dunning", operation_id = "removeAccountClass",
    params(("account" = AccountId, Path, description = "The seller."), ("code" = String, Path, description = "Its code.")),
    responses((status = 204, description = "It is gone.")))]
async fn remove_class(
    State(state): State<ApiState>,
    caller: Caller,
    Ids((seller_id, code)): Ids<(AccountId, String)>,
) -> ApiResult<Response> {
    let input = ClassOf { seller_id, code };
    service::class_remove(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::done())
}

/// Read where a buyer stands with its seller.
///
/// What is past due, whether reminders wait and why no new orders are taken. Both sides may know; the class and why reminders
/// wait are told to the seller's people only.
#[utoipa::path(get, path = "/accounts/{account}/buyers/{buyer}/dunning", tag = "dunning", operation_id = "getBuyerDunning",
    params(("account" = AccountId, Path, description = "The seller."), ("buyer" = AccountId, Path, description = "The buyer.")),
    responses((status = 200, description = "Where it stands.", body = AccountDunning)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(pair): Ids<(AccountId, AccountId)>,
) -> ApiResult<Response> {
    let found = service::account_dunning(&state.platform, &caller.ctx, pair.into()).await?;
    Ok(reply::one(&found))
}

/// Put a buyer into a class.
///
/// Its open invoices go on by the steps of that class, behind as many as were taken.
#[utoipa::path(put, path = "/accounts/{account}/buyers/{buyer}/class", tag = "dunning", operation_id = "assignAccountClass",
    params(("account" = AccountId, Path, description = "The seller."), ("buyer" = AccountId, Path, description = "The buyer.")),
    request_body = ClassAssignInput,
    responses((status = 200, description = "Where it stands.", body = AccountDunning)))]
async fn assign(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(pair): Ids<(AccountId, AccountId)>,
    Body(body): Body<ClassAssignInput>,
) -> ApiResult<Response> {
    let input = ClassAssign {
        of: pair.into(),
        class: body.class,
    };
    let found = service::class_assign(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&found))
}

/// Pause all reminders of a buyer until a day.
///
/// Pauses and promises of single invoices stay.
#[utoipa::path(put, path = "/accounts/{account}/buyers/{buyer}/dunning/pause", tag = "dunning", operation_id = "pauseBuyerDunning",
    params(("account" = AccountId, Path, description = "The seller."), ("buyer" = AccountId, Path, description = "The buyer.")),
    request_body = AccountPauseInput,
    responses((status = 200, description = "Where it stands.", body = AccountDunning)))]
async fn pause(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(pair): Ids<(AccountId, AccountId)>,
    Body(body): Body<AccountPauseInput>,
) -> ApiResult<Response> {
    let input = AccountPauseSet {
        of: pair.into(),
        pause: Some((body.until, body.reason)),
    };
    let found = service::account_pause_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&found))
}

/// Go on with the reminders of a buyer.
#[utoipa::path(delete, path = "/accounts/{account}/buyers/{buyer}/dunning/pause", tag = "dunning", operation_id = "resumeBuyerDunning",
    params(("account" = AccountId, Path, description = "The seller."), ("buyer" = AccountId, Path, description = "The buyer.")),
    responses((status = 200, description = "Where it stands.", body = AccountDunning)))]
async fn resume(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(pair): Ids<(AccountId, AccountId)>,
) -> ApiResult<Response> {
    let input = AccountPauseSet {
        of: pair.into(),
        pause: None,
    };
    let found = service::account_pause_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&found))
}

/// Take no new orders and increases from a buyer.
///
/// What runs goes on. The reason is told to the buyer.
#[utoipa::path(put, path = "/accounts/{account}/buyers/{buyer}/credit-hold", tag = "dunning", operation_id = "holdBuyerCredit",
    params(("account" = AccountId, Path, description = "The seller."), ("buyer" = AccountId, Path, description = "The buyer.")),
    request_body = CreditHoldInput,
    responses((status = 200, description = "Where it stands.", body = AccountDunning)))]
async fn hold(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(pair): Ids<(AccountId, AccountId)>,
    Body(body): Body<CreditHoldInput>,
) -> ApiResult<Response> {
    let input = CreditHoldSet {
        of: pair.into(),
        reason: body.reason,
        until_paid: body.until_paid,
    };
    let found = service::credit_hold_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&found))
}

/// Take orders from a buyer again, whatever they were held for.
#[utoipa::path(delete, path = "/accounts/{account}/buyers/{buyer}/credit-hold", tag = "dunning", operation_id = "releaseBuyerCredit",
    params(("account" = AccountId, Path, description = "The seller."), ("buyer" = AccountId, Path, description = "The buyer.")),
    responses((status = 200, description = "Where it stands.", body = AccountDunning)))]
async fn release(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(pair): Ids<(AccountId, AccountId)>,
) -> ApiResult<Response> {
    let found = service::credit_hold_release(&state.platform, &caller.ctx, pair.into()).await?;
    Ok(reply::one(&found))
}

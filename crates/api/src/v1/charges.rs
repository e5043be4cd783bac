//! Charges and what accounts owe one another.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::{
    service::{self, Between, CommitmentStanding, PrepaidStanding, Standing},
    types::{AccountCredit, Charge},
};
use tradewind_kernel::{
    Currency,
    id::{AccountId, SubscriptionId},
};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Ids, PageParams, Paging, Params},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(of_subscription))
        .routes(routes!(commitments))
        .routes(routes!(prepaid))
        .routes(routes!(standing))
        .routes(routes!(credits))
}

/// Whose account with whom.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct BetweenParams {
    /// Who sells.
    seller: AccountId,
    /// In which currency.
    currency: Currency,
}

/// List the charges of a subscription, the oldest first.
///
/// Those of the legs that the caller may see.
#[utoipa::path(get, path = "/subscriptions/{subscription}/charges", tag = "charges", operation_id = "listCharges",
    params(("subscription" = SubscriptionId, Path, description = "The subscription."), PageParams),
    responses((status = 200, description = "A page of charges.", body = Listed<Charge>)))]
async fn of_subscription(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SubscriptionId>,
    paging: Paging,
) -> ApiResult<Response> {
    let page = service::charge_list(&state.platform, &caller.ctx, id, &paging.page).await?;
    Ok(reply::paged(&paging, page))
}

/// List the commitments of a subscription.
///
/// The spans of the legs that the caller may see, with what has come together in each and what it was settled with.
#[utoipa::path(get, path = "/subscriptions/{subscription}/commitments", tag = "charges", operation_id = "listCommitments",
    params(("subscription" = SubscriptionId, Path, description = "The subscription.")),
    responses((status = 200, description = "All spans.", body = Listed<CommitmentStanding>)))]
async fn commitments(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SubscriptionId>,
) -> ApiResult<Response> {
    let found = service::commitment_list(&state.platform, &caller.ctx, id).await?;
    Ok(reply::all(found))
}

/// List what is left of the quantities bought ahead with a subscription.
///
/// In the running month, on the legs that the caller may see, with the days on which it lapses. Nothing is left of what has ended.
#[utoipa::path(get, path = "/subscriptions/{subscription}/prepaid", tag = "charges", operation_id = "listPrepaid",
    params(("subscription" = SubscriptionId, Path, description = "The subscription.")),
    responses((status = 200, description = "All of them.", body = Listed<PrepaidStanding>)))]
async fn prepaid(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SubscriptionId>,
) -> ApiResult<Response> {
    let found = service::prepaid_list(&state.platform, &caller.ctx, id).await?;
    Ok(reply::all(found))
}

/// Read what an account owes a seller, and what it has to its credit there.
#[utoipa::path(get, path = "/accounts/{account}/standing", tag = "charges", operation_id = "getStanding",
    params(("account" = AccountId, Path, description = "Who buys."), BetweenParams),
    responses((status = 200, description = "Where the account stands.", body = Standing)))]
async fn standing(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(buyer_id): Ids<AccountId>,
    Params(params): Params<BetweenParams>,
) -> ApiResult<Response> {
    let between = Between {
        seller_id: params.seller,
        buyer_id,
        currency: params.currency,
    };
    let standing = service::standing(&state.platform, &caller.ctx, &between).await?;
    Ok(reply::one(&standing))
}

/// List the credit that an account has with its sellers.
#[utoipa::path(get, path = "/accounts/{account}/credits", tag = "charges", operation_id = "listCredits",
    params(("account" = AccountId, Path, description = "Whose credit.")),
    responses((status = 200, description = "All credit.", body = Listed<AccountCredit>)))]
async fn credits(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
) -> ApiResult<Response> {
    let credits = service::credit_list(&state.platform, &caller.ctx, account).await?;
    Ok(reply::all(credits))
}

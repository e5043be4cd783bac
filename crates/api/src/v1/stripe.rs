//! The accounts that sellers have at Stripe, and methods that payers give to it.

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use tradewind_billing::types::PaymentMethod;
use tradewind_connectors::{
    MethodPage, MethodSetup, PageBegin, SetupBegin, SetupFinish, StripeConfig, StripeRef,
    StripeSet, method_page_begin, method_setup_begin, method_setup_finish, stripe_get,
    stripe_remove, stripe_set, stripe_test,
};
use tradewind_kernel::id::AccountId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids},
    reply,
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(get, set, remove))
        .routes(routes!(test))
        .routes(routes!(begin))
        .routes(routes!(begin_page))
        .routes(routes!(finish))
}

/// Who is to be paid with a method.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetupWanted {
    /// The seller, whose account at Stripe keeps it.
    seller_id: AccountId,
}

/// Who is to be paid with a method, and where the payer's browser goes afterwards.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PageWanted {
    /// The seller, whose account at Stripe keeps it.
    seller_id: AccountId,
    /// An address of yours, at most 2,000 characters; `setup`, the name of what was begun, is added to its query.
    done_url: String,
    /// An address of yours for a payer who turns back.
    cancel_url: String,
}

/// What a payer has filled in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Filled {
    /// The seller, whose account at Stripe keeps it.
    seller_id: AccountId,
    /// The name of what was begun: `seti_…`, `cs_…`.
    setup: String,
}

/// What the keys of a seller are good for.
#[derive(Serialize, ToSchema)]
struct StripeTested {
    /// Currencies of the account.
    currencies: Vec<String>,
}

/// Read a seller's account at Stripe.
///
/// Its secrets are never told.
#[utoipa::path(get, path = "/accounts/{account}/stripe", tag = "payments", operation_id = "getStripeAccount",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "The account.", body = StripeConfig)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
) -> ApiResult<Response> {
    let found = stripe_get(&state.platform, &caller.ctx, seller).await?;
    Ok(reply::of_account(found.as_ref(), "stripe_account", seller)?)
}

/// Set a seller's account at Stripe.
///
/// Payments by methods that are kept there go through it from now on. Stripe is to send its webhooks to
/// `/hooks/stripe/{realm}/{account}` of this installation.
#[utoipa::path(put, path = "/accounts/{account}/stripe", tag = "payments", operation_id = "setStripeAccount",
    params(("account" = AccountId, Path, description = "The seller.")), request_body = StripeSet,
    responses((status = 200, description = "The account.", body = StripeConfig)))]
async fn set(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
    Body(keys): Body<StripeSet>,
) -> ApiResult<Response> {
    let set = stripe_set(&state.platform, &caller.ctx, seller, &keys).await?;
    Ok(reply::one(&set))
}

/// Forget a seller's account at Stripe.
///
/// Methods that are kept there cannot be charged any more.
#[utoipa::path(delete, path = "/accounts/{account}/stripe", tag = "payments", operation_id = "removeStripeAccount",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 204, description = "Forgotten.")))]
async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller_id): Ids<AccountId>,
) -> ApiResult<Response> {
    stripe_remove(&state.platform, &caller.ctx, &StripeRef { seller_id }).await?;
    Ok(reply::done())
}

/// Ask Stripe whether a seller's keys are good.
#[utoipa::path(post, path = "/accounts/{account}/stripe/test", tag = "payments", operation_id = "testStripeAccount",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "They are.", body = StripeTested)))]
async fn test(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
) -> ApiResult<Response> {
    let currencies = stripe_test(state.stripe()?, &caller.ctx, seller).await?;
    Ok(reply::one(&StripeTested { currencies }))
}

/// Begin to keep a method at Stripe, by your own page.
///
/// The payer's browser takes the data to Stripe with the client secret and the publishable key. No card data comes here.
#[utoipa::path(post, path = "/accounts/{account}/payment-methods/setups", tag = "payments",
    operation_id = "beginMethodSetup",
    params(("account" = AccountId, Path, description = "Whose method.")), request_body = SetupWanted,
    responses((status = 200, description = "What a browser needs.", body = MethodSetup)))]
async fn begin(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account_id): Ids<AccountId>,
    Body(wanted): Body<SetupWanted>,
) -> ApiResult<Response> {
    let input = SetupBegin {
        account_id,
        seller_id: wanted.seller_id,
    };
    let begun = method_setup_begin(state.stripe()?, &caller.ctx, &input).await?;
    Ok(reply::one(&begun))
}

/// Begin to keep a method at Stripe, on a page of Stripe's.
///
/// Send the payer's browser there; it comes back to your address.
#[utoipa::path(post, path = "/accounts/{account}/payment-methods/pages", tag = "payments",
    operation_id = "beginMethodPage",
    params(("account" = AccountId, Path, description = "Whose method.")), request_body = PageWanted,
    responses((status = 200, description = "The page.", body = MethodPage)))]
async fn begin_page(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account_id): Ids<AccountId>,
    Body(wanted): Body<PageWanted>,
) -> ApiResult<Response> {
    let input = PageBegin {
        account_id,
        seller_id: wanted.seller_id,
        done_url: wanted.done_url,
        cancel_url: wanted.cancel_url,
    };
    let begun = method_page_begin(state.stripe()?, &caller.ctx, &input).await?;
    Ok(reply::one(&begun))
}

/// Keep the method that a payer has given to Stripe.
///
/// Asked twice, the answer is the same method.
#[utoipa::path(post, path = "/accounts/{account}/payment-methods/kept", tag = "payments",
    operation_id = "finishMethodSetup",
    params(("account" = AccountId, Path, description = "Whose method.")), request_body = Filled,
    responses((status = 200, description = "The method.", body = PaymentMethod)))]
async fn finish(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account_id): Ids<AccountId>,
    Body(filled): Body<Filled>,
) -> ApiResult<Response> {
    let input = SetupFinish {
        account_id,
        seller_id: filled.seller_id,
        setup: filled.setup,
    };
    let method = method_setup_finish(state.stripe()?, &caller.ctx, &input).await?;
    Ok(reply::one(&method))
}

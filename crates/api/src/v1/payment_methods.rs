//! Stored ways to pay.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::{
    service::{self, MethodAdd, MethodRef},
    types::{CardInput, PaymentMethod},
};
use tradewind_kernel::id::{AccountId, PaymentMethodId};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list, add))
        .routes(routes!(remove))
        .routes(routes!(set_default))
}

/// A card to keep. It goes to the payment gateway and nowhere else.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCard {
    /// Digits only.
    number: String,
    /// `MM/YY`.
    expires: String,
    /// Card verification code.
    cvc: String,
    /// Whether it is used when none is named; the first always is.
    #[serde(default)]
    make_default: bool,
}

/// List the payment methods of an account.
#[utoipa::path(get, path = "/accounts/{account}/payment-methods", tag = "payments",
    operation_id = "listPaymentMethods",
    params(("account" = AccountId, Path, description = "Whose methods.")),
    responses((status = 200, description = "All methods.", body = Listed<PaymentMethod>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
) -> ApiResult<Response> {
    let methods = service::method_list(&state.platform, &caller.ctx, account).await?;
    Ok(reply::all(methods))
}

/// Keep a card.
///
/// The number is never stored nor answered. An `Idempotency-Key` has no effect here, for the same reason.
#[utoipa::path(post, path = "/accounts/{account}/payment-methods", tag = "payments",
    operation_id = "addPaymentMethod",
    params(("account" = AccountId, Path, description = "Whose card.")), request_body = NewCard,
    responses((status = 201, description = "The method.", body = PaymentMethod)))]
async fn add(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account_id): Ids<AccountId>,
    Body(card): Body<NewCard>,
) -> ApiResult<Response> {
    let input = MethodAdd {
        account_id,
        make_default: card.make_default,
        card: CardInput {
            number: card.number,
            expires: card.expires,
            cvc: card.cvc,
        },
    };
    let method =
        service::method_add(&state.platform, &caller.ctx, state.gateway()?, &input).await?;
    Ok(reply::created(
        &format!("/accounts/{account_id}/payment-methods"),
        &method,
    ))
}

/// Remove a payment method.
///
/// When it was the default, the newest of the others becomes it.
#[utoipa::path(delete, path = "/accounts/{account}/payment-methods/{method}", tag = "payments",
    operation_id = "removePaymentMethod",
    params(("account" = AccountId, Path, description = "Whose method."),
        ("method" = PaymentMethodId, Path, description = "The method.")),
    responses((status = 204, description = "Removed.")))]
async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    Ids((account_id, method_id)): Ids<(AccountId, PaymentMethodId)>,
) -> ApiResult<Response> {
    let input = MethodRef {
        account_id,
        method_id,
    };
    service::method_remove(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::done())
}

/// Use a payment method when none is named.
#[utoipa::path(post, path = "/accounts/{account}/payment-methods/{method}/default", tag = "payments",
    operation_id = "setDefaultPaymentMethod",
    params(("account" = AccountId, Path, description = "Whose method."),
        ("method" = PaymentMethodId, Path, description = "The method.")),
    responses((status = 204, description = "It is the default now.")))]
async fn set_default(
    State(state): State<ApiState>,
    caller: Caller,
    Ids((account_id, method_id)): Ids<(AccountId, PaymentMethodId)>,
) -> ApiResult<Response> {
    let input = MethodRef {
        account_id,
        method_id,
    };
    service::method_set_default(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::done())
}

//! What happens to card payments: held amounts are taken or let go, banks take payments back, failed ones are tried again.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::{
    service::{self, Chargeback, PaymentCapture, RetrySet},
    types::{PaymentStep, RetryPolicy},
};
use tradewind_kernel::{
    Money,
    id::{AccountId, PaymentId},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids},
    reply,
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(capture))
        .routes(routes!(void))
        .routes(routes!(charge_back))
        .routes(routes!(won))
        .routes(routes!(retries, set_retries))
}

/// What of a held payment is taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CaptureInput {
    /// How much; all that is held when left out. The rest is let go.
    #[serde(default)]
    amount: Option<Money>,
}

/// A payment that the payer's bank has taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChargebackInput {
    /// The bank's reference of the dispute.
    #[schema(max_length = 140)]
    reference: String,
    /// Why, as the bank says.
    #[schema(max_length = 500)]
    reason: String,
}

/// Take what is held on a card.
///
/// For the seller. The gateway is asked at once; the payment pays its invoice when it says so.
#[utoipa::path(post, path = "/payments/{payment}/capture", tag = "payments", operation_id = "capturePayment",
    params(("payment" = PaymentId, Path, description = "The payment.")), request_body = CaptureInput,
    responses((status = 202, description = "The step.", body = PaymentStep)))]
async fn capture(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(payment_id): Ids<PaymentId>,
    Body(body): Body<CaptureInput>,
) -> ApiResult<Response> {
    let input = PaymentCapture {
        payment_id,
        amount: body.amount,
    };
    let step = service::payment_capture(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::accepted(&step))
}

/// Let go what is held on a card.
#[utoipa::path(post, path = "/payments/{payment}/void", tag = "payments", operation_id = "voidPayment",
    params(("payment" = PaymentId, Path, description = "The payment.")),
    responses((status = 202, description = "The step.", body = PaymentStep)))]
async fn void(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<PaymentId>,
) -> ApiResult<Response> {
    let step = service::payment_void(&state.platform, &caller.ctx, id).await?;
    Ok(reply::accepted(&step))
}

/// Record that the payer's bank has taken a card payment back.
///
/// What it paid of its invoice is open again, what had become credit is taken as far as it is there, and the rest is lost.
#[utoipa::path(post, path = "/payments/{payment}/chargeback", tag = "payments", operation_id = "chargebackPayment",
    params(("payment" = PaymentId, Path, description = "The payment.")), request_body = ChargebackInput,
    responses((status = 201, description = "The step.", body = PaymentStep)))]
async fn charge_back(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(payment_id): Ids<PaymentId>,
    Body(body): Body<ChargebackInput>,
) -> ApiResult<Response> {
    let input = Chargeback {
        payment_id,
        reference: body.reference,
        reason: body.reason,
    };
    let step = service::chargeback_record(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::created(
        &format!("/payments/{payment_id}/steps"),
        &step,
    ))
}

/// Record that a dispute was won: the money is back.
#[utoipa::path(post, path = "/payments/{payment}/chargeback-won", tag = "payments", operation_id = "winChargeback",
    params(("payment" = PaymentId, Path, description = "The payment.")),
    responses((status = 200, description = "The step.", body = PaymentStep)))]
async fn won(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<PaymentId>,
) -> ApiResult<Response> {
    let step = service::chargeback_won(&state.platform, &caller.ctx, id).await?;
    Ok(reply::one(&step))
}

/// Read when a seller tries failed payments again.
#[utoipa::path(get, path = "/accounts/{account}/payment-retries", tag = "payments", operation_id = "getPaymentRetries",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "The policy.", body = RetryPolicy)))]
async fn retries(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
) -> ApiResult<Response> {
    let policy = service::retry_get(&state.platform, &caller.ctx, seller).await?;
    Ok(reply::one(&policy))
}

/// Set when a seller tries again what failed for a reason that may pass.
#[utoipa::path(put, path = "/accounts/{account}/payment-retries", tag = "payments", operation_id = "setPaymentRetries",
    params(("account" = AccountId, Path, description = "The seller.")), request_body = RetryPolicy,
    responses((status = 200, description = "The policy.", body = RetryPolicy)))]
async fn set_retries(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller_id): Ids<AccountId>,
    Body(policy): Body<RetryPolicy>,
) -> ApiResult<Response> {
    let input = RetrySet { seller_id, policy };
    let policy = service::retry_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&policy))
}

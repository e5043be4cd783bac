//! Payments: cards through the gateway, transfers recorded by the seller.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::{
    service::{self, ListQuery, PaymentPay, RefundBack, RefundRequest, TransferRecord},
    types::{Payment, PaymentStep},
};
use tradewind_kernel::{
    Money,
    id::{InvoiceId, PaymentId, PaymentMethodId, PaymentStepId},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, ListParams, Listing},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(confirm))
        .routes(routes!(of_invoice))
        .routes(routes!(pay))
        .routes(routes!(record_transfer))
        .routes(routes!(steps))
        .routes(routes!(refund))
        .routes(routes!(refunds))
        .routes(routes!(refund_record))
}

/// How to pay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PayInput {
    /// With what; the payer's default when left out.
    #[serde(default)]
    method_id: Option<PaymentMethodId>,
    /// Whether the amount is only held on the card, to be taken or let go by the seller later.
    #[serde(default)]
    hold: bool,
}

/// What to pay back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefundInput {
    /// How much; all that is left of the payment, as far as the payer has credit, when left out.
    #[serde(default)]
    amount: Option<Money>,
    /// Why.
    #[schema(max_length = 500)]
    reason: String,
}

/// What became of a refund by bank transfer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefundRecord {
    /// The bank's reference of the transfer; when left out, none is made, and the amount is credit again.
    #[serde(default)]
    #[schema(max_length = 140)]
    reference: Option<String>,
}

/// List payments, the latest first.
///
/// Fields: `kind`, `state`, `seller`, `payer`, `invoice`, `created`; sorted by `created`.
#[utoipa::path(get, path = "/payments", tag = "payments", operation_id = "listPayments", params(ListParams),
    responses((status = 200, description = "A page of payments.", body = Listed<Payment>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    listing: Listing,
) -> ApiResult<Response> {
    let query = ListQuery {
        filter: listing.wanted.filter.clone(),
        sort: listing.wanted.sort.clone(),
        page: listing.wanted.page.clone(),
    };
    let page = service::payment_list(&state.platform, &caller.ctx, &query).await?;
    Ok(reply::listed(&listing, page))
}

/// Read a payment.
#[utoipa::path(get, path = "/payments/{payment}", tag = "payments", operation_id = "getPayment",
    params(("payment" = PaymentId, Path, description = "The payment.")),
    responses((status = 200, description = "The payment.", body = Payment)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<PaymentId>,
) -> ApiResult<Response> {
    let payment = service::payment_get(&state.platform, &caller.ctx, id).await?;
    Ok(reply::one(&payment))
}

/// Go on with a payment after its payer was asked to confirm it.
///
/// The gateway says what became of it; a payment that waits for nobody is answered as it is.
#[utoipa::path(post, path = "/payments/{payment}/confirm", tag = "payments", operation_id = "confirmPayment",
    params(("payment" = PaymentId, Path, description = "The payment.")),
    responses((status = 200, description = "The payment.", body = Payment)))]
async fn confirm(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<PaymentId>,
) -> ApiResult<Response> {
    let gateway = state.gateway()?;
    let payment =
        service::payment_confirm_action(&state.platform, &caller.ctx, gateway, id).await?;
    Ok(reply::one(&payment))
}

/// List the payments of an invoice, the oldest first, failed attempts included.
#[utoipa::path(get, path = "/invoices/{invoice}/payments", tag = "payments", operation_id = "listInvoicePayments",
    params(("invoice" = InvoiceId, Path, description = "The invoice.")),
    responses((status = 200, description = "All payments.", body = Listed<Payment>)))]
async fn of_invoice(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<InvoiceId>,
) -> ApiResult<Response> {
    let payments = service::payments_of_invoice(&state.platform, &caller.ctx, id).await?;
    Ok(reply::all(payments))
}

/// Pay what is open of an invoice by card.
///
/// The answer says whether the money moved, did not, or whether the payer has to confirm (`requires_action`, with what
/// to do in `action`); confirm afterwards.
#[utoipa::path(post, path = "/invoices/{invoice}/pay", tag = "payments", operation_id = "payInvoice",
    params(("invoice" = InvoiceId, Path, description = "The invoice.")), request_body = PayInput,
    responses((status = 200, description = "The payment.", body = Payment)))]
async fn pay(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(invoice_id): Ids<InvoiceId>,
    Body(body): Body<PayInput>,
) -> ApiResult<Response> {
    let input = PaymentPay {
        invoice_id,
        method_id: body.method_id,
        hold: body.hold,
    };
    let payment =
        service::payment_pay(&state.platform, &caller.ctx, state.gateway()?, &input).await?;
    Ok(reply::one(&payment))
}

/// Record a bank transfer that has come in.
///
/// For the seller. A part leaves the rest of the invoice open; more than is open becomes credit of the payer.
#[utoipa::path(post, path = "/transfers", tag = "payments", operation_id = "recordTransfer",
    request_body = TransferRecord,
    responses((status = 201, description = "The payment.", body = Payment)))]
async fn record_transfer(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<TransferRecord>,
) -> ApiResult<Response> {
    let payment = service::transfer_record(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::created(
        &format!("/payments/{}", payment.id),
        &payment,
    ))
}

/// List what happened to a payment after it was made, the oldest first: refunds.
#[utoipa::path(get, path = "/payments/{payment}/steps", tag = "payments", operation_id = "listPaymentSteps",
    params(("payment" = PaymentId, Path, description = "The payment.")),
    responses((status = 200, description = "All steps.", body = Listed<PaymentStep>)))]
async fn steps(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<PaymentId>,
) -> ApiResult<Response> {
    let steps = service::payment_steps(&state.platform, &caller.ctx, id).await?;
    Ok(reply::all(steps))
}

/// Pay a payment back.
///
/// For the seller: from the payer's account credit, to where the payment came from. Cards are paid back by the gateway, which
/// may take its time; a transfer waits until the seller has made it.
#[utoipa::path(post, path = "/payments/{payment}/refunds", tag = "payments", operation_id = "refundPayment",
    params(("payment" = PaymentId, Path, description = "The payment.")), request_body = RefundInput,
    responses((status = 201, description = "The refund.", body = PaymentStep)))]
async fn refund(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(payment_id): Ids<PaymentId>,
    Body(body): Body<RefundInput>,
) -> ApiResult<Response> {
    let input = RefundRequest {
        payment_id,
        amount: body.amount,
        reason: body.reason,
    };
    let step = service::refund_request(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::created(
        &format!("/payments/{payment_id}/steps"),
        &step,
    ))
}

/// List refunds, the latest first.
///
/// Fields: `state`, `seller`, `payer`, `payment`, `note`, `created`; sorted by `created`.
#[utoipa::path(get, path = "/refunds", tag = "payments", operation_id = "listRefunds", params(ListParams),
    responses((status = 200, description = "A page of refunds.", body = Listed<PaymentStep>)))]
async fn refunds(
    State(state): State<ApiState>,
    caller: Caller,
    listing: Listing,
) -> ApiResult<Response> {
    let query = ListQuery {
        filter: listing.wanted.filter.clone(),
        sort: listing.wanted.sort.clone(),
        page: listing.wanted.page.clone(),
    };
    let page = service::refund_list(&state.platform, &caller.ctx, &query).await?;
    Ok(reply::listed(&listing, page))
}

/// Record what became of a refund by bank transfer.
#[utoipa::path(post, path = "/refunds/{refund}/record", tag = "payments", operation_id = "recordRefund",
    params(("refund" = PaymentStepId, Path, description = "The refund.")), request_body = RefundRecord,
    responses((status = 200, description = "The refund.", body = PaymentStep)))]
async fn refund_record(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(refund_id): Ids<PaymentStepId>,
    Body(body): Body<RefundRecord>,
) -> ApiResult<Response> {
    let input = RefundBack {
        refund_id,
        reference: body.reference,
    };
    let step = service::refund_settle(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&step))
}

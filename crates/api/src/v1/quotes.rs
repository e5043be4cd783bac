//! Quotes: what an order would cost and do. An order confirms a quote.

use axum::{extract::State, response::Response};
use tradewind_flows::quote::{
    CancelInput, ChangeInput, CorrectionInput, PurchaseInput, QuoteView, quote_cancel,
    quote_change, quote_correction, quote_get, quote_purchase,
};
use tradewind_kernel::id::QuoteId;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids},
    reply,
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(purchase))
        .routes(routes!(change))
        .routes(routes!(cancel))
        .routes(routes!(correction))
        .routes(routes!(get))
}

/// Quote a purchase: a new subscription.
#[utoipa::path(post, path = "/quotes/purchase", tag = "orders", operation_id = "quotePurchase", request_body = PurchaseInput,
    responses((status = 201, description = "The quote.", body = QuoteView)))]
async fn purchase(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<PurchaseInput>,
) -> ApiResult<Response> {
    let quote = quote_purchase(&state.platform, &caller.ctx, &input).await?;
    Ok(quoted(&quote))
}

/// Quote a change: other quantities or another plan.
///
/// More takes effect at once and is prorated; less waits for the end of the period.
#[utoipa::path(post, path = "/quotes/change", tag = "orders", operation_id = "quoteChange", request_body = ChangeInput,
    responses((status = 201, description = "The quote.", body = QuoteView)))]
async fn change(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<ChangeInput>,
) -> ApiResult<Response> {
    let quote = quote_change(&state.platform, &caller.ctx, &input).await?;
    Ok(quoted(&quote))
}

/// Quote the end of a subscription.
#[utoipa::path(post, path = "/quotes/cancel", tag = "orders", operation_id = "quoteCancel", request_body = CancelInput,
    responses((status = 201, description = "The quote.", body = QuoteView)))]
async fn cancel(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<CancelInput>,
) -> ApiResult<Response> {
    let quote = quote_cancel(&state.platform, &caller.ctx, &input).await?;
    Ok(quoted(&quote))
}

/// Quote a correction: what should have been otherwise from a day in the past on.
///
/// What was charged for the time since is computed anew; what differs is taken back and charged, on every leg of the sale.
/// The provider makes corrections; the price that it asks of its own customer every seller sets right itself.
#[utoipa::path(post, path = "/quotes/correction", tag = "orders", operation_id = "quoteCorrection", request_body = CorrectionInput,
    responses((status = 201, description = "The quote.", body = QuoteView)))]
async fn correction(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<CorrectionInput>,
) -> ApiResult<Response> {
    let quote = quote_correction(&state.platform, &caller.ctx, &input).await?;
    Ok(quoted(&quote))
}

/// Read a quote.
#[utoipa::path(get, path = "/quotes/{quote}", tag = "orders", operation_id = "getQuote",
    params(("quote" = QuoteId, Path, description = "The quote.")),
    responses((status = 200, description = "The quote.", body = QuoteView)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(quote): Ids<QuoteId>,
) -> ApiResult<Response> {
    let quote = quote_get(&state.platform, &caller.ctx, quote).await?;
    Ok(reply::one(&quote))
}

fn quoted(quote: &QuoteView) -> Response {
    reply::created(&format!("/quotes/{}", quote.id), quote)
}

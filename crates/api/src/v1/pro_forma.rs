//! Pro-forma invoices: what could be invoiced, without number and booking.

use axum::{body::Body as Bytes, extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::{service::Between, types::ProForma};
use tradewind_flows::pro_forma::{ProFormaOf, pro_forma_pdf, pro_forma_send};
use tradewind_kernel::{
    Currency,
    id::{AccountId, QuoteId},
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Ids, Params},
    reply,
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(open))
        .routes(routes!(send_open))
        .routes(routes!(of_quote))
        .routes(routes!(send_quote))
}

/// In which currency.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CurrencyParams {
    /// Of the charges.
    currency: Currency,
}

/// A file as it is described; what is sent are its bytes.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code)] // only its description is used
struct ProFormaPdf(Vec<u8>);

const fn between(
    (seller_id, buyer_id): (AccountId, AccountId),
    params: &CurrencyParams,
) -> ProFormaOf {
    ProFormaOf::Open(Between {
        seller_id,
        buyer_id,
        currency: params.currency,
    })
}

async fn file(state: &ApiState, caller: &Caller, of: ProFormaOf) -> ApiResult<Response> {
    let (name, bytes) = pro_forma_pdf(&state.platform, &caller.ctx, of).await?;
    Ok(reply::file("application/pdf", &name, Bytes::from(bytes)))
}

async fn send(state: &ApiState, caller: &Caller, of: ProFormaOf) -> ApiResult<Response> {
    let sent = pro_forma_send(&state.platform, &caller.ctx, of).await?;
    Ok(reply::one(&sent))
}

/// Get a pro-forma invoice over what is charged to a buyer and not invoiced yet, as a PDF.
///
/// It has no number, is booked nowhere, and is in the buyer's language.
#[utoipa::path(get, path = "/accounts/{account}/pro-forma/{buyer}", tag = "pro-forma", operation_id = "getProForma",
    params(("account" = AccountId, Path, description = "The seller."), ("buyer" = AccountId, Path, description = "Who buys."), CurrencyParams),
    responses((status = 200, description = "The file.", body = ProFormaPdf, content_type = "application/pdf")))]
async fn open(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(ids): Ids<(AccountId, AccountId)>,
    Params(params): Params<CurrencyParams>,
) -> ApiResult<Response> {
    file(&state, &caller, between(ids, &params)).await
}

/// Send a pro-forma invoice over what is charged to a buyer and not invoiced yet to it by mail.
#[utoipa::path(post, path = "/accounts/{account}/pro-forma/{buyer}", tag = "pro-forma", operation_id = "sendProForma",
    params(("account" = AccountId, Path, description = "The seller."), ("buyer" = AccountId, Path, description = "Who buys."), CurrencyParams),
    responses((status = 200, description = "What was sent.", body = ProForma)))]
async fn send_open(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(ids): Ids<(AccountId, AccountId)>,
    Params(params): Params<CurrencyParams>,
) -> ApiResult<Response> {
    send(&state, &caller, between(ids, &params)).await
}

/// Get a pro-forma invoice over what is due now if a quote is ordered, as a PDF.
#[utoipa::path(get, path = "/quotes/{quote}/pro-forma", tag = "pro-forma", operation_id = "getQuoteProForma",
    params(("quote" = QuoteId, Path, description = "The quote.")),
    responses((status = 200, description = "The file.", body = ProFormaPdf, content_type = "application/pdf")))]
async fn of_quote(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(quote_id): Ids<QuoteId>,
) -> ApiResult<Response> {
    file(&state, &caller, ProFormaOf::Quote { quote_id }).await
}

/// Send a pro-forma invoice over what is due now if a quote is ordered to its customer by mail.
#[utoipa::path(post, path = "/quotes/{quote}/pro-forma", tag = "pro-forma", operation_id = "sendQuoteProForma",
    params(("quote" = QuoteId, Path, description = "The quote.")),
    responses((status = 200, description = "What was sent.", body = ProForma)))]
async fn send_quote(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(quote_id): Ids<QuoteId>,
) -> ApiResult<Response> {
    send(&state, &caller, ProFormaOf::Quote { quote_id }).await
}

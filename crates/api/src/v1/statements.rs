//! Statements of account: what moved a buyer's account with its seller, balances brought forward.

use axum::{body::Body as Bytes, extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::{
    service::{self, StatementOf},
    types::Statement,
};
use tradewind_flows::statement::{statement_csv, statement_pdf};
use tradewind_kernel::{Currency, Date, id::AccountId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Ids, Params},
    reply,
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(get))
        .routes(routes!(csv))
        .routes(routes!(pdf))
}

/// With whom, and for when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StatementParams {
    /// Who sells.
    seller: AccountId,
    /// In which currency; the one in which the two trade when left out.
    #[serde(default)]
    currency: Option<Currency>,
    /// First day, in the seller's time zone; that of the last day's month when left out.
    #[serde(default)]
    from: Option<Date>,
    /// Last day; today when left out.
    #[serde(default)]
    until: Option<Date>,
}

impl StatementParams {
    const fn of(&self, buyer_id: AccountId) -> StatementOf {
        StatementOf {
            seller_id: self.seller,
            buyer_id,
            currency: self.currency,
            from: self.from,
            until: self.until,
        }
    }
}

/// A file as it is described; what is sent are its bytes.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code)] // only its description is used
struct StatementPdf(Vec<u8>);

/// Read an account's statement with a seller.
///
/// Every movement of some days in order, with the balance after each: invoices, credit notes, payments, refunds, chargebacks,
/// write-offs and credit. The closing balance of a period is the opening balance of the next; what is owed on invoices is
/// told by age.
#[utoipa::path(get, path = "/accounts/{account}/statement", tag = "statements", operation_id = "getStatement",
    params(("account" = AccountId, Path, description = "Who buys."), StatementParams),
    responses((status = 200, description = "The statement.", body = Statement)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(buyer): Ids<AccountId>,
    Params(params): Params<StatementParams>,
) -> ApiResult<Response> {
    let found = service::statement_get(&state.platform, &caller.ctx, &params.of(buyer)).await?;
    Ok(reply::one(&found))
}

/// Get an account's statement with a seller as CSV.
#[utoipa::path(get, path = "/accounts/{account}/statement.csv", tag = "statements", operation_id = "getStatementCsv",
    params(("account" = AccountId, Path, description = "Who buys."), StatementParams),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv")))]
async fn csv(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(buyer): Ids<AccountId>,
    Params(params): Params<StatementParams>,
) -> ApiResult<Response> {
    let (name, bytes) = statement_csv(&state.platform, &caller.ctx, &params.of(buyer)).await?;
    Ok(reply::file(
        "text/csv; charset=utf-8",
        &name,
        Bytes::from(bytes),
    ))
}

/// Get an account's statement with a seller as a PDF, in the buyer's language.
#[utoipa::path(get, path = "/accounts/{account}/statement/pdf", tag = "statements", operation_id = "getStatementPdf",
    params(("account" = AccountId, Path, description = "Who buys."), StatementParams),
    responses((status = 200, description = "The file.", body = StatementPdf, content_type = "application/pdf")))]
async fn pdf(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(buyer): Ids<AccountId>,
    Params(params): Params<StatementParams>,
) -> ApiResult<Response> {
    let (name, bytes) = statement_pdf(&state.platform, &caller.ctx, &params.of(buyer)).await?;
    Ok(reply::file("application/pdf", &name, Bytes::from(bytes)))
}

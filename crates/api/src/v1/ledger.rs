//! The books: balances, export as plain-text accounting, and whether everything adds up.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::{
    service,
    types::{AccountBalance, ExportFormat, Finding},
};
use tradewind_kernel::{Date, Zone, id::AccountId};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Ids, Params},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(balances))
        .routes(routes!(export))
        .routes(routes!(check))
}

/// Of which day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DayParams {
    /// Up to and including this day; today (in UTC) when left out.
    #[serde(default)]
    on: Option<Date>,
}

/// How to write the books.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExportParams {
    /// The format.
    #[param(inline)]
    format: ExportFormat,
}

/// List the balances of an account's own book.
#[utoipa::path(get, path = "/accounts/{account}/ledger", tag = "ledger", operation_id = "listLedgerBalances",
    params(("account" = AccountId, Path, description = "Whose book."), DayParams),
    responses((status = 200, description = "All balances.", body = Listed<AccountBalance>)))]
async fn balances(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Params(params): Params<DayParams>,
) -> ApiResult<Response> {
    let today = || caller.ctx.now.date_in(&Zone::utc());
    let on = params.on.unwrap_or_else(today);
    let balances = service::ledger_balances(&state.platform, &caller.ctx, account, on).await?;
    Ok(reply::all(balances))
}

/// Get an account's book as plain-text accounting.
#[utoipa::path(get, path = "/accounts/{account}/ledger/export", tag = "ledger", operation_id = "exportLedger",
    params(("account" = AccountId, Path, description = "Whose book."), ExportParams),
    responses((status = 200, description = "The file.", body = String, content_type = "text/plain")))]
async fn export(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Params(ExportParams { format }): Params<ExportParams>,
) -> ApiResult<Response> {
    let name = format!("{account}.{format}");
    reply::piecewise("text/plain; charset=utf-8", &name, move |place| {
        let (platform, ctx) = (state.platform.clone(), caller.ctx.clone());
        async move {
            let piece =
                service::ledger_export_piece(&platform, &ctx, account, format, place).await?;
            Ok((piece.text.into_bytes(), piece.next))
        }
    })
    .await
}

/// Check the books of the realm.
///
/// For the provider: entries balance, documents are their lines, numbers have no gaps, usage is billed once. An empty
/// list means that the books are right.
#[utoipa::path(get, path = "/billing/check", tag = "ledger", operation_id = "checkBooks",
    responses((status = 200, description = "What was found wrong.", body = Listed<Finding>)))]
async fn check(State(state): State<ApiState>, caller: Caller) -> ApiResult<Response> {
    let findings = service::check(&state.platform, &caller.ctx).await?;
    Ok(reply::all(findings))
}

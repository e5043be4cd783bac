//! The books: balances, export as plain-text accounting, and whether everything adds up.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::{
    service::{self, ChartSet, MonthAct},
    types::{AccountBalance, BookState, ChartAccount, ExportFormat, Finding},
};
use tradewind_kernel::{Date, Zone, id::AccountId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, Params},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(balances))
        .routes(routes!(export))
        .routes(routes!(check))
        .routes(routes!(book))
        .routes(routes!(close))
        .routes(routes!(reopen))
        .routes(routes!(seal))
        .routes(routes!(chart, number))
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
///
/// `sealed` are the entries as they were hashed, each with its hash, in the order of the chain.
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

/// A month.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MonthInput {
    /// Any day of the month.
    #[schema(value_type = String, format = Date)]
    month: Date,
    /// Why; needed to open a month again.
    #[serde(default)]
    #[schema(max_length = 300)]
    reason: String,
}

impl MonthInput {
    fn of(self, book_id: AccountId) -> MonthAct {
        MonthAct {
            book_id,
            month: self.month,
            reason: self.reason,
        }
    }
}

/// How far an account's book is closed and sealed.
#[utoipa::path(get, path = "/accounts/{account}/ledger/book", tag = "ledger", operation_id = "getLedgerBook",
    params(("account" = AccountId, Path, description = "Whose book.")),
    responses((status = 200, description = "The book.", body = BookState)))]
async fn book(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
) -> ApiResult<Response> {
    let book = service::book_get(&state.platform, &caller.ctx, account).await?;
    Ok(reply::one(&book))
}

/// Close a month of an account's book.
///
/// The months before it are closed with it. What is booked later for a closed day counts for the first open one and keeps its own
/// day beside it.
#[utoipa::path(post, path = "/accounts/{account}/ledger/close", tag = "ledger", operation_id = "closeLedgerMonth",
    params(("account" = AccountId, Path, description = "Whose book.")), request_body = MonthInput,
    responses((status = 200, description = "The book.", body = BookState)))]
async fn close(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Body(body): Body<MonthInput>,
) -> ApiResult<Response> {
    let book = service::month_close(&state.platform, &caller.ctx, &body.of(account)).await?;
    Ok(reply::one(&book))
}

/// Open the month again that was closed last.
#[utoipa::path(post, path = "/accounts/{account}/ledger/reopen", tag = "ledger", operation_id = "reopenLedgerMonth",
    params(("account" = AccountId, Path, description = "Whose book.")), request_body = MonthInput,
    responses((status = 200, description = "The book.", body = BookState)))]
async fn reopen(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Body(body): Body<MonthInput>,
) -> ApiResult<Response> {
    let book = service::month_reopen(&state.platform, &caller.ctx, &body.of(account)).await?;
    Ok(reply::one(&book))
}

/// Seal the entries of an account's book that are not sealed yet.
///
/// This happens every day, and when a month is closed.
#[utoipa::path(post, path = "/accounts/{account}/ledger/seal", tag = "ledger", operation_id = "sealLedger",
    params(("account" = AccountId, Path, description = "Whose book.")),
    responses((status = 200, description = "The book.", body = BookState)))]
async fn seal(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
) -> ApiResult<Response> {
    service::ledger_seal(&state.platform, &caller.ctx, account).await?;
    let book = service::book_get(&state.platform, &caller.ctx, account).await?;
    Ok(reply::one(&book))
}

/// List the accounts that have numbers in an account's book.
#[utoipa::path(get, path = "/accounts/{account}/ledger/chart", tag = "ledger", operation_id = "listLedgerChart",
    params(("account" = AccountId, Path, description = "Whose book.")),
    responses((status = 200, description = "The chart.", body = Listed<ChartAccount>)))]
async fn chart(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
) -> ApiResult<Response> {
    let chart = service::chart_get(&state.platform, &caller.ctx, account).await?;
    Ok(reply::all(chart))
}

/// Give an account of a book a number and a name, or take both away.
///
/// Balances and exports show them.
#[utoipa::path(put, path = "/accounts/{account}/ledger/chart", tag = "ledger", operation_id = "setLedgerChart",
    params(("account" = AccountId, Path, description = "Whose book.")), request_body = ChartAccount,
    responses((status = 200, description = "The chart.", body = Listed<ChartAccount>)))]
async fn number(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Body(body): Body<ChartAccount>,
) -> ApiResult<Response> {
    let input = ChartSet {
        book_id: account,
        account: body,
    };
    let chart = service::chart_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::all(chart))
}

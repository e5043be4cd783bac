//! Books that are valued in one currency, and what they win and lose by others.

use axum::{body::Body as Bytes, extract::State, response::Response};
use tradewind_billing::{
    service::{self, BookCurrencySet},
    types::{BookCurrency, CurrencyAsk, CurrencyMonth},
};
use tradewind_flows::currency::currency_csv;
use tradewind_kernel::id::AccountId;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::revenue::{MonthParams, MonthsParams};
use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, Params},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(policy, set_policy))
        .routes(routes!(report))
        .routes(routes!(lines_csv))
}

/// Get the currency in which a book is valued.
#[utoipa::path(get, path = "/accounts/{account}/book-currency", tag = "ledger", operation_id = "getBookCurrency",
    params(("account" = AccountId, Path, description = "Whose book.")),
    responses((status = 200, description = "The currency.", body = BookCurrency)))]
async fn policy(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
) -> ApiResult<Response> {
    let policy = service::book_currency_get(&state.platform, &caller.ctx, account).await?;
    Ok(reply::one(&policy))
}

/// Set the currency in which a book is valued.
///
/// From the month of `since` on, what is owed in other currencies is valued at the rate of its day; when it is settled, the difference to
/// the rate of that day is won or lost, and the end of each month books it.
#[utoipa::path(put, path = "/accounts/{account}/book-currency", tag = "ledger", operation_id = "setBookCurrency",
    params(("account" = AccountId, Path, description = "Whose book.")), request_body = BookCurrency,
    responses((status = 200, description = "The currency.", body = BookCurrency)))]
async fn set_policy(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Body(policy): Body<BookCurrency>,
) -> ApiResult<Response> {
    let input = BookCurrencySet {
        book_id: account,
        policy,
    };
    let policy = service::book_currency_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&policy))
}

/// List what a book has won and lost by what was owed in other currencies, by month.
#[utoipa::path(get, path = "/accounts/{account}/currency-differences", tag = "ledger", operation_id = "listCurrencyDifferences",
    params(("account" = AccountId, Path, description = "Whose book."), MonthsParams),
    responses((status = 200, description = "The months.", body = Listed<CurrencyMonth>)))]
async fn report(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Params(params): Params<MonthsParams>,
) -> ApiResult<Response> {
    let ask = CurrencyAsk {
        book_id: account,
        from: params.from,
        months: params.months,
    };
    let months = service::currency_report(&state.platform, &caller.ctx, &ask).await?;
    Ok(reply::all(months))
}

/// Get the postings behind a month of currency differences as CSV.
#[utoipa::path(get, path = "/accounts/{account}/currency-differences.csv", tag = "ledger", operation_id = "getCurrencyDifferencesCsv",
    params(("account" = AccountId, Path, description = "Whose book."), MonthParams),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv")))]
async fn lines_csv(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Params(MonthParams { month }): Params<MonthParams>,
) -> ApiResult<Response> {
    let csv = currency_csv(&state.platform, &caller.ctx, account, month).await?;
    let name = format!("currency-{account}-{month}.csv");
    Ok(reply::file(
        "text/csv; charset=utf-8",
        &name,
        Bytes::from(csv),
    ))
}

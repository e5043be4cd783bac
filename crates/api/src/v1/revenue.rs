//! The revenue schedule: what is billed in advance, and when it is earned.

use axum::{body::Body as Bytes, extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::{
    service::{self, RevenueSet},
    types::{RevenueAsk, RevenueMonth, RevenuePolicy},
};
use tradewind_flows::revenue::{revenue_csv, revenue_lines_csv};
use tradewind_kernel::{Date, id::AccountId};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, Params},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(report))
        .routes(routes!(report_csv))
        .routes(routes!(lines_csv))
        .routes(routes!(policy, set_policy))
        .routes(routes!(book))
}

/// Which months.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MonthsParams {
    /// Any day of the first month; the fifth before the current one when left out.
    #[serde(default)]
    pub(super) from: Option<Date>,
    /// How many, at most 60; twelve when left out.
    #[serde(default)]
    pub(super) months: Option<u32>,
}

impl MonthsParams {
    fn of(&self, seller_id: AccountId) -> RevenueAsk {
        RevenueAsk {
            seller_id,
            from: self.from,
            months: self.months,
        }
    }
}

/// Which month.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MonthParams {
    /// Any day of the month.
    pub(super) month: Date,
}

/// List what was deferred, billed and recognised, by currency and month.
///
/// What a line has earned by a day is its share of the days of its time, rounded once; all months together earn the line to the cent. Months to
/// come show what was billed so far will earn.
#[utoipa::path(get, path = "/accounts/{account}/revenue", tag = "ledger", operation_id = "listRevenue",
    params(("account" = AccountId, Path, description = "The seller."), MonthsParams),
    responses((status = 200, description = "The months.", body = Listed<RevenueMonth>)))]
async fn report(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Params(params): Params<MonthsParams>,
) -> ApiResult<Response> {
    let ask = params.of(account);
    let months = service::revenue_report(&state.platform, &caller.ctx, &ask).await?;
    Ok(reply::all(months))
}

/// Get what was deferred, billed and recognised as CSV.
#[utoipa::path(get, path = "/accounts/{account}/revenue.csv", tag = "ledger", operation_id = "getRevenueCsv",
    params(("account" = AccountId, Path, description = "The seller."), MonthsParams),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv")))]
async fn report_csv(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Params(params): Params<MonthsParams>,
) -> ApiResult<Response> {
    let csv = revenue_csv(&state.platform, &caller.ctx, &params.of(account)).await?;
    let name = format!("revenue-{account}.csv");
    Ok(reply::file(
        "text/csv; charset=utf-8",
        &name,
        Bytes::from(csv),
    ))
}

/// Get the lines of documents behind a month of the revenue schedule as CSV.
#[utoipa::path(get, path = "/accounts/{account}/revenue-lines.csv", tag = "ledger", operation_id = "getRevenueLinesCsv",
    params(("account" = AccountId, Path, description = "The seller."), MonthParams),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv")))]
async fn lines_csv(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Params(MonthParams { month }): Params<MonthParams>,
) -> ApiResult<Response> {
    let name = format!("revenue-{account}-{month}.csv");
    reply::piecewise("text/csv; charset=utf-8", &name, move |after| {
        let (platform, ctx) = (state.platform.clone(), caller.ctx.clone());
        async move { revenue_lines_csv(&platform, &ctx, account, month, after).await }
    })
    .await
}

/// When a seller's books have its sales.
#[utoipa::path(get, path = "/accounts/{account}/revenue-policy", tag = "ledger", operation_id = "getRevenuePolicy",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "The policy.", body = RevenuePolicy)))]
async fn policy(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
) -> ApiResult<Response> {
    let policy = service::revenue_policy_get(&state.platform, &caller.ctx, account).await?;
    Ok(reply::one(&policy))
}

/// Set when a seller's books have its sales: with the document, or by the day.
///
/// By the day, the end of each month from `since` on books what is not earned yet as `liabilities:deferred`. Back again, what is
/// deferred is released at the end of the next month.
#[utoipa::path(put, path = "/accounts/{account}/revenue-policy", tag = "ledger", operation_id = "setRevenuePolicy",
    params(("account" = AccountId, Path, description = "The seller.")), request_body = RevenuePolicy,
    responses((status = 200, description = "The policy.", body = RevenuePolicy)))]
async fn set_policy(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Body(policy): Body<RevenuePolicy>,
) -> ApiResult<Response> {
    let input = RevenueSet {
        seller_id: account,
        policy,
    };
    let policy = service::revenue_policy_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&policy))
}

/// Book the deferred revenue of the months that are over.
///
/// This happens every day, and before a month is closed.
#[utoipa::path(post, path = "/accounts/{account}/revenue/book", tag = "ledger", operation_id = "bookRevenue",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "The months.", body = Listed<RevenueMonth>)))]
async fn book(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
) -> ApiResult<Response> {
    service::revenue_book(&state.platform, &caller.ctx, account).await?;
    let ask = RevenueAsk {
        seller_id: account,
        from: None,
        months: None,
    };
    let months = service::revenue_report(&state.platform, &caller.ctx, &ask).await?;
    Ok(reply::all(months))
}

//! Answers of banks to files of payments.

use axum::{
    body::Body as Upload,
    extract::{DefaultBodyLimit, State},
    response::Response,
};
use http::HeaderMap;
use serde::Deserialize;
use tradewind_billing::{
    rules::sepa_status::FILE_MAX,
    service::{self, PayoutReportImport, ReportLooked},
    types::{PayoutReport, PayoutReportItem},
};
use tradewind_kernel::id::{AccountId, StatusReportId};
use utoipa::IntoParams;
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt as _},
    routes,
};

use super::bank::media_expected;
use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, Params},
    reply::{self, Listed},
    upload,
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list, import).layer(DefaultBodyLimit::disable()))
        .routes(routes!(doubts))
        .routes(routes!(items))
        .routes(routes!(looked))
}

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReportParams {
    /// Name of the file, for people.
    #[param(min_length = 1, max_length = 200)]
    file_name: String,
    /// Read by the caller's context; named here because nothing unknown is let through.
    #[serde(default, rename = "dry_run")]
    #[param(ignore)]
    _dry_run: Option<bool>,
}

/// List the answers of banks to files of payments.
#[utoipa::path(get, path = "/accounts/{account}/payout-reports", tag = "settlements", operation_id = "listPayoutReports",
    params(("account" = AccountId, Path, description = "Who pays.")),
    responses((status = 200, description = "The latest first.", body = Listed<PayoutReport>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
) -> ApiResult<Response> {
    let reports = service::payout_report_list(&state.platform, &caller.ctx, account).await?;
    Ok(reply::all(reports))
}

/// Import an answer of a bank to a file of payments (ISO 20022 `pain.002`).
///
/// What it rejects has failed, what it has settled is paid, once, however often it says so. What names no file or payment of the payer's,
/// and what contradicts what is recorded, waits for a person. The same file again does nothing. 16 MiB at most.
#[utoipa::path(post, path = "/accounts/{account}/payout-reports", tag = "settlements", operation_id = "importPayoutReport",
    params(("account" = AccountId, Path, description = "Who pays."), ReportParams),
    request_body(content((String = "application/xml")), description = "The file."),
    responses((status = 201, description = "What came of it.", body = PayoutReport)))]
async fn import(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(payer_id): Ids<AccountId>,
    Params(params): Params<ReportParams>,
    headers: HeaderMap,
    body: Upload,
) -> ApiResult<Response> {
    service::payout_report_allowed(&state.platform, &caller.ctx, payer_id).await?;
    media_expected(&headers, false)?;
    let content = upload::whole(body, FILE_MAX >> 20).await?;
    let input = PayoutReportImport {
        payer_id,
        file_name: &params.file_name,
        content: &content,
    };
    let report = service::payout_report_import(&state.platform, &caller.ctx, &input).await?;
    let place = format!("/payout-reports/{}/items", report.id);
    Ok(reply::created(&place, &report))
}

/// List what banks have said that waits for a person.
#[utoipa::path(get, path = "/accounts/{account}/payout-doubts", tag = "settlements", operation_id = "listPayoutDoubts",
    params(("account" = AccountId, Path, description = "Who pays.")),
    responses((status = 200, description = "The oldest first.", body = Listed<PayoutReportItem>)))]
async fn doubts(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
) -> ApiResult<Response> {
    let doubts = service::payout_doubts(&state.platform, &caller.ctx, account).await?;
    Ok(reply::all(doubts))
}

/// List what an answer of a bank says, and what became of it.
#[utoipa::path(get, path = "/payout-reports/{report}/items", tag = "settlements", operation_id = "listPayoutReportItems",
    params(("report" = StatusReportId, Path, description = "The answer.")),
    responses((status = 200, description = "In its order.", body = Listed<PayoutReportItem>)))]
async fn items(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<StatusReportId>,
) -> ApiResult<Response> {
    let items = service::payout_report_items(&state.platform, &caller.ctx, id).await?;
    Ok(reply::all(items))
}

/// Note that somebody has looked at what a bank has said, and what came of it.
#[utoipa::path(post, path = "/payout-reports/{report}/items/{no}/look", tag = "settlements", operation_id = "lookAtPayoutReport",
    params(("report" = StatusReportId, Path, description = "The answer."), ("no" = i64, Path, description = "Its item.")),
    request_body = ReportLooked, responses((status = 204, description = "Noted.")))]
async fn looked(
    State(state): State<ApiState>,
    caller: Caller,
    Ids((id, no)): Ids<(StatusReportId, i64)>,
    Body(body): Body<ReportLooked>,
) -> ApiResult<Response> {
    service::payout_doubt_looked(&state.platform, &caller.ctx, id, no, &body).await?;
    Ok(reply::done())
}

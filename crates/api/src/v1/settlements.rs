//! Settlements with vendors and with sellers for whom another collects, and files of payments.

use axum::{body::Body as Bytes, extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::{
    service::{self, ListQuery, PayoutOrder, SettlementAct, SettlementRun, SettlementSet},
    types::{
        PayeeSettlement, PayoutFile, SettlementDetail, SettlementDue, SettlementKind,
        SettlementPolicy,
    },
};
use tradewind_flows::settlement::settlement_csv;
use tradewind_kernel::{
    Date,
    id::{AccountId, PayoutFileId, SettlementId},
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, ListParams, Listing, Params},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(csv))
        .routes(routes!(act))
        .routes(routes!(due))
        .routes(routes!(run))
        .routes(routes!(policy, set_policy))
        .routes(routes!(files, make_file))
        .routes(routes!(file))
}

/// For whom.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PayeeParams {
    /// `vendor` or `collected`: what is settled; shares of vendors when left out.
    #[serde(default)]
    kind: Option<SettlementKind>,
    /// The vendor or seller; all of the kind that have no policy of their own when left out.
    #[serde(default)]
    payee: Option<AccountId>,
    /// Read by the caller's context; named here because nothing unknown is let through.
    #[serde(default, rename = "dry_run")]
    #[param(ignore)]
    _dry_run: Option<bool>,
}

/// What is done with a settlement.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SettlementActInput {
    /// `approve`, `discard` (while it is open), `pay`, or `fail` (the bank has not paid it).
    act: String,
    /// A reference, or the reason of the bank.
    #[serde(default)]
    #[schema(max_length = 140)]
    note: String,
    /// The day of the payment; today when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    on: Option<Date>,
}

/// List settlements.
///
/// Those that one's account pays or gets. Fields: `kind`, `state`, `payee`, `payer`, `number`, `currency`, `until`, `due`; sorted by `number`,
/// `until`, `due`.
#[utoipa::path(get, path = "/settlements", tag = "settlements", operation_id = "listSettlements", params(ListParams),
    responses((status = 200, description = "A page of settlements.", body = Listed<PayeeSettlement>)))]
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
    let page = service::settlement_list(&state.platform, &caller.ctx, &query).await?;
    Ok(reply::listed(&listing, page))
}

/// Read a settlement.
#[utoipa::path(get, path = "/settlements/{settlement}", tag = "settlements", operation_id = "getSettlement",
    params(("settlement" = SettlementId, Path, description = "The settlement.")),
    responses((status = 200, description = "The settlement.", body = SettlementDetail)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SettlementId>,
) -> ApiResult<Response> {
    let found = service::settlement_get(&state.platform, &caller.ctx, id).await?;
    Ok(reply::one(&found))
}

/// Get what is behind a settlement as CSV: its charges, or what was collected.
#[utoipa::path(get, path = "/settlements/{settlement}/charges.csv", tag = "settlements", operation_id = "getSettlementCsv",
    params(("settlement" = SettlementId, Path, description = "The settlement.")),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv")))]
async fn csv(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SettlementId>,
) -> ApiResult<Response> {
    let name = format!("{id}.csv");
    reply::piecewise("text/csv; charset=utf-8", &name, move |after| {
        let (platform, ctx) = (state.platform.clone(), caller.ctx.clone());
        async move { settlement_csv(&platform, &ctx, id, after).await }
    })
    .await
}

/// Approve a settlement, discard it, or note that it was paid or not.
///
/// Approving books the fee, what is held, and what is to be paid. A settlement that the bank has not paid can be in another file.
#[utoipa::path(post, path = "/settlements/{settlement}/act", tag = "settlements", operation_id = "actOnSettlement",
    params(("settlement" = SettlementId, Path, description = "The settlement.")), request_body = SettlementActInput,
    responses((status = 200, description = "The settlement.", body = PayeeSettlement)))]
async fn act(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SettlementId>,
    Body(body): Body<SettlementActInput>,
) -> ApiResult<Response> {
    let input = SettlementAct {
        id,
        act: body.act,
        note: body.note,
        on: body.on,
    };
    let found = service::settlement_act(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&found))
}

/// List what vendors' shares and collected amounts come to that are on no settlement yet, and what is held back.
#[utoipa::path(get, path = "/accounts/{account}/settlements-due", tag = "settlements", operation_id = "listSettlementsDue",
    params(("account" = AccountId, Path, description = "Who pays.")),
    responses((status = 200, description = "By payee and currency.", body = Listed<SettlementDue>)))]
async fn due(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
) -> ApiResult<Response> {
    let due = service::settlement_due(&state.platform, &caller.ctx, account).await?;
    Ok(reply::all(due))
}

/// Make the settlements up to a day that is over.
///
/// For each vendor or seller and currency one, of all that was booked by the day and is on none. What comes to less than is paid out waits for
/// the next. Payers with a policy have it done on the first of each month.
#[utoipa::path(post, path = "/accounts/{account}/settlement-runs", tag = "settlements", operation_id = "runSettlements",
    params(("account" = AccountId, Path, description = "Who pays.")), request_body = SettlementRun,
    responses((status = 200, description = "The settlements that were made.", body = Listed<PayeeSettlement>)))]
async fn run(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Body(body): Body<SettlementRun>,
) -> ApiResult<Response> {
    let made = service::settlement_run(&state.platform, &caller.ctx, account, &body).await?;
    Ok(reply::all(made))
}

/// How an account settles with its vendors, or with sellers for whom it collects.
#[utoipa::path(get, path = "/accounts/{account}/settlement-policy", tag = "settlements", operation_id = "getSettlementPolicy",
    params(("account" = AccountId, Path, description = "Who pays."), PayeeParams),
    responses((status = 200, description = "The policy.", body = SettlementPolicy)))]
async fn policy(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Params(params): Params<PayeeParams>,
) -> ApiResult<Response> {
    let (kind, payee) = (params.kind.unwrap_or(SettlementKind::Vendor), params.payee);
    let policy =
        service::settlement_policy_get(&state.platform, &caller.ctx, account, kind, payee).await?;
    Ok(reply::one(&policy))
}

/// Set how an account settles with a vendor or seller, or with all of a kind that have no policy of their own.
#[utoipa::path(put, path = "/accounts/{account}/settlement-policy", tag = "settlements", operation_id = "setSettlementPolicy",
    params(("account" = AccountId, Path, description = "Who pays."), PayeeParams), request_body = SettlementPolicy,
    responses((status = 200, description = "The policy.", body = SettlementPolicy)))]
async fn set_policy(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Params(params): Params<PayeeParams>,
    Body(policy): Body<SettlementPolicy>,
) -> ApiResult<Response> {
    let input = SettlementSet {
        payer_id: account,
        kind: params.kind.unwrap_or(SettlementKind::Vendor),
        payee_id: params.payee,
        policy,
    };
    let policy = service::settlement_policy_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&policy))
}

/// List the files of payments of an account.
#[utoipa::path(get, path = "/accounts/{account}/payout-files", tag = "settlements", operation_id = "listPayoutFiles",
    params(("account" = AccountId, Path, description = "Who pays.")),
    responses((status = 200, description = "The latest first.", body = Listed<PayoutFile>)))]
async fn files(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
) -> ApiResult<Response> {
    let files = service::payout_file_list(&state.platform, &caller.ctx, account).await?;
    Ok(reply::all(files))
}

/// Make a file of payments (ISO 20022 `pain.001.001.09`).
///
/// Of all approved settlements that are due by the day. They are in no other file unless the bank has not paid them.
#[utoipa::path(post, path = "/accounts/{account}/payout-files", tag = "settlements", operation_id = "makePayoutFile",
    params(("account" = AccountId, Path, description = "Who pays.")), request_body = PayoutOrder,
    responses((status = 201, description = "The file.", body = PayoutFile)))]
async fn make_file(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Body(body): Body<PayoutOrder>,
) -> ApiResult<Response> {
    let file = service::payout_file_make(&state.platform, &caller.ctx, account, &body).await?;
    Ok(reply::created(&format!("/payout-files/{}", file.id), &file))
}

/// Get a file of payments.
#[utoipa::path(get, path = "/payout-files/{file}", tag = "settlements", operation_id = "getPayoutFile",
    params(("file" = PayoutFileId, Path, description = "The file.")),
    responses((status = 200, description = "The file.", body = String, content_type = "application/xml")))]
async fn file(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<PayoutFileId>,
) -> ApiResult<Response> {
    let (name, content) = service::payout_file_content(&state.platform, &caller.ctx, id).await?;
    Ok(reply::file("application/xml", &name, Bytes::from(content)))
}

//! Invoices that payers make out in vendors' names, and settlements on paper.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::{
    service::{self, SelfBillingSet},
    types::{PaperKind, SelfBillingAgreement, SettlementPaper},
};
use tradewind_flows::settlement::{settlement_paper_pdf, settlement_pdf};
use tradewind_kernel::{
    Date,
    id::{AccountId, SettlementId},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(get, set))
        .routes(routes!(papers))
        .routes(routes!(paper_pdf))
        .routes(routes!(pdf))
}

/// What a vendor has agreed to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SelfBillingInput {
    /// Since when.
    #[schema(value_type = String, format = Date)]
    agreed_on: Date,
    /// The last day of it; it holds without.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    ended_on: Option<Date>,
    /// Where it is written down; stands on the invoices.
    #[schema(max_length = 200)]
    reference: String,
}

/// Read what is agreed with a vendor about self-billing.
#[utoipa::path(get, path = "/accounts/{account}/self-billing/{vendor}", tag = "settlements", operation_id = "getSelfBilling",
    params(("account" = AccountId, Path, description = "Who pays."), ("vendor" = AccountId, Path, description = "The vendor.")),
    responses((status = 200, description = "What is agreed.", body = SelfBillingAgreement)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids((payer, vendor)): Ids<(AccountId, AccountId)>,
) -> ApiResult<Response> {
    let found = service::self_billing_get(&state.platform, &caller.ctx, payer, vendor).await?;
    Ok(reply::one(&found))
}

/// Record what a vendor has agreed to about self-billing, or that it ends.
///
/// Settlements that are made while it holds have documents: the vendor's invoice, made out in its name with its taxes and numbers, and
/// the payer's invoice for the fee. Both are issued when the settlement is approved.
#[utoipa::path(put, path = "/accounts/{account}/self-billing/{vendor}", tag = "settlements", operation_id = "setSelfBilling",
    params(("account" = AccountId, Path, description = "Who pays."), ("vendor" = AccountId, Path, description = "The vendor.")),
    request_body = SelfBillingInput,
    responses((status = 200, description = "What is agreed.", body = SelfBillingAgreement)))]
async fn set(
    State(state): State<ApiState>,
    caller: Caller,
    Ids((payer_id, vendor_id)): Ids<(AccountId, AccountId)>,
    Body(body): Body<SelfBillingInput>,
) -> ApiResult<Response> {
    let input = SelfBillingSet {
        payer_id,
        vendor_id,
        agreed_on: body.agreed_on,
        ended_on: body.ended_on,
        reference: body.reference,
    };
    let agreed = service::self_billing_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&agreed))
}

/// List the documents of a settlement.
///
/// None where nothing is agreed with its vendor; without numbers until it is approved.
#[utoipa::path(get, path = "/settlements/{settlement}/papers", tag = "settlements", operation_id = "listSettlementPapers",
    params(("settlement" = SettlementId, Path, description = "The settlement.")),
    responses((status = 200, description = "The vendor's invoice, and that for the fee.", body = Listed<SettlementPaper>)))]
async fn papers(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SettlementId>,
) -> ApiResult<Response> {
    let found = service::settlement_papers(&state.platform, &caller.ctx, id).await?;
    Ok(reply::all(found))
}

/// Get a document of a settlement as a PDF.
#[utoipa::path(get, path = "/settlements/{settlement}/papers/{kind}/pdf", tag = "settlements",
    operation_id = "getSettlementPaperPdf",
    params(("settlement" = SettlementId, Path, description = "The settlement."), ("kind" = PaperKind, Path, description = "Which.")),
    responses((status = 200, description = "The file.", body = String, content_type = "application/pdf")))]
async fn paper_pdf(
    State(state): State<ApiState>,
    caller: Caller,
    Ids((id, kind)): Ids<(SettlementId, PaperKind)>,
) -> ApiResult<Response> {
    let (name, bytes) = settlement_paper_pdf(&state.platform, &caller.ctx, id, kind).await?;
    Ok(reply::file("application/pdf", &name, bytes.into()))
}

/// Get a settlement as a statement for its vendor (PDF).
#[utoipa::path(get, path = "/settlements/{settlement}/pdf", tag = "settlements", operation_id = "getSettlementPdf",
    params(("settlement" = SettlementId, Path, description = "The settlement.")),
    responses((status = 200, description = "The file.", body = String, content_type = "application/pdf")))]
async fn pdf(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SettlementId>,
) -> ApiResult<Response> {
    let (name, bytes) = settlement_pdf(&state.platform, &caller.ctx, id).await?;
    Ok(reply::file("application/pdf", &name, bytes.into()))
}

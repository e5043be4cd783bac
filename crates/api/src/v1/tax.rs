//! How sellers are taxed, what is known of buyers, and the rates.

use axum::{
    extract::{DefaultBodyLimit, State},
    response::{IntoResponse as _, Response},
};
use http::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Date,
    id::{AccountId, CertificateId},
};
use tradewind_tax::{
    service::{self, Decided, DecisionAsk, Rated, RatesAsk, VatCheckAsk},
    types::{
        Certificate, CertificateDecide, CertificateSubmit, EvidenceAdd, EvidenceKind, OwnRates,
        Standing, TaxCategory, TaxProfile, TaxProfileSet,
    },
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, Params},
    reply::{self, Listed},
};

/// Largest body with a file of rates, in bytes.
const RATES_MAX: usize = 5 * 1024 * 1024;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(profile, set_profile))
        .routes(routes!(decision))
        .routes(routes!(standing))
        .routes(routes!(add_evidence))
        .routes(routes!(check_vat_id))
        .routes(routes!(handed_in))
        .routes(routes!(received))
        .routes(routes!(submit))
        .routes(routes!(approve))
        .routes(routes!(reject))
        .routes(routes!(own_rates))
        .merge(
            OpenApiRouter::default()
                .routes(routes!(rates, replace_rates))
                .layer(DefaultBodyLimit::max(RATES_MAX)),
        )
}

/// Which sale.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DecisionParams {
    /// Who buys.
    buyer: AccountId,
    /// What is sold.
    #[serde(default)]
    #[param(inline)]
    category: TaxCategory,
    /// The day on which it is supplied.
    on: Date,
}

/// Which rates.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RatesParams {
    /// Of one country (with its states) or state only: `DE`, `US-TX`.
    #[serde(default)]
    place: Option<String>,
    /// Those that hold on a day.
    #[serde(default)]
    on: Option<Date>,
}

/// A realm's own rates.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OwnTaxRates {
    /// The rows as a file: `place,category,buyer,percent,share,name,from,until,source` with one rate a line.
    csv: String,
}

/// How many rates a realm has of its own.
#[derive(Debug, Serialize, ToSchema)]
struct OwnTaxRatesKept {
    /// How many.
    rows: usize,
}

/// A hint at where a buyer is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTaxEvidence {
    /// What it is.
    kind: EvidenceKind,
    /// Country, ISO 3166-1 alpha-2.
    country: String,
}

/// Read how a seller is taxed.
#[utoipa::path(get, path = "/accounts/{account}/tax-profile", tag = "taxes", operation_id = "getTaxProfile",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "How it is taxed.", body = TaxProfile)))]
async fn profile(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
) -> ApiResult<Response> {
    let profile = service::profile_get(&state.platform, &caller.ctx, seller).await?;
    Ok(reply::one(&profile))
}

/// Set how a seller is taxed.
///
/// From the next document on; what is issued stays as it is.
#[utoipa::path(put, path = "/accounts/{account}/tax-profile", tag = "taxes", operation_id = "setTaxProfile",
    params(("account" = AccountId, Path, description = "The seller.")), request_body = TaxProfile,
    responses((status = 200, description = "How it is taxed.", body = TaxProfile)))]
async fn set_profile(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
    Body(profile): Body<TaxProfile>,
) -> ApiResult<Response> {
    let input = TaxProfileSet { seller, profile };
    let profile = service::profile_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&profile))
}

/// Ask which taxes a sale would bear, and why.
#[utoipa::path(get, path = "/accounts/{account}/tax-decision", tag = "taxes", operation_id = "decideTax",
    params(("account" = AccountId, Path, description = "The seller."), DecisionParams),
    responses((status = 200, description = "The taxes.", body = Decided)))]
async fn decision(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
    Params(params): Params<DecisionParams>,
) -> ApiResult<Response> {
    let ask = DecisionAsk {
        seller,
        buyer: params.buyer,
        category: params.category,
        on: params.on,
    };
    let decided = service::decision(&state.platform, &caller.ctx, &ask).await?;
    Ok(reply::one(&decided))
}

/// Read what is known of an account as a buyer: hints at its place, and what the register says of its VAT id.
#[utoipa::path(get, path = "/accounts/{account}/tax-standing", tag = "taxes", operation_id = "getTaxStanding",
    params(("account" = AccountId, Path, description = "The buyer.")),
    responses((status = 200, description = "What is known.", body = Standing)))]
async fn standing(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
) -> ApiResult<Response> {
    let standing = service::standing_get(&state.platform, &caller.ctx, account).await?;
    Ok(reply::one(&standing))
}

/// Record a hint at where a buyer is.
///
/// The latest of a kind counts. Two hints that agree on another country outweigh the address of a private person.
#[utoipa::path(post, path = "/accounts/{account}/tax-evidence", tag = "taxes", operation_id = "addTaxEvidence",
    params(("account" = AccountId, Path, description = "The buyer.")), request_body = NewTaxEvidence,
    responses((status = 200, description = "What is known now.", body = Standing)))]
async fn add_evidence(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
    Body(hint): Body<NewTaxEvidence>,
) -> ApiResult<Response> {
    let input = EvidenceAdd {
        account,
        kind: hint.kind,
        country: hint.country,
    };
    let standing = service::evidence_add(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&standing))
}

/// Have the register asked about an account's VAT id.
///
/// The answer comes later: read it with `getTaxStanding`.
#[utoipa::path(post, path = "/accounts/{account}/vat-check", tag = "taxes", operation_id = "checkVatId",
    params(("account" = AccountId, Path, description = "The buyer.")),
    responses((status = 202, description = "What is known so far.", body = Standing)))]
async fn check_vat_id(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(account): Ids<AccountId>,
) -> ApiResult<Response> {
    let ask = VatCheckAsk { account };
    let standing = service::vat_check_ask(&state.platform, &caller.ctx, &ask).await?;
    Ok(reply::accepted(&standing))
}

/// List the exemption certificates that a buyer has handed in, the newest first.
#[utoipa::path(get, path = "/accounts/{account}/tax-certificates", tag = "taxes",
    operation_id = "listTaxCertificates",
    params(("account" = AccountId, Path, description = "The buyer.")),
    responses((status = 200, description = "All certificates.", body = Listed<Certificate>)))]
async fn handed_in(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(buyer): Ids<AccountId>,
) -> ApiResult<Response> {
    let found = service::certificates_of_buyer(&state.platform, &caller.ctx, buyer).await?;
    Ok(reply::all(found))
}

/// List the exemption certificates that a seller was handed, the newest first; the latest thousand.
#[utoipa::path(get, path = "/accounts/{account}/received-tax-certificates", tag = "taxes",
    operation_id = "listReceivedTaxCertificates",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "The certificates.", body = Listed<Certificate>)))]
async fn received(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
) -> ApiResult<Response> {
    let found = service::certificates_of_seller(&state.platform, &caller.ctx, seller).await?;
    Ok(reply::all(found))
}

/// Hand in an exemption certificate.
///
/// Of the seller itself it holds at once; otherwise it waits until the seller approves it.
#[utoipa::path(post, path = "/tax-certificates", tag = "taxes", operation_id = "submitTaxCertificate",
    request_body = CertificateSubmit,
    responses((status = 201, description = "The certificate.", body = Certificate)))]
async fn submit(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<CertificateSubmit>,
) -> ApiResult<Response> {
    let made = service::certificate_submit(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::created("/tax-certificates", &made))
}

/// Approve an exemption certificate.
#[utoipa::path(post, path = "/tax-certificates/{certificate}/approve", tag = "taxes",
    operation_id = "approveTaxCertificate",
    params(("certificate" = CertificateId, Path, description = "The certificate.")),
    responses((status = 200, description = "The certificate.", body = Certificate)))]
async fn approve(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<CertificateId>,
) -> ApiResult<Response> {
    let input = CertificateDecide { id, approve: true };
    let certificate = service::certificate_decide(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&certificate))
}

/// Reject an exemption certificate, also one that was approved.
#[utoipa::path(post, path = "/tax-certificates/{certificate}/reject", tag = "taxes",
    operation_id = "rejectTaxCertificate",
    params(("certificate" = CertificateId, Path, description = "The certificate.")),
    responses((status = 200, description = "The certificate.", body = Certificate)))]
async fn reject(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<CertificateId>,
) -> ApiResult<Response> {
    let input = CertificateDecide { id, approve: false };
    let certificate = service::certificate_decide(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&certificate))
}

/// List the tax rates that hold in the realm, its own first.
#[utoipa::path(get, path = "/tax-rates", tag = "taxes", operation_id = "listTaxRates", params(RatesParams),
    responses((status = 200, description = "The rates.", body = Listed<Rated>)))]
async fn rates(
    State(state): State<ApiState>,
    caller: Caller,
    Params(params): Params<RatesParams>,
) -> ApiResult<Response> {
    let ask = RatesAsk {
        place: params.place,
        on: params.on,
    };
    let rates = service::rates_list(&state.platform, &caller.ctx, &ask).await?;
    Ok(reply::all(rates))
}

/// Replace the realm's own tax rates by those of a file.
#[utoipa::path(put, path = "/tax-rates", tag = "taxes", operation_id = "replaceTaxRates", request_body = OwnTaxRates,
    responses((status = 200, description = "How many there are now.", body = OwnTaxRatesKept)))]
async fn replace_rates(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<OwnTaxRates>,
) -> ApiResult<Response> {
    let input = OwnRates { csv: input.csv };
    let rows = service::rates_replace(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&OwnTaxRatesKept { rows }))
}

/// Read the realm's own tax rates as a file.
#[utoipa::path(get, path = "/own-tax-rates", tag = "taxes", operation_id = "exportTaxRates",
    responses((status = 200, description = "The rows.", body = String, content_type = "text/csv")))]
async fn own_rates(State(state): State<ApiState>, caller: Caller) -> ApiResult<Response> {
    let file = service::rates_export(&state.platform, &caller.ctx).await?;
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8")], file).into_response())
}

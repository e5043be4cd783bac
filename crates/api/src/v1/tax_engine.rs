//! The tax engines of sellers, and what waits for them.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::service::{TaxAskAgain, TaxWork, tax_ask_again, tax_work};
use tradewind_kernel::id::AccountId;
use tradewind_tax::{
    service::{engine_get, engine_remove, engine_sample, engine_set},
    types::{EngineConfig, EngineSample, EngineSampled, EngineSet},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids},
    reply,
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(get, set, remove))
        .routes(routes!(sample))
        .routes(routes!(work, ask))
}

/// About what an engine is asked again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaxEngineAsk {
    /// What waits for this buyer only.
    #[serde(default)]
    buyer_id: Option<AccountId>,
}

/// Read a seller's tax engine.
///
/// Its secret is never told.
#[utoipa::path(get, path = "/accounts/{account}/tax-engine", tag = "taxes", operation_id = "getTaxEngine",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "The engine.", body = EngineConfig)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
) -> ApiResult<Response> {
    let found = engine_get(&state.platform, &caller.ctx, seller).await?;
    Ok(reply::of_account(found.as_ref(), "tax_engine", seller)?)
}

/// Set a seller's tax engine up.
///
/// It decides the seller's taxes once the tax profile says `engine`.
#[utoipa::path(put, path = "/accounts/{account}/tax-engine", tag = "taxes", operation_id = "setTaxEngine",
    params(("account" = AccountId, Path, description = "The seller.")), request_body = EngineSet,
    responses((status = 200, description = "The engine.", body = EngineConfig)))]
async fn set(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
    Body(input): Body<EngineSet>,
) -> ApiResult<Response> {
    let kept = engine_set(&state.platform, &caller.ctx, seller, &input).await?;
    Ok(reply::one(&kept))
}

/// Forget a seller's tax engine.
///
/// Refused while it decides the seller's taxes.
#[utoipa::path(delete, path = "/accounts/{account}/tax-engine", tag = "taxes", operation_id = "removeTaxEngine",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 204, description = "Forgotten.")))]
async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
) -> ApiResult<Response> {
    engine_remove(&state.platform, &caller.ctx, seller).await?;
    Ok(reply::done())
}

/// Ask a seller's tax engine about a sale that is only imagined.
///
/// Nothing of it is kept.
#[utoipa::path(post, path = "/accounts/{account}/tax-engine/sample", tag = "taxes", operation_id = "sampleTaxEngine",
    params(("account" = AccountId, Path, description = "The seller.")), request_body = EngineSample,
    responses((status = 200, description = "What it says.", body = EngineSampled)))]
async fn sample(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
    Body(input): Body<EngineSample>,
) -> ApiResult<Response> {
    let port = state.tax_engine()?;
    let said = engine_sample(&state.platform, &caller.ctx, port, seller, &input).await?;
    Ok(reply::one(&said))
}

/// List what waits for a seller's tax engine.
///
/// Drafts that it has not answered about, the longest waiting first, and documents that it could not be told of yet; two
/// hundred of each at most.
#[utoipa::path(get, path = "/accounts/{account}/tax-engine/work", tag = "taxes", operation_id = "getTaxEngineWork",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "What waits.", body = TaxWork)))]
async fn work(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
) -> ApiResult<Response> {
    let work = tax_work(&state.platform, &caller.ctx, seller).await?;
    Ok(reply::one(&work))
}

/// Have a seller's tax engine asked again, now.
///
/// What it answers is issued; read what still waits with `getTaxEngineWork`.
#[utoipa::path(post, path = "/accounts/{account}/tax-engine/work", tag = "taxes", operation_id = "askTaxEngine",
    params(("account" = AccountId, Path, description = "The seller.")), request_body = TaxEngineAsk,
    responses((status = 202, description = "What waited.", body = TaxWork)))]
async fn ask(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller_id): Ids<AccountId>,
    Body(wanted): Body<TaxEngineAsk>,
) -> ApiResult<Response> {
    let input = TaxAskAgain {
        seller_id,
        buyer_id: wanted.buyer_id,
    };
    let work = tax_ask_again(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::accepted(&work))
}

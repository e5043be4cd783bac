//! Exchange rates between the currencies of a realm.

use axum::{
    body::Body as Upload,
    extract::{DefaultBodyLimit, State},
    response::Response,
};
use http::HeaderMap;
use serde::Deserialize;
use tradewind_catalogue::{
    service,
    types::{FxRate, RateFile, RateImport, RateSet},
};
use tradewind_kernel::{Currency, Error};
use utoipa::IntoParams;
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt as _},
    routes,
};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, ListParams, Listing, Params},
    reply::{self, Listed},
    upload,
};

/// Largest file of rates, in MiB.
const FILE_MIB_MAX: usize = 16;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list, set))
        .routes(routes!(import).layer(DefaultBodyLimit::disable()))
}

/// List exchange rates.
///
/// The latest set first. Fields: `base`, `quote`, `effective` (the first day), `source`.
#[utoipa::path(get, path = "/exchange-rates", tag = "prices", operation_id = "listExchangeRates", params(ListParams),
    responses((status = 200, description = "A page of rates.", body = Listed<FxRate>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    listing: Listing,
) -> ApiResult<Response> {
    let page = service::rate_list(&state.platform, &caller.ctx, &listing.wanted).await?;
    Ok(reply::listed(&listing, page))
}

/// Set the rate of a pair from a day on.
///
/// A rate that has taken effect is never replaced.
#[utoipa::path(post, path = "/exchange-rates", tag = "prices", operation_id = "setExchangeRate", request_body = RateSet,
    responses((status = 201, description = "The rate.", body = FxRate)))]
async fn set(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<RateSet>,
) -> ApiResult<Response> {
    let rate = service::rate_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::created("/exchange-rates", &rate))
}

/// How a file is to be read.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ImportParams {
    /// In files with a row for each day: the rates are for one unit of this; EUR when left out.
    #[serde(default)]
    base: Option<Currency>,
    /// Whether each rate also holds the other way round, as one over it.
    #[serde(default)]
    both_ways: bool,
    /// Where the rates come from that do not say so themselves; at most 80 characters.
    #[serde(default)]
    source: String,
}

/// Import exchange rates from a file.
///
/// The body is CSV, 16 MiB at most: either a row for each rate, with the columns `base`, `quote`, `date`, `rate` and perhaps `source`, or a
/// row for each day, with a column `date` and one for each currency, as central banks publish them. All rates of a file are taken, or
/// none. What is there already is left alone, so that a file can be sent again with further days.
#[utoipa::path(post, path = "/exchange-rates/imports", tag = "prices", operation_id = "importExchangeRates", params(ImportParams),
    request_body(content = String, content_type = "text/csv", description = "The file."),
    responses((status = 200, description = "What came of it.", body = RateImport)))]
async fn import(
    State(state): State<ApiState>,
    caller: Caller,
    Params(params): Params<ImportParams>,
    headers: HeaderMap,
    body: Upload,
) -> ApiResult<Response> {
    service::rate_import_allowed(&state.platform, &caller.ctx).await?;
    upload::csv_expected(&headers)?;
    let content = upload::whole(body, FILE_MIB_MAX).await?;
    let text = String::from_utf8(content.to_vec())
        .map_err(|_| Error::invalid("file", "malformed_file", "expected text in UTF-8"))?;
    let file = RateFile {
        text,
        base: params.base.unwrap_or(Currency::EUR),
        both_ways: params.both_ways,
        source: params.source,
    };
    let import = service::rate_import(&state.platform, &caller.ctx, &file).await?;
    Ok(reply::one(&import))
}

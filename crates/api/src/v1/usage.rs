//! Usage: reported record by record, read back with its totals.

use axum::{
    extract::{DefaultBodyLimit, State},
    response::Response,
};
use http::Uri;
use serde::{Deserialize, Serialize};
use tradewind_kernel::{Date, Error, Zone, id::SubscriptionId, page::PageRequest};
use tradewind_metering::{
    service,
    types::{
        IngestReport, UsageAmend, UsageAmended, UsageCancel, UsageCancelled, UsageInput,
        UsageRecord, UsageTotal,
    },
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt as _},
    routes,
};

use super::usage_imports::paged;
use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, Params},
    reply::{self, Listed},
};

/// Room for a full batch of records with all their details.
const BATCH_BYTES_MAX: usize = 16 * 1024 * 1024;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(report).layer(DefaultBodyLimit::max(BATCH_BYTES_MAX)))
        .routes(routes!(cancel))
        .routes(routes!(amend))
        .routes(routes!(records))
        .routes(routes!(totals))
}

/// A batch of usage records.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UsageBatch {
    /// The records, at most 1000.
    #[schema(max_items = 1000)]
    records: Vec<UsageInput>,
}

/// Report usage.
///
/// Every record is accepted, known already, kept for review or refused by itself; the answer says so in the order of the
/// batch. A record counts once, whatever is repeated: its `source` and `external_id` name it for good. What comes after the
/// window of its month is kept for review, and counts only when the provider decides so.
#[utoipa::path(post, path = "/usage", tag = "usage", operation_id = "reportUsage", request_body = UsageBatch,
    responses((status = 200, description = "What became of each record.", body = IngestReport)))]
async fn report(
    State(state): State<ApiState>,
    caller: Caller,
    Body(batch): Body<UsageBatch>,
) -> ApiResult<Response> {
    let report = service::usage_ingest(&state.platform, &caller.ctx, &batch.records).await?;
    Ok(reply::one(&report))
}

/// Cancel usage records.
///
/// All that are named, or none. Their months come to what they would have come to without them, with whatever price and
/// aggregation; what was charged already is charged, or given back, the difference. A record is cancelled once: again changes
/// nothing. One that was never reported, or by others, is not found. When the window for late usage of its month is over, only the
/// provider cancels it.
#[utoipa::path(post, path = "/usage/cancel", tag = "usage", operation_id = "cancelUsage", request_body = UsageCancel,
    responses((status = 200, description = "What has changed.", body = UsageCancelled)))]
async fn cancel(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<UsageCancel>,
) -> ApiResult<Response> {
    let done = service::usage_cancel(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&done))
}

/// Amend a usage record.
///
/// It is cancelled, and a record under a name of its own counts in its place; both or neither. What is left out is as it was
/// reported.
#[utoipa::path(post, path = "/usage/amend", tag = "usage", operation_id = "amendUsage", request_body = UsageAmend,
    responses((status = 200, description = "What became of both records.", body = UsageAmended)))]
async fn amend(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<UsageAmend>,
) -> ApiResult<Response> {
    let done = service::usage_amend(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&done))
}

/// Which records.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RecordParams {
    /// The calendar month in which they count, `2024-09`; the current one when left out.
    #[param(pattern = "^\\d{4}-\\d{2}$")]
    month: Option<String>,
    /// Items of one page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 1000)]
    after: Option<String>,
}

/// List the usage records of a subscription.
///
/// Those of one month, by meter and group and there as they came in. What the usage cost the provider is shown to the
/// provider and the vendor only.
#[utoipa::path(get, path = "/subscriptions/{subscription}/usage", tag = "usage", operation_id = "listUsageRecords",
    params(("subscription" = SubscriptionId, Path, description = "The subscription."), RecordParams),
    responses((status = 200, description = "A page of records.", body = Listed<UsageRecord>)))]
async fn records(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(subscription): Ids<SubscriptionId>,
    uri: Uri,
    Params(params): Params<RecordParams>,
) -> ApiResult<Response> {
    let month = match &params.month {
        None => caller.ctx.now.date_in(&Zone::utc()).first_of_month(),
        Some(text) => month(text)?,
    };
    let page = PageRequest::new(params.limit, params.after)?;
    let found =
        service::usage_records(&state.platform, &caller.ctx, subscription, month, &page).await?;
    Ok(paged(uri, found))
}

fn month(text: &str) -> Result<Date, Error> {
    let malformed = || Error::invalid("month", "malformed", "expected a month such as 2024-09");
    if text.len() != 7 {
        return Err(malformed());
    }
    format!("{text}-01").parse().map_err(|_| malformed())
}

/// Which totals.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TotalParams {
    /// Only months that begin before this day; all when left out.
    before: Option<Date>,
}

/// Read the usage totals of a subscription.
///
/// One for each meter, month and group. `version` grows whenever records are added.
#[utoipa::path(get, path = "/subscriptions/{subscription}/usage-totals", tag = "usage",
    operation_id = "listUsageTotals",
    params(("subscription" = SubscriptionId, Path, description = "The subscription."), TotalParams),
    responses((status = 200, description = "The totals.", body = Listed<UsageTotal>)))]
async fn totals(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(subscription): Ids<SubscriptionId>,
    Params(params): Params<TotalParams>,
) -> ApiResult<Response> {
    let before = params.before.unwrap_or(Date::MAX);
    let totals = service::usage_totals(&state.platform, &caller.ctx, subscription, before).await?;
    Ok(reply::all(totals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_a_year_and_a_number() {
        assert_eq!(month("2024-09").ok(), Some(Date::constant(2024, 9, 1)));
        for wrong in ["2024-13", "2024-9", "2024-09-01", "24-0009", "-", ""] {
            assert!(month(wrong).is_err(), "{wrong}");
        }
    }
}

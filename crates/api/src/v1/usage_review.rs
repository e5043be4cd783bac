//! Usage that came after the window of its month: how long the window is, what waits, and what is decided about it.

use axum::{extract::State, response::Response};
use http::Uri;
use serde::Deserialize;
use tradewind_kernel::{id::SubscriptionId, page::PageRequest};
use tradewind_metering::{
    service::{self, ReviewQuery},
    types::{LatePolicy, ReviewDecide, ReviewDecided, ReviewState, ReviewedUsage},
};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::usage_imports::paged;
use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, Params},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(policy, set_policy))
        .routes(routes!(late))
        .routes(routes!(decide))
        .routes(routes!(late_of))
}

/// Read what is done with late usage.
#[utoipa::path(get, path = "/late-usage/policy", tag = "usage", operation_id = "getLateUsagePolicy",
    responses((status = 200, description = "The policy.", body = LatePolicy)))]
async fn policy(State(state): State<ApiState>, caller: Caller) -> ApiResult<Response> {
    let policy = service::late_policy_get(&state.platform, &caller.ctx).await?;
    Ok(reply::one(&policy))
}

/// Say what is done with late usage.
///
/// Usage that comes more days than `window_days` after the end of its month is kept, but counts only when somebody decides
/// so. What comes in time, or is decided to count, is billed by the difference that it makes: for its own month, or with
/// the running one.
#[utoipa::path(put, path = "/late-usage/policy", tag = "usage", operation_id = "setLateUsagePolicy", request_body = LatePolicy,
    responses((status = 200, description = "The policy.", body = LatePolicy)))]
async fn set_policy(
    State(state): State<ApiState>,
    caller: Caller,
    Body(policy): Body<LatePolicy>,
) -> ApiResult<Response> {
    let policy = service::late_policy_set(&state.platform, &caller.ctx, &policy).await?;
    Ok(reply::one(&policy))
}

/// Which late usage.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LateParams {
    /// What became of it.
    #[param(inline)]
    state: Option<ReviewState>,
    /// Items of one page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 1000)]
    after: Option<String>,
}

impl LateParams {
    fn query(self, subscription: Option<SubscriptionId>) -> ApiResult<ReviewQuery> {
        Ok(ReviewQuery {
            state: self.state,
            subscription,
            page: PageRequest::new(self.limit, self.after)?,
        })
    }
}

/// List usage that came too late to count by itself.
#[utoipa::path(get, path = "/late-usage", tag = "usage", operation_id = "listLateUsage", params(LateParams),
    responses((status = 200, description = "A page of records.", body = Listed<ReviewedUsage>)))]
async fn late(
    State(state): State<ApiState>,
    caller: Caller,
    uri: Uri,
    Params(params): Params<LateParams>,
) -> ApiResult<Response> {
    let found = service::review_list(&state.platform, &caller.ctx, &params.query(None)?).await?;
    Ok(paged(uri, found))
}

/// Decide about late usage.
///
/// Named records, or all that wait of a subscription, a meter, a month. What is to count is rated with the next billing
/// run; until then, `reopen` takes a decision back.
#[utoipa::path(post, path = "/late-usage/decide", tag = "usage", operation_id = "decideLateUsage", request_body = ReviewDecide,
    responses((status = 200, description = "What has changed.", body = ReviewDecided)))]
async fn decide(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<ReviewDecide>,
) -> ApiResult<Response> {
    let decided = service::review_decide(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&decided))
}

/// List the late usage of a subscription.
///
/// With what became of it: for the vendor that reported it, and for everybody who may see the usage of the subscription.
#[utoipa::path(get, path = "/subscriptions/{subscription}/late-usage", tag = "usage", operation_id = "listLateUsageOfSubscription",
    params(("subscription" = SubscriptionId, Path, description = "The subscription."), LateParams),
    responses((status = 200, description = "A page of records.", body = Listed<ReviewedUsage>)))]
async fn late_of(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(subscription): Ids<SubscriptionId>,
    uri: Uri,
    Params(params): Params<LateParams>,
) -> ApiResult<Response> {
    let query = params.query(Some(subscription))?;
    let found = service::review_list(&state.platform, &caller.ctx, &query).await?;
    Ok(paged(uri, found))
}

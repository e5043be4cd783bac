//! Subscriptions: what customers have. Quantities, plans and the end are changed by orders.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::types::Preview;
use tradewind_flows::{
    order::{cancellation_withdraw, schedule_withdraw, subscription_resume, subscription_suspend},
    view::{SubscriptionView, subscription_view},
};
use tradewind_kernel::id::SubscriptionId;
use tradewind_orders::{
    service::{self, SubscriptionQuery},
    types::{
        BuyerReference, Order, OrderDetail, Subscription, SubscriptionDetail, SubscriptionUpdate,
    },
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, IfMatch, ListParams, Listing},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(get, update))
        .routes(routes!(orders))
        .routes(routes!(upcoming))
        .routes(routes!(suspend))
        .routes(routes!(resume, resuming))
        .routes(routes!(withdraw_change))
        .routes(routes!(withdraw_cancellation))
}

/// What can be changed of a subscription without an order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SubscriptionChanges {
    /// The customer's name for it.
    #[serde(default)]
    name: Option<String>,
    /// Whether it renews at the end of the term.
    #[serde(default)]
    auto_renew: Option<bool>,
    /// The buyer's order number and cost centre, and whether it is invoiced by itself: all of them anew. Documents carry what holds
    /// on the day of their issue.
    #[serde(default)]
    reference: Option<BuyerReference>,
}

/// List subscriptions.
///
/// Fields: `name`, `state`, `delivery`, `customer`, `seller`, `vendor`, `product`, `plan`, `created`, `next_bill`.
#[utoipa::path(get, path = "/subscriptions", tag = "subscriptions", operation_id = "listSubscriptions", params(ListParams),
    responses((status = 200, description = "A page of subscriptions.", body = Listed<Subscription>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    listing: Listing,
) -> ApiResult<Response> {
    let query = SubscriptionQuery {
        filter: listing.wanted.filter.clone(),
        sort: listing.wanted.sort.clone(),
        page: listing.wanted.page.clone(),
    };
    let page = service::subscription_list(&state.platform, &caller.ctx, &query).await?;
    Ok(reply::listed(&listing, page))
}

/// Read a subscription with its product and plan, what is ordered, and what may be done with it.
///
/// Secret answers to the product's parameters are shown to the vendor only.
#[utoipa::path(get, path = "/subscriptions/{subscription}", tag = "subscriptions", operation_id = "getSubscription",
    params(("subscription" = SubscriptionId, Path, description = "The subscription.")),
    responses((status = 200, description = "The subscription.", body = SubscriptionView)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SubscriptionId>,
) -> ApiResult<Response> {
    let view = subscription_view(&state.platform, &caller.ctx, id).await?;
    Ok(reply::versioned(view.detail.subscription.version, &view))
}

/// Give a subscription another name, turn automatic renewal on or off, or set the buyer's references.
///
/// What is left out stays.
#[utoipa::path(patch, path = "/subscriptions/{subscription}", tag = "subscriptions", operation_id = "updateSubscription",
    params(("subscription" = SubscriptionId, Path, description = "The subscription.")), request_body = SubscriptionChanges,
    responses((status = 200, description = "The subscription as it is now.", body = SubscriptionDetail)))]
async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SubscriptionId>,
    IfMatch(version): IfMatch,
    Body(changes): Body<SubscriptionChanges>,
) -> ApiResult<Response> {
    let input = SubscriptionUpdate {
        id,
        version,
        name: changes.name,
        auto_renew: changes.auto_renew,
        reference: changes.reference,
    };
    let detail = service::subscription_update(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::versioned(detail.subscription.version, &detail))
}

/// List the latest orders of a subscription, at most 50.
#[utoipa::path(get, path = "/subscriptions/{subscription}/orders", tag = "subscriptions", operation_id = "listSubscriptionOrders",
    params(("subscription" = SubscriptionId, Path, description = "The subscription.")),
    responses((status = 200, description = "Its orders, the latest first.", body = Listed<Order>)))]
async fn orders(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SubscriptionId>,
) -> ApiResult<Response> {
    let orders = service::orders_of_subscription(&state.platform, &caller.ctx, id).await?;
    Ok(reply::all(orders))
}

/// Read what a subscription's next invoice will be, as things stand.
///
/// With what is held now (or from a change that waits for the end of the period), at the prices that hold at the renewal.
/// Usage comes on top. The body is null for a subscription that is not billed, or ends before.
#[utoipa::path(get, path = "/subscriptions/{subscription}/upcoming-invoice", tag = "subscriptions",
    operation_id = "getUpcomingInvoice",
    params(("subscription" = SubscriptionId, Path, description = "The subscription.")),
    responses((status = 200, description = "What is to come.", body = Option<Preview>)))]
async fn upcoming(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SubscriptionId>,
) -> ApiResult<Response> {
    let preview = tradewind_flows::upcoming::upcoming(&state.platform, &caller.ctx, id).await?;
    Ok(reply::one(&preview))
}

/// Read what resuming a suspended subscription today would give back or charge.
///
/// Where the seller does not charge suspended time, what was paid in advance for it is given back, and the rest of a period
/// that began suspended is charged. The body is null for a subscription that is not suspended.
#[utoipa::path(get, path = "/subscriptions/{subscription}/resume", tag = "subscriptions", operation_id = "previewResume",
    params(("subscription" = SubscriptionId, Path, description = "The subscription.")),
    responses((status = 200, description = "What it would come to.", body = Option<Preview>)))]
async fn resuming(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SubscriptionId>,
) -> ApiResult<Response> {
    let preview = tradewind_flows::upcoming::resuming(&state.platform, &caller.ctx, id).await?;
    Ok(reply::one(&preview))
}

/// Stop a subscription for a while, as its seller.
///
/// Its data is kept. The answer is the order that does it.
#[utoipa::path(post, path = "/subscriptions/{subscription}/suspend", tag = "subscriptions", operation_id = "suspendSubscription",
    params(("subscription" = SubscriptionId, Path, description = "The subscription.")),
    responses((status = 201, description = "The order.", body = OrderDetail)))]
async fn suspend(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SubscriptionId>,
    IfMatch(version): IfMatch,
) -> ApiResult<Response> {
    let order = subscription_suspend(&state.platform, &caller.ctx, id, version).await?;
    Ok(ordered(&order))
}

/// Start a suspended subscription again, as its seller.
///
/// The answer is the order that does it.
#[utoipa::path(post, path = "/subscriptions/{subscription}/resume", tag = "subscriptions", operation_id = "resumeSubscription",
    params(("subscription" = SubscriptionId, Path, description = "The subscription.")),
    responses((status = 201, description = "The order.", body = OrderDetail)))]
async fn resume(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SubscriptionId>,
    IfMatch(version): IfMatch,
) -> ApiResult<Response> {
    let order = subscription_resume(&state.platform, &caller.ctx, id, version).await?;
    Ok(ordered(&order))
}

/// Withdraw a change that waits for the end of the period.
#[utoipa::path(delete, path = "/subscriptions/{subscription}/scheduled-change", tag = "subscriptions",
    operation_id = "withdrawScheduledChange",
    params(("subscription" = SubscriptionId, Path, description = "The subscription.")),
    responses((status = 200, description = "The subscription as it is now.", body = SubscriptionDetail)))]
async fn withdraw_change(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SubscriptionId>,
    IfMatch(version): IfMatch,
) -> ApiResult<Response> {
    let detail = schedule_withdraw(&state.platform, &caller.ctx, id, version).await?;
    Ok(reply::versioned(detail.subscription.version, &detail))
}

/// Withdraw a cancellation that has not come into effect.
#[utoipa::path(delete, path = "/subscriptions/{subscription}/cancellation", tag = "subscriptions",
    operation_id = "withdrawCancellation",
    params(("subscription" = SubscriptionId, Path, description = "The subscription.")),
    responses((status = 200, description = "The subscription as it is now.", body = SubscriptionDetail)))]
async fn withdraw_cancellation(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SubscriptionId>,
    IfMatch(version): IfMatch,
) -> ApiResult<Response> {
    let detail = cancellation_withdraw(&state.platform, &caller.ctx, id, version).await?;
    Ok(reply::versioned(detail.subscription.version, &detail))
}

fn ordered(order: &OrderDetail) -> Response {
    let path = format!("/orders/{}", order.order.id);
    reply::created_versioned(&path, order.order.version, order)
}

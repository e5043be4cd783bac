//! Orders: placed by confirming a quote, decided by the seller, watched by everyone concerned.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_flows::order::{Placement, order_cancel, order_place_as};
use tradewind_kernel::id::OrderId;
use tradewind_orders::{
    service::{self, OrderQuery},
    types::{Order, OrderDecision, OrderDetail, OrderRefusal},
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
        .routes(routes!(list, place))
        .routes(routes!(get))
        .routes(routes!(approve))
        .routes(routes!(reject))
        .routes(routes!(retry))
        .routes(routes!(cancel))
}

/// Why an order is not to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reason {
    /// Why; everyone concerned reads it.
    reason: String,
}

/// List orders.
///
/// Fields: `kind`, `state`, `customer`, `seller`, `subscription`, `product`, `placed`.
#[utoipa::path(get, path = "/orders", tag = "orders", operation_id = "listOrders", params(ListParams),
    responses((status = 200, description = "A page of orders.", body = Listed<Order>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    listing: Listing,
) -> ApiResult<Response> {
    let query = OrderQuery {
        filter: listing.wanted.filter.clone(),
        sort: listing.wanted.sort.clone(),
        page: listing.wanted.page.clone(),
    };
    let page = service::order_list(&state.platform, &caller.ctx, &query).await?;
    Ok(reply::listed(&listing, page))
}

/// Place an order by confirming a quote.
///
/// What was quoted is what is ordered; when something has changed since, the answer is 409 and says what.
#[utoipa::path(post, path = "/orders", tag = "orders", operation_id = "placeOrder", request_body = Placement,
    responses((status = 201, description = "The order.", body = OrderDetail)))]
async fn place(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<Placement>,
) -> ApiResult<Response> {
    let order = order_place_as(&state.platform, &caller.ctx, &input).await?;
    let path = format!("/orders/{}", order.order.id);
    Ok(reply::created_versioned(&path, order.order.version, &order))
}

/// Read an order with its timeline.
#[utoipa::path(get, path = "/orders/{order}", tag = "orders", operation_id = "getOrder",
    params(("order" = OrderId, Path, description = "The order.")),
    responses((status = 200, description = "The order.", body = OrderDetail)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(order): Ids<OrderId>,
) -> ApiResult<Response> {
    let order = service::order_get(&state.platform, &caller.ctx, order).await?;
    Ok(answered(&order))
}

/// Approve an order, as its seller.
#[utoipa::path(post, path = "/orders/{order}/approve", tag = "orders", operation_id = "approveOrder",
    params(("order" = OrderId, Path, description = "The order.")),
    responses((status = 200, description = "The order.", body = OrderDetail)))]
async fn approve(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<OrderId>,
    IfMatch(version): IfMatch,
) -> ApiResult<Response> {
    let input = OrderDecision { id, version };
    let order = service::order_approve(&state.platform, &caller.ctx, &input).await?;
    Ok(answered(&order))
}

/// Reject an order, as its seller.
#[utoipa::path(post, path = "/orders/{order}/reject", tag = "orders", operation_id = "rejectOrder",
    params(("order" = OrderId, Path, description = "The order.")), request_body = Reason,
    responses((status = 200, description = "The order.", body = OrderDetail)))]
async fn reject(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<OrderId>,
    IfMatch(version): IfMatch,
    Body(Reason { reason }): Body<Reason>,
) -> ApiResult<Response> {
    let input = OrderRefusal {
        id,
        version,
        reason,
    };
    let order = service::order_reject(&state.platform, &caller.ctx, &input).await?;
    Ok(answered(&order))
}

/// Try the failed step of an order again.
#[utoipa::path(post, path = "/orders/{order}/retry", tag = "orders", operation_id = "retryOrder",
    params(("order" = OrderId, Path, description = "The order.")),
    responses((status = 200, description = "The order.", body = OrderDetail)))]
async fn retry(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<OrderId>,
    IfMatch(version): IfMatch,
) -> ApiResult<Response> {
    let input = OrderDecision { id, version };
    let order = service::order_retry(&state.platform, &caller.ctx, &input).await?;
    Ok(answered(&order))
}

/// Call an order off.
///
/// What was invoiced is credited, and the subscription holds again what it held before.
#[utoipa::path(post, path = "/orders/{order}/cancel", tag = "orders", operation_id = "cancelOrder",
    params(("order" = OrderId, Path, description = "The order.")), request_body = Reason,
    responses((status = 200, description = "The order.", body = OrderDetail)))]
async fn cancel(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<OrderId>,
    IfMatch(version): IfMatch,
    Body(Reason { reason }): Body<Reason>,
) -> ApiResult<Response> {
    let input = OrderRefusal {
        id,
        version,
        reason,
    };
    let order = order_cancel(&state.platform, &caller.ctx, &input).await?;
    Ok(answered(&order))
}

fn answered(order: &OrderDetail) -> Response {
    reply::versioned(order.order.version, order)
}

//! Work at vendors: what is to be done, and how it went.

use axum::{extract::State, response::Response};
use tradewind_fulfilment::{
    service::{self, ListQuery},
    types::{Delivery, DeliveryDetail, DeliveryReport},
};
use tradewind_kernel::id::DeliveryId;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, ListParams, Listing},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(start))
        .routes(routes!(report))
        .routes(routes!(retry))
}

/// List deliveries, the latest first.
///
/// Those for customers at or below the caller's account, and those that it is to carry out itself. Fields: `state`,
/// `kind`, `mode`, `subscription`, `order`, `vendor`, `customer`, `created`; sorted by `created`.
#[utoipa::path(get, path = "/deliveries", tag = "deliveries", operation_id = "listDeliveries", params(ListParams),
    responses((status = 200, description = "A page of deliveries.", body = Listed<Delivery>)))]
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
    let page = service::delivery_list(&state.platform, &caller.ctx, &query).await?;
    Ok(reply::listed(&listing, page))
}

/// Read a delivery, with what may be done about it.
#[utoipa::path(get, path = "/deliveries/{delivery}", tag = "deliveries", operation_id = "getDelivery",
    params(("delivery" = DeliveryId, Path, description = "The delivery.")),
    responses((status = 200, description = "The delivery.", body = DeliveryDetail)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<DeliveryId>,
) -> ApiResult<Response> {
    let found = service::delivery_get(&state.platform, &caller.ctx, id).await?;
    Ok(reply::versioned(found.delivery.version, &found))
}

/// Say that the work has begun.
///
/// For the vendor. Saying so again changes nothing.
#[utoipa::path(post, path = "/deliveries/{delivery}/start", tag = "deliveries", operation_id = "startDelivery",
    params(("delivery" = DeliveryId, Path, description = "The delivery.")),
    responses((status = 200, description = "The delivery.", body = Delivery)))]
async fn start(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<DeliveryId>,
) -> ApiResult<Response> {
    let delivery = service::delivery_start(&state.platform, &caller.ctx, id).await?;
    Ok(reply::versioned(delivery.version, &delivery))
}

/// Say how the work ended.
///
/// For the vendor. The message is shown to the customer; a failure needs one. The same report again changes nothing; another one on
/// a delivery that is over answers 409 and is noted in its `late_reports`.
#[utoipa::path(post, path = "/deliveries/{delivery}/report", tag = "deliveries", operation_id = "reportDelivery",
    params(("delivery" = DeliveryId, Path, description = "The delivery.")), request_body = DeliveryReport,
    responses((status = 200, description = "The delivery.", body = Delivery)))]
async fn report(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<DeliveryId>,
    Body(report): Body<DeliveryReport>,
) -> ApiResult<Response> {
    let delivery = service::delivery_report(&state.platform, &caller.ctx, id, report).await?;
    Ok(reply::versioned(delivery.version, &delivery))
}

/// Have a failed delivery tried again.
#[utoipa::path(post, path = "/deliveries/{delivery}/retry", tag = "deliveries", operation_id = "retryDelivery",
    params(("delivery" = DeliveryId, Path, description = "The delivery.")),
    responses((status = 200, description = "The delivery, waiting again.", body = Delivery)))]
async fn retry(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<DeliveryId>,
) -> ApiResult<Response> {
    let delivery = service::delivery_retry(&state.platform, &caller.ctx, id).await?;
    Ok(reply::versioned(delivery.version, &delivery))
}

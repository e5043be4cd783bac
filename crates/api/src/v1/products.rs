//! Products as their makers see them. Buyers see offers.

use axum::{extract::State, response::Response};
use tradewind_catalogue::{
    service,
    types::{
        OfferQuery, Product, ProductCreate, ProductDetail, ProductDraft, ProductTransition,
        ProductUpdate,
    },
};
use tradewind_kernel::id::{AccountId, ProductId};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, ListParams, Listing, Version},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(create))
        .routes(routes!(get, replace))
        .routes(routes!(publish))
        .routes(routes!(withdraw))
}

/// List products.
///
/// The caller's own; all of them for the provider. Fields: `name` (searchable), `status`, `vendor`, `category`, `tag`,
/// `delivery`, `created`.
#[utoipa::path(get, path = "/products", tag = "catalogue", operation_id = "listProducts", params(ListParams),
    responses((status = 200, description = "A page of products.", body = Listed<Product>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    listing: Listing,
) -> ApiResult<Response> {
    let query = OfferQuery {
        search: String::new(),
        filter: listing.wanted.filter.clone(),
        sort: listing.wanted.sort.clone(),
        locale: caller.ctx.locale,
        page: listing.wanted.page.clone(),
    };
    let page = service::product_list(&state.platform, &caller.ctx, &query).await?;
    Ok(reply::listed(&listing, page))
}

/// Make a product of a vendor or of the provider, as a draft.
#[utoipa::path(post, path = "/accounts/{account}/products", tag = "catalogue", operation_id = "createProduct",
    params(("account" = AccountId, Path, description = "Who makes it.")), request_body = ProductDraft,
    responses((status = 201, description = "The new product.", body = Product)))]
async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(vendor_id): Ids<AccountId>,
    Body(draft): Body<ProductDraft>,
) -> ApiResult<Response> {
    let input = ProductCreate { vendor_id, draft };
    let product = service::product_create(&state.platform, &caller.ctx, &input).await?;
    let path = format!("/products/{}", product.id);
    Ok(reply::created_versioned(&path, product.version, &product))
}

/// Read a product with its plans, their items and its parameters.
#[utoipa::path(get, path = "/products/{product}", tag = "catalogue", operation_id = "getProduct",
    params(("product" = ProductId, Path, description = "The product.")),
    responses((status = 200, description = "The product.", body = ProductDetail)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(product): Ids<ProductId>,
) -> ApiResult<Response> {
    let detail = service::product_get(&state.platform, &caller.ctx, product).await?;
    Ok(reply::versioned(detail.product.version, &detail))
}

/// Change a product.
///
/// What was ordered before keeps the conditions that were accepted.
#[utoipa::path(put, path = "/products/{product}", tag = "catalogue", operation_id = "replaceProduct",
    params(("product" = ProductId, Path, description = "The product."), Version), request_body = ProductDraft,
    responses((status = 200, description = "The product as it is now.", body = Product)))]
async fn replace(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<ProductId>,
    Version(version): Version,
    Body(draft): Body<ProductDraft>,
) -> ApiResult<Response> {
    let input = ProductUpdate { id, version, draft };
    let product = service::product_update(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::versioned(product.version, &product))
}

/// Put a product up for sale.
#[utoipa::path(post, path = "/products/{product}/publish", tag = "catalogue", operation_id = "publishProduct",
    params(("product" = ProductId, Path, description = "The product."), Version),
    responses((status = 200, description = "The product.", body = Product)))]
async fn publish(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<ProductId>,
    Version(version): Version,
) -> ApiResult<Response> {
    let input = ProductTransition { id, version };
    let product = service::product_publish(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::versioned(product.version, &product))
}

/// Take a product off sale.
///
/// Running subscriptions go on.
#[utoipa::path(post, path = "/products/{product}/withdraw", tag = "catalogue", operation_id = "withdrawProduct",
    params(("product" = ProductId, Path, description = "The product."), Version),
    responses((status = 200, description = "The product.", body = Product)))]
async fn withdraw(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<ProductId>,
    Version(version): Version,
) -> ApiResult<Response> {
    let input = ProductTransition { id, version };
    let product = service::product_withdraw(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::versioned(product.version, &product))
}

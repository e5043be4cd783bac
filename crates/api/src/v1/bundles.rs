//! Bundles: plans that a seller sells together, with a discount on each.

use axum::{extract::State, response::Response};
use serde::Serialize;
use tradewind_flows::{
    order::{BundleOrdered, Placement, bundle_place},
    quote::{
        BundlePreview, BundlePurchase, BundleQuote, bundle_offer, bundle_quote_get,
        bundles_offered, quote_bundle,
    },
};
use tradewind_kernel::id::{AccountId, BundleId, BundleSaleId, QuoteId, SubscriptionId};
use tradewind_orders::{
    service,
    types::{Bundle, BundleCreate, BundleInput, BundleSale, BundleUpdate, BundleView},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::offers::{ShopParams, scope};
use crate::{
    Anyone, ApiResult, ApiState, Caller,
    extract::{Body, Ids, IfMatch, ListParams, Listing, Params, Version},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(create))
        .routes(routes!(get, replace))
        .routes(routes!(end))
        .routes(routes!(offered))
        .routes(routes!(offer))
        .routes(routes!(quote))
        .routes(routes!(quoted))
        .routes(routes!(order))
        .routes(routes!(sale))
        .routes(routes!(sale_of))
}

/// List bundles, the latest first.
///
/// Those of sellers at or below the caller's account, with how often they were sold. Fields: `seller`, `slug`, `ended`,
/// `created`; sorted by `created`.
#[utoipa::path(get, path = "/bundles", tag = "prices", operation_id = "listBundles", params(ListParams),
    responses((status = 200, description = "A page of bundles.", body = Listed<BundleView>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    listing: Listing,
) -> ApiResult<Response> {
    let page = service::bundle_list(&state.platform, &caller.ctx, &listing.wanted).await?;
    Ok(reply::listed(&listing, page))
}

/// Make a bundle of plans, each with a discount of its own or none.
#[utoipa::path(post, path = "/accounts/{account}/bundles", tag = "prices", operation_id = "createBundle",
    params(("account" = AccountId, Path, description = "The seller.")), request_body = BundleInput,
    responses((status = 201, description = "The new bundle.", body = BundleView)))]
async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller_id): Ids<AccountId>,
    Body(input): Body<BundleInput>,
) -> ApiResult<Response> {
    let create = BundleCreate { seller_id, input };
    let view = service::bundle_create(&state.platform, &caller.ctx, &create).await?;
    let bundle = &view.bundle;
    Ok(reply::created_versioned(
        &format!("/bundles/{}", bundle.id),
        bundle.version,
        &view,
    ))
}

/// Read a bundle.
#[utoipa::path(get, path = "/bundles/{bundle}", tag = "prices", operation_id = "getBundle",
    params(("bundle" = BundleId, Path, description = "The bundle.")),
    responses((status = 200, description = "The bundle.", body = BundleView)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<BundleId>,
) -> ApiResult<Response> {
    let view = service::bundle_get(&state.platform, &caller.ctx, id).await?;
    Ok(reply::versioned(view.bundle.version, &view))
}

/// Replace a bundle.
///
/// What was sold before stays as it was.
#[utoipa::path(put, path = "/bundles/{bundle}", tag = "prices", operation_id = "replaceBundle",
    params(("bundle" = BundleId, Path, description = "The bundle."), Version), request_body = BundleInput,
    responses((status = 200, description = "The bundle as it is now.", body = BundleView)))]
async fn replace(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<BundleId>,
    IfMatch(version): IfMatch,
    Body(input): Body<BundleInput>,
) -> ApiResult<Response> {
    let update = BundleUpdate { id, version, input };
    let view = service::bundle_update(&state.platform, &caller.ctx, &update).await?;
    Ok(reply::versioned(view.bundle.version, &view))
}

/// End a bundle: nobody buys it any more.
#[utoipa::path(post, path = "/bundles/{bundle}/end", tag = "prices", operation_id = "endBundle",
    params(("bundle" = BundleId, Path, description = "The bundle."), Version),
    responses((status = 200, description = "The bundle as it is now.", body = BundleView)))]
async fn end(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<BundleId>,
    IfMatch(version): IfMatch,
) -> ApiResult<Response> {
    let view = service::bundle_end(&state.platform, &caller.ctx, id, version).await?;
    Ok(reply::versioned(view.bundle.version, &view))
}

/// A bundle as a shop offers it.
#[derive(Serialize, ToSchema)]
struct BundleOffer {
    /// The bundle.
    bundle: Bundle,
    /// What it costs whoever comes by: each plan, and what the bundle saves.
    preview: BundlePreview,
}

/// List the bundles that a shop offers.
#[utoipa::path(get, path = "/bundle-offers", tag = "offers", operation_id = "listBundleOffers", security(()), params(ShopParams),
    responses((status = 200, description = "All of them, at most a hundred.", body = Listed<Bundle>)))]
async fn offered(
    State(state): State<ApiState>,
    Anyone(ctx): Anyone,
    Params(params): Params<ShopParams>,
) -> ApiResult<Response> {
    let (ctx, scope) = scope(&state, ctx, Some(&params.seller), None).await?;
    let bundles = bundles_offered(&state.platform, &ctx, &scope).await?;
    Ok(reply::all(bundles))
}

/// Read a bundle that a shop offers, with what it costs and saves.
#[utoipa::path(get, path = "/bundle-offers/{slug}", tag = "offers", operation_id = "getBundleOffer", security(()),
    params(("slug" = String, Path, description = "The bundle's name in addresses."), ShopParams),
    responses((status = 200, description = "The bundle.", body = BundleOffer)))]
async fn offer(
    State(state): State<ApiState>,
    Anyone(ctx): Anyone,
    Ids(slug): Ids<String>,
    Params(params): Params<ShopParams>,
) -> ApiResult<Response> {
    let (ctx, scope) = scope(&state, ctx, Some(&params.seller), None).await?;
    let found = bundle_offer(&state.platform, &ctx, &scope, &slug).await?;
    Ok(reply::one(&BundleOffer {
        bundle: found.bundle,
        preview: found.preview,
    }))
}

/// Quote a bundle: what its plans cost together now and next, and what that saves.
#[utoipa::path(post, path = "/quotes/bundle", tag = "orders", operation_id = "quoteBundle", request_body = BundlePurchase,
    responses((status = 201, description = "The quote.", body = BundleQuote)))]
async fn quote(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<BundlePurchase>,
) -> ApiResult<Response> {
    let quote = quote_bundle(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::created(
        &format!("/quotes/bundle/{}", quote.id),
        &quote,
    ))
}

/// Read a quote for a bundle.
#[utoipa::path(get, path = "/quotes/bundle/{quote}", tag = "orders", operation_id = "getBundleQuote",
    params(("quote" = QuoteId, Path, description = "The quote.")),
    responses((status = 200, description = "The quote.", body = BundleQuote)))]
async fn quoted(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<QuoteId>,
) -> ApiResult<Response> {
    let quote = bundle_quote_get(&state.platform, &caller.ctx, id).await?;
    Ok(reply::one(&quote))
}

/// Order a bundle by confirming a quote: one order for each of its plans, all of them or none.
#[utoipa::path(post, path = "/bundle-sales", tag = "orders", operation_id = "placeBundle", request_body = Placement,
    responses((status = 201, description = "What was sold, with its orders.", body = BundleOrdered)))]
async fn order(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<Placement>,
) -> ApiResult<Response> {
    let ordered = bundle_place(&state.platform, &caller.ctx, &input).await?;
    let path = format!("/bundle-sales/{}", ordered.sale.id);
    Ok(reply::created(&path, &ordered))
}

/// Read what was sold as a bundle.
#[utoipa::path(get, path = "/bundle-sales/{sale}", tag = "orders", operation_id = "getBundleSale",
    params(("sale" = BundleSaleId, Path, description = "The sale.")),
    responses((status = 200, description = "The sale with its subscriptions.", body = BundleSale)))]
async fn sale(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<BundleSaleId>,
) -> ApiResult<Response> {
    let sale = service::bundle_sale_get(&state.platform, &caller.ctx, id).await?;
    Ok(reply::one(&sale))
}

/// Read the bundle that a subscription was sold in.
///
/// The body is null for a subscription that was sold by itself.
#[utoipa::path(get, path = "/subscriptions/{subscription}/bundle", tag = "subscriptions", operation_id = "getSubscriptionBundle",
    params(("subscription" = SubscriptionId, Path, description = "The subscription.")),
    responses((status = 200, description = "The sale with its subscriptions.", body = Option<BundleSale>)))]
async fn sale_of(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<SubscriptionId>,
) -> ApiResult<Response> {
    let sale = service::bundle_sale_of(&state.platform, &caller.ctx, id).await?;
    Ok(reply::one(&sale))
}

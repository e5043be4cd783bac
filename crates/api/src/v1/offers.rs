//! Offers: the catalogue as a buyer or a visitor sees it, with the prices of the last leg.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_accounts::{
    service::{chain_get, storefront, storefront_of},
    types::Storefront,
};
use tradewind_billing::types::Preview;
use tradewind_catalogue::{
    service,
    types::{Offer, OfferList, OfferQuery, OfferScope},
};
use tradewind_flows::quote::{PriceInput, offer_price};
use tradewind_kernel::{Error, id::AccountId, page::PageRequest};
use tradewind_platform::OpCtx;
use tradewind_policy::{Principal, PrincipalKind};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Anyone, ApiResult, ApiState,
    extract::{Body, Ids, Params},
    reply,
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(price))
}

/// Whose prices, and which offers.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfferParams {
    /// Who sells: a storefront's name in addresses, or an account. Left out, whoever sells to the buyer.
    #[param(max_length = 100)]
    seller: Option<String>,
    /// Whose prices. Left out with a seller, those that everybody sees; left out without one, the caller's own.
    #[param(value_type = Option<String>)]
    buyer: Option<AccountId>,
    /// Words that all have to occur in name, summary, tags or vendor.
    #[param(max_length = 200)]
    search: Option<String>,
    /// Conditions that all must hold, over `name`, `category`, `vendor`, `tag`, `delivery`, `price`, `trial`, `created`.
    #[param(max_length = 2000)]
    filter: Option<String>,
    /// `name`, `price` or `created`; a minus before it turns it round.
    #[param(max_length = 200)]
    sort: Option<String>,
    /// Items of one page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 1000)]
    after: Option<String>,
}

/// Whose prices of one product.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PriceParams {
    /// Who sells: a storefront's name in addresses, or an account. Left out, whoever sells to the buyer.
    #[param(max_length = 100)]
    seller: Option<String>,
    /// Whose prices. Left out with a seller, those that everybody sees; left out without one, the caller's own.
    #[param(value_type = Option<String>)]
    buyer: Option<AccountId>,
}

/// List what a seller offers.
#[utoipa::path(get, path = "/offers", tag = "offers", operation_id = "listOffers", security(()), params(OfferParams),
    responses((status = 200, description = "A page of offers.", body = OfferList)))]
async fn list(
    State(state): State<ApiState>,
    Anyone(ctx): Anyone,
    Params(params): Params<OfferParams>,
) -> ApiResult<Response> {
    let query = OfferQuery {
        search: params.search.unwrap_or_default(),
        filter: params.filter.unwrap_or_default(),
        sort: params.sort.unwrap_or_default(),
        locale: ctx.locale,
        page: PageRequest::new(params.limit, params.after)?,
    };
    let (ctx, scope) = scope(&state, ctx, params.seller.as_deref(), params.buyer).await?;
    let offers = service::offers(&state.platform, &ctx, &scope, &query).await?;
    Ok(reply::one(&offers))
}

/// Read an offer with its plans and prices.
#[utoipa::path(get, path = "/offers/{slug}", tag = "offers", operation_id = "getOffer", security(()),
    params(("slug" = String, Path, description = "The product's name in addresses."), PriceParams),
    responses((status = 200, description = "The offer.", body = Offer)))]
async fn get(
    State(state): State<ApiState>,
    Anyone(ctx): Anyone,
    Ids(slug): Ids<String>,
    Params(params): Params<PriceParams>,
) -> ApiResult<Response> {
    let (ctx, scope) = scope(&state, ctx, params.seller.as_deref(), params.buyer).await?;
    let offer = service::offer(&state.platform, &ctx, &scope, &slug).await?;
    Ok(reply::one(&offer))
}

/// Whose storefront.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ShopParams {
    /// Who sells: a storefront's name in addresses, or an account.
    #[param(max_length = 100)]
    pub(super) seller: String,
}

/// Work out what a configuration costs.
///
/// At the prices and with the tax that everybody sees in the storefront: due now, the next invoice, and usage. Nothing is
/// kept; who has an account asks for a quote, which knows the own prices and can be ordered.
#[utoipa::path(post, path = "/offers/{slug}/price", tag = "offers", operation_id = "priceOffer", security(()),
    params(("slug" = String, Path, description = "The product's name in addresses."), ShopParams), request_body = PriceInput,
    responses((status = 200, description = "What it costs.", body = Preview)))]
async fn price(
    State(state): State<ApiState>,
    Anyone(ctx): Anyone,
    Ids(slug): Ids<String>,
    Params(params): Params<ShopParams>,
    Body(input): Body<PriceInput>,
) -> ApiResult<Response> {
    let shop = seller_of(&state, &ctx, &params.seller).await?;
    let scope = OfferScope {
        seller: shop.account,
        buyer: None,
        on: ctx.now.date_in(&shop.zone),
    };
    let ctx = OpCtx {
        principal: Principal::visitor(shop.account, shop.kind),
        ..ctx
    };
    let preview = offer_price(&state.platform, &ctx, &scope, &slug, &input).await?;
    Ok(reply::one(&preview))
}

/// Whose prices for whom, and in whose eyes: what everybody may see is looked at with a visitor's.
pub(super) async fn scope(
    state: &ApiState,
    ctx: OpCtx,
    seller: Option<&str>,
    buyer: Option<AccountId>,
) -> ApiResult<(OpCtx, OfferScope)> {
    let is_visitor = ctx.principal.kind == PrincipalKind::Visitor;
    let buyer = match (seller, buyer) {
        (None, None) if !is_visitor => Some(ctx.principal.account),
        (_, buyer) => buyer,
    };
    if let Some(buyer) = buyer.filter(|_| !is_visitor) {
        let chain = chain_get(&state.platform, &ctx, buyer).await?;
        let nearest = chain
            .first()
            .ok_or_else(|| Error::refused("nothing_to_buy", "this account buys from nobody"))?;
        let named = match seller {
            None => nearest.seller.id,
            Some(seller) => seller_of(state, &ctx, seller).await?.account,
        };
        let scope = OfferScope {
            seller: named,
            buyer: Some(buyer),
            on: ctx.now.date_in(&nearest.buyer.zone),
        };
        return Ok((ctx, scope));
    }
    let seller = seller.ok_or_else(|| {
        Error::invalid(
            "seller",
            "required",
            "name the storefront or account that sells",
        )
    })?;
    let shop = seller_of(state, &ctx, seller).await?;
    let scope = OfferScope {
        seller: shop.account,
        buyer,
        on: ctx.now.date_in(&shop.zone),
    };
    let ctx = OpCtx {
        principal: Principal::visitor(shop.account, shop.kind),
        ..ctx
    };
    Ok((ctx, scope))
}

/// A seller by the name of its storefront or its id.
async fn seller_of(state: &ApiState, ctx: &OpCtx, named: &str) -> ApiResult<Storefront> {
    Ok(match named.parse::<AccountId>() {
        Ok(account) => storefront_of(&state.platform, ctx.realm, account).await?,
        Err(_) => storefront(&state.platform, ctx.realm, named).await?,
    })
}

//! Coupons and promotions of sellers.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_flows::coupon::{
    CouponReport, RedemptionReport, coupon_report, coupon_reports, redemption_reports,
};
use tradewind_kernel::{
    Date, Money, Text,
    id::{AccountId, CouponId},
};
use tradewind_orders::{
    service,
    types::{
        Benefit, CouponCreate, CouponInput, CouponLimits, CouponUpdate, CouponView, DiscountScope,
    },
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, IfMatch, ListParams, Listing, Version},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(create))
        .routes(routes!(get, replace))
        .routes(routes!(end))
        .routes(routes!(redemptions))
}

/// A coupon, or a promotion that needs no code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CouponDraft {
    /// What invoices call it.
    name: Text,
    /// The code, 3 to 40 letters, digits, `-` and `_`, compared without case; left out, it applies by itself.
    #[serde(default)]
    code: Option<String>,
    /// What it gives.
    benefit: Benefit,
    /// What it is for; everything when left out.
    #[serde(default)]
    scope: DiscountScope,
    /// For how many billing periods, 1 to 120; for as long as the subscription lasts when left out.
    #[serde(default)]
    periods: Option<u32>,
    /// The first day, in the seller's time zone.
    #[serde(default)]
    valid_from: Option<Date>,
    /// The last day, in the seller's time zone.
    #[serde(default)]
    valid_until: Option<Date>,
    /// How often it can be redeemed in all.
    #[serde(default)]
    max_redemptions: Option<u32>,
    /// How often by one customer.
    #[serde(default)]
    max_per_customer: Option<u32>,
    /// What all redemptions together may take off; when it is used up, nothing more is taken off.
    #[serde(default)]
    budget: Option<Money>,
    /// Only for customers that have never bought from this seller.
    #[serde(default)]
    new_customers_only: bool,
    /// Only for these customers of the seller; for all when left out. To others it does not exist.
    #[serde(default)]
    customers: Vec<AccountId>,
}

impl From<CouponDraft> for CouponInput {
    fn from(draft: CouponDraft) -> Self {
        Self {
            name: draft.name,
            code: draft.code,
            benefit: draft.benefit,
            scope: draft.scope,
            periods: draft.periods,
            limits: CouponLimits {
                valid_from: draft.valid_from,
                valid_until: draft.valid_until,
                max_redemptions: draft.max_redemptions,
                max_per_customer: draft.max_per_customer,
                budget: draft.budget,
                new_customers_only: draft.new_customers_only,
                customers: draft.customers,
            },
        }
    }
}

/// List coupons and promotions, the latest first.
///
/// Those of sellers at or below the caller's account, with how often they are redeemed and what they have cost. Fields:
/// `seller`, `code`, `kind` (`coupon`, `promotion`), `until`, `ended`, `created`; sorted by `created`.
#[utoipa::path(get, path = "/coupons", tag = "prices", operation_id = "listCoupons", params(ListParams),
    responses((status = 200, description = "A page of coupons.", body = Listed<CouponReport>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    listing: Listing,
) -> ApiResult<Response> {
    let page = coupon_reports(&state.platform, &caller.ctx, &listing.wanted).await?;
    Ok(reply::listed(&listing, page))
}

/// Make a coupon, or a promotion when it has no code.
#[utoipa::path(post, path = "/accounts/{account}/coupons", tag = "prices", operation_id = "createCoupon",
    params(("account" = AccountId, Path, description = "The seller.")), request_body = CouponDraft,
    responses((status = 201, description = "The new coupon.", body = CouponView)))]
async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller_id): Ids<AccountId>,
    Body(draft): Body<CouponDraft>,
) -> ApiResult<Response> {
    let create = CouponCreate {
        seller_id,
        input: draft.into(),
    };
    let view = service::coupon_create(&state.platform, &caller.ctx, &create).await?;
    let coupon = &view.coupon;
    Ok(reply::created_versioned(
        &format!("/coupons/{}", coupon.id),
        coupon.version,
        &view,
    ))
}

/// Read a coupon with how often it is redeemed and what it has cost.
#[utoipa::path(get, path = "/coupons/{coupon}", tag = "prices", operation_id = "getCoupon",
    params(("coupon" = CouponId, Path, description = "The coupon.")),
    responses((status = 200, description = "The coupon.", body = CouponReport)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(coupon): Ids<CouponId>,
) -> ApiResult<Response> {
    let report = coupon_report(&state.platform, &caller.ctx, coupon).await?;
    Ok(reply::versioned(report.view.coupon.version, &report))
}

/// Replace a coupon.
///
/// What was redeemed before stays as it was.
#[utoipa::path(put, path = "/coupons/{coupon}", tag = "prices", operation_id = "replaceCoupon",
    params(("coupon" = CouponId, Path, description = "The coupon."), Version), request_body = CouponDraft,
    responses((status = 200, description = "The coupon as it is now.", body = CouponView)))]
async fn replace(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<CouponId>,
    Version(version): Version,
    Body(draft): Body<CouponDraft>,
) -> ApiResult<Response> {
    let update = CouponUpdate {
        id,
        version: Some(version),
        input: draft.into(),
    };
    let view = service::coupon_update(&state.platform, &caller.ctx, &update).await?;
    Ok(reply::versioned(view.coupon.version, &view))
}

/// End a coupon: nobody redeems it any more.
///
/// What was redeemed goes on.
#[utoipa::path(post, path = "/coupons/{coupon}/end", tag = "prices", operation_id = "endCoupon",
    params(("coupon" = CouponId, Path, description = "The coupon.")),
    responses((status = 200, description = "The coupon as it is now.", body = CouponView)))]
async fn end(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<CouponId>,
    IfMatch(version): IfMatch,
) -> ApiResult<Response> {
    let view = service::coupon_end(&state.platform, &caller.ctx, id, version).await?;
    Ok(reply::versioned(view.coupon.version, &view))
}

/// List the redemptions of a coupon, the latest first.
///
/// Fields: `customer`, `subscription`, `order`, `redeemed`; sorted by `redeemed`.
#[utoipa::path(get, path = "/coupons/{coupon}/redemptions", tag = "prices", operation_id = "listRedemptions",
    params(("coupon" = CouponId, Path, description = "The coupon."), ListParams),
    responses((status = 200, description = "A page of redemptions.", body = Listed<RedemptionReport>)))]
async fn redemptions(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<CouponId>,
    listing: Listing,
) -> ApiResult<Response> {
    let page = redemption_reports(&state.platform, &caller.ctx, id, &listing.wanted).await?;
    Ok(reply::listed(&listing, page))
}

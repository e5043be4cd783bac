//! Coupons with what they have cost their seller.

use serde::{Deserialize, Serialize};
use tradewind_billing::service::{coupon_costs, redemption_costs};
use tradewind_kernel::id::{CouponId, SubscriptionId};
use tradewind_kernel::page::{ListRequest, Page};
use tradewind_kernel::{Money, Result};
use tradewind_orders::service as orders;
use tradewind_orders::types::{CouponView, Redemption};
use tradewind_platform::{OpCtx, Platform};
use utoipa::ToSchema;

/// A coupon with what became of it and what it has cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CouponReport {
    /// The coupon.
    #[serde(flatten)]
    pub view: CouponView,
    /// What it has taken off so far, without tax, by currency.
    pub cost: Vec<Money>,
}

/// A redemption with what it has cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RedemptionReport {
    /// The redemption.
    #[serde(flatten)]
    pub redemption: Redemption,
    /// What it has taken off so far, without tax; none before the first charge.
    pub cost: Option<Money>,
}

/// The coupons of sellers at or below the principal's account.
///
/// # Errors
/// As [`tradewind_orders::service::coupon_list`].
pub async fn coupon_reports(
    p: &Platform,
    ctx: &OpCtx,
    list: &ListRequest,
) -> Result<Page<CouponReport>> {
    let page = orders::coupon_list(p, ctx, list).await?;
    let ids: Vec<CouponId> = page.items.iter().map(|view| view.coupon.id).collect();
    let mut costs = coupon_costs(p, ctx, &ids).await?;
    Ok(page.map(|view| CouponReport {
        cost: costs.remove(&view.coupon.id).unwrap_or_default(),
        view,
    }))
}

/// One coupon.
///
/// # Errors
/// As [`tradewind_orders::service::coupon_get`].
pub async fn coupon_report(p: &Platform, ctx: &OpCtx, id: CouponId) -> Result<CouponReport> {
    let view = orders::coupon_get(p, ctx, id).await?;
    let cost = coupon_costs(p, ctx, &[id]).await?.remove(&id);
    Ok(CouponReport {
        view,
        cost: cost.unwrap_or_default(),
    })
}

/// What was redeemed of a coupon.
///
/// # Errors
/// As [`tradewind_orders::service::redemption_list`].
pub async fn redemption_reports(
    p: &Platform,
    ctx: &OpCtx,
    id: CouponId,
    list: &ListRequest,
) -> Result<Page<RedemptionReport>> {
    let page = orders::redemption_list(p, ctx, id, list).await?;
    let of = |redemption: &Redemption| redemption.subscription_id;
    let subscriptions: Vec<SubscriptionId> = page.items.iter().map(of).collect();
    let costs = redemption_costs(p, ctx, &subscriptions).await?;
    Ok(page.map(|redemption| RedemptionReport {
        cost: costs.get(&redemption.id).copied(),
        redemption,
    }))
}

//! Placing bundles: one order for each plan, all of them or none.

use super::enqueue_advance;
use super::place::{Placement, place_planned};
use crate::access::may_order;
use crate::quote::{Occasion, opened, plan_bundle, promised, still};
use serde::{Deserialize, Serialize};
use tradewind_kernel::{Error, Result};
use tradewind_orders::service as orders;
use tradewind_orders::types::{BundleSale, BundledSubscription, OrderDetail, QuoteKind};
use tradewind_platform::{OpCtx, Platform};
use utoipa::ToSchema;

/// A bundle that was ordered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BundleOrdered {
    /// What was sold.
    pub sale: BundleSale,
    /// The orders, in the order of the bundle: each begins one subscription.
    pub orders: Vec<OrderDetail>,
}

/// Places the orders that a quote for a bundle promises: all of them, or none.
///
/// # Errors
/// Not found, forbidden; `quote_expired`, `quote_used`; `quote_changed`; whatever keeps a plan from being ordered now.
pub async fn bundle_place(p: &Platform, ctx: &OpCtx, input: &Placement) -> Result<BundleOrdered> {
    let keys = p.keys().clone();
    p.command(ctx, "bundle.place", input, move |w, input| {
        let keys = keys.clone();
        Box::pin(async move {
            let quote = orders::quote_get_in(w, input.quote_id).await?;
            may_order(w, quote.customer_id, quote.seller_id, &quote.id).await?;
            if quote.kind != QuoteKind::Bundle {
                return Err(Error::not_found(quote.id));
            }
            super::place::confirmable(w, &quote)?;
            let (bundle, asked) = opened(&quote, &keys)?;
            let bundle = orders::bundle_in(w, bundle, true).await?;
            let plan = plan_bundle(w, bundle, asked, Occasion::placed(&quote)).await?;
            still(&quote, &plan)?;
            let mut placed: Vec<OrderDetail> = Vec::with_capacity(plan.parts.len());
            let mut parts = Vec::with_capacity(plan.parts.len());
            for (asked, part) in plan.parts {
                // The quote is used up by the first; the others are part of the same sale.
                let confirmed = placed.is_empty().then_some(quote.id);
                let (plan_id, items) = (part.plan.id, part.items.clone());
                let coupon_id = part.coupons.first().map(|coupon| coupon.id);
                let preview = promised(&part)?;
                let order = place_planned(w, &keys, asked, part, confirmed, preview).await?;
                let (order_id, subscription_id) = (order.order.id, order.order.subscription_id);
                if let Some(reference) = &input.reference {
                    orders::reference_set_in(w, subscription_id, reference).await?;
                }
                enqueue_advance(w, order_id);
                parts.push(BundledSubscription {
                    subscription_id,
                    order_id,
                    plan_id,
                    items,
                    coupon_id,
                });
                placed.push(order);
            }
            let sale = orders::bundle_sell_in(w, &plan.bundle, quote.customer_id, parts).await?;
            Ok(BundleOrdered {
                sale,
                orders: placed,
            })
        })
    })
    .await
}

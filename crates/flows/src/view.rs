//! What one reader wants to know of several rooms at once.

use serde::{Deserialize, Serialize};
use tradewind_kernel::id::{PlanId, ProductId, SubscriptionId};
use tradewind_kernel::{Error, Result, Text};
use tradewind_orders::types::SubscriptionDetail;
use tradewind_platform::{OpCtx, Platform};
use utoipa::ToSchema;

/// A subscription with the names of what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SubscriptionView {
    /// The subscription.
    #[serde(flatten)]
    pub detail: SubscriptionDetail,
    /// Its product.
    pub product: ProductName,
    /// Its plan.
    pub plan: PlanName,
}

/// What a product is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProductName {
    /// Its id.
    pub id: ProductId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: Text,
}

/// What a plan is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanName {
    /// Its id.
    pub id: PlanId,
    /// Its short name, unique in the product.
    pub code: String,
    /// Its name for people.
    pub name: Text,
}

/// One subscription with its product and plan.
///
/// # Errors
/// Not found.
pub async fn subscription_view(
    p: &Platform,
    ctx: &OpCtx,
    id: SubscriptionId,
) -> Result<SubscriptionView> {
    p.read(ctx, &(id, p.keys()), |w, (id, keys)| {
        Box::pin(async move {
            let detail = tradewind_orders::service::subscription_get_in(w, keys, *id).await?;
            let subscription = &detail.subscription;
            let found =
                tradewind_catalogue::service::product_of(w, subscription.product_id).await?;
            let plan = found.plan(subscription.plan_id).ok_or_else(|| {
                Error::internal(format!("{id} holds a plan that its product lacks"))
            })?;
            let product = ProductName {
                id: found.product.id,
                slug: found.product.slug.clone(),
                name: found.product.name.clone(),
            };
            let plan = PlanName {
                id: plan.id,
                code: plan.code.clone(),
                name: plan.name.clone(),
            };
            Ok(SubscriptionView {
                detail,
                product,
                plan,
            })
        })
    })
    .await
}

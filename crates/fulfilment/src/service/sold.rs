//! What this room has to know about a subscription.

use tradewind_kernel::Result;
use tradewind_kernel::id::{AccountId, SubscriptionId};
use tradewind_orders::types::DeliveryState;
use tradewind_platform::Work;

/// The parties of a subscription.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sold {
    pub(super) customer: AccountId,
    pub(super) vendor: AccountId,
    /// Whether it is over for good.
    pub(super) ended: bool,
}

pub(super) async fn sold(w: &mut Work, subscription: SubscriptionId) -> Result<Sold> {
    let found = tradewind_orders::service::subscription_in(w, subscription).await?;
    Ok(Sold {
        customer: found.customer_id,
        vendor: found.vendor_id,
        ended: found.commercial_state.is_final(),
    })
}

/// Lets the subscription show what its delivery does.
pub(super) async fn show_delivery(
    w: &mut Work,
    subscription: SubscriptionId,
    state: DeliveryState,
) -> Result<()> {
    tradewind_orders::service::delivery_state_set_in(w, subscription, state).await?;
    Ok(())
}

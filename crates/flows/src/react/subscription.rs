//! What the vendor has to hear of a subscription that has ended or was changed at the end of its period.

use crate::order::{follow_in, remove_in};
use tradewind_fulfilment::types::DeliveryKind;
use tradewind_kernel::Result;
use tradewind_kernel::id::SubscriptionId;
use tradewind_orders::service::{bundle_check_in, subscription_in};
use tradewind_platform::Work;

pub(super) async fn ended(w: &mut Work, id: SubscriptionId) -> Result<()> {
    let subscription = subscription_in(w, id).await?;
    bundle_check_in(w, id).await?;
    remove_in(w, &subscription).await
}

pub(super) async fn change_applied(w: &mut Work, id: SubscriptionId) -> Result<()> {
    bundle_check_in(w, id).await?;
    let subscription = subscription_in(w, id).await?;
    if subscription.commercial_state.is_final() {
        return Ok(());
    }
    follow_in(w, &subscription, DeliveryKind::Change).await
}

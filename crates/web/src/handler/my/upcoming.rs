//! What a subscription's next invoice will be.

use tradewind_billing::types::Preview;
use tradewind_kernel::Result;
use tradewind_orders::types::Subscription;

use crate::session::Visit;

/// The bill to come as things stand; none for what is not billed.
pub(super) async fn of(visit: &Visit, subscription: &Subscription) -> Result<Option<Preview>> {
    tradewind_flows::upcoming::upcoming_of(visit.p(), &visit.ctx, subscription).await
}

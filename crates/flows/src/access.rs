//! Who may order for whom.

use std::fmt::Display;
use tradewind_kernel::Result;
use tradewind_kernel::id::AccountId;
use tradewind_platform::Work;
use tradewind_policy::{Action, ResourceKind};

/// Checks that the principal may order for a customer.
pub(crate) async fn may_order(
    w: &mut Work,
    customer: AccountId,
    seller: AccountId,
    named: &(dyn Display + Sync),
) -> Result<()> {
    let target = tradewind_accounts::service::target(w, ResourceKind::Order, customer).await?;
    w.authorize_for(Action::OrderPlace, &target.traded(seller, customer), named)
}

/// Checks that the principal may do something with a subscription.
pub(crate) async fn may(
    w: &mut Work,
    action: Action,
    subscription: &tradewind_orders::types::Subscription,
) -> Result<()> {
    let target = tradewind_orders::service::subscription_target(w, subscription).await?;
    w.authorize_for(action, &target, &subscription.id)
}

//! What subscriptions cost in their current period, looked up for a whole page at once.

use std::collections::HashMap;

use tradewind_billing::service::recurring_of;
use tradewind_kernel::{
    Money, Result,
    id::{LegId, SubscriptionId},
};
use tradewind_policy::{AccountKind, Action};

use crate::session::Visit;

/// Prices per period of the subscriptions of a page.
#[derive(Default)]
pub(super) struct Recurring {
    sold: HashMap<SubscriptionId, Money>,
    legs: HashMap<LegId, Money>,
}

impl Recurring {
    /// Of these subscriptions, as far as the reader may know what is charged: to a customer what it pays, to others what
    /// they are paid.
    pub(super) async fn of(visit: &Visit, ids: Vec<SubscriptionId>) -> Result<Self> {
        let mut found = Self::default();
        if ids.is_empty() || !visit.may_at_home(Action::InvoiceView) {
            return Ok(found);
        }
        let own = visit.account();
        let buys = visit.kind() == Some(AccountKind::Customer);
        for leg in recurring_of(visit.p(), &visit.ctx, &ids, visit.today()).await? {
            if (leg.buyer_id == own) == buys {
                found.sold.insert(leg.subscription_id, leg.amount);
            }
            found.legs.insert(leg.leg_id, leg.amount);
        }
        Ok(found)
    }

    /// What a subscription costs.
    pub(super) fn price(&self, id: SubscriptionId) -> Option<Money> {
        self.sold.get(&id).copied()
    }

    /// What is charged on a leg.
    pub(super) fn leg(&self, id: LegId) -> Option<Money> {
        self.legs.get(&id).copied()
    }
}

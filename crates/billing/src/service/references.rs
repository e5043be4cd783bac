//! What buyers call their sales, as far as charges on their way to documents need it.

use std::collections::{BTreeSet, HashMap};

use tradewind_kernel::{
    Result,
    id::{AccountId, ChargeId, SubscriptionId},
};
use tradewind_orders::{
    billing as orders,
    types::{BuyerReference, Subscription},
};
use tradewind_platform::Work;

use crate::{rules::line::LineCharge, types::Trade};

/// References by subscription. A reference is the customer's: sellers above do not learn it.
#[derive(Debug, Default)]
pub(crate) struct References {
    known: HashMap<SubscriptionId, BuyerReference>,
    nothing: BuyerReference,
}

impl References {
    /// Which of some buyers have given references at all.
    pub(super) async fn buyers(
        w: &mut Work,
        buyers: impl Iterator<Item = AccountId>,
    ) -> Result<BTreeSet<AccountId>> {
        let realm = w.ctx.realm;
        orders::referenced(&mut w.tx, realm, &buyers.collect()).await
    }

    /// Learns the references for some charges.
    pub(crate) async fn load(
        &mut self,
        w: &mut Work,
        charges: &[(ChargeId, LineCharge)],
    ) -> Result<()> {
        let sales = charges.iter().map(|(_, charge)| charge.subscription_id);
        self.load_of(w, sales).await
    }

    /// Learns the references for some sales.
    pub(super) async fn load_of(
        &mut self,
        w: &mut Work,
        sales: impl Iterator<Item = SubscriptionId>,
    ) -> Result<()> {
        let ids: BTreeSet<SubscriptionId> =
            sales.filter(|id| !self.known.contains_key(id)).collect();
        let realm = w.ctx.realm;
        self.known
            .extend(orders::references(&mut w.tx, realm, &ids).await?);
        Ok(())
    }

    /// Learns the reference for a subscription that is at hand.
    pub(super) fn learn(&mut self, subscription: &Subscription) {
        if !subscription.reference.is_nothing() {
            self.known
                .insert(subscription.id, subscription.reference.clone());
        }
    }

    /// What the buyer of a trade calls a sale.
    pub(crate) fn of(&self, trade: &Trade, id: SubscriptionId) -> &BuyerReference {
        if trade.buyer_keeps_books {
            return &self.nothing;
        }
        self.known.get(&id).unwrap_or(&self.nothing)
    }
}

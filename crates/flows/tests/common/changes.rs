//! Changes of what a customer has, from the quote to the delivery.

use std::collections::BTreeMap;

use tradewind_flows::order::{PlaceInput, order_place};
use tradewind_flows::quote::{
    CancelInput, CancelWhen, ChangeInput, QuoteView, quote_cancel, quote_change,
};
use tradewind_kernel::id::SubscriptionId;

use super::{World, dec};

impl World {
    /// Changes the seats of a subscription, pays and delivers.
    pub(crate) async fn change(&self, id: SubscriptionId, seats: &str) {
        let input = ChangeInput {
            subscription_id: id,
            plan_id: None,
            quantities: BTreeMap::from([("seats".to_owned(), dec(seats))]),
            packages: BTreeMap::new(),
            coupon: None,
        };
        let quote = quote_change(self.p(), &self.ctx().await, &input).await;
        self.carry_out(&quote.expect("a quote")).await;
    }

    /// Ends a subscription now.
    pub(crate) async fn cancel(&self, id: SubscriptionId) {
        let input = CancelInput {
            subscription_id: id,
            when: CancelWhen::Now,
            reason: None,
        };
        let quote = quote_cancel(self.p(), &self.ctx().await, &input).await;
        self.carry_out(&quote.expect("a quote")).await;
    }

    /// Orders what a quote promises, pays and delivers.
    async fn carry_out(&self, quote: &QuoteView) {
        let input = PlaceInput { quote_id: quote.id };
        let order = order_place(self.p(), &self.ctx().await, &input).await;
        order.expect("an order");
        self.test.drain().await;
        self.pay_all().await;
        self.deliver_all().await;
    }
}

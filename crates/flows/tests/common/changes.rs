//! Purchases and changes of what a customer has, from the quote to the delivery, and what is asked for it.

use std::collections::BTreeMap;

use serde_json::Value;
use tradewind_catalogue::service::revision_create;
use tradewind_catalogue::types::{ListingDraft, ListingPrice, Policies, RevisionCreate};
use tradewind_flows::order::{PlaceInput, order_place};
use tradewind_flows::quote::{
    CancelInput, CancelWhen, ChangeInput, PurchaseInput, QuoteView, quote_cancel, quote_change,
    quote_purchase,
};
use tradewind_kernel::Text;
use tradewind_kernel::id::{OrderId, SubscriptionId};
use tradewind_orders::service::coupon_create;
use tradewind_orders::types::{Benefit, CouponCreate, CouponInput, CouponLimits, DiscountScope};
use tradewind_pricing::{PriceModel, Purpose};

use super::{World, day, dec, markup};

/// A price as the API takes it.
pub(crate) fn model(model: &Value) -> PriceModel {
    PriceModel::from_json("model", model, Purpose::Charge).expect("a model")
}

impl World {
    /// The reseller sells under these policies from a day on, at so many per cent more than it pays.
    pub(crate) async fn sells(&self, policies: Policies, from: &str, percent: &str) {
        let revision = RevisionCreate {
            book_id: self.reseller_book,
            effective_on: day(from),
            note: String::new(),
            policies: Some(policies),
            listings: vec![markup(percent)],
        };
        revision_create(self.p(), &self.ctx().await, &revision)
            .await
            .expect("a revision");
    }

    /// What was asked for happens: delivered, billed and paid.
    pub(crate) async fn settle(&self) {
        self.test.drain().await;
        self.pay_all().await;
        self.deliver_all().await;
        self.test.drain().await;
    }

    /// The reseller asks this for one item of a plan from a day on, and 20 % on top of everything else.
    pub(crate) async fn ask(&self, plan: &str, item: &str, from: &str, price: Value) {
        let items = &self.plan(plan).items;
        let item = items.iter().find(|one| one.code == item).expect("an item");
        let own = ListingDraft {
            item_id: Some(item.id),
            price: ListingPrice::Absolute {
                model: model(&price),
            },
            ..markup("0")
        };
        let revision = RevisionCreate {
            book_id: self.reseller_book,
            effective_on: day(from),
            note: String::new(),
            policies: None,
            listings: vec![own, markup("20")],
        };
        revision_create(self.p(), &self.ctx().await, &revision)
            .await
            .expect("a revision");
    }

    /// The reseller gives so many per cent for some periods to whoever names the code.
    pub(crate) async fn coupon(&self, code: &str, percent: &str, periods: u32) {
        let input = CouponInput {
            name: Text::en(code),
            code: Some(code.to_owned()),
            benefit: Benefit::Percentage {
                percent: dec(percent),
            },
            scope: DiscountScope::default(),
            periods: Some(periods),
            limits: CouponLimits::default(),
        };
        let create = CouponCreate {
            seller_id: self.reseller,
            input,
        };
        coupon_create(self.p(), &self.ctx().await, &create)
            .await
            .expect("a coupon");
    }

    /// Buys what is wanted, pays and delivers.
    pub(crate) async fn buy(&self, wanted: &PurchaseInput) -> SubscriptionId {
        let quote = quote_purchase(self.p(), &self.ctx().await, wanted).await;
        let order = self.carry_out(&quote.expect("a quote")).await;
        self.see(order).await.order.subscription_id
    }

    /// Buys a plan that is all usage.
    pub(crate) async fn cloud(&self) -> SubscriptionId {
        let wanted = PurchaseInput {
            quantities: BTreeMap::new(),
            ..self.wanted("cloud", "1")
        };
        self.buy(&wanted).await
    }

    /// Changes the seats of a subscription, pays and delivers.
    pub(crate) async fn change(&self, id: SubscriptionId, seats: &str) {
        let input = ChangeInput {
            subscription_id: id,
            plan_id: None,
            quantities: BTreeMap::from([("seats".to_owned(), dec(seats))]),
            packages: BTreeMap::new(),
            coupon: None,
            when: None,
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
    pub(crate) async fn carry_out(&self, quote: &QuoteView) -> OrderId {
        let input = PlaceInput { quote_id: quote.id };
        let order = order_place(self.p(), &self.ctx().await, &input).await;
        let order = order.expect("an order");
        self.settle().await;
        order.order.id
    }
}

//! What the seller does in a life: other terms, and stopping a sale for a while.

use super::*;
use tradewind_catalogue::service::revision_create;
use tradewind_catalogue::types::{
    Introduction, Policies, PriceIncrease, RenewalPrices, RevisionCreate, SuspendedTime,
};
use tradewind_flows::order::{subscription_resume, subscription_suspend};
use tradewind_kernel::Text;
use tradewind_orders::service::coupon_create;
use tradewind_orders::types::{
    Benefit, CouponCreate, CouponInput, CouponLimits, Covers, DiscountScope,
};
use tradewind_pricing::PriceModel;

use crate::common::markup;

impl Life {
    pub(super) async fn coupons(&self) {
        let bought = COUPONS
            .map(|(code, percent, periods)| (code, percent, Some(periods), Covers::Purchases));
        let used = (METERED.0, METERED.1, None, Covers::Usage);
        for (code, percent, periods, covers) in bought.into_iter().chain([used]) {
            let input = CouponInput {
                name: Text::en(code),
                code: Some(code.to_owned()),
                benefit: Benefit::Percentage {
                    percent: Decimal::from(percent),
                },
                scope: DiscountScope {
                    covers,
                    ..DiscountScope::default()
                },
                periods,
                limits: CouponLimits::default(),
            };
            let create = CouponCreate {
                seller_id: self.world.reseller,
                input,
            };
            coupon_create(self.world.p(), &self.world.ctx().await, &create)
                .await
                .expect("a coupon");
        }
    }

    /// From the next day on, the reseller sells with an introductory price and with rises.
    pub(super) async fn phases(&mut self) {
        let mut basic = self.world.plan("basic").items.iter();
        let seats = basic.find(|item| item.code == "seats");
        let introduction = Introduction {
            periods: 2,
            price: PriceModel::per_unit(Decimal::new(999, 2)),
            once: false,
        };
        let revision = RevisionCreate {
            book_id: self.world.reseller_book,
            effective_on: day("2024-01-11"),
            note: String::new(),
            policies: Some(Policies {
                introductions: BTreeMap::from([(seats.expect("seats").id, introduction)]),
                suspension: SuspendedTime::AlwaysCredited,
                renewal: RenewalPrices::Increase,
                increase: Some(PriceIncrease {
                    percent: Decimal::from(3),
                    at_most: None,
                    up_to_list: false,
                }),
                ..Policies::default()
            }),
            listings: vec![markup("20")],
        };
        revision_create(self.world.p(), &self.world.ctx().await, &revision)
            .await
            .expect("a revision");
        self.today = day("2024-01-11");
        self.world.travel("2024-01-11T09:00:00Z").await;
    }

    /// A sale is suspended, or goes on if it is.
    pub(super) async fn rest(&mut self) {
        let Some(at) = self.some(true) else { return };
        let (id, audited) = (self.sales[at].id, self.sales[at].audited);
        let (p, ctx) = (self.world.p(), self.world.ctx().await);
        let rests = self.sales[at].rests;
        let ordered = if rests {
            subscription_resume(p, &ctx, id, None).await
        } else {
            subscription_suspend(p, &ctx, id, None).await
        };
        if let Err(Error::Conflict { code, .. }) = ordered {
            self.say(format!("is refused to suspend or resume {audited}: {code}"));
            return;
        }
        let _order = ordered.expect("an order");
        self.world.test.drain().await;
        self.world.deliver_all().await;
        self.say(format!("suspends {audited}, or lets it go on: {rests}"));
        self.sales[at].rests = !rests;
        if rests {
            self.auditor.resume(audited, self.today);
        } else {
            self.auditor.suspend(audited, self.today);
        }
        self.pay(0).await;
    }
}

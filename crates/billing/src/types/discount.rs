//! Discounts as billing applies them.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Date, Decimal, Money, Timestamp,
    id::{CouponId, ItemId, RedemptionId},
};
use tradewind_orders::types::{Benefit, DiscountTerms};
use utoipa::ToSchema;

/// A discount that holds for a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// As it was redeemed.
    pub redemption_id: RedemptionId,
    /// The coupon or promotion.
    pub coupon_id: CouponId,
    /// What was promised.
    pub terms: Arc<DiscountTerms>,
    /// What is left of the budget that all redemptions share; none without a budget.
    pub left: Option<Money>,
    /// When it was redeemed; none for what is not redeemed yet.
    pub since: Option<Timestamp>,
    /// From which day on it takes nothing off periods that begin.
    pub until: Option<Date>,
    /// By first day of the billing period, what it takes off each item in the whole of the period.
    pub granted: BTreeMap<Date, BTreeMap<ItemId, Decimal>>,
    /// How that came about: by first day of the billing period and item, what was added to it for the time from a day on.
    pub steps: BTreeMap<(Date, ItemId), BTreeMap<Date, Decimal>>,
    /// By first day of the month, what it takes off the usage of each item.
    pub used: BTreeMap<Date, BTreeMap<ItemId, Decimal>>,
}

/// A discount that an order which is not placed yet would redeem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscountOffer {
    /// The coupon or promotion.
    pub coupon_id: CouponId,
    /// What it promises.
    pub terms: DiscountTerms,
    /// What is left of its budget.
    pub left: Option<Money>,
}

impl From<&DiscountOffer> for Grant {
    /// As if it were redeemed; nothing of its id reaches a preview.
    fn from(offer: &DiscountOffer) -> Self {
        Self {
            redemption_id: RedemptionId::generate(),
            coupon_id: offer.coupon_id,
            terms: Arc::new(offer.terms.clone()),
            left: offer.left,
            since: None,
            until: None,
            granted: BTreeMap::new(),
            steps: BTreeMap::new(),
            used: BTreeMap::new(),
        }
    }
}

/// What a discount would do to the buyer's bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreviewDiscount {
    /// The coupon or promotion.
    pub coupon_id: CouponId,
    /// The code; none for promotions.
    pub code: Option<String>,
    /// Its name in the buyer's language.
    pub name: String,
    /// What it gives.
    pub benefit: Benefit,
    /// What it takes off what is due now, without tax.
    pub now: Money,
    /// What it takes off the next regular document, without tax.
    pub next: Money,
    /// The first day without it; none when it lasts as long as the subscription.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
}

//! Bundles: plans that a seller sells together as one thing, with a discount on each of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Date, Decimal, Text, Timestamp,
    id::{AccountId, BundleId, BundleSaleId, CouponId, OrderId, PlanId, ProductId, SubscriptionId},
    text_enum,
};
use utoipa::ToSchema;

use super::{Benefit, CouponState, OrderedItem};

text_enum! {
    /// What becomes of the discounts of a bundle of which a part ends, gets less or becomes another plan.
    pub enum WhenBroken("when_broken") {
        /// What is left keeps its discounts.
        Keep = "keep",
        /// All of them end with the billing periods that run.
        End = "end",
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "the words of the enumeration are made by a macro"
)]
impl Default for WhenBroken {
    fn default() -> Self {
        Self::Keep
    }
}

/// A plan in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BundlePart {
    /// The product.
    pub product_id: ProductId,
    /// The plan.
    pub plan_id: PlanId,
    /// How many of which item, by its code; the item's default when left out.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    pub quantities: BTreeMap<String, Decimal>,
    /// What is taken off: a percentage, an amount off every billing period, or a price for all recurring items together.
    #[serde(default)]
    pub benefit: Option<Benefit>,
}

/// What a seller says about a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BundleDraft)]
pub struct BundleInput {
    /// Its name in addresses: 2 to 60 small letters, digits and `-`.
    pub slug: String,
    /// What shop and invoices call it.
    pub name: Text,
    /// What it is, in a sentence.
    #[serde(default)]
    pub summary: Text,
    /// The plans in it, 2 to 12.
    pub parts: Vec<BundlePart>,
    /// For how many billing periods of each plan it takes something off; for as long as they last when left out.
    #[serde(default)]
    pub periods: Option<u32>,
    /// What becomes of the discounts of what is left when it is not whole any more.
    #[serde(default)]
    pub when_broken: WhenBroken,
    /// The first day on which it can be had, in the seller's time zone.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_from: Option<Date>,
    /// The last day.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
}

/// A bundle of a seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bundle {
    /// Its id.
    pub id: BundleId,
    /// Who sells it, and bears its discounts.
    pub seller_id: AccountId,
    /// What it is now.
    pub terms: BundleInput,
    /// The discount on each of its plans, in their order; none where nothing is taken off.
    pub discounts: Vec<Option<CouponId>>,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Optimistic lock: grows with every change.
    pub version: i64,
}

/// A bundle with where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundleView {
    /// The bundle.
    pub bundle: Bundle,
    /// Where it stands.
    pub state: CouponState,
    /// How often it was sold.
    pub sales: i64,
}

/// A new bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleCreate {
    /// Whose it is.
    pub seller_id: AccountId,
    /// What it is.
    pub input: BundleInput,
}

/// A bundle as it is to be from now on; what was sold stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleUpdate {
    /// Which one.
    pub id: BundleId,
    /// The version that was seen.
    pub version: Option<i64>,
    /// What it is.
    pub input: BundleInput,
}

/// What of a bundle was sold as one subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundledSubscription {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// The order that began it.
    pub order_id: OrderId,
    /// The plan that belongs to the bundle.
    pub plan_id: PlanId,
    /// What of it belongs to the bundle at least.
    pub items: Vec<OrderedItem>,
    /// Its discount.
    pub coupon_id: Option<CouponId>,
}

/// A bundle that was sold, as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundleSale {
    /// Its id.
    pub id: BundleSaleId,
    /// The bundle.
    pub bundle_id: BundleId,
    /// Who sold it.
    pub seller_id: AccountId,
    /// Who bought it.
    pub customer_id: AccountId,
    /// What it was called.
    pub name: Text,
    /// What becomes of its discounts when it is not whole any more.
    pub when_broken: WhenBroken,
    /// When it was sold.
    pub placed_at: Timestamp,
    /// When it was found not to be whole any more, and its discounts were ended.
    pub broken_at: Option<Timestamp>,
    /// Its subscriptions, in the order of the bundle.
    pub parts: Vec<BundledSubscription>,
}

/// The bundle that a subscription was sold in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundledIn {
    /// The sale.
    pub sale_id: BundleSaleId,
    /// What the bundle was called.
    pub name: Text,
}

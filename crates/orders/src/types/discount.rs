//! Coupons, promotions, and what was redeemed of them.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Date, Decimal, Money, Text, Timestamp,
    id::{
        AccountId, BundleId, CouponId, ItemId, OrderId, PlanId, ProductId, RedemptionId,
        SubscriptionId,
    },
    text_enum,
};
use utoipa::ToSchema;

/// What a coupon gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "gives", rename_all = "snake_case", deny_unknown_fields)]
pub enum Benefit {
    /// A share of what things cost.
    Percentage {
        /// Above 0, at most 100.
        #[serde(with = "rust_decimal::serde::str")]
        #[schema(value_type = String)]
        percent: Decimal,
    },
    /// An amount off every billing period, as far as things cost that much.
    Amount {
        /// How much.
        amount: Money,
    },
    /// The items that it is for cost this together in every billing period, when they cost more without it.
    PriceOverride {
        /// How much.
        amount: Money,
    },
    /// The trial of a plan is longer.
    TrialExtension {
        /// By so many days.
        days: u32,
    },
}

impl Benefit {
    /// The currency that it is bound to; none when it holds in every currency.
    #[must_use]
    pub const fn currency(&self) -> Option<Currency> {
        match self {
            Self::Amount { amount } | Self::PriceOverride { amount } => Some(amount.currency),
            Self::Percentage { .. } | Self::TrialExtension { .. } => None,
        }
    }
}

text_enum! {
    /// Which charges a coupon takes something off.
    pub enum Covers("covers") {
        /// What is bought in quantities: one-time and recurring items.
        Purchases = "purchases",
        /// What is metered: the usage of each calendar month.
        Usage = "usage",
        /// Both.
        Everything = "everything",
    }
}

impl Covers {
    /// Whether one-time and recurring items are among it.
    #[must_use]
    pub const fn purchases(self) -> bool {
        matches!(self, Self::Purchases | Self::Everything)
    }

    /// Whether usage is among it.
    #[must_use]
    pub const fn usage(self) -> bool {
        matches!(self, Self::Usage | Self::Everything)
    }

    fn is_usual(&self) -> bool {
        *self == Self::Purchases
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "the words of the enumeration are made by a macro"
)]
impl Default for Covers {
    fn default() -> Self {
        Self::Purchases
    }
}

/// What a coupon is for: everything that fits all lists; an empty list leaves nothing out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = CouponScope)]
pub struct DiscountScope {
    /// These products only.
    pub products: Vec<ProductId>,
    /// These plans only.
    pub plans: Vec<PlanId>,
    /// These items of plans only.
    pub items: Vec<ItemId>,
    /// Which charges of them.
    #[serde(skip_serializing_if = "Covers::is_usual")]
    pub covers: Covers,
}

impl DiscountScope {
    /// Whether a plan of a product is among what it is for.
    #[must_use]
    pub fn has_plan(&self, product: ProductId, plan: PlanId) -> bool {
        (self.products.is_empty() || self.products.contains(&product))
            && (self.plans.is_empty() || self.plans.contains(&plan))
    }

    /// Whether an item is among what it is for, given that its plan is.
    #[must_use]
    pub fn has_item(&self, item: ItemId) -> bool {
        self.items.is_empty() || self.items.contains(&item)
    }
}

/// What a buyer gets for a coupon: frozen with every redemption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiscountTerms {
    /// What invoices call it.
    pub name: Text,
    /// The code that was entered; none for promotions.
    #[serde(default)]
    pub code: Option<String>,
    /// What it gives.
    pub benefit: Benefit,
    /// What it is for.
    #[serde(default)]
    pub scope: DiscountScope,
    /// For how many billing periods; none means for as long as the subscription lasts.
    #[serde(default)]
    pub periods: Option<u32>,
}

text_enum! {
    /// Where a coupon stands.
    pub enum CouponState("state") {
        /// Can be redeemed.
        Active = "active",
        /// Its first day has not come.
        Upcoming = "upcoming",
        /// Its last day is over.
        Expired = "expired",
        /// The seller has ended it.
        Ended = "ended",
    }
}

/// A coupon, or a promotion that needs no code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Coupon {
    /// Its id.
    pub id: CouponId,
    /// Whose it is; it holds for what this account sells itself.
    pub seller_id: AccountId,
    /// What a redemption freezes.
    #[serde(flatten)]
    pub terms: DiscountTerms,
    /// How it is redeemed.
    #[serde(flatten)]
    pub limits: CouponLimits,
    /// The bundle whose discount on one of its plans it is; then nobody redeems it by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_id: Option<BundleId>,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Optimistic lock: grows with every change.
    pub version: i64,
}

/// When, how often and by whom a coupon can be redeemed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct CouponLimits {
    /// The first day, in the seller's time zone.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_from: Option<Date>,
    /// The last day, in the seller's time zone.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
    /// How often in all.
    pub max_redemptions: Option<u32>,
    /// How often by one customer.
    pub max_per_customer: Option<u32>,
    /// What all redemptions together may take off; when it is used up, nothing more is taken off.
    pub budget: Option<Money>,
    /// Only for customers that have never bought from this seller.
    pub new_customers_only: bool,
    /// Only for these customers of the seller; for all when empty. To others it does not exist.
    pub customers: Vec<AccountId>,
}

impl CouponLimits {
    /// Whether somebody may redeem it, as far as the customers go that it names; nobody is known of a visitor.
    #[must_use]
    pub fn is_for(&self, customer: Option<AccountId>) -> bool {
        self.customers.is_empty() || customer.is_some_and(|one| self.customers.contains(&one))
    }
}

/// A coupon with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CouponView {
    /// The coupon.
    #[serde(flatten)]
    pub coupon: Coupon,
    /// Where it stands.
    pub state: CouponState,
    /// How often it is redeemed; what was given back does not count.
    pub redemptions: i64,
}

/// What a seller says about a coupon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CouponInput {
    /// What invoices call it.
    pub name: Text,
    /// The code, 3 to 40 letters, digits, `-` and `_`, compared without case; a promotion that applies by itself when left out.
    #[serde(default)]
    pub code: Option<String>,
    /// What it gives.
    pub benefit: Benefit,
    /// What it is for; everything when left out.
    #[serde(default)]
    pub scope: DiscountScope,
    /// For how many billing periods, 1 to 120; for as long as the subscription lasts when left out.
    #[serde(default)]
    pub periods: Option<u32>,
    /// How it is redeemed.
    #[serde(flatten)]
    pub limits: CouponLimits,
}

/// A new coupon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponCreate {
    /// Whose it is.
    pub seller_id: AccountId,
    /// What it is.
    pub input: CouponInput,
}

/// A coupon as it is to be from now on; what was redeemed stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponUpdate {
    /// Which one.
    pub id: CouponId,
    /// The version that was seen.
    pub version: Option<i64>,
    /// What it is.
    pub input: CouponInput,
}

/// A coupon that was redeemed for a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Redemption {
    /// Its id.
    pub id: RedemptionId,
    /// The coupon.
    pub coupon_id: CouponId,
    /// Whose coupon it is.
    pub seller_id: AccountId,
    /// Who redeemed it.
    pub customer_id: AccountId,
    /// For what.
    pub subscription_id: SubscriptionId,
    /// With which order.
    pub order_id: OrderId,
    /// What was promised.
    pub terms: DiscountTerms,
    /// What all redemptions of the coupon together may take off, as the coupon has it now.
    pub budget: Option<Money>,
    /// When.
    pub redeemed_at: Timestamp,
    /// When it was given back, because the order was called off.
    pub given_back_at: Option<Timestamp>,
    /// From which day on it takes nothing off periods that begin, because its bundle is not whole any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub ended_on: Option<Date>,
}

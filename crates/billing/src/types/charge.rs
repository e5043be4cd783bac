//! Charges: immutable facts about what is owed for what.

use serde::{Deserialize, Serialize};
use tradewind_catalogue::types::FxUse;
use tradewind_kernel::{
    Date, Decimal, Money, Rounding, Timestamp,
    calendar::Period,
    id::{AccountId, ChargeId, CouponId, ItemId, LegId, OrderId, RedemptionId, SubscriptionId},
    locale::form_for,
    text_enum,
};
use tradewind_tax::types::TaxCategory;
use utoipa::ToSchema;

text_enum! {
    /// Why a charge exists.
    pub enum ChargeKind("kind") {
        /// Paid once, when something is bought.
        OneTime = "one_time",
        /// Paid for a period, whether used or not.
        Recurring = "recurring",
        /// Paid for what was used.
        Metered = "metered",
        /// Gives back an unused rest.
        Credit = "credit",
        /// Takes something off the price of an item.
        Discount = "discount",
        /// Corrects something by hand.
        Adjustment = "adjustment",
        /// Brings a span of a commitment to what was committed.
        Commitment = "commitment",
    }
}

/// Which state of a usage total a metered charge brings the billed amount to. The charge covers exactly what came in
/// after `from_version` and up to `to_version`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageSpan {
    /// The meter.
    pub meter: String,
    /// The group within the meter; one total exists per group.
    pub group_key: String,
    /// First day of the calendar month of the usage, or of the part of it that has one price.
    #[schema(value_type = String, format = Date)]
    pub period_on: Date,
    /// The version of the total that was billed before; 0 when none.
    pub from_version: i64,
    /// The version of the total that is billed with this charge.
    pub to_version: i64,
    /// The invoice line in which this usage is rounded together with other usage.
    pub line: String,
}

/// The discount behind a charge of the kind `discount`, and behind whatever takes one back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiscountUse {
    /// The coupon or promotion.
    pub coupon_id: CouponId,
    /// As it was redeemed for this sale.
    pub redemption_id: RedemptionId,
    /// First day of the billing period that it counts for, or of the month of usage.
    #[schema(value_type = String, format = Date)]
    pub period_on: Date,
    /// Whether it is on usage.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub usage: bool,
    /// What it takes off the item in the whole of that period from now on, added to what other charges say; negative when
    /// it is taken back.
    #[serde(with = "rust_decimal::serde::str")]
    #[schema(value_type = String)]
    pub whole: Decimal,
}

/// What a charge says, before it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewCharge {
    /// The leg that it belongs to.
    pub leg_id: LegId,
    /// The sale.
    pub subscription_id: SubscriptionId,
    /// Who is owed.
    pub seller_id: AccountId,
    /// Who owes.
    pub buyer_id: AccountId,
    /// The plan item; none for adjustments by hand.
    pub item_id: Option<ItemId>,
    /// Code of the item.
    pub item_code: String,
    /// Why it exists.
    pub kind: ChargeKind,
    /// In words, in the buyer's language.
    pub description: String,
    /// The heading under which an invoice shows it.
    pub group_label: String,
    /// What time it is for; the single day of the purchase for one-time charges.
    pub period: Period,
    /// How much of the item.
    #[serde(with = "rust_decimal::serde::str")]
    #[schema(value_type = String)]
    pub quantity: Decimal,
    /// Of what unit; as it is stored, in all its forms.
    pub unit: String,
    /// The price of one unit, where the price model has such a thing.
    #[serde(with = "rust_decimal::serde::str_option")]
    #[schema(value_type = Option<String>)]
    pub unit_price: Option<Decimal>,
    /// The exact amount before any rounding, in major units of the currency; negative for credits.
    #[serde(with = "rust_decimal::serde::str")]
    #[schema(value_type = String)]
    pub exact: Decimal,
    /// How the line that it becomes part of is rounded, once, at the places of its currency.
    pub rounding: Rounding,
    /// Whether its tax is in the amount.
    #[serde(default)]
    pub tax_included: bool,
    /// What it is for, in the eyes of the tax offices.
    #[serde(default)]
    pub tax_category: TaxCategory,
    /// The exact amount rounded on its own. On an invoice the charge has a share of its line, which is rounded once.
    pub amount: Money,
    /// The charge that this one takes back, wholly or in part.
    pub reverses: Option<ChargeId>,
    /// The usage behind a metered charge.
    pub usage: Option<UsageSpan>,
    /// Exchange rates that went into the amount.
    pub rate: Vec<FxUse>,
    /// The discount that it grants or takes back, on the item that it names.
    pub discount: Option<DiscountUse>,
    /// The order that caused it; none when time did.
    pub order_id: Option<OrderId>,
}

/// What recurs on one leg in its current period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegRecurring {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// Its leg.
    pub leg_id: LegId,
    /// Who pays.
    pub buyer_id: AccountId,
    /// How much by its prices, in the leg's currency.
    pub amount: Money,
}

/// One charge on one leg. Never changed: a correction is another charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Charge {
    /// Its id.
    pub id: ChargeId,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub facts: NewCharge,
}

impl Charge {
    /// As it is told: its unit in the form that goes with its quantity.
    #[must_use]
    pub(crate) fn told(mut self) -> Self {
        let facts = &mut self.facts;
        facts.unit = form_for(&facts.unit, facts.quantity).to_owned();
        self
    }
}

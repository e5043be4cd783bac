//! What would be billed, before anything is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradewind_catalogue::types::Commitment;
use tradewind_kernel::{
    Currency, Date, Money,
    calendar::Period,
    id::{AccountId, ItemId},
};
use tradewind_pricing::{PriceModel, cycles::ServicePeriod};
use utoipa::ToSchema;

use super::{DocumentLine, PreviewDiscount, TaxLine};

/// A document that does not exist yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreviewDocument {
    /// Its lines.
    pub lines: Vec<DocumentLine>,
    /// Without tax; negative when more is given back than charged.
    pub net: Money,
    /// Tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
    /// Each tax.
    pub tax_summary: Vec<TaxLine>,
}

/// What a correction comes to between two accounts of a sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CorrectedLeg {
    /// Who sells.
    pub seller_id: AccountId,
    /// Who buys.
    pub buyer_id: AccountId,
    /// The currency between them.
    pub currency: Currency,
    /// What is charged or given back now; nothing when nothing is.
    pub due: Option<PreviewDocument>,
}

/// The next regular document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NextDocument {
    /// When.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// What would be on it as things stand; metered usage is not known yet.
    pub document: PreviewDocument,
}

/// What a sale costs from a day on, where an introductory price ends before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreviewPhase {
    /// The first day of the first period at this price.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// What the recurring items cost in a whole period, by their prices.
    pub recurring: Money,
    /// The regular document of that day, as things stand; none when nothing is due.
    pub document: Option<NextDocument>,
}

/// The price of something that is metered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MeteredPrice {
    /// The item.
    pub item_id: ItemId,
    /// Its code.
    pub code: String,
    /// Its name in the buyer's language.
    pub name: String,
    /// What is counted.
    pub unit: String,
    /// The same in the plural.
    #[serde(default)]
    pub units: String,
    /// The prices; the first whose dimensions match applies.
    pub prices: Vec<DimensionPrice>,
}

/// A price for usage with certain dimensions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DimensionPrice {
    /// Dimensions that usage needs to have for it.
    pub matches: BTreeMap<String, String>,
    /// The price; none when it follows the cost of each usage, which says nothing to a buyer in advance.
    pub model: Option<PriceModel>,
}

/// What an order, change or cancellation would do to the buyer's bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Preview {
    /// The currency of everything here.
    pub currency: Currency,
    /// From when it takes effect.
    #[schema(value_type = String, format = Date)]
    pub effective_on: Date,
    /// Until when nothing is charged, when there is a trial.
    #[schema(value_type = Option<String>, format = Date)]
    pub trial_ends_on: Option<Date>,
    /// The billing period that runs then; none during a trial.
    pub period: Option<Period>,
    /// The first period with the whole one that it is a part of, where it leads up to the days on which is billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<ServicePeriod>,
    /// What is charged and credited at once; none when nothing is.
    pub due_now: Option<PreviewDocument>,
    /// One-time part of it, by its prices.
    pub one_time: Money,
    /// Recurring part of it, by its prices.
    pub recurring: Money,
    /// What of it is given back, by its prices; zero or positive.
    pub credited: Money,
    /// Prices of what is metered.
    pub metered: Vec<MeteredPrice>,
    /// The next regular document; none when nothing follows.
    pub next: Option<NextDocument>,
    /// What the periods after introductory ones cost, each from the day on which the price becomes another one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<PreviewPhase>,
    /// The discounts in it.
    #[serde(default)]
    pub discounts: Vec<PreviewDiscount>,
    /// What the buyer commits to beside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<Commitment>,
}

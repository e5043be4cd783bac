//! Offers: what a buyer sees of the catalogue, with the prices of the last leg only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Date, Decimal, Locale, Money, Text,
    calendar::Cadence,
    id::{AccountId, CategoryId, ItemId, PlanId, ProductId},
    page::PageRequest,
};
use tradewind_pricing::{Aggregation, PriceModel};
use tradewind_tax::types::TaxCategory;
use utoipa::ToSchema;

use super::{Approval, DeliveryMode, Introduction, ItemKind, Parameter, Policies, Timing};

/// Whose prices for whom, and on which day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferScope {
    /// Who sells.
    pub seller: AccountId,
    /// Who buys; nothing means a visitor, who sees the seller's default book.
    pub buyer: Option<AccountId>,
    /// The day, in the seller's zone.
    pub on: Date,
}

/// Which offers to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferQuery {
    /// Words that all have to occur in name, summary, tags or vendor; any case, accents ignored.
    pub search: String,
    /// A filter over `category`, `vendor`, `tag`, `delivery`, `price`, `trial`, `name`.
    pub filter: String,
    /// `name`, `price`, `created`, each with `-` for descending; nothing means `name`.
    pub sort: String,
    /// The language whose names are sorted and searched.
    pub locale: Locale,
    /// Which page.
    pub page: PageRequest,
}

/// A priced product in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferCard {
    /// The product.
    pub product_id: ProductId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: Text,
    /// One sentence.
    pub summary: Text,
    /// Its shelf.
    pub category: Option<OfferCategory>,
    /// Who makes it.
    pub vendor_id: AccountId,
    /// That account's name.
    pub vendor: String,
    /// How it is delivered.
    pub delivery: DeliveryMode,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// How many plans it is sold in.
    pub plans: u32,
    /// Longest trial of its plans, in days; 0 means none.
    pub trial_days: u32,
    /// Its lowest price; nothing when it is charged by usage only.
    pub from: Option<FromPrice>,
}

/// The shelf of an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferCategory {
    /// The category.
    pub id: CategoryId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: Text,
}

/// What the least costly plan of a product asks at its default quantities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FromPrice {
    /// The amount, once no introductory price holds.
    pub amount: Money,
    /// What it asks in the first billing periods, where that is another amount, one after the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub introductory: Vec<IntroductoryPrice>,
    /// How often; nothing means once.
    pub cadence: Option<Cadence>,
    /// Whether usage comes on top.
    pub usage: bool,
    /// Whether the buyer's tax is in the amount; otherwise it comes on top.
    pub tax_included: bool,
}

/// What is asked for some billing periods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntroductoryPrice {
    /// How many.
    pub periods: u32,
    /// The amount of each.
    pub amount: Money,
}

/// How many offers there are of each kind; each group counts as if it were not filtered itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Facets {
    /// By category.
    pub categories: Vec<Facet>,
    /// By vendor.
    pub vendors: Vec<Facet>,
    /// By tag, the most frequent first.
    pub tags: Vec<Facet>,
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Facet {
    /// The value as a filter takes it.
    pub value: String,
    /// The value for people.
    pub label: Text,
    /// How many offers have it.
    pub count: u32,
}

/// One page of offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferList {
    /// The offers of this page.
    pub items: Vec<OfferCard>,
    /// Where the next page starts.
    pub next: Option<String>,
    /// How many there are on all pages.
    pub total: u32,
    /// The currency of all prices.
    pub currency: Currency,
    /// What can be narrowed down further.
    pub facets: Facets,
}

/// A product with everything that a buyer needs to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Offer {
    /// What the list shows as well.
    #[serde(flatten)]
    pub card: OfferCard,
    /// Everything a buyer wants to know.
    pub description: Text,
    /// What it can do.
    pub features: Vec<Text>,
    /// Who approves orders.
    pub approval: Approval,
    /// Title of the conditions to accept.
    pub terms_title: Text,
    /// The conditions to accept.
    pub terms_text: Text,
    /// Their version.
    pub terms_version: String,
    /// The currency of all prices.
    pub currency: Currency,
    /// What has to be answered when ordering.
    pub parameters: Vec<Parameter>,
    /// The plans it is sold in.
    pub offered_plans: Vec<PlanOffer>,
}

/// A plan with its prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanOffer {
    /// The plan.
    pub plan_id: PlanId,
    /// Its short name.
    pub code: String,
    /// Its name.
    pub name: Text,
    /// What sets it apart.
    pub description: Text,
    /// The plan that most buyers want.
    pub recommended: bool,
    /// How often it is billed.
    pub billing_cadence: Cadence,
    /// How long one commits.
    pub term_cadence: Option<Cadence>,
    /// Days of trial.
    pub trial_days: u32,
    /// Whether a trial needs a working payment method.
    #[serde(default)]
    pub trial_needs_payment: bool,
    /// Whether a customer who has had the product before, or has it, gets the trial as well.
    #[serde(default)]
    pub trial_again: bool,
    /// Whether it renews by itself.
    pub auto_renew: bool,
    /// Days before the end of the term by which a cancellation has to come.
    pub notice_days: u32,
    /// How its prices become amounts, and on which days.
    pub policies: Policies,
    /// What it asks at its default quantities.
    pub from: Option<FromPrice>,
    /// What is charged.
    pub items: Vec<ItemOffer>,
}

/// An item with its prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ItemOffer {
    /// The item.
    pub item_id: ItemId,
    /// Its short name.
    pub code: String,
    /// Its name.
    pub name: Text,
    /// How it is charged.
    pub kind: ItemKind,
    /// What is counted.
    pub unit: Text,
    /// How the usage of a month becomes the quantity that is priced, for metered items: `sum`, `count`, `distinct:user`,
    /// `last`, `maximum`, `average`, `time_weighted` or `held_hours`.
    #[serde(default, skip_serializing_if = "Aggregation::is_sum")]
    #[schema(value_type = String)]
    pub aggregation: Aggregation,
    /// When a period's charge is due.
    pub timing: Timing,
    /// Smallest quantity.
    pub quantity_min: Decimal,
    /// Largest quantity.
    pub quantity_max: Option<Decimal>,
    /// Quantity when none is named.
    pub quantity_default: Decimal,
    /// Quantities are the smallest one plus a multiple of this.
    pub quantity_step: Decimal,
    /// What it is in the eyes of the tax offices.
    #[serde(default, skip_serializing_if = "TaxCategory::is_standard")]
    pub tax_category: TaxCategory,
    /// The prices, most special first; the regular ones.
    pub prices: Vec<OfferPrice>,
    /// Another price for the first billing periods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduction: Option<Introduction>,
}

/// One price as a buyer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferPrice {
    /// Usage that it is for; empty means everything else.
    pub matches: BTreeMap<String, String>,
    /// The price; nothing when usage is charged from its cost, whose make-up is the seller's own affair.
    pub model: Option<PriceModel>,
}

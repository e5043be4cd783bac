//! What the use cases of the catalogue take.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Date, Decimal, Text,
    calendar::Cadence,
    id::{AccountId, CategoryId, ItemId, ParameterId, PlanId, PriceBookId, ProductId},
};
use tradewind_pricing::Aggregation;
use tradewind_tax::types::TaxCategory;
use utoipa::ToSchema;

use super::{
    Approval, Choice, DeliveryMode, ItemKind, ListingPrice, ParameterKind, PlanStatus, Policies,
    Timing,
};

/// What can be said about a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryDraft {
    /// Name in addresses: lower-case letters, digits and hyphens.
    pub slug: String,
    /// Name for people.
    pub name: Text,
    /// Place in lists, lowest first.
    #[serde(default)]
    pub position: i64,
}

/// Changes a category.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CategoryUpdate {
    /// Which one.
    pub id: CategoryId,
    /// What it becomes.
    #[serde(flatten)]
    pub draft: CategoryDraft,
}

/// What can be said about a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductDraft {
    /// Name in addresses: lower-case letters, digits and hyphens.
    pub slug: String,
    /// Name for people.
    pub name: Text,
    /// One sentence.
    #[serde(default)]
    pub summary: Text,
    /// Everything a buyer wants to know.
    #[serde(default)]
    pub description: Text,
    /// The shelf it stands on.
    #[serde(default)]
    pub category_id: Option<CategoryId>,
    /// How it is delivered.
    pub delivery: DeliveryMode,
    /// Who approves orders.
    pub approval: Approval,
    /// Words to find it by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What it can do, one line each.
    #[serde(default)]
    pub features: Vec<Text>,
    /// Title of the conditions that a buyer accepts.
    #[serde(default)]
    pub terms_title: Text,
    /// The conditions.
    #[serde(default)]
    pub terms_text: Text,
    /// Version of the conditions.
    #[serde(default)]
    pub terms_version: String,
    /// What it is in the eyes of the tax offices.
    #[serde(default, skip_serializing_if = "TaxCategory::is_standard")]
    pub tax_category: TaxCategory,
}

/// Creates a product, as a draft.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProductCreate {
    /// The account that makes it: a vendor, or the provider itself.
    pub vendor_id: AccountId,
    /// What it is.
    #[serde(flatten)]
    pub draft: ProductDraft,
}

/// Changes a product.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProductUpdate {
    /// Which one.
    pub id: ProductId,
    /// The version the change is based on.
    pub version: i64,
    /// What it becomes.
    #[serde(flatten)]
    pub draft: ProductDraft,
}

/// Publishes or withdraws a product.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProductTransition {
    /// Which one.
    pub id: ProductId,
    /// The version the change is based on.
    pub version: i64,
}

/// What can be said about a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanDraft {
    /// Short name, unique in the product: lower-case letters, digits, `-` and `_`.
    pub code: String,
    /// Name for people.
    pub name: Text,
    /// What sets it apart.
    #[serde(default)]
    pub description: Text,
    /// Place in comparisons, lowest first.
    #[serde(default)]
    pub position: i64,
    /// The plan that most buyers want.
    #[serde(default)]
    pub recommended: bool,
    /// Whether it can be ordered.
    pub status: PlanStatus,
    /// How often it is billed.
    pub billing_cadence: Cadence,
    /// How long a buyer commits; a multiple of the billing cadence.
    #[serde(default)]
    pub term_cadence: Option<Cadence>,
    /// Days of trial; 0 means none.
    #[serde(default)]
    pub trial_days: u32,
    /// Whether new subscriptions renew by themselves.
    pub auto_renew: bool,
    /// Whether a trial needs a working payment method.
    #[serde(default)]
    pub trial_needs_payment: bool,
    /// Whether a customer who has had the product before, or has it, gets the trial as well; usually it is for new ones only.
    #[serde(default)]
    pub trial_again: bool,
    /// Days before the end of the term by which a cancellation has to come.
    #[serde(default)]
    pub notice_days: u32,
}

/// Adds a plan to a product.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanCreate {
    /// The product.
    pub product_id: ProductId,
    /// What it is.
    #[serde(flatten)]
    pub draft: PlanDraft,
    /// What is in it.
    #[serde(default)]
    pub items: Vec<ItemDraft>,
}

/// Changes a plan; its items are changed one by one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanUpdate {
    /// Which one.
    pub id: PlanId,
    /// The version the change is based on.
    pub version: i64,
    /// What it becomes.
    #[serde(flatten)]
    pub draft: PlanDraft,
}

/// What can be said about an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemDraft {
    /// Short name, unique in the plan: lower-case letters, digits, `-` and `_`.
    pub code: String,
    /// Name for people.
    pub name: Text,
    /// How it is charged.
    pub kind: ItemKind,
    /// What is counted.
    #[serde(default)]
    pub unit: Text,
    /// The meter, for metered items and only for them.
    #[serde(default)]
    pub meter: Option<String>,
    /// How the usage of a month becomes the quantity that is priced, for metered items: `sum`, `count`, `distinct:user`,
    /// `last`, `maximum`, `average`, `time_weighted` or `held_hours`.
    #[serde(default, skip_serializing_if = "Aggregation::is_sum")]
    #[schema(value_type = String)]
    pub aggregation: Aggregation,
    /// When a period's charge is due; metered items are always charged in arrears.
    pub timing: Timing,
    /// Smallest quantity that can be ordered.
    pub quantity_min: Decimal,
    /// Largest quantity that can be ordered.
    #[serde(default)]
    pub quantity_max: Option<Decimal>,
    /// Quantity when the buyer names none.
    pub quantity_default: Decimal,
    /// Quantities are the smallest one plus a multiple of this.
    pub quantity_step: Decimal,
    /// Its tax category; that of the product when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_category: Option<TaxCategory>,
    /// Place in lists, lowest first.
    #[serde(default)]
    pub position: i64,
}

/// Adds an item to a plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ItemCreate {
    /// The plan.
    pub plan_id: PlanId,
    /// What it is.
    #[serde(flatten)]
    pub draft: ItemDraft,
}

/// Changes an item; running subscriptions keep the terms they have.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ItemUpdate {
    /// Which one.
    pub id: ItemId,
    /// The version of its plan the change is based on.
    pub version: i64,
    /// What it becomes.
    #[serde(flatten)]
    pub draft: ItemDraft,
}

/// What can be said about a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParameterDraft {
    /// Short name, unique in the product: lower-case letters, digits, `-` and `_`.
    pub code: String,
    /// The question.
    pub label: Text,
    /// Help with the answer.
    #[serde(default)]
    pub hint: Text,
    /// What is accepted.
    pub kind: ParameterKind,
    /// Whether an answer is needed.
    #[serde(default)]
    pub required: bool,
    /// Regular expression that the whole answer has to match; texts only.
    #[serde(default)]
    pub pattern: Option<String>,
    /// The answers to choose from; choices only.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// Whether the answer is a secret.
    #[serde(default)]
    pub sensitive: bool,
    /// Place in the form, lowest first.
    #[serde(default)]
    pub position: i64,
}

/// Adds a parameter to a product.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ParameterCreate {
    /// The product.
    pub product_id: ProductId,
    /// What it is.
    #[serde(flatten)]
    pub draft: ParameterDraft,
}

/// Changes a parameter.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ParameterUpdate {
    /// Which one.
    pub id: ParameterId,
    /// The version of its product the change is based on.
    pub version: i64,
    /// What it becomes.
    #[serde(flatten)]
    pub draft: ParameterDraft,
}

/// Creates a price book.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceBookCreate {
    /// Whose prices.
    pub seller_id: AccountId,
    /// Name for the seller's staff.
    pub name: String,
    /// The currency of its prices.
    pub currency: Currency,
    /// Whether visitors see it and new customers get it; the first book of a seller always is.
    #[serde(default)]
    pub is_default: bool,
}

/// Renames a price book or makes it the default.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PriceBookUpdate {
    /// Which one.
    pub id: PriceBookId,
    /// The version the change is based on.
    pub version: i64,
    /// Name for the seller's staff.
    pub name: String,
    /// Makes it the default; a default is replaced by making another one the default.
    pub is_default: bool,
}

/// One rule of a new revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListingDraft {
    /// Only this product.
    #[serde(default)]
    pub product_id: Option<ProductId>,
    /// Only this plan.
    #[serde(default)]
    pub plan_id: Option<PlanId>,
    /// Only this item.
    #[serde(default)]
    pub item_id: Option<ItemId>,
    /// Only usage with these dimensions.
    #[serde(default, rename = "match")]
    pub matches: BTreeMap<String, String>,
    /// What it does.
    #[serde(flatten)]
    pub price: ListingPrice,
}

/// Adds a revision to a book: all of its rules from a day on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RevisionCreate {
    /// The book.
    pub book_id: PriceBookId,
    /// First day on which it holds: after today, or any day for the first revision of a book.
    pub effective_on: Date,
    /// Why.
    #[serde(default)]
    pub note: String,
    /// Rounding and proration; those of the latest revision when left out, else the usual ones.
    #[serde(default)]
    pub policies: Option<Policies>,
    /// The rules.
    pub listings: Vec<ListingDraft>,
}

/// Sets an exchange rate from a day on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateSet {
    /// One unit of this …
    pub base: Currency,
    /// … in this.
    pub quote: Currency,
    /// First day on which it holds.
    pub effective_on: Date,
    /// Units of `quote` for one of `base`.
    pub rate: Decimal,
    /// Where it comes from.
    #[serde(default)]
    pub source: String,
}

/// Exchange rates in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateFile {
    /// CSV: `base,quote,date,rate` and perhaps `source` for each rate, or `date` and a column for each currency for each day.
    pub text: String,
    /// In files with a row for each day: one unit of this.
    pub base: Currency,
    /// Whether each rate also holds the other way round, as one over it.
    pub both_ways: bool,
    /// Where the rates come from that do not say so themselves.
    pub source: String,
}

/// Assigns a price book to a buyer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PriceBookAssign {
    /// Who sells.
    pub seller_id: AccountId,
    /// Who buys.
    pub buyer_id: AccountId,
    /// The book; nothing means the seller's default book.
    pub book_id: Option<PriceBookId>,
}

/// Shows what a new revision would change.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RevisionPreviewRequest {
    /// The revision as it would be created.
    #[serde(flatten)]
    pub revision: RevisionCreate,
    /// Only this product; nothing means all whose prices change.
    #[serde(default)]
    pub product_id: Option<ProductId>,
    /// Also what keeps its price.
    #[serde(default)]
    pub everything: bool,
}

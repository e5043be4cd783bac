//! What vendors make: products, their plans, the items of a plan and the parameters asked at ordering.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Decimal, Text, Timestamp,
    calendar::Cadence,
    id::{AccountId, CategoryId, ItemId, ParameterId, PlanId, ProductId},
    text_enum,
};
use tradewind_pricing::Aggregation;
use tradewind_tax::types::TaxCategory;
use utoipa::ToSchema;

text_enum! {
    /// How far a product is.
    pub enum ProductStatus("status") {
        /// Being written; only the vendor and those above it see it.
        Draft = "draft",
        /// For sale.
        Published = "published",
        /// No longer for sale; running subscriptions go on.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// Whether a plan can be ordered.
    pub enum PlanStatus("status") {
        /// For sale as soon as its product is.
        Published = "published",
        /// No longer for sale; running subscriptions go on.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// How a product is delivered.
    pub enum DeliveryMode("delivery") {
        /// The vendor's own system is told by a signed event and reports back.
        Automatic = "automatic",
        /// Somebody at the vendor works through a task queue.
        Manual = "manual",
    }
}

text_enum! {
    /// Who has to approve an order of the product.
    pub enum Approval("approval") {
        /// Nobody.
        None = "none",
        /// The seller of the customer.
        Seller = "seller",
    }
}

text_enum! {
    /// How an item is charged.
    pub enum ItemKind("kind") {
        /// Once, at the purchase.
        OneTime = "one_time",
        /// A quantity, each billing period.
        Recurring = "recurring",
        /// By measured usage.
        Metered = "metered",
    }
}

text_enum! {
    /// When the charge of a period is due.
    pub enum Timing("timing") {
        /// At the start of the period.
        Advance = "advance",
        /// After its end.
        Arrears = "arrears",
    }
}

text_enum! {
    /// What a parameter accepts.
    pub enum ParameterKind("kind") {
        /// Free text, which a pattern may narrow.
        Text = "text",
        /// A decimal number.
        Number = "number",
        /// One of the listed choices.
        Choice = "choice",
        /// `true` or `false`.
        Boolean = "boolean",
        /// An e-mail address.
        Email = "email",
        /// A domain name.
        Domain = "domain",
    }
}

/// A shelf of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// Name in addresses.
    pub slug: String,
    /// Name for people.
    pub name: Text,
    /// Place in lists, lowest first.
    pub position: i64,
}

/// A service that a vendor offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// The account that makes it.
    pub vendor_id: AccountId,
    /// Name in addresses, unique in the realm.
    pub slug: String,
    /// Name for people.
    pub name: Text,
    /// One sentence.
    pub summary: Text,
    /// Everything a buyer wants to know; plain paragraphs.
    pub description: Text,
    /// The shelf it stands on.
    pub category_id: Option<CategoryId>,
    /// How far it is.
    pub status: ProductStatus,
    /// How it is delivered.
    pub delivery: DeliveryMode,
    /// Who approves orders.
    pub approval: Approval,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What it can do, one line each.
    pub features: Vec<Text>,
    /// Title of the conditions that a buyer accepts.
    pub terms_title: Text,
    /// The conditions.
    pub terms_text: Text,
    /// Version of the conditions; an order keeps the version that was accepted.
    pub terms_version: String,
    /// What it is in the eyes of the tax offices, where an item does not say otherwise.
    #[serde(default)]
    pub tax_category: TaxCategory,
    /// When it was created.
    pub created_at: Timestamp,
    /// Optimistic lock: grows with every change.
    pub version: i64,
}

/// One way to buy a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// The product.
    pub product_id: ProductId,
    /// Short name, unique in the product.
    pub code: String,
    /// Name for people.
    pub name: Text,
    /// What sets it apart.
    pub description: Text,
    /// Place in comparisons, lowest first.
    pub position: i64,
    /// The plan that most buyers want.
    pub recommended: bool,
    /// Whether it can be ordered.
    pub status: PlanStatus,
    /// How often it is billed.
    pub billing_cadence: Cadence,
    /// How long a buyer commits; nothing means no commitment.
    pub term_cadence: Option<Cadence>,
    /// Days of trial before the first charge; 0 means no trial.
    pub trial_days: u32,
    /// Whether new subscriptions renew by themselves.
    pub auto_renew: bool,
    /// Whether a trial needs a working payment method.
    pub trial_needs_payment: bool,
    /// Whether a customer who has had the product before, or has it, gets the trial as well.
    #[serde(default)]
    pub trial_again: bool,
    /// Days before the end of the term by which a cancellation has to come.
    pub notice_days: u32,
    /// The tax category of its product: that of the items that have none of their own.
    #[serde(default)]
    pub tax_category: TaxCategory,
    /// Optimistic lock: grows with every change.
    pub version: i64,
    /// What is in it, in the order of presentation.
    pub items: Vec<Item>,
}

/// One thing that a plan charges for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// The plan.
    pub plan_id: PlanId,
    /// Short name, unique in the plan; the same code in another plan of the product is the same thing.
    pub code: String,
    /// Name for people.
    pub name: Text,
    /// How it is charged.
    pub kind: ItemKind,
    /// What is counted: `seat`, `GB`.
    pub unit: Text,
    /// The meter whose usage is charged, for metered items.
    pub meter: Option<String>,
    /// How the usage of a month becomes the quantity that is priced, for metered items: `sum`, `count`, `distinct:user`,
    /// `last`, `maximum`, `average`, `time_weighted` or `held_hours`.
    #[serde(default, skip_serializing_if = "Aggregation::is_sum")]
    #[schema(value_type = String)]
    pub aggregation: Aggregation,
    /// When a period's charge is due.
    pub timing: Timing,
    /// Smallest quantity that can be ordered.
    pub quantity_min: Decimal,
    /// Largest quantity that can be ordered; nothing means [`MAX_QUANTITY`].
    pub quantity_max: Option<Decimal>,
    /// Quantity when the buyer names none.
    pub quantity_default: Decimal,
    /// Quantities are the smallest one plus a multiple of this.
    pub quantity_step: Decimal,
    /// Its tax category; none where it has that of the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_category: Option<TaxCategory>,
    /// Place in lists, lowest first.
    pub position: i64,
}

/// No order may ask for more of anything than this.
pub const MAX_QUANTITY: i64 = 1_000_000_000;

/// Something the vendor has to know to deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Parameter {
    /// Its id.
    pub id: ParameterId,
    /// The product.
    pub product_id: ProductId,
    /// Short name, unique in the product.
    pub code: String,
    /// The question.
    pub label: Text,
    /// Help with the answer.
    pub hint: Text,
    /// What is accepted.
    pub kind: ParameterKind,
    /// Whether an answer is needed.
    pub required: bool,
    /// Regular expression that the whole answer has to match, for texts.
    pub pattern: Option<String>,
    /// The answers to choose from, for choices.
    pub choices: Vec<Choice>,
    /// Whether the answer is a secret: stored encrypted, shown to nobody but the vendor.
    pub sensitive: bool,
    /// Place in the form, lowest first.
    pub position: i64,
}

/// One answer of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// What people read.
    pub label: Text,
}

/// A product with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProductDetail {
    /// The product itself.
    #[serde(flatten)]
    pub product: Product,
    /// Its plans in the order of presentation, with their items.
    pub plans: Vec<Plan>,
    /// Its parameters in the order of the form.
    pub parameters: Vec<Parameter>,
}

impl Plan {
    /// What an item of it is in the eyes of the tax offices.
    #[must_use]
    pub fn tax_category_of(&self, item: &Item) -> TaxCategory {
        item.tax_category.unwrap_or(self.tax_category)
    }
}

impl ProductDetail {
    /// One plan.
    #[must_use]
    pub fn plan(&self, id: PlanId) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.id == id)
    }
}

//! What sellers ask: price books, their dated revisions, listings and exchange rates.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Date, Decimal, Text, Timestamp,
    id::{AccountId, ItemId, ListingId, PlanId, PriceBookId, ProductId, RateId, RevisionId},
    text_enum,
};
use tradewind_pricing::PriceModel;
use utoipa::ToSchema;

use super::{ItemKind, Policies};

text_enum! {
    /// What a listing does with a price.
    pub enum ListingKind("kind") {
        /// Names it.
        Absolute = "absolute",
        /// Adds a percentage to what the seller itself pays.
        Markup = "markup",
        /// Does not sell it.
        Hidden = "hidden",
    }
}

text_enum! {
    /// Where a revision stands on a given day.
    pub enum RevisionState("state") {
        /// Takes effect later.
        Planned = "planned",
        /// In effect.
        Current = "current",
        /// Replaced by a later one.
        Past = "past",
    }
}

/// A seller's prices in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriceBook {
    /// Its id.
    pub id: PriceBookId,
    /// Whose prices these are.
    pub seller_id: AccountId,
    /// Name for the seller's staff.
    pub name: String,
    /// The currency of its prices.
    pub currency: Currency,
    /// Whether visitors see it and new customers get it; one per seller.
    pub is_default: bool,
    /// Optimistic lock: grows with every change.
    pub version: i64,
}

/// The prices of a book from a day on; never changed once created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revision {
    /// Its id.
    pub id: RevisionId,
    /// The book.
    pub book_id: PriceBookId,
    /// Counts from 1 in each book.
    pub number: i64,
    /// First day on which it holds.
    pub effective_on: Date,
    /// Why it was made.
    pub note: String,
    /// Rounding and proration of what is sold under it.
    pub policies: Policies,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// One rule of a revision: for which items, under which dimensions of usage, what price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Listing {
    /// Its id.
    pub id: ListingId,
    /// Only this product.
    pub product_id: Option<ProductId>,
    /// Only this plan.
    pub plan_id: Option<PlanId>,
    /// Only this item.
    pub item_id: Option<ItemId>,
    /// Only usage with these dimensions, for example `service_category` = `Compute`.
    #[serde(rename = "match")]
    pub matches: BTreeMap<String, String>,
    /// What it does, with the price or the percentage.
    #[serde(flatten)]
    pub price: ListingPrice,
}

/// What a listing does with a price.
#[expect(
    clippy::large_enum_variant,
    reason = "listings that name a price are what most books are made of"
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ListingPrice {
    /// Names it, in the currency of the book.
    Absolute {
        /// The price.
        model: PriceModel,
    },
    /// Adds a percentage to the seller's own buying price.
    Markup {
        /// 20 means a fifth more; negative is a discount.
        percent: Decimal,
    },
    /// Does not sell it.
    Hidden,
}

impl ListingPrice {
    /// The kind without its value.
    #[must_use]
    pub const fn kind(&self) -> ListingKind {
        match self {
            Self::Absolute { .. } => ListingKind::Absolute,
            Self::Markup { .. } => ListingKind::Markup,
            Self::Hidden => ListingKind::Hidden,
        }
    }
}

/// What one unit of a currency is worth in another, from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FxRate {
    /// Its id.
    pub id: RateId,
    /// One unit of this …
    pub base: Currency,
    /// … in this.
    pub quote: Currency,
    /// First day on which it holds.
    pub effective_on: Date,
    /// Units of `quote` for one of `base`.
    pub rate: Decimal,
    /// Where it comes from, for example `ECB`.
    pub source: String,
}

/// An exchange rate that went into an amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FxUse {
    /// What was converted.
    pub base: Currency,
    /// Into what.
    pub quote: Currency,
    /// One `base` in `quote`.
    #[serde(with = "rust_decimal::serde::str")]
    #[schema(value_type = String)]
    pub rate: Decimal,
    /// The day since which the rate holds.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// Where it comes from, for example `ECB`; empty where nobody has said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

impl FxUse {
    /// Adds rates to those that went into something, each once.
    pub fn add_to(all: &mut Vec<Self>, more: &[Self]) {
        for rate in more {
            if !all.contains(rate) {
                all.push(rate.clone());
            }
        }
    }
}

/// What came of a file of exchange rates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RateImport {
    /// Rates that were not there.
    pub added: u64,
    /// Rates that had not taken effect and are others now.
    pub replaced: u64,
    /// Rates that were there already.
    pub known: u64,
    /// Columns of no currency in use, which were left out.
    pub unknown: Vec<String>,
}

/// A revision as the seller's staff see it on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevisionView {
    /// The revision.
    #[serde(flatten)]
    pub revision: Revision,
    /// Where it stands on that day.
    pub state: RevisionState,
    /// Its rules, most specific first; empty in lists.
    pub listings: Vec<Listing>,
}

/// A book with all its revisions, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriceBookDetail {
    /// The book.
    #[serde(flatten)]
    pub book: PriceBook,
    /// Its revisions; the current one and the planned ones with their listings.
    pub revisions: Vec<RevisionView>,
}

/// What a new revision would change, item by item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevisionPreview {
    /// The rules as they would be kept, most specific first.
    pub listings: Vec<Listing>,
    /// The items; of many, the first 200.
    pub items: Vec<PricePreview>,
    /// How many items change.
    pub changed: u32,
}

/// The prices of one item, for its seller's eyes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PricePreview {
    /// The product.
    pub product_id: ProductId,
    /// Its name.
    pub product: Text,
    /// The plan.
    pub plan_id: PlanId,
    /// Its name.
    pub plan: Text,
    /// The item.
    pub item_id: ItemId,
    /// Its name.
    pub item: Text,
    /// Its short name, unique in the plan.
    pub item_code: String,
    /// How it is charged.
    pub kind: ItemKind,
    /// What is counted.
    pub unit: Text,
    /// What the seller pays; empty when it buys from nobody.
    pub buying: Vec<SellerPrice>,
    /// The currency of that.
    pub buying_currency: Option<Currency>,
    /// What it asks now; empty when it does not sell the item.
    pub before: Vec<SellerPrice>,
    /// What it would ask.
    pub after: Vec<SellerPrice>,
    /// The currency of the book.
    pub currency: Currency,
}

/// One price as its seller sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SellerPrice {
    /// Usage that it is for; empty means everything else.
    pub matches: BTreeMap<String, String>,
    /// The price; nothing when usage is charged from a cost that is passed through.
    pub model: Option<PriceModel>,
    /// What the seller adds to its own buying price, in percent.
    pub markup: Option<Decimal>,
}

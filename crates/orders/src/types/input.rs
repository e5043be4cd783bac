//! What the use cases of ordering take; the flows fill most of it in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tradewind_kernel::{
    Currency, Date, Decimal, Money, Timestamp, Zone,
    id::{AccountId, ItemId, OrderId, PlanId, ProductId, QuoteId, SubscriptionId, TermsId},
};
use utoipa::ToSchema;

use super::{BuyerReference, OrderKind, QuoteKind};

/// A quote to keep.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct QuoteSave {
    /// What is quoted.
    pub kind: QuoteKind,
    /// Who would buy.
    pub customer_id: AccountId,
    /// Who would sell.
    pub seller_id: AccountId,
    /// The subscription that would change.
    pub subscription_id: Option<SubscriptionId>,
    /// What was asked for.
    pub input: Value,
    /// What it would cost.
    pub preview: Value,
    /// A digest of all facts that the preview rests on.
    pub basis: String,
    /// Until when it can be confirmed.
    pub expires_at: Timestamp,
}

/// An order to create, with everything already decided.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderCreate {
    /// What it is for.
    pub kind: OrderKind,
    /// Who buys.
    pub customer_id: AccountId,
    /// Who sells.
    pub seller_id: AccountId,
    /// Who delivers.
    pub vendor_id: AccountId,
    /// The product.
    pub product_id: ProductId,
    /// The plan that is ordered or kept.
    pub plan_id: PlanId,
    /// The subscription it is about.
    pub subscription: OrderedSubscription,
    /// The quote that it confirms.
    pub quote_id: Option<QuoteId>,
    /// What was asked for.
    pub input: Value,
    /// What was promised.
    pub preview: Value,
    /// What is due now, in the customer's currency, with tax.
    pub due_now: Money,
    /// Which steps its flow needs.
    pub flow: FlowFacts,
}

/// What decides which steps an order has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowFacts {
    /// The seller has to agree.
    pub approval: bool,
    /// Something has to be paid before it goes on.
    pub payment: bool,
    /// The vendor has something to do.
    pub delivery: bool,
}

/// The subscription that an order is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum OrderedSubscription {
    /// It begins with this order.
    New(Box<NewSubscription>),
    /// It is there.
    Existing {
        /// Its id.
        id: SubscriptionId,
        /// The version that the order is based on.
        version: i64,
    },
}

/// A subscription to create together with its first order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewSubscription {
    /// The customer's name for it.
    pub name: String,
    /// The zone in which its days begin.
    pub zone: Zone,
    /// Whether it renews at the end of the term.
    pub auto_renew: bool,
    /// What is ordered.
    pub items: Vec<OrderedItem>,
    /// The answers to the product's parameters.
    pub parameters: Vec<OrderedParameter>,
    /// The legs, the vendor's first.
    pub legs: Vec<NewLeg>,
    /// The day on which the terms were resolved.
    pub terms_from: Date,
    /// Its name in another system.
    #[serde(default)]
    pub external_ref: Option<String>,
    /// Free notes of integrators.
    #[serde(default)]
    pub metadata: BTreeMap<String, Value>,
}

/// A quantity that is ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderedItem {
    /// The item.
    pub item_id: ItemId,
    /// Its short name.
    pub code: String,
    /// How many.
    pub quantity: Decimal,
}

/// An answer that is given with an order.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderedParameter {
    /// Short name of the parameter.
    pub code: String,
    /// The answer.
    pub value: String,
    /// Whether it is a secret, to be stored encrypted.
    pub sensitive: bool,
}

impl std::fmt::Debug for OrderedParameter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value: &dyn std::fmt::Debug = if self.sensitive { &"…" } else { &self.value };
        f.debug_struct("OrderedParameter")
            .field("code", &self.code)
            .field("value", value)
            .finish()
    }
}

/// A leg of a new subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLeg {
    /// Who sells.
    pub seller_id: AccountId,
    /// Who buys.
    pub buyer_id: AccountId,
    /// The currency of this leg.
    pub currency: Currency,
    /// The frozen terms.
    pub terms_id: TermsId,
}

/// Approves an order, or tries it again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OrderDecision {
    /// Which order.
    pub id: OrderId,
    /// The version the decision is based on; left out, the order as it is.
    #[serde(default)]
    pub version: Option<i64>,
}

/// Rejects or cancels an order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OrderRefusal {
    /// Which order.
    pub id: OrderId,
    /// The version the decision is based on; left out, the order as it is.
    #[serde(default)]
    pub version: Option<i64>,
    /// Why; everyone concerned reads it.
    pub reason: String,
}

/// Turns automatic renewal on or off.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AutoRenewSet {
    /// Which subscription.
    pub id: SubscriptionId,
    /// The version the change is based on; left out, the subscription as it is.
    #[serde(default)]
    pub version: Option<i64>,
    /// What it becomes.
    pub auto_renew: bool,
}

/// Gives a subscription another name.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SubscriptionRename {
    /// Which subscription.
    pub id: SubscriptionId,
    /// The version the change is based on; left out, the subscription as it is.
    #[serde(default)]
    pub version: Option<i64>,
    /// The new name.
    pub name: String,
}

/// Changes what needs no order; what is left out stays.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SubscriptionUpdate {
    /// Which subscription.
    pub id: SubscriptionId,
    /// The version the change is based on; left out, the subscription as it is.
    pub version: Option<i64>,
    /// The new name.
    pub name: Option<String>,
    /// Whether it renews at the end of the term.
    pub auto_renew: Option<bool>,
    /// The buyer's own references, all of them anew.
    pub reference: Option<BuyerReference>,
}

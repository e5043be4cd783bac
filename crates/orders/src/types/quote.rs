//! Quotes: a promise of what something will cost, good for a while and only while its facts hold.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tradewind_kernel::{
    Timestamp,
    id::{AccountId, OrderId, QuoteId, SubscriptionId},
    text_enum,
};
use utoipa::ToSchema;

text_enum! {
    /// What is quoted.
    pub enum QuoteKind("kind") {
        /// A new subscription.
        Purchase = "purchase",
        /// Other quantities or another plan.
        Change = "change",
        /// New subscriptions that are sold as one thing.
        Bundle = "bundle",
        /// The end of a subscription.
        Cancel = "cancel",
        /// What should have been otherwise from a day in the past on.
        Adjust = "adjust",
    }
}

/// A promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Quote {
    /// Its id.
    pub id: QuoteId,
    /// What is quoted.
    pub kind: QuoteKind,
    /// Who would buy.
    pub customer_id: AccountId,
    /// Who would sell.
    pub seller_id: AccountId,
    /// The subscription that would change; nothing for a purchase.
    pub subscription_id: Option<SubscriptionId>,
    /// What was asked for.
    pub input: Value,
    /// What it would cost, now and later.
    pub preview: Value,
    /// A digest of all facts that the preview rests on; another digest means that something has changed.
    pub basis: String,
    /// Until when it can be confirmed.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// The order that confirmed it.
    pub order_id: Option<OrderId>,
}

//! What a seller has decided about single buyers: their class, pauses, and whether it takes orders from them.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Date, Money, Timestamp,
    id::{AccountId, InvoiceId},
    text_enum,
};
use utoipa::ToSchema;

use super::{BeyondCredit, DunningPolicy};

/// Buyers of a seller that are treated alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountClass {
    /// Names it: lower-case letters, digits, `-` and `_`.
    #[schema(max_length = 40)]
    pub code: String,
    /// What it is called.
    #[schema(max_length = 80)]
    pub name: String,
    /// What is done when its buyers do not pay.
    pub policy: DunningPolicy,
}

/// Until when no step is taken for any invoice of a buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountPause {
    /// The last day without steps.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
    /// Why; for the seller's people.
    pub reason: String,
    /// When it was made.
    pub at: Timestamp,
}

text_enum! {
    /// Why a seller takes no new orders from a buyer.
    pub enum HoldCause("cause") {
        /// Somebody has said so.
        Hand = "hand",
        /// A step of dunning.
        Dunning = "dunning",
    }
}

/// That a seller takes no new orders and increases from a buyer; what runs goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreditHold {
    /// Why.
    pub cause: HoldCause,
    /// The invoice whose dunning it is a step of; it ends when that is paid.
    pub invoice_id: Option<InvoiceId>,
    /// Its number.
    pub invoice_number: Option<String>,
    /// What is open of it.
    pub open: Option<Money>,
    /// Why, in words, where somebody has said so.
    pub reason: String,
    /// Whether it ends by itself when nothing is past due.
    pub until_paid: bool,
    /// Since when.
    pub since: Timestamp,
}

/// Where a buyer stands with its seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountDunning {
    /// Who sells.
    pub seller_id: AccountId,
    /// Who buys.
    pub buyer_id: AccountId,
    /// The code of its class; none in the class of the rest, or for the buyer.
    pub class: Option<String>,
    /// The latest pause, be it over or not.
    pub pause: Option<AccountPause>,
    /// Whether steps wait because of it.
    pub paused: bool,
    /// What is past due, by currency.
    pub overdue: Vec<Money>,
    /// Why no new orders are taken; empty when they are.
    pub holds: Vec<CreditHold>,
    /// What becomes of orders in spite of that.
    pub beyond_credit: BeyondCredit,
}

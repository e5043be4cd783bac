//! Account credit: what a seller keeps for a buyer, where it came from and what became of it.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Date, Money, Timestamp,
    id::{AccountId, CreditGrantId, CreditMoveId, InvoiceId, PaymentMethodId},
    text_enum,
};
use utoipa::ToSchema;

text_enum! {
    /// Where credit came from.
    pub enum CreditSource("source") {
        /// A credit note.
        CreditNote = "credit_note",
        /// A payment of more than was owed.
        OverPayment = "over_payment",
        /// Paid in advance by the buyer.
        TopUp = "top_up",
        /// Given by the seller.
        Goodwill = "goodwill",
        /// A refund that could not be made.
        RefundFailed = "refund_failed",
        /// Kept from the time before credit was told apart.
        Earlier = "earlier",
    }
}

text_enum! {
    /// What happened to credit.
    pub enum CreditMoveKind("kind") {
        /// It was given.
        Granted = "granted",
        /// It paid an invoice.
        Used = "used",
        /// It was paid back.
        Refunded = "refunded",
        /// Its last day was over.
        Expired = "expired",
    }
}

text_enum! {
    /// When credit pays invoices.
    pub enum CreditUse("use") {
        /// As soon as one is issued or credit comes in.
        Automatic = "automatic",
        /// When somebody says so.
        ByHand = "by_hand",
    }
}

/// Credit from one source, as far as it is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreditGrant {
    /// Its id.
    pub id: CreditGrantId,
    /// Who keeps it.
    pub seller_id: AccountId,
    /// For whom.
    pub buyer_id: AccountId,
    /// Where it came from.
    pub source: CreditSource,
    /// Credit with the lowest number is used first; among equals the one that expires first, then the oldest.
    pub priority: i64,
    /// The last day on which it can be used, in the seller's time zone; it stays for good when there is none.
    #[schema(value_type = Option<String>, format = Date)]
    pub expires_on: Option<Date>,
    /// How much it was.
    pub amount: Money,
    /// How much is left of it.
    pub left: Money,
    /// Why it was given, for what the seller gives.
    pub reason: String,
    /// The payment, refund or document that it came from; empty for what the seller gives.
    pub about: String,
    /// When.
    pub created_at: Timestamp,
}

/// One movement of credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreditMove {
    /// Its id.
    pub id: CreditMoveId,
    /// The credit that moved.
    pub grant_id: CreditGrantId,
    /// Who keeps it.
    pub seller_id: AccountId,
    /// For whom.
    pub buyer_id: AccountId,
    /// What happened.
    pub kind: CreditMoveKind,
    /// Where the credit came from.
    pub source: CreditSource,
    /// What was added, or (negative) taken.
    pub amount: Money,
    /// The payment, refund or document behind it; empty for what the seller gives and for what expires.
    pub about: String,
    /// The invoice that was paid.
    pub invoice_id: Option<InvoiceId>,
    /// When.
    pub at: Timestamp,
}

/// Topping up by itself: when credit falls below one amount, a card pays in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AutoTopUp {
    /// Below this.
    pub below: Money,
    /// So much is paid in.
    pub amount: Money,
    /// With what; the buyer's default card when left out.
    #[serde(default)]
    pub method_id: Option<PaymentMethodId>,
}

/// How credit between a seller and a buyer is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreditPolicy {
    /// When it pays invoices: what was agreed with the buyer, else what the seller does with all of its buyers.
    #[serde(rename = "use")]
    pub usage: CreditUse,
    /// Whether that was agreed with the buyer.
    pub agreed: bool,
    /// Topping up by itself, when the buyer wants it.
    pub top_up: Option<AutoTopUp>,
}

/// What is kept for a buyer by a seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Wallet {
    /// Who keeps it.
    pub seller_id: AccountId,
    /// For whom.
    pub buyer_id: AccountId,
    /// In which currency.
    pub currency: Currency,
    /// What can be used.
    pub balance: Money,
    /// Where it comes from, in the order in which it is used.
    pub grants: Vec<CreditGrant>,
    /// How it is used.
    pub policy: CreditPolicy,
}

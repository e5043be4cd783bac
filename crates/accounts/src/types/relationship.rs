//! Trading relationships: the terms between one seller and one buyer next to each other in the tree.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Decimal, Money, Timestamp,
    id::{AccountId, PriceBookId, RelationshipId},
    text_enum,
};
use utoipa::ToSchema;

text_enum! {
    /// When a buyer pays.
    pub enum PaymentMode("payment") {
        /// Before delivery.
        Prepay = "prepay",
        /// Within the payment terms after the invoice.
        OnAccount = "on_account",
    }
}

text_enum! {
    /// How a sale between the two is taxed.
    pub enum TaxTreatment("tax_treatment") {
        /// With the relationship's rate.
        Standard = "standard",
        /// The buyer owes the tax.
        ReverseCharge = "reverse_charge",
        /// No tax is due.
        Exempt = "exempt",
    }
}

text_enum! {
    /// When charges become an invoice.
    pub enum Invoicing("invoicing") {
        /// As soon as they are due: each subscription on a document of its own.
        Immediate = "immediate",
        /// As soon as they are due: all that a billing run charges for a day, of however many subscriptions, on one document.
        Daily = "daily",
        /// Collected once a month, on the invoice day.
        Monthly = "monthly",
    }
}

text_enum! {
    /// Who invoices the buyer.
    pub enum Invoicer("invoicer") {
        /// The seller, from here.
        Own = "self",
        /// The account above the seller, in the seller's name and for its account; it collects as well, and owes the seller what
        /// comes in.
        OnBehalf = "on_behalf",
        /// The seller's own system, from exported charges.
        External = "external",
    }
}

/// The terms under which a buyer buys from the account directly above it (or the provider from a vendor).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Relationship {
    /// Its id.
    pub id: RelationshipId,
    /// Who sells.
    pub seller: AccountId,
    /// Who buys.
    pub buyer: AccountId,
    /// Currency of prices and invoices between them.
    pub currency: Currency,
    /// Price book the buyer buys from; none means the seller's default book.
    pub price_book: Option<PriceBookId>,
    /// When the buyer pays.
    pub payment: PaymentMode,
    /// Days between an invoice and its due date.
    pub payment_terms_days: u16,
    /// Most the buyer may owe; none means no limit.
    pub credit_limit: Option<Money>,
    /// How sales are taxed.
    pub tax_treatment: TaxTreatment,
    /// Tax rate in per cent; counts with the `standard` treatment only.
    #[schema(value_type = String, format = "decimal", examples("19"))]
    pub tax_rate: Decimal,
    /// When charges become an invoice.
    pub invoicing: Invoicing,
    /// Day of the month of monthly invoices, and of billing periods that follow it, 1 to 28.
    pub invoice_day: u8,
    /// Who invoices.
    pub invoicer: Invoicer,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts its changes.
    pub version: i64,
}

/// Terms to set; what is left out stays as it is, or gets the usual value in a new relationship.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TermsInput {
    /// Currency, ISO 4217.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// `prepay` or `on_account`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
    /// Days between an invoice and its due date, 0 to 365.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_terms_days: Option<u16>,
    /// Most the buyer may owe, as a decimal in the relationship's currency; an empty text removes the limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit_limit: Option<String>,
    /// `standard`, `reverse_charge` or `exempt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_treatment: Option<String>,
    /// Tax rate in per cent, as a decimal from 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_rate: Option<String>,
    /// `immediate`, `daily` or `monthly`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoicing: Option<String>,
    /// Day of the month of monthly invoices, and of billing periods that follow it, 1 to 28.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_day: Option<u8>,
    /// `self`, `on_behalf` or `external`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoicer: Option<String>,
}

/// Sets the terms between a seller and a buyer that stand next to each other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RelationshipSet {
    /// Who sells.
    pub seller: AccountId,
    /// Who buys.
    pub buyer: AccountId,
    /// The version the caller has read; none to change whatever is there.
    pub version: Option<i64>,
    /// The terms to set.
    pub terms: TermsInput,
}

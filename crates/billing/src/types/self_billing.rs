//! Documents that a payer makes out of a settlement: the vendor's invoice in its name, and its own for the fee.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Date, Money, id::AccountId, text_enum};
use utoipa::ToSchema;

use super::Document;

text_enum! {
    /// What a document of a settlement is for.
    pub enum PaperKind("kind") {
        /// The vendor's invoice for its share, made out by the payer.
        SelfBilled = "self_billed",
        /// The payer's invoice for the fee.
        Fee = "fee",
    }
}

/// That a vendor has agreed to be invoiced in its own name by whom it sells to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SelfBillingAgreement {
    /// Who makes out the invoices, and pays.
    pub payer_id: AccountId,
    /// In whose name.
    pub vendor_id: AccountId,
    /// Since when: settlements that are made from this day on have documents.
    #[schema(value_type = String, format = Date)]
    pub agreed_on: Date,
    /// The last day of it; none while it holds.
    #[schema(value_type = Option<String>, format = Date)]
    pub ended_on: Option<Date>,
    /// Where it is written down.
    pub reference: String,
}

/// A document of a settlement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettlementPaper {
    /// What it is for.
    pub kind: PaperKind,
    /// Its number in the series of whose invoice it is; none before the settlement is approved.
    pub number: Option<String>,
    /// The document; its dates are those of the settlement until it has a number.
    pub document: Document,
}

/// What a settlement's documents add to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaperTaxes {
    /// Tax on the share, which the vendor gets.
    pub share: Money,
    /// Tax on the fee, which the vendor pays.
    pub fee: Money,
}

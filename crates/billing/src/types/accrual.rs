//! What is owed without a document of ours: the vendor's share, and sales invoiced in the seller's own system.

use tradewind_kernel::{
    Date, Money,
    id::{AccountId, ChargeId, TransactionId},
    text_enum,
};

text_enum! {
    /// How the charges of a relationship are settled.
    pub enum Settlement("settlement") {
        /// By our invoice.
        Document = "document",
        /// Recorded as cost and as payable of the buyer: the vendor's share.
        VendorShare = "vendor_share",
        /// Recorded as unbilled receivable of the seller, who invoices in a system of its own.
        External = "external",
    }
}

/// The rounded share of one charge in a ledger entry that settles without a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accrual {
    /// The charge.
    pub charge_id: ChargeId,
    /// The ledger entry.
    pub transaction_id: TransactionId,
    /// Who is owed.
    pub seller_id: AccountId,
    /// Who owes.
    pub buyer_id: AccountId,
    /// Day of the entry.
    pub posted_on: Date,
    /// The share.
    pub amount: Money,
}

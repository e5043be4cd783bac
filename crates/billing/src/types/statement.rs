//! Statements of account.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Date, Money,
    id::{AccountId, InvoiceId},
};
use utoipa::ToSchema;

use super::EntryKind;

/// What moved the account of a buyer with its seller on one day, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementMovement {
    /// The day it counts for.
    #[schema(value_type = String, format = Date)]
    pub posted_on: Date,
    /// What it was.
    pub kind: EntryKind,
    /// Whether it takes back what is usual of its kind: money that came in and went out again, a debt that is owed after all.
    pub taken_back: bool,
    /// The document, payment or credit behind it.
    pub document_id: String,
    /// The invoice or credit note that it is, or that it pays.
    pub invoice_id: Option<InvoiceId>,
    /// The number of that.
    pub number: Option<String>,
    /// The bank's or gateway's reference of a payment.
    pub reference: Option<String>,
    /// What it adds to the balance; negative where the buyer owes less.
    pub amount: Money,
    /// What it adds to the credit that is kept for the buyer; negative where credit is used.
    pub credit: Money,
    /// What the buyer owes after it, less its credit.
    pub balance: Money,
}

/// What is owed on invoices by how long it has been due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ageing {
    /// Not due yet.
    pub not_due: Money,
    /// Due for 1 to 30 days.
    pub days_30: Money,
    /// Due for 31 to 60 days.
    pub days_60: Money,
    /// Due for 61 to 90 days.
    pub days_90: Money,
    /// Due for longer.
    pub older: Money,
}

impl Ageing {
    /// All of it, the youngest first, with the words by which texts name it.
    #[must_use]
    pub const fn buckets(&self) -> [(&'static str, Money); 5] {
        [
            ("not-due", self.not_due),
            ("30", self.days_30),
            ("60", self.days_60),
            ("90", self.days_90),
            ("older", self.older),
        ]
    }
}

/// What moved the account of a buyer with its seller in a period: the closing balance of one is the opening balance of the
/// next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Statement {
    /// Who sells.
    pub seller_id: AccountId,
    /// Who buys.
    pub buyer_id: AccountId,
    /// In which currency.
    pub currency: Currency,
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Last day.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
    /// What the buyer owed before the first day, less its credit.
    pub opening: Money,
    /// Every movement, in order.
    pub movements: Vec<StatementMovement>,
    /// What it owes after the last day, less its credit.
    pub closing: Money,
    /// What of that it owes on invoices.
    pub owed: Money,
    /// The credit that is kept for it.
    pub credit: Money,
    /// The day for which the ages are: the last one, or today where that has not come.
    #[schema(value_type = String, format = Date)]
    pub aged_on: Date,
    /// What it owes on invoices by age; adds up to `owed`.
    pub ageing: Ageing,
}

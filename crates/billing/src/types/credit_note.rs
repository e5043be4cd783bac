//! Credit notes: what of an invoice is taken back, and where the money goes.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Decimal, Money, id::InvoiceId, text_enum};
use utoipa::ToSchema;

use super::PaymentStep;

text_enum! {
    /// Where what is given back goes.
    pub enum CreditDestination("destination") {
        /// It reduces what is open of the invoice; what is over becomes account credit.
        Debt = "debt",
        /// It becomes account credit; the invoice stays as open as it is.
        Balance = "balance",
        /// It reduces what is open of the invoice; what is over is paid back to where the invoice was paid from, and what
        /// cannot be paid back becomes account credit.
        Refund = "refund",
    }
}

/// What to take back of one line of an invoice: all that is left of it, unless quantity or amount say less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditLine {
    /// The number of the line.
    pub no: i64,
    /// So many of its units, each at what is left of the line.
    #[serde(default, with = "rust_decimal::serde::str_option")]
    #[schema(value_type = Option<String>)]
    pub quantity: Option<Decimal>,
    /// So much of its amount by its price: with tax in it where the line's price has, without where it comes on top.
    #[serde(default)]
    pub amount: Option<Money>,
}

/// What is left of a line of an invoice after everything that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InvoiceLineLeft)]
pub struct LineLeft {
    /// The number of the line.
    pub no: i64,
    /// By its price: with tax in it where the line's price has, without where it comes on top.
    pub amount: Money,
    /// How many of its units, where units can be counted.
    #[serde(with = "rust_decimal::serde::str_option")]
    #[schema(value_type = Option<String>)]
    pub quantity: Option<Decimal>,
}

/// A credit note as its invoice knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CreditNoteFacts)]
pub struct Credited {
    /// The credit note.
    pub note_id: InvoiceId,
    /// Its number.
    pub number: String,
    /// The invoice that it takes back of.
    pub invoice_id: InvoiceId,
    /// The number of that.
    pub invoice_number: String,
    /// What it gives back, tax included.
    pub gross: Money,
    /// Where that went.
    pub destination: CreditDestination,
    /// Why.
    pub reason: String,
}

/// A credit note that was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CreditNoteIssued)]
pub struct CreditNoted {
    /// The document, to be read as invoices are.
    pub id: InvoiceId,
    /// Its number.
    pub number: String,
    /// What it gives back, tax included.
    pub gross: Money,
    /// What of it reduced what was open of the invoice.
    pub cancelled: Money,
    /// What of it became account credit.
    pub to_balance: Money,
    /// What of it is being paid back, by payment.
    pub refunds: Vec<PaymentStep>,
}

//! What an account collects for a seller: money that comes in, and money that goes out again.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Date, Money,
    id::{AccountId, CollectedId, InvoiceId, PaymentId, PaymentStepId},
    text_enum,
};
use utoipa::ToSchema;

text_enum! {
    /// Why money came in for a seller, or went out again.
    pub enum CollectedKind("kind") {
        /// A buyer has paid.
        Payment = "payment",
        /// A transfer was taken back.
        Reversal = "reversal",
        /// A payment was paid back.
        Refund = "refund",
        /// A payer's bank has taken a card payment back.
        Chargeback = "chargeback",
        /// A dispute about that was won.
        ChargebackWon = "chargeback_won",
    }
}

/// Money that came in for a seller at whoever collects for it, or went out again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Collected {
    /// Its id.
    pub id: CollectedId,
    /// Who has the money.
    pub collector_id: AccountId,
    /// Whose it is.
    pub seller_id: AccountId,
    /// Who has paid, or was paid back.
    pub buyer_id: AccountId,
    /// Why.
    pub kind: CollectedKind,
    /// The payment.
    pub payment_id: PaymentId,
    /// What happened to it later, where it is that.
    pub step_id: Option<PaymentStepId>,
    /// The invoice that it was for; none for money on account.
    pub invoice_id: Option<InvoiceId>,
    /// The number of that invoice.
    pub invoice_number: Option<String>,
    /// The day for which it counts.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// How much; negative for what went out.
    pub amount: Money,
}

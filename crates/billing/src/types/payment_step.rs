//! What happens to a payment after it was made.

use std::fmt;

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Money, Timestamp,
    id::{AccountId, InvoiceId, PaymentId, PaymentStepId, RealmId},
    text_enum,
};
use utoipa::ToSchema;

use super::PaymentKind;

text_enum! {
    /// What a step does to its payment.
    pub enum PaymentStepKind("kind") {
        /// Pays some or all of it back.
        Refund = "refund",
        /// Takes what is held on a card.
        Capture = "capture",
        /// Lets go what is held on a card.
        Void = "void",
        /// The payer's bank takes the payment back.
        Chargeback = "chargeback",
        /// What of that neither the invoice nor the buyer's credit makes good.
        ChargebackLoss = "chargeback_loss",
        /// The dispute was won, the money is back.
        ChargebackWon = "chargeback_won",
        /// The bank took a transfer back, or it was recorded by mistake.
        Reversal = "reversal",
    }
}

text_enum! {
    /// Where a step stands.
    pub enum PaymentStepState("state") {
        /// Decided; the money has not moved yet, or nobody knows whether it has.
        Pending = "pending",
        /// The money moved.
        Succeeded = "succeeded",
        /// It did not and will not.
        Failed = "failed",
    }
}

/// A step of a payment. Kept before anybody outside is asked, so that nothing is done twice or forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentStep {
    /// Its id; also the key under which the gateway knows it.
    pub id: PaymentStepId,
    /// The payment.
    pub payment_id: PaymentId,
    /// How the payment came, and goes back.
    pub payment_kind: PaymentKind,
    /// What it does.
    pub kind: PaymentStepKind,
    /// Who got the payment.
    pub seller_id: AccountId,
    /// Who made it.
    pub payer_id: AccountId,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: PaymentStepState,
    /// The credit note behind it.
    pub note_id: Option<InvoiceId>,
    /// Why.
    pub reason: String,
    /// The gateway's reference, or the bank's.
    pub reference: Option<String>,
    /// Why it failed, as the gateway's stable word.
    pub failure_code: Option<String>,
    /// When it was decided.
    pub created_at: Timestamp,
    /// When the outcome was known.
    pub settled_at: Option<Timestamp>,
}

/// A step that a gateway is asked to take.
#[derive(Clone, PartialEq, Eq)]
pub struct GatewayStep {
    /// The same key always means the same step.
    pub key: PaymentStepId,
    /// Whose world it is taken in.
    pub realm: RealmId,
    /// Who was paid.
    pub seller_id: AccountId,
    /// Which gateway made the payment.
    pub gateway: String,
    /// What to do.
    pub kind: PaymentStepKind,
    /// The payment's own key.
    pub payment: PaymentId,
    /// The gateway's reference of the payment.
    pub reference: String,
    /// How much.
    pub amount: Money,
}

impl fmt::Debug for GatewayStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "GatewayStep({} {} {:?})",
            self.kind, self.key, self.amount
        )
    }
}

//! Payments, payment methods and what a gateway answers.

use std::fmt;

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Money, Timestamp,
    id::{AccountId, InvoiceId, PaymentId, PaymentMethodId, RealmId},
    text_enum,
};
use utoipa::ToSchema;

text_enum! {
    /// How money moves.
    pub enum PaymentKind("kind") {
        /// Through a payment gateway.
        Card = "card",
        /// By bank transfer, recorded by the seller.
        Transfer = "transfer",
        /// From the buyer's credit with the seller.
        Credit = "credit",
        /// No money: the seller has given it up; negative when it is owed again.
        WriteOff = "write_off",
        /// No money: set off against what the seller owes the buyer on a settlement.
        Offset = "offset",
    }
}

text_enum! {
    /// Where a payment stands.
    pub enum PaymentState("state") {
        /// Sent to the gateway; the outcome is not known yet.
        Pending = "pending",
        /// The payer has to confirm.
        RequiresAction = "requires_action",
        /// The money moved.
        Succeeded = "succeeded",
        /// It didn't.
        Failed = "failed",
        /// The amount is held on the card, and not taken yet.
        Authorised = "authorised",
        /// What was held was let go.
        Voided = "voided",
        /// The payer's bank has taken it back.
        ChargedBack = "charged_back",
        /// A transfer that the bank took back, or that was recorded by mistake.
        Reversed = "reversed",
    }
}

impl PaymentState {
    /// Whether the outcome is still open.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::RequiresAction)
    }
}

/// A payment or an attempt at one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Payment {
    /// Its id; also the key under which the gateway knows it, so that asking twice never pays twice.
    pub id: PaymentId,
    /// The invoice that it is for; none for money on account.
    pub invoice_id: Option<InvoiceId>,
    /// Whom it is for.
    pub seller_id: AccountId,
    /// Who has the money, where another collects for the seller; none where the seller has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collector_id: Option<AccountId>,
    /// Who pays.
    pub payer_id: AccountId,
    /// With what, for cards.
    pub method_id: Option<PaymentMethodId>,
    /// How.
    pub kind: PaymentKind,
    /// How much.
    pub amount: Money,
    /// What of it pays the invoice; the rest is credit of the payer.
    pub applied: Money,
    /// Where it stands.
    pub state: PaymentState,
    /// The gateway's own reference, or the transfer's.
    pub reference: Option<String>,
    /// What the payer has to do, when something is required.
    pub action: Option<String>,
    /// Why it failed, as the gateway's stable word.
    pub failure_code: Option<String>,
    /// When it was started.
    pub created_at: Timestamp,
    /// When the outcome was known.
    pub settled_at: Option<Timestamp>,
}

impl Payment {
    /// Whose gateway or bank account it goes through.
    #[must_use]
    pub fn receiver_id(&self) -> AccountId {
        self.collector_id.unwrap_or(self.seller_id)
    }

    /// Whether money moved, or would.
    #[must_use]
    pub const fn moves_money(&self) -> bool {
        matches!(self.kind, PaymentKind::Card | PaymentKind::Transfer)
    }
}

/// A stored way to pay. The token stays inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentMethod {
    /// Its id.
    pub id: PaymentMethodId,
    /// Whose.
    pub account_id: AccountId,
    /// Which gateway knows it.
    pub gateway: String,
    /// Card brand.
    pub brand: String,
    /// Last four digits.
    pub last4: String,
    /// `MM/YY`.
    pub expires: String,
    /// Whether it is used when none is named.
    pub is_default: bool,
}

/// Card data on its way to a gateway. Never stored, never shown.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct CardInput {
    /// Digits only.
    pub number: String,
    /// `MM/YY`.
    pub expires: String,
    /// Card verification code.
    pub cvc: String,
}

impl fmt::Debug for CardInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardInput(…)")
    }
}

/// What a gateway keeps for a card.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokenised {
    /// The gateway's token.
    pub token: String,
    /// Card brand.
    pub brand: String,
    /// Last four digits.
    pub last4: String,
    /// `MM/YY`.
    pub expires: String,
}

impl fmt::Debug for Tokenised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokenised({} …{})", self.brand, self.last4)
    }
}

/// What a gateway is asked to do.
#[derive(Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The same key always means the same payment.
    pub key: PaymentId,
    /// Whose world it is made in.
    pub realm: RealmId,
    /// Who is paid, and so whose account with the gateway it goes through.
    pub seller_id: AccountId,
    /// Which gateway keeps the method.
    pub gateway: String,
    /// The gateway's reference, once it is known.
    pub reference: Option<String>,
    /// Whether it may have been asked for before, and the answer got lost.
    pub again: bool,
    /// Whether the payer is there and can be asked to confirm.
    pub present: bool,
    /// The token of the method.
    pub token: String,
    /// How much.
    pub amount: Money,
    /// For the payer's statement.
    pub text: String,
    /// Whether the amount is only held, to be taken later.
    pub hold: bool,
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attempt({} {:?})", self.key, self.amount)
    }
}

/// What a gateway answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayOutcome {
    /// The money moved.
    Succeeded {
        /// The gateway's reference.
        reference: String,
    },
    /// It didn't and will not under this key.
    Failed {
        /// The gateway's reference, when it has one.
        reference: Option<String>,
        /// A stable word: `card_declined`.
        code: String,
    },
    /// The payer has to confirm first.
    RequiresAction {
        /// The gateway's reference.
        reference: String,
        /// What to do: an address or an instruction.
        action: String,
    },
    /// The gateway has not decided.
    Pending {
        /// The gateway's reference.
        reference: String,
    },
}

/// What a seller keeps for a buyer: over-payments and credit notes not yet used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountCredit {
    /// Who keeps it.
    pub seller_id: AccountId,
    /// For whom.
    pub buyer_id: AccountId,
    /// How much.
    pub balance: Money,
}

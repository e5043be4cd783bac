//! Settlement: what a vendor gets for its share of sales, and a seller for what another has collected, less what is kept of it.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Date, Decimal, Money, Timestamp,
    calendar::Period,
    id::{
        AccountId, ChargeId, InvoiceId, PaymentId, PayoutFileId, ProductId, SettlementId,
        SubscriptionId,
    },
    text_enum,
};
use utoipa::ToSchema;

use super::ChargeKind;

text_enum! {
    /// What is settled.
    pub enum SettlementKind("kind") {
        /// A vendor's share of sales.
        Vendor = "vendor",
        /// What was collected for a seller in its name.
        Collected = "collected",
    }
}

text_enum! {
    /// What a payer takes off a settlement that is owed to it.
    #[derive(Default)]
    pub enum Offset("offset") {
        /// Nothing.
        #[default]
        None = "none",
        /// What is due of its own invoices by the last day of the settlement, the oldest first.
        Due = "due",
    }
}

text_enum! {
    /// Where a settlement stands.
    pub enum SettlementState("state") {
        /// Made, and not looked at.
        Open = "open",
        /// To be paid.
        Approved = "approved",
        /// In a file for the bank.
        Ordered = "ordered",
        /// Paid.
        Paid = "paid",
        /// The bank has not paid it; it can be ordered again.
        Failed = "failed",
        /// Taken back before it was approved; its shares are on a later one.
        Discarded = "discarded",
    }
}

/// What is kept of a vendor's share, or of what was collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeeRule {
    /// For this product; for all without a rule of their own when left out.
    #[serde(default)]
    pub product_id: Option<ProductId>,
    /// Percent of the share.
    #[serde(default, with = "rust_decimal::serde::str")]
    #[schema(value_type = String)]
    pub percent: Decimal,
    /// Fixed, for each line of a settlement (a product, or a buyer); not where it takes back more than it gives.
    #[serde(default)]
    pub fixed: Option<Money>,
    /// At least.
    #[serde(default)]
    pub minimum: Option<Money>,
    /// At most.
    #[serde(default)]
    pub maximum: Option<Money>,
}

/// How a payer settles with a vendor, or with a seller for whom it collects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SettlementPolicy {
    /// What is kept; nothing without a rule.
    pub fees: Vec<FeeRule>,
    /// What comes to less waits for the next settlement. In its currency; others are paid from the smallest unit on.
    pub minimum_payout: Option<Money>,
    /// Percent of what is due after the fee that is held back.
    #[serde(with = "rust_decimal::serde::str")]
    #[schema(value_type = String)]
    pub hold_percent: Decimal,
    /// For so many days after the last day of the settlement; then it is on the next one.
    pub hold_days: u16,
    /// Days from the last day of a settlement to its payment.
    pub payment_days: u16,
    /// What is taken off that is owed to the payer.
    pub offset: Offset,
}

/// What a vendor gets for a product, or a seller for what a buyer has paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettlementLine {
    /// Its number.
    pub no: i64,
    /// The product, of a vendor's settlement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_id: Option<ProductId>,
    /// The buyer who has paid, of one of what was collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer_id: Option<AccountId>,
    /// How many charges, or payments and what was taken back of them, are in it.
    pub charges: i64,
    /// The vendor's share, or what was collected.
    pub share: Money,
    /// What is kept.
    pub fee: Money,
}

/// An invoice of the payer's that is paid with a part of a settlement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettlementOffset {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// Its number.
    pub number: String,
    /// How much of it.
    pub amount: Money,
    /// The payment; none before the settlement is approved.
    pub payment_id: Option<PaymentId>,
}

/// What a payer owes a vendor, or a seller, for a time, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Settlement)]
pub struct PayeeSettlement {
    /// Its id.
    pub id: SettlementId,
    /// Its number, gapless for each payer and year.
    pub number: String,
    /// What is settled.
    pub kind: SettlementKind,
    /// Who pays.
    pub payer_id: AccountId,
    /// Who is paid: the vendor, or the seller.
    pub payee_id: AccountId,
    /// In which currency.
    pub currency: Currency,
    /// Up to and including this day; what was booked for earlier days and was on no settlement is on this one.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
    /// The vendor's share of all sales, or what was collected less what was paid back and taken back.
    pub share: Money,
    /// What is kept of it.
    pub fee: Money,
    /// Held back of the rest.
    pub held: Money,
    /// Held back before, and due now.
    pub released: Money,
    /// Tax on the share, where the payer makes out the vendor's invoice.
    pub share_tax: Money,
    /// Tax on the fee, where the payer invoices it.
    pub fee_tax: Money,
    /// What of it pays invoices of the payer's.
    pub set_off: Money,
    /// What is paid: share less fee, each with its tax, less what is held and set off, and what is released.
    pub payout: Money,
    /// Where it stands.
    pub state: SettlementState,
    /// When it is to be paid.
    #[schema(value_type = String, format = Date)]
    pub due_on: Date,
    /// When what it holds is due.
    #[schema(value_type = Option<String>, format = Date)]
    pub release_on: Option<Date>,
    /// The file that it is in.
    pub file_id: Option<PayoutFileId>,
    /// What was said last: a bank's reason, a reference.
    pub note: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was paid.
    #[schema(value_type = Option<String>, format = Date)]
    pub paid_on: Option<Date>,
}

/// A settlement with its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettlementDetail {
    /// The settlement.
    #[serde(flatten)]
    pub settlement: PayeeSettlement,
    /// Its lines.
    pub lines: Vec<SettlementLine>,
    /// The payer's invoices that are paid with it.
    #[serde(default)]
    pub offsets: Vec<SettlementOffset>,
}

/// A vendor's share of a charge on a settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlementShare {
    /// The charge.
    pub charge_id: ChargeId,
    /// The sale.
    pub subscription_id: SubscriptionId,
    /// Code of the item.
    pub item_code: String,
    /// Why it was charged.
    pub kind: ChargeKind,
    /// In words.
    pub description: String,
    /// What time it is for.
    pub period: Period,
    /// How much.
    pub quantity: Decimal,
    /// Of what, in the form that goes with the quantity.
    pub unit: String,
    /// The exact amount.
    pub exact: Decimal,
    /// As it was booked.
    pub share: Money,
}

/// What is on no settlement yet, and what is held back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettlementDue {
    /// What of it.
    pub kind: SettlementKind,
    /// The vendor, or the seller.
    pub payee_id: AccountId,
    /// The share, or what was collected; negative where more was taken back.
    pub share: Money,
    /// Held back on earlier settlements.
    pub held: Money,
}

/// A file of payments for a bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PayoutFile {
    /// Its id.
    pub id: PayoutFileId,
    /// Who pays.
    pub payer_id: AccountId,
    /// The name of the message in the file.
    pub message_id: String,
    /// The day on which the bank is to pay.
    #[schema(value_type = String, format = Date)]
    pub execute_on: Date,
    /// How many payments.
    pub payments: i64,
    /// What they come to.
    pub total: Money,
    /// When it was made.
    pub created_at: Timestamp,
}

//! What happens when an invoice is not paid.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Date, Decimal, Money,
    id::{AccountId, InvoiceId},
    text_enum,
};
use tradewind_tax::types::TaxCategory;
use utoipa::ToSchema;

text_enum! {
    /// What a dunning step does.
    pub enum DunningAction("action") {
        /// Write to the buyer.
        Remind = "remind",
        /// Collect by the payment method that is kept.
        Retry = "retry",
        /// Charge a late fee.
        Fee = "fee",
        /// Take no new orders and increases until it is paid.
        Restrict = "restrict",
        /// Suspend what the invoice is for.
        Suspend = "suspend",
        /// End it.
        Terminate = "terminate",
        /// Give up what is open.
        WriteOff = "write_off",
    }
}

text_enum! {
    /// On which document a late fee is.
    #[derive(Default)]
    pub enum FeeDocument("document") {
        /// On the next invoice.
        #[default]
        NextInvoice = "next_invoice",
        /// On one of its own, at once.
        Own = "own",
    }
}

text_enum! {
    /// What becomes of an order that goes beyond what a buyer may owe, or comes while its seller takes none.
    #[derive(Default)]
    pub enum BeyondCredit("beyond_credit") {
        /// It is refused.
        #[default]
        Refuse = "refuse",
        /// It waits for the seller's approval, or for the payment.
        Approve = "approve",
    }
}

/// What is charged for paying late: a fixed amount, a percentage of what is open of the invoice, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LateFee {
    /// The fixed part, one amount for a currency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amounts: Vec<Money>,
    /// So many percent of what is open, rounded to the smallest unit, half away from zero.
    #[serde(
        default,
        with = "rust_decimal::serde::str_option",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<String>, format = "decimal", examples("1.5"))]
    pub percent: Option<Decimal>,
    /// What it is in the eyes of the tax offices: outside of them unless said otherwise. Where a tax is agreed with the
    /// buyer, that is on it as on everything else.
    #[serde(default = "untaxed")]
    pub tax_category: TaxCategory,
    /// On which document it is.
    #[serde(default)]
    pub document: FeeDocument,
}

impl LateFee {
    /// A fee outside of taxes, on the next invoice.
    #[must_use]
    pub const fn new(amounts: Vec<Money>, percent: Option<Decimal>) -> Self {
        Self {
            amounts,
            percent,
            tax_category: untaxed(),
            document: FeeDocument::NextInvoice,
        }
    }
}

const fn untaxed() -> TaxCategory {
    TaxCategory::Exempt
}

/// One step: so many days after the due date, do this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DunningStep {
    /// Days after the due date.
    pub after_days: u16,
    /// What to do.
    pub action: DunningAction,
    /// How much the buyer has to owe past due with the seller, one amount for a currency; in other currencies, whatever it is. A
    /// step whose amount is not reached on its day is passed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at_least: Vec<Money>,
    /// What is charged, by a step that charges a fee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<LateFee>,
}

impl DunningStep {
    /// A step that is taken whatever is owed.
    #[must_use]
    pub const fn new(after_days: u16, action: DunningAction) -> Self {
        Self {
            after_days,
            action,
            at_least: Vec::new(),
            fee: None,
        }
    }
}

/// What a seller does about buyers who do not pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DunningPolicy {
    /// The steps, in the order of their days.
    pub steps: Vec<DunningStep>,
    /// What becomes of orders beyond the credit limit, and of those of a buyer whose orders are held.
    #[serde(default)]
    pub beyond_credit: BeyondCredit,
}

impl Default for DunningPolicy {
    /// Reminders on day 3 and 7, suspension on day 10, termination on day 30.
    fn default() -> Self {
        Self {
            steps: vec![
                DunningStep::new(3, DunningAction::Remind),
                DunningStep::new(7, DunningAction::Remind),
                DunningStep::new(10, DunningAction::Suspend),
                DunningStep::new(30, DunningAction::Terminate),
            ],
            beyond_credit: BeyondCredit::Refuse,
        }
    }
}

/// A step that was taken for an invoice; the payload of the event `invoice.overdue`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Overdue {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// Its number.
    pub number: String,
    /// Who is owed.
    pub seller_id: AccountId,
    /// Who owes.
    pub buyer_id: AccountId,
    /// When it was due.
    #[schema(value_type = String, format = Date)]
    pub due_on: Date,
    /// What is still owed.
    pub open: Money,
    /// The number of the step, from 1.
    pub stage: i64,
    /// What is to be done.
    pub action: DunningAction,
    /// The late fee that was charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Money>,
}

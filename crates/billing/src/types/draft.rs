//! Invoices that are looked at before they are issued.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Date, Money, Timestamp,
    id::{AccountId, DraftId},
};
use utoipa::ToSchema;

use super::{DocumentKind, DocumentLine, TaxLine};

/// How a seller looks over what billing runs bill before it becomes documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewPolicy {
    /// Whether drafts are made; without, documents are issued at once.
    pub review: bool,
    /// After how many days a draft is issued by itself, 0 for the next run; never when left out.
    #[serde(default)]
    pub grace_days: Option<u16>,
}

/// Why something is not issued by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvoiceHold {
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}

/// A buyer for whom nothing is issued by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldBuyer {
    /// Who.
    pub buyer_id: AccountId,
    /// Why.
    #[serde(flatten)]
    pub hold: InvoiceHold,
}

/// That something waits for a tax engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaxWaitNote {
    /// Since when.
    pub since: Timestamp,
    /// What went wrong the last time that it was asked; none before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What waits between a seller and a buyer for the seller's tax engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaxWait {
    /// Who sells.
    pub seller_id: AccountId,
    /// Who buys.
    pub buyer_id: AccountId,
    /// In which currency.
    pub currency: Currency,
    /// The draft that waits; none when it was issued or dropped meanwhile.
    pub draft_id: Option<DraftId>,
    /// Since when.
    pub since: Timestamp,
    /// How often the engine was asked without a usable answer.
    pub attempts: i64,
    /// When that was for the last time.
    pub asked_at: Option<Timestamp>,
    /// What went wrong then.
    pub problem: Option<String>,
}

/// What stands on top of a draft. It has no number, is in nobody's books, and its buyer does not see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InvoiceDraftSummary)]
pub struct DraftSummary {
    /// Its id.
    pub id: DraftId,
    /// Who will issue it.
    pub seller_id: AccountId,
    /// Who will receive it.
    pub buyer_id: AccountId,
    /// In which currency.
    pub currency: Currency,
    /// When it was made.
    #[schema(value_type = String, format = Date)]
    pub begun_on: Date,
    /// The day on which it is issued by itself; never when left out.
    #[schema(value_type = Option<String>, format = Date)]
    pub issue_on: Option<Date>,
    /// Why it is not issued by itself.
    pub hold: Option<InvoiceHold>,
    /// Why nothing of its buyer is.
    pub account_hold: Option<InvoiceHold>,
    /// Since when it waits for a tax engine, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_wait: Option<TaxWaitNote>,
    /// How many charges are on it.
    pub charges: i64,
    /// What they come to, each rounded on its own; tax comes on top.
    pub about: Money,
}

/// A draft with its lines as they are now: what arrives until it is issued is on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InvoiceDraft)]
pub struct Draft {
    /// The head.
    #[serde(flatten)]
    pub summary: DraftSummary,
    /// What it would be if it were issued today.
    pub kind: DocumentKind,
    /// How many documents it becomes: one, and one for each subscription that its buyer wants invoiced by itself.
    pub documents: u64,
    /// The lines, in order.
    pub lines: Vec<DocumentLine>,
    /// Without tax.
    pub net: Money,
    /// Tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
    /// Tax per rate.
    pub tax_summary: Vec<TaxLine>,
    /// When it would be due if it were issued today.
    #[schema(value_type = String, format = Date)]
    pub due_on: Date,
}

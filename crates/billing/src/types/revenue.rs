//! What is billed in advance, and when it becomes revenue.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Date, Money, calendar::Period, id::InvoiceId, text_enum};
use utoipa::ToSchema;

use super::DocumentKind;

text_enum! {
    /// When a seller's books have what it bills as sales.
    pub enum Recognition("recognition") {
        /// With the document.
        AtIssue = "at_issue",
        /// By the day of the time it is for: at the end of each month, what is not earned yet is booked as deferred.
        OverTime = "over_time",
    }
}

/// When a seller's books have what it bills as sales.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevenuePolicy {
    /// When.
    pub recognition: Recognition,
    /// First day of the month from which on it is booked so.
    #[schema(value_type = String, format = Date)]
    pub since: Date,
}

/// What was deferred, billed and recognised in a month, in one currency. What is deferred at its end is what was at its start and
/// what was billed, less what was recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevenueMonth {
    /// First day of the month.
    #[schema(value_type = String, format = Date)]
    pub month: Date,
    /// Billed before and not earned by then.
    pub deferred_start: Money,
    /// Invoices less credit notes, without tax.
    pub billed: Money,
    /// Earned.
    pub recognised: Money,
    /// Not earned yet.
    pub deferred_end: Money,
    /// What the books have as deferred at its end; none where the month is not booked.
    pub booked: Option<Money>,
}

/// Which months are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevenueAsk {
    /// Whose.
    pub seller_id: tradewind_kernel::id::AccountId,
    /// Any day of the first month; the fifth before the current one when left out.
    pub from: Option<Date>,
    /// How many; twelve when left out.
    pub months: Option<u32>,
}

/// A line of a document as far as revenue goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevenueLine {
    /// The document.
    pub document_id: InvoiceId,
    /// Its number.
    pub number: String,
    /// Whether it asks for money or gives it back.
    pub kind: DocumentKind,
    /// Day of issue.
    pub issued_on: Date,
    /// Number of the line.
    pub no: i64,
    /// In words.
    pub description: String,
    /// What time it is for.
    pub period: Period,
    /// Without tax; negative for what is given back.
    pub net: Money,
}

/// A line in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevenueShare {
    /// The line.
    pub line: RevenueLine,
    /// Recognised before the month.
    pub before: Money,
    /// Recognised in it.
    pub recognised: Money,
    /// Not recognised at its end.
    pub deferred: Money,
}

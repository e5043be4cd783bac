//! How a book is kept: the chart of its accounts, the months that are closed, the chain of its entries.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Date, Timestamp, text_enum};
use utoipa::ToSchema;

/// An account, or all that begin like it, with the number and name that the owner of a book has given it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LedgerChartAccount)]
pub struct ChartAccount {
    /// The account, `assets:bank`, or the beginning of several, `assets:receivable`.
    pub account: String,
    /// Its number: letters and digits, unique in the book; empty when it has none.
    pub code: String,
    /// Its name; empty where the number says enough.
    #[serde(default)]
    pub name: String,
}

text_enum! {
    /// What was done with a month.
    pub enum ClosingAct("act") {
        /// Nothing is booked into it any more.
        Close = "close",
        /// It was opened again.
        Reopen = "reopen",
    }
}

/// A month that was closed, or opened again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LedgerClosing)]
pub struct Closing {
    /// Its number in the book.
    pub no: i64,
    /// First day of the month.
    #[schema(value_type = String, format = Date)]
    pub month: Date,
    /// What was done.
    pub act: ClosingAct,
    /// Why; may be empty for a closing.
    pub reason: String,
    /// Who did it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The last entry of the chain at that moment.
    pub sequence: i64,
    /// Its hash, in 64 hexadecimal digits.
    pub hash: String,
}

/// How far a book is closed and sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LedgerBook)]
pub struct BookState {
    /// The last day into which nothing is booked any more.
    #[schema(value_type = Option<String>, format = Date)]
    pub closed_until: Option<Date>,
    /// First day of the month that can be closed next; none as long as it is not over, or nothing is booked.
    #[schema(value_type = Option<String>, format = Date)]
    pub next_month: Option<Date>,
    /// How many entries are sealed: the number of the last.
    pub sealed: i64,
    /// The hash of the last, in 64 hexadecimal digits; zeros before the first.
    pub hash: String,
    /// How many entries wait to be sealed.
    pub waiting: i64,
    /// What was closed and opened again, the latest first.
    pub closings: Vec<Closing>,
}

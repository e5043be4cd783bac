//! What is owed in other currencies than that of a book, and what is won or lost when it is paid.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Date, Decimal, Money,
    id::{AccountId, TransactionId},
};
use utoipa::ToSchema;

use super::EntryKind;

/// The currency in which a book is valued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BookCurrency {
    /// Which; without one, nothing is valued.
    pub currency: Option<Currency>,
    /// First day of the month from which on it is. What is owed by then counts at the rate of this day.
    #[schema(value_type = String, format = Date)]
    pub since: Date,
}

/// What was won and lost in a month by paying what was owed in other currencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CurrencyMonth {
    /// First day of the month.
    #[schema(value_type = String, format = Date)]
    pub month: Date,
    /// Won, in the currency of the book.
    pub gain: Money,
    /// Lost.
    pub loss: Money,
    /// What the books have of it: won less lost; none where the month is not booked. What was booked late into a month that was
    /// booked already is booked with the next.
    pub booked: Option<Money>,
}

/// Which months are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrencyAsk {
    /// Whose.
    pub book_id: AccountId,
    /// Any day of the first month; the fifth before the current one when left out.
    pub from: Option<Date>,
    /// How many; twelve when left out.
    pub months: Option<u32>,
}

/// A posting in another currency than that of its book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignPosting {
    /// The day that its entry counts for.
    pub posted_on: Date,
    /// The entry.
    pub entry: TransactionId,
    /// Its place in the entry.
    pub no: i64,
    /// What the entry records.
    pub kind: EntryKind,
    /// The document or payment behind it.
    pub document_id: String,
    /// The account of the book, as in the ledger.
    pub account: String,
    /// Debit (positive) or credit (negative).
    pub amount: Money,
}

/// What was won or lost by one posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrencyDifference {
    /// The posting.
    pub posting: ForeignPosting,
    /// As much of it as settled what was owed, in its own currency, debits positive.
    pub settled: Money,
    /// The rate of its day.
    pub rate: Decimal,
    /// What it stood for in the book until then.
    pub carried: Money,
    /// Won (positive) or lost (negative), in the currency of the book.
    pub difference: Money,
}

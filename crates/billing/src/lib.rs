//! Charges, invoices, ledger, payments and dunning.
//!
//! A charge is an immutable fact: one leg of a sale owes an exact amount for something. Charges become lines of
//! documents, where each line is rounded once; documents and payments post balanced entries to the books of those who
//! sell. What is not settled waits as an open charge.

mod migrations;
pub mod rules;
pub mod service;
mod store;
pub mod types;

use tradewind_platform::db::Stmt;

pub use migrations::MIGRATIONS;

/// Every statement of this room, for the check on both engines.
#[must_use]
pub fn statements() -> Vec<&'static Stmt> {
    store::statements()
}

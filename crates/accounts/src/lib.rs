//! Who takes part: the account tree and its closure table, the terms between neighbours, people with their roles,
//! sessions and API keys.
//!
//! The tree is provider → distributor/reseller (any depth) → customer, with vendors beside it. Everybody sees what
//! stands at or below their own account; terms belong to the seller; people act with the roles they hold at one
//! account at a time.

mod migrations;
mod passwords;
pub mod rules;
pub mod service;
mod store;
pub mod types;

pub use migrations::MIGRATIONS;
pub use passwords::{PasswordCost, Passwords};
use tradewind_platform::Stmt;

/// Kind of the job that mails a single-use link; its payload is a [`types::TokenMail`].
pub const MAIL_JOB: &str = "mail.token";

/// All statements of this room, for the check on both engines.
#[must_use]
pub fn statements() -> Vec<&'static Stmt> {
    store::statements()
}

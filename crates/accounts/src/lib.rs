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

/// The rows that belong to the account of a context's principal or to one below it: a [`tradewind_platform::db::Scope`]
/// for the list's query, from the column with the account's id.
///
/// ```
/// # fn scope(ctx: &tradewind_platform::OpCtx) -> tradewind_platform::db::Scope {
/// tradewind_accounts::below!("o.customer_id", ctx)
/// # }
/// ```
#[macro_export]
macro_rules! below {
    ($column:literal, $ctx:expr) => {
        ::tradewind_platform::db::Scope::only(
            concat!(
                $column,
                " IN (SELECT account_id FROM account_path WHERE realm_id = ? AND ancestor_id = ?)"
            ),
            ::tradewind_platform::args![$ctx.realm, $ctx.principal.account],
        )
    };
}

/// All statements of this room, for the check on both engines.
#[must_use]
pub fn statements() -> Vec<&'static Stmt> {
    store::statements()
}

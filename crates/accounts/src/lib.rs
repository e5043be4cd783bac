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
/// for the list's query, from the column with the account's id, named with its table. Below a provider or distributor is
/// much of everything: their lists are read in their order, and each row is looked at. Others' rows are found by
/// their accounts.
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
            if $crate::has_many_below($ctx.principal.account_kind) {
                concat!(
                    "EXISTS (SELECT 1 FROM account_path below WHERE below.realm_id = ? AND below.ancestor_id = ? AND below.account_id = ",
                    $column,
                    ")"
                )
            } else {
                concat!(
                    $column,
                    " IN (SELECT account_id FROM account_path WHERE realm_id = ? AND ancestor_id = ?)"
                )
            },
            ::tradewind_platform::args![$ctx.realm, $ctx.principal.account],
        )
    };
}

/// Whether accounts of this kind usually have much of a realm below them, which decides how their lists are read.
#[must_use]
pub fn has_many_below(kind: tradewind_policy::AccountKind) -> bool {
    use tradewind_policy::AccountKind::{Distributor, Provider};
    matches!(kind, Provider | Distributor)
}

/// All statements of this room, for the check on both engines.
#[must_use]
pub fn statements() -> Vec<&'static Stmt> {
    store::statements()
}

//! The tables of this room; nobody else touches them.

pub(crate) mod access;
pub(crate) mod delivery;
pub(crate) mod webhook;

use tradewind_kernel::filter::{Filter, Sort};
use tradewind_kernel::id::{AccountId, RealmId};
use tradewind_kernel::page::PageRequest;
use tradewind_platform::db::Stmt;

/// A checked list query, and for whom.
pub(crate) struct Listing<'a> {
    pub(crate) realm: RealmId,
    /// The account that asks.
    pub(crate) viewer: AccountId,
    pub(crate) filter: Filter,
    pub(crate) sort: Sort,
    pub(crate) page: &'a PageRequest,
}

/// Every statement of this room, for the check on both engines.
#[must_use]
pub fn statements() -> Vec<&'static Stmt> {
    [
        access::statements(),
        delivery::statements(),
        webhook::statements(),
    ]
    .concat()
}

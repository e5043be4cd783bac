//! The tables of this room; nobody else touches them.

pub(crate) mod bundle;
pub(crate) mod discount;
pub(crate) mod moment;
pub(crate) mod order;
pub(crate) mod pause;
pub(crate) mod quantity;
pub(crate) mod quote;
pub(crate) mod record;
pub(crate) mod subscription;
pub(crate) mod take_over;

use tradewind_platform::db::Stmt;

/// Every statement of this room, for the check on both engines.
#[must_use]
pub fn statements() -> Vec<&'static Stmt> {
    [
        bundle::statements(),
        bundle::bulk_statements(),
        discount::statements(),
        order::statements(),
        order::bulk_statements(),
        pause::statements(),
        quote::statements(),
        quantity::statements(),
        quantity::bulk_statements(),
        record::statements(),
        record::bulk_statements(),
        subscription::statements(),
        take_over::bulk_statements(),
    ]
    .concat()
}

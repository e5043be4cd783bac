//! The tables of this room; nobody else touches them.

pub(crate) mod cancel;
pub(crate) mod due;
pub(crate) mod held;
pub(crate) mod import;
pub(crate) mod late;
pub(crate) mod record;
pub(crate) mod total;

use tradewind_platform::db::Stmt;

/// Every statement of this room, for the check on both engines.
#[must_use]
pub fn statements() -> Vec<&'static Stmt> {
    [
        cancel::statements(),
        cancel::bulk_statements(),
        due::statements(),
        due::bulk_statements(),
        held::statements(),
        held::bulk_statements(),
        import::statements(),
        late::statements(),
        late::bulk_statements(),
        record::statements(),
        record::bulk_statements(),
        total::statements(),
        total::bulk_statements(),
    ]
    .concat()
}

//! Which taxes a sale bears.
//!
//! A seller may agree the tax of a trade by hand, or have it decided by place: from its registrations, from who buys and
//! where, from the category of what is sold and the date of supply. Rates are dated rows with their source; the files in
//! `data/` come with the program, and a realm adds its own. How tax is computed on a document stands in
//! [`tradewind_pricing::tax`]; here is decided which.

mod migrations;
pub mod rules;
pub mod service;
mod store;
pub mod types;

pub use migrations::MIGRATIONS;

/// All statements of this room, for the check on both engines.
#[must_use]
pub fn statements() -> Vec<&'static tradewind_platform::Stmt> {
    [
        store::statements(),
        store::bulk_statements(),
        store::engine::statements(),
    ]
    .concat()
}

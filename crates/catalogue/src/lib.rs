//! Products, plans, items, parameters, price books and their revisions.

mod cache;
mod migrations;
pub mod rules;
pub mod service;
mod store;
pub mod types;

pub use migrations::MIGRATIONS;

/// Every statement of the room, for the check on both engines.
#[must_use]
pub fn statements() -> Vec<&'static tradewind_platform::db::Stmt> {
    store::statements()
}

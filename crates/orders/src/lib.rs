//! Quotes, orders, approvals and subscriptions with their commercial state.
//!
//! This room knows what an order consists of and which moves are possible. What happens after which move is a process
//! that crosses rooms and is decided by the flows.

pub mod billing;
mod migrations;
pub mod rules;
pub mod service;
mod store;
pub mod types;

pub use migrations::MIGRATIONS;
pub use store::statements;

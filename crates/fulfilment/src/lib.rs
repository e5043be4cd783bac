//! Delivery of what was sold: deliveries, vendor endpoints, webhooks and access data.
//!
//! A delivery is a piece of work at a vendor. Vendors hear of it by webhooks (or see it in their task queue), read what is
//! wanted, do it, write access data and report how it ended. Everyone concerned can watch all of it.

mod migrations;
pub mod rules;
pub mod service;
mod store;
pub mod types;

pub use migrations::MIGRATIONS;
pub use store::statements;

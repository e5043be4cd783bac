//! Meters, usage ingest, corrections and aggregates.
//!
//! A usage record counts once, by its source and its id there. Records add up to cumulative totals per subscription,
//! meter, calendar month and group; each ingest that touches a total gives it a new version, and the records carry the
//! version that first contained them. So "what came since version 4" is exact, without marking records and without a
//! cursor that could miss a late commit.

mod migrations;
pub mod rules;
pub mod service;
mod store;
pub mod types;

pub use migrations::MIGRATIONS;
pub use store::statements;

//! Test application, throw-away databases, simulated clock and auditor.

mod db;
mod platform;

pub use db::{POSTGRES_VARIABLE, TestDb};
pub use platform::{START, TestPlatform, check_statements, each_engine, each_platform};

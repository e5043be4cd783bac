//! Test application, throw-away databases, simulated clock and auditor.

mod auditor;
mod db;
mod exact;
mod fines;
mod payouts;
mod platform;

pub use auditor::{Ahead, Audited, Auditor, LegPrices};
pub use db::{POSTGRES_VARIABLE, TestDb};
pub use exact::Exact;
pub use fines::Fines;
pub use payouts::{Payout, Payouts};
pub use platform::{START, TestPlatform, check_statements, each_engine, each_platform};

//! Test application, throw-away databases, simulated clock and auditor.

mod auditor;
mod db;
mod exact;
mod fines;
mod payouts;
mod platform;
mod purse;

pub use auditor::{Ahead, Audited, Auditor, LegPrices, Tiers};
pub use db::{POSTGRES_VARIABLE, TestDb};
pub use exact::Exact;
pub use fines::Fines;
pub use payouts::{Payout, Payouts};
pub use platform::{START, TestPlatform, check_statements, each_engine, each_platform};
pub use purse::{GoesTo, Purse};

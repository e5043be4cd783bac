//! What billing decides, without IO, clock or floats.

pub mod bank;
pub mod change;
pub mod credit;
pub mod discount;
pub mod document;
pub mod draft;
pub mod dunning;
pub mod dunning_pause;
pub mod export;
pub mod fee;
mod grant;
pub mod ledger;
pub mod line;
pub mod period;
pub mod phases;
pub mod pool;
pub mod preview;
pub mod prices;
pub mod renewal;
pub mod repair;
pub mod replay;
pub mod retry;
pub mod run;
pub mod statement;
pub mod usage;
pub mod wallet;
pub mod write_off;

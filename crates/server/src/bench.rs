//! What `tradewind bench` measures: worlds of any size, filled through the services or taken over in bulk, and loads on
//! them. Everything measured is the real thing; only the seeding takes short cuts.

mod baseline;
mod bill;
mod clients;
mod figures;
mod ingest;
mod load;
mod pages;
mod place;
mod preview;
mod process;
mod rate;
mod repair;
mod sales;
mod seed;
mod shelf;
mod web;
mod world;

pub(crate) use bill::{BillPlan, bill};
pub(crate) use ingest::{IngestPlan, ingest};
pub(crate) use place::Place;
pub(crate) use preview::preview;
pub(crate) use rate::rate_prices;
pub(crate) use repair::repair;
pub(crate) use seed::{SeedPlan, seed};
pub(crate) use web::{WebPlan, web};

/// Told about every step: what it is, how much of it is done, and of how much.
pub(crate) type Progress<'a> = &'a (dyn Fn(&str, u64, u64) + Sync);

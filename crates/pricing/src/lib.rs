//! Price models, proration, discounts, tax arithmetic, rounding and allocation.
//!
//! Everything here is a pure function of its arguments: no IO, no clock, no floats. What well-known billing engines do
//! differently from each other is a policy (a serde value that is stored with the terms of a sale), never a constant.
//!
//! The way of an amount: a [`PriceModel`] and a [`Usage`] give an exact amount ([`rate()`]), a [`proration`] gives
//! the share of a period, [`discount`]s and [`tax`] are computed on lines, and only then is anything rounded, once, by
//! name ([`rounding`]).

pub mod aggregate;
pub mod aggregation;
pub mod commitment;
pub mod credit;
pub mod cumulative;
pub mod cycles;
pub mod discount;
pub mod model;
pub mod prepaid;
pub mod proration;
pub mod rate;
pub mod recurring;
pub mod repair;
pub mod rounding;
pub mod tax;

pub use aggregation::Aggregation;
pub use model::{
    MatrixRow, Package, PriceKind, PriceModel, PricePlaces, Purpose, Step, Tier, TierBounds,
    ZeroUsage,
};
pub use prepaid::Prepaid;
pub use proration::{Direction, ProrationPolicy, ProrationTerms, Ratio};
pub use rate::{Cell, Part, PartKind, Rated, Settle, Usage, rate, total};

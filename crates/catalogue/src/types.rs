//! The nouns of the catalogue: products with their plans, price books with their revisions, frozen terms, offers.

mod billing_days;
mod cancellation;
mod commitment;
mod index;
mod input;
mod offer;
mod period_zone;
mod phases;
mod price;
mod product;
mod shelf;
mod suspension;
mod terms;

pub use billing_days::*;
pub use cancellation::*;
pub use commitment::*;
pub(crate) use index::PriceIndex;
pub use input::*;
pub use offer::*;
pub use period_zone::*;
pub use phases::{Introduced, Introduction, PriceIncrease, Raised};
pub(crate) use phases::{introduction_field, not_recurring};
pub use price::*;
pub use product::*;
pub(crate) use shelf::Shelf;
pub use suspension::*;
pub use terms::*;

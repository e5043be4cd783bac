//! Which taxes a sale bears: pure decisions.

mod check;
mod decide;
mod file;
pub(crate) mod places;
mod rates;

pub use check::{check_certificate, check_country, check_profile};
pub use decide::{BuyerFacts, SellerFacts, Taxer};
pub use file::{parse, write};
pub use places::{Place, in_eu_vat, place_name};
pub use rates::Rates;

//! Which taxes a sale bears: pure decisions.

mod check;
mod decide;
mod engine;
mod file;
pub(crate) mod places;
mod rates;

pub use check::{check_certificate, check_country, check_profile};
pub use decide::{BuyerFacts, SellerFacts, Taxer};
pub use engine::{
    Item, Sides, VERSION, WITH_INVOICE, check_engine, digest, supplied_on, taxed, understood,
    with_invoice,
};
pub use file::{parse, write};
pub use places::{Place, in_eu_vat, place_name};
pub use rates::Rates;

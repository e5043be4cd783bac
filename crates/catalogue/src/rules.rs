//! The decisions of the catalogue: what may be written into it, what an order may ask for, what anything costs.

mod configuration;
mod drafts;
mod offers;
mod resolve;
mod revisions;
mod shown;

pub use configuration::{Configuration, check_configuration};
pub(crate) use drafts::{
    check_category, check_item, check_parameter, check_plan, check_price_book, check_product,
    check_publishable,
};
pub(crate) use offers::{Entry, card, list_offers};
pub(crate) use resolve::resolve_plan;
pub use resolve::{BookOnDay, Rates, Tier};
pub(crate) use revisions::{Placed, buys_markup, check_effective, check_listings, current, state};
pub(crate) use shown::{from_price, offer_prices, per_month};

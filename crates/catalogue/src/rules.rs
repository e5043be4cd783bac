//! The decisions of the catalogue: what may be written into it, what an order may ask for, what anything costs.

mod configuration;
mod correct;
mod drafts;
#[cfg(test)]
mod fixture;
mod offers;
mod packages;
mod rate_file;
mod rates;
mod renew;
mod resolve;
mod revisions;
mod shown;

pub use configuration::{Configuration, check_configuration, check_quantities};
pub use correct::{Named, check_negotiated, corrected, negotiated};
pub(crate) use drafts::{
    check_category, check_item, check_meter_free, check_parameter, check_plan, check_price_book,
    check_product, check_publishable,
};
pub(crate) use offers::{Entry, card, list_offers, list_products};
pub use packages::pick_packages;
pub(crate) use rate_file::read as read_rates;
pub(crate) use rates::{RATE_PLACES, check_rate};
pub use renew::{Turn, renewed, switched};
pub(crate) use resolve::resolve_plan;
pub use resolve::{BookOnDay, Rates, Tier};
pub(crate) use revisions::{
    Seller, buys_markup, check_effective, check_introductions, check_listings, check_policies,
    current, state,
};
pub(crate) use shown::{
    buying_prices, from_price, offer_prices, offered_introduction, per_month, seller_prices,
};

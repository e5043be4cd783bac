//! The use cases of the catalogue.

mod books;
mod ladder;
mod load;
mod market;
mod offers;
mod parties;
mod plans;
mod preview;
mod products;
mod rates;
mod terms;

pub use books::{
    price_book_assign, price_book_assign_in, price_book_create, price_book_create_in,
    price_book_get, price_book_list, price_book_update, revision_create, revision_create_in,
};
pub use offers::{offer, offers};
pub use plans::{
    item_create, item_create_in, item_update, parameter_create, parameter_create_in,
    parameter_update, plan_create, plan_create_in, plan_update,
};
pub use preview::revision_preview;
pub use products::{
    category_create, category_create_in, category_list, category_update, product_create,
    product_create_in, product_get, product_list, product_of, product_publish, product_publish_in,
    product_update, product_withdraw, products_of, unknown_items, unknown_plans,
};
pub use rates::{
    rate_import, rate_import_allowed, rate_list, rate_on, rate_set, rate_set_in, rates_around,
};
pub use terms::{
    leg_terms, leg_terms_with, renewed_terms, revision_days, terms_id, terms_load, terms_load_many,
    terms_store,
};

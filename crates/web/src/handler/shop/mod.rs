//! The shop: catalogue, products, ordering.

mod bundles;
mod catalogue;
mod checkout;
mod legal;
mod product;

use axum::{
    Router,
    routing::{get, post},
};

pub(super) use bundles::priced;
pub(super) use checkout::card_name;

/// Its routes.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/", get(catalogue::list))
        .route("/s/{slug}", get(catalogue::choose))
        .route("/bundles/{slug}", get(bundles::show))
        .route("/bundles/{slug}/order", post(bundles::order))
        .route(
            "/bundles/checkout/{quote}",
            get(bundles::checkout).post(bundles::place),
        )
        .route("/products/{slug}", get(product::show))
        .route("/products/{slug}/price", post(product::price))
        .route("/products/{slug}/order", post(product::order))
        .route("/products/{slug}/terms", get(legal::terms))
        .route(
            "/checkout/{quote}",
            get(checkout::show).post(checkout::place),
        )
        .route("/checkout/placed/{order}", get(checkout::placed))
        .route("/legal/imprint", get(legal::imprint))
}

//! Pages of vendors: the task queue is their home; the rest they have like sellers.

use axum::Router;
use axum::routing::get;

use super::panel::{shared, tasks};
use super::settlements;

/// Their routes.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/vendor", get(tasks::list))
        .route("/vendor/settlements", get(settlements::list))
        .route("/vendor/settlements/{id}", get(settlements::show))
        .route("/vendor/settlements/{id}/pdf", get(settlements::pdf))
        .route(
            "/vendor/settlements/{id}/papers/{kind}",
            get(settlements::paper),
        )
        .route(
            "/vendor/settlements/{id}/charges.csv",
            get(settlements::csv),
        )
        .merge(shared("/vendor"))
}

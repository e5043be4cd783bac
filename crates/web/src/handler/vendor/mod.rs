//! Pages of vendors: the task queue is their home; the rest they have like sellers.

use axum::Router;
use axum::routing::get;

use super::panel::{shared, tasks};

/// Their routes.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/vendor", get(tasks::list))
        .merge(shared("/vendor"))
}

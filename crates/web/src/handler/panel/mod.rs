//! Pages of sellers and vendors.

use axum::Router;

/// Their routes.
pub(super) fn routes() -> Router {
    Router::new()
}

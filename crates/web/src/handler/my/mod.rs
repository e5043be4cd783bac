//! Soon.
use axum::Router;
pub(super) fn routes() -> Router {
    Router::new()
}

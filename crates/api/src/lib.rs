//! The REST API `/api/v1` and its description.
//!
//! Every resource is one file in [`v1`]: request in, use case, answer out. What all of them share is here: who calls
//! and in which realm ([`auth`]), strict bodies and list parameters ([`extract`]), answers with their headers
//! ([`reply`]), refusals as problem documents ([`problem`]), limits and headers around everything ([`layers`]).

pub mod auth;
pub mod extract;
mod health;
pub mod layers;
pub mod limit;
pub mod openapi;
pub mod problem;
mod reference;
pub mod reply;
mod state;
mod upload;
pub mod v1;

pub use auth::{Anyone, Caller, Vouched};
use axum::{Router, routing::any};
pub use problem::{ApiResult, Problem};
pub use state::{ApiConfig, ApiState};
use utoipa_axum::router::OpenApiRouter;

/// The API with health checks, ready to be served or merged into a larger router.
pub fn router(state: ApiState) -> Router {
    let (api, document) = described().split_for_parts();
    let api = api
        .merge(health::router(&document))
        // Below /api, what is not there is a problem document, whatever the pages beside the API answer.
        .route("/api/{*path}", any(problem::no_such_path))
        .method_not_allowed_fallback(problem::method_not_allowed);
    layers::around(api, &state).with_state(state)
}

/// The description of the API, OpenAPI 3.1.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    described().into_openapi()
}

fn described() -> OpenApiRouter<ApiState> {
    let routes = OpenApiRouter::with_openapi(openapi::base()).nest("/api/v1", v1::router());
    let (router, mut document) = routes.split_for_parts();
    openapi::complete(&mut document);
    let mut described = OpenApiRouter::from(router);
    *described.get_openapi_mut() = document;
    described
}

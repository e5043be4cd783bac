//! Whether the server lives, whether it can work, what it measures, and the description of the API.

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::header;
use tradewind_kernel::Error;
use utoipa::openapi::OpenApi;

use crate::{
    problem::{ApiResult, Problem},
    reference,
    state::ApiState,
};

pub(crate) fn router(document: &OpenApi) -> Router<ApiState> {
    // Written out once: routes are copied with all that they hold.
    let json = axum::body::Bytes::from(serde_json::to_vec(document).unwrap_or_default());
    Router::new()
        .merge(reference::router(document))
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route(
            "/api/v1/openapi.json",
            get(move || {
                let kind = [(header::CONTENT_TYPE, "application/json")];
                let json = json.clone();
                async move { (kind, json) }
            }),
        )
}

/// The process answers.
async fn alive() -> &'static str {
    "ok\n"
}

/// The database answers too.
async fn ready(State(state): State<ApiState>) -> ApiResult<&'static str> {
    match state.platform.realms().await {
        Ok(_) => Ok("ok\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            Err(Problem::from(Error::unavailable(
                "the database does not answer",
            )))
        }
    }
}

/// What was measured, in the text form of Prometheus.
async fn metrics(State(state): State<ApiState>) -> Response {
    let text = state.platform.metrics().render();
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (kind, text).into_response()
}

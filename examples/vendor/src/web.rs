//! What the vendor's service answers: signed events from the platform, and its customers' workspaces.

use crate::signature::Verifier;
use crate::tenants::{TenantState, Tenants};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State as Extracted};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::Notify;

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) verifier: Verifier,
    pub(crate) tenants: Arc<Tenants>,
    pub(crate) nudge: Arc<Notify>,
}

/// All routes of the service.
pub(crate) fn router(state: State) -> Router {
    Router::new()
        .route("/webhooks", post(webhook))
        .route("/workspaces/{subscription}", get(workspace))
        .route("/guide", get(guide))
        .route("/healthz", get(|| async { "ok" }))
        .with_state(state)
}

/// Acknowledges at once and leaves the work to the worker: the platform waits only briefly for an answer.
async fn webhook(Extracted(state): Extracted<State>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX));
    let verified = state.verifier.verify(
        header("webhook-id"),
        header("webhook-timestamp"),
        header("webhook-signature"),
        &body,
        now,
    );
    if let Err(error) = verified {
        return (StatusCode::UNAUTHORIZED, error.to_string()).into_response();
    }
    state.nudge.notify_one();
    StatusCode::NO_CONTENT.into_response()
}

async fn workspace(
    Extracted(state): Extracted<State>,
    Path(subscription): Path<String>,
) -> Response {
    let Some(tenant) = state.tenants.get(&subscription) else {
        return (
            StatusCode::NOT_FOUND,
            page(
                "No such workspace",
                "This workspace does not exist or has been removed.",
            ),
        )
            .into_response();
    };
    if tenant.state == TenantState::Suspended {
        return (
            StatusCode::FORBIDDEN,
            page(
                "Suspended",
                "This workspace is suspended. Its data is kept.",
            ),
        )
            .into_response();
    }
    let quantities: Vec<String> = tenant
        .quantities
        .iter()
        .map(|(code, quantity)| format!("{quantity} {code}"))
        .collect();
    let text = format!("Plan {}: {}.", tenant.plan, quantities.join(", "));
    page(&tenant.name, &text).into_response()
}

async fn guide() -> Html<String> {
    page(
        "Guide",
        "Invite your colleagues from the workspace's settings; each of them takes one seat.",
    )
}

fn page(title: &str, text: &str) -> Html<String> {
    let (title, text) = (escape(title), escape(text));
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <body><h1>{title}</h1><p>{text}</p></body></html>"
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

//! What surrounds every route: request ids, problem documents, panics caught, security headers, limits, measures.

use std::{
    any::Any,
    sync::{Arc, OnceLock},
    time::Instant,
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, header};
use tower_http::catch_panic::CatchPanicLayer;
use tradewind_kernel::{Error, Locale, id::RequestId};

use crate::{
    auth::asked_language,
    problem::{self, Problem},
    state::ApiState,
};

/// The header with the id of a request, on every answer.
pub const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The language of a signed-in person, told by whoever finds out who calls: what is refused after that is said in it.
#[derive(Clone, Default)]
pub(crate) struct Spoken(Arc<OnceLock<Locale>>);

impl Spoken {
    /// Tells it; the first to do so is right.
    pub(crate) fn set(&self, locale: Locale) {
        // A request has one caller: told again, it is the same.
        let _ = self.0.set(locale);
    }

    fn get(&self) -> Option<Locale> {
        self.0.get().copied()
    }
}

/// Puts the layers around routes. Answers that carry a [`Problem`] are written out here.
pub fn around(routes: Router<ApiState>, state: &ApiState) -> Router<ApiState> {
    routes
        .fallback(problem::no_such_path)
        .layer(DefaultBodyLimit::max(state.config.body_limit))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(state.clone(), finish))
}

#[allow(clippy::needless_pass_by_value)] // the signature is the layer's
fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let text = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("without a message");
    Problem::from(Error::internal(format!("panicked: {text}"))).into_response()
}

async fn finish(State(state): State<ApiState>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = RequestId::generate();
    request.extensions_mut().insert(id);
    let method = request.method().clone();
    let spoken = Spoken::default();
    request.extensions_mut().insert(spoken.clone());
    let asked = asked_language(request.headers());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    let id = id.to_string();
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let allow = response.headers_mut().remove(header::ALLOW);
        let locale = asked.or_else(|| spoken.get()).unwrap_or(Locale::En);
        response = problem.render(&id, locale);
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
    let metrics = state.platform.metrics();
    let labels = [("method", method.as_str()), ("route", route.as_str())];
    metrics.took("tradewind_http_request_seconds", &labels, started.elapsed());
    let status = response.status().as_u16().to_string();
    metrics.count(
        "tradewind_http_requests_total",
        &[labels[0], labels[1], ("status", &status)],
        1,
    );
    secure(&mut response, &id);
    response
}

/// Headers that keep browsers from doing what an API never needs.
fn secure(response: &mut Response, request_id: &str) {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    // Answers are for one caller and one moment.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::try_from(request_id) {
        headers.insert(REQUEST_ID_HEADER, id);
    }
}

//! Style sheets, scripts, icons and fonts.

use axum::{
    Router,
    extract::Path,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::{assets, brand};

pub(super) fn routes() -> Router {
    Router::new()
        .route("/assets/{hash}/{*path}", get(asset))
        .route("/favicon.ico", get(favicon))
}

const NO_SNIFFING: (HeaderName, HeaderValue) = (
    header::X_CONTENT_TYPE_OPTIONS,
    HeaderValue::from_static("nosniff"),
);

async fn asset(Path((hash, path)): Path<(String, String)>) -> Response {
    if hash == "brand" {
        let colour = path.strip_suffix(".css").and_then(brand::Colour::parse);
        return match colour {
            Some(colour) => file(brand::stylesheet(colour), "text/css; charset=utf-8", true),
            None => StatusCode::NOT_FOUND.into_response(),
        };
    }
    let current = assets::root().ends_with(&format!("/{hash}"));
    match assets::get(&path) {
        Some((data, kind)) => file(data.into_owned(), kind, current),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn favicon() -> Response {
    match assets::get("favicon.svg") {
        Some((data, kind)) => file(data.into_owned(), kind, false),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A file; under its current address it never changes.
fn file(data: impl IntoResponse, kind: &'static str, current: bool) -> Response {
    let mut response = data.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(NO_SNIFFING.0, NO_SNIFFING.1);
    if current {
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static(assets::CACHE_CONTROL),
        );
    }
    response
}

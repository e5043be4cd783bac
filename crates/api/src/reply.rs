//! What goes out: one thing with its version, a new thing with its address, a page with the way to the next.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, Uri, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use tradewind_kernel::page::Page;
use utoipa::ToSchema;

use crate::extract::Listing;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    /// The items, in the order asked for.
    pub items: Vec<T>,
    /// The `after` of the next page; null on the last.
    pub next: Option<String>,
}

/// One thing.
pub fn one<T: Serialize>(value: &T) -> Response {
    Json(value).into_response()
}

/// One thing with its version as `ETag`, for `If-Match` in a change.
pub fn versioned<T: Serialize>(version: i64, value: &T) -> Response {
    let mut response = one(value);
    tag(&mut response, version);
    response
}

/// A new thing, and where it is from now on: `/api/v1` and the path.
pub fn created<T: Serialize>(path: &str, value: &T) -> Response {
    let mut response = (StatusCode::CREATED, Json(value)).into_response();
    if let Ok(address) = HeaderValue::try_from(format!("/api/v1{path}")) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    response
}

/// A new thing with its version as `ETag`, and where it is from now on.
pub fn created_versioned<T: Serialize>(path: &str, version: i64, value: &T) -> Response {
    let mut response = created(path, value);
    tag(&mut response, version);
    response
}

/// Begun, and not finished yet.
pub fn accepted<T: Serialize>(value: &T) -> Response {
    (StatusCode::ACCEPTED, Json(value)).into_response()
}

/// Done, and nothing to say about it.
#[must_use]
pub fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// A page of a list, with the address of the next one as `Link`.
pub fn listed<T: Serialize>(listing: &Listing, page: Page<T>) -> Response {
    let link = page
        .next
        .as_deref()
        .and_then(|next| link_to(&listing.uri, next));
    let body = Listed {
        items: page.items,
        next: page.next,
    };
    let mut response = one(&body);
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

/// All items of a short list, in the form of a page.
pub fn all<T: Serialize>(items: Vec<T>) -> Response {
    one(&Listed { items, next: None })
}

fn tag(response: &mut Response, version: i64) {
    if let Ok(tag) = HeaderValue::try_from(format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
}

/// The same address (given without `/api/v1`) with another `after`.
fn link_to(uri: &Uri, next: &str) -> Option<HeaderValue> {
    let next = utf8_percent_encode(next, NON_ALPHANUMERIC).to_string();
    let mut pairs: Vec<&str> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("after="))
        .collect();
    let after = format!("after={next}");
    pairs.push(&after);
    let link = format!("</api/v1{}?{}>; rel=\"next\"", uri.path(), pairs.join("&"));
    HeaderValue::try_from(link).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_the_same_question_further_on() {
        let uri: Uri = "/accounts?limit=2&after=old&sort=name"
            .parse()
            .expect("an address");
        let link = link_to(&uri, "a_b").expect("a link");
        assert_eq!(
            link,
            "</api/v1/accounts?limit=2&sort=name&after=a%5Fb>; rel=\"next\""
        );
    }
}

//! What goes out: one thing with its version, a new thing with its address, a page with the way to the next.

use std::future::{self, Future};

use axum::{
    Json,
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt as _, stream};
use http::{HeaderValue, StatusCode, Uri, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use tradewind_kernel::{Error, Result, id::AccountId, page::Page};
use utoipa::ToSchema;

use crate::{
    extract::{Listing, Paging},
    problem::ApiResult,
};

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

/// What an account has of a kind, where it has one.
///
/// # Errors
/// `NotFound`, which names the kind and the account.
pub fn of_account<T: Serialize>(
    found: Option<&T>,
    kind: &'static str,
    account: AccountId,
) -> Result<Response> {
    found.map(one).ok_or_else(|| Error::NotFound {
        kind,
        id: account.to_string(),
    })
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
    page_of(&listing.uri, page)
}

/// A page of a list that is neither filtered nor sorted, with the address of the next one as `Link`.
pub fn paged<T: Serialize>(paging: &Paging, page: Page<T>) -> Response {
    page_of(&paging.uri, page)
}

fn page_of<T: Serialize>(uri: &Uri, page: Page<T>) -> Response {
    let link = page.next.as_deref().and_then(|next| link_to(uri, next));
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

/// A file to be kept under a name.
pub fn file(media: &'static str, name: &str, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    let disposition = format!("attachment; filename=\"{name}\"");
    if let Ok(disposition) = HeaderValue::try_from(disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

/// A file that is made while it is sent: `piece` answers the part from a place on (none for the first) and the place of
/// the next. The first is made before anything is answered, so that a refusal is told as one; should a later one fail,
/// the connection breaks off, and nobody takes what has arrived for the whole.
///
/// # Errors
/// Those of the first piece.
pub async fn piecewise<P, F>(
    media: &'static str,
    name: &str,
    mut piece: impl FnMut(Option<P>) -> F + Send + 'static,
) -> ApiResult<Response>
where
    P: Send + 'static,
    F: Future<Output = Result<(Vec<u8>, Option<P>)>> + Send + 'static,
{
    let (first, place) = piece(None).await?;
    let rest = stream::try_unfold((piece, place), |(mut piece, place)| async move {
        let Some(place) = place else {
            return Ok::<_, Error>(None);
        };
        let (bytes, next) = piece(Some(place)).await?;
        Ok(Some((Bytes::from(bytes), (piece, next))))
    });
    let all = stream::once(future::ready(Ok(Bytes::from(first)))).chain(rest);
    Ok(file(media, name, Body::from_stream(all)))
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

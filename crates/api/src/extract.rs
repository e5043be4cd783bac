//! What comes in: strict bodies, ids in paths, list parameters, and the version a change rests on.

use axum::{
    extract::{
        FromRequest, FromRequestParts, Path, Request,
        rejection::{BytesRejection, FailedToBufferBody, PathRejection},
    },
    http::request::Parts,
};
use http::{StatusCode, Uri, header};
use serde::{Deserialize, de::DeserializeOwned};
use tradewind_kernel::{
    Error,
    page::{ListRequest, PageRequest},
};
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Required,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::Type,
    },
};

use crate::problem::{ApiResult, Problem};

/// A JSON body, read strictly: unknown fields are refused, and what is wrong is named by its path.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> ApiResult<Self> {
        let content_type = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let media = content_type.split(';').next().unwrap_or_default().trim();
        if !media.eq_ignore_ascii_case("application/json") && !media.ends_with("+json") {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "json_expected",
                "expected a body of the type application/json",
            ));
        }
        let bytes = axum::body::Bytes::from_request(request, state)
            .await
            .map_err(unreadable)?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| wrong::<T>(&bytes, &error))
    }
}

/// What is wrong with a body, and where. Keeping track of the path costs time, so it is kept only when there is something to say.
fn wrong<T: DeserializeOwned>(body: &[u8], error: &serde_json::Error) -> Problem {
    let mut reader = serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(error) => {
            let path = dotted(&error.path().to_string());
            malformed(&path, &error.inner().to_string())
        }
        // Something follows what was expected.
        Ok(_) => malformed("", &error.to_string()),
    }
}

fn unreadable(rejection: BytesRejection) -> Problem {
    match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body_too_large",
                "the body is larger than this address accepts",
            )
        }
        _ => Problem::new(
            StatusCode::BAD_REQUEST,
            "body_incomplete",
            "the body did not arrive completely",
        ),
    }
}

/// `items[0].name` as paths are written everywhere else: `items.0.name`; the whole input is the empty path, and so is
/// what the reader lost track of.
fn dotted(path: &str) -> String {
    let path = path.replace('[', ".").replace(']', "");
    let known = path.strip_suffix('?').unwrap_or(&path);
    known.trim_end_matches('.').to_owned()
}

/// What the reader of a body or query says, with the field it is about.
fn malformed(path: &str, message: &str) -> Problem {
    let quoted = |prefix: &str| {
        let rest = message.strip_prefix(prefix)?;
        rest.split('`').next().map(str::to_owned)
    };
    let (field, code) = if let Some(name) = quoted("unknown field `") {
        (below(path, &name), "unknown_field")
    } else if let Some(name) = quoted("missing field `") {
        (below(path, &name), "required")
    } else {
        (path.to_owned(), "malformed")
    };
    Problem::from(Error::invalid(field, code, message))
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() || path == name || path.ends_with(&format!(".{name}")) {
        if path.is_empty() { name } else { path }.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// Ids and names in the path of an address.
#[derive(Debug)]
pub struct Ids<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Ids<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(ids)) => Ok(Self(ids)),
            Err(PathRejection::FailedToDeserializePathParams(failed)) => {
                let text = failed.kind().to_string();
                let (field, message) = named(&text).unwrap_or(("", &text));
                Err(Problem::from(Error::invalid(
                    field,
                    "malformed_id",
                    message,
                )))
            }
            Err(rejection) => Err(Problem::from(Error::internal(rejection.to_string()))),
        }
    }
}

/// The name and the reason in "Cannot parse `name` with value `text`: reason".
fn named(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("Cannot parse `")?;
    let (name, rest) = rest.split_once('`')?;
    let (_, reason) = rest.split_once("`: ")?;
    Some((name, reason))
}

/// What a list can be asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// Conditions that all must hold: `status:active name~acme created>=2024-09-01`. Operators are `:` (equals; several
    /// values with commas), `!:`, `<`, `<=`, `>`, `>=` and `~` (contains); a minus before a condition turns it round.
    #[param(max_length = 2000)]
    filter: Option<String>,
    /// Fields to sort by, with commas between them; a minus before those that run from large to small.
    #[param(max_length = 200)]
    sort: Option<String>,
    /// Items of one page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 1000)]
    after: Option<String>,
}

/// What a list was asked for; described by [`ListParams`].
#[derive(Debug)]
pub struct Listing {
    /// The request for the use case.
    pub wanted: ListRequest,
    /// The address below `/api/v1`, for the link to the next page.
    pub(crate) uri: Uri,
}

impl<S: Send + Sync> FromRequestParts<S> for Listing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let Params(params) = Params::<ListParams>::of(parts)?;
        Ok(Self {
            wanted: ListRequest {
                filter: params.filter.unwrap_or_default(),
                sort: params.sort.unwrap_or_default(),
                page: PageRequest::new(params.limit, params.after)?,
            },
            uri: parts.uri.clone(),
        })
    }
}

/// Which part of a list that is neither filtered nor sorted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// Items of one page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 1000)]
    after: Option<String>,
}

/// Which part of a list is wanted; described by [`PageParams`].
#[derive(Debug)]
pub struct Paging {
    /// The page.
    pub page: PageRequest,
    /// The address below `/api/v1`, for the link to the next page.
    pub(crate) uri: Uri,
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let Params(params) = Params::<PageParams>::of(parts)?;
        Ok(Self {
            page: PageRequest::new(params.limit, params.after)?,
            uri: parts.uri.clone(),
        })
    }
}

/// Parameters behind the question mark, read strictly as bodies are.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> Params<T> {
    fn of(parts: &Parts) -> ApiResult<Self> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|query| Self(query.0))
            .map_err(|rejection| {
                let text = rejection.body_text();
                let (_, message) = text.split_once(": ").unwrap_or(("", &text));
                // The reader names a parameter that it could not read before saying why.
                match message.split_once(": ") {
                    Some((name, why)) if !name.contains(' ') => malformed(name, why),
                    _ => malformed("", message),
                }
            })
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        Self::of(parts)
    }
}

/// The version a change rests on (`If-Match: "7"`); none when the header is missing or `*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            return Ok(Self(None));
        };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        text.strip_prefix("W/")
            .unwrap_or(text)
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .and_then(|version| version.parse().ok())
            .map(|version| Self(Some(version)))
            .ok_or_else(|| {
                Problem::from(Error::invalid(
                    "If-Match",
                    "malformed_etag",
                    "expected the ETag of an earlier answer, such as \"7\"",
                ))
            })
    }
}

/// The version a change rests on, where one has to be named: what is written replaces everything that was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for Version {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        match IfMatch::from_request_parts(parts, state).await? {
            IfMatch(Some(version)) => Ok(Self(version)),
            IfMatch(None) => Err(Problem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "version_required",
                "send the ETag of what you have read as If-Match, so that nobody's change is lost",
            )),
        }
    }
}

impl IntoParams for Version {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^(W/)?\"[0-9]+\"$"));
        let parameter = ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some(
                "The version that the change is based on, as an `ETag` named it.",
            ))
            .schema(Some(schema));
        vec![parameter.build()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_of_a_path_is_named() {
        let text = "Cannot parse `account` with value `x`: expected acc_";
        assert_eq!(named(text), Some(("account", "expected acc_")));
        assert_eq!(named("Wrong number of path arguments"), None);
    }

    #[test]
    fn paths_are_written_with_dots() {
        assert_eq!(dotted("."), "");
        assert_eq!(dotted("?"), "");
        assert_eq!(dotted("owner.?"), "owner");
        assert_eq!(dotted("items[0].name"), "items.0.name");
        assert_eq!(below("", "name"), "name");
        assert_eq!(below("owner", "email"), "owner.email");
        assert_eq!(below("owner.email", "email"), "owner.email");
    }
}

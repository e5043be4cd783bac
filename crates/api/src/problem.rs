//! Refusals as problem documents (RFC 9457).

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use tradewind_documents::phrases;
use tradewind_kernel::{Error, FieldProblem, Locale};
use utoipa::ToSchema;

/// What handlers answer.
pub type ApiResult<T> = Result<T, Problem>;

/// A refusal on its way to the caller. The layer around all routes writes it out, with the request's id.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    problems: Vec<FieldProblem>,
    retry_after: Option<u64>,
}

/// One thing that is wrong with one field.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemField {
    /// Path of the field (`items.0.quantity`); empty when the input as a whole is meant.
    pub field: String,
    /// Stable snake_case code for programs.
    pub code: String,
    /// What is wrong and what would be accepted, in the caller's language.
    pub message: String,
    /// The same in English with its details, when the answer is in another language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
}

/// A refusal, as RFC 9457 describes it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// What kind of problem: `urn:tradewind:problem:` and the code.
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// What went wrong and what to do about it, in the caller's language.
    pub detail: String,
    /// The same in English with its details, when the answer is in another language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
    /// Stable snake_case code for programs.
    pub code: String,
    /// What is wrong with which field, when the input is at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub problems: Vec<ProblemField>,
    /// The request, for questions to the operator.
    pub request_id: String,
}

impl Problem {
    /// A refusal that is the transport's own.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            problems: Vec::new(),
            retry_after: None,
        }
    }

    /// The document, for a request in a language.
    #[must_use]
    pub fn document(&self, request_id: &str, locale: Locale) -> ProblemDocument {
        let (detail, original) = self.said(locale);
        ProblemDocument {
            r#type: format!("urn:tradewind:problem:{}", self.code),
            title: self
                .status
                .canonical_reason()
                .unwrap_or("Problem")
                .to_owned(),
            status: self.status.as_u16(),
            detail,
            original,
            code: self.code.to_owned(),
            problems: self
                .problems
                .iter()
                .map(|problem| {
                    let said = phrases::problem(locale, problem);
                    ProblemField {
                        field: problem.field.clone(),
                        code: problem.code.to_owned(),
                        original: (said != problem.message).then(|| problem.message.clone()),
                        message: said,
                    }
                })
                .collect(),
            request_id: request_id.to_owned(),
        }
    }

    /// What went wrong in a language, and in English where that is another.
    fn said(&self, locale: Locale) -> (String, Option<String>) {
        let said = match self.retry_after {
            Some(retry_after_seconds) if locale != Locale::En => phrases::error(
                locale,
                &Error::TooMany {
                    retry_after_seconds,
                },
            ),
            _ => phrases::by_code(locale, self.code, &self.detail),
        };
        let original = (said != self.detail).then(|| self.detail.clone());
        (said, original)
    }

    /// The answer, for a request in a language.
    #[must_use]
    pub fn render(&self, request_id: &str, locale: Locale) -> Response {
        let mut response = (self.status, Json(self.document(request_id, locale))).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(locale.tag()),
        );
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"tradewind\""),
            );
        }
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = match &error {
            Error::Invalid(_) | Error::Refused { .. } | Error::KeyReused => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Error::Unauthenticated { .. } => StatusCode::UNAUTHORIZED,
            Error::Forbidden { .. } => StatusCode::FORBIDDEN,
            Error::NotFound { .. } => StatusCode::NOT_FOUND,
            Error::Conflict { .. } | Error::Changed { .. } => StatusCode::CONFLICT,
            Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let detail = match &error {
            Error::Internal(cause) => {
                tracing::error!(%cause, "request failed");
                "something went wrong on our side; it has been noted".to_owned()
            }
            other => other.to_string(),
        };
        let retry_after = match &error {
            Error::TooMany {
                retry_after_seconds,
            } => Some(*retry_after_seconds),
            _ => None,
        };
        Self {
            status,
            code: error.code(),
            detail,
            problems: error.problems().to_vec(),
            retry_after,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The answer where nothing is.
pub(crate) async fn no_such_path() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "no_such_path",
        "there is nothing at this address; see /api/v1/openapi.json for what there is",
    )
}

/// The answer to a method that an address does not know.
pub(crate) async fn method_not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this address does not know the method; the Allow header lists those it knows",
    )
}

//! What the engine answers.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use crate::Settings;

#[derive(Clone)]
struct Desk {
    settings: Arc<Settings>,
    /// What was taken down, by the key of the request.
    documents: Arc<Mutex<BTreeMap<String, Value>>>,
}

pub(crate) fn router(settings: Settings) -> Router {
    let desk = Desk {
        settings: Arc::new(settings),
        documents: Arc::default(),
    };
    Router::new()
        .route("/v1/taxes", post(taxes))
        .route("/v1/documents", get(told).post(tell))
        .route("/healthz", get(|| async { "ok" }))
        .with_state(desk)
}

/// Why a request is not answered.
fn refused(status: StatusCode, why: &str) -> Response {
    (status, Json(json!({ "error": why }))).into_response()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

impl Desk {
    fn knows(&self, headers: &HeaderMap) -> bool {
        let given = header(headers, "authorization");
        let given = given.strip_prefix("Bearer ").unwrap_or_default();
        bool::from(given.as_bytes().ct_eq(self.settings.secret.as_bytes()))
    }
}

fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value
        .pointer(path)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Which taxes are on a document. It keeps nothing, so the same question has the same answer.
async fn taxes(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Json(question): Json<Value>,
) -> Response {
    if !desk.knows(&headers) {
        return refused(StatusCode::UNAUTHORIZED, "the secret is not known");
    }
    let (country, code) = (
        text(&question, "/buyer/country"),
        text(&question, "/buyer/postal_code"),
    );
    let certificate = question.pointer("/buyer/certificates/0");
    let found = desk.settings.rates.taxes(country, code);
    let asked = question["lines"].as_array().cloned().unwrap_or_default();
    let lines = asked.iter().map(|line| {
        let key = &line["key"];
        match certificate {
            _ if line["category"] == "exempt" => {
                json!({ "key": key, "taxes": [], "untaxed": { "reason": "exempt" } })
            }
            Some(certificate) => json!({ "key": key, "taxes": [], "untaxed": {
                "reason": "certificate", "place": certificate["place"], "reference": certificate["number"],
            } }),
            None if found.is_empty() => {
                json!({ "key": key, "taxes": [], "untaxed": { "reason": "not_taxable", "place": country } })
            }
            None => json!({ "key": key, "taxes": found }),
        }
    });
    let answer = json!({
        "version": "v1",
        "reference": format!("example-{}", header(&headers, "idempotency-key")).chars().take(100).collect::<String>(),
        "currency": question.pointer("/document/currency"),
        "lines": lines.collect::<Vec<_>>(),
    });
    Json(answer).into_response()
}

/// A document was issued. It is taken down once, however often it is told.
async fn tell(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Json(document): Json<Value>,
) -> Response {
    if !desk.knows(&headers) {
        return refused(StatusCode::UNAUTHORIZED, "the secret is not known");
    }
    let key = header(&headers, "idempotency-key");
    if key.is_empty() {
        return refused(
            StatusCode::BAD_REQUEST,
            "a document needs an idempotency-key",
        );
    }
    tracing::info!(
        number = text(&document, "/document/number"),
        tax = text(&document, "/document/tax"),
        "told"
    );
    let mut documents = desk
        .documents
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    documents.entry(key.to_owned()).or_insert(document);
    Json(json!({ "documents": documents.len() })).into_response()
}

/// What it was told, for people.
async fn told(State(desk): State<Desk>, headers: HeaderMap) -> Response {
    if !desk.knows(&headers) {
        return refused(StatusCode::UNAUTHORIZED, "the secret is not known");
    }
    let documents = desk
        .documents
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    Json(json!({ "items": documents.values().collect::<Vec<_>>() })).into_response()
}

//! Tax engines over HTTP: JSON in the platform's own format, a secret of the seller's in the header, a key by which the engine
//! knows a request again.

use std::{sync::Arc, time::Duration};

use serde::Deserialize;
use tradewind_platform::{BoxFuture, HttpAnswer, HttpCaller, HttpFailure, HttpRequest};
use tradewind_tax::{
    service::TaxEngine,
    types::{EngineCall, EngineSaid},
};

/// How long an exchange may take.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How much of an answer is read, in bytes: some hundred for each tax of each line.
const ANSWER_MAX: usize = 16 * 1024 * 1024;
/// How much is kept of what an engine says about a request that it refuses, in characters.
const REASON_MAX: usize = 300;

/// Calls the engines of all sellers, each at its own address.
#[derive(Clone)]
pub struct HttpTaxEngine {
    http: Arc<dyn HttpCaller>,
}

impl std::fmt::Debug for HttpTaxEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HttpTaxEngine")
    }
}

impl HttpTaxEngine {
    /// By a client that keeps to addresses that may be called.
    #[must_use]
    pub fn new(http: Arc<dyn HttpCaller>) -> Self {
        Self { http }
    }
}

impl TaxEngine for HttpTaxEngine {
    fn call<'a>(&'a self, call: &'a EngineCall) -> BoxFuture<'a, EngineSaid> {
        Box::pin(async move {
            let mut request = HttpRequest::post_json(&call.url, call.body.as_str())
                .header("accept", "application/json")
                .header("authorization", format!("Bearer {}", call.secret.expose()))
                .header("idempotency-key", &call.key)
                .answer_up_to(ANSWER_MAX);
            request.timeout = TIMEOUT;
            match self.http.call(&request).await {
                Ok(answer) => understood(answer),
                Err(HttpFailure::Refused(why)) => EngineSaid::Refused(why),
                Err(failure) => EngineSaid::Unavailable(failure.to_string()),
            }
        })
    }
}

#[derive(Deserialize)]
struct Problem {
    error: String,
}

fn understood(answer: HttpAnswer) -> EngineSaid {
    let status = answer.status;
    match status {
        200..=299 => EngineSaid::Answered(answer.body),
        401 | 403 => EngineSaid::Refused(format!(
            "it answered {status}: it does not accept the secret of this seller"
        )),
        // Asked too often, by two at once, or in trouble: nobody knows yet, so it is asked again.
        408 | 409 | 425 | 429 | 500..=599 => {
            EngineSaid::Unavailable(format!("answered {status}: try again later"))
        }
        _ => {
            let said = serde_json::from_slice::<Problem>(&answer.body);
            let why = said.map_or_else(|_| String::new(), |problem| problem.error);
            let why: String = why
                .chars()
                .filter(|c| !c.is_control())
                .take(REASON_MAX)
                .collect();
            EngineSaid::Refused(format!("it answered {status}: {why}"))
        }
    }
}

//! Calls of Stripe's API: form-encoded requests, JSON answers, errors that say whether asking again may help.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tradewind_kernel::{Error, Result};
use tradewind_platform::port::ANSWER_MAX;
use tradewind_platform::{HttpAnswer, HttpCaller, HttpRequest, Secret};

/// How long an exchange may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A key, and where it is good.
pub(crate) struct Api<'a> {
    http: &'a Arc<dyn HttpCaller>,
    url: &'a str,
    key: Secret,
}

/// What Stripe answers.
#[derive(Debug)]
pub(crate) enum Said {
    /// It did as it was asked.
    Done(Value),
    /// It did not, and will not under this key.
    Refused {
        /// Its word for why.
        code: String,
        /// The payment that was refused, where there is one.
        intent: Option<Value>,
    },
}

/// A parameter of a request.
pub(crate) type Field<'a> = (&'a str, String);

impl<'a> Api<'a> {
    pub(crate) fn new(http: &'a Arc<dyn HttpCaller>, url: &'a str, key: Secret) -> Self {
        Self { http, url, key }
    }

    /// Reads something.
    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        match self.call("GET", path, &[], None).await? {
            Said::Done(value) => Ok(value),
            Said::Refused { code, .. } => Err(Error::refused(
                "stripe_refused",
                format!("Stripe refused: {code}"),
            )),
        }
    }

    /// Asks for something under a key: the same key always means the same request.
    pub(crate) async fn post(&self, path: &str, fields: &[Field<'_>], key: &str) -> Result<Said> {
        self.call("POST", path, fields, Some(key)).await
    }

    async fn call(
        &self,
        method: &'static str,
        path: &str,
        fields: &[Field<'_>],
        key: Option<&str>,
    ) -> Result<Said> {
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields.iter().map(|(name, value)| (*name, value.as_str())))
            .finish();
        let mut request = HttpRequest {
            method,
            url: format!("{}{path}", self.url.trim_end_matches('/')),
            headers: vec![("authorization", format!("Bearer {}", self.key.expose()))],
            body: body.into_bytes(),
            timeout: TIMEOUT,
            answer_max: ANSWER_MAX,
        };
        if method == "POST" {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let answer = self
            .http
            .call(&request)
            .await
            .map_err(|failure| Error::unavailable(format!("Stripe: {failure}")))?;
        understood(&answer)
    }
}

fn understood(answer: &HttpAnswer) -> Result<Said> {
    let read: Value =
        serde_json::from_slice(&answer.body).map_err(|_| unavailable(answer.status, "no JSON"))?;
    let error = read.get("error");
    let word = |name: &str| {
        let error = error?.get(name)?.as_str()?;
        (!error.is_empty()).then(|| error.to_owned())
    };
    match answer.status {
        200..=299 => Ok(Said::Done(read)),
        401 | 403 => Err(Error::refused(
            "stripe_key",
            "Stripe does not accept the secret key of this seller",
        )),
        // Asked too often, by two at once, or Stripe is in trouble: nobody knows yet, so it is asked again.
        409 | 429 | 500..=599 => Err(unavailable(answer.status, "try again later")),
        _ => Ok(Said::Refused {
            code: word("decline_code")
                .or_else(|| word("code"))
                .or_else(|| word("type"))
                .unwrap_or_else(|| "refused".to_owned()),
            intent: error.and_then(|error| error.get("payment_intent")).cloned(),
        }),
    }
}

fn unavailable(status: u16, text: &str) -> Error {
    Error::unavailable(format!("Stripe answered {status}: {text}"))
}

/// A text of an object.
pub(crate) fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    value
        .pointer(path)?
        .as_str()
        .filter(|text| !text.is_empty())
}

//! A client as it should be: every change has a key and is sent again until it is answered.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::dice::Dice;
use crate::fleet::Fleet;

/// How long a request may stay unanswered over all its repetitions.
const PATIENCE: Duration = Duration::from_secs(90);
/// How often of a hundred an answered change is sent once more.
const REPEATED: u64 = 15;

#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    fleet: Arc<Fleet>,
    key: String,
    dice: Arc<Dice>,
}

/// What was answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

impl Answer {
    /// The answer to what has to succeed.
    pub(crate) fn good(self) -> Value {
        assert!(
            self.status.is_success(),
            "answered {}: {}",
            self.status,
            self.body
        );
        self.body
    }
}

impl Client {
    pub(crate) fn new(fleet: Arc<Fleet>, key: &str, dice: Dice) -> Self {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        Self {
            http,
            fleet,
            key: key.to_owned(),
            dice: Arc::new(dice),
        }
    }

    /// Reads.
    pub(crate) async fn get(&self, path: &str) -> Value {
        self.until_answered(Method::GET, path, None, None)
            .await
            .good()
    }

    /// Changes something, once, however often it has to be sent. Now and then an answered change is sent again, and has
    /// to be answered in the same way.
    pub(crate) async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        let answer = self
            .until_answered(Method::POST, path, Some(key), Some(body))
            .await;
        if answer.status.is_success() && self.dice.percent(REPEATED) {
            let again = self
                .until_answered(Method::POST, path, Some(key), Some(body))
                .await;
            assert_eq!(
                (again.status, &again.body),
                (answer.status, &answer.body),
                "{path} with the key {key} was answered in two ways"
            );
        }
        answer
    }

    async fn until_answered(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Answer {
        let begun = Instant::now();
        let mut last = String::new();
        while begun.elapsed() < PATIENCE {
            let server = usize::try_from(self.dice.throw(8)).unwrap() % self.fleet.count();
            let url = format!("{}/api/v1{path}", self.fleet.url(server));
            let mut request = self
                .http
                .request(method.clone(), url)
                .bearer_auth(&self.key);
            if let Some(key) = key {
                request = request.header("Idempotency-Key", key);
            }
            if let Some(body) = body {
                request = request.json(body);
            }
            match answered(request).await {
                Ok(answer) if retryable(answer.status) => last = answer.body.to_string(),
                Ok(answer) => {
                    assert!(
                        !answer.status.is_server_error(),
                        "{method} {path} was answered {}: {}\n{}",
                        answer.status,
                        answer.body,
                        self.fleet.logs()
                    );
                    return answer;
                }
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(Duration::from_millis(self.dice.between(20, 120))).await;
        }
        panic!(
            "{method} {path} was never answered: {last}\n{}",
            self.fleet.logs()
        );
    }
}

/// Overloaded, or the database is away for a moment: told to try again.
fn retryable(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    )
}

async fn answered(request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.send().await?;
    let status = response.status();
    let body = response.bytes().await?;
    Ok(Answer {
        status,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    })
}

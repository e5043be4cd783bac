//! The few calls of the platform's REST API that a vendor needs.

use anyhow::{Context, Result, bail};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// A client with the vendor's key.
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    key: String,
}

/// An open delivery: what the platform wants done for a subscription.
#[derive(Debug, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) subscription_id: String,
    /// provision, change, suspend, resume or remove
    pub(crate) kind: String,
}

/// What the vendor reads of a subscription.
#[derive(Debug, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) name: String,
    pub(crate) plan: Named,
    pub(crate) items: Vec<Item>,
}

/// Something with a code.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    pub(crate) code: String,
}

/// The quantity bought of one item, as a decimal string.
#[derive(Debug, Deserialize)]
pub(crate) struct Item {
    pub(crate) code: String,
    pub(crate) quantity: String,
}

#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
}

impl Client {
    pub(crate) fn new(base: &str, key: &str) -> Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .build()?;
        Ok(Self {
            http,
            base: base.trim_end_matches('/').to_owned(),
            key: key.to_owned(),
        })
    }

    /// Deliveries that are not done, oldest first: those that wait, and those that we began and did not finish.
    pub(crate) async fn open_deliveries(&self) -> Result<Vec<Delivery>> {
        let page: Page<Delivery> = self
            .get("/api/v1/deliveries?filter=state:waiting,in_progress%20mode:automatic&sort=created&limit=200")
            .await?;
        Ok(page.items)
    }

    /// Tells the platform that the work on a delivery has begun.
    pub(crate) async fn start(&self, delivery: &str) -> Result<()> {
        self.send(
            "POST",
            &format!("/api/v1/deliveries/{delivery}/start"),
            &json!({}),
        )
        .await
    }

    /// Reports how a delivery ended; the message is shown to the customer.
    pub(crate) async fn report(
        &self,
        delivery: &str,
        succeeded: bool,
        message: &str,
    ) -> Result<()> {
        let outcome = if succeeded { "succeeded" } else { "failed" };
        let body = json!({ "outcome": outcome, "message": message });
        self.send(
            "POST",
            &format!("/api/v1/deliveries/{delivery}/report"),
            &body,
        )
        .await
    }

    /// Reads a subscription.
    pub(crate) async fn subscription(&self, id: &str) -> Result<Subscription> {
        self.get(&format!("/api/v1/subscriptions/{id}")).await
    }

    /// Replaces one part of the access data: `endpoints`, `instructions` or `credentials`.
    pub(crate) async fn put_access(
        &self,
        subscription: &str,
        part: &str,
        body: &Value,
    ) -> Result<()> {
        self.send(
            "PUT",
            &format!("/api/v1/subscriptions/{subscription}/access/{part}"),
            body,
        )
        .await
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<T> {
        let answer = self
            .http
            .get(format!("{}{path}", self.base))
            .bearer_auth(&self.key)
            .send()
            .await?;
        check(path, answer)
            .await?
            .json()
            .await
            .with_context(|| format!("reading the answer of {path}"))
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> Result<()> {
        let method: reqwest::Method = method.parse()?;
        let answer = self
            .http
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(&self.key)
            .json(body)
            .send()
            .await?;
        check(path, answer).await.map(|_| ())
    }
}

/// Something that will not succeed by trying again: the platform has understood and said no, or the work cannot be done.
#[derive(Debug)]
pub(crate) struct Refusal(pub(crate) String);

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

async fn check(path: &str, answer: reqwest::Response) -> Result<reqwest::Response> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let body = answer.text().await.unwrap_or_default();
    let shown: String = body.chars().take(300).collect();
    let text = format!("{path} answered {status}: {shown}");
    let for_now = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    if status.is_client_error() && !for_now.contains(&status) {
        bail!(Refusal(text));
    }
    bail!(text)
}

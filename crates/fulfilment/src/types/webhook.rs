//! Webhooks: who wants to be told of what, and how telling them went.

use serde::{Deserialize, Serialize};
use tradewind_kernel::id::{AccountId, AttemptId, EventId, WebhookId};
use tradewind_kernel::{Timestamp, text_enum};
use utoipa::ToSchema;

text_enum! {
    /// Whether a message has arrived.
    pub enum MessageState("state") {
        /// Will be tried (again).
        Pending = "pending",
        /// The receiver has acknowledged it.
        Delivered = "delivered",
        /// Given up after the last attempt, or the endpoint is gone; can be sent again by hand.
        Dead = "dead",
    }
}

tradewind_platform::sql_text!(MessageState);

/// A new webhook endpoint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookEndpointInput {
    /// Where messages are posted: an absolute http or https address.
    pub url: String,
    /// Which events: `subscription.*`, `order.completed`, `*`. At most 20.
    pub kinds: Vec<String>,
}

/// A change of a webhook endpoint; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookEndpointUpdate {
    /// Where messages are posted.
    #[serde(default)]
    pub url: Option<String>,
    /// Which events.
    #[serde(default)]
    pub kinds: Option<Vec<String>>,
    /// Whether messages are sent; switching it on again clears the count of failures.
    #[serde(default)]
    pub enabled: Option<bool>,
}

/// How an endpoint gets a new secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SecretRotation {
    /// For how many hours messages are signed with the former secret as well, from 0 to 72.
    pub keep_former_hours: u32,
}

impl Default for SecretRotation {
    fn default() -> Self {
        Self {
            keep_former_hours: 24,
        }
    }
}

/// A webhook endpoint, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = WebhookEndpoint)]
pub struct EndpointView {
    /// Its id.
    pub id: WebhookId,
    /// Whose events it gets.
    pub account_id: AccountId,
    /// Where messages are posted.
    pub url: String,
    /// Which events.
    pub kinds: Vec<String>,
    /// Whether messages are sent.
    pub enabled: bool,
    /// Attempts that failed since the last success.
    pub consecutive_failures: u32,
    /// Since when every attempt has failed, by the wall clock; none while it answers.
    pub failing_since: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// For optimistic locking.
    pub version: i64,
}

/// A new or rotated endpoint with its signing secret, which is shown this once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CreatedWebhookEndpoint)]
pub struct CreatedEndpoint {
    /// The endpoint.
    pub endpoint: EndpointView,
    /// The signing secret, `whsec_…`; empty when nothing was kept (a dry run).
    pub secret: String,
}

impl std::fmt::Debug for CreatedEndpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedEndpoint")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// A message to one endpoint about one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = WebhookMessage)]
pub struct MessageView {
    /// Its id, sent as `webhook-id`: the same at every attempt.
    pub id: String,
    /// Where it goes.
    pub endpoint_id: WebhookId,
    /// What happened.
    pub event_id: EventId,
    /// Kind of the event.
    pub kind: String,
    /// What it happened to.
    pub subject: String,
    /// Whether it has arrived.
    pub state: MessageState,
    /// Attempts so far.
    pub attempts: u32,
    /// Status of the last answer.
    pub last_status: Option<u32>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was acknowledged.
    pub delivered_at: Option<Timestamp>,
}

/// One attempt to deliver a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = WebhookAttempt)]
pub struct AttemptView {
    /// Its id.
    pub id: AttemptId,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// When.
    pub at: Timestamp,
    /// Status of the answer; none when there was no answer.
    pub status: Option<u32>,
    /// What went wrong.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// The first 2 KB of the answer.
    pub answer: Option<String>,
}

//! One attempt to deliver a message: load, sign, post, judge, write down.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::endpoint::signing_secrets;
use crate::rules::{self, Verdict};
use crate::store::webhook::{self as store, EndpointRow, MessageRow};
use crate::types::{AttemptView, MessageState};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::id::AttemptId;
use tradewind_kernel::{Error, Result, Timestamp};
use tradewind_platform::webhook::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};
use tradewind_platform::{
    HttpAnswer, HttpCaller, HttpFailure, HttpRequest, Job, JobHandler, JobResult, KeyRing,
    NewEvent, Platform, Work,
};

/// Kind of the job that delivers one message.
pub const SEND_JOB: &str = "fulfilment.deliver";

/// How much of an answer is kept, in bytes.
const ANSWER_LENGTH_MAX: usize = 2_048;

/// Delivers messages.
#[derive(Clone)]
pub struct SendMessage {
    /// Calls the receivers.
    pub http: Arc<dyn HttpCaller>,
    /// How long a receiver may take to acknowledge.
    pub timeout: Duration,
}

impl fmt::Debug for SendMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendMessage")
    }
}

#[derive(Deserialize)]
struct Payload {
    message: String,
}

/// What an attempt came to, before it is written down.
#[derive(Debug, Serialize, Deserialize)]
struct Tried {
    message: String,
    status: Option<u16>,
    error: Option<String>,
    duration_ms: i64,
    answer: Option<String>,
    verdict: Verdict,
    /// Whether there will be no further attempt.
    last: bool,
    wall: Timestamp,
}

impl JobHandler for SendMessage {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(self.send(platform, job))
    }
}

impl SendMessage {
    async fn send(&self, p: &Platform, job: &Job) -> Result<JobResult> {
        let Payload { message } = job.input()?;
        let loaded = p
            .read(&job.ctx("load"), &message, |w, id| Box::pin(load(w, id)))
            .await?;
        let Some((message, endpoint)) = loaded else {
            return Ok(JobResult::Done);
        };
        let Some(endpoint) = endpoint.filter(|endpoint| endpoint.enabled) else {
            let ctx = job.ctx(&format!("give_up/{}", job.attempt));
            p.command(&ctx, "webhook.give_up", &message.id, |w, id| {
                Box::pin(give_up(w, id))
            })
            .await?;
            return Ok(JobResult::Done);
        };
        let mut request = signed_request(p.keys(), &endpoint, &message, p.wall())?;
        request.timeout = self.timeout;
        // Outside any transaction: whoever is called may take their time, and nothing waits for them.
        let begun = Instant::now();
        let outcome = self.http.call(&request).await;
        let tried = tried(message.id, outcome, begun.elapsed(), job, p.wall());
        let outcome = if tried.verdict == Verdict::Delivered {
            "delivered"
        } else {
            "failed"
        };
        p.metrics().count(
            "tradewind_webhook_attempts_total",
            &[("outcome", outcome)],
            1,
        );
        let ctx = job.ctx(&format!("attempt/{}", job.attempt));
        p.command(&ctx, "webhook.attempt", &tried, |w, tried| {
            Box::pin(record(w, tried))
        })
        .await?;
        let reason = tried.error.unwrap_or_default();
        Ok(match tried.verdict {
            Verdict::Delivered | Verdict::Gone => JobResult::Done,
            Verdict::Again { after_seconds } => JobResult::Retry {
                after: Duration::from_secs(after_seconds),
                reason,
            },
        })
    }
}

/// A message that is still to be delivered, with its endpoint.
async fn load(w: &mut Work, id: &str) -> Result<Option<(MessageRow, Option<EndpointRow>)>> {
    let realm = w.ctx.realm;
    let message = store::message_get(&mut w.tx, realm, id).await?;
    let Some(message) = message.filter(|message| message.state != MessageState::Delivered) else {
        return Ok(None);
    };
    let endpoint = store::endpoint_get(&mut w.tx, realm, message.endpoint_id).await?;
    Ok(Some((message, endpoint)))
}

fn signed_request(
    keys: &KeyRing,
    endpoint: &EndpointRow,
    message: &MessageRow,
    wall: Timestamp,
) -> Result<HttpRequest> {
    let signatures: Vec<String> = signing_secrets(keys, endpoint, wall)?
        .iter()
        .map(|secret| sign(secret, &message.id, wall, message.body.as_bytes()))
        .collect::<Result<_>>()?;
    let mut request = HttpRequest::post_json(&endpoint.url, message.body.as_bytes())
        .header(ID_HEADER, &message.id)
        .header(TIMESTAMP_HEADER, wall.as_seconds().to_string())
        .header(SIGNATURE_HEADER, signatures.join(" "));
    // A CloudEvent in structured mode.
    request.headers.retain(|(name, _)| *name != "content-type");
    Ok(request.header(
        "content-type",
        "application/cloudevents+json; charset=utf-8",
    ))
}

fn tried(
    message: String,
    outcome: std::result::Result<HttpAnswer, HttpFailure>,
    took: Duration,
    job: &Job,
    wall: Timestamp,
) -> Tried {
    let mut tried = Tried {
        message,
        status: None,
        error: None,
        duration_ms: i64::try_from(took.as_millis()).unwrap_or(i64::MAX),
        answer: None,
        verdict: Verdict::Again { after_seconds: 0 },
        last: job.attempt >= job.max_attempts,
        wall,
    };
    match outcome {
        Ok(answer) => {
            tried.verdict = rules::judge(answer.status, answer.header("retry-after"), wall);
            tried.error = match tried.verdict {
                Verdict::Delivered => None,
                Verdict::Gone => Some("the receiver is gone for good (410)".to_owned()),
                Verdict::Again { .. } if (300..400).contains(&answer.status) => Some(format!(
                    "the receiver answered {}; redirects are not followed",
                    answer.status
                )),
                Verdict::Again { .. } => Some(format!("the receiver answered {}", answer.status)),
            };
            tried.answer = Some(printable(&answer.body)).filter(|text| !text.is_empty());
            tried.status = Some(answer.status);
        }
        Err(failure) => tried.error = Some(failure.to_string()),
    }
    tried
}

/// The beginning of an answer as text that every database takes.
fn printable(body: &[u8]) -> String {
    let beginning = body.get(..ANSWER_LENGTH_MAX).unwrap_or(body);
    String::from_utf8_lossy(beginning)
        .chars()
        .map(|c| {
            if c.is_control() && !matches!(c, '\n' | '\r' | '\t') {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

/// Writes an attempt down: what became of the message, and how its endpoint fares.
async fn record(w: &mut Work, tried: &Tried) -> Result<()> {
    let realm = w.ctx.realm;
    let Some(mut message) = store::message_lock(&mut w.tx, realm, &tried.message).await? else {
        return Ok(());
    };
    message.attempts = message
        .attempts
        .checked_add(1)
        .ok_or_else(|| Error::internal("attempts overflow"))?;
    message.last_status = tried.status.map(u32::from);
    message.last_error.clone_from(&tried.error);
    match tried.verdict {
        Verdict::Delivered => {
            message.state = MessageState::Delivered;
            message.delivered_at = Some(w.ctx.now);
        }
        Verdict::Gone => message.state = MessageState::Dead,
        Verdict::Again { .. } if tried.last => message.state = MessageState::Dead,
        Verdict::Again { .. } => {}
    }
    store::message_update(&mut w.tx, realm, &message).await?;
    let attempt = AttemptView {
        id: AttemptId::generate(),
        attempt: message.attempts,
        at: w.ctx.now,
        status: message.last_status,
        error: tried.error.clone(),
        duration_ms: tried.duration_ms,
        answer: tried.answer.clone(),
    };
    store::attempt_insert(&mut w.tx, realm, &message.id, &attempt).await?;
    note_health(w, &message, tried).await
}

async fn note_health(w: &mut Work, message: &MessageRow, tried: &Tried) -> Result<()> {
    let realm = w.ctx.realm;
    let Some(endpoint) = store::endpoint_lock(&mut w.tx, realm, message.endpoint_id).await? else {
        return Ok(());
    };
    let health = rules::health_after(
        endpoint.consecutive_failures,
        endpoint.failing_since,
        tried.verdict,
        tried.wall,
    );
    let enabled = endpoint.enabled && !health.switched_off;
    store::endpoint_health(&mut w.tx, realm, endpoint.id, health, enabled).await?;
    if endpoint.enabled && !enabled {
        w.emit(NewEvent {
            kind: "webhook_endpoint.disabled",
            subject: endpoint.id.to_string(),
            account: endpoint.account_id,
            data: json!({ "url": endpoint.url, "error": tried.error, "failing_since": health.failing_since }),
        });
    }
    Ok(())
}

/// Nobody is there to send it to.
async fn give_up(w: &mut Work, id: &str) -> Result<()> {
    let realm = w.ctx.realm;
    if let Some(mut message) = store::message_lock(&mut w.tx, realm, id).await? {
        message.state = MessageState::Dead;
        message.last_error = Some("the endpoint was removed or switched off".to_owned());
        store::message_update(&mut w.tx, realm, &message).await?;
    }
    Ok(())
}

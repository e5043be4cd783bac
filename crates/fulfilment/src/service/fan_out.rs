//! From one event to a message for every endpoint that wants to hear of it.

use super::message::send_job;
use super::sold::sold;
use crate::rules;
use crate::store::webhook::{self as store, EndpointRow, MessageRow};
use crate::types::MessageState;
use futures_util::future::BoxFuture;
use tradewind_kernel::id::{AccountId, SubscriptionId};
use tradewind_kernel::{Error, Result};
use tradewind_platform::{Event, Job, JobHandler, JobResult, Platform, Work};

/// Kind of the job that subscribes to every event.
pub const FAN_OUT_JOB: &str = "fulfilment.fan_out";

/// Kind of the event of a test; it goes to the endpoint that is tested, whatever it listens to.
const TESTED: &str = "webhook_endpoint.tested";

/// Makes the messages of an event.
#[derive(Debug, Clone)]
pub struct FanOut {
    /// The platform's own address, from which receivers read what changed.
    pub public_url: String,
}

impl JobHandler for FanOut {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            let event: Event = job.input()?;
            let source = self.public_url.trim_end_matches('/').to_owned();
            platform
                .command(
                    &job.ctx("fan_out"),
                    "webhook.fan_out",
                    &event,
                    move |w, event| {
                        let source = source.clone();
                        Box::pin(async move { fan_out(w, event, &source).await })
                    },
                )
                .await?;
            Ok(JobResult::Done)
        })
    }
}

async fn fan_out(w: &mut Work, event: &Event, source: &str) -> Result<usize> {
    let realm = w.ctx.realm;
    let vendor = if rules::vendor_hears(&event.kind) {
        vendor_of(w, event).await?
    } else {
        None
    };
    let mut made = 0;
    for endpoint in store::endpoints_for(&mut w.tx, realm, event.account, vendor).await? {
        if !wants(&endpoint, event) {
            continue;
        }
        let message = message(w, &endpoint, event, source);
        if store::message_insert(&mut w.tx, realm, &message).await? {
            w.enqueue(send_job(&message));
            made += 1;
        }
    }
    Ok(made)
}

fn wants(endpoint: &EndpointRow, event: &Event) -> bool {
    if event.kind == TESTED {
        return event.subject == endpoint.id.to_string();
    }
    endpoint
        .kinds
        .0
        .iter()
        .any(|pattern| rules::kind_matches(pattern, &event.kind))
}

fn message(w: &Work, endpoint: &EndpointRow, event: &Event, source: &str) -> MessageRow {
    let body = rules::cloud_event(
        &event.id.to_string(),
        source,
        &event.kind,
        &event.subject,
        event.at,
    );
    MessageRow {
        id: format!("msg_{}_{}", event.id, endpoint.id),
        endpoint_id: endpoint.id,
        account_id: endpoint.account_id,
        event_id: event.id,
        kind: event.kind.clone(),
        subject: event.subject.clone(),
        body: body.to_string(),
        state: MessageState::Pending,
        attempts: 0,
        last_status: None,
        last_error: None,
        created_at: w.ctx.now,
        delivered_at: None,
    }
}

/// Whose product an event concerns: as it says itself, or by the subscription that it is about.
async fn vendor_of(w: &mut Work, event: &Event) -> Result<Option<AccountId>> {
    let named = |member: &str| event.data.get(member).and_then(|id| id.as_str());
    if let Some(vendor) = named("vendor_id").and_then(|id| id.parse().ok()) {
        return Ok(Some(vendor));
    }
    let about: Option<SubscriptionId> = named("subscription_id")
        .unwrap_or(&event.subject)
        .parse()
        .ok();
    let Some(subscription) = about else {
        return Ok(None);
    };
    match sold(w, subscription).await {
        Ok(sold) => Ok(Some(sold.vendor)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

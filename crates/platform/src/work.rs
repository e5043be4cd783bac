//! The unit of work: one transaction, and what leaves it.

use std::any::Any;
use std::fmt::Display;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tradewind_kernel::id::{AccountId, AuditId, EventId};
use tradewind_kernel::{Error, Timestamp};
use tradewind_policy::{Action, Authorizer, Decision, Target};

use crate::context::OpCtx;
use crate::db::{Result, Tx};
use crate::jobs::{self, NewJob};
use crate::outbox::Outbox;
use crate::snapshot::Known;
use crate::store;

/// An entry of the audit log: who changed what, and whose it is.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    /// What was done, `subscription.cancel`.
    pub action: &'static str,
    /// Kind of the thing, `subscription`.
    pub kind: &'static str,
    /// Id of the thing.
    pub id: String,
    /// The account that it concerns and that may read the entry.
    pub account: AccountId,
    /// What changed, usually `{"before": …, "after": …}`. Never secrets.
    pub summary: Value,
}

/// An event: something that has happened.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// What happened, `subscription.activated`.
    pub kind: &'static str,
    /// Id of the thing to which it happened.
    pub subject: String,
    /// The account that it concerns and that may read it.
    pub account: AccountId,
    /// What one has to know about it. Never secrets.
    pub data: Value,
}

/// An event as it is stored, and as the payload of its subscribers' jobs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// What happened.
    pub kind: String,
    /// Id of the thing to which it happened.
    pub subject: String,
    /// The account that it concerns.
    pub account: AccountId,
    /// What one has to know about it.
    pub data: Value,
    /// When it happened, in the time of the realm.
    pub at: Timestamp,
    /// Who made it happen.
    pub by: String,
}

/// One transaction of one operation. What is audited, emitted and enqueued is written with it, or not at all.
#[derive(Debug)]
pub struct Work {
    /// The transaction.
    pub tx: Tx,
    /// The context of the operation.
    pub ctx: OpCtx,
    wall: Timestamp,
    authorizer: Authorizer,
    outbox: Arc<Outbox>,
    audits: Vec<(AuditId, AuditEntry)>,
    events: Vec<Event>,
    jobs: Vec<NewJob>,
    /// What was read before in this transaction, which only reads.
    pub(crate) known: Option<Known>,
}

impl Work {
    pub(crate) fn new(
        tx: Tx,
        ctx: OpCtx,
        wall: Timestamp,
        authorizer: Authorizer,
        outbox: Arc<Outbox>,
        known: Option<Known>,
    ) -> Self {
        Self {
            tx,
            ctx,
            wall,
            authorizer,
            outbox,
            audits: Vec::new(),
            events: Vec::new(),
            jobs: Vec::new(),
            known,
        }
    }

    /// What was read before under this key in a transaction that only reads, where nothing changes; nothing in others.
    #[must_use]
    pub fn recall<T: Any + Send + Sync>(&self, key: impl Display) -> Option<Arc<T>> {
        self.known.as_ref()?.get(self.ctx.realm, key.to_string())
    }

    /// Has what was read at hand for the rest of a transaction that only reads. What is remembered are facts as they are
    /// stored, never what somebody may see of them.
    pub fn remember<T: Any + Send + Sync>(&mut self, key: impl Display, value: Arc<T>) {
        let realm = self.ctx.realm;
        if let Some(known) = &mut self.known {
            known.put(realm, key.to_string(), value);
        }
    }

    /// The time outside, at which this transaction began: for leases, which no realm's clock may stretch.
    #[must_use]
    pub fn wall(&self) -> Timestamp {
        self.wall
    }

    /// Asks the policies whether the principal may do this. Without an id of its own to name, the target goes by its
    /// owner's.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the principal may not even know of the target, [`Error::Forbidden`] when it may see it
    /// but not do this.
    pub fn authorize(&self, action: Action, target: &Target) -> Result<()> {
        self.authorize_for(action, target, &target.owner)
    }

    /// As [`Work::authorize`], naming the thing by its id in the refusal.
    ///
    /// # Errors
    /// As [`Work::authorize`].
    pub fn authorize_for(&self, action: Action, target: &Target, id: &dyn Display) -> Result<()> {
        match self.authorizer.decide(&self.ctx.principal, action, target) {
            Decision::Allow => Ok(()),
            Decision::Hidden => Err(Error::NotFound {
                kind: target.kind.as_str(),
                id: id.to_string(),
            }),
            Decision::Denied { .. } => Err(Error::Forbidden {
                action: action.as_str(),
            }),
        }
    }

    /// Whether the principal may do this.
    #[must_use]
    pub fn may(&self, action: Action, target: &Target) -> bool {
        self.authorizer.decide(&self.ctx.principal, action, target) == Decision::Allow
    }

    /// Adds an entry to the audit log.
    pub fn audit(&mut self, entry: AuditEntry) {
        self.audits.push((AuditId::generate(), entry));
    }

    /// Adds an event, and a job for each of its subscribers.
    pub fn emit(&mut self, event: NewEvent) {
        let event = Event {
            id: EventId::generate(),
            kind: event.kind.to_owned(),
            subject: event.subject,
            account: event.account,
            data: event.data,
            at: self.ctx.now,
            by: self.ctx.principal.label(),
        };
        self.jobs.extend(self.outbox.jobs_for(&event));
        self.events.push(event);
    }

    /// Adds a job.
    pub fn enqueue(&mut self, job: NewJob) {
        self.jobs.push(job);
    }

    /// Calls off the waiting jobs whose unique key begins with this prefix, also those added in this transaction.
    /// Jobs that a worker has already are left to it. Returns how many were called off.
    ///
    /// # Errors
    /// Database errors.
    pub async fn cancel_jobs(&mut self, unique_key_prefix: &str) -> Result<u64> {
        let before = self.jobs.len();
        self.jobs.retain(|job| {
            !job.unique_key
                .as_deref()
                .is_some_and(|key| key.starts_with(unique_key_prefix))
        });
        let unwritten = (before - self.jobs.len()) as u64;
        let written =
            jobs::store::cancel(&mut self.tx, self.ctx.realm, unique_key_prefix, self.wall).await?;
        Ok(unwritten + written)
    }

    /// Whether something waits to be written.
    pub(crate) fn is_clean(&self) -> bool {
        self.audits.is_empty() && self.events.is_empty() && self.jobs.is_empty()
    }

    /// Writes audit entries, events and jobs. Returns whether there are jobs for a worker.
    pub(crate) async fn flush(&mut self) -> Result<bool> {
        let audits = std::mem::take(&mut self.audits);
        let events = std::mem::take(&mut self.events);
        let jobs = std::mem::take(&mut self.jobs);
        if !audits.is_empty() {
            store::insert_audits(&mut self.tx, &self.ctx, audits).await?;
        }
        if !events.is_empty() {
            store::insert_events(&mut self.tx, self.ctx.realm, events).await?;
        }
        if jobs.is_empty() {
            return Ok(false);
        }
        jobs::store::insert(&mut self.tx, self.ctx.realm, self.ctx.now, jobs).await?;
        Ok(true)
    }
}

//! Durable jobs: the nouns.

use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tradewind_kernel::id::{AccountId, JobId, RealmId};
use tradewind_kernel::{Error, Timestamp, text_enum};
use tradewind_policy::Principal;

use crate::context::OpCtx;
use crate::db::Result;
use crate::platform::Platform;

text_enum! {
    /// Where a job stands.
    pub enum JobState("job_state") {
        /// Waits for its time or for a worker.
        Ready = "ready",
        /// A worker has it, for as long as the lease holds.
        Leased = "leased",
        /// Finished.
        Done = "done",
        /// Failed for good; can be retried by hand.
        Dead = "dead",
        /// Called off before it ran.
        Cancelled = "cancelled",
    }
}

crate::sql_text!(JobState);

/// Attempts before a job is dead, unless it says otherwise: with the usual back-off, about half a day.
pub const MAX_ATTEMPTS: u32 = 16;

/// A job to be done after the transaction that asks for it.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Kind: decides which handler runs it.
    pub kind: &'static str,
    /// What the handler needs to know.
    pub payload: Value,
    /// When it is due, in the time of the realm; at once when `None`.
    pub due_at: Option<Timestamp>,
    /// Jobs of one lane run one after the other, in the order in which they are due.
    pub lane: Option<String>,
    /// While an unfinished job has this key, another one is not added.
    pub unique_key: Option<String>,
    /// Attempts before it is dead.
    pub max_attempts: u32,
}

impl NewJob {
    /// A job due at once, in no lane.
    #[must_use]
    pub fn new(kind: &'static str, payload: Value) -> Self {
        Self {
            kind,
            payload,
            due_at: None,
            lane: None,
            unique_key: None,
            max_attempts: MAX_ATTEMPTS,
        }
    }

    /// Due at this time of the realm.
    #[must_use]
    pub fn due(mut self, at: Timestamp) -> Self {
        self.due_at = Some(at);
        self
    }

    /// In this lane.
    #[must_use]
    pub fn lane(mut self, lane: impl Into<String>) -> Self {
        self.lane = Some(lane.into());
        self
    }

    /// Not again while an unfinished job has this key.
    #[must_use]
    pub fn unique(mut self, key: impl Into<String>) -> Self {
        self.unique_key = Some(key.into());
        self
    }

    /// Dead after so many attempts.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }
}

/// A job that a worker has claimed.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its realm.
    pub realm: RealmId,
    /// Its id.
    pub id: JobId,
    /// Its kind.
    pub kind: String,
    /// What it is about.
    pub payload: Value,
    /// Its lane.
    pub lane: Option<String>,
    /// When it was due, in the time of the realm.
    pub due_at: Timestamp,
    /// The time of the realm when it was claimed.
    pub now: Timestamp,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// After how many attempts it is dead.
    pub max_attempts: u32,
    /// The root account of the realm, on whose behalf the platform acts.
    pub root_account: AccountId,
}

impl Job {
    /// Context for one step of this job: the platform itself acts, under an idempotency key of job and step, so that
    /// the step happens once however often the job runs.
    #[must_use]
    pub fn ctx(&self, step: &str) -> OpCtx {
        OpCtx::new(self.realm, self.now, Principal::system(self.root_account))
            .with_key(format!("{}:{step}", self.id))
    }

    /// The payload as a type.
    ///
    /// # Errors
    /// Internal error when it does not fit.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T> {
        T::deserialize(&self.payload).map_err(|e| {
            Error::internal(format!("payload of job {} ({}): {e}", self.id, self.kind))
        })
    }
}

/// How a run of a job ended, when not with an error. After an error the job runs again later, until it is dead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobResult {
    /// Finished.
    Done,
    /// Not finished: run again at this time of the realm, with the attempts counted anew.
    Again(Timestamp),
    /// This attempt failed: run again after at least this pause of the wall clock, unless it was the last attempt.
    Retry {
        /// The pause that the other side asked for; the usual back-off holds when it is longer.
        after: std::time::Duration,
        /// What went wrong.
        reason: String,
    },
    /// Failed for good: trying again would not help.
    Failed(String),
}

/// Runs jobs of a kind. A job can run twice and can die anywhere: effects belong into commands with [`Job::ctx`].
pub trait JobHandler: Send + Sync {
    /// Runs the job.
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>>;
}

impl<F> JobHandler for F
where
    F: for<'a> Fn(&'a Platform, &'a Job) -> BoxFuture<'a, Result<JobResult>> + Send + Sync,
{
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        self(platform, job)
    }
}

crate::row! {
    /// A job as operators see it.
    #[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
    pub struct JobRecord {
        /// Its id.
        pub id: JobId,
        /// Its kind.
        pub kind: String,
        /// Its lane.
        pub lane: Option<String>,
        /// Where it stands.
        pub state: JobState,
        /// When it is due, in the time of the realm.
        pub due_at: Timestamp,
        /// Not before this time of the wall clock, after a failure.
        pub not_before: Timestamp,
        /// Attempts so far.
        pub attempt: u32,
        /// After how many attempts it is dead.
        pub max_attempts: u32,
        /// What went wrong last.
        pub last_error: Option<String>,
        /// Its unique key.
        pub unique_key: Option<String>,
        /// When it was added, in the time of the realm.
        pub created_at: Timestamp,
        /// When it ended, in wall time.
        pub finished_at: Option<Timestamp>,
    }
}

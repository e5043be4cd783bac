//! Durable jobs: what is to happen after a transaction, at its time, at least once, and visibly.

mod service;
pub(crate) mod store;
mod types;
mod worker;

pub use service::retry;
pub use types::{Job, JobHandler, JobRecord, JobResult, JobState, MAX_ATTEMPTS, NewJob};
pub use worker::{Drained, Worker, WorkerConfig};

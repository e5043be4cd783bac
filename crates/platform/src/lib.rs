//! What every room stands on: the database layer, migrations, the one command path with idempotency keys, audit log and
//! events, durable jobs, realms with their clocks, encryption at rest, tokens, metrics and the ports to the outside.
//!
//! A room declares statements and migrations with [`db`] and [`migrate`], and runs its use cases through
//! [`Platform::command`] and [`Platform::read`].

pub mod audit;
pub mod clock;
mod context;
pub mod crypto;
pub mod db;
pub mod files;
pub mod housekeeping;
mod idempotency;
pub mod jobs;
pub mod metrics;
pub mod migrate;
mod outbox;
mod planning;
mod platform;
pub mod port;
pub mod realm;
mod recent;
pub mod removal;
mod schema;
mod snapshot;
mod store;
pub mod tokens;
pub mod webhook;
mod work;

pub use clock::{ManualClock, WallClock};
pub use context::{Acting, OpCtx};
pub use crypto::{KeyRing, Secret};
pub use db::{Db, DbConfig, Result, Stmt, Tx};
pub use jobs::{Job, JobHandler, JobResult, NewJob, Worker, WorkerConfig};
pub use migrate::Migration;
pub use platform::{Platform, PlatformConfig};
pub use port::{HttpAnswer, HttpCaller, HttpFailure, HttpRequest, Mailer, OutgoingMail};
pub use realm::{ClockState, NewRealm, Realm, RealmMode};
pub use recent::Recent;
pub use schema::MIGRATIONS;
pub use snapshot::Snapshot;
pub use work::{AuditEntry, Event, NewEvent, Work};

/// A future that can be sent between threads: what use cases hand to [`Platform::command`].
pub use futures_util::future::BoxFuture;

/// The platform's own statements, for the check on both engines.
#[must_use]
pub fn statements() -> Vec<&'static Stmt> {
    [
        migrate::statements(),
        removal::statements(),
        store::statements(),
        store::bulk_statements(),
        jobs::store::statements(),
        jobs::store::bulk_statements(),
    ]
    .concat()
}

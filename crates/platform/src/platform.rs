//! The platform: what every room is given to work with.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Notify;
use tradewind_kernel::id::{AccountId, RealmId};
use tradewind_kernel::{Error, Timestamp};
use tradewind_policy::{Action, Authorizer, Decision, Principal, Target};

use crate::clock::WallClock;
use crate::context::OpCtx;
use crate::crypto::KeyRing;
use crate::db::{Db, DbConfig, Result, Tx, is_retryable};
use crate::idempotency::KeyUse;
use crate::jobs::JobHandler;
use crate::metrics::Metrics;
use crate::migrate::{Migration, migrate};
use crate::outbox::Outbox;
use crate::planning::tell_planner;
use crate::realm::{Realm, RealmMode};
use crate::schema;
use crate::snapshot::{Known, Open, Reading, Snapshot};
use crate::store;
use crate::tokens::random_below;
use crate::work::Work;

/// Runs of a transaction that others keep getting in the way of.
const ATTEMPTS_MAX: u32 = 6;
/// The first pause before running it again; doubles each time, plus as much again at random.
const PAUSE_FIRST: Duration = Duration::from_millis(5);

/// What it takes to open the platform.
#[derive(Clone, Debug)]
pub struct PlatformConfig {
    /// Where the database is.
    pub db: DbConfig,
    /// Migrations of the rooms, in the order of the house. The platform's own come before them.
    pub migrations: Vec<&'static [Migration]>,
    /// Keys for what is encrypted at rest.
    pub keys: KeyRing,
    /// The clock on the wall.
    pub clock: WallClock,
}

impl PlatformConfig {
    /// The usual configuration over this database.
    #[must_use]
    pub fn new(db: DbConfig, migrations: Vec<&'static [Migration]>, keys: KeyRing) -> Self {
        Self {
            db,
            migrations,
            keys,
            clock: WallClock::System,
        }
    }
}

/// Database, policies, keys, clock, subscribers and job handlers. Cheap to clone.
#[derive(Clone)]
pub struct Platform {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    authorizer: Authorizer,
    keys: KeyRing,
    clock: WallClock,
    outbox: Arc<Outbox>,
    handlers: RwLock<HashMap<&'static str, Arc<dyn JobHandler>>>,
    /// Realms whose clock is the wall's: they never change in a way that matters here.
    live: RwLock<HashMap<RealmId, Realm>>,
    /// The providers of realms, which never change.
    roots: RwLock<HashMap<RealmId, AccountId>>,
    /// The snapshots that stay open between use cases.
    open: Open,
    wake: Notify,
    metrics: Metrics,
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Platform({})", self.inner.db.engine())
    }
}

enum Started {
    Fresh(Box<Work>),
    Answered(String),
}

impl Platform {
    /// Connects and migrates.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached; what migrating refuses.
    pub async fn open(config: PlatformConfig) -> Result<Self> {
        let db = Db::connect(&config.db).await?;
        let migrations: Vec<Migration> = schema::MIGRATIONS
            .iter()
            .chain(config.migrations.iter().copied().flatten())
            .copied()
            .collect();
        migrate(&db, &migrations).await?;
        tell_planner(&db).await?;
        let open = Open::new(config.db.shareable());
        Ok(Self {
            inner: Arc::new(Inner {
                db,
                authorizer: Authorizer::new()?,
                keys: config.keys,
                clock: config.clock,
                outbox: Arc::new(Outbox::default()),
                handlers: RwLock::new(HashMap::new()),
                live: RwLock::new(HashMap::new()),
                roots: RwLock::new(HashMap::new()),
                open,
                wake: Notify::new(),
                metrics: Metrics::new(),
            }),
        })
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    /// The keys for what is encrypted at rest.
    #[must_use]
    pub fn keys(&self) -> &KeyRing {
        &self.inner.keys
    }

    /// The metrics of this process.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// What the clock on the wall shows. For leases and pauses only; business time is [`Platform::now`].
    #[must_use]
    pub fn wall(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The time it is in a realm.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown realm.
    pub async fn now(&self, realm: RealmId) -> Result<Timestamp> {
        Ok(self.realm(realm).await?.at(self.wall()))
    }

    /// A realm.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown realm.
    pub async fn realm(&self, id: RealmId) -> Result<Realm> {
        if let Some(realm) = self.live_realm(id) {
            return Ok(realm);
        }
        let mut tx = self.inner.db.read().await?;
        let realm = self.realm_in(&mut tx, id).await?;
        tx.rollback().await?;
        Ok(realm)
    }

    fn live_realm(&self, id: RealmId) -> Option<Realm> {
        self.inner
            .live
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .cloned()
    }

    /// A realm, read in a transaction under way unless it is known already.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown realm.
    pub async fn realm_in(&self, tx: &mut Tx, id: RealmId) -> Result<Realm> {
        if let Some(realm) = self.live_realm(id) {
            return Ok(realm);
        }
        let realm = store::realm(tx, id)
            .await?
            .ok_or_else(|| Error::not_found(id))?;
        if realm.mode == RealmMode::Live {
            self.inner
                .live
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(id, realm.clone());
        }
        Ok(realm)
    }

    /// The account of a realm's provider, which never changes: asked for once and then known to this process.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown realm.
    pub async fn root_account(&self, id: RealmId) -> Result<AccountId> {
        let known = self
            .inner
            .roots
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .copied();
        if let Some(root) = known {
            return Ok(root);
        }
        let root = self.realm(id).await?.root_account;
        self.inner
            .roots
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, root);
        Ok(root)
    }

    /// All realms of this installation.
    ///
    /// # Errors
    /// Database errors.
    pub async fn realms(&self) -> Result<Vec<Realm>> {
        let mut tx = self.inner.db.read().await?;
        let realms = store::realms(&mut tx).await?;
        tx.rollback().await?;
        Ok(realms)
    }

    /// Context for what the platform does of itself in a realm, now.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown realm.
    pub async fn system(&self, realm: RealmId) -> Result<OpCtx> {
        let realm = self.realm(realm).await?;
        Ok(OpCtx::new(
            realm.id,
            realm.at(self.wall()),
            Principal::system(realm.root_account),
        ))
    }

    /// Asks the policies.
    #[must_use]
    pub fn decide(&self, principal: &Principal, action: Action, target: &Target) -> Decision {
        self.inner.authorizer.decide(principal, action, target)
    }

    /// Adds a job of this kind for every event that matches: `order.placed`, `order.*` or `*`. The payload is the
    /// [`Event`](crate::Event). Called while wiring up, before anything runs.
    pub fn subscribe(&self, pattern: &str, job_kind: &'static str) {
        self.inner.outbox.subscribe(pattern, job_kind);
    }

    /// Says who runs the jobs of a kind. Called while wiring up, before a worker runs.
    pub fn handle(&self, job_kind: &'static str, handler: impl JobHandler + 'static) {
        self.inner
            .handlers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(job_kind, Arc::new(handler));
    }

    pub(crate) fn handler(&self, job_kind: &str) -> Option<Arc<dyn JobHandler>> {
        self.inner
            .handlers
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(job_kind)
            .cloned()
    }

    /// Lets the workers of this process look for jobs now.
    pub fn wake_workers(&self) {
        self.inner.wake.notify_one();
    }

    pub(crate) async fn woken(&self) {
        self.inner.wake.notified().await;
    }

    /// Runs a use case that changes something: one transaction with its audit entries, events and jobs.
    ///
    /// With an idempotency key in the context, the same command with the same input has one effect and one answer. A dry
    /// run is the same path rolled back. When others get in the way, `run` is called again, from the start. A use case
    /// that is part of a larger one takes the [`Work`] of that; commands never call commands.
    ///
    /// # Errors
    /// Whatever `run` answers; [`Error::KeyReused`] when the key was used with another command or input.
    pub async fn command<I, O, F>(
        &self,
        ctx: &OpCtx,
        name: &'static str,
        input: &I,
        run: F,
    ) -> Result<O>
    where
        I: Serialize + Sync + ?Sized,
        O: Serialize + DeserializeOwned + Send,
        F: for<'a> Fn(&'a mut Work, &'a I) -> BoxFuture<'a, Result<O>> + Send + Sync,
    {
        let key = KeyUse::of(ctx, name, input)?;
        // What is read after a change shows it, and nobody waits for a second connection with one in the hand.
        if let Some(snapshot) = &ctx.snapshot {
            snapshot.close().await?;
        }
        let mut attempt = 1;
        loop {
            let outcome = match self.start(ctx, key.as_ref()).await {
                Ok(Started::Answered(answer)) => {
                    serde_json::from_str(&answer).map_err(Error::internal)
                }
                Ok(Started::Fresh(mut work)) => match run(&mut work, input).await {
                    Ok(answer) => {
                        // Written out before the next await, so that answers need not be shared between threads.
                        let text = key
                            .as_ref()
                            .map(|_| serde_json::to_string(&answer))
                            .transpose();
                        self.finish(*work, key.as_ref(), text)
                            .await
                            .map(|()| answer)
                    }
                    Err(e) => Err(e),
                },
                Err(e) => Err(e),
            };
            match outcome {
                Err(e) if is_retryable(&e) && attempt < ATTEMPTS_MAX => {
                    self.pause(name, attempt).await
                }
                outcome => {
                    self.note(name, outcome.as_ref().err());
                    return outcome;
                }
            }
            attempt += 1;
        }
    }

    /// Runs a use case that only reads, all of it from one snapshot.
    ///
    /// # Errors
    /// Whatever `run` answers.
    pub async fn read<I, O, F>(&self, ctx: &OpCtx, input: &I, run: F) -> Result<O>
    where
        I: Sync + ?Sized,
        F: for<'a> Fn(&'a mut Work, &'a I) -> BoxFuture<'a, Result<O>> + Send + Sync,
    {
        let snapshot = ctx.snapshot.as_ref();
        let reading = self.inner.open.begin(&self.inner.db, snapshot).await?;
        let Reading { tx, known, permit } = reading;
        let mut work = self.work(ctx, tx, Some(known));
        let answer = run(&mut work, input).await;
        if let Err(Error::Internal(_) | Error::Unavailable { .. }) = &answer {
            // A transaction in which a statement failed is of no further use.
            return answer;
        }
        if !work.is_clean() {
            return Err(Error::internal(
                "a reading use case wants to write; make it a command",
            ));
        }
        let reading = Reading {
            tx: work.tx,
            known: work.known.unwrap_or_default(),
            permit,
        };
        self.inner.open.end(reading, snapshot).await?;
        answer
    }

    /// Reads something in a snapshot before there is a context: who it is that asks.
    ///
    /// # Errors
    /// Whatever `run` answers.
    pub async fn read_in<O, F>(&self, snapshot: &Snapshot, run: F) -> Result<O>
    where
        F: for<'a> FnOnce(&'a mut Tx) -> BoxFuture<'a, Result<O>> + Send,
    {
        let mut reading = self
            .inner
            .open
            .begin(&self.inner.db, Some(snapshot))
            .await?;
        let answer = run(&mut reading.tx).await?;
        self.inner.open.end(reading, Some(snapshot)).await?;
        Ok(answer)
    }

    fn work(&self, ctx: &OpCtx, tx: Tx, known: Option<Known>) -> Work {
        Work::new(
            tx,
            ctx.clone(),
            self.wall(),
            self.inner.authorizer,
            self.inner.outbox.clone(),
            known,
        )
    }

    async fn start(&self, ctx: &OpCtx, key: Option<&KeyUse>) -> Result<Started> {
        let mut tx = self.inner.db.begin().await?;
        if let Some(key) = key
            && !store::claim_key(&mut tx, ctx, key, self.wall()).await?
        {
            let stored = store::key_answer(&mut tx, ctx.realm, key).await?;
            tx.rollback().await?;
            let stored = stored
                .ok_or_else(|| Error::unavailable("the same request is just being worked on"))?;
            return key
                .matching(stored, &self.inner.keys)
                .map(Started::Answered);
        }
        let work = self.work(ctx, tx, None);
        Ok(Started::Fresh(Box::new(work)))
    }

    async fn finish(
        &self,
        mut work: Work,
        key: Option<&KeyUse>,
        answer: serde_json::Result<Option<String>>,
    ) -> Result<()> {
        let has_jobs = work.flush().await?;
        if work.ctx.dry_run {
            return work.tx.rollback().await;
        }
        if let (Some(key), Some(answer)) = (key, answer.map_err(Error::internal)?) {
            let sealed = key.sealed(&answer, &self.inner.keys)?;
            store::store_answer(&mut work.tx, work.ctx.realm, key, sealed).await?;
        }
        work.tx.commit().await?;
        if has_jobs {
            self.wake_workers();
        }
        Ok(())
    }

    async fn pause(&self, name: &'static str, attempt: u32) {
        self.inner
            .metrics
            .count("tradewind_command_retries_total", &[("command", name)], 1);
        let base = PAUSE_FIRST * 2_u32.saturating_pow(attempt - 1);
        let extra = random_below(u64::try_from(base.as_micros()).unwrap_or(u64::MAX));
        tokio::time::sleep(base + Duration::from_micros(extra)).await;
    }

    fn note(&self, name: &'static str, error: Option<&Error>) {
        let outcome = error.map_or("ok", Error::code);
        self.inner.metrics.count(
            "tradewind_commands_total",
            &[("command", name), ("outcome", outcome)],
            1,
        );
        if let Some(Error::Internal(cause)) = error {
            tracing::error!(command = name, %cause, "command failed");
        }
    }

    /// Runs a piece of bookkeeping that is nobody's doing in a transaction, again when others get in the way. What somebody
    /// does goes through [`Platform::command`].
    ///
    /// # Errors
    /// What `run` answers; database errors.
    pub async fn transact<O>(
        &self,
        name: &'static str,
        run: impl for<'a> Fn(&'a mut crate::db::Tx) -> BoxFuture<'a, Result<O>> + Send + Sync,
    ) -> Result<O> {
        let mut attempt = 1;
        loop {
            let outcome = async {
                let mut tx = self.inner.db.begin().await?;
                let answer = run(&mut tx).await?;
                tx.commit().await?;
                Ok(answer)
            }
            .await;
            match outcome {
                Err(e) if is_retryable(&e) && attempt < ATTEMPTS_MAX => {
                    self.pause(name, attempt).await
                }
                outcome => return outcome,
            }
            attempt += 1;
        }
    }
}

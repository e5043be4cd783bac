//! The worker: claims what is due, runs it, and moves the clocks of sandboxes.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::task::JoinSet;
use tradewind_kernel::id::{JobId, RequestId};
use tradewind_kernel::{Error, Timestamp};

use super::store::{self, Claim, Ending};
use super::types::{Job, JobResult, JobState};
use crate::db::Result;
use crate::platform::Platform;
use crate::realm::Realm;
use crate::store as realm_store;
use crate::tokens::random_below;

/// First pause after a failure; doubles each time.
const BACKOFF_FIRST: Duration = Duration::from_secs(2);
/// Longest pause after a failure.
const BACKOFF_MAX: Duration = Duration::from_secs(3600);
/// A moving clock waits for jobs whose pause is over within this time, so that a short hitch on the other side does not
/// make things happen at a later date than they would have.
const CLOCK_PATIENCE: Duration = Duration::from_secs(30);
/// Longest error text that is kept with a job, in characters.
const ERROR_LENGTH_MAX: usize = 2_000;
/// The end of time, for runs that do not wait out pauses.
const FOREVER: Timestamp = Timestamp::from_micros(i64::MAX);

/// How a worker works.
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// Name in the leases; unique among the workers of a database.
    pub name: String,
    /// Jobs run at the same time.
    pub concurrency: u32,
    /// How long a claim holds without being renewed.
    pub lease: Duration,
    /// How often to look for work when nothing calls.
    pub poll: Duration,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            name: RequestId::generate().to_string(),
            concurrency: 8,
            lease: Duration::from_secs(60),
            poll: Duration::from_millis(500),
        }
    }
}

/// What [`Worker::drain`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    /// Runs that finished their job.
    pub done: u32,
    /// Runs that failed and will be tried again, or asked to be run again.
    pub again: u32,
    /// Runs after which the job was dead.
    pub dead: u32,
}

/// Runs jobs. Any number of workers share one database.
#[derive(Debug)]
pub struct Worker {
    platform: Platform,
    config: WorkerConfig,
}

/// A run that ended, waiting to be written down.
struct Ended {
    job: Job,
    ending: Ending,
}

impl Worker {
    /// A worker for this platform.
    #[must_use]
    pub fn new(platform: Platform, config: WorkerConfig) -> Self {
        Self { platform, config }
    }

    /// Works until `shutdown` comes to an end, then lets the running jobs finish. A database that does not answer is
    /// waited for.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        let mut shutdown = std::pin::pin!(shutdown.fuse());
        let mut running: JoinSet<Ended> = JoinSet::new();
        let mut held: HashMap<JobId, Job> = HashMap::new();
        let mut ended: Vec<Ended> = Vec::new();
        let mut renew_at = self.lease_third();
        let mut stopping = false;
        loop {
            let free = if stopping {
                0
            } else {
                self.config.concurrency.saturating_sub(count(running.len()))
            };
            let claimed = match self.round(&ended, free, self.platform.wall()).await {
                Ok(claimed) => {
                    for done in ended.drain(..) {
                        held.remove(&done.job.id);
                    }
                    claimed
                }
                Err(error) => {
                    tracing::warn!(%error, "the worker cannot reach its jobs");
                    Vec::new()
                }
            };
            let found = !claimed.is_empty();
            for job in claimed {
                held.insert(job.id, job.clone());
                let platform = self.platform.clone();
                running.spawn(async move { run_one(&platform, job).await });
            }
            if stopping && running.is_empty() && ended.is_empty() {
                return;
            }
            if self.platform.wall() >= renew_at {
                self.renew(held.values().cloned().collect()).await;
                renew_at = self.lease_third();
            }
            if found && count(running.len()) < self.config.concurrency && !stopping {
                continue;
            }
            if !stopping
                && running.is_empty()
                && ended.is_empty()
                && self.step_clocks(self.platform.wall()).await
            {
                continue;
            }
            tokio::select! {
                Some(done) = running.join_next() => ended.extend(done.ok()),
                () = &mut shutdown, if !stopping => stopping = true,
                () = self.platform.woken(), if !stopping => {}
                () = tokio::time::sleep(self.jittered_poll()) => {}
            }
            while let Some(done) = running.try_join_next() {
                ended.extend(done.ok());
            }
        }
    }

    /// Runs everything that is ready, one job after the other, moves the clocks that are on their way, and returns when
    /// nothing is left to do now. With `skip_pauses`, pauses after failures count as over.
    ///
    /// # Errors
    /// Database errors; errors of jobs are not errors of this.
    pub async fn drain(&self, skip_pauses: bool) -> Result<Drained> {
        let mut drained = Drained::default();
        loop {
            let wall = self.platform.wall();
            let patient_until = if skip_pauses { FOREVER } else { wall };
            let claimed = self.round(&[], 1, patient_until).await?;
            if claimed.is_empty() {
                if self.step_clocks(patient_until).await {
                    continue;
                }
                return Ok(drained);
            }
            for job in claimed {
                let ended = run_one(&self.platform, job).await;
                match ended.ending.state {
                    JobState::Done => drained.done += 1,
                    JobState::Dead => drained.dead += 1,
                    _ => drained.again += 1,
                }
                self.round(&[ended], 0, patient_until).await?;
            }
        }
    }

    /// Writes down what ended and claims up to `free` new jobs, fairly among the realms, all in one transaction.
    async fn round(
        &self,
        ended: &[Ended],
        free: u32,
        patient_until: Timestamp,
    ) -> Result<Vec<Job>> {
        let wall = self.platform.wall();
        let lease_until = plus(wall, self.config.lease);
        let worker = self.config.name.clone();
        if ended.is_empty() && !(free > 0 && self.anything_to_do(wall, patient_until).await?) {
            return Ok(Vec::new());
        }
        let endings: Vec<(Job, Ending)> = ended
            .iter()
            .map(|e| (e.job.clone(), e.ending.clone()))
            .collect();
        self.platform
            .transact("jobs.round", move |tx| {
                let (endings, worker) = (endings.clone(), worker.clone());
                Box::pin(async move {
                    for (job, ending) in &endings {
                        if !store::finish(tx, job, &worker, ending).await? {
                            tracing::warn!(job = %job.id, kind = job.kind, "the lease ran out before the job ended");
                        }
                    }
                    if free == 0 {
                        return Ok(Vec::new());
                    }
                    let realms = store::realms_with_work(tx, wall, patient_until).await?;
                    let share = free.div_ceil(count(realms.len()).max(1));
                    let mut claimed = Vec::new();
                    for realm in &realms {
                        let limit = share.min(free - count(claimed.len()));
                        if limit == 0 {
                            break;
                        }
                        let claim = Claim { worker: &worker, wall, patient_until, lease_until, limit };
                        claimed.extend(store::claim(tx, realm, &claim).await?);
                    }
                    Ok(claimed)
                })
            })
            .await
    }

    /// A look from a reader, so that an idle worker does not take the writer's turn.
    async fn anything_to_do(&self, wall: Timestamp, patient_until: Timestamp) -> Result<bool> {
        let mut tx = self.platform.db().read().await?;
        let realms = store::realms_with_work(&mut tx, wall, patient_until).await?;
        tx.rollback().await?;
        Ok(!realms.is_empty())
    }

    async fn renew(&self, held: Vec<Job>) {
        if held.is_empty() {
            return;
        }
        let until = plus(self.platform.wall(), self.config.lease);
        let worker = self.config.name.clone();
        let renewed = self.platform.transact("jobs.renew", move |tx| {
            let (held, worker) = (held.clone(), worker.clone());
            Box::pin(async move {
                for job in &held {
                    store::renew(tx, job, &worker, until).await?;
                }
                Ok(())
            })
        });
        if let Err(error) = renewed.await {
            tracing::warn!(%error, "leases could not be renewed");
        }
    }

    /// Moves the clocks of sandboxes that are on their way, each to where the next job falls due. Returns whether a
    /// clock moved.
    async fn step_clocks(&self, patient_until: Timestamp) -> bool {
        let mut moved = false;
        let realms = match self.platform.realms().await {
            Ok(realms) => realms,
            Err(error) => {
                tracing::warn!(%error, "the realms cannot be read");
                return false;
            }
        };
        for realm in realms
            .into_iter()
            .filter(|realm| realm.clock_target.is_some())
        {
            let wall = self.platform.wall();
            let step = self.platform.transact("clock.step", move |tx| {
                let id = realm.id;
                Box::pin(async move {
                    match realm_store::realm_locked(tx, id).await? {
                        Some(realm) => step_clock(tx, &realm, wall, patient_until).await,
                        None => Ok(false),
                    }
                })
            });
            match step.await {
                Ok(stepped) => moved |= stepped,
                Err(error) => tracing::warn!(%error, "the clock of a realm cannot be moved"),
            }
        }
        moved
    }

    fn lease_third(&self) -> Timestamp {
        plus(self.platform.wall(), self.config.lease / 3)
    }

    fn jittered_poll(&self) -> Duration {
        let quarter = u64::try_from(self.config.poll.as_micros() / 4).unwrap_or(u64::MAX);
        self.config.poll + Duration::from_micros(random_below(quarter))
    }
}

/// One step towards the target, unless something is still to be done at the present time.
async fn step_clock(
    tx: &mut crate::db::Tx,
    realm: &Realm,
    wall: Timestamp,
    patient_until: Timestamp,
) -> Result<bool> {
    let Some(target) = realm.clock_target else {
        return Ok(false);
    };
    let now = realm.at(wall);
    if store::busy(
        tx,
        realm,
        now,
        patient_until.max(plus(wall, CLOCK_PATIENCE)),
    )
    .await?
    {
        return Ok(false);
    }
    let next = store::next_due(tx, realm.id, now, target).await?;
    let to = next.unwrap_or(target).max(now);
    let offset = to.as_micros().saturating_sub(wall.as_micros());
    let left = (next.is_some() && to < target).then_some(target);
    realm_store::set_clock(tx, realm.id, offset.max(realm.clock_offset_us), left).await
}

/// Runs one job to its end, whatever happens in it.
async fn run_one(platform: &Platform, job: Job) -> Ended {
    let begun = std::time::Instant::now();
    let outcome = match platform.handler(&job.kind) {
        Some(handler) => {
            let run = std::panic::AssertUnwindSafe(handler.run(platform, &job)).catch_unwind();
            run.await
                .unwrap_or_else(|_| Err(Error::internal("the handler panicked")))
        }
        None => Err(Error::internal(format!(
            "nothing here handles jobs of kind {}",
            job.kind
        ))),
    };
    let ending = ending(&job, outcome, platform.wall());
    let labels = [
        ("kind", job.kind.as_str()),
        ("outcome", ending.state.as_str()),
    ];
    platform.metrics().count("tradewind_jobs_total", &labels, 1);
    platform
        .metrics()
        .took("tradewind_job_seconds", &labels[..1], begun.elapsed());
    Ended { job, ending }
}

fn ending(job: &Job, outcome: Result<JobResult>, wall: Timestamp) -> Ending {
    let base = Ending {
        state: JobState::Done,
        finished_at: Some(wall),
        error: None,
        due_at: job.due_at,
        not_before: Timestamp::from_micros(0),
        attempt: job.attempt,
    };
    match outcome {
        Ok(JobResult::Done) => base,
        Ok(JobResult::Again(at)) => Ending {
            state: JobState::Ready,
            finished_at: None,
            due_at: at,
            attempt: 0,
            ..base
        },
        Ok(JobResult::Failed(reason)) => Ending {
            state: JobState::Dead,
            error: Some(shortened(reason)),
            ..base
        },
        Ok(JobResult::Retry { after, reason }) => retried(job, reason, after, wall, base),
        Err(e) => retried(job, e.to_string(), Duration::ZERO, wall, base),
    }
}

/// Another attempt after a pause, or the end after the last one.
fn retried(job: &Job, error: String, after: Duration, wall: Timestamp, base: Ending) -> Ending {
    let last = job.attempt >= job.max_attempts;
    if last {
        tracing::error!(job = %job.id, kind = job.kind, error, "job is dead");
    }
    let error = Some(shortened(error));
    if last {
        return Ending {
            state: JobState::Dead,
            error,
            ..base
        };
    }
    Ending {
        state: JobState::Ready,
        finished_at: None,
        error,
        not_before: plus(wall, backoff(job.attempt).max(after)),
        ..base
    }
}

/// Doubles with every attempt, with up to a quarter more at random so that what failed together does not return together.
fn backoff(attempt: u32) -> Duration {
    let base = BACKOFF_FIRST
        .saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)))
        .min(BACKOFF_MAX);
    let quarter = u64::try_from(base.as_micros() / 4).unwrap_or(u64::MAX);
    base + Duration::from_micros(random_below(quarter))
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(ERROR_LENGTH_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn plus(time: Timestamp, by: Duration) -> Timestamp {
    let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(time.as_micros().saturating_add(by))
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_kernel::id::{AccountId, RealmId};

    fn job(attempt: u32) -> Job {
        Job {
            realm: RealmId::generate(),
            id: JobId::generate(),
            kind: "test".to_owned(),
            payload: serde_json::Value::Null,
            lane: None,
            due_at: Timestamp::from_micros(7),
            now: Timestamp::from_micros(8),
            attempt,
            max_attempts: 3,
            root_account: AccountId::generate(),
        }
    }

    #[test]
    fn a_pause_that_was_asked_for_is_kept_and_counts_as_an_attempt() {
        let wall = Timestamp::from_micros(1_000_000_000);
        let retry = |after| JobResult::Retry {
            after: Duration::from_secs(after),
            reason: "busy".to_owned(),
        };
        let long = ending(&job(1), Ok(retry(600)), wall);
        assert_eq!(long.state, JobState::Ready);
        assert_eq!(long.not_before, plus(wall, Duration::from_secs(600)));
        assert_eq!((long.attempt, long.due_at), (1, Timestamp::from_micros(7)));
        assert_eq!(long.error.as_deref(), Some("busy"));
        let short = ending(&job(2), Ok(retry(0)), wall);
        assert!(short.not_before >= plus(wall, Duration::from_secs(4)));
        let last = ending(&job(3), Ok(retry(600)), wall);
        assert_eq!((last.state, last.finished_at), (JobState::Dead, Some(wall)));
    }

    #[test]
    fn pauses_grow_to_an_hour() {
        assert!((2..=3).contains(&backoff(1).as_secs()));
        assert!((16..=20).contains(&backoff(4).as_secs()));
        assert!((3600..=4500).contains(&backoff(1_000).as_secs()));
    }
}

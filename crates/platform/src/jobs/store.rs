//! SQL for jobs.

use serde_json::Value;
use tradewind_kernel::Timestamp;
use tradewind_kernel::id::{JobId, RealmId};

use super::types::{Job, JobRecord, NewJob};
use crate::args;
use crate::db::{Json, Result, Tx};
use crate::realm::Realm;

/// A ready job can be claimed when no earlier unfinished job shares its lane. Dead jobs do not hold up their lane.
macro_rules! claimable {
    () => {
        "j.realm_id = $1 AND j.state = 'ready' AND j.due_at <= $2 AND j.not_before <= $3
         AND (j.lane IS NULL OR NOT EXISTS (
             SELECT 1 FROM job e WHERE e.realm_id = j.realm_id AND e.lane = j.lane
             AND e.state IN ('ready', 'leased') AND (e.due_at, e.id) < (j.due_at, j.id)))"
    };
}

/// What is picked stands in a query of its own that runs once: as a subquery PostgreSQL may run it for every row, and as
/// what is locked is skipped, each time picks others, beyond the limit.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "WITH picked AS MATERIALIZED (SELECT j.id FROM job j WHERE ",
            claimable!(),
            " ORDER BY j.due_at, j.id LIMIT $6 ",
            $lock,
            ") UPDATE job SET state = 'leased', attempt = attempt + 1, lease_until = $4, leased_by = $5
             WHERE realm_id = $1 AND id IN (SELECT id FROM picked)
             RETURNING id, kind, payload, lane, due_at, attempt, max_attempts"
        )
    };
}

crate::stmts! {
    /// Realms in which a job can be claimed, has lost its worker, or the clock is moving.
    REALMS_WITH_WORK = "SELECT r.id, r.name, r.mode, r.clock_offset_us, r.clock_target_us, r.root_account, r.created_at
        FROM realm r WHERE r.clock_target_us IS NOT NULL
        OR EXISTS (SELECT 1 FROM job j WHERE j.realm_id = r.id AND j.state = 'ready'
            AND j.due_at <= $1 + r.clock_offset_us AND j.not_before <= $2)
        OR EXISTS (SELECT 1 FROM job j WHERE j.realm_id = r.id AND j.state = 'leased' AND j.lease_until < $1)
        ORDER BY r.id";
    /// Takes what can be run.
    CLAIM = claim!(""), pg = claim!("FOR UPDATE OF j SKIP LOCKED");
    /// Jobs whose worker is gone may run again.
    EXPIRED = "UPDATE job SET state = CASE WHEN attempt >= max_attempts THEN 'dead' ELSE 'ready' END,
        finished_at = CASE WHEN attempt >= max_attempts THEN $2 ELSE NULL END,
        last_error = 'the worker stopped before the job was finished', lease_until = NULL, leased_by = NULL
        WHERE realm_id = $1 AND state = 'leased' AND lease_until < $2";
    /// Keeps a job.
    RENEW = "UPDATE job SET lease_until = $5
        WHERE realm_id = $1 AND id = $2 AND state = 'leased' AND leased_by = $3 AND attempt = $4";
    /// Ends a run, unless the lease was lost meanwhile.
    FINISH = "UPDATE job SET state = $5, finished_at = $6, last_error = $7, due_at = $8, not_before = $9, attempt = $10,
        lease_until = NULL, leased_by = NULL
        WHERE realm_id = $1 AND id = $2 AND state = 'leased' AND leased_by = $3 AND attempt = $4";
    /// Calls off jobs by the beginning of their key.
    CANCEL = "UPDATE job SET state = 'cancelled', finished_at = $4
        WHERE realm_id = $1 AND state = 'ready' AND unique_key >= $2 AND unique_key < $3";
    /// Whether a worker has a job or could take one.
    BUSY = concat!("SELECT CASE WHEN EXISTS (SELECT 1 FROM job WHERE realm_id = $1 AND state = 'leased')
        OR EXISTS (SELECT 1 FROM job j WHERE ", claimable!(), ") THEN 1 ELSE 0 END");
    /// When the next job falls due.
    NEXT_DUE = "SELECT MIN(due_at) FROM job WHERE realm_id = $1 AND state = 'ready' AND due_at > $2 AND due_at <= $3";
    /// One job.
    JOB = "SELECT id, kind, lane, state, due_at, not_before, attempt, max_attempts, last_error, unique_key, created_at,
        finished_at FROM job WHERE realm_id = $1 AND id = $2";
    /// Lets a dead job run again, unless another one took its place.
    RETRY = "UPDATE job SET state = 'ready', attempt = 0, not_before = 0, finished_at = NULL
        WHERE realm_id = $1 AND id = $2 AND state = 'dead' AND (unique_key IS NULL OR NOT EXISTS (
            SELECT 1 FROM job o WHERE o.realm_id = $1 AND o.unique_key = job.unique_key AND o.state IN ('ready', 'leased')))";
    /// How many jobs are in each state.
    COUNTS = "SELECT state, COUNT(*) FROM job WHERE realm_id = $1 AND state IN ('ready', 'leased', 'dead')
        GROUP BY state ORDER BY state";
    /// Forgets finished jobs.
    FORGET = "DELETE FROM job WHERE realm_id = $1 AND state IN ('done', 'cancelled') AND finished_at < $2";
}

crate::bulk! {
    /// New jobs.
    JOBS = "job" {
        realm_id: Text, id: Text, kind: Text, lane: Text, payload: Text, state: Text, due_at: Int, not_before: Int,
        attempt: Int, max_attempts: Int, unique_key: Text, created_at: Int,
    } on conflict Nothing;
}

pub(crate) async fn insert(
    tx: &mut Tx,
    realm: RealmId,
    now: Timestamp,
    jobs: Vec<NewJob>,
) -> Result<u64> {
    let rows = jobs
        .into_iter()
        .map(|job| {
            let due = job.due_at.unwrap_or(now);
            args![
                realm,
                JobId::generate(),
                job.kind,
                job.lane,
                Json(job.payload),
                "ready",
                due,
                0_i64,
                0_i64,
                job.max_attempts.max(1),
                job.unique_key,
                now,
            ]
        })
        .collect();
    tx.insert_many(&JOBS, rows).await
}

/// What has the same beginning lies between it and it with the last character appended.
pub(crate) async fn cancel(
    tx: &mut Tx,
    realm: RealmId,
    prefix: &str,
    wall: Timestamp,
) -> Result<u64> {
    tx.exec(
        &CANCEL,
        args![realm, prefix, format!("{prefix}{}", char::MAX), wall],
    )
    .await
}

/// `patient_until` is how far pauses after failures count as over: the wall clock, or the end of time.
pub(crate) async fn realms_with_work(
    tx: &mut Tx,
    wall: Timestamp,
    patient_until: Timestamp,
) -> Result<Vec<Realm>> {
    tx.all(&REALMS_WITH_WORK, args![wall, patient_until]).await
}

/// Who claims, until when, and how many.
pub(crate) struct Claim<'a> {
    pub(crate) worker: &'a str,
    pub(crate) wall: Timestamp,
    pub(crate) patient_until: Timestamp,
    pub(crate) lease_until: Timestamp,
    pub(crate) limit: u32,
}

/// Claims jobs of a realm, in the order in which they are due.
pub(crate) async fn claim(tx: &mut Tx, realm: &Realm, claim: &Claim<'_>) -> Result<Vec<Job>> {
    tx.exec(&EXPIRED, args![realm.id, claim.wall]).await?;
    let now = realm.at(claim.wall);
    type Claimed = (
        JobId,
        String,
        Json<Value>,
        Option<String>,
        Timestamp,
        u32,
        u32,
    );
    let rows: Vec<Claimed> = tx
        .all(
            &CLAIM,
            args![
                realm.id,
                now,
                claim.patient_until,
                claim.lease_until,
                claim.worker,
                claim.limit
            ],
        )
        .await?;
    let mut jobs: Vec<Job> = rows
        .into_iter()
        .map(
            |(id, kind, Json(payload), lane, due_at, attempt, max_attempts)| Job {
                realm: realm.id,
                id,
                kind,
                payload,
                lane,
                due_at,
                now,
                attempt,
                max_attempts,
                root_account: realm.root_account,
            },
        )
        .collect();
    jobs.sort_by_key(|job| (job.due_at, job.id));
    Ok(jobs)
}

pub(crate) async fn renew(tx: &mut Tx, job: &Job, worker: &str, until: Timestamp) -> Result<bool> {
    Ok(tx
        .exec(&RENEW, args![job.realm, job.id, worker, job.attempt, until])
        .await?
        == 1)
}

/// What becomes of a job after a run.
#[derive(Clone, Debug)]
pub(crate) struct Ending {
    pub(crate) state: super::JobState,
    pub(crate) finished_at: Option<Timestamp>,
    pub(crate) error: Option<String>,
    pub(crate) due_at: Timestamp,
    pub(crate) not_before: Timestamp,
    pub(crate) attempt: u32,
}

/// `false` when the lease was lost: someone else has the job now.
pub(crate) async fn finish(tx: &mut Tx, job: &Job, worker: &str, end: &Ending) -> Result<bool> {
    let args = args![
        job.realm,
        job.id,
        worker,
        job.attempt,
        end.state,
        end.finished_at,
        end.error,
        end.due_at,
        end.not_before,
        end.attempt,
    ];
    Ok(tx.exec(&FINISH, args).await? == 1)
}

pub(crate) async fn busy(
    tx: &mut Tx,
    realm: &Realm,
    now: Timestamp,
    patient_until: Timestamp,
) -> Result<bool> {
    let (busy,): (bool,) = tx.one(&BUSY, args![realm.id, now, patient_until]).await?;
    Ok(busy)
}

pub(crate) async fn next_due(
    tx: &mut Tx,
    realm: RealmId,
    after: Timestamp,
    until: Timestamp,
) -> Result<Option<Timestamp>> {
    let (due,): (Option<Timestamp>,) = tx.one(&NEXT_DUE, args![realm, after, until]).await?;
    Ok(due)
}

pub(crate) async fn job(tx: &mut Tx, realm: RealmId, id: JobId) -> Result<Option<JobRecord>> {
    tx.opt(&JOB, args![realm, id]).await
}

pub(crate) async fn retry(tx: &mut Tx, realm: RealmId, id: JobId) -> Result<bool> {
    Ok(tx.exec(&RETRY, args![realm, id]).await? == 1)
}

pub(crate) async fn counts(tx: &mut Tx, realm: RealmId) -> Result<Vec<(String, i64)>> {
    tx.all(&COUNTS, args![realm]).await
}

pub(crate) async fn forget(tx: &mut Tx, realm: RealmId, before: Timestamp) -> Result<u64> {
    tx.exec(&FORGET, args![realm, before]).await
}

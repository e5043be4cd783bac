//! Billing runs as they are kept: begun, noted step by step, ended, taken up again, listed.
//!
//! What a step of a run makes is added to its record in the step's own transaction. So the record tells what is really
//! there, wherever a process died; and whoever takes the run up again, or runs beside, adds to the same record.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Date, Duration, Error, Result, Timestamp,
    filter::{Filter, Sort},
    id::{BillingRunId, RequestId},
    page::Page,
};
use tradewind_platform::{AuditEntry, NewJob, OpCtx, Platform, Work};
use tradewind_policy::Action;

use super::{ListQuery, authorize_provider, authorize_run, realm};
use crate::{
    store::runs::{self, Beginning, End},
    types::{BillingRun, Made, Problem, RunOrigin, RunState},
};

/// Kind of the job that takes a run up again when its process has died; the run's end calls it off.
pub const RUN_JOB: &str = "billing.run";

/// A run of which nothing was heard for so long is taken to be cut off.
const ALIVE: Duration = Duration::from_secs(120);

/// How many problems of a run are kept with their reasons.
const PROBLEMS_MAX: usize = 100;

/// What a run is to do, and where it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStart {
    /// The last day to bill.
    pub until: Date,
    /// Where it was asked for.
    pub origin: RunOrigin,
}

impl RunStart {
    /// Up to a day, asked for on the command line.
    #[must_use]
    pub fn at_shell(until: Date) -> Self {
        Self {
            until,
            origin: RunOrigin::CommandLine,
        }
    }
}

/// A run under way, as each of its steps is told.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Driven {
    pub(super) id: BillingRunId,
    pub(super) start: RunStart,
}

/// Until when a run that has just been heard of is taken to be alive, in wall time.
fn alive_until(w: &Work) -> Result<Timestamp> {
    w.wall().plus(ALIVE)
}

/// A run that was asked for, and the request by which.
#[derive(Serialize, Deserialize)]
struct Begun {
    id: BillingRunId,
    request: RequestId,
}

/// Begins a run that somebody asks for, or takes up the one that was begun under the same idempotency key; an ended one
/// comes back as it is.
pub(super) async fn begin(
    p: &Platform,
    ctx: &OpCtx,
    start: RunStart,
) -> Result<(Driven, Option<BillingRun>)> {
    let begun = p
        .command(ctx, "billing.run", &start, |w, start| {
            Box::pin(begin_in(w, *start))
        })
        .await?;
    let run = Driven {
        id: begun.id,
        start,
    };
    if begun.request == ctx.request {
        return Ok((run, None));
    }
    let kept = get(p, ctx, begun.id).await?;
    if kept.state.is_unfinished() {
        // Whoever asked has lost the answer, and with it perhaps the process that was at it: two at once do no harm.
        resume(p, ctx, run.id, Timestamp::MAX).await?;
        return Ok((run, None));
    }
    Ok((run, Some(kept)))
}

async fn begin_in(w: &mut Work, start: RunStart) -> Result<Begun> {
    authorize_run(w)?;
    let begun = Begun {
        id: BillingRunId::generate(),
        request: w.ctx.request,
    };
    let run = Driven {
        id: begun.id,
        start,
    };
    keep(w, &run).await?;
    let account = tradewind_accounts::service::root_in(w).await?;
    w.audit(AuditEntry {
        action: "billing.run",
        kind: "billing_run",
        id: run.id.to_string(),
        account,
        summary: json!({ "until": start.until, "origin": start.origin }),
    });
    let key = job_key(run.id);
    w.enqueue(
        NewJob::new(RUN_JOB, json!({ "run": run.id }))
            .due(w.ctx.now.plus(ALIVE)?)
            .lane(key.clone())
            .unique(key),
    );
    Ok(begun)
}

fn job_key(id: BillingRunId) -> String {
    format!("{RUN_JOB}/{id}")
}

/// The daily run of a day: a new one that is kept from its first effect on, or the one that was cut off or has failed.
/// Those of earlier days that were cut off stay so.
pub(super) async fn begin_daily(p: &Platform, ctx: &OpCtx, until: Date) -> Result<Driven> {
    let start = RunStart {
        until,
        origin: RunOrigin::Daily,
    };
    let new = Driven {
        id: BillingRunId::generate(),
        start,
    };
    p.command(ctx, "billing.run_daily", &new, |w, new| {
        Box::pin(async move {
            authorize_run(w)?;
            let realm = realm(w);
            let mut taken = None;
            for (id, until, state) in runs::daily_unfinished(&mut w.tx, realm).await? {
                if until == new.start.until && taken.is_none() {
                    let alive_until = alive_until(w)?;
                    runs::resume(&mut w.tx, realm, id, alive_until, Timestamp::MAX).await?;
                    taken = Some(Driven { id, ..*new });
                } else if state == RunState::Running {
                    runs::interrupt(&mut w.tx, realm, id).await?;
                }
            }
            Ok(taken.unwrap_or(*new))
        })
    })
    .await
}

/// Takes up a run that has failed, or that was to be alive until this moment at most; false when there is none.
pub(super) async fn resume(
    p: &Platform,
    ctx: &OpCtx,
    id: BillingRunId,
    dead_since: Timestamp,
) -> Result<bool> {
    let ctx = unkeyed(ctx);
    p.command(&ctx, "billing.run_resume", &(id, dead_since), |w, input| {
        Box::pin(async move {
            authorize_run(w)?;
            let ((id, dead_since), realm) = (*input, realm(w));
            let alive_until = alive_until(w)?;
            runs::resume(&mut w.tx, realm, id, alive_until, dead_since).await
        })
    })
    .await
}

/// Adds what a step has made to the record, within the step.
pub(super) async fn note(w: &mut Work, run: &Driven, made: &Made) -> Result<()> {
    let realm = realm(w);
    let so_far = match runs::made(&mut w.tx, realm, run.id).await? {
        Some(so_far) => so_far,
        // A daily run is worth keeping once it makes something.
        None if made.is_nothing() => return Ok(()),
        None => {
            keep(w, run).await?;
            Made::default()
        }
    };
    let mut now = so_far;
    now.add(made)?;
    let alive_until = alive_until(w)?;
    runs::set_made(&mut w.tx, realm, run.id, &now, alive_until).await
}

async fn keep(w: &mut Work, run: &Driven) -> Result<()> {
    let (realm, by) = (realm(w), w.ctx.principal.label());
    let beginning = Beginning {
        id: run.id,
        until: run.start.until,
        origin: run.start.origin,
        begun_by: &by,
        began_at: w.ctx.now,
        alive_until: alive_until(w)?,
    };
    runs::begin(&mut w.tx, realm, &beginning).await
}

/// How a run came to its end.
#[derive(Serialize)]
struct Ended<'a> {
    run: Driven,
    problem_count: usize,
    problems: &'a [Problem],
    failure: Option<String>,
}

/// Ends a run; true when it is kept, which a daily one that found nothing to do is not.
pub(super) async fn end(
    p: &Platform,
    ctx: &OpCtx,
    run: Driven,
    problems: &[Problem],
    failure: Option<String>,
) -> Result<bool> {
    let mut ctx = unkeyed(ctx);
    // The context tells when the run began.
    ctx.now = ctx.now.max(p.now(ctx.realm).await?);
    let ended = Ended {
        run,
        problem_count: problems.len(),
        problems: problems.get(..PROBLEMS_MAX).unwrap_or(problems),
        failure,
    };
    p.command(&ctx, "billing.run_end", &ended, |w, ended| {
        Box::pin(end_in(w, ended))
    })
    .await
}

async fn end_in(w: &mut Work, ended: &Ended<'_>) -> Result<bool> {
    authorize_run(w)?;
    let (realm, run) = (realm(w), &ended.run);
    if runs::made(&mut w.tx, realm, run.id).await?.is_none() {
        if ended.problem_count == 0 && ended.failure.is_none() {
            return Ok(false);
        }
        keep(w, run).await?;
    }
    let end = End {
        state: match ended.failure {
            Some(_) => RunState::Failed,
            None => RunState::Done,
        },
        at: w.ctx.now,
        problem_count: ended.problem_count as u64,
        problems: ended.problems,
        failure: ended.failure.as_deref(),
    };
    runs::end(&mut w.tx, realm, run.id, &end).await?;
    w.cancel_jobs(&job_key(run.id)).await?;
    Ok(true)
}

/// The context without its key: a step of a run answers for nothing but itself.
pub(super) fn unkeyed(ctx: &OpCtx) -> OpCtx {
    OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    }
}

/// What became of a run whose process may have died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resumed {
    /// It had ended, or has now been brought to its end.
    Over,
    /// Somebody is at it; worth another look after this time.
    Alive(std::time::Duration),
}

/// Takes up a run that nobody is at any more; otherwise tells how it stands.
pub(super) async fn take_up(
    p: &Platform,
    ctx: &OpCtx,
    id: BillingRunId,
) -> Result<std::result::Result<Driven, Resumed>> {
    let run = get(p, ctx, id).await?;
    if !run.state.is_unfinished() {
        return Ok(Err(Resumed::Over));
    }
    if !resume(p, ctx, id, p.wall()).await? {
        return Ok(Err(Resumed::Alive(ALIVE.unsigned_abs())));
    }
    let start = RunStart {
        until: run.until,
        origin: run.origin,
    };
    Ok(Ok(Driven { id, start }))
}

/// Billing runs, the latest first; for the provider.
///
/// Filtered by `state`, `origin`, `until`, `began`, `documents`, `problems`; sorted by `until` and `began`.
///
/// # Errors
/// What is wrong with filter, sort or page; `Forbidden`; database errors.
pub async fn billing_run_list(
    p: &Platform,
    ctx: &OpCtx,
    query: &ListQuery,
) -> Result<Page<BillingRun>> {
    p.read(ctx, query, |w, query| {
        Box::pin(async move {
            authorize_provider(w, Action::InvoiceView)?;
            let filter = Filter::parse(&query.filter, &runs::RUNS)?;
            let sort = Sort::parse(&query.sort, &runs::RUNS)?;
            let realm = realm(w);
            runs::runs(&mut w.tx, realm, &filter, &sort, &query.page).await
        })
    })
    .await
}

/// A billing run; for the provider.
///
/// # Errors
/// `NotFound`, `Forbidden`; database errors.
pub async fn billing_run_get(p: &Platform, ctx: &OpCtx, id: BillingRunId) -> Result<BillingRun> {
    get(p, ctx, id).await
}

async fn get(p: &Platform, ctx: &OpCtx, id: BillingRunId) -> Result<BillingRun> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            authorize_provider(w, Action::InvoiceView)?;
            let realm = realm(w);
            runs::run(&mut w.tx, realm, *id)
                .await?
                .ok_or_else(|| Error::not_found(*id))
        })
    })
    .await
}

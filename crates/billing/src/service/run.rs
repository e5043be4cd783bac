//! A billing run: usage, then the periods of all subscriptions, then commitments, then what waits to be collected, in steps of one
//! transaction each.

use serde::Serialize;
use tradewind_kernel::{
    Date, Error, Result,
    id::{BillingRunId, SubscriptionId},
};
use tradewind_platform::{OpCtx, Platform};

use super::{
    collect::{CollectInput, collect_in, due_pairs, sweep},
    commitments::{CommitmentInput, settle_in},
    periods::{BatchInput, bill_batch_in},
    runs::{self, Driven, Resumed, RunStart},
    usage::{UsageInput, usage_charge_in},
};
use crate::{
    rules::run as rules,
    types::{Made, Problem, RunReport},
};

/// Subscriptions in one transaction.
const BATCH: u32 = 500;

/// A whole billing run up to and including a day: usage, then the periods of all subscriptions, then commitments, then the documents that
/// collect what is due, from the customers up to the provider. May be killed anywhere and started again, and run again
/// it finds nothing to do. It is kept in the list of runs; under an idempotency key it is begun once.
///
/// # Errors
/// `out_of_range` for a day that has not come yet; `no_dry_run`; `Forbidden`; database errors.
pub async fn bill(
    p: &Platform,
    ctx: &OpCtx,
    start: RunStart,
    progress: impl FnMut(&RunReport) + Send,
) -> Result<RunReport> {
    not_in_the_future(ctx, start.until)?;
    if ctx.dry_run {
        return Err(Error::refused(
            "no_dry_run",
            "a billing run cannot be tried out, as each of its steps rests on the one before; leave dry_run away",
        ));
    }
    match runs::begin(p, ctx, start).await? {
        (_, Some(ended)) => Ok(RunReport::from(ended)),
        (run, None) => drive(p, ctx, run, progress).await,
    }
}

/// The run of a day that the platform does by itself. It is kept when it makes something or meets problems; when an
/// attempt was cut off or has failed, this one goes on with its record.
///
/// # Errors
/// As [`bill`].
pub async fn bill_daily(
    p: &Platform,
    ctx: &OpCtx,
    until: Date,
    progress: impl FnMut(&RunReport) + Send,
) -> Result<RunReport> {
    not_in_the_future(ctx, until)?;
    let run = runs::begin_daily(p, &runs::unkeyed(ctx), until).await?;
    drive(p, ctx, run, progress).await
}

/// Takes up a run that was cut off, or that failed when it was taken up before, and brings it to its end.
///
/// # Errors
/// `NotFound` for an unknown run; `Forbidden`; database errors.
pub async fn bill_again(p: &Platform, ctx: &OpCtx, id: BillingRunId) -> Result<Resumed> {
    match runs::take_up(p, ctx, id).await? {
        Err(resumed) => Ok(resumed),
        Ok(run) => {
            drive(p, ctx, run, |_| {}).await?;
            Ok(Resumed::Over)
        }
    }
}

async fn drive(
    p: &Platform,
    ctx: &OpCtx,
    run: Driven,
    progress: impl FnMut(&RunReport) + Send,
) -> Result<RunReport> {
    // Each transaction is its own command: none of them answers for the others.
    let mut drive = Drive {
        p,
        ctx: runs::unkeyed(ctx),
        run,
        made: Made::default(),
        progress,
    };
    match drive.all().await {
        Ok(problems) => {
            let kept = runs::end(p, ctx, run, &problems, None).await?;
            Ok(RunReport::of(kept.then_some(run.id), drive.made, problems))
        }
        Err(error) => {
            // Should even this not be possible, the record tells of a run under way, and its job takes it up.
            runs::end(p, ctx, run, &[], Some(error.to_string())).await?;
            Err(error)
        }
    }
}

/// A run on its way.
struct Drive<'a, F> {
    p: &'a Platform,
    ctx: OpCtx,
    run: Driven,
    made: Made,
    progress: F,
}

/// A step of a run, with the run that it belongs to.
#[derive(Serialize)]
struct Step<I> {
    run: Driven,
    input: I,
}

impl<F: FnMut(&RunReport) + Send> Drive<'_, F> {
    /// Everything that is due; returns what could not be billed.
    async fn all(&mut self) -> Result<Vec<Problem>> {
        let mut problems = self.usage().await?;
        problems.extend(self.periods(&problems).await?);
        problems.extend(self.commitments(&problems).await?);
        self.collect(&problems).await?;
        Ok(problems)
    }

    fn step<I>(&self, input: I) -> Step<I> {
        Step {
            run: self.run,
            input,
        }
    }

    fn note(&mut self, made: &Made, problems: &[Problem]) -> Result<()> {
        self.made.add(made)?;
        let id = Some(self.run.id);
        (self.progress)(&RunReport::of(id, self.made.clone(), problems.to_vec()));
        Ok(())
    }

    async fn usage(&mut self) -> Result<Vec<Problem>> {
        let until = self.run.start.until;
        let mut problems = Vec::new();
        let mut after: Option<SubscriptionId> = None;
        loop {
            let step = self.step(UsageInput {
                until,
                after,
                limit: BATCH,
            });
            let batch = self
                .p
                .command(&self.ctx, "billing.usage", &step, |w, step| {
                    Box::pin(async move {
                        let batch = usage_charge_in(w, &step.input).await?;
                        runs::note(w, &step.run, &batch.made()).await?;
                        Ok(batch)
                    })
                })
                .await?;
            let made = batch.made();
            problems.extend(batch.problems);
            self.note(&made, &problems)?;
            after = batch.next;
            if after.is_none() {
                return Ok(problems);
            }
        }
    }

    /// Bills the periods of all subscriptions that are due. What is several periods behind comes up again: the run goes
    /// over all that is due until nothing moves on any more.
    async fn periods(&mut self, before: &[Problem]) -> Result<Vec<Problem>> {
        let until = self.run.start.until;
        loop {
            let mut moved = 0;
            let mut problems = before.to_vec();
            let mut after: Option<(Date, SubscriptionId)> = None;
            loop {
                let step = self.step(BatchInput {
                    until,
                    after,
                    limit: BATCH,
                });
                let batch = self
                    .p
                    .command(&self.ctx, "billing.batch", &step, |w, step| {
                        Box::pin(async move {
                            let batch = bill_batch_in(w, &step.input).await?;
                            runs::note(w, &step.run, &batch.made()).await?;
                            Ok(batch)
                        })
                    })
                    .await?;
                let made = batch.made();
                moved += batch.moved;
                problems.extend(batch.problems);
                self.note(&made, &problems)?;
                after = batch.next;
                if after.is_none() {
                    break;
                }
            }
            if moved == 0 {
                return Ok(problems.split_off(before.len()));
            }
        }
    }

    /// Settles the commitments whose spans are over, by everything that was charged for them.
    async fn commitments(&mut self, before: &[Problem]) -> Result<Vec<Problem>> {
        let until = self.run.start.until;
        let mut problems = before.to_vec();
        let mut after: Option<SubscriptionId> = None;
        loop {
            let step = self.step(CommitmentInput {
                until,
                after,
                limit: BATCH,
            });
            let batch = self
                .p
                .command(&self.ctx, "billing.commitments", &step, |w, step| {
                    Box::pin(async move {
                        let batch = settle_in(w, &step.input).await?;
                        runs::note(w, &step.run, &batch.made()).await?;
                        Ok(batch)
                    })
                })
                .await?;
            let made = batch.made();
            problems.extend(batch.problems);
            self.note(&made, &problems)?;
            after = batch.next;
            // What has begun on the way may be over as well.
            if after.is_none() && !batch.begun {
                return Ok(problems.split_off(before.len()));
            }
        }
    }

    /// The documents that collect what is due, from the customers up to the provider.
    async fn collect(&mut self, problems: &[Problem]) -> Result<()> {
        let until = self.run.start.until;
        sweep(self.p, &self.ctx).await?;
        for pairs in due_pairs(self.p, &self.ctx, until).await? {
            let step = self.step(CollectInput { until, pairs });
            let made = self
                .p
                .command(&self.ctx, "billing.collect", &step, |w, step| {
                    Box::pin(async move {
                        let issued = collect_in(w, &step.input).await?;
                        let made = Made {
                            documents: issued.len() as u64,
                            totals: rules::totals(&issued)?,
                            ..Made::default()
                        };
                        runs::note(w, &step.run, &made).await?;
                        Ok(made)
                    })
                })
                .await?;
            self.note(&made, problems)?;
        }
        Ok(())
    }
}

/// A day is over when it has begun in the earliest zone on earth.
fn not_in_the_future(ctx: &OpCtx, until: Date) -> Result<()> {
    let earliest = tradewind_kernel::Zone::parse("Pacific/Kiritimati")?;
    let today = ctx.now.date_in(&earliest);
    if until <= today {
        return Ok(());
    }
    Err(Error::invalid(
        "until",
        "out_of_range",
        format!("expected a day that has come, {today} at the latest"),
    ))
}

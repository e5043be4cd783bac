//! The job that moves orders: looks at the next step, does it, and goes on until something has to be waited for.

use super::{steps, task_of};
use futures_util::future::BoxFuture;
use serde::Deserialize;
use tradewind_kernel::id::OrderId;
use tradewind_kernel::{Error, Result};
use tradewind_orders::rules::{Move, StepEvent, next};
use tradewind_orders::service::{StepMove, order_detail_in, step_move_in};
use tradewind_orders::types::StepKind;
use tradewind_platform::{Job, JobHandler, JobResult, Platform, Work};

/// Kind of the job.
pub const ADVANCE_JOB: &str = "flow.order";

/// More steps than any order has; a safeguard against going round in circles.
const STEPS_MAX: usize = 20;

/// Moves an order on.
#[derive(Debug, Clone, Copy)]
pub struct Advance;

#[derive(Deserialize)]
struct Payload {
    order_id: OrderId,
}

/// What became of looking at an order once.
#[derive(serde::Serialize, serde::Deserialize)]
enum Looked {
    Moved,
    Waits,
}

impl JobHandler for Advance {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            let Payload { order_id } = job.input()?;
            for step in 0..STEPS_MAX {
                // Each step is its own transaction under its own key, so that the job may die after any of them.
                let ctx = job.ctx(&format!("step-{step}"));
                let looked = platform
                    .command(&ctx, "order.advance", &order_id, |w, id| {
                        Box::pin(advance(w, *id))
                    })
                    .await;
                match looked {
                    Ok(Looked::Moved) => {}
                    Ok(Looked::Waits) => return Ok(JobResult::Done),
                    Err(error) if is_of_the_order(&error) => {
                        fail(platform, job, order_id, &error).await?;
                        return Ok(JobResult::Done);
                    }
                    Err(error) => return Err(error),
                }
            }
            Err(Error::internal(format!("{order_id} goes round in circles")))
        })
    }
}

/// Does the next step; what it answers is the reason to look again or to wait.
async fn advance(w: &mut Work, id: OrderId) -> Result<Looked> {
    let detail = order_detail_in(w, id).await?;
    if detail.order.state.is_final() {
        return Ok(Looked::Waits);
    }
    match next(&detail.steps) {
        Move::Begin(kind) | Move::Continue(kind) => {
            let task = task_of(&detail.order)?;
            let moved = match kind {
                StepKind::Validation => steps::validate(w, &detail.order, &task).await?,
                StepKind::Approval => steps::ask_approval(&detail.order),
                StepKind::Payment => steps::ask_payment(w, &detail, &task).await?,
                StepKind::Delivery => steps::deliver(w, &detail, &task).await?,
                StepKind::Completion => steps::complete(w, &detail, &task).await?,
            };
            let waits = moved.event == StepEvent::Wait;
            step_move_in(w, id, &moved).await?;
            Ok(if waits { Looked::Waits } else { Looked::Moved })
        }
        Move::Wait(_) | Move::Stuck(_) | Move::Complete | Move::Nothing => Ok(Looked::Waits),
    }
}

/// Refusals are the order's own affair and shown on its step; faults of the platform are retried.
const fn is_of_the_order(error: &Error) -> bool {
    !matches!(
        error,
        Error::Internal(_)
            | Error::Unavailable { .. }
            | Error::Changed { .. }
            | Error::TooMany { .. }
    )
}

/// Shows on the step why it can't go on.
async fn fail(platform: &Platform, job: &Job, id: OrderId, error: &Error) -> Result<()> {
    let message = error.to_string();
    let ctx = job.ctx(&format!("failed-{}", job.attempt));
    platform
        .command(
            &ctx,
            "order.step_failed",
            &(id, message),
            |w, (id, message)| {
                Box::pin(async move {
                    let detail = order_detail_in(w, *id).await?;
                    if let Move::Begin(kind) | Move::Continue(kind) = next(&detail.steps) {
                        step_move_in(
                            w,
                            *id,
                            &StepMove::new(kind, StepEvent::Fail).saying(message.clone()),
                        )
                        .await?;
                    }
                    Ok(())
                })
            },
        )
        .await
}

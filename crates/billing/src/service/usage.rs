//! Usage becomes charges on every leg, in batches: the totals that have grown since they were rated.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Date, Result, id::SubscriptionId};
use tradewind_metering::service as metering;
use tradewind_platform::{OpCtx, Platform, Work};
use utoipa::ToSchema;

use super::{authorize_run, rating::charge_totals};
use crate::{
    store::idle,
    types::{Made, Problem},
};

/// What one batch of usage is asked to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UsageInput {
    /// Months that have ended on or before this day are charged.
    pub until: Date,
    /// Where the batch before ended.
    pub after: Option<SubscriptionId>,
    /// How many subscriptions at most.
    pub limit: u32,
}

/// What one batch of usage did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageReport {
    /// How many subscriptions were looked at.
    pub subscriptions: u64,
    /// How many charges were recorded, over all legs.
    pub charges: u64,
    /// What could not be charged, and why; it is tried again by the next run.
    pub problems: Vec<Problem>,
    /// Where the next batch begins; none when there is nothing left.
    pub next: Option<SubscriptionId>,
}

impl UsageReport {
    /// What it adds to the run that it belongs to.
    pub(super) fn made(&self) -> Made {
        Made {
            charges: self.charges,
            ..Made::default()
        }
    }
}

/// Charges usage on every leg of its subscriptions: exactly what the totals have grown by since they were rated. The
/// charges wait on the queue of what is open. Months that have not ended are left alone.
///
/// # Errors
/// `Forbidden`; database errors. What concerns a single subscription is reported instead.
pub async fn usage_charge(p: &Platform, ctx: &OpCtx, input: &UsageInput) -> Result<UsageReport> {
    p.command(ctx, "billing.usage", input, |w, input| {
        Box::pin(usage_charge_in(w, input))
    })
    .await
}

/// As [`usage_charge`], within another command.
///
/// # Errors
/// As [`usage_charge`].
pub async fn usage_charge_in(w: &mut Work, input: &UsageInput) -> Result<UsageReport> {
    authorize_run(w)?;
    // Months that begin before the month of `until` have ended on or before it.
    let ended = input.until.first_of_month();
    let realm = w.ctx.realm;
    let used = metering::usage_due_in(w, ended, input.after, input.limit).await?;
    let unused = idle::due(&mut w.tx, realm, ended, input.after, input.limit).await?;
    let ids: BTreeSet<SubscriptionId> = used.subscriptions.iter().copied().chain(unused).collect();
    let limit = usize::try_from(input.limit).unwrap_or(usize::MAX);
    let ids: Vec<SubscriptionId> = ids.into_iter().take(limit).collect();
    let mut report = UsageReport {
        subscriptions: ids.len() as u64,
        ..UsageReport::default()
    };
    if ids.len() == limit {
        report.next = ids.last().copied();
    }
    charge_totals(w, &ids, ended, &mut report).await?;
    // What could not be rated, and what this batch had no room for, waits on.
    let mut rated: BTreeSet<SubscriptionId> = ids.into_iter().collect();
    for problem in &report.problems {
        rated.remove(&problem.subscription_id);
    }
    metering::usage_rated_in(w, used, &rated, ended).await?;
    Ok(report)
}

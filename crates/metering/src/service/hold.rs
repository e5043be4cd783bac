//! Records that wait for a home: nothing is dropped, and assigning a sub-account counts what waited for it.

use super::ingest::{BATCH_MAX, ingest_in};
use super::prepare::Origin;
use super::query::malformed_cursor;
use crate::rules::{self, COST_METER, MappingRow};
use crate::store::held as store;
use crate::types::{
    HeldRecord, HeldState, IngestReport, IngestStatus, MappingReport, SubAccount,
    SubAccountAssignment, UsageInput,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use tradewind_kernel::id::{AccountId, ImportId, SubscriptionId};
use tradewind_kernel::page::{Page, PageRequest};
use tradewind_kernel::{Error, Problems, Result, Timestamp};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};

/// Says under which subscription a sub-account is resold, and counts everything that waited for it. Returns how many
/// records were counted.
///
/// Records counted before under another subscription stay there: usage is immutable.
///
/// # Errors
/// Not found, forbidden, what is wrong with the input.
pub async fn sub_account_assign(
    p: &Platform,
    ctx: &OpCtx,
    input: &SubAccountAssignment,
) -> Result<u64> {
    p.command(ctx, "sub_account.assign", input, |w, input| {
        Box::pin(async move {
            authorize(w).await?;
            rules::check_assignment(input)?;
            Ok(assign_in(w, input).await?.released)
        })
    })
    .await
}

/// Assigns every sub-account that a mapping file names, or none: CSV with the columns `source` (the provider's name),
/// `sub_account` (its id there) and `subscription` (the subscription's id), in UTF-8.
///
/// # Errors
/// Forbidden; everything that is wrong with the file, each problem naming its row and column (`rows.3.subscription`).
pub async fn sub_account_assign_many(
    p: &Platform,
    ctx: &OpCtx,
    mapping: &[u8],
) -> Result<MappingReport> {
    let mut rows = rules::read_mapping(mapping)?;
    // Sub-accounts are always locked in the same order.
    rows.sort_by(|a, b| a.name().cmp(&b.name()));
    p.command(ctx, "sub_account.assign_many", &rows, |w, rows| {
        Box::pin(async move {
            authorize(w).await?;
            check_subscriptions(w, rows).await?;
            let mut report = MappingReport::default();
            for row in rows {
                let one = assign_in(w, &row.assignment).await?;
                report.assigned += one.assigned;
                report.unchanged += one.unchanged;
                report.released += one.released;
            }
            Ok(report)
        })
    })
    .await
}

async fn check_subscriptions(w: &mut Work, rows: &[MappingRow]) -> Result<()> {
    let mut ids: Vec<SubscriptionId> = rows.iter().map(|r| r.assignment.subscription_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let known: BTreeSet<SubscriptionId> = tradewind_orders::service::subscriptions_in(w, &ids)
        .await?
        .into_iter()
        .map(|subscription| subscription.id)
        .collect();
    let mut problems = Problems::new();
    for row in rows {
        let id = row.assignment.subscription_id;
        if !known.contains(&id) {
            let field = format!("rows.{}.subscription", row.number);
            problems.add(
                field,
                "not_found",
                format!("there is no subscription \"{id}\""),
            );
        }
    }
    problems.finish()
}

/// Assigns one sub-account whose assignment was checked, and counts what waits for it.
async fn assign_in(w: &mut Work, input: &SubAccountAssignment) -> Result<MappingReport> {
    let sold = tradewind_orders::service::subscription_in(w, input.subscription_id).await?;
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let (source, external_id) = (&input.source, &input.external_id);
    let before = store::sub_account(&mut w.tx, realm, source, external_id)
        .await?
        .flatten();
    let changed = before != Some(input.subscription_id);
    if changed {
        store::assign(&mut w.tx, realm, source, external_id, sold.id, now).await?;
    }
    let released = release(w, input).await?;
    let report = MappingReport {
        assigned: u64::from(changed),
        unchanged: u64::from(!changed),
        released,
    };
    if !changed && released == 0 {
        return Ok(report);
    }
    let id = format!("{source}/{external_id}");
    w.audit(AuditEntry {
        action: "sub_account.assign",
        kind: "sub_account",
        id: id.clone(),
        account: sold.customer_id,
        summary: json!({ "before": before, "after": sold.id, "released": released }),
    });
    w.emit(NewEvent {
        kind: "sub_account.assigned",
        subject: id,
        account: sold.customer_id,
        data: json!({ "subscription_id": sold.id, "released": released }),
    });
    Ok(report)
}

/// Counts what waits for a sub-account, batch by batch.
async fn release(w: &mut Work, to: &SubAccountAssignment) -> Result<u64> {
    let realm = w.ctx.realm;
    let limit = u32::try_from(BATCH_MAX).map_err(Error::internal)?;
    let mut released = 0;
    loop {
        let waiting = store::waiting(&mut w.tx, realm, &to.source, &to.external_id, limit).await?;
        if waiting.is_empty() {
            return Ok(released);
        }
        // What waited for its home came when it was held: it is not late because of that.
        let mut by_import: BTreeMap<(ImportId, Timestamp), Vec<_>> = BTreeMap::new();
        for row in waiting {
            by_import
                .entry((row.import_id, row.held_at))
                .or_default()
                .push(row.body.0.of(to.subscription_id, COST_METER));
        }
        for ((import, held_at), records) in by_import {
            let report = ingest_in(w, &records, Origin::of(Some(import), held_at)).await?;
            released += report.accepted;
            settle(w, &records, &report).await?;
        }
    }
}

/// Notes what became of records that waited.
async fn settle(w: &mut Work, records: &[UsageInput], report: &IngestReport) -> Result<()> {
    let mut outcomes: BTreeMap<(&str, HeldState, &str), Vec<&str>> = BTreeMap::new();
    for (record, outcome) in records.iter().zip(&report.outcomes) {
        let reason = outcome.problems.first().map_or("", |p| p.message.as_str());
        let state = match outcome.status {
            IngestStatus::Accepted | IngestStatus::Duplicate | IngestStatus::Review => {
                HeldState::Released
            }
            IngestStatus::Rejected => HeldState::Rejected,
        };
        outcomes
            .entry((&record.source, state, reason))
            .or_default()
            .push(&record.external_id);
    }
    let realm = w.ctx.realm;
    for ((source, state, reason), ids) in outcomes {
        store::settle(&mut w.tx, realm, source, &ids, state, reason).await?;
    }
    Ok(())
}

/// The sub-accounts that have occurred, by provider and id, with what waits for them.
///
/// # Errors
/// Forbidden, a malformed page.
pub async fn sub_account_list(
    p: &Platform,
    ctx: &OpCtx,
    page: &PageRequest,
) -> Result<Page<SubAccount>> {
    p.read(ctx, page, |w, page| {
        Box::pin(async move {
            authorize(w).await?;
            let after = after(page)?;
            let realm = w.ctx.realm;
            let items = store::sub_accounts(
                &mut w.tx,
                realm,
                (&after.0, &after.1),
                page.limit.saturating_add(1),
            )
            .await?;
            paged(items, page, |item| (&item.source, &item.external_id))
        })
    })
    .await
}

/// What a list of held records is narrowed down by.
#[derive(Debug, Clone, Default)]
pub struct HeldQuery {
    /// Only records in this state.
    pub state: Option<HeldState>,
    /// Only records of this sub-account: provider and id.
    pub sub_account: Option<(String, String)>,
    /// Which page.
    pub page: PageRequest,
}

/// Records that wait, or have waited, for a home.
///
/// # Errors
/// Forbidden, a malformed page.
pub async fn held_list(p: &Platform, ctx: &OpCtx, query: &HeldQuery) -> Result<Page<HeldRecord>> {
    p.read(ctx, query, |w, query| {
        Box::pin(async move {
            authorize(w).await?;
            let after = after(&query.page)?;
            let realm = w.ctx.realm;
            let sub_account = query
                .sub_account
                .as_ref()
                .map(|(provider, id)| (provider.as_str(), id.as_str()));
            let items = store::list(
                &mut w.tx,
                realm,
                query.state,
                sub_account,
                (&after.0, &after.1),
            )
            .await?;
            paged(items, &query.page, |item| (&item.source, &item.external_id))
        })
    })
    .await
}

fn after(page: &PageRequest) -> Result<(String, String)> {
    match &page.after {
        None => Ok((String::new(), String::new())),
        Some(cursor) => serde_json::from_str(cursor).map_err(|_| malformed_cursor()),
    }
}

pub(super) fn paged<T>(
    mut items: Vec<T>,
    page: &PageRequest,
    name: impl Fn(&T) -> (&String, &String),
) -> Result<Page<T>> {
    let limit = page.limit as usize;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = match items.last() {
        Some(last) if more => Some(serde_json::to_string(&name(last)).map_err(Error::internal)?),
        _ => None,
    };
    Ok(Page { items, next })
}

/// Whose sub-accounts they are is the provider's affair.
pub(super) async fn authorize(w: &mut Work) -> Result<AccountId> {
    let root = tradewind_accounts::service::root_in(w).await?;
    let target = tradewind_accounts::service::target(w, ResourceKind::Usage, root).await?;
    w.authorize_for(Action::UsageImport, &target, &root)?;
    Ok(root)
}

//! Records that wait for a home: nothing is dropped, and assigning a sub-account counts what waited for it.

use super::ingest::{BATCH_MAX, ingest_in};
use super::query::malformed_cursor;
use crate::store::held as store;
use crate::types::{HeldRecord, HeldState, IngestStatus, SubAccount, SubAccountAssignment};
use serde_json::json;
use std::collections::BTreeMap;
use tradewind_kernel::id::{AccountId, ImportId};
use tradewind_kernel::page::{Page, PageRequest};
use tradewind_kernel::{Error, Result, text};
use tradewind_platform::{AuditEntry, OpCtx, Platform, Work};
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
            text::check_len("source", &input.source, 1, 80)?;
            text::check_len("external_id", &input.external_id, 1, 200)?;
            let sold = tradewind_orders::service::subscription_in(w, input.subscription_id).await?;
            let (realm, now) = (w.ctx.realm, w.ctx.now);
            let before = store::sub_account(&mut w.tx, realm, &input.source, &input.external_id)
                .await?
                .flatten();
            store::assign(
                &mut w.tx,
                realm,
                &input.source,
                &input.external_id,
                input.subscription_id,
                now,
            )
            .await?;
            w.audit(AuditEntry {
                action: "sub_account.assign",
                kind: "sub_account",
                id: format!("{}/{}", input.source, input.external_id),
                account: sold.customer_id,
                summary: json!({ "before": before, "after": input.subscription_id }),
            });
            release(w, input).await
        })
    })
    .await
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
        let mut by_import: BTreeMap<ImportId, Vec<_>> = BTreeMap::new();
        for row in waiting {
            by_import
                .entry(row.import_id)
                .or_default()
                .push(row.body.0.of(to.subscription_id));
        }
        for (import, records) in by_import {
            let report = ingest_in(w, &records, Some(import)).await?;
            released += report.accepted;
            for (record, outcome) in records.iter().zip(&report.outcomes) {
                let (state, reason) = match outcome.status {
                    IngestStatus::Accepted | IngestStatus::Duplicate => {
                        (HeldState::Released, String::new())
                    }
                    IngestStatus::Rejected => (
                        HeldState::Rejected,
                        outcome
                            .problems
                            .first()
                            .map(|p| p.message.clone())
                            .unwrap_or_default(),
                    ),
                };
                store::settle(
                    &mut w.tx,
                    realm,
                    &record.source,
                    &record.external_id,
                    state,
                    &reason,
                )
                .await?;
            }
        }
    }
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

fn paged<T>(
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

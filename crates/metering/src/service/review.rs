//! Usage that came after its window: nothing of it is lost, and nothing of it counts before somebody decides.
//!
//! A decision is noted, not carried out: what is to count is taken in when its month is rated next. Until then it can be
//! taken back, and no record has to be undone.

use super::hold::{authorize, paged};
use super::ingest::ingest_in;
use super::prepare::Origin;
use super::query::{authorize as authorize_view, malformed_cursor};
use crate::rules;
use crate::store::late::{self as store, Decided, Narrowed};
use crate::store::{cancel, due};
use crate::types::{
    IngestStatus, LatePolicy, RecordName, ReviewDecide, ReviewDecided, ReviewDecision, ReviewGroup,
    ReviewState, ReviewedUsage, UsageInput,
};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tradewind_kernel::id::{ImportId, SubscriptionId};
use tradewind_kernel::page::{Page, PageRequest};
use tradewind_kernel::{Date, Error, Result, Zone};
use tradewind_orders::types::SubscriptionHome;
use tradewind_platform::db::overtaken;
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};

/// What the provider does with usage of months that are over.
///
/// # Errors
/// Not found, forbidden.
pub async fn late_policy_get(p: &Platform, ctx: &OpCtx) -> Result<LatePolicy> {
    p.read(ctx, &(), |w, ()| {
        Box::pin(async move {
            authorize(w).await?;
            late_policy_in(w).await
        })
    })
    .await
}

/// As [`late_policy_get`], inside another use case and for whoever asks.
///
/// # Errors
/// Database errors.
pub async fn late_policy_in(w: &mut Work) -> Result<LatePolicy> {
    let realm = w.ctx.realm;
    store::policy(&mut w.tx, realm).await
}

/// Says what the provider does with usage of months that are over. What has come stays where it is.
///
/// # Errors
/// Not found, forbidden; what is wrong with the input.
pub async fn late_policy_set(p: &Platform, ctx: &OpCtx, input: &LatePolicy) -> Result<LatePolicy> {
    p.command(ctx, "usage.late_policy", input, |w, input| {
        Box::pin(async move {
            let root = authorize(w).await?;
            rules::check_late_policy(input)?;
            let realm = w.ctx.realm;
            let before = store::policy(&mut w.tx, realm).await?;
            store::set_policy(&mut w.tx, realm, input).await?;
            w.audit(AuditEntry {
                action: "usage.late_policy",
                kind: "late_policy",
                id: root.to_string(),
                account: root,
                summary: json!({ "before": before, "after": input }),
            });
            Ok(*input)
        })
    })
    .await
}

/// What a list of late usage is narrowed down by.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReviewQuery {
    /// Only records in this state.
    pub state: Option<ReviewState>,
    /// Only usage of this subscription; then whoever may see its usage may ask, otherwise the provider alone.
    pub subscription: Option<SubscriptionId>,
    /// Which page.
    pub page: PageRequest,
}

/// Usage that came after its window, with what became of it.
///
/// # Errors
/// Not found, forbidden, a malformed page.
pub async fn review_list(
    p: &Platform,
    ctx: &OpCtx,
    query: &ReviewQuery,
) -> Result<Page<ReviewedUsage>> {
    p.read(ctx, query, |w, query| {
        Box::pin(async move {
            let view = match query.subscription {
                Some(subscription) => Some(authorize_view(w, subscription).await?),
                None => {
                    authorize(w).await?;
                    None
                }
            };
            let after = match &query.page.after {
                None => None,
                Some(cursor) => {
                    let (source, external_id) =
                        serde_json::from_str(cursor).map_err(|_| malformed_cursor())?;
                    Some(RecordName {
                        source,
                        external_id,
                    })
                }
            };
            let group = query.subscription.map(|subscription_id| ReviewGroup {
                subscription_id,
                meter: None,
                period_on: None,
            });
            let states: Vec<ReviewState> = query.state.into_iter().collect();
            let narrowed = Narrowed {
                states: &states,
                group: group.as_ref(),
                after: after.as_ref(),
            };
            let realm = w.ctx.realm;
            let limit = query.page.limit.saturating_add(1);
            let mut items = store::list(&mut w.tx, realm, &narrowed, limit).await?;
            if let Some(view) = view {
                for item in &mut items {
                    item.record = view.input(item.record.clone());
                    // Who decides at the provider is its own affair.
                    item.decided_by.clear();
                }
            }
            paged(items, &query.page, |item| {
                (&item.record.source, &item.record.external_id)
            })
        })
    })
    .await
}

/// How many records wait for a decision; more than a thousand are not counted.
///
/// # Errors
/// Not found, forbidden.
pub async fn review_count(p: &Platform, ctx: &OpCtx) -> Result<u32> {
    p.read(ctx, &(), |w, ()| {
        Box::pin(async move {
            authorize(w).await?;
            let realm = w.ctx.realm;
            let found = store::count(&mut w.tx, realm, ReviewState::Waiting, 1_000).await?;
            Ok(u32::try_from(found).unwrap_or(u32::MAX))
        })
    })
    .await
}

/// Decides about usage that came after its window, all that is named or nothing.
///
/// # Errors
/// Not found, forbidden; what is wrong with the input; `already_counted`, `already_cancelled`.
pub async fn review_decide(
    p: &Platform,
    ctx: &OpCtx,
    input: &ReviewDecide,
) -> Result<ReviewDecided> {
    p.command(ctx, "usage.review", input, |w, input| {
        Box::pin(async move {
            authorize(w).await?;
            rules::check_decision(input)?;
            let (found, more) = concerned(w, input).await?;
            let mut changed = Vec::with_capacity(found.len());
            for one in &found {
                if rules::changes(one, input.decision)? {
                    changed.push(one);
                }
            }
            if input.decision != ReviewDecision::Discard {
                check_not_cancelled(w, &changed).await?;
            }
            carry_out(w, &changed, input).await?;
            Ok(ReviewDecided {
                changed: changed.len() as u64,
                unchanged: (found.len() - changed.len()) as u64,
                more,
            })
        })
    })
    .await
}

/// What was taken back by who reported it is not decided about.
async fn check_not_cancelled(w: &mut Work, changed: &[&ReviewedUsage]) -> Result<()> {
    let realm = w.ctx.realm;
    let mut named: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in changed {
        let of_source = named.entry(&one.record.source).or_default();
        of_source.push(&one.record.external_id);
    }
    for (source, ids) in named {
        let known = cancel::known(&mut w.tx, realm, source, &ids).await?;
        if let Some((name, by)) = known.into_iter().next() {
            return Err(rules::already_cancelled(&name, by.as_deref()));
        }
    }
    Ok(())
}

/// The records that a decision is about, and whether there are more than it can be about at once.
async fn concerned(w: &mut Work, input: &ReviewDecide) -> Result<(Vec<ReviewedUsage>, bool)> {
    let realm = w.ctx.realm;
    if let Some(group) = &input.group {
        let narrowed = Narrowed {
            states: rules::concerned(input.decision),
            group: Some(group),
            after: None,
        };
        let most = u32::try_from(rules::DECIDE_MAX).map_err(Error::internal)?;
        let mut found = store::list(&mut w.tx, realm, &narrowed, most + 1).await?;
        let more = found.len() > rules::DECIDE_MAX;
        found.truncate(rules::DECIDE_MAX);
        return Ok((found, more));
    }
    let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for name in &input.records {
        let of_source = wanted.entry(&name.source).or_default();
        of_source.insert(&name.external_id);
    }
    let mut found = Vec::new();
    for (source, ids) in wanted {
        let ids: Vec<&str> = ids.into_iter().collect();
        let known = store::named(&mut w.tx, realm, source, &ids).await?;
        let missing = ids
            .iter()
            .find(|id| known.iter().all(|one| one.record.external_id != **id));
        if let Some(id) = missing {
            return Err(Error::NotFound {
                kind: "late_usage",
                id: format!("{source}/{id}"),
            });
        }
        found.extend(known);
    }
    Ok((found, false))
}

/// Notes a decision about records, and has their months rated.
async fn carry_out(w: &mut Work, changed: &[&ReviewedUsage], input: &ReviewDecide) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let realm = w.ctx.realm;
    let mut ids: Vec<SubscriptionId> = changed
        .iter()
        .map(|one| one.record.subscription_id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let homes: HashMap<SubscriptionId, SubscriptionHome> =
        tradewind_orders::service::subscription_homes_in(w, &ids)
            .await?
            .into_iter()
            .map(|home| (home.id, home))
            .collect();
    let home = |one: &ReviewedUsage| {
        let id = one.record.subscription_id;
        homes.get(&id).ok_or_else(|| Error::not_found(id))
    };
    let by = w.ctx.principal.label();
    let mut places: BTreeMap<(&str, Option<Date>), Vec<&str>> = BTreeMap::new();
    let mut due: BTreeSet<(SubscriptionId, Date)> = BTreeSet::new();
    let mut of: BTreeMap<SubscriptionId, u64> = BTreeMap::new();
    for one in changed {
        let record = &one.record;
        let month = match input.decision {
            ReviewDecision::CountLater => {
                let utc = Zone::utc();
                let zone = &home(one)?.zone;
                let zone = if one.import_id.is_some() { &utc } else { zone };
                Some(rules::period_of(w.ctx.now, zone))
            }
            _ => None,
        };
        if matches!(
            input.decision,
            ReviewDecision::Count | ReviewDecision::CountLater
        ) {
            due.insert((record.subscription_id, month.unwrap_or(one.period_on)));
        }
        *of.entry(record.subscription_id).or_default() += 1;
        let at = places.entry((&record.source, month)).or_default();
        at.push(&record.external_id);
    }
    let reopened = input.decision == ReviewDecision::Reopen;
    for ((source, month), ids) in &places {
        let decided = Decided {
            state: rules::decided(input.decision),
            reason: input.reason.trim(),
            by: if reopened { "" } else { &by },
            at: (!reopened).then_some(w.ctx.now),
            month: *month,
        };
        if store::decide(&mut w.tx, realm, source, ids, &decided).await? != ids.len() as u64 {
            // It was counted in the meantime.
            return Err(overtaken("late usage"));
        }
    }
    due::mark(&mut w.tx, realm, &due).await?;
    for one in changed {
        let record = &one.record;
        w.audit(AuditEntry {
            action: "usage.review",
            kind: "usage_record",
            id: format!("{}/{}", record.source, record.external_id),
            account: home(one)?.customer_id,
            summary: json!({ "before": one.state, "after": rules::decided(input.decision), "reason": input.reason.trim() }),
        });
    }
    for (subscription, records) in of {
        let account = homes.get(&subscription).map(|home| home.customer_id);
        let account = account.ok_or_else(|| Error::not_found(subscription))?;
        w.emit(NewEvent {
            kind: "usage.reviewed",
            subject: subscription.to_string(),
            account,
            data: json!({ "decision": input.decision, "records": records }),
        });
    }
    Ok(())
}

/// Takes in what was decided to count of some subscriptions in months before a day. What can't be, because its total has no
/// room for it, waits again and says why.
pub(super) async fn take_in(
    w: &mut Work,
    subscriptions: &[SubscriptionId],
    day: Date,
) -> Result<()> {
    if subscriptions.is_empty() {
        return Ok(());
    }
    let realm = w.ctx.realm;
    let ready = store::ready(&mut w.tx, realm, subscriptions, day).await?;
    let mut by_import: BTreeMap<Option<ImportId>, Vec<(UsageInput, Date)>> = BTreeMap::new();
    for one in ready {
        let month = one.counts_on.unwrap_or(one.period_on);
        let of = by_import.entry(one.import_id).or_default();
        of.push((one.record, month));
    }
    for (import, records) in by_import {
        let (records, months): (Vec<UsageInput>, Vec<Date>) = records.into_iter().unzip();
        let origin = Origin {
            import,
            received_at: w.ctx.now,
            months: Some(&months),
        };
        let report = ingest_in(w, &records, origin).await?;
        let mut counted: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut refused: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for (record, outcome) in records.iter().zip(&report.outcomes) {
            if outcome.status == IngestStatus::Rejected {
                let why = outcome.problems.first().map_or("", |p| p.message.as_str());
                let of = refused.entry((&record.source, why)).or_default();
                of.push(&record.external_id);
            } else {
                let of = counted.entry(&record.source).or_default();
                of.push(&record.external_id);
            }
        }
        store::counted(&mut w.tx, realm, &counted).await?;
        for ((source, why), ids) in refused {
            let waits = Decided {
                state: ReviewState::Waiting,
                reason: why,
                by: "",
                at: None,
                month: None,
            };
            store::decide(&mut w.tx, realm, source, &ids, &waits).await?;
        }
    }
    Ok(())
}

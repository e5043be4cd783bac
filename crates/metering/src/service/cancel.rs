//! Taking records back, and counting others in their place: all that is asked, or nothing. The month comes to what it would have
//! come to had the record never been there, whether it was rated and billed before or not.

use super::hold;
use super::ingest::{ingest_in, key_of, lock_totals};
use super::prepare::{Access, Origin, access};
use crate::rules::{self, TotalKey};
use crate::store::{cancel as store, due, late, record, total};
use crate::types::{
    Cancellation, RecordName, ReviewState, UsageAmend, UsageAmended, UsageCancel, UsageCancelled,
    UsageInput, UsageRecord, UsageTotal,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Date, Error, FieldProblem, Result, Zone};
use tradewind_orders::types::SubscriptionHome;
use tradewind_platform::db::overtaken;
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};

/// Takes records back. What was taken back before stays so, which is no error.
///
/// # Errors
/// Not found where a record was not reported, or is of others; forbidden; what is wrong with the input; `window_closed` where the
/// month's window for late usage is over and the caller is not the provider.
pub async fn usage_cancel(
    p: &Platform,
    ctx: &OpCtx,
    input: &UsageCancel,
) -> Result<UsageCancelled> {
    p.command(ctx, "usage.cancel", input, |w, input| {
        Box::pin(async move {
            rules::check_cancel(input)?;
            let mut done = UsageCancelled::default();
            for (source, ids) in by_source(&input.records) {
                let found = found(w, source, &ids).await?;
                let cancelled = take_back(w, source, found, &input.reason, None).await?;
                done.cancelled += cancelled;
                done.unchanged += ids.len() as u64 - cancelled;
            }
            Ok(done)
        })
    })
    .await
}

/// Takes a record back and counts another one in its place, both or neither.
///
/// # Errors
/// As [`usage_cancel`]; what is wrong with the replacement; `already_cancelled` where the record was taken back or replaced otherwise.
pub async fn usage_amend(p: &Platform, ctx: &OpCtx, input: &UsageAmend) -> Result<UsageAmended> {
    p.command(ctx, "usage.amend", input, |w, input| {
        Box::pin(async move {
            let (source, id) = (input.source.as_str(), input.external_id.as_str());
            let found = found(w, source, &BTreeSet::from([id])).await?;
            let (Some(before), now) = (found.before(id), w.ctx.now) else {
                return Err(unknown(source, id));
            };
            let after = rules::replacement(input, &before.input)?;
            let by = Some(input.replacement_id.as_str());
            let import = before.import_id;
            // What is taken back after the window is replaced after it too: the provider decides about both.
            let closed = found.is_closed(w, before).await?;
            let month = found.month_of(&after, import.is_some())?;
            let months = closed.then_some([month]);
            if closed && late_name(w, &after).await? {
                return Err(id_reused());
            }
            lock(w, &found, Some((&after, month))).await?;
            let cancelled = take_back(w, source, found, &input.reason, by).await?;
            let origin = Origin {
                months: months.as_ref().map(<[Date; 1]>::as_slice),
                ..Origin::of(import, now)
            };
            let report = ingest_in(w, std::slice::from_ref(&after), origin).await?;
            let outcome = report.outcomes.into_iter().next();
            let outcome = outcome.ok_or_else(|| Error::internal("a record without an outcome"))?;
            if let Some(problem) = outcome.problems.into_iter().next() {
                return Err(refused(&problem.field, &problem.message));
            }
            Ok(UsageAmended {
                cancelled: cancelled > 0,
                replacement: outcome.status,
            })
        })
    })
    .await
}

/// Records that are named, of one source.
struct Found {
    /// Those that count, or did so.
    counted: Vec<UsageRecord>,
    /// Those that came after their window and have not been counted.
    waiting: Vec<UsageInput>,
    homes: HashMap<SubscriptionId, SubscriptionHome>,
}

impl Found {
    fn before(&self, id: &str) -> Option<&UsageRecord> {
        let mut counted = self.counted.iter();
        counted.find(|record| record.input.external_id == id)
    }

    fn home(&self, id: SubscriptionId) -> Result<&SubscriptionHome> {
        self.homes.get(&id).ok_or_else(|| Error::not_found(id))
    }

    /// The month in which usage counts by its day.
    fn month_of(&self, input: &UsageInput, imported: bool) -> Result<Date> {
        let home = self.home(input.subscription_id)?;
        let utc = Zone::utc();
        let zone = if imported { &utc } else { &home.zone };
        Ok(rules::period_of(input.starts_at, zone))
    }

    /// Whether the window of a record's month is over.
    async fn is_closed(&self, w: &mut Work, record: &UsageRecord) -> Result<bool> {
        let (realm, now) = (w.ctx.realm, w.ctx.now);
        let policy = late::policy(&mut w.tx, realm).await?;
        let utc = Zone::utc();
        let zone = match record.import_id {
            Some(_) => &utc,
            None => &self.home(record.input.subscription_id)?.zone,
        };
        Ok(rules::is_late(&policy, record.period_on, zone, now))
    }
}

fn by_source(records: &[RecordName]) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut named: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for name in records {
        let of_source = named.entry(&name.source).or_default();
        of_source.insert(&name.external_id);
    }
    named
}

fn unknown(source: &str, id: &str) -> Error {
    Error::NotFound {
        kind: "usage_record",
        id: format!("{source}/{id}"),
    }
}

fn refused(field: &str, message: &str) -> Error {
    let field = match field {
        "external_id" => "replacement_id",
        other => other,
    };
    Error::Invalid(vec![FieldProblem {
        field: field.to_owned(),
        code: "replacement_refused",
        message: message.to_owned(),
    }])
}

fn id_reused() -> Error {
    refused("external_id", super::ingest::ID_REUSED)
}

/// Whether a record goes by the name of another one that came after its window.
async fn late_name(w: &mut Work, input: &UsageInput) -> Result<bool> {
    let realm = w.ctx.realm;
    let ids = [input.external_id.as_str()];
    let known = late::named(&mut w.tx, realm, &input.source, &ids).await?;
    Ok(!known.is_empty())
}

/// The named records, all of which the principal may report. What others have reported is as unknown as what nobody has.
async fn found(w: &mut Work, source: &str, ids: &BTreeSet<&str>) -> Result<Found> {
    let realm = w.ctx.realm;
    let asked: Vec<&str> = ids.iter().copied().collect();
    let counted = record::some(&mut w.tx, realm, source, &asked).await?;
    let known: BTreeSet<&str> = counted
        .iter()
        .map(|record| record.input.external_id.as_str())
        .collect();
    let others: Vec<&str> = asked
        .iter()
        .copied()
        .filter(|id| !known.contains(id))
        .collect();
    let mut waiting = Vec::new();
    if !others.is_empty() {
        let late = late::named(&mut w.tx, realm, source, &others).await?;
        waiting.extend(late.into_iter().map(|one| one.record));
    }
    let inputs = || counted.iter().map(|record| &record.input).chain(&waiting);
    if let Some(id) = asked
        .iter()
        .find(|id| inputs().all(|input| input.external_id != **id))
    {
        return Err(unknown(source, id));
    }
    let sold: BTreeSet<SubscriptionId> = inputs().map(|input| input.subscription_id).collect();
    let sold: Vec<SubscriptionId> = sold.into_iter().collect();
    let mut homes = HashMap::new();
    for home in tradewind_orders::service::subscription_homes_in(w, &sold).await? {
        homes.insert(home.id, home);
    }
    for input in inputs() {
        let home = homes.get(&input.subscription_id);
        let access = match home {
            Some(home) => access(w, home.customer_id, home.vendor_id).await?,
            None => Access::Hidden,
        };
        match access {
            Access::Granted => {}
            Access::Denied => {
                return Err(Error::Forbidden {
                    action: "usage.report",
                });
            }
            Access::Hidden => return Err(unknown(source, &input.external_id)),
        }
    }
    Ok(Found {
        counted,
        waiting,
        homes,
    })
}

fn key(record: &UsageRecord) -> TotalKey {
    TotalKey {
        subscription_id: record.input.subscription_id,
        meter: record.input.meter.clone(),
        period_on: record.period_on,
        group_key: record.group_key.clone(),
    }
}

/// Locks the totals of what is taken back and of what comes in its place, all at once: two that do so never wait for each other
/// crosswise.
async fn lock(
    w: &mut Work,
    found: &Found,
    comes: Option<(&UsageInput, Date)>,
) -> Result<HashMap<TotalKey, UsageTotal>> {
    let mut needed: BTreeMap<TotalKey, BTreeMap<String, String>> = BTreeMap::new();
    for record in &found.counted {
        let (_, shared) = rules::group_of(&record.input);
        needed.insert(key(record), shared);
    }
    if let Some((input, period_on)) = comes {
        let (group_key, shared) = rules::group_of(input);
        let key = TotalKey {
            subscription_id: input.subscription_id,
            meter: input.meter.clone(),
            period_on,
            group_key,
        };
        needed.insert(key, shared);
    }
    let needed: Vec<(TotalKey, BTreeMap<String, String>)> = needed.into_iter().collect();
    let locked = lock_totals(w, &needed).await?;
    Ok(locked
        .into_iter()
        .map(|running| (key_of(&running.total), running.total))
        .collect())
}

/// Takes records of one source back, as far as they are not yet, and says how many.
async fn take_back(
    w: &mut Work,
    source: &str,
    mut found: Found,
    reason: &str,
    replaced_by: Option<&str>,
) -> Result<u64> {
    let realm = w.ctx.realm;
    let mut totals = lock(w, &found, None).await?;
    // The totals are locked: whoever takes back the same record has either done so and is seen here, or waits.
    let names: Vec<String> = found
        .counted
        .iter()
        .map(|record| &record.input)
        .chain(&found.waiting)
        .map(|input| input.external_id.clone())
        .collect();
    let ids: Vec<&str> = names.iter().map(String::as_str).collect();
    let known = store::known(&mut w.tx, realm, source, &ids).await?;
    if let Some(by) = replaced_by
        && let Some((name, other)) = known.iter().find(|(_, other)| other.as_deref() != Some(by))
    {
        return Err(rules::already_cancelled(name, other.as_deref()));
    }
    found
        .counted
        .retain(|record| !known.contains_key(&record.input.external_id));
    found
        .waiting
        .retain(|input| !known.contains_key(&input.external_id));
    let mut fresh: Vec<&str> = ids
        .into_iter()
        .filter(|id| !known.contains_key(*id))
        .collect();
    if fresh.is_empty() {
        return Ok(0);
    }
    for record in &found.counted {
        if found.is_closed(w, record).await? && hold::authorize(w).await.is_err() {
            return Err(Error::refused(
                "window_closed",
                format!(
                    "usage of the month of \"{}\" is no longer taken or taken back by itself; ask the provider",
                    record.input.external_id
                ),
            ));
        }
    }
    fresh.sort_unstable();
    let how = Cancellation {
        at: w.ctx.now,
        by: w.ctx.principal.label(),
        reason: reason.trim().to_owned(),
        replaced_by: replaced_by.map(str::to_owned),
    };
    if store::cancel(&mut w.tx, realm, source, &fresh, &how).await? != fresh.len() as u64 {
        return Err(overtaken("a usage record"));
    }
    take_out(w, source, &found.counted, &mut totals).await?;
    discard(w, source, &found.waiting, &how).await?;
    told(w, source, &found, &how)?;
    Ok(fresh.len() as u64)
}

/// Takes records out of their totals, which get a new version each.
async fn take_out(
    w: &mut Work,
    source: &str,
    records: &[UsageRecord],
    totals: &mut HashMap<TotalKey, UsageTotal>,
) -> Result<()> {
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let mut of: BTreeMap<TotalKey, Vec<&UsageRecord>> = BTreeMap::new();
    for record in records {
        of.entry(key(record)).or_default().push(record);
    }
    let mut months: BTreeSet<(SubscriptionId, Date)> = BTreeSet::new();
    let mut changed = Vec::with_capacity(of.len());
    let mut parts = Vec::with_capacity(of.len());
    for (key, records) in &of {
        let running = totals
            .get_mut(key)
            .ok_or_else(|| Error::internal("a locked total vanished"))?;
        for record in records {
            rules::take_out(running, &record.input)?;
        }
        running.version += 1;
        months.insert((key.subscription_id, key.period_on));
        let mut names: Vec<&str> = records
            .iter()
            .map(|record| record.input.external_id.as_str())
            .collect();
        names.sort_unstable();
        parts.push(record::Part {
            key,
            version: running.version,
            source,
            names,
        });
        changed.push(running.clone());
    }
    if changed.is_empty() {
        return Ok(());
    }
    record::add_parts(&mut w.tx, realm, &parts).await?;
    for (running, key) in changed.iter_mut().zip(of.keys()) {
        // Records of several units may have left those of one.
        if running.unit.is_empty() && running.records > 0 {
            let left = record::between(&mut w.tx, realm, key, 0, running.version).await?;
            let units = left.iter().map(|record| record.input.unit.as_str());
            running.unit = rules::common_unit(units).to_owned();
        }
    }
    let changed: Vec<&UsageTotal> = changed.iter().collect();
    total::save(&mut w.tx, realm, &changed, now).await?;
    due::mark(&mut w.tx, realm, &months).await
}

/// What came after its window and has not been counted never is.
async fn discard(
    w: &mut Work,
    source: &str,
    waiting: &[UsageInput],
    how: &Cancellation,
) -> Result<()> {
    let ids: Vec<&str> = waiting
        .iter()
        .map(|input| input.external_id.as_str())
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let decided = late::Decided {
        state: ReviewState::Discarded,
        reason: &how.reason,
        by: &how.by,
        at: Some(how.at),
        month: None,
    };
    let realm = w.ctx.realm;
    if late::decide(&mut w.tx, realm, source, &ids, &decided).await? != ids.len() as u64 {
        // It was counted in the meantime.
        return Err(overtaken("late usage"));
    }
    Ok(())
}

/// Writes down what was taken back, and tells of it.
fn told(w: &mut Work, source: &str, found: &Found, how: &Cancellation) -> Result<()> {
    let mut of: BTreeMap<SubscriptionId, u64> = BTreeMap::new();
    let counted = found.counted.iter().map(|record| &record.input);
    for input in counted.chain(&found.waiting) {
        *of.entry(input.subscription_id).or_default() += 1;
        let account = found.home(input.subscription_id)?.customer_id;
        w.audit(AuditEntry {
            action: "usage.cancel",
            kind: "usage_record",
            id: format!("{source}/{}", input.external_id),
            account,
            summary: json!({ "reason": how.reason, "replaced_by": how.replaced_by }),
        });
    }
    for (subscription, records) in of {
        w.emit(NewEvent {
            kind: "usage.cancelled",
            subject: subscription.to_string(),
            account: found.home(subscription)?.customer_id,
            data: json!({ "records": records, "reason": how.reason }),
        });
    }
    Ok(())
}

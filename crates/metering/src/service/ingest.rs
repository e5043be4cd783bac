//! Taking usage in, exactly once.

use super::prepare::{Candidate, Origin, Place, Ready, name, prepare, problem, rejected};
use crate::rules::{self, TotalKey};
use crate::store::late::{self, NewLate};
use crate::store::record::{self, Part};
use crate::store::{due, total};
use crate::types::{IngestOutcome, IngestReport, IngestStatus, UsageInput, UsageTotal};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Date, Error, Result};
use tradewind_platform::db::overtaken;
use tradewind_platform::{OpCtx, Platform, Work};

pub(super) const ID_REUSED: &str = "another record with this id has been taken in already; report a correction under an id of its own";
const OUT_OF_RANGE: &str = "the total of the month would need more digits than can be kept exactly";

/// Records in one batch at most.
pub const BATCH_MAX: usize = 1_000;

/// Takes a batch of records in. Each is accepted, known already, kept for review or refused by itself; a refused one does
/// not hold up the others.
///
/// # Errors
/// When the batch is too large; database errors, and then nothing is taken in.
pub async fn usage_ingest(
    p: &Platform,
    ctx: &OpCtx,
    records: &[UsageInput],
) -> Result<IngestReport> {
    if records.len() > BATCH_MAX {
        return Err(Error::invalid(
            "records",
            "too_many",
            format!("at most {BATCH_MAX} records in one batch"),
        ));
    }
    // What needs no lock is done before the transaction that writes begins: on the embedded engine, everybody who writes
    // waits for that one. To whom a subscription belongs, and in which zone it is, never changes.
    let ready = p
        .read(ctx, &records, |w, records| {
            let origin = Origin::of(None, w.ctx.now);
            Box::pin(prepare(w, records, origin))
        })
        .await?;
    p.command(ctx, "usage.ingest", &ready, |w, ready| {
        Box::pin(take_in(w, ready))
    })
    .await
}

/// As [`usage_ingest`], inside another command.
pub(super) async fn ingest_in(
    w: &mut Work,
    records: &[UsageInput],
    origin: Origin<'_>,
) -> Result<IngestReport> {
    let ready = prepare(w, records, origin).await?;
    take_in(w, &ready).await
}

async fn take_in(w: &mut Work, ready: &Ready<'_>) -> Result<IngestReport> {
    let mut outcomes = ready.outcomes.clone();
    let mut totals = lock_totals(w, &ready.totals).await?;
    // The totals are locked: who takes in the same record at the same time has either done so and is seen here, or
    // waits and will see this.
    let known = known(w, ready).await?;
    let is_fresh = add_up(ready, &known, &mut totals)?;
    store(w, ready, &is_fresh, &totals).await?;
    for (candidate, is_fresh) in ready.first.iter().zip(&is_fresh) {
        outcomes[candidate.index] = Some(match known.get(&name(candidate.input)) {
            Some(digest) => repetition(candidate, digest),
            None if *is_fresh => kept(candidate),
            None => out_of_range(),
        });
    }
    if !ready.repeated.is_empty() {
        let stored: HashMap<(&str, &str), &str> = ready
            .first
            .iter()
            .zip(&is_fresh)
            .filter(|(_, is_fresh)| **is_fresh)
            .map(|(first, _)| (name(first.input), first.digest.as_str()))
            .collect();
        for candidate in &ready.repeated {
            let name = name(candidate.input);
            let digest = known
                .get(&name)
                .map(String::as_str)
                .or_else(|| stored.get(&name).copied());
            outcomes[candidate.index] = Some(match digest {
                Some(digest) => repetition(candidate, digest),
                None => out_of_range(),
            });
        }
    }
    Ok(report(outcomes))
}

fn report(outcomes: Vec<Option<IngestOutcome>>) -> IngestReport {
    let outcomes: Vec<IngestOutcome> = outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_or_else(|| plain(IngestStatus::Accepted)))
        .collect();
    let count = |status| {
        outcomes
            .iter()
            .filter(|outcome| outcome.status == status)
            .count() as u64
    };
    IngestReport {
        accepted: count(IngestStatus::Accepted),
        duplicate: count(IngestStatus::Duplicate),
        review: count(IngestStatus::Review),
        rejected: count(IngestStatus::Rejected),
        outcomes,
    }
}

/// A total of the batch: as it was, and with what is new.
pub(super) struct Running {
    pub(super) version: i64,
    pub(super) total: UsageTotal,
}

impl Running {
    /// The version that it gets when something is added.
    pub(super) const fn next(&self) -> i64 {
        self.version + 1
    }
}

/// Adds the records that are not known to their totals, as far as these can hold them, and says which ones.
fn add_up(
    ready: &Ready<'_>,
    known: &HashMap<(&str, &str), String>,
    totals: &mut [Running],
) -> Result<Vec<bool>> {
    ready
        .first
        .iter()
        .map(|candidate| {
            if known.contains_key(&name(candidate.input)) {
                return Ok(false);
            }
            let Some(at) = candidate.total() else {
                return Ok(true);
            };
            let running = totals
                .get_mut(at)
                .ok_or_else(|| Error::internal("a locked total vanished"))?;
            let fits = rules::accumulate(&mut running.total, candidate.input).is_ok();
            if fits {
                running.total.version = running.next();
            }
            Ok(fits)
        })
        .collect()
}

/// Stores the new records and the totals that they changed.
async fn store(
    w: &mut Work,
    ready: &Ready<'_>,
    is_fresh: &[bool],
    totals: &[Running],
) -> Result<()> {
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    hold_late(w, ready, is_fresh).await?;
    let rows: Vec<_> = fresh(ready, is_fresh)
        .filter_map(|candidate| Some((&candidate.row, totals[candidate.total()?].next())))
        .collect();
    let fresh = rows.len() as u64;
    if fresh == 0 {
        return Ok(());
    }
    if record::insert(&mut w.tx, rows.into_iter()).await? != fresh {
        // Possible only when the same name was reported for another total at the same time.
        return Err(overtaken("a usage record"));
    }
    record::add_parts(&mut w.tx, realm, &parts(ready, is_fresh, totals)).await?;
    let changed: Vec<&UsageTotal> = totals
        .iter()
        .filter(|running| running.total.version != running.version)
        .map(|running| &running.total)
        .collect();
    let months: BTreeSet<(SubscriptionId, Date)> = changed
        .iter()
        .map(|total| (total.subscription_id, total.period_on))
        .collect();
    total::save(&mut w.tx, realm, &changed, now).await?;
    due::mark(&mut w.tx, realm, &months).await
}

/// What is new, in order of its names.
fn fresh<'a, 'r>(
    ready: &'a Ready<'r>,
    is_fresh: &'a [bool],
) -> impl Iterator<Item = &'a Candidate<'r>> {
    let fresh = ready.by_name.iter().filter(|place| is_fresh[**place]);
    fresh.map(|place| &ready.first[*place])
}

/// Has what came too late wait for a decision.
async fn hold_late(w: &mut Work, ready: &Ready<'_>, is_fresh: &[bool]) -> Result<()> {
    let late: Vec<NewLate<'_>> = fresh(ready, is_fresh)
        .filter_map(|candidate| match candidate.place {
            Place::Total(_) => None,
            Place::Review(period_on) => Some(NewLate {
                input: candidate.input,
                period_on,
                digest: &candidate.digest,
            }),
        })
        .collect();
    if late.is_empty() {
        return Ok(());
    }
    let (realm, origin) = (w.ctx.realm, ready.origin);
    let held = late::hold(&mut w.tx, realm, &late, origin.import, origin.received_at).await?;
    if held != late.len() as u64 {
        return Err(overtaken("late usage"));
    }
    Ok(())
}

/// What is new, by total and source, in order of their keys.
fn parts<'a>(ready: &'a Ready<'_>, is_fresh: &[bool], totals: &[Running]) -> Vec<Part<'a>> {
    let mut names: BTreeMap<(usize, &str), Vec<&str>> = BTreeMap::new();
    for candidate in fresh(ready, is_fresh) {
        let (source, id) = name(candidate.input);
        if let Some(total) = candidate.total() {
            names.entry((total, source)).or_default().push(id);
        }
    }
    names
        .into_iter()
        .map(|((total, source), names)| Part {
            key: &ready.totals[total].0,
            version: totals[total].next(),
            source,
            names,
        })
        .collect()
}

/// Makes sure that the totals of a batch exist, and locks them: two ingests that touch the same total follow each
/// other, so that versions are never given twice.
pub(super) async fn lock_totals(
    w: &mut Work,
    needed: &[(TotalKey, BTreeMap<String, String>)],
) -> Result<Vec<Running>> {
    if needed.is_empty() {
        return Ok(Vec::new());
    }
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let mut subscriptions: Vec<SubscriptionId> =
        needed.iter().map(|(key, _)| key.subscription_id).collect();
    subscriptions.dedup();
    let mut months: Vec<Date> = needed.iter().map(|(key, _)| key.period_on).collect();
    months.sort_unstable();
    months.dedup();
    let mut locked = by_key(total::lock(&mut w.tx, realm, &subscriptions, &months).await?);
    let begun: Vec<UsageTotal> = needed
        .iter()
        .filter(|(key, _)| !locked.contains_key(key))
        .map(|(key, common)| total::empty(key, common.clone()))
        .collect();
    if !begun.is_empty() {
        total::begin(&mut w.tx, realm, &begun, now).await?;
        locked = by_key(total::lock(&mut w.tx, realm, &subscriptions, &months).await?);
    }
    needed
        .iter()
        .map(|(key, _)| {
            let total = locked
                .remove(key)
                .ok_or_else(|| Error::internal("a total that was begun is not there"))?;
            Ok(Running {
                version: total.version,
                total,
            })
        })
        .collect()
}

fn by_key(totals: Vec<UsageTotal>) -> HashMap<TotalKey, UsageTotal> {
    totals
        .into_iter()
        .map(|total| (key_of(&total), total))
        .collect()
}

/// Digests of the records of a batch whose names are taken.
async fn known<'a>(
    w: &mut Work,
    ready: &'a Ready<'_>,
) -> Result<HashMap<(&'a str, &'a str), String>> {
    let realm = w.ctx.realm;
    // What was decided to count is known as late, of course.
    let only_counted = ready.origin.months.is_some();
    let mut by_source: BTreeMap<&str, HashMap<&str, &str>> = BTreeMap::new();
    for candidate in &ready.first {
        let (source, id) = name(candidate.input);
        by_source.entry(source).or_default().insert(id, id);
    }
    let mut known = HashMap::new();
    for (source, ids) in by_source {
        let mut asked: Vec<&str> = ids.keys().copied().collect();
        asked.sort_unstable();
        for (id, digest) in record::digests(&mut w.tx, realm, source, &asked, only_counted).await? {
            if let Some(id) = ids.get(id.as_str()) {
                known.insert((source, *id), digest);
            }
        }
    }
    Ok(known)
}

/// Tells a repetition, which is fine, from another record under a name that is taken.
fn repetition(candidate: &Candidate<'_>, stored: &str) -> IngestOutcome {
    if candidate.digest == stored {
        return plain(IngestStatus::Duplicate);
    }
    rejected(&[problem("external_id", "id_reused", ID_REUSED.to_owned())])
}

fn out_of_range() -> IngestOutcome {
    rejected(&[problem("quantity", "out_of_range", OUT_OF_RANGE.to_owned())])
}

pub(super) fn key_of(total: &UsageTotal) -> TotalKey {
    TotalKey {
        subscription_id: total.subscription_id,
        meter: total.meter.clone(),
        period_on: total.period_on,
        group_key: total.group_key.clone(),
    }
}

/// A record that is new.
const fn kept(candidate: &Candidate<'_>) -> IngestOutcome {
    plain(match candidate.place {
        Place::Total(_) => IngestStatus::Accepted,
        Place::Review(_) => IngestStatus::Review,
    })
}

const fn plain(status: IngestStatus) -> IngestOutcome {
    IngestOutcome {
        status,
        problems: Vec::new(),
    }
}

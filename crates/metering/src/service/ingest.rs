//! Taking usage in, exactly once.

use crate::rules::{self, TotalKey};
use crate::store::record::{self, NewRecord};
use crate::store::total;
use crate::types::{
    IngestOutcome, IngestReport, IngestStatus, RejectedField, UsageInput, UsageTotal,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use tradewind_kernel::id::{AccountId, ImportId, SubscriptionId};
use tradewind_kernel::{Date, Error, FieldProblem, Result, Zone};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, PrincipalKind, ResourceKind};

pub(super) const ID_REUSED: &str = "another record with this id has been taken in already; report a correction under an id of its own";
const OUT_OF_RANGE: &str = "the total of the month would need more digits than can be kept exactly";

/// Records in one batch at most.
pub const BATCH_MAX: usize = 1_000;

/// Takes a batch of records in. Each is accepted, known already or refused by itself; a refused one does not hold up the
/// others.
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
    p.command(ctx, "usage.ingest", records, |w, records| {
        Box::pin(async move { ingest_in(w, records, None).await })
    })
    .await
}

/// A record that has passed its checks.
struct Candidate<'a> {
    index: usize,
    input: &'a UsageInput,
    key: TotalKey,
    common: BTreeMap<String, String>,
    digest: String,
}

/// As [`usage_ingest`], inside another command.
pub(crate) async fn ingest_in(
    w: &mut Work,
    records: &[UsageInput],
    import: Option<ImportId>,
) -> Result<IngestReport> {
    let mut outcomes: Vec<Option<IngestOutcome>> = vec![None; records.len()];
    let homes = homes(w, records, import.is_some()).await?;
    let candidates = candidates(records, &homes, import.is_some(), &mut outcomes);
    let (mut fresh, mut doubtful) = apart(candidates);
    let inserted = store_fresh(w, &mut fresh, &mut doubtful, import).await?;
    for candidate in fresh {
        if inserted.contains(name(candidate.input)) {
            outcomes[candidate.index] = Some(accepted());
        } else {
            doubtful.push(candidate);
        }
    }
    judge_repetitions(w, doubtful, &mut outcomes).await?;

    let outcomes: Vec<IngestOutcome> = outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_or_else(accepted))
        .collect();
    let count = |status| {
        outcomes
            .iter()
            .filter(|outcome| outcome.status == status)
            .count() as u64
    };
    Ok(IngestReport {
        accepted: count(IngestStatus::Accepted),
        duplicate: count(IngestStatus::Duplicate),
        rejected: count(IngestStatus::Rejected),
        outcomes,
    })
}

/// The subscriptions of a batch, and for each why the principal may not report for it, if so. Who may import a file may
/// do so for all whose the sub-accounts are.
async fn homes(
    w: &mut Work,
    records: &[UsageInput],
    imported: bool,
) -> Result<HashMap<SubscriptionId, Home>> {
    let mut ids: Vec<SubscriptionId> = records
        .iter()
        .map(|record| record.subscription_id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let mut homes = HashMap::new();
    let mut allowed: HashMap<(AccountId, AccountId), Access> = HashMap::new();
    for subscription in tradewind_orders::service::subscription_homes_in(w, &ids).await? {
        let between = (subscription.customer_id, subscription.vendor_id);
        let access = match allowed.get(&between) {
            _ if imported => Access::Granted,
            Some(access) => *access,
            None => {
                let access = access(w, between.0, between.1).await?;
                allowed.insert(between, access);
                access
            }
        };
        let zone = subscription.zone;
        homes.insert(subscription.id, Home { zone, access });
    }
    Ok(homes)
}

/// What a batch needs to know of a subscription.
struct Home {
    zone: Zone,
    access: Access,
}

/// Whether the principal may report for a subscription.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Granted,
    Denied,
    Hidden,
}

async fn access(w: &mut Work, customer: AccountId, vendor: AccountId) -> Result<Access> {
    if w.ctx.principal.kind == PrincipalKind::System {
        return Ok(Access::Granted);
    }
    let target = tradewind_accounts::service::target(w, ResourceKind::Usage, customer)
        .await?
        .of_vendor(vendor);
    match w.authorize(Action::UsageReport, &target) {
        Ok(()) => Ok(Access::Granted),
        Err(Error::Forbidden { .. }) => Ok(Access::Denied),
        Err(Error::NotFound { .. }) => Ok(Access::Hidden),
        Err(error) => Err(error),
    }
}

/// Checks every record; what is wrong with one is its outcome. Imported cost counts in the months of the supplier's
/// bills, which are those of UTC; what is measured counts in the months of the customer.
fn candidates<'a>(
    records: &'a [UsageInput],
    homes: &HashMap<SubscriptionId, Home>,
    imported: bool,
    outcomes: &mut [Option<IngestOutcome>],
) -> Vec<Candidate<'a>> {
    let utc = Zone::utc();
    let mut candidates = Vec::with_capacity(records.len());
    for (index, input) in records.iter().enumerate() {
        if let Err(error) = rules::check_record(input) {
            outcomes[index] = Some(rejected(error.problems()));
            continue;
        }
        let home = match homes.get(&input.subscription_id) {
            Some(home) if home.access == Access::Granted => home,
            Some(home) if home.access == Access::Denied => {
                let message = "you may not report usage of this subscription".to_owned();
                outcomes[index] = Some(rejected(&[problem(
                    "subscription_id",
                    "forbidden",
                    message,
                )]));
                continue;
            }
            _ => {
                let message = format!("there is no subscription \"{}\"", input.subscription_id);
                outcomes[index] = Some(rejected(&[problem(
                    "subscription_id",
                    "not_found",
                    message,
                )]));
                continue;
            }
        };
        let (group_key, common) = rules::group_of(input);
        let key = TotalKey {
            subscription_id: input.subscription_id,
            meter: input.meter.clone(),
            period_on: rules::period_of(input.starts_at, if imported { &utc } else { &home.zone }),
            group_key,
        };
        candidates.push(Candidate {
            index,
            input,
            key,
            common,
            digest: rules::content_digest(input, (!imported).then_some(input.subscription_id)),
        });
    }
    candidates
}

/// Parts the records whose names occur for the first time in the batch from those that repeat one.
fn apart(candidates: Vec<Candidate<'_>>) -> (Vec<Candidate<'_>>, Vec<Candidate<'_>>) {
    let mut names = HashSet::new();
    candidates
        .into_iter()
        .partition(|candidate| names.insert(name(candidate.input)))
}

/// The names of the records that a batch has added.
enum Inserted {
    All,
    Some(HashMap<String, HashSet<String>>),
}

impl Inserted {
    fn contains(&self, (source, external_id): (&str, &str)) -> bool {
        match self {
            Self::All => true,
            Self::Some(names) => names
                .get(source)
                .is_some_and(|ids| ids.contains(external_id)),
        }
    }
}

/// Stores the records whose names are free and adds them to their totals; returns their names. Records that would lead
/// a total out of range are moved to the doubtful ones.
async fn store_fresh<'a>(
    w: &mut Work,
    fresh: &mut Vec<Candidate<'a>>,
    doubtful: &mut Vec<Candidate<'a>>,
    import: Option<ImportId>,
) -> Result<Inserted> {
    if fresh.is_empty() {
        return Ok(Inserted::All);
    }
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let mut totals = lock_totals(w, fresh).await?;
    let mut trial = totals.clone();
    let (fitting, excess) = std::mem::take(fresh).into_iter().partition(|candidate| {
        trial
            .get_mut(&candidate.key)
            .is_some_and(|total| rules::accumulate(total, candidate.input).is_ok())
    });
    *fresh = fitting;
    // In the order of their keys: two ingests never wait for each other's records crosswise, and the index grows in
    // neighbouring places.
    fresh.sort_unstable_by_key(|candidate| name(candidate.input));
    doubtful.extend::<Vec<_>>(excess);
    let versioned: Vec<NewRecord<'_>> = fresh
        .iter()
        .map(|c| NewRecord {
            input: c.input,
            key: &c.key,
            digest: &c.digest,
            total_version: totals.get(&c.key).map_or(1, |total| total.version + 1),
        })
        .collect();
    let names = record::insert(&mut w.tx, realm, &versioned, import, now).await?;
    let inserted = if names.len() == fresh.len() {
        Inserted::All
    } else {
        let mut by_source: HashMap<String, HashSet<String>> = HashMap::new();
        for (source, external_id) in names {
            by_source.entry(source).or_default().insert(external_id);
        }
        Inserted::Some(by_source)
    };

    let mut touched = HashSet::new();
    for candidate in fresh
        .iter()
        .filter(|candidate| inserted.contains(name(candidate.input)))
    {
        let total = totals
            .get_mut(&candidate.key)
            .ok_or_else(|| Error::internal("a locked total vanished"))?;
        rules::accumulate(total, candidate.input)?;
        if touched.insert(&candidate.key) {
            total.version += 1;
        }
    }
    let mut changed: Vec<UsageTotal> = totals
        .into_iter()
        .filter(|(key, _)| touched.contains(key))
        .map(|(_, total)| total)
        .collect();
    changed.sort_by(|a, b| {
        (a.subscription_id, &a.meter, a.period_on, &a.group_key).cmp(&(
            b.subscription_id,
            &b.meter,
            b.period_on,
            &b.group_key,
        ))
    });
    total::save(&mut w.tx, realm, &changed, now).await?;
    Ok(inserted)
}

/// Makes sure that the totals of these records exist, and locks them: two ingests that touch the same total follow each
/// other, so that versions are never given twice.
async fn lock_totals(
    w: &mut Work,
    fresh: &[Candidate<'_>],
) -> Result<HashMap<TotalKey, UsageTotal>> {
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let needed: BTreeMap<&TotalKey, &BTreeMap<String, String>> =
        fresh.iter().map(|c| (&c.key, &c.common)).collect();
    let mut subscriptions: Vec<SubscriptionId> =
        needed.keys().map(|key| key.subscription_id).collect();
    subscriptions.dedup();
    let mut months: Vec<Date> = needed.keys().map(|key| key.period_on).collect();
    months.sort_unstable();
    months.dedup();
    let mut locked = by_key(total::lock(&mut w.tx, realm, &subscriptions, &months).await?);
    let begun: Vec<UsageTotal> = needed
        .iter()
        .filter(|(key, _)| !locked.contains_key(key))
        .map(|(key, common)| total::empty(key, (*common).clone()))
        .collect();
    if !begun.is_empty() {
        total::begin(&mut w.tx, realm, &begun, now).await?;
        locked = by_key(total::lock(&mut w.tx, realm, &subscriptions, &months).await?);
    }
    locked.retain(|key, _| needed.contains_key(key));
    Ok(locked)
}

fn by_key(totals: Vec<UsageTotal>) -> HashMap<TotalKey, UsageTotal> {
    totals
        .into_iter()
        .map(|total| (key_of(&total), total))
        .collect()
}

/// Tells a repetition, which is fine, from another record under a name that is taken, and from a record that was left
/// out because its total can't hold it.
async fn judge_repetitions(
    w: &mut Work,
    doubtful: Vec<Candidate<'_>>,
    outcomes: &mut [Option<IngestOutcome>],
) -> Result<()> {
    let realm = w.ctx.realm;
    let mut by_source: BTreeMap<&str, Vec<&Candidate<'_>>> = BTreeMap::new();
    for candidate in &doubtful {
        by_source
            .entry(&candidate.input.source)
            .or_default()
            .push(candidate);
    }
    for (source, candidates) in by_source {
        let ids: Vec<&str> = candidates
            .iter()
            .map(|candidate| candidate.input.external_id.as_str())
            .collect();
        let known = record::digests(&mut w.tx, realm, source, &ids).await?;
        for candidate in candidates {
            outcomes[candidate.index] = Some(match known.get(&candidate.input.external_id) {
                Some(digest) if *digest == candidate.digest => IngestOutcome {
                    status: IngestStatus::Duplicate,
                    problems: Vec::new(),
                },
                Some(_) => rejected(&[problem("external_id", "id_reused", ID_REUSED.to_owned())]),
                None => rejected(&[problem("quantity", "out_of_range", OUT_OF_RANGE.to_owned())]),
            });
        }
    }
    Ok(())
}

pub(super) fn key_of(total: &UsageTotal) -> TotalKey {
    TotalKey {
        subscription_id: total.subscription_id,
        meter: total.meter.clone(),
        period_on: total.period_on,
        group_key: total.group_key.clone(),
    }
}

fn name(input: &UsageInput) -> (&str, &str) {
    (&input.source, &input.external_id)
}

fn accepted() -> IngestOutcome {
    IngestOutcome {
        status: IngestStatus::Accepted,
        problems: Vec::new(),
    }
}

fn rejected(problems: &[FieldProblem]) -> IngestOutcome {
    IngestOutcome {
        status: IngestStatus::Rejected,
        problems: problems.iter().map(RejectedField::from).collect(),
    }
}

fn problem(field: &str, code: &'static str, message: String) -> FieldProblem {
    FieldProblem {
        field: field.to_owned(),
        code,
        message,
    }
}

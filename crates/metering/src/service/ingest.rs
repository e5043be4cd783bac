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
use tradewind_orders::types::Subscription;
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, PrincipalKind, ResourceKind};

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
    let homes = homes(w, records).await?;
    let candidates = candidates(records, &homes, import.is_some(), &mut outcomes);
    let (fresh, repeated) = apart(candidates);

    let inserted = store_fresh(w, &fresh, import).await?;
    let mut doubtful = repeated;
    for candidate in fresh {
        if inserted.contains(&name(candidate.input)) {
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

/// The subscriptions of a batch that the principal may report for.
async fn homes(
    w: &mut Work,
    records: &[UsageInput],
) -> Result<HashMap<SubscriptionId, Subscription>> {
    let mut ids: Vec<SubscriptionId> = records
        .iter()
        .map(|record| record.subscription_id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let mut homes = HashMap::new();
    let mut allowed: HashMap<(AccountId, AccountId), bool> = HashMap::new();
    for subscription in tradewind_orders::service::subscriptions_in(w, &ids).await? {
        let between = (subscription.customer_id, subscription.vendor_id);
        let may = match allowed.get(&between) {
            Some(may) => *may,
            None => {
                let may = may_report(w, between.0, between.1).await?;
                allowed.insert(between, may);
                may
            }
        };
        if may {
            homes.insert(subscription.id, subscription);
        }
    }
    Ok(homes)
}

async fn may_report(w: &mut Work, customer: AccountId, vendor: AccountId) -> Result<bool> {
    if w.ctx.principal.kind == PrincipalKind::System {
        return Ok(true);
    }
    let mut target = tradewind_accounts::service::target(w, ResourceKind::Usage, customer).await?;
    target.vendor = Some(vendor);
    Ok(w.may(Action::UsageReport, &target))
}

/// Checks every record; what is wrong with one is its outcome. Imported cost counts in the months of the supplier's
/// bills, which are those of UTC; what is measured counts in the months of the customer.
fn candidates<'a>(
    records: &'a [UsageInput],
    homes: &HashMap<SubscriptionId, Subscription>,
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
        let Some(home) = homes.get(&input.subscription_id) else {
            let message = format!("there is no subscription \"{}\"", input.subscription_id);
            outcomes[index] = Some(rejected(&[problem(
                "subscription_id",
                "not_found",
                message,
            )]));
            continue;
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
            digest: rules::content_digest(input),
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

/// Stores the records whose names are free and adds them to their totals; returns their names.
async fn store_fresh(
    w: &mut Work,
    fresh: &[Candidate<'_>],
    import: Option<ImportId>,
) -> Result<HashSet<(String, String)>> {
    if fresh.is_empty() {
        return Ok(HashSet::new());
    }
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let mut totals = lock_totals(w, fresh).await?;
    let versioned: Vec<NewRecord<'_>> = fresh
        .iter()
        .map(|c| NewRecord {
            input: c.input,
            key: &c.key,
            digest: &c.digest,
            total_version: totals.get(&c.key).map_or(1, |total| total.version + 1),
        })
        .collect();
    let inserted: HashSet<(String, String)> =
        record::insert(&mut w.tx, realm, &versioned, import, now)
            .await?
            .into_iter()
            .collect();

    let mut touched = HashSet::new();
    for candidate in fresh
        .iter()
        .filter(|candidate| inserted.contains(&name(candidate.input)))
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
    let begun: Vec<UsageTotal> = needed
        .iter()
        .map(|(key, common)| total::empty(key, (*common).clone()))
        .collect();
    total::begin(&mut w.tx, realm, &begun, now).await?;

    let mut subscriptions: Vec<SubscriptionId> =
        needed.keys().map(|key| key.subscription_id).collect();
    subscriptions.dedup();
    let mut months: Vec<Date> = needed.keys().map(|key| key.period_on).collect();
    months.sort_unstable();
    months.dedup();
    let locked = total::lock(&mut w.tx, realm, &subscriptions, &months).await?;
    Ok(locked
        .into_iter()
        .map(|total| (key_of(&total), total))
        .filter(|(key, _)| needed.contains_key(key))
        .collect())
}

/// Tells a repetition, which is fine, from another record under a name that is taken.
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
            let same = known.get(&candidate.input.external_id) == Some(&candidate.digest);
            outcomes[candidate.index] = Some(if same {
                IngestOutcome {
                    status: IngestStatus::Duplicate,
                    problems: Vec::new(),
                }
            } else {
                let message = "another record with this id has been taken in already; report a correction under an id of its own";
                rejected(&[problem("external_id", "id_reused", message.to_owned())])
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

fn name(input: &UsageInput) -> (String, String) {
    (input.source.clone(), input.external_id.clone())
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

//! Everything about a batch of usage that needs no lock: whether each record is acceptable and may be reported, what it
//! counts in, and the row that it becomes.

use crate::rules::{self, TotalKey};
use crate::store::late;
use crate::store::record::{Common, NewRecord};
use crate::types::{IngestOutcome, IngestStatus, LatePolicy, RejectedField, UsageInput};
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, HashMap, HashSet};
use tradewind_kernel::id::{AccountId, ImportId, SubscriptionId};
use tradewind_kernel::{Date, Error, FieldProblem, Result, Timestamp, Zone};
use tradewind_platform::Work;
use tradewind_policy::{Action, PrincipalKind, ResourceKind};

/// Where a batch comes from.
#[derive(Clone, Copy)]
pub(super) struct Origin<'a> {
    /// The import that brought it.
    pub(super) import: Option<ImportId>,
    /// When it came; decides what is late.
    pub(super) received_at: Timestamp,
    /// The months in which its records count, one for each, where somebody has decided that. Then none of them is late.
    pub(super) months: Option<&'a [Date]>,
}

impl Origin<'_> {
    /// Reported, or brought by an import, at a point in time.
    pub(super) const fn of(import: Option<ImportId>, received_at: Timestamp) -> Self {
        Self {
            import,
            received_at,
            months: None,
        }
    }
}

/// A batch that is ready to be taken in.
pub(super) struct Ready<'a> {
    /// Where it comes from.
    pub(super) origin: Origin<'a>,
    /// The records, as they were reported.
    pub(super) records: &'a [UsageInput],
    /// What became of those that were refused, by their place in the batch.
    pub(super) outcomes: Vec<Option<IngestOutcome>>,
    /// The totals that the others count in, in order of their keys, with what their records have in common.
    pub(super) totals: Vec<(TotalKey, BTreeMap<String, String>)>,
    /// Acceptable records whose names occur for the first time, in the order of the batch.
    pub(super) first: Vec<Candidate<'a>>,
    /// Places of the first ones in the order of their names: two ingests never wait for each other's records
    /// crosswise, and the index grows in neighbouring places.
    pub(super) by_name: Vec<usize>,
    /// Those that repeat a name of the batch.
    pub(super) repeated: Vec<Candidate<'a>>,
}

/// As the input of a command, a batch is its records.
impl Serialize for Ready<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.records.serialize(serializer)
    }
}

/// A record that has passed its checks.
pub(super) struct Candidate<'a> {
    /// Its place in the batch.
    pub(super) index: usize,
    /// What was reported.
    pub(super) input: &'a UsageInput,
    /// Where it counts.
    pub(super) place: Place,
    /// What it says, in short.
    pub(super) digest: String,
    /// The row that it becomes.
    pub(super) row: NewRecord,
}

/// Where a record counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the total at this place.
    Total(usize),
    /// Nowhere yet: it came after the window of the month that begins on this day.
    Review(Date),
}

impl Candidate<'_> {
    /// The place of its total, if it counts.
    pub(super) const fn total(&self) -> Option<usize> {
        match self.place {
            Place::Total(at) => Some(at),
            Place::Review(_) => None,
        }
    }
}

/// Checks a batch and prepares what is acceptable.
pub(super) async fn prepare<'a>(
    w: &mut Work,
    records: &'a [UsageInput],
    origin: Origin<'a>,
) -> Result<Ready<'a>> {
    let decided = origin.months.is_some();
    let homes = homes(w, records, origin.import.is_some() || decided).await?;
    let realm = w.ctx.realm;
    let policy = if decided {
        LatePolicy::default()
    } else {
        late::policy(&mut w.tx, realm).await?
    };
    let common = Common::new(realm, origin.import, w.ctx.now);
    Ok(sorted(records, origin, &homes, &common, &policy))
}

/// Whose name a record has.
pub(super) fn name(input: &UsageInput) -> (&str, &str) {
    (&input.source, &input.external_id)
}

/// The subscriptions of a batch, and for each why the principal may not report for it, if so. Who may import a file may
/// do so for all whose the sub-accounts are.
async fn homes(
    w: &mut Work,
    records: &[UsageInput],
    trusted: bool,
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
            _ if trusted => Access::Granted,
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
pub(super) enum Access {
    Granted,
    Denied,
    Hidden,
}

pub(super) async fn access(w: &mut Work, customer: AccountId, vendor: AccountId) -> Result<Access> {
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
fn sorted<'a>(
    records: &'a [UsageInput],
    origin: Origin<'a>,
    homes: &HashMap<SubscriptionId, Home>,
    common: &Common,
    policy: &LatePolicy,
) -> Ready<'a> {
    let imported = origin.import.is_some();
    let utc = Zone::utc();
    let mut outcomes = vec![None; records.len()];
    let mut totals: BTreeMap<TotalKey, BTreeMap<String, String>> = BTreeMap::new();
    let mut keys = Vec::with_capacity(records.len());
    for (index, input) in records.iter().enumerate() {
        let home = match acceptable(input, homes) {
            Ok(home) => home,
            Err(problems) => {
                outcomes[index] = Some(rejected(&problems));
                continue;
            }
        };
        let (group_key, shared) = rules::group_of(input);
        let zone = if imported { &utc } else { &home.zone };
        let decided = origin.months.and_then(|months| months.get(index)).copied();
        let key = TotalKey {
            subscription_id: input.subscription_id,
            meter: input.meter.clone(),
            period_on: decided.unwrap_or_else(|| rules::period_of(input.starts_at, zone)),
            group_key,
        };
        let late = rules::is_late(policy, key.period_on, zone, origin.received_at);
        if !late && !totals.contains_key(&key) {
            totals.insert(key.clone(), shared);
        }
        keys.push((index, key, late));
    }
    let totals: Vec<(TotalKey, BTreeMap<String, String>)> = totals.into_iter().collect();
    let mut names = HashSet::with_capacity(keys.len());
    let (mut first, mut repeated) = (Vec::with_capacity(keys.len()), Vec::new());
    for (index, key, late) in keys {
        let input = &records[index];
        let place = match totals.binary_search_by(|(known, _)| known.cmp(&key)) {
            _ if late => Place::Review(key.period_on),
            Ok(total) => Place::Total(total),
            Err(_) => continue,
        };
        let digest = rules::content_digest(input, (!imported).then_some(input.subscription_id));
        let candidate = Candidate {
            index,
            input,
            place,
            row: common.record(input, &key, &digest),
            digest,
        };
        match names.insert(name(input)) {
            true => first.push(candidate),
            false => repeated.push(candidate),
        }
    }
    let mut by_name: Vec<usize> = (0..first.len()).collect();
    by_name.sort_unstable_by_key(|place| name(first[*place].input));
    Ready {
        origin,
        records,
        outcomes,
        totals,
        first,
        by_name,
        repeated,
    }
}

fn acceptable<'a>(
    input: &UsageInput,
    homes: &'a HashMap<SubscriptionId, Home>,
) -> Result<&'a Home, Vec<FieldProblem>> {
    rules::check_record(input).map_err(|error| error.problems().to_vec())?;
    let refused = |code, message| Err(vec![problem("subscription_id", code, message)]);
    match homes.get(&input.subscription_id) {
        Some(home) if home.access == Access::Granted => Ok(home),
        Some(home) if home.access == Access::Denied => refused(
            "forbidden",
            "you may not report usage of this subscription".to_owned(),
        ),
        _ => refused(
            "not_found",
            format!("there is no subscription \"{}\"", input.subscription_id),
        ),
    }
}

pub(super) fn rejected(problems: &[FieldProblem]) -> IngestOutcome {
    IngestOutcome {
        status: IngestStatus::Rejected,
        problems: problems.iter().map(RejectedField::from).collect(),
    }
}

pub(super) fn problem(field: &str, code: &'static str, message: String) -> FieldProblem {
    FieldProblem {
        field: field.to_owned(),
        code,
        message,
    }
}

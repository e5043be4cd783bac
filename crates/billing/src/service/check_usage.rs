//! The check of usage: that it was rated once, on every leg, and by its price.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tradewind_catalogue::types::ItemTerms;
use tradewind_kernel::{
    Date, Decimal, Result, decimal,
    id::{LegId, SubscriptionId, TermsId},
};
use tradewind_metering::{service as metering, types::UsageTotal};
use tradewind_orders::billing::{self as orders, Billable};
use tradewind_platform::Work;

use super::{
    adopt::{Past, terms_of, under},
    facts::{Known, Rates},
    joint::Joint,
    month::{self, Month, Wanted},
    prepaid,
    tariff::{Tariff, Tariffs},
};
use crate::{
    rules::{
        joint::is_joint,
        pool::{self, Closing, Group},
        usage as rules,
    },
    store::{
        check::{self as store, CheckedCharge},
        idle,
        usage::{self, RatedKey, key_of},
    },
    types::{Finding, LegFacts},
};

/// Usage is rated once, on every leg, and by its price.
pub(super) async fn rated(
    w: &mut Work,
    billables: &[Billable],
    charges: &[CheckedCharge],
) -> Result<Vec<Finding>> {
    let realm = w.ctx.realm;
    let legs = legs_of(billables);
    let rated = store::rated(&mut w.tx, realm, &legs).await?;
    let mut charged: HashMap<RatedKey, Decimal> = HashMap::new();
    for charge in charges {
        if let Some(usage) = &charge.usage {
            let sum = charged
                .entry(RatedKey {
                    leg_id: charge.leg_id,
                    meter: usage.0.meter.clone(),
                    group_key: usage.0.group_key.clone(),
                    period_on: usage.0.period_on,
                })
                .or_default();
            *sum = decimal::add(*sum, charge.exact)?;
        }
    }
    let mut found = Vec::new();
    let mut versions: HashMap<RatedKey, (i64, Decimal)> = HashMap::new();
    for (key, version, exact) in rated {
        let sum = charged.remove(&key).unwrap_or_default();
        if sum != exact {
            let text = format!(
                "{} {}: rated {exact}, charged {sum}",
                key.period_on, key.group_key
            );
            found.push(Finding::new("usage_charged", key.leg_id, text));
        }
        versions.insert(key, (version, exact));
    }
    for (key, sum) in charged {
        let text = format!(
            "{} {}: charged {sum}, never rated",
            key.period_on, key.group_key
        );
        found.push(Finding::new("usage_charged", key.leg_id, text));
    }
    found.extend(priced(w, billables, &versions).await?);
    Ok(found)
}

/// Rates the totals again, under the terms of their month, and compares.
async fn priced(
    w: &mut Work,
    billables: &[Billable],
    rated: &HashMap<RatedKey, (i64, Decimal)>,
) -> Result<Vec<Finding>> {
    if rated.is_empty() {
        return Ok(Vec::new());
    }
    let realm = w.ctx.realm;
    let own: BTreeSet<LegId> = legs_of(billables).into_iter().collect();
    let (all, rated) = with_siblings(w, billables, rated).await?;
    let (billables, rated) = (&all[..], &rated);
    let ids: Vec<SubscriptionId> = billables
        .iter()
        .map(|billable| billable.subscription.id)
        .collect();
    let legs = legs_of(billables);
    let fixed = usage::terms(&mut w.tx, realm, &legs).await?;
    let mut known = Known::default();
    known.learn(w, billables).await?;
    let terms: BTreeSet<TermsId> = fixed.values().copied().collect();
    known.learn_terms(w, terms).await?;
    let fixed = Tariffs::of(fixed);
    let mut rates = Rates::default();
    let mut found = Vec::new();
    let mut joint = Joint::default();
    let idle = idle::some(&mut w.tx, realm, &ids).await?;
    let totals = metering::totals_before_in(w, &ids, Date::MAX).await?;
    let past = Past::load(w, &mut known, billables).await?;
    let waiting = metering::usage_waiting_in(w, &ids).await?;
    let mut months: BTreeMap<(SubscriptionId, &str, Date), Vec<&UsageTotal>> = BTreeMap::new();
    let mut history: BTreeMap<(SubscriptionId, &str), Vec<&UsageTotal>> = BTreeMap::new();
    for total in &totals {
        let of = (total.subscription_id, total.meter.as_str());
        history.entry(of).or_default().push(total);
        let key = (total.subscription_id, total.meter.as_str(), total.period_on);
        months.entry(key).or_default().push(total);
    }
    // Months that were charged without any usage of their own.
    for billable in billables {
        for leg in &billable.legs {
            for key in rated.keys().filter(|key| key.leg_id == leg.id) {
                let month = key.period_on.first_of_month();
                months
                    .entry((billable.subscription.id, key.meter.as_str(), month))
                    .or_default();
            }
        }
    }
    for ((subscription, meter, first), totals) in &months {
        let is_own = |found: &&Billable| found.subscription.id == *subscription;
        let Some(sale) = billables.iter().position(|found| is_own(&found)) else {
            continue;
        };
        let billable = &billables[sale];
        let mut tariffs = fixed.in_month(billable, *first);
        if tariffs.is_empty() {
            tariffs.push(Tariff {
                from_on: *first,
                terms: terms_of(billable),
            });
        }
        let mut legs = Vec::new();
        for tariff in &tariffs {
            legs.extend(known.legs(&under(billable, &tariff.terms))?);
        }
        let history = history
            .get(&(*subscription, *meter))
            .map_or(&[][..], Vec::as_slice);
        let nothing = metering::no_usage(*subscription, meter, *first);
        let known_idle = tariffs.iter().any(|tariff| {
            let mut keys = legs
                .iter()
                .map(|leg| key_of(leg.id, &nothing, tariff.from_on));
            keys.any(|key| rated.contains_key(&key))
        });
        let wanted = Wanted {
            meter,
            month: *first,
            events: month::wants_events(&legs, meter),
            idle: known_idle && month::may_be_idle(totals, known_idle),
            how: month::aggregation(&legs, meter),
            history,
            until: idle
                .get(subscription)
                .and_then(|idle| idle.until_on)
                .or_else(|| month::ended_on(billable)),
        };
        let idle_of = idle.get(subscription);
        // What is bought ahead follows from earlier months, of which some may wait to be rated.
        let bought_ahead = prepaid::is_known(&known, meter);
        if bought_ahead
            && waiting
                .get(subscription)
                .is_some_and(|since| since <= first)
        {
            continue;
        }
        let prepaid = if bought_ahead {
            let decided = (&fixed, &past);
            Some(prepaid::decided(
                &known, decided, billable, meter, history, *first,
            )?)
        } else {
            None
        };
        let held = prepaid::held_of(billable);
        let measured = Month::measure(w, billable, &tariffs, totals, wanted).await?;
        let mut versions: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
        let mut together = Vec::new();
        for (i, (_, tariff)) in measured.parts.iter().enumerate() {
            for leg in known.legs(&under(billable, &tariff.terms))? {
                let is_idle = month::is_idle(&leg, meter);
                let groups = measured.groups(i, is_idle);
                for group in groups.iter().filter(|group| !group.idle) {
                    let known_as = rated.get(&month::rated_key(leg.id, group));
                    let version = known_as.map_or(0, |(version, _)| *version);
                    let of_group = versions.entry(group.part.total.group_key.as_str());
                    of_group.or_default().insert(version);
                }
                let Some(item) = rules::metered_item(&leg, meter) else {
                    continue;
                };
                let applied = match &prepaid {
                    Some(prepaid) => prepaid.applied(&leg, item, *first, &held, history)?,
                    None => None,
                };
                let item = applied.as_ref().unwrap_or(item);
                if is_joint(item) {
                    together.push((i, leg.clone(), item.clone()));
                    continue;
                }
                let on = tradewind_kernel::calendar::add_days(measured.period.end, -1)?;
                for group in &groups {
                    let needed = rules::rates_needed(&leg, item, group.part.total).into_iter();
                    let needed = needed.map(|(base, quote)| (base, quote, on)).collect();
                    rates.load(w, needed).await?;
                }
                let closing = Closing {
                    is_last: i + 1 == measured.parts.len(),
                    running: month::running(&leg, measured.period, idle_of)?,
                };
                let keys: Vec<RatedKey> = groups
                    .iter()
                    .map(|group| month::rated_key(leg.id, group))
                    .collect();
                found.extend(repriced(
                    (&leg, item),
                    &groups,
                    &keys,
                    closing,
                    rated,
                    &rates,
                ));
            }
        }
        for (group, _) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
            let text = format!("{first} {group}: the legs are rated up to different versions");
            found.push(Finding::new("leg_missing", *subscription, text));
        }
        let idle = idle_of.map(|idle| month::run_of(billable, *idle));
        joint.wait((sale, billable), measured, together, idle);
    }
    let (months, pools) = joint.pools(billables);
    for pool in &pools {
        let Some(first) = pool.members.first() else {
            continue;
        };
        let members = pool.groups(&months, first.item.meter.as_deref().unwrap_or_default());
        let (mut groups, mut keys) = (Vec::new(), Vec::new());
        for (at, group) in members {
            let Some(member) = pool.members.get(at) else {
                continue;
            };
            keys.push(month::rated_key(member.leg.id, &group));
            groups.push(group);
            let period = rules::usage_period(group.part.total.period_on)?;
            let on = tradewind_kernel::calendar::add_days(period.end, -1)?;
            let needed = rules::rates_needed(&first.leg, &first.item, group.part.total).into_iter();
            let needed = needed.map(|(base, quote)| (base, quote, on)).collect();
            rates.load(w, needed).await?;
        }
        let closing = pool.closing(&months)?;
        let priced = (&first.leg, &first.item);
        found.extend(repriced(priced, &groups, &keys, closing, rated, &rates));
    }
    // What others are rated to is looked at with them.
    let others: BTreeSet<String> = legs_of(billables)
        .into_iter()
        .filter(|leg| !own.contains(leg))
        .map(|leg| leg.to_string())
        .collect();
    found.retain(|finding| !others.contains(&finding.subject));
    Ok(found)
}

fn legs_of(billables: &[Billable]) -> Vec<LegId> {
    let legs = billables.iter().flat_map(|billable| &billable.legs);
    legs.map(|leg| leg.id).collect()
}

/// Some subscriptions and those whose usage is counted together with theirs, with what of all of them was rated.
async fn with_siblings(
    w: &mut Work,
    billables: &[Billable],
    rated: &HashMap<RatedKey, (i64, Decimal)>,
) -> Result<(Vec<Billable>, HashMap<RatedKey, (i64, Decimal)>)> {
    let realm = w.ctx.realm;
    let (mut all, mut rated) = (billables.to_vec(), rated.clone());
    let fixed = usage::terms(&mut w.tx, realm, &legs_of(billables)).await?;
    let mut known = Known::default();
    known.learn_terms(w, fixed.into_values().collect()).await?;
    if !known
        .terms
        .values()
        .any(|terms| terms.items.iter().any(is_joint))
    {
        return Ok((all, rated));
    }
    let of: Vec<_> = billables.iter().map(|one| &one.subscription).collect();
    let mut ids = orders::siblings(&mut w.tx, realm, &of).await?;
    ids.retain(|id| billables.iter().all(|one| one.subscription.id != *id));
    let others = orders::billable(&mut w.tx, realm, &ids).await?;
    for (key, version, exact) in store::rated(&mut w.tx, realm, &legs_of(&others)).await? {
        rated.insert(key, (version, exact));
    }
    all.extend(others);
    Ok((all, rated))
}

/// What is wrong with the exact amounts of a part of a month, if anything.
fn repriced(
    (leg, item): (&LegFacts, &ItemTerms),
    groups: &[Group<'_>],
    keys: &[RatedKey],
    closing: Closing,
    rated: &HashMap<RatedKey, (i64, Decimal)>,
    rates: &Rates,
) -> Vec<Finding> {
    let again = match pool::rate_groups(leg, item, groups, closing, rates) {
        Ok(again) => again,
        Err(error) => {
            // What was never rated cannot be wrong yet.
            let any = keys.iter().any(|key| rated.contains_key(key));
            let finding = Finding::new("usage_priced", leg.id, error.to_string());
            return any.then_some(finding).into_iter().collect();
        }
    };
    let states: Vec<_> = groups
        .iter()
        .zip(keys)
        .map(|(group, key)| {
            let state = rated.get(key);
            state.filter(|(version, _)| *version == group.part.total.version)
        })
        .collect();
    // An older version cannot be rebuilt from the totals: what is rated together is looked at when all of it has been
    // brought forward.
    let behind: BTreeSet<usize> = again
        .iter()
        .zip(&states)
        .filter(|(_, state)| state.is_none())
        .filter_map(|(again, _)| again.pool)
        .collect();
    groups
        .iter()
        .zip(keys)
        .zip(&again)
        .zip(states)
        .filter(|((_, again), _)| !again.pool.is_some_and(|pool| behind.contains(&pool)))
        .filter_map(|(((group, key), again), state)| {
            let (_, exact) = state?;
            (again.exact != *exact).then(|| {
                let text = format!(
                    "{} {}: rated {exact}, its price is {}",
                    group.part.period.start, group.part.total.group_key, again.exact
                );
                Finding::new("usage_priced", key.leg_id, text)
            })
        })
        .collect()
}

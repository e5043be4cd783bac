//! Usage that is counted together over several subscriptions, where it is rated.

use std::collections::{BTreeMap, BTreeSet};

use tradewind_kernel::{
    Date, Error, Result, calendar,
    id::{AccountId, ProductId, SubscriptionId},
};
use tradewind_orders::billing::Billable;
use tradewind_platform::Work;

use super::{Months, Outcome, Run, bearable, month, rules};
use crate::{
    rules::{joint::on_one_line, pool},
    service::{joint::Pool, month::Month, prepaid::held_of},
    types::Problem,
};

/// What subscriptions were charged, by their places; none of those that could not be.
pub(super) type Charged = Vec<Option<Vec<Outcome>>>;

/// Has subscriptions of the same customer to the same product look at the same months: a month in which one used something is one
/// of all that ran in it.
pub(super) fn share_months(
    billables: &[Billable],
    all: &mut BTreeMap<SubscriptionId, Months<'_>>,
) -> Result<()> {
    let mut homes: BTreeMap<(AccountId, ProductId), Vec<&Billable>> = BTreeMap::new();
    for one in billables {
        let home = (one.subscription.customer_id, one.subscription.product_id);
        homes.entry(home).or_default().push(one);
    }
    for siblings in homes.into_values().filter(|siblings| siblings.len() > 1) {
        let months: BTreeSet<(&str, Date)> = siblings
            .iter()
            .filter_map(|one| all.get(&one.subscription.id))
            .flat_map(|months| months.keys().copied())
            .collect();
        for one in siblings {
            let held = held_of(one);
            for (meter, first) in &months {
                if held.runs_in(rules::usage_period(*first)?) {
                    let own = all.entry(one.subscription.id).or_default();
                    own.entry((meter, *first)).or_default();
                }
            }
        }
    }
    Ok(())
}

impl Run {
    /// Charges what is counted together: all subscriptions that share something, or none of them.
    pub(super) async fn charge_joint(
        &mut self,
        w: &mut Work,
        billables: &[Billable],
        charged: &mut Charged,
        problems: &mut Vec<Problem>,
    ) -> Result<()> {
        let (months, pools) = std::mem::take(&mut self.joint).pools(billables);
        for pool in &pools {
            let stuck = pool
                .members
                .iter()
                .any(|one| !matches!(charged.get(one.sale), Some(Some(_))));
            let rated = if stuck {
                Err(Error::refused(
                    "not_rated",
                    "a subscription whose usage is counted together with this one cannot be rated",
                ))
            } else {
                self.rate_joint(w, billables, &months, pool).await
            };
            let first = pool.members.first().and_then(|one| billables.get(one.sale));
            let Some(first) = first else { continue };
            let mut own = Vec::new();
            let Some(rated) = bearable(rated, first.subscription.id, &mut own)? else {
                let message = own.pop().map(|problem| problem.message).unwrap_or_default();
                give_up(pool, billables, charged, problems, &message);
                continue;
            };
            for (sale, outcome) in rated {
                if let Some(Some(all)) = charged.get_mut(sale) {
                    all.push(outcome);
                }
            }
        }
        // What was rated with something that cannot be charged waits with it, on whatever leg that is.
        loop {
            let before = charged.iter().flatten().count();
            for pool in &pools {
                if pool
                    .members
                    .iter()
                    .any(|one| !matches!(charged.get(one.sale), Some(Some(_))))
                {
                    let message = "a subscription whose usage is counted together with this one cannot be rated";
                    give_up(pool, billables, charged, problems, message);
                }
            }
            if charged.iter().flatten().count() == before {
                return Ok(());
            }
        }
    }

    async fn rate_joint(
        &mut self,
        w: &mut Work,
        billables: &[Billable],
        months: &[Month],
        pool: &Pool,
    ) -> Result<Vec<(usize, Outcome)>> {
        let Some(first) = pool.members.first() else {
            return Ok(Vec::new());
        };
        let meter = first.item.meter.as_deref().unwrap_or_default();
        let found = pool.groups(months, meter);
        let groups: Vec<pool::Group<'_>> = found.iter().map(|(_, group)| *group).collect();
        for group in &groups {
            let on = rules::usage_period(group.part.total.period_on)?.end;
            let on = calendar::add_days(on, -1)?;
            let needed = rules::rates_needed(&first.leg, &first.item, group.part.total).into_iter();
            let needed = needed.map(|(base, quote)| (base, quote, on)).collect();
            self.rates.load(w, needed).await?;
        }
        let closing = pool.closing(months)?;
        let rated = pool::rate_groups(&first.leg, &first.item, &groups, closing, &self.rates)?;
        let mut outcome = Vec::new();
        for ((at, group), rated) in found.iter().zip(rated) {
            let Some(member) = pool.members.get(*at) else {
                continue;
            };
            let (leg, item) = (&member.leg, &member.item);
            let key = month::rated_key(leg.id, group);
            let before = self.rated.get(&key).copied();
            let charged = rules::group_charge(leg, item, &group.part, before, rated)?;
            let Some((mut charge, state)) = charged else {
                continue;
            };
            if let (Some(charge), Some(billable)) = (&mut charge, billables.get(member.sale)) {
                on_one_line(charge, item, leg.locale, billable.subscription.customer_id);
            }
            self.rated.insert(key.clone(), state);
            outcome.push((member.sale, Outcome { key, state, charge }));
        }
        Ok(outcome)
    }
}

/// None of the subscriptions that share something is charged.
fn give_up(
    pool: &Pool,
    billables: &[Billable],
    charged: &mut Charged,
    problems: &mut Vec<Problem>,
    message: &str,
) {
    for member in &pool.members {
        let (Some(place), Some(one)) = (charged.get_mut(member.sale), billables.get(member.sale))
        else {
            continue;
        };
        if place.take().is_some() {
            problems.push(Problem {
                subscription_id: one.subscription.id,
                message: message.to_owned(),
            });
        }
    }
}

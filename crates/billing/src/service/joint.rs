//! Months of several subscriptions whose usage is counted together, waiting until all of them are known.

use tradewind_catalogue::types::ItemTerms;
use tradewind_kernel::{Result, calendar::Period};
use tradewind_orders::billing::Billable;

use super::month::{self, Month};
use crate::{
    rules::{
        joint::JointKey,
        pool::{Closing, Group},
    },
    store::idle::IdleUsage,
    types::LegFacts,
};

/// What one subscription brings to what is counted together, on one leg and in one part of a month.
#[derive(Debug)]
pub(super) struct Member {
    /// The place of the subscription among those that are looked at.
    pub(super) sale: usize,
    /// The place of its month among those that are kept.
    pub(super) month: usize,
    /// The part of the month.
    pub(super) part: usize,
    pub(super) leg: LegFacts,
    pub(super) item: ItemTerms,
    /// From when to when it runs, where months without usage cost something.
    pub(super) idle: Option<IdleUsage>,
}

/// What is counted together.
#[derive(Debug)]
pub(super) struct Pool {
    key: JointKey,
    pub(super) members: Vec<Member>,
}

impl Pool {
    /// The groups of all members, each with its place among them.
    pub(super) fn groups<'a>(&self, months: &'a [Month], meter: &str) -> Vec<(usize, Group<'a>)> {
        let members = self.members.iter().enumerate();
        members
            .flat_map(|(at, member)| {
                let is_idle = month::is_idle(&member.leg, meter);
                let month = months.get(member.month);
                let groups =
                    month.map_or_else(Vec::new, |month| month.groups(member.part, is_idle));
                groups.into_iter().map(move |group| (at, group))
            })
            .collect()
    }

    /// How its minimum is settled: by the time in which any of its members ran.
    pub(super) fn closing(&self, months: &[Month]) -> Result<Closing> {
        let mut closing = Closing {
            is_last: self.key.is_last(),
            ..Closing::MONTH
        };
        let Some(first) = self.members.first() else {
            return Ok(closing);
        };
        let Some(month) = months.get(first.month) else {
            return Ok(closing);
        };
        let ran: Option<Vec<&IdleUsage>> =
            self.members.iter().map(|one| one.idle.as_ref()).collect();
        let together = ran.as_deref().and_then(|ran| {
            let first = *ran.first()?;
            let until = ran
                .iter()
                .map(|one| one.until_on)
                .collect::<Option<Vec<_>>>();
            Some(IdleUsage {
                since_on: ran.iter().map(|one| one.since_on).min()?,
                until_on: until.and_then(|until| until.into_iter().max()),
                settled_on: first.settled_on,
            })
        });
        closing.running = month::running(&first.leg, month.period, together.as_ref())?;
        Ok(closing)
    }
}

/// All that waits to be counted together.
#[derive(Default)]
pub(super) struct Joint {
    months: Vec<Month>,
    pools: Vec<Pool>,
}

impl Joint {
    /// Whether nothing waits.
    pub(super) const fn is_empty(&self) -> bool {
        self.pools.is_empty()
    }

    /// Has parts of a month wait until all is known that is counted together with them.
    pub(super) fn wait(
        &mut self,
        (sale, billable): (usize, &Billable),
        month: Month,
        parts: Vec<(usize, LegFacts, ItemTerms)>,
        idle: Option<IdleUsage>,
    ) {
        if parts.is_empty() {
            return;
        }
        let last = month.parts.len().saturating_sub(1);
        let days: Vec<Period> = month.parts.iter().map(|(days, _)| *days).collect();
        self.months.push(month);
        for (part, leg, item) in parts {
            let Some(days) = days.get(part) else { continue };
            let customer = billable.subscription.customer_id;
            let key = JointKey::of(customer, &leg, &item, *days, part == last);
            let member = Member {
                sale,
                month: self.months.len() - 1,
                part,
                leg,
                item,
                idle,
            };
            self.add(key, member);
        }
    }

    /// Has usage counted with what has the same key.
    fn add(&mut self, key: JointKey, member: Member) {
        match self.pools.iter_mut().find(|pool| pool.key == key) {
            Some(pool) => pool.members.push(member),
            None => self.pools.push(Pool {
                key,
                members: vec![member],
            }),
        }
    }

    /// The places of the subscriptions of which something waits.
    pub(super) fn sales(&self) -> impl Iterator<Item = usize> {
        self.pools
            .iter()
            .flat_map(|pool| pool.members.iter().map(|member| member.sale))
    }

    /// What is counted together, and its months. Subscriptions stand in the order in which they were ordered, so that one that is
    /// bought later changes nothing of those before it.
    pub(super) fn pools(self, billables: &[Billable]) -> (Vec<Month>, Vec<Pool>) {
        let mut pools = self.pools;
        for pool in &mut pools {
            pool.members.sort_by_key(|member| {
                let one = billables.get(member.sale);
                one.map(|one| (one.subscription.ordered_at, one.subscription.id))
            });
        }
        (self.months, pools)
    }
}

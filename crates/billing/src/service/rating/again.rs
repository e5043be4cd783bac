//! Months of usage that are rated again because the terms of the past have become others: what was charged for what is no longer
//! charged in the same way is taken back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tradewind_kernel::{Date, Decimal, Error, Money, Result, decimal, id::LegId};
use tradewind_orders::billing::Billable;
use tradewind_platform::Work;

use super::{Outcome, Run, month, rules};
use crate::{
    rules::pool::Group,
    store::usage::{self, RatedKey},
    types::{Charge, LegFacts, NewCharge, UsageSpan},
};

/// The version of what has to be rated again, whatever it is rated to.
pub(in crate::service) const MARKED: i64 = -1;

/// What is rated again.
#[derive(Debug, Default)]
pub(super) struct Again {
    marked: BTreeSet<(LegId, String, Date)>,
    keys: BTreeSet<(LegId, Date, String, String)>,
    /// What the charges for usage have come to, by what was rated and by the line that they are rounded in.
    charged: HashMap<RatedKey, BTreeMap<String, Charged>>,
}

/// What was charged on a line.
#[derive(Debug)]
struct Charged {
    first: NewCharge,
    exact: Decimal,
    quantity: Decimal,
    version: i64,
}

impl Charged {
    fn taken_back(&self) -> Result<Option<NewCharge>> {
        if self.exact.is_zero() && self.quantity.is_zero() {
            return Ok(None);
        }
        let facts = &self.first;
        let usage = facts.usage.as_ref().map(|usage| UsageSpan {
            from_version: self.version,
            to_version: self.version,
            ..usage.clone()
        });
        Ok(Some(NewCharge {
            quantity: -self.quantity,
            exact: -self.exact,
            amount: Money::from_exact(-self.exact, facts.amount.currency, facts.rounding)?,
            usage,
            ..facts.clone()
        }))
    }
}

impl Again {
    pub(super) async fn load(
        w: &mut Work,
        billables: &[Billable],
        rated: &HashMap<RatedKey, rules::RatedState>,
        again: bool,
    ) -> Result<Self> {
        let mut found = Self::default();
        if !again {
            return Ok(found);
        }
        for (key, _) in rated.iter().filter(|(_, state)| state.version == MARKED) {
            let month = key.period_on.first_of_month();
            found.marked.insert((key.leg_id, key.meter.clone(), month));
            let (meter, group) = (key.meter.clone(), key.group_key.clone());
            found.keys.insert((key.leg_id, key.period_on, meter, group));
        }
        let realm = w.ctx.realm;
        for billable in billables {
            let id = billable.subscription.id;
            for charge in usage::charged(&mut w.tx, realm, id).await? {
                found.note(charge)?;
            }
        }
        Ok(found)
    }

    fn note(&mut self, charge: Charge) -> Result<()> {
        let facts = charge.facts;
        let Some(span) = &facts.usage else {
            return Ok(());
        };
        let key = RatedKey {
            leg_id: facts.leg_id,
            meter: span.meter.clone(),
            group_key: span.group_key.clone(),
            period_on: span.period_on,
        };
        let (line, version) = (span.line.clone(), span.to_version);
        let lines = self.charged.entry(key).or_default();
        let on = lines.entry(line).or_insert_with(|| Charged {
            first: facts.clone(),
            exact: Decimal::ZERO,
            quantity: Decimal::ZERO,
            version,
        });
        on.exact = decimal::add(on.exact, facts.exact)?;
        on.quantity = decimal::add(on.quantity, facts.quantity)?;
        on.version = on.version.max(version);
        Ok(())
    }

    /// The months of meters of a subscription before a day that are rated again.
    pub(super) fn months(&self, billable: &Billable, ended: Date) -> Vec<(String, Date)> {
        let own = |leg: &LegId| billable.legs.iter().any(|one| one.id == *leg);
        let over = |month: &Date| *month < ended;
        let months = (self.marked.iter()).filter(|(leg, _, month)| own(leg) && over(month));
        let months: BTreeSet<(String, Date)> = months
            .map(|(_, meter, month)| (meter.clone(), *month))
            .collect();
        months.into_iter().collect()
    }

    /// Whether a month of a meter is rated again.
    pub(super) fn is_marked(&self, billable: &Billable, meter: &str, month: Date) -> bool {
        let mut legs = billable.legs.iter();
        !self.marked.is_empty()
            && legs.any(|leg| self.marked.contains(&(leg.id, meter.to_owned(), month)))
    }

    /// What was rated before on a line, and what takes back what was charged on others.
    pub(super) fn before(
        &self,
        key: &RatedKey,
        line: &str,
        before: Option<rules::RatedState>,
    ) -> Result<(Option<rules::RatedState>, Vec<NewCharge>)> {
        let Some(state) = before.filter(|state| state.version == MARKED) else {
            return Ok((before, Vec::new()));
        };
        let lines = self.charged.get(key);
        let on_line = lines.and_then(|lines| lines.get(line));
        let others = lines.into_iter().flatten().filter(|(on, _)| *on != line);
        let backs = others.map(|(_, charged)| charged.taken_back());
        let backs = backs.collect::<Result<Vec<_>>>()?;
        let before = rules::RatedState {
            quantity: on_line.map_or(Decimal::ZERO, |on| on.quantity),
            exact: on_line.map_or(Decimal::ZERO, |on| on.exact),
            ..state
        };
        Ok((Some(before), backs.into_iter().flatten().collect()))
    }

    /// What takes back all that was charged.
    fn all_back(&self, key: &RatedKey) -> Result<Vec<NewCharge>> {
        let lines = self.charged.get(key).into_iter().flatten();
        let backs = lines.map(|(_, charged)| charged.taken_back());
        let backs = backs.collect::<Result<Vec<_>>>()?;
        Ok(backs.into_iter().flatten().collect())
    }
}

impl Run {
    /// What was rated and is no longer there: the part of a month that has no price of its own any more, the month without usage that
    /// costs nothing now.
    pub(super) fn left_over(
        &mut self,
        billable: &Billable,
        outcome: &[Outcome],
    ) -> Result<Vec<Outcome>> {
        let mut left = Vec::new();
        let own = |leg: &LegId| billable.legs.iter().any(|one| one.id == *leg);
        for (leg_id, period_on, meter, group_key) in
            self.again.keys.iter().filter(|(leg, ..)| own(leg))
        {
            let key = RatedKey {
                leg_id: *leg_id,
                meter: meter.clone(),
                group_key: group_key.clone(),
                period_on: *period_on,
            };
            if outcome.iter().any(|made| made.key == key) {
                continue;
            }
            let charges = self.again.all_back(&key)?;
            left.push((key, 0, charges));
        }
        Ok(self.nothing_rated(left))
    }

    /// What groups of usage come to in a time in which the plan has no item for them: what was charged is taken back where they are
    /// rated again, and what nobody used costs nothing.
    ///
    /// # Errors
    /// `unknown_meter` for usage that nobody has decided on.
    pub(super) fn not_charged(
        &mut self,
        leg: &LegFacts,
        meter: &str,
        groups: &[Group<'_>],
    ) -> Result<Vec<Outcome>> {
        let mut found = Vec::new();
        for group in groups {
            let key = month::rated_key(leg.id, group);
            let version = group.part.total.version;
            let known = self.rated.get(&key);
            if known.is_some_and(|state| state.version >= version) {
                continue;
            }
            let by_then =
                |total: &tradewind_metering::types::UsageTotal| (total.records, total.quantity);
            let earlier = group.part.earlier.map_or((0, Decimal::ZERO), by_then);
            let unused = by_then(group.part.total) == earlier;
            let month = key.period_on.first_of_month();
            let again = (self.again.marked).contains(&(key.leg_id, key.meter.clone(), month));
            if !unused && !again {
                return Err(Error::refused(
                    "unknown_meter",
                    format!("no item of the plan is charged by the meter \"{meter}\""),
                ));
            }
            let charges = self.again.all_back(&key)?;
            found.push((key, version, charges));
        }
        Ok(self.nothing_rated(found))
    }

    fn nothing_rated(&mut self, keys: Vec<(RatedKey, i64, Vec<NewCharge>)>) -> Vec<Outcome> {
        let mut outcome = Vec::new();
        for (key, version, charges) in keys {
            let known = self.rated.get(&key).copied().unwrap_or_default();
            let state = rules::RatedState {
                version,
                quantity: Decimal::ZERO,
                exact: Decimal::ZERO,
                revision: known.revision + 1,
            };
            self.rated.insert(key.clone(), state);
            let mut charges: Vec<Option<NewCharge>> = charges.into_iter().map(Some).collect();
            if charges.is_empty() {
                charges.push(None);
            }
            outcome.extend(charges.into_iter().map(|charge| Outcome {
                key: key.clone(),
                state,
                charge,
            }));
        }
        outcome
    }
}

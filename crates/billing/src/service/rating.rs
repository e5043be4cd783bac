//! Rating the usage of a batch of subscriptions: what their months come to on every leg, less what was rated before.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tradewind_kernel::{
    Date, Error, Result,
    id::{LegId, SubscriptionId, TermsId},
};
use tradewind_metering::{service as metering, types::UsageTotal};
use tradewind_orders::{
    billing::{self as orders, Billable},
    types::Subscription,
};
use tradewind_platform::Work;

mod again;
mod discounts;
mod late;
mod parts;
mod prepaid;
mod tariffs;
mod together;

use again::Again;
pub(super) use again::MARKED;
use late::Late;
use parts::PartOf;
pub(super) use tariffs::decided;
use together::{Charged, share_months};

use super::{
    adopt::{Past, Renewals, under},
    batch::Batch,
    facts::{Known, Rates},
    joint::Joint,
    month::{self, Month, Wanted},
    tariff::{Tariff, Tariffs},
    usage::UsageReport,
};
use crate::{
    rules::{document, joint::is_joint, usage as rules},
    store::{
        idle::{self, IdleUsage},
        usage::{self, RatedKey, key_of},
    },
    types::{NewCharge, Problem},
};

/// The usage of a subscription by meter and month.
type Months<'a> = BTreeMap<(&'a str, Date), Vec<&'a UsageTotal>>;

/// Charges the usage of a subscription in the months before a day again, as far as it is marked: what it comes to under the terms that
/// are recorded now, less what was charged. What no longer belongs to its plan is taken back.
pub(super) async fn charge_again(
    w: &mut Work,
    id: SubscriptionId,
    ended: Date,
    report: &mut UsageReport,
) -> Result<()> {
    let realm = w.ctx.realm;
    let totals = metering::totals_before_in(w, &[id], ended).await?;
    let billables = orders::billable(&mut w.tx, realm, &[id]).await?;
    let mut run = Run::load(w, &billables, &totals, ended, true).await?;
    let made = run.sales(w, &billables, &totals, ended, false).await?;
    let problems = run.finish(w, &billables, made).await?;
    report.problems.extend(problems);
    run.write(w, ended, report).await
}

/// Charges the usage of some subscriptions in the months before a day, and of those whose usage is counted together with theirs.
pub(super) async fn charge_totals(
    w: &mut Work,
    ids: &[SubscriptionId],
    ended: Date,
    report: &mut UsageReport,
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let realm = w.ctx.realm;
    let mut ids = ids.to_vec();
    let mut complete = false;
    loop {
        let totals = metering::totals_before_in(w, &ids, ended).await?;
        let billables = orders::billable(&mut w.tx, realm, &ids).await?;
        let mut run = Run::load(w, &billables, &totals, ended, false).await?;
        let made = run.sales(w, &billables, &totals, ended, complete).await?;
        if !complete && !run.joint.is_empty() {
            // Only now it is known that others belong to it.
            let sales = run.joint.sales().filter_map(|sale| billables.get(sale));
            let sales: Vec<&Subscription> = sales.map(|one| &one.subscription).collect();
            let siblings = orders::siblings(&mut w.tx, realm, &sales).await?;
            let all: BTreeSet<SubscriptionId> = ids.into_iter().chain(siblings).collect();
            ids = all.into_iter().collect();
            complete = true;
            continue;
        }
        let problems = run.finish(w, &billables, made).await?;
        report.problems.extend(problems);
        return run.write(w, ended, report).await;
    }
}

/// What came of something, or none where it concerns one subscription alone that cannot be charged.
fn bearable<T>(
    found: Result<T>,
    id: SubscriptionId,
    problems: &mut Vec<Problem>,
) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error @ (Error::Internal(_) | Error::Unavailable { .. } | Error::Changed { .. })) => {
            Err(error)
        }
        Err(error) => {
            problems.push(Problem {
                subscription_id: id,
                message: error.to_string(),
            });
            Ok(None)
        }
    }
}

/// One batch in the making.
struct Run {
    known: Known,
    rates: Rates,
    rated: HashMap<RatedKey, rules::RatedState>,
    fixed: Tariffs,
    new_fixed: BTreeMap<(LegId, Date), TermsId>,
    past: Past,
    renewals: Renewals,
    idle: HashMap<SubscriptionId, IdleUsage>,
    settled: Vec<SubscriptionId>,
    /// Months to be looked at when they are over, whether or not anything comes to them.
    expected: BTreeSet<(SubscriptionId, Date)>,
    late: Late,
    joint: Joint,
    again: Again,
    outcome: Vec<Outcome>,
    discounts: Vec<NewCharge>,
}

/// One meter in one month, as it is to be measured.
#[derive(Clone, Copy)]
struct Asked<'a> {
    meter: &'a str,
    month: Date,
    totals: &'a [&'a UsageTotal],
    /// All totals of the meter.
    history: &'a [&'a UsageTotal],
    /// The first day on which the subscription no longer runs.
    until: Option<Date>,
    /// Whether something has come to this month or an earlier one.
    moved: bool,
    /// Whether other months or other subscriptions may change what it comes to.
    always: bool,
}

/// What one total comes to on one leg.
struct Outcome {
    key: RatedKey,
    state: rules::RatedState,
    charge: Option<NewCharge>,
}

impl Run {
    async fn load(
        w: &mut Work,
        billables: &[Billable],
        totals: &[UsageTotal],
        ended: Date,
        again: bool,
    ) -> Result<Self> {
        let realm = w.ctx.realm;
        let sold: Vec<SubscriptionId> = billables.iter().map(|one| one.subscription.id).collect();
        let idle = idle::some(&mut w.tx, realm, &sold).await?;
        let legs: Vec<LegId> = billables
            .iter()
            .flat_map(|billable| billable.legs.iter().map(|leg| leg.id))
            .collect();
        let mut days: BTreeSet<Date> = totals.iter().map(|total| total.period_on).collect();
        let fixed = usage::terms(&mut w.tx, realm, &legs).await?;
        days.extend(fixed.keys().map(|(_, day)| *day));
        for idle in idle.values() {
            days.extend(month::months_between(idle.settled_on, ended)?);
        }
        let ids: BTreeSet<TermsId> = fixed.values().copied().collect();
        let mut known = Known::default();
        known.learn(w, billables).await?;
        known.learn_terms(w, ids).await?;
        known.grants.load(w, &sold, true).await?;
        // What is held goes on through all months.
        let carry = known
            .terms
            .values()
            .any(|terms| terms.items.iter().any(|item| item.aggregation.carries()));
        if let Some(first) = days.first().copied().filter(|_| carry) {
            days.extend(month::months_between(first, ended)?);
        }
        let past = Past::load(w, &mut known, billables).await?;
        for billable in billables {
            days.extend(past.days(billable, Date::MIN, Date::MAX));
        }
        if again {
            days.extend(usage::rated_days(&mut w.tx, realm, &legs).await?);
        }
        let days: Vec<Date> = days.into_iter().collect();
        let rated = usage::rated(&mut w.tx, realm, &legs, &days).await?;
        let again = Again::load(w, billables, &rated, again).await?;
        let late = Late::load(w, &rated, ended).await?;
        Ok(Self {
            known,
            rates: Rates::default(),
            rated,
            fixed: Tariffs::of(fixed),
            new_fixed: BTreeMap::new(),
            past,
            renewals: Renewals::default(),
            idle,
            settled: Vec::new(),
            expected: BTreeSet::new(),
            late,
            joint: Joint::default(),
            again,
            outcome: Vec::new(),
            discounts: Vec::new(),
        })
    }

    /// What some subscriptions are charged, as far as each stands for itself; what is counted together waits.
    async fn sales(
        &mut self,
        w: &mut Work,
        billables: &[Billable],
        totals: &[UsageTotal],
        ended: Date,
        complete: bool,
    ) -> Result<(Charged, Vec<Problem>)> {
        let mut all: BTreeMap<SubscriptionId, Months<'_>> = BTreeMap::new();
        for total in totals {
            let months = all.entry(total.subscription_id).or_default();
            let month = months.entry((total.meter.as_str(), total.period_on));
            month.or_default().push(total);
        }
        if complete {
            share_months(billables, &mut all)?;
        }
        let (mut charged, mut problems) = (Vec::new(), Vec::new());
        for (sale, billable) in billables.iter().enumerate() {
            let id = billable.subscription.id;
            let months = all.remove(&id).unwrap_or_default();
            let found = self.charge(w, (sale, billable), months, ended).await;
            charged.push(bearable(found, id, &mut problems)?);
        }
        Ok((charged, problems))
    }

    /// Charges what is counted together, and takes off what discounts say.
    async fn finish(
        &mut self,
        w: &mut Work,
        billables: &[Billable],
        (mut charged, mut problems): (Charged, Vec<Problem>),
    ) -> Result<Vec<Problem>> {
        self.charge_joint(w, billables, &mut charged, &mut problems)
            .await?;
        for (billable, outcome) in billables.iter().zip(charged) {
            let Some(mut outcome) = outcome else { continue };
            let id = billable.subscription.id;
            self.late.place(&self.known.legs(billable)?, &mut outcome);
            let discounted = self.discount(w, billable, &outcome).await;
            if bearable(discounted, id, &mut problems)?.is_some() {
                // All legs and totals of a subscription or none.
                self.outcome.extend(outcome);
                self.settled.push(id);
            }
        }
        Ok(problems)
    }

    async fn charge(
        &mut self,
        w: &mut Work,
        (sale, billable): (usize, &Billable),
        mut months: Months<'_>,
        ended: Date,
    ) -> Result<Vec<Outcome>> {
        let mut outcome = Vec::new();
        let idle = self.idle.get(&billable.subscription.id);
        let idle = idle.map(|idle| month::run_of(billable, *idle));
        let meters = match idle {
            Some(idle) => self.idle_meters(w, billable, idle, ended).await?,
            None => Vec::new(),
        };
        let marked = self.again.months(billable, ended);
        for (meter, month) in meters.iter().chain(&marked) {
            months.entry((meter.as_str(), *month)).or_default();
        }
        let until = idle.map_or_else(|| month::ended_on(billable), |idle| idle.until_on);
        let carries = self.carry_on(billable, &mut months, until.unwrap_or(ended).min(ended))?;
        if carries && until.is_none_or(|until| until > ended) {
            self.expected.insert((billable.subscription.id, ended));
        }
        let mut history: BTreeMap<&str, Vec<&UsageTotal>> = BTreeMap::new();
        for ((meter, _), totals) in &months {
            history.entry(meter).or_default().extend(totals);
        }
        let moved = self.moved(billable, &history);
        let prepaid = self.prepaid(w, billable, &history, ended).await?;
        for ((meter, first), totals) in &months {
            let tariffs = self
                .tariffs(w, billable, rules::usage_period(*first)?)
                .await?;
            let history = history.get(meter).map_or(&[][..], Vec::as_slice);
            let bought_ahead = prepaid.get(meter);
            let asked = Asked {
                meter,
                month: *first,
                totals,
                history,
                until,
                moved: moved.get(meter).is_some_and(|since| since <= first),
                always: bought_ahead.is_some()
                    || self.again.is_marked(billable, meter, *first)
                    || self.is_joint(billable, &tariffs, meter)?,
            };
            let Some((month, whole)) = self.measured(w, billable, &tariffs, &asked).await? else {
                continue;
            };
            let mut together = Vec::new();
            for (i, (_, tariff)) in month.parts.iter().enumerate() {
                for leg in self.known.legs(&under(billable, &tariff.terms))? {
                    let item = prepaid::applied(bought_ahead, &leg, meter, *first, history)?;
                    if let Some(own) = rules::metered_item(&leg, meter).filter(|own| is_joint(own))
                    {
                        let item = item.unwrap_or_else(|| own.clone());
                        together.push((i, leg, item));
                        continue;
                    }
                    let part = PartOf {
                        month: &month,
                        part: i,
                        whole,
                        item,
                    };
                    let found = self.rate(w, &leg, meter, part, idle.as_ref()).await?;
                    outcome.extend(found);
                }
            }
            self.joint.wait((sale, billable), month, together, idle);
        }
        outcome.extend(self.left_over(billable, &outcome)?);
        Ok(outcome)
    }

    /// The months that a subscription has to pay for even without usage and that are not settled yet, with the meters.
    async fn idle_meters(
        &mut self,
        w: &mut Work,
        billable: &Billable,
        idle: IdleUsage,
        ended: Date,
    ) -> Result<Vec<(String, Date)>> {
        let mut meters = Vec::new();
        for month in month::months_between(idle.settled_on, ended)? {
            let period = rules::usage_period(month)?;
            if idle.until_on.is_some_and(|until| until <= period.start) {
                break;
            }
            for tariff in self.tariffs(w, billable, period).await? {
                for leg in self.known.legs(&under(billable, &tariff.terms))? {
                    let metered = leg
                        .terms
                        .items
                        .iter()
                        .filter_map(|item| item.meter.as_deref());
                    let idle = metered.filter(|meter| month::is_idle(&leg, meter));
                    meters.extend(idle.map(|meter| (meter.to_owned(), month)));
                }
            }
        }
        meters.sort();
        meters.dedup();
        Ok(meters)
    }

    /// The first month of each meter in which something has come that is not rated yet.
    fn moved<'a>(
        &self,
        billable: &Billable,
        history: &BTreeMap<&'a str, Vec<&UsageTotal>>,
    ) -> BTreeMap<&'a str, Date> {
        let fresh = |total: &&UsageTotal| {
            billable.legs.iter().any(|leg| {
                let known = self.rated.get(&key_of(leg.id, total, total.period_on));
                known.is_none_or(|state| state.version < total.version)
            })
        };
        let first = |totals: &[&UsageTotal]| {
            let fresh = totals.iter().copied().filter(fresh);
            fresh.map(|total| total.period_on).min()
        };
        history
            .iter()
            .filter_map(|(meter, totals)| Some((*meter, first(totals)?)))
            .collect()
    }

    /// Where a value is held from month to month, all months up to a day are looked at from the first one on. Answers whether
    /// anything is.
    fn carry_on(&self, billable: &Billable, months: &mut Months<'_>, until: Date) -> Result<bool> {
        let legs = self.known.legs(billable)?;
        let mut first: BTreeMap<&str, Date> = BTreeMap::new();
        for (meter, month) in months.keys() {
            if month::aggregation(&legs, meter).carries() {
                first.entry(meter).or_insert(*month);
            }
        }
        let carries = !first.is_empty();
        for (meter, first) in first {
            for month in month::months_between(first, until)? {
                months.entry((meter, month)).or_default();
            }
        }
        Ok(carries)
    }

    /// What the groups of a month came to, and whether all of them have to be rated again; none when all of them stand
    /// where they were rated.
    async fn measured(
        &self,
        w: &mut Work,
        billable: &Billable,
        tariffs: &[Tariff],
        asked: &Asked<'_>,
    ) -> Result<Option<(Month, bool)>> {
        let Asked {
            meter,
            month,
            totals,
            history,
            until,
            moved,
            always,
        } = *asked;
        let mut legs = Vec::new();
        for tariff in tariffs {
            legs.extend(self.known.legs(&under(billable, &tariff.terms))?);
        }
        let how = month::aggregation(&legs, meter);
        let rated = |total: &UsageTotal, version: i64, month: Date| {
            let mut states = billable
                .legs
                .iter()
                .map(|leg| self.rated.get(&key_of(leg.id, total, month)));
            states.all(|state| state.is_some_and(|state| state.version >= version))
        };
        let nothing = metering::no_usage(billable.subscription.id, meter, month);
        // A month without usage is rated where it has not been, and stays in what it was rated in.
        let known_idle = tariffs.iter().any(|tariff| {
            let mut keys = legs
                .iter()
                .map(|leg| key_of(leg.id, &nothing, tariff.from_on));
            keys.any(|key| self.rated.contains_key(&key))
        });
        let idle = legs.iter().any(|leg| month::is_idle(leg, meter))
            && month::may_be_idle(totals, known_idle);
        let mut stands = totals
            .iter()
            .all(|total| rated(total, total.version, month));
        // What came late to an earlier month goes on in this one.
        let mut whole = false;
        if how.carries() {
            let mut earlier = history.iter().filter(|total| total.period_on < month);
            stands &= !moved && earlier.all(|total| rated(total, 0, month));
            whole = !stands;
        }
        // So does what was drawn of a quantity that was bought ahead, and what others have used that are counted with it.
        if always {
            stands = false;
            whole = true;
        }
        if stands && (!totals.is_empty() || known_idle || how.carries()) {
            return Ok(None);
        }
        let wanted = Wanted {
            meter,
            month,
            events: month::wants_events(&legs, meter),
            idle,
            how,
            history,
            until,
        };
        let measured = Month::measure(w, billable, tariffs, totals, wanted).await?;
        Ok(Some((measured, whole)))
    }

    async fn write(self, w: &mut Work, ended: Date, report: &mut UsageReport) -> Result<()> {
        let realm = w.ctx.realm;
        idle::settled(&mut w.tx, realm, &self.settled, ended).await?;
        metering::usage_expect_in(w, &self.expected).await?;
        let mut batch = Batch::new(w);
        let mut states = HashMap::with_capacity(self.outcome.len());
        let mut charges = Vec::new();
        for Outcome { key, state, charge } in self.outcome {
            states.insert(key, state);
            charges.extend(charge);
        }
        charges.extend(self.discounts);
        for charge in charges {
            report.charges += 1;
            let trade = self.known.trades.get(charge.seller_id, charge.buyer_id)?;
            let due_on = document::collect_on(trade.invoice_day, charge.period.end, true)?;
            batch.record_open(charge, due_on);
        }
        let fixed: Vec<(LegId, Date, TermsId)> = self
            .new_fixed
            .into_iter()
            .map(|((leg, day), terms)| (leg, day, terms))
            .collect();
        usage::set_terms(&mut w.tx, realm, &fixed).await?;
        let states: Vec<(RatedKey, rules::RatedState)> = states.into_iter().collect();
        let forward = usage::set_rated(&mut w.tx, realm, &states).await?;
        if forward != states.len() as u64 {
            return Err(Error::conflict(
                "billing_run",
                "usage was rated by another run at the same time; bill again",
            ));
        }
        batch.write(w).await?;
        Ok(())
    }
}

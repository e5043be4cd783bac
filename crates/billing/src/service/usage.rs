//! Usage becomes charges on every leg, in batches: the totals that have grown since they were rated.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Date, Error, Result,
    calendar::{self, Period},
    id::{LegId, SubscriptionId, TermsId},
};
use tradewind_metering::{service as metering, types::UsageTotal};
use tradewind_orders::billing::{self as orders, Billable};
use tradewind_platform::{OpCtx, Platform, Work};
use utoipa::ToSchema;

use super::{
    adopt::{Past, Renewals, terms_of, under},
    authorize_run,
    batch::Batch,
    facts::{Known, Rates},
    tariff::{Tariff, Tariffs},
};
use crate::{
    rules::{document, usage as rules},
    store::usage::{self, RatedKey, key_of},
    types::{LegFacts, Made, NewCharge, Problem},
};

/// What one batch of usage is asked to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UsageInput {
    /// Months that have ended on or before this day are charged.
    pub until: Date,
    /// Where the batch before ended.
    pub after: Option<SubscriptionId>,
    /// How many subscriptions at most.
    pub limit: u32,
}

/// What one batch of usage did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageReport {
    /// How many subscriptions were looked at.
    pub subscriptions: u64,
    /// How many charges were recorded, over all legs.
    pub charges: u64,
    /// What could not be charged, and why; it is tried again by the next run.
    pub problems: Vec<Problem>,
    /// Where the next batch begins; none when there is nothing left.
    pub next: Option<SubscriptionId>,
}

impl UsageReport {
    /// What it adds to the run that it belongs to.
    pub(super) fn made(&self) -> Made {
        Made {
            charges: self.charges,
            ..Made::default()
        }
    }
}

/// Charges usage on every leg of its subscriptions: exactly what the totals have grown by since they were rated. The
/// charges wait on the queue of what is open. Months that have not ended are left alone.
///
/// # Errors
/// `Forbidden`; database errors. What concerns a single subscription is reported instead.
pub async fn usage_charge(p: &Platform, ctx: &OpCtx, input: &UsageInput) -> Result<UsageReport> {
    p.command(ctx, "billing.usage", input, |w, input| {
        Box::pin(usage_charge_in(w, input))
    })
    .await
}

/// As [`usage_charge`], within another command.
///
/// # Errors
/// As [`usage_charge`].
pub async fn usage_charge_in(w: &mut Work, input: &UsageInput) -> Result<UsageReport> {
    authorize_run(w)?;
    // Months that begin before the month of `until` have ended on or before it.
    let ended = input.until.first_of_month();
    let ids = metering::subscriptions_with_usage_in(w, ended, input.after, input.limit).await?;
    let mut report = UsageReport {
        subscriptions: ids.len() as u64,
        ..UsageReport::default()
    };
    if ids.len() as u64 == u64::from(input.limit) {
        report.next = ids.last().copied();
    }
    let totals = metering::totals_before_in(w, &ids, ended).await?;
    charge_totals(w, &totals, &mut report).await?;
    Ok(report)
}

async fn charge_totals(
    w: &mut Work,
    totals: &[UsageTotal],
    report: &mut UsageReport,
) -> Result<()> {
    let mut by_subscription: BTreeMap<SubscriptionId, Vec<&UsageTotal>> = BTreeMap::new();
    for total in totals {
        by_subscription
            .entry(total.subscription_id)
            .or_default()
            .push(total);
    }
    if by_subscription.is_empty() {
        return Ok(());
    }
    let ids: Vec<SubscriptionId> = by_subscription.keys().copied().collect();
    let billables = orders::billable(&mut w.tx, w.ctx.realm, &ids).await?;
    let mut run = Run::load(w, &billables, totals).await?;
    for billable in &billables {
        let totals = by_subscription
            .remove(&billable.subscription.id)
            .unwrap_or_default();
        match run.charge(w, billable, &totals).await {
            Ok(()) => {}
            Err(
                error @ (Error::Internal(_) | Error::Unavailable { .. } | Error::Changed { .. }),
            ) => return Err(error),
            Err(error) => {
                report.problems.push(Problem {
                    subscription_id: billable.subscription.id,
                    message: error.to_string(),
                });
            }
        }
    }
    run.write(w, report).await
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
    outcome: Vec<Outcome>,
}

/// What one total comes to on one leg.
struct Outcome {
    key: RatedKey,
    state: rules::RatedState,
    charge: Option<NewCharge>,
}

impl Run {
    async fn load(w: &mut Work, billables: &[Billable], totals: &[UsageTotal]) -> Result<Self> {
        let realm = w.ctx.realm;
        let legs: Vec<LegId> = billables
            .iter()
            .flat_map(|billable| billable.legs.iter().map(|leg| leg.id))
            .collect();
        let mut days: BTreeSet<Date> = totals.iter().map(|total| total.period_on).collect();
        let fixed = usage::terms(&mut w.tx, realm, &legs).await?;
        days.extend(fixed.keys().map(|(_, day)| *day));
        let days: Vec<Date> = days.into_iter().collect();
        let rated = usage::rated(&mut w.tx, realm, &legs, &days).await?;
        let ids: BTreeSet<TermsId> = fixed.values().copied().collect();
        let mut known = Known::default();
        known.learn(w, billables).await?;
        known.learn_terms(w, ids).await?;
        let past = Past::load(w, &mut known, billables).await?;
        Ok(Self {
            known,
            rates: Rates::default(),
            rated,
            fixed: Tariffs::of(fixed),
            new_fixed: BTreeMap::new(),
            past,
            renewals: Renewals::default(),
            outcome: Vec::new(),
        })
    }

    async fn charge(
        &mut self,
        w: &mut Work,
        billable: &Billable,
        totals: &[&UsageTotal],
    ) -> Result<()> {
        let mut outcome = Vec::new();
        for total in totals {
            let month = rules::usage_period(total.period_on)?;
            let tariffs = self.tariffs(w, billable, month).await?;
            let ends = tariffs
                .iter()
                .skip(1)
                .map(|tariff| tariff.from_on)
                .chain([month.end]);
            let periods = tariffs
                .iter()
                .zip(ends)
                .map(|(tariff, end)| Period::new(tariff.from_on, end))
                .collect::<Result<Vec<_>>>()?;
            let sums = self
                .sums(w, billable, total, tariffs.first(), &periods)
                .await?;
            for (i, (tariff, period)) in tariffs.iter().zip(&periods).enumerate() {
                let part = rules::Part {
                    total: sums.get(i).unwrap_or(total),
                    earlier: i.checked_sub(1).and_then(|i| sums.get(i)),
                    period: *period,
                };
                for leg in self.known.legs(&under(billable, &tariff.terms))? {
                    outcome.extend(self.rate(w, &leg, total, &part).await?);
                }
            }
        }
        // All legs and totals of a subscription or none.
        self.outcome.extend(outcome);
        Ok(())
    }

    /// What a total came to at the end of each part of its month but the last; not looked for when nothing has to be
    /// rated.
    async fn sums(
        &self,
        w: &mut Work,
        billable: &Billable,
        total: &UsageTotal,
        first: Option<&Tariff>,
        periods: &[Period],
    ) -> Result<Vec<UsageTotal>> {
        let days: Vec<Date> = periods.iter().skip(1).map(|period| period.start).collect();
        let rated = first.is_some() && {
            billable.legs.iter().all(|leg| {
                self.rated
                    .get(&key_of(leg.id, total, total.period_on))
                    .is_some_and(|state| state.version >= total.version)
            })
        };
        if days.is_empty() || rated {
            return Ok(Vec::new());
        }
        metering::totals_by_day_in(w, total, &billable.subscription.zone, &days).await
    }

    /// The terms under which the days of a month are rated. What was decided when the month's first usage was rated
    /// stays, so that late usage meets the prices of its day.
    async fn tariffs(
        &mut self,
        w: &mut Work,
        billable: &Billable,
        month: Period,
    ) -> Result<Vec<Tariff>> {
        let fixed = self.fixed.in_month(billable, month.start);
        if !fixed.is_empty() {
            return Ok(fixed);
        }
        let mut tariffs: Vec<Tariff> = Vec::new();
        let mut days = self.past.days(billable, month.start, month.end);
        days.insert(month.start);
        let agreed = terms_of(billable);
        days.extend(
            self.renewals
                .days(w, &self.known, &agreed, month.start, month.end)
                .await?,
        );
        for day in days {
            let terms = self.terms_on(w, billable, day).await?;
            if tariffs.last().is_none_or(|last| last.terms != terms) {
                tariffs.push(Tariff {
                    from_on: day,
                    terms,
                });
            }
        }
        for tariff in &tariffs {
            for (leg, terms) in billable.legs.iter().zip(&tariff.terms) {
                self.new_fixed.insert((leg.id, tariff.from_on), *terms);
            }
        }
        self.fixed.keep(billable, &tariffs);
        Ok(tariffs)
    }

    /// The terms of every leg for the usage of a day: those agreed for the term; without a term, those of the revision
    /// that holds on the day.
    async fn terms_on(
        &mut self,
        w: &mut Work,
        billable: &Billable,
        day: Date,
    ) -> Result<Vec<TermsId>> {
        let agreed = self.past.terms_on(billable, day);
        let committed = agreed
            .last()
            .and_then(|id| self.known.terms.get(id))
            .is_none_or(|terms| terms.term.is_some());
        if committed {
            return Ok(agreed);
        }
        let renewed = self
            .renewals
            .kept(w, &mut self.known, billable, &agreed, day)
            .await?;
        Ok(renewed.unwrap_or(agreed))
    }

    async fn rate(
        &mut self,
        w: &mut Work,
        leg: &LegFacts,
        total: &UsageTotal,
        part: &rules::Part<'_>,
    ) -> Result<Option<Outcome>> {
        let Some(item) = rules::metered_item(leg, &total.meter) else {
            return Err(Error::refused(
                "unknown_meter",
                format!(
                    "no item of the plan is charged by the meter \"{}\"",
                    total.meter
                ),
            ));
        };
        let key = key_of(leg.id, total, part.period.start);
        let before = self.rated.get(&key).copied().unwrap_or_default();
        if total.version <= before.version {
            return Ok(None);
        }
        let on = calendar::add_days(rules::usage_period(total.period_on)?.end, -1)?;
        let needed = rules::rates_needed(leg, item, total);
        let needed = needed
            .into_iter()
            .map(|(base, quote)| (base, quote, on))
            .collect();
        self.rates.load(w, needed).await?;
        let charged = rules::part_charge(leg, item, part, before, &self.rates)?;
        Ok(charged.map(|(charge, state)| {
            self.rated.insert(key.clone(), state);
            Outcome { key, state, charge }
        }))
    }

    async fn write(self, w: &mut Work, report: &mut UsageReport) -> Result<()> {
        let realm = w.ctx.realm;
        let mut batch = Batch::new(w);
        let mut states = HashMap::with_capacity(self.outcome.len());
        for Outcome { key, state, charge } in self.outcome {
            states.insert(key, state);
            let Some(charge) = charge else { continue };
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

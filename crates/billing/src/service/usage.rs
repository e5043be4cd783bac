//! Usage becomes charges on every leg, in batches: the totals that have grown since they were rated.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Date, Error, Result, calendar,
    id::{LegId, SubscriptionId, TermsId},
};
use tradewind_metering::{service as metering, types::UsageTotal};
use tradewind_orders::billing::{self as orders, Billable};
use tradewind_platform::{OpCtx, Platform, Work};
use utoipa::ToSchema;

use super::{
    authorize_run,
    batch::Batch,
    facts::{Known, Rates},
    periods::Problem,
};
use crate::{
    rules::{document, usage as rules},
    store::usage::{self, RatedKey},
    types::{LegFacts, NewCharge},
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
    months: HashMap<(LegId, Date), TermsId>,
    new_months: BTreeMap<(LegId, Date), TermsId>,
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
        let months: BTreeSet<Date> = totals.iter().map(|total| total.period_on).collect();
        let months: Vec<Date> = months.into_iter().collect();
        let rated = usage::rated(&mut w.tx, realm, &legs, &months).await?;
        let months = usage::terms(&mut w.tx, realm, &legs).await?;
        let ids: BTreeSet<TermsId> = months.values().copied().collect();
        let mut known = Known::default();
        known.learn(w, billables).await?;
        known.learn_terms(w, ids).await?;
        Ok(Self {
            known,
            rates: Rates::default(),
            rated,
            months,
            new_months: BTreeMap::new(),
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
            for leg in self.legs_in(billable, total.period_on)? {
                outcome.extend(self.rate(w, &leg, total).await?);
            }
        }
        // All legs and totals of a subscription or none.
        self.outcome.extend(outcome);
        Ok(())
    }

    /// The legs under the terms by which a month is rated: those that held when its first usage was rated. A later
    /// change of prices leaves the months before it alone.
    fn legs_in(&mut self, billable: &Billable, month: Date) -> Result<Vec<LegFacts>> {
        let mut as_then = billable.clone();
        for leg in &mut as_then.legs {
            match self.months.get(&(leg.id, month)) {
                Some(terms) => leg.terms_id = *terms,
                None => {
                    self.new_months.insert((leg.id, month), leg.terms_id);
                }
            }
        }
        self.known.legs(&as_then)
    }

    async fn rate(
        &mut self,
        w: &mut Work,
        leg: &LegFacts,
        total: &UsageTotal,
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
        let key = RatedKey {
            leg_id: leg.id,
            meter: total.meter.clone(),
            group_key: total.group_key.clone(),
            period_on: total.period_on,
        };
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
        let charged = rules::usage_charge(leg, item, total, before, &self.rates)?;
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
        let months: Vec<(LegId, Date, TermsId)> = self
            .new_months
            .into_iter()
            .map(|((leg, month), terms)| (leg, month, terms))
            .collect();
        usage::set_terms(&mut w.tx, realm, &months).await?;
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

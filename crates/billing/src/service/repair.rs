//! Setting right what is billed already: quantities that were others in the past, an end that was noted too late.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Date, Decimal, Error, Result,
    calendar::{self, Period},
    id::{ItemId, OrderId, SubscriptionId, TermsId},
};
use tradewind_orders::types::{PastHolding, PastRecord, QuantitySince, Subscription, TermsSince};
use tradewind_platform::Work;
use tradewind_pricing::cycles::ServicePeriod;
use utoipa::ToSchema;

use super::{
    adopt::{Past, terms_of, under},
    charging::{OrderCharged, not_billed},
    commitments,
    facts::{self, AgreedTerms},
    realm,
    sale::Sale,
};
use crate::{
    rules::{
        preview::{self, Schedule},
        repair::{Booked, amended, corrections},
        replay::{History, Window, from_scratch, grants_before},
    },
    store::{by_order, charges, idle},
    types::{ItemQuantity, LegFacts, NewCharge, Preview},
};

/// What should have been otherwise from a day on that is billed already.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Correction {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// What was really held from that day up to the next change that is recorded, by item; what is not named was as it is recorded.
    #[schema(value_type = BTreeMap<String, String>)]
    pub held: BTreeMap<ItemId, Decimal>,
    /// Whether it had ended by that day.
    pub ends: bool,
    /// The terms of the legs from that day on, or the plan and all that was held under it, where they were others.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub record: Option<PastRecord>,
}

/// The first day that can be set right at best: the one from which the present billing periods count, where it has been.
#[must_use]
pub fn correctable_from(subscription: &Subscription) -> Option<Date> {
    let start = subscription.period_start?;
    subscription.anchor_on.map(|anchor| anchor.min(start))
}

/// What a correction would charge and give back now, and what the next document would be. Says nothing about who may ask.
///
/// # Errors
/// `not_billed` when no period runs; names `from` when that day can't be corrected; what the rules refuse.
pub async fn preview_correction(
    w: &mut Work,
    correction: &Correction,
    agreed: &AgreedTerms,
) -> Result<Preview> {
    let sale = load(w, correction, agreed, false).await?;
    let repaired = repair(w, &sale, correction, None).await?;
    let (_, leg) = sale.customers()?;
    let trade = sale.known.trades.get(leg.seller_id, leg.buyer_id)?;
    let charges: Vec<NewCharge> = repaired
        .charges
        .into_iter()
        .filter(|charge| charge.leg_id == leg.id)
        .collect();
    let schedule = schedule(&sale)?;
    let renewed = sale.renewed(w, leg, schedule.running).await?;
    preview::correction(&preview::Corrected {
        leg,
        renewed: renewed.as_ref(),
        trade,
        charges: &charges,
        quantities: &repaired.quantities,
        from: correction.from,
        schedule,
        ends: correction.ends,
    })
}

/// Charges a correction on every leg, once for an order: what is wrong is taken back, what is missing is charged. Has to run before
/// the record is set right.
///
/// # Errors
/// As [`preview_correction`].
pub async fn charge_correction_in(
    w: &mut Work,
    order: OrderId,
    correction: &Correction,
    today: Date,
) -> Result<OrderCharged> {
    let id = correction.subscription_id;
    if correction.ends {
        let realm = realm(w);
        idle::end(&mut w.tx, realm, id, correction.from).await?;
        commitments::end(w, id, correction.from).await?;
    }
    let sale = load(w, correction, &AgreedTerms::new(), true).await?;
    let repaired = repair(w, &sale, correction, Some(order)).await?;
    let settled = sale.settle(w, order, today, repaired.charges).await?;
    Ok(settled.charged(None))
}

async fn load(
    w: &mut Work,
    correction: &Correction,
    agreed: &AgreedTerms,
    charges: bool,
) -> Result<Sale> {
    let mut sale = Sale::load(w, correction.subscription_id, &[]).await?;
    let record = correction.record.iter().flat_map(|record| &record.terms);
    if record.clone().any(|since| !since.is_empty()) {
        sale.known
            .learn_all_pauses(w, correction.subscription_id)
            .await?;
        sale.before = sale.known.legs(&sale.billable)?;
        let ids = record.clone().flatten().map(|since| since.terms_id);
        let kept = ids.filter(|id| !agreed.contains_key(id)).collect();
        sale.known.learn_terms(w, kept).await?;
        let now = terms_of(&sale.billable).into_iter().zip(record);
        let now: Vec<TermsId> = now
            .map(|(id, since)| since.last().map_or(id, |last| last.terms_id))
            .collect();
        sale.assume(w, &now, agreed).await?;
    }
    sale.with_discounts(w, charges).await
}

fn schedule(sale: &Sale) -> Result<Schedule> {
    sale.schedule.ok_or_else(|| not_billed(&sale.billable))
}

/// What a correction comes to.
struct Repaired {
    /// The charges of every leg.
    charges: Vec<NewCharge>,
    /// What was held, set right.
    quantities: Vec<ItemQuantity>,
}

async fn repair(
    w: &mut Work,
    sale: &Sale,
    correction: &Correction,
    order_id: Option<OrderId>,
) -> Result<Repaired> {
    let (begins, terms) = begins_on(w, sale).await?;
    let periods = periods_since(sale, begins, correction.from)?;
    let first = periods
        .first()
        .map(|period| period.part.start)
        .ok_or_else(|| not_billed(&sale.billable))?;
    let window = Window {
        periods: &periods,
        from: correction.from,
        order_id,
    };
    let record = correction.record.as_ref();
    let held = record.and_then(|record| record.held.as_ref());
    let quantities = match held {
        _ if correction.ends => sale.quantities.clone(),
        Some(held) => held_since(sale, held, correction.from),
        None => amended(&sale.quantities, &correction.held, correction.from),
    };
    let others = record.map_or(&[][..], |record| record.terms.as_slice());
    let realm = realm(w);
    let booked = by_order::booked(&mut w.tx, realm, correction.subscription_id, first).await?;
    let mut made = Vec::new();
    for (at, (leg, terms)) in sale.before.iter().zip(&terms).enumerate() {
        let booked: Vec<Booked> = booked
            .iter()
            .filter(|booked| booked.charge.facts.leg_id == leg.id)
            .cloned()
            .collect();
        let granted = booked.iter().map(|booked| &booked.charge);
        let grants = grants_before(&leg.grants, granted, first)?;
        let recorded = History {
            terms,
            quantities: &sale.quantities,
            ends_on: None,
            grants: &grants,
        };
        let since = others.get(at).map_or(&[][..], Vec::as_slice);
        let agreed = agreed_instead(sale, at, terms, since, correction.from)?;
        let proper = History {
            terms: &agreed,
            quantities: &quantities,
            ends_on: correction.ends.then_some(correction.from),
            ..recorded
        };
        made.extend(corrections(
            &from_scratch(&recorded, window)?,
            &from_scratch(&proper, window)?,
            &booked,
            order_id,
        )?);
    }
    Ok(Repaired {
        charges: made,
        quantities,
    })
}

/// What was held with all changes, set right from a day on.
fn held_since(sale: &Sale, held: &PastHolding, from: Date) -> Vec<ItemQuantity> {
    let recorded = sale.billable.quantities.iter();
    let earlier = recorded.filter(|since| since.from_on < from);
    let all: Vec<QuantitySince> = earlier.chain(&held.quantities).cloned().collect();
    facts::quantities(&all)
}

/// The terms that a leg should have had from each day on, given those that it had and those that take their place.
fn agreed_instead(
    sale: &Sale,
    at: usize,
    recorded: &[(Date, LegFacts)],
    since: &[TermsSince],
    from: Date,
) -> Result<Vec<(Date, LegFacts)>> {
    let Some(first) = since.first() else {
        return Ok(recorded.to_vec());
    };
    let mut terms: Vec<(Date, LegFacts)> = recorded
        .iter()
        .enumerate()
        .filter(|(n, (day, _))| *day < from || (*n == 0 && *day < first.from_on))
        .map(|(_, terms)| terms.clone())
        .collect();
    let mut ids = terms_of(&sale.billable);
    for one in since {
        if let Some(id) = ids.get_mut(at) {
            *id = one.terms_id;
        }
        let legs = sale.known.legs(&under(&sale.billable, &ids))?;
        let leg = legs.into_iter().nth(at);
        terms.extend(leg.map(|leg| (one.from_on, leg)));
    }
    Ok(terms)
}

/// By leg, the terms that it had from each day on.
type Terms = Vec<Vec<(Date, LegFacts)>>;

/// The first day of the schedule that a sale is billed by: that of the first period that was charged, or that on which its rhythm
/// became another one. With the terms of the legs since then, or since earlier.
pub(super) async fn begins_on(w: &mut Work, sale: &Sale) -> Result<(Date, Terms)> {
    let schedule = schedule(sale)?;
    let running = schedule.running.part.start;
    let id = sale.billable.subscription.id;
    let realm = realm(w);
    let charged = charges::first_day(&mut w.tx, realm, id).await?;
    let anchor = Some(schedule.anchor).filter(|anchor| *anchor <= running);
    let begins = charged.max(anchor).unwrap_or(running);
    let terms = terms_since(w, sale, begins).await?;
    let rhythm = schedule.clocks.cadence;
    let others = terms.iter().filter_map(|terms| {
        let before = terms
            .iter()
            .rposition(|(_, leg)| leg.terms.cadence != rhythm)?;
        terms.get(before + 1).map(|(day, _)| *day)
    });
    let begins = others.max().map_or(begins, |day| day.max(begins));
    Ok((begins, terms))
}

/// The billing periods from the one with a day on, up to the one that runs; the first of all may be a stub.
pub(super) fn periods_since(sale: &Sale, first: Date, from: Date) -> Result<Vec<ServicePeriod>> {
    let Schedule {
        anchor,
        clocks,
        running,
    } = schedule(sale)?;
    let end = running.part.end;
    if from < first || from >= end {
        return Err(Error::invalid(
            "from",
            "out_of_range",
            format!("must be a day from {first} on and before {end}"),
        ));
    }
    let mut periods = Vec::new();
    let mut day = from;
    while day < end {
        let full = calendar::period_containing(anchor, clocks.cadence, day)?;
        let part = Period::new(full.start.max(first), full.end)?;
        day = full.end;
        periods.push(ServicePeriod { full, part });
    }
    Ok(periods)
}

async fn terms_since(w: &mut Work, sale: &Sale, first: Date) -> Result<Terms> {
    let billable = &sale.billable;
    let mut known = facts::Known::default();
    known.learn(w, std::slice::from_ref(billable)).await?;
    if sale.switches() {
        known.learn_all_pauses(w, billable.subscription.id).await?;
    }
    let past = Past::load(w, &mut known, std::slice::from_ref(billable)).await?;
    let mut days: BTreeSet<Date> = past.days(billable, first, Date::MAX);
    days.insert(first);
    let mut terms: Terms = vec![Vec::new(); billable.legs.len()];
    for day in days {
        let legs = known.legs(&under(billable, &past.terms_on(billable, day)))?;
        for (since, leg) in terms.iter_mut().zip(legs) {
            if since.last().is_none_or(|(_, last)| last.terms != leg.terms) {
                since.push((day, leg));
            }
        }
    }
    Ok(terms)
}

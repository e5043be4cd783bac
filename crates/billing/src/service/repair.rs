//! Setting right what is billed already: quantities that were others in the past, an end that was noted too late.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Date, Decimal, Error, Result,
    calendar::{self, Period},
    id::{ItemId, OrderId, SubscriptionId, TermsId},
};
use tradewind_orders::rules::{held_set_right, terms_set_right};
use tradewind_orders::types::{PastHolding, QuantitySince, Rewritten, Subscription, TermsSince};
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
    types::{CorrectedLeg, ItemQuantity, LegFacts, NewCharge, Preview},
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
    /// The terms of the legs from that day on, or the plan and all that was held under it, where they were others. What has been
    /// recorded since that was decided stays.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub record: Option<Rewritten>,
}

/// The first day that can be set right at best: the one from which the present billing periods count, where it has been.
#[must_use]
pub fn correctable_from(subscription: &Subscription) -> Option<Date> {
    let start = subscription.period_start?;
    subscription.anchor_on.map(|anchor| anchor.min(start))
}

/// What a correction comes to, on paper.
#[derive(Debug, Clone)]
pub struct CorrectionPreview {
    /// For the customer.
    pub customer: Preview,
    /// On every leg, the vendor's first and the customer's last.
    pub legs: Vec<CorrectedLeg>,
}

/// What a correction would charge and give back now on every leg, and what the customer's next document would be. Says nothing about who
/// may ask.
///
/// # Errors
/// `not_billed` when no period runs; names `from` when that day can't be corrected; what the rules refuse.
pub async fn preview_correction(
    w: &mut Work,
    correction: &Correction,
    agreed: &AgreedTerms,
) -> Result<CorrectionPreview> {
    let (sale, proper) = load(w, correction, agreed, false).await?;
    let repaired = repair(w, (&sale, &proper), correction, None).await?;
    let of_leg = |leg: &LegFacts| -> Vec<NewCharge> {
        let charges = repaired.charges.iter();
        charges
            .filter(|one| one.leg_id == leg.id)
            .cloned()
            .collect()
    };
    let mut legs = Vec::with_capacity(sale.after.len());
    for leg in &sale.after {
        let trade = sale.known.trades.get(leg.seller_id, leg.buyer_id)?;
        legs.push(preview::corrected_leg(leg, trade, &of_leg(leg))?);
    }
    let (_, leg) = sale.customers()?;
    let trade = sale.known.trades.get(leg.seller_id, leg.buyer_id)?;
    let schedule = schedule(&sale)?;
    let since = match correction.record.as_ref().and_then(Rewritten::held) {
        Some(held) => {
            let quantities = held_since(&sale, held, correction.from);
            facts::first_paid(&sale.billable, held.1.plan_id, &quantities)
        }
        None => sale.paid_since(),
    };
    let renewed = sale.renewed(w, leg, schedule.running, since).await?;
    let customer = preview::correction(&preview::Corrected {
        leg,
        renewed: renewed.as_ref(),
        trade,
        charges: &of_leg(leg),
        quantities: &repaired.quantities,
        from: correction.from,
        schedule,
        ends: correction.ends,
    })?;
    Ok(CorrectionPreview { customer, legs })
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
    let (sale, proper) = load(w, correction, &AgreedTerms::new(), true).await?;
    let repaired = repair(w, (&sale, &proper), correction, Some(order)).await?;
    let settled = sale.settle(w, order, today, repaired.charges).await?;
    Ok(settled.charged(None))
}

/// Charges what a correction that is called off has come to back, on every leg, when periods have begun under it that are no part of what
/// its order was charged: `back` is the correction of all of it to what was recorded before. Has to run before the record is set back.
///
/// # Errors
/// As [`preview_correction`].
pub async fn charge_correction_back_in(
    w: &mut Work,
    order: OrderId,
    back: &Correction,
    today: Date,
) -> Result<()> {
    let (sale, proper) = load(w, back, &AgreedTerms::new(), true).await?;
    let repaired = repair(w, (&sale, &proper), back, Some(order)).await?;
    sale.record(w, today, repaired.charges).await?;
    Ok(())
}

/// By leg, all terms that it should have had; empty where terms are not concerned.
type Proper = Vec<Vec<TermsSince>>;

async fn load(
    w: &mut Work,
    correction: &Correction,
    agreed: &AgreedTerms,
    charges: bool,
) -> Result<(Sale, Proper)> {
    let mut sale = Sale::load(w, correction.subscription_id, &[]).await?;
    let mut proper = Proper::new();
    if let Some(record) = &correction.record {
        let past = Past::load(w, &mut sale.known, std::slice::from_ref(&sale.billable)).await?;
        let terms = record.before.terms.iter().zip(&record.after.terms);
        for (leg, (was, new)) in sale.billable.legs.iter().zip(terms) {
            let known = past.changes(leg, Date::MIN);
            proper.push(terms_set_right(&known, was, new, correction.from));
        }
        let ids = proper.iter().flatten().map(|since| since.terms_id);
        let kept = ids.filter(|id| !agreed.contains_key(id)).collect();
        sale.known.learn_terms(w, kept).await?;
        let now = terms_of(&sale.billable).into_iter().zip(&proper);
        let now: Vec<TermsId> = now
            .map(|(id, since)| since.last().map_or(id, |last| last.terms_id))
            .collect();
        sale.known
            .learn_all_pauses(w, correction.subscription_id)
            .await?;
        sale.known.learn_all_moments(w, &[&sale.billable]).await?;
        sale.before = sale.known.legs(&sale.billable)?;
        sale.assume(w, &now, agreed).await?;
    }
    Ok((sale.with_discounts(w, charges).await?, proper))
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
    (sale, proper): (&Sale, &Proper),
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
    let held = record.and_then(Rewritten::held);
    let quantities = match held {
        _ if correction.ends => sale.quantities.clone(),
        Some(held) => facts::quantities(&held_since(sale, held, correction.from)),
        None => amended(&sale.quantities, &correction.held, correction.from),
    };
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
        let agreed = match proper.get(at) {
            Some(proper) => agreed_instead(sale, at, proper, begins)?,
            None => terms.clone(),
        };
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
fn held_since(
    sale: &Sale,
    (was, held): (&PastHolding, &PastHolding),
    from: Date,
) -> Vec<QuantitySince> {
    let recorded = &sale.billable.quantities;
    held_set_right(recorded, &was.quantities, &held.quantities, from)
}

/// The terms that a leg should have had from each day on, as of the first one.
fn agreed_instead(
    sale: &Sale,
    at: usize,
    proper: &[TermsSince],
    first: Date,
) -> Result<Vec<(Date, LegFacts)>> {
    let begins = proper.iter().rfind(|one| one.from_on <= first);
    let begins = begins.or(proper.first());
    let begins = begins.map(|one| (first, one.terms_id)).into_iter();
    let later = proper.iter().filter(|one| one.from_on > first);
    let later = later.map(|one| (one.from_on, one.terms_id));
    let mut terms: Vec<(Date, LegFacts)> = Vec::new();
    let mut ids = terms_of(&sale.billable);
    for (day, id) in begins.chain(later) {
        if let Some(own) = ids.get_mut(at) {
            *own = id;
        }
        let legs = sale.known.legs(&under(&sale.billable, &ids))?;
        if let Some(leg) = legs.into_iter().nth(at)
            && terms.last().is_none_or(|(_, last)| last.terms != leg.terms)
        {
            terms.push((day, leg));
        }
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
        let scheduled = calendar::period_containing(anchor, clocks.cadence, day)?;
        let part = Period::new(scheduled.start.max(first), scheduled.end)?;
        day = scheduled.end;
        let (cadence, stub) = (clocks.cadence, clocks.stub);
        periods.push(ServicePeriod::around(anchor, cadence, stub, part)?);
    }
    Ok(periods)
}

async fn terms_since(w: &mut Work, sale: &Sale, first: Date) -> Result<Terms> {
    let billable = &sale.billable;
    let mut known = facts::Known::default();
    known.learn(w, std::slice::from_ref(billable)).await?;
    // Terms of the past may credit time that today's do not.
    known.learn_all_pauses(w, billable.subscription.id).await?;
    known.learn_all_moments(w, &[billable]).await?;
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

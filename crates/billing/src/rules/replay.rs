//! What a leg is charged for a time that is billed already, computed from scratch by the rules that bill it.

use std::collections::{BTreeMap, BTreeSet};

use tradewind_catalogue::types::ItemKind;
use tradewind_kernel::{
    Date, Decimal, Error, Result, calendar,
    id::{ItemId, OrderId},
};
use tradewind_pricing::{cycles::ServicePeriod, proration::Direction};

use super::{
    change::{self, Change, change_charges},
    discount::Discounts,
    pause,
    period::{self, Span, charges_for_period},
};
use crate::types::{Charge, ChargeKind, Grant, ItemQuantity, LegFacts, NewCharge};

/// One leg over some time, as it is recorded or as it should have been.
#[derive(Debug, Clone, Copy)]
pub struct History<'a> {
    /// The leg under the terms that it had from each day on, oldest first; the first ones hold for the days before, too.
    pub terms: &'a [(Date, LegFacts)],
    /// What was held, with its changes.
    pub quantities: &'a [ItemQuantity],
    /// The first day without it; none when it goes on.
    pub ends_on: Option<Date>,
    /// Its discounts as they stood before the first of the periods, each with the first day of the first period that it counts for.
    pub grants: &'a [(Date, Grant)],
}

/// The time that is computed from scratch.
#[derive(Debug, Clone, Copy)]
pub struct Window<'a> {
    /// The billing periods, one after the other; the last one runs.
    pub periods: &'a [ServicePeriod],
    /// The day from which things should have been otherwise, in the first of the periods.
    pub from: Date,
    /// The order behind it.
    pub order_id: Option<OrderId>,
}

/// What a leg is charged for some periods by its history: each period when it begins, each change on its day, each period in
/// arrears when it is over. What is paid once counts from the first day that is corrected on; metered items do not count, as their
/// usage is always charged by what it has come to.
///
/// # Errors
/// Whatever the price models refuse.
pub fn from_scratch(history: &History<'_>, window: Window<'_>) -> Result<Vec<NewCharge>> {
    let mut replay = Replay {
        history,
        window,
        grants: history.grants.to_vec(),
        period_on: window.from,
        charges: Vec::new(),
    };
    let mut periods = window.periods.iter().peekable();
    while let Some(period) = periods.next() {
        replay.period_on = period.part.start;
        let lasts = history.ends_on.is_none_or(|end| end > period.part.start);
        if lasts && replay.is_bought_on(period.part.start)? {
            replay.begin(*period, true)?;
        } else {
            replay.buy(period.part.start)?;
            if !lasts {
                break;
            }
            replay.begin(*period, false)?;
        }
        let days = replay.days_of_change(*period)?;
        for day in days {
            replay.change(*period, day)?;
        }
        replay.resume(*period)?;
        match history.ends_on {
            Some(end) if end < period.part.end => {
                replay.end(*period, end)?;
                break;
            }
            _ if periods.peek().is_some() => replay.close(*period)?,
            _ => {}
        }
    }
    Ok(replay.charges)
}

struct Replay<'a> {
    history: &'a History<'a>,
    window: Window<'a>,
    grants: Vec<(Date, Grant)>,
    /// First day of the period that is looked at.
    period_on: Date,
    charges: Vec<NewCharge>,
}

impl Replay<'_> {
    /// Whether a day is that of the purchase: nothing was held before.
    fn is_bought_on(&self, day: Date) -> Result<bool> {
        let eve = calendar::add_days(day, -1)?;
        let mut held = self.history.quantities.iter();
        Ok(held.all(|quantity| quantity.on(eve).is_zero()))
    }

    /// What is paid once and is held more of on the day on which a period begins; it stays bought if everything ends that day.
    fn buy(&mut self, day: Date) -> Result<()> {
        if day < self.window.from || self.history.ends_on.is_some_and(|end| end < day) {
            return Ok(());
        }
        let leg = self.leg_on(day)?;
        let mut bought = Vec::new();
        for item in &leg.terms.items {
            if item.kind != ItemKind::OneTime {
                continue;
            }
            let held = self.quantity(item.item, calendar::add_days(day, -1)?);
            let wanted = self.quantity(item.item, day);
            let order_id = self.window.order_id;
            bought.extend(period::one_time(&leg, item, held, wanted, day, order_id)?);
        }
        let taken_off = Discounts::of(&leg).on_charges(&leg, day, &bought)?;
        bought.extend(taken_off);
        self.keep(bought)
    }

    /// What a period is charged in advance; with everything bought when it is the first one, as discounts are shared by all of that.
    fn begin(&mut self, period: ServicePeriod, with_purchase: bool) -> Result<()> {
        let day = period.part.start;
        let leg = self.leg_on(day)?;
        let span = Span {
            advance: Some(period),
            bought_on: with_purchase.then_some(day),
            ..Span::default()
        };
        let held = self.history.quantities;
        let mut charges = charges_for_period(&leg, held, span, self.window.order_id)?;
        if day < self.window.from {
            charges.retain(|charge| !is_paid_once(&leg, charge));
        }
        self.keep(charges)
    }

    /// The days within a period on which quantities or terms change.
    fn days_of_change(&self, service: ServicePeriod) -> Result<BTreeSet<Date>> {
        let period = service.part;
        // What begins late, after a pause, begins with what is held then.
        let paid = pause::time_paid(&self.leg_on(period.start)?, &service)?;
        let begins = paid.map_or(period.start, |(time, _)| time.start);
        let quantities = self.history.quantities.iter();
        let quantities = quantities.flat_map(|item| item.changes.iter().map(|c| c.from_on));
        let terms = self.history.terms.iter().skip(1).map(|(day, _)| *day);
        let days = quantities
            .chain(terms)
            .filter(|day| begins < *day && *day < period.end)
            .filter(|day| self.history.ends_on.is_none_or(|end| *day < end));
        Ok(days.collect())
    }

    fn change(&mut self, period: ServicePeriod, day: Date) -> Result<()> {
        let eve = calendar::add_days(day, -1)?;
        let (before, after) = (self.leg_on(eve)?, self.leg_on(day)?);
        let held = self.held(&before, eve);
        let wanted = self.held(&after, day);
        let direction = change::direction(&before, &held, &after, &wanted)?;
        let before_day = self.until(day);
        let change = Change {
            before: &before,
            quantities: &before_day,
            after: Some(&after),
            wanted: &wanted,
            at: day,
            period,
            begins: None,
            direction,
            order_id: self.window.order_id,
        };
        let mut charges = change_charges(&change, |_| None)?;
        if day < self.window.from {
            charges.retain(|charge| charge.kind != ChargeKind::OneTime);
        }
        self.keep(charges)
    }

    /// What is given back for suspended time that is over before the period is, or before everything is. What begins with the
    /// period begins late where it begins suspended.
    fn resume(&mut self, period: ServicePeriod) -> Result<()> {
        let leg = self.leg_on(period.part.start)?;
        let days: Vec<Date> = (leg.pauses.iter())
            .filter(|pause| pause.from_on >= period.part.start)
            .filter_map(|pause| pause.until_on)
            .filter(|day| self.history.ends_on.is_none_or(|end| *day <= end))
            .collect();
        for day in days {
            let leg = self.leg_on(calendar::add_days(day, -1)?)?;
            let order_id = self.window.order_id;
            let held = self.history.quantities;
            let back = pause::resumed(&leg, held, &period, day, order_id)?;
            self.keep(back)?;
        }
        Ok(())
    }

    fn end(&mut self, period: ServicePeriod, day: Date) -> Result<()> {
        let before = self.leg_on(calendar::add_days(day, -1)?)?;
        let nothing = BTreeMap::new();
        // What changes on the day of the end does not begin.
        let held = self.until(day);
        let change = Change {
            before: &before,
            quantities: &held,
            after: None,
            wanted: &nothing,
            at: day,
            period,
            begins: None,
            direction: Direction::Cancellation,
            order_id: self.window.order_id,
        };
        let charges = change_charges(&change, |_| None)?;
        self.keep(charges)
    }

    fn close(&mut self, period: ServicePeriod) -> Result<()> {
        let leg = self.leg_on(calendar::add_days(period.part.end, -1)?)?;
        let span = Span {
            arrears: Some(period),
            ..Span::default()
        };
        let charges =
            charges_for_period(&leg, self.history.quantities, span, self.window.order_id)?;
        self.keep(charges)
    }

    fn keep(&mut self, charges: Vec<NewCharge>) -> Result<()> {
        let (since, grants): (Vec<Date>, Vec<Grant>) =
            std::mem::take(&mut self.grants).into_iter().unzip();
        let mut discounts = Discounts::new(grants);
        discounts.note_all(&charges)?;
        self.grants = since.into_iter().zip(discounts.into_grants()).collect();
        self.charges.extend(charges);
        Ok(())
    }

    fn leg_on(&self, day: Date) -> Result<LegFacts> {
        let terms = self.history.terms;
        let leg = terms.iter().rev().find(|(from_on, _)| *from_on <= day);
        let (_, leg) = leg
            .or_else(|| terms.first())
            .ok_or_else(|| Error::internal("a leg without terms"))?;
        let granted = self
            .grants
            .iter()
            .filter(|(since, _)| *since <= self.period_on);
        Ok(LegFacts {
            grants: granted.map(|(_, grant)| grant.clone()).collect(),
            ..leg.clone()
        })
    }

    fn quantity(&self, item: ItemId, day: Date) -> Decimal {
        let found = self.history.quantities.iter();
        let mut found = found.filter(|quantity| quantity.item_id == item);
        found.next().map_or(Decimal::ZERO, |found| found.on(day))
    }

    fn held(&self, leg: &LegFacts, day: Date) -> BTreeMap<ItemId, Decimal> {
        let items = leg.terms.items.iter();
        items
            .map(|item| (item.item, self.quantity(item.item, day)))
            .collect()
    }

    /// What was held by the changes before a day.
    fn until(&self, day: Date) -> Vec<ItemQuantity> {
        let known = self.history.quantities.iter();
        known
            .map(|quantity| ItemQuantity {
                item_id: quantity.item_id,
                changes: quantity
                    .changes
                    .iter()
                    .filter(|change| change.from_on < day)
                    .copied()
                    .collect(),
            })
            .collect()
    }
}

/// Whether a charge is for something that is paid once, or is taken off that.
fn is_paid_once(leg: &LegFacts, charge: &NewCharge) -> bool {
    let item = charge.item_id.and_then(|item| leg.terms.item(item));
    item.is_some_and(|item| item.kind == ItemKind::OneTime)
}

/// The discounts of a leg as they stood before a period: what was granted from then on is not granted yet, and what it took of
/// budgets is there again. Each comes with the first period that it was granted for; one that was never granted is left out.
///
/// # Errors
/// `overflow`.
pub fn grants_before<'a>(
    grants: &[Grant],
    charged: impl Iterator<Item = &'a Charge> + Clone,
    period_on: Date,
) -> Result<Vec<(Date, Grant)>> {
    let mut before = Vec::new();
    for grant in grants {
        let Some(since) = grant.granted.keys().next().copied() else {
            continue;
        };
        let mut grant = grant.clone();
        grant.granted.retain(|on, _| *on < period_on);
        grant.steps.retain(|(on, _), _| *on < period_on);
        let later = charged.clone().filter(|charge| {
            let granted = charge.facts.discount.as_ref();
            granted.is_some_and(|granted| {
                granted.coupon_id == grant.coupon_id && granted.period_on >= period_on
            })
        });
        for charge in later {
            let amount = charge.facts.amount;
            grant.left = match grant.left {
                Some(left) if left.currency == amount.currency => Some(left.sub(amount)?),
                other => other,
            };
        }
        before.push((since, grant));
    }
    Ok(before)
}

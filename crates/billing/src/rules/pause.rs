//! Suspended time, where a seller does not charge it. What is paid in advance is given back for the time between suspension and
//! resumption when it is resumed, or at the end of the period; a period that begins suspended is not charged before it is
//! resumed, and then for its rest. What is paid in arrears is charged for the time in which it ran.

use tradewind_catalogue::types::{ItemKind, ItemTerms, Timing};
use tradewind_kernel::{Date, Decimal, Money, Result, Text, calendar::Period, id::OrderId};
use tradewind_orders::types::Pause;
use tradewind_pricing::{
    Ratio,
    cycles::ServicePeriod,
    proration::{self, Direction},
};

use super::{
    discount::Discounts,
    period::{charge, price, share},
};
use crate::types::{ChargeKind, ItemQuantity, LegFacts, NewCharge};

/// The pause in which a leg is on a day.
#[must_use]
pub fn on(leg: &LegFacts, day: Date) -> Option<Pause> {
    let goes_on = |pause: &&Pause| pause.until_on.is_none_or(|until| until > day);
    let mut pauses = leg.pauses.iter().filter(goes_on);
    pauses.find(|pause| pause.from_on <= day).copied()
}

/// The pause in which a period begins, so that it is not charged in advance: one that has begun before the period has.
fn begins_in(leg: &LegFacts, service: &ServicePeriod) -> Option<Pause> {
    let start = service.part.start;
    on(leg, start).filter(|pause| pause.from_on < start)
}

/// Whether what is paid in advance for a period is not paid by a day of it.
#[must_use]
pub fn is_unpaid(leg: &LegFacts, service: &ServicePeriod, day: Date) -> bool {
    let pause = begins_in(leg, service);
    pause.is_some_and(|pause| pause.until_on.is_none_or(|until| until > day))
}

/// The time of a period for which it is paid in advance, with its share of the whole: all of it, the rest after a pause in which it
/// began, or nothing as long as that goes on.
///
/// # Errors
/// `overflow`.
pub fn time_paid(leg: &LegFacts, service: &ServicePeriod) -> Result<Option<(Period, Ratio)>> {
    match begins_in(leg, service) {
        None => Ok(Some((service.part, share(leg, service)?))),
        Some(Pause {
            until_on: Some(until),
            ..
        }) if until < service.part.end => rest_from(leg, service, until).map(Some),
        Some(_) => Ok(None),
    }
}

/// The rest of a period from a day on, and its share, as for what begins then.
///
/// # Errors
/// `overflow`.
pub fn rest_from(leg: &LegFacts, service: &ServicePeriod, day: Date) -> Result<(Period, Ratio)> {
    let rest = Period::new(day, service.part.end)?;
    if leg.terms.policies.is_free(service) {
        return Ok((rest, Ratio::ZERO));
    }
    Ok((rest, left(leg, service, day, Direction::Start)?))
}

/// The parts of a period in which a leg was not suspended.
///
/// # Errors
/// `empty_period`, which cannot be.
pub fn running(leg: &LegFacts, part: Period) -> Result<Vec<Period>> {
    let mut parts = Vec::new();
    let mut from = part.start;
    for pause in &leg.pauses {
        let (begins, ends) = (pause.from_on.max(from), pause.until_on.unwrap_or(part.end));
        if ends <= from || begins >= part.end {
            continue;
        }
        if from < begins {
            parts.push(Period::new(from, begins)?);
        }
        from = ends;
    }
    if from < part.end {
        parts.push(Period::new(from, part.end)?);
    }
    Ok(parts)
}

fn left(leg: &LegFacts, service: &ServicePeriod, at: Date, direction: Direction) -> Result<Ratio> {
    if at >= service.part.end {
        return Ok(Ratio::ZERO);
    }
    let cut = leg.cut(service.full, at);
    proration::left(leg.terms.policies.proration.of(direction), direction, &cut)
}

/// What is given back at the end of a period for a pause that began in it and lasts until then.
///
/// # Errors
/// Whatever the price models refuse; `overflow`.
pub fn at_end(
    leg: &LegFacts,
    quantities: &[ItemQuantity],
    service: &ServicePeriod,
    order_id: Option<OrderId>,
) -> Result<Vec<NewCharge>> {
    let end = service.part.end;
    let lasts = |pause: &&Pause| pause.until_on.is_none_or(|until| until >= end);
    rest_of(leg, quantities, service, lasts, order_id)
}

/// What is given back of a period in which a leg ends on a day on which it is suspended: everything since the pause has begun.
///
/// # Errors
/// As [`at_end`].
pub fn ended(
    leg: &LegFacts,
    quantities: &[ItemQuantity],
    service: &ServicePeriod,
    day: Date,
    order_id: Option<OrderId>,
) -> Result<Vec<NewCharge>> {
    let paused = on(leg, day);
    let lasts = |pause: &&Pause| Some(**pause) == paused;
    rest_of(leg, quantities, service, lasts, order_id)
}

fn rest_of(
    leg: &LegFacts,
    quantities: &[ItemQuantity],
    service: &ServicePeriod,
    lasts: impl Fn(&&Pause) -> bool,
    order_id: Option<OrderId>,
) -> Result<Vec<NewCharge>> {
    let part = service.part;
    let mut pauses = leg.pauses.iter().filter(lasts);
    match pauses.find(|pause| part.contains(pause.from_on)) {
        Some(pause) => {
            let time = Period::new(pause.from_on, part.end)?;
            given_back(leg, quantities, service, time, order_id)
        }
        None => Ok(Vec::new()),
    }
}

/// What the end of a pause on a day of a period means: the time between is given back where the period was paid, and its rest is
/// charged where it was not.
///
/// # Errors
/// As [`at_end`].
pub fn resumed(
    leg: &LegFacts,
    quantities: &[ItemQuantity],
    service: &ServicePeriod,
    day: Date,
    order_id: Option<OrderId>,
) -> Result<Vec<NewCharge>> {
    let part = service.part;
    let mut pauses = leg.pauses.iter();
    let ends =
        |pause: &&Pause| pause.from_on < day && pause.until_on.is_none_or(|until| until == day);
    let Some(pause) = pauses.find(ends).filter(|_| part.contains(day)) else {
        return Ok(Vec::new());
    };
    if pause.from_on >= part.start {
        let time = Period::new(pause.from_on, day)?;
        return given_back(leg, quantities, service, time, order_id);
    }
    let (rest, share) = rest_from(leg, service, day)?;
    let mut charges = Vec::new();
    for (item, held) in in_advance(leg, quantities, day) {
        let exact = share.of(price(item, held)?)?;
        let kind = ChargeKind::Recurring;
        charges.push(charge(leg, item, kind, rest, held, exact, order_id)?);
    }
    let taken_off = Discounts::of(leg).on_part(leg, service, (rest, share), &charges)?;
    charges.extend(taken_off);
    Ok(charges)
}

/// What some suspended time of a period gives back of what was paid in advance, by what was held, less its discounts.
fn given_back(
    leg: &LegFacts,
    quantities: &[ItemQuantity],
    service: &ServicePeriod,
    time: Period,
    order_id: Option<OrderId>,
) -> Result<Vec<NewCharge>> {
    if leg.terms.policies.is_free(service) {
        return Ok(Vec::new());
    }
    let mut cuts = vec![time.start];
    let changes = quantities.iter().flat_map(|held| &held.changes);
    let period_on = service.part.start;
    let grants = leg.grants.iter();
    let grants = grants.flat_map(|grant| grant.days_of_change(period_on));
    let within = changes.map(|change| change.from_on).chain(grants);
    cuts.extend(within.filter(|day| time.start < *day && *day < time.end));
    cuts.push(time.end);
    cuts.sort_unstable();
    cuts.dedup();
    let mut made = Vec::new();
    for pair in cuts.windows(2) {
        let &[from, until] = pair else { continue };
        let end = Direction::Cancellation;
        let share = left(leg, service, from, end)?.less(left(leg, service, until, end)?)?;
        if share.part == 0 {
            continue;
        }
        let part = Period::new(from, until)?;
        for (item, held) in in_advance(leg, quantities, from) {
            let exact = -share.of(price(item, held)?)?;
            let kind = ChargeKind::Credit;
            let back = charge(leg, item, kind, part, held, exact, order_id)?;
            made.push(NewCharge {
                description: described(leg, &back.description),
                ..back
            });
        }
        let taken_off = Discounts::of(leg).on_pause(leg, period_on, (part, share), order_id)?;
        made.extend(taken_off);
    }
    Ok(made)
}

/// What a document says of what is given back.
fn described(leg: &LegFacts, what: &str) -> String {
    let words = Text::en("suspended time").with("de", "ausgesetzte Zeit");
    format!("{what}: {}", words.get(leg.locale))
}

/// What is held on a day of what is paid in advance for a period.
fn in_advance<'a>(
    leg: &'a LegFacts,
    quantities: &'a [ItemQuantity],
    day: Date,
) -> impl Iterator<Item = (&'a ItemTerms, Decimal)> {
    let items = leg.terms.items.iter();
    let items =
        items.filter(|item| item.kind == ItemKind::Recurring && item.timing == Timing::Advance);
    items.filter_map(move |item| {
        let held = quantities.iter().find(|held| held.item_id == item.item)?;
        let held = held.on(day);
        (!held.is_zero()).then_some((item, held))
    })
}

/// What charges for suspended time come to, as a positive amount where something is given back.
///
/// # Errors
/// `overflow`.
pub fn comes_to(charges: &[NewCharge], zero: Money) -> Result<Money> {
    charges
        .iter()
        .try_fold(zero, |sum, charge| sum.sub(charge.amount))
}

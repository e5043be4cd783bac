//! What an order would bill, computed by the rules that bill it.

use std::collections::BTreeMap;

use tradewind_catalogue::types::{ItemKind, LegTerms, PriceRule};
use tradewind_kernel::{
    Date, Decimal, Locale, Money, Result, calendar,
    id::{ChargeId, ItemId},
};
use tradewind_orders::types::Benefit;
use tradewind_pricing::{PriceKind, cycles::ServicePeriod};

use super::{
    change::{self, Change, change_charges},
    discount::continued,
    document,
    line::{LineCharge, LineSet, Position},
    period::{Span, charges_for_period},
    phases::{phases, stepped},
    renewal::{self, Clocks},
};
use crate::types::{
    ChargeKind, CorrectedLeg, DimensionPrice, Grant, ItemQuantity, LegFacts, MeteredPrice,
    NewCharge, NextDocument, Preview, PreviewDiscount, PreviewDocument, PreviewPhase,
    QuantityChange, Trade,
};

/// A purchase that is not placed yet, as the buyer's leg.
#[derive(Debug)]
pub struct Purchase<'a> {
    /// The buyer's leg.
    pub leg: &'a LegFacts,
    /// The buyer's leg in the period after the first one, where its price is another.
    pub renewed: Option<&'a LegFacts>,
    /// How the buyer and its seller settle.
    pub trade: &'a Trade,
    /// What is wanted.
    pub wanted: &'a BTreeMap<ItemId, Decimal>,
    /// The day it would begin.
    pub on: Date,
    /// Days that cost nothing.
    pub trial_days: i64,
    /// Its clocks.
    pub clocks: Clocks,
}

/// What a purchase would cost now and next.
///
/// # Errors
/// Whatever the price models refuse.
pub fn purchase(purchase: &Purchase<'_>) -> Result<Preview> {
    let Purchase {
        leg,
        renewed,
        trade,
        wanted,
        on,
        trial_days,
        clocks,
    } = *purchase;
    let begins = calendar::add_days(on, trial_days)?;
    let first = renewal::begin(begins, clocks)?;
    let schedule = Schedule {
        anchor: first.anchor_on,
        clocks,
        running: first.period,
    };
    let quantities = held_from(wanted, on);
    let charges = charges_for_period(leg, &quantities, first.span, None)?;
    let document = bill(leg, trade, &charges)?;
    let (due_now, trial_ends_on, next) = if trial_days > 0 {
        let next = document.map(|document| NextDocument {
            on: begins,
            document,
        });
        let charges = charges.clone();
        let leg = &continued(leg, &charges)?;
        let held = Holding {
            leg,
            quantities: &quantities,
        };
        let second = stepped(leg, &first.period).unwrap_or_else(|| leg.clone());
        let then = Holding {
            leg: &second,
            ..held
        };
        let following = Following {
            next,
            charges,
            phases: phases(held, then, trade, schedule)?,
        };
        (None, Some(begins), following)
    } else {
        let leg = &continued(leg, &charges)?;
        let over = Holding {
            leg,
            quantities: &quantities,
        };
        let next = following(over, over, renewed, trade, schedule)?;
        (document, None, next)
    };
    let (now, runs) = if trial_days > 0 {
        (&[][..], None)
    } else {
        (&charges[..], Some(first.period))
    };
    let discounts = discounts(leg, now, &next.charges, schedule, runs)?;
    Ok(Preview {
        commitment: leg.terms.policies.commitment.clone(),
        currency: leg.terms.currency,
        effective_on: on,
        trial_ends_on,
        period: runs.map(|service| service.part),
        first: first.period.is_stub().then_some(first.period),
        due_now,
        one_time: sum(leg, now, ChargeKind::OneTime)?,
        recurring: sum(leg, now, ChargeKind::Recurring)?,
        credited: Money::zero(leg.terms.currency),
        metered: metered(&leg.terms, leg.locale),
        next: next.next,
        phases: next.phases,
        discounts,
    })
}

/// What a change at once, or a cancellation, would cost now and next; nothing follows a cancellation. `renewed` is the leg from
/// the next period on, where its price is another.
///
/// # Errors
/// As [`change_charges`].
pub fn change(
    change: &Change<'_>,
    renewed: Option<&LegFacts>,
    trade: &Trade,
    schedule: Schedule,
    paid: impl Fn(ItemId) -> Option<ChargeId>,
) -> Result<Preview> {
    let charges = change_charges(change, paid)?;
    of_charges(change, &charges, renewed, trade, schedule)
}

/// What a cancellation at once would cost and give back, with a fee.
///
/// # Errors
/// As [`change_charges`].
pub fn ended(
    change: &Change<'_>,
    fee: Option<NewCharge>,
    trade: &Trade,
    schedule: Schedule,
) -> Result<Preview> {
    let mut charges = change_charges(change, |_| None)?;
    charges.extend(fee);
    of_charges(change, &charges, None, trade, schedule)
}

/// What a cancellation for the end of the running period would cost then, with a fee: nothing now.
///
/// # Errors
/// Whatever the price models refuse.
pub fn leaving(
    held: Holding<'_>,
    fee: Option<NewCharge>,
    trade: &Trade,
    schedule: Schedule,
) -> Result<Preview> {
    let leg = held.leg;
    let zero = Money::zero(leg.terms.currency);
    let running = schedule.running;
    let over = Span {
        arrears: Some(running),
        ..Span::default()
    };
    let mut charges = charges_for_period(leg, held.quantities, over, None)?;
    charges.extend(fee);
    let on = document::collect_on(trade.invoice_day, running.part.end, true)?;
    let document = bill(leg, trade, &charges)?;
    Ok(Preview {
        commitment: leg.terms.policies.commitment.clone(),
        currency: leg.terms.currency,
        effective_on: running.part.end,
        trial_ends_on: None,
        period: Some(running.part),
        first: None,
        due_now: None,
        one_time: zero,
        recurring: zero,
        credited: zero,
        metered: Vec::new(),
        next: document.map(|document| NextDocument { on, document }),
        phases: Vec::new(),
        discounts: Vec::new(),
    })
}

fn of_charges(
    change: &Change<'_>,
    charges: &[NewCharge],
    renewed: Option<&LegFacts>,
    trade: &Trade,
    schedule: Schedule,
) -> Result<Preview> {
    let leg = change.after.unwrap_or(change.before);
    let zero = Money::zero(leg.terms.currency);
    let running = change.running();
    let next = match change.after {
        Some(after) => {
            let quantities = held_after(change);
            let held = Holding {
                leg: &continued(after, charges)?,
                quantities: &quantities,
            };
            following(held, held, renewed, trade, schedule)?
        }
        None => Following::default(),
    };
    let discounts = discounts(leg, charges, &next.charges, schedule, Some(running))?;
    Ok(Preview {
        commitment: leg.terms.policies.commitment.clone(),
        currency: leg.terms.currency,
        effective_on: change.at,
        trial_ends_on: None,
        period: Some(running.part),
        first: None,
        due_now: bill(leg, trade, charges)?,
        one_time: sum(leg, charges, ChargeKind::OneTime)?,
        recurring: sum(leg, charges, ChargeKind::Recurring)?,
        credited: change::credited(charges, zero)?,
        metered: if change.after.is_some() {
            metered(&leg.terms, leg.locale)
        } else {
            Vec::new()
        },
        next: next.next,
        phases: next.phases,
        discounts,
    })
}

/// A correction of what is billed already, as the buyer's leg.
#[derive(Debug)]
pub struct Corrected<'a> {
    /// The buyer's leg.
    pub leg: &'a LegFacts,
    /// The buyer's leg from the next period on, where its price is another.
    pub renewed: Option<&'a LegFacts>,
    /// How the buyer and its seller settle.
    pub trade: &'a Trade,
    /// What the correction books on the leg.
    pub charges: &'a [NewCharge],
    /// What was held, set right.
    pub quantities: &'a [ItemQuantity],
    /// The first day that is corrected.
    pub from: Date,
    /// How its periods go on.
    pub schedule: Schedule,
    /// Whether nothing follows.
    pub ends: bool,
}

/// What a correction books on a leg, as the document that it would be.
///
/// # Errors
/// Whatever the price models refuse.
pub fn corrected_leg(leg: &LegFacts, trade: &Trade, charges: &[NewCharge]) -> Result<CorrectedLeg> {
    Ok(CorrectedLeg {
        seller_id: leg.seller_id,
        buyer_id: leg.buyer_id,
        currency: leg.terms.currency,
        due: bill(leg, trade, charges)?,
    })
}

/// What a correction would cost or give back now, and what follows.
///
/// # Errors
/// Whatever the price models refuse.
pub fn correction(corrected: &Corrected<'_>) -> Result<Preview> {
    let Corrected {
        leg,
        trade,
        charges,
        schedule,
        ..
    } = *corrected;
    let after = continued(leg, charges)?;
    let next = if corrected.ends {
        Following::default()
    } else {
        let held = Holding {
            leg: &after,
            quantities: corrected.quantities,
        };
        following(held, held, corrected.renewed, trade, schedule)?
    };
    let running = schedule.running;
    Ok(Preview {
        commitment: leg.terms.policies.commitment.clone(),
        currency: leg.terms.currency,
        effective_on: corrected.from,
        trial_ends_on: None,
        period: Some(running.part),
        first: None,
        due_now: bill(leg, trade, charges)?,
        one_time: sum(leg, charges, ChargeKind::OneTime)?,
        recurring: sum(leg, charges, ChargeKind::Recurring)?,
        credited: change::credited(charges, Money::zero(leg.terms.currency))?,
        metered: Vec::new(),
        discounts: discounts(leg, charges, &next.charges, schedule, Some(running))?,
        next: next.next,
        phases: next.phases,
    })
}

/// What a change that waits for the end of the period would cost: nothing now, and the next document is another one: what is over
/// as it was held, and what begins as it will be. `renewed` is the leg from the next period on, where its price is another.
///
/// # Errors
/// Whatever the price models refuse.
pub fn scheduled(
    over: Holding<'_>,
    after: &LegFacts,
    renewed: Option<&LegFacts>,
    trade: &Trade,
    wanted: &BTreeMap<ItemId, Decimal>,
    schedule: Schedule,
) -> Result<Preview> {
    let zero = Money::zero(after.terms.currency);
    let running = schedule.running;
    let quantities = held_from(wanted, running.part.end);
    let begins = Holding {
        leg: after,
        quantities: &quantities,
    };
    let next = following(over, begins, renewed, trade, schedule)?;
    Ok(Preview {
        commitment: after.terms.policies.commitment.clone(),
        currency: after.terms.currency,
        effective_on: running.part.end,
        trial_ends_on: None,
        period: Some(running.part),
        first: None,
        due_now: None,
        one_time: zero,
        recurring: zero,
        credited: zero,
        metered: metered(&after.terms, after.locale),
        discounts: discounts(after, &[], &next.charges, schedule, Some(running))?,
        next: next.next,
        phases: next.phases,
    })
}

/// What a leg holds, and held.
#[derive(Debug, Clone, Copy)]
pub struct Holding<'a> {
    /// The leg.
    pub leg: &'a LegFacts,
    /// Its quantities with their history.
    pub quantities: &'a [ItemQuantity],
}

/// How the periods of a sale go on.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// The day from which they count.
    pub anchor: Date,
    /// The clocks that hold from the next period on.
    pub clocks: Clocks,
    /// The period that runs.
    pub running: ServicePeriod,
}

/// The document at the end of a running period: the next period in advance, the running one in arrears.
fn following(
    over: Holding<'_>,
    begins: Holding<'_>,
    renewed: Option<&LegFacts>,
    trade: &Trade,
    schedule: Schedule,
) -> Result<Following> {
    let Schedule {
        anchor,
        clocks,
        running,
    } = schedule;
    let ends_on = running.part.end;
    let (_, next) = renewal::following(anchor, clocks, ends_on)?;
    let is_over = Span {
        arrears: Some(running),
        ..Span::default()
    };
    let is_next = Span {
        advance: Some(next),
        ..Span::default()
    };
    let mut charges = charges_for_period(over.leg, over.quantities, is_over, None)?;
    let leg = LegFacts {
        grants: continued(over.leg, &charges)?.grants,
        ..renewed.unwrap_or(begins.leg).clone()
    };
    charges.extend(charges_for_period(&leg, begins.quantities, is_next, None)?);
    let on = document::collect_on(trade.invoice_day, ends_on, true)?;
    let next = bill(&leg, trade, &charges)?.map(|document| NextDocument { on, document });
    let then = Holding {
        leg: &leg,
        quantities: begins.quantities,
    };
    let phases = phases(over, then, trade, schedule)?;
    Ok(Following {
        next,
        charges,
        phases,
    })
}

/// The next document, the charges behind it, and what becomes another price after it.
#[derive(Debug, Default)]
struct Following {
    next: Option<NextDocument>,
    charges: Vec<NewCharge>,
    phases: Vec<PreviewPhase>,
}

/// What the discounts of a leg take off some charges now and the next ones, and until when; no period runs during a trial.
/// Discounts that are over are left out.
fn discounts(
    leg: &LegFacts,
    now: &[NewCharge],
    next: &[NewCharge],
    schedule: Schedule,
    running: Option<ServicePeriod>,
) -> Result<Vec<PreviewDiscount>> {
    let zero = Money::zero(leg.terms.currency);
    let after = continued(leg, now)?;
    let mut found = Vec::new();
    for grant in &after.grants {
        let taken = |charges: &[NewCharge]| {
            let of = charges.iter().filter(|charge| {
                let granted = charge.discount.as_ref();
                charge.kind == ChargeKind::Discount
                    && granted.is_some_and(|granted| granted.redemption_id == grant.redemption_id)
            });
            of.map(|charge| charge.amount)
                .try_fold(zero, |sum, amount| sum.sub(amount))
        };
        let (now, next) = (taken(now)?, taken(next)?);
        let trial = matches!(grant.terms.benefit, Benefit::TrialExtension { .. });
        if now.is_zero() && next.is_zero() && !(trial && running.is_none()) {
            continue;
        }
        let until = match grant.periods_left() {
            Some(left) if !trial => Some(over(grant, left, schedule, running)?),
            _ => None,
        };
        let until = match (until, grant.until) {
            (Some(until), Some(ends)) => Some(until.min(ends)),
            (until, ends) => until.or(ends),
        };
        found.push(PreviewDiscount {
            coupon_id: grant.coupon_id,
            code: grant.terms.code.clone(),
            name: grant.terms.name.get(leg.locale).to_owned(),
            benefit: grant.terms.benefit,
            now,
            next,
            until,
        });
    }
    Ok(found)
}

/// The first day without a discount that has some periods left.
fn over(
    grant: &Grant,
    left: u32,
    schedule: Schedule,
    running: Option<ServicePeriod>,
) -> Result<Date> {
    let Schedule { anchor, clocks, .. } = schedule;
    // A trial is followed by the first period, which may be a stub.
    let (mut end, left) = match (left, grant.granted.keys().next_back(), running) {
        (0, Some(last), _) => {
            return Ok(calendar::period_containing(anchor, clocks.cadence, *last)?.end);
        }
        (_, _, Some(running)) => (running.part.end, left),
        (0, None, None) => (schedule.running.part.start, 0),
        (_, _, None) => (schedule.running.part.end, left - 1),
    };
    for _ in 0..left {
        end = renewal::following(anchor, clocks, end)?.1.part.end;
    }
    Ok(end)
}

/// What is held after a change, with what was held before it.
fn held_after(change: &Change<'_>) -> Vec<ItemQuantity> {
    let mut held: BTreeMap<ItemId, Vec<QuantityChange>> = BTreeMap::new();
    for quantity in change.quantities {
        let before = quantity.changes.iter();
        let before = before.filter(|was| was.from_on < change.at).copied();
        held.entry(quantity.item_id).or_default().extend(before);
    }
    for (item, quantity) in change.wanted {
        held.entry(*item).or_default().push(QuantityChange {
            from_on: change.at,
            quantity: *quantity,
        });
    }
    let held = held.into_iter();
    held.map(|(item_id, changes)| ItemQuantity { item_id, changes })
        .collect()
}

/// The lines that charges would become.
///
/// # Errors
/// `overflow`.
pub fn bill(
    leg: &LegFacts,
    trade: &Trade,
    charges: &[NewCharge],
) -> Result<Option<PreviewDocument>> {
    let mut lines = LineSet::new(leg.terms.currency);
    for charge in charges {
        lines.add(&LineCharge::from(charge), |_| Position::default())?;
    }
    document::preview(lines.together(), leg.terms.currency, &trade.taxation)
}

fn sum(leg: &LegFacts, charges: &[NewCharge], kind: ChargeKind) -> Result<Money> {
    Money::sum(
        leg.terms.currency,
        charges
            .iter()
            .filter(|charge| charge.kind == kind)
            .map(|charge| charge.amount),
    )
}

/// Quantities that hold from a day on.
#[must_use]
pub fn held_from(wanted: &BTreeMap<ItemId, Decimal>, from_on: Date) -> Vec<ItemQuantity> {
    wanted
        .iter()
        .map(|(item, quantity)| ItemQuantity {
            item_id: *item,
            changes: vec![QuantityChange {
                from_on,
                quantity: *quantity,
            }],
        })
        .collect()
}

fn metered(terms: &LegTerms, locale: Locale) -> Vec<MeteredPrice> {
    terms
        .items
        .iter()
        .filter(|item| item.kind == ItemKind::Metered)
        .map(|item| MeteredPrice {
            item_id: item.item,
            code: item.code.clone(),
            name: item.name.get(locale).to_owned(),
            unit: item.unit.get(locale).to_owned(),
            units: item.unit.counted(locale, Decimal::TWO).to_owned(),
            prices: item.rules.iter().map(shown).collect(),
        })
        .collect()
}

fn shown(rule: &PriceRule) -> DimensionPrice {
    let follows_cost = matches!(rule.model.kind, PriceKind::PassThrough { .. });
    DimensionPrice {
        matches: rule.matches.clone(),
        model: (!follows_cost).then(|| rule.model.clone()),
    }
}

//! What an order would bill, computed by the rules that bill it.

use std::collections::BTreeMap;

use tradewind_catalogue::types::{ItemKind, LegTerms, PriceRule};
use tradewind_kernel::{
    Date, Decimal, Locale, Money, Result,
    calendar::{self, Period},
    id::{ChargeId, ItemId},
};
use tradewind_orders::types::Benefit;
use tradewind_pricing::PriceKind;

use super::{
    change::{self, Change, change_charges},
    discount::continued,
    document,
    line::{LineCharge, LineSet, Position},
    period::{Span, charges_for_period},
};
use crate::types::{
    ChargeKind, DimensionPrice, Grant, ItemQuantity, LegFacts, MeteredPrice, NewCharge,
    NextDocument, Preview, PreviewDiscount, PreviewDocument, QuantityChange, Trade,
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
    } = *purchase;
    let begins = calendar::add_days(on, trial_days)?;
    let first = calendar::period(begins, leg.terms.cadence, 0)?;
    let quantities = held_from(wanted, on);
    let span = Span {
        advance: Some(first),
        arrears: None,
        bought_on: Some(begins),
    };
    let charges = charges_for_period(leg, &quantities, span, None)?;
    let document = bill(leg, trade, &charges)?;
    let (due_now, trial_ends_on, next) = if trial_days > 0 {
        let next = document.map(|document| NextDocument {
            on: begins,
            document,
        });
        let charges = charges.clone();
        (None, Some(begins), Following { next, charges })
    } else {
        let leg = &continued(leg, &charges)?;
        let next = following(leg, renewed, trade, &quantities, begins, first)?;
        (document, None, next)
    };
    let now = if trial_days > 0 { &[][..] } else { &charges };
    let running = (trial_days == 0).then_some(first);
    let discounts = discounts(leg, now, &next.charges, begins, running)?;
    Ok(Preview {
        currency: leg.terms.currency,
        effective_on: on,
        trial_ends_on,
        period: (trial_days == 0).then_some(first),
        due_now,
        one_time: sum(leg, now, ChargeKind::OneTime)?,
        recurring: sum(leg, now, ChargeKind::Recurring)?,
        credited: Money::zero(leg.terms.currency),
        metered: metered(&leg.terms, leg.locale),
        next: next.next,
        discounts,
    })
}

/// What a change at once, or a cancellation, would cost now and next. `anchor` is the day from which periods count; none
/// follows a cancellation. `renewed` is the leg from the next period on, where its price is another.
///
/// # Errors
/// As [`change_charges`].
pub fn change(
    change: &Change<'_>,
    renewed: Option<&LegFacts>,
    trade: &Trade,
    anchor: Option<Date>,
    paid: impl Fn(ItemId) -> Option<ChargeId>,
) -> Result<Preview> {
    let charges = change_charges(change, paid)?;
    let leg = change.after.unwrap_or(change.before);
    let zero = Money::zero(leg.terms.currency);
    let running = change.new_period.unwrap_or(change.period);
    let next = match (change.after, anchor) {
        (Some(after), Some(anchor)) => {
            let anchor = change.new_period.map_or(anchor, |period| period.start);
            following(
                &continued(after, &charges)?,
                renewed,
                trade,
                &held_from(change.wanted, change.at),
                anchor,
                running,
            )?
        }
        _ => Following::default(),
    };
    let discounts = discounts(
        leg,
        &charges,
        &next.charges,
        anchor.unwrap_or(running.start),
        Some(running),
    )?;
    Ok(Preview {
        currency: leg.terms.currency,
        effective_on: change.at,
        trial_ends_on: None,
        period: Some(running),
        due_now: bill(leg, trade, &charges)?,
        one_time: sum(leg, &charges, ChargeKind::OneTime)?,
        recurring: sum(leg, &charges, ChargeKind::Recurring)?,
        credited: change::credited(&charges, zero)?,
        metered: if change.after.is_some() {
            metered(&leg.terms, leg.locale)
        } else {
            Vec::new()
        },
        next: next.next,
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
    /// The day from which periods count; none follows an end.
    pub anchor: Option<Date>,
    /// The period that runs.
    pub running: Period,
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
        running,
        ..
    } = *corrected;
    let after = continued(leg, charges)?;
    let next = match corrected.anchor {
        Some(anchor) => {
            let (renewed, held) = (corrected.renewed, corrected.quantities);
            following(&after, renewed, trade, held, anchor, running)?
        }
        None => Following::default(),
    };
    let anchor = corrected.anchor.unwrap_or(running.start);
    Ok(Preview {
        currency: leg.terms.currency,
        effective_on: corrected.from,
        trial_ends_on: None,
        period: Some(running),
        due_now: bill(leg, trade, charges)?,
        one_time: sum(leg, charges, ChargeKind::OneTime)?,
        recurring: sum(leg, charges, ChargeKind::Recurring)?,
        credited: change::credited(charges, Money::zero(leg.terms.currency))?,
        metered: Vec::new(),
        discounts: discounts(leg, charges, &next.charges, anchor, Some(running))?,
        next: next.next,
    })
}

/// What a change that waits for the end of the period would cost: nothing now, and the next document is another one.
/// `renewed` is the leg from the next period on, where its price is another.
///
/// # Errors
/// Whatever the price models refuse.
pub fn scheduled(
    after: &LegFacts,
    renewed: Option<&LegFacts>,
    trade: &Trade,
    wanted: &BTreeMap<ItemId, Decimal>,
    anchor: Date,
    running: Period,
) -> Result<Preview> {
    let zero = Money::zero(after.terms.currency);
    let held = held_from(wanted, running.start);
    let next = following(after, renewed, trade, &held, anchor, running)?;
    Ok(Preview {
        currency: after.terms.currency,
        effective_on: running.end,
        trial_ends_on: None,
        period: Some(running),
        due_now: None,
        one_time: zero,
        recurring: zero,
        credited: zero,
        metered: metered(&after.terms, after.locale),
        discounts: discounts(after, &[], &next.charges, anchor, Some(running))?,
        next: next.next,
    })
}

/// The document at the end of a running period: the next period in advance, the running one in arrears.
fn following(
    leg: &LegFacts,
    renewed: Option<&LegFacts>,
    trade: &Trade,
    quantities: &[ItemQuantity],
    anchor: Date,
    running: Period,
) -> Result<Following> {
    let next = calendar::period_containing(anchor, leg.terms.cadence, running.end)?;
    let over = Span {
        arrears: Some(running),
        ..Span::default()
    };
    let begins = Span {
        advance: Some(next),
        ..Span::default()
    };
    let mut charges = charges_for_period(leg, quantities, over, None)?;
    let renewed = LegFacts {
        grants: continued(leg, &charges)?.grants,
        ..renewed.unwrap_or(leg).clone()
    };
    charges.extend(charges_for_period(&renewed, quantities, begins, None)?);
    let on = document::collect_on(trade.invoice_day, running.end, true)?;
    let next = bill(leg, trade, &charges)?.map(|document| NextDocument { on, document });
    Ok(Following { next, charges })
}

/// The next document and the charges behind it.
#[derive(Debug, Default)]
struct Following {
    next: Option<NextDocument>,
    charges: Vec<NewCharge>,
}

/// What the discounts of a leg take off some charges now and the next ones, and until when. `anchor` is the day from which
/// periods count; no period runs during a trial. Discounts that are over are left out.
fn discounts(
    leg: &LegFacts,
    now: &[NewCharge],
    next: &[NewCharge],
    anchor: Date,
    running: Option<Period>,
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
            Some(left) if !trial => Some(over(leg, grant, left, anchor, running)?),
            _ => None,
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
    leg: &LegFacts,
    grant: &Grant,
    left: u32,
    anchor: Date,
    running: Option<Period>,
) -> Result<Date> {
    let cadence = leg.terms.cadence;
    let mut end = match (left, grant.granted.keys().next_back()) {
        (0, Some(last)) => return Ok(calendar::period_containing(anchor, cadence, *last)?.end),
        _ => running.map_or(anchor, |running| running.end),
    };
    for _ in 0..left {
        end = calendar::period_containing(anchor, cadence, end)?.end;
    }
    Ok(end)
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
    document::preview(lines.finish(), leg.terms.currency, &trade.taxation)
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

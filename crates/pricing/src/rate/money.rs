//! Prices on money amounts that travel in the events: percentages and passed-through costs.

use tradewind_kernel::{Decimal, Result, decimal};

use super::{Part, PartKind, Sink, Usage, above, below, wrong_usage};
use crate::model::{PriceKind, hundredth};

/// Sum of the amounts and number of events.
pub(super) fn sum_of(usage: &Usage<'_>, kind: &PriceKind) -> Result<(Decimal, u64)> {
    match usage {
        Usage::Total { amount, events } => Ok((*amount, *events)),
        Usage::Amounts(amounts) => {
            let sum = amounts
                .iter()
                .try_fold(Decimal::ZERO, |sum, amount| decimal::add(sum, *amount))?;
            Ok((sum, amounts.len() as u64))
        }
        _ => Err(wrong_usage(kind, "money amounts of events")),
    }
}

/// Cost × exchange rate less what is included of it, and the markup on that.
pub(super) fn pass_through<S: Sink>(
    amount: Decimal,
    included: Decimal,
    markup_percent: Decimal,
    exchange_rate: Decimal,
    sink: &mut S,
) -> Result<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let cost = decimal::mul(amount, exchange_rate)?;
    sink.part(Part {
        kind: PartKind::PassedThrough,
        quantity: amount,
        unit_price: exchange_rate,
        amount: cost,
    })?;
    // What is given back to the buyer was not free.
    let free = included.min(cost).max(Decimal::ZERO);
    if !free.is_zero() {
        sink.part(Part {
            kind: PartKind::Included,
            quantity: free,
            unit_price: Decimal::NEGATIVE_ONE,
            amount: -free,
        })?;
    }
    let cost = decimal::sub(cost, free)?;
    if cost.is_zero() {
        return Ok(());
    }
    if markup_percent.is_zero() {
        return Ok(());
    }
    sink.part(Part {
        kind: PartKind::Markup,
        quantity: cost,
        unit_price: markup_percent,
        amount: decimal::mul(cost, hundredth(markup_percent)?)?,
    })
}

/// A percentage of each event, with its fixed part, what is free, and bounds per event.
pub(super) fn percentage<S: Sink>(kind: &PriceKind, usage: &Usage<'_>, sink: &mut S) -> Result<()> {
    let PriceKind::Percentage {
        percent,
        per_event,
        free_events,
        free_amount,
        min_per_event,
        max_per_event,
    } = kind
    else {
        return Ok(());
    };
    let mut sums = Sums::default();
    let single = matches!(usage, Usage::Amounts(_)) && !per_event.is_zero();
    let event_by_event = single
        || free_events.is_some()
        || free_amount.is_some()
        || min_per_event.is_some()
        || max_per_event.is_some();
    if event_by_event {
        let Usage::Amounts(amounts) = usage else {
            return Err(wrong_usage(
                kind,
                "single events, because something is free or bounded per event",
            ));
        };
        let mut free = Free {
            events: *free_events,
            amount: *free_amount,
        };
        for amount in *amounts {
            let covered = free.cover(*amount)?;
            let paid = decimal::sub(*amount, covered)?;
            if paid.is_zero() && !covered.is_zero() {
                continue;
            }
            sums.base = decimal::add(sums.base, paid)?;
            // What goes back to a buyer (an amount below zero) is held between the same bounds, turned round. The fixed part is
            // for what was done: it is neither paid again for giving something back nor given back.
            let back = paid < Decimal::ZERO;
            let fixed = if back { Decimal::ZERO } else { *per_event };
            if !back {
                sums.events = decimal::add(sums.events, Decimal::ONE)?;
            }
            let price = decimal::add(decimal::mul(paid.abs(), hundredth(*percent)?)?, fixed)?;
            let turned = |by: Decimal| if back { -by } else { by };
            if paid.is_zero() {
                continue;
            }
            if let Some(max) = max_per_event.filter(|max| above(*max, price)) {
                let by = turned(decimal::sub(max, price)?);
                sums.lowered = decimal::add(sums.lowered, by)?;
            } else if let Some(min) = min_per_event.filter(|min| below(*min, price)) {
                let by = turned(decimal::sub(min, price)?);
                sums.raised = decimal::add(sums.raised, by)?;
            }
        }
    } else {
        let (amount, events) = sum_of(usage, kind)?;
        sums.base = amount;
        sums.events = Decimal::from(events);
    }
    if !sums.base.is_zero() {
        sink.part(Part {
            kind: PartKind::Percentage,
            quantity: sums.base,
            unit_price: *percent,
            amount: decimal::mul(sums.base, hundredth(*percent)?)?,
        })?;
    }
    if !per_event.is_zero() {
        super::priced(PartKind::Events, sums.events, *per_event, sink)?;
    }
    for (kind, amount) in [
        (PartKind::EventMinimum, sums.raised),
        (PartKind::EventMaximum, sums.lowered),
    ] {
        if !amount.is_zero() {
            super::priced(kind, Decimal::ONE, amount, sink)?;
        }
    }
    Ok(())
}

#[derive(Default)]
struct Sums {
    /// Amounts that the percentage is taken of.
    base: Decimal,
    /// Events that pay.
    events: Decimal,
    raised: Decimal,
    lowered: Decimal,
}

/// What is left for nothing.
struct Free {
    events: Option<u64>,
    amount: Option<Decimal>,
}

impl Free {
    /// How much of the next event is free. Both quotas have to last, and an event uses up both.
    fn cover(&mut self, amount: Decimal) -> Result<Decimal> {
        let nothing_given = self.events.is_none() && self.amount.is_none();
        if nothing_given || self.events == Some(0) || amount <= Decimal::ZERO {
            return Ok(Decimal::ZERO);
        }
        let covered = self.amount.map_or(amount, |left| left.min(amount));
        if let Some(left) = &mut self.amount {
            *left = decimal::sub(*left, covered)?;
        }
        if let Some(left) = &mut self.events {
            *left = if covered.is_zero() { 0 } else { *left - 1 };
        }
        Ok(covered)
    }
}

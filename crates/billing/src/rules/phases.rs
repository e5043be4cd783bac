//! What the periods after the introductory ones will cost, period by period, by the rules that bill them.

use std::{collections::BTreeMap, sync::Arc};

use tradewind_kernel::{Date, Decimal, Money, Result, id::ItemId};
use tradewind_pricing::cycles::ServicePeriod;

use super::{
    change::whole,
    discount::continued,
    document,
    period::{Span, charges_for_period},
    preview::{Holding, Schedule, bill},
    renewal,
};
use crate::types::{ItemQuantity, LegFacts, NextDocument, PreviewPhase, Trade};

/// More periods than any introduction has.
const PERIODS_MAX: u32 = 1_000;

/// The leg in the period after one, where an introductory price has a period less then; a stub does not count.
#[must_use]
pub fn stepped(leg: &LegFacts, over: &ServicePeriod) -> Option<LegFacts> {
    (leg.terms.is_introduced() && !over.is_stub()).then(|| LegFacts {
        terms: Arc::new(leg.terms.after_period()),
        ..leg.clone()
    })
}

/// From which days on the price of a sale becomes another one because an introductory price is over, and what is billed then.
/// `next` is the leg in the period after the running one.
///
/// # Errors
/// Whatever the price models refuse.
pub fn phases(
    over: Holding<'_>,
    next: Holding<'_>,
    trade: &Trade,
    schedule: Schedule,
) -> Result<Vec<PreviewPhase>> {
    let Schedule {
        mut anchor,
        clocks,
        mut running,
    } = schedule;
    let mut found = Vec::new();
    let mut leg = over.leg.clone();
    let mut quantities = over.quantities;
    let mut begins = next.leg.clone();
    for _ in 0..PERIODS_MAX {
        if !leg.terms.is_introduced() {
            break;
        }
        let ends_on = running.part.end;
        let (next_anchor, period) = renewal::following(anchor, clocks, ends_on)?;
        let is_over = Span {
            arrears: Some(running),
            ..Span::default()
        };
        let is_next = Span {
            advance: Some(period),
            ..Span::default()
        };
        let mut charges = charges_for_period(&leg, quantities, is_over, None)?;
        begins.grants = continued(&leg, &charges)?.grants;
        charges.extend(charges_for_period(&begins, next.quantities, is_next, None)?);
        let recurring = period_price(&begins, next.quantities, ends_on)?;
        let changes = recurring != period_price(&leg, next.quantities, ends_on)?;
        if changes && begins.terms.plan == leg.terms.plan {
            let on = document::collect_on(trade.invoice_day, ends_on, true)?;
            let document = bill(&begins, trade, &charges)?;
            found.push(PreviewPhase {
                from: ends_on,
                recurring,
                document: document.map(|document| NextDocument { on, document }),
            });
        }
        leg = continued(&begins, &charges)?;
        begins = stepped(&leg, &period).unwrap_or_else(|| leg.clone());
        quantities = next.quantities;
        (anchor, running) = (next_anchor, period);
    }
    Ok(found)
}

fn period_price(leg: &LegFacts, quantities: &[ItemQuantity], on: Date) -> Result<Money> {
    let held: BTreeMap<ItemId, Decimal> = quantities
        .iter()
        .map(|quantity| (quantity.item_id, quantity.on(on)))
        .collect();
    let terms = &leg.terms;
    Money::from_exact(whole(leg, &held)?, terms.currency, terms.policies.rounding)
}

//! Usage that is rated together: everything that one price of an item applies to in a month. Tiers, included quantities,
//! packages and bounds count over all of it, however many groups it is reported in.
//!
//! Each group is charged what it adds to those before it, in the order of their keys. So the groups always sum to the
//! whole, every charge names its own usage, and the order in which usage arrives makes no difference.

use std::collections::BTreeMap;

use tradewind_catalogue::types::{ItemTerms, PriceRule};
use tradewind_kernel::{Decimal, Error, Result, Timestamp, decimal};
use tradewind_metering::types::UsageTotal;
use tradewind_pricing::{
    PriceKind, PriceModel, Usage, ZeroUsage,
    proration::Ratio,
    rate::{self, Cell},
};

use super::usage::{Part, RateTable, chain_of_rates, exchanged, rate_part};
use crate::types::{FxUse, LegFacts};

/// One reported cost, where each event by itself makes a difference to the price.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventCost {
    /// When it happened.
    pub at: Timestamp,
    /// Its name at its source, for a definite order.
    pub name: String,
    /// The cost.
    pub cost: Decimal,
}

/// A group of usage in a part of a month.
#[derive(Debug, Clone, Copy)]
pub struct Group<'a> {
    /// What it came to.
    pub part: Part<'a>,
    /// Its events by the end of the month, in their order; empty unless the price looks at single events.
    pub events: &'a [EventCost],
    /// Whether it counts without any record: a month without usage that costs something.
    pub idle: bool,
}

/// What a group costs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupRated {
    /// The exact amount.
    pub exact: Decimal,
    /// The quantity in it.
    pub quantity: Decimal,
    /// Exchange rates that went into it.
    pub used: Vec<FxUse>,
    /// Which groups it was rated together with have the same number; none when it stands for itself.
    pub pool: Option<usize>,
}

/// Whether the parts of a usage cost together what the whole costs.
#[must_use]
pub fn is_additive(model: &PriceModel) -> bool {
    if model.minimum.is_some() || model.maximum.is_some() || !model.included.is_zero() {
        return false;
    }
    match &model.kind {
        PriceKind::PerUnit { .. } | PriceKind::PassThrough { .. } => true,
        PriceKind::Matrix { rows, .. } => rows.iter().all(|row| row.included.is_zero()),
        PriceKind::Percentage { .. } => !needs_events(model),
        _ => false,
    }
}

/// Whether a price looks at single events.
#[must_use]
pub fn needs_events(model: &PriceModel) -> bool {
    matches!(
        &model.kind,
        PriceKind::Percentage {
            per_event,
            free_events,
            free_amount,
            min_per_event,
            max_per_event,
            ..
        } if !per_event.is_zero()
            || free_events.is_some()
            || free_amount.is_some()
            || min_per_event.is_some()
            || max_per_event.is_some()
    )
}

/// Whether a month without any usage costs something: a minimum, or the flat amount of a first tier where the price says
/// so.
#[must_use]
pub fn charges_idle(model: &PriceModel) -> bool {
    let first_tier = match &model.kind {
        PriceKind::Graduated { zero_usage, .. }
        | PriceKind::Volume { zero_usage, .. }
        | PriceKind::Stairstep { zero_usage, .. }
        | PriceKind::GraduatedPercentage { zero_usage, .. } => *zero_usage == ZeroUsage::FirstTier,
        _ => false,
    };
    first_tier || model.minimum.is_some_and(|least| !least.is_zero())
}

/// How the minimum of a month is settled in a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// Whether the part is the last of its month. The minimum is that of the price which holds at the end.
    pub is_last: bool,
    /// The share of the month in which the subscription ran, and so of the minimum.
    pub running: Ratio,
}

impl Closing {
    /// A whole month.
    pub const MONTH: Self = Self {
        is_last: true,
        running: Ratio::ONE,
    };
}

/// What the groups of a meter cost in a part of a month, in their order.
///
/// # Errors
/// As [`rate_total`](super::usage::rate_total).
pub fn rate_groups(
    leg: &LegFacts,
    item: &ItemTerms,
    groups: &[Group<'_>],
    closing: Closing,
    rates: &dyn RateTable,
) -> Result<Vec<GroupRated>> {
    let mut rated = vec![GroupRated::default(); groups.len()];
    let mut pools: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        let total = group.part.total;
        let place = item
            .rules
            .iter()
            .position(|rule| rule_fits(rule, &total.dimensions));
        let rule = place.and_then(|place| item.rules.get(place));
        let (Some(place), Some(rule)) = (place, rule) else {
            if is_nothing(group) {
                continue;
            }
            return Err(Error::invalid(
                format!("items.{}", item.code),
                "missing_price",
                "no price of this item applies to this usage",
            ));
        };
        if is_additive(&rule.model) {
            let (exact, quantity, used) = rate_part(leg, item, &group.part, rates)?;
            rated[at] = GroupRated {
                exact,
                quantity,
                used,
                pool: None,
            };
        } else {
            pools.entry(place).or_default().push(at);
        }
    }
    for (pool, (place, members)) in pools.into_iter().enumerate() {
        let Some(rule) = item.rules.get(place) else {
            continue;
        };
        let open = PriceModel {
            minimum: None,
            ..rule.model.clone()
        };
        let least = rule.model.minimum.filter(|_| closing.is_last);
        let closed = PriceModel {
            minimum: least.map(|least| closing.running.of(least)).transpose()?,
            ..rule.model.clone()
        };
        let mut together = Together {
            leg,
            item,
            models: [&closed, &open],
            rates,
            is_last_part: closing.is_last,
            now: Sum::default(),
            earlier: Sum::default(),
        };
        let last = members.last().copied();
        for at in members {
            let Some(group) = groups.get(at) else {
                continue;
            };
            rated[at] = GroupRated {
                pool: Some(pool),
                ..together.add(group, Some(at) == last)?
            };
        }
    }
    Ok(rated)
}

/// Whether a group has come to nothing: all of its records were taken back.
fn is_nothing(group: &Group<'_>) -> bool {
    let none = |total: &UsageTotal| total.records == 0 && total.quantity.is_zero();
    !group.idle && none(group.part.total) && group.part.earlier.is_none_or(none)
}

fn rule_fits(rule: &PriceRule, dimensions: &BTreeMap<String, String>) -> bool {
    rule.matches
        .iter()
        .all(|(key, value)| dimensions.get(key) == Some(value))
}

/// Groups that are rated together, taken in one by one.
struct Together<'a> {
    leg: &'a LegFacts,
    item: &'a ItemTerms,
    /// The price by the end of the part, and by its beginning.
    models: [&'a PriceModel; 2],
    rates: &'a dyn RateTable,
    is_last_part: bool,
    /// By the end of the part, and by its beginning.
    now: Sum<'a>,
    earlier: Sum<'a>,
}

/// Usage summed up, and what it costs.
#[derive(Default)]
struct Sum<'a> {
    quantity: Decimal,
    cells: Vec<(&'a UsageTotal, Decimal)>,
    /// In the currency of the leg.
    cost: Decimal,
    records: u64,
    /// Costs of single events in the currency of the leg, by time and name.
    events: Vec<(Timestamp, &'a str, Decimal)>,
    exact: Decimal,
}

impl<'a> Together<'a> {
    /// What a group adds.
    fn add(&mut self, group: &Group<'a>, is_last: bool) -> Result<GroupRated> {
        let total = group.part.total;
        let (now, earlier) = (self.now.exact, self.earlier.exact);
        let used = self.take(group, total, true, is_last)?;
        let mut quantity = total.quantity;
        if let Some(before) = group.part.earlier {
            self.take(group, before, false, is_last)?;
            quantity = decimal::sub(quantity, before.quantity)?;
        }
        Ok(GroupRated {
            exact: decimal::sub(
                decimal::sub(self.now.exact, now)?,
                decimal::sub(self.earlier.exact, earlier)?,
            )?,
            quantity,
            used,
            pool: None,
        })
    }

    fn take(
        &mut self,
        group: &Group<'a>,
        total: &'a UsageTotal,
        is_now: bool,
        is_last: bool,
    ) -> Result<Vec<FxUse>> {
        // A month without usage is settled at its end.
        let idle = group.idle && is_now && self.is_last_part;
        if total.records == 0 && total.quantity.is_zero() && !idle {
            return Ok(Vec::new());
        }
        let (leg, item, rates) = (self.leg, self.item, self.rates);
        let [closed, open] = self.models;
        let (sum, model) = if is_now {
            (&mut self.now, closed)
        } else {
            (&mut self.earlier, open)
        };
        sum.quantity = decimal::add(sum.quantity, total.quantity)?;
        sum.cells.push((total, total.quantity));
        sum.records += u64::try_from(total.records).unwrap_or_default();
        let mut used = Vec::new();
        if model.kind.is_of_amounts() {
            used = chain_of_rates(leg, item, total, rates)?;
            match total.cost {
                Some(cost) => sum.cost = decimal::add(sum.cost, exchanged(cost, &used)?)?,
                None if total.records == 0 => {}
                None => return Err(super::usage::missing_cost(item, total)),
            }
            let count = usize::try_from(total.records).unwrap_or(usize::MAX);
            for event in group.events.iter().take(count) {
                let cost = exchanged(event.cost, &used)?;
                sum.events.push((event.at, &event.name, cost));
            }
            sum.events.sort();
        }
        sum.exact = sum.price(model, is_last)?;
        Ok(used)
    }
}

impl Sum<'_> {
    fn price(&self, model: &PriceModel, is_last: bool) -> Result<Decimal> {
        if needs_events(model) {
            let amounts: Vec<Decimal> = self.events.iter().map(|(.., cost)| *cost).collect();
            return rate::total(model, &Usage::Amounts(&amounts));
        }
        if model.kind.is_of_amounts() {
            let (amount, events) = (self.cost, self.records);
            return rate::total(model, &Usage::Total { amount, events });
        }
        if let PriceKind::Matrix { .. } = model.kind {
            let values: Vec<Vec<(&str, &str)>> = self
                .cells
                .iter()
                .map(|(total, _)| {
                    let pair = |(k, v)| -> (&str, &str) { (String::as_str(k), String::as_str(v)) };
                    total.dimensions.iter().map(pair).collect()
                })
                .collect();
            let cells: Vec<Cell<'_>> = values
                .iter()
                .zip(&self.cells)
                .filter(|(_, (total, quantity))| total.records > 0 || !quantity.is_zero())
                .map(|(values, (_, quantity))| Cell {
                    values,
                    quantity: *quantity,
                })
                .collect();
            return rate::total(model, &Usage::Cells(&cells));
        }
        // What was given back may come before what was used; only the whole has to make sense.
        let quantity = if is_last {
            self.quantity
        } else {
            self.quantity.max(Decimal::ZERO)
        };
        rate::total(model, &Usage::Quantity(quantity))
    }
}

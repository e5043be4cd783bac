//! Quantities bought ahead: what months of a meter bring and draw, and so what is included in each of them.
//!
//! What is there in a month follows from all months before it. Nothing of it is kept in the books, so late usage, amended
//! records and corrected quantities change their own month and those that lived on what it had left, and the order in which
//! any of that comes makes no difference.

use std::collections::BTreeMap;

use tradewind_catalogue::types::{ItemKind, ItemTerms};
use tradewind_kernel::{
    Date, Decimal, Result,
    calendar::{self, Period},
    decimal,
};
use tradewind_metering::types::UsageTotal;
use tradewind_pricing::{
    Prepaid,
    prepaid::{Course, Month, course},
};

use super::usage::{metered_item, usage_period};
use crate::types::{ItemQuantity, LegFacts};

/// What is bought ahead with an item: by its general price, where its usage is summed up.
#[must_use]
pub fn prepaid_of(item: &ItemTerms) -> Option<&Prepaid> {
    let rule = item.general_rule().filter(|_| item.aggregation.is_sum())?;
    rule.model.prepaid.as_ref()
}

/// Whether anything is bought ahead on a meter of some terms.
#[must_use]
pub fn is_prepaid<'a>(mut items: impl Iterator<Item = &'a ItemTerms>, meter: &str) -> bool {
    items.any(|item| item.meter.as_deref() == Some(meter) && prepaid_of(item).is_some())
}

/// What a sale has held, and when it ran.
#[derive(Debug, Clone)]
pub struct Held {
    /// The quantities of its items, with their history.
    pub quantities: Vec<ItemQuantity>,
    /// Its first day.
    pub since: Date,
    /// The first day on which it no longer runs; none while it does.
    pub until: Option<Date>,
}

impl Held {
    /// How many of an item bring something in a month: of what recurs, the most that is held on any day of it; of what is
    /// paid once, what is bought in it.
    fn bring(&self, leg: &LegFacts, code: &str, month: Period) -> Result<Decimal> {
        let item = leg.terms.items.iter().find(|item| item.code == code);
        let held = item.and_then(|item| {
            let own = |held: &&ItemQuantity| held.item_id == item.item;
            self.quantities.iter().find(own)
        });
        let (Some(item), Some(held)) = (item, held) else {
            return Ok(Decimal::ZERO);
        };
        let within = |day: Date| month.contains(day) && self.until.is_none_or(|until| day < until);
        let mut before = held.on(calendar::add_days(month.start, -1)?);
        let mut most = held.on(month.start);
        let mut bought = Decimal::ZERO;
        for change in held.changes.iter().filter(|change| within(change.from_on)) {
            most = most.max(change.quantity);
            let more = decimal::sub(change.quantity, before)?;
            bought = decimal::add(bought, more.max(Decimal::ZERO))?;
            before = change.quantity;
        }
        Ok(if item.kind == ItemKind::OneTime {
            bought
        } else {
            most
        })
    }

    /// Whether it ran on any day of a month.
    #[must_use]
    pub fn runs_in(&self, month: Period) -> bool {
        self.since < month.end && self.until.is_none_or(|until| month.start < until)
    }
}

/// What a month brings and draws on a leg, as its terms stand there.
///
/// # Errors
/// `overflow`, `out_of_range`.
pub fn month_on(
    leg: &LegFacts,
    meter: &str,
    first: Date,
    held: &Held,
    totals: &[&UsageTotal],
) -> Result<Month> {
    let nothing = Month {
        granted: Decimal::ZERO,
        months: Some(0),
        at_most: None,
        used: Decimal::ZERO,
    };
    let Some(item) = metered_item(leg, meter).filter(|item| item.aggregation.is_sum()) else {
        return Ok(nothing);
    };
    let mut used = Decimal::ZERO;
    for total in totals {
        // Usage that has a price of its own draws nothing.
        let rule = item.rule_for(&total.dimensions);
        if rule.is_some_and(|rule| rule.matches.is_empty()) {
            used = decimal::add(used, total.quantity)?;
        }
    }
    let included = item
        .general_rule()
        .map_or(Decimal::ZERO, |rule| rule.model.included);
    let prepaid = prepaid_of(item);
    let month = usage_period(first)?;
    let times = match prepaid.and_then(|prepaid| prepaid.per.as_deref()) {
        _ if !held.runs_in(month) => Decimal::ZERO,
        Some(code) => held.bring(leg, code, month)?,
        None => Decimal::ONE,
    };
    Ok(Month {
        granted: decimal::mul(included, times)?,
        months: prepaid.map_or(Some(0), |prepaid| prepaid.months),
        at_most: prepaid.and_then(|prepaid| prepaid.at_most),
        used,
    })
}

/// The months of a meter on one leg.
#[derive(Debug, Clone, Default)]
pub struct Months(BTreeMap<Date, Month>);

impl Months {
    /// Notes a month.
    pub fn note(&mut self, first: Date, month: Month) {
        self.0.insert(first, month);
    }

    /// How the months up to one turned out; that one as it is given.
    ///
    /// # Errors
    /// `overflow`.
    pub fn up_to(&self, first: Date, month: Month) -> Result<Course> {
        let earlier = self.0.range(..first).map(|(_, earlier)| *earlier);
        course(&earlier.chain([month]).collect::<Vec<_>>())
    }

    /// The first month.
    #[must_use]
    pub fn first(&self) -> Option<Date> {
        self.0.keys().next().copied()
    }
}

/// An item whose price includes what is there in a month, whatever has brought it.
#[must_use]
pub fn with_included(item: &ItemTerms, available: Decimal) -> ItemTerms {
    let mut item = item.clone();
    for rule in item.rules.iter_mut().filter(|rule| rule.matches.is_empty()) {
        rule.model.included = available;
        rule.model.prepaid = None;
    }
    item
}

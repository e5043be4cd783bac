//! What the prices of a running subscription become: when it is renewed, when a billing period is over, when its plan becomes
//! another one.

use tradewind_kernel::{Date, Decimal, Result};
use tradewind_pricing::{PriceKind, PriceModel, Usage, total};

use crate::types::{
    ItemKind, ItemTerms, LegTerms, Policies, PriceIncrease, PriceRule, Raised, RenewalPrices,
};

/// Quantities at which two prices are compared.
const PROBES: [i64; 6] = [1, 10, 100, 1_000, 100_000, 10_000_000];

/// What a day is to the prices of a running subscription.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Turn {
    /// The price is open: no term runs on.
    pub reprices: bool,
    /// A whole billing period is over.
    pub period_over: bool,
    /// How many rises by rule are due.
    pub rises: u32,
}

impl Turn {
    /// A day on which prices are looked at, and nothing begins.
    pub const LOOK: Self = Self {
        reprices: true,
        period_over: false,
        rises: 0,
    };

    /// Whether it depends on what is asked of new buyers.
    #[must_use]
    pub const fn asks(self) -> bool {
        self.reprices || self.rises > 0
    }
}

/// The terms of every leg from a day on, given those agreed and those that somebody would get who bought on that day; nothing
/// when none changes. A leg follows its price book, or that of a tier above it, where that has moved on and its seller
/// lets renewals follow, unless a correction keeps it on that day; rises by rule are its own seller's. Billing period, billing days and term stay as agreed, and an
/// introduction that runs goes on, whatever the book says by now.
///
/// What can no longer be bought in the same way (other sellers, another currency, an item fewer) is kept as agreed.
///
/// # Errors
/// `overflow` when a price gets too large.
pub fn renewed(
    agreed: &[&LegTerms],
    now: Option<&[LegTerms]>,
    on: Date,
    turn: Turn,
) -> Result<Option<Vec<LegTerms>>> {
    let same_sale = |now: &&[LegTerms]| {
        agreed.len() == now.len() && agreed.iter().zip(*now).all(|(old, new)| replaces(old, new))
    };
    let now = now.filter(same_sale);
    let mut moved = false;
    let mut legs = Vec::with_capacity(agreed.len());
    for (at, old) in agreed.iter().enumerate() {
        let new = now.and_then(|now| now.get(at));
        let mut terms = if turn.period_over {
            old.after_period()
        } else {
            LegTerms::clone(old)
        };
        if let Some(new) = new {
            moved |= (old.book, old.revision) != (new.book, new.revision);
            let follows = old.policies.renewal == RenewalPrices::Revision && !old.is_kept_on(on);
            if turn.reprices && moved && follows {
                terms = taken_over(&terms, new);
            }
        }
        if turn.rises > 0
            && old.policies.renewal == RenewalPrices::Increase
            && let Some(increase) = &old.policies.increase
        {
            terms = raised(&terms, increase, turn.rises, new)?;
        }
        legs.push(terms);
    }
    let changed = legs.iter().zip(agreed).any(|(new, old)| new != *old);
    Ok(changed.then_some(legs))
}

/// Terms under another revision: its prices, but for introductions that run and prices that were agreed for this one sale.
pub(super) fn taken_over(old: &LegTerms, new: &LegTerms) -> LegTerms {
    let new = new.each_item(|item| {
        let item = item.without_introduction();
        let before = old.item(item.item);
        if let Some(own) = before.filter(|old| old.negotiated) {
            return ItemTerms {
                rules: own.rules.clone(),
                conversions: own.conversions.clone(),
                negotiated: true,
                ..item
            };
        }
        let running = before.and_then(|old| Some((old, old.introduction.clone()?)));
        match running {
            Some((old, mut introduction)) => {
                introduction.regular = item.rules;
                ItemTerms {
                    rules: old.rules.clone(),
                    introduction: Some(introduction),
                    ..item
                }
            }
            None => item,
        }
    });
    LegTerms {
        cadence: old.cadence,
        term: old.term,
        policies: Policies {
            billing_days: old.policies.billing_days,
            ..new.policies.clone()
        },
        ..new
    }
}

/// Whether terms are of the same sale: everything charged so far is still charged.
pub(super) fn replaces(old: &LegTerms, new: &LegTerms) -> bool {
    old.seller == new.seller
        && old.plan == new.plan
        && old.currency == new.currency
        && old.items.iter().all(|item| new.item(item.item).is_some())
}

/// Terms whose regular prices have risen some times more. What is paid once does not rise, and what is a share of a reported
/// amount rises with that by itself.
fn raised(
    terms: &LegTerms,
    increase: &PriceIncrease,
    times: u32,
    list: Option<&LegTerms>,
) -> Result<LegTerms> {
    let mut items = Vec::with_capacity(terms.items.len());
    for item in &terms.items {
        let mut item = item.clone();
        if item.kind != ItemKind::OneTime {
            let before = item.regular_rules().to_vec();
            let (so_far, agreed) = match item.raised.take() {
                Some(raised) => (raised.percent, raised.agreed),
                None => (Decimal::ZERO, before.clone()),
            };
            let percent = Raised::further(so_far, increase, times)?;
            let listed = list.and_then(|list| list.item(item.item));
            let mut rules = Vec::with_capacity(agreed.len());
            for (agreed, before) in agreed.iter().zip(&before) {
                let mut rule = risen(agreed, percent, terms)?;
                if increase.up_to_list {
                    let most = listed.and_then(|listed| list_rule(listed, &rule));
                    rule = at_most(rule, before, most);
                }
                rules.push(rule);
            }
            match &mut item.introduction {
                Some(introduction) => introduction.regular = rules,
                None => item.rules = rules,
            }
            item.raised = Some(Raised { percent, agreed });
        }
        items.push(item);
    }
    Ok(LegTerms {
        items,
        ..terms.clone()
    })
}

/// A price that was agreed, so many percent higher, rounded as the book rounds what it computes.
fn risen(agreed: &PriceRule, percent: Decimal, terms: &LegTerms) -> Result<PriceRule> {
    let follows_amount = matches!(
        agreed.model.kind,
        PriceKind::PassThrough { .. }
            | PriceKind::Percentage { .. }
            | PriceKind::GraduatedPercentage { .. }
    );
    if follows_amount {
        return Ok(agreed.clone());
    }
    let policies = &terms.policies;
    let model = agreed.model.marked_up(percent)?;
    let mut rule = PriceRule {
        model: match policies.places {
            Some(places) => model.to_places(places, policies.rounding),
            None => model,
        },
        ..agreed.clone()
    };
    rule.trail
        .push(format!("{percent:+} % since it was agreed"));
    Ok(rule)
}

fn list_rule<'a>(listed: &'a ItemTerms, rule: &PriceRule) -> Option<&'a PriceRule> {
    let mut rules = listed.regular_rules().iter();
    rules.find(|list| list.matches == rule.matches)
}

/// A risen price, or the list price where that is lower for some quantity; prices never fall by a rise.
fn at_most(risen: PriceRule, before: &PriceRule, list: Option<&PriceRule>) -> PriceRule {
    let Some(list) = list else { return risen };
    if !dearer(&risen.model, &list.model) {
        return risen;
    }
    if dearer(&before.model, &list.model) {
        return before.clone();
    }
    PriceRule {
        model: list.model.clone(),
        rates: list.rates.clone(),
        ..risen
    }
}

/// Whether one price is above another for some quantity.
fn dearer(one: &PriceModel, other: &PriceModel) -> bool {
    PROBES.iter().any(|quantity| {
        let usage = Usage::Quantity(Decimal::from(*quantity));
        match (total(one, &usage), total(other, &usage)) {
            (Ok(one), Ok(other)) => one > other,
            _ => false,
        }
    })
}

/// The terms of a leg when its plan becomes another one. An introduction is for who begins: where one runs, that of the new plan
/// goes on for what it has left after as many periods, and where none does, the new plan has none. A plan with another
/// rhythm has none either, as its periods are others. `period_over` says that the running period is over by then.
#[must_use]
pub fn switched(old: &LegTerms, new: &LegTerms, period_over: bool) -> LegTerms {
    let since = old
        .introduced_since()
        .filter(|_| old.cadence == new.cadence);
    new.each_item(|item| {
        let of = item
            .introduction
            .as_ref()
            .map(|introduction| introduction.of);
        match (of, since) {
            (Some(of), Some(since)) => {
                item.introduced_for(of.saturating_sub(since + u32::from(period_over)))
            }
            _ => item.without_introduction(),
        }
    })
}

#[cfg(test)]
mod tests;

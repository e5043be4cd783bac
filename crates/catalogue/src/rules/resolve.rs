//! What a plan costs on every leg: prices resolved along the chain, from the vendor down to the last buyer.
//!
//! Each seller says what it does with its own buying price; nobody's rule reaches further than one leg. The rules of
//! an item are a list in which the first match decides. Combining two tiers keeps that: for each rule of the seller,
//! most special first, each rule of its buying price in its own order. The first pair that matches a usage is then
//! made of the two rules that either list alone would have chosen.

use std::{collections::BTreeMap, sync::Arc};

use tradewind_kernel::{Currency, Date, Decimal, Error, Result, id::AccountId};
use tradewind_pricing::{PriceKind, PriceModel};

use crate::types::{
    FxRate, FxUse, Introduced, Item, ItemKind, ItemTerms, LegTerms, Listing, ListingPrice, Plan,
    PriceBook, PriceRule, Revision,
};

/// A price book with the revision that holds on a day.
#[derive(Debug, Clone)]
pub struct BookOnDay {
    /// The book.
    pub book: PriceBook,
    /// The revision.
    pub revision: Revision,
    /// Its rules, most specific first.
    pub listings: Arc<[Listing]>,
}

/// One seller of the chain.
#[derive(Debug, Clone)]
pub struct Tier {
    /// Who sells.
    pub seller: AccountId,
    /// In which currency it sells on this leg.
    pub currency: Currency,
    /// At which prices.
    pub book: BookOnDay,
}

/// Exchange rates by pair and day.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    pairs: BTreeMap<(Currency, Currency), BTreeMap<Date, (Decimal, String)>>,
}

impl Rates {
    /// A table of these rates.
    pub fn new(rates: impl IntoIterator<Item = FxRate>) -> Self {
        let mut table = Self::default();
        for rate in rates {
            table
                .pairs
                .entry((rate.base, rate.quote))
                .or_default()
                .insert(rate.effective_on, (rate.rate, rate.source));
        }
        table
    }

    /// The rate that holds on a day, with the day since when it does, and where it comes from; 1 between a currency and itself.
    ///
    /// The opposite pair is never turned round: one over a rate is not a rate anyone set.
    ///
    /// # Errors
    /// `no_exchange_rate` when none was set on or before that day.
    pub fn on(&self, base: Currency, quote: Currency, day: Date) -> Result<FxUse> {
        if base == quote {
            return Ok(FxUse {
                base,
                quote,
                rate: Decimal::ONE,
                on: day,
                source: String::new(),
            });
        }
        self.pairs
            .get(&(base, quote))
            .and_then(|days| days.range(..=day).next_back())
            .map(|(since, (rate, source))| FxUse {
                base,
                quote,
                rate: *rate,
                on: *since,
                source: source.clone(),
            })
            .ok_or_else(|| {
                Error::refused(
                    "no_exchange_rate",
                    format!("no rate {base}→{quote} on or before {day}; set one first"),
                )
            })
    }
}

/// The terms of every leg of a plan, from the vendor (or the first seller) down; nothing when some tier does not sell
/// the plan, and without the items that some tier does not sell.
///
/// # Errors
/// `no_exchange_rate` when a price changes its currency and no rate was set; `overflow` when it gets too large.
pub(crate) fn resolve_plan(
    plan: &Plan,
    tiers: &[Tier],
    rates: &Rates,
    on: Date,
) -> Result<Option<Vec<LegTerms>>> {
    let mut legs: Vec<LegTerms> = Vec::with_capacity(tiers.len());
    let mut currencies: Vec<Currency> = Vec::with_capacity(tiers.len());
    for tier in tiers {
        if currencies.last() != Some(&tier.currency) {
            currencies.push(tier.currency);
        }
        let upper = legs.last();
        let mut items = Vec::with_capacity(plan.items.len());
        for item in &plan.items {
            let buying = match upper {
                None => None,
                // What the tier above does not sell cannot be sold on.
                Some(upper) => match upper.item(item.id) {
                    // A markup is put on the regular price: an introduction is each seller's own.
                    Some(terms) => Some((upper.currency, terms.regular_rules())),
                    None => continue,
                },
            };
            let rules = item_rules(plan, item, tier, buying, rates, on)?;
            if !rules.iter().any(|rule| rule.matches.is_empty()) {
                continue;
            }
            let open = rules.iter().any(|rule| rule.model.kind.is_of_amounts());
            let (rules, introduction) = introduced(item, tier, rules, rates, on)?;
            items.push(ItemTerms {
                item: item.id,
                code: item.code.clone(),
                name: item.name.clone(),
                kind: item.kind,
                unit: item.unit.clone(),
                meter: item.meter.clone(),
                aggregation: item.aggregation.clone(),
                timing: item.timing,
                rules,
                introduction,
                raised: None,
                negotiated: false,
                tax_category: plan.tax_category_of(item),
                conversions: if open { steps(&currencies) } else { Vec::new() },
            });
        }
        if items.is_empty() {
            return Ok(None);
        }
        legs.push(LegTerms {
            seller: tier.seller,
            product: plan.product_id,
            plan: plan.id,
            book: tier.book.book.id,
            revision: tier.book.revision.id,
            currency: tier.currency,
            effective_on: tier.book.revision.effective_on,
            cadence: plan.billing_cadence,
            term: plan.term_cadence,
            items,
            policies: tier.book.revision.policies.of_plan(plan.id),
            kept_until: None,
        });
    }
    Ok((!legs.is_empty()).then_some(legs))
}

/// The prices of an item at the beginning, with the introduction that they are of.
fn introduced(
    item: &Item,
    tier: &Tier,
    regular: Vec<PriceRule>,
    rates: &Rates,
    on: Date,
) -> Result<(Vec<PriceRule>, Option<Introduced>)> {
    let policies = &tier.book.revision.policies;
    let Some(introduction) = policies.introductions.get(&item.id) else {
        return Ok((regular, None));
    };
    let mut trail = vec!["introductory price of the book".to_owned()];
    let from = tier.book.book.currency;
    let price = &introduction.price;
    let (mut model, used) = converted(price, from, tier.currency, rates, on, &mut trail)?;
    if from != tier.currency {
        model = readable(model, tier, &mut trail);
    }
    let rule = PriceRule {
        matches: BTreeMap::new(),
        model,
        markup: None,
        rates: used,
        trail,
    };
    let introduced = Introduced {
        left: introduction.periods,
        of: introduction.periods,
        once: introduction.once,
        regular,
    };
    Ok((vec![rule], Some(introduced)))
}

fn steps(currencies: &[Currency]) -> Vec<(Currency, Currency)> {
    currencies
        .iter()
        .zip(currencies.iter().skip(1))
        .map(|(from, to)| (*from, *to))
        .collect()
}

pub(crate) fn is_pass_through(model: &PriceModel) -> bool {
    matches!(model.kind, PriceKind::PassThrough { .. })
}

/// Whether a listing speaks about an item.
fn concerns(listing: &Listing, plan: &Plan, item: &Item) -> bool {
    listing.product_id.is_none_or(|id| id == plan.product_id)
        && listing.plan_id.is_none_or(|id| id == plan.id)
        && listing.item_id.is_none_or(|id| id == item.id)
        && (listing.matches.is_empty() || item.kind == ItemKind::Metered)
}

/// The rules of one item at one seller, given its buying price.
fn item_rules(
    plan: &Plan,
    item: &Item,
    tier: &Tier,
    buying: Option<(Currency, &[PriceRule])>,
    rates: &Rates,
    on: Date,
) -> Result<Vec<PriceRule>> {
    let mut rules: Vec<PriceRule> = Vec::new();
    let listings = tier.book.listings.iter();
    for listing in listings.filter(|listing| concerns(listing, plan, item)) {
        match &listing.price {
            ListingPrice::Hidden => return Ok(Vec::new()),
            ListingPrice::Absolute { model } => {
                let mut trail = vec!["price of the book".to_owned()];
                let from = tier.book.book.currency;
                let (mut model, used) =
                    converted(model, from, tier.currency, rates, on, &mut trail)?;
                if from != tier.currency {
                    model = readable(model, tier, &mut trail);
                }
                let rule = PriceRule {
                    matches: listing.matches.clone(),
                    model,
                    markup: None,
                    rates: used,
                    trail,
                };
                add(&mut rules, rule);
            }
            ListingPrice::Markup { percent } => {
                let Some((from, buying)) = buying else {
                    continue;
                };
                for rule in buying {
                    let Some(matches) = both(&listing.matches, &rule.matches) else {
                        continue;
                    };
                    let mut trail = vec![
                        "buying price".to_owned(),
                        format!("{:+} %", percent.normalize()),
                    ];
                    let model = rule.model.marked_up(*percent)?;
                    let (model, used) =
                        converted(&model, from, tier.currency, rates, on, &mut trail)?;
                    let rule = PriceRule {
                        matches,
                        model: readable(model, tier, &mut trail),
                        markup: Some(*percent),
                        rates: used,
                        trail,
                    };
                    add(&mut rules, rule);
                }
            }
        }
        if listing.matches.is_empty() && covers_all(&rules) {
            break;
        }
    }
    Ok(rules)
}

/// A computed price, at the places that its book rounds to.
fn readable(model: PriceModel, tier: &Tier, trail: &mut Vec<String>) -> PriceModel {
    let policies = &tier.book.revision.policies;
    let Some(places) = policies.places else {
        return model;
    };
    let rounded = model.to_places(places, policies.rounding);
    if rounded != model {
        trail.push(format!(
            "rounded to {} places, unit prices to {}",
            places.amounts, places.units
        ));
    }
    rounded
}

fn covers_all(rules: &[PriceRule]) -> bool {
    rules.iter().any(|rule| rule.matches.is_empty())
}

/// Adds a rule unless an earlier one already takes everything that it would match.
fn add(rules: &mut Vec<PriceRule>, rule: PriceRule) {
    let taken = rules.iter().any(|earlier| {
        let mut matches = earlier.matches.iter();
        matches.all(|(key, value)| rule.matches.get(key) == Some(value))
    });
    if !taken {
        rules.push(rule);
    }
}

/// The dimensions of usage that matches both; nothing when that cannot be.
fn both(
    one: &BTreeMap<String, String>,
    other: &BTreeMap<String, String>,
) -> Option<BTreeMap<String, String>> {
    let mut merged = one.clone();
    for (key, value) in other {
        let present = merged.entry(key.clone()).or_insert_with(|| value.clone());
        if present != value {
            return None;
        }
    }
    Some(merged)
}

/// A price in another currency, and the rate where it has changed something. Percentages of reported amounts stay as they
/// are, because the conversion of these is still open; what is fixed of such a price is converted.
fn converted(
    model: &PriceModel,
    from: Currency,
    to: Currency,
    rates: &Rates,
    on: Date,
    trail: &mut Vec<String>,
) -> Result<(PriceModel, Vec<FxUse>)> {
    if from == to || model.holds_in_any_currency()? {
        return Ok((model.clone(), Vec::new()));
    }
    let used = rates.on(from, to, on)?;
    trail.push(format!("{from}→{to} at {} of {}", used.rate, used.on));
    let converted = model.converted(used.rate)?;
    // Nothing stays nothing at any rate.
    let used = (converted != *model).then_some(used);
    Ok((converted, used.into_iter().collect()))
}

#[cfg(test)]
mod tests;

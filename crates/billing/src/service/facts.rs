//! What billing reads of other rooms, in bulk: subscriptions with their legs and quantities, frozen terms, exchange rates.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, hash_map},
    sync::Arc,
};

use tradewind_catalogue::types::{FxUse, LegTerms, SuspendedTime};
use tradewind_kernel::{
    Currency, Date, Error, Locale, Result, Text, Timestamp,
    id::{AccountId, ItemId, PlanId, ProductId, SubscriptionId, TermsId},
};
use tradewind_orders::{
    billing::{self as orders, Billable},
    types::{Leg, Pause, PauseCause, QuantitySince},
};
use tradewind_platform::Work;
use tradewind_tax::types::TaxCategory;

use super::{grants::Grants, trades::Trades};
use crate::{
    rules::{renewal::Clocks, usage::RateTable},
    store::charges::Pair,
    types::{ItemQuantity, LegFacts, Moments, QuantityChange, Trade},
};

/// Terms by the id that they have once they are kept.
pub type AgreedTerms = BTreeMap<TermsId, Arc<LegTerms>>;

/// Frozen terms by their id.
pub(crate) type Terms = HashMap<TermsId, Arc<LegTerms>>;

/// What of the catalogue holds by now, whatever was agreed: what plans are called (the heading of a charge for those to
/// whom a subscription is one of many), and what their items are in the eyes of the tax offices.
#[derive(Debug, Default)]
pub(crate) struct Headings(HashMap<PlanId, (Text, Categories)>);

/// The tax categories of the items of a plan.
type Categories = Arc<BTreeMap<ItemId, TaxCategory>>;

impl Headings {
    /// Learns what the plans of some terms are called.
    async fn load(&mut self, w: &mut Work, terms: &Terms) -> Result<()> {
        let missing: BTreeMap<PlanId, ProductId> = terms
            .values()
            .filter(|terms| !self.0.contains_key(&terms.plan))
            .map(|terms| (terms.plan, terms.product))
            .collect();
        for (plan, product) in missing {
            let detail = tradewind_catalogue::service::product_of(w, product).await?;
            let mut heading = Text::default();
            for locale in Locale::ALL {
                let plan = detail
                    .plans
                    .iter()
                    .find(|found| found.id == plan)
                    .map_or("", |plan| plan.name.get(locale));
                heading = heading.with(
                    locale.tag(),
                    format!("{} · {plan}", detail.product.name.get(locale)),
                );
            }
            let items = detail.plans.iter().find(|found| found.id == plan);
            let categories = items.map_or_else(BTreeMap::new, |plan| {
                let items = plan.items.iter();
                items
                    .map(|item| (item.id, plan.tax_category_of(item)))
                    .collect()
            });
            self.0.insert(plan, (heading, Arc::new(categories)));
        }
        Ok(())
    }

    fn of(&self, plan: PlanId, locale: Locale) -> &str {
        self.0
            .get(&plan)
            .map_or("", |(heading, _)| heading.get(locale))
    }

    fn categories(&self, plan: PlanId) -> Option<Categories> {
        self.0
            .get(&plan)
            .map(|(_, categories)| Arc::clone(categories))
    }
}

/// What a batch knows about the sales in it.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Frozen terms.
    pub(crate) terms: Terms,
    /// How sellers and buyers settle.
    pub(crate) trades: Trades,
    /// What plans are called.
    pub(crate) headings: Headings,
    /// The discounts of the sales that are charged or previewed.
    pub(crate) grants: Grants,
    /// When sales were suspended, of those with a seller that does not charge that.
    pauses: HashMap<SubscriptionId, Vec<Pause>>,
    /// At which moments sales changed, of those with terms that look at the clock.
    moments: HashMap<SubscriptionId, Arc<Moments>>,
}

impl Known {
    /// Learns what concerns some subscriptions.
    pub(crate) async fn learn(&mut self, w: &mut Work, billables: &[Billable]) -> Result<()> {
        self.learn_terms(w, terms_of(billables)).await?;
        self.learn_pauses(w, billables).await?;
        self.learn_moments(w, billables).await?;
        self.trades.load(w, pairs_of(billables)).await
    }

    /// Learns when sales were suspended, where that makes a difference.
    async fn learn_pauses(&mut self, w: &mut Work, billables: &[Billable]) -> Result<()> {
        let credits = |billable: &&Billable| {
            let mut terms = billable
                .legs
                .iter()
                .map(|leg| self.terms.get(&leg.terms_id));
            terms.any(|terms| terms.is_some_and(|terms| terms.policies.suspension.credits()))
        };
        let ids: Vec<SubscriptionId> = billables
            .iter()
            .filter(credits)
            .map(|billable| billable.subscription.id)
            .filter(|id| !self.pauses.contains_key(id))
            .collect();
        if ids.is_empty() {
            return Ok(());
        }
        let realm = w.ctx.realm;
        for (id, pause) in orders::pauses(&mut w.tx, realm, &ids).await? {
            self.pauses.entry(id).or_default().push(pause);
        }
        Ok(())
    }

    /// Learns at which moments sales changed, where that makes a difference.
    async fn learn_moments(&mut self, w: &mut Work, billables: &[Billable]) -> Result<()> {
        let by_clock = |billable: &&Billable| {
            let mut terms = billable
                .legs
                .iter()
                .map(|leg| self.terms.get(&leg.terms_id));
            terms.any(|terms| terms.is_some_and(|terms| terms.policies.proration.by_clock()))
        };
        let known = |billable: &&Billable| self.moments.contains_key(&billable.subscription.id);
        let asked: Vec<&Billable> = billables
            .iter()
            .filter(by_clock)
            .filter(|billable| !known(billable))
            .collect();
        self.learn_all_moments(w, &asked).await
    }

    /// Learns at which moments sales changed, whatever their terms say by now.
    pub(crate) async fn learn_all_moments(
        &mut self,
        w: &mut Work,
        billables: &[&Billable],
    ) -> Result<()> {
        if billables.is_empty() {
            return Ok(());
        }
        let ids: Vec<SubscriptionId> = billables.iter().map(|one| one.subscription.id).collect();
        let realm = w.ctx.realm;
        let mut noted: HashMap<SubscriptionId, BTreeMap<Date, Timestamp>> = HashMap::new();
        for (id, on, at) in orders::moments(&mut w.tx, realm, &ids).await? {
            noted.entry(id).or_default().insert(on, at);
        }
        for billable in billables {
            let subscription = &billable.subscription;
            let moments = Moments {
                zone: subscription.zone.clone(),
                by_day: noted.remove(&subscription.id).unwrap_or_default(),
            };
            self.moments.insert(subscription.id, Arc::new(moments));
        }
        Ok(())
    }

    /// Whether any of the terms that are known look at the clock.
    pub(crate) fn by_clock(&self) -> bool {
        let mut terms = self.terms.values();
        terms.any(|terms| terms.policies.proration.by_clock())
    }

    /// Learns when a sale was suspended, whatever its terms say by now.
    pub(crate) async fn learn_all_pauses(
        &mut self,
        w: &mut Work,
        id: SubscriptionId,
    ) -> Result<()> {
        let realm = w.ctx.realm;
        let found = orders::pauses(&mut w.tx, realm, &[id]).await?;
        let pauses = found.into_iter().map(|(_, pause)| pause).collect();
        self.pauses.insert(id, pauses);
        Ok(())
    }

    /// Whether a sale is known to have been suspended on a day or later.
    pub(crate) fn was_suspended(&self, id: SubscriptionId, since: Date) -> bool {
        let pauses = self.pauses.get(&id).into_iter().flatten();
        pauses
            .filter_map(|pause| pause.until_on.map_or(Some(Date::MAX), Some))
            .any(|until| until > since)
    }

    /// The times in which a sale is suspended and that the seller of some terms does not charge.
    fn pauses(&self, id: SubscriptionId, terms: &LegTerms) -> Vec<Pause> {
        let all = self.pauses.get(&id).map_or(&[][..], Vec::as_slice);
        let credited = |pause: &&Pause| match terms.policies.suspension {
            SuspendedTime::Charged => false,
            SuspendedTime::Credited => pause.cause == PauseCause::Hand,
            SuspendedTime::AlwaysCredited => true,
        };
        all.iter().filter(credited).copied().collect()
    }

    /// Learns terms.
    pub(crate) async fn learn_terms(&mut self, w: &mut Work, ids: BTreeSet<TermsId>) -> Result<()> {
        let missing: Vec<TermsId> = ids
            .into_iter()
            .filter(|id| !self.terms.contains_key(id))
            .collect();
        let found = tradewind_catalogue::service::terms_load_many(w, &missing).await?;
        self.headings.load(w, &found).await?;
        self.terms.extend(found);
        Ok(())
    }

    /// Learns terms that are not kept anywhere yet.
    pub(crate) async fn assume_terms(&mut self, w: &mut Work, terms: &AgreedTerms) -> Result<()> {
        let terms = terms
            .iter()
            .map(|(id, terms)| (*id, Arc::clone(terms)))
            .collect();
        self.headings.load(w, &terms).await?;
        self.terms.extend(terms);
        Ok(())
    }

    /// The legs of a subscription with their terms, the vendor's first.
    pub(crate) fn legs(&self, billable: &Billable) -> Result<Vec<LegFacts>> {
        legs(billable, self)
    }

    /// The clocks of a sale: those of the customer's leg.
    pub(crate) fn clocks(&self, legs: &[LegFacts]) -> Result<Clocks> {
        let last = legs
            .iter()
            .max_by_key(|leg| leg.position)
            .ok_or_else(|| Error::internal("a sale without legs"))?;
        let trade = self.trades.get(last.seller_id, last.buyer_id)?;
        Ok(clocks_of(&last.terms, trade))
    }
}

fn terms_of(billables: &[Billable]) -> BTreeSet<TermsId> {
    billables
        .iter()
        .flat_map(|billable| billable.legs.iter().map(|leg| leg.terms_id))
        .collect()
}

fn pairs_of(billables: &[Billable]) -> Vec<(AccountId, AccountId)> {
    billables
        .iter()
        .flat_map(|billable| {
            billable
                .legs
                .iter()
                .map(|leg| (leg.seller_id, leg.buyer_id))
        })
        .collect()
}

fn legs(billable: &Billable, known: &Known) -> Result<Vec<LegFacts>> {
    let last = billable
        .legs
        .iter()
        .map(|leg| leg.position)
        .max()
        .unwrap_or_default();
    billable
        .legs
        .iter()
        .map(|leg| {
            let trade = known.trades.get(leg.seller_id, leg.buyer_id)?;
            leg_facts(billable, leg, known, trade.locale, leg.position == last)
        })
        .collect()
}

fn leg_facts(
    billable: &Billable,
    leg: &Leg,
    known: &Known,
    locale: Locale,
    is_customers: bool,
) -> Result<LegFacts> {
    let terms = known.terms.get(&leg.terms_id).ok_or_else(|| {
        Error::internal(format!(
            "the terms {} of {} were not loaded",
            leg.terms_id, leg.id
        ))
    })?;
    // A customer knows a subscription by the name given to it; to those above, it is one of many of its plan.
    let heading = if is_customers {
        &billable.subscription.name
    } else {
        known.headings.of(terms.plan, locale)
    };
    Ok(LegFacts {
        id: leg.id,
        subscription_id: leg.subscription_id,
        position: leg.position,
        seller_id: leg.seller_id,
        buyer_id: leg.buyer_id,
        locale,
        heading: heading.to_owned(),
        terms: Arc::clone(terms),
        pauses: known.pauses(leg.subscription_id, terms),
        moments: known.moments.get(&leg.subscription_id).cloned(),
        categories: known.headings.categories(terms.plan),
        grants: if is_customers {
            known.grants.of(leg.subscription_id)
        } else {
            Vec::new()
        },
    })
}

/// The clocks of some terms between a buyer and a seller.
pub(crate) fn clocks_of(terms: &LegTerms, trade: &Trade) -> Clocks {
    Clocks {
        cadence: terms.cadence,
        term: terms.term,
        alignment: terms.policies.billing_days.alignment(trade.billing_day),
        stub: terms.policies.billing_days.share_of,
    }
}

/// The first day that the present plan of a subscription was paid for, as far as it is known.
pub(crate) fn paid_since(billable: &Billable) -> Option<Date> {
    first_paid(
        billable,
        billable.subscription.plan_id,
        &billable.quantities,
    )
}

/// The first day that a plan of a subscription was paid for, had it held this.
pub(crate) fn first_paid(
    billable: &Billable,
    plan: PlanId,
    held: &[QuantitySince],
) -> Option<Date> {
    let subscription = &billable.subscription;
    let held = held.iter().filter(|since| since.plan_id == plan);
    let first = held.map(|since| since.from_on).min()?;
    Some(
        subscription
            .trial_ends_on
            .map_or(first, |tried| tried.max(first)),
    )
}

/// The quantities of a subscription with their history, oldest first.
pub(crate) fn quantities(history: &[QuantitySince]) -> Vec<ItemQuantity> {
    let mut items: BTreeMap<_, Vec<QuantityChange>> = BTreeMap::new();
    for since in history {
        let change = QuantityChange {
            from_on: since.from_on,
            quantity: since.quantity,
        };
        items.entry(since.item_id).or_default().push(change);
    }
    items
        .into_iter()
        .map(|(item_id, mut changes)| {
            changes.sort_by_key(|change| change.from_on);
            ItemQuantity { item_id, changes }
        })
        .collect()
}

/// The pair of a leg.
pub(crate) fn pair(leg: &LegFacts) -> Pair {
    Pair {
        seller_id: leg.seller_id,
        buyer_id: leg.buyer_id,
        currency: leg.terms.currency,
    }
}

/// Exchange rates as of some days.
#[derive(Debug, Default)]
pub(crate) struct Rates(HashMap<(Currency, Currency, Date), Option<FxUse>>);

impl Rates {
    /// Loads rates; what is known already is not asked for again.
    pub(crate) async fn load(
        &mut self,
        w: &mut Work,
        needed: Vec<(Currency, Currency, Date)>,
    ) -> Result<()> {
        for key in needed {
            if let hash_map::Entry::Vacant(unknown) = self.0.entry(key) {
                let found = tradewind_catalogue::service::rate_on(w, key.0, key.1, key.2).await;
                unknown.insert(match found {
                    Ok(rate) => Some(rate),
                    // A missing rate concerns the one who needs it, not the whole batch.
                    Err(Error::Refused { .. }) => None,
                    Err(other) => return Err(other),
                });
            }
        }
        Ok(())
    }
}

impl RateTable for Rates {
    fn rate(&self, base: Currency, quote: Currency, on: Date) -> Option<FxUse> {
        self.0.get(&(base, quote, on)).cloned().flatten()
    }
}

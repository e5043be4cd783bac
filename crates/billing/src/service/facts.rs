//! What billing reads of other rooms, in bulk: subscriptions with their legs and quantities, frozen terms, how sellers
//! and buyers settle, exchange rates.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, hash_map},
    sync::Arc,
};

use tradewind_accounts::types::{Account, Invoicer, Invoicing, Relationship, TaxTreatment};
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
use tradewind_policy::AccountKind;
use tradewind_tax::{rules::Sides, service::Taxers, types::TaxCategory};

use super::grants::Grants;
use crate::{
    rules::{renewal::Clocks, usage::RateTable},
    store::charges::Pair,
    types::{
        Asking, Document, ItemQuantity, LegFacts, Party, QuantityChange, Settlement, TaxKind,
        TaxRate, TaxRule, Taxation, Trade,
    },
};

/// How sellers and buyers settle, by seller and buyer.
#[derive(Debug, Default)]
pub(crate) struct Trades(HashMap<(AccountId, AccountId), Arc<Trade>>);

impl Trades {
    /// Loads how some pairs settle; what is known already is not asked for again.
    pub(crate) async fn load(
        &mut self,
        w: &mut Work,
        pairs: Vec<(AccountId, AccountId)>,
    ) -> Result<()> {
        let missing: BTreeSet<(AccountId, AccountId)> = pairs
            .into_iter()
            .filter(|pair| !self.0.contains_key(pair))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let accounts: BTreeSet<AccountId> = missing
            .iter()
            .flat_map(|(seller, buyer)| [*seller, *buyer])
            .collect();
        let accounts: Vec<AccountId> = accounts.into_iter().collect();
        let found = tradewind_accounts::service::accounts_many(w, &accounts).await?;
        let accounts: HashMap<AccountId, Account> = found
            .into_iter()
            .map(|account| (account.id, account))
            .collect();
        let buyers: BTreeSet<AccountId> = missing.iter().map(|(_, buyer)| *buyer).collect();
        let buyers: Vec<AccountId> = buyers.into_iter().collect();
        let relationships =
            tradewind_accounts::service::relationships_of_buyers(w, &buyers).await?;
        let relationships: HashMap<(AccountId, AccountId), Relationship> = relationships
            .into_iter()
            .map(|found| ((found.seller, found.buyer), found))
            .collect();
        let pairs: Vec<(AccountId, AccountId)> = missing.iter().copied().collect();
        let taxers = Taxers::load(w, &pairs).await?;
        let on_behalf = pairs
            .iter()
            .filter(|pair| collects(relationships.get(pair)));
        let above: BTreeSet<AccountId> = on_behalf
            .filter_map(|(seller, _)| accounts.get(seller)?.parent)
            .collect();
        let above: Vec<AccountId> = above.into_iter().collect();
        let above = tradewind_accounts::service::accounts_many(w, &above).await?;
        let now = w.ctx.now;
        for pair in missing {
            let (seller, buyer) = (account(&accounts, pair.0)?, account(&accounts, pair.1)?);
            let relationship = relationships.get(&pair);
            let taxation = taxation(&taxers, seller, buyer, relationship, now);
            let mut trade = trade(seller, buyer, relationship, taxation);
            if collects(relationship) {
                let found = above.iter().find(|one| Some(one.id) == seller.parent);
                trade.collector = found.map(party_of);
            }
            self.0.insert(pair, Arc::new(trade));
        }
        Ok(())
    }

    /// How a seller settles with somebody who has no account yet: without agreed terms.
    pub(crate) async fn visitor(
        &mut self,
        w: &mut Work,
        seller: AccountId,
        locale: Locale,
    ) -> Result<Trade> {
        let seller = tradewind_accounts::service::account_facts(w, seller).await?;
        // With what is known of who asks, which a page is about to ask as well.
        let asker = w.ctx.principal.account;
        let taxers = Taxers::load(w, &[(seller.id, asker)]).await?;
        let taxation = taxation(&taxers, &seller, &seller, None, w.ctx.now);
        Ok(Trade {
            locale,
            ..trade(&seller, &seller, None, taxation)
        })
    }

    /// How a pair settles a note about a document that was issued: by a document of its own, in the same language. What
    /// is taxed follows from the lines of the first.
    pub(crate) fn as_issued(&self, issued: &Document) -> Result<Arc<Trade>> {
        let head = &issued.summary;
        let now = self.get(head.seller_id, head.buyer_id)?;
        // An engine that was asked about the first has to know of the second.
        let asked = issued.parties.tax_basis.as_ref();
        let rule = match asked.filter(|basis| basis.engine.is_some()) {
            Some(basis) => TaxRule::AsIssued(Box::new(basis.clone())),
            None => TaxRule::Agreed(Vec::new()),
        };
        Ok(Arc::new(Trade {
            settlement: Settlement::Document,
            collector: issued.parties.collector.clone(),
            locale: issued.locale,
            taxation: Taxation {
                rule,
                ..Taxation::agreed(Vec::new())
            },
            ..Trade::clone(now)
        }))
    }

    /// How a pair settles.
    pub(crate) fn get(&self, seller: AccountId, buyer: AccountId) -> Result<&Arc<Trade>> {
        self.0.get(&(seller, buyer)).ok_or_else(|| {
            Error::internal(format!(
                "the terms between {seller} and {buyer} were not loaded"
            ))
        })
    }
}

/// Whether the account above the seller collects.
fn collects(agreed: Option<&Relationship>) -> bool {
    agreed.is_some_and(|agreed| agreed.invoicer == Invoicer::OnBehalf)
}

fn account(accounts: &HashMap<AccountId, Account>, id: AccountId) -> Result<&Account> {
    accounts.get(&id).ok_or_else(|| Error::not_found(id))
}

/// How a seller and a buyer settle. A vendor is settled as the provider's cost; without agreed terms a buyer pays at
/// once, with the seller's own tax rate.
fn trade(
    seller: &Account,
    buyer: &Account,
    relationship: Option<&Relationship>,
    taxation: Taxation,
) -> Trade {
    let settlement = match relationship.map(|relationship| relationship.invoicer) {
        _ if seller.kind == AccountKind::Vendor => Settlement::VendorShare,
        Some(Invoicer::External) => Settlement::External,
        _ => Settlement::Document,
    };
    Trade {
        seller_id: seller.id,
        buyer_id: buyer.id,
        settlement,
        payment_terms_days: relationship
            .map_or(0, |relationship| i64::from(relationship.payment_terms_days)),
        taxation,
        price_book: relationship.and_then(|relationship| relationship.price_book),
        invoice_day: relationship
            .filter(|relationship| relationship.invoicing == Invoicing::Monthly)
            .map(|relationship| relationship.invoice_day),
        one_a_day: relationship.is_some_and(|agreed| agreed.invoicing == Invoicing::Daily),
        billing_day: relationship.map_or(1, |relationship| relationship.invoice_day),
        seller_zone: seller.zone.clone(),
        locale: buyer.locale,
        seller: party_of(seller),
        buyer: party_of(buyer),
        collector: None,
        buyer_keeps_books: buyer.kind != AccountKind::Customer,
    }
}

/// The taxes between a seller and a buyer: by an engine or by place where the seller has them decided so, otherwise as agreed.
fn taxation(
    taxers: &Taxers,
    seller: &Account,
    buyer: &Account,
    relationship: Option<&Relationship>,
    now: Timestamp,
) -> Taxation {
    let today = now.date_in(&seller.zone);
    let rule = match taxers.of(seller, buyer) {
        Some(taxer) => match taxers.engine(seller.id) {
            Some(terms) => TaxRule::Engine(Arc::new(Asking {
                sides: Sides::of(seller, buyer, &taxer),
                terms,
                today,
            })),
            None => TaxRule::ByPlace { taxer, today },
        },
        None => TaxRule::Agreed(vec![tax_rate(seller, relationship)]),
    };
    Taxation {
        rule,
        policy: taxers.profile(seller.id).policy,
    }
}

/// The tax that a seller adds for a buyer: as agreed, or its own; called as the seller calls it.
fn tax_rate(seller: &Account, relationship: Option<&Relationship>) -> TaxRate {
    let name = seller.tax.name.as_str();
    let treatment = relationship.map_or(TaxTreatment::Standard, |agreed| agreed.tax_treatment);
    let kind = match treatment {
        TaxTreatment::Standard => {
            let own = || seller.tax.rate.parse().unwrap_or_default();
            return TaxRate::standard(
                name,
                relationship.map_or_else(own, |agreed| agreed.tax_rate),
            );
        }
        TaxTreatment::ReverseCharge => TaxKind::ReverseCharge,
        TaxTreatment::Exempt => TaxKind::Exempt,
    };
    TaxRate::without_tax(name, kind, kind.as_str())
}

/// One side of a document as it is now.
pub fn party_of(account: &Account) -> Party {
    Party {
        account_id: account.id,
        name: account.name.clone(),
        address: serde_json::to_value(&account.address).unwrap_or_default(),
        tax: serde_json::to_value(&account.tax).unwrap_or_default(),
        bank: serde_json::to_value(&account.bank).unwrap_or_default(),
        email: Some(account.email.clone()),
        country: account.country.clone(),
    }
}

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
}

impl Known {
    /// Learns what concerns some subscriptions.
    pub(crate) async fn learn(&mut self, w: &mut Work, billables: &[Billable]) -> Result<()> {
        self.learn_terms(w, terms_of(billables)).await?;
        self.learn_pauses(w, billables).await?;
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

//! The terms that a subscription should have had from a day in the past on: at other prices, or under another plan.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};
use tradewind_accounts::types::Adjacent;
use tradewind_catalogue::{
    rules::{self as terms_rules, Named},
    service as catalogue,
    types::LegTerms,
};
use tradewind_kernel::{
    Date, Decimal, Error, Result, calendar,
    id::{AccountId, ItemId, PlanId, RevisionId, SubscriptionId, TermsId},
};
use tradewind_orders::types::TermsSince;
use tradewind_platform::Work;
use tradewind_pricing::{PriceModel, cycles::ServicePeriod};
use utoipa::ToSchema;

use super::{
    adopt::Past,
    charging::not_billed,
    facts::AgreedTerms,
    repair::{begins_on, periods_since},
    sale::Sale,
};
use crate::rules::agreed::{
    TermsOfLegs, counted_alone, keeps_rises, recomputable, turn_of, without_rises,
};

/// Prices of the books that should have held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BookPrices {
    /// Those that every book of the chain has today.
    Current,
    /// Those of one revision, on the leg of its book; those below it follow where their prices rest on it.
    Revision(RevisionId),
}

/// A price that one sale should have had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NegotiatedPrice {
    /// The seller of the leg.
    pub seller_id: AccountId,
    /// The item.
    pub item: ItemId,
    /// The price, in the currency of the leg.
    pub model: PriceModel,
}

/// What should have been agreed.
#[derive(Debug, Clone)]
pub struct AgreedOtherwise {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// The first day.
    pub from: Date,
    /// Today, where it is billed.
    pub today: Date,
    /// Another plan.
    pub plan: Option<PlanId>,
    /// Prices of the books.
    pub books: Option<BookPrices>,
    /// Prices of its own.
    pub negotiated: Vec<NegotiatedPrice>,
}

impl AgreedOtherwise {
    /// What of it brings other terms about.
    const fn field(&self) -> &'static str {
        match (self.plan, self.books) {
            (Some(_), _) => "plan_id",
            (None, Some(_)) => "prices",
            (None, None) => "item_prices",
        }
    }
}

/// Terms as they should have been.
#[derive(Debug, Clone, Default)]
pub struct AgreedSince {
    /// What of the terms of each leg changes from the day on, the vendor's leg first.
    pub terms: Vec<Vec<TermsSince>>,
    /// Those of them that may not be kept yet.
    pub known: AgreedTerms,
}

impl AgreedSince {
    /// Keeps the terms.
    ///
    /// # Errors
    /// Database errors.
    pub async fn keep(&self, w: &mut Work) -> Result<()> {
        for terms in self.known.values() {
            catalogue::terms_store(w, terms).await?;
        }
        Ok(())
    }
}

/// Works out the terms that a subscription should have had; nothing where they are those that are recorded. Says nothing about who
/// may ask.
///
/// # Errors
/// `not_billed` when no period runs; names `from`, `plan_id`, `prices` or `item_prices.N` when something can't be set right, with the
/// reason.
pub async fn agreed_since_in(w: &mut Work, asked: &AgreedOtherwise) -> Result<Option<AgreedSince>> {
    let mut sale = Sale::load(w, asked.subscription_id, &[]).await?;
    let schedule = sale.schedule.ok_or_else(|| not_billed(&sale.billable))?;
    sale.known
        .learn_all_pauses(w, asked.subscription_id)
        .await?;
    (sale.known.grants)
        .load(w, &[asked.subscription_id], false)
        .await?;
    let billable = sale.billable.clone();
    let past = Past::load(w, &mut sale.known, std::slice::from_ref(&billable)).await?;
    let (begins, _) = begins_on(w, &sale).await?;
    let periods = periods_since(&sale, begins, asked.from)?;
    let recorded = recorded_since(&sale, &past, asked.from);
    let chain = tradewind_accounts::service::chain(w, billable.subscription.customer_id).await?;
    let case = Case {
        sale: &sale,
        asked,
        chain: &chain,
        recorded: &recorded,
        suspended: sale.known.was_suspended(asked.subscription_id, asked.from),
        kept_until: schedule.running.part.end,
    };
    let mut proper = match asked.plan {
        Some(plan) => case.under_plan(w, plan, &periods).await?,
        None => recorded.clone(),
    };
    if let Some(books) = asked.books {
        proper = case.at_books(w, proper, books).await?;
    }
    for (at, price) in asked.negotiated.iter().enumerate() {
        proper = case.at_own_price(at, proper, price)?;
    }
    if proper == recorded {
        return Ok(None);
    }
    counted_alone(asked.field(), recorded.iter().chain(&proper))?;
    written(&sale, &past, &recorded, &proper).map(Some)
}

/// The terms that are recorded from a day on.
fn recorded_since(sale: &Sale, past: &Past, from: Date) -> Vec<TermsOfLegs> {
    let mut days: BTreeSet<Date> = past.days(&sale.billable, from, Date::MAX);
    days.insert(from);
    let on = |day: Date| -> Vec<Arc<LegTerms>> {
        let ids = past.terms_on(&sale.billable, day);
        let known = ids.iter().filter_map(|id| sale.known.terms.get(id));
        known.cloned().collect()
    };
    days.into_iter()
        .map(|day| TermsOfLegs {
            from_on: day,
            legs: on(day),
        })
        .collect()
}

/// Terms as a record: by leg, each from its day on.
fn written(
    sale: &Sale,
    past: &Past,
    recorded: &[TermsOfLegs],
    proper: &[TermsOfLegs],
) -> Result<AgreedSince> {
    let mut found = AgreedSince::default();
    for (at, leg) in sale.billable.legs.iter().enumerate() {
        let from = proper.first().map_or(Date::MAX, |first| first.from_on);
        let of_leg = |all: &[TermsOfLegs]| -> Vec<_> {
            all.iter()
                .map(|terms| (terms.from_on, terms.legs.get(at).cloned()))
                .collect()
        };
        if of_leg(recorded) == of_leg(proper) {
            found.terms.push(past.changes(leg, from));
            continue;
        }
        let mut last: Option<TermsId> = None;
        let mut since = Vec::new();
        for terms in proper {
            let Some(body) = terms.legs.get(at) else {
                return Err(Error::internal("a leg without terms"));
            };
            let id = catalogue::terms_id(body)?;
            if last != Some(id) {
                since.push(TermsSince {
                    from_on: terms.from_on,
                    terms_id: id,
                });
                found.known.insert(id, Arc::clone(body));
                last = Some(id);
            }
        }
        found.terms.push(since);
    }
    Ok(found)
}

/// One sale whose terms are worked out.
struct Case<'a> {
    sale: &'a Sale,
    asked: &'a AgreedOtherwise,
    chain: &'a [Adjacent],
    recorded: &'a [TermsOfLegs],
    suspended: bool,
    /// The day from which price books count again.
    kept_until: Date,
}

impl Case<'_> {
    /// All that is recorded at prices of the books.
    async fn at_books(
        &self,
        w: &mut Work,
        terms: Vec<TermsOfLegs>,
        books: BookPrices,
    ) -> Result<Vec<TermsOfLegs>> {
        const FIELD: &str = "prices";
        let mut proper = Vec::with_capacity(terms.len());
        let mut moved = BTreeSet::new();
        for of in terms {
            let plan = of.legs.last().map(|terms| terms.plan);
            let plan = plan.ok_or_else(|| Error::internal("a sale without terms"))?;
            let (on, named) = match books {
                BookPrices::Current => (self.asked.today, None),
                BookPrices::Revision(id) => (of.from_on, Some(id)),
            };
            // Everything but the revision stays as it was agreed.
            let agreed = named.iter().flat_map(|_| &of.legs);
            let agreed: Vec<RevisionId> = agreed.map(|terms| terms.revision).collect();
            let pinned: Vec<RevisionId> = named.into_iter().chain(agreed.clone()).collect();
            let now = self.asked_by_books(w, plan, on, &pinned).await?;
            let without = match named {
                Some(_) => self.asked_by_books(w, plan, on, &agreed).await?,
                None => Vec::new(),
            };
            if let Some(id) = named
                && now.iter().all(|terms| terms.revision != id)
            {
                return Err(Error::invalid(
                    FIELD,
                    "unknown_revision",
                    "must be a revision of a price book by which this subscription is sold",
                ));
            }
            let agreed: Vec<&LegTerms> = of.legs.iter().map(AsRef::as_ref).collect();
            let by_name = named.map(|revision| Named {
                revision,
                without: &without,
            });
            let found = terms_rules::corrected(&agreed, &now, by_name, self.kept_until);
            let legs = found.ok_or_else(|| {
                Error::invalid(
                    FIELD,
                    "sold_otherwise",
                    "the books have no prices for all that this subscription is charged, from the same sellers in the same currencies",
                )
            })?;
            let mut at = Vec::with_capacity(legs.len());
            for (place, (old, new)) in of.legs.iter().zip(legs).enumerate() {
                at.push(match new {
                    Some(new) => {
                        recomputable(FIELD, old, &new, self.suspended)?;
                        if named.is_some_and(|revision| new.revision != revision) {
                            keeps_rises(FIELD, old, &new)?;
                        }
                        moved.insert(place);
                        Arc::new(new)
                    }
                    None => Arc::clone(old),
                });
            }
            proper.push(TermsOfLegs { legs: at, ..of });
        }
        for leg in moved {
            without_rises(FIELD, self.recorded, leg)?;
        }
        Ok(proper)
    }

    /// What the books of the chain ask for a plan on a day, with some revisions in place of those of the day.
    async fn asked_by_books(
        &self,
        w: &mut Work,
        plan: PlanId,
        on: Date,
        revisions: &[RevisionId],
    ) -> Result<Vec<LegTerms>> {
        let found = catalogue::leg_terms_with(w, self.chain, plan, on, revisions).await;
        found.map_err(|error| match error {
            Error::Refused { code, message } => Error::invalid("prices", code, message),
            other => other,
        })
    }

    /// All that is recorded with a price of its own for an item on one leg.
    fn at_own_price(
        &self,
        number: usize,
        terms: Vec<TermsOfLegs>,
        price: &NegotiatedPrice,
    ) -> Result<Vec<TermsOfLegs>> {
        let field = format!("item_prices.{number}");
        let of_seller = |terms: &Arc<LegTerms>| terms.seller == price.seller_id;
        let leg = terms
            .first()
            .and_then(|first| first.legs.iter().position(of_seller));
        let leg = leg.ok_or_else(|| {
            let text = "must be a seller of this subscription";
            Error::invalid(format!("{field}.seller_id"), "unknown_value", text)
        })?;
        let mut found = false;
        let mut proper = Vec::with_capacity(terms.len());
        for mut of in terms {
            if let Some(old) = of.legs.get_mut(leg)
                && let Some(item) = old.item(price.item)
            {
                found = true;
                let new = terms_rules::negotiated(old, item, &price.model);
                let new = new.map_err(|error| match error {
                    Error::Refused { code, message } => Error::invalid(&field, code, message),
                    other => other,
                })?;
                if let Some(new) = new {
                    recomputable(&field, old, &new, self.suspended)?;
                    *old = Arc::new(new);
                }
            }
            proper.push(of);
        }
        if !found {
            let text = "must be an item that is charged on that leg from that day on";
            return Err(Error::invalid(
                format!("{field}.item"),
                "unknown_item",
                text,
            ));
        }
        without_rises(&field, self.recorded, leg)?;
        Ok(proper)
    }

    /// Another plan, as if it had been switched to on the day: at the prices of that day, and what the beginning of each period since
    /// was to them.
    async fn under_plan(
        &self,
        w: &mut Work,
        plan: PlanId,
        periods: &[ServicePeriod],
    ) -> Result<Vec<TermsOfLegs>> {
        const FIELD: &str = "plan_id";
        let (billable, from) = (&self.sale.billable, self.asked.from);
        let schedule = (self.sale.schedule).ok_or_else(|| not_billed(billable))?;
        if billable.subscription.scheduled.is_some() {
            let text = "a change waits for the end of the period; withdraw it first";
            return Err(Error::invalid(FIELD, "change_waits", text));
        }
        let plan_of = |of: &TermsOfLegs| of.legs.last().map(|terms| terms.plan);
        if self.recorded.iter().all(|of| plan_of(of) == Some(plan)) {
            return Ok(self.recorded.to_vec());
        }
        let on_that_day = self.recorded.first().and_then(plan_of);
        let mut later = self.recorded.iter();
        let mut later = later.by_ref().skip_while(|of| plan_of(of) == on_that_day);
        if let Some(switched) = later.find(|of| plan_of(of) != Some(plan)) {
            let text = format!(
                "the plan became another one on {}; that stays as it is",
                switched.from_on
            );
            return Err(Error::invalid(FIELD, "switched_since", text));
        }
        let now = catalogue::leg_terms(w, self.chain, plan, from).await;
        let now = now.map_err(|error| match error {
            Error::Refused { code, message } => Error::invalid(FIELD, code, message),
            other => other,
        })?;
        let recorded = self.recorded.first().map(|of| of.legs.as_slice());
        let recorded = recorded.unwrap_or_default();
        let alike = |(old, new): (&Arc<LegTerms>, &LegTerms)| {
            (old.seller, old.currency) == (new.seller, new.currency)
        };
        if recorded.len() != now.len() || !recorded.iter().zip(&now).all(alike) {
            let text = "was sold by others or in another currency on that day";
            return Err(Error::invalid(FIELD, "sold_otherwise", text));
        }
        if self.has_discounted_usage(&now) {
            let text = "discounts were taken off usage since that the plan does not have";
            return Err(Error::invalid(FIELD, "usage_discounted", text));
        }
        let is_first = self.is_first_day(from)?;
        let mut legs = Vec::with_capacity(now.len());
        for (old, new) in recorded.iter().zip(&now) {
            if is_first && new.is_introduced() {
                let text = "has introductory prices for who begins with it on that day";
                return Err(Error::invalid(FIELD, "introductory", text));
            }
            recomputable(FIELD, old, new, self.suspended)?;
            legs.push(Arc::new(terms_rules::switched(old, new, false)));
        }
        let mut held = billable.quantities.iter();
        let before = held.by_ref().filter(|since| since.plan_id == plan);
        let since = before.map(|since| since.from_on).fold(from, Date::min);
        let mut proper = vec![TermsOfLegs {
            from_on: from,
            legs: legs.clone(),
        }];
        for pair in periods.windows(2) {
            let [over, next] = pair else { continue };
            let ends = billable.subscription.term_ends_on;
            let turn = turn_of(schedule, ends, since, over, next)?;
            let on = next.part.start;
            let renewed = catalogue::renewed_terms(w, self.chain, &legs, on, turn).await?;
            if let Some(renewed) = renewed {
                legs = renewed.into_iter().map(Arc::new).collect();
                proper.push(TermsOfLegs {
                    from_on: on,
                    legs: legs.clone(),
                });
            }
        }
        Ok(proper)
    }

    /// Whether discounts were taken off usage of the time since of items that other terms do not have.
    fn has_discounted_usage(&self, terms: &[LegTerms]) -> bool {
        let month = self.asked.from.first_of_month();
        let last = terms.last();
        let has = |item: &ItemId| last.is_some_and(|terms| terms.item(*item).is_some());
        let grants = self.sale.known.grants.of(self.asked.subscription_id);
        let since = grants.iter().flat_map(|grant| grant.used.range(month..));
        let mut taken = since.flat_map(|(_, items)| items);
        taken.any(|(item, taken)| !taken.is_zero() && !has(item))
    }

    /// Whether nothing was held before a day.
    fn is_first_day(&self, day: Date) -> Result<bool> {
        let eve = calendar::add_days(day, -1)?;
        let nothing = |on: Decimal| on.is_zero();
        let mut held = self.sale.quantities.iter();
        Ok(held.all(|quantity| nothing(quantity.on(eve))))
    }
}

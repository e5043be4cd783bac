//! Price books move on: what that means for subscriptions that run.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use tradewind_catalogue::{rules::Turn, types::LegTerms};
use tradewind_kernel::{
    Currency, Date, Result,
    id::{AccountId, PriceBookId, SubscriptionId, TermsId},
};
use tradewind_orders::{
    billing::{self as orders, Billable},
    types::{Leg, TermsSince},
};
use tradewind_platform::Work;

use super::facts::Known;
use crate::types::LegFacts;

/// What renewed terms depend on: the day and what it is to prices, who sells from which book and in which currency, and what was
/// agreed.
type Question = (
    (Date, Turn),
    Vec<(AccountId, Option<PriceBookId>, Currency)>,
    Vec<TermsId>,
);

/// Renewed terms of every leg; nothing when the agreed ones stay.
type Answer = Option<Arc<[Arc<LegTerms>]>>;

/// The answers of one run: subscriptions of one offer share theirs.
#[derive(Debug, Default)]
pub(crate) struct Renewals {
    answers: HashMap<Question, Answer>,
    days: HashMap<(BTreeSet<PriceBookId>, Date), Vec<Date>>,
    kept: HashMap<(Question, usize), TermsId>,
}

impl Renewals {
    /// The terms of a subscription's legs from a day on, the vendor's first; nothing when none changes. `terms` are the
    /// agreed ones.
    pub(crate) async fn terms(
        &mut self,
        w: &mut Work,
        known: &Known,
        billable: &Billable,
        terms: &[TermsId],
        on: (Date, Turn),
    ) -> Result<Answer> {
        let question = question(known, billable, terms, on)?;
        if let Some(answer) = self.answers.get(&question) {
            return Ok(answer.clone());
        }
        let answer = ask(w, known, billable, terms, on).await?;
        self.answers.insert(question, answer.clone());
        Ok(answer)
    }

    /// As [`Self::terms`], kept; the ids of the terms of every leg.
    pub(crate) async fn kept(
        &mut self,
        w: &mut Work,
        known: &mut Known,
        billable: &Billable,
        terms: &[TermsId],
        on: (Date, Turn),
    ) -> Result<Option<Vec<TermsId>>> {
        let Some(renewed) = self.terms(w, known, billable, terms, on).await? else {
            return Ok(None);
        };
        let question = question(known, billable, terms, on)?;
        let mut ids = Vec::with_capacity(renewed.len());
        for (i, leg) in renewed.iter().enumerate() {
            let place = (question.clone(), i);
            let id = match self.kept.get(&place) {
                Some(id) => *id,
                None => {
                    let id = tradewind_catalogue::service::terms_store(w, leg).await?;
                    self.kept.insert(place, id);
                    id
                }
            };
            ids.push(id);
        }
        known.learn_terms(w, ids.iter().copied().collect()).await?;
        Ok(Some(ids))
    }

    /// The days after the first of a month on which a book of some terms moves on, up to the month's end.
    pub(crate) async fn days(
        &mut self,
        w: &mut Work,
        known: &Known,
        terms: &[TermsId],
        first: Date,
        end: Date,
    ) -> Result<Vec<Date>> {
        let books: BTreeSet<PriceBookId> = terms
            .iter()
            .filter_map(|id| known.terms.get(id))
            .map(|terms| terms.book)
            .collect();
        let question = (books, first);
        if let Some(days) = self.days.get(&question) {
            return Ok(days.clone());
        }
        let days: Vec<Date> =
            tradewind_catalogue::service::revision_days(w, &question.0, first, end)
                .await?
                .into_iter()
                .collect();
        self.days.insert(question, days.clone());
        Ok(days)
    }
}

fn question(
    known: &Known,
    billable: &Billable,
    terms: &[TermsId],
    on: (Date, Turn),
) -> Result<Question> {
    let sellers = billable
        .legs
        .iter()
        .map(|leg| {
            let trade = known.trades.get(leg.seller_id, leg.buyer_id)?;
            Ok((leg.seller_id, trade.price_book, leg.currency))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok((on, sellers, terms.to_vec()))
}

async fn ask(
    w: &mut Work,
    known: &Known,
    billable: &Billable,
    terms: &[TermsId],
    (on, turn): (Date, Turn),
) -> Result<Answer> {
    let agreed: Vec<Arc<LegTerms>> = terms
        .iter()
        .filter_map(|id| known.terms.get(id).cloned())
        .collect();
    let chain = if turn.asks() {
        tradewind_accounts::service::chain(w, billable.subscription.customer_id).await?
    } else {
        Vec::new()
    };
    let renewed = tradewind_catalogue::service::renewed_terms(w, &chain, &agreed, on, turn).await?;
    Ok(renewed.map(|legs| legs.into_iter().map(Arc::new).collect()))
}

/// A subscription as it is under other terms, one for each leg.
pub(crate) fn under(billable: &Billable, terms: &[TermsId]) -> Billable {
    let mut other = billable.clone();
    for (leg, terms) in other.legs.iter_mut().zip(terms) {
        leg.terms_id = *terms;
    }
    other
}

/// Legs under other terms, one for each.
pub(crate) fn legs_under(legs: &[LegFacts], terms: &[Arc<LegTerms>]) -> Vec<LegFacts> {
    legs.iter()
        .zip(terms)
        .map(|(leg, terms)| LegFacts {
            terms: Arc::clone(terms),
            ..leg.clone()
        })
        .collect()
}

/// The ids of the terms of a subscription's legs.
pub(crate) fn terms_of(billable: &Billable) -> Vec<TermsId> {
    billable.legs.iter().map(|leg| leg.terms_id).collect()
}

/// The terms that legs had in the past.
#[derive(Debug, Default)]
pub(crate) struct Past(HashMap<(SubscriptionId, i64), Vec<(Date, TermsId)>>);

impl Past {
    /// Loads those of some subscriptions, and has them known.
    pub(crate) async fn load(
        w: &mut Work,
        known: &mut Known,
        billables: &[Billable],
    ) -> Result<Self> {
        let ids: Vec<SubscriptionId> = billables
            .iter()
            .map(|billable| billable.subscription.id)
            .collect();
        let realm = w.ctx.realm;
        let mut past: HashMap<_, Vec<_>> = HashMap::new();
        let mut terms = BTreeSet::new();
        for (id, position, from_on, terms_id) in orders::past_terms(&mut w.tx, realm, &ids).await? {
            past.entry((id, position))
                .or_default()
                .push((from_on, terms_id));
            terms.insert(terms_id);
        }
        known.learn_terms(w, terms).await?;
        Ok(Self(past))
    }

    /// The terms of every leg on a day; before the first ones, the first.
    pub(crate) fn terms_on(&self, billable: &Billable, day: Date) -> Vec<TermsId> {
        billable
            .legs
            .iter()
            .map(|leg| {
                if leg.terms_from <= day {
                    return leg.terms_id;
                }
                let past = self.of(billable.subscription.id, leg.position);
                past.iter()
                    .rev()
                    .find(|(from_on, _)| *from_on <= day)
                    .or_else(|| past.first())
                    .map_or(leg.terms_id, |(_, terms)| *terms)
            })
            .collect()
    }

    /// What of the terms of a leg changed on a day or later.
    pub(crate) fn changes(&self, leg: &Leg, since: Date) -> Vec<TermsSince> {
        let past = self.of(leg.subscription_id, leg.position).iter().copied();
        past.chain([(leg.terms_from, leg.terms_id)])
            .filter(|(from_on, _)| *from_on >= since)
            .map(|(from_on, terms_id)| TermsSince { from_on, terms_id })
            .collect()
    }

    /// The days after one and before another on which terms of some leg changed.
    pub(crate) fn days(&self, billable: &Billable, after: Date, before: Date) -> BTreeSet<Date> {
        billable
            .legs
            .iter()
            .filter(|leg| !self.of(leg.subscription_id, leg.position).is_empty())
            .flat_map(|leg| {
                self.of(leg.subscription_id, leg.position)
                    .iter()
                    .map(|(from_on, _)| *from_on)
                    .chain([leg.terms_from])
            })
            .filter(|day| after < *day && *day < before)
            .collect()
    }

    fn of(&self, id: SubscriptionId, position: i64) -> &[(Date, TermsId)] {
        self.0.get(&(id, position)).map_or(&[], Vec::as_slice)
    }
}

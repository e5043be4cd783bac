//! One sale with all its legs, as orders change it.

use std::{collections::BTreeMap, sync::Arc};

use tradewind_catalogue::{rules::Turn, types::LegTerms};
use tradewind_kernel::{
    Date, Decimal, Error, Result, Timestamp,
    calendar::Period,
    id::{ChargeId, InvoiceId, ItemId, LegId, OrderId, SubscriptionId, TermsId},
};
use tradewind_orders::billing::{self as orders, Billable};
use tradewind_platform::Work;
use tradewind_pricing::{cycles::ServicePeriod, proration::Direction};

use super::{
    adopt::{terms_of, under},
    batch::Batch,
    charging::{FirstPeriod, OrderCharged},
    collect::after_credit_notes,
    commitments,
    facts::{self, AgreedTerms, Known},
    month, realm,
};
use crate::{
    rules::{
        change::Change,
        document,
        fee::Early,
        line::LineCharge,
        preview::Schedule,
        renewal::{self, Clocks, years},
    },
    store::{charges, documents, idle, tax_waits as waits},
    types::{Grant, ItemQuantity, LegFacts, Moments, NewCharge, Settlement},
};

/// What became of the charges on the customer's leg.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Recorded {
    /// The customer's document, if there is one.
    pub(super) invoice_id: Option<InvoiceId>,
    /// Whether there will be one once a tax engine has answered.
    pub(super) awaits_tax: bool,
}

impl Recorded {
    /// The same as what became of an order.
    pub(super) fn charged(self, clocks: Option<FirstPeriod>) -> OrderCharged {
        OrderCharged {
            invoice_id: self.invoice_id,
            awaits_tax: self.awaits_tax,
            clocks,
        }
    }
}

/// A sale with its legs before and after a change.
pub(super) struct Sale {
    pub(super) billable: Billable,
    pub(super) known: Known,
    pub(super) before: Vec<LegFacts>,
    pub(super) after: Vec<LegFacts>,
    pub(super) quantities: Vec<ItemQuantity>,
    pub(super) schedule: Option<Schedule>,
}

impl Sale {
    pub(super) async fn load(w: &mut Work, id: SubscriptionId, terms: &[TermsId]) -> Result<Self> {
        let billable = orders::billable_in(w, id).await?;
        let mut known = Known::default();
        known.learn(w, std::slice::from_ref(&billable)).await?;
        known
            .learn_terms(w, terms.iter().copied().collect())
            .await?;
        if known.by_clock() {
            known.learn_all_moments(w, &[&billable]).await?;
        }
        let before = known.legs(&billable)?;
        let after = if terms.is_empty() {
            before.clone()
        } else {
            if terms.len() != billable.legs.len() {
                return Err(Error::conflict(
                    "chain_changed",
                    "the sellers of this subscription have changed; renew it instead",
                ));
            }
            let mut switched = billable.clone();
            for (leg, terms) in switched.legs.iter_mut().zip(terms) {
                leg.terms_id = *terms;
            }
            known.legs(&switched)?
        };
        let subscription = &billable.subscription;
        let clocks = known.clocks(&before)?;
        let schedule = match (subscription.period_start, subscription.period_end) {
            (Some(start), Some(end)) => {
                let anchor = subscription.anchor_on.unwrap_or(start);
                let part = Period::new(start, end)?;
                Some(Schedule {
                    anchor,
                    clocks,
                    running: ServicePeriod::around(anchor, clocks.cadence, clocks.stub, part)?,
                })
            }
            _ => None,
        };
        let quantities = facts::quantities(&billable.quantities);
        Ok(Self {
            billable,
            known,
            before,
            after,
            quantities,
            schedule,
        })
    }

    /// Notes that the sale costs something in months without usage from a day on, where that is so on some leg, and
    /// begins its commitments; terms are those of the legs, as they are stored where none are given.
    pub(super) async fn idle_from(
        &self,
        w: &mut Work,
        legs: &[LegFacts],
        terms: &[TermsId],
        on: Date,
    ) -> Result<()> {
        let agreed = terms_of(&self.billable);
        let terms = if terms.is_empty() {
            agreed.as_slice()
        } else {
            terms
        };
        commitments::begin(w, legs, terms, on).await?;
        if legs.iter().any(month::keeps_counting) {
            let realm = realm(w);
            let id = self.billable.subscription.id;
            idle::begin(&mut w.tx, realm, &[(id, on)]).await?;
        }
        Ok(())
    }

    /// Has its legs go on under other terms, that may not be kept yet.
    pub(super) async fn assume(
        &mut self,
        w: &mut Work,
        after: &[TermsId],
        agreed: &AgreedTerms,
    ) -> Result<()> {
        self.known.assume_terms(w, agreed).await?;
        let after_ids = after.iter().copied().collect();
        self.known.learn_terms(w, after_ids).await?;
        self.after = self.known.legs(&under(&self.billable, after))?;
        Ok(())
    }

    /// Has what happens on a day happen at a moment, where that is of that day and the terms look at the clock: a day has the
    /// moment of what happened first on it, and what begins with a period begins with its day. Answers the moment where it is
    /// not noted yet.
    pub(super) fn happens(&mut self, moment: Timestamp, on: Date) -> Option<Timestamp> {
        let known = self.before.first()?.moments.as_ref()?;
        let mut moments = Moments::clone(known);
        let mut legs = self.before.iter().zip(&self.after);
        let another = legs.any(|(before, after)| before.terms.cadence != after.terms.cadence);
        let noted = if another {
            // Periods of another length begin with the day, so what was before ends with the day before.
            moments.by_day.remove(&on);
            None
        } else if moments.by_day.contains_key(&on) || moment.date_in(&moments.zone) != on {
            return None;
        } else {
            let begins = self.schedule.map(|schedule| schedule.running.part.start);
            let at = match begins {
                Some(begins) if begins == on => moments.zone.start_of_day(on),
                _ => moment,
            };
            moments.by_day.insert(on, at);
            Some(at)
        };
        let moments = Arc::new(moments);
        for leg in self.before.iter_mut().chain(&mut self.after) {
            leg.moments = Some(Arc::clone(&moments));
        }
        noted
    }

    /// Has what happens on a day happen now, as [`Self::happens`], and notes it.
    pub(super) async fn happens_noted(&mut self, w: &mut Work, on: Date) -> Result<()> {
        let Some(at) = self.happens(w.ctx.now, on) else {
            return Ok(());
        };
        let id = self.billable.subscription.id;
        tradewind_orders::service::moment_note_in(w, id, on, at).await
    }

    /// Loads the discounts of the sale, as who charges it or only previews it.
    pub(super) async fn with_discounts(mut self, w: &mut Work, charges: bool) -> Result<Self> {
        let id = self.billable.subscription.id;
        self.known.grants.load(w, &[id], charges).await?;
        let grants = self.known.grants.of(id);
        self.discounted(&grants);
        Ok(self)
    }

    /// Has discounts hold for the sale beside those that do already.
    pub(super) fn discounted(&mut self, more: &[Grant]) {
        for legs in [&mut self.before, &mut self.after] {
            if let Some(customers) = legs.iter_mut().max_by_key(|leg| leg.position) {
                customers.grants.extend_from_slice(more);
            }
        }
    }

    /// The customer's leg before and after.
    pub(super) fn customers(&self) -> Result<(&LegFacts, &LegFacts)> {
        let last = |legs: &'_ [LegFacts]| {
            legs.iter()
                .enumerate()
                .max_by_key(|(_, leg)| leg.position)
                .map(|(i, _)| i)
        };
        last(&self.before)
            .and_then(|i| Some((self.before.get(i)?, self.after.get(i)?)))
            .ok_or_else(|| {
                Error::internal(format!("{} has no legs", self.billable.subscription.id))
            })
    }

    /// Whether the terms become others.
    pub(super) fn switches(&self) -> bool {
        let terms =
            |legs: &[LegFacts]| legs.iter().map(|leg| leg.terms.clone()).collect::<Vec<_>>();
        terms(&self.before) != terms(&self.after)
    }

    /// Whether the plan becomes another one.
    fn switches_plan(&self) -> bool {
        let mut legs = self.before.iter().zip(&self.after);
        legs.any(|(before, after)| before.terms.plan != after.terms.plan)
    }

    /// The clocks under the terms as they will be.
    pub(super) fn clocks_after(&self) -> Result<Clocks> {
        self.known.clocks(&self.after)
    }

    /// The first day that the plan was paid for that it has from now on; none where that becomes another one.
    pub(super) fn paid_since(&self) -> Option<Date> {
        facts::paid_since(&self.billable).filter(|_| !self.switches_plan())
    }

    /// The customer's leg from the period after a running one on, where its price is another. `since` is the first day that its plan
    /// was paid for.
    pub(super) async fn renewed(
        &self,
        w: &mut Work,
        after: &LegFacts,
        running: ServicePeriod,
        since: Option<Date>,
    ) -> Result<Option<LegFacts>> {
        let on = running.part.end;
        let term_over = self
            .billable
            .subscription
            .term_ends_on
            .is_some_and(|ends_on| ends_on <= on);
        let bound = after.terms.term.is_some();
        let turn = Turn {
            reprices: !bound || term_over,
            period_over: !running.is_stub(),
            rises: if bound {
                u32::from(term_over)
            } else {
                years(since, running.part.start, on)?
            },
        };
        if !turn.asks() && !after.terms.is_introduced() {
            return Ok(None);
        }
        let agreed: Vec<Arc<LegTerms>> = self
            .after
            .iter()
            .map(|leg| Arc::clone(&leg.terms))
            .collect();
        let chain =
            tradewind_accounts::service::chain(w, self.billable.subscription.customer_id).await?;
        let renewed =
            tradewind_catalogue::service::renewed_terms(w, &chain, &agreed, on, turn).await?;
        Ok(renewed
            .and_then(|mut legs| legs.pop())
            .map(|terms| LegFacts {
                terms: Arc::new(terms),
                ..after.clone()
            }))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "each is a different fact of the change"
    )]
    pub(super) fn change<'a>(
        &'a self,
        before: &'a LegFacts,
        after: Option<&'a LegFacts>,
        wanted: &'a BTreeMap<ItemId, Decimal>,
        at: Date,
        period: ServicePeriod,
        direction: Direction,
        order_id: Option<OrderId>,
    ) -> Result<Change<'a>> {
        // All legs of a sale have the days of the customer's.
        let begins = match after {
            Some(after) if after.terms.cadence != before.terms.cadence => {
                Some(renewal::begin(at, self.clocks_after()?)?)
            }
            _ => None,
        };
        Ok(Change {
            before,
            quantities: &self.quantities,
            after,
            wanted,
            at,
            period,
            begins,
            direction,
            order_id,
        })
    }

    /// Its end on a day, when that is before the end of its term.
    pub(super) fn early(&self, at: Date, order_id: Option<OrderId>) -> Option<Early<'_>> {
        let ends_on = self.billable.subscription.term_ends_on;
        Some(Early {
            quantities: &self.quantities,
            schedule: self.schedule?,
            at,
            term_ends_on: ends_on.filter(|ends_on| *ends_on > at)?,
            order_id,
        })
    }

    /// By leg and item, the charges that paid the running period.
    pub(super) async fn paid(
        &self,
        w: &mut Work,
        period: Period,
    ) -> Result<BTreeMap<(LegId, ItemId), ChargeId>> {
        let realm = realm(w);
        let found =
            charges::paid_in_advance(&mut w.tx, realm, self.billable.subscription.id, period.end)
                .await?;
        Ok(found
            .into_iter()
            .filter_map(|(leg, item, charge)| Some(((leg, item?), charge)))
            .collect())
    }

    /// Records the charges of an order; between accounts that settle at once they become a document now.
    pub(super) async fn settle(
        &self,
        w: &mut Work,
        order: OrderId,
        on: Date,
        charges: Vec<NewCharge>,
    ) -> Result<Recorded> {
        match self.settled(w, order).await? {
            Some(settled) => Ok(settled),
            None => self.record(w, on, charges).await,
        }
    }

    /// What became of an order that was charged before: an order is charged once.
    pub(super) async fn settled(&self, w: &mut Work, order: OrderId) -> Result<Option<Recorded>> {
        let realm = realm(w);
        let subscription = self.billable.subscription.id;
        let customer = self.billable.subscription.customer_id;
        if charges::count_of_order(&mut w.tx, realm, subscription, order).await? == 0 {
            return Ok(None);
        }
        let invoice_id =
            documents::of_order(&mut w.tx, realm, subscription, order, customer).await?;
        let awaits_tax = invoice_id.is_none()
            && waits::of_order(&mut w.tx, realm, subscription, order, customer).await?;
        Ok(Some(Recorded {
            invoice_id,
            awaits_tax,
        }))
    }

    /// Records charges; between accounts that settle at once they become a document now. Answers the customer's.
    pub(super) async fn record(
        &self,
        w: &mut Work,
        on: Date,
        charges: Vec<NewCharge>,
    ) -> Result<Recorded> {
        let customer = self.billable.subscription.customer_id;
        let mut batch = Batch::new(w);
        batch.references.learn(&self.billable.subscription);
        let mut at_once: BTreeMap<charges::Pair, Vec<NewCharge>> = BTreeMap::new();
        for charge in charges {
            let trade = self.known.trades.get(charge.seller_id, charge.buyer_id)?;
            if trade.settlement == Settlement::Document && trade.invoice_day.is_some() {
                batch.record_open(charge, document::collect_on(trade.invoice_day, on, false)?);
            } else {
                let pair = charges::Pair {
                    seller_id: charge.seller_id,
                    buyer_id: charge.buyer_id,
                    currency: charge.amount.currency,
                };
                at_once.entry(pair).or_default().push(charge);
            }
        }
        let mut recorded = Recorded::default();
        for (pair, charges) in at_once {
            let trade = self.known.trades.get(pair.seller_id, pair.buyer_id)?;
            let mut settling = batch.begin(pair, trade);
            for charge in charges {
                let line = LineCharge::from(&charge);
                let id = batch.record(charge);
                batch.add(&mut settling, id, &line)?;
            }
            let document = batch.conclude(w, settling).await?;
            if pair.buyer_id == customer {
                recorded = Recorded {
                    invoice_id: document,
                    awaits_tax: batch.awaits_tax(pair),
                };
            }
        }
        let issued = batch.write(w).await?;
        after_credit_notes(w, &issued).await?;
        Ok(recorded)
    }
}

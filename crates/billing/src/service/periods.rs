//! The hot path: subscriptions whose billing day has come, in batches, each in one transaction.
//!
//! A batch is loaded with a handful of statements, computed in memory and written with bulk inserts. The billing day of
//! a subscription moves on in the same transaction, so that a run may be killed anywhere and started again, or run
//! twice at once, without charging anything twice.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tradewind_catalogue::rules::Turn;
use tradewind_kernel::{
    Date, Error, Result,
    id::{AccountId, ChargeId, SubscriptionId, TermsId},
};
use tradewind_orders::{
    billing::{self as orders, Billable, PeriodAdvance},
    types::SubscriptionEvent,
};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_pricing::cycles::ServicePeriod;
use utoipa::ToSchema;

use super::{
    adopt::{Renewals, terms_of, under},
    authorize_run,
    batch::{Batch, months},
    commitments,
    facts::{self, Known},
    month, prices,
    references::References,
    trades::Trades,
};
use crate::{
    rules::{
        commitment,
        discount::continued,
        document,
        fee::{Early, fee},
        line::LineCharge,
        period::{Span, charges_for_period},
        preview::Schedule,
        renewal::{self, Clocks, Next, Step},
        run,
    },
    store::{
        charges::{self, Pair},
        drafts, idle,
    },
    types::{LegFacts, Made, NewCharge, Problem, RunTotal, Settlement},
};

/// Waiting charges that a batch takes along; what is more than that is left to the collecting run.
const WAITING_MAX: i64 = 5_000;

/// What one batch is asked to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BatchInput {
    /// Billing days up to and including this one.
    pub until: Date,
    /// Where the batch before ended.
    pub after: Option<(Date, SubscriptionId)>,
    /// How many subscriptions at most.
    pub limit: u32,
}

/// What one batch did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchReport {
    /// How many subscriptions were looked at.
    pub subscriptions: u64,
    /// How many of them moved on to their next period, or ended.
    pub moved: u64,
    /// How many charges were recorded, over all legs.
    pub charges: u64,
    /// How many documents were issued.
    pub documents: u64,
    /// What they come to.
    pub totals: Vec<RunTotal>,
    /// What could not be billed, and why; it stays due.
    pub problems: Vec<Problem>,
    /// Where the next batch begins; none when there is nothing left.
    pub next: Option<(Date, SubscriptionId)>,
}

impl BatchReport {
    /// What it adds to the run that it belongs to.
    pub(super) fn made(&self) -> Made {
        Made {
            subscriptions: self.moved,
            charges: self.charges,
            documents: self.documents,
            totals: self.totals.clone(),
        }
    }
}

/// Bills the next batch of subscriptions whose billing day has come: charges on every leg, documents where they are
/// issued at once, the queue where they are collected.
///
/// # Errors
/// `Forbidden`; database errors. What concerns a single subscription is reported instead.
pub async fn bill_batch(p: &Platform, ctx: &OpCtx, input: &BatchInput) -> Result<BatchReport> {
    p.command(ctx, "billing.batch", input, |w, input| {
        Box::pin(bill_batch_in(w, input))
    })
    .await
}

/// As [`bill_batch`], within another command.
///
/// # Errors
/// As [`bill_batch`].
pub async fn bill_batch_in(w: &mut Work, input: &BatchInput) -> Result<BatchReport> {
    authorize_run(w)?;
    let realm = w.ctx.realm;
    let due = orders::due(
        &mut w.tx,
        realm,
        input.until,
        input.after,
        i64::from(input.limit),
    )
    .await?;
    let mut report = BatchReport {
        subscriptions: due.len() as u64,
        ..BatchReport::default()
    };
    if due.len() as u64 == u64::from(input.limit) {
        report.next = due
            .last()
            .and_then(|last| Some((last.subscription.next_bill_on?, last.subscription.id)));
    }
    let mut run = Run::default();
    run.known.learn(w, &due).await?;
    let ids: Vec<SubscriptionId> = due
        .iter()
        .map(|billable| billable.subscription.id)
        .collect();
    run.known.grants.load(w, &ids, true).await?;
    for billable in due {
        let id = billable.subscription.id;
        run.references.learn(&billable.subscription);
        match run.bill(w, billable).await {
            Ok(()) => report.moved += 1,
            Err(
                error @ (Error::Internal(_) | Error::Unavailable { .. } | Error::Changed { .. }),
            ) => return Err(error),
            Err(error) => report.problems.push(Problem {
                subscription_id: id,
                message: error.to_string(),
            }),
        }
    }
    run.write(w, input.until, &mut report).await?;
    Ok(report)
}

/// One batch in the making.
#[derive(Default)]
struct Run {
    known: Known,
    /// What buyers call the sales that are billed.
    references: References,
    renewals: Renewals,
    charges: Vec<NewLegCharges>,
    advances: Vec<PeriodAdvance>,
    /// Subscriptions that cost something in months without usage, since when.
    idle: Vec<(SubscriptionId, Date)>,
    /// Sales whose commitments begin on a day, if they have not begun: their legs with their terms.
    committed: Vec<(Vec<LegFacts>, Vec<TermsId>, Date)>,
}

/// The new charges of one leg, and the day on which they arose.
struct NewLegCharges {
    arose_on: Date,
    pair: Pair,
    charges: Vec<NewCharge>,
}

impl Run {
    async fn bill(&mut self, w: &mut Work, mut billable: Billable) -> Result<()> {
        let (mut changed, mut applied) = (false, false);
        loop {
            let id = billable.subscription.id;
            let legs = self.known.legs(&billable)?;
            let clocks = self.known.clocks(&legs)?;
            match renewal::step(&billable.subscription, clocks)? {
                None => return Ok(()),
                Some(Step::Renew(mut next)) => {
                    // What the day is to prices has nothing to do with what is charged already.
                    let turn = next.turn(clocks, facts::paid_since(&billable))?;
                    if applied {
                        next.span.arrears = None;
                    }
                    self.idle_from(&billable, &legs, next);
                    // Another plan that waited for this day was shown with its price, and begins at that price.
                    let charges = if changed {
                        charges_of(&billable, &legs, next.span)?
                    } else {
                        self.renew(w, &billable, &legs, (next, turn)).await?
                    };
                    self.advance(&billable, charges, next)?;
                    return Ok(());
                }
                Some(Step::Begin(next)) => {
                    self.idle_from(&billable, &legs, next);
                    let charges = charges_of(&billable, &legs, next.span)?;
                    orders::transition(w, id, SubscriptionEvent::Activate).await?;
                    self.advance(&billable, charges, next)?;
                    return Ok(());
                }
                Some(Step::End { span, event, early }) => {
                    let mut charges = charges_of(&billable, &legs, span)?;
                    if let (Some(term_ends_on), Some(running)) = (early, span.arrears) {
                        fees(
                            &billable,
                            &legs,
                            clocks,
                            running,
                            term_ends_on,
                            &mut charges,
                        )?;
                    }
                    orders::transition(w, id, event).await?;
                    if let Some(on) = billable.subscription.next_bill_on {
                        let realm = w.ctx.realm;
                        idle::end(&mut w.tx, realm, id, on).await?;
                        commitments::end(w, id, on).await?;
                    }
                    self.keep(charges)?;
                    return Ok(());
                }
                Some(Step::ApplyChange { over }) => {
                    let charges = charges_of(&billable, &legs, over)?;
                    self.keep(charges)?;
                    applied = true;
                    let agreed = terms_of(&billable);
                    billable = orders::apply_scheduled(w, id).await?;
                    changed |= terms_of(&billable) != agreed;
                    self.known.learn(w, std::slice::from_ref(&billable)).await?;
                }
            }
        }
    }

    /// Notes what costs something in months without usage, and what is committed, from a period on.
    fn idle_from(&mut self, billable: &Billable, legs: &[LegFacts], next: Next) {
        if legs.iter().any(|leg| commitment::of(leg).is_some()) {
            let since = next.period.part.start;
            self.committed
                .push((legs.to_vec(), terms_of(billable), since));
        }
        if legs.iter().any(month::keeps_counting) {
            let since = next.period.part.start;
            self.idle.push((billable.subscription.id, since));
        }
    }

    /// The charges of a renewal: the period that is over at the prices that it had, the one that begins at those that
    /// hold for it. A price is kept for a term; without one, for a period. Introductory prices have their own periods.
    async fn renew(
        &mut self,
        w: &mut Work,
        billable: &Billable,
        legs: &[LegFacts],
        (next, turn): (Next, Turn),
    ) -> Result<Vec<NewLegCharges>> {
        let on = next.period.part.start;
        if turn == Turn::default() {
            return charges_of(billable, legs, next.span);
        }
        let agreed = terms_of(billable);
        let Some(terms) = self
            .renewals
            .kept(w, &mut self.known, billable, &agreed, (on, turn))
            .await?
        else {
            return charges_of(billable, legs, next.span);
        };
        let renewed = self.known.legs(&under(billable, &terms))?;
        prices::renew(w, billable, legs, &renewed, &terms, on).await?;
        // One after the other: what the first takes of a budget is gone for the second.
        let over = Span {
            advance: None,
            ..next.span
        };
        let begins = Span {
            arrears: None,
            ..next.span
        };
        let mut charges = charges_of(billable, legs, over)?;
        let renewed = renewed
            .iter()
            .zip(&charges)
            .map(|(leg, over)| continued(leg, &over.charges))
            .collect::<Result<Vec<_>>>()?;
        charges.extend(charges_of(billable, &renewed, begins)?);
        Ok(charges)
    }

    /// Keeps new charges to be written; what they took of budgets is gone for those that follow.
    fn keep(&mut self, charges: Vec<NewLegCharges>) -> Result<()> {
        let new = charges.iter().flat_map(|leg| &leg.charges);
        self.known.grants.note(new)?;
        self.charges.extend(charges);
        Ok(())
    }

    fn advance(
        &mut self,
        billable: &Billable,
        charges: Vec<NewLegCharges>,
        next: Next,
    ) -> Result<()> {
        self.keep(charges)?;
        self.advances.push(PeriodAdvance {
            id: billable.subscription.id,
            was_due_on: billable.subscription.next_bill_on,
            anchor_on: next.anchor_on,
            period: next.period.part,
            term_ends_on: next.term_ends_on,
        });
        Ok(())
    }

    async fn write(self, w: &mut Work, until: Date, report: &mut BatchReport) -> Result<()> {
        let mut batch = Batch::new(w);
        batch.references = self.references;
        let sellers = self.charges.iter().map(|new| new.pair.seller_id).collect();
        let reviews = drafts::reviews(&mut w.tx, w.ctx.realm, &sellers).await?;
        let mut at_once: BTreeMap<Pair, BTreeMap<Option<SubscriptionId>, Vec<NewCharge>>> =
            BTreeMap::new();
        for new in self.charges {
            report.charges += new.charges.len() as u64;
            let trade = self
                .known
                .trades
                .get(new.pair.seller_id, new.pair.buyer_id)?;
            for charge in new.charges {
                let drafted = trade.settlement == Settlement::Document && reviews.drafts(new.pair);
                if drafted || trade.collects() {
                    batch.record_open(
                        charge,
                        document::collect_on(trade.invoice_day, new.arose_on, true)?,
                    );
                    continue;
                }
                // One document per subscription; everything owed to a vendor by one batch is one entry.
                let document =
                    (trade.settlement == Settlement::Document).then_some(charge.subscription_id);
                at_once
                    .entry(new.pair)
                    .or_default()
                    .entry(document)
                    .or_default()
                    .push(charge);
            }
        }
        let mut waiting = waiting(w, &mut batch, &self.known.trades, &at_once, until).await?;
        for (pair, documents) in at_once {
            let trade = self.known.trades.get(pair.seller_id, pair.buyer_id)?;
            for charges in documents.into_values() {
                let mut settling = batch.begin(pair, trade);
                for (id, line) in waiting.remove(&pair).unwrap_or_default() {
                    batch.add_open(&mut settling, id, &line)?;
                }
                for charge in charges {
                    let line = LineCharge::from(&charge);
                    let id = batch.record(charge);
                    batch.add(&mut settling, id, &line)?;
                }
                batch.conclude(w, settling).await?;
            }
        }
        if !self.idle.is_empty() {
            let realm = w.ctx.realm;
            idle::begin(&mut w.tx, realm, &self.idle).await?;
        }
        for (legs, terms, since) in &self.committed {
            commitments::begin(w, legs, terms, *since).await?;
        }
        let issued = batch.write(w).await?;
        report.documents = issued.len() as u64;
        report.totals = run::totals(&issued)?;
        let moved = orders::advance(&mut w.tx, w.ctx.realm, &self.advances).await?;
        if moved != self.advances.len() as u64 {
            return Err(Error::conflict(
                "billing_run",
                "a subscription was changed while it was billed; bill again",
            ));
        }
        Ok(())
    }
}

/// All legs or none: a sale is charged for the same time everywhere.
fn charges_of(billable: &Billable, legs: &[LegFacts], span: Span) -> Result<Vec<NewLegCharges>> {
    let quantities = facts::quantities(&billable.quantities);
    let arose_on = billable.subscription.next_bill_on.unwrap_or_default();
    legs.iter()
        .map(|leg| {
            Ok(NewLegCharges {
                arose_on,
                pair: facts::pair(leg),
                charges: charges_for_period(leg, &quantities, span, None)?,
            })
        })
        .collect()
}

/// Adds what ending before the end of the term costs on each leg.
fn fees(
    billable: &Billable,
    legs: &[LegFacts],
    clocks: Clocks,
    running: ServicePeriod,
    term_ends_on: Date,
    charges: &mut [NewLegCharges],
) -> Result<()> {
    let quantities = facts::quantities(&billable.quantities);
    let early = Early {
        quantities: &quantities,
        schedule: Schedule {
            anchor: billable
                .subscription
                .anchor_on
                .unwrap_or(running.part.start),
            clocks,
            running,
        },
        at: running.part.end,
        term_ends_on,
        order_id: None,
    };
    for (leg, made) in legs.iter().zip(charges) {
        made.charges.extend(fee(leg, early)?);
    }
    Ok(())
}

/// What waits on the queue between those who get a document now anyway, such as usage: it goes onto the first one.
async fn waiting(
    w: &mut Work,
    batch: &mut Batch,
    trades: &Trades,
    at_once: &BTreeMap<Pair, BTreeMap<Option<SubscriptionId>, Vec<NewCharge>>>,
    until: Date,
) -> Result<BTreeMap<Pair, Vec<(ChargeId, LineCharge)>>> {
    let mut buyers = BTreeSet::new();
    for pair in at_once.keys() {
        if trades.get(pair.seller_id, pair.buyer_id)?.settlement == Settlement::Document {
            buyers.insert(pair.buyer_id);
        }
    }
    let buyers: Vec<AccountId> = buyers.into_iter().collect();
    let found =
        charges::open_of_buyers(&mut w.tx, w.ctx.realm, &buyers, until, WAITING_MAX).await?;
    let mut waiting: BTreeMap<Pair, Vec<(ChargeId, LineCharge)>> = BTreeMap::new();
    for (pair, id, line) in found {
        if at_once.contains_key(&pair) {
            waiting.entry(pair).or_default().push((id, line));
        }
    }
    let wanted = waiting
        .iter()
        .map(|(pair, charges)| (*pair, months(charges)))
        .collect();
    batch.load_positions(w, wanted).await?;
    for charges in waiting.values() {
        batch.references.load(w, charges).await?;
    }
    Ok(waiting)
}

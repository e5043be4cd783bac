//! Commitments: spans begin and end with their sale, and are settled when they are over by what was charged in them. What is
//! charged for a span later, such as late usage, has it settled again, and the difference booked.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use tradewind_catalogue::types::CommitmentCounts;
use tradewind_kernel::{
    Date, Decimal, Error, Money, Result, decimal,
    id::{AccountId, LegId, SubscriptionId, TermsId},
};
use tradewind_orders::billing::{self as orders, Billable};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{authorize_run, batch::Batch, facts::Known, month, realm, traded};
use crate::{
    rules::{
        commitment::{self as rules, CommittedSpan, Counted},
        document,
    },
    store::{
        check::CheckedCharge,
        commitments::{self as store, NewSpan, StoredSpan},
    },
    types::{ChargeKind, Finding, LegFacts, Made, NewCharge, Problem},
};

/// What one batch of commitments is asked to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct CommitmentInput {
    /// Spans that are over by this day are settled.
    pub(super) until: Date,
    /// Where the batch before ended.
    pub(super) after: Option<SubscriptionId>,
    /// How many subscriptions at most.
    pub(super) limit: u32,
}

/// What one batch of commitments did.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct CommitmentReport {
    /// How many charges were recorded.
    pub(super) charges: u64,
    /// What could not be settled, and why.
    pub(super) problems: Vec<Problem>,
    /// Where the next batch begins; none when there is nothing left.
    pub(super) next: Option<SubscriptionId>,
    /// Whether spans have begun that may be over as well.
    pub(super) begun: bool,
}

impl CommitmentReport {
    /// What it adds to the run that it belongs to.
    pub(super) fn made(&self) -> Made {
        Made {
            charges: self.charges,
            ..Made::default()
        }
    }
}

/// Begins spans of the commitments of legs on a day, each under its terms, where none holds.
pub(super) async fn begin(
    w: &mut Work,
    legs: &[LegFacts],
    terms: &[TermsId],
    on: Date,
) -> Result<()> {
    let realm = realm(w);
    for (leg, terms_id) in legs.iter().zip(terms) {
        let Some(commitment) = rules::of(leg) else {
            continue;
        };
        let new = NewSpan {
            leg_id: leg.id,
            subscription_id: leg.subscription_id,
            terms_id: *terms_id,
            span: CommittedSpan::begin(commitment, on)?,
            metered: rules::is_metered(leg),
            watched: commitment.maximum.is_some(),
        };
        store::begin(&mut w.tx, realm, &new).await?;
    }
    Ok(())
}

/// A sale ends on a day, and its commitments with it.
pub(super) async fn end(w: &mut Work, id: SubscriptionId, on: Date) -> Result<()> {
    let realm = realm(w);
    let metered_on = rules::settle_on(on, true, true)?;
    store::end(&mut w.tx, realm, id, on, metered_on).await
}

/// Settles the spans of a batch of subscriptions.
pub(super) async fn settle_in(w: &mut Work, input: &CommitmentInput) -> Result<CommitmentReport> {
    authorize_run(w)?;
    let realm = realm(w);
    let ids = store::due(&mut w.tx, realm, input.until, input.after, input.limit).await?;
    let mut report = CommitmentReport::default();
    if ids.is_empty() {
        return Ok(report);
    }
    if ids.len() as u64 == u64::from(input.limit) {
        report.next = ids.last().copied();
    }
    let billables = orders::billable(&mut w.tx, realm, &ids).await?;
    let mut spans = store::some(&mut w.tx, realm, &ids, input.until).await?;
    let mut known = Known::default();
    known.learn(w, &billables).await?;
    let terms = spans.iter().map(|span| span.terms_id).collect();
    known.learn_terms(w, terms).await?;
    let since = store::first(&spans);
    let charged = store::charged(&mut w.tx, realm, &ids, since).await?;
    let mut batch = Batch::new(w);
    for billable in &billables {
        let id = billable.subscription.id;
        let own = spans.iter_mut().filter(|span| span.subscription_id == id);
        let own: Vec<&mut StoredSpan> = own.collect();
        match settled(&known, billable, own, &charged, input.until) {
            Ok(charges) => {
                for charge in charges {
                    report.charges += 1;
                    let trade = known.trades.get(charge.seller_id, charge.buyer_id)?;
                    let due_on = document::collect_on(trade.invoice_day, input.until, true)?;
                    batch.record_open(charge, due_on);
                }
            }
            Err(error @ (Error::Internal(_) | Error::Unavailable { .. })) => return Err(error),
            Err(error) => {
                spans.retain(|span| span.subscription_id != id);
                report.problems.push(Problem {
                    subscription_id: id,
                    message: error.to_string(),
                });
            }
        }
    }
    batch.write(w).await?;
    for span in &spans {
        store::save(&mut w.tx, realm, span, input.until).await?;
    }
    report.begun = follow(w, &known, &billables, &spans, input.until).await?;
    Ok(report)
}

/// The charges that settle the spans of a sale, which note what they were settled with.
fn settled(
    known: &Known,
    billable: &Billable,
    spans: Vec<&mut StoredSpan>,
    charged: &[Counted],
    until: Date,
) -> Result<Vec<NewCharge>> {
    let legs = known.legs(billable)?;
    let mut charges = Vec::new();
    for stored in spans {
        let Some(leg) = leg_of(known, &legs, stored) else {
            continue;
        };
        let Some(commitment) = rules::of(&leg) else {
            continue;
        };
        let span = as_run(billable, stored);
        let measured = rules::measure(&leg, commitment, &span, charged)?;
        let is_over = stored.settle_on <= until;
        let now = rules::due(&leg, commitment, &span, &measured, is_over)?;
        charges.extend(rules::settle(
            &leg,
            commitment,
            &span,
            &stored.settled,
            &now,
        )?);
        stored.settled = now;
    }
    Ok(charges)
}

/// A span as it ran: that of a sale that is over ends with it, however it ended.
fn as_run(billable: &Billable, stored: &StoredSpan) -> CommittedSpan {
    let span = stored.span;
    match month::ended_on(billable).filter(|on| !span.ended && *on < span.until_on) {
        Some(on) => CommittedSpan {
            until_on: on.max(span.since_on),
            ended: true,
            ..span
        },
        None => span,
    }
}

/// The leg of a span under the terms with which it began.
fn leg_of(known: &Known, legs: &[LegFacts], stored: &StoredSpan) -> Option<LegFacts> {
    let leg = legs.iter().find(|leg| leg.id == stored.leg_id)?;
    Some(LegFacts {
        terms: known.terms.get(&stored.terms_id)?.clone(),
        ..leg.clone()
    })
}

/// Where a span is over and its sale goes on, the next one begins under the terms that hold by then. Answers whether any of them
/// may be over as well.
async fn follow(
    w: &mut Work,
    known: &Known,
    billables: &[Billable],
    spans: &[StoredSpan],
    until: Date,
) -> Result<bool> {
    let mut last: HashMap<LegId, &StoredSpan> = HashMap::new();
    for span in spans {
        last.insert(span.leg_id, span);
    }
    let mut begun = false;
    for billable in billables {
        if billable.subscription.commercial_state.is_final() {
            continue;
        }
        for (leg, stored_leg) in known.legs(billable)?.iter().zip(&billable.legs) {
            let Some(stored) = last.get(&leg.id) else {
                continue;
            };
            if stored.span.ended || stored.span.until_on > until {
                continue;
            }
            let (legs, terms) = (std::slice::from_ref(leg), [stored_leg.terms_id]);
            begin(w, legs, &terms, stored.span.until_on).await?;
            begun |= rules::of(leg).is_some();
        }
    }
    Ok(begun)
}

/// How far a commitment has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommitmentStanding {
    /// Who sells on the leg.
    pub seller_id: AccountId,
    /// Who buys on it, and commits.
    pub buyer_id: AccountId,
    /// The first day of the span.
    #[schema(value_type = String, format = Date)]
    pub since_on: Date,
    /// The first day after it.
    #[schema(value_type = String, format = Date)]
    pub until_on: Date,
    /// The day from which it is settled.
    #[schema(value_type = String, format = Date)]
    pub settle_on: Date,
    /// What is paid at least.
    pub minimum: Option<Money>,
    /// What is paid at most.
    pub maximum: Option<Money>,
    /// What counts toward both.
    pub counts: CommitmentCounts,
    /// What has come together so far; before tax and discounts.
    pub spend: Money,
    /// Committed quantities.
    pub quantities: Vec<QuantityStanding>,
    /// What it was settled with so far.
    pub settled: Money,
}

/// How much of a committed quantity was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuantityStanding {
    /// The item.
    pub item: String,
    /// How much was committed.
    #[schema(value_type = String)]
    pub quantity: Decimal,
    /// How much was used and charged.
    #[schema(value_type = String)]
    pub used: Decimal,
}

/// The commitments of a subscription, the oldest span of each leg first; of legs that the principal may see charges of.
///
/// # Errors
/// Database errors.
pub async fn commitment_list(
    p: &Platform,
    ctx: &OpCtx,
    subscription: SubscriptionId,
) -> Result<Vec<CommitmentStanding>> {
    p.read(ctx, &subscription, |w, subscription| {
        Box::pin(async move { commitments_in(w, *subscription).await })
    })
    .await
}

/// As [`commitment_list`], inside another use case that knows the subscription.
///
/// # Errors
/// Database errors.
pub async fn commitments_in(
    w: &mut Work,
    subscription: SubscriptionId,
) -> Result<Vec<CommitmentStanding>> {
    let realm = realm(w);
    let spans = store::shown(&mut w.tx, realm, subscription).await?;
    if spans.is_empty() {
        return Ok(Vec::new());
    }
    let billable = orders::billable_in(w, subscription).await?;
    let mut known = Known::default();
    known.learn(w, std::slice::from_ref(&billable)).await?;
    let terms = spans.iter().map(|span| span.terms_id).collect();
    known.learn_terms(w, terms).await?;
    let since = store::first(&spans);
    let charged = store::charged(&mut w.tx, realm, &[subscription], since).await?;
    let legs = known.legs(&billable)?;
    let mut seen: BTreeMap<(AccountId, AccountId), bool> = BTreeMap::new();
    let mut found = Vec::new();
    for stored in &spans {
        let Some(leg) = leg_of(&known, &legs, stored) else {
            continue;
        };
        let Some(commitment) = rules::of(&leg) else {
            continue;
        };
        let between = (leg.seller_id, leg.buyer_id);
        let may = match seen.get(&between) {
            Some(may) => *may,
            None => {
                let target = traded(w, ResourceKind::Charge, between.0, between.1).await?;
                let may = w.may(Action::ChargeView, &target);
                seen.insert(between, may);
                may
            }
        };
        if !may {
            continue;
        }
        let span = as_run(&billable, stored);
        let measured = rules::measure(&leg, commitment, &span, &charged)?;
        let (currency, rounding) = (leg.terms.currency, leg.terms.policies.rounding);
        let money = |exact: Decimal| Money::from_exact(exact, currency, rounding);
        let mut sum = Decimal::ZERO;
        for part in stored.settled.values() {
            sum = decimal::add(sum, *part)?;
        }
        found.push(CommitmentStanding {
            seller_id: leg.seller_id,
            buyer_id: leg.buyer_id,
            since_on: stored.span.since_on,
            until_on: span.until_on,
            settle_on: stored.settle_on,
            minimum: commitment.minimum.map(money).transpose()?,
            maximum: commitment.maximum.map(money).transpose()?,
            counts: commitment.counts,
            spend: money(measured.spend)?,
            quantities: (commitment.quantities.iter())
                .filter_map(|one| {
                    Some(QuantityStanding {
                        item: one.item.clone(),
                        quantity: one.quantity,
                        used: *measured.used.get(&one.item)?,
                    })
                })
                .collect(),
            settled: money(sum)?,
        });
    }
    Ok(found)
}

/// What is wrong with settled spans: that what was charged for commitments is what they were settled with, and that this is what
/// they come to.
pub(super) async fn check(
    w: &mut Work,
    billables: &[Billable],
    charges: &[CheckedCharge],
) -> Result<Vec<Finding>> {
    let realm = realm(w);
    let ids: Vec<SubscriptionId> = billables.iter().map(|one| one.subscription.id).collect();
    let spans = store::settled(&mut w.tx, realm, &ids).await?;
    if spans.is_empty() {
        return Ok(Vec::new());
    }
    let mut known = Known::default();
    known.learn(w, billables).await?;
    let terms = spans.iter().map(|span| span.terms_id).collect();
    known.learn_terms(w, terms).await?;
    let charged = store::charged(&mut w.tx, realm, &ids, store::first(&spans)).await?;
    let mut found = Vec::new();
    for stored in &spans {
        let of_sale = |one: &&Billable| one.subscription.id == stored.subscription_id;
        let Some(billable) = billables.iter().find(of_sale) else {
            continue;
        };
        let Some(leg) = leg_of(&known, &known.legs(billable)?, stored) else {
            continue;
        };
        let Some(commitment) = rules::of(&leg) else {
            continue;
        };
        let span = as_run(billable, stored);
        let measured = rules::measure(&leg, commitment, &span, &charged)?;
        let due = rules::due(&leg, commitment, &span, &measured, true)?;
        let mut booked = Decimal::ZERO;
        let own = charges.iter().filter(|charge| {
            charge.kind == ChargeKind::Commitment
                && charge.leg_id == leg.id
                && charge.period_start == stored.span.since_on
        });
        for charge in own {
            booked = decimal::add(booked, charge.exact)?;
        }
        let sum = |settled: &rules::Settled| {
            let mut parts = settled.values();
            parts.try_fold(Decimal::ZERO, |sum, part| decimal::add(sum, *part))
        };
        let (due, settled) = (sum(&due)?, sum(&stored.settled)?);
        if due != settled || settled != booked {
            let since = stored.span.since_on;
            let text = format!("{since}: settled {settled}, charged {booked}, it comes to {due}");
            found.push(Finding::new("commitment_settled", leg.id, text));
        }
    }
    Ok(found)
}

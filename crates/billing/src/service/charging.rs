//! Orders: what they would cost, and charging them, on every leg of the sale.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use tradewind_catalogue::{rules::Turn, types::LegTerms};
use tradewind_kernel::{
    Date, Decimal, Error, Locale, Result, Timestamp, Zone,
    calendar::Period,
    id::{AccountId, InvoiceId, ItemId, LegId, OrderId, SubscriptionId, TermsId},
};
use tradewind_orders::billing::Billable;
use tradewind_platform::Work;
use tradewind_pricing::proration::Direction;
use utoipa::ToSchema;

use super::{
    commitments,
    facts::{self, Known},
    sale::{Recorded, Sale},
};
use crate::{
    rules::{
        change::change_charges,
        fee::fee,
        period::charges_for_period,
        phases::stepped,
        preview::{self, Schedule},
        renewal::{self, Clocks, Next},
    },
    store::idle,
    types::{DiscountOffer, Grant, LegFacts, Moments, Preview, Trade},
};

/// A purchase to preview: there is no subscription yet.
#[derive(Debug)]
pub struct PreviewPurchase<'a> {
    /// Who would sell.
    pub seller_id: AccountId,
    /// Who would buy.
    pub buyer_id: AccountId,
    /// The terms of the buyer's leg.
    pub terms: &'a Arc<LegTerms>,
    /// The name that the subscription would have.
    pub name: &'a str,
    /// What is wanted.
    pub wanted: &'a BTreeMap<ItemId, Decimal>,
    /// The day it would begin.
    pub on: Date,
    /// The zone in which its days begin; that of the seller when left out.
    pub zone: Option<&'a Zone>,
    /// The moment at which it would begin on that day; none for one on which nothing depends.
    pub moment: Option<Timestamp>,
    /// Days that cost nothing.
    pub trial_days: i64,
    /// A day of the schedule that it would be aligned to, when it is to be billed with something else.
    pub align_to: Option<Date>,
    /// The discounts that would be redeemed.
    pub offers: &'a [DiscountOffer],
}

/// What a purchase would cost now and next. Says nothing about who may ask.
///
/// # Errors
/// What the price models refuse, naming the item.
pub async fn preview_purchase(w: &mut Work, input: &PreviewPurchase<'_>) -> Result<Preview> {
    let mut known = Known::default();
    known
        .trades
        .load(w, vec![(input.seller_id, input.buyer_id)])
        .await?;
    let trade = known.trades.get(input.seller_id, input.buyer_id)?;
    let leg = imagined(input, trade, input.terms);
    let clocks = facts::clocks_of(input.terms, trade).aligned(input.align_to);
    let renewed = renewed_after_purchase(w, input, clocks)
        .await?
        .map(|terms| imagined(input, trade, &terms));
    preview::purchase(&preview::Purchase {
        leg: &leg,
        renewed: renewed.as_ref(),
        trade,
        wanted: input.wanted,
        on: input.on,
        trial_days: input.trial_days,
        clocks,
    })
}

/// What a purchase would cost a visitor who has no account yet: as a buyer without agreed terms, but for the day of the month that
/// is agreed for invoices.
///
/// # Errors
/// As [`preview_purchase`].
pub async fn preview_for_visitor(
    w: &mut Work,
    locale: Locale,
    billing_day: Option<u8>,
    input: &PreviewPurchase<'_>,
) -> Result<Preview> {
    let mut known = Known::default();
    let trade = known.trades.visitor(w, input.seller_id, locale).await?;
    let trade = Trade {
        billing_day: billing_day.unwrap_or(trade.billing_day),
        ..trade
    };
    let leg = imagined(input, &trade, input.terms);
    let clocks = facts::clocks_of(input.terms, &trade).aligned(input.align_to);
    let first = renewal::begin(input.on, clocks)?.period;
    let renewed = stepped(&leg, &first).filter(|_| input.trial_days == 0);
    preview::purchase(&preview::Purchase {
        leg: &leg,
        renewed: renewed.as_ref(),
        trade: &trade,
        wanted: input.wanted,
        on: input.on,
        trial_days: input.trial_days,
        clocks,
    })
}

/// The terms of the buyer's leg in the period after the first one, where they are others: without a term, what begins is
/// priced by the revision of its day; and an introduction has a period less.
async fn renewed_after_purchase(
    w: &mut Work,
    input: &PreviewPurchase<'_>,
    clocks: Clocks,
) -> Result<Option<Arc<LegTerms>>> {
    let bound = input.terms.term.is_some();
    if input.trial_days > 0 || (bound && !input.terms.is_introduced()) {
        return Ok(None);
    }
    let first = renewal::begin(input.on, clocks)?;
    let next = first.period.part.end;
    let turn = Turn {
        reprices: first.term_ends_on.is_none_or(|ends_on| ends_on <= next),
        period_over: !first.period.is_stub(),
        rises: 0,
    };
    let chain = tradewind_accounts::service::chain(w, input.buyer_id).await?;
    let mut agreed: Vec<Arc<LegTerms>> =
        tradewind_catalogue::service::leg_terms(w, &chain, input.terms.plan, input.on)
            .await?
            .into_iter()
            .map(Arc::new)
            .collect();
    if let Some(last) = agreed.last_mut() {
        *last = Arc::clone(input.terms);
    }
    let renewed =
        tradewind_catalogue::service::renewed_terms(w, &chain, &agreed, next, turn).await?;
    Ok(renewed
        .and_then(|mut legs| legs.pop())
        .filter(|last| *last != **input.terms)
        .map(Arc::new))
}

/// A leg that does not exist yet; nothing of its ids reaches a preview.
fn imagined(input: &PreviewPurchase<'_>, trade: &Trade, terms: &Arc<LegTerms>) -> LegFacts {
    LegFacts {
        id: LegId::generate(),
        subscription_id: SubscriptionId::generate(),
        position: 0,
        seller_id: input.seller_id,
        buyer_id: input.buyer_id,
        locale: trade.locale,
        heading: input.name.to_owned(),
        terms: Arc::clone(terms),
        grants: input.offers.iter().map(Grant::from).collect(),
        pauses: Vec::new(),
        moments: began(input, &trade.seller_zone, terms),
        categories: None,
    }
}

/// At which moment a leg would begin that does not exist yet, where its terms look at the clock.
fn began(input: &PreviewPurchase<'_>, sellers: &Zone, terms: &LegTerms) -> Option<Arc<Moments>> {
    let by_clock = terms.policies.proration.by_clock();
    by_clock.then(|| {
        let zone = input.zone.unwrap_or(sellers);
        let moment = input.moment.filter(|at| at.date_in(zone) == input.on);
        Arc::new(Moments {
            zone: zone.clone(),
            by_day: moment.map(|at| (input.on, at)).into_iter().collect(),
        })
    })
}

/// A change of a subscription, for a preview or to be charged.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SubscriptionChange {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// The quantities as they will be, by item.
    #[schema(value_type = BTreeMap<String, String>)]
    pub wanted: BTreeMap<ItemId, Decimal>,
    /// The terms of the legs as they will be, the vendor's first; empty when they stay.
    #[serde(default)]
    pub terms: Vec<TermsId>,
    /// The day of the change.
    #[schema(value_type = String, format = Date)]
    pub at: Date,
    /// The moment of the change on that day, where that is today; now when left out. Counts where sellers look at the clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub moment: Option<Timestamp>,
    /// Whether it gets more or less: decides which proration holds.
    pub less: bool,
}

/// A sale with its discounts, and those that would be redeemed with a change.
async fn previewed(
    w: &mut Work,
    input: &SubscriptionChange,
    offers: &[DiscountOffer],
) -> Result<Sale> {
    let sale = Sale::load(w, input.subscription_id, &input.terms).await?;
    let mut sale = sale.with_discounts(w, false).await?;
    sale.happens(input.moment.unwrap_or(w.ctx.now), input.at);
    let more: Vec<Grant> = offers.iter().map(Grant::from).collect();
    sale.discounted(&more);
    Ok(sale)
}

/// What a change at once would cost now and next, with what would be redeemed with it. Says nothing about who may ask.
///
/// # Errors
/// `not_billed` when no period runs; what the rules refuse.
pub async fn preview_change(
    w: &mut Work,
    input: &SubscriptionChange,
    offers: &[DiscountOffer],
) -> Result<Preview> {
    let sale = previewed(w, input, offers).await?;
    let (before, after) = sale.customers()?;
    let trade = sale.known.trades.get(before.seller_id, before.buyer_id)?;
    let Some(schedule) = sale.schedule else {
        // During a trial nothing is charged: the change shows in what begins after it.
        let begins = sale.billable.subscription.trial_ends_on.unwrap_or(input.at);
        let trial_days = tradewind_kernel::calendar::days_between(input.at, begins).max(0);
        return preview::purchase(&preview::Purchase {
            leg: after,
            renewed: None,
            trade,
            wanted: &input.wanted,
            on: input.at,
            trial_days,
            clocks: (sale.clocks_after()?).aligned(sale.billable.subscription.anchor_on),
        });
    };
    let period = schedule.running;
    let change = sale.change(
        before,
        Some(after),
        &input.wanted,
        input.at,
        period,
        input.direction(),
        None,
    )?;
    let running = change.running();
    let renewed = sale.renewed(w, after, running, sale.paid_since()).await?;
    let schedule = Schedule {
        anchor: (change.begins).map_or(schedule.anchor, |begins| begins.anchor_on),
        clocks: sale.clocks_after()?,
        running,
    };
    preview::change(&change, renewed.as_ref(), trade, schedule, |_| None)
}

/// What a change at the end of the period would cost next. Says nothing about who may ask.
///
/// # Errors
/// As [`preview_change`].
pub async fn preview_scheduled(
    w: &mut Work,
    input: &SubscriptionChange,
    offers: &[DiscountOffer],
) -> Result<Preview> {
    let sale = previewed(w, input, offers).await?;
    let (before, after) = sale.customers()?;
    let trade = sale.known.trades.get(before.seller_id, before.buyer_id)?;
    let schedule = sale.schedule.ok_or_else(|| not_billed(&sale.billable))?;
    let renewed = if sale.switches() {
        None
    } else {
        sale.renewed(w, after, schedule.running, sale.paid_since())
            .await?
    };
    let over = preview::Holding {
        leg: before,
        quantities: &sale.quantities,
    };
    let schedule = Schedule {
        clocks: sale.clocks_after()?,
        ..schedule
    };
    preview::scheduled(
        over,
        after,
        renewed.as_ref(),
        trade,
        &input.wanted,
        schedule,
    )
}

/// What ending a subscription on a day would give back, at a moment of it. Says nothing about who may ask.
///
/// # Errors
/// As [`preview_change`].
pub async fn preview_cancel(
    w: &mut Work,
    subscription: SubscriptionId,
    at: Date,
    moment: Timestamp,
) -> Result<Preview> {
    let sale = Sale::load(w, subscription, &[]).await?;
    let mut sale = sale.with_discounts(w, false).await?;
    sale.happens(moment, at);
    let (before, _) = sale.customers()?;
    let trade = sale.known.trades.get(before.seller_id, before.buyer_id)?;
    let schedule = sale.schedule.ok_or_else(|| not_billed(&sale.billable))?;
    let nothing = BTreeMap::new();
    let change = sale.change(
        before,
        None,
        &nothing,
        at,
        schedule.running,
        Direction::Cancellation,
        None,
    )?;
    let fee = match sale.early(at, None) {
        Some(early) => fee(before, early)?,
        None => None,
    };
    preview::ended(&change, fee, trade, schedule)
}

/// What ending a subscription with its running period would cost then, where its term goes on; none where nothing would be charged,
/// or the term cannot be left for a fee. Says nothing about who may ask.
///
/// # Errors
/// As [`preview_change`].
pub async fn preview_leaving(
    w: &mut Work,
    subscription: SubscriptionId,
) -> Result<Option<Preview>> {
    let sale = Sale::load(w, subscription, &[]).await?;
    let sale = sale.with_discounts(w, false).await?;
    let (leg, _) = sale.customers()?;
    let trade = sale.known.trades.get(leg.seller_id, leg.buyer_id)?;
    let Some(schedule) = sale.schedule else {
        return Ok(None);
    };
    let Some(early) = sale.early(schedule.running.part.end, None) else {
        return Ok(None);
    };
    if !leg.terms.policies.cancellation_fee.lets_go() {
        return Ok(None);
    }
    let held = preview::Holding {
        leg,
        quantities: &sale.quantities,
    };
    preview::leaving(held, fee(leg, early)?, trade, schedule).map(Some)
}

/// Whether the buyer of a subscription may leave its term for a fee.
///
/// # Errors
/// Not found; database errors.
pub async fn lets_go(w: &mut Work, subscription: SubscriptionId) -> Result<bool> {
    let sale = Sale::load(w, subscription, &[]).await?;
    let (leg, _) = sale.customers()?;
    Ok(leg.terms.policies.cancellation_fee.lets_go())
}

impl SubscriptionChange {
    const fn direction(&self) -> Direction {
        if self.less {
            Direction::Downgrade
        } else {
            Direction::Upgrade
        }
    }
}

pub(super) fn not_billed(billable: &Billable) -> Error {
    Error::refused(
        "not_billed",
        format!("no billing period of {} runs", billable.subscription.id),
    )
}

/// Charges the first period of a new subscription, and what is paid once.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PurchaseCharge {
    /// The order.
    pub order_id: OrderId,
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// The day it begins.
    #[schema(value_type = String, format = Date)]
    pub begins_on: Date,
}

/// What charging an order has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderCharged {
    /// The customer's document: an invoice, or a credit note when more is given back. None when nothing is due, or when
    /// the customer's charges are collected for a later invoice.
    pub invoice_id: Option<InvoiceId>,
    /// Whether there will be one once a tax engine has answered.
    #[serde(default)]
    pub awaits_tax: bool,
    /// The clocks of the subscription from now on, for purchases.
    pub clocks: Option<FirstPeriod>,
}

/// The clocks of a subscription that begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FirstPeriod {
    /// The day from which periods count.
    #[schema(value_type = String, format = Date)]
    pub anchor_on: Date,
    /// The first period.
    pub period: Period,
    /// The first day after the term.
    #[schema(value_type = Option<String>, format = Date)]
    pub term_ends_on: Option<Date>,
}

impl From<Next> for FirstPeriod {
    fn from(next: Next) -> Self {
        Self {
            anchor_on: next.anchor_on,
            period: next.period.part,
            term_ends_on: next.term_ends_on,
        }
    }
}

/// Charges a purchase on every leg. An order is charged once: the second time, its document is found again.
///
/// # Errors
/// What the rules refuse.
pub async fn charge_purchase_in(w: &mut Work, input: &PurchaseCharge) -> Result<OrderCharged> {
    let sale = Sale::load(w, input.subscription_id, &[]).await?;
    if let Some(settled) = sale.settled(w, input.order_id).await? {
        // Its periods began with its charges, whatever day it is by now.
        return Ok(settled.charged(None));
    }
    let mut sale = sale.with_discounts(w, true).await?;
    sale.happens_noted(w, input.begins_on).await?;
    let clocks = sale.known.clocks(&sale.before)?;
    let clocks = clocks.aligned(sale.billable.subscription.anchor_on);
    let next = renewal::begin(input.begins_on, clocks)?;
    sale.idle_from(w, &sale.before, &[], input.begins_on)
        .await?;
    let quantities = facts::quantities(&sale.billable.quantities);
    let charges = sale
        .before
        .iter()
        .map(|leg| charges_for_period(leg, &quantities, next.span, Some(input.order_id)));
    let charges = charges
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect();
    let recorded = sale.record(w, input.begins_on, charges).await?;
    Ok(recorded.charged(Some(next.into())))
}

/// Charges a change at once on every leg: the unused rest is credited, the new rest charged, by the rules that previewed
/// it. Has to run before quantities, plan and terms are changed. Nothing is charged during a trial.
///
/// # Errors
/// What the rules refuse.
pub async fn charge_change_in(
    w: &mut Work,
    order_id: OrderId,
    input: &SubscriptionChange,
) -> Result<OrderCharged> {
    let sale = Sale::load(w, input.subscription_id, &input.terms).await?;
    if let Some(settled) = sale.settled(w, order_id).await? {
        return Ok(settled.charged(None));
    }
    let mut sale = sale.with_discounts(w, true).await?;
    sale.happens_noted(w, input.at).await?;
    let Some(period) = sale.schedule.map(|schedule| schedule.running) else {
        return Ok(Recorded::default().charged(None));
    };
    let paid = sale.paid(w, period.part).await?;
    let mut charges = Vec::new();
    let mut clocks = None;
    for (before, after) in sale.before.iter().zip(&sale.after) {
        let change = sale.change(
            before,
            Some(after),
            &input.wanted,
            input.at,
            period,
            input.direction(),
            Some(order_id),
        )?;
        clocks = clocks.or(change.begins.map(FirstPeriod::from));
        charges.extend(change_charges(&change, |item| {
            paid.get(&(before.id, item)).copied()
        })?);
    }
    sale.idle_from(w, &sale.after, &input.terms, input.at)
        .await?;
    let recorded = sale.record(w, input.at, charges).await?;
    Ok(recorded.charged(clocks))
}

/// Charges the end of a subscription on a day of its running period, on every leg: what is unused is credited as far as
/// the policy gives it back, what is paid in arrears is charged for the last time. Has to run before the subscription
/// is ended.
///
/// # Errors
/// What the rules refuse.
pub async fn charge_end_in(
    w: &mut Work,
    order_id: OrderId,
    subscription: SubscriptionId,
    at: Date,
) -> Result<OrderCharged> {
    let realm = w.ctx.realm;
    idle::end(&mut w.tx, realm, subscription, at).await?;
    commitments::end(w, subscription, at).await?;
    let sale = Sale::load(w, subscription, &[]).await?;
    let mut sale = sale.with_discounts(w, true).await?;
    sale.happens_noted(w, at).await?;
    let Some(period) = sale.schedule.map(|schedule| schedule.running) else {
        return Ok(Recorded::default().charged(None));
    };
    let paid = sale.paid(w, period.part).await?;
    let nothing = BTreeMap::new();
    let mut charges = Vec::new();
    for leg in &sale.before {
        let change = sale.change(
            leg,
            None,
            &nothing,
            at,
            period,
            Direction::Cancellation,
            Some(order_id),
        )?;
        charges.extend(change_charges(&change, |item| {
            paid.get(&(leg.id, item)).copied()
        })?);
        if let Some(early) = sale.early(at, Some(order_id)) {
            charges.extend(fee(leg, early)?);
        }
    }
    let settled = sale.settle(w, order_id, at, charges).await?;
    Ok(settled.charged(None))
}

//! What the billing run needs of subscriptions, in bulk: those that are due, with their legs and quantities, and moving
//! them to their next period.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::service;
use crate::store::{discount, moment, pause, quantity, subscription};
use crate::types::{
    BuyerReference, Leg, OrderedItem, Pause, QuantitySince, Redemption, Subscription,
    SubscriptionEvent, SubscriptionItem,
};
use serde_json::json;
use tradewind_kernel::calendar::Period;
use tradewind_kernel::id::{AccountId, LegId, RealmId, SubscriptionId, TermsId};
use tradewind_kernel::{Date, Error, Result, Timestamp};
use tradewind_platform::{NewEvent, Tx, Work};

/// A subscription with everything that its charges follow from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Billable {
    /// The subscription.
    pub subscription: Subscription,
    /// Its legs, the vendor's first.
    pub legs: Vec<Leg>,
    /// What it has held, oldest first within each item.
    pub quantities: Vec<QuantitySince>,
}

/// A subscription that has been billed and moves on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodAdvance {
    /// The subscription.
    pub id: SubscriptionId,
    /// The billing day that was billed.
    pub was_due_on: Option<Date>,
    /// The day from which periods count.
    pub anchor_on: Date,
    /// The period that runs now; its end is the next billing day.
    pub period: Period,
    /// The first day after the term.
    pub term_ends_on: Option<Date>,
}

/// Up to `limit` subscriptions whose billing day has come, after a day and id, in that order; locked.
///
/// # Errors
/// Database errors.
pub async fn due(
    tx: &mut Tx,
    realm: RealmId,
    until: Date,
    after: Option<(Date, SubscriptionId)>,
    limit: i64,
) -> Result<Vec<Billable>> {
    let due = subscription::due(tx, realm, until, after, limit).await?;
    complete(tx, realm, due).await
}

/// Some subscriptions, in order of their ids.
///
/// # Errors
/// Database errors.
pub async fn billable(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[SubscriptionId],
) -> Result<Vec<Billable>> {
    let found = subscription::some(tx, realm, ids).await?;
    complete(tx, realm, found).await
}

/// All subscriptions, whatever became of them, that the customers of some have to the same products.
///
/// # Errors
/// Database errors.
pub async fn siblings(
    tx: &mut Tx,
    realm: RealmId,
    of: &[&Subscription],
) -> Result<Vec<SubscriptionId>> {
    let homes: BTreeSet<_> = of
        .iter()
        .map(|one| (one.customer_id, one.product_id))
        .collect();
    let found = subscription::of_products(tx, realm, &homes).await?;
    Ok(found)
}

/// One subscription.
///
/// # Errors
/// Not found.
pub async fn billable_in(w: &mut Work, id: SubscriptionId) -> Result<Billable> {
    let subscription = service::subscription_in(w, id).await?;
    let legs = service::legs_in(w, id).await?;
    let quantities = match w.recall::<Vec<QuantitySince>>(id) {
        Some(known) => Vec::clone(&known),
        None => {
            let realm = w.ctx.realm;
            let history = quantity::history(&mut w.tx, realm, &[id]).await?;
            history.into_iter().map(|(_, since)| since).collect()
        }
    };
    Ok(Billable {
        subscription,
        legs,
        quantities,
    })
}

/// Reads what [`billable_in`] and [`items_in`](service::items_in) will ask of some subscriptions, all at once, in a
/// transaction that only reads; answers all their legs.
///
/// # Errors
/// Database errors.
pub async fn read_ahead(w: &mut Work, subscriptions: &[Subscription]) -> Result<Vec<Leg>> {
    let realm = w.ctx.realm;
    let ids: Vec<SubscriptionId> = subscriptions.iter().map(|one| one.id).collect();
    let (legs, discounted) = quantity::legs_read(&mut w.tx, realm, &ids).await?;
    let history = quantity::history(&mut w.tx, realm, &ids).await?;
    let items = quantity::items_many(&mut w.tx, realm, &ids).await?;
    for one in subscriptions {
        let id = one.id;
        w.remember(id, Arc::new(one.clone()));
        service::remember_discounted(w, id, &discounted);
        let of = legs.iter().filter(|leg| leg.subscription_id == id);
        w.remember(id, Arc::new(of.cloned().collect::<Vec<Leg>>()));
        let of = history.iter().filter(|(of, _)| *of == id);
        let of: Vec<QuantitySince> = of.map(|(_, since)| since.clone()).collect();
        w.remember(id, Arc::new(of));
        let of = items.iter().filter(|(of, _)| *of == id);
        let of: Vec<SubscriptionItem> = of.map(|(_, item)| item.clone()).collect();
        w.remember(id, Arc::new(of));
    }
    Ok(legs)
}

/// What is redeemed for some subscriptions, in the order in which it was.
///
/// # Errors
/// Database errors.
pub async fn redemptions(w: &mut Work, ids: &[SubscriptionId]) -> Result<Vec<Redemption>> {
    let open = |id: &&SubscriptionId| !service::is_undiscounted(w, **id);
    let ids: Vec<SubscriptionId> = ids.iter().filter(open).copied().collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let realm = w.ctx.realm;
    discount::of_subscriptions(&mut w.tx, realm, &ids).await
}

/// Which of some customers have given a reference of their own with something.
///
/// # Errors
/// Database errors.
pub async fn referenced(
    tx: &mut Tx,
    realm: RealmId,
    customers: &BTreeSet<AccountId>,
) -> Result<BTreeSet<AccountId>> {
    if customers.is_empty() {
        return Ok(BTreeSet::new());
    }
    subscription::referenced(tx, realm, customers).await
}

/// The buyers' own references for some subscriptions; those without are left out.
///
/// # Errors
/// Database errors.
pub async fn references(
    tx: &mut Tx,
    realm: RealmId,
    ids: &BTreeSet<SubscriptionId>,
) -> Result<Vec<(SubscriptionId, BuyerReference)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    subscription::references(tx, realm, ids).await
}

/// When some subscriptions were suspended, oldest first.
///
/// # Errors
/// Database errors.
pub async fn pauses(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[SubscriptionId],
) -> Result<Vec<(SubscriptionId, Pause)>> {
    pause::of(tx, realm, ids).await
}

/// The moments of the days on which something happened to some subscriptions at once, as far as they were noted.
///
/// # Errors
/// Database errors.
pub async fn moments(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[SubscriptionId],
) -> Result<Vec<(SubscriptionId, Date, Timestamp)>> {
    moment::of(tx, realm, ids).await
}

/// Moves subscriptions to their next periods and returns how many were still where they had been billed.
///
/// # Errors
/// Database errors.
pub async fn advance(tx: &mut Tx, realm: RealmId, all: &[PeriodAdvance]) -> Result<u64> {
    subscription::advance(tx, realm, all).await
}

/// Something happens to a subscription commercially.
///
/// # Errors
/// Conflict when it can't happen in its state.
pub async fn transition(
    w: &mut Work,
    id: SubscriptionId,
    event: SubscriptionEvent,
) -> Result<Subscription> {
    service::subscription_transition_in(w, id, event).await
}

/// Carries out the change that waits for this day, and answers what the subscription is then.
///
/// # Errors
/// Internal error when no change waits.
pub async fn apply_scheduled(w: &mut Work, id: SubscriptionId) -> Result<Billable> {
    let realm = w.ctx.realm;
    let waiting = subscription::lock(&mut w.tx, realm, id).await?;
    let change = waiting
        .scheduled
        .ok_or_else(|| Error::internal(format!("no change of {id} waits")))?;
    let items: Vec<OrderedItem> = change.items;
    service::plan_switch_in(w, id, change.plan_id, &items, &change.terms, change.on).await?;
    service::schedule_clear_in(w, id).await?;
    w.emit(NewEvent {
        kind: "subscription.change_applied",
        subject: id.to_string(),
        account: waiting.customer_id,
        data: json!({ "seller_id": waiting.seller_id, "vendor_id": waiting.vendor_id, "plan_id": change.plan_id }),
    });
    let mut found = billable(&mut w.tx, realm, &[id]).await?;
    found.pop().ok_or_else(|| Error::not_found(id))
}

/// The terms that legs had before those they have: subscription, position of the leg, since when, and which; oldest first.
///
/// # Errors
/// Database errors.
pub async fn past_terms(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[SubscriptionId],
) -> Result<Vec<(SubscriptionId, i64, Date, TermsId)>> {
    quantity::past_terms(tx, realm, ids).await
}

/// The terms that the legs of some subscriptions have and had: the leg, since when, and which; oldest first.
///
/// # Errors
/// Database errors.
pub async fn terms_held(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[SubscriptionId],
) -> Result<Vec<(LegId, Date, TermsId)>> {
    quantity::terms_held(tx, realm, ids).await
}

/// Legs of a subscription, by position, go on under other terms from a renewal on.
///
/// # Errors
/// Database errors.
pub async fn renew_terms(
    w: &mut Work,
    id: SubscriptionId,
    legs: &[(i64, TermsId)],
    from_on: Date,
) -> Result<()> {
    let realm = w.ctx.realm;
    for (position, terms) in legs {
        quantity::leg_terms(&mut w.tx, realm, id, *position, *terms, from_on).await?;
    }
    Ok(())
}

async fn complete(tx: &mut Tx, realm: RealmId, found: Vec<Subscription>) -> Result<Vec<Billable>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<SubscriptionId> = found.iter().map(|subscription| subscription.id).collect();
    let mut legs: HashMap<SubscriptionId, Vec<Leg>> = HashMap::new();
    for leg in quantity::legs(tx, realm, &ids).await? {
        legs.entry(leg.subscription_id).or_default().push(leg);
    }
    let mut quantities: HashMap<SubscriptionId, Vec<QuantitySince>> = HashMap::new();
    for (id, since) in quantity::history(tx, realm, &ids).await? {
        quantities.entry(id).or_default().push(since);
    }
    Ok(found
        .into_iter()
        .map(|subscription| Billable {
            legs: legs.remove(&subscription.id).unwrap_or_default(),
            quantities: quantities.remove(&subscription.id).unwrap_or_default(),
            subscription,
        })
        .collect())
}

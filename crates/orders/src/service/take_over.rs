//! Taking over subscriptions that have been running elsewhere: each comes with a completed purchase, and is billed from
//! its next period on.

use std::collections::BTreeMap;

use serde_json::json;
use tradewind_kernel::id::{
    AccountId, LegId, OrderId, OrderStepId, PlanId, ProductId, SubscriptionId,
};
use tradewind_kernel::{Error, Money, Result, Timestamp, calendar::Period};
use tradewind_platform::{AuditEntry, Work};
use tradewind_policy::{Action, PrincipalKind};

use crate::store::{quantity, take_over as store};
use crate::types::{
    BuyerReference, CommercialState, DeliveryState, Leg, NewSubscription, Order, OrderKind,
    OrderState, OrderStep, StepKind, StepState, Subscription,
};

/// A subscription that has been running elsewhere.
#[derive(Debug, Clone)]
pub struct TakenOver {
    /// Who has it.
    pub customer_id: AccountId,
    /// Who sells it to the customer.
    pub seller_id: AccountId,
    /// Who delivers it.
    pub vendor_id: AccountId,
    /// The product.
    pub product_id: ProductId,
    /// The plan.
    pub plan_id: PlanId,
    /// What it is and holds; `terms_from` is the day since which it does.
    pub subscription: NewSubscription,
    /// Since when it has been running.
    pub since: Timestamp,
    /// The period that is paid for; billing begins at its end.
    pub period: Period,
    /// What had been asked for when it was ordered, as far as it is known.
    pub input: serde_json::Value,
    /// What had been promised then.
    pub preview: serde_json::Value,
    /// What had been due then, with tax.
    pub due_now: Money,
}

/// Takes over some subscriptions, a transaction's worth at a time. Nobody is told: for their parties nothing changes.
/// Answers their ids in the order given.
///
/// # Errors
/// `Forbidden` for anybody but the platform itself; `refused` for one that has parameters, whose secrets would have to
/// be asked for anew; database errors.
pub async fn subscriptions_take_over_in(
    w: &mut Work,
    all: &[TakenOver],
) -> Result<Vec<SubscriptionId>> {
    if w.ctx.principal.kind != PrincipalKind::System {
        return Err(Error::Forbidden {
            action: Action::OrderPlace.as_str(),
        });
    }
    let realm = w.ctx.realm;
    let mut subscriptions = Vec::with_capacity(all.len());
    let mut legs = Vec::new();
    let mut orders = Vec::with_capacity(all.len());
    let mut steps = Vec::new();
    for one in all {
        if !one.subscription.parameters.is_empty() {
            return Err(Error::refused(
                "parameters_unknown",
                "subscriptions that were configured with parameters cannot be taken over",
            ));
        }
        let subscription = subscription(one)?;
        legs.extend(legs_of(subscription.id, &one.subscription));
        let (order, its_steps) = order(w, one, &subscription);
        w.audit(AuditEntry {
            action: "subscription.take_over",
            kind: "subscription",
            id: subscription.id.to_string(),
            account: one.customer_id,
            summary: json!({ "since": one.since, "period": one.period }),
        });
        steps.extend(its_steps.into_iter().map(|step| (order.id, step)));
        orders.push(order);
        subscriptions.push(subscription);
    }
    let held: Vec<store::Held<'_>> = subscriptions
        .iter()
        .zip(all)
        .map(|(subscription, one)| store::Held {
            subscription: subscription.id,
            plan: one.plan_id,
            items: &one.subscription.items,
            since: one.subscription.terms_from,
        })
        .collect();
    store::subscriptions(&mut w.tx, realm, &subscriptions).await?;
    store::held(&mut w.tx, realm, &held).await?;
    quantity::legs_insert(&mut w.tx, realm, &legs).await?;
    store::orders(&mut w.tx, realm, &orders).await?;
    store::steps(&mut w.tx, realm, &steps).await?;
    Ok(subscriptions.into_iter().map(|one| one.id).collect())
}

fn subscription(one: &TakenOver) -> Result<Subscription> {
    let new = &one.subscription;
    let last = new
        .legs
        .last()
        .ok_or_else(|| Error::internal("a sale without legs"))?;
    Ok(Subscription {
        id: SubscriptionId::generate(),
        customer_id: one.customer_id,
        seller_id: one.seller_id,
        vendor_id: one.vendor_id,
        product_id: one.product_id,
        plan_id: one.plan_id,
        name: super::subscription::checked_name(&new.name)?,
        commercial_state: CommercialState::Active,
        delivery_state: DeliveryState::Running,
        currency: last.currency,
        zone: new.zone.clone(),
        ordered_at: one.since,
        activated_at: Some(one.since),
        trial_ends_on: None,
        anchor_on: Some(one.period.start),
        period_start: Some(one.period.start),
        period_end: Some(one.period.end),
        term_ends_on: None,
        next_bill_on: Some(one.period.end),
        auto_renew: new.auto_renew,
        cancel_on: None,
        scheduled: None,
        external_ref: new.external_ref.clone(),
        reference: BuyerReference::default(),
        metadata: BTreeMap::clone(&new.metadata),
        created_at: one.since,
        version: 1,
    })
}

fn legs_of(id: SubscriptionId, new: &NewSubscription) -> impl Iterator<Item = Leg> + '_ {
    (0_i64..).zip(&new.legs).map(move |(position, leg)| Leg {
        id: LegId::generate(),
        subscription_id: id,
        position,
        seller_id: leg.seller_id,
        buyer_id: leg.buyer_id,
        currency: leg.currency,
        terms_id: leg.terms_id,
        terms_from: new.terms_from,
    })
}

/// The purchase that it goes back to, long over.
fn order(w: &Work, one: &TakenOver, subscription: &Subscription) -> (Order, Vec<OrderStep>) {
    let order = Order {
        id: OrderId::generate(),
        kind: OrderKind::Purchase,
        state: OrderState::Completed,
        customer_id: one.customer_id,
        seller_id: one.seller_id,
        vendor_id: one.vendor_id,
        product_id: one.product_id,
        plan_id: one.plan_id,
        subscription_id: subscription.id,
        quote_id: None,
        input: one.input.clone(),
        preview: one.preview.clone(),
        currency: one.due_now.currency,
        due_now: one.due_now,
        placed_by: w.ctx.principal.label(),
        placed_at: one.since,
        reason: None,
        completed_at: Some(one.since),
        version: 1,
    };
    let steps = (0_i64..)
        .zip([StepKind::Validation, StepKind::Completion])
        .map(|(position, kind)| OrderStep {
            id: OrderStepId::generate(),
            position,
            kind,
            state: StepState::Done,
            attempt: 1,
            started_at: Some(one.since),
            finished_at: Some(one.since),
            actor: None,
            message: None,
            detail: None,
        })
        .collect();
    (order, steps)
}

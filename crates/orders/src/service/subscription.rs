//! Subscriptions as they change: both states, periods, renewal, names.

use super::look::{detail_from, operations_with, sealing_place, subscription_target, whole_in};
use crate::rules;
use crate::store::quantity::{self, ParameterRow};
use crate::store::{moment, pause};
use crate::store::{order as order_store, subscription as store};
use crate::types::{
    AutoRenewSet, BuyerReference, CommercialState, DeliveryState, Leg, NewSubscription,
    OrderCreate, PauseCause, Subscription, SubscriptionDetail, SubscriptionEvent,
    SubscriptionOperation, SubscriptionRename, SubscriptionUpdate,
};
use serde_json::json;
use tradewind_kernel::calendar::Period;
use tradewind_kernel::id::{LegId, SubscriptionId};
use tradewind_kernel::{Date, Error, Result, Timestamp, text};
use tradewind_platform::{AuditEntry, KeyRing, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::Action;

const NAME_LENGTH_MAX: usize = 120;

/// The clocks of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodSet {
    /// The day from which periods count.
    pub anchor_on: Option<Date>,
    /// The period that runs now.
    pub period: Option<Period>,
    /// The first day after the trial.
    pub trial_ends_on: Option<Date>,
    /// The first day after the term.
    pub term_ends_on: Option<Date>,
    /// When it is billed next.
    pub next_bill_on: Option<Date>,
}

/// A customer's name for a subscription.
pub(super) fn checked_name(name: &str) -> Result<String> {
    text::trimmed("name", name, 1, NAME_LENGTH_MAX)
}

/// Creates the subscription of a purchase.
pub(super) async fn create_in(
    w: &mut Work,
    keys: &KeyRing,
    order: &OrderCreate,
    new: &NewSubscription,
) -> Result<Subscription> {
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let last = new
        .legs
        .last()
        .ok_or_else(|| Error::internal("a sale without legs"))?;
    let subscription = Subscription {
        id: SubscriptionId::generate(),
        customer_id: order.customer_id,
        seller_id: order.seller_id,
        vendor_id: order.vendor_id,
        product_id: order.product_id,
        plan_id: order.plan_id,
        name: checked_name(&new.name)?,
        commercial_state: CommercialState::Ordered,
        delivery_state: DeliveryState::NotProvisioned,
        currency: last.currency,
        zone: new.zone.clone(),
        ordered_at: now,
        activated_at: None,
        trial_ends_on: None,
        anchor_on: None,
        period_start: None,
        period_end: None,
        term_ends_on: None,
        next_bill_on: None,
        auto_renew: new.auto_renew,
        cancel_on: None,
        scheduled: None,
        external_ref: new.external_ref.clone(),
        metadata: new.metadata.clone(),
        reference: BuyerReference::default(),
        created_at: now,
        version: 1,
    };
    let id = subscription.id;
    store::insert(&mut w.tx, realm, &subscription).await?;
    quantity::hold_from(
        &mut w.tx,
        realm,
        id,
        order.plan_id,
        &new.items,
        new.terms_from,
    )
    .await?;
    let legs: Vec<Leg> = (0_i64..)
        .zip(&new.legs)
        .map(|(position, leg)| Leg {
            id: LegId::generate(),
            subscription_id: id,
            position,
            seller_id: leg.seller_id,
            buyer_id: leg.buyer_id,
            currency: leg.currency,
            terms_id: leg.terms_id,
            terms_from: new.terms_from,
        })
        .collect();
    quantity::legs_insert(&mut w.tx, realm, &legs).await?;
    let mut parameters = Vec::with_capacity(new.parameters.len());
    for parameter in &new.parameters {
        let value = if parameter.sensitive {
            keys.seal(&sealing_place(id, &parameter.code), &parameter.value)?
        } else {
            parameter.value.clone()
        };
        parameters.push(ParameterRow {
            code: parameter.code.clone(),
            value,
            sensitive: parameter.sensitive,
        });
    }
    quantity::parameters_insert(&mut w.tx, realm, id, &parameters).await?;
    tell(w, "subscription.created", &subscription);
    Ok(subscription)
}

/// Something happens to a subscription commercially.
///
/// # Errors
/// Not found; conflict when it can't happen in its state.
pub async fn subscription_transition_in(
    w: &mut Work,
    id: SubscriptionId,
    event: SubscriptionEvent,
) -> Result<Subscription> {
    let mut subscription = subscription_lock_in(w, id).await?;
    let before = subscription.commercial_state;
    subscription.commercial_state = rules::commercial_after(before, event)?;
    if event == SubscriptionEvent::Activate {
        subscription.activated_at = subscription.activated_at.or(Some(w.ctx.now));
    }
    if subscription.commercial_state.is_final() {
        subscription.next_bill_on = None;
        subscription.scheduled = None;
    }
    save(
        w,
        &mut subscription,
        "subscription.transition",
        json!({ "before": before, "event": event }),
    )
    .await?;
    let kind = match event {
        SubscriptionEvent::StartTrial => "subscription.trial_started",
        SubscriptionEvent::Activate => "subscription.activated",
        SubscriptionEvent::Overdue => "subscription.overdue",
        SubscriptionEvent::Settle => "subscription.settled",
        SubscriptionEvent::Suspend => "subscription.suspended",
        SubscriptionEvent::Resume => "subscription.resumed",
        SubscriptionEvent::Expire => "subscription.expired",
        SubscriptionEvent::Terminate => "subscription.terminated",
    };
    tell(w, kind, &subscription);
    Ok(subscription)
}

/// Notes at which moment of a day something happens to a subscription; a day has the moment of what happened first on it.
///
/// # Errors
/// Database errors.
pub async fn moment_note_in(
    w: &mut Work,
    id: SubscriptionId,
    on: Date,
    at: Timestamp,
) -> Result<()> {
    let realm = w.ctx.realm;
    moment::note(&mut w.tx, realm, id, on, at).await
}

/// Notes that a subscription is suspended from today on, where it is, and why.
///
/// # Errors
/// Database errors.
pub async fn pause_begin_in(
    w: &mut Work,
    subscription: &Subscription,
    cause: PauseCause,
) -> Result<()> {
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let on = now.date_in(&subscription.zone);
    moment::note(&mut w.tx, realm, subscription.id, on, now).await?;
    pause::begin(&mut w.tx, realm, subscription.id, on, cause).await
}

/// Why a subscription is suspended now; none where it is not, or nobody has noted why.
///
/// # Errors
/// Database errors.
pub async fn pause_cause_in(w: &mut Work, id: SubscriptionId) -> Result<Option<PauseCause>> {
    let realm = w.ctx.realm;
    pause::open(&mut w.tx, realm, id).await
}

/// Notes that a subscription is no longer suspended from today on.
///
/// # Errors
/// Database errors.
pub async fn pause_end_in(w: &mut Work, subscription: &Subscription) -> Result<()> {
    let (realm, on) = (w.ctx.realm, w.ctx.now.date_in(&subscription.zone));
    pause::end(&mut w.tx, realm, subscription.id, on).await
}

/// Shows what the vendor does for a subscription. The same state again changes nothing.
///
/// # Errors
/// Not found; conflict when that state can't follow.
pub async fn delivery_state_set_in(
    w: &mut Work,
    id: SubscriptionId,
    state: DeliveryState,
) -> Result<Subscription> {
    let mut subscription = subscription_lock_in(w, id).await?;
    let before = subscription.delivery_state;
    rules::delivery_allows(before, state)?;
    if before == state {
        return Ok(subscription);
    }
    subscription.delivery_state = state;
    save(
        w,
        &mut subscription,
        "subscription.delivery",
        json!({ "before": before, "after": state }),
    )
    .await?;
    tell(w, "subscription.changed", &subscription);
    Ok(subscription)
}

/// Sets the clocks of a subscription.
///
/// # Errors
/// Not found.
pub async fn period_set_in(
    w: &mut Work,
    id: SubscriptionId,
    set: &PeriodSet,
) -> Result<Subscription> {
    let mut subscription = subscription_lock_in(w, id).await?;
    subscription.anchor_on = set.anchor_on;
    subscription.period_start = set.period.map(|period| period.start);
    subscription.period_end = set.period.map(|period| period.end);
    subscription.trial_ends_on = set.trial_ends_on;
    subscription.term_ends_on = set.term_ends_on;
    subscription.next_bill_on = set.next_bill_on;
    let summary = json!({ "period": set.period, "next_bill_on": set.next_bill_on });
    save(w, &mut subscription, "subscription.period", summary).await?;
    Ok(subscription)
}

/// Has the periods of a subscription that has not begun counted from a day of another schedule, once they begin.
///
/// # Errors
/// Not found.
pub async fn align_in(w: &mut Work, id: SubscriptionId, anchor: Date) -> Result<Subscription> {
    let mut subscription = subscription_lock_in(w, id).await?;
    subscription.anchor_on = Some(anchor);
    let summary = json!({ "anchor_on": anchor });
    save(w, &mut subscription, "subscription.align", summary).await?;
    Ok(subscription)
}

/// Has a subscription end on a day, or go on when no day is given.
///
/// # Errors
/// Not found; conflict when it has ended.
pub async fn cancel_on_set_in(
    w: &mut Work,
    id: SubscriptionId,
    on: Option<Date>,
) -> Result<Subscription> {
    let mut subscription = subscription_lock_in(w, id).await?;
    if subscription.commercial_state.is_final() {
        return Err(ended(&subscription));
    }
    let before = subscription.cancel_on;
    subscription.cancel_on = on;
    save(
        w,
        &mut subscription,
        "subscription.cancel_on",
        json!({ "before": before, "after": on }),
    )
    .await?;
    let kind = if on.is_some() {
        "subscription.cancellation_scheduled"
    } else {
        "subscription.cancellation_withdrawn"
    };
    tell(w, kind, &subscription);
    Ok(subscription)
}

/// Turns automatic renewal on or off.
///
/// # Errors
/// Not found, forbidden, changed meanwhile; conflict when the subscription has no term or ends already.
pub async fn auto_renew_set(
    p: &Platform,
    ctx: &OpCtx,
    input: &AutoRenewSet,
) -> Result<SubscriptionDetail> {
    p.command(ctx, "subscription.auto_renew_set", input, |w, input| {
        Box::pin(async move {
            let subscription = renew(w, input.id, input.version, input.auto_renew).await?;
            detail_of(w, subscription).await
        })
    })
    .await
}

async fn renew(
    w: &mut Work,
    id: SubscriptionId,
    version: Option<i64>,
    auto_renew: bool,
) -> Result<Subscription> {
    let mut subscription = changeable(w, Action::SubscriptionRenew, id, version).await?;
    allowed(w, &subscription, SubscriptionOperation::SetAutoRenew).await?;
    let before = std::mem::replace(&mut subscription.auto_renew, auto_renew);
    let summary = json!({ "before": before, "after": auto_renew });
    save(w, &mut subscription, "subscription.auto_renew", summary).await?;
    tell(w, "subscription.renewal_changed", &subscription);
    Ok(subscription)
}

/// Gives a subscription another name.
///
/// # Errors
/// Not found, forbidden, changed meanwhile, a name that is empty or too long.
pub async fn subscription_rename(
    p: &Platform,
    ctx: &OpCtx,
    input: &SubscriptionRename,
) -> Result<SubscriptionDetail> {
    p.command(ctx, "subscription.rename", input, |w, input| {
        Box::pin(async move {
            let subscription = rename(w, input.id, input.version, &input.name).await?;
            detail_of(w, subscription).await
        })
    })
    .await
}

async fn rename(
    w: &mut Work,
    id: SubscriptionId,
    version: Option<i64>,
    name: &str,
) -> Result<Subscription> {
    let mut subscription = changeable(w, Action::SubscriptionChange, id, version).await?;
    let name = text::trimmed("name", name, 1, NAME_LENGTH_MAX)?;
    allowed(w, &subscription, SubscriptionOperation::Rename).await?;
    let before = std::mem::replace(&mut subscription.name, name);
    let summary = json!({ "before": before, "after": subscription.name });
    save(w, &mut subscription, "subscription.rename", summary).await?;
    tell(w, "subscription.changed", &subscription);
    Ok(subscription)
}

/// Changes what needs no order, all of it or nothing.
///
/// # Errors
/// As [`subscription_rename`] and [`auto_renew_set`].
pub async fn subscription_update(
    p: &Platform,
    ctx: &OpCtx,
    input: &SubscriptionUpdate,
) -> Result<SubscriptionDetail> {
    p.command(ctx, "subscription.update", input, |w, input| {
        Box::pin(async move {
            let (id, mut version) = (input.id, input.version);
            let mut changed = None;
            if let Some(name) = &input.name {
                let renamed = rename(w, id, version, name).await?;
                version = Some(renamed.version);
                changed = Some(renamed);
            }
            if let Some(auto_renew) = input.auto_renew {
                let renewing = renew(w, id, version, auto_renew).await?;
                version = Some(renewing.version);
                changed = Some(renewing);
            }
            if let Some(reference) = &input.reference {
                let seen = changeable(w, Action::SubscriptionChange, id, version).await?;
                changed = Some(refer(w, seen, reference).await?);
            }
            let subscription = match changed {
                Some(subscription) => subscription,
                None => changeable(w, Action::SubscriptionChange, id, version).await?,
            };
            detail_of(w, subscription).await
        })
    })
    .await
}

/// The buyer's own references for a subscription become these: documents that are issued from now on carry them.
///
/// # Errors
/// Not found; names what cannot be printed.
pub async fn reference_set_in(
    w: &mut Work,
    id: SubscriptionId,
    reference: &BuyerReference,
) -> Result<Subscription> {
    let subscription = subscription_lock_in(w, id).await?;
    refer(w, subscription, reference).await
}

async fn refer(
    w: &mut Work,
    mut subscription: Subscription,
    reference: &BuyerReference,
) -> Result<Subscription> {
    let reference = rules::checked_reference(reference)?;
    if reference == subscription.reference {
        return Ok(subscription);
    }
    let before = std::mem::replace(&mut subscription.reference, reference);
    let summary = json!({ "before": before, "after": subscription.reference });
    save(w, &mut subscription, "subscription.reference", summary).await?;
    tell(w, "subscription.changed", &subscription);
    Ok(subscription)
}

/// A subscription, locked.
///
/// # Errors
/// Not found.
pub async fn subscription_lock_in(w: &mut Work, id: SubscriptionId) -> Result<Subscription> {
    let realm = w.ctx.realm;
    store::lock(&mut w.tx, realm, id).await
}

/// Locks a subscription that the principal may change and has seen as it is.
pub(super) async fn changeable(
    w: &mut Work,
    action: Action,
    id: SubscriptionId,
    version: Option<i64>,
) -> Result<Subscription> {
    let subscription = subscription_lock_in(w, id).await?;
    let target = subscription_target(w, &subscription).await?;
    w.authorize_for(action, &target, &id)?;
    if version.is_some_and(|seen| seen != subscription.version) {
        return Err(Error::changed(id));
    }
    Ok(subscription)
}

async fn allowed(
    w: &mut Work,
    subscription: &Subscription,
    operation: SubscriptionOperation,
) -> Result<()> {
    if operations(w, subscription).await?.contains(&operation) {
        return Ok(());
    }
    let message = format!(
        "{operation} is not possible now: the subscription is {}",
        subscription.commercial_state
    );
    Err(Error::conflict("operation_unavailable", message))
}

async fn operations(
    w: &mut Work,
    subscription: &Subscription,
) -> Result<Vec<SubscriptionOperation>> {
    let realm = w.ctx.realm;
    let open = order_store::open(&mut w.tx, realm, subscription.id).await?;
    operations_with(w, subscription, open.is_some()).await
}

/// What has been changed, as whoever changed it sees it.
async fn detail_of(w: &mut Work, subscription: Subscription) -> Result<SubscriptionDetail> {
    let whole = whole_in(w, subscription.id).await?;
    detail_from(w, whole).await
}

pub(super) async fn save(
    w: &mut Work,
    subscription: &mut Subscription,
    action: &'static str,
    summary: serde_json::Value,
) -> Result<()> {
    let realm = w.ctx.realm;
    store::update(&mut w.tx, realm, subscription).await?;
    w.audit(AuditEntry {
        action,
        kind: "subscription",
        id: subscription.id.to_string(),
        account: subscription.customer_id,
        summary,
    });
    Ok(())
}

pub(super) fn tell(w: &mut Work, kind: &'static str, subscription: &Subscription) {
    w.emit(NewEvent {
        kind,
        subject: subscription.id.to_string(),
        account: subscription.customer_id,
        data: json!({
            "seller_id": subscription.seller_id,
            "vendor_id": subscription.vendor_id,
            "commercial_state": subscription.commercial_state,
            "delivery_state": subscription.delivery_state,
        }),
    });
}

pub(super) fn ended(subscription: &Subscription) -> Error {
    Error::conflict(
        "subscription_ended",
        format!("the subscription is {}", subscription.commercial_state),
    )
}

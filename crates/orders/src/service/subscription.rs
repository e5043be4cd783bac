//! Subscriptions: both states, periods, renewal, and who may see what of them.

use crate::rules::{self, OperationFacts};
use crate::store::quantity::{self, ParameterRow};
use crate::store::{order as order_store, subscription as store};
use crate::types::{
    AutoRenewSet, CommercialState, DeliveryState, Leg, NewSubscription, OrderCreate, Subscription,
    SubscriptionDetail, SubscriptionEvent, SubscriptionHome, SubscriptionItem,
    SubscriptionOperation, SubscriptionParameter, SubscriptionRename, SubscriptionUpdate,
};
use serde_json::json;
use tradewind_kernel::calendar::Period;
use tradewind_kernel::id::{AccountId, LegId, SubscriptionId};
use tradewind_kernel::{Date, Error, Result, text};
use tradewind_platform::{AuditEntry, KeyRing, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind, Target};

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

/// Up to `limit` of the subscriptions that an account has, sells or delivers and that have not ended, with their names, and
/// how many there are.
///
/// # Errors
/// Database errors.
pub async fn running_of_account_in(
    w: &mut Work,
    account: AccountId,
    limit: i64,
) -> Result<(Vec<(SubscriptionId, String)>, i64)> {
    let realm = w.ctx.realm;
    store::running(&mut w.tx, realm, account, limit).await
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
            let id = input.id;
            let subscription = match (&input.name, input.auto_renew) {
                (Some(name), None) => rename(w, id, input.version, name).await?,
                (None, Some(auto_renew)) => renew(w, id, input.version, auto_renew).await?,
                (Some(name), Some(auto_renew)) => {
                    let renamed = rename(w, id, input.version, name).await?;
                    renew(w, id, Some(renamed.version), auto_renew).await?
                }
                (None, None) => {
                    changeable(w, Action::SubscriptionChange, id, input.version).await?
                }
            };
            detail_of(w, subscription).await
        })
    })
    .await
}

/// One subscription with what it holds and what may be done with it. Only the vendor reads secret answers.
///
/// # Errors
/// Not found.
pub async fn subscription_get(
    p: &Platform,
    ctx: &OpCtx,
    id: SubscriptionId,
) -> Result<SubscriptionDetail> {
    p.read(ctx, &(id, p.keys()), |w, (id, keys)| {
        Box::pin(subscription_get_in(w, keys, *id))
    })
    .await
}

/// As [`subscription_get`], within another use case.
///
/// # Errors
/// As [`subscription_get`].
pub async fn subscription_get_in(
    w: &mut Work,
    keys: &KeyRing,
    id: SubscriptionId,
) -> Result<SubscriptionDetail> {
    let subscription = subscription_in(w, id).await?;
    let target = subscription_target(w, &subscription).await?;
    w.authorize_for(Action::SubscriptionView, &target, &id)?;
    let is_vendor = w.ctx.principal.account == subscription.vendor_id;
    let mut detail = detail_of(w, subscription).await?;
    if is_vendor {
        reveal_parameters(w, keys, id, &mut detail.parameters).await?;
    }
    Ok(detail)
}

/// The vendor needs the secret answers to deliver; nobody else reads them.
async fn reveal_parameters(
    w: &mut Work,
    keys: &KeyRing,
    id: SubscriptionId,
    shown: &mut [SubscriptionParameter],
) -> Result<()> {
    let realm = w.ctx.realm;
    let stored = quantity::parameters(&mut w.tx, realm, id).await?;
    for row in stored.iter().filter(|row| row.sensitive) {
        if let Some(parameter) = shown.iter_mut().find(|shown| shown.code == row.code) {
            let plain = keys.open(&sealing_place(id, &row.code), &row.value)?;
            parameter.value = Some(plain.expose().to_owned());
        }
    }
    Ok(())
}

/// A subscription without asking who wants to know.
///
/// # Errors
/// Not found.
pub async fn subscription_in(w: &mut Work, id: SubscriptionId) -> Result<Subscription> {
    let realm = w.ctx.realm;
    store::get(&mut w.tx, realm, id).await
}

/// A subscription, locked.
///
/// # Errors
/// Not found.
pub async fn subscription_lock_in(w: &mut Work, id: SubscriptionId) -> Result<Subscription> {
    let realm = w.ctx.realm;
    store::lock(&mut w.tx, realm, id).await
}

/// Those of some subscriptions that there are, in order of their ids.
///
/// # Errors
/// Database errors.
pub async fn subscriptions_in(w: &mut Work, ids: &[SubscriptionId]) -> Result<Vec<Subscription>> {
    let realm = w.ctx.realm;
    store::some(&mut w.tx, realm, ids).await
}

/// Between whom some subscriptions are, for use cases that decide themselves who may see them; those that do not exist
/// are left out.
///
/// # Errors
/// Database errors.
pub async fn subscription_homes_in(
    w: &mut Work,
    ids: &[SubscriptionId],
) -> Result<Vec<SubscriptionHome>> {
    let realm = w.ctx.realm;
    store::homes(&mut w.tx, realm, ids).await
}

/// What a subscription holds.
///
/// # Errors
/// Database errors.
pub async fn items_in(w: &mut Work, id: SubscriptionId) -> Result<Vec<SubscriptionItem>> {
    let realm = w.ctx.realm;
    quantity::items(&mut w.tx, realm, id).await
}

/// The legs of a subscription, the vendor's first.
///
/// # Errors
/// Database errors.
pub async fn legs_in(w: &mut Work, id: SubscriptionId) -> Result<Vec<Leg>> {
    let realm = w.ctx.realm;
    quantity::legs(&mut w.tx, realm, &[id]).await
}

/// A subscription in detail, without asking who wants to know.
///
/// # Errors
/// Not found.
pub async fn subscription_detail_in(
    w: &mut Work,
    id: SubscriptionId,
) -> Result<SubscriptionDetail> {
    let subscription = subscription_in(w, id).await?;
    detail_of(w, subscription).await
}

/// What the policies are asked about a subscription.
///
/// # Errors
/// Database errors.
pub async fn subscription_target(w: &mut Work, subscription: &Subscription) -> Result<Target> {
    let target = tradewind_accounts::service::target(
        w,
        ResourceKind::Subscription,
        subscription.customer_id,
    )
    .await?;
    Ok(target
        .traded(subscription.seller_id, subscription.customer_id)
        .of_vendor(subscription.vendor_id))
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
    let target = subscription_target(w, subscription).await?;
    let facts = OperationFacts {
        open_order: order_store::open(&mut w.tx, realm, subscription.id)
            .await?
            .is_some(),
        seller_side: w.may(Action::SubscriptionSuspend, &target),
    };
    Ok(rules::subscription_operations(subscription, facts))
}

async fn detail_of(w: &mut Work, subscription: Subscription) -> Result<SubscriptionDetail> {
    let realm = w.ctx.realm;
    let items = quantity::items(&mut w.tx, realm, subscription.id).await?;
    let parameters = quantity::parameters(&mut w.tx, realm, subscription.id)
        .await?
        .into_iter()
        .map(|row| SubscriptionParameter {
            code: row.code,
            value: (!row.sensitive).then_some(row.value),
            sensitive: row.sensitive,
        })
        .collect();
    let available_operations = operations(w, &subscription).await?;
    Ok(SubscriptionDetail {
        subscription,
        items,
        parameters,
        available_operations,
    })
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

/// Binds a sealed answer to its place, so that it can't be moved to another row.
fn sealing_place(id: SubscriptionId, code: &str) -> String {
    format!("subscription_parameter/{id}/{code}")
}

//! Deliveries: asked for by the flows, carried out by vendors, watched by everyone concerned.

use super::sold::show_delivery;
use crate::rules;
use crate::store::{access, delivery as store, webhook};
use crate::types::{
    Delivery, DeliveryDetail, DeliveryKind, DeliveryMode, DeliveryOperation, DeliveryReport,
    DeliveryState,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::id::{AccountId, DeliveryId, OrderId, SubscriptionId};
use tradewind_kernel::{Error, Result};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind, Target};

/// A piece of work to ask a vendor for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeliveryStart {
    /// For which subscription.
    pub subscription_id: SubscriptionId,
    /// Which order wants it.
    pub order_id: Option<OrderId>,
    /// Who is to do it.
    pub vendor_id: AccountId,
    /// Who is served.
    pub customer_id: AccountId,
    /// What is to be done.
    pub kind: DeliveryKind,
    /// By whom.
    pub mode: DeliveryMode,
}

/// Asks the vendor for a piece of work. Open work that it makes pointless is called off.
///
/// # Errors
/// Database errors.
pub async fn delivery_start_in(w: &mut Work, input: &DeliveryStart) -> Result<Delivery> {
    let realm = w.ctx.realm;
    for mut open in store::lock_open(&mut w.tx, realm, input.subscription_id).await? {
        if rules::supersedes(input.kind, open.kind) {
            end(w, &mut open, DeliveryState::Cancelled, None).await?;
        }
    }
    let delivery = Delivery {
        id: DeliveryId::generate(),
        subscription_id: input.subscription_id,
        order_id: input.order_id,
        vendor_id: input.vendor_id,
        customer_id: input.customer_id,
        kind: input.kind,
        mode: input.mode,
        state: DeliveryState::Waiting,
        attempt: 1,
        message: None,
        created_at: w.ctx.now,
        finished_at: None,
        version: 1,
    };
    store::insert(&mut w.tx, realm, &delivery).await?;
    follow(w, &delivery).await?;
    tell(w, "delivery.started", &delivery);
    Ok(delivery)
}

/// Calls off whatever waits at the vendor for a subscription.
///
/// # Errors
/// Database errors.
pub async fn delivery_cancel_open_in(w: &mut Work, subscription: SubscriptionId) -> Result<()> {
    let realm = w.ctx.realm;
    for mut open in store::lock_open(&mut w.tx, realm, subscription).await? {
        end(w, &mut open, DeliveryState::Cancelled, None).await?;
    }
    Ok(())
}

/// The latest delivery of an order.
///
/// # Errors
/// Database errors.
pub async fn delivery_of_order_in(w: &mut Work, order: OrderId) -> Result<Option<Delivery>> {
    let realm = w.ctx.realm;
    store::of_order(&mut w.tx, realm, order).await
}

/// The vendor says that it is at work. Saying so again changes nothing.
///
/// # Errors
/// Not found, forbidden; conflict when the delivery has ended.
pub async fn delivery_start(p: &Platform, ctx: &OpCtx, id: DeliveryId) -> Result<Delivery> {
    p.command(ctx, "delivery.start", &id, |w, id| {
        Box::pin(async move {
            let mut delivery = locked(w, Action::DeliveryReport, *id).await?;
            rules::start_allowed(&delivery)?;
            if delivery.state == DeliveryState::Waiting {
                delivery.state = DeliveryState::InProgress;
                save(w, &mut delivery, "delivery.start").await?;
            }
            Ok(delivery)
        })
    })
    .await
}

/// What a report is about.
#[derive(Debug, Serialize, Deserialize)]
struct Reported {
    id: DeliveryId,
    report: DeliveryReport,
}

/// The vendor says how a delivery ended. The same report again changes nothing; one on a delivery that has ended
/// otherwise is refused, and noted for those who look after it.
///
/// # Errors
/// Not found, forbidden; a failure without a message; conflict when the delivery has ended otherwise.
pub async fn delivery_report(
    p: &Platform,
    ctx: &OpCtx,
    id: DeliveryId,
    report: DeliveryReport,
) -> Result<Delivery> {
    let reported = Reported {
        id,
        report: DeliveryReport {
            message: report
                .message
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty()),
            ..report
        },
    };
    let done = p
        .command(ctx, "delivery.report", &reported, |w, input| {
            Box::pin(report_in(w, input))
        })
        .await;
    if done.as_ref().is_err_and(rules::is_late) {
        // What is refused leaves no trace of its own, and the refusal is no answer to be kept under a key.
        let ctx = OpCtx {
            idempotency_key: None,
            ..ctx.clone()
        };
        p.command(&ctx, "delivery.late_report", &reported, |w, input| {
            Box::pin(note_late(w, input))
        })
        .await?;
    }
    done
}

async fn report_in(w: &mut Work, input: &Reported) -> Result<Delivery> {
    let mut delivery = locked(w, Action::DeliveryReport, input.id).await?;
    let Some(state) = rules::check_report(&delivery, &input.report)? else {
        return Ok(delivery);
    };
    end(w, &mut delivery, state, input.report.message.clone()).await?;
    if delivery.kind == DeliveryKind::Remove && state == DeliveryState::Succeeded {
        let realm = w.ctx.realm;
        access::forget(&mut w.tx, realm, delivery.subscription_id).await?;
    }
    Ok(delivery)
}

async fn note_late(w: &mut Work, input: &Reported) -> Result<()> {
    let delivery = locked(w, Action::DeliveryReport, input.id).await?;
    // Between the two transactions it may have been set going again.
    if !rules::check_report(&delivery, &input.report).is_err_and(|error| rules::is_late(&error)) {
        return Ok(());
    }
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let times = store::note_late(&mut w.tx, realm, input.id, &input.report, now).await?;
    if times > 1 {
        // A program that insists is counted, not logged each time.
        return Ok(());
    }
    w.audit(AuditEntry {
        action: "delivery.late_report",
        kind: "delivery",
        id: delivery.id.to_string(),
        account: delivery.customer_id,
        summary: json!({ "state": delivery.state, "reported": input.report.outcome, "message": input.report.message }),
    });
    Ok(())
}

/// Has a failed delivery tried again.
///
/// # Errors
/// Not found, forbidden; conflict unless it has failed.
pub async fn delivery_retry(p: &Platform, ctx: &OpCtx, id: DeliveryId) -> Result<Delivery> {
    p.command(ctx, "delivery.retry", &id, |w, id| {
        Box::pin(async move {
            let delivery = locked(w, Action::DeliveryRetry, *id).await?;
            restart(w, delivery).await
        })
    })
    .await
}

/// As [`delivery_retry`], inside another command that has authorised already.
///
/// # Errors
/// Not found; conflict unless it has failed.
pub async fn delivery_retry_in(w: &mut Work, id: DeliveryId) -> Result<Delivery> {
    let realm = w.ctx.realm;
    let delivery = store::lock(&mut w.tx, realm, id).await?;
    restart(w, delivery).await
}

/// One delivery, with what may be done about it.
///
/// # Errors
/// Not found.
pub async fn delivery_get(p: &Platform, ctx: &OpCtx, id: DeliveryId) -> Result<DeliveryDetail> {
    p.read(ctx, &id, |w, id| Box::pin(detail(w, *id))).await
}

async fn detail(w: &mut Work, id: DeliveryId) -> Result<DeliveryDetail> {
    let realm = w.ctx.realm;
    let delivery = store::get(&mut w.tx, realm, id).await?;
    let of = target(
        w,
        ResourceKind::Delivery,
        delivery.customer_id,
        delivery.vendor_id,
    )
    .await?;
    w.authorize_for(Action::DeliveryView, &of, &id)?;
    let permitted = |operation: &DeliveryOperation| {
        let action = match operation {
            DeliveryOperation::Start | DeliveryOperation::Report => Action::DeliveryReport,
            DeliveryOperation::Retry => Action::DeliveryRetry,
        };
        w.may(action, &of)
    };
    let available_operations = rules::operations(delivery.state)
        .iter()
        .copied()
        .filter(permitted)
        .collect();
    let hooks =
        tradewind_accounts::service::target(w, ResourceKind::Webhook, delivery.vendor_id).await?;
    let messages = if w.may(Action::WebhookManage, &hooks) {
        webhook::messages_about(&mut w.tx, realm, &id.to_string(), delivery.vendor_id).await?
    } else {
        Vec::new()
    };
    let late_reports = match delivery.state {
        DeliveryState::Waiting | DeliveryState::InProgress if delivery.attempt == 1 => Vec::new(),
        _ => store::late(&mut w.tx, realm, id).await?,
    };
    Ok(DeliveryDetail {
        late_reports,
        delivery,
        available_operations,
        messages: messages.iter().map(webhook::MessageRow::view).collect(),
    })
}

/// How many deliveries wait for the principal's account to carry them out.
///
/// # Errors
/// Forbidden.
pub async fn deliveries_waiting(p: &Platform, ctx: &OpCtx) -> Result<i64> {
    p.read(ctx, &(), |w, ()| {
        Box::pin(async move {
            let (realm, vendor) = (w.ctx.realm, w.ctx.principal.account);
            let own =
                tradewind_accounts::service::target(w, ResourceKind::Delivery, vendor).await?;
            w.authorize(Action::DeliveryView, &own)?;
            store::count_waiting(&mut w.tx, realm, vendor).await
        })
    })
    .await
}

/// The target of an action on something of one subscription.
pub(super) async fn target(
    w: &mut Work,
    kind: ResourceKind,
    customer: AccountId,
    vendor: AccountId,
) -> Result<Target> {
    let mut target = tradewind_accounts::service::target(w, kind, customer).await?;
    target.vendor = Some(vendor);
    Ok(target)
}

async fn authorize(w: &mut Work, action: Action, delivery: &Delivery) -> Result<()> {
    let target = target(
        w,
        ResourceKind::Delivery,
        delivery.customer_id,
        delivery.vendor_id,
    )
    .await?;
    w.authorize_for(action, &target, &delivery.id)
}

async fn locked(w: &mut Work, action: Action, id: DeliveryId) -> Result<Delivery> {
    let realm = w.ctx.realm;
    let delivery = store::lock(&mut w.tx, realm, id).await?;
    authorize(w, action, &delivery).await?;
    Ok(delivery)
}

async fn restart(w: &mut Work, mut delivery: Delivery) -> Result<Delivery> {
    rules::retry_allowed(&delivery)?;
    delivery.state = DeliveryState::Waiting;
    delivery.attempt = delivery
        .attempt
        .checked_add(1)
        .ok_or_else(|| Error::internal("attempts overflow"))?;
    delivery.message = None;
    delivery.finished_at = None;
    save(w, &mut delivery, "delivery.retry").await?;
    tell(w, "delivery.started", &delivery);
    Ok(delivery)
}

async fn end(
    w: &mut Work,
    delivery: &mut Delivery,
    state: DeliveryState,
    message: Option<String>,
) -> Result<()> {
    delivery.state = state;
    delivery.message = message;
    delivery.finished_at = Some(w.ctx.now);
    save(w, delivery, "delivery.end").await?;
    match state {
        DeliveryState::Succeeded => tell(w, "delivery.succeeded", delivery),
        DeliveryState::Failed => tell(w, "delivery.failed", delivery),
        DeliveryState::Cancelled => tell(w, "delivery.cancelled", delivery),
        DeliveryState::Waiting | DeliveryState::InProgress => {}
    }
    Ok(())
}

async fn save(w: &mut Work, delivery: &mut Delivery, action: &'static str) -> Result<()> {
    let realm = w.ctx.realm;
    store::update(&mut w.tx, realm, delivery).await?;
    follow(w, delivery).await?;
    w.audit(AuditEntry {
        action,
        kind: "delivery",
        id: delivery.id.to_string(),
        account: delivery.customer_id,
        summary: json!({ "state": delivery.state, "kind": delivery.kind, "attempt": delivery.attempt, "message": delivery.message }),
    });
    Ok(())
}

/// Lets the subscription show what its delivery does.
async fn follow(w: &mut Work, delivery: &Delivery) -> Result<()> {
    match rules::subscription_state(delivery.kind, delivery.state) {
        Some(state) => show_delivery(w, delivery.subscription_id, state).await,
        None => Ok(()),
    }
}

fn tell(w: &mut Work, kind: &'static str, delivery: &Delivery) {
    w.emit(NewEvent {
        kind,
        subject: delivery.id.to_string(),
        account: delivery.customer_id,
        data: json!({
            "subscription_id": delivery.subscription_id,
            "order_id": delivery.order_id,
            "vendor_id": delivery.vendor_id,
            "kind": delivery.kind,
            "mode": delivery.mode,
            "attempt": delivery.attempt,
            "message": delivery.message,
        }),
    });
}

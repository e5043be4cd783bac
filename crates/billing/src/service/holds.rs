//! Holds that a gateway has let go by itself: banks keep an amount for some days only.

use tradewind_kernel::{Error, Result, id::PaymentId};
use tradewind_platform::{OpCtx, Platform, Work};

use super::{
    card_steps::{audit, step_of},
    payments::{PaymentGateway, announce, attempt},
    realm,
    refunds::tell,
};
use crate::{
    store::{payment_steps, payments as store},
    types::{GatewayOutcome, Payment, PaymentState, PaymentStepKind, PaymentStepState},
};

/// Asks the gateway whether it still holds an amount, and records when it does not.
pub(super) async fn look_after_hold(
    p: &Platform,
    ctx: &OpCtx,
    gateway: &dyn PaymentGateway,
    payment: Payment,
) -> Result<Payment> {
    let attempt = attempt(p, ctx, gateway, &payment, String::new(), true).await?;
    if !matches!(
        gateway.confirm(&attempt).await?,
        GatewayOutcome::Failed { .. }
    ) {
        return Ok(payment);
    }
    // The caller's key belongs to the command before; this one can run any number of times.
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    p.command(&ctx, "payment.hold_gone", &payment.id, |w, id| {
        Box::pin(let_go(w, *id))
    })
    .await
}

async fn let_go(w: &mut Work, id: PaymentId) -> Result<Payment> {
    let realm = realm(w);
    let mut payment = store::lock(&mut w.tx, realm, id)
        .await?
        .ok_or_else(|| Error::not_found(id))?;
    let steps = payment_steps::of_payment(&mut w.tx, realm, payment.id).await?;
    let is_asked = |state| state == PaymentStepState::Pending;
    // What is being taken or let go has an answer of its own to wait for.
    if payment.state != PaymentState::Authorised || steps.iter().any(|step| is_asked(step.state)) {
        return Ok(payment);
    }
    let done = PaymentStepState::Succeeded;
    let mut step = step_of(w, &payment, PaymentStepKind::Void, payment.amount, done);
    step.reason = "let go by the gateway".to_owned();
    step.reference.clone_from(&payment.reference);
    payment_steps::insert(&mut w.tx, realm, &step).await?;
    payment.state = PaymentState::Voided;
    payment.settled_at = Some(w.ctx.now);
    store::set_state(&mut w.tx, realm, &payment).await?;
    audit(w, "payment.hold_gone", &step);
    tell(w, "payment.step_done", &step);
    announce(w, &payment);
    Ok(payment)
}

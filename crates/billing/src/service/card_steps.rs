//! What happens to card payments besides refunds: an amount that is held is taken or let go, and the payer's bank takes money
//! back and may lose.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Error, Money, Result,
    id::{PaymentId, PaymentStepId},
    text,
};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{
    collecting::{self, Movement},
    credit_moves::{repay, repayable},
    moves::{header, post, reopen, sides},
    payments::receive,
    realm, traded,
};
use crate::{
    rules::ledger,
    store::{charges::Pair, documents, payment_steps as store, payments},
    types::{
        CollectedKind, LedgerAccount, Payment, PaymentKind, PaymentState, PaymentStep,
        PaymentStepKind, PaymentStepState,
    },
};

/// A held payment that is taken.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PaymentCapture {
    /// Which payment.
    pub payment_id: PaymentId,
    /// How much; all that is held when left out. The rest is let go.
    #[serde(default)]
    pub amount: Option<Money>,
}

/// A payment that the payer's bank has taken back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Chargeback {
    /// Which payment.
    pub payment_id: PaymentId,
    /// The bank's reference of the dispute.
    pub reference: String,
    /// Why, as the bank says.
    pub reason: String,
}

pub(super) async fn locked(w: &mut Work, id: PaymentId) -> Result<Payment> {
    let realm = realm(w);
    let payment = payments::lock(&mut w.tx, realm, id)
        .await?
        .ok_or_else(|| Error::not_found(id))?;
    let (seller, payer) = (payment.seller_id, payment.payer_id);
    let target = traded(w, ResourceKind::Payment, seller, payer).await?;
    w.authorize_for(Action::PaymentRecord, &target, &id)?;
    Ok(payment)
}

pub(super) fn step_of(
    w: &Work,
    payment: &Payment,
    kind: PaymentStepKind,
    amount: Money,
    state: PaymentStepState,
) -> PaymentStep {
    PaymentStep {
        id: PaymentStepId::generate(),
        payment_id: payment.id,
        payment_kind: payment.kind,
        kind,
        seller_id: payment.seller_id,
        payer_id: payment.payer_id,
        amount,
        state,
        note_id: None,
        reason: String::new(),
        reference: None,
        failure_code: None,
        created_at: w.ctx.now,
        settled_at: (state != PaymentStepState::Pending).then_some(w.ctx.now),
    }
}

pub(super) fn audit(w: &mut Work, action: &'static str, step: &PaymentStep) {
    w.audit(AuditEntry {
        action,
        kind: "payment",
        id: step.payment_id.to_string(),
        account: step.payer_id,
        summary: json!({ "step": step.id, "amount": step.amount, "reference": step.reference, "reason": step.reason }),
    });
}

/// Takes what is held on a card. The gateway is asked afterwards; the payment is made when it says so.
///
/// # Errors
/// `not_held`, `step_open` when it is being taken or let go already, `amount`; `NotFound`, `Forbidden`.
pub async fn payment_capture(
    p: &Platform,
    ctx: &OpCtx,
    input: &PaymentCapture,
) -> Result<PaymentStep> {
    p.command(ctx, "payment.capture", input, |w, input| {
        Box::pin(async move {
            let payment = locked(w, input.payment_id).await?;
            let amount = input.amount.unwrap_or(payment.amount);
            if amount.currency != payment.amount.currency {
                let text = format!("the payment is in {}", payment.amount.currency);
                return Err(Error::invalid("amount", "currency_mismatch", text));
            }
            if amount.minor <= 0 || amount.minor > payment.amount.minor {
                let text = format!("expected more than zero and {} at most", payment.amount);
                return Err(Error::invalid("amount", "out_of_range", text));
            }
            ask(w, &payment, PaymentStepKind::Capture, amount).await
        })
    })
    .await
}

/// Lets go what is held on a card.
///
/// # Errors
/// `not_held`, `step_open` when it is being taken or let go already; `NotFound`, `Forbidden`.
pub async fn payment_void(p: &Platform, ctx: &OpCtx, id: PaymentId) -> Result<PaymentStep> {
    p.command(ctx, "payment.void", &id, |w, id| {
        Box::pin(async move {
            let payment = locked(w, *id).await?;
            let amount = payment.amount;
            ask(w, &payment, PaymentStepKind::Void, amount).await
        })
    })
    .await
}

async fn ask(
    w: &mut Work,
    payment: &Payment,
    kind: PaymentStepKind,
    amount: Money,
) -> Result<PaymentStep> {
    if payment.state != PaymentState::Authorised {
        return Err(Error::conflict(
            "not_held",
            "nothing is held on the card for this payment",
        ));
    }
    let realm = realm(w);
    let steps = store::of_payment(&mut w.tx, realm, payment.id).await?;
    if steps
        .iter()
        .any(|step| step.state == PaymentStepState::Pending)
    {
        return Err(Error::conflict(
            "step_open",
            "the gateway is being asked already; wait for its answer",
        ));
    }
    let step = step_of(w, payment, kind, amount, PaymentStepState::Pending);
    store::insert(&mut w.tx, realm, &step).await?;
    let action = match kind {
        PaymentStepKind::Capture => "payment.capture",
        _ => "payment.void",
    };
    audit(w, action, &step);
    super::refunds::tell(w, "payment.step_requested", &step);
    Ok(step)
}

/// What the gateway has said about taking or letting go: recorded with the payment.
pub(super) async fn settle(
    w: &mut Work,
    step: &mut PaymentStep,
    into: LedgerAccount,
    outcome: std::result::Result<String, String>,
) -> Result<()> {
    let realm = realm(w);
    let mut payment = payments::lock(&mut w.tx, realm, step.payment_id)
        .await?
        .ok_or_else(|| Error::not_found(step.payment_id))?;
    step.settled_at = Some(w.ctx.now);
    let event = match outcome {
        Err(code) => {
            step.state = PaymentStepState::Failed;
            step.failure_code = Some(code);
            "payment.step_failed"
        }
        Ok(reference) => {
            step.state = PaymentStepState::Succeeded;
            step.reference = Some(reference);
            payment.settled_at = Some(w.ctx.now);
            if step.kind == PaymentStepKind::Capture {
                payment.amount = step.amount;
                payment.state = PaymentState::Succeeded;
                receive(w, &mut payment, &into, None).await?;
                let movement = Movement::paid(into, payment.amount, None);
                collecting::moved(w, &payment, movement).await?;
                payments::set_state(&mut w.tx, realm, &payment).await?;
                super::payments::announce(w, &payment);
            } else {
                payment.state = PaymentState::Voided;
                payments::set_state(&mut w.tx, realm, &payment).await?;
            }
            "payment.step_done"
        }
    };
    store::settle(&mut w.tx, realm, step).await?;
    super::refunds::tell(w, event, step);
    Ok(())
}

pub(super) fn pair_of(payment: &Payment) -> Pair {
    Pair {
        seller_id: payment.seller_id,
        buyer_id: payment.payer_id,
        currency: payment.amount.currency,
    }
}

/// Records that the payer's bank has taken a card payment back: what it paid is open again, what had become credit is taken as
/// far as it is there, and the rest is lost.
///
/// # Errors
/// `not_disputable` unless it is a card payment that has succeeded and is not paid back, `reference`, `reason`; `NotFound`,
/// `Forbidden`.
pub async fn chargeback_record(
    p: &Platform,
    ctx: &OpCtx,
    input: &Chargeback,
) -> Result<PaymentStep> {
    p.command(ctx, "payment.chargeback", input, |w, input| {
        Box::pin(charge_back(w, input))
    })
    .await
}

async fn charge_back(w: &mut Work, input: &Chargeback) -> Result<PaymentStep> {
    let realm = realm(w);
    let mut payment = locked(w, input.payment_id).await?;
    text::check_len("reference", &input.reference, 1, 140)?;
    text::check_len("reason", &input.reason, 1, 500)?;
    collecting::may_move(w, payment.collector_id).await?;
    let refunded = Money::new(
        store::refunded(&mut w.tx, realm, payment.id).await?,
        payment.amount.currency,
    );
    let amount = payment.amount.sub(refunded)?;
    if payment.kind != PaymentKind::Card
        || payment.state != PaymentState::Succeeded
        || amount.minor <= 0
    {
        return Err(Error::refused(
            "not_disputable",
            "only a card payment that has succeeded and is not paid back can be taken back by a bank",
        ));
    }
    let pair = pair_of(&payment);
    let smaller = |a: Money, b: Money| if a.minor < b.minor { a } else { b };
    // What paid the invoice is owed again.
    let owed = smaller(payment.applied, amount);
    if let Some(invoice) = payment.invoice_id.filter(|_| !owed.is_zero())
        && let Some(balance) = documents::lock_balance(&mut w.tx, realm, invoice).await?
    {
        reopen(w, balance, owed).await?;
    }
    let rest = amount.sub(owed)?;
    let mut step = step_of(
        w,
        &payment,
        PaymentStepKind::Chargeback,
        amount,
        PaymentStepState::Succeeded,
    );
    step.reference = Some(input.reference.clone());
    step.reason.clone_from(&input.reason);
    let credit = smaller(repayable(w, pair).await?, rest);
    if !credit.is_zero() {
        repay(
            w,
            pair,
            credit,
            &payment.id.to_string(),
            step.id.to_string(),
        )
        .await?;
    }
    let lost = rest.sub(credit)?;
    store::insert(&mut w.tx, realm, &step).await?;
    if !lost.is_zero() {
        let kind = PaymentStepKind::ChargebackLoss;
        let loss = step_of(w, &payment, kind, lost, PaymentStepState::Succeeded);
        store::insert(&mut w.tx, realm, &loss).await?;
    }
    let sides = sides(w, pair).await?;
    let header = header(w, pair, step.id.to_string(), "chargeback by").await?;
    let out_of = clearing(w, &payment).await?;
    let movement = Movement {
        kind: CollectedKind::Chargeback,
        step_id: Some(step.id),
        account: out_of.clone(),
        amount: amount.neg()?,
        on: None,
    };
    collecting::moved(w, &payment, movement).await?;
    let out_of = collecting::till(&payment, out_of);
    let entries = ledger::chargeback(sides, &header, out_of, owed, credit, lost)?;
    post(w, entries).await?;
    payment.applied = payment.applied.sub(owed)?;
    payment.state = PaymentState::ChargedBack;
    payments::set_state(&mut w.tx, realm, &payment).await?;
    audit(w, "payment.chargeback", &step);
    tell_dispute(w, "payment.charged_back", &payment, &step);
    Ok(step)
}

/// The clearing account of the gateway that made a payment.
async fn clearing(w: &mut Work, payment: &Payment) -> Result<LedgerAccount> {
    let method = payment
        .method_id
        .ok_or_else(|| Error::internal("a card payment has no method"))?;
    let (gateway, _) = payments::token(&mut w.tx, w.ctx.realm, method)
        .await?
        .ok_or_else(|| Error::not_found(method))?;
    Ok(LedgerAccount::Clearing(gateway))
}

fn tell_dispute(w: &mut Work, kind: &'static str, payment: &Payment, step: &PaymentStep) {
    w.emit(NewEvent {
        kind,
        subject: payment.id.to_string(),
        account: payment.payer_id,
        data: json!({
            "invoice_id": payment.invoice_id, "seller_id": payment.seller_id, "payer_id": payment.payer_id,
            "amount": step.amount, "step": step.id,
        }),
    });
}

/// Records that a dispute was won: the money is back, and pays what is open of the invoice.
///
/// # Errors
/// `not_charged_back`; `NotFound`, `Forbidden`.
pub async fn chargeback_won(p: &Platform, ctx: &OpCtx, id: PaymentId) -> Result<PaymentStep> {
    p.command(ctx, "payment.chargeback_won", &id, |w, id| {
        Box::pin(won(w, *id))
    })
    .await
}

async fn won(w: &mut Work, id: PaymentId) -> Result<PaymentStep> {
    let realm = realm(w);
    let mut payment = locked(w, id).await?;
    collecting::may_move(w, payment.collector_id).await?;
    if payment.state != PaymentState::ChargedBack {
        return Err(Error::conflict(
            "not_charged_back",
            "no bank has taken this payment back",
        ));
    }
    let steps = store::of_payment(&mut w.tx, realm, id).await?;
    let taken = steps
        .iter()
        .rfind(|step| step.kind == PaymentStepKind::Chargeback)
        .ok_or_else(|| Error::internal("a payment was charged back by no step"))?;
    let lost = steps
        .iter()
        .rfind(|step| step.kind == PaymentStepKind::ChargebackLoss && step.id > taken.id)
        .map_or(Money::zero(taken.amount.currency), |step| step.amount);
    let into = clearing(w, &payment).await?;
    let kind = PaymentStepKind::ChargebackWon;
    let step = step_of(w, &payment, kind, taken.amount, PaymentStepState::Succeeded);
    store::insert(&mut w.tx, realm, &step).await?;
    let (whole, before) = (payment.amount, payment.applied);
    // What was not lost comes in as it did the first time.
    payment.amount = taken.amount.sub(lost)?;
    if !payment.amount.is_zero() {
        receive(w, &mut payment, &into, None).await?;
    } else {
        payment.applied = payment.amount;
    }
    payment.applied = payment.applied.add(before)?;
    payment.amount = whole;
    let movement = Movement {
        kind: CollectedKind::ChargebackWon,
        step_id: Some(step.id),
        account: into.clone(),
        amount: taken.amount,
        on: None,
    };
    collecting::moved(w, &payment, movement).await?;
    if !lost.is_zero() {
        let pair = pair_of(&payment);
        let sides = sides(w, pair).await?;
        let header = header(w, pair, step.id.to_string(), "dispute won against").await?;
        let zero = Money::zero(lost.currency);
        let into = collecting::till(&payment, into);
        let entries = ledger::chargeback(sides, &header, into, zero, zero, lost.neg()?)?;
        post(w, entries).await?;
    }
    payment.state = PaymentState::Succeeded;
    payments::set_state(&mut w.tx, realm, &payment).await?;
    audit(w, "payment.chargeback_won", &step);
    tell_dispute(w, "payment.chargeback_won", &payment, &step);
    Ok(step)
}

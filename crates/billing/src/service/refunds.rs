//! Money that goes back to where it came from: through the gateway, or by a transfer that the seller makes.
//!
//! A refund is decided, and taken off the buyer's credit, before anybody outside is asked; it is settled when the outcome
//! is known. What fails becomes credit again.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Error, Money, Result,
    id::{InvoiceId, PaymentId, PaymentStepId},
    text,
};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{
    authorize_run,
    card_steps::{self, pair_of},
    collecting::{self, Movement},
    credit_moves::{Incoming, give, repay, repayable},
    moves::{header, post, sides},
    payments::PaymentGateway,
    realm, traded,
};
use crate::{
    rules::ledger,
    store::{charges::Pair, payment_steps as store, payments},
    types::{
        CollectedKind, CreditSource, GatewayOutcome, GatewayStep, LedgerAccount, Payment,
        PaymentKind, PaymentState, PaymentStep, PaymentStepKind, PaymentStepState,
    },
};

/// A payment to be paid back from the buyer's credit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RefundRequest {
    /// Which payment.
    pub payment_id: PaymentId,
    /// How much; all that is left of it, as far as there is credit, when left out.
    #[serde(default)]
    pub amount: Option<Money>,
    /// Why.
    pub reason: String,
}

/// What became of a refund that the seller makes by bank transfer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RefundBack {
    /// Which refund.
    pub refund_id: PaymentStepId,
    /// The bank's reference of the transfer; none when it is not made, and the amount becomes credit again.
    #[serde(default)]
    pub reference: Option<String>,
}

/// Pays a payment back, wholly or in part, from the credit that the buyer has: an over-payment, or what a credit note gave.
///
/// # Errors
/// `not_refundable` for payments that moved no money, `amount` when more is wanted than is left of the payment, `no_credit`
/// when the buyer has less credit than that, `reason`; `NotFound`, `Forbidden`.
pub async fn refund_request(
    p: &Platform,
    ctx: &OpCtx,
    input: &RefundRequest,
) -> Result<PaymentStep> {
    p.command(ctx, "payment.refund", input, |w, input| {
        Box::pin(request_in(w, input))
    })
    .await
}

async fn request_in(w: &mut Work, input: &RefundRequest) -> Result<PaymentStep> {
    let realm = realm(w);
    let payment = payments::lock(&mut w.tx, realm, input.payment_id)
        .await?
        .ok_or_else(|| Error::not_found(input.payment_id))?;
    let (seller, payer) = (payment.seller_id, payment.payer_id);
    let target = traded(w, ResourceKind::Payment, seller, payer).await?;
    w.authorize_for(Action::PaymentRecord, &target, &payment.id)?;
    text::check_len("reason", &input.reason, 1, 500)?;
    collecting::may_move(w, payment.collector_id).await?;
    if !payment.moves_money() || payment.state != PaymentState::Succeeded {
        return Err(Error::refused(
            "not_refundable",
            "only a card payment or transfer that has succeeded can be paid back",
        ));
    }
    let left = left_of(w, &payment).await?;
    let credit = repayable(w, pair_of(&payment)).await?;
    let amount = match input.amount {
        None if credit.minor < left.minor => credit,
        None => left,
        Some(amount) if amount.currency != left.currency => {
            let text = format!("the payment is in {}", left.currency);
            return Err(Error::invalid("amount", "currency_mismatch", text));
        }
        Some(amount) if amount.minor <= 0 => {
            let text = "expected more than zero";
            return Err(Error::invalid("amount", "out_of_range", text));
        }
        Some(amount) => amount,
    };
    if amount.minor > left.minor || left.minor <= 0 {
        let text = format!("of this payment {left} is left to be paid back");
        return Err(Error::invalid("amount", "more_than_left", text));
    }
    if amount.minor > credit.minor || amount.minor <= 0 {
        return Err(Error::refused(
            "no_credit",
            format!("the buyer's credit is {credit}; a credit note gives more"),
        ));
    }
    let step = begin(w, &payment, amount, None, &input.reason).await?;
    w.audit(AuditEntry {
        action: "payment.refund",
        kind: "payment",
        id: payment.id.to_string(),
        account: payer,
        summary: json!({ "refund": step.id, "amount": amount, "reason": input.reason }),
    });
    Ok(step)
}

/// What of a payment is not paid back yet.
async fn left_of(w: &mut Work, payment: &Payment) -> Result<Money> {
    let minor = store::refunded(&mut w.tx, w.ctx.realm, payment.id).await?;
    payment
        .amount
        .sub(Money::new(minor, payment.amount.currency))
}

/// Pays back what a credit note gives, to the payments of its invoice, the latest first, as far as they go.
pub(super) async fn of_note(
    w: &mut Work,
    invoice: InvoiceId,
    note: InvoiceId,
    amount: Money,
    reason: &str,
) -> Result<Vec<PaymentStep>> {
    let mut rest = amount;
    let mut refunds = Vec::new();
    let made = payments::of_invoice(&mut w.tx, w.ctx.realm, invoice).await?;
    for payment in made.iter().rev() {
        if !payment.moves_money() || payment.state != PaymentState::Succeeded {
            continue;
        }
        payments::lock(&mut w.tx, w.ctx.realm, payment.id).await?;
        let left = left_of(w, payment).await?;
        let back = if left.minor < rest.minor { left } else { rest };
        if back.minor <= 0 {
            continue;
        }
        collecting::may_move(w, payment.collector_id).await?;
        refunds.push(begin(w, payment, back, Some(note), reason).await?);
        rest = rest.sub(back)?;
    }
    Ok(refunds)
}

/// Decides a refund: from now on nothing else can be paid with that credit. The payment's row is held.
async fn begin(
    w: &mut Work,
    payment: &Payment,
    amount: Money,
    note: Option<InvoiceId>,
    reason: &str,
) -> Result<PaymentStep> {
    let realm = realm(w);
    let pair = pair_of(payment);
    let step = PaymentStep {
        id: PaymentStepId::generate(),
        payment_id: payment.id,
        payment_kind: payment.kind,
        kind: PaymentStepKind::Refund,
        seller_id: payment.seller_id,
        payer_id: payment.payer_id,
        amount,
        state: PaymentStepState::Pending,
        note_id: note,
        reason: reason.to_owned(),
        reference: None,
        failure_code: None,
        created_at: w.ctx.now,
        settled_at: None,
    };
    // What a credit note gave goes back first, else what came with the payment itself.
    let origin = note.map_or_else(|| payment.id.to_string(), |note| note.to_string());
    repay(w, pair, amount, &origin, step.id.to_string()).await?;
    store::insert(&mut w.tx, realm, &step).await?;
    let sides = sides(w, pair).await?;
    let header = header(w, pair, step.id.to_string(), "refund to").await?;
    post(w, ledger::refund_due(sides, &header, amount)?).await?;
    tell(w, "payment.refund_requested", &step);
    Ok(step)
}

pub(super) fn tell(w: &mut Work, kind: &'static str, step: &PaymentStep) {
    w.emit(NewEvent {
        kind,
        subject: step.id.to_string(),
        account: step.payer_id,
        data: json!({
            "payment_id": step.payment_id, "kind": step.payment_kind, "seller_id": step.seller_id, "payer_id": step.payer_id,
            "amount": step.amount, "note_id": step.note_id, "failure_code": step.failure_code,
        }),
    });
}

/// Has the gateway take a step of a card payment (a refund, taking or letting go what is held), or asks it again under the same key what became of it. What is
/// settled already stays as it is.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Unavailable` when the gateway does not answer: the refund stays pending.
pub async fn refund_send(
    p: &Platform,
    ctx: &OpCtx,
    gateway: &dyn PaymentGateway,
    id: PaymentStepId,
) -> Result<PaymentStep> {
    let (step, payment, kept_by) = p
        .read(ctx, &id, |w, id| {
            Box::pin(async move {
                authorize_run(w)?;
                let realm = realm(w);
                let step = store::step(&mut w.tx, realm, *id)
                    .await?
                    .ok_or_else(|| Error::not_found(*id))?;
                let payment = payments::payment(&mut w.tx, realm, step.payment_id)
                    .await?
                    .ok_or_else(|| Error::not_found(step.payment_id))?;
                let kept_by = match payment.method_id {
                    Some(method) => payments::token(&mut w.tx, realm, method).await?,
                    None => None,
                };
                Ok((step, payment, kept_by.map(|(gateway, _)| gateway)))
            })
        })
        .await?;
    if step.state != PaymentStepState::Pending || payment.kind != PaymentKind::Card {
        return Ok(step);
    }
    let kept_by = kept_by.unwrap_or_else(|| gateway.name().to_owned());
    let asked = GatewayStep {
        key: step.id,
        realm: ctx.realm,
        seller_id: payment.receiver_id(),
        gateway: kept_by.clone(),
        kind: step.kind,
        payment: payment.id,
        reference: payment.reference.unwrap_or_default(),
        amount: step.amount,
    };
    let outcome = gateway.step(&asked).await?;
    let input = Settle {
        id,
        account: LedgerAccount::Clearing(kept_by).to_string(),
        outcome: match outcome {
            GatewayOutcome::Succeeded { reference } => Outcome::Paid(reference),
            GatewayOutcome::Failed { code, .. } => Outcome::Failed(code),
            GatewayOutcome::RequiresAction { .. } | GatewayOutcome::Pending { .. } => {
                return Ok(step);
            }
        },
    };
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    p.command(&ctx, "payment.refund_settle", &input, |w, input| {
        Box::pin(settle_in(w, input))
    })
    .await
}

/// How a refund ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Outcome {
    /// The money is on its way, under this reference.
    Paid(String),
    /// It is not and will not be, for this reason.
    Failed(String),
}

/// A refund to be settled.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Settle {
    id: PaymentStepId,
    /// The account of the book that the money leaves.
    account: String,
    outcome: Outcome,
}

async fn settle_in(w: &mut Work, input: &Settle) -> Result<PaymentStep> {
    let realm = realm(w);
    let mut step = store::lock(&mut w.tx, realm, input.id)
        .await?
        .ok_or_else(|| Error::not_found(input.id))?;
    if step.state != PaymentStepState::Pending {
        return Ok(step);
    }
    if step.kind != PaymentStepKind::Refund {
        let into: LedgerAccount = input.account.parse()?;
        let outcome = match &input.outcome {
            Outcome::Paid(reference) => Ok(reference.clone()),
            Outcome::Failed(code) => Err(code.clone()),
        };
        card_steps::settle(w, &mut step, into, outcome).await?;
        return Ok(step);
    }
    let pair = Pair {
        seller_id: step.seller_id,
        buyer_id: step.payer_id,
        currency: step.amount.currency,
    };
    let sides = sides(w, pair).await?;
    let header = header(w, pair, step.id.to_string(), "refund to").await?;
    let (entries, event) = match &input.outcome {
        Outcome::Paid(reference) => {
            step.state = PaymentStepState::Succeeded;
            step.reference = Some(reference.clone());
            let out_of: LedgerAccount = input.account.parse()?;
            let payment = payments::payment(&mut w.tx, realm, step.payment_id)
                .await?
                .ok_or_else(|| Error::not_found(step.payment_id))?;
            let movement = Movement {
                kind: CollectedKind::Refund,
                step_id: Some(step.id),
                account: out_of.clone(),
                amount: step.amount.neg()?,
                on: None,
            };
            collecting::moved(w, &payment, movement).await?;
            let out_of = collecting::till(&payment, out_of);
            (
                ledger::refund_paid(sides, &header, out_of, step.amount)?,
                "payment.refunded",
            )
        }
        Outcome::Failed(code) => {
            step.state = PaymentStepState::Failed;
            step.failure_code = Some(code.clone());
            let incoming = Incoming::of(CreditSource::RefundFailed, step.id);
            give(w, pair, step.amount, incoming).await?;
            (
                ledger::refund_failed(sides, &header, step.amount)?,
                "payment.refund_failed",
            )
        }
    };
    step.settled_at = Some(w.ctx.now);
    post(w, entries).await?;
    store::settle(&mut w.tx, realm, &step).await?;
    tell(w, event, &step);
    Ok(step)
}

/// Records that a refund was transferred, or that it will not be. For payments that came by bank transfer.
///
/// # Errors
/// `refund_settled` when that is known already, `not_by_transfer` for card payments, `reference`; `NotFound`, `Forbidden`.
pub async fn refund_settle(p: &Platform, ctx: &OpCtx, input: &RefundBack) -> Result<PaymentStep> {
    p.command(ctx, "payment.refund_record", input, |w, input| {
        Box::pin(async move {
            let realm = realm(w);
            let step = store::lock(&mut w.tx, realm, input.refund_id)
                .await?
                .ok_or_else(|| Error::not_found(input.refund_id))?;
            let target = traded(w, ResourceKind::Payment, step.seller_id, step.payer_id).await?;
            w.authorize_for(Action::PaymentRecord, &target, &step.id)?;
            let payment = payments::payment(&mut w.tx, realm, step.payment_id).await?;
            collecting::may_move(w, payment.and_then(|payment| payment.collector_id)).await?;
            if step.payment_kind != PaymentKind::Transfer {
                return Err(Error::refused(
                    "not_by_transfer",
                    "a card payment is paid back by the gateway",
                ));
            }
            if step.state != PaymentStepState::Pending {
                return Err(Error::conflict(
                    "refund_settled",
                    "what became of this refund is recorded already",
                ));
            }
            let outcome = match &input.reference {
                Some(reference) => {
                    text::check_len("reference", reference, 1, 140)?;
                    Outcome::Paid(reference.clone())
                }
                None => Outcome::Failed("not_transferred".to_owned()),
            };
            let settle = Settle {
                id: step.id,
                account: LedgerAccount::Bank.to_string(),
                outcome,
            };
            let step = settle_in(w, &settle).await?;
            w.audit(AuditEntry {
                action: "payment.refund_record",
                kind: "payment",
                id: step.payment_id.to_string(),
                account: step.payer_id,
                summary: json!({ "refund": step.id, "amount": step.amount, "reference": step.reference }),
            });
            Ok(step)
        })
    })
    .await
}

/// Asks the gateway what became of refunds and other steps whose outcome a crash or time-out left open. Returns how many are settled now.
///
/// # Errors
/// `Forbidden`; `Unavailable` when the gateway does not answer.
pub async fn refunds_reconcile(
    p: &Platform,
    ctx: &OpCtx,
    gateway: &dyn PaymentGateway,
) -> Result<u64> {
    let mut after = String::new();
    let mut settled = 0;
    loop {
        let page = p
            .read(ctx, &after, |w, after| {
                Box::pin(async move {
                    authorize_run(w)?;
                    store::unsettled(&mut w.tx, w.ctx.realm, after, 100).await
                })
            })
            .await?;
        let Some(last) = page.last() else {
            return Ok(settled);
        };
        after = last.id.to_string();
        for step in page {
            let step = refund_send(p, ctx, gateway, step.id).await?;
            settled += u64::from(step.state != PaymentStepState::Pending);
        }
    }
}

/// One refund.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn refund_get(p: &Platform, ctx: &OpCtx, id: PaymentStepId) -> Result<PaymentStep> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            let realm = realm(w);
            let step = store::step(&mut w.tx, realm, *id)
                .await?
                .ok_or_else(|| Error::not_found(*id))?;
            let target = traded(w, ResourceKind::Payment, step.seller_id, step.payer_id).await?;
            w.authorize_for(Action::PaymentView, &target, id)?;
            Ok(step)
        })
    })
    .await
}

/// The steps of a payment, oldest first.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn payment_steps(p: &Platform, ctx: &OpCtx, id: PaymentId) -> Result<Vec<PaymentStep>> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            let realm = realm(w);
            let payment = payments::payment(&mut w.tx, realm, *id)
                .await?
                .ok_or_else(|| Error::not_found(*id))?;
            let (seller, payer) = (payment.seller_id, payment.payer_id);
            let target = traded(w, ResourceKind::Payment, seller, payer).await?;
            w.authorize_for(Action::PaymentView, &target, id)?;
            store::of_payment(&mut w.tx, realm, *id).await
        })
    })
    .await
}

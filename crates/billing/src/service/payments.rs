//! Money that comes in: cards through a gateway, transfers recorded by the seller, credit.

use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Date, Duration, Error, Money, Result,
    id::{InvoiceId, PaymentId, PaymentMethodId},
};
use tradewind_platform::{NewEvent, NewJob, OpCtx, Platform, Work};
use tradewind_policy::{Action, PrincipalKind, ResourceKind};
use utoipa::ToSchema;

use super::{
    collecting::{self, Movement},
    credit_moves::{Incoming, give, is_automatic},
    holds::look_after_hold,
    methods,
    moves::{apply, header, post, sides, use_credit},
    realm, traded,
    write_offs::owed_again_by,
};
use crate::{
    rules::ledger,
    store::{
        charges::Pair,
        documents::{self, BalanceRow},
        payments as store,
    },
    types::{
        Attempt, BalanceStatus, CardInput, CreditSource, DocumentKind, GatewayOutcome, GatewayStep,
        LedgerAccount, Payment, PaymentKind, PaymentState, Tokenised,
    },
};

/// A future behind a port.
pub type PortFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// A payment gateway. It knows payments by our key: the same key always means the same payment, however often it is
/// asked.
pub trait PaymentGateway: Send + Sync {
    /// A stable name, stored with methods and used in the books.
    fn name(&self) -> &'static str;

    /// Whether methods that are kept under a name are its to charge.
    fn serves(&self, name: &str) -> bool {
        name == self.name()
    }

    /// Exchanges card data for a token.
    fn tokenise<'a>(&'a self, card: &'a CardInput) -> PortFuture<'a, Tokenised>;

    /// Charges a token, or answers what became of the same key before.
    fn charge<'a>(&'a self, attempt: &'a Attempt) -> PortFuture<'a, GatewayOutcome>;

    /// What became of a payment after its payer was asked to confirm it.
    fn confirm<'a>(&'a self, attempt: &'a Attempt) -> PortFuture<'a, GatewayOutcome>;

    /// Takes a step of a payment, or answers what became of the same key before.
    fn step<'a>(&'a self, step: &'a GatewayStep) -> PortFuture<'a, GatewayOutcome>;
}

/// Pays an invoice with a stored method.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PaymentPay {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// With what; the payer's default when left out.
    #[serde(default)]
    pub method_id: Option<PaymentMethodId>,
    /// Whether the amount is only held on the card, to be taken or let go by the seller later.
    #[serde(default)]
    pub hold: bool,
}

/// Kind of the job that looks after a payment that was begun.
pub const SETTLE_JOB: &str = "flow.settle_payment";

/// Minutes after which a payment that was begun is looked after.
const LOOK_AFTER: i64 = 10;

/// A payment that is ready to be sent to the gateway.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Prepared {
    pub(super) payment: Payment,
    pub(super) number: String,
}

/// Pays what is open of an invoice. The payment is recorded before the gateway is asked and settled after; when a crash
/// comes between, [`payments_reconcile`] asks the gateway again under the same key.
///
/// # Errors
/// `invoice_paid`, `payment_open` when an attempt waits for its outcome, `no_payment_method`; `Unavailable` when the
/// gateway does not answer (the payment then stays pending).
pub async fn payment_pay(
    p: &Platform,
    ctx: &OpCtx,
    gateway: &dyn PaymentGateway,
    input: &PaymentPay,
) -> Result<Payment> {
    let prepared = p
        .command(ctx, "payment.pay", input, |w, input| {
            Box::pin(prepare(w, input))
        })
        .await?;
    if ctx.dry_run || !prepared.payment.state.is_open() {
        return Ok(prepared.payment);
    }
    send(p, ctx, gateway, prepared, false).await
}

/// Has the gateway make a payment that is recorded, and records what became of it.
pub(super) async fn send(
    p: &Platform,
    ctx: &OpCtx,
    gateway: &dyn PaymentGateway,
    prepared: Prepared,
    again: bool,
) -> Result<Payment> {
    let Prepared { payment, number } = prepared;
    let attempt = attempt(p, ctx, gateway, &payment, number, again).await?;
    if attempt.token.is_empty() {
        return Err(Error::not_found(attempt.key));
    }
    let outcome = gateway.charge(&attempt).await?;
    settle(p, ctx, &attempt.gateway, payment.id, outcome).await
}

/// What a gateway is asked about a payment. Without its token when the method is not kept any more.
pub(super) async fn attempt(
    p: &Platform,
    ctx: &OpCtx,
    gateway: &dyn PaymentGateway,
    payment: &Payment,
    text: String,
    again: bool,
) -> Result<Attempt> {
    let method = payment
        .method_id
        .ok_or_else(|| Error::internal("a card payment has no method"))?;
    let (kept_by, token) = methods::kept(p, ctx, gateway, method).await?;
    let held = p.read(ctx, &payment.id, |w, id| {
        Box::pin(async move { store::is_held(&mut w.tx, w.ctx.realm, *id).await })
    });
    Ok(Attempt {
        hold: held.await?,
        key: payment.id,
        realm: ctx.realm,
        seller_id: payment.receiver_id(),
        gateway: kept_by,
        reference: payment.reference.clone(),
        again,
        present: ctx.principal.kind == PrincipalKind::User,
        token: token.unwrap_or_default(),
        amount: payment.amount,
        text,
    })
}

/// Asks the gateway what became of a payment after its payer was asked to confirm it.
async fn ask_again(
    p: &Platform,
    ctx: &OpCtx,
    gateway: &dyn PaymentGateway,
    payment: &Payment,
) -> Result<Payment> {
    let attempt = attempt(p, ctx, gateway, payment, String::new(), true).await?;
    let outcome = gateway.confirm(&attempt).await?;
    settle(p, ctx, &attempt.gateway, payment.id, outcome).await
}

async fn prepare(w: &mut Work, input: &PaymentPay) -> Result<Prepared> {
    let realm = realm(w);
    let invoice = documents::document(&mut w.tx, realm, input.invoice_id)
        .await?
        .ok_or_else(|| Error::not_found(input.invoice_id))?;
    let head = &invoice.summary;
    let target = traded(w, ResourceKind::Payment, head.seller_id, head.buyer_id).await?;
    w.authorize_for(Action::PaymentPay, &target, &input.invoice_id)?;
    let balance = open_balance(w, input.invoice_id).await?;
    let method = methods::choose(w, head.buyer_id, input.method_id).await?;
    let payment = Payment {
        id: PaymentId::generate(),
        invoice_id: Some(head.id),
        seller_id: head.seller_id,
        collector_id: balance.collector_id,
        payer_id: head.buyer_id,
        method_id: Some(method.id),
        kind: PaymentKind::Card,
        amount: balance.open(),
        applied: Money::zero(balance.currency),
        state: PaymentState::Pending,
        reference: None,
        action: None,
        failure_code: None,
        created_at: w.ctx.now,
        settled_at: None,
    };
    let others = store::of_invoice(&mut w.tx, realm, head.id).await?;
    let held = |other: &Payment| other.state == PaymentState::Authorised;
    if others.iter().any(held) || !store::insert(&mut w.tx, realm, &payment).await? {
        return Err(Error::conflict(
            "payment_open",
            "a payment of this invoice is under way; wait for its outcome",
        ));
    }
    if input.hold {
        store::hold(&mut w.tx, realm, payment.id).await?;
    }
    look_after(w, payment.id)?;
    Ok(Prepared {
        payment,
        number: head.number.clone(),
    })
}

/// Has somebody look after a payment that is about to be made: whoever makes it may not live to tell.
pub(super) fn look_after(w: &mut Work, id: PaymentId) -> Result<()> {
    let due = w.ctx.now.plus(Duration::from_mins(LOOK_AFTER))?;
    w.enqueue(
        NewJob::new(SETTLE_JOB, json!({ "payment_id": id }))
            .due(due)
            .unique(format!("settle:{id}")),
    );
    Ok(())
}

/// The balance of an invoice that is not paid, locked.
pub(super) async fn open_balance(w: &mut Work, invoice: InvoiceId) -> Result<BalanceRow> {
    let balance = documents::lock_balance(&mut w.tx, w.ctx.realm, invoice)
        .await?
        .ok_or_else(|| Error::refused("not_payable", "a credit note is not paid"))?;
    if balance.status == BalanceStatus::Open {
        Ok(balance)
    } else {
        Err(Error::conflict(
            "invoice_paid",
            "nothing is owed on this invoice any more",
        ))
    }
}

/// An outcome to record.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Settle {
    payment_id: PaymentId,
    gateway: String,
    state: PaymentState,
    reference: Option<String>,
    action: Option<String>,
    failure_code: Option<String>,
}

async fn settle(
    p: &Platform,
    ctx: &OpCtx,
    gateway: &str,
    id: PaymentId,
    outcome: GatewayOutcome,
) -> Result<Payment> {
    let (state, reference, action, failure_code) = match outcome {
        GatewayOutcome::Succeeded { reference } => {
            (PaymentState::Succeeded, Some(reference), None, None)
        }
        GatewayOutcome::Failed { reference, code } => {
            (PaymentState::Failed, reference, None, Some(code))
        }
        GatewayOutcome::RequiresAction { reference, action } => (
            PaymentState::RequiresAction,
            Some(reference),
            Some(action),
            None,
        ),
        GatewayOutcome::Pending { reference } => {
            (PaymentState::Pending, Some(reference), None, None)
        }
    };
    let input = Settle {
        payment_id: id,
        gateway: gateway.to_owned(),
        state,
        reference,
        action,
        failure_code,
    };
    // The caller's key belongs to the command before; this one can run any number of times.
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    p.command(&ctx, "payment.settle", &input, |w, input| {
        Box::pin(settle_in(w, input))
    })
    .await
}

async fn settle_in(w: &mut Work, input: &Settle) -> Result<Payment> {
    let realm = realm(w);
    let mut payment = store::lock(&mut w.tx, realm, input.payment_id)
        .await?
        .ok_or_else(|| Error::not_found(input.payment_id))?;
    if !payment.state.is_open() {
        return Ok(payment);
    }
    payment.state = match input.state {
        PaymentState::Succeeded if store::is_held(&mut w.tx, realm, payment.id).await? => {
            PaymentState::Authorised
        }
        state => state,
    };
    payment.reference = input.reference.clone().or(payment.reference);
    payment.action.clone_from(&input.action);
    payment.failure_code.clone_from(&input.failure_code);
    payment.settled_at = (!payment.state.is_open()).then_some(w.ctx.now);
    if payment.state == PaymentState::Succeeded {
        let into = LedgerAccount::Clearing(input.gateway.clone());
        receive(w, &mut payment, &into, None).await?;
        let movement = Movement::paid(into, payment.amount, None);
        collecting::moved(w, &payment, movement).await?;
    }
    store::settle(&mut w.tx, realm, &payment).await?;
    announce(w, &payment);
    if payment.state == PaymentState::Succeeded && payment.invoice_id.is_none() {
        // What was paid in advance pays what is open already.
        let pair = Pair {
            seller_id: payment.seller_id,
            buyer_id: payment.payer_id,
            currency: payment.amount.currency,
        };
        if is_automatic(w, pair).await? {
            use_credit(w, pair).await?;
        }
    }
    Ok(payment)
}

/// Tells what became of a payment.
pub(super) fn announce(w: &mut Work, payment: &Payment) {
    let kind = match payment.state {
        PaymentState::Succeeded => "payment.succeeded",
        PaymentState::Failed => "payment.failed",
        PaymentState::RequiresAction => "payment.requires_action",
        PaymentState::Authorised => "payment.authorised",
        PaymentState::Voided => "payment.voided",
        PaymentState::ChargedBack => "payment.charged_back",
        PaymentState::Reversed => "payment.reversed",
        PaymentState::Pending => return,
    };
    w.emit(NewEvent {
        kind,
        subject: payment.id.to_string(),
        account: payment.payer_id,
        data: json!({
            "invoice_id": payment.invoice_id, "seller_id": payment.seller_id, "payer_id": payment.payer_id,
            "amount": payment.amount, "failure_code": payment.failure_code, "action": payment.action,
        }),
    });
}

/// Money that arrived, today unless a day is named: it pays the invoice as far as it goes, and what is over becomes credit.
/// Where another collects for the seller, that it has the money is booked by [`collecting::moved`].
pub(super) async fn receive(
    w: &mut Work,
    payment: &mut Payment,
    into: &LedgerAccount,
    on: Option<Date>,
) -> Result<()> {
    let realm = realm(w);
    let pair = Pair {
        seller_id: payment.seller_id,
        buyer_id: payment.payer_id,
        currency: payment.amount.currency,
    };
    payment.applied = Money::zero(pair.currency);
    if let Some(invoice) = payment.invoice_id
        && let Some(balance) = documents::lock_balance(&mut w.tx, realm, invoice).await?
    {
        let balance = owed_again_by(w, balance, payment.amount).await?;
        let open = balance.open();
        payment.applied = if payment.amount.minor < open.minor {
            payment.amount
        } else {
            open
        };
        apply(w, balance, payment.applied, BalanceStatus::Paid).await?;
    }
    let rest = payment.amount.sub(payment.applied)?;
    if !rest.is_zero() {
        let source = if payment.kind == PaymentKind::Card && payment.invoice_id.is_none() {
            CreditSource::TopUp
        } else {
            CreditSource::OverPayment
        };
        give(w, pair, rest, Incoming::of(source, payment.id)).await?;
    }
    let sides = sides(w, pair).await?;
    let text = format!("{} payment", payment.kind);
    let mut header = header(w, pair, payment.id.to_string(), &text).await?;
    header.posted_on = on.unwrap_or(header.posted_on);
    post(
        w,
        ledger::payment(
            sides,
            &header,
            collecting::till(payment, into.clone()),
            payment.amount,
            payment.applied,
        )?,
    )
    .await
}

/// Confirms a payment that the payer was asked to confirm.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Unavailable` when the gateway does not answer.
pub async fn payment_confirm_action(
    p: &Platform,
    ctx: &OpCtx,
    gateway: &dyn PaymentGateway,
    id: PaymentId,
) -> Result<Payment> {
    let payment = payment_get(p, ctx, id).await?;
    if payment.state != PaymentState::RequiresAction {
        return Ok(payment);
    }
    ask_again(p, ctx, gateway, &payment).await
}

/// Looks after one payment: when its outcome is open, or its amount is held, the gateway is asked.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Unavailable` when the gateway does not answer.
pub async fn payment_look_after(
    p: &Platform,
    ctx: &OpCtx,
    gateway: &dyn PaymentGateway,
    id: PaymentId,
) -> Result<Payment> {
    let payment = p
        .read(ctx, &id, |w, id| {
            Box::pin(async move {
                super::authorize_run(w)?;
                store::payment(&mut w.tx, w.ctx.realm, *id)
                    .await?
                    .ok_or_else(|| Error::not_found(*id))
            })
        })
        .await?;
    match payment.state {
        PaymentState::Pending if payment.kind == PaymentKind::Card => {
            let number = payment.id.to_string();
            send(p, ctx, gateway, Prepared { payment, number }, true).await
        }
        PaymentState::RequiresAction => ask_again(p, ctx, gateway, &payment).await,
        PaymentState::Authorised => look_after_hold(p, ctx, gateway, payment).await,
        _ => Ok(payment),
    }
}

/// Asks the gateway what became of payments whose outcome a crash or time-out left open, and settles them. Returns how
/// many are settled now.
///
/// # Errors
/// `Forbidden`; `Unavailable` when the gateway does not answer.
pub async fn payments_reconcile(
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
                    super::authorize_run(w)?;
                    store::unsettled(&mut w.tx, w.ctx.realm, after, 100).await
                })
            })
            .await?;
        let Some(last) = page.last() else {
            return Ok(settled);
        };
        after = last.id.to_string();
        for payment in page
            .into_iter()
            .filter(|payment| payment.kind == PaymentKind::Card)
        {
            let number = payment
                .invoice_id
                .map_or_else(String::new, |id| id.to_string());
            let payment = send(p, ctx, gateway, Prepared { payment, number }, true).await?;
            settled += u64::from(!payment.state.is_open());
        }
    }
}

/// One payment.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn payment_get(p: &Platform, ctx: &OpCtx, id: PaymentId) -> Result<Payment> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            let payment = store::payment(&mut w.tx, w.ctx.realm, *id)
                .await?
                .ok_or_else(|| Error::not_found(*id))?;
            let target = traded(
                w,
                ResourceKind::Payment,
                payment.seller_id,
                payment.payer_id,
            )
            .await?;
            w.authorize_for(Action::PaymentView, &target, id)?;
            Ok(payment)
        })
    })
    .await
}

/// The payments of an invoice, oldest first, attempts included; none of a credit note, which nobody pays.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn payments_of_invoice(
    p: &Platform,
    ctx: &OpCtx,
    invoice: InvoiceId,
) -> Result<Vec<Payment>> {
    p.read(ctx, &invoice, |w, invoice| {
        Box::pin(async move {
            let realm = realm(w);
            let (seller, buyer, kind) = documents::parties(&mut w.tx, realm, *invoice)
                .await?
                .ok_or_else(|| Error::not_found(*invoice))?;
            let target = traded(w, ResourceKind::Payment, seller, buyer).await?;
            w.authorize_for(Action::PaymentView, &target, invoice)?;
            if kind == DocumentKind::CreditNote {
                return Ok(Vec::new());
            }
            store::of_invoice(&mut w.tx, realm, *invoice).await
        })
    })
    .await
}

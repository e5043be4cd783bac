//! One payment: what happened to it, and what its seller does with it.

use axum::extract::Path;
use tradewind_billing::service::{
    self as billing, Chargeback, PaymentCapture, RefundRequest, TransferReverse,
};
use tradewind_billing::types::{Payment, PaymentKind, PaymentState, PaymentStep};
use tradewind_kernel::id::PaymentId;
use tradewind_kernel::{Error, Money, Result};
use tradewind_policy::Action;

use super::super::names::{Mentions, Names};
use super::super::order;
use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer};
use crate::session::{Id, Parts2};
use crate::view::kit::Txt;
use crate::view::panel::{PaymentDetailPage, PaymentStepRow};
use crate::view::shared::FormState;

/// `GET /panel/payments/{id}`.
pub(crate) async fn show(desk: Desk, Id(id): Id<PaymentId>) -> Answer {
    let page = page(&desk, id, FormState::default()).await?;
    respond::page(page.page(desk.app()))
}

async fn page(desk: &Desk, id: PaymentId, form: FormState) -> Result<PaymentDetailPage> {
    let payment = billing::payment_get(desk.p(), &desk.ctx, id).await?;
    let steps = billing::payment_steps(desk.p(), &desk.ctx, id).await?;
    let payer = Mentions::accounts([payment.payer_id]);
    let names = Names::of(desk.p(), &desk.ctx, &payer).await?;
    Ok(PaymentDetailPage {
        id: id.to_string().into(),
        payer: names.account(payment.payer_id),
        invoice: payment.invoice_id.map(|invoice| {
            (
                order::number(invoice),
                format!("/panel/invoices/{invoice}").into(),
            )
        }),
        method: desk.t().code("payment-kind", payment.kind.as_str()),
        at: payment.created_at,
        state: payment.state.as_str().into(),
        amount: payment.amount,
        failure: payment.failure_code.clone().unwrap_or_default().into(),
        steps: steps.iter().map(row).collect(),
        acts: acts(desk, &payment),
        form,
    })
}

fn row(step: &PaymentStep) -> PaymentStepRow {
    let about: Txt = match (&step.reference, step.reason.is_empty()) {
        (Some(reference), true) => reference.clone().into(),
        (Some(reference), false) => format!("{} · {reference}", step.reason).into(),
        (None, _) => step.reason.clone().into(),
    };
    PaymentStepRow {
        kind: step.kind.as_str().into(),
        at: step.settled_at.unwrap_or(step.created_at),
        about,
        state: step.state.as_str().into(),
        amount: step.amount,
    }
}

/// What the reader may do with a payment as it stands.
fn acts(desk: &Desk, payment: &Payment) -> Vec<&'static str> {
    if payment.seller_id != desk.account() || !desk.may_at_home(Action::PaymentRecord) {
        return Vec::new();
    }
    match (payment.state, payment.kind) {
        (PaymentState::Succeeded, PaymentKind::Card) => vec!["refund", "chargeback"],
        (PaymentState::Succeeded, PaymentKind::Transfer) => vec!["refund", "reverse"],
        (PaymentState::Authorised, _) => vec!["capture", "void"],
        (PaymentState::ChargedBack, _) => vec!["won"],
        _ => Vec::new(),
    }
}

/// `POST /panel/payments/{id}/{act}`.
pub(crate) async fn act(desk: Desk, Path((id, act)): Parts2, sent: Sent) -> Answer {
    let id: PaymentId = id.parse().map_err(|_| unknown(&id))?;
    match done(&desk, id, &act, &sent).await {
        Ok(_) => {
            let here = format!("/panel/payments/{id}");
            Ok(respond::saying(here, true, &desk.t().tr("said-saved")))
        }
        Err(error) => {
            let form = respond::wrong(&desk.t(), sent.state(), error)?;
            respond::again(page(&desk, id, form).await?.page(desk.app()))
        }
    }
}

async fn done(desk: &Desk, payment_id: PaymentId, act: &str, sent: &Sent) -> Result<PaymentStep> {
    let (p, ctx) = (desk.p(), &desk.ctx);
    match act {
        "refund" => {
            let currency = billing::payment_get(p, ctx, payment_id)
                .await?
                .amount
                .currency;
            let amount = sent
                .some("amount")
                .map(|amount| Money::parse_amount("amount", &amount, currency))
                .transpose()?;
            let input = RefundRequest {
                payment_id,
                amount,
                reason: sent.get("reason").to_owned(),
            };
            billing::refund_request(p, ctx, &input).await
        }
        "capture" => {
            let input = PaymentCapture {
                payment_id,
                amount: None,
            };
            billing::payment_capture(p, ctx, &input).await
        }
        "void" => billing::payment_void(p, ctx, payment_id).await,
        "chargeback" => {
            let input = Chargeback {
                payment_id,
                reference: sent.get("reference").to_owned(),
                reason: sent.get("reason").to_owned(),
            };
            billing::chargeback_record(p, ctx, &input).await
        }
        "reverse" => {
            let input = TransferReverse {
                payment_id,
                reason: sent.get("reason").to_owned(),
            };
            billing::transfer_reverse(p, ctx, &input).await
        }
        "won" => billing::chargeback_won(p, ctx, payment_id).await,
        other => Err(unknown(other)),
    }
}

fn unknown(what: &str) -> Error {
    Error::NotFound {
        kind: "page",
        id: what.chars().take(60).collect(),
    }
}

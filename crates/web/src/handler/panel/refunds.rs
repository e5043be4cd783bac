//! Refunds, and those by bank transfer as they are made.

use tradewind_billing::service::{self as billing, ListQuery, RefundBack};
use tradewind_billing::types::{PaymentKind, PaymentStep, PaymentStepState};
use tradewind_kernel::id::PaymentStepId;
use tradewind_kernel::{Error, Result};

use super::super::names::{Mentions, Names};
use super::desk::{Desk, all};
use crate::form::Sent;
use crate::respond::{self, Answer};
use crate::session::Id;
use crate::view::panel::{PaymentRow, PaymentsPage, RefundPage};
use crate::view::shared::FormState;

/// Refunds that the reader's account makes.
pub(super) async fn rows(desk: &Desk) -> Result<PaymentsPage> {
    let own = format!("seller:{}", desk.account());
    let query = ListQuery {
        filter: all(&[&own]),
        sort: String::new(),
        page: desk.page()?,
    };
    let found = billing::refund_list(desk.p(), &desk.ctx, &query).await?;
    let payers = Mentions::accounts(found.items.iter().map(|one| one.payer_id));
    let names = Names::of(desk.p(), &desk.ctx, &payers).await?;
    let row = |one: &PaymentStep| {
        let by_transfer = one.payment_kind == PaymentKind::Transfer;
        PaymentRow {
            invoice: match one.note_id {
                Some(note) => (
                    super::super::order::number(note),
                    format!("/panel/invoices/{note}").into(),
                ),
                None => (
                    one.reason.clone().into(),
                    format!("/panel/refunds/{}", one.id).into(),
                ),
            },
            payer: names.account(one.payer_id),
            method: desk.t().code("payment-kind", one.payment_kind.as_str()),
            at: Some(one.settled_at.unwrap_or(one.created_at)),
            due: None,
            state: one.state.as_str().into(),
            amount: one.amount,
            record: None,
            payment: Some(one.payment_id.to_string().into()),
            refund: (by_transfer && one.state == PaymentStepState::Pending)
                .then(|| one.id.to_string().into()),
        }
    };
    Ok(PaymentsPage {
        rows: found.items.iter().map(row).collect(),
        state: desk.list(found.next),
    })
}

/// `GET /panel/refunds/{id}`.
pub(crate) async fn form(desk: Desk, Id(id): Id<PaymentStepId>) -> Answer {
    let page = page(&desk, id, FormState::default()).await?;
    respond::page(page.page(desk.app()))
}

async fn page(desk: &Desk, id: PaymentStepId, form: FormState) -> Result<RefundPage> {
    let step = billing::refund_get(desk.p(), &desk.ctx, id).await?;
    let payer = Mentions::accounts([step.payer_id]);
    let names = Names::of(desk.p(), &desk.ctx, &payer).await?;
    Ok(RefundPage {
        refund: id.to_string().into(),
        payer: names.account(step.payer_id),
        amount: step.amount,
        reason: step.reason.into(),
        form,
    })
}

/// `POST /panel/refunds/{id}`: it was transferred, or will not be.
pub(crate) async fn record(desk: Desk, Id(id): Id<PaymentStepId>, sent: Sent) -> Answer {
    let dropped = sent.get("do") == "drop";
    let reference = sent.some("bank_reference");
    let outcome = if dropped || reference.is_some() {
        let input = RefundBack {
            refund_id: id,
            reference: reference.filter(|_| !dropped),
        };
        billing::refund_settle(desk.p(), &desk.ctx, &input).await
    } else {
        let text = "expected the bank's reference of the transfer";
        Err(Error::invalid("reference", "required", text))
    };
    match outcome {
        Ok(_) => {
            let said = if dropped {
                "refund-dropped"
            } else {
                "refund-recorded"
            };
            let text = desk.t().tr(said);
            Ok(respond::saying("/panel/payments?view=refunds", true, &text))
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |field| match field {
                "reference" => "bank_reference".to_owned(),
                field => field.to_owned(),
            })?;
            respond::again(page(&desk, id, form).await?.page(desk.app()))
        }
    }
}

//! Open amounts that are given up.

use tradewind_billing::service::{self as billing, WriteOff};
use tradewind_kernel::Result;
use tradewind_kernel::id::InvoiceId;
use tradewind_kernel::money::Money;

use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer};
use crate::session::Id;
use crate::view::panel::WriteOffPage;
use crate::view::shared::FormState;

/// `GET /panel/invoices/{id}/write-off`.
pub(crate) async fn form(desk: Desk, Id(id): Id<InvoiceId>) -> Answer {
    let page = page(&desk, id, FormState::default()).await?;
    respond::page(page.page(desk.app()))
}

async fn page(desk: &Desk, id: InvoiceId, form: FormState) -> Result<WriteOffPage> {
    let document = billing::invoice_get(desk.p(), &desk.ctx, id).await?;
    let one = &document.summary;
    let zero = Money::zero(one.gross.currency);
    let balance = one.balance.as_ref();
    Ok(WriteOffPage {
        invoice: id.to_string().into(),
        number: one.number.clone().into(),
        buyer: document.parties.buyer.name.clone().into(),
        open: balance.map_or(zero, |balance| balance.open),
        written_off: balance.map_or(zero, |balance| balance.written_off),
        form,
    })
}

/// `POST /panel/invoices/{id}/write-off`: gives up what is open, or takes that back.
pub(crate) async fn save(desk: Desk, Id(id): Id<InvoiceId>, sent: Sent) -> Answer {
    match done(&desk, id, &sent).await {
        Ok(()) => {
            let here = format!("/panel/invoices/{id}");
            Ok(respond::saying(here, true, &desk.t().tr("said-saved")))
        }
        Err(error) => {
            let form = respond::wrong(&desk.t(), sent.state(), error)?;
            respond::again(page(&desk, id, form).await?.page(desk.app()))
        }
    }
}

async fn done(desk: &Desk, invoice_id: InvoiceId, sent: &Sent) -> Result<()> {
    let (p, ctx) = (desk.p(), &desk.ctx);
    if sent.some("undo").is_some() {
        return billing::invoice_write_off_undo(p, ctx, invoice_id)
            .await
            .map(drop);
    }
    let document = billing::invoice_get(p, ctx, invoice_id).await?;
    let currency = document.summary.gross.currency;
    let amount = sent
        .some("amount")
        .map(|amount| Money::parse_amount("amount", &amount, currency))
        .transpose()?;
    let input = WriteOff {
        invoice_id,
        amount,
        reason: sent.get("reason").to_owned(),
    };
    billing::invoice_write_off(p, ctx, &input).await.map(drop)
}

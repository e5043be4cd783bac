//! Reminders of one invoice that wait: pauses, and promises to pay.

use tradewind_billing::service::{self as billing, DunningPauseSet, NewPause};
use tradewind_kernel::id::InvoiceId;
use tradewind_kernel::time::parse_date;
use tradewind_kernel::{Money, Result};

use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{Answer, changed};
use crate::session::Id;

async fn set(desk: &Desk, invoice_id: InvoiceId, pause: Option<NewPause>) -> Result<()> {
    let input = DunningPauseSet { invoice_id, pause };
    billing::dunning_pause_set(desk.p(), &desk.ctx, &input)
        .await
        .map(drop)
}

async fn read(desk: &Desk, id: InvoiceId, sent: &Sent) -> Result<NewPause> {
    let found = billing::invoice_dunning(desk.p(), &desk.ctx, id).await?;
    let promised = sent
        .some("promised")
        .map(|amount| Money::parse_amount("promised", &amount, found.open.currency))
        .transpose()?;
    Ok(NewPause {
        until: parse_date("until", sent.get("until"))?,
        reason: sent.get("reason").to_owned(),
        promised,
    })
}

/// `POST /panel/invoices/{id}/dunning`: reminders wait.
pub(crate) async fn pause(desk: Desk, Id(id): Id<InvoiceId>, sent: Sent) -> Answer {
    let done = match read(&desk, id, &sent).await {
        Ok(pause) => set(&desk, id, Some(pause)).await,
        Err(error) => Err(error),
    };
    changed(&desk, done, format!("/panel/invoices/{id}"), "said-saved")
}

/// `POST /panel/invoices/{id}/dunning/resume`: they go on.
pub(crate) async fn resume(desk: Desk, Id(id): Id<InvoiceId>) -> Answer {
    let done = set(&desk, id, None).await;
    changed(&desk, done, format!("/panel/invoices/{id}"), "said-saved")
}

//! Credit notes: what was invoiced is taken back, wholly or line by line.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Error, Money, Result,
    id::{ChargeId, InvoiceId},
    text,
};
use tradewind_platform::{AuditEntry, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{batch::Batch, facts::Trades, payments::use_credit, realm, traded};
use crate::{
    rules::line::LineCharge,
    store::{
        charges::{self, Pair},
        documents,
    },
    types::{Charge, ChargeKind, Document, DocumentKind, NewCharge},
};

/// Charges that are read at once.
const PAGE: i64 = 2_000;

/// What to take back of an invoice.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CreditNote {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Which lines, by their numbers; all when left out.
    #[serde(default)]
    pub lines: Option<Vec<i64>>,
    /// Why; stands in the audit log.
    pub reason: String,
}

/// Takes back an invoice or some of its lines: each charge is reversed by the share that it had, and the credit note
/// pays what is open of the invoice first. What is over becomes credit of the buyer.
///
/// # Errors
/// `not_creditable` for credit notes, `already_credited` when nothing is left of it, `lines`, `reason`; `NotFound`,
/// `Forbidden`.
pub async fn credit_note_for(p: &Platform, ctx: &OpCtx, input: &CreditNote) -> Result<InvoiceId> {
    p.command(ctx, "invoice.credit", input, |w, input| {
        Box::pin(credit_note_for_in(w, input))
    })
    .await
}

/// As [`credit_note_for`], within another command.
///
/// # Errors
/// As [`credit_note_for`].
pub async fn credit_note_for_in(w: &mut Work, input: &CreditNote) -> Result<InvoiceId> {
    let realm = realm(w);
    let invoice = documents::document(&mut w.tx, realm, input.invoice_id)
        .await?
        .ok_or_else(|| Error::not_found(input.invoice_id))?;
    let head = &invoice.summary;
    let target = traded(w, ResourceKind::Invoice, head.seller_id, head.buyer_id).await?;
    w.authorize_for(Action::InvoiceIssue, &target, &input.invoice_id)?;
    text::check_len("reason", &input.reason, 1, 500)?;
    if head.kind != DocumentKind::Invoice {
        return Err(Error::refused(
            "not_creditable",
            "a credit note cannot be taken back by another",
        ));
    }
    check_lines(&invoice, input.lines.as_deref())?;
    // The row of the balance is held, so that two credit notes at once cannot take back the same.
    documents::lock_balance(&mut w.tx, realm, head.id).await?;
    let done = documents::credited(&mut w.tx, realm, head.buyer_id, head.id).await?;
    let mut batch = Batch::new(w);
    let pair = Pair {
        seller_id: head.seller_id,
        buyer_id: head.buyer_id,
        currency: head.gross.currency,
    };
    let mut trades = Trades::default();
    trades
        .load(w, vec![(pair.seller_id, pair.buyer_id)])
        .await?;
    let trade = trades.as_issued(&invoice)?;
    let mut settling = batch.begin(pair, &trade);
    let mut left_over = false;
    let mut reversed = 0_u64;
    let mut after: (i64, Option<ChargeId>) = (0, None);
    loop {
        let last = after.1.map_or_else(String::new, |id| id.to_string());
        let page = charges::of_invoice(&mut w.tx, realm, head.id, (after.0, &last), PAGE).await?;
        let Some((line, charge)) = page.last() else {
            break;
        };
        after = (*line, Some(charge.id));
        for (line, charge) in page {
            let wanted = input
                .lines
                .as_ref()
                .is_none_or(|lines| lines.contains(&line));
            if !wanted || done.contains(&charge.id) {
                left_over |= !wanted;
                continue;
            }
            let reversal = reversal(&charge)?;
            let as_line = LineCharge::from(&reversal);
            let id = batch.record(reversal);
            batch.add(&mut settling, id, &as_line)?;
            reversed += 1;
        }
    }
    let note = if reversed == 0 {
        None
    } else {
        batch.conclude(settling, Some(head.id))?
    };
    let note = note.ok_or_else(|| {
        Error::refused("already_credited", "nothing is left of it to be taken back")
    })?;
    batch.write(w).await?;
    let whole = !left_over && done.is_empty();
    use_credit(w, pair, whole.then_some(head.id)).await?;
    w.audit(AuditEntry {
        action: "invoice.credit",
        kind: "invoice",
        id: head.id.to_string(),
        account: head.buyer_id,
        summary: json!({ "credit_note": note, "lines": input.lines, "reason": input.reason }),
    });
    Ok(note)
}

fn check_lines(invoice: &Document, lines: Option<&[i64]>) -> Result<()> {
    match lines.and_then(|lines| {
        lines
            .iter()
            .find(|no| !invoice.lines.iter().any(|line| line.no == **no))
    }) {
        Some(unknown) => Err(Error::invalid(
            "lines",
            "unknown_line",
            format!("the invoice has no line {unknown}"),
        )),
        None => Ok(()),
    }
}

/// The opposite of a charge as it was billed: of its share, not of its exact amount, so that the credit note mirrors the
/// invoice to the cent. Usage stays rated: what is given back is money, not consumption.
fn reversal(charge: &Charge) -> Result<NewCharge> {
    let share: Money = charge.facts.amount.neg()?;
    Ok(NewCharge {
        kind: ChargeKind::Credit,
        exact: share.to_decimal(),
        amount: share,
        reverses: Some(charge.id),
        usage: None,
        rate: Vec::new(),
        ..charge.facts.clone()
    })
}

//! An invoice is issued anew: taken back by a credit note, and its lines put on another invoice, with what holds about both sides
//! today.
//!
//! The charges behind it go on to the new invoice with their shares, so that whatever is changed, corrected or reported later finds
//! them there. The invoice that is taken back gets charges of its own, which say the same and stand for nothing else.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Error, Result,
    id::{ChargeId, InvoiceId},
    text,
};
use tradewind_orders::types::BuyerReference;
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{
    batch::Batch,
    credit_moves::is_automatic,
    moves::{pay_with_credit, use_credit},
    notes::{CreditNote, take_back},
    realm,
    references::References,
    traded,
    trades::Trades,
};
use crate::{
    rules::{document, reissue as rules},
    store::{
        charges::{self, Pair},
        credit_notes, documents, reissues as store,
    },
    types::{
        BalanceStatus, CreditDestination, CreditNoted, Document, DocumentKind, DocumentLine,
        NewCharge, Reissued, Settlement, TaxRule, Trade,
    },
};

/// Charges that are read at once.
const PAGE: i64 = 2_000;

/// Which invoice to issue anew.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Reissue {
    /// Which.
    pub invoice_id: InvoiceId,
    /// Why; stands on the credit note.
    pub reason: String,
}

/// Takes a whole invoice back and issues its lines anew, today, with the names, addresses, tax facts and order numbers of today:
/// the same amounts by their prices, their tax decided again. What was paid is account credit for a moment and pays the new
/// invoice.
///
/// # Errors
/// `not_reissuable` for credit notes, `already_reissued`, `partly_credited` when credit notes have taken something back,
/// `written_off` when something was given up, `tax_engine_decides` where an outside service has to be asked first,
/// `invoiced_elsewhere` where the two settle without documents by now, `reason`; `NotFound`, `Forbidden`.
pub async fn invoice_reissue(p: &Platform, ctx: &OpCtx, input: &Reissue) -> Result<Reissued> {
    p.command(ctx, "invoice.reissue", input, |w, input| {
        Box::pin(invoice_reissue_in(w, input))
    })
    .await
}

/// As [`invoice_reissue`], within another command.
///
/// # Errors
/// As [`invoice_reissue`].
pub async fn invoice_reissue_in(w: &mut Work, input: &Reissue) -> Result<Reissued> {
    let realm = realm(w);
    let id = input.invoice_id;
    let parties = documents::parties(&mut w.tx, realm, id).await?;
    let (seller, buyer, kind) = parties.ok_or_else(|| Error::not_found(id))?;
    let target = traded(w, ResourceKind::Invoice, seller, buyer).await?;
    w.authorize_for(Action::InvoiceIssue, &target, &id)?;
    text::check_len("reason", &input.reason, 1, 500)?;
    if kind != DocumentKind::Invoice {
        return Err(Error::refused(
            "not_reissuable",
            "only invoices are issued anew",
        ));
    }
    // The row of the balance is held: whoever comes at the same time finds what became of it.
    let balance = documents::lock_balance(&mut w.tx, realm, id).await?;
    let balance = balance.ok_or_else(|| Error::not_found(id))?;
    let invoice = documents::document(&mut w.tx, realm, id).await?;
    let invoice = invoice.ok_or_else(|| Error::not_found(id))?;
    let noted = credit_notes::about(&mut w.tx, realm, id).await?;
    rules::check(&invoice, !noted.is_empty(), balance.written_off != 0)?;
    let pair = Pair {
        seller_id: seller,
        buyer_id: buyer,
        currency: invoice.summary.gross.currency,
    };
    let trade = today(w, pair).await?;
    let charges = all_charges(w, id).await?;
    let lines = renamed(w, &trade, &invoice, &charges).await?;
    let concluded = document::conclude(rules::anew(lines), pair.currency, &trade.taxation)?
        .filter(|concluded| concluded.kind == DocumentKind::Invoice)
        .ok_or_else(|| Error::refused("not_reissuable", "there is nothing to invoice in it"))?;

    let new = InvoiceId::generate();
    charges::move_to(&mut w.tx, realm, id, new).await?;
    let mut batch = Batch::new(w);
    for (line, charge) in &charges {
        batch.stand_in(rules::stand_in(charge), id, *line);
    }
    batch.write(w).await?;
    let note = CreditNote {
        invoice_id: id,
        lines: None,
        destination: CreditDestination::Debt,
        reason: input.reason.clone(),
    };
    let note = take_back(w, &invoice, &note, false).await?;
    let mut batch = Batch::new(w);
    batch.document(&trade, concluded, new);
    let issued = batch.write(w).await?;
    let issued = issued
        .into_iter()
        .find(|document| document.id == new)
        .ok_or_else(|| Error::internal("an invoice was not issued"))?;
    store::insert(&mut w.tx, realm, (id, note.id, new), w.ctx.now).await?;
    pay(w, pair, new, &note).await?;
    w.emit(NewEvent {
        kind: "invoice.reissued",
        subject: new.to_string(),
        account: buyer,
        data: json!({
            "number": issued.number, "seller_id": seller, "buyer_id": buyer, "replaces": id, "credit_note": note.id,
        }),
    });
    w.audit(AuditEntry {
        action: "invoice.reissue",
        kind: "invoice",
        id: id.to_string(),
        account: buyer,
        summary: json!({ "credit_note": note.id, "invoice": new, "gross": issued.gross, "reason": input.reason }),
    });
    Ok(Reissued {
        id: new,
        number: issued.number,
        gross: issued.gross,
        note_id: note.id,
        note_number: note.number,
        credited: note.gross,
    })
}

/// What holds between the two today.
async fn today(w: &mut Work, pair: Pair) -> Result<Arc<Trade>> {
    let mut trades = Trades::default();
    let between = (pair.seller_id, pair.buyer_id);
    trades.load(w, vec![between]).await?;
    let trade = Arc::clone(trades.get(between.0, between.1)?);
    if trade.settlement != Settlement::Document {
        return Err(Error::refused(
            "invoiced_elsewhere",
            "the two settle without documents by now",
        ));
    }
    if matches!(trade.taxation.rule, TaxRule::Engine(_)) {
        return Err(Error::refused(
            "tax_engine_decides",
            "a tax engine has to be asked first; take the invoice back by a credit note and charge it by hand",
        ));
    }
    Ok(trade)
}

/// What the money of the invoice that was taken back pays: the new one first, then, where credit is used by itself, what else is open.
async fn pay(w: &mut Work, pair: Pair, new: InvoiceId, note: &CreditNoted) -> Result<()> {
    let realm = realm(w);
    if is_automatic(w, pair).await? {
        return use_credit(w, pair).await;
    }
    let Some(balance) = documents::lock_balance(&mut w.tx, realm, new).await? else {
        return Ok(());
    };
    pay_with_credit(w, pair, balance, Some(note.to_balance), BalanceStatus::Paid).await?;
    Ok(())
}

/// The charges behind an invoice, each with its line and the share that it has in it.
async fn all_charges(w: &mut Work, id: InvoiceId) -> Result<Vec<(i64, NewCharge)>> {
    let mut all = Vec::new();
    let mut after: (i64, Option<ChargeId>) = (0, None);
    loop {
        let last = after.1.map_or_else(String::new, |id| id.to_string());
        let place = (after.0, last.as_str());
        let page = charges::of_invoice(&mut w.tx, w.ctx.realm, id, place, PAGE).await?;
        let Some((line, charge)) = page.last() else {
            return Ok(all);
        };
        after = (*line, Some(charge.id));
        all.extend(page.into_iter().map(|(line, charge)| (line, charge.facts)));
    }
}

/// The lines of an invoice, each with what its buyer calls it today. Where several sales share a line and are called differently by now,
/// it stays as it was.
async fn renamed(
    w: &mut Work,
    trade: &Trade,
    invoice: &Document,
    charges: &[(i64, NewCharge)],
) -> Result<Vec<DocumentLine>> {
    let mut references = References::default();
    references
        .load_of(w, charges.iter().map(|(_, charge)| charge.subscription_id))
        .await?;
    let mut of_line: BTreeMap<i64, Vec<&BuyerReference>> = BTreeMap::new();
    for (line, charge) in charges {
        let reference = references.of(trade, charge.subscription_id);
        of_line.entry(*line).or_default().push(reference);
    }
    let renamed = invoice.lines.iter().map(|line| {
        let named = of_line.get(&line.no).map_or(&[][..], Vec::as_slice);
        rules::renamed(line, named)
    });
    Ok(renamed.collect())
}

//! Credit notes: what was invoiced is taken back, wholly, line by line or in part.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Decimal, Error, Money, Result,
    id::{ChargeId, InvoiceId},
    text,
};
use tradewind_platform::{AuditEntry, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{
    batch::Batch,
    credit_moves::is_automatic,
    moves::{pay_with_credit, use_credit},
    reads::invoice_get_in,
    realm, refunds, traded,
    trades::Trades,
    write_offs::owed_again_by,
};
use crate::{
    rules::credit::{self, ChargeLeft, Taken},
    store::{
        charges::{self, Pair},
        credit_notes as store, documents,
    },
    types::{
        BalanceStatus, Charge, ChargeKind, CreditDestination, CreditLine, CreditNoted, Credited,
        DiscountUse, Document, DocumentKind, LineLeft, NewCharge,
    },
};

/// Charges that are read at once.
const PAGE: i64 = 2_000;

/// What to take back of an invoice.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CreditNote {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// What of which lines; all that is left when left out.
    #[serde(default)]
    pub lines: Option<Vec<CreditLine>>,
    /// Where the money goes.
    pub destination: CreditDestination,
    /// Why; stands on the credit note.
    pub reason: String,
}

/// Takes back an invoice, some of its lines or parts of them: never more of a line than was billed less what was taken back
/// before, with tax in proportion. Each charge is reversed by what is taken of its share.
///
/// # Errors
/// `not_creditable` for credit notes, `already_credited` when nothing is left of it, `lines[i]…` as
/// [`credit::take`] says, `reason`; `NotFound`, `Forbidden`.
pub async fn credit_note_for(p: &Platform, ctx: &OpCtx, input: &CreditNote) -> Result<CreditNoted> {
    p.command(ctx, "invoice.credit", input, |w, input| {
        Box::pin(credit_note_for_in(w, input))
    })
    .await
}

/// As [`credit_note_for`], within another command.
///
/// # Errors
/// As [`credit_note_for`].
pub async fn credit_note_for_in(w: &mut Work, input: &CreditNote) -> Result<CreditNoted> {
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
    take_back(w, &invoice, input, true).await
}

/// Takes back an invoice that the caller may take back; `spend` says that what becomes account credit is used at once, where
/// credit is used by itself.
pub(super) async fn take_back(
    w: &mut Work,
    invoice: &Document,
    input: &CreditNote,
    spend: bool,
) -> Result<CreditNoted> {
    let realm = realm(w);
    let head = &invoice.summary;
    // The row of the balance is held, so that two credit notes at once cannot take back the same.
    documents::lock_balance(&mut w.tx, realm, head.id).await?;
    let charges = store::charges_left(&mut w.tx, realm, head.id, head.gross.currency).await?;
    let taken = credit::take(invoice, &charges, input.lines.as_deref())?;
    let before = store::tax_before(&mut w.tx, realm, head.buyer_id, head.id).await?;
    let concluded = credit::conclude(invoice, &taken, &before)?;
    let pair = Pair {
        seller_id: head.seller_id,
        buyer_id: head.buyer_id,
        currency: head.gross.currency,
    };
    let mut trades = Trades::default();
    trades
        .load(w, vec![(pair.seller_id, pair.buyer_id)])
        .await?;
    let trade = trades.as_issued(invoice)?;
    let reversals = reversals(w, head.id, &taken).await?;
    let mut batch = Batch::new(w);
    let note = batch.credit_note(&trade, concluded, reversals, head.id);
    let issued = batch.write(w).await?;
    let issued = issued
        .into_iter()
        .find(|document| document.id == note)
        .ok_or_else(|| Error::internal("a credit note was not issued"))?;
    store::insert(
        &mut w.tx,
        realm,
        note,
        head.id,
        input.destination,
        &input.reason,
    )
    .await?;
    let then = if is_everything(invoice, &charges, &taken)? {
        BalanceStatus::Credited
    } else {
        BalanceStatus::Paid
    };
    let mut noted = CreditNoted {
        id: note,
        number: issued.number,
        gross: issued.gross,
        cancelled: Money::zero(pair.currency),
        to_balance: issued.gross,
        refunds: Vec::new(),
    };
    give_back(w, pair, invoice, input, then, &mut noted).await?;
    if spend && uses_credit(w, pair, input).await? {
        use_credit(w, pair).await?;
    }
    w.audit(AuditEntry {
        action: "invoice.credit",
        kind: "invoice",
        id: head.id.to_string(),
        account: head.buyer_id,
        summary: json!({
            "credit_note": note, "gross": noted.gross, "lines": input.lines, "destination": input.destination,
            "reason": input.reason,
        }),
    });
    Ok(noted)
}

/// Moves what a credit note gives, which is credit of the buyer by now, to where it belongs.
async fn give_back(
    w: &mut Work,
    pair: Pair,
    invoice: &Document,
    input: &CreditNote,
    then: BalanceStatus,
    noted: &mut CreditNoted,
) -> Result<()> {
    let realm = realm(w);
    let id = invoice.summary.id;
    let balance = documents::lock_balance(&mut w.tx, realm, id).await?;
    // Nobody gets credit for what was never paid: what was given up is taken back first, wherever the rest goes.
    let given_up = balance
        .as_ref()
        .is_some_and(|balance| balance.written_off > 0);
    if input.destination == CreditDestination::Balance && !given_up {
        return Ok(());
    }
    if let Some(balance) = balance {
        let open = balance.open();
        let balance = owed_again_by(w, balance, noted.gross).await?;
        let most = match input.destination {
            CreditDestination::Balance => balance.open().sub(open)?,
            _ => noted.gross,
        };
        if balance.status == BalanceStatus::Open {
            noted.cancelled = pay_with_credit(w, pair, balance, Some(most), then).await?;
            noted.to_balance = noted.to_balance.sub(noted.cancelled)?;
        }
    }
    if input.destination == CreditDestination::Refund {
        let reason = input.reason.as_str();
        noted.refunds = refunds::of_note(w, id, noted.id, noted.to_balance, reason).await?;
        for refund in &noted.refunds {
            noted.to_balance = noted.to_balance.sub(refund.amount)?;
        }
    }
    Ok(())
}

/// Whether what a credit note gives pays other invoices by itself.
async fn uses_credit(w: &mut Work, pair: Pair, input: &CreditNote) -> Result<bool> {
    Ok(input.destination == CreditDestination::Debt && is_automatic(w, pair).await?)
}

/// Whether nothing is left of any line.
fn is_everything(
    invoice: &Document,
    charges: &BTreeMap<i64, Vec<ChargeLeft>>,
    taken: &[Taken],
) -> Result<bool> {
    for line in &invoice.lines {
        let behind = charges.get(&line.no).map_or(&[][..], Vec::as_slice);
        let left = credit::left_of(line, behind)?.amount;
        let now = taken.iter().find(|one| one.no == line.no);
        if now.map_or(Money::zero(left.currency), |one| one.amount) != left {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What one charge of a line gives back.
struct Back {
    line: i64,
    amount: Money,
    /// How many units; as many as the charge has when it is given back wholly.
    units: Option<Decimal>,
}

/// The charges that take back what was decided, each with its line on the credit note.
async fn reversals(
    w: &mut Work,
    invoice: InvoiceId,
    taken: &[Taken],
) -> Result<Vec<(NewCharge, i64)>> {
    let mut wanted: HashMap<ChargeId, Back> = HashMap::new();
    for (one, line) in taken.iter().zip(1_i64..) {
        let mut units = one.quantity.unwrap_or_default();
        for (charge, amount) in &one.shares {
            let back = Back {
                line,
                amount: *amount,
                units: (!one.whole).then(|| std::mem::take(&mut units)),
            };
            wanted.insert(*charge, back);
        }
    }
    let mut reversals = Vec::with_capacity(wanted.len());
    let mut after: (i64, Option<ChargeId>) = (0, None);
    loop {
        let last = after.1.map_or_else(String::new, |id| id.to_string());
        let place = (after.0, last.as_str());
        let page = charges::of_invoice(&mut w.tx, w.ctx.realm, invoice, place, PAGE).await?;
        let Some((line, charge)) = page.last() else {
            return Ok(reversals);
        };
        after = (*line, Some(charge.id));
        for (_, charge) in page {
            if let Some(back) = wanted.remove(&charge.id) {
                let line = back.line;
                reversals.push((reversal(&charge, &back)?, line));
            }
        }
    }
}

/// The opposite of what is taken of a charge as it was billed: of its share, not of its exact amount, so that the credit
/// note mirrors the invoice to the cent. Usage stays rated and discounts stay granted: what is given
/// back is money, not consumption.
fn reversal(charge: &Charge, back: &Back) -> Result<NewCharge> {
    let amount = back.amount.neg()?;
    Ok(NewCharge {
        kind: ChargeKind::Credit,
        quantity: back.units.unwrap_or(charge.facts.quantity),
        exact: amount.to_decimal(),
        amount,
        reverses: Some(charge.id),
        usage: None,
        discount: charge.facts.discount.clone().map(|granted| DiscountUse {
            whole: Decimal::ZERO,
            ..granted
        }),
        ..charge.facts.clone()
    })
}

/// What is left of each line of an invoice to be taken back.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn invoice_left(p: &Platform, ctx: &OpCtx, id: InvoiceId) -> Result<Vec<LineLeft>> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            let invoice = invoice_get_in(w, *id).await?;
            if invoice.summary.kind == DocumentKind::CreditNote {
                return Ok(Vec::new());
            }
            let realm = realm(w);
            let currency = invoice.summary.gross.currency;
            let charges = store::charges_left(&mut w.tx, realm, *id, currency).await?;
            invoice
                .lines
                .iter()
                .map(|line| {
                    let behind = charges.get(&line.no).map_or(&[][..], Vec::as_slice);
                    credit::left_of(line, behind)
                })
                .collect()
        })
    })
    .await
}

/// The credit notes of an invoice, oldest first; of a credit note, itself with its invoice.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn credit_notes_about(p: &Platform, ctx: &OpCtx, id: InvoiceId) -> Result<Vec<Credited>> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            let realm = realm(w);
            let (seller, buyer, _) = documents::parties(&mut w.tx, realm, *id)
                .await?
                .ok_or_else(|| Error::not_found(*id))?;
            let target = traded(w, ResourceKind::Invoice, seller, buyer).await?;
            w.authorize_for(Action::InvoiceView, &target, id)?;
            store::about(&mut w.tx, realm, *id).await
        })
    })
    .await
}

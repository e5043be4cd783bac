//! Settlements on paper: what is behind one as CSV, its statement, and the documents made out of it.

use std::collections::HashMap;

use crate::document::{document_of, paper_of, printed_buyer, printed_seller};
use tradewind_accounts::types::Account;
use tradewind_billing::service::{
    party_of, self_billing_get, settlement_charges, settlement_collected, settlement_get,
    settlement_papers,
};
use tradewind_billing::types::{Collected, PaperKind, PayeeSettlement, SettlementKind};
use tradewind_documents::csv::CsvWriter;
use tradewind_documents::i18n::{self, Args};
use tradewind_documents::pdf::{
    self, DocumentKind, InvoiceDocument, Line, LineGroup, Terms, Totals,
};
use tradewind_kernel::calendar::{Period, add_days};
use tradewind_kernel::id::{AccountId, SettlementId, number};
use tradewind_kernel::{Error, Locale, Money, Result};
use tradewind_platform::{OpCtx, Platform};

const HEADER: [&str; 12] = [
    "charge",
    "subscription",
    "item",
    "kind",
    "description",
    "from",
    "to",
    "quantity",
    "unit",
    "exact_amount",
    "share",
    "currency",
];

const COLLECTED: [&str; 9] = [
    "collected",
    "day",
    "kind",
    "buyer",
    "buyer_name",
    "invoice",
    "payment",
    "amount",
    "currency",
];

/// Some of what is on a settlement (charges, or collected amounts), the header before the first ones, and where the next begin; none
/// after the last. Put one after the other they are the file. The time of a charge is from its first day up to, but not including, the
/// day in `to`.
///
/// # Errors
/// As [`settlement_charges`].
pub async fn settlement_csv(
    p: &Platform,
    ctx: &OpCtx,
    id: SettlementId,
    after: Option<String>,
) -> Result<(Vec<u8>, Option<String>)> {
    let one = settlement_get(p, ctx, id).await?.settlement;
    match one.kind {
        SettlementKind::Vendor => charges_csv(p, ctx, id, after).await,
        SettlementKind::Collected => collected_csv(p, ctx, id, after).await,
    }
}

fn writer(header: &[&str], after: Option<&String>) -> Result<CsvWriter<Vec<u8>>> {
    match after {
        None => CsvWriter::new(Vec::new(), header),
        Some(_) => Ok(CsvWriter::further(Vec::new(), header.len())),
    }
}

async fn collected_csv(
    p: &Platform,
    ctx: &OpCtx,
    id: SettlementId,
    after: Option<String>,
) -> Result<(Vec<u8>, Option<String>)> {
    let mut csv = writer(&COLLECTED, after.as_ref())?;
    let after = after.map(|after| after.parse()).transpose()?;
    let (rows, next) = settlement_collected(p, ctx, id, after).await?;
    let names = names(p, ctx, &rows).await?;
    for one in rows {
        csv.text(&one.id.to_string())
            .date(one.on)
            .text(one.kind.as_str())
            .text(&one.buyer_id.to_string())
            .text(names.get(&one.buyer_id).map_or("", String::as_str))
            .text(one.invoice_number.as_deref().unwrap_or_default())
            .text(&one.payment_id.to_string())
            .money(one.amount);
        csv.end_row()?;
    }
    Ok((csv.finish()?, next.map(|next| next.to_string())))
}

async fn names(
    p: &Platform,
    ctx: &OpCtx,
    rows: &[Collected],
) -> Result<HashMap<AccountId, String>> {
    let mut ids: Vec<AccountId> = rows.iter().map(|one| one.buyer_id).collect();
    ids.sort_unstable();
    ids.dedup();
    // Who may see the settlement may see who has paid.
    let system = p.system(ctx.realm).await?;
    p.read(&system, &ids, |w, ids| {
        Box::pin(async move {
            let found = tradewind_accounts::service::accounts_many(w, ids).await?;
            Ok(found.into_iter().map(|one| (one.id, one.name)).collect())
        })
    })
    .await
}

async fn charges_csv(
    p: &Platform,
    ctx: &OpCtx,
    id: SettlementId,
    after: Option<String>,
) -> Result<(Vec<u8>, Option<String>)> {
    let mut csv = writer(&HEADER, after.as_ref())?;
    let after = after.map(|after| after.parse()).transpose()?;
    let (charges, next) = settlement_charges(p, ctx, id, after).await?;
    for facts in charges {
        csv.text(&facts.charge_id.to_string())
            .text(&facts.subscription_id.to_string())
            .text(&facts.item_code)
            .text(facts.kind.as_str())
            .text(&facts.description)
            .date(facts.period.start)
            .date(facts.period.end)
            .decimal(facts.quantity)
            .text(&facts.unit)
            .decimal(facts.exact)
            .money(facts.share);
        csv.end_row()?;
    }
    Ok((csv.finish()?, next.map(|next| next.to_string())))
}

async fn parties(
    p: &Platform,
    ctx: &OpCtx,
    ids: (AccountId, AccountId),
) -> Result<(Account, Account)> {
    // Who may see the settlement may see what is printed of both.
    let system = p.system(ctx.realm).await?;
    p.read(&system, &ids, |w, (one, other)| {
        Box::pin(async move {
            Ok((
                tradewind_accounts::service::account_facts(w, *one).await?,
                tradewind_accounts::service::account_facts(w, *other).await?,
            ))
        })
    })
    .await
}

/// Setting pages is work for a processor, not for the threads that answer requests.
async fn rendered(printed: InvoiceDocument) -> Result<(String, Vec<u8>)> {
    let rendered = tokio::task::spawn_blocking(move || {
        pdf::render(&printed).map(|bytes| (pdf::file_name(&printed), bytes))
    });
    rendered.await.map_err(Error::internal)?
}

/// A document of a settlement as a PDF, with the name of its file.
///
/// # Errors
/// `not_approved` before it has its number; not found where it has none.
pub async fn settlement_paper_pdf(
    p: &Platform,
    ctx: &OpCtx,
    id: SettlementId,
    kind: PaperKind,
) -> Result<(String, Vec<u8>)> {
    let one = settlement_get(p, ctx, id).await?.settlement;
    let papers = settlement_papers(p, ctx, id).await?;
    let paper = papers.into_iter().find(|paper| paper.kind == kind);
    let paper = paper.ok_or_else(|| Error::NotFound {
        kind: "paper",
        id: kind.to_string(),
    })?;
    if paper.number.is_none() {
        let text = "it is issued when the settlement is approved";
        return Err(Error::conflict("not_approved", text));
    }
    let document = paper.document;
    let ids = (document.summary.seller_id, document.summary.buyer_id);
    let (seller, buyer) = parties(p, ctx, ids).await?;
    let mut printed = document_of(&document, &seller, &buyer)?;
    let locale = document.locale;
    if kind == PaperKind::SelfBilled {
        if printed.kind == DocumentKind::Invoice {
            printed.kind = DocumentKind::SelfBilled;
        }
        let system = p.system(ctx.realm).await?;
        let agreed = self_billing_get(p, &system, one.payer_id, one.payee_id).await?;
        let args = Args::new()
            .with("payer", document.parties.buyer.name.as_str())
            .with("vendor", document.parties.seller.name.as_str())
            .with("reference", agreed.reference.as_str());
        let note = i18n::tr(locale, "invoice-note-self-billed", &args);
        printed.notes.push(note);
    }
    let args = Args::new().with("number", one.number.as_str());
    printed
        .notes
        .push(i18n::tr(locale, "invoice-note-settlement", &args));
    printed.terms = Terms::Various;
    rendered(printed).await
}

/// A settlement as a statement for its payee, in the payee's language: how what is paid comes about. With the name of its file.
///
/// # Errors
/// Not found.
pub async fn settlement_pdf(
    p: &Platform,
    ctx: &OpCtx,
    id: SettlementId,
) -> Result<(String, Vec<u8>)> {
    let one = settlement_get(p, ctx, id).await?.settlement;
    let (payer, payee) = parties(p, ctx, (one.payer_id, one.payee_id)).await?;
    rendered(statement(&one, &payer, &payee)?).await
}

fn statement(one: &PayeeSettlement, payer: &Account, payee: &Account) -> Result<InvoiceDocument> {
    let locale: Locale = payee.locale;
    let (share, fee) = match one.kind {
        SettlementKind::Vendor => ("share", "fee"),
        SettlementKind::Collected => ("collected", "collecting-fee"),
    };
    let mut balance = Money::zero(one.currency);
    let mut lines = Vec::new();
    for (word, amount) in [
        (share, one.share),
        ("share-tax", one.share_tax),
        (fee, one.fee.neg()?),
        ("fee-tax", one.fee_tax.neg()?),
        ("held", one.held.neg()?),
        ("released", one.released),
        ("set-off", one.set_off.neg()?),
    ] {
        if amount.is_zero() && word != share {
            continue;
        }
        balance = balance.add(amount)?;
        lines.push(Line {
            description: i18n::text(locale, &format!("settlement-line-{word}")).into_owned(),
            detail: None,
            parts: Vec::new(),
            date: Some(one.until),
            period: None,
            quantity: None,
            unit_price: None,
            tax: None,
            amount,
            balance: Some(balance),
        });
    }
    let number = number(payee.id);
    Ok(InvoiceDocument {
        locale,
        paper: paper_of(&payer.country),
        kind: DocumentKind::Statement,
        number: one.number.clone(),
        currency: one.currency,
        issued: one.created_at.date_in(&payer.zone),
        due: None,
        service_period: Some(Period {
            start: one.until.first_of_month(),
            end: add_days(one.until, 1)?,
        }),
        customer_number: Some(number),
        reference: None,
        seller: printed_seller(&party_of(payer), payer, locale),
        buyer: printed_buyer(&party_of(payee), locale),
        groups: vec![LineGroup {
            title: String::new(),
            lines,
            subtotal: one.payout,
        }],
        discounts: Vec::new(),
        taxes: Vec::new(),
        tax_in_currency: None,
        totals: Totals {
            net: one.payout,
            tax: Money::zero(one.currency),
            gross: one.payout,
            balance: one.payout,
        },
        ageing: Vec::new(),
        payments: Vec::new(),
        terms: Terms::Various,
        payment_reference: None,
        notes: Vec::new(),
    })
}

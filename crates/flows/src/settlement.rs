//! Settlements on paper: what is behind one as CSV, its statement, and the documents made out of it.

use crate::document::{document_of, paper_of, printed_buyer, printed_seller};
use tradewind_accounts::types::Account;
use tradewind_billing::service::{
    party_of, self_billing_get, settlement_charges, settlement_get, settlement_papers,
};
use tradewind_billing::types::{PaperKind, VendorSettlement};
use tradewind_documents::csv::CsvWriter;
use tradewind_documents::i18n::{self, Args};
use tradewind_documents::pdf::{
    self, DocumentKind, InvoiceDocument, Line, LineGroup, Terms, Totals,
};
use tradewind_kernel::calendar::{Period, add_days};
use tradewind_kernel::id::{AccountId, ChargeId, SettlementId, number};
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

/// Some charges of a settlement, the header before the first ones, and where the next begin; none after the last. Put one after the other
/// they are the file. The time of a charge is from its first day up to, but not including, the day in `to`.
///
/// # Errors
/// As [`settlement_charges`].
pub async fn settlement_csv(
    p: &Platform,
    ctx: &OpCtx,
    id: SettlementId,
    after: Option<ChargeId>,
) -> Result<(Vec<u8>, Option<ChargeId>)> {
    let mut csv = if after.is_none() {
        CsvWriter::new(Vec::new(), &HEADER)?
    } else {
        CsvWriter::further(Vec::new(), HEADER.len())
    };
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
    Ok((csv.finish()?, next))
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
        let agreed = self_billing_get(p, &system, one.payer_id, one.vendor_id).await?;
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

/// A settlement as a statement for its vendor, in the vendor's language: how what is paid comes about. With the name of its file.
///
/// # Errors
/// Not found.
pub async fn settlement_pdf(
    p: &Platform,
    ctx: &OpCtx,
    id: SettlementId,
) -> Result<(String, Vec<u8>)> {
    let one = settlement_get(p, ctx, id).await?.settlement;
    let (payer, vendor) = parties(p, ctx, (one.payer_id, one.vendor_id)).await?;
    rendered(statement(&one, &payer, &vendor)?).await
}

fn statement(one: &VendorSettlement, payer: &Account, vendor: &Account) -> Result<InvoiceDocument> {
    let locale: Locale = vendor.locale;
    let mut balance = Money::zero(one.currency);
    let mut lines = Vec::new();
    for (word, amount) in [
        ("share", one.share),
        ("share-tax", one.share_tax),
        ("fee", one.fee.neg()?),
        ("fee-tax", one.fee_tax.neg()?),
        ("held", one.held.neg()?),
        ("released", one.released),
    ] {
        if amount.is_zero() && word != "share" {
            continue;
        }
        balance = balance.add(amount)?;
        lines.push(Line {
            description: i18n::text(locale, &format!("settlement-line-{word}")).into_owned(),
            detail: None,
            date: Some(one.until),
            period: None,
            quantity: None,
            unit_price: None,
            tax: None,
            amount,
            balance: Some(balance),
        });
    }
    let number = number(vendor.id);
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
        buyer: printed_buyer(&party_of(vendor), locale),
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

//! Pro-forma invoices as files and by mail.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_accounts::types::Account;
use tradewind_billing::{
    service::{Between, pro_forma_of_in, pro_forma_open_in},
    types::{BalanceStatus, Document, DocumentKind as Billed, DocumentSummary, ProForma},
};
use tradewind_documents::{
    i18n,
    pdf::{self, DocumentKind, InvoiceDocument, Terms},
};
use tradewind_kernel::{
    Error, Money, Result,
    id::{InvoiceId, QuoteId, number},
};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use utoipa::ToSchema;

use crate::document::document_of;
use crate::quote::QuoteView;

/// Kind of the event by which one is sent.
pub const SENT: &str = "pro_forma.sent";

/// What a pro-forma invoice is about.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum ProFormaOf {
    /// What is charged between two accounts and not invoiced yet.
    Open(Between),
    /// What is due now if a quote is ordered.
    Quote {
        /// Which.
        quote_id: QuoteId,
    },
}

async fn made(w: &mut Work, of: ProFormaOf) -> Result<ProForma> {
    match of {
        ProFormaOf::Open(between) => pro_forma_open_in(w, &between).await,
        ProFormaOf::Quote { quote_id } => {
            let quote = tradewind_orders::service::quote_get_in(w, quote_id).await?;
            let (customer, seller) = (quote.customer_id, quote.seller_id);
            crate::access::may_order(w, customer, seller, &quote.id).await?;
            let shown = QuoteView::of(&quote)?.preview.billing.due_now;
            pro_forma_of_in(w, seller, customer, shown).await
        }
    }
}

/// A pro-forma invoice as it is now.
///
/// # Errors
/// `nothing_to_invoice`; not found, forbidden.
pub async fn pro_forma(p: &Platform, ctx: &OpCtx, of: ProFormaOf) -> Result<ProForma> {
    // Reading a quote locks its row for a moment, which only a command may do.
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    p.command(&ctx, "pro_forma.get", &of, |w, of| Box::pin(made(w, *of)))
        .await
}

/// A pro-forma invoice as a PDF, with the name of its file.
///
/// # Errors
/// As [`pro_forma`].
pub async fn pro_forma_pdf(p: &Platform, ctx: &OpCtx, of: ProFormaOf) -> Result<(String, Vec<u8>)> {
    let made = pro_forma(p, ctx, of).await?;
    let ids = (
        made.parties.seller.account_id,
        made.parties.buyer.account_id,
    );
    let (seller, buyer) = p
        .read(ctx, &ids, |w, (seller, buyer)| {
            Box::pin(async move {
                Ok((
                    tradewind_accounts::service::account_facts(w, *seller).await?,
                    tradewind_accounts::service::account_facts(w, *buyer).await?,
                ))
            })
        })
        .await?;
    let printed = printed(&made, &seller, &buyer)?;
    // Setting pages is work for a processor, not for the threads that answer requests.
    let rendered = tokio::task::spawn_blocking(move || {
        pdf::render(&printed).map(|bytes| (pdf::file_name(&printed), bytes))
    });
    rendered.await.map_err(Error::internal)?
}

/// Sends a pro-forma invoice to its buyer by mail, as it is now.
///
/// # Errors
/// As [`pro_forma`].
pub async fn pro_forma_send(p: &Platform, ctx: &OpCtx, of: ProFormaOf) -> Result<ProForma> {
    p.command(ctx, "pro_forma.send", &of, |w, of| {
        Box::pin(async move {
            let made = made(w, *of).await?;
            let buyer = made.parties.buyer.account_id;
            w.audit(AuditEntry {
                action: "pro_forma.send",
                kind: "account",
                id: buyer.to_string(),
                account: made.parties.seller.account_id,
                summary: json!({ "gross": made.document.gross }),
            });
            w.emit(NewEvent {
                kind: SENT,
                subject: buyer.to_string(),
                account: buyer,
                data: serde_json::to_value(&made).map_err(Error::internal)?,
            });
            Ok(made)
        })
    })
    .await
}

/// What is printed: an invoice's pages under another title, with no number.
pub(crate) fn printed(
    made: &ProForma,
    seller: &Account,
    buyer: &Account,
) -> Result<InvoiceDocument> {
    let zero = Money::zero(made.document.gross.currency);
    let document = Document {
        summary: DocumentSummary {
            id: InvoiceId::generate(),
            seller_id: seller.id,
            buyer_id: buyer.id,
            kind: Billed::Invoice,
            number: String::new(),
            issued_on: made.on,
            due_on: made.on,
            period: made.period,
            net: made.document.net,
            tax: made.document.tax,
            gross: made.document.gross,
            order_number: None,
            created_at: made.at,
            balance: Some(tradewind_billing::types::Balance {
                status: BalanceStatus::Open,
                paid: zero,
                written_off: zero,
                open: made.document.gross,
                dunning_stage: 0,
                collector_id: made
                    .parties
                    .collector
                    .as_ref()
                    .map(|party| party.account_id),
            }),
        },
        parties: made.parties.clone(),
        tax_summary: made.document.tax_summary.clone(),
        book_rate: None,
        replaces: None,
        replaced_by: None,
        locale: made.locale,
        payment_terms_days: 0,
        credits: None,
        lines: made.document.lines.clone(),
    };
    let note = i18n::text(made.locale, "invoice-pro-forma-note").into_owned();
    let mut whole = document_of(&document, seller, buyer)?;
    whole.notes.push(note);
    Ok(InvoiceDocument {
        kind: DocumentKind::ProForma,
        due: None,
        terms: Terms::Transfer,
        payment_reference: Some(number(buyer.id)),
        ..whole
    })
}

//! Telling tax engines of the documents that were issued: what was charged, and what credit notes take back of it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tradewind_kernel::{Error, Result, id::InvoiceId, text::plain};
use tradewind_platform::{NewJob, OpCtx, Platform, Work};
use tradewind_tax::{
    rules::VERSION,
    service::{TaxEngine, engine_known, engine_tell, report_note},
    types::{AskedLine, EngineReport, ReportState},
};

use super::{realm, tax_waits::PROBLEM_MAX};
use crate::{
    store::documents,
    types::{Document, DocumentLine},
};

/// Kind of the job that tells an engine of a document.
pub const TAX_REPORT_JOB: &str = "billing.tax_report";

/// A document that an engine has to know of.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct TaxReportOf {
    /// Which.
    pub document_id: InvoiceId,
}

/// Has an engine told of a document; at once, where that was tried in vain and waits to be tried again.
pub(super) async fn enqueue_report(
    w: &mut Work,
    document_id: InvoiceId,
    at_once: bool,
) -> Result<()> {
    let key = format!("{TAX_REPORT_JOB}/{document_id}");
    if at_once {
        w.cancel_jobs(&key).await?;
    }
    let input = json!(TaxReportOf { document_id });
    w.enqueue(NewJob::new(TAX_REPORT_JOB, input).unique(key));
    Ok(())
}

/// Notes that the seller's engine has to be told of a document that was issued, and has it told.
///
/// # Errors
/// Not found; database errors.
pub async fn tax_report_begin_in(w: &mut Work, id: InvoiceId) -> Result<()> {
    let document = load(w, id).await?.0;
    if !engine_known(w, document.summary.seller_id).await? {
        // It was removed since, and nobody is to be told.
        return Ok(());
    }
    let report = report_of(w, &document, ReportState::Pending, None);
    report_note(w, &report).await?;
    enqueue_report(w, id, false).await
}

async fn load(w: &mut Work, id: InvoiceId) -> Result<(Document, Option<Document>)> {
    let realm = realm(w);
    let document = documents::document(&mut w.tx, realm, id)
        .await?
        .ok_or_else(|| Error::not_found(id))?;
    let credits = match document.credits {
        Some(invoice) => documents::document(&mut w.tx, realm, invoice).await?,
        None => None,
    };
    Ok((document, credits))
}

fn report_of(
    w: &Work,
    document: &Document,
    state: ReportState,
    problem: Option<String>,
) -> EngineReport {
    EngineReport {
        seller_id: document.summary.seller_id,
        document_id: document.summary.id,
        number: document.summary.number.clone(),
        state,
        problem,
        at: w.ctx.now,
    }
}

/// Tells the seller's engine of a document. May die anywhere and be run again: the engine takes it down once.
///
/// # Errors
/// Why the engine has not taken it down, which is noted: to be tried again; database errors.
pub async fn tax_report_tell(
    p: &Platform,
    ctx: &OpCtx,
    port: &dyn TaxEngine,
    of: TaxReportOf,
) -> Result<()> {
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    let found = p
        .read(&ctx, &of, |w, of| {
            Box::pin(async move {
                let (document, credits) = load(w, of.document_id).await?;
                if !engine_known(w, document.summary.seller_id).await? {
                    return Ok(None);
                }
                let report = report_of(w, &document, ReportState::Done, None);
                Ok(Some((report, told(&document, credits.as_ref()))))
            })
        })
        .await?;
    let Some((report, body)) = found else {
        return Ok(());
    };
    let problem = engine_tell(p, ctx.realm, port, &report, &body).await.err();
    let note = EngineReport {
        state: match problem {
            Some(_) => ReportState::Pending,
            None => ReportState::Done,
        },
        problem: problem
            .as_ref()
            .map(|problem| plain(&problem.to_string(), PROBLEM_MAX)),
        ..report
    };
    p.command(&ctx, "invoice.tax_told", &note, |w, note| {
        Box::pin(async move { report_note(w, note).await })
    })
    .await?;
    problem.map_or(Ok(()), Err)
}

fn reference(document: &Document) -> Option<&str> {
    let basis = document.parties.tax_basis.as_ref()?;
    basis.engine.as_ref()?.reference.as_deref()
}

/// The body of `POST /v1/documents`. Amounts are positive on an invoice for what is charged, and on a credit note for what is
/// given back.
fn told(document: &Document, credits: Option<&Document>) -> Value {
    let head = &document.summary;
    let amount = |money: tradewind_kernel::Money| money.to_decimal().to_string();
    let lines = document.lines.iter().map(|line: &DocumentLine| {
        let (from, until) = AskedLine::days(line.period);
        let taxes = line.taxes.iter().map(|tax| {
            json!({
                "name": tax.rate.code, "place": tax.rate.place, "percent": tax.rate.percent.normalize().to_string(),
                "compound": tax.rate.compound, "reason": tax.rate.reason, "amount": amount(tax.amount),
            })
        });
        json!({
            "key": line.key(), "category": line.tax_category, "from": from, "until": until,
            "net": amount(line.net), "tax": amount(line.tax), "taxes": taxes.collect::<Vec<_>>(),
        })
    });
    json!({
        "version": VERSION,
        "document": {
            "id": head.id, "number": head.number, "kind": head.kind, "issued_on": head.issued_on,
            "currency": head.gross.currency, "net": amount(head.net), "tax": amount(head.tax),
            "gross": amount(head.gross),
        },
        "seller_id": head.seller_id,
        "buyer_id": head.buyer_id,
        // None where the engine was away and own tables have decided.
        "reference": reference(document),
        "credits": credits.map(|invoice| json!({
            "id": invoice.summary.id, "number": invoice.summary.number, "reference": reference(invoice),
        })),
        "lines": lines.collect::<Vec<_>>(),
    })
}

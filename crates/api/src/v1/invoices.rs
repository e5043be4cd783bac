//! Invoices and credit notes: heads, lines, the exact charges behind them, and as pages.

use axum::{body::Body as Bytes, extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::{
    service::{self, CreditNote, Detail, LineBreakdown, ListQuery, Reissue},
    types::{
        CreditDestination, CreditLine, CreditNoted, Credited, Document, DocumentSummary, LineLeft,
        Reissued,
    },
};
use tradewind_flows::{detail::details_csv, document::invoice_pdf};
use tradewind_kernel::id::InvoiceId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, ListParams, Listing, PageParams, Paging},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(details))
        .routes(routes!(details_as_csv))
        .routes(routes!(breakdown))
        .routes(routes!(pdf))
        .routes(routes!(credit, credit_notes))
        .routes(routes!(left))
        .routes(routes!(reissue))
}

/// What to take back of an invoice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreditNoteInput {
    /// What of which lines; all that is left when left out.
    #[serde(default)]
    lines: Option<Vec<CreditLine>>,
    /// Where the money goes.
    #[serde(default = "to_debt")]
    destination: CreditDestination,
    /// Why; stands on the credit note.
    #[schema(max_length = 500)]
    reason: String,
}

/// The usual destination of a credit note.
const fn to_debt() -> CreditDestination {
    CreditDestination::Debt
}

/// A file as it is described; what is sent are its bytes.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code)] // only its description is used
struct Pdf(Vec<u8>);

/// List invoices and credit notes, the latest first.
///
/// Those that the caller's account issued, and those of the buyers at or below it. Fields: `kind`, `status`, `seller`,
/// `buyer`, `number`, `currency`, `issued`, `due`; sorted by `issued`, `due`, `number`.
#[utoipa::path(get, path = "/invoices", tag = "invoices", operation_id = "listInvoices", params(ListParams),
    responses((status = 200, description = "A page of documents.", body = Listed<DocumentSummary>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    listing: Listing,
) -> ApiResult<Response> {
    let query = ListQuery {
        filter: listing.wanted.filter.clone(),
        sort: listing.wanted.sort.clone(),
        page: listing.wanted.page.clone(),
    };
    let page = service::invoice_list(&state.platform, &caller.ctx, &query).await?;
    Ok(reply::listed(&listing, page))
}

/// Read an invoice or credit note with its lines.
#[utoipa::path(get, path = "/invoices/{invoice}", tag = "invoices", operation_id = "getInvoice",
    params(("invoice" = InvoiceId, Path, description = "The document.")),
    responses((status = 200, description = "The document.", body = Document)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<InvoiceId>,
) -> ApiResult<Response> {
    let document = service::invoice_get(&state.platform, &caller.ctx, id).await?;
    Ok(reply::one(&document))
}

/// List the charges behind a document, in the order of its lines.
#[utoipa::path(get, path = "/invoices/{invoice}/details", tag = "invoices", operation_id = "listInvoiceDetails",
    params(("invoice" = InvoiceId, Path, description = "The document."), PageParams),
    responses((status = 200, description = "A page of charges.", body = Listed<Detail>)))]
async fn details(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<InvoiceId>,
    paging: Paging,
) -> ApiResult<Response> {
    let page = service::invoice_details(&state.platform, &caller.ctx, id, &paging.page).await?;
    Ok(reply::paged(&paging, page))
}

/// Get the charges behind a document as CSV.
///
/// One row per charge with its exact amount before rounding and its share of the line.
#[utoipa::path(get, path = "/invoices/{invoice}/details.csv", tag = "invoices", operation_id = "getInvoiceDetailsCsv",
    params(("invoice" = InvoiceId, Path, description = "The document.")),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv")))]
async fn details_as_csv(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<InvoiceId>,
) -> ApiResult<Response> {
    let name = format!("{id}.csv");
    reply::piecewise("text/csv; charset=utf-8", &name, move |after| {
        let (platform, ctx) = (state.platform.clone(), caller.ctx.clone());
        async move { details_csv(&platform, &ctx, id, after).await }
    })
    .await
}

/// Read how the lines of a document come about.
///
/// The lines that are more than a quantity times a price: tiers, included quantities, packages, minimums. What was charged for a part of a
/// period or as a difference to an earlier document is left out, and so is what stands behind the first 500 charges.
#[utoipa::path(get, path = "/invoices/{invoice}/breakdown", tag = "invoices", operation_id = "getInvoiceBreakdown",
    params(("invoice" = InvoiceId, Path, description = "The document.")),
    responses((status = 200, description = "The lines and their parts.", body = Listed<LineBreakdown>)))]
async fn breakdown(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<InvoiceId>,
) -> ApiResult<Response> {
    let document = service::invoice_get(&state.platform, &caller.ctx, id).await?;
    let lines = service::invoice_breakdown(&state.platform, &caller.ctx, &document).await?;
    Ok(reply::all(lines))
}

/// Get a document as a PDF.
#[utoipa::path(get, path = "/invoices/{invoice}/pdf", tag = "invoices", operation_id = "getInvoicePdf",
    params(("invoice" = InvoiceId, Path, description = "The document.")),
    responses((status = 200, description = "The file.", body = Pdf, content_type = "application/pdf")))]
async fn pdf(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<InvoiceId>,
) -> ApiResult<Response> {
    let (name, bytes) = invoice_pdf(&state.platform, &caller.ctx, id).await?;
    Ok(reply::file("application/pdf", &name, Bytes::from(bytes)))
}

/// Take back an invoice, some of its lines or parts of them.
///
/// Never more of a line than was billed less what was taken back before; tax goes with it in proportion. What is given back
/// reduces what is open of the invoice (`debt`), becomes account credit (`balance`), or is paid back to where the invoice was
/// paid from (`refund`).
#[utoipa::path(post, path = "/invoices/{invoice}/credit-notes", tag = "invoices", operation_id = "creditInvoice",
    params(("invoice" = InvoiceId, Path, description = "The invoice.")), request_body = CreditNoteInput,
    responses((status = 201, description = "The credit note.", body = CreditNoted)))]
async fn credit(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(invoice_id): Ids<InvoiceId>,
    Body(body): Body<CreditNoteInput>,
) -> ApiResult<Response> {
    let input = CreditNote {
        invoice_id,
        lines: body.lines,
        destination: body.destination,
        reason: body.reason,
    };
    let noted = service::credit_note_for(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::created(&format!("/invoices/{}", noted.id), &noted))
}

/// Why an invoice is issued anew.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReissueInput {
    /// Why; stands on the credit note.
    #[schema(max_length = 500)]
    reason: String,
}

/// Take an invoice back and issue it anew.
///
/// A credit note takes all of it back, and its lines go on a new invoice of today, with the names, addresses, tax facts and order numbers of
/// today. Prices stay, taxes are decided again. What was paid pays the new invoice.
#[utoipa::path(post, path = "/invoices/{invoice}/reissue", tag = "invoices", operation_id = "reissueInvoice",
    params(("invoice" = InvoiceId, Path, description = "The invoice.")), request_body = ReissueInput,
    responses((status = 201, description = "The new invoice, and the credit note.", body = Reissued)))]
async fn reissue(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(invoice_id): Ids<InvoiceId>,
    Body(body): Body<ReissueInput>,
) -> ApiResult<Response> {
    let input = Reissue {
        invoice_id,
        reason: body.reason,
    };
    let new = service::invoice_reissue(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::created(&format!("/invoices/{}", new.id), &new))
}

/// List the credit notes of an invoice, the oldest first; of a credit note, itself.
#[utoipa::path(get, path = "/invoices/{invoice}/credit-notes", tag = "invoices", operation_id = "listCreditNotes",
    params(("invoice" = InvoiceId, Path, description = "The document.")),
    responses((status = 200, description = "All credit notes.", body = Listed<Credited>)))]
async fn credit_notes(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<InvoiceId>,
) -> ApiResult<Response> {
    let notes = service::credit_notes_about(&state.platform, &caller.ctx, id).await?;
    Ok(reply::all(notes))
}

/// List what is left of each line of an invoice to be taken back.
#[utoipa::path(get, path = "/invoices/{invoice}/left", tag = "invoices", operation_id = "listInvoiceLeft",
    params(("invoice" = InvoiceId, Path, description = "The invoice.")),
    responses((status = 200, description = "All lines.", body = Listed<LineLeft>)))]
async fn left(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<InvoiceId>,
) -> ApiResult<Response> {
    let lines = service::invoice_left(&state.platform, &caller.ctx, id).await?;
    Ok(reply::all(lines))
}

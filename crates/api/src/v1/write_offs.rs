//! Open amounts that sellers give up.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::{
    service::{self, WriteOff},
    types::Payment,
};
use tradewind_kernel::{Money, id::InvoiceId};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids},
    reply,
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(write_off))
        .routes(routes!(undo))
}

/// An open amount that is given up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WriteOffInput {
    /// How much; all that is open when left out.
    #[serde(default)]
    amount: Option<Money>,
    /// Why.
    #[schema(max_length = 140)]
    reason: String,
}

/// Write off what is open of an invoice.
///
/// It is an expense of the seller. What comes in later, or is taken back by a credit note, makes it owed again as far as it
/// goes. The tax stays owed until a credit note takes it back.
#[utoipa::path(post, path = "/invoices/{invoice}/write-off", tag = "invoices", operation_id = "writeOffInvoice",
    params(("invoice" = InvoiceId, Path, description = "The invoice.")), request_body = WriteOffInput,
    responses((status = 200, description = "The movement.", body = Payment)))]
async fn write_off(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(invoice_id): Ids<InvoiceId>,
    Body(body): Body<WriteOffInput>,
) -> ApiResult<Response> {
    let input = WriteOff {
        invoice_id,
        amount: body.amount,
        reason: body.reason,
    };
    let payment = service::invoice_write_off(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&payment))
}

/// Take a write-off back: the amount is open again, and reminders go on.
#[utoipa::path(post, path = "/invoices/{invoice}/write-off/undo", tag = "invoices", operation_id = "undoWriteOff",
    params(("invoice" = InvoiceId, Path, description = "The invoice.")),
    responses((status = 200, description = "The movement.", body = Payment)))]
async fn undo(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(invoice): Ids<InvoiceId>,
) -> ApiResult<Response> {
    let payment = service::invoice_write_off_undo(&state.platform, &caller.ctx, invoice).await?;
    Ok(reply::one(&payment))
}

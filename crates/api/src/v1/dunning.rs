//! How sellers remind.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_billing::{
    service::{self, DunningPauseSet, DunningSet, NewPause},
    types::{DunningPolicy, InvoiceDunning},
};
use tradewind_kernel::{
    Date, Money,
    id::{AccountId, InvoiceId},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids},
    reply,
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(get, set))
        .routes(routes!(of_invoice))
        .routes(routes!(pause, resume))
}

/// A pause of reminders, or a promise to pay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PauseInput {
    /// The last day without steps, within a year.
    #[schema(value_type = String, format = Date)]
    until: Date,
    /// Why.
    #[schema(max_length = 500)]
    reason: String,
    /// How much the buyer has promised to pay until then.
    #[serde(default)]
    promised: Option<Money>,
}

/// Read how a seller reminds buyers that are in no class.
#[utoipa::path(get, path = "/accounts/{account}/dunning", tag = "dunning", operation_id = "getDunning",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "The steps.", body = DunningPolicy)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
) -> ApiResult<Response> {
    let policy = service::dunning_get(&state.platform, &caller.ctx, seller).await?;
    Ok(reply::one(&policy))
}

/// Set how a seller reminds buyers that are in no class.
///
/// Steps in ascending order of days after the due date: `remind`, `retry` (collect by the payment method that is kept), `fee`,
/// `restrict` (take no new orders), `suspend`, `terminate`, `write_off`. Invoices that are open already go on by them.
#[utoipa::path(put, path = "/accounts/{account}/dunning", tag = "dunning", operation_id = "setDunning",
    params(("account" = AccountId, Path, description = "The seller.")), request_body = DunningPolicy,
    responses((status = 200, description = "The steps.", body = DunningPolicy)))]
async fn set(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller_id): Ids<AccountId>,
    Body(policy): Body<DunningPolicy>,
) -> ApiResult<Response> {
    let input = DunningSet { seller_id, policy };
    let policy = service::dunning_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&policy))
}

/// Read how far an invoice has been dunned, and what comes next.
///
/// For both sides; why reminders wait is told to the seller's people only.
#[utoipa::path(get, path = "/invoices/{invoice}/dunning", tag = "dunning", operation_id = "getInvoiceDunning",
    params(("invoice" = InvoiceId, Path, description = "The invoice.")),
    responses((status = 200, description = "How far, and what next.", body = InvoiceDunning)))]
async fn of_invoice(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(invoice): Ids<InvoiceId>,
) -> ApiResult<Response> {
    let found = service::invoice_dunning(&state.platform, &caller.ctx, invoice).await?;
    Ok(reply::one(&found))
}

/// Pause the reminders of an invoice until a day, or record a promise to pay.
///
/// A new one takes the place of the one before. A promise is kept when so much has come in until its day; after it, the next
/// step is taken.
#[utoipa::path(put, path = "/invoices/{invoice}/dunning/pause", tag = "dunning", operation_id = "pauseDunning",
    params(("invoice" = InvoiceId, Path, description = "The invoice.")), request_body = PauseInput,
    responses((status = 200, description = "How far, and what next.", body = InvoiceDunning)))]
async fn pause(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(invoice_id): Ids<InvoiceId>,
    Body(body): Body<PauseInput>,
) -> ApiResult<Response> {
    let input = DunningPauseSet {
        invoice_id,
        pause: Some(NewPause {
            until: body.until,
            reason: body.reason,
            promised: body.promised,
        }),
    };
    let found = service::dunning_pause_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&found))
}

/// Go on with the reminders of an invoice.
#[utoipa::path(delete, path = "/invoices/{invoice}/dunning/pause", tag = "dunning", operation_id = "resumeDunning",
    params(("invoice" = InvoiceId, Path, description = "The invoice.")),
    responses((status = 200, description = "How far, and what next.", body = InvoiceDunning)))]
async fn resume(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(invoice_id): Ids<InvoiceId>,
) -> ApiResult<Response> {
    let input = DunningPauseSet {
        invoice_id,
        pause: None,
    };
    let found = service::dunning_pause_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&found))
}

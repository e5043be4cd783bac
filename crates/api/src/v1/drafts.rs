//! Drafts of invoices, and what keeps documents from being issued by themselves.

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use tradewind_billing::{
    service::{self, DraftAdjust, DraftHold, DraftLine, InvoiceHoldSet, ReviewSet},
    types::{Draft, DraftSummary, HeldBuyer, ReviewPolicy},
};
use tradewind_kernel::id::{AccountId, DraftId, InvoiceId};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, PageParams, Paging},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(review, set_review))
        .routes(routes!(list))
        .routes(routes!(issue_all))
        .routes(routes!(get))
        .routes(routes!(issue))
        .routes(routes!(hold, release))
        .routes(routes!(adjust))
        .routes(routes!(holds))
        .routes(routes!(hold_buyer, release_buyer))
}

/// Why something is not to be issued by itself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HoldInput {
    /// Why.
    #[schema(max_length = 500)]
    reason: String,
}

/// What was issued.
#[derive(Debug, Serialize, ToSchema)]
struct DraftsIssued {
    /// The documents.
    invoice_ids: Vec<InvoiceId>,
}

/// Read how a seller looks over what is billed before it is issued.
#[utoipa::path(get, path = "/accounts/{account}/invoice-review", tag = "drafts", operation_id = "getInvoiceReview",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "How.", body = ReviewPolicy)))]
async fn review(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
) -> ApiResult<Response> {
    let policy = service::review_get(&state.platform, &caller.ctx, seller).await?;
    Ok(reply::one(&policy))
}

/// Set how a seller looks over what is billed before it is issued.
///
/// With `review`, billing runs make drafts; each is issued by itself after `grace_days`, or only by somebody without. What is
/// bought is issued at once all the same.
#[utoipa::path(put, path = "/accounts/{account}/invoice-review", tag = "drafts", operation_id = "setInvoiceReview",
    params(("account" = AccountId, Path, description = "The seller.")), request_body = ReviewPolicy,
    responses((status = 200, description = "How.", body = ReviewPolicy)))]
async fn set_review(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller_id): Ids<AccountId>,
    Body(policy): Body<ReviewPolicy>,
) -> ApiResult<Response> {
    let input = ReviewSet { seller_id, policy };
    let policy = service::review_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&policy))
}

/// List the drafts of a seller, the oldest first.
#[utoipa::path(get, path = "/accounts/{account}/invoice-drafts", tag = "drafts", operation_id = "listInvoiceDrafts",
    params(("account" = AccountId, Path, description = "The seller."), PageParams),
    responses((status = 200, description = "A page of drafts.", body = Listed<DraftSummary>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
    paging: Paging,
) -> ApiResult<Response> {
    let page = service::draft_list(&state.platform, &caller.ctx, seller, &paging.page).await?;
    Ok(reply::paged(&paging, page))
}

/// Issue all drafts of a seller that are not held, at most two hundred by one call.
#[utoipa::path(post, path = "/accounts/{account}/invoice-drafts/issue", tag = "drafts", operation_id = "issueInvoiceDrafts",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "The documents.", body = DraftsIssued)))]
async fn issue_all(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
) -> ApiResult<Response> {
    let invoice_ids = service::drafts_issue(&state.platform, &caller.ctx, seller).await?;
    Ok(reply::one(&DraftsIssued { invoice_ids }))
}

/// Read a draft with its lines as they are now.
///
/// What arrives until it is issued (usage, corrections, lines by hand) is on it.
#[utoipa::path(get, path = "/invoice-drafts/{draft}", tag = "drafts", operation_id = "getInvoiceDraft",
    params(("draft" = DraftId, Path, description = "The draft.")),
    responses((status = 200, description = "The draft.", body = Draft)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<DraftId>,
) -> ApiResult<Response> {
    let draft = service::draft_get(&state.platform, &caller.ctx, id).await?;
    Ok(reply::one(&draft))
}

/// Issue a draft now, held or not.
#[utoipa::path(post, path = "/invoice-drafts/{draft}/issue", tag = "drafts", operation_id = "issueInvoiceDraft",
    params(("draft" = DraftId, Path, description = "The draft.")),
    responses((status = 200, description = "The document; none where nothing is left to show.", body = DraftsIssued)))]
async fn issue(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<DraftId>,
) -> ApiResult<Response> {
    let invoice = service::draft_issue(&state.platform, &caller.ctx, id).await?;
    let invoice_ids = invoice.into_iter().collect();
    Ok(reply::one(&DraftsIssued { invoice_ids }))
}

/// Hold a draft, so that it is not issued by itself.
#[utoipa::path(put, path = "/invoice-drafts/{draft}/hold", tag = "drafts", operation_id = "holdInvoiceDraft",
    params(("draft" = DraftId, Path, description = "The draft.")), request_body = HoldInput,
    responses((status = 204, description = "Held.")))]
async fn hold(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(draft_id): Ids<DraftId>,
    Body(body): Body<HoldInput>,
) -> ApiResult<Response> {
    let reason = Some(body.reason);
    let input = DraftHold { draft_id, reason };
    service::draft_hold(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::done())
}

/// Release a draft.
#[utoipa::path(delete, path = "/invoice-drafts/{draft}/hold", tag = "drafts", operation_id = "releaseInvoiceDraft",
    params(("draft" = DraftId, Path, description = "The draft.")),
    responses((status = 204, description = "Released.")))]
async fn release(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(draft_id): Ids<DraftId>,
) -> ApiResult<Response> {
    let input = DraftHold {
        draft_id,
        reason: None,
    };
    service::draft_hold(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::done())
}

/// Add a line to a draft by hand.
#[utoipa::path(post, path = "/invoice-drafts/{draft}/lines", tag = "drafts", operation_id = "addInvoiceDraftLine",
    params(("draft" = DraftId, Path, description = "The draft.")), request_body = DraftLine,
    responses((status = 200, description = "The draft.", body = Draft)))]
async fn adjust(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(draft_id): Ids<DraftId>,
    Body(line): Body<DraftLine>,
) -> ApiResult<Response> {
    let input = DraftAdjust { draft_id, line };
    service::draft_adjust(&state.platform, &caller.ctx, &input).await?;
    let draft = service::draft_get(&state.platform, &caller.ctx, draft_id).await?;
    Ok(reply::one(&draft))
}

/// List the buyers of a seller for whom nothing is issued by itself.
#[utoipa::path(get, path = "/accounts/{account}/invoice-holds", tag = "drafts", operation_id = "listInvoiceHolds",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "All of them.", body = Listed<HeldBuyer>)))]
async fn holds(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
) -> ApiResult<Response> {
    let found = service::invoice_hold_list(&state.platform, &caller.ctx, seller).await?;
    Ok(reply::all(found))
}

/// Hold a buyer, so that what is billed for it waits on a draft.
#[utoipa::path(put, path = "/accounts/{account}/invoice-holds/{buyer}", tag = "drafts", operation_id = "holdBuyer",
    params(("account" = AccountId, Path, description = "The seller."), ("buyer" = AccountId, Path, description = "Who buys.")),
    request_body = HoldInput, responses((status = 204, description = "Held.")))]
async fn hold_buyer(
    State(state): State<ApiState>,
    caller: Caller,
    Ids((seller_id, buyer_id)): Ids<(AccountId, AccountId)>,
    Body(body): Body<HoldInput>,
) -> ApiResult<Response> {
    let input = InvoiceHoldSet {
        seller_id,
        buyer_id,
        reason: Some(body.reason),
    };
    service::invoice_hold_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::done())
}

/// Release a buyer.
#[utoipa::path(delete, path = "/accounts/{account}/invoice-holds/{buyer}", tag = "drafts", operation_id = "releaseBuyer",
    params(("account" = AccountId, Path, description = "The seller."), ("buyer" = AccountId, Path, description = "Who buys.")),
    responses((status = 204, description = "Released.")))]
async fn release_buyer(
    State(state): State<ApiState>,
    caller: Caller,
    Ids((seller_id, buyer_id)): Ids<(AccountId, AccountId)>,
) -> ApiResult<Response> {
    let input = InvoiceHoldSet {
        seller_id,
        buyer_id,
        reason: None,
    };
    service::invoice_hold_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::done())
}

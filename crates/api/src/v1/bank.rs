//! Bank statements, their entries, and what becomes of them.

use axum::{
    body::Body as Upload,
    extract::{DefaultBodyLimit, State},
    response::Response,
};
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use tradewind_billing::{
    rules::bank::FILE_MAX,
    service::{
        self, BankAssign, BankFileImport, BankIgnore, BankMappingSet, BankShare, ListQuery,
        TransferReverse,
    },
    types::{
        BankEntry, BankEntryDetail, BankImport, BankStatement, CsvMapping, NamedMapping,
        PaymentStep,
    },
};
use tradewind_kernel::id::{AccountId, BankEntryId, BankStatementId, PaymentId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt as _},
    routes,
};

use crate::{
    ApiResult, ApiState, Caller, Problem,
    extract::{Body, Ids, ListParams, Listing, Params},
    reply::{self, Listed},
    upload,
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(statements, import).layer(DefaultBodyLimit::disable()))
        .routes(routes!(statement))
        .routes(routes!(entries))
        .routes(routes!(match_again))
        .routes(routes!(entry))
        .routes(routes!(assign))
        .routes(routes!(ignore))
        .routes(routes!(undo))
        .routes(routes!(mappings))
        .routes(routes!(mapping_set, mapping_remove))
        .routes(routes!(reverse))
}

fn query(listing: &Listing) -> ListQuery {
    ListQuery {
        filter: listing.wanted.filter.clone(),
        sort: listing.wanted.sort.clone(),
        page: listing.wanted.page.clone(),
    }
}

/// List bank statements of a seller, the latest first.
///
/// Fields: `account`, `currency`, `until`; sorted by `until`.
#[utoipa::path(get, path = "/accounts/{account}/bank-statements", tag = "bank", operation_id = "listBankStatements",
    params(("account" = AccountId, Path, description = "The seller."), ListParams),
    responses((status = 200, description = "A page of statements.", body = Listed<BankStatement>)))]
async fn statements(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
    listing: Listing,
) -> ApiResult<Response> {
    let page = service::bank_statement_list(&state.platform, &caller.ctx, seller, &query(&listing))
        .await?;
    Ok(reply::listed(&listing, page))
}

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ImportParams {
    /// Name of the file, for people.
    #[param(min_length = 1, max_length = 200)]
    file_name: String,
    /// The mapping by which the columns of a CSV file are read.
    #[param(max_length = 60)]
    mapping: Option<String>,
    /// Read by the caller's context; named here because nothing unknown is let through.
    #[serde(default, rename = "dry_run")]
    #[param(ignore)]
    _dry_run: Option<bool>,
}

/// Import a bank statement.
///
/// The body is an ISO 20022 `camt.053` of any version as XML, or CSV when a mapping is named; 16 MiB at most. Each entry is
/// taken once, however often it comes and in however many files. What is exactly and clearly for something is recorded as
/// payments by bank transfer; the rest waits to be assigned. Of a file that is wrong nothing is taken. With `dry_run` the
/// answer tells what is new in the file, and nothing is matched.
#[utoipa::path(post, path = "/accounts/{account}/bank-statements", tag = "bank", operation_id = "importBankStatement",
    params(("account" = AccountId, Path, description = "The seller whose bank account it is."), ImportParams),
    request_body(content((String = "application/xml"), (String = "text/csv")), description = "The file."),
    responses((status = 201, description = "What came of it.", body = BankImport)))]
async fn import(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller_id): Ids<AccountId>,
    Params(params): Params<ImportParams>,
    headers: HeaderMap,
    body: Upload,
) -> ApiResult<Response> {
    service::bank_import_allowed(&state.platform, &caller.ctx, seller_id).await?;
    media_expected(&headers, params.mapping.is_some())?;
    let content = upload::whole(body, FILE_MAX >> 20).await?;
    let input = BankFileImport {
        seller_id,
        file_name: &params.file_name,
        content: &content,
        mapping: params.mapping.as_deref(),
    };
    let import = service::bank_import(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::created(
        &format!("/accounts/{seller_id}/bank-statements"),
        &import,
    ))
}

pub(super) fn media_expected(headers: &HeaderMap, csv: bool) -> ApiResult<()> {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media = content_type.split(';').next().unwrap_or_default().trim();
    let wanted: &[&str] = if csv {
        &["text/csv"]
    } else {
        &["application/xml", "text/xml"]
    };
    if wanted.iter().any(|known| media.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "statement_expected",
        "expected a body of the type application/xml, or text/csv together with a mapping",
    ))
}

/// Read a bank statement.
#[utoipa::path(get, path = "/bank-statements/{statement}", tag = "bank", operation_id = "getBankStatement",
    params(("statement" = BankStatementId, Path, description = "The statement.")),
    responses((status = 200, description = "The statement.", body = BankStatement)))]
async fn statement(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<BankStatementId>,
) -> ApiResult<Response> {
    let statement = service::bank_statement_get(&state.platform, &caller.ctx, id).await?;
    Ok(reply::one(&statement))
}

/// List entries of a seller's bank statements, the latest first.
///
/// Fields: `state`, `direction`, `statement`, `name`, `text`, `reference`, `booked`; sorted by `booked`. Those that wait for
/// somebody are `state:unmatched`.
#[utoipa::path(get, path = "/accounts/{account}/bank-entries", tag = "bank", operation_id = "listBankEntries",
    params(("account" = AccountId, Path, description = "The seller."), ListParams),
    responses((status = 200, description = "A page of entries.", body = Listed<BankEntry>)))]
async fn entries(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
    listing: Listing,
) -> ApiResult<Response> {
    let page =
        service::bank_entry_list(&state.platform, &caller.ctx, seller, &query(&listing)).await?;
    Ok(reply::listed(&listing, page))
}

/// What has become clear.
#[derive(Debug, Serialize, ToSchema)]
struct BankMatched {
    /// Entries that are recorded as payments now.
    matched: u64,
}

/// Match what waits again.
///
/// What has become clear since, because an invoice was issued or a payer has become known, is recorded. What a person has
/// undone is left alone.
#[utoipa::path(post, path = "/accounts/{account}/bank-entries/match", tag = "bank", operation_id = "matchBankEntries",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "How many entries were matched.", body = BankMatched)))]
async fn match_again(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
) -> ApiResult<Response> {
    let matched = service::bank_match(&state.platform, &caller.ctx, seller).await?;
    Ok(reply::one(&BankMatched { matched }))
}

/// Read an entry: what it was recorded as, or what it may be for.
#[utoipa::path(get, path = "/bank-entries/{entry}", tag = "bank", operation_id = "getBankEntry",
    params(("entry" = BankEntryId, Path, description = "The entry.")),
    responses((status = 200, description = "The entry.", body = BankEntryDetail)))]
async fn entry(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<BankEntryId>,
) -> ApiResult<Response> {
    let entry = service::bank_entry_get(&state.platform, &caller.ctx, id).await?;
    Ok(reply::one(&entry))
}

/// What an entry is for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BankAssignment {
    /// The invoices that it pays, the oldest first; what is too much becomes credit of `buyer_id`, or of the last one's buyer.
    #[serde(default)]
    invoices: Vec<BankShare>,
    /// Who paid, when it is for no invoice in particular: it pays what is open, the oldest first, and the rest is credit.
    #[serde(default)]
    buyer_id: Option<AccountId>,
    /// Whether it all becomes credit, whatever is open.
    #[serde(default)]
    top_up: bool,
    /// A transfer that was recorded by hand for the same money; of an entry that takes money back, the transfer that it takes
    /// back.
    #[serde(default)]
    payment_id: Option<PaymentId>,
}

/// Say what an entry is for.
///
/// One of `invoices`, `buyer_id` alone, or `payment_id`.
#[utoipa::path(post, path = "/bank-entries/{entry}/assign", tag = "bank", operation_id = "assignBankEntry",
    params(("entry" = BankEntryId, Path, description = "The entry.")), request_body = BankAssignment,
    responses((status = 200, description = "The entry.", body = BankEntryDetail)))]
async fn assign(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(entry_id): Ids<BankEntryId>,
    Body(body): Body<BankAssignment>,
) -> ApiResult<Response> {
    let input = BankAssign {
        entry_id,
        invoices: body.invoices,
        buyer_id: body.buyer_id,
        top_up: body.top_up,
        payment_id: body.payment_id,
    };
    let entry = service::bank_assign(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&entry))
}

/// Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BankReason {
    /// Why.
    #[schema(max_length = 500)]
    reason: String,
}

/// Say that an entry is no payment of a buyer.
#[utoipa::path(post, path = "/bank-entries/{entry}/ignore", tag = "bank", operation_id = "ignoreBankEntry",
    params(("entry" = BankEntryId, Path, description = "The entry.")), request_body = BankReason,
    responses((status = 200, description = "The entry.", body = BankEntryDetail)))]
async fn ignore(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(entry_id): Ids<BankEntryId>,
    Body(body): Body<BankReason>,
) -> ApiResult<Response> {
    let input = BankIgnore {
        entry_id,
        reason: body.reason,
    };
    let entry = service::bank_ignore(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&entry))
}

/// Undo what an entry was settled as.
///
/// Payments that were recorded for it are taken back, and it waits for somebody. The rules do not touch it again.
#[utoipa::path(post, path = "/bank-entries/{entry}/undo", tag = "bank", operation_id = "undoBankEntry",
    params(("entry" = BankEntryId, Path, description = "The entry.")),
    responses((status = 200, description = "The entry.", body = BankEntryDetail)))]
async fn undo(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<BankEntryId>,
) -> ApiResult<Response> {
    let entry = service::bank_undo(&state.platform, &caller.ctx, id).await?;
    Ok(reply::one(&entry))
}

/// List how the CSV files of a seller's banks are read.
#[utoipa::path(get, path = "/accounts/{account}/bank-mappings", tag = "bank", operation_id = "listBankMappings",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "All mappings.", body = Listed<NamedMapping>)))]
async fn mappings(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
) -> ApiResult<Response> {
    let mappings = service::bank_mapping_list(&state.platform, &caller.ctx, seller).await?;
    Ok(reply::all(mappings))
}

/// Set how the CSV files of a bank are read.
#[utoipa::path(put, path = "/accounts/{account}/bank-mappings/{name}", tag = "bank", operation_id = "setBankMapping",
    params(("account" = AccountId, Path, description = "The seller."), ("name" = String, Path, description = "Its name.")),
    request_body = CsvMapping, responses((status = 204, description = "It is kept.")))]
async fn mapping_set(
    State(state): State<ApiState>,
    caller: Caller,
    Ids((seller_id, name)): Ids<(AccountId, String)>,
    Body(mapping): Body<CsvMapping>,
) -> ApiResult<Response> {
    let input = BankMappingSet {
        seller_id,
        name,
        mapping: Some(mapping),
    };
    service::bank_mapping_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::done())
}

/// Forget how the CSV files of a bank are read.
#[utoipa::path(delete, path = "/accounts/{account}/bank-mappings/{name}", tag = "bank", operation_id = "removeBankMapping",
    params(("account" = AccountId, Path, description = "The seller."), ("name" = String, Path, description = "Its name.")),
    responses((status = 204, description = "It is forgotten.")))]
async fn mapping_remove(
    State(state): State<ApiState>,
    caller: Caller,
    Ids((seller_id, name)): Ids<(AccountId, String)>,
) -> ApiResult<Response> {
    let input = BankMappingSet {
        seller_id,
        name,
        mapping: None,
    };
    service::bank_mapping_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::done())
}

/// Take a bank transfer back.
///
/// What it paid is open again, and what had become credit is taken. For transfers that were recorded by mistake; one that a
/// bank statement tells of is undone with its entry.
#[utoipa::path(post, path = "/payments/{payment}/reverse", tag = "payments", operation_id = "reverseTransfer",
    params(("payment" = PaymentId, Path, description = "The payment.")), request_body = BankReason,
    responses((status = 200, description = "The step.", body = PaymentStep)))]
async fn reverse(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(payment_id): Ids<PaymentId>,
    Body(body): Body<BankReason>,
) -> ApiResult<Response> {
    let input = TransferReverse {
        payment_id,
        reason: body.reason,
    };
    let step = service::transfer_reverse(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&step))
}

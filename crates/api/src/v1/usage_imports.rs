//! Imports of cost-and-usage files, the sub-accounts in them, and what waits until someone says whose it is.

use axum::{
    body::Body as Upload,
    extract::{DefaultBodyLimit, State},
    response::Response,
};
use http::{HeaderMap, Uri};
use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Error,
    id::ImportId,
    page::{ListRequest, Page, PageRequest},
};
use tradewind_metering::{
    service::{self, HeldQuery, ImportOptions},
    types::{
        HeldRecord, HeldState, MappingReport, OnError, SubAccount, SubAccountAssignment,
        UsageImport,
    },
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt as _},
    routes,
};

use crate::{
    ApiResult, ApiState, Caller, Problem,
    extract::{Body, Ids, Listing, Params},
    reply::{self, Listed},
    upload::{self, Uploaded},
};

/// Room for the largest mapping file.
const MAPPING_MIB_MAX: usize = 4;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(imports, import).layer(DefaultBodyLimit::disable()))
        .routes(routes!(import_get))
        .routes(routes!(held))
        .routes(routes!(sub_accounts))
        .routes(routes!(assign))
        .routes(routes!(assign_many))
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PageParams {
    /// Items of one page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 1000)]
    after: Option<String>,
}

/// A page, with the way to the next, of a list that knows no filter language.
pub(super) fn paged<T: Serialize>(uri: Uri, page: Page<T>) -> Response {
    let wanted = ListRequest::default();
    reply::listed(&Listing { wanted, uri }, page)
}

/// List imports, the latest first.
#[utoipa::path(get, path = "/usage-imports", tag = "usage", operation_id = "listUsageImports", params(PageParams),
    responses((status = 200, description = "A page of imports.", body = Listed<UsageImport>)))]
async fn imports(
    State(state): State<ApiState>,
    caller: Caller,
    uri: Uri,
    Params(params): Params<PageParams>,
) -> ApiResult<Response> {
    let page = PageRequest::new(params.limit, params.after)?;
    let found = service::import_list(&state.platform, &caller.ctx, &page).await?;
    Ok(paged(uri, found))
}

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ImportParams {
    /// Name of the file, for people.
    #[param(min_length = 1, max_length = 200)]
    file_name: String,
    /// What to do about malformed rows: leave them out (`skip`), or import nothing (`abort`).
    #[param(inline)]
    on_error: Option<OnError>,
    /// Read by the caller's context; named here because nothing unknown is let through.
    #[serde(default, rename = "dry_run")]
    #[param(ignore)]
    _dry_run: Option<bool>,
}

/// Import a file of cost and usage.
///
/// The body is a FOCUS 1.0 file as CSV. Each row counts once, however often it is imported; an import that was cut off is
/// continued by sending the file again. Rows of sub-accounts that are nobody's wait until they are assigned. The answer
/// tells what became of the rows, and names the first that were refused.
#[utoipa::path(post, path = "/usage-imports", tag = "usage", operation_id = "importUsage", params(ImportParams),
    request_body(content = String, content_type = "text/csv", description = "The file."),
    responses((status = 201, description = "The import as it ended.", body = UsageImport)))]
async fn import(
    State(state): State<ApiState>,
    caller: Caller,
    Params(params): Params<ImportParams>,
    headers: HeaderMap,
    body: Upload,
) -> ApiResult<Response> {
    service::import_allowed(&state.platform, &caller.ctx).await?;
    upload::csv_expected(&headers)?;
    if caller.ctx.dry_run {
        return Err(Problem::from(Error::invalid(
            "dry_run",
            "not_for_imports",
            "an import is written piece by piece; on_error=abort checks the whole file before anything is kept",
        )));
    }
    let file = Uploaded::receive(body).await?;
    let options = ImportOptions {
        file_name: params.file_name,
        on_error: params.on_error.unwrap_or(OnError::Skip),
    };
    // On a task of its own: it goes on when the caller hangs up.
    let importing = tokio::spawn(async move {
        service::focus_import(&state.platform, &caller.ctx, file.path(), &options, &|_| ()).await
    });
    let import = importing.await.map_err(Error::internal)??;
    Ok(reply::created(
        &format!("/usage-imports/{}", import.id),
        &import,
    ))
}

/// Read an import.
#[utoipa::path(get, path = "/usage-imports/{import}", tag = "usage", operation_id = "getUsageImport",
    params(("import" = ImportId, Path, description = "The import.")),
    responses((status = 200, description = "The import.", body = UsageImport)))]
async fn import_get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(import): Ids<ImportId>,
) -> ApiResult<Response> {
    let import = service::import_get(&state.platform, &caller.ctx, import).await?;
    Ok(reply::one(&import))
}

/// Which held records.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HeldParams {
    /// What became of them: `held`, `released` or `rejected`.
    #[param(inline)]
    state: Option<HeldState>,
    /// Provider of the sub-account, together with `sub_account`.
    #[param(max_length = 80)]
    source: Option<String>,
    /// The sub-account's id there, together with `source`.
    #[param(max_length = 200)]
    sub_account: Option<String>,
    /// Items of one page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 1000)]
    after: Option<String>,
}

/// List records that wait, or have waited, for their sub-account to be assigned.
#[utoipa::path(get, path = "/held-usage", tag = "usage", operation_id = "listHeldUsage", params(HeldParams),
    responses((status = 200, description = "A page of records.", body = Listed<HeldRecord>)))]
async fn held(
    State(state): State<ApiState>,
    caller: Caller,
    uri: Uri,
    Params(params): Params<HeldParams>,
) -> ApiResult<Response> {
    let sub_account = match (params.source, params.sub_account) {
        (Some(source), Some(id)) => Some((source, id)),
        (None, None) => None,
        (source, _) => {
            let missing = if source.is_none() {
                "source"
            } else {
                "sub_account"
            };
            let message = "source and sub_account name a sub-account together";
            return Err(Problem::from(Error::invalid(missing, "required", message)));
        }
    };
    let query = HeldQuery {
        state: params.state,
        sub_account,
        page: PageRequest::new(params.limit, params.after)?,
    };
    let found = service::held_list(&state.platform, &caller.ctx, &query).await?;
    Ok(paged(uri, found))
}

/// List sub-accounts that have occurred, and whose they are.
#[utoipa::path(get, path = "/sub-accounts", tag = "usage", operation_id = "listSubAccounts", params(PageParams),
    responses((status = 200, description = "A page of sub-accounts.", body = Listed<SubAccount>)))]
async fn sub_accounts(
    State(state): State<ApiState>,
    caller: Caller,
    uri: Uri,
    Params(params): Params<PageParams>,
) -> ApiResult<Response> {
    let page = PageRequest::new(params.limit, params.after)?;
    let found = service::sub_account_list(&state.platform, &caller.ctx, &page).await?;
    Ok(paged(uri, found))
}

/// What an assignment has brought about.
#[derive(Debug, Serialize, ToSchema)]
struct Released {
    /// Records that waited and are counted now.
    released: u64,
}

/// Assign a sub-account to a subscription.
///
/// What waited for it is counted. What was counted before under another subscription stays there.
#[utoipa::path(post, path = "/sub-accounts/assign", tag = "usage", operation_id = "assignSubAccount",
    request_body = SubAccountAssignment,
    responses((status = 200, description = "How many records were counted.", body = Released)))]
async fn assign(
    State(state): State<ApiState>,
    caller: Caller,
    Body(assignment): Body<SubAccountAssignment>,
) -> ApiResult<Response> {
    let released = service::sub_account_assign(&state.platform, &caller.ctx, &assignment).await?;
    Ok(reply::one(&Released { released }))
}

/// Assign many sub-accounts.
///
/// The body is CSV with the columns `source`, `sub_account` and `subscription`. All rows are taken, or none; every row
/// that is wrong is named.
#[utoipa::path(post, path = "/sub-accounts/assign-many", tag = "usage", operation_id = "assignSubAccounts",
    request_body(content = String, content_type = "text/csv", description = "The mapping file."),
    responses((status = 200, description = "What has changed.", body = MappingReport)))]
async fn assign_many(
    State(state): State<ApiState>,
    caller: Caller,
    headers: HeaderMap,
    body: Upload,
) -> ApiResult<Response> {
    service::import_allowed(&state.platform, &caller.ctx).await?;
    upload::csv_expected(&headers)?;
    let mapping = upload::whole(body, MAPPING_MIB_MAX).await?;
    let report = service::sub_account_assign_many(&state.platform, &caller.ctx, &mapping).await?;
    Ok(reply::one(&report))
}

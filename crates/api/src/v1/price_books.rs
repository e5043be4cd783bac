//! What sellers ask: price books and their revisions.

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use serde::Deserialize;
use tradewind_catalogue::{
    service,
    types::{
        ListingDraft, ListingKind, ListingPrice, Policies, PriceBook, PriceBookAssign,
        PriceBookCreate, PriceBookDetail, PriceBookUpdate, RevisionCreate, RevisionPreview,
        RevisionPreviewRequest, RevisionView,
    },
};
use tradewind_kernel::{
    Currency, Date, Decimal, Error, Problems,
    id::{AccountId, ItemId, PlanId, PriceBookId, ProductId},
};
use tradewind_pricing::PriceModel;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, Params, Version},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(assign))
        .routes(routes!(get, replace))
        .routes(routes!(revise))
        .routes(routes!(preview))
}

/// A new price book.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPriceBook {
    /// Name for the seller's staff.
    name: String,
    /// The currency of its prices.
    currency: Currency,
    /// Whether visitors see it and new customers get it; the first book of a seller always is.
    #[serde(default)]
    is_default: bool,
}

/// What can be changed of a price book.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PriceBookDraft {
    /// Name for the seller's staff.
    name: String,
    /// Makes it the default; a default is replaced by making another one the default.
    is_default: bool,
}

/// Which book a buyer gets.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Assignment {
    /// The book; null for the seller's default one.
    book_id: Option<PriceBookId>,
}

/// All rules of a book from a day on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RevisionDraft {
    /// First day on which it holds: after today, or any day for the first revision of a book.
    effective_on: Date,
    /// Why.
    #[serde(default)]
    note: String,
    /// Rounding and proration; those of the latest revision when left out, else the usual ones.
    #[serde(default)]
    policies: Option<Policies>,
    /// The rules.
    listings: Vec<Rule>,
}

/// One rule: for what, and which price.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ListingDraft)]
struct Rule {
    /// Only this product.
    #[serde(default)]
    product_id: Option<ProductId>,
    /// Only this plan.
    #[serde(default)]
    plan_id: Option<PlanId>,
    /// Only this item.
    #[serde(default)]
    item_id: Option<ItemId>,
    /// Only usage with these dimensions.
    #[serde(default, rename = "match")]
    matches: BTreeMap<String, String>,
    /// What it does: `absolute` names the price in `model`, `markup` adds `percent`, `hidden` takes it off the shelf.
    kind: ListingKind,
    /// The price, for `absolute` and only for it.
    #[serde(default)]
    model: Option<PriceModel>,
    /// 20 means a fifth more than the seller itself pays; for `markup` and only for it.
    #[serde(default)]
    percent: Option<Decimal>,
}

impl Rule {
    fn checked(self) -> Result<ListingDraft, Error> {
        let price = match (self.kind, self.model, self.percent) {
            (ListingKind::Absolute, Some(model), None) => ListingPrice::Absolute { model },
            (ListingKind::Markup, None, Some(percent)) => ListingPrice::Markup { percent },
            (ListingKind::Hidden, None, None) => ListingPrice::Hidden,
            (kind, model, percent) => return Err(misfit(kind, model.is_some(), percent.is_some())),
        };
        Ok(ListingDraft {
            product_id: self.product_id,
            plan_id: self.plan_id,
            item_id: self.item_id,
            matches: self.matches,
            price,
        })
    }
}

/// Why a kind of rule does not go with what was given.
fn misfit(kind: ListingKind, model: bool, percent: bool) -> Error {
    let field = |name: &str, wanted: bool, given: bool| match (wanted, given) {
        (true, false) => Some(Error::invalid(
            name,
            "required",
            format!("a rule of the kind {kind} needs it"),
        )),
        (false, true) => Some(Error::invalid(
            name,
            "not_expected",
            format!("a rule of the kind {kind} has none"),
        )),
        _ => None,
    };
    field("model", kind == ListingKind::Absolute, model)
        .or_else(|| field("percent", kind == ListingKind::Markup, percent))
        .unwrap_or_else(|| Error::invalid("kind", "misfit", "does not go with the other fields"))
}

impl RevisionDraft {
    fn of(self, book_id: PriceBookId) -> Result<RevisionCreate, Error> {
        let mut problems = Problems::new();
        let mut listings = Vec::with_capacity(self.listings.len());
        for (at, rule) in self.listings.into_iter().enumerate() {
            let checked = rule
                .checked()
                .map_err(|error| error.under(&format!("listings.{at}")));
            listings.extend(problems.check(checked));
        }
        problems.finish()?;
        Ok(RevisionCreate {
            book_id,
            effective_on: self.effective_on,
            note: self.note,
            policies: self.policies,
            listings,
        })
    }
}

/// What a preview is narrowed down by.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PreviewParams {
    /// Only this product; all whose prices change when left out.
    product: Option<ProductId>,
    /// Also what keeps its price.
    everything: Option<bool>,
    /// As for every change; a preview keeps nothing anyway.
    #[param(ignore)]
    #[serde(rename = "dry_run")]
    _dry_run: Option<bool>,
}

/// List a seller's price books with the heads of their revisions, newest first.
#[utoipa::path(get, path = "/accounts/{account}/price-books", tag = "prices", operation_id = "listPriceBooks",
    params(("account" = AccountId, Path, description = "The seller.")),
    responses((status = 200, description = "All its books.", body = Listed<PriceBookDetail>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller): Ids<AccountId>,
) -> ApiResult<Response> {
    let books = service::price_book_list(&state.platform, &caller.ctx, seller).await?;
    Ok(reply::all(books))
}

/// Make a price book.
///
/// It sells nothing until it gets its first revision.
#[utoipa::path(post, path = "/accounts/{account}/price-books", tag = "prices", operation_id = "createPriceBook",
    params(("account" = AccountId, Path, description = "The seller.")), request_body = NewPriceBook,
    responses((status = 201, description = "The new book.", body = PriceBook)))]
async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller_id): Ids<AccountId>,
    Body(body): Body<NewPriceBook>,
) -> ApiResult<Response> {
    let input = PriceBookCreate {
        seller_id,
        name: body.name,
        currency: body.currency,
        is_default: body.is_default,
    };
    let book = service::price_book_create(&state.platform, &caller.ctx, &input).await?;
    let path = format!("/price-books/{}", book.id);
    Ok(reply::created_versioned(&path, book.version, &book))
}

/// Assign a price book to a buyer.
///
/// What was ordered before keeps its terms.
#[utoipa::path(put, path = "/accounts/{account}/buyers/{buyer}/price-book", tag = "prices", operation_id = "assignPriceBook",
    params(("account" = AccountId, Path, description = "The seller."), ("buyer" = AccountId, Path, description = "The buyer.")),
    request_body = Assignment, responses((status = 204, description = "Assigned.")))]
async fn assign(
    State(state): State<ApiState>,
    caller: Caller,
    Ids((seller_id, buyer_id)): Ids<(AccountId, AccountId)>,
    Body(body): Body<Assignment>,
) -> ApiResult<Response> {
    let input = PriceBookAssign {
        seller_id,
        buyer_id,
        book_id: body.book_id,
    };
    service::price_book_assign(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::done())
}

/// Read a price book with its revisions, newest first; the current one and the planned ones with their rules.
#[utoipa::path(get, path = "/price-books/{book}", tag = "prices", operation_id = "getPriceBook",
    params(("book" = PriceBookId, Path, description = "The book.")),
    responses((status = 200, description = "The book.", body = PriceBookDetail)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(book): Ids<PriceBookId>,
) -> ApiResult<Response> {
    let detail = service::price_book_get(&state.platform, &caller.ctx, book).await?;
    Ok(reply::versioned(detail.book.version, &detail))
}

/// Rename a price book, or make it the default.
#[utoipa::path(put, path = "/price-books/{book}", tag = "prices", operation_id = "replacePriceBook",
    params(("book" = PriceBookId, Path, description = "The book."), Version), request_body = PriceBookDraft,
    responses((status = 200, description = "The book as it is now.", body = PriceBook)))]
async fn replace(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<PriceBookId>,
    Version(version): Version,
    Body(body): Body<PriceBookDraft>,
) -> ApiResult<Response> {
    let input = PriceBookUpdate {
        id,
        version,
        name: body.name,
        is_default: body.is_default,
    };
    let book = service::price_book_update(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::versioned(book.version, &book))
}

/// Add a revision to a book: all of its rules from a day on.
///
/// Nothing that was ordered before changes.
#[utoipa::path(post, path = "/price-books/{book}/revisions", tag = "prices", operation_id = "createRevision",
    params(("book" = PriceBookId, Path, description = "The book.")), request_body = RevisionDraft,
    responses((status = 201, description = "The new revision.", body = RevisionView)))]
async fn revise(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(book): Ids<PriceBookId>,
    Body(body): Body<RevisionDraft>,
) -> ApiResult<Response> {
    let input = body.of(book)?;
    let revision = service::revision_create(&state.platform, &caller.ctx, &input).await?;
    // A revision is read with its book.
    Ok(reply::created(&format!("/price-books/{book}"), &revision))
}

/// See what a revision would change, item by item, before making it.
#[utoipa::path(post, path = "/price-books/{book}/revisions/preview", tag = "prices", operation_id = "previewRevision",
    params(("book" = PriceBookId, Path, description = "The book."), PreviewParams), request_body = RevisionDraft,
    responses((status = 200, description = "Prices before and after.", body = RevisionPreview)))]
async fn preview(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(book): Ids<PriceBookId>,
    Params(params): Params<PreviewParams>,
    Body(body): Body<RevisionDraft>,
) -> ApiResult<Response> {
    let input = RevisionPreviewRequest {
        revision: body.of(book)?,
        product_id: params.product,
        everything: params.everything.unwrap_or_default(),
    };
    let preview = service::revision_preview(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&preview))
}

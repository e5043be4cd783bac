//! The shelves of the catalogue.

use axum::{extract::State, response::Response};
use tradewind_catalogue::{
    service,
    types::{Category, CategoryDraft, CategoryUpdate},
};
use tradewind_kernel::id::CategoryId;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(replace))
}

/// List categories, in the order of the catalogue.
#[utoipa::path(get, path = "/categories", tag = "catalogue", operation_id = "listCategories",
    responses((status = 200, description = "All categories.", body = Listed<Category>)))]
async fn list(State(state): State<ApiState>, caller: Caller) -> ApiResult<Response> {
    let categories = service::category_list(&state.platform, &caller.ctx).await?;
    Ok(reply::all(categories))
}

/// Make a category.
#[utoipa::path(post, path = "/categories", tag = "catalogue", operation_id = "createCategory", request_body = CategoryDraft,
    responses((status = 201, description = "The new category.", body = Category)))]
async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Body(draft): Body<CategoryDraft>,
) -> ApiResult<Response> {
    let category = service::category_create(&state.platform, &caller.ctx, &draft).await?;
    let path = format!("/categories/{}", category.id);
    Ok(reply::created(&path, &category))
}

/// Change a category.
#[utoipa::path(put, path = "/categories/{category}", tag = "catalogue", operation_id = "replaceCategory",
    params(("category" = CategoryId, Path, description = "The category.")), request_body = CategoryDraft,
    responses((status = 200, description = "The category as it is now.", body = Category)))]
async fn replace(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<CategoryId>,
    Body(draft): Body<CategoryDraft>,
) -> ApiResult<Response> {
    let input = CategoryUpdate { id, draft };
    let category = service::category_update(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&category))
}

//! What belongs to a product: its plans, their items, and the parameters asked at ordering.

use axum::{extract::State, response::Response};
use tradewind_catalogue::{
    service,
    types::{
        Item, ItemCreate, ItemDraft, ItemUpdate, Parameter, ParameterCreate, ParameterDraft,
        ParameterUpdate, Plan, PlanCreate, PlanDraft, PlanUpdate,
    },
};
use tradewind_kernel::id::{ItemId, ParameterId, PlanId, ProductId};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, Version},
    reply,
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(create_plan))
        .routes(routes!(replace_plan))
        .routes(routes!(create_item))
        .routes(routes!(replace_item))
        .routes(routes!(create_parameter))
        .routes(routes!(replace_parameter))
}

/// Add a plan to a product; its items follow one by one.
#[utoipa::path(post, path = "/products/{product}/plans", tag = "catalogue", operation_id = "createPlan",
    params(("product" = ProductId, Path, description = "The product.")), request_body = PlanDraft,
    responses((status = 201, description = "The new plan.", body = Plan)))]
async fn create_plan(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(product_id): Ids<ProductId>,
    Body(draft): Body<PlanDraft>,
) -> ApiResult<Response> {
    let input = PlanCreate {
        product_id,
        draft,
        items: Vec::new(),
    };
    let plan = service::plan_create(&state.platform, &caller.ctx, &input).await?;
    // A plan is read with its product.
    let path = format!("/products/{product_id}");
    Ok(reply::created_versioned(&path, plan.version, &plan))
}

/// Change a plan.
///
/// Running subscriptions keep their terms. `If-Match` names the version of the plan.
#[utoipa::path(put, path = "/plans/{plan}", tag = "catalogue", operation_id = "replacePlan",
    params(("plan" = PlanId, Path, description = "The plan."), Version), request_body = PlanDraft,
    responses((status = 200, description = "The plan as it is now.", body = Plan)))]
async fn replace_plan(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<PlanId>,
    Version(version): Version,
    Body(draft): Body<PlanDraft>,
) -> ApiResult<Response> {
    let input = PlanUpdate { id, version, draft };
    let plan = service::plan_update(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::versioned(plan.version, &plan))
}

/// Add an item to a plan.
#[utoipa::path(post, path = "/plans/{plan}/items", tag = "catalogue", operation_id = "createItem",
    params(("plan" = PlanId, Path, description = "The plan.")), request_body = ItemDraft,
    responses((status = 201, description = "The new item.", body = Item)))]
async fn create_item(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(plan_id): Ids<PlanId>,
    Body(draft): Body<ItemDraft>,
) -> ApiResult<Response> {
    let input = ItemCreate { plan_id, draft };
    let item = service::item_create(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::created(&format!("/items/{}", item.id), &item))
}

/// Change an item.
///
/// Running subscriptions keep their terms. `If-Match` names the version of the plan that it belongs to.
#[utoipa::path(put, path = "/items/{item}", tag = "catalogue", operation_id = "replaceItem",
    params(("item" = ItemId, Path, description = "The item."), Version), request_body = ItemDraft,
    responses((status = 200, description = "The item as it is now.", body = Item)))]
async fn replace_item(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<ItemId>,
    Version(version): Version,
    Body(draft): Body<ItemDraft>,
) -> ApiResult<Response> {
    let input = ItemUpdate { id, version, draft };
    let item = service::item_update(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&item))
}

/// Add a parameter to a product.
#[utoipa::path(post, path = "/products/{product}/parameters", tag = "catalogue", operation_id = "createParameter",
    params(("product" = ProductId, Path, description = "The product.")), request_body = ParameterDraft,
    responses((status = 201, description = "The new parameter.", body = Parameter)))]
async fn create_parameter(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(product_id): Ids<ProductId>,
    Body(draft): Body<ParameterDraft>,
) -> ApiResult<Response> {
    let input = ParameterCreate { product_id, draft };
    let parameter = service::parameter_create(&state.platform, &caller.ctx, &input).await?;
    let path = format!("/parameters/{}", parameter.id);
    Ok(reply::created(&path, &parameter))
}

/// Change a parameter.
///
/// Answers that were given stay as they are. `If-Match` names the version of the product that it belongs to.
#[utoipa::path(put, path = "/parameters/{parameter}", tag = "catalogue", operation_id = "replaceParameter",
    params(("parameter" = ParameterId, Path, description = "The parameter."), Version), request_body = ParameterDraft,
    responses((status = 200, description = "The parameter as it is now.", body = Parameter)))]
async fn replace_parameter(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<ParameterId>,
    Version(version): Version,
    Body(draft): Body<ParameterDraft>,
) -> ApiResult<Response> {
    let input = ParameterUpdate { id, version, draft };
    let parameter = service::parameter_update(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::one(&parameter))
}

//! Terms between sellers and buyers, seen by the seller and those above.

use axum::{extract::State, response::Response};
use tradewind_accounts::{
    service,
    types::{Relationship, RelationshipSet, TermsInput},
};
use tradewind_kernel::id::RelationshipId;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, IfMatch, ListParams, Listing},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(get, update))
}

/// List trading relationships.
///
/// Fields: `seller`, `buyer`, `currency`, `price_book`, `payment`, `invoicing`, `created`.
#[utoipa::path(get, path = "/relationships", tag = "relationships", operation_id = "listRelationships",
    params(ListParams),
    responses((status = 200, description = "A page of relationships.", body = Listed<Relationship>)))]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    listing: Listing,
) -> ApiResult<Response> {
    let page = service::relationship_list(&state.platform, &caller.ctx, &listing.wanted).await?;
    Ok(reply::listed(&listing, page))
}

/// Read a trading relationship.
#[utoipa::path(get, path = "/relationships/{relationship}", tag = "relationships", operation_id = "getRelationship",
    params(("relationship" = RelationshipId, Path, description = "The relationship.")),
    responses((status = 200, description = "The relationship.", body = Relationship)))]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<RelationshipId>,
) -> ApiResult<Response> {
    let found = service::relationship_get(&state.platform, &caller.ctx, id).await?;
    Ok(reply::versioned(found.version, &found))
}

/// Change the terms of a relationship.
#[utoipa::path(patch, path = "/relationships/{relationship}", tag = "relationships",
    operation_id = "updateRelationship",
    params(("relationship" = RelationshipId, Path, description = "The relationship.")), request_body = TermsInput,
    responses((status = 200, description = "The relationship as it is now.", body = Relationship)))]
async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(id): Ids<RelationshipId>,
    IfMatch(version): IfMatch,
    Body(terms): Body<TermsInput>,
) -> ApiResult<Response> {
    let found = service::relationship_get(&state.platform, &caller.ctx, id).await?;
    let input = RelationshipSet {
        seller: found.seller,
        buyer: found.buyer,
        version,
        terms,
    };
    let after = service::relationship_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::versioned(after.version, &after))
}

//! Version 1 of the API: one file per resource, each with its `router()`.

use utoipa_axum::router::OpenApiRouter;

use crate::state::ApiState;

mod accounts;
mod api_keys;
mod clock;
mod jobs;
mod journal;
mod me;
mod members;
mod passwords;
mod relationships;
mod sessions;
mod storefronts;
mod usage;
mod usage_imports;

/// All resources.
pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .merge(accounts::router())
        .merge(api_keys::router())
        .merge(clock::router())
        .merge(jobs::router())
        .merge(journal::router())
        .merge(me::router())
        .merge(members::router())
        .merge(passwords::router())
        .merge(relationships::router())
        .merge(sessions::router())
        .merge(storefronts::router())
        .merge(usage::router())
        .merge(usage_imports::router())
}

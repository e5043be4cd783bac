//! Version 1 of the API: one file per resource, each with its `router()`.

use utoipa_axum::router::OpenApiRouter;

use crate::state::ApiState;

mod access;
mod accounts;
mod api_keys;
mod billing;
mod charges;
mod clock;
mod deliveries;
mod dunning;
mod invoices;
mod jobs;
mod journal;
mod ledger;
mod me;
mod members;
mod passwords;
mod payment_methods;
mod payments;
mod relationships;
mod sessions;
mod storefronts;
mod usage;
mod usage_imports;
mod webhooks;

/// All resources.
pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .merge(access::router())
        .merge(accounts::router())
        .merge(api_keys::router())
        .merge(billing::router())
        .merge(charges::router())
        .merge(clock::router())
        .merge(deliveries::router())
        .merge(dunning::router())
        .merge(invoices::router())
        .merge(jobs::router())
        .merge(journal::router())
        .merge(ledger::router())
        .merge(me::router())
        .merge(members::router())
        .merge(passwords::router())
        .merge(payment_methods::router())
        .merge(payments::router())
        .merge(relationships::router())
        .merge(sessions::router())
        .merge(storefronts::router())
        .merge(usage::router())
        .merge(usage_imports::router())
        .merge(webhooks::router())
}

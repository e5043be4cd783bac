//! Handlers: each asks the services and fills a page.

mod actors;
mod asset;
mod commitments;
mod company;
mod credit;
mod detail;
mod gate;
mod journal;
mod letter;
mod my;
mod names;
mod order;
mod outbox;
mod panel;
mod paper;
mod party;
mod payout_reports;
mod prefs;
mod price;
mod recurring;
mod sandbox;
mod settlements;
mod shop;
mod statement;
mod vendor;

use axum::{Router, routing::any};
use tradewind_kernel::Error;

use crate::respond::Failure;

/// All pages.
pub(crate) fn pages() -> Router {
    Router::new()
        .merge(credit::routes())
        .merge(gate::routes())
        .merge(outbox::routes())
        .merge(prefs::routes())
        .merge(sandbox::routes())
        .merge(shop::routes())
        .merge(statement::routes())
        .merge(my::routes())
        .merge(panel::routes())
        .merge(vendor::routes())
        .route("/{*unknown}", any(unknown))
}

/// What the pages load.
pub(crate) fn assets() -> Router {
    asset::routes()
}

async fn unknown() -> Failure {
    Failure(Error::NotFound {
        kind: "page",
        id: String::new(),
    })
}

//! Storefront, customer dashboard and control panels.
//!
//! [`view`] holds the pages: plain structs, filled from the services, that render themselves. [`assets`] holds what the
//! pages load, [`brand`] the colours of each seller. Behind [`router`], every request becomes a visit (who, where, in
//! which language), a handler asks the services and fills a page, and what went wrong becomes a page as well.

pub mod assets;
pub mod brand;
mod form;
mod handler;
mod respond;
mod session;
mod shell;
mod state;
pub mod view;

pub use state::{DemoInfo, DemoPerson, WebState};

use axum::{Router, middleware::from_fn_with_state};

/// All pages, ready to be served or merged into a larger router. It has no fallback of its own: unknown addresses are a
/// route of the lowest rank.
pub fn router(state: WebState) -> Router {
    handler::pages()
        .layer(from_fn_with_state(state, session::enter))
        .merge(handler::assets())
}

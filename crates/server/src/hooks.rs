//! What gateways tell us: signed messages, each for the account of one seller.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use tradewind_billing::service::PaymentGateway;
use tradewind_connectors::{StripeGateway, stripe_webhook};
use tradewind_kernel::Error;
use tradewind_kernel::id::{AccountId, RealmId};

/// Largest message, in bytes.
const LARGEST: usize = 256 * 1024;

#[derive(Clone)]
struct Told {
    stripe: StripeGateway,
    gateway: Arc<dyn PaymentGateway>,
}

/// Where they are sent to.
pub(crate) fn router(stripe: StripeGateway, gateway: Arc<dyn PaymentGateway>) -> Router {
    Router::new()
        .route("/hooks/stripe/{realm}/{seller}", post(told))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(Told { stripe, gateway })
}

/// Answers that it was understood, or that it is to be told again; nothing else, to nobody.
async fn told(
    State(told): State<Told>,
    Path((realm, seller)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let (Ok(realm), Ok(seller)) = (realm.parse::<RealmId>(), seller.parse::<AccountId>()) else {
        return StatusCode::NOT_FOUND;
    };
    let signature = headers
        .get("stripe-signature")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let followed = stripe_webhook(
        &told.stripe,
        &*told.gateway,
        (realm, seller),
        signature,
        &body,
    );
    match followed.await {
        Ok(()) => StatusCode::OK,
        Err(Error::Unavailable { .. } | Error::Internal(_) | Error::Changed { .. }) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Err(Error::NotFound { .. }) => StatusCode::NOT_FOUND,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

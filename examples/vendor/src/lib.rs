//! A vendor's own service that delivers what is sold, over webhooks and the REST API.
//!
//! It shows all a vendor needs: verify the signed event, acknowledge it at once, read what changed with its own key,
//! do the work, post access data, and report success or failure. Its tenants live in a JSON file, so that it may be
//! stopped at any moment; at start and every now and then it also asks for open deliveries, so that a lost event
//! costs nothing but time.
//!
//! It talks to the platform over HTTP only, whether it runs as a program of its own or inside another one.

mod client;
mod signature;
mod tenants;
mod web;
mod worker;

use anyhow::{Context, Result};
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// Where the platform is, and who the vendor is there.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Base address of the platform's API.
    pub api: String,
    /// API key of the vendor's account.
    pub key: String,
    /// Signing secret of the webhook endpoint (`whsec_…`).
    pub secret: String,
    /// File that keeps the tenants.
    pub data: PathBuf,
    /// Address under which customers reach this service.
    pub public_url: String,
    /// How often to ask for open deliveries.
    pub poll: Duration,
}

/// Serves webhooks and workspaces on the listener and works off deliveries, until `shutdown` comes to an end.
///
/// # Errors
/// When the settings are malformed, the file of tenants cannot be read, or serving fails.
pub async fn run(
    settings: Settings,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let tenants = Arc::new(tenants::Tenants::open(settings.data)?);
    let nudge = Arc::new(Notify::new());
    let state = web::State {
        verifier: signature::Verifier::new(&settings.secret)?,
        tenants: tenants.clone(),
        nudge: nudge.clone(),
    };
    let worker = worker::Worker {
        client: client::Client::new(&settings.api, &settings.key)?,
        tenants,
        public_url: settings.public_url,
        nudge,
        poll: settings.poll,
    };
    let working = tokio::spawn(worker.run());
    let served = axum::serve(listener, web::router(state))
        .with_graceful_shutdown(shutdown)
        .await
        .context("serving");
    working.abort();
    served
}

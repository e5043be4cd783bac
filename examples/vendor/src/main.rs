//! A vendor's own service that delivers what is sold, over webhooks and the REST API.
//!
//! It shows all a vendor needs: verify the signed event, acknowledge it at once, read what changed with its own key,
//! do the work, post access data, and report success or failure. Its tenants live in a JSON file, so that it may be
//! stopped at any moment; at start and every now and then it also asks for open deliveries, so that a lost event
//! costs nothing but time.

mod client;
mod signature;
mod tenants;
mod web;
mod worker;

use anyhow::{Context, Result};
use clap::Parser;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// A vendor service for Tradewind: provisions tenants on signed events.
#[derive(Parser)]
struct Options {
    /// Address to listen on
    #[arg(long, env = "VENDOR_LISTEN", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Base address of the platform's API
    #[arg(long, env = "VENDOR_API", default_value = "http://127.0.0.1:8080")]
    api: String,
    /// API key of the vendor's account
    #[arg(long, env = "VENDOR_API_KEY")]
    key: String,
    /// Signing secret of the webhook endpoint (whsec_…)
    #[arg(long, env = "VENDOR_WEBHOOK_SECRET")]
    secret: String,
    /// File that keeps the tenants
    #[arg(long, env = "VENDOR_DATA", default_value = "vendor-tenants.json")]
    data: PathBuf,
    /// Address under which customers reach this service (default: the listen address)
    #[arg(long, env = "VENDOR_PUBLIC_URL")]
    public_url: Option<String>,
    /// How often to ask for open deliveries, in seconds
    #[arg(long, env = "VENDOR_POLL_SECONDS", default_value_t = 15)]
    poll_seconds: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
    let options = Options::parse();
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("installing the TLS provider"))?;

    let listener = tokio::net::TcpListener::bind(options.listen)
        .await
        .with_context(|| format!("listening on {}", options.listen))?;
    let address = listener.local_addr()?;
    let public_url = options
        .public_url
        .unwrap_or_else(|| format!("http://{address}"));
    let tenants = Arc::new(tenants::Tenants::open(options.data)?);
    let nudge = Arc::new(Notify::new());
    let worker = worker::Worker {
        client: client::Client::new(&options.api, &options.key)?,
        tenants: tenants.clone(),
        public_url,
        nudge: nudge.clone(),
        poll: Duration::from_secs(options.poll_seconds.max(1)),
    };
    tokio::spawn(worker.run());

    let state = web::State {
        verifier: signature::Verifier::new(&options.secret)?,
        tenants,
        nudge,
    };
    println!("vendor service listening on http://{address}");
    axum::serve(listener, web::router(state))
        .await
        .context("serving")
}

//! The vendor's service as a program of its own.

use anyhow::{Context, Result};
use clap::Parser;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tradewind_example_vendor::{Settings, run};

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
    #[arg(long, env = "VENDOR_API_KEY", hide_env_values = true)]
    key: String,
    /// Signing secret of the webhook endpoint (whsec_…)
    #[arg(long, env = "VENDOR_WEBHOOK_SECRET", hide_env_values = true)]
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
    let settings = Settings {
        api: options.api,
        key: options.key,
        secret: options.secret,
        data: options.data,
        public_url: options
            .public_url
            .unwrap_or_else(|| format!("http://{address}")),
        poll: Duration::from_secs(options.poll_seconds.max(1)),
    };
    println!("vendor service listening on http://{address}");
    let stop = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!("cannot listen for ctrl-c: {error}");
            std::future::pending::<()>().await;
        }
    };
    run(settings, listener, stop).await
}

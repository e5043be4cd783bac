//! `tradewind example`: small services to try the platform's ports out with.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use example_tax_engine::{Settings, rates};
use serde_json::json;
use tradewind_kernel::{Error, Result};

use crate::output::Output;

/// Which one.
#[derive(Subcommand)]
pub(crate) enum Example {
    /// A tax engine that answers by postal code from a file
    #[command(
        after_help = "Example:\n  tradewind example tax-engine --secret engine-secret-1\n  tradewind serve --allow-private-webhook-targets"
    )]
    TaxEngine(TaxEngine),
}

/// A tax engine.
#[derive(Args)]
pub(crate) struct TaxEngine {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:8095")]
    listen: SocketAddr,
    /// What sellers have to know
    #[arg(long, env = "TAX_ENGINE_SECRET", hide_env_values = true)]
    secret: String,
    /// A file of rates: `country,postal_from,postal_to,name,place,percent,share,compound,source`
    #[arg(long)]
    rates: Option<PathBuf>,
}

pub(crate) async fn run(command: Example, output: &Output) -> Result<()> {
    let Example::TaxEngine(wanted) = command;
    let rates = rates(wanted.rates.as_deref())
        .map_err(|error| Error::invalid("rates", "malformed", format!("{error:#}")))?;
    let listener = tokio::net::TcpListener::bind(wanted.listen)
        .await
        .map_err(|error| Error::unavailable(format!("listening on {}: {error}", wanted.listen)))?;
    let address = listener.local_addr().map_err(Error::internal)?;
    output.say(
        &json!({ "listening": address.to_string() }),
        &format!("A tax engine listens on http://{address}"),
    )?;
    let settings = Settings {
        secret: wanted.secret,
        rates,
    };
    let stop = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!("cannot listen for ctrl-c: {error}");
            std::future::pending::<()>().await;
        }
    };
    example_tax_engine::run(settings, listener, stop)
        .await
        .map_err(|error| Error::unavailable(format!("{error:#}")))
}

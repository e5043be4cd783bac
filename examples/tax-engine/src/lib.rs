//! A tax engine that answers by postal code from a file, to try the port for outside tax engines out.
//!
//! It speaks the format that `docs/taxes.md` describes and shows all that an engine needs: know the seller by its secret,
//! answer a question about a document line by line, take a document down once under its key. It holds no law: what it says
//! is what its file says.

mod rates;
mod web;

use std::{future::Future, path::Path};

use anyhow::{Context, Result};
use tokio::net::TcpListener;

pub use rates::{RATES, Rates};

/// Whom it answers, and from what.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What sellers have to know.
    pub secret: String,
    /// The rates.
    pub rates: Rates,
}

/// Reads the rates of a file; those that come with it where none is named.
///
/// # Errors
/// When the file cannot be read, or a row of it.
pub fn rates(file: Option<&Path>) -> Result<Rates> {
    let text = match file {
        None => RATES.to_owned(),
        Some(file) => {
            std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?
        }
    };
    text.parse()
}

/// Answers on the listener until `shutdown` comes to an end. What it was told is kept as long as it runs.
///
/// # Errors
/// When serving fails.
pub async fn run(
    settings: Settings,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    axum::serve(listener, web::router(settings))
        .with_graceful_shutdown(shutdown)
        .await
        .context("serving")
}

//! `tradewind serve`: the server until it is told to stop.

use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;
use tradewind_kernel::{Error, Result};

use crate::config::{Config, DataOptions, ServeOptions};
use crate::output::Output;
use crate::wiring::App;

/// Runs the server.
#[derive(Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    options: ServeOptions,
}

pub(crate) async fn run(data: &DataOptions, command: &Serve, out: &Output) -> Result<()> {
    let config = Config::serving(data, &command.options)?;
    config.remember_serving()?;
    let app = App::open(&config).await?;
    let listener = listen(command.options.listen).await?;
    let address = listener.local_addr().map_err(Error::internal)?;
    out.say(
        &json!({ "listening": format!("http://{address}"), "public_url": config.public_url }),
        &format!("Tradewind listens on http://{address}"),
    )?;
    app.serve(listener, app.router(None), stop_signal()).await
}

/// Takes the address, saying what to do when it is taken.
pub(crate) async fn listen(address: std::net::SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|e| {
        Error::unavailable(format!(
            "listening on {address}: {e}; choose another one with --listen"
        ))
    })
}

/// Comes to an end when the process is told to stop: ctrl-c, or SIGTERM from whoever supervises it.
pub(crate) async fn stop_signal() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "ctrl-c cannot be heard");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            },
            Err(error) => {
                tracing::warn!(%error, "SIGTERM cannot be heard");
                interrupt.await;
            }
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}

//! The built program, and a running server of it over a world of its own.

use anyhow::{Context, Result, bail};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take until it listens.
const START_TIME: Duration = Duration::from_secs(60);

/// What a run of the program needs to know.
pub(crate) struct Place<'a> {
    /// The program.
    pub(crate) program: &'a Path,
    /// Its data directory is in here, and its log.
    pub(crate) folder: &'a Path,
    /// The PostgreSQL database; the embedded one when there is none.
    pub(crate) database: Option<&'a str>,
}

/// The program on its database.
pub(crate) fn command(place: &Place<'_>) -> Command {
    let mut command = Command::new(place.program);
    command
        .arg("--data")
        .arg(place.folder.join("data"))
        .args(["--commit", "normal"])
        .env_remove("DATABASE_URL")
        .stdin(Stdio::null());
    if let Some(url) = place.database {
        command.env("DATABASE_URL", url);
    }
    command
}

/// A running server; stopped when dropped.
pub(crate) struct Server {
    process: Child,
    url: String,
}

impl Server {
    /// Starts a server: `serve` over the world that is there, `demo` over one that it makes first.
    pub(crate) fn start(place: &Place<'_>, what: &str) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = std::fs::File::create(place.folder.join("server.log"))?;
        let process = command(place)
            .args([what, "--listen", &address.to_string()])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("starting the server")?;
        let mut server = Self {
            process,
            url: format!("http://{address}"),
        };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if begun.elapsed() > START_TIME || server.process.try_wait()?.is_some() {
                bail!("the server does not listen");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// Its base address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.process.kill().and_then(|()| self.process.wait()) {
            eprintln!("stopping the server: {error}");
        }
    }
}

/// Builds the program.
pub(crate) fn build(release: bool) -> Result<PathBuf> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(crate::repository_root()).args([
        "build",
        "--quiet",
        "--package",
        "tradewind-server",
        "--bin",
        "tradewind",
    ]);
    if release {
        command.arg("--release");
    }
    if !command.status().context("starting cargo build")?.success() {
        bail!("the server cannot be built");
    }
    let profile = if release { "release" } else { "debug" };
    Ok(target().join(profile).join("tradewind"))
}

/// Where builds and their tools live.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| crate::repository_root().join("target"), PathBuf::from)
}

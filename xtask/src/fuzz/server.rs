//! A server over a demo world of its own, and keys for those who call.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take until it listens.
const START_TIME: Duration = Duration::from_secs(60);
/// Who calls as what, by name of the account.
const PEOPLE: &[(&str, &str)] = &[
    ("provider", "Northwind Cloud Ltd"),
    ("reseller", "Lindenhof IT GmbH"),
    ("customer", "Möbelwerk Sander GmbH"),
    ("vendor", "Tessera Software AB"),
];
/// The realm that must not see anything of the other one.
const OTHER_REALM: &str = "Southgate Cloud";

/// What a run of the program needs to know.
pub(super) struct Place<'a> {
    /// The program.
    pub(super) program: &'a Path,
    /// Its data directory is in here, and its log.
    pub(super) folder: &'a Path,
    /// The PostgreSQL database; the embedded one when there is none.
    pub(super) database: Option<&'a str>,
}

/// Accounts and keys of those who call.
pub(super) struct People {
    by_name: Map<String, Value>,
    /// Where they are written down for the survey.
    pub(super) file: PathBuf,
}

impl People {
    /// Builds the world in this folder and lets everybody have a key.
    pub(super) fn prepare(place: &Place<'_>) -> Result<Self> {
        let shell = |line: &[&str]| ask(place, line);
        shell(&["demo", "--build-only"])?;
        let mut by_name = Map::new();
        let accounts = shell(&["account", "list"])?;
        for (who, name) in PEOPLE {
            let account = items(&accounts).find(|account| account["name"] == *name);
            let id = account.and_then(|account| account["id"].as_str());
            let id = id.with_context(|| format!("the demo has no {name}"))?;
            let key = shell(&["admin", "key", "create", "fuzz", id, "--role", "owner"])?;
            by_name.insert(
                (*who).to_owned(),
                json!({ "account": id, "key": key["secret"] }),
            );
        }
        let accounts = shell(&["--realm", OTHER_REALM, "account", "list"])?;
        let stranger = items(&accounts).next().and_then(|a| a["id"].as_str());
        let id = stranger.context("the other realm has no account")?;
        let key = shell(&[
            "--realm",
            OTHER_REALM,
            "admin",
            "key",
            "create",
            "fuzz",
            id,
            "--role",
            "owner",
        ])?;
        by_name.insert(
            "stranger".to_owned(),
            json!({ "account": id, "key": key["secret"] }),
        );
        let file = place.folder.join("people.json");
        std::fs::write(&file, Value::Object(by_name.clone()).to_string())?;
        Ok(Self { by_name, file })
    }

    /// The key of a caller.
    pub(super) fn key(&self, who: &str) -> Result<&str> {
        let key = self
            .by_name
            .get(who)
            .and_then(|person| person["key"].as_str());
        key.with_context(|| format!("{who} has no key"))
    }
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list["items"].as_array().into_iter().flatten()
}

/// What a command answers.
fn ask(place: &Place<'_>, line: &[&str]) -> Result<Value> {
    let output = command(place).arg("--json").args(line).output()?;
    if !output.status.success() {
        bail!(
            "{line:?}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    serde_json::from_slice(&output.stdout).with_context(|| format!("the answer to {line:?}"))
}

fn command(place: &Place<'_>) -> Command {
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
pub(super) struct Server {
    process: Child,
    url: String,
}

impl Server {
    /// Starts a server over the world in this folder.
    pub(super) fn start(place: &Place<'_>) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = std::fs::File::create(place.folder.join("server.log"))?;
        let process = command(place)
            .args(["serve", "--listen", &address.to_string()])
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
    pub(super) fn url(&self) -> &str {
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

//! Where the database is, where the server listens, and how it reaches the world: from flags and the environment.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use tradewind_kernel::{Error, Result};
use tradewind_platform::db::Durability;
use tradewind_platform::{DbConfig, KeyRing, WorkerConfig, files};

/// The data directory when none is named.
const DEFAULT_DATA: &str = "./data";
/// Name of the database file in the data directory.
const DATABASE_FILE: &str = "tradewind.db";
/// Folder of the data directory in which mails land when none are sent.
const OUTBOX_FOLDER: &str = "outbox";
/// File of the data directory that says how the server is reached.
const REACHED_FILE: &str = "server.json";

/// What a commit means on the embedded database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Commit {
    /// It survives a loss of power.
    #[default]
    Full,
    /// The last ones may be lost with the power; never half of one.
    Normal,
}

impl From<Commit> for Durability {
    fn from(commit: Commit) -> Self {
        match commit {
            Commit::Full => Self::Full,
            Commit::Normal => Self::Normal,
        }
    }
}

/// Where the database is. The same for every command.
#[derive(Args, Clone, Debug)]
pub struct DataOptions {
    /// Directory of the embedded database, the keys and the mail outbox
    #[arg(
        long,
        global = true,
        env = "TRADEWIND_DATA",
        value_name = "DIR",
        default_value = DEFAULT_DATA,
        help_heading = "Database"
    )]
    pub data: PathBuf,
    /// PostgreSQL server to use instead of the embedded database
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL",
        hide_env_values = true,
        value_name = "URL",
        help_heading = "Database"
    )]
    pub database_url: Option<String>,
    /// What a commit means on the embedded database
    #[arg(
        long,
        global = true,
        env = "TRADEWIND_COMMIT",
        value_name = "MODE",
        default_value = "full",
        help_heading = "Database"
    )]
    pub commit: Commit,
    /// Mail server to send mails through; without one they land in the outbox
    #[arg(
        long,
        global = true,
        env = "TRADEWIND_SMTP_URL",
        hide_env_values = true,
        value_name = "URL",
        help_heading = "Database"
    )]
    pub smtp_url: Option<String>,
    /// Register of VAT ids to ask; without one they are checked by their form only. That of the European Union is
    /// https://ec.europa.eu/taxation_customs/vies/rest-api
    #[arg(
        long,
        global = true,
        env = "TRADEWIND_VIES_URL",
        value_name = "URL",
        help_heading = "Database"
    )]
    pub vies_url: Option<String>,
    /// Where Stripe is; another address than its own is for tests
    #[arg(
        long,
        global = true,
        env = "TRADEWIND_STRIPE_URL",
        value_name = "URL",
        default_value = STRIPE_URL,
        help_heading = "Database"
    )]
    pub stripe_url: String,
}

impl DataOptions {
    /// Whether they name a database, rather than leaving it to the default directory.
    #[must_use]
    pub fn names_directory(&self) -> bool {
        self.database_url.is_some() || self.data != Path::new(DEFAULT_DATA)
    }
}

/// Where Stripe is.
const STRIPE_URL: &str = "https://api.stripe.com";

/// How the server reaches the world and is reached.
#[derive(Args, Clone, Debug)]
pub struct ServeOptions {
    /// Address to listen on
    #[arg(
        long,
        env = "TRADEWIND_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080"
    )]
    pub listen: SocketAddr,
    /// Address under which people reach this server, for links in mails and events (default: http:// and the listen address)
    #[arg(long, env = "TRADEWIND_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Let webhooks go to private and loopback addresses; for development and closed networks
    #[arg(long, env = "TRADEWIND_ALLOW_PRIVATE_WEBHOOK_TARGETS")]
    pub allow_private_webhook_targets: bool,
    /// Seconds after which another server takes over the jobs of one that was killed
    #[arg(
        long,
        env = "TRADEWIND_JOB_LEASE",
        value_name = "SECONDS",
        default_value_t = 60,
        value_parser = clap::value_parser!(u32).range(1..=3600)
    )]
    pub job_lease: u32,
}

/// Everything the wiring needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the database is.
    pub db: DbConfig,
    /// Directory of keys, outbox and (embedded) database.
    pub data: PathBuf,
    /// Keys for what is encrypted at rest.
    pub keys: KeyRing,
    /// Address under which people reach the server, without a slash at the end.
    pub public_url: String,
    /// Whether webhooks may go to private and loopback addresses.
    pub allow_private_webhook_targets: bool,
    /// Mail server; without one, mails land in the outbox.
    pub smtp_url: Option<String>,
    /// Register of VAT ids; without one they are checked by their form only.
    pub vies_url: Option<String>,
    /// Where Stripe is.
    pub stripe_url: String,
    /// How long the claim of a worker on a job holds without being renewed.
    pub job_lease: Duration,
}

impl Config {
    /// The configuration for commands that do not serve, or as a base for those that do.
    ///
    /// Creates the data directory and the key file when they are absent.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the directory cannot be used; `malformed_key` when the keys are malformed.
    pub fn load(options: &DataOptions) -> Result<Self> {
        std::fs::create_dir_all(&options.data).map_err(|e| {
            Error::unavailable(format!("data directory {}: {e}", options.data.display()))
        })?;
        let db = match &options.database_url {
            Some(url) => DbConfig::postgres(url.clone()),
            None => DbConfig::Sqlite {
                path: database_file(&options.data),
                readers: 4,
                durability: options.commit.into(),
            },
        };
        let reached = Reached::load(&options.data)?;
        let key = std::env::var("TRADEWIND_KEY").ok();
        Ok(Self {
            db,
            data: options.data.clone(),
            keys: KeyRing::load(key.as_deref(), &options.data)?,
            public_url: reached.public_url,
            allow_private_webhook_targets: reached.allow_private_webhook_targets,
            smtp_url: options.smtp_url.clone(),
            vies_url: options.vies_url.clone(),
            stripe_url: options.stripe_url.clone(),
            job_lease: WorkerConfig::default().lease,
        })
    }

    /// The configuration over the embedded database of a directory, with nothing else said.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn embedded(data: &Path) -> Result<Self> {
        Self::load(&DataOptions {
            data: data.to_owned(),
            database_url: None,
            commit: Commit::Normal,
            smtp_url: None,
            vies_url: None,
            stripe_url: STRIPE_URL.to_owned(),
        })
    }

    /// The configuration of a server.
    ///
    /// # Errors
    /// As [`Config::load`]; `malformed_url` when the public URL is not one.
    pub fn serving(options: &DataOptions, serve: &ServeOptions) -> Result<Self> {
        let public_url = match &serve.public_url {
            Some(url) => normal_url(url)?,
            None => format!("http://{}", serve.listen),
        };
        Ok(Self {
            public_url,
            allow_private_webhook_targets: serve.allow_private_webhook_targets,
            job_lease: Duration::from_secs(u64::from(serve.job_lease)),
            ..Self::load(options)?
        })
    }

    /// Writes down how this installation is reached, for commands that run beside the server.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the file cannot be written.
    pub fn remember_serving(&self) -> Result<()> {
        let reached = Reached {
            public_url: self.public_url.clone(),
            allow_private_webhook_targets: self.allow_private_webhook_targets,
        };
        let file = self.data.join(REACHED_FILE);
        let text = serde_json::to_vec_pretty(&reached).map_err(Error::internal)?;
        files::replace(&file, &text)
            .map_err(|e| Error::unavailable(format!("writing {}: {e}", file.display())))
    }

    /// Folder in which mails land when none are sent.
    #[must_use]
    pub fn outbox(&self) -> PathBuf {
        self.data.join(OUTBOX_FOLDER)
    }
}

/// How the last server over a data directory was reached: commands beside it do the same work and write the same links.
#[derive(Serialize, Deserialize)]
struct Reached {
    public_url: String,
    allow_private_webhook_targets: bool,
}

impl Reached {
    fn load(data: &Path) -> Result<Self> {
        let file = data.join(REACHED_FILE);
        match std::fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text)
                .map_err(|e| Error::unavailable(format!("{}: {e}", file.display()))),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Self {
                public_url: "http://127.0.0.1:8080".to_owned(),
                allow_private_webhook_targets: false,
            }),
            Err(e) => Err(Error::unavailable(format!("{}: {e}", file.display()))),
        }
    }
}

/// The embedded database of a data directory.
#[must_use]
pub fn database_file(data: &Path) -> PathBuf {
    data.join(DATABASE_FILE)
}

fn normal_url(url: &str) -> Result<String> {
    let url = url.trim_end_matches('/');
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    match rest {
        Some(rest) if !rest.is_empty() && !rest.contains(char::is_whitespace) => Ok(url.to_owned()),
        _ => Err(Error::invalid(
            "public_url",
            "malformed_url",
            "expected an address like https://cloud.example.com",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_kept_without_its_last_slash() {
        assert_eq!(
            normal_url("https://cloud.example.com/").unwrap(),
            "https://cloud.example.com"
        );
        for wrong in ["cloud.example.com", "https://", "ftp://x", "http://a b"] {
            assert!(normal_url(wrong).is_err(), "{wrong}");
        }
    }
}

//! What the demo has to remember beside its database: secrets that are shown only once, and how far it came.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tradewind_kernel::id::WebhookId;
use tradewind_kernel::{Error, Result};
use tradewind_platform::files;

/// The file in the data directory. Its presence says that the directory belongs to the demo.
const FILE: &str = "demo.json";

/// What the demo remembers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DemoState {
    /// The database that was taken, without user and password; none for the embedded one.
    pub(crate) database: Option<String>,
    /// Whether people, catalogue and prices are there.
    pub(crate) furnished: bool,
    /// Whether the first subscriptions are there.
    pub(crate) settled: bool,
    /// What the example vendor signs in with and how it knows the platform's messages.
    pub(crate) vendor: Option<VendorAccess>,
}

/// What the example vendor needs to know.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VendorAccess {
    /// Its API key.
    pub(crate) key: String,
    /// Its webhook endpoint.
    pub(crate) endpoint: WebhookId,
    /// The endpoint's signing secret.
    pub(crate) secret: String,
    /// The port of its service on this machine.
    pub(crate) port: u16,
}

impl DemoState {
    fn file(data: &Path) -> PathBuf {
        data.join(FILE)
    }

    /// What is remembered in this directory; nothing when the demo was never there.
    pub(crate) fn load(data: &Path) -> Result<Option<Self>> {
        let file = Self::file(data);
        match std::fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|e| Error::unavailable(format!("{}: {e}", file.display()))),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::unavailable(format!("{}: {e}", file.display()))),
        }
    }

    /// Remembers it, for the owner of the directory only.
    pub(crate) fn save(&self, data: &Path) -> Result<()> {
        let file = Self::file(data);
        let text = serde_json::to_vec_pretty(self).map_err(Error::internal)?;
        files::replace(&file, &text)
            .map_err(|e| Error::unavailable(format!("{}: {e}", file.display())))
    }

    /// Removes what the demo made in this directory, and nothing else.
    pub(crate) fn remove_world(data: &Path) -> Result<()> {
        // The mark goes last: while it is there, a removal that was cut off is carried on.
        for name in [
            "tradewind.db",
            "tradewind.db-wal",
            "tradewind.db-shm",
            "server.json",
            "vendor-tenants.json",
            "keys",
            super::SAMPLE_FILE,
            FILE,
        ] {
            gone(std::fs::remove_file(data.join(name)), &data.join(name))?;
            if name == super::SAMPLE_FILE {
                gone(
                    std::fs::remove_dir_all(data.join("outbox")),
                    &data.join("outbox"),
                )?;
            }
        }
        Ok(())
    }
}

fn gone(removed: std::io::Result<()>, path: &Path) -> Result<()> {
    match removed {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::unavailable(format!(
            "removing {}: {e}",
            path.display()
        ))),
        _ => Ok(()),
    }
}

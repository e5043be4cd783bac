//! Where a bench runs: a directory of its own that goes away with it, or a database that it was given.

use std::path::PathBuf;

use tradewind_kernel::id::RealmId;
use tradewind_kernel::{Error, Result};

use crate::config::{Commit, Config, DataOptions};
use crate::wiring::App;

/// How the names of all realms begin that benches make.
pub(super) const REALM_PREFIX: &str = "bench ";

/// The database of a bench.
pub(crate) struct Place {
    options: DataOptions,
    temporary: Option<PathBuf>,
}

impl Place {
    /// The database that the options name, else one in a temporary directory.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the directory cannot be made.
    pub(crate) fn of(options: &DataOptions) -> Result<Self> {
        if options.names_directory() {
            return Ok(Self {
                options: options.clone(),
                temporary: None,
            });
        }
        let dir = std::env::temp_dir().join(format!("tradewind-bench-{}", RealmId::generate()));
        std::fs::create_dir_all(&dir)
            .map_err(|e| Error::unavailable(format!("{}: {e}", dir.display())))?;
        Ok(Self {
            options: DataOptions {
                data: dir.clone(),
                ..options.clone()
            },
            temporary: Some(dir),
        })
    }

    /// Where the database is.
    pub(super) fn options(&self) -> &DataOptions {
        &self.options
    }

    /// What a commit means there.
    pub(super) fn commit(&self) -> &'static str {
        match (&self.options.database_url, self.options.commit) {
            (Some(_), _) => "as the server is configured",
            (None, Commit::Full) => "survives a loss of power",
            (None, Commit::Normal) => "survives a crash of the process",
        }
    }

    /// Opens the database with nobody who reacts, for filling it.
    ///
    /// # Errors
    /// `not_a_bench` when it holds anything but what benches make.
    pub(super) async fn open_unwired(&self) -> Result<App> {
        let app = App::unwired(&Config::load(&self.options)?).await?;
        only_benches(&app).await?;
        Ok(app)
    }

    /// Opens the database as a server does.
    ///
    /// # Errors
    /// As [`Place::open_unwired`].
    pub(super) async fn open(&self) -> Result<App> {
        let app = App::open(&Config::load(&self.options)?).await?;
        only_benches(&app).await?;
        Ok(app)
    }
}

async fn only_benches(app: &App) -> Result<()> {
    let realms = app.platform().realms().await?;
    match realms
        .iter()
        .find(|realm| !realm.name.starts_with(REALM_PREFIX))
    {
        None => Ok(()),
        Some(realm) => Err(Error::refused(
            "not_a_bench",
            format!(
                "this database holds the realm \"{}\", which benches leave alone; give them one of their own, or none",
                realm.name
            ),
        )),
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(dir) = &self.temporary {
            // What cannot be removed lies in the directory for temporary files, where it is cleaned up anyway.
            let _ = std::fs::remove_dir_all(dir);
        }
    }
}

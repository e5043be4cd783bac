//! What one command works with: the opened platform, the realm, and on whose behalf.

use std::io::IsTerminal as _;

use tradewind_kernel::id::RealmId;
use tradewind_kernel::{Error, Locale, Result};
use tradewind_platform::{OpCtx, Platform, Realm, Worker, WorkerConfig};

use super::WhoOptions;
use crate::config::{Config, DataOptions};
use crate::output::Output;
use crate::wiring::App;

/// An opened installation and who asks.
pub(crate) struct Session<'a> {
    app: App,
    who: WhoOptions,
    /// Where to answer.
    pub(crate) out: &'a Output,
}

impl<'a> Session<'a> {
    /// Opens the installation, bringing its database up to date.
    pub(crate) async fn open(data: &DataOptions, who: WhoOptions, out: &'a Output) -> Result<Self> {
        let app = App::open(&Config::load(data)?).await?;
        Ok(Self { app, who, out })
    }

    /// The platform.
    pub(crate) fn platform(&self) -> &Platform {
        self.app.platform()
    }

    /// All that is wired together.
    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    /// The realm that was asked for, or all of them.
    pub(crate) async fn realms(&self) -> Result<Vec<Realm>> {
        match self.who.realm {
            Some(_) => Ok(vec![self.realm().await?]),
            None => self.platform().realms().await,
        }
    }

    /// The realm that was asked for, or the first one.
    pub(crate) async fn realm(&self) -> Result<Realm> {
        let realms = self.platform().realms().await?;
        let Some(wanted) = &self.who.realm else {
            return realms.into_iter().next().ok_or_else(|| {
                Error::refused(
                    "no_realm",
                    "there is no realm yet; make one with `tradewind admin realm create`, or try `tradewind demo`",
                )
            });
        };
        let id = wanted.parse::<RealmId>().ok();
        let names: Vec<String> = realms.iter().map(|realm| realm.name.clone()).collect();
        realms
            .into_iter()
            .find(|realm| Some(realm.id) == id || realm.name == *wanted)
            .ok_or_else(|| {
                Error::invalid(
                    "realm",
                    "unknown_realm",
                    format!(
                        "there is no realm \"{wanted}\"; there is {}",
                        names.join(", ")
                    ),
                )
            })
    }

    /// The context of this command: the operator of the installation, or the user it acts as.
    pub(crate) async fn ctx(&self) -> Result<OpCtx> {
        let realm = self.realm().await?;
        let mut ctx = self.platform().system(realm.id).await?;
        if let Some(email) = &self.who.acting_as {
            self.app
                .act_as(&mut ctx, email, self.who.account.as_deref())
                .await?;
        }
        ctx.idempotency_key.clone_from(&self.who.idempotency_key);
        ctx.dry_run = self.who.dry_run;
        Ok(ctx)
    }

    /// Lets what the command set in motion come to rest here, whether or not a server runs on the same database.
    pub(crate) async fn settle(&self) -> Result<()> {
        if self.who.dry_run {
            return Ok(());
        }
        let worker = Worker::new(self.platform().clone(), WorkerConfig::default());
        worker.drain(false).await?;
        Ok(())
    }

    /// The language of texts for people.
    pub(crate) fn locale(&self) -> Locale {
        Locale::En
    }

    /// Whether someone watches, so that progress is worth showing.
    pub(crate) fn is_watched(&self) -> bool {
        !self.out.is_json() && std::io::stderr().is_terminal()
    }
}

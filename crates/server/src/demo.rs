//! The demo world: built through the same services that everybody uses, so that trying it out is trying the product out.
//!
//! Every step goes by a fixed idempotency key or looks first whether it was done, so building goes on where it was cut off.

mod people;
mod room;
mod sales;
mod script;
mod shelf;
mod state;
mod vendor;

use tradewind_kernel::id::RealmId;
use tradewind_kernel::{Error, Result};
use tradewind_platform::{OpCtx, Platform};

pub(crate) use people::{Links, accept, keep_link};
use people::{People, SignIn};
pub(crate) use room::make_room;
pub(crate) use state::DemoState;
pub(crate) use vendor::run_vendor;

use tradewind_web::{DemoInfo, DemoPerson};

use crate::config::Config;
use crate::wiring::App;

/// The sample of cloud costs, as it lands in the data directory.
pub(crate) const SAMPLE_FILE: &str = "focus-1.0-sample.csv";

/// The password of everybody in the demo world.
pub(crate) const PASSWORD: &str = "harbour-lantern-42";

/// The demo world as it is served.
pub(crate) struct World {
    /// Who is there.
    pub(crate) people: People,
    /// A sign-in for each role.
    pub(crate) sign_ins: Vec<SignIn>,
    /// Names of the sellers with a storefront, and of their storefronts.
    pub(crate) storefronts: Vec<(String, String)>,
}

impl World {
    /// Whom one can be, account by account, for the page that lets one choose.
    pub(crate) fn info(&self) -> DemoInfo {
        let mut groups: Vec<(String, Vec<DemoPerson>)> = Vec::new();
        for person in &self.sign_ins {
            let shown = DemoPerson {
                who: person.name.clone(),
                about: person.role.clone(),
                email: person.email.clone(),
                password: PASSWORD.to_owned(),
            };
            match groups.last_mut().filter(|group| group.0 == person.account) {
                Some(group) => group.1.push(shown),
                None => groups.push((person.account.clone(), vec![shown])),
            }
        }
        DemoInfo { groups }
    }
}

/// Builds the world, or goes on where building was cut off; `progress` is told about every step.
pub(crate) async fn build(config: &Config, progress: &(dyn Fn(&str) + Sync)) -> Result<World> {
    let script = script::script()?;
    let mut state = DemoState::load(&config.data)?.unwrap_or_default();
    let app = App::unwired(config).await?;
    let builder = Builder {
        platform: app.platform(),
        passwords: app.passwords(),
        progress,
    };
    let people = builder.people(&script.accounts).await?;
    if !state.furnished {
        builder
            .shelves(&people, &script.accounts, &script.catalogue)
            .await?;
        write_sample(config)?;
        state.furnished = true;
        state.save(&config.data)?;
    }
    app.close().await;
    if !state.settled {
        let app = App::open(config).await?;
        app.schedule_days().await?;
        let builder = Builder {
            platform: app.platform(),
            passwords: app.passwords(),
            progress,
        };
        builder
            .sales(&people, &script.accounts, &*app.gateway())
            .await?;
        state.settled = true;
        state.save(&config.data)?;
        app.close().await;
    }
    let sellers = script.accounts.accounts.iter();
    let storefronts = sellers
        .filter_map(|party| Some((party.account.name.clone(), party.account.slug.clone()?)))
        .collect();
    let sign_ins = people.sign_ins.clone();
    Ok(World {
        people,
        sign_ins,
        storefronts,
    })
}

fn write_sample(config: &Config) -> Result<()> {
    let file = config.data.join(SAMPLE_FILE);
    std::fs::write(&file, script::FOCUS_SAMPLE)
        .map_err(|e| Error::unavailable(format!("writing {}: {e}", file.display())))
}

/// What the demo world is built on.
pub(crate) struct Builder<'a> {
    /// The platform, not yet wired: nobody is mailed while the world is being built.
    pub(crate) platform: &'a Platform,
    /// Hashes passwords.
    pub(crate) passwords: &'a tradewind_accounts::Passwords,
    /// Told about every step: what it is, in a few words.
    pub(crate) progress: &'a (dyn Fn(&str) + Sync),
}

impl Builder<'_> {
    /// The realm itself acts, under a key of its own for every step.
    async fn system(&self, realm: RealmId, step: &str) -> Result<OpCtx> {
        Ok(self
            .platform
            .system(realm)
            .await?
            .with_key(format!("demo:{step}")))
    }

    /// The first person of an account acts.
    async fn person(&self, people: &People, account: &str, step: &str) -> Result<OpCtx> {
        let ctx = self.system(people.realm, step).await?;
        let principal = people.account(account)?.principal.clone();
        Ok(OpCtx {
            principal: principal.ok_or_else(|| broken(format!("nobody belongs to {account}")))?,
            ..ctx
        })
    }
}

/// The script of the demo world contradicts itself.
fn broken(message: impl Into<String>) -> Error {
    Error::internal(format!("demo script: {}", message.into()))
}

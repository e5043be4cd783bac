//! All rooms put together over one database: migrations, job handlers, event subscribers, routes and workers.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tradewind_accounts::service::person;
use tradewind_accounts::types::Membership;
use tradewind_accounts::{PasswordCost, Passwords};
use tradewind_api::{ApiConfig, ApiState};
use tradewind_billing::service::PaymentGateway;
use tradewind_connectors::{
    Gateways, HttpClient, HttpClientConfig, HttpTaxEngine, OutboxMailer, SandboxGateway,
    SmtpMailer, StripeGateway, ViesRegister, install_crypto_provider,
};
use tradewind_flows::Outside;
use tradewind_kernel::{Error, Result};
use tradewind_platform::port::{HttpCaller, Mailer};
use tradewind_platform::{
    Migration, OpCtx, Platform, PlatformConfig, Worker, WorkerConfig, housekeeping,
};

use tradewind_policy::Principal;
use tradewind_tax::service::VatRegister;

use tradewind_web::{DemoInfo, WebState};

use crate::config::Config;
use crate::hooks;

/// How often gauges are set.
const HOUSEKEEPING_EVERY: Duration = Duration::from_secs(60);
/// How long requests may go on after the server was told to stop.
const DRAIN_TIME: Duration = Duration::from_secs(20);

/// Migrations of all rooms, in the order of the house.
#[must_use]
pub fn migrations() -> Vec<&'static [Migration]> {
    vec![
        tradewind_accounts::MIGRATIONS,
        tradewind_tax::MIGRATIONS,
        tradewind_catalogue::MIGRATIONS,
        tradewind_orders::MIGRATIONS,
        tradewind_fulfilment::MIGRATIONS,
        tradewind_metering::MIGRATIONS,
        tradewind_billing::MIGRATIONS,
        tradewind_connectors::MIGRATIONS,
    ]
}

/// An opened installation.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    platform: Platform,
    passwords: Passwords,
    sandbox: SandboxGateway,
    stripe: StripeGateway,
    tax_engine: HttpTaxEngine,
    config: Config,
}

/// Calls other people's servers, as far as the configuration lets it.
fn http_of(config: &Config) -> Result<Arc<dyn HttpCaller>> {
    Ok(Arc::new(HttpClient::new(&HttpClientConfig {
        allow_private_targets: config.allow_private_webhook_targets,
    })?))
}

impl App {
    /// Opens the database, brings it up to date and puts the rooms together.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached.
    pub async fn open(config: &Config) -> Result<Self> {
        let app = Self::unwired(config).await?;
        app.wire()?;
        Ok(app)
    }

    /// Lets events and jobs find those who handle them.
    fn wire(&self) -> Result<()> {
        let config = self.config();
        let http = http_of(config)?;
        let platform = self.platform();
        tradewind_fulfilment::service::wire(platform, &config.public_url, http.clone());
        let mailer: Arc<dyn Mailer> = match &config.smtp_url {
            Some(url) => Arc::new(SmtpMailer::new(url)?),
            None => Arc::new(OutboxMailer::new(platform.clone(), config.outbox())),
        };
        let register = config.vies_url.as_deref().map(|url| {
            let register: Arc<dyn VatRegister> = Arc::new(ViesRegister::new(http.clone(), url));
            register
        });
        let outside = Outside {
            mailer,
            gateway: self.gateway(),
            register,
            tax_engine: Some(Arc::new(self.inner.tax_engine.clone())),
            public_url: config.public_url.clone(),
        };
        tradewind_flows::wire(platform, &outside);
        Ok(())
    }

    /// As [`App::open`], with nobody who reacts to events or runs jobs.
    pub(crate) async fn unwired(config: &Config) -> Result<Self> {
        install_crypto_provider();
        let platform = Platform::open(PlatformConfig::new(
            config.db.clone(),
            migrations(),
            config.keys.clone(),
        ))
        .await?;
        let page = format!("{}/sandbox/payments", config.public_url);
        Ok(Self {
            inner: Arc::new(Inner {
                sandbox: SandboxGateway::new(platform.clone(), page),
                stripe: StripeGateway::new(
                    platform.clone(),
                    http_of(config)?,
                    &config.stripe_url,
                    &config.public_url,
                ),
                tax_engine: HttpTaxEngine::new(http_of(config)?),
                platform,
                passwords: Passwords::new(PasswordCost::default())?,
                config: config.clone(),
            }),
        })
    }

    /// The platform.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.inner.platform
    }

    /// Hashes and checks passwords.
    #[must_use]
    pub fn passwords(&self) -> &Passwords {
        &self.inner.passwords
    }

    /// Who holds the cards.
    #[must_use]
    pub fn gateway(&self) -> Arc<dyn PaymentGateway> {
        Arc::new(Gateways::new(
            self.inner.sandbox.clone(),
            self.inner.stripe.clone(),
        ))
    }

    /// Stripe, with the accounts that sellers have there.
    #[must_use]
    pub fn stripe(&self) -> &StripeGateway {
        &self.inner.stripe
    }

    /// Calls the tax engines of sellers.
    #[must_use]
    pub fn tax_engine(&self) -> &HttpTaxEngine {
        &self.inner.tax_engine
    }

    /// Sees to it that every realm has its daily run.
    ///
    /// # Errors
    /// Database errors.
    pub async fn schedule_days(&self) -> Result<()> {
        for realm in self.platform().realms().await? {
            let ctx = self.platform().system(realm.id).await?;
            tradewind_flows::daily::schedule(self.platform(), &ctx).await?;
        }
        Ok(())
    }

    /// What it was opened with.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Turns the context into that of this user, with the roles the user holds at the account (by default the only or
    /// oldest one).
    ///
    /// # Errors
    /// [`Error::NotFound`] when nobody has the address; `no_membership` when the user does not belong to the account.
    pub async fn act_as(&self, ctx: &mut OpCtx, email: &str, account: Option<&str>) -> Result<()> {
        let (user, memberships) = person(self.platform(), ctx.realm, email).await?;
        let wanted = |m: &&Membership| {
            account.is_none_or(|wanted| {
                let brief = &m.account;
                brief.id.to_string() == wanted
                    || brief.name == wanted
                    || brief.slug.as_deref() == Some(wanted)
            })
        };
        let found = memberships.iter().find(wanted).ok_or_else(|| {
            let names: Vec<&str> = memberships
                .iter()
                .map(|m| m.account.name.as_str())
                .collect();
            Error::refused(
                "no_membership",
                format!(
                    "{email} does not belong to that account, but to: {}",
                    names.join(", ")
                ),
            )
        })?;
        ctx.principal = Principal::user(
            user.id.to_string(),
            found.account.id,
            found.account.kind,
            found.roles.clone(),
        );
        ctx.locale = user.locale;
        Ok(())
    }

    /// Closes the database, after what is under way.
    pub async fn close(&self) {
        self.platform().db().close().await;
    }

    /// The routes of the API.
    pub(crate) fn api(&self) -> Router {
        let state = ApiState::new(
            self.platform().clone(),
            self.passwords().clone(),
            ApiConfig::default(),
        )
        .with_gateway(self.gateway())
        .with_stripe(self.inner.stripe.clone())
        .with_tax_engine(Arc::new(self.inner.tax_engine.clone()));
        tradewind_api::router(state)
    }

    /// All routes: API, pages, health. In a demo, pages show whom one can be.
    pub fn router(&self, demo: Option<DemoInfo>) -> Router {
        let pages = WebState {
            platform: self.platform().clone(),
            passwords: self.passwords().clone(),
            gateway: self.gateway(),
            sandbox: Some(self.inner.sandbox.clone()),
            stripe: Some(self.inner.stripe.clone()),
            outbox: self.config().smtp_url.is_none(),
            public_url: self.config().public_url.clone(),
            demo: demo.map(Arc::new),
        };
        let hooks = hooks::router(self.inner.stripe.clone(), self.gateway());
        self.api().merge(hooks).merge(tradewind_web::router(pages))
    }

    /// Serves these routes on this listener and works off jobs until `shutdown` comes to an end; then lets what is running finish.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when serving fails.
    pub async fn serve(
        &self,
        listener: TcpListener,
        routes: Router,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        self.schedule_days().await?;
        let (stop, stopped) = watch::channel(false);
        let leased = WorkerConfig {
            lease: self.config().job_lease,
            ..WorkerConfig::default()
        };
        let worker = Worker::new(self.platform().clone(), leased);
        let working = tokio::spawn({
            let stopped = when_stopped(stopped.clone());
            async move { worker.run(stopped).await }
        });
        let keeping = tokio::spawn(keep_house(self.platform().clone(), stopped.clone()));
        // Made once for all connections; a router that is served as it is would be copied for each.
        let serving = axum::serve(listener, routes.into_make_service())
            .with_graceful_shutdown(when_stopped(stopped.clone()))
            .into_future();
        let serving = tokio::spawn(serving);
        shutdown.await;
        tracing::info!("stopping: letting requests and jobs finish");
        // Nobody listens any more only when all of them have ended by themselves.
        let _ = stop.send(true);
        let served = tokio::time::timeout(DRAIN_TIME, serving).await;
        if tokio::time::timeout(DRAIN_TIME, working).await.is_err() {
            tracing::warn!("some jobs did not finish in time; they will be run again");
        }
        keeping.abort();
        self.close().await;
        match served {
            Ok(Ok(Err(error))) => Err(Error::unavailable(format!("serving: {error}"))),
            _ => Ok(()),
        }
    }
}

async fn when_stopped(mut stopped: watch::Receiver<bool>) {
    // An error means that the server itself is gone, which is a stop too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Sets the gauges, until the server stops. What is old is forgotten by a job of each realm.
async fn keep_house(platform: Platform, stopped: watch::Receiver<bool>) {
    loop {
        if let Err(error) = housekeeping::measure(&platform).await {
            tracing::warn!(%error, "the gauges could not be set");
        }
        tokio::select! {
            () = when_stopped(stopped.clone()) => return,
            () = tokio::time::sleep(HOUSEKEEPING_EVERY) => {}
        }
    }
}

//! The example vendor beside the server: the same service that runs as a program of its own, over HTTP only.

use std::time::Duration;

use example_vendor::Settings;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tradewind_accounts::service::api_key_create;
use tradewind_accounts::types::ApiKeyCreate;
use tradewind_fulfilment::service::{webhook_endpoint_create, webhook_endpoint_update};
use tradewind_fulfilment::types::{WebhookEndpointInput, WebhookEndpointUpdate};
use tradewind_kernel::{Error, Result};
use tradewind_policy::Role;

use super::state::VendorAccess;
use super::{Builder, DemoState, World, broken};
use crate::config::Config;
use crate::wiring::App;

/// The vendor of the demo that has a service of its own.
const VENDOR: &str = "tessera";
/// The file in which it keeps its tenants.
const TENANTS_FILE: &str = "vendor-tenants.json";
/// How often it asks for open deliveries, in case an event was lost.
const POLL: Duration = Duration::from_secs(10);

/// Starts the vendor's service on a port of its own, with key and endpoint of its account; the first time they are made.
pub(crate) async fn run_vendor(
    app: &App,
    world: &World,
    config: &Config,
) -> Result<JoinHandle<()>> {
    let mut state = DemoState::load(&config.data)?.unwrap_or_default();
    let wanted = state.vendor.as_ref().map_or(0, |access| access.port);
    let listener = bind(wanted).await?;
    let port = listener.local_addr().map_err(Error::internal)?.port();
    let builder = Builder {
        platform: app.platform(),
        passwords: app.passwords(),
        progress: &|_| {},
    };
    let access = match state.vendor.take() {
        Some(access) => builder.vendor_at(world, access, port).await?,
        None => builder.vendor_access(world, port).await?,
    };
    state.vendor = Some(access.clone());
    state.save(&config.data)?;
    let settings = Settings {
        api: config.public_url.clone(),
        key: access.key,
        secret: access.secret,
        data: config.data.join(TENANTS_FILE),
        public_url: address(port),
        poll: POLL,
    };
    Ok(tokio::spawn(async move {
        if let Err(error) = example_vendor::run(settings, listener, std::future::pending()).await {
            tracing::error!("the example vendor stopped: {error:#}");
        }
    }))
}

/// The port of the last time when it is free, so that addresses given to customers stay; any port otherwise.
async fn bind(wanted: u16) -> Result<TcpListener> {
    match TcpListener::bind(("127.0.0.1", wanted)).await {
        Ok(listener) => Ok(listener),
        Err(_) => TcpListener::bind(("127.0.0.1", 0))
            .await
            .map_err(|e| Error::unavailable(format!("a port for the example vendor: {e}"))),
    }
}

fn address(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn webhook_url(port: u16) -> String {
    format!("{}/webhooks", address(port))
}

impl Builder<'_> {
    /// Key and endpoint, made as the vendor's owner would make them.
    async fn vendor_access(&self, world: &World, port: u16) -> Result<VendorAccess> {
        let account = world.people.account(VENDOR)?.id;
        // Secrets are shown once, so these steps have no key: what was cut off is made anew.
        let ctx = self.person(&world.people, VENDOR, "access").await?;
        let ctx = tradewind_platform::OpCtx {
            idempotency_key: None,
            ..ctx
        };
        let create = ApiKeyCreate {
            account,
            name: "Delivery service".to_owned(),
            roles: vec![Role::Support],
            scopes: None,
            expires_at: None,
        };
        let key = api_key_create(self.platform, &ctx, &create).await?;
        let input = WebhookEndpointInput {
            url: webhook_url(port),
            kinds: vec!["delivery.*".to_owned(), "subscription.*".to_owned()],
        };
        let created = webhook_endpoint_create(self.platform, &ctx, account, input).await?;
        Ok(VendorAccess {
            key: key.secret.ok_or_else(|| broken("a key without a secret"))?,
            endpoint: created.endpoint.id,
            secret: created.secret,
            port,
        })
    }

    /// The same access when the service has moved to another port.
    async fn vendor_at(
        &self,
        world: &World,
        access: VendorAccess,
        port: u16,
    ) -> Result<VendorAccess> {
        if access.port == port {
            return Ok(access);
        }
        let ctx = self
            .person(
                &world.people,
                VENDOR,
                &format!("endpoint:{port}:{}", self.platform.wall()),
            )
            .await?;
        let moved = WebhookEndpointUpdate {
            url: Some(webhook_url(port)),
            ..WebhookEndpointUpdate::default()
        };
        webhook_endpoint_update(self.platform, &ctx, access.endpoint, None, moved).await?;
        Ok(VendorAccess { port, ..access })
    }
}

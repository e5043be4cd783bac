//! `tradewind webhook`: whose services are told of events, and where.

use clap::{Args, Subcommand};
use serde_json::json;
use tradewind_fulfilment::service::{
    ListQuery, webhook_endpoint_create, webhook_endpoint_delete, webhook_endpoint_get,
    webhook_endpoint_list, webhook_endpoint_rotate, webhook_endpoint_test, webhook_endpoint_update,
};
use tradewind_fulfilment::types::{
    CreatedEndpoint, EndpointView, SecretRotation, WebhookEndpointInput, WebhookEndpointUpdate,
};
use tradewind_kernel::Result;
use tradewind_kernel::id::WebhookId;
use tradewind_platform::OpCtx;

use super::subscription::OnOff;
use super::{ListOptions, Session, parse};
use crate::output::{Column, columns};

/// What can be done with webhook endpoints. Their messages are listed by `tradewind delivery messages`.
#[derive(Subcommand)]
pub(crate) enum Webhook {
    /// List the endpoints of one's own account and those below it, the latest first
    List(ListOptions),
    /// Show an endpoint
    Show(Which),
    /// Tell an address of an account's events; the secret that signs them is shown this once
    #[command(
        after_help = "Example:\n  tradewind webhook create https://example.com/tradewind --kind 'subscription.*' --as noor@example.com"
    )]
    Create(Create),
    /// Change an endpoint; what is left out stays
    Update(Update),
    /// Give an endpoint a new secret, which is shown this once
    Rotate {
        #[command(flatten)]
        which: Which,
        /// So long the former secret signs beside the new one, in hours
        #[arg(long, value_name = "HOURS", default_value_t = SecretRotation::default().keep_former_hours)]
        keep_former: u32,
    },
    /// Send a test message
    Test(Which),
    /// Remove an endpoint; messages that have not arrived are given up
    Remove(Which),
}

/// Which endpoint.
#[derive(Args)]
pub(crate) struct Which {
    /// Endpoint
    webhook: String,
}

impl Which {
    fn id(&self) -> Result<WebhookId> {
        parse("webhook", &self.webhook)
    }
}

/// A new endpoint.
#[derive(Args)]
pub(crate) struct Create {
    /// Address of the service
    url: String,
    /// Kind of event (order.completed, subscription.*, *); can be given several times
    #[arg(long = "kind", value_name = "KIND", default_value = "*")]
    kinds: Vec<String>,
    /// Whose events (default: one's own account's)
    #[arg(long, value_name = "ACCOUNT")]
    of: Option<String>,
}

/// A changed endpoint.
#[derive(Args)]
pub(crate) struct Update {
    #[command(flatten)]
    which: Which,
    /// Address of the service
    #[arg(long)]
    url: Option<String>,
    /// Kind of event; can be given several times and replaces all there were
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// Whether it is told; switching it on again clears its failures
    #[arg(long)]
    enabled: Option<OnOff>,
    /// Refuse when the endpoint has another version by now
    #[arg(long = "if-version", value_name = "VERSION")]
    version: Option<i64>,
}

const SHOWN: &[Column] = columns![
    ("webhook", "/id"),
    ("account", "/account_id"),
    ("address", "/url"),
    ("kinds", "/kinds"),
    ("on", "/enabled"),
    ("failures", "/consecutive_failures"),
    ("failing since", "/failing_since"),
    ("version", "/version"),
];

pub(crate) async fn run(session: &Session<'_>, command: Webhook) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    match command {
        Webhook::List(options) => {
            let query = ListQuery {
                filter: options.filter().to_owned(),
                sort: options.sort().to_owned(),
                page: options.page()?,
            };
            let found = webhook_endpoint_list(platform, &ctx, &query).await?;
            session.out.page(&found, SHOWN)
        }
        Webhook::Show(which) => {
            let found = webhook_endpoint_get(platform, &ctx, which.id()?).await?;
            session.out.facts(&found, SHOWN)
        }
        Webhook::Create(create) => with_secret(session, &new(session, &ctx, create).await?),
        Webhook::Update(update) => {
            let after = changed(session, &ctx, update).await?;
            session.out.facts(&after, SHOWN)
        }
        Webhook::Rotate { which, keep_former } => {
            let input = SecretRotation {
                keep_former_hours: keep_former,
            };
            let rotated = webhook_endpoint_rotate(platform, &ctx, which.id()?, input).await?;
            with_secret(session, &rotated)
        }
        Webhook::Test(which) => {
            let id = which.id()?;
            webhook_endpoint_test(platform, &ctx, id).await?;
            session.settle().await?;
            let sentence = "A test message is on its way; see `tradewind delivery messages`.";
            session.out.say(&json!({ "tested": id }), sentence)
        }
        Webhook::Remove(which) => {
            let id = which.id()?;
            webhook_endpoint_delete(platform, &ctx, id).await?;
            session.out.say(&json!({ "removed": id }), "Removed.")
        }
    }
}

async fn new(session: &Session<'_>, ctx: &OpCtx, create: Create) -> Result<CreatedEndpoint> {
    let account = match &create.of {
        Some(of) => parse("of", of)?,
        None => ctx.principal.account,
    };
    let input = WebhookEndpointInput {
        url: create.url,
        kinds: create.kinds,
    };
    webhook_endpoint_create(session.platform(), ctx, account, input).await
}

async fn changed(session: &Session<'_>, ctx: &OpCtx, update: Update) -> Result<EndpointView> {
    let id = update.which.id()?;
    let input = WebhookEndpointUpdate {
        url: update.url,
        kinds: Some(update.kinds).filter(|kinds| !kinds.is_empty()),
        enabled: update.enabled.map(|on| matches!(on, OnOff::On)),
    };
    webhook_endpoint_update(session.platform(), ctx, id, update.version, input).await
}

fn with_secret(session: &Session<'_>, created: &CreatedEndpoint) -> Result<()> {
    session.out.facts(
        created,
        columns![
            ("webhook", "/endpoint/id"),
            ("address", "/endpoint/url"),
            ("kinds", "/endpoint/kinds"),
            ("secret", "/secret")
        ],
    )?;
    session
        .out
        .note("Keep the secret now: it is not shown again.");
    Ok(())
}

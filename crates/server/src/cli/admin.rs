//! `tradewind admin`: realms, users, API keys and jobs.

use clap::{Args, Subcommand};
use serde_json::json;
use tradewind_accounts::service::RealmCreate;
use tradewind_accounts::service::{
    api_key_create, api_key_list, api_key_revoke, job_list, realm_create, realm_list, user_invite,
    user_list,
};
use tradewind_accounts::types::{AccountCreate, ApiKeyCreate, PersonInput, UserInvite};
use tradewind_kernel::id::{AccountId, ApiKeyId, JobId};
use tradewind_kernel::{Result, Timestamp};
use tradewind_platform::{RealmMode, jobs};
use tradewind_policy::Role;

use super::{ListOptions, Session, parse};
use crate::output::columns;

/// What an operator of the installation does.
#[derive(Subcommand)]
pub(crate) enum Admin {
    /// Realms: one provider's world each
    #[command(subcommand)]
    Realm(RealmCommand),
    /// People and their roles
    #[command(subcommand)]
    User(UserCommand),
    /// API keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// Durable jobs, the newest first
    #[command(
        after_help = "Examples:\n  tradewind admin jobs --filter state:dead\n  tradewind admin jobs --filter 'kind~mail'"
    )]
    Jobs(ListOptions),
    /// One job
    #[command(subcommand)]
    Job(JobCommand),
}

/// What can be done with realms.
#[derive(Subcommand)]
pub(crate) enum RealmCommand {
    /// List the realms
    List,
    /// Make a realm with its provider and the provider's first owner
    #[command(
        after_help = "The owner's password is read from the environment variable TRADEWIND_PASSWORD."
    )]
    Create(Box<RealmFacts>),
}

/// What a new realm needs.
#[derive(Args)]
pub(crate) struct RealmFacts {
    /// Name, unique in the installation
    name: String,
    /// Name of the provider, as on documents
    #[arg(long)]
    provider: String,
    /// Country of the provider, ISO 3166-1 (DE)
    #[arg(long)]
    country: String,
    /// Currency of the provider, ISO 4217 (EUR)
    #[arg(long)]
    currency: String,
    /// Time zone of the provider (Europe/Berlin)
    #[arg(long, default_value = "UTC")]
    zone: String,
    /// Language of the provider
    #[arg(long, default_value = "en")]
    locale: String,
    /// E-mail address of the provider's first owner
    #[arg(long)]
    owner: String,
    /// A sandbox, whose clock can be moved
    #[arg(long)]
    sandbox: bool,
    /// When the sandbox begins; now when left out
    #[arg(long, value_name = "TIME", requires = "sandbox")]
    starts_at: Option<String>,
    /// The owner's password
    #[arg(long, env = "TRADEWIND_PASSWORD", hide = true, hide_env_values = true)]
    password: String,
}

/// What can be done with users.
#[derive(Subcommand)]
pub(crate) enum UserCommand {
    /// List the people of an account
    List {
        /// Account
        #[arg(value_name = "ACCOUNT")]
        of: String,
    },
    /// Invite a person to an account; the invitation goes out by mail
    #[command(
        after_help = "Example:\n  tradewind admin user create anna@example.com acc_01… --role billing --role support"
    )]
    Create {
        /// E-mail address
        email: String,
        /// Account
        #[arg(value_name = "ACCOUNT")]
        of: String,
        /// Role at the account; can be given several times
        #[arg(long, required = true)]
        role: Vec<String>,
        /// Name
        #[arg(long, default_value = "")]
        name: String,
    },
}

/// What can be done with API keys.
#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    /// List the keys of an account
    List {
        /// Account
        #[arg(value_name = "ACCOUNT")]
        of: String,
    },
    /// Make a key; its secret is shown this once
    Create {
        /// What it is for
        name: String,
        /// Account
        #[arg(value_name = "ACCOUNT")]
        of: String,
        /// Role at the account; can be given several times
        #[arg(long, required = true)]
        role: Vec<String>,
        /// Limit it to an action such as order.view; can be given several times
        #[arg(long)]
        scope: Vec<String>,
    },
    /// Revoke a key
    Revoke {
        /// Key
        key: String,
    },
}

/// What can be done with one job.
#[derive(Subcommand)]
pub(crate) enum JobCommand {
    /// Let a dead job run again
    Retry {
        /// Job
        job: String,
    },
}

pub(crate) async fn run(session: &Session<'_>, command: Admin) -> Result<()> {
    match command {
        Admin::Realm(command) => realms(session, command).await,
        Admin::User(command) => users(session, command).await,
        Admin::Key(command) => keys(session, command).await,
        Admin::Jobs(options) => list_jobs(session, &options).await,
        Admin::Job(JobCommand::Retry { job }) => {
            let ctx = session.ctx().await?;
            let id: JobId = parse("job", &job)?;
            let record = jobs::retry(session.platform(), &ctx, id).await?;
            session.settle().await?;
            session.out.say(&record, &format!("{id} runs again."))
        }
    }
}

async fn realms(session: &Session<'_>, command: RealmCommand) -> Result<()> {
    let platform = session.platform();
    match command {
        RealmCommand::List => session.out.list(
            &realm_list(platform).await?,
            columns![
                ("id", "/id"),
                ("name", "/name"),
                ("mode", "/mode"),
                ("now", "/now")
            ],
        ),
        RealmCommand::Create(facts) => {
            let input = RealmCreate {
                name: facts.name,
                mode: if facts.sandbox {
                    RealmMode::Sandbox
                } else {
                    RealmMode::Live
                },
                starts_at: facts
                    .starts_at
                    .map(|text| Timestamp::parse(&text).map_err(|e| e.at("starts_at")))
                    .transpose()?,
                provider: AccountCreate {
                    name: facts.provider,
                    country: facts.country,
                    email: facts.owner.clone(),
                    currency: Some(facts.currency),
                    zone: Some(facts.zone),
                    locale: Some(facts.locale),
                    ..AccountCreate::default()
                },
                owner: PersonInput {
                    email: facts.owner,
                    ..PersonInput::default()
                },
                password: facts.password,
            };
            let created = realm_create(platform, session.app().passwords(), &input).await?;
            session.app().schedule_days().await?;
            session.out.facts(
                &json!({ "realm": created.realm, "provider": created.provider, "owner": created.owner }),
                columns![("realm", "/realm"), ("provider", "/provider/id"), ("owner", "/owner/email")],
            )
        }
    }
}

async fn users(session: &Session<'_>, command: UserCommand) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let shown = columns![
        ("id", "/user/id"),
        ("e-mail", "/user/email"),
        ("name", "/user/name"),
        ("status", "/user/status"),
        ("roles", "/roles"),
    ];
    match command {
        UserCommand::List { of } => {
            let account: AccountId = parse("account", &of)?;
            session
                .out
                .list(&user_list(platform, &ctx, account).await?, shown)
        }
        UserCommand::Create {
            email,
            of,
            role,
            name,
        } => {
            let input = UserInvite {
                account: parse("account", &of)?,
                person: PersonInput {
                    email,
                    name,
                    locale: None,
                },
                roles: roles(&role)?,
            };
            let member = user_invite(platform, &ctx, &input).await?;
            session.settle().await?;
            session.out.facts(&member, shown)
        }
    }
}

async fn keys(session: &Session<'_>, command: KeyCommand) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    match command {
        KeyCommand::List { of } => {
            let account: AccountId = parse("account", &of)?;
            session.out.list(
                &api_key_list(platform, &ctx, account).await?,
                columns![
                    ("id", "/id"),
                    ("name", "/name"),
                    ("ends in", "/hint"),
                    ("roles", "/roles"),
                    ("last used", "/last_used_at"),
                    ("revoked", "/revoked_at"),
                ],
            )
        }
        KeyCommand::Create {
            name,
            of,
            role,
            scope,
        } => {
            let input = ApiKeyCreate {
                account: parse("account", &of)?,
                name,
                roles: roles(&role)?,
                scopes: Some(scope).filter(|scope| !scope.is_empty()),
                expires_at: None,
            };
            let created = api_key_create(platform, &ctx, &input).await?;
            session.out.facts(
                &created,
                columns![
                    ("id", "/key/id"),
                    ("name", "/key/name"),
                    ("secret", "/secret")
                ],
            )?;
            session
                .out
                .note("Keep the secret now: it is not shown again.");
            Ok(())
        }
        KeyCommand::Revoke { key } => {
            let id: ApiKeyId = parse("key", &key)?;
            let revoked = api_key_revoke(platform, &ctx, id).await?;
            session.out.say(&revoked, &format!("{id} no longer works."))
        }
    }
}

fn roles(names: &[String]) -> Result<Vec<Role>> {
    names.iter().map(|name| parse("role", name)).collect()
}

async fn list_jobs(session: &Session<'_>, options: &ListOptions) -> Result<()> {
    let ctx = session.ctx().await?;
    let found = job_list(session.platform(), &ctx, &options.request()?).await?;
    session.out.page(
        &found,
        columns![
            ("id", "/id"),
            ("kind", "/kind"),
            ("state", "/state"),
            ("due", "/due_at"),
            ("attempt", "/attempt"),
            ("problem", "/last_error"),
        ],
    )
}

//! `tradewind account`: the parties of a realm.

use clap::{Args, Subcommand};
use tradewind_accounts::service::{account_create, account_get, account_list, sign_up};
use tradewind_accounts::types::{AccountClose, AccountCreate, Address, PersonInput, SignUp};
use tradewind_flows::account::account_close;
use tradewind_kernel::Result;
use tradewind_kernel::id::AccountId;

use super::{ListOptions, Session, parse};
use crate::output::columns;

/// What can be asked about accounts.
#[derive(Subcommand)]
pub(crate) enum Account {
    /// List the accounts at and below one's own
    #[command(
        after_help = "Example:\n  tradewind account list --filter kind:customer --as jana@example.com"
    )]
    List(ListOptions),
    /// Show an account
    Show {
        /// Account
        #[arg(value_name = "ACCOUNT")]
        of: String,
    },
    /// Make an account below one's own, with the usual terms for its kind, and invite its first owner
    #[command(
        after_help = "Example:\n  tradewind account create customer 'Lagune GmbH' --country DE --email office@lagune.example \\\n    --owner lena@lagune.example --as jana@example.com"
    )]
    Create(Box<Create>),
    /// Sign up with a storefront as a new customer; the address is to be verified by mail
    SignUp(Box<SignUpFacts>),
    /// Close an account with which nothing runs any more: its people are signed out, its keys revoked
    Close {
        /// Account
        #[arg(value_name = "ACCOUNT")]
        of: String,
        /// Refuse when the account has another version by now
        #[arg(long = "if-version", value_name = "VERSION")]
        version: Option<i64>,
    },
}

/// A new account.
#[derive(Args)]
pub(crate) struct Create {
    /// What it is
    #[arg(value_parser = ["distributor", "reseller", "customer", "vendor"])]
    kind: String,
    /// Its name, as on documents
    name: String,
    /// Country, ISO 3166-1 (DE)
    #[arg(long)]
    country: String,
    /// Where documents are sent
    #[arg(long)]
    email: String,
    /// Account to make it under (default: one's own)
    #[arg(long, value_name = "ACCOUNT")]
    under: Option<String>,
    /// Currency, ISO 4217 (default: that of the account above)
    #[arg(long)]
    currency: Option<String>,
    /// Name of its storefront in addresses; only for accounts that sell
    #[arg(long, value_name = "NAME")]
    storefront: Option<String>,
    /// E-mail address of its first owner, who is invited
    #[arg(long, value_name = "EMAIL")]
    owner: Option<String>,
}

/// A customer that signs up.
#[derive(Args)]
pub(crate) struct SignUpFacts {
    /// Storefront, by its name in addresses
    storefront: String,
    /// Name of the company
    company: String,
    /// Country, ISO 3166-1 (DE)
    #[arg(long)]
    country: String,
    /// Name of the person
    #[arg(long)]
    name: String,
    /// E-mail address of the person
    #[arg(long)]
    email: String,
    /// The password
    #[arg(long, env = "TRADEWIND_PASSWORD", hide_env_values = true)]
    password: String,
}

async fn create(
    session: &Session<'_>,
    ctx: &tradewind_platform::OpCtx,
    facts: Create,
) -> Result<()> {
    let parent = match &facts.under {
        Some(under) => parse("under", under)?,
        None => ctx.principal.account,
    };
    let input = AccountCreate {
        parent: Some(parent),
        kind: facts.kind,
        name: facts.name,
        country: facts.country,
        email: facts.email,
        currency: facts.currency,
        slug: facts.storefront,
        owner: facts.owner.map(|email| PersonInput {
            name: email.split('@').next().unwrap_or_default().to_owned(),
            email,
            locale: None,
        }),
        ..AccountCreate::default()
    };
    let created = account_create(session.platform(), ctx, &input).await?;
    session.settle().await?;
    session.out.facts(
        &created,
        columns![
            ("account", "/account/id"),
            ("name", "/account/name"),
            ("terms", "/relationship"),
        ],
    )
}

async fn join(
    session: &Session<'_>,
    ctx: &tradewind_platform::OpCtx,
    facts: SignUpFacts,
) -> Result<()> {
    let input = SignUp {
        storefront: facts.storefront,
        company: facts.company,
        country: facts.country,
        name: facts.name,
        email: facts.email,
        password: facts.password,
        locale: None,
        zone: None,
        address: Address::default(),
        tax_id: String::new(),
        next: None,
    };
    let passwords = session.app().passwords();
    let signed_up = sign_up(session.platform(), passwords, ctx, &input).await?;
    session.settle().await?;
    session.out.facts(
        &signed_up,
        columns![
            ("account", "/account/id"),
            ("user", "/user/id"),
            ("e-mail", "/user/email"),
        ],
    )
}

pub(crate) async fn run(session: &Session<'_>, command: Account) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    match command {
        Account::List(options) => session.out.page(
            &account_list(platform, &ctx, &options.request()?).await?,
            columns![
                ("account", "/id"),
                ("kind", "/kind"),
                ("name", "/name"),
                ("country", "/country"),
                ("currency", "/currency"),
                ("storefront", "/slug"),
                ("status", "/status"),
            ],
        ),
        Account::Create(facts) => create(session, &ctx, *facts).await,
        Account::SignUp(facts) => join(session, &ctx, *facts).await,
        Account::Close { of, version } => {
            let input = AccountClose {
                account: parse("account", &of)?,
                version,
            };
            let closed = account_close(platform, &ctx, &input).await?;
            session.settle().await?;
            session.out.facts(
                &closed,
                columns![("account", "/id"), ("name", "/name"), ("status", "/status")],
            )
        }
        Account::Show { of } => {
            let id: AccountId = parse("account", &of)?;
            session.out.facts(
                &account_get(platform, &ctx, id).await?,
                columns![
                    ("account", "/id"),
                    ("above", "/parent"),
                    ("kind", "/kind"),
                    ("name", "/name"),
                    ("status", "/status"),
                    ("country", "/country"),
                    ("language", "/locale"),
                    ("currency", "/currency"),
                    ("time zone", "/zone"),
                    ("storefront", "/slug"),
                    ("e-mail", "/email"),
                    ("tax id", "/tax/tax_id"),
                ],
            )
        }
    }
}

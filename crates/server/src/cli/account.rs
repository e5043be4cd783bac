//! `tradewind account`: the parties of a realm.

use clap::Subcommand;
use tradewind_accounts::service::{account_get, account_list};
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

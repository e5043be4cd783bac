//! `tradewind mail`: mails that were written into the outbox instead of being sent.

use clap::Subcommand;
use tradewind_connectors::{OutboxQuery, outbox_get, outbox_list};
use tradewind_kernel::Result;

use super::{ListOptions, Session, parse};
use crate::output::columns;

/// What can be asked about mails.
#[derive(Subcommand)]
pub(crate) enum Mail {
    /// List mails, the latest first
    List(ListOptions),
    /// Show a mail as it would have been sent
    Show {
        /// Mail
        mail: String,
    },
}

pub(crate) async fn run(session: &Session<'_>, command: Mail) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    match command {
        Mail::List(options) => {
            let query = OutboxQuery {
                filter: options.filter().to_owned(),
                sort: options.sort().to_owned(),
                page: options.page()?,
            };
            session.out.page(
                &outbox_list(platform, &ctx, &query).await?,
                columns![
                    ("mail", "/id"),
                    ("written", "/written_at"),
                    ("to", "/recipient"),
                    ("subject", "/subject"),
                    ("file", "/file"),
                ],
            )
        }
        Mail::Show { mail } => {
            let mail = outbox_get(platform, &ctx, parse("mail", &mail)?).await?;
            session.out.say(&mail, &mail.message)
        }
    }
}

//! `tradewind ledger` and `tradewind check`: the books, and whether they add up.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use tradewind_billing::service::{check as check_books, ledger_balances, ledger_export};
use tradewind_billing::types::ExportFormat;
use tradewind_kernel::id::AccountId;
use tradewind_kernel::{Result, Zone, time};
use tradewind_platform::OpCtx;

use super::{Exit, Session, parse};
use crate::output::columns;

/// What can be asked of the books.
#[derive(Subcommand)]
pub(crate) enum Ledger {
    /// Write a book as a plain-text journal
    #[command(
        after_help = "Examples:\n  tradewind ledger export --format hledger > books.journal\n  tradewind ledger export --format beancount --as jana@example.com > books.beancount"
    )]
    Export {
        /// Format of the journal
        #[arg(long, value_enum)]
        format: Format,
        #[command(flatten)]
        book: Book,
    },
    /// Show the balance of every account of a book
    Balances {
        #[command(flatten)]
        book: Book,
        /// Up to the end of this day (default: today)
        #[arg(long, value_name = "DATE")]
        on: Option<String>,
    },
}

/// Whose book.
#[derive(Args)]
pub(crate) struct Book {
    /// Account whose books these are (default: one's own)
    #[arg(long = "book", value_name = "ACCOUNT")]
    account: Option<String>,
}

impl Book {
    fn account(&self, ctx: &OpCtx) -> Result<AccountId> {
        match &self.account {
            Some(text) => parse("book", text),
            None => Ok(ctx.principal.account),
        }
    }
}

/// Formats of journals.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    /// The journal format of hledger.
    Hledger,
    /// The format of beancount.
    Beancount,
}

pub(crate) async fn run(session: &Session<'_>, command: Ledger) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    match command {
        Ledger::Export { format, book } => {
            let format = match format {
                Format::Hledger => ExportFormat::Hledger,
                Format::Beancount => ExportFormat::Beancount,
            };
            let mut out = session.out.stream();
            ledger_export(platform, &ctx, book.account(&ctx)?, format, &mut out).await?;
            Ok(())
        }
        Ledger::Balances { book, on } => {
            let on = match on {
                Some(text) => time::parse_date("on", &text)?,
                None => ctx.now.date_in(&Zone::utc()),
            };
            session.out.list(
                &ledger_balances(platform, &ctx, book.account(&ctx)?, on).await?,
                columns![("account", "/account"), ("balance", "/balance")],
            )
        }
    }
}

/// Recomputes every invariant of every realm asked for.
pub(crate) async fn check(session: &Session<'_>) -> Result<Exit> {
    let mut findings = Vec::new();
    let mut realms = Vec::new();
    for realm in session.realms().await? {
        let ctx = session.platform().system(realm.id).await?;
        let found = check_books(session.platform(), &ctx).await?;
        findings.extend(
            found
                .into_iter()
                .map(|finding| json!({ "realm": realm.name, "finding": finding })),
        );
        realms.push(realm.name);
    }
    if findings.is_empty() {
        session.out.say(
            &json!({ "realms": realms, "findings": findings }),
            &format!("Everything adds up in {}.", realms.join(", ")),
        )?;
        return Ok(Exit::Done);
    }
    session.out.listing(
        &json!({ "realms": realms, "items": findings }),
        columns![
            ("realm", "/realm"),
            ("rule", "/finding/rule"),
            ("subject", "/finding/subject"),
            ("problem", "/finding/message"),
        ],
    )?;
    Ok(Exit::Findings)
}

//! `tradewind dunning`: what a seller does when an invoice is not paid.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tradewind_billing::service::{
    DunningPauseSet, DunningSet, NewPause, dunning_get, dunning_pause_set, dunning_set,
    invoice_dunning,
};
use tradewind_billing::types::{DunningPolicy, DunningStep, InvoiceDunning};
use tradewind_kernel::{Error, Money, Result, time};

use super::{Session, input, parse};
use crate::output::columns;

/// What can be done with the steps of dunning.
#[derive(Subcommand)]
pub(crate) enum Dunning {
    /// Show the steps of a seller (default: one's own)
    Show {
        #[command(flatten)]
        of: Seller,
    },
    /// Set the steps; invoices that are open already go on by them
    #[command(after_help = "\
What can be done: remind, suspend, terminate, write_off.

Example:
  tradewind dunning set --step 3=remind --step 10=suspend --step 30=terminate --as jana@example.com")]
    Set(Set),
    /// How far an invoice has been dunned, and what comes next
    Of {
        /// Invoice
        invoice: String,
    },
    /// Pause the reminders of an invoice, or record a promise to pay
    #[command(
        after_help = "Examples:\n  tradewind dunning pause inv_01… 'Disputed' --until 2024-05-01\n  tradewind dunning pause inv_01… 'Called, pays half' --until 2024-05-01 --promised 50.00"
    )]
    Pause {
        /// Invoice
        invoice: String,
        /// Why
        reason: String,
        /// The last day without steps
        #[arg(long, value_name = "DATE")]
        until: String,
        /// How much the buyer has promised to pay until then
        #[arg(long, value_name = "AMOUNT")]
        promised: Option<String>,
    },
    /// Go on with the reminders of an invoice
    Resume {
        /// Invoice
        invoice: String,
    },
}

/// Whose steps.
#[derive(Args)]
pub(crate) struct Seller {
    /// Seller (default: one's own account)
    #[arg(long, value_name = "ACCOUNT")]
    seller: Option<String>,
}

/// New steps.
#[derive(Args)]
pub(crate) struct Set {
    #[command(flatten)]
    of: Seller,
    /// So many days after an invoice was due, do this; in ascending order
    #[arg(
        long,
        value_name = "DAYS=ACTION",
        required_unless_present = "file",
        conflicts_with = "file"
    )]
    step: Vec<String>,
    /// Steps from a JSON file, in the form that `dunning show --json` answers
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

pub(crate) async fn run(session: &Session<'_>, command: Dunning) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let seller = |of: Seller| match of.seller {
        Some(named) => parse("seller", &named),
        None => Ok(ctx.principal.account),
    };
    let policy = match command {
        Dunning::Of { invoice } => {
            let found = invoice_dunning(platform, &ctx, parse("invoice", &invoice)?).await?;
            return tell(session, &found);
        }
        Dunning::Pause {
            invoice,
            reason,
            until,
            promised,
        } => {
            let invoice_id = parse("invoice", &invoice)?;
            let currency = invoice_dunning(platform, &ctx, invoice_id)
                .await?
                .open
                .currency;
            let pause = Some(NewPause {
                until: time::parse_date("until", &until)?,
                reason,
                promised: promised
                    .map(|amount| Money::parse_amount("promised", &amount, currency))
                    .transpose()?,
            });
            let input = DunningPauseSet { invoice_id, pause };
            let found = dunning_pause_set(platform, &ctx, &input).await?;
            session.settle().await?;
            return tell(session, &found);
        }
        Dunning::Resume { invoice } => {
            let input = DunningPauseSet {
                invoice_id: parse("invoice", &invoice)?,
                pause: None,
            };
            let found = dunning_pause_set(platform, &ctx, &input).await?;
            session.settle().await?;
            return tell(session, &found);
        }
        Dunning::Show { of } => dunning_get(platform, &ctx, seller(of)?).await?,
        Dunning::Set(set) => {
            let policy = match &set.file {
                Some(file) => input::json("file", file)?,
                None => DunningPolicy {
                    steps: set
                        .step
                        .iter()
                        .map(|text| step(text))
                        .collect::<Result<_>>()?,
                },
            };
            let input = DunningSet {
                seller_id: seller(set.of)?,
                policy,
            };
            dunning_set(platform, &ctx, &input).await?
        }
    };
    session.settle().await?;
    session.out.rows(
        &policy,
        "steps",
        columns![("days after due", "/after_days"), ("then", "/action")],
    )
}

fn tell(session: &Session<'_>, found: &InvoiceDunning) -> Result<()> {
    session.out.facts(
        found,
        columns![
            ("open", "/open"),
            ("steps taken", "/stage"),
            ("next", "/next/action"),
            ("on", "/next/on"),
            ("paused until", "/pause/until"),
            ("why", "/pause/reason"),
            ("promised", "/pause/promised"),
            ("promise", "/promise"),
        ],
    )
}

/// `3=remind`.
fn step(text: &str) -> Result<DunningStep> {
    let malformed = || {
        Error::invalid(
            "step",
            "malformed",
            format!("{text:?} is no step: expected days and what to do, such as 3=remind"),
        )
    };
    let (days, action) = text.split_once('=').ok_or_else(malformed)?;
    Ok(DunningStep {
        after_days: days.trim().parse().map_err(|_| malformed())?,
        action: parse("step", action.trim())?,
    })
}

//! `tradewind dunning`: what a seller does when an invoice is not paid.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tradewind_accounts::service::account_get;
use tradewind_billing::rules::dunning_text;
use tradewind_billing::service::{
    DunningPauseSet, DunningSet, NewPause, dunning_get, dunning_pause_set, dunning_set,
    invoice_dunning,
};
use tradewind_billing::types::{DunningPolicy, DunningStep, FeeDocument, InvoiceDunning, LateFee};
use tradewind_kernel::id::AccountId;
use tradewind_kernel::{Currency, Error, Money, Result, time};

use super::dunning_accounts::{self, Accounts};
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
What can be done: remind, retry, fee, restrict, suspend, terminate, write_off; with `>` from an amount past due on, of a fee
behind `:` its amount, percentage or both, on a document of its own with `@own`.

Example:
  tradewind dunning set --step 3=remind --step '5=fee:5.00+1.5%' --step 10=restrict --step '20=suspend>50.00' --as jana@example.com")]
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
    #[command(flatten)]
    Accounts(Accounts),
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
    #[command(flatten)]
    steps: Steps,
}

/// What is done when somebody does not pay.
#[derive(Args)]
pub(super) struct Steps {
    /// So many days after an invoice was due, do this; in ascending order
    #[arg(
        long,
        value_name = "DAYS=ACTION",
        required_unless_present = "file",
        conflicts_with = "file"
    )]
    step: Vec<String>,
    /// What becomes of orders beyond the credit limit or while orders are held: refuse or approve
    #[arg(long, value_name = "WHAT", conflicts_with = "file")]
    beyond: Option<String>,
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
        Dunning::Accounts(command) => return dunning_accounts::run(session, command).await,
        Dunning::Show { of } => dunning_get(platform, &ctx, seller(of)?).await?,
        Dunning::Set(set) => {
            let seller_id = seller(set.of)?;
            let input = DunningSet {
                seller_id,
                policy: set.steps.policy(session, seller_id).await?,
            };
            dunning_set(platform, &ctx, &input).await?
        }
    };
    session.settle().await?;
    session.out.rows(
        &policy,
        "steps",
        columns![
            ("days after due", "/after_days"),
            ("then", "/action"),
            ("from", "/at_least"),
            ("fee", "/fee"),
        ],
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

impl Steps {
    /// The policy that they make; amounts are in the seller's currency unless they name another.
    pub(super) async fn policy(
        &self,
        session: &Session<'_>,
        seller: AccountId,
    ) -> Result<DunningPolicy> {
        if let Some(file) = &self.file {
            return input::json("file", file);
        }
        let ctx = session.ctx().await?;
        let seller = account_get(session.platform(), &ctx, seller).await?;
        let steps = self.step.iter().map(|text| step(text, seller.currency));
        let beyond = self.beyond.as_ref();
        Ok(DunningPolicy {
            steps: steps.collect::<Result<_>>()?,
            beyond_credit: beyond
                .map(|text| parse("beyond", text))
                .transpose()?
                .unwrap_or_default(),
        })
    }
}

/// `3=remind`, `20=suspend>50.00`, `5=fee:5.00+1.5%@own`.
fn step(text: &str, usual: Currency) -> Result<DunningStep> {
    let malformed = || {
        Error::invalid(
            "step",
            "malformed",
            format!("{text:?} is no step: expected days and what to do, such as 3=remind"),
        )
    };
    let (days, rest) = text.split_once('=').ok_or_else(malformed)?;
    let (rest, least) = rest.split_once('>').unwrap_or((rest, ""));
    let (action, fee) = rest
        .split_once(':')
        .map_or((rest, None), |(a, f)| (a, Some(f)));
    let fee = fee.map(|fee| {
        let (amount, own) = fee
            .strip_suffix("@own")
            .map_or((fee, false), |fee| (fee, true));
        let (amounts, percent) = dunning_text::fee("step", amount, usual)?;
        let mut fee = LateFee::new(amounts, percent);
        if own {
            fee.document = FeeDocument::Own;
        }
        Ok::<_, Error>(fee)
    });
    Ok(DunningStep {
        after_days: days.trim().parse().map_err(|_| malformed())?,
        action: parse("step", action.trim())?,
        at_least: dunning_text::amounts("step", least, usual)?,
        fee: fee.transpose()?,
    })
}

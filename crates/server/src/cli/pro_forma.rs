//! `tradewind pro-forma`: what could be invoiced, without number and booking.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use tradewind_billing::service::Between;
use tradewind_flows::pro_forma::{ProFormaOf, pro_forma_pdf, pro_forma_send};
use tradewind_kernel::{Currency, Error, Result};

use super::{Session, parse};

/// What a pro-forma invoice is about.
#[derive(Subcommand)]
pub(crate) enum ProForma {
    /// What is charged to a buyer and not invoiced yet
    Open {
        /// Buyer
        buyer: String,
        /// Currency
        #[arg(long, default_value = "EUR")]
        currency: String,
        #[command(flatten)]
        how: How,
    },
    /// What is due now if a quote is ordered
    Quote {
        /// Quote
        quote: String,
        #[command(flatten)]
        how: How,
    },
}

/// Where it goes.
#[derive(Args)]
pub(crate) struct How {
    /// File to write (default: named after its day, in the current directory; - for standard output)
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// Send it to the buyer by mail instead
    #[arg(long, conflicts_with = "output")]
    send: bool,
}

pub(crate) async fn pro_forma(session: &Session<'_>, command: ProForma) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let (of, how) = match command {
        ProForma::Open {
            buyer,
            currency,
            how,
        } => {
            let between = Between {
                seller_id: ctx.principal.account,
                buyer_id: parse("buyer", &buyer)?,
                currency: parse::<Currency>("currency", &currency)?,
            };
            (ProFormaOf::Open(between), how)
        }
        ProForma::Quote { quote, how } => {
            let quote_id = parse("quote", &quote)?;
            (ProFormaOf::Quote { quote_id }, how)
        }
    };
    if how.send {
        let sent = pro_forma_send(platform, &ctx, of).await?;
        session.settle().await?;
        let to = sent.parties.buyer.name.clone();
        return session.out.say(&sent, &format!("Sent to {to}"));
    }
    let (name, bytes) = pro_forma_pdf(platform, &ctx, of).await?;
    if how.output.as_deref().is_some_and(|to| to == "-") {
        return session.out.raw(&bytes);
    }
    let file = how.output.unwrap_or_else(|| PathBuf::from(name));
    std::fs::write(&file, &bytes)
        .map_err(|e| Error::unavailable(format!("writing {}: {e}", file.display())))?;
    session.out.say(
        &json!({ "file": file, "bytes": bytes.len() }),
        &format!("Written to {}", file.display()),
    )
}

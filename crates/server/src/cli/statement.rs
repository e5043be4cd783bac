//! `tradewind statement`: what moved a buyer's account with its seller.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tradewind_billing::service::{StatementOf, statement_get};
use tradewind_flows::statement::{statement_csv, statement_pdf};
use tradewind_kernel::{Currency, Error, Result, time};

use super::{Session, parse};
use crate::output::columns;

/// Shows a statement of account: opening balance, every movement, closing balance, and what is owed by age
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tradewind statement acc_01… acc_02… --from 2024-03-01 --until 2024-03-31\n  tradewind statement acc_01… acc_02… --pdf march.pdf\n  tradewind statement acc_01… acc_02… --csv > march.csv"
)]
pub(crate) struct Statement {
    /// Who sells
    seller: String,
    /// Who buys
    buyer: String,
    /// First day (default: that of the last day's month)
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Last day (default: today)
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// Currency (default: the one in which the two trade)
    #[arg(long)]
    currency: Option<String>,
    /// Write it as a PDF (- for standard output)
    #[arg(long, value_name = "FILE", conflicts_with = "csv")]
    pdf: Option<PathBuf>,
    /// Write it as CSV to standard output
    #[arg(long)]
    csv: bool,
}

pub(crate) async fn statement(session: &Session<'_>, command: Statement) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let date = |field: &str, text: Option<String>| {
        text.map(|text| time::parse_date(field, &text)).transpose()
    };
    let of = StatementOf {
        seller_id: parse("seller", &command.seller)?,
        buyer_id: parse("buyer", &command.buyer)?,
        currency: command
            .currency
            .map(|code| parse::<Currency>("currency", &code))
            .transpose()?,
        from: date("from", command.from)?,
        until: date("until", command.until)?,
    };
    if command.csv {
        let (_, bytes) = statement_csv(platform, &ctx, &of).await?;
        return session.out.raw(&bytes);
    }
    if let Some(file) = command.pdf {
        let (_, bytes) = statement_pdf(platform, &ctx, &of).await?;
        if file == *"-" {
            return session.out.raw(&bytes);
        }
        std::fs::write(&file, &bytes)
            .map_err(|e| Error::unavailable(format!("writing {}: {e}", file.display())))?;
        return session.out.say(
            &json!({ "file": file, "bytes": bytes.len() }),
            &format!("Written to {}", file.display()),
        );
    }
    let found = statement_get(platform, &ctx, &of).await?;
    session.out.facts(
        &found,
        columns![
            ("from", "/from"),
            ("until", "/until"),
            ("opening balance", "/opening"),
            ("closing balance", "/closing"),
            ("owed on invoices", "/owed"),
            ("credit kept", "/credit"),
            ("not due", "/ageing/not_due"),
            ("1 to 30 days", "/ageing/days_30"),
            ("31 to 60 days", "/ageing/days_60"),
            ("61 to 90 days", "/ageing/days_90"),
            ("more than 90 days", "/ageing/older"),
        ],
    )?;
    session.out.section(
        "Movements",
        &json!(found.movements),
        columns![
            ("day", "/posted_on"),
            ("what", "/kind"),
            ("number", "/number"),
            ("reference", "/reference"),
            ("amount", "/amount"),
            ("credit", "/credit"),
            ("balance", "/balance"),
        ],
    )
}

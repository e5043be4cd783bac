//! `tradewind bill` and `tradewind invoice`: billing runs and the documents they issue.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tradewind_billing::service::{
    self as billing, LineBreakdown, ListQuery, RunStart, billing_run_get, billing_run_list,
    invoice_breakdown, invoice_details, invoice_get, invoice_list,
};
use tradewind_billing::types::Document;
use tradewind_documents::prices::PriceWords;
use tradewind_flows::detail::details_csv;
use tradewind_flows::document::invoice_pdf;
use tradewind_kernel::id::InvoiceId;
use tradewind_kernel::{Error, PageRequest, Result, time};
use tradewind_platform::OpCtx;

use super::{ListOptions, Session, parse, refund};
use crate::output::columns;

/// Rates and invoices everything that is due, on every leg.
#[derive(Args)]
#[command(after_help = "\
Usage, periods and trials that have ended are charged on every leg of every sale, and what is due is invoiced from the
customers up to the provider. A run may be cut off and started again; running it twice bills nothing twice.

Example:
  tradewind bill --until 2024-10-01")]
pub(crate) struct Bill {
    /// Last day to bill (default: today in the realm)
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
}

/// What can be done with billing runs; `tradewind bill` begins one.
#[derive(Subcommand)]
pub(crate) enum BillingRun {
    /// List runs, the latest first: those that somebody asked for, and daily ones that made something or failed
    #[command(
        after_help = "Examples:\n  tradewind billing-run list --filter state:failed,interrupted\n  tradewind billing-run list --filter 'origin:daily problems>0' --json"
    )]
    List(ListOptions),
    /// Show a run: who began it, what it made, what it could not bill and why
    Show {
        /// Run
        run: String,
    },
}

/// What can be done with invoices and credit notes.
#[derive(Subcommand)]
pub(crate) enum Invoice {
    /// List invoices and credit notes, the latest first
    #[command(
        after_help = "Examples:\n  tradewind invoice list --filter status:open\n  tradewind invoice list --filter 'issued>=2024-10-01' --as jana@example.com --json"
    )]
    List(ListOptions),
    /// Show a document with its lines
    Show {
        /// Document
        invoice: String,
    },
    /// Write a document as a PDF
    Pdf {
        /// Document
        invoice: String,
        /// File to write (default: named after the document, in the current directory; - for standard output)
        #[arg(long, short)]
        output: Option<PathBuf>,
    },
    /// Take back an invoice, some of its lines or parts of them
    Credit(refund::Credit),
    /// Take an invoice back and issue it anew, with today's addresses, tax facts and order numbers
    Reissue(refund::ReissueArgs),
    /// Write off what is open of an invoice, or take that back
    WriteOff(refund::WriteOffArgs),
    /// The exact charges behind a document's lines, as CSV
    Detail {
        /// Document
        invoice: String,
    },
}

pub(crate) async fn bill(session: &Session<'_>, command: Bill) -> Result<()> {
    let ctx = session.ctx().await?;
    let until = match &command.until {
        Some(text) => time::parse_date("until", text)?,
        None => ctx.now.date_in(&tradewind_kernel::Zone::utc()),
    };
    let bar = progress(session);
    let report = billing::bill(
        session.platform(),
        &ctx,
        RunStart::at_shell(until),
        |report| {
            bar.set_message(format!(
                "{} subscriptions, {} charges, {} documents",
                report.subscriptions, report.charges, report.documents
            ));
            bar.tick();
        },
    )
    .await?;
    bar.finish_and_clear();
    session.settle().await?;
    session.out.facts(
        &report,
        columns![
            ("subscriptions", "/subscriptions"),
            ("charges", "/charges"),
            ("documents", "/documents")
        ],
    )?;
    session.out.section(
        "Not billed",
        &json!(report.problems),
        columns![("subscription", "/subscription_id"), ("why", "/message")],
    )
}

pub(crate) async fn billing_run(session: &Session<'_>, command: BillingRun) -> Result<()> {
    let ctx = session.ctx().await?;
    match command {
        BillingRun::List(options) => {
            let query = list_query(&options)?;
            session.out.page(
                &billing_run_list(session.platform(), &ctx, &query).await?,
                columns![
                    ("run", "/id"),
                    ("until", "/until"),
                    ("began", "/began_at"),
                    ("by", "/origin"),
                    ("state", "/state"),
                    ("periods", "/subscriptions"),
                    ("charges", "/charges"),
                    ("documents", "/documents"),
                    ("not billed", "/problem_count"),
                ],
            )
        }
        BillingRun::Show { run } => {
            let run = billing_run_get(session.platform(), &ctx, parse("run", &run)?).await?;
            session.out.facts(
                &run,
                columns![
                    ("run", "/id"),
                    ("until", "/until"),
                    ("begun by", "/begun_by"),
                    ("asked for", "/origin"),
                    ("state", "/state"),
                    ("began", "/began_at"),
                    ("ended", "/ended_at"),
                    ("taken up again", "/resumed"),
                    ("periods", "/subscriptions"),
                    ("charges", "/charges"),
                    ("documents", "/documents"),
                    ("not billed", "/problem_count"),
                    ("given up", "/failure"),
                ],
            )?;
            session.out.section(
                "Documents",
                &json!(run.totals),
                columns![
                    ("documents", "/documents"),
                    ("net", "/net"),
                    ("tax", "/tax"),
                    ("gross", "/gross"),
                ],
            )?;
            session.out.section(
                "Not billed",
                &json!(run.problems),
                columns![("subscription", "/subscription_id"), ("why", "/message")],
            )
        }
    }
}

fn list_query(options: &ListOptions) -> Result<ListQuery> {
    Ok(ListQuery {
        filter: options.filter().to_owned(),
        sort: options.sort().to_owned(),
        page: options.page()?,
    })
}

fn progress(session: &Session<'_>) -> ProgressBar {
    if !session.is_watched() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        bar.set_style(style);
    }
    bar
}

pub(crate) async fn invoice(session: &Session<'_>, command: Invoice) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    match command {
        Invoice::List(options) => {
            let query = list_query(&options)?;
            session.out.page(
                &invoice_list(platform, &ctx, &query).await?,
                columns![
                    ("document", "/id"),
                    ("number", "/number"),
                    ("kind", "/kind"),
                    ("issued", "/issued_on"),
                    ("due", "/due_on"),
                    ("net", "/net"),
                    ("tax", "/tax"),
                    ("gross", "/gross"),
                    ("open", "/balance/open"),
                    ("status", "/balance/status"),
                ],
            )
        }
        Invoice::Show { invoice } => {
            let document = invoice_get(platform, &ctx, parse("invoice", &invoice)?).await?;
            session.out.facts(
                &document,
                columns![
                    ("document", "/id"),
                    ("kind", "/kind"),
                    ("number", "/number"),
                    ("from", "/parties/seller/name"),
                    ("to", "/parties/buyer/name"),
                    ("issued", "/issued_on"),
                    ("due", "/due_on"),
                    ("net", "/net"),
                    ("tax", "/tax"),
                    ("gross", "/gross"),
                    ("paid", "/balance/paid"),
                    ("open", "/balance/open"),
                    ("status", "/balance/status"),
                ],
            )?;
            let parts = invoice_breakdown(platform, &ctx, &document).await?;
            session.out.section(
                "Lines",
                &json!(document.lines),
                columns![
                    ("no", "/no"),
                    ("group", "/group_label"),
                    ("description", "/description"),
                    ("from", "/period/start"),
                    ("to", "/period/end"),
                    ("quantity", "/quantity"),
                    ("unit", "/unit"),
                    ("net", "/net"),
                    ("tax", "/tax"),
                ],
            )?;
            let parts = parts
                .iter()
                .flat_map(|line| comes_about(&ctx, &document, line));
            session.out.section(
                "How amounts come about",
                &json!(parts.collect::<Vec<_>>()),
                columns![
                    ("no", "/no"),
                    ("part", "/label"),
                    ("of", "/detail"),
                    ("amount", "/amount"),
                ],
            )
        }
        Invoice::Pdf { invoice, output } => {
            let (name, pdf) = invoice_pdf(platform, &ctx, parse("invoice", &invoice)?).await?;
            if output.as_deref().is_some_and(|to| to == "-") {
                return session.out.raw(&pdf);
            }
            let file = output.unwrap_or_else(|| PathBuf::from(name));
            std::fs::write(&file, &pdf)
                .map_err(|e| Error::unavailable(format!("writing {}: {e}", file.display())))?;
            session.out.say(
                &json!({ "file": file, "bytes": pdf.len() }),
                &format!("Written to {}", file.display()),
            )
        }
        Invoice::Credit(command) => refund::credit(session, command).await,
        Invoice::Reissue(command) => refund::reissue(session, command).await,
        Invoice::WriteOff(command) => refund::write_off(session, command).await,
        Invoice::Detail { invoice } => {
            let id: InvoiceId = parse("invoice", &invoice)?;
            if session.out.is_json() {
                return session
                    .out
                    .listing(&json!({ "items": details(session, id).await? }), &[]);
            }
            let mut after = None;
            loop {
                let (rows, next) = details_csv(platform, &ctx, id, after).await?;
                session.out.raw(&rows)?;
                match next {
                    Some(next) => after = Some(next),
                    None => return Ok(()),
                }
            }
        }
    }
}

/// The parts of a line's amount, a row each.
fn comes_about(ctx: &OpCtx, document: &Document, line: &LineBreakdown) -> Vec<Value> {
    let [one, many] = &line.units;
    let words = PriceWords::of(ctx.locale, document.summary.gross.currency, one, many);
    let parts = words.parts(&line.model, &line.parts).into_iter();
    parts
        .map(|part| {
            json!({"no": line.no, "label": part.label, "detail": part.detail, "amount": part.amount})
        })
        .collect()
}

async fn details(session: &Session<'_>, id: InvoiceId) -> Result<Vec<billing::Detail>> {
    let ctx = session.ctx().await?;
    let mut page = PageRequest::new(Some(200), None)?;
    let mut all = Vec::new();
    loop {
        let found = invoice_details(session.platform(), &ctx, id, &page).await?;
        all.extend(found.items);
        match found.next {
            Some(next) => page.after = Some(next),
            None => return Ok(all),
        }
    }
}

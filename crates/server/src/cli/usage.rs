//! `tradewind import` and `tradewind usage`: what was used, and whose it is.

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Error, Result};
use tradewind_metering::service::{
    HeldQuery, ImportOptions, focus_import, held_list, import_list, sub_account_assign,
    sub_account_assign_many, sub_account_list, usage_totals,
};
use tradewind_metering::types::{
    HeldState, ImportState, OnError, SubAccountAssignment, UsageImport,
};
use tradewind_platform::OpCtx;

use super::{ListOptions, Session, parse};
use crate::output::columns;

/// What can be imported.
#[derive(Subcommand)]
pub(crate) enum Import {
    /// Cloud cost and usage in the FOCUS 1.0 format, as CSV
    #[command(after_help = "\
Rows are taken in exactly once, however often the file is imported. Rows of sub-accounts that belong to no subscription yet
are held until `tradewind usage assign` says whose they are. A mapping is a CSV file with the columns source, sub_account
and subscription.

Examples:
  tradewind import focus focus-2024-09.csv
  tradewind import focus focus-2024-09.csv --mapping customers.csv --on-error abort")]
    Focus {
        /// The file
        file: PathBuf,
        /// Says first which sub-account belongs to which subscription
        #[arg(long, value_name = "CSV")]
        mapping: Option<PathBuf>,
        /// What to do about malformed rows: leave them out, or import nothing at all
        #[arg(long, value_enum, default_value_t = Malformed::Skip)]
        on_error: Malformed,
    },
}

/// What to do about malformed rows.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Malformed {
    /// Import the other rows.
    Skip,
    /// Import nothing.
    Abort,
}

/// What can be asked about usage.
#[derive(Subcommand)]
pub(crate) enum Usage {
    /// Say under which subscription a sub-account is resold; rows that waited for it are counted
    Assign {
        /// Cloud provider as the file names it: AWS
        source: String,
        /// Sub-account
        sub_account: String,
        /// Subscription
        subscription: String,
    },
    /// The sub-accounts that occurred, and how many rows wait for each
    SubAccounts(ListOptions),
    /// Rows that wait until someone says whose they are
    Held(ListOptions),
    /// Imports, the latest first
    Imports(ListOptions),
    /// Totals of a subscription for the month of a day
    Totals {
        /// Subscription
        subscription: String,
        /// Any day of the month
        #[arg(long, value_name = "DATE")]
        month: Option<String>,
    },
}

pub(crate) async fn import(session: &Session<'_>, command: Import) -> Result<()> {
    let Import::Focus {
        file,
        mapping,
        on_error,
    } = command;
    let ctx = session.ctx().await?;
    if ctx.dry_run {
        return Err(Error::invalid(
            "dry_run",
            "not_for_imports",
            "an import writes batch by batch; --on-error abort checks the whole file before anything is kept",
        ));
    }
    if let Some(mapping) = mapping {
        assign_all(session, &ctx, &mapping).await?;
    }
    let options = ImportOptions {
        file_name: file
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        on_error: match on_error {
            Malformed::Skip => OnError::Skip,
            Malformed::Abort => OnError::Abort,
        },
    };
    let bar = progress(session);
    let imported = focus_import(session.platform(), &ctx, &file, &options, &|at| {
        bar.set_length(at.bytes_total);
        bar.set_position(at.bytes);
        bar.set_message(format!("{} rows", at.rows));
    })
    .await?;
    bar.finish_and_clear();
    session.settle().await?;
    session.out.facts(
        &imported,
        columns![
            ("import", "/id"),
            ("state", "/state"),
            ("rows", "/rows"),
            ("taken in", "/accepted"),
            ("known already", "/duplicate"),
            ("held", "/held"),
            ("malformed", "/rejected"),
        ],
    )?;
    session.out.section(
        "What is wrong",
        &json!(imported.problems),
        columns![
            ("row", "/row"),
            ("column", "/column"),
            ("problem", "/message")
        ],
    )?;
    if imported.held > 0 {
        session.out.note("Held rows belong to sub-accounts nobody has claimed: see `tradewind usage sub-accounts`.");
    }
    refuse_failed(&imported)
}

fn refuse_failed(import: &UsageImport) -> Result<()> {
    if import.state != ImportState::Failed {
        return Ok(());
    }
    let first = import.problems.first().map_or_else(String::new, |problem| {
        let column = match problem.column.as_str() {
            "" => String::new(),
            column => format!(", column {column}"),
        };
        format!(
            "; the first is row {}{column}: {}",
            problem.row, problem.message
        )
    });
    Err(Error::refused(
        "import_failed",
        format!(
            "nothing was imported, malformed rows: {}{first}",
            import.rejected
        ),
    ))
}

/// Carries out a mapping file, all of it or none.
async fn assign_all(session: &Session<'_>, ctx: &OpCtx, file: &Path) -> Result<()> {
    let mapping = std::fs::read(file)
        .map_err(|e| Error::unavailable(format!("mapping file {}: {e}", file.display())))?;
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    let report = sub_account_assign_many(session.platform(), &ctx, &mapping).await?;
    session.out.note(&format!(
        "{} sub-accounts assigned, {} held rows counted",
        report.assigned, report.released
    ));
    Ok(())
}

fn progress(session: &Session<'_>) -> ProgressBar {
    if !session.is_watched() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}") {
        bar.set_style(style);
    }
    bar
}

pub(crate) async fn usage(session: &Session<'_>, command: Usage) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    match command {
        Usage::Assign {
            source,
            sub_account,
            subscription,
        } => {
            let assignment = SubAccountAssignment {
                source,
                external_id: sub_account,
                subscription_id: parse("subscription", &subscription)?,
            };
            let released = sub_account_assign(platform, &ctx, &assignment).await?;
            session.settle().await?;
            session.out.say(
                &json!({ "assignment": assignment, "released": released }),
                &format!("Assigned; {released} held rows were counted."),
            )
        }
        Usage::SubAccounts(options) => session.out.page(
            &sub_account_list(platform, &ctx, &options.page()?).await?,
            columns![
                ("source", "/source"),
                ("sub-account", "/external_id"),
                ("name", "/name"),
                ("subscription", "/subscription_id"),
                ("held", "/held"),
            ],
        ),
        Usage::Held(options) => {
            let query = HeldQuery {
                state: Some(HeldState::Held),
                sub_account: None,
                page: options.page()?,
            };
            session.out.page(
                &held_list(platform, &ctx, &query).await?,
                columns![
                    ("provider", "/provider"),
                    ("sub-account", "/sub_account"),
                    ("record", "/external_id"),
                    ("held since", "/held_at"),
                    ("why", "/reason"),
                ],
            )
        }
        Usage::Imports(options) => session.out.page(
            &import_list(platform, &ctx, &options.page()?).await?,
            columns![
                ("import", "/id"),
                ("file", "/file_name"),
                ("state", "/state"),
                ("rows", "/rows"),
                ("taken in", "/accepted"),
                ("known already", "/duplicate"),
                ("held", "/held"),
                ("malformed", "/rejected"),
                ("started", "/started_at"),
            ],
        ),
        Usage::Totals {
            subscription,
            month,
        } => {
            let id: SubscriptionId = parse("subscription", &subscription)?;
            let day = match month {
                Some(text) => tradewind_kernel::time::parse_date("month", &text)?,
                None => ctx.now.date_in(&tradewind_kernel::Zone::utc()),
            };
            session.out.list(
                &usage_totals(platform, &ctx, id, day).await?,
                columns![
                    ("meter", "/meter"),
                    ("group", "/group_key"),
                    ("records", "/records"),
                    ("quantity", "/quantity"),
                    ("unit", "/unit"),
                    ("cost", "/cost"),
                    ("currency", "/currency"),
                ],
            )
        }
    }
}

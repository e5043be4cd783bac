//! `tradewind import` and `tradewind usage`: what was used, and whose it is.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Error, Result};
use tradewind_metering::service::{
    HeldQuery, ImportOptions, ReviewQuery, focus_import, held_list, import_list, late_policy_get,
    late_policy_set, review_decide, review_list, sub_account_assign, sub_account_assign_many,
    sub_account_list, usage_totals,
};
use tradewind_metering::types::{
    HeldState, ImportState, LateAs, LatePolicy, OnError, ReviewDecide, ReviewDecision, ReviewGroup,
    ReviewState, SubAccountAssignment, UsageImport,
};
use tradewind_platform::OpCtx;

use super::{ListOptions, Session, parse, usage_cancel};
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
    /// Usage that came after the window of its month and waits for a decision
    Late(ListOptions),
    /// Decide about usage that came too late; what is to count is rated with the next billing run
    #[command(after_help = "\
Examples:
  tradewind usage decide count sub_01k… --month 2024-08
  tradewind usage decide discard sub_01k… --meter traffic --reason 'Settled by hand'
  tradewind usage decide reopen --record meter/4711")]
    Decide(Decide),
    /// Cancel records: their months come to what they would have come to without them
    #[command(after_help = "\
Example:
  tradewind usage cancel meter/4711 meter/4712 --reason 'Measured twice'")]
    Cancel(usage_cancel::Cancel),
    /// Cancel a record and count another one in its place
    #[command(after_help = "\
Example:
  tradewind usage amend meter/4711 --replacement 4711-2 --quantity 12.5 --reason 'Read wrong'")]
    Amend(usage_cancel::Amend),
    /// Show or change what is done with usage of months that are over
    Window {
        /// Days after the end of its month in which usage counts by itself; `none` = whenever it comes
        #[arg(long, value_name = "DAYS")]
        days: Option<String>,
        /// Where what it changes is billed
        #[arg(long, value_enum)]
        bill: Option<Bill>,
    },
    /// Totals of a subscription for the month of a day
    Totals {
        /// Subscription
        subscription: String,
        /// Any day of the month
        #[arg(long, value_name = "DATE")]
        month: Option<String>,
    },
}

/// Where late usage is billed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Bill {
    /// On a line for its own month.
    PastPeriod,
    /// With the running month.
    CurrentPeriod,
}

/// What is decided about late usage.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Verdict {
    /// It counts in its own month.
    Count,
    /// It counts in the running month.
    CountLater,
    /// It does not count.
    Discard,
    /// It waits again.
    Reopen,
}

/// A decision about late usage.
#[derive(Args)]
pub(crate) struct Decide {
    /// What is decided
    #[arg(value_enum)]
    decision: Verdict,
    /// Subscription: all of its usage that waits
    #[arg(required_unless_present = "record")]
    subscription: Option<String>,
    /// Only on this meter
    #[arg(long, requires = "subscription")]
    meter: Option<String>,
    /// Only of the month of this day
    #[arg(long, value_name = "DATE", requires = "subscription")]
    month: Option<String>,
    /// Single records, as source/id
    #[arg(long, value_name = "SOURCE/ID", conflicts_with = "subscription")]
    record: Vec<String>,
    /// Why; required for what is not to count
    #[arg(long, default_value = "")]
    reason: String,
}

impl Decide {
    fn input(self) -> Result<ReviewDecide> {
        let named = |text: &String| usage_cancel::name(text);
        let group = match self.subscription {
            Some(id) => Some(ReviewGroup {
                subscription_id: parse("subscription", &id)?,
                meter: self.meter,
                period_on: match self.month {
                    Some(text) => Some(month_of(&text)?),
                    None => None,
                },
            }),
            None => None,
        };
        Ok(ReviewDecide {
            records: self.record.iter().map(named).collect::<Result<_>>()?,
            group,
            decision: match self.decision {
                Verdict::Count => ReviewDecision::Count,
                Verdict::CountLater => ReviewDecision::CountLater,
                Verdict::Discard => ReviewDecision::Discard,
                Verdict::Reopen => ReviewDecision::Reopen,
            },
            reason: self.reason,
        })
    }
}

/// The first day of a month, given as 2024-08 or by any of its days.
fn month_of(text: &str) -> Result<tradewind_kernel::Date> {
    let day = if text.len() == 7 {
        format!("{text}-01")
    } else {
        text.to_owned()
    };
    Ok(tradewind_kernel::time::parse_date("month", &day)?.first_of_month())
}

/// Shows what is done with late usage, or changes it.
async fn window(
    session: &Session<'_>,
    ctx: &OpCtx,
    days: Option<String>,
    bill: Option<Bill>,
) -> Result<()> {
    let mut policy = late_policy_get(session.platform(), ctx).await?;
    if days.is_some() || bill.is_some() {
        policy = LatePolicy {
            window_days: match days.as_deref() {
                None => policy.window_days,
                Some("none") => None,
                Some(text) => Some(text.parse().map_err(|_| {
                    let text = "expected a number of days, or none";
                    Error::invalid("days", "not_a_number", text)
                })?),
            },
            late_as: match bill {
                None => policy.late_as,
                Some(Bill::PastPeriod) => LateAs::PastPeriod,
                Some(Bill::CurrentPeriod) => LateAs::CurrentPeriod,
            },
        };
        policy = late_policy_set(session.platform(), ctx, &policy).await?;
    }
    session.out.facts(
        &policy,
        columns![("window in days", "/window_days"), ("billed", "/late_as")],
    )
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
            ("too late", "/review"),
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
    if imported.review > 0 {
        session
            .out
            .note("Rows that came too late wait for a decision: see `tradewind usage late`.");
    }
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
                ("too late", "/review"),
                ("malformed", "/rejected"),
                ("started", "/started_at"),
            ],
        ),
        Usage::Late(options) => {
            let query = ReviewQuery {
                state: Some(ReviewState::Waiting),
                subscription: None,
                page: options.page()?,
            };
            session.out.page(
                &review_list(platform, &ctx, &query).await?,
                columns![
                    ("subscription", "/record/subscription_id"),
                    ("month", "/period_on"),
                    ("meter", "/record/meter"),
                    ("source", "/record/source"),
                    ("record", "/record/external_id"),
                    ("quantity", "/record/quantity"),
                    ("came", "/received_at"),
                ],
            )
        }
        Usage::Decide(decide) => {
            let input = decide.input()?;
            let done = review_decide(platform, &ctx, &input).await?;
            session.out.say(
                &json!(done),
                &format!("Decided about {} records.", done.changed),
            )
        }
        Usage::Cancel(input) => usage_cancel::cancel(session, &ctx, input).await,
        Usage::Amend(input) => usage_cancel::amend(session, &ctx, input).await,
        Usage::Window { days, bill } => window(session, &ctx, days, bill).await,
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

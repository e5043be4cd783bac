//! `tradewind ledger` and `tradewind check`: the books, and whether they add up.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use tradewind_billing::service::{
    BookCurrencySet, ChartSet, MonthAct, RevenueSet, book_currency_set, book_get, chart_get,
    chart_set, check as check_books, currency_report, ledger_balances, ledger_export, ledger_seal,
    month_close, month_reopen, revenue_policy_set, revenue_report,
};
use tradewind_billing::types::{
    BookCurrency, BookState, ChartAccount, CurrencyAsk, ExportFormat, RevenueAsk, RevenuePolicy,
};
use tradewind_flows::currency::currency_csv;
use tradewind_flows::revenue::{revenue_csv, revenue_lines_csv};
use tradewind_kernel::id::AccountId;
use tradewind_kernel::{Date, Result, Zone, time};
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
    /// Show how far a book is closed and sealed
    Show {
        #[command(flatten)]
        book: Book,
    },
    /// Close a month: nothing is booked into it any more
    #[command(after_help = "Example:\n  tradewind ledger close 2024-03 --as jana@example.com")]
    Close {
        /// The month
        #[arg(value_name = "YYYY-MM")]
        month: String,
        /// A note
        #[arg(long, default_value = "")]
        reason: String,
        #[command(flatten)]
        book: Book,
    },
    /// Open the month again that was closed last
    Reopen {
        /// The month
        #[arg(value_name = "YYYY-MM")]
        month: String,
        /// Why
        reason: String,
        #[command(flatten)]
        book: Book,
    },
    /// Show what was deferred, billed and recognised, by month
    #[command(
        after_help = "Examples:\n  tradewind ledger revenue --from 2024-01\n  tradewind ledger revenue --csv > revenue.csv\n  tradewind ledger revenue --lines 2024-03 > march.csv"
    )]
    Revenue {
        /// First month (default: the fifth before the current one)
        #[arg(long, value_name = "YYYY-MM")]
        from: Option<String>,
        /// How many months (default: 12)
        #[arg(long)]
        months: Option<u32>,
        /// As CSV
        #[arg(long)]
        csv: bool,
        /// The lines of documents behind one month, as CSV
        #[arg(long, value_name = "YYYY-MM", conflicts_with_all = ["from", "months", "csv"])]
        lines: Option<String>,
        #[command(flatten)]
        book: Book,
    },
    /// Set when the books have sales: at_issue or over_time
    #[command(
        after_help = "Example:\n  tradewind ledger recognise over_time --since 2024-04 --as jana@example.com"
    )]
    Recognise {
        /// With the document (at_issue), or by the day of the time it is for (over_time)
        when: String,
        /// First month (default: the current one)
        #[arg(long, value_name = "YYYY-MM")]
        since: Option<String>,
        #[command(flatten)]
        book: Book,
    },
    /// Set the currency in which the books are valued, or have them valued in none
    #[command(
        after_help = "Examples:\n  tradewind ledger value EUR --since 2024-04 --as jana@example.com\n  tradewind ledger value none"
    )]
    Value {
        /// Code of the currency, or none
        currency: String,
        /// First month (default: the current one)
        #[arg(long, value_name = "YYYY-MM")]
        since: Option<String>,
        #[command(flatten)]
        book: Book,
    },
    /// Show what was won and lost by what was owed in other currencies, by month
    #[command(
        after_help = "Examples:\n  tradewind ledger currency --from 2024-01\n  tradewind ledger currency --lines 2024-03 > march.csv"
    )]
    Currency {
        /// First month (default: the fifth before the current one)
        #[arg(long, value_name = "YYYY-MM")]
        from: Option<String>,
        /// How many months (default: 12)
        #[arg(long)]
        months: Option<u32>,
        /// The postings behind one month, as CSV
        #[arg(long, value_name = "YYYY-MM", conflicts_with_all = ["from", "months"])]
        lines: Option<String>,
        #[command(flatten)]
        book: Book,
    },
    /// Seal what is not sealed yet
    Seal {
        #[command(flatten)]
        book: Book,
    },
    /// Show the numbers of accounts
    Chart {
        #[command(flatten)]
        book: Book,
    },
    /// Give an account a number and a name, or take them away
    #[command(
        after_help = "Examples:\n  tradewind ledger number assets:receivable 1400 Receivables\n  tradewind ledger number assets:receivable"
    )]
    Number {
        /// The account, or the beginning of several
        #[arg(value_name = "ACCOUNT")]
        numbered: String,
        /// Its number; without, the account gets its own name back
        code: Option<String>,
        /// Its name
        name: Option<String>,
        #[command(flatten)]
        book: Book,
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
    /// What is sealed, as it was hashed, with the hashes.
    Sealed,
}

pub(crate) async fn run(session: &Session<'_>, command: Ledger) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    match command {
        Ledger::Export { format, book } => {
            let format = match format {
                Format::Hledger => ExportFormat::Hledger,
                Format::Beancount => ExportFormat::Beancount,
                Format::Sealed => ExportFormat::Sealed,
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
                columns![
                    ("account", "/account"),
                    ("number", "/code"),
                    ("name", "/name"),
                    ("balance", "/balance")
                ],
            )
        }
        Ledger::Show { book } => {
            let book = book_get(platform, &ctx, book.account(&ctx)?).await?;
            told(session, &book)
        }
        Ledger::Close {
            month,
            reason,
            book,
        } => {
            let act = act(&month, reason, book.account(&ctx)?)?;
            told(session, &month_close(platform, &ctx, &act).await?)
        }
        Ledger::Reopen {
            month,
            reason,
            book,
        } => {
            let act = act(&month, reason, book.account(&ctx)?)?;
            told(session, &month_reopen(platform, &ctx, &act).await?)
        }
        Ledger::Revenue {
            from,
            months,
            csv,
            lines,
            book,
        } => {
            let seller_id = book.account(&ctx)?;
            if let Some(lines) = lines {
                return revenue_rows(session, &ctx, seller_id, month("lines", &lines)?).await;
            }
            let from = from.map(|from| month("from", &from)).transpose()?;
            let ask = RevenueAsk {
                seller_id,
                from,
                months,
            };
            if csv {
                return session.out.raw(&revenue_csv(platform, &ctx, &ask).await?);
            }
            session.out.list(
                &revenue_report(platform, &ctx, &ask).await?,
                columns![
                    ("month", "/month"),
                    ("deferred before", "/deferred_start"),
                    ("billed", "/billed"),
                    ("recognised", "/recognised"),
                    ("deferred after", "/deferred_end"),
                    ("booked", "/booked"),
                ],
            )
        }
        Ledger::Recognise { when, since, book } => {
            let seller_id = book.account(&ctx)?;
            let since = first_month(&ctx, since)?;
            let policy = RevenuePolicy {
                recognition: parse("recognition", &when)?,
                since,
            };
            let input = RevenueSet { seller_id, policy };
            session.out.facts(
                &revenue_policy_set(platform, &ctx, &input).await?,
                columns![("recognised", "/recognition"), ("since", "/since")],
            )
        }
        Ledger::Value {
            currency,
            since,
            book,
        } => {
            let currency = match currency.as_str() {
                "none" => None,
                code => Some(parse("currency", code)?),
            };
            let since = first_month(&ctx, since)?;
            let input = BookCurrencySet {
                book_id: book.account(&ctx)?,
                policy: BookCurrency { currency, since },
            };
            session.out.facts(
                &book_currency_set(platform, &ctx, &input).await?,
                columns![("valued in", "/currency"), ("since", "/since")],
            )
        }
        Ledger::Currency {
            from,
            months,
            lines,
            book,
        } => {
            let book_id = book.account(&ctx)?;
            if let Some(lines) = lines {
                let month = month("lines", &lines)?;
                let csv = currency_csv(platform, &ctx, book_id, month).await?;
                return session.out.raw(&csv);
            }
            let from = from.map(|from| month("from", &from)).transpose()?;
            let ask = CurrencyAsk {
                book_id,
                from,
                months,
            };
            session.out.list(
                &currency_report(platform, &ctx, &ask).await?,
                columns![
                    ("month", "/month"),
                    ("won", "/gain"),
                    ("lost", "/loss"),
                    ("booked", "/booked"),
                ],
            )
        }
        Ledger::Seal { book } => {
            let book = book.account(&ctx)?;
            ledger_seal(platform, &ctx, book).await?;
            told(session, &book_get(platform, &ctx, book).await?)
        }
        Ledger::Chart { book } => numbers(
            session,
            &chart_get(platform, &ctx, book.account(&ctx)?).await?,
        ),
        Ledger::Number {
            numbered,
            code,
            name,
            book,
        } => {
            let input = ChartSet {
                book_id: book.account(&ctx)?,
                account: ChartAccount {
                    account: numbered,
                    code: code.unwrap_or_default(),
                    name: name.unwrap_or_default(),
                },
            };
            numbers(session, &chart_set(platform, &ctx, &input).await?)
        }
    }
}

/// `2024-03`.
fn month(field: &str, text: &str) -> Result<Date> {
    time::parse_date(field, &format!("{}-01", text.trim()))
}

fn act(of: &str, reason: String, book_id: AccountId) -> Result<MonthAct> {
    Ok(MonthAct {
        book_id,
        month: month("month", of)?,
        reason,
    })
}

/// The month that is named, or the current one.
fn first_month(ctx: &OpCtx, since: Option<String>) -> Result<Date> {
    match since {
        Some(since) => month("since", &since),
        None => Ok(ctx.now.date_in(&Zone::utc())),
    }
}

/// The lines behind a month, piece by piece.
async fn revenue_rows(
    session: &Session<'_>,
    ctx: &OpCtx,
    seller: AccountId,
    month: Date,
) -> Result<()> {
    let mut place = None;
    loop {
        let (rows, next) = revenue_lines_csv(session.platform(), ctx, seller, month, place).await?;
        session.out.raw(&rows)?;
        place = next;
        if place.is_none() {
            return Ok(());
        }
    }
}

fn numbers(session: &Session<'_>, chart: &[ChartAccount]) -> Result<()> {
    session.out.list(
        chart,
        columns![
            ("number", "/code"),
            ("name", "/name"),
            ("account", "/account")
        ],
    )
}

fn told(session: &Session<'_>, book: &BookState) -> Result<()> {
    session.out.facts(
        book,
        columns![
            ("closed until", "/closed_until"),
            ("can be closed", "/next_month"),
            ("sealed", "/sealed"),
            ("hash", "/hash"),
            ("waiting", "/waiting"),
        ],
    )
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

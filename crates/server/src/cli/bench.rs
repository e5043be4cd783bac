//! `tradewind bench`: how fast it is on this machine.

use std::io::IsTerminal as _;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tradewind_kernel::{Error, Result};

use crate::bench::{self, BillPlan, IngestPlan, Place, SeedPlan, WebPlan};
use crate::config::DataOptions;
use crate::output::{Output, columns};

const AFTER_HELP: &str = "\
Benches run on a database of their own, in a temporary directory that is removed at the end. With --data or DATABASE_URL
they run there; a database that holds anything but what benches make is refused. Figures are meant for a release build on
a machine that does nothing else.";

/// Measures ingest, prices, billing, previews, repairs and pages.
#[derive(Subcommand)]
#[command(after_help = AFTER_HELP)]
pub(crate) enum Bench {
    /// Usage records a second, each exactly once: the engine itself, the service, the REST API
    Ingest {
        /// Records each way
        #[arg(long, default_value_t = 200_000)]
        records: u64,
        /// Records in a batch, at most 1000
        #[arg(long, default_value_t = 1_000)]
        batch: usize,
        /// Share of records that repeat an earlier one
        #[arg(long, default_value = "1%", value_parser = share)]
        duplicates: u64,
    },
    /// Subscriptions billed a second: lines and tax, over three invoiced legs
    Bill {
        /// Sizes of the runs
        #[arg(long, value_delimiter = ',', default_value = "1000,10000,100000")]
        subscriptions: Vec<usize>,
        /// Lines of a subscription, at most 20
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=20))]
        lines: u16,
        /// Invoice distributor and resellers once for everything, not for every subscription
        #[arg(long)]
        collected: bool,
        /// Give all subscriptions to one customer and invoice everybody once
        #[arg(long)]
        one_account: bool,
    },
    /// Prices of four tiers worked out a second on one core, beside the same arithmetic in whole numbers
    Rate {
        /// Quantities each way
        #[arg(long, default_value_t = 5_000_000)]
        quantities: u64,
    },
    /// Previews of changes under load that does not wait for answers
    Preview {
        /// Previews a second
        #[arg(long, default_value_t = 1_000)]
        rate: u32,
        /// For how many seconds
        #[arg(long, default_value_t = 10)]
        seconds: u32,
    },
    /// From a late record, or a correction, to its charges, in a world of 10,000 billed subscriptions
    Repair {
        /// How often each, at most 1000
        #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u16).range(1..=1000))]
        times: u16,
    },
    /// Pages under load that does not wait for answers, from a server in a process of its own
    Web {
        /// Requests a second
        #[arg(long, default_value_t = 500)]
        rate: u32,
        /// For how many seconds
        #[arg(long, default_value_t = 20)]
        seconds: u32,
        /// Seed as much as `bench seed` does, unless it was done already; otherwise a small realm is seeded
        #[arg(long)]
        seeded: bool,
    },
    /// Fill a realm: accounts, catalogue and prices through the services, subscriptions in bulk, then a billing run
    Seed(Seed),
}

/// How much to seed.
#[derive(Args)]
pub(crate) struct Seed {
    /// Resellers
    #[arg(long, default_value_t = 2_000)]
    resellers: usize,
    /// Subscriptions, five a customer
    #[arg(long, default_value_t = 1_000_000)]
    subscriptions: usize,
    /// Products
    #[arg(long, default_value_t = 300)]
    products: usize,
    /// Customers' invoices
    #[arg(long, default_value_t = 50_000)]
    invoices: usize,
}

impl From<&Seed> for SeedPlan {
    fn from(seed: &Seed) -> Self {
        Self {
            resellers: seed.resellers,
            subscriptions: seed.subscriptions,
            products: seed.products.max(1),
            invoices: seed.invoices.min(seed.subscriptions),
        }
    }
}

/// What `bench seed` fills by itself.
const LARGE: Seed = Seed {
    resellers: 2_000,
    subscriptions: 1_000_000,
    products: 300,
    invoices: 50_000,
};
/// What `bench web` fills by itself.
const SMALL: Seed = Seed {
    resellers: 10,
    subscriptions: 5_000,
    products: 300,
    invoices: 1_000,
};

pub(crate) async fn run(data: &DataOptions, command: Bench, out: &Output) -> Result<()> {
    let place = Place::of(data)?;
    let bar = bar(out);
    let progress = |step: &str, done: u64, whole: u64| {
        bar.set_length(whole);
        bar.set_position(done);
        bar.set_message(step.to_owned());
    };
    match command {
        Bench::Ingest {
            records,
            batch,
            duplicates,
        } => {
            let plan = IngestPlan {
                records,
                batch,
                duplicates,
            };
            let figures = bench::ingest(&place, plan, &progress).await?;
            bar.finish_and_clear();
            out.facts(
                &figures,
                columns![
                    ("engine", "/engine"),
                    ("a commit", "/commit"),
                    ("engine itself, records/s", "/baseline/per_second"),
                    ("service, records/s", "/service/per_second"),
                    ("of the engine, %", "/service/percent_of_baseline"),
                    ("each exactly once", "/service/exactly_once"),
                    ("REST API, records/s", "/http/per_second"),
                    ("of the engine, %", "/http/percent_of_baseline"),
                    ("each exactly once", "/http/exactly_once"),
                ],
            )
        }
        Bench::Bill {
            subscriptions,
            lines,
            collected,
            one_account,
        } => {
            let plan = BillPlan {
                sizes: subscriptions,
                lines: usize::from(lines),
                collected,
                one_account,
            };
            let figures = bench::bill(&place, &plan, &progress).await?;
            bar.finish_and_clear();
            out.facts(
                &figures,
                columns![("engine", "/engine"), ("a commit", "/commit")],
            )?;
            out.section(
                "Runs",
                &json!(figures.runs),
                columns![
                    ("subscriptions", "/subscriptions"),
                    ("documents", "/documents"),
                    ("seconds", "/seconds"),
                    ("subscriptions/s", "/subscriptions_per_second"),
                    ("documents/s", "/documents_per_second"),
                    ("µs/document", "/micros_per_document"),
                    ("MB before", "/rss_before_mb"),
                    ("MB at most", "/rss_peak_mb"),
                    ("findings", "/findings"),
                ],
            )
        }
        Bench::Rate { quantities } => {
            let figures = bench::rate_prices(quantities)?;
            out.facts(
                &figures,
                columns![
                    ("quantities", "/quantities"),
                    ("prices/s", "/per_second"),
                    ("whole numbers, prices/s", "/whole_numbers_per_second"),
                    ("of whole numbers, %", "/percent"),
                    ("both alike", "/alike"),
                ],
            )
        }
        Bench::Preview { rate, seconds } => {
            let figures = bench::preview(&place, rate, seconds, &progress).await?;
            bar.finish_and_clear();
            out.facts(
                &figures,
                columns![
                    ("engine", "/engine"),
                    ("previews/s", "/rate"),
                    ("answered", "/answered"),
                    ("failed", "/failed"),
                    ("p50 ms", "/p50_ms"),
                    ("p95 ms", "/p95_ms"),
                    ("p99 ms", "/p99_ms"),
                ],
            )
        }
        Bench::Repair { times } => {
            let figures = bench::repair(&place, usize::from(times), &progress).await?;
            bar.finish_and_clear();
            out.facts(
                &figures,
                columns![
                    ("engine", "/engine"),
                    ("subscriptions", "/subscriptions"),
                    ("late record, p50 ms", "/late_record/p50_ms"),
                    ("p99 ms", "/late_record/p99_ms"),
                    ("statements", "/late_record/statements"),
                    ("rows written", "/late_record/rows"),
                    ("charges", "/late_record/charges"),
                    ("correction, p50 ms", "/correction/p50_ms"),
                    ("p99 ms", "/correction/p99_ms"),
                    ("statements", "/correction/statements"),
                    ("rows written", "/correction/rows"),
                    ("charges", "/correction/charges"),
                ],
            )
        }
        Bench::Web {
            rate,
            seconds,
            seeded,
        } => {
            let plan = WebPlan {
                rate,
                seconds,
                seed: SeedPlan::from(if seeded { &LARGE } else { &SMALL }),
            };
            let figures = bench::web(&place, &plan, &progress).await?;
            bar.finish_and_clear();
            out.facts(
                &figures,
                columns![
                    ("engine", "/engine"),
                    ("requests/s", "/rate"),
                    ("answered", "/answered"),
                    ("failed", "/failed"),
                    ("p50 ms", "/p50_ms"),
                    ("p95 ms", "/p95_ms"),
                    ("p99 ms", "/p99_ms"),
                    ("CPU ms a request", "/cpu_ms_per_request"),
                    ("MB", "/rss_mb"),
                    ("MB at most", "/rss_peak_mb"),
                    ("first answer ms", "/first_answer_ms"),
                ],
            )?;
            out.section(
                "Pages",
                &json!(figures.pages),
                columns![
                    ("page", "/page"),
                    ("answered", "/answered"),
                    ("failed", "/failed"),
                    ("p50 ms", "/p50_ms"),
                    ("p95 ms", "/p95_ms"),
                    ("p99 ms", "/p99_ms"),
                    ("CPU ms", "/cpu_ms"),
                    ("bytes", "/bytes"),
                ],
            )
        }
        Bench::Seed(command) => {
            let figures = bench::seed(&place, &SeedPlan::from(&command), &progress).await?;
            bar.finish_and_clear();
            out.facts(
                &figures,
                columns![
                    ("engine", "/engine"),
                    ("resellers", "/resellers"),
                    ("customers", "/customers"),
                    ("products", "/products"),
                    ("subscriptions", "/subscriptions"),
                    ("documents", "/documents"),
                    ("accounts and prices, s", "/accounts_seconds"),
                    ("subscriptions, s", "/subscriptions_seconds"),
                    ("billing, s", "/billing_seconds"),
                    ("database, MB", "/database_mb"),
                ],
            )
        }
    }
}

fn bar(out: &Output) -> ProgressBar {
    if out.is_json() || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {elapsed}") {
        bar.set_style(style);
    }
    bar
}

/// A share such as `1%`.
fn share(text: &str) -> std::result::Result<u64, String> {
    let number = text.trim_end_matches('%').parse::<u64>();
    match number {
        Ok(share) if share <= 50 => Ok(share),
        _ => Err(Error::invalid(
            "duplicates",
            "out_of_range",
            "expected a share such as 1%, at most 50%",
        )
        .to_string()),
    }
}

//! `tradewind rate`: exchange rates between the currencies of a realm.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tradewind_catalogue::service::{rate_import, rate_list, rate_set};
use tradewind_catalogue::types::{RateFile, RateSet};
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::{Result, time};

use super::{ListOptions, Session, input, parse};
use crate::output::{Column, columns};

/// What can be done with exchange rates.
#[derive(Subcommand)]
pub(crate) enum Rate {
    /// List rates, the latest set first
    #[command(
        after_help = "Example:\n  tradewind rate list --filter 'base:EUR quote:USD' --sort -effective"
    )]
    List(ListOptions),
    /// Set the rate of a pair from a day on; one that has taken effect is never replaced
    #[command(
        after_help = "Example:\n  tradewind rate set EUR USD 1.0842 --from 2024-10-01 --source 'ECB reference rate'"
    )]
    Set(Set),
    /// Take the rates of a CSV file in: base,quote,date,rate rows, or a row for each day with a column for each currency
    #[command(
        after_help = "Examples:\n  tradewind rate import rates.csv\n  tradewind rate import eurofxref-hist.csv --base EUR --both-ways --source ECB"
    )]
    Import(Import),
}

/// A file of rates.
#[derive(Args)]
pub(crate) struct Import {
    /// The file
    file: PathBuf,
    /// In files with a row for each day: the rates are for one unit of this
    #[arg(long, default_value = "EUR")]
    base: String,
    /// Each rate also holds the other way round, as one over it
    #[arg(long)]
    both_ways: bool,
    /// Where the rates come from that do not say so themselves
    #[arg(long, default_value = "")]
    source: String,
}

/// A rate.
#[derive(Args)]
pub(crate) struct Set {
    /// One unit of this currency, ISO 4217 …
    base: String,
    /// … is so much of this one
    quote: String,
    /// How much
    rate: String,
    /// First day on which it holds
    #[arg(long, value_name = "DATE")]
    from: String,
    /// Where it comes from
    #[arg(long, default_value = "")]
    source: String,
}

const SHOWN: &[Column] = columns![
    ("base", "/base"),
    ("quote", "/quote"),
    ("from", "/effective_on"),
    ("rate", "/rate"),
    ("source", "/source"),
];

pub(crate) async fn run(session: &Session<'_>, command: Rate) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    match command {
        Rate::List(options) => {
            let list = options.request()?;
            session
                .out
                .page(&rate_list(platform, &ctx, &list).await?, SHOWN)
        }
        Rate::Import(import) => {
            let file = RateFile {
                text: input::text("file", &import.file)?,
                base: parse("base", &import.base)?,
                both_ways: import.both_ways,
                source: import.source,
            };
            let report = rate_import(platform, &ctx, &file).await?;
            session.settle().await?;
            session.out.facts(
                &report,
                columns![
                    ("added", "/added"),
                    ("replaced", "/replaced"),
                    ("known", "/known"),
                    ("left out", "/unknown"),
                ],
            )
        }
        Rate::Set(set) => {
            let input = RateSet {
                base: parse("base", &set.base)?,
                quote: parse("quote", &set.quote)?,
                effective_on: time::parse_date("from", &set.from)?,
                rate: parse_decimal("rate", &set.rate, &Limits::any())?,
                source: set.source,
            };
            let rate = rate_set(platform, &ctx, &input).await?;
            session.settle().await?;
            session.out.facts(&rate, SHOWN)
        }
    }
}

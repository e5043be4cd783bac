//! `tradewind rate`: exchange rates between the currencies of a realm.

use clap::{Args, Subcommand};
use tradewind_catalogue::service::{rate_list, rate_set};
use tradewind_catalogue::types::RateSet;
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::{Result, time};

use super::{Session, parse};
use crate::output::{Column, columns};

/// What can be done with exchange rates.
#[derive(Subcommand)]
pub(crate) enum Rate {
    /// List the rates, by pair and day
    List,
    /// Set the rate of a pair from a day on; one that has taken effect is never replaced
    #[command(
        after_help = "Example:\n  tradewind rate set EUR USD 1.0842 --from 2024-10-01 --source 'ECB reference rate'"
    )]
    Set(Set),
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
        Rate::List => session.out.list(&rate_list(platform, &ctx).await?, SHOWN),
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

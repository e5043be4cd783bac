//! `tradewind tax engine`: the outside services that decide sellers' taxes, and what waits for them.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use tradewind_billing::service::{TaxAskAgain, TaxWork, tax_ask_again, tax_work};
use tradewind_kernel::{Currency, Money, Result};
use tradewind_tax::service::{engine_get, engine_remove, engine_sample, engine_set};
use tradewind_tax::types::{EngineSample, EngineSet};

use super::{Session, input, parse};
use crate::output::{Column, columns};

/// What can be done about tax engines.
#[derive(Subcommand)]
pub(crate) enum TaxEngine {
    /// Show a seller's tax engine, without its secret
    Show {
        /// Seller
        seller: String,
    },
    /// Set a seller's tax engine up from a JSON file; `-` is the standard input
    #[command(
        after_help = "The file: { \"url\": \"https://…\", \"secret\": \"…\", \"away\": \"hold\" }\n\nWith \"away\": \"own_tables\" and \"after_hours\": 4 the realm's own rates decide after four hours.\nIt decides once `tradewind tax profile SELLER --decision engine` says so."
    )]
    Set {
        /// Seller
        seller: String,
        /// The file
        file: PathBuf,
    },
    /// Forget a seller's tax engine
    Remove {
        /// Seller
        seller: String,
    },
    /// Ask a seller's tax engine about a sale that is only imagined
    #[command(
        after_help = "Example:\n  tradewind tax engine sample acc_01… acc_02… 100.00 --currency USD --category saas"
    )]
    Sample(Sample),
    /// List what waits for a seller's tax engine
    Work {
        /// Seller
        seller: String,
    },
    /// Have a seller's tax engine asked again, now
    Ask {
        /// Seller
        seller: String,
        /// About what waits for this buyer only
        #[arg(long)]
        buyer: Option<String>,
    },
}

/// A sale that is only imagined.
#[derive(Args)]
pub(crate) struct Sample {
    /// Seller
    seller: String,
    /// Buyer
    buyer: String,
    /// Amount
    amount: String,
    /// Currency
    #[arg(long)]
    currency: String,
    /// Tax category of what is sold
    #[arg(long, default_value = "standard")]
    category: String,
    /// The taxes are in the amount
    #[arg(long)]
    included: bool,
}

const SHOWN: &[Column] = columns![
    ("seller", "/seller_id"),
    ("address", "/url"),
    ("secret ends with", "/secret_hint"),
    ("while it is away", "/away"),
    ("own tables after hours", "/after_hours"),
    ("set at", "/set_at"),
];

pub(crate) async fn run(session: &Session<'_>, command: TaxEngine) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    match command {
        TaxEngine::Show { seller } => {
            match engine_get(platform, &ctx, parse("seller", &seller)?).await? {
                Some(config) => session.out.facts(&config, SHOWN),
                None => session
                    .out
                    .say(&json!(null), "This seller has no tax engine set up."),
            }
        }
        TaxEngine::Set { seller, file } => {
            let set: EngineSet = input::json("file", &file)?;
            let config = engine_set(platform, &ctx, parse("seller", &seller)?, &set).await?;
            session.settle().await?;
            session.out.facts(&config, SHOWN)
        }
        TaxEngine::Remove { seller } => {
            let seller = parse("seller", &seller)?;
            engine_remove(platform, &ctx, seller).await?;
            session.settle().await?;
            session.out.say(&json!({ "removed": seller }), "Forgotten.")
        }
        TaxEngine::Sample(wanted) => {
            let currency: Currency = parse("currency", &wanted.currency)?;
            let sample = EngineSample {
                buyer_id: parse("buyer", &wanted.buyer)?,
                category: parse("category", &wanted.category)?,
                amount: Money::parse_amount("amount", &wanted.amount, currency)?,
                tax_included: wanted.included,
            };
            let seller = parse("seller", &wanted.seller)?;
            let port = session.app().tax_engine();
            let said = engine_sample(platform, &ctx, port, seller, &sample).await?;
            let taxes: Vec<_> = said
                .answer
                .lines
                .iter()
                .flat_map(|line| &line.taxes)
                .collect();
            session.out.section(
                "Taxes",
                &json!(taxes),
                columns![
                    ("tax", "/code"),
                    ("place", "/place"),
                    ("percent", "/percent"),
                    ("kind", "/kind"),
                    ("why", "/reason"),
                    ("reference", "/reference"),
                ],
            )?;
            session.out.facts(
                &said,
                columns![
                    ("its reference", "/answer/reference"),
                    ("without tax", "/net"),
                    ("tax", "/tax"),
                    ("with tax", "/gross"),
                ],
            )
        }
        TaxEngine::Work { seller } => {
            let work = tax_work(platform, &ctx, parse("seller", &seller)?).await?;
            show(session, &work)
        }
        TaxEngine::Ask { seller, buyer } => {
            let input = TaxAskAgain {
                seller_id: parse("seller", &seller)?,
                buyer_id: buyer
                    .as_deref()
                    .map(|buyer| parse("buyer", buyer))
                    .transpose()?,
            };
            tax_ask_again(platform, &ctx, &input).await?;
            session.settle().await?;
            let work = tax_work(platform, &ctx, input.seller_id).await?;
            show(session, &work)
        }
    }
}

fn show(session: &Session<'_>, work: &TaxWork) -> Result<()> {
    session.out.section(
        "Waiting",
        &json!(work.waiting),
        columns![
            ("buyer", "/buyer_id"),
            ("currency", "/currency"),
            ("draft", "/draft_id"),
            ("since", "/since"),
            ("asked", "/attempts"),
            ("problem", "/problem"),
        ],
    )?;
    session.out.section(
        "Not told yet",
        &json!(work.untold),
        columns![
            ("document", "/number"),
            ("since", "/at"),
            ("problem", "/problem"),
        ],
    )
}

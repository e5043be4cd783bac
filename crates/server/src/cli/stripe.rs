//! `tradewind stripe`: the accounts that sellers have at Stripe, and methods that payers give to it.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;
use tradewind_connectors::{
    PageBegin, SetupBegin, SetupFinish, StripeRef, StripeSet, method_page_begin,
    method_setup_begin, method_setup_finish, stripe_get, stripe_remove, stripe_set, stripe_test,
};
use tradewind_kernel::Result;

use super::{Session, input, parse};
use crate::output::{Column, columns};

/// What can be done about Stripe.
#[derive(Subcommand)]
pub(crate) enum Stripe {
    /// Show a seller's account at Stripe, without its secrets
    Show {
        /// Seller
        seller: String,
    },
    /// Set a seller's account at Stripe from a JSON file; `-` is the standard input
    #[command(
        after_help = "The file: { \"publishable_key\": \"pk_…\", \"secret_key\": \"sk_…\", \"webhook_secret\": \"whsec_…\" }\n\nStripe sends its webhooks to PUBLIC_URL/hooks/stripe/REALM/SELLER."
    )]
    Set {
        /// Seller
        seller: String,
        /// The file
        file: PathBuf,
    },
    /// Forget a seller's account at Stripe
    Remove {
        /// Seller
        seller: String,
    },
    /// Ask Stripe whether a seller's keys are good
    Test {
        /// Seller
        seller: String,
    },
    /// Begin to keep a card or a bank account of a buyer at Stripe
    Begin {
        /// Seller
        seller: String,
        /// Buyer
        buyer: String,
    },
    /// Begin to keep a card or a bank account of a buyer on a page of Stripe's
    Page {
        /// Seller
        seller: String,
        /// Buyer
        buyer: String,
        /// Where the payer's browser goes afterwards
        #[arg(long, value_name = "URL")]
        done: String,
        /// Where it goes when the payer turns back
        #[arg(long, value_name = "URL")]
        cancel: String,
    },
    /// Keep what the payer has given to Stripe
    Finish {
        /// Seller
        seller: String,
        /// Buyer
        buyer: String,
        /// Stripe's name of the setup: `seti_…`, or `cs_…` for a page
        setup: String,
    },
}

const SHOWN: &[Column] = columns![
    ("seller", "/seller_id"),
    ("publishable key", "/publishable_key"),
    ("secret key ends with", "/key_hint"),
    ("moves money", "/live"),
    ("set at", "/set_at"),
];

pub(crate) async fn run(session: &Session<'_>, command: Stripe) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let stripe = session.app().stripe();
    match command {
        Stripe::Show { seller } => {
            let found = stripe_get(platform, &ctx, parse("seller", &seller)?).await?;
            match found {
                Some(config) => session.out.facts(&config, SHOWN),
                None => session
                    .out
                    .say(&json!(null), "This seller has no account at Stripe set up."),
            }
        }
        Stripe::Set { seller, file } => {
            let keys: StripeSet = input::json("file", &file)?;
            let config = stripe_set(platform, &ctx, parse("seller", &seller)?, &keys).await?;
            session.settle().await?;
            session.out.facts(&config, SHOWN)
        }
        Stripe::Remove { seller } => {
            let seller_id = parse("seller", &seller)?;
            stripe_remove(platform, &ctx, &StripeRef { seller_id }).await?;
            session.settle().await?;
            session
                .out
                .say(&json!({ "removed": seller_id }), "Forgotten.")
        }
        Stripe::Test { seller } => {
            let currencies = stripe_test(stripe, &ctx, parse("seller", &seller)?).await?;
            let text = format!("The keys are good. Currencies: {}", currencies.join(", "));
            session.out.say(&json!({ "currencies": currencies }), &text)
        }
        Stripe::Begin { seller, buyer } => {
            let begin = SetupBegin {
                account_id: parse("buyer", &buyer)?,
                seller_id: parse("seller", &seller)?,
            };
            let begun = method_setup_begin(stripe, &ctx, &begin).await?;
            session.out.facts(
                &begun,
                columns![
                    ("setup", "/setup"),
                    ("client secret", "/client_secret"),
                    ("publishable key", "/publishable_key"),
                ],
            )
        }
        Stripe::Page {
            seller,
            buyer,
            done,
            cancel,
        } => {
            let begin = PageBegin {
                account_id: parse("buyer", &buyer)?,
                seller_id: parse("seller", &seller)?,
                done_url: done,
                cancel_url: cancel,
            };
            let begun = method_page_begin(stripe, &ctx, &begin).await?;
            session
                .out
                .facts(&begun, columns![("setup", "/setup"), ("page", "/url")])
        }
        Stripe::Finish {
            seller,
            buyer,
            setup,
        } => {
            let finish = SetupFinish {
                account_id: parse("buyer", &buyer)?,
                seller_id: parse("seller", &seller)?,
                setup,
            };
            let method = method_setup_finish(stripe, &ctx, &finish).await?;
            session.settle().await?;
            session.out.facts(
                &method,
                columns![
                    ("method", "/id"),
                    ("brand", "/brand"),
                    ("ends with", "/last4"),
                    ("expires", "/expires"),
                ],
            )
        }
    }
}

//! `tradewind subscription`: what customers have.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use tradewind_kernel::Result;
use tradewind_orders::service::{
    SubscriptionQuery, auto_renew_set, subscription_get, subscription_list, subscription_rename,
};
use tradewind_orders::types::{AutoRenewSet, SubscriptionDetail, SubscriptionRename};

use super::{ListOptions, Session, parse};
use crate::output::columns;

/// What can be done with subscriptions.
#[derive(Subcommand)]
pub(crate) enum Subscription {
    /// List subscriptions, the latest first
    #[command(
        after_help = "Example:\n  tradewind subscription list --filter 'state:active,trial' --as anna@example.com"
    )]
    List(ListOptions),
    /// Show a subscription: both of its states, items, parameters
    Show {
        /// Subscription
        subscription: String,
    },
    /// Give a subscription another name
    Rename {
        #[command(flatten)]
        which: Which,
        /// The name
        name: String,
    },
    /// Let a subscription renew by itself at the end of its term, or not
    AutoRenew {
        #[command(flatten)]
        which: Which,
        /// Whether it does
        value: OnOff,
    },
}

/// Yes or no.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum OnOff {
    /// Yes.
    On,
    /// No.
    Off,
}

/// Which subscription, and as of which version.
#[derive(Args)]
pub(crate) struct Which {
    /// Subscription
    subscription: String,
    /// Refuse when the subscription has another version by now
    #[arg(long = "if-version", value_name = "VERSION")]
    version: Option<i64>,
}

pub(crate) async fn run(session: &Session<'_>, command: Subscription) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let detail = match command {
        Subscription::List(options) => {
            let query = SubscriptionQuery {
                filter: options.filter().to_owned(),
                sort: options.sort().to_owned(),
                page: options.page()?,
            };
            return session.out.page(
                &subscription_list(platform, &ctx, &query).await?,
                columns![
                    ("subscription", "/id"),
                    ("name", "/name"),
                    ("state", "/commercial_state"),
                    ("delivery", "/delivery_state"),
                    ("next bill", "/next_bill_on"),
                    ("renews", "/auto_renew"),
                    ("ends", "/cancel_on"),
                ],
            );
        }
        Subscription::Show { subscription } => {
            subscription_get(platform, &ctx, parse("subscription", &subscription)?).await?
        }
        Subscription::Rename { which, name } => {
            let input = SubscriptionRename {
                id: parse("subscription", &which.subscription)?,
                version: which.version,
                name,
            };
            subscription_rename(platform, &ctx, &input).await?
        }
        Subscription::AutoRenew { which, value } => {
            let input = AutoRenewSet {
                id: parse("subscription", &which.subscription)?,
                version: which.version,
                auto_renew: matches!(value, OnOff::On),
            };
            auto_renew_set(platform, &ctx, &input).await?
        }
    };
    session.settle().await?;
    show(session, &detail)
}

fn show(session: &Session<'_>, detail: &SubscriptionDetail) -> Result<()> {
    session.out.facts(
        detail,
        columns![
            ("subscription", "/id"),
            ("name", "/name"),
            ("customer", "/customer_id"),
            ("seller", "/seller_id"),
            ("state", "/commercial_state"),
            ("delivery", "/delivery_state"),
            ("active since", "/activated_at"),
            ("trial until", "/trial_ends_on"),
            ("period from", "/period_start"),
            ("period to", "/period_end"),
            ("term until", "/term_ends_on"),
            ("next bill", "/next_bill_on"),
            ("renews", "/auto_renew"),
            ("ends", "/cancel_on"),
            ("waiting change", "/scheduled"),
            ("can be", "/available_operations"),
        ],
    )?;
    session.out.section(
        "Items",
        &json!(detail.items),
        columns![("item", "/code"), ("quantity", "/quantity")],
    )?;
    session.out.section(
        "Parameters",
        &json!(detail.parameters),
        columns![("parameter", "/code"), ("value", "/value")],
    )
}

//! `tradewind subscription`: what customers have.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use tradewind_flows::order::{
    PlaceInput, cancellation_withdraw, order_place, schedule_withdraw, subscription_resume,
    subscription_suspend,
};
use tradewind_flows::quote::QuoteView;
use tradewind_kernel::Result;
use tradewind_orders::service::{
    SubscriptionQuery, auto_renew_set, subscription_get, subscription_list, subscription_rename,
    subscription_update,
};
use tradewind_orders::types::{
    AutoRenewSet, BuyerReference, SubscriptionDetail, SubscriptionRename, SubscriptionUpdate,
};

use tradewind_platform::OpCtx;

use super::{ListOptions, Session, parse, quote};
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
    /// Show what the next invoice will be, as things stand
    Upcoming {
        /// Subscription
        subscription: String,
    },
    /// What is committed: the spans, what has come together in each, and what it was settled with
    Commitments {
        /// Subscription
        subscription: String,
    },
    /// What is left in the running month of the quantities bought ahead
    Prepaid {
        /// Subscription
        subscription: String,
    },
    /// Change quantities or the plan: shows what it costs and does, and does it with --confirm
    #[command(
        after_help = "Example:\n  tradewind subscription change sub_01… --item seats=20 --as lena@example.com --confirm"
    )]
    Change {
        #[command(flatten)]
        wanted: quote::Change,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// End a subscription: shows when and what is credited, and does it with --confirm
    Cancel {
        #[command(flatten)]
        wanted: quote::Cancel,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Set right what was billed for the past: shows what is given back and charged, and does it with --confirm
    #[command(after_help = "\
Examples:
  tradewind subscription correct sub_01… --from 2024-05-10 --item seats=7 --reason 'Noted too late' --confirm
  tradewind subscription correct sub_01… --from 2024-05-10 --plan business --reason 'Ordered by letter' --confirm
  tradewind subscription correct sub_01… --from 2024-05-10 --prices current --reason 'Agreed for May' --confirm
  tradewind subscription correct sub_01… --from 2024-05-10 --price seats=12.50 --reason 'As offered' --confirm")]
    Correct {
        #[command(flatten)]
        wanted: quote::Correction,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Give a subscription another name
    Rename {
        #[command(flatten)]
        which: Which,
        /// The name
        name: String,
    },
    /// Say what the buyer calls a subscription in its own books, all of it anew; documents carry it from their next issue on
    #[command(
        after_help = "Example:\n  tradewind subscription reference sub_01… --order-number 'PO 4711' --cost-centre Sales --separate"
    )]
    Reference {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        reference: OwnReference,
    },
    /// Stop a subscription for a while, as its seller; its data is kept
    Suspend(Which),
    /// Start a suspended subscription again, as its seller
    Resume {
        #[command(flatten)]
        which: Which,
        /// Only show what it would give back or charge
        #[arg(long)]
        preview: bool,
    },
    /// Take back a change that waits for the end of the period
    WithdrawChange(Which),
    /// Take back a cancellation that has not come into effect
    WithdrawCancellation(Which),
    /// Let a subscription renew by itself at the end of its term, or not
    AutoRenew {
        #[command(flatten)]
        which: Which,
        /// Whether it does
        value: OnOff,
    },
}

/// What a buyer calls a sale.
#[derive(Args)]
pub(crate) struct OwnReference {
    /// Number of the buyer's purchase order
    #[arg(long, value_name = "NUMBER")]
    order_number: Option<String>,
    /// The buyer's cost centre, project or other sign
    #[arg(long, value_name = "SIGN")]
    cost_centre: Option<String>,
    /// Never on one document with other subscriptions
    #[arg(long)]
    separate: bool,
}

impl OwnReference {
    pub(super) fn given(self) -> BuyerReference {
        BuyerReference {
            order_number: self.order_number,
            cost_centre: self.cost_centre,
            separate: self.separate,
        }
    }
}

/// Whether to do what is quoted.
#[derive(Args)]
pub(crate) struct Confirm {
    /// Do it
    #[arg(long)]
    confirm: bool,
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
        Subscription::Upcoming { subscription } => {
            let id = parse("subscription", &subscription)?;
            let preview = tradewind_flows::upcoming::upcoming(platform, &ctx, id).await?;
            return session.out.facts(
                &preview,
                columns![
                    ("on", "/next/on"),
                    ("net", "/next/document/net"),
                    ("tax", "/next/document/tax"),
                    ("total", "/next/document/gross"),
                    ("usage on top", "/metered"),
                ],
            );
        }
        Subscription::Commitments { subscription } => {
            let id = parse("subscription", &subscription)?;
            return session.out.list(
                &tradewind_billing::service::commitment_list(platform, &ctx, id).await?,
                columns![
                    ("seller", "/seller_id"),
                    ("from", "/since_on"),
                    ("until", "/until_on"),
                    ("at least", "/minimum/amount"),
                    ("at most", "/maximum/amount"),
                    ("so far", "/spend/amount"),
                    ("settled with", "/settled/amount"),
                    ("currency", "/spend/currency"),
                ],
            );
        }
        Subscription::Prepaid { subscription } => {
            let id = parse("subscription", &subscription)?;
            return session.out.list(
                &tradewind_billing::service::prepaid_list(platform, &ctx, id).await?,
                columns![
                    ("seller", "/seller_id"),
                    ("item", "/item"),
                    ("month", "/month"),
                    ("carried", "/carried"),
                    ("granted", "/granted"),
                    ("used", "/used"),
                    ("left", "/left"),
                    ("unit", "/unit"),
                    ("first lapses on", "/lots/0/lapses_on"),
                ],
            );
        }
        Subscription::Change { wanted, confirm } => {
            let quoted = quote::change(session, &ctx, wanted).await?;
            return confirmed(session, &ctx, &quoted, &confirm).await;
        }
        Subscription::Cancel { wanted, confirm } => {
            let quoted = quote::cancel(session, &ctx, wanted).await?;
            return confirmed(session, &ctx, &quoted, &confirm).await;
        }
        Subscription::Correct { wanted, confirm } => {
            let quoted = quote::correction(session, &ctx, wanted).await?;
            return confirmed(session, &ctx, &quoted, &confirm).await;
        }
        Subscription::Show { subscription } => {
            subscription_get(platform, &ctx, parse("subscription", &subscription)?).await?
        }
        Subscription::Suspend(which) => {
            let id = parse("subscription", &which.subscription)?;
            let order = subscription_suspend(platform, &ctx, id, which.version).await?;
            return super::order::settled(session, order).await;
        }
        Subscription::Resume { which, preview } => {
            let id = parse("subscription", &which.subscription)?;
            if preview {
                let found = tradewind_flows::upcoming::resuming(platform, &ctx, id).await?;
                return session.out.facts(
                    &found,
                    columns![
                        ("net", "/due_now/net"),
                        ("tax", "/due_now/tax"),
                        ("total", "/due_now/gross"),
                        ("next bill", "/next/on"),
                        ("of", "/next/document/gross"),
                    ],
                );
            }
            let order = subscription_resume(platform, &ctx, id, which.version).await?;
            return super::order::settled(session, order).await;
        }
        Subscription::WithdrawChange(which) => {
            let id = parse("subscription", &which.subscription)?;
            schedule_withdraw(platform, &ctx, id, which.version).await?
        }
        Subscription::WithdrawCancellation(which) => {
            let id = parse("subscription", &which.subscription)?;
            cancellation_withdraw(platform, &ctx, id, which.version).await?
        }
        Subscription::Rename { which, name } => {
            let input = SubscriptionRename {
                id: parse("subscription", &which.subscription)?,
                version: which.version,
                name,
            };
            subscription_rename(platform, &ctx, &input).await?
        }
        Subscription::Reference { which, reference } => {
            let input = SubscriptionUpdate {
                id: parse("subscription", &which.subscription)?,
                version: which.version,
                name: None,
                auto_renew: None,
                reference: Some(reference.given()),
            };
            subscription_update(platform, &ctx, &input).await?
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

/// Shows what is quoted, or places it.
async fn confirmed(
    session: &Session<'_>,
    ctx: &OpCtx,
    quoted: &QuoteView,
    confirm: &Confirm,
) -> Result<()> {
    if !confirm.confirm || ctx.dry_run {
        quote::show(session, quoted)?;
        session
            .out
            .note("Nothing has been changed; --confirm does it.");
        return Ok(());
    }
    // The quote has taken the key of this call; the order gets one that follows from it.
    let key = ctx
        .idempotency_key
        .as_ref()
        .map(|key| format!("{key}:place"));
    let ctx = OpCtx {
        idempotency_key: key,
        ..ctx.clone()
    };
    let input = PlaceInput {
        quote_id: quoted.id,
    };
    let order = order_place(session.platform(), &ctx, &input).await?;
    super::order::settled(session, order).await
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
            ("order number", "/reference/order_number"),
            ("cost centre", "/reference/cost_centre"),
            ("invoiced by itself", "/reference/separate"),
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

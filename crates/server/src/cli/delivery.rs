//! `tradewind delivery`: the work at vendors, and the messages that tell them of it.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use tradewind_fulfilment::service::{
    ListQuery, delivery_get, delivery_list, delivery_report, delivery_retry, delivery_start,
    webhook_message_list, webhook_message_resend,
};
use tradewind_fulfilment::types::{DeliveryReport, ReportOutcome};
use tradewind_kernel::Result;
use tradewind_kernel::id::DeliveryId;

use super::{ListOptions, Session, parse};
use crate::output::columns;

/// What can be done with deliveries.
#[derive(Subcommand)]
pub(crate) enum Delivery {
    /// List deliveries, the latest first
    #[command(
        after_help = "Example:\n  tradewind delivery list --filter 'state:waiting mode:manual' --as theo@example.com"
    )]
    List(ListOptions),
    /// Show a delivery and what its vendor was told
    Show {
        /// Delivery
        delivery: String,
    },
    /// Say that the work on a delivery has begun
    Start {
        /// Delivery
        delivery: String,
    },
    /// Say how a delivery ended
    #[command(
        after_help = "Example:\n  tradewind delivery report dlv_01… succeeded --message 'The server is up' --as theo@example.com"
    )]
    Report(Report),
    /// Try a failed delivery again
    Retry {
        /// Delivery
        delivery: String,
    },
    /// Messages to the services of vendors and integrators, the latest first
    Messages(ListOptions),
    /// Send a message again
    Resend {
        /// Message
        message: String,
    },
}

/// How a delivery ended.
#[derive(Args)]
pub(crate) struct Report {
    /// Delivery
    delivery: String,
    /// How it ended
    outcome: Outcome,
    /// What the customer is told; needed when it failed
    #[arg(long)]
    message: Option<String>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Outcome {
    /// Done.
    Succeeded,
    /// Not done.
    Failed,
}

pub(crate) async fn run(session: &Session<'_>, command: Delivery) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let changed: DeliveryId = match command {
        Delivery::List(options) => {
            return session.out.page(
                &delivery_list(platform, &ctx, &query(&options)?).await?,
                columns![
                    ("delivery", "/id"),
                    ("kind", "/kind"),
                    ("mode", "/mode"),
                    ("state", "/state"),
                    ("attempt", "/attempt"),
                    ("since", "/created_at"),
                    ("subscription", "/subscription_id"),
                    ("message", "/message"),
                ],
            );
        }
        Delivery::Messages(options) => {
            return session.out.page(
                &webhook_message_list(platform, &ctx, &query(&options)?).await?,
                columns![
                    ("message", "/id"),
                    ("event", "/kind"),
                    ("state", "/state"),
                    ("attempts", "/attempts"),
                    ("next", "/next_at"),
                    ("last status", "/last_status"),
                    ("problem", "/last_error"),
                ],
            );
        }
        Delivery::Resend { message } => {
            let sent = webhook_message_resend(platform, &ctx, &message).await?;
            session.settle().await?;
            return session.out.say(&sent, "It is sent again.");
        }
        Delivery::Show { delivery } => parse("delivery", &delivery)?,
        Delivery::Start { delivery } => {
            delivery_start(platform, &ctx, parse("delivery", &delivery)?)
                .await?
                .id
        }
        Delivery::Retry { delivery } => {
            delivery_retry(platform, &ctx, parse("delivery", &delivery)?)
                .await?
                .id
        }
        Delivery::Report(report) => {
            let id = parse("delivery", &report.delivery)?;
            let outcome = match report.outcome {
                Outcome::Succeeded => ReportOutcome::Succeeded,
                Outcome::Failed => ReportOutcome::Failed,
            };
            let input = DeliveryReport {
                outcome,
                message: report.message,
            };
            delivery_report(platform, &ctx, id, input).await?.id
        }
    };
    session.settle().await?;
    let detail = delivery_get(platform, &session.ctx().await?, changed).await?;
    session.out.facts(
        &detail,
        columns![
            ("delivery", "/id"),
            ("subscription", "/subscription_id"),
            ("order", "/order_id"),
            ("kind", "/kind"),
            ("mode", "/mode"),
            ("state", "/state"),
            ("attempt", "/attempt"),
            ("message", "/message"),
            ("since", "/created_at"),
            ("finished", "/finished_at"),
            ("can be", "/available_operations"),
        ],
    )?;
    session.out.section(
        "Reported too late",
        &json!(detail.late_reports),
        columns![
            ("outcome", "/outcome"),
            ("message", "/message"),
            ("times", "/times"),
            ("last", "/last_at")
        ],
    )?;
    session.out.section(
        "What the vendor was told",
        &json!(detail.messages),
        columns![
            ("message", "/id"),
            ("event", "/kind"),
            ("state", "/state"),
            ("attempts", "/attempts"),
            ("problem", "/last_error")
        ],
    )
}

fn query(options: &ListOptions) -> Result<ListQuery> {
    Ok(ListQuery {
        filter: options.filter().to_owned(),
        sort: options.sort().to_owned(),
        page: options.page()?,
    })
}

//! `tradewind payment`: payments and what happens to them.

use clap::Subcommand;
use serde_json::json;
use tradewind_billing::service::{
    Chargeback, ListQuery, PaymentCapture, RetrySet, TransferReverse, chargeback_record,
    chargeback_won, payment_capture, payment_get, payment_list, payment_steps, payment_void,
    retry_get, retry_set, transfer_reverse,
};
use tradewind_billing::types::RetryPolicy;
use tradewind_kernel::id::{AccountId, PaymentId};
use tradewind_kernel::{Error, Money, Result};

use super::{ListOptions, Session, parse};
use crate::output::columns;

/// What can be done with payments.
#[derive(Subcommand)]
pub(crate) enum Payment {
    /// List payments, the latest first
    #[command(
        after_help = "Example:\n  tradewind payment list --filter 'state:failed,charged_back'"
    )]
    List(ListOptions),
    /// Show a payment and what happened to it
    Show {
        /// Payment
        payment: String,
    },
    /// Take what is held on a card; all of it when no amount is named
    Capture {
        /// Payment
        payment: String,
        /// Amount; the rest is let go
        #[arg(long)]
        amount: Option<String>,
    },
    /// Let go what is held on a card
    Void {
        /// Payment
        payment: String,
    },
    /// Record that the payer's bank has taken a payment back
    Chargeback {
        /// Payment
        payment: String,
        /// The bank's reference of the dispute
        reference: String,
        /// Why, as the bank says
        reason: String,
    },
    /// Record that a dispute was won: the money is back
    Won {
        /// Payment
        payment: String,
    },
    /// Take a bank transfer back that was recorded by mistake: what it paid is open again
    Reverse {
        /// Payment
        payment: String,
        /// Why
        reason: String,
    },
    /// Show or set after how many days failed payments of a seller are tried again
    #[command(after_help = "Example:\n  tradewind payment retries acc_01… --after 1,3,5")]
    Retries {
        /// Seller
        seller: String,
        /// Days from each failed attempt to the next; an empty list for none
        #[arg(long, value_name = "DAYS")]
        after: Option<String>,
    },
}

pub(crate) async fn payment(session: &Session<'_>, command: Payment) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let id = match command {
        Payment::List(options) => {
            let query = ListQuery {
                filter: options.filter().to_owned(),
                sort: options.sort().to_owned(),
                page: options.page()?,
            };
            return session.out.page(
                &payment_list(platform, &ctx, &query).await?,
                columns![
                    ("payment", "/id"),
                    ("invoice", "/invoice_id"),
                    ("kind", "/kind"),
                    ("amount", "/amount"),
                    ("state", "/state"),
                    ("when", "/created_at"),
                ],
            );
        }
        Payment::Retries { seller, after } => {
            let seller_id: AccountId = parse("seller", &seller)?;
            let policy = match after {
                None => retry_get(platform, &ctx, seller_id).await?,
                Some(days) => {
                    let policy = RetryPolicy {
                        after_days: days_of(&days)?,
                    };
                    retry_set(platform, &ctx, &RetrySet { seller_id, policy }).await?
                }
            };
            let text = format!("Tried again after days: {:?}", policy.after_days);
            return session.out.say(&json!(policy), &text);
        }
        Payment::Show { payment } => parse("payment", &payment)?,
        Payment::Capture { payment, amount } => {
            let payment_id: PaymentId = parse("payment", &payment)?;
            let currency = payment_get(platform, &ctx, payment_id)
                .await?
                .amount
                .currency;
            let input = PaymentCapture {
                payment_id,
                amount: amount
                    .map(|amount| Money::parse_amount("amount", &amount, currency))
                    .transpose()?,
            };
            payment_capture(platform, &ctx, &input).await?;
            payment_id
        }
        Payment::Void { payment } => {
            let id = parse("payment", &payment)?;
            payment_void(platform, &ctx, id).await?;
            id
        }
        Payment::Chargeback {
            payment,
            reference,
            reason,
        } => {
            let input = Chargeback {
                payment_id: parse("payment", &payment)?,
                reference,
                reason,
            };
            chargeback_record(platform, &ctx, &input).await?;
            input.payment_id
        }
        Payment::Reverse { payment, reason } => {
            let input = TransferReverse {
                payment_id: parse("payment", &payment)?,
                reason,
            };
            transfer_reverse(platform, &ctx, &input).await?;
            input.payment_id
        }
        Payment::Won { payment } => {
            let id = parse("payment", &payment)?;
            chargeback_won(platform, &ctx, id).await?;
            id
        }
    };
    session.settle().await?;
    show(session, id).await
}

fn days_of(text: &str) -> Result<Vec<u16>> {
    text.split(',')
        .map(str::trim)
        .filter(|days| !days.is_empty())
        .map(|days| {
            days.parse()
                .map_err(|_| Error::invalid("after", "malformed_value", "expected days as 1,3,5"))
        })
        .collect()
}

async fn show(session: &Session<'_>, id: PaymentId) -> Result<()> {
    let ctx = session.ctx().await?;
    session.out.facts(
        &payment_get(session.platform(), &ctx, id).await?,
        columns![
            ("payment", "/id"),
            ("invoice", "/invoice_id"),
            ("kind", "/kind"),
            ("amount", "/amount"),
            ("pays of it", "/applied"),
            ("state", "/state"),
            ("failed because", "/failure_code"),
        ],
    )?;
    session.out.section(
        "Steps",
        &json!(payment_steps(session.platform(), &ctx, id).await?),
        columns![
            ("step", "/id"),
            ("what", "/kind"),
            ("amount", "/amount"),
            ("state", "/state"),
            ("reference", "/reference"),
            ("why", "/reason"),
            ("failed because", "/failure_code"),
        ],
    )
}

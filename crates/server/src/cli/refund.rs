//! `tradewind invoice credit` and `tradewind refund`: what is taken back and paid back.

use clap::{Args, Subcommand};
use serde_json::json;
use tradewind_billing::service::{
    CreditNote, ListQuery, RefundBack, RefundRequest, Reissue, WriteOff, credit_note_for,
    invoice_get, invoice_reissue, invoice_write_off, invoice_write_off_undo, payment_get,
    refund_list, refund_request, refund_settle,
};
use tradewind_billing::types::{CreditLine, PaymentStep};
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::id::{InvoiceId, PaymentId, PaymentStepId};
use tradewind_kernel::{Currency, Error, Money, Result};

use super::{ListOptions, Session, parse};
use crate::output::columns;

/// A credit note to be issued.
#[derive(Args)]
#[command(after_help = "\
Examples:
  tradewind invoice credit inv_01… 'Wrong price' --as jana@example.com
  tradewind invoice credit inv_01… 'Two seats too many' --line 1x2 --to refund
  tradewind invoice credit inv_01… 'Goodwill' --line 2=5.00 --line 3 --to balance")]
pub(crate) struct Credit {
    /// Invoice
    invoice: String,
    /// Why; stands on the credit note
    reason: String,
    /// What is taken back of a line: all that is left (2), an amount without tax (2=5.00) or units (2x3); without any, all of
    /// the invoice
    #[arg(long = "line", value_name = "LINE")]
    lines: Vec<String>,
    /// Where the money goes: debt (what is open, then credit), balance (credit), refund (what is open, then back to the payer)
    #[arg(long = "to", value_name = "DESTINATION", default_value = "debt")]
    destination: String,
}

/// An invoice to be issued anew.
#[derive(Args)]
#[command(after_help = "\
Examples:
  tradewind invoice reissue inv_01… 'Another address' --as jana@example.com
  tradewind invoice reissue inv_01… 'VAT id was missing'")]
pub(crate) struct ReissueArgs {
    /// Invoice
    invoice: String,
    /// Why; stands on the credit note
    reason: String,
}

/// An open amount to be written off.
#[derive(Args)]
#[command(after_help = "\
Examples:
  tradewind invoice write-off inv_01… 'Bankrupt' --as jana@example.com
  tradewind invoice write-off inv_01… 'Settled out of court' --amount 20.00
  tradewind invoice write-off inv_01… --undo")]
pub(crate) struct WriteOffArgs {
    /// Invoice
    invoice: String,
    /// Why
    #[arg(required_unless_present = "undo")]
    reason: Option<String>,
    /// Amount; all that is open when left out
    #[arg(long)]
    amount: Option<String>,
    /// Take it back: the amount is open again
    #[arg(long, conflicts_with_all = ["reason", "amount"])]
    undo: bool,
}

/// What can be done with refunds.
#[derive(Subcommand)]
pub(crate) enum Refund {
    /// List refunds, the latest first
    #[command(after_help = "Example:\n  tradewind refund list --filter state:pending")]
    List(ListOptions),
    /// Pay a payment back from the payer's credit; all of it, as far as there is credit, when no amount is named
    Request {
        /// Payment
        payment: String,
        /// Why
        reason: String,
        /// Amount, in the payment's currency
        #[arg(long)]
        amount: Option<String>,
    },
    /// Record that a refund was transferred, or (without a reference) that it will not be
    Record {
        /// Refund
        refund: String,
        /// The bank's reference
        reference: Option<String>,
    },
}

/// `2`, `2=5.00` or `2x3`.
fn line(text: &str, currency: Currency) -> Result<CreditLine> {
    let (no, quantity, amount) = match (text.split_once('='), text.split_once('x')) {
        (Some((no, amount)), _) => (no, None, Some(amount)),
        (None, Some((no, quantity))) => (no, Some(quantity), None),
        (None, None) => (text, None, None),
    };
    Ok(CreditLine {
        no: no.parse().map_err(|_| {
            Error::invalid(
                "line",
                "malformed_value",
                "expected the number of a line, and what of it: 2, 2=5.00 or 2x3",
            )
        })?,
        quantity: quantity
            .map(|quantity| parse_decimal("line", quantity, &Limits::new(12, 15)))
            .transpose()?,
        amount: amount
            .map(|amount| Money::parse_amount("line", amount, currency))
            .transpose()?,
    })
}

pub(crate) async fn credit(session: &Session<'_>, command: Credit) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let invoice_id: InvoiceId = parse("invoice", &command.invoice)?;
    let currency = invoice_get(platform, &ctx, invoice_id)
        .await?
        .summary
        .gross
        .currency;
    let lines = command
        .lines
        .iter()
        .map(|text| line(text, currency))
        .collect::<Result<Vec<_>>>()?;
    let input = CreditNote {
        invoice_id,
        lines: (!lines.is_empty()).then_some(lines),
        destination: parse("to", &command.destination)?,
        reason: command.reason,
    };
    let noted = credit_note_for(platform, &ctx, &input).await?;
    session.settle().await?;
    session.out.facts(
        &noted,
        columns![
            ("credit note", "/id"),
            ("number", "/number"),
            ("gross", "/gross"),
            ("off what is open", "/cancelled"),
            ("to credit", "/to_balance"),
        ],
    )?;
    session.out.section(
        "Refunds",
        &json!(noted.refunds),
        columns![
            ("refund", "/id"),
            ("payment", "/payment_id"),
            ("by", "/payment_kind"),
            ("amount", "/amount")
        ],
    )
}

pub(crate) async fn reissue(session: &Session<'_>, command: ReissueArgs) -> Result<()> {
    let input = Reissue {
        invoice_id: parse("invoice", &command.invoice)?,
        reason: command.reason,
    };
    let new = invoice_reissue(session.platform(), &session.ctx().await?, &input).await?;
    session.settle().await?;
    session.out.facts(
        &new,
        columns![
            ("invoice", "/id"),
            ("number", "/number"),
            ("gross", "/gross"),
            ("credit note", "/note_id"),
            ("its number", "/note_number"),
            ("given back", "/credited"),
        ],
    )
}

pub(crate) async fn write_off(session: &Session<'_>, command: WriteOffArgs) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let invoice_id: InvoiceId = parse("invoice", &command.invoice)?;
    let payment = match command.reason {
        None => invoice_write_off_undo(platform, &ctx, invoice_id).await?,
        Some(reason) => {
            let document = invoice_get(platform, &ctx, invoice_id).await?;
            let currency = document.summary.gross.currency;
            let amount = command
                .amount
                .map(|amount| Money::parse_amount("amount", &amount, currency))
                .transpose()?;
            let input = WriteOff {
                invoice_id,
                amount,
                reason,
            };
            invoice_write_off(platform, &ctx, &input).await?
        }
    };
    session.settle().await?;
    let columns = columns![
        ("movement", "/id"),
        ("invoice", "/invoice_id"),
        ("amount", "/amount"),
        ("because", "/reference"),
    ];
    session.out.facts(&json!(payment), columns)
}

pub(crate) async fn refund(session: &Session<'_>, command: Refund) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let step = match command {
        Refund::List(options) => {
            let query = ListQuery {
                filter: options.filter().to_owned(),
                sort: options.sort().to_owned(),
                page: options.page()?,
            };
            return session.out.page(
                &refund_list(platform, &ctx, &query).await?,
                columns![
                    ("refund", "/id"),
                    ("payment", "/payment_id"),
                    ("by", "/payment_kind"),
                    ("amount", "/amount"),
                    ("state", "/state"),
                    ("reason", "/reason"),
                    ("failed because", "/failure_code"),
                ],
            );
        }
        Refund::Request {
            payment,
            reason,
            amount,
        } => {
            let payment_id: PaymentId = parse("payment", &payment)?;
            let currency = payment_get(platform, &ctx, payment_id)
                .await?
                .amount
                .currency;
            let input = RefundRequest {
                payment_id,
                amount: amount
                    .map(|amount| Money::parse_amount("amount", &amount, currency))
                    .transpose()?,
                reason,
            };
            refund_request(platform, &ctx, &input).await?
        }
        Refund::Record { refund, reference } => {
            let refund_id: PaymentStepId = parse("refund", &refund)?;
            let input = RefundBack {
                refund_id,
                reference,
            };
            refund_settle(platform, &ctx, &input).await?
        }
    };
    session.settle().await?;
    show(session, &step)
}

fn show(session: &Session<'_>, step: &PaymentStep) -> Result<()> {
    session.out.facts(
        step,
        columns![
            ("refund", "/id"),
            ("payment", "/payment_id"),
            ("by", "/payment_kind"),
            ("amount", "/amount"),
            ("state", "/state"),
            ("reference", "/reference"),
            ("failed because", "/failure_code"),
        ],
    )
}

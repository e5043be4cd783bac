//! `tradewind pay`, `tradewind card` and `tradewind transfer`: how invoices are paid.

use clap::{Args, Subcommand};
use serde_json::json;
use tradewind_billing::service::{
    MethodAdd, MethodRef, PaymentPay, TransferRecord, invoice_get, method_add, method_list,
    method_remove, method_set_default, payment_confirm_action, payment_pay, transfer_record,
};
use tradewind_billing::types::{CardInput, Payment, PaymentState};
use tradewind_kernel::id::{AccountId, InvoiceId, PaymentId, PaymentMethodId};
use tradewind_kernel::{Error, Money, Result};
use tradewind_platform::OpCtx;

use super::{Session, parse};
use crate::output::columns;

/// Pays an invoice by card.
#[derive(Args)]
#[command(after_help = "Example:\n  tradewind pay inv_01… --as ruth@example.com")]
pub(crate) struct Pay {
    /// Invoice
    invoice: String,
    /// Card (default: the account's default card)
    #[arg(long)]
    method: Option<String>,
    /// Only hold the amount on the card, for the seller to take or let go later
    #[arg(long)]
    hold: bool,
    /// Say that the payer has confirmed a payment that asked for it
    #[arg(long, value_name = "PAYMENT")]
    confirm: Option<String>,
}

/// What can be done with cards.
#[derive(Subcommand)]
pub(crate) enum Card {
    /// List the cards of an account
    List(Whose),
    /// Add a card; its number goes to the payment gateway and is not kept
    #[command(after_help = "\
The number is read from the environment variable TRADEWIND_CARD, so that it does not end up in the history of a shell.

Cards of the sandbox gateway: 4242424242424242 pays, 4000000000000002 is declined, 4000000000003220 asks for a confirmation.")]
    Add {
        #[command(flatten)]
        whose: Whose,
        /// Valid until, as MM/YY
        #[arg(long)]
        expires: String,
        /// Number
        #[arg(long, env = "TRADEWIND_CARD", hide = true, hide_env_values = true)]
        number: String,
        /// Security code
        #[arg(
            long,
            env = "TRADEWIND_CARD_CODE",
            hide = true,
            hide_env_values = true,
            default_value = "123"
        )]
        code: String,
    },
    /// Make a card the default
    Default {
        /// Card
        card: String,
        #[command(flatten)]
        whose: Whose,
    },
    /// Remove a card
    Remove {
        /// Card
        card: String,
        #[command(flatten)]
        whose: Whose,
    },
}

/// Whose cards.
#[derive(Args)]
pub(crate) struct Whose {
    /// Account (default: one's own)
    #[arg(long = "of", value_name = "ACCOUNT")]
    account: Option<String>,
}

impl Whose {
    fn account(&self, ctx: &OpCtx) -> Result<AccountId> {
        match &self.account {
            Some(text) => parse("of", text),
            None => Ok(ctx.principal.account),
        }
    }
}

/// What can be done with bank transfers.
#[derive(Subcommand)]
pub(crate) enum Transfer {
    /// Record a transfer that arrived; what is too much becomes credit of the payer
    #[command(
        after_help = "Example:\n  tradewind transfer record inv_01… 119.00 'SEPA 2024-09-20 44817' --as jana@example.com"
    )]
    Record {
        /// Invoice that it pays
        invoice: String,
        /// Amount, in the invoice's currency
        amount: String,
        /// The bank's reference, by which the same transfer is recognised
        reference: String,
        /// Where it arrived: the seller, or who collects for it (default: who collects the invoice)
        #[arg(long, value_name = "ACCOUNT")]
        receiver: Option<String>,
    },
}

pub(crate) async fn pay(session: &Session<'_>, command: Pay) -> Result<()> {
    let ctx = session.ctx().await?;
    let gateway = session.app().gateway();
    let payment = match &command.confirm {
        Some(payment) => {
            let id: PaymentId = parse("confirm", payment)?;
            payment_confirm_action(session.platform(), &ctx, &*gateway, id).await?
        }
        None => {
            let input = PaymentPay {
                invoice_id: parse("invoice", &command.invoice)?,
                method_id: command
                    .method
                    .as_deref()
                    .map(|m| parse::<PaymentMethodId>("method", m))
                    .transpose()?,
                hold: command.hold,
            };
            payment_pay(session.platform(), &ctx, &*gateway, &input).await?
        }
    };
    session.settle().await?;
    show(session, &payment)?;
    if payment.state == PaymentState::Failed {
        return Err(Error::refused(
            "payment_failed",
            format!(
                "the card was not charged: {}",
                payment.failure_code.as_deref().unwrap_or("no reason given")
            ),
        ));
    }
    Ok(())
}

pub(crate) async fn card(session: &Session<'_>, command: Card) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let account_id = match command {
        Card::List(whose) => whose.account(&ctx)?,
        Card::Add {
            whose,
            expires,
            number,
            code,
        } => {
            let account_id = whose.account(&ctx)?;
            let card = CardInput {
                number,
                expires,
                cvc: code,
            };
            let input = MethodAdd {
                account_id,
                card,
                make_default: true,
            };
            method_add(platform, &ctx, &*session.app().gateway(), &input).await?;
            account_id
        }
        Card::Default { card, whose } => {
            let input = MethodRef {
                account_id: whose.account(&ctx)?,
                method_id: parse("card", &card)?,
            };
            method_set_default(platform, &ctx, &input).await?;
            input.account_id
        }
        Card::Remove { card, whose } => {
            let input = MethodRef {
                account_id: whose.account(&ctx)?,
                method_id: parse("card", &card)?,
            };
            method_remove(platform, &ctx, &input).await?;
            input.account_id
        }
    };
    session.settle().await?;
    session.out.list(
        &method_list(platform, &session.ctx().await?, account_id).await?,
        columns![
            ("card", "/id"),
            ("brand", "/brand"),
            ("ends in", "/last4"),
            ("expires", "/expires"),
            ("default", "/is_default")
        ],
    )
}

pub(crate) async fn transfer(session: &Session<'_>, command: Transfer) -> Result<()> {
    let Transfer::Record {
        invoice,
        amount,
        reference,
        receiver,
    } = command;
    let ctx = session.ctx().await?;
    let id: InvoiceId = parse("invoice", &invoice)?;
    let document = invoice_get(session.platform(), &ctx, id).await?.summary;
    let input = TransferRecord {
        seller_id: document.seller_id,
        payer_id: document.buyer_id,
        invoice_id: Some(id),
        amount: Money::parse_amount("amount", &amount, document.gross.currency)?,
        reference,
        top_up: false,
        receiver_id: receiver.map(|of| parse("receiver", &of)).transpose()?,
        received_on: None,
    };
    let payment = transfer_record(session.platform(), &ctx, &input).await?;
    session.settle().await?;
    show(session, &payment)
}

fn show(session: &Session<'_>, payment: &Payment) -> Result<()> {
    session.out.facts(
        &json!(payment),
        columns![
            ("payment", "/id"),
            ("invoice", "/invoice_id"),
            ("kind", "/kind"),
            ("amount", "/amount"),
            ("state", "/state"),
            ("to be confirmed at", "/action"),
            ("failed because", "/failure_code"),
        ],
    )
}

//! `tradewind credit`: what sellers keep for their buyers.

use clap::Subcommand;
use serde_json::json;
use tradewind_billing::service::{
    CreditGive, CreditUseSet, TopUp, TopUpSet, WalletOf, credit_give, credit_moves, credit_top_up,
    credit_top_up_set, credit_use, credit_use_set, wallet_get,
};
use tradewind_billing::types::AutoTopUp;
use tradewind_kernel::id::AccountId;
use tradewind_kernel::{Money, PageRequest, Result, time};

use super::{Session, parse};
use crate::output::columns;

/// What can be done with account credit.
#[derive(Subcommand)]
pub(crate) enum Credit {
    /// Show the credit that a seller keeps for a buyer: where it comes from, and how it is used
    Show {
        /// Who keeps it
        seller: String,
        /// For whom
        buyer: String,
    },
    /// List its movements, the latest first
    Moves {
        /// Who keeps it
        seller: String,
        /// For whom
        buyer: String,
    },
    /// Give credit as the seller
    #[command(
        after_help = "Example:\n  tradewind credit give acc_01… acc_02… 25.00 'Sorry for the trouble' --until 2025-06-30"
    )]
    Give {
        /// Who gives it
        seller: String,
        /// To whom
        buyer: String,
        /// Amount, in the currency in which the two trade
        amount: String,
        /// Why
        reason: String,
        /// Last day
        #[arg(long, value_name = "DATE")]
        until: Option<String>,
        /// Order of use from 0 to 100, the lowest first
        #[arg(long)]
        priority: Option<i64>,
    },
    /// Pay credit in with the buyer's card
    TopUp {
        /// Who keeps it
        seller: String,
        /// Who pays
        buyer: String,
        /// Amount
        amount: String,
    },
    /// Top credit up by itself: when it falls below one amount, the card pays in another; never without amounts
    Auto {
        /// Who keeps it
        seller: String,
        /// Whose card pays
        buyer: String,
        /// Below this
        #[arg(requires = "amount")]
        below: Option<String>,
        /// So much is paid in
        amount: Option<String>,
    },
    /// Say when credit is used: automatic or by_hand; with all buyers when none is named
    Policy {
        /// Who keeps it
        seller: String,
        /// automatic or by_hand; as usual when left out
        #[arg(long = "use", value_name = "WHEN")]
        usage: Option<String>,
        /// For whom
        #[arg(long)]
        buyer: Option<String>,
    },
    /// Pay an invoice with credit, as far as there is any
    Use {
        /// Invoice
        invoice: String,
    },
}

fn wallet_of(seller: &str, buyer: &str) -> Result<WalletOf> {
    Ok(WalletOf {
        seller_id: parse::<AccountId>("seller", seller)?,
        buyer_id: parse::<AccountId>("buyer", buyer)?,
    })
}

pub(crate) async fn credit(session: &Session<'_>, command: Credit) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    match command {
        Credit::Show { seller, buyer } => {
            let of = wallet_of(&seller, &buyer)?;
            show(session, &of).await
        }
        Credit::Moves { seller, buyer } => {
            let of = wallet_of(&seller, &buyer)?;
            let page = PageRequest::new(Some(200), None)?;
            session.out.page(
                &credit_moves(platform, &ctx, &of, &page).await?,
                columns![
                    ("when", "/at"),
                    ("what", "/kind"),
                    ("source", "/source"),
                    ("amount", "/amount"),
                    ("invoice", "/invoice_id"),
                    ("about", "/about"),
                ],
            )
        }
        Credit::Give {
            seller,
            buyer,
            amount,
            reason,
            until,
            priority,
        } => {
            let of = wallet_of(&seller, &buyer)?;
            let currency = wallet_get(platform, &ctx, &of).await?.currency;
            let input = CreditGive {
                seller_id: of.seller_id,
                buyer_id: of.buyer_id,
                amount: Money::parse_amount("amount", &amount, currency)?,
                priority,
                expires_on: until
                    .map(|text| time::parse_date("until", &text))
                    .transpose()?,
                reason,
            };
            credit_give(platform, &ctx, &input).await?;
            session.settle().await?;
            show(session, &of).await
        }
        Credit::TopUp {
            seller,
            buyer,
            amount,
        } => {
            let of = wallet_of(&seller, &buyer)?;
            let currency = wallet_get(platform, &ctx, &of).await?.currency;
            let input = TopUp {
                seller_id: of.seller_id,
                buyer_id: of.buyer_id,
                amount: Money::parse_amount("amount", &amount, currency)?,
                method_id: None,
            };
            let gateway = session.app().gateway();
            let payment = credit_top_up(platform, &ctx, &*gateway, &input).await?;
            session.settle().await?;
            session.out.facts(
                &payment,
                columns![
                    ("payment", "/id"),
                    ("amount", "/amount"),
                    ("state", "/state"),
                    ("to be confirmed at", "/action"),
                    ("failed because", "/failure_code"),
                ],
            )
        }
        Credit::Auto {
            seller,
            buyer,
            below,
            amount,
        } => {
            let of = wallet_of(&seller, &buyer)?;
            let currency = wallet_get(platform, &ctx, &of).await?.currency;
            let top_up = match (below, amount) {
                (Some(below), Some(amount)) => Some(AutoTopUp {
                    below: Money::parse_amount("below", &below, currency)?,
                    amount: Money::parse_amount("amount", &amount, currency)?,
                    method_id: None,
                }),
                _ => None,
            };
            let input = TopUpSet {
                seller_id: of.seller_id,
                buyer_id: of.buyer_id,
                top_up,
            };
            credit_top_up_set(platform, &ctx, &input).await?;
            show(session, &of).await
        }
        Credit::Policy {
            seller,
            usage,
            buyer,
        } => {
            let input = CreditUseSet {
                seller_id: parse("seller", &seller)?,
                buyer_id: buyer
                    .as_deref()
                    .map(|buyer| parse("buyer", buyer))
                    .transpose()?,
                usage: usage
                    .as_deref()
                    .map(|usage| parse("use", usage))
                    .transpose()?,
            };
            credit_use_set(platform, &ctx, &input).await?;
            session.out.say(&json!({ "use": input.usage }), "Said")
        }
        Credit::Use { invoice } => {
            let used = credit_use(platform, &ctx, parse("invoice", &invoice)?).await?;
            session.settle().await?;
            session.out.say(
                &json!({ "amount": used }),
                &format!("{used} of credit used"),
            )
        }
    }
}

async fn show(session: &Session<'_>, of: &WalletOf) -> Result<()> {
    let wallet = wallet_get(session.platform(), &session.ctx().await?, of).await?;
    session.out.facts(
        &wallet,
        columns![
            ("kept by", "/seller_id"),
            ("for", "/buyer_id"),
            ("balance", "/balance"),
            ("used", "/policy/use"),
            ("topped up below", "/policy/top_up/below"),
            ("by", "/policy/top_up/amount"),
        ],
    )?;
    session.out.section(
        "Credit",
        &json!(wallet.grants),
        columns![
            ("credit", "/id"),
            ("source", "/source"),
            ("priority", "/priority"),
            ("until", "/expires_on"),
            ("amount", "/amount"),
            ("left", "/left"),
            ("why", "/reason"),
        ],
    )
}

//! `tradewind dunning`, about classes of buyers and single ones.

use clap::{Args, Subcommand};
use tradewind_billing::service::{
    AccountPauseSet, BuyerOf, ClassAssign, ClassOf, ClassSet, CreditHoldSet, account_dunning,
    account_pause_set, class_assign, class_list, class_remove, class_set, credit_hold_release,
    credit_hold_set,
};
use tradewind_billing::types::{AccountClass, AccountDunning};
use tradewind_kernel::id::AccountId;
use tradewind_kernel::{Result, time};

use super::dunning::Steps;
use super::{Session, parse};
use crate::output::columns;

/// What can be done about buyers.
#[derive(Subcommand)]
pub(crate) enum Accounts {
    /// List the classes of one's buyers
    Classes,
    /// Make a class of buyers with steps of its own, or change it
    #[command(
        after_help = "Example:\n  tradewind dunning class key 'Key accounts' --step 14=remind --step '60=suspend>1000.00' --beyond approve"
    )]
    Class {
        /// Code
        code: String,
        /// What it is called
        name: String,
        #[command(flatten)]
        steps: Steps,
    },
    /// End a class that has no buyers
    EndClass {
        /// Code
        code: String,
    },
    /// Put a buyer into a class; without one, into that of the rest
    Assign {
        /// Buyer
        buyer: String,
        /// Code of the class
        class: Option<String>,
    },
    /// Where a buyer stands
    Buyer(Buyer),
    /// Pause all reminders of a buyer
    PauseBuyer {
        /// Buyer
        buyer: String,
        /// Why
        reason: String,
        /// The last day without steps
        #[arg(long, value_name = "DATE")]
        until: String,
    },
    /// Go on with the reminders of a buyer
    ResumeBuyer(Buyer),
    /// Take no new orders from a buyer
    Hold {
        /// Buyer
        buyer: String,
        /// Why; the buyer is told
        reason: String,
        /// Until nothing is past due any more
        #[arg(long)]
        until_paid: bool,
    },
    /// Take orders from a buyer again
    Release(Buyer),
}

/// A buyer.
#[derive(Args)]
pub(crate) struct Buyer {
    /// Buyer
    buyer: String,
}

pub(super) async fn run(session: &Session<'_>, command: Accounts) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let seller_id = ctx.principal.account;
    let of = |buyer: &str| -> Result<BuyerOf> {
        let buyer_id: AccountId = parse("buyer", buyer)?;
        Ok(BuyerOf {
            seller_id,
            buyer_id,
        })
    };
    let found = match command {
        Accounts::Classes => {
            let found = class_list(platform, &ctx, seller_id).await?;
            return classes(session, found);
        }
        Accounts::Class { code, name, steps } => {
            let policy = steps.policy(session, seller_id).await?;
            let class = AccountClass { code, name, policy };
            let input = ClassSet { seller_id, class };
            let class = class_set(platform, &ctx, &input).await?;
            session.settle().await?;
            return classes(session, vec![class]);
        }
        Accounts::EndClass { code } => {
            let input = ClassOf { seller_id, code };
            class_remove(platform, &ctx, &input).await?;
            session.settle().await?;
            let found = class_list(platform, &ctx, seller_id).await?;
            return classes(session, found);
        }
        Accounts::Assign { buyer, class } => {
            let of = of(&buyer)?;
            class_assign(platform, &ctx, &ClassAssign { of, class }).await?
        }
        Accounts::Buyer(Buyer { buyer }) => account_dunning(platform, &ctx, of(&buyer)?).await?,
        Accounts::PauseBuyer {
            buyer,
            reason,
            until,
        } => {
            let until = time::parse_date("until", &until)?;
            let input = AccountPauseSet {
                of: of(&buyer)?,
                pause: Some((until, reason)),
            };
            account_pause_set(platform, &ctx, &input).await?
        }
        Accounts::ResumeBuyer(Buyer { buyer }) => {
            let input = AccountPauseSet {
                of: of(&buyer)?,
                pause: None,
            };
            account_pause_set(platform, &ctx, &input).await?
        }
        Accounts::Hold {
            buyer,
            reason,
            until_paid,
        } => {
            let input = CreditHoldSet {
                of: of(&buyer)?,
                reason,
                until_paid,
            };
            credit_hold_set(platform, &ctx, &input).await?
        }
        Accounts::Release(Buyer { buyer }) => {
            credit_hold_release(platform, &ctx, of(&buyer)?).await?
        }
    };
    session.settle().await?;
    tell(session, &found)
}

fn classes(session: &Session<'_>, found: Vec<AccountClass>) -> Result<()> {
    session.out.rows(
        &serde_json::json!({ "items": found }),
        "items",
        columns![
            ("code", "/code"),
            ("name", "/name"),
            ("steps", "/policy/steps"),
            ("beyond credit", "/policy/beyond_credit"),
        ],
    )
}

fn tell(session: &Session<'_>, found: &AccountDunning) -> Result<()> {
    session.out.facts(
        found,
        columns![
            ("class", "/class"),
            ("past due", "/overdue"),
            ("paused until", "/pause/until"),
            ("why", "/pause/reason"),
            ("orders held for", "/holds"),
            ("then", "/beyond_credit"),
        ],
    )
}

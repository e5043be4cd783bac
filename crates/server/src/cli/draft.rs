//! `tradewind draft`: invoices that are looked at before they are issued.

use clap::Subcommand;
use serde_json::json;
use tradewind_billing::service::{
    self as billing, DraftAdjust, DraftHold, DraftLine, InvoiceHoldSet, ReviewSet,
};
use tradewind_billing::types::ReviewPolicy;
use tradewind_kernel::id::{AccountId, DraftId};
use tradewind_kernel::{Money, PageRequest, Result};

use super::{Session, parse};
use crate::output::columns;

/// What can be done with drafts.
#[derive(Subcommand)]
pub(crate) enum Draft {
    /// List the drafts of a seller (default: one's own), the oldest first
    List {
        /// Seller
        #[arg(long, value_name = "ACCOUNT")]
        seller: Option<String>,
    },
    /// Show a draft with its lines as they are now
    Show {
        /// Draft
        draft: String,
    },
    /// Issue a draft now, or all that are not held
    Issue {
        /// Draft; all without
        draft: Option<String>,
    },
    /// Hold a draft, so that it is not issued by itself
    Hold {
        /// Draft
        draft: String,
        /// Why
        reason: String,
    },
    /// Release a draft
    Release {
        /// Draft
        draft: String,
    },
    /// Add a line to a draft by hand; a negative amount takes something off
    #[command(
        after_help = "Example:\n  tradewind draft add dft_01… 'Goodwill for the outage' --amount=-25.00 --reason 'Ticket 4711'"
    )]
    Add {
        /// Draft
        draft: String,
        /// What the line says
        description: String,
        /// How much without tax
        #[arg(long, allow_hyphen_values = true)]
        amount: String,
        /// Why; kept in the audit log
        #[arg(long)]
        reason: String,
    },
    /// Hold a buyer, so that what is billed for it waits on a draft
    HoldBuyer {
        /// Buyer
        buyer: String,
        /// Why
        reason: String,
    },
    /// Release a buyer
    ReleaseBuyer {
        /// Buyer
        buyer: String,
    },
    /// List the buyers that are held
    Held,
    /// Show or set how one looks over what is billed: off, by hand, or for so many days
    #[command(
        after_help = "Examples:\n  tradewind draft policy\n  tradewind draft policy --days 3\n  tradewind draft policy --by-hand\n  tradewind draft policy --off"
    )]
    Policy {
        /// Drafts are issued by themselves after so many days
        #[arg(long)]
        days: Option<u16>,
        /// Drafts are issued by somebody only
        #[arg(long, conflicts_with = "days")]
        by_hand: bool,
        /// No drafts
        #[arg(long, conflicts_with_all = ["days", "by_hand"])]
        off: bool,
    },
}

pub(crate) async fn draft(session: &Session<'_>, command: Draft) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let own = ctx.principal.account;
    match command {
        Draft::List { seller } => {
            let seller = match seller {
                Some(named) => parse::<AccountId>("seller", &named)?,
                None => own,
            };
            let page = PageRequest::new(Some(200), None)?;
            let found = billing::draft_list(platform, &ctx, seller, &page).await?;
            session.out.page(
                &found,
                columns![
                    ("draft", "/id"),
                    ("to", "/buyer_id"),
                    ("made", "/begun_on"),
                    ("issued on", "/issue_on"),
                    ("charges", "/charges"),
                    ("about", "/about"),
                    ("held", "/hold/reason"),
                    ("buyer held", "/account_hold/reason"),
                ],
            )
        }
        Draft::Show { draft } => show(session, parse("draft", &draft)?).await,
        Draft::Issue { draft } => {
            let issued = match draft {
                Some(id) => billing::draft_issue(platform, &ctx, parse("draft", &id)?)
                    .await?
                    .into_iter()
                    .collect(),
                None => billing::drafts_issue(platform, &ctx, own).await?,
            };
            session.settle().await?;
            session.out.say(
                &json!({ "invoice_ids": issued }),
                &format!("{} documents issued", issued.len()),
            )
        }
        Draft::Hold { draft, reason } => hold(session, &draft, Some(reason)).await,
        Draft::Release { draft } => hold(session, &draft, None).await,
        Draft::Add {
            draft,
            description,
            amount,
            reason,
        } => {
            let draft_id = parse::<DraftId>("draft", &draft)?;
            let currency = billing::draft_get(platform, &ctx, draft_id)
                .await?
                .summary
                .currency;
            let line = DraftLine {
                description,
                amount: Money::parse_amount("amount", &amount, currency)?,
                reason,
                subscription_id: None,
                tax_category: None,
            };
            let input = DraftAdjust { draft_id, line };
            billing::draft_adjust(platform, &ctx, &input).await?;
            session.settle().await?;
            show(session, draft_id).await
        }
        Draft::HoldBuyer { buyer, reason } => hold_buyer(session, &buyer, Some(reason)).await,
        Draft::ReleaseBuyer { buyer } => hold_buyer(session, &buyer, None).await,
        Draft::Held => session.out.list(
            &billing::invoice_hold_list(platform, &ctx, own).await?,
            columns![
                ("buyer", "/buyer_id"),
                ("why", "/reason"),
                ("since", "/since")
            ],
        ),
        Draft::Policy { days, by_hand, off } => {
            let policy = if days.is_some() || by_hand || off {
                let input = ReviewSet {
                    seller_id: own,
                    policy: ReviewPolicy {
                        review: !off,
                        grace_days: days,
                    },
                };
                billing::review_set(platform, &ctx, &input).await?
            } else {
                billing::review_get(platform, &ctx, own).await?
            };
            session.out.facts(
                &policy,
                columns![("drafts", "/review"), ("issued after days", "/grace_days")],
            )
        }
    }
}

async fn hold(session: &Session<'_>, draft: &str, reason: Option<String>) -> Result<()> {
    let draft_id = parse::<DraftId>("draft", draft)?;
    let input = DraftHold { draft_id, reason };
    billing::draft_hold(session.platform(), &session.ctx().await?, &input).await?;
    session.settle().await?;
    show(session, draft_id).await
}

async fn hold_buyer(session: &Session<'_>, buyer: &str, reason: Option<String>) -> Result<()> {
    let ctx = session.ctx().await?;
    let input = InvoiceHoldSet {
        seller_id: ctx.principal.account,
        buyer_id: parse("buyer", buyer)?,
        reason,
    };
    billing::invoice_hold_set(session.platform(), &ctx, &input).await?;
    session.settle().await?;
    let held = input.reason.is_some();
    let said = if held { "held" } else { "released" };
    session
        .out
        .say(&json!({ "buyer_id": input.buyer_id, "held": held }), said)
}

async fn show(session: &Session<'_>, id: DraftId) -> Result<()> {
    let ctx = session.ctx().await?;
    let draft = billing::draft_get(session.platform(), &ctx, id).await?;
    session.out.facts(
        &draft,
        columns![
            ("draft", "/id"),
            ("kind", "/kind"),
            ("to", "/buyer_id"),
            ("made", "/begun_on"),
            ("issued on", "/issue_on"),
            ("held", "/hold/reason"),
            ("buyer held", "/account_hold/reason"),
            ("net", "/net"),
            ("tax", "/tax"),
            ("gross", "/gross"),
        ],
    )?;
    session.out.section(
        "Lines",
        &json!(draft.lines),
        columns![
            ("group", "/group_label"),
            ("description", "/description"),
            ("from", "/period/start"),
            ("to", "/period/end"),
            ("quantity", "/quantity"),
            ("net", "/net"),
            ("tax", "/tax"),
        ],
    )
}

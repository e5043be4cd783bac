//! `tradewind settlement`: what vendors get, and sellers for whom another collects, and files of payments.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tradewind_billing::service::{
    ListQuery, PayoutOrder, PayoutReportImport, ReportLooked, SelfBillingSet, SettlementAct,
    SettlementRun, SettlementSet, payout_doubt_looked, payout_doubts, payout_file_content,
    payout_file_list, payout_file_make, payout_report_import, payout_report_list, self_billing_set,
    settlement_act, settlement_due, settlement_get, settlement_list, settlement_papers,
    settlement_policy_get, settlement_policy_set, settlement_run,
};
use tradewind_billing::types::SettlementKind;
use tradewind_flows::settlement::{settlement_csv, settlement_paper_pdf, settlement_pdf};
use tradewind_kernel::id::{AccountId, SettlementId};
use tradewind_kernel::{Result, time};
use tradewind_platform::OpCtx;

use super::{ListOptions, Session, input, parse};
use crate::output::columns;

/// What can be done with settlements.
#[derive(Subcommand)]
pub(crate) enum Settlement {
    /// What is on no settlement yet, and what is held back
    Due {
        #[command(flatten)]
        payer: Payer,
    },
    /// Make the settlements up to a day that is over
    #[command(after_help = "Example:\n  tradewind settlement run 2024-03-31")]
    Run {
        /// Last day
        until: String,
        /// One vendor or seller (default: all)
        #[arg(long, value_name = "ACCOUNT")]
        payee: Option<String>,
        #[command(flatten)]
        payer: Payer,
    },
    /// Settlements, the latest first
    #[command(after_help = "Example:\n  tradewind settlement list --filter state:approved")]
    List {
        #[command(flatten)]
        list: ListOptions,
    },
    /// A settlement with its lines
    Show {
        /// Settlement
        settlement: String,
    },
    /// What is behind a settlement, as CSV: charges, or what was collected
    Csv {
        /// Settlement
        settlement: String,
    },
    /// Approve a settlement: it is booked and may be paid
    Approve(Act),
    /// Take an open settlement back; its shares are on the next one
    Discard(Act),
    /// Note that a settlement was paid
    Paid(Act),
    /// Note that the bank has not paid a settlement; it can be ordered again
    Failed(Act),
    /// Show the policy for a vendor or seller, or for all
    Policy {
        #[command(flatten)]
        payee: Payee,
        #[command(flatten)]
        payer: Payer,
    },
    /// Set the policy for a vendor or seller, or for all, from a JSON file
    #[command(after_help = "\
Example of a file:
  {\"fees\": [{\"percent\": \"15\", \"minimum\": {\"amount\": \"1.00\", \"currency\": \"EUR\"}}],
   \"minimum_payout\": {\"amount\": \"50.00\", \"currency\": \"EUR\"}, \"hold_percent\": \"10\", \"hold_days\": 90, \"payment_days\": 15, \"offset\": \"none\"}")]
    SetPolicy {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        payee: Payee,
        #[command(flatten)]
        payer: Payer,
    },
    /// Make a file of payments (pain.001) of all approved settlements that are due by a day, and write it out
    #[command(after_help = "Example:\n  tradewind settlement order 2024-04-15 > payments.xml")]
    Order {
        /// The day on which the bank is to pay
        on: String,
        /// In which currency (default: the payer's own)
        #[arg(long)]
        currency: Option<String>,
        #[command(flatten)]
        payer: Payer,
    },
    /// Files of payments, the latest first
    Files {
        #[command(flatten)]
        payer: Payer,
    },
    /// Write a file of payments out again
    File {
        /// The file
        file: String,
    },
    /// Take an answer of the bank to a file of payments in (pain.002): what it rejects has failed, what it has settled is paid
    #[command(after_help = "Example:\n  tradewind settlement answer answer.xml")]
    Answer {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        payer: Payer,
    },
    /// Answers of banks that were taken in, the latest first
    Answers {
        #[command(flatten)]
        payer: Payer,
    },
    /// What banks have said that fits nothing, or contradicts what is recorded
    Doubts {
        #[command(flatten)]
        payer: Payer,
    },
    /// Note that somebody has looked at what a bank has said
    Looked {
        /// The answer
        report: String,
        /// The number in it
        no: i64,
        /// What came of it
        note: String,
    },
    /// Record that a vendor has agreed to be invoiced in its own name, or that it ends
    #[command(
        after_help = "Example:\n  tradewind settlement agree acc_01… 2024-03-01 'Contract of 20 February 2024, § 7'"
    )]
    Agree {
        /// The vendor
        vendor: String,
        /// Since when
        since: String,
        /// Where it is written down
        reference: String,
        /// The last day of it
        #[arg(long, value_name = "DATE")]
        until: Option<String>,
        #[command(flatten)]
        payer: Payer,
    },
    /// The documents of a settlement: the vendor's invoice, and that for the fee
    Papers {
        /// Settlement
        settlement: String,
    },
    /// Write a settlement, or a document of it, as a PDF
    #[command(
        after_help = "Examples:\n  tradewind settlement pdf stl_01… > statement.pdf\n  tradewind settlement pdf stl_01… self_billed > invoice.pdf"
    )]
    Pdf {
        /// Settlement
        settlement: String,
        /// self_billed or fee (default: the statement)
        kind: Option<String>,
    },
}

/// Who pays.
#[derive(Args)]
pub(crate) struct Payer {
    /// Who pays (default: one's own account)
    #[arg(long = "payer", value_name = "ACCOUNT")]
    account: Option<String>,
}

impl Payer {
    fn account(&self, ctx: &OpCtx) -> Result<AccountId> {
        match &self.account {
            Some(text) => parse("payer", text),
            None => Ok(ctx.principal.account),
        }
    }
}

/// Whom a policy is for.
#[derive(Args)]
pub(crate) struct Payee {
    /// The vendor or seller (default: all of the kind without a policy of their own)
    #[arg(long, value_name = "ACCOUNT")]
    payee: Option<String>,
    /// For what was collected for sellers, rather than for shares of vendors
    #[arg(long)]
    collected: bool,
}

impl Payee {
    const fn kind(&self) -> SettlementKind {
        match self.collected {
            true => SettlementKind::Collected,
            false => SettlementKind::Vendor,
        }
    }
}

/// What is done.
#[derive(Args)]
pub(crate) struct Act {
    /// Settlement
    settlement: String,
    /// A reference, or the reason of the bank
    #[arg(default_value = "")]
    note: String,
    /// The day of the payment (default: today)
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
}

fn payee(named: Option<&String>) -> Result<Option<AccountId>> {
    named.map(|named| parse("payee", named)).transpose()
}

const ROWS: &[crate::output::Column] = columns![
    ("settlement", "/id"),
    ("number", "/number"),
    ("until", "/until"),
    ("state", "/state"),
    ("share", "/share"),
    ("fee", "/fee"),
    ("held", "/held"),
    ("released", "/released"),
    ("tax on share", "/share_tax"),
    ("tax on fee", "/fee_tax"),
    ("set off", "/set_off"),
    ("payout", "/payout"),
    ("due", "/due_on"),
];

const REPORTS: &[crate::output::Column] = columns![
    ("answer", "/id"),
    ("file", "/file_name"),
    ("message", "/message_id"),
    ("about", "/original_message_id"),
    ("paid", "/paid"),
    ("failed", "/failed"),
    ("noted", "/noted"),
    ("to look at", "/doubts"),
    ("known", "/known"),
];

pub(crate) async fn run(session: &Session<'_>, command: Settlement) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    match command {
        Settlement::Due { payer } => session.out.list(
            &settlement_due(platform, &ctx, payer.account(&ctx)?).await?,
            columns![
                ("payee", "/payee_id"),
                ("of", "/kind"),
                ("share", "/share"),
                ("held", "/held")
            ],
        ),
        Settlement::Run {
            until,
            payee: named,
            payer,
        } => {
            let run = SettlementRun {
                until: time::parse_date("until", &until)?,
                payee_id: payee(named.as_ref())?,
            };
            let made = settlement_run(platform, &ctx, payer.account(&ctx)?, &run).await?;
            session.settle().await?;
            session.out.list(&made, ROWS)
        }
        Settlement::List { list } => {
            let query = ListQuery {
                filter: list.filter().to_owned(),
                sort: list.sort().to_owned(),
                page: list.page()?,
            };
            let page = settlement_list(platform, &ctx, &query).await?;
            session.out.page(&page, ROWS)
        }
        Settlement::Show { settlement } => {
            let id = parse("settlement", &settlement)?;
            let found = settlement_get(platform, &ctx, id).await?;
            session.out.facts(&found, ROWS)
        }
        Settlement::Csv { settlement } => {
            let id: SettlementId = parse("settlement", &settlement)?;
            let mut place = None;
            loop {
                let (rows, next) = settlement_csv(platform, &ctx, id, place).await?;
                session.out.raw(&rows)?;
                place = next;
                if place.is_none() {
                    return Ok(());
                }
            }
        }
        Settlement::Approve(act) => done(session, &ctx, "approve", act).await,
        Settlement::Discard(act) => done(session, &ctx, "discard", act).await,
        Settlement::Paid(act) => done(session, &ctx, "pay", act).await,
        Settlement::Failed(act) => done(session, &ctx, "fail", act).await,
        Settlement::Policy { payee: of, payer } => {
            let (payer, named) = (payer.account(&ctx)?, payee(of.payee.as_ref())?);
            let policy = settlement_policy_get(platform, &ctx, payer, of.kind(), named).await?;
            session.out.value(&serde_json::json!(policy))
        }
        Settlement::SetPolicy {
            file,
            payee: of,
            payer,
        } => {
            let input = SettlementSet {
                payer_id: payer.account(&ctx)?,
                kind: of.kind(),
                payee_id: payee(of.payee.as_ref())?,
                policy: input::json("file", &file)?,
            };
            let policy = settlement_policy_set(platform, &ctx, &input).await?;
            session.out.value(&serde_json::json!(policy))
        }
        Settlement::Order {
            on,
            currency,
            payer,
        } => {
            let order = PayoutOrder {
                execute_on: time::parse_date("on", &on)?,
                currency: currency
                    .map(|currency| parse("currency", &currency))
                    .transpose()?,
            };
            let file = payout_file_make(platform, &ctx, payer.account(&ctx)?, &order).await?;
            let (_, content) = payout_file_content(platform, &ctx, file.id).await?;
            session.out.raw(content.as_bytes())
        }
        Settlement::Files { payer } => session.out.list(
            &payout_file_list(platform, &ctx, payer.account(&ctx)?).await?,
            columns![
                ("file", "/id"),
                ("message", "/message_id"),
                ("on", "/execute_on"),
                ("payments", "/payments"),
                ("total", "/total"),
            ],
        ),
        Settlement::File { file } => {
            let id = parse("file", &file)?;
            let (_, content) = payout_file_content(platform, &ctx, id).await?;
            session.out.raw(content.as_bytes())
        }
        Settlement::Answer { file, payer } => {
            let content = input::bytes("file", &file)?;
            let name = file.file_name().map_or_else(
                || "-".to_owned(),
                |name| name.to_string_lossy().into_owned(),
            );
            let import = PayoutReportImport {
                payer_id: payer.account(&ctx)?,
                file_name: &name,
                content: &content,
            };
            let report = payout_report_import(platform, &ctx, &import).await?;
            session.settle().await?;
            session.out.facts(&report, REPORTS)
        }
        Settlement::Answers { payer } => session.out.list(
            &payout_report_list(platform, &ctx, payer.account(&ctx)?).await?,
            REPORTS,
        ),
        Settlement::Doubts { payer } => session.out.list(
            &payout_doubts(platform, &ctx, payer.account(&ctx)?).await?,
            columns![
                ("answer", "/report_id"),
                ("no", "/no"),
                ("file", "/original_message_id"),
                ("payment", "/end_to_end"),
                ("status", "/status"),
                ("reason", "/reason"),
                ("what", "/outcome"),
                ("settlement", "/settlement_id"),
            ],
        ),
        Settlement::Looked { report, no, note } => {
            let id = parse("report", &report)?;
            let looked = ReportLooked { note };
            payout_doubt_looked(platform, &ctx, id, no, &looked).await
        }
        Settlement::Agree {
            vendor,
            since,
            reference,
            until,
            payer,
        } => {
            let input = SelfBillingSet {
                payer_id: payer.account(&ctx)?,
                vendor_id: parse("vendor", &vendor)?,
                agreed_on: time::parse_date("since", &since)?,
                ended_on: until
                    .map(|until| time::parse_date("until", &until))
                    .transpose()?,
                reference,
            };
            let agreed = self_billing_set(platform, &ctx, &input).await?;
            session.out.facts(
                &agreed,
                columns![
                    ("vendor", "/vendor_id"),
                    ("since", "/agreed_on"),
                    ("until", "/ended_on"),
                    ("reference", "/reference"),
                ],
            )
        }
        Settlement::Papers { settlement } => {
            let id = parse("settlement", &settlement)?;
            session.out.list(
                &settlement_papers(platform, &ctx, id).await?,
                columns![
                    ("for", "/kind"),
                    ("number", "/number"),
                    ("kind", "/document/kind"),
                    ("net", "/document/net"),
                    ("tax", "/document/tax"),
                    ("gross", "/document/gross"),
                ],
            )
        }
        Settlement::Pdf { settlement, kind } => {
            let id = parse("settlement", &settlement)?;
            let (_, bytes) = match kind {
                Some(kind) => {
                    settlement_paper_pdf(platform, &ctx, id, parse("kind", &kind)?).await?
                }
                None => settlement_pdf(platform, &ctx, id).await?,
            };
            session.out.raw(&bytes)
        }
    }
}

async fn done(session: &Session<'_>, ctx: &OpCtx, act: &str, sent: Act) -> Result<()> {
    let input = SettlementAct {
        id: parse("settlement", &sent.settlement)?,
        act: act.to_owned(),
        note: sent.note,
        on: sent.on.map(|on| time::parse_date("on", &on)).transpose()?,
    };
    let found = settlement_act(session.platform(), ctx, &input).await?;
    session.settle().await?;
    session.out.facts(&found, ROWS)
}

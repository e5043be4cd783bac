//! `tradewind bank`: statements of banks, and what their entries are for.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use tradewind_billing::service::{
    BankAssign, BankFileImport, BankIgnore, BankMappingSet, BankShare, ListQuery, bank_assign,
    bank_entry_get, bank_entry_list, bank_ignore, bank_import, bank_mapping_list, bank_mapping_set,
    bank_match, bank_statement_list, bank_undo,
};
use tradewind_billing::types::{BankEntryDetail, BankEntryState};
use tradewind_kernel::id::{AccountId, BankEntryId, InvoiceId};
use tradewind_kernel::{Currency, Error, Money, Result};
use tradewind_platform::OpCtx;

use super::{ListOptions, Session, input, parse};
use crate::output::columns;

/// What can be done with bank statements.
#[derive(Subcommand)]
pub(crate) enum Bank {
    /// Take statements in: camt.053, or CSV by a mapping; what is clear is recorded as payments
    #[command(after_help = "\
Each entry is taken once, however often it comes and in however many files. What is not clear waits: see `tradewind bank list`.

Examples:
  tradewind bank import march.xml --as jana@example.com
  tradewind bank import march.csv --mapping Giro --as jana@example.com")]
    Import {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The mapping by which the columns of CSV files are read
        #[arg(long, value_name = "NAME")]
        mapping: Option<String>,
        #[command(flatten)]
        whose: Whose,
    },
    /// Statements that were taken in, the latest first
    Statements {
        #[command(flatten)]
        list: ListOptions,
        #[command(flatten)]
        whose: Whose,
    },
    /// Entries: those that wait for somebody, or all that fit a filter
    #[command(
        after_help = "Example:\n  tradewind bank list --filter 'state:matched booked>=2024-03-01'"
    )]
    List {
        #[command(flatten)]
        list: ListOptions,
        #[command(flatten)]
        whose: Whose,
    },
    /// An entry: what it was recorded as, or what it may be for
    Show {
        /// Entry
        entry: String,
    },
    /// Say what an entry is for
    #[command(after_help = "\
Examples:
  tradewind bank assign ben_01… --invoice inv_01… --invoice inv_02…=50.00
  tradewind bank assign ben_01… --buyer acc_01…
  tradewind bank assign ben_01… --payment pay_01…")]
    Assign {
        /// Entry
        entry: String,
        /// An invoice that it pays, and how much of it: inv_01… or inv_01…=50.00
        #[arg(long = "invoice", value_name = "INVOICE")]
        invoices: Vec<String>,
        /// Who paid: what is open is paid, the oldest first, and the rest is credit
        #[arg(long, value_name = "ACCOUNT")]
        buyer: Option<String>,
        /// All of it becomes credit, whatever is open
        #[arg(long, requires = "buyer")]
        top_up: bool,
        /// The transfer that was recorded by hand, or that an entry which went out takes back
        #[arg(long, value_name = "PAYMENT")]
        payment: Option<String>,
    },
    /// Say that an entry is no payment of a buyer
    Ignore {
        /// Entry
        entry: String,
        /// Why
        reason: String,
    },
    /// Undo what an entry was settled as; payments that were recorded for it are taken back
    Undo {
        /// Entry
        entry: String,
    },
    /// Match what waits again
    Match(Whose),
    /// How CSV files of banks are read
    Mappings(Whose),
    /// Keep how the CSV files of a bank are read, or forget it
    #[command(after_help = r#"Example of a mapping:
  { "date": "Buchungstag", "date_form": "dd.mm.yyyy", "decimal_sign": "comma", "amount": "Betrag",
    "currency_code": "EUR", "name": "Auftraggeber", "account": "IBAN", "text": ["Verwendungszweck"] }"#)]
    Mapping {
        /// Name
        name: String,
        /// JSON file with the mapping; without one it is forgotten
        file: Option<PathBuf>,
        #[command(flatten)]
        whose: Whose,
    },
}

/// Whose bank account.
#[derive(Args)]
pub(crate) struct Whose {
    /// Seller (default: one's own account)
    #[arg(long, value_name = "ACCOUNT")]
    seller: Option<String>,
}

impl Whose {
    fn seller(&self, ctx: &OpCtx) -> Result<AccountId> {
        match &self.seller {
            Some(text) => parse("seller", text),
            None => Ok(ctx.principal.account),
        }
    }
}

/// `inv_01…` or `inv_01…=50.00`.
fn share(text: &str, currency: Currency) -> Result<BankShare> {
    let (invoice, amount) = text
        .split_once('=')
        .map_or((text, None), |(a, b)| (a, Some(b)));
    Ok(BankShare {
        invoice_id: parse::<InvoiceId>("invoice", invoice)?,
        amount: amount
            .map(|amount| Money::parse_amount("invoice", amount, currency))
            .transpose()?,
    })
}

pub(crate) async fn bank(session: &Session<'_>, command: Bank) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    match command {
        Bank::Import {
            files,
            mapping,
            whose,
        } => {
            import(
                session,
                &ctx,
                &files,
                mapping.as_deref(),
                whose.seller(&ctx)?,
            )
            .await
        }
        Bank::Statements { list, whose } => {
            let found =
                bank_statement_list(platform, &ctx, whose.seller(&ctx)?, &query(&list)?).await?;
            session.out.page(
                &found,
                columns![
                    ("statement", "/id"),
                    ("account", "/account"),
                    ("from", "/from"),
                    ("until", "/until"),
                    ("opening", "/opening"),
                    ("closing", "/closing"),
                    ("gap", "/gap"),
                    ("entries", "/entries"),
                    ("new", "/taken"),
                ],
            )
        }
        Bank::List { list, whose } => {
            let mut query = query(&list)?;
            if query.filter.is_empty() {
                query.filter = format!("state:{}", BankEntryState::Unmatched);
            }
            let found = bank_entry_list(platform, &ctx, whose.seller(&ctx)?, &query).await?;
            session.out.page(
                &found,
                columns![
                    ("entry", "/id"),
                    ("booked", "/booked_on"),
                    ("direction", "/direction"),
                    ("amount", "/amount"),
                    ("name", "/name"),
                    ("text", "/text"),
                    ("state", "/state"),
                    ("because", "/doubt"),
                ],
            )
        }
        Bank::Show { entry } => {
            let id: BankEntryId = parse("entry", &entry)?;
            show(session, &bank_entry_get(platform, &ctx, id).await?)
        }
        Bank::Assign {
            entry,
            invoices,
            buyer,
            top_up,
            payment,
        } => {
            let entry_id: BankEntryId = parse("entry", &entry)?;
            let currency = bank_entry_get(platform, &ctx, entry_id)
                .await?
                .entry
                .amount
                .currency;
            let input = BankAssign {
                entry_id,
                invoices: invoices
                    .iter()
                    .map(|text| share(text, currency))
                    .collect::<Result<_>>()?,
                buyer_id: buyer.map(|text| parse("buyer", &text)).transpose()?,
                top_up,
                payment_id: payment.map(|text| parse("payment", &text)).transpose()?,
            };
            let done = bank_assign(platform, &ctx, &input).await?;
            session.settle().await?;
            show(session, &done)
        }
        Bank::Ignore { entry, reason } => {
            let entry_id = parse("entry", &entry)?;
            let input = BankIgnore { entry_id, reason };
            show(session, &bank_ignore(platform, &ctx, &input).await?)
        }
        Bank::Undo { entry } => {
            let id: BankEntryId = parse("entry", &entry)?;
            let done = bank_undo(platform, &ctx, id).await?;
            session.settle().await?;
            show(session, &done)
        }
        Bank::Match(whose) => {
            let matched = bank_match(platform, &ctx, whose.seller(&ctx)?).await?;
            session.settle().await?;
            let text = format!("{matched} entries were recorded as payments.");
            session.out.say(&json!({ "matched": matched }), &text)
        }
        Bank::Mappings(whose) => {
            let found = bank_mapping_list(platform, &ctx, whose.seller(&ctx)?).await?;
            let columns = columns![
                ("name", "/name"),
                ("date", "/mapping/date"),
                ("amount", "/mapping/amount"),
                ("text", "/mapping/text"),
            ];
            session.out.list(&found, columns)
        }
        Bank::Mapping { name, file, whose } => {
            let mapping = file.map(|file| input::json("file", &file)).transpose()?;
            let input = BankMappingSet {
                seller_id: whose.seller(&ctx)?,
                name,
                mapping,
            };
            bank_mapping_set(platform, &ctx, &input).await?;
            let text = match input.mapping {
                Some(_) => "The mapping is kept.",
                None => "The mapping is forgotten.",
            };
            session.out.say(&json!({ "name": input.name }), text)
        }
    }
}

fn query(list: &ListOptions) -> Result<ListQuery> {
    Ok(ListQuery {
        filter: list.filter().to_owned(),
        sort: list.sort().to_owned(),
        page: list.page()?,
    })
}

async fn import(
    session: &Session<'_>,
    ctx: &OpCtx,
    files: &[PathBuf],
    mapping: Option<&str>,
    seller_id: AccountId,
) -> Result<()> {
    if ctx.idempotency_key.is_some() && files.len() > 1 {
        let text = "one key is for one file";
        return Err(Error::invalid("idempotency_key", "contradiction", text));
    }
    let mut reports = Vec::new();
    for file in files {
        let content = input::bytes("file", file)?;
        let file_name = file.file_name().map_or_else(
            || "-".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        );
        let input = BankFileImport {
            seller_id,
            file_name: &file_name,
            content: &content,
            mapping,
        };
        let done = bank_import(session.platform(), ctx, &input).await?;
        let mut report = json!(done);
        if let Some(map) = report.as_object_mut() {
            map.insert("file".to_owned(), json!(file_name));
        }
        reports.push(report);
    }
    session.settle().await?;
    session.out.list(
        &reports,
        columns![
            ("file", "/file"),
            ("entries", "/entries"),
            ("known already", "/known"),
            ("not booked yet", "/pending"),
            ("recorded", "/matched"),
            ("waiting", "/unmatched"),
            ("went out", "/outgoing"),
        ],
    )
}

fn show(session: &Session<'_>, detail: &BankEntryDetail) -> Result<()> {
    session.out.facts(
        &json!(detail),
        columns![
            ("entry", "/id"),
            ("booked", "/booked_on"),
            ("direction", "/direction"),
            ("amount", "/amount"),
            ("name", "/name"),
            ("account", "/account"),
            ("text", "/text"),
            ("reference", "/reference"),
            ("state", "/state"),
            ("because", "/doubt"),
            ("ignored because", "/reason"),
        ],
    )?;
    session.out.section(
        "Recorded as",
        &json!(detail.payments),
        columns![
            ("payment", "/payment_id"),
            ("invoice", "/invoice_id"),
            ("payer", "/payer_id"),
            ("amount", "/amount")
        ],
    )?;
    session.out.section(
        "May be for",
        &json!(detail.suggestions),
        columns![
            ("invoice", "/invoice_id"),
            ("number", "/number"),
            ("buyer", "/buyer"),
            ("open", "/open"),
            ("named", "/named"),
            ("same amount", "/same_amount"),
            ("same payer", "/same_payer"),
        ],
    )?;
    session.out.section(
        "Transfers of the same amount",
        &json!(detail.alike),
        columns![
            ("payment", "/payment_id"),
            ("invoice", "/invoice_id"),
            ("payer", "/payer_id"),
            ("amount", "/amount")
        ],
    )
}

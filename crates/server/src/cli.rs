//! The command line: what can be asked, and who answers it.

mod access;
mod account;
mod admin;
mod api;
mod bank;
mod bench;
mod billing;
mod bundle;
mod catalogue;
mod clock;
mod coupon;
mod credit;
mod delivery;
mod demo;
#[cfg(test)]
mod documented;
mod draft;
mod dunning;
mod dunning_accounts;
mod example;
mod input;
mod ledger;
mod mail;
mod order;
mod payment;
mod payments;
mod price_book;
mod pro_forma;
mod product;
mod quote;
mod rate;
mod refund;
mod serve;
mod session;
mod settlement;
mod statement;
mod stripe;
mod subscription;
mod tax;
mod tax_engine;
mod usage;
mod usage_cancel;
mod webhook;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use serde_json::json;
use tradewind_kernel::page::ListRequest;
use tradewind_kernel::{Error, PageRequest, Result};

use crate::config::DataOptions;
use crate::logging::{self, LogForm};
use crate::output::Output;
use session::Session;

/// What a shell gets back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Refused or failed; the reason is on standard error.
    Failed,
    /// Called the wrong way.
    Usage,
    /// `check` found something that does not add up.
    Findings,
}

impl Exit {
    /// The number for the shell.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Findings => 3,
        }
    }
}

const ABOUT: &str = "Sell, deliver, meter and bill cloud services through any number of tiers";

const AFTER_HELP: &str = "\
Examples:
  tradewind demo                                   a world to try everything out, on http://127.0.0.1:8080
  tradewind serve --listen 0.0.0.0:8080            the server over ./data
  DATABASE_URL=postgres://… tradewind serve        the server over PostgreSQL
  tradewind order list --as anna@example.com       what Anna sees
  tradewind invoice list --json | jq '.items[].number'

Exit codes: 0 done · 1 refused or failed · 2 wrong usage · 3 `check` found something";

/// The command line.
#[derive(Parser)]
#[command(name = "tradewind", version, about = ABOUT, after_help = AFTER_HELP, max_term_width = 110)]
struct Cli {
    #[command(flatten)]
    data: DataOptions,
    #[command(flatten)]
    who: WhoOptions,
    #[command(flatten)]
    form: FormOptions,
    #[command(subcommand)]
    command: Command,
}

/// For whom, where and how a command is carried out.
#[derive(Args, Clone, Debug, Default)]
struct WhoOptions {
    /// Realm, by name or id (default: the first one)
    #[arg(
        long,
        global = true,
        env = "TRADEWIND_REALM",
        value_name = "REALM",
        help_heading = "Who and how"
    )]
    realm: Option<String>,
    /// Act as this user, with the user's own roles (default: the operator of the installation)
    #[arg(
        long = "as",
        global = true,
        value_name = "EMAIL",
        help_heading = "Who and how"
    )]
    acting_as: Option<String>,
    /// Account to act for, when the user belongs to several
    #[arg(
        long,
        global = true,
        value_name = "ACCOUNT",
        help_heading = "Who and how"
    )]
    account: Option<String>,
    /// Do it once, however often it is called with this key
    #[arg(long, global = true, value_name = "KEY", help_heading = "Who and how")]
    idempotency_key: Option<String>,
    /// Do everything, show the answer, and keep nothing of it
    #[arg(long, global = true, help_heading = "Who and how")]
    dry_run: bool,
}

/// In what form answers and logs are written.
#[derive(Args, Clone, Copy, Debug, Default)]
struct FormOptions {
    /// Answer with JSON
    #[arg(long, global = true, help_heading = "Output")]
    json: bool,
    /// Form of the log on standard error
    #[arg(
        long,
        global = true,
        env = "TRADEWIND_LOG",
        value_name = "FORM",
        default_value = "text",
        help_heading = "Output"
    )]
    log: LogForm,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server: API, storefronts, dashboards, panels and the workers behind them
    Serve(serve::Serve),
    /// A world to try everything out: builds it once, then serves it
    Demo(demo::Demo),
    /// Bring the database to the form this version needs; every other command does that too
    Migrate,
    /// The clock of a sandbox
    #[command(subcommand)]
    Clock(clock::Clock),
    /// What a storefront offers and what it costs there
    #[command(subcommand)]
    Catalogue(catalogue::Catalogue),
    /// Products, their plans, items and parameters, as those see them who make them
    #[command(subcommand)]
    Product(Box<product::Product>),
    /// Price books: what sellers ask, and from when
    #[command(subcommand)]
    PriceBook(price_book::PriceBook),
    /// Plans that are sold together, with a discount on each
    #[command(subcommand)]
    Bundle(Box<bundle::Bundle>),
    /// Coupons, and promotions that need no code
    #[command(subcommand)]
    Coupon(Box<coupon::Coupon>),
    /// Exchange rates between the currencies of a realm
    #[command(subcommand)]
    Rate(rate::Rate),
    /// How sellers are taxed, what is known of buyers, and the tax rates
    #[command(subcommand)]
    Tax(Box<tax::Tax>),
    /// Sellers' accounts at Stripe, and methods that payers give to it
    #[command(subcommand)]
    Stripe(stripe::Stripe),
    /// What an order would cost and do
    #[command(subcommand)]
    Quote(quote::Quote),
    /// Orders: place, list, show, approve, reject, retry, cancel
    #[command(subcommand)]
    Order(order::Order),
    /// Subscriptions: list, show, change, cancel
    #[command(subcommand)]
    Subscription(subscription::Subscription),
    /// How to get into a subscription: links, instructions, credentials
    #[command(subcommand)]
    Access(access::Access),
    /// Rate and invoice everything that is due
    Bill(billing::Bill),
    /// The billing runs that there were
    #[command(subcommand)]
    BillingRun(billing::BillingRun),
    /// Invoices and credit notes
    #[command(subcommand)]
    Invoice(billing::Invoice),
    /// Pay an invoice by card
    Pay(payment::Pay),
    /// The cards of an account
    #[command(subcommand)]
    Card(payment::Card),
    /// Bank transfers that arrived
    #[command(subcommand)]
    Transfer(payment::Transfer),
    /// Bank statements: import, match, assign
    #[command(subcommand)]
    Bank(bank::Bank),
    /// Payments and what happens to them
    #[command(subcommand)]
    Payment(payments::Payment),
    /// Credit that sellers keep for their buyers
    #[command(subcommand)]
    Credit(credit::Credit),
    /// What moved a buyer's account with its seller, balances brought forward
    Statement(statement::Statement),
    /// Money that is paid back
    #[command(subcommand)]
    Refund(refund::Refund),
    /// What could be invoiced, without number and booking
    #[command(subcommand)]
    ProForma(pro_forma::ProForma),
    /// Invoices that are looked at before they are issued
    #[command(subcommand)]
    Draft(draft::Draft),
    /// Reminders and what follows when an invoice is not paid
    #[command(subcommand)]
    Dunning(dunning::Dunning),
    /// The books
    #[command(subcommand)]
    Ledger(ledger::Ledger),
    /// Settlement with vendors, and files of payments
    #[command(subcommand)]
    Settlement(Box<settlement::Settlement>),
    /// Recompute every invariant of the books; exits with 3 and names what does not add up
    Check,
    /// Deliveries at vendors, and the messages that tell them
    #[command(subcommand)]
    Delivery(delivery::Delivery),
    /// Services that are told of events
    #[command(subcommand)]
    Webhook(webhook::Webhook),
    /// Mails in the outbox
    #[command(subcommand)]
    Mail(mail::Mail),
    /// Take in cost and usage from a file
    #[command(subcommand)]
    Import(usage::Import),
    /// What was used, and whose it is
    #[command(subcommand)]
    Usage(usage::Usage),
    /// The accounts of a realm
    #[command(subcommand)]
    Account(account::Account),
    /// Realms, users, keys and jobs
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Call any operation of the REST API, without a server or a key
    Api(api::Api),
    /// Small services to try the platform's ports out with
    #[command(subcommand)]
    Example(example::Example),
    /// How fast it is on this machine: ingest, billing, pages
    #[command(subcommand)]
    Bench(bench::Bench),
}

/// How a list is asked for.
#[derive(Args, Clone, Debug, Default)]
struct ListOptions {
    /// Only what matches: state:active,trial created>=2024-09-01 name~acme -tag:x
    #[arg(long, short)]
    filter: Option<String>,
    /// Order: a field, with a minus from large to small; several separated by commas
    #[arg(long, short, allow_hyphen_values = true)]
    sort: Option<String>,
    /// How many, at most 200
    #[arg(long, short)]
    limit: Option<u32>,
    /// Go on after an earlier page
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
}

impl ListOptions {
    fn filter(&self) -> &str {
        self.filter.as_deref().unwrap_or_default()
    }

    fn sort(&self) -> &str {
        self.sort.as_deref().unwrap_or_default()
    }

    fn request(&self) -> Result<ListRequest> {
        Ok(ListRequest {
            filter: self.filter().to_owned(),
            sort: self.sort().to_owned(),
            page: self.page()?,
        })
    }

    fn page(&self) -> Result<PageRequest> {
        PageRequest::new(self.limit, self.after.clone())
    }
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(Exit::Failed.code());
        }
    };
    let streams = (Box::new(std::io::stdout()), Box::new(std::io::stderr()));
    let exit = runtime.block_on(execute(std::env::args_os(), streams.0, streams.1));
    ExitCode::from(exit.code())
}

/// Carries out one command line, program name first.
pub async fn execute(
    args: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    mut out: Box<dyn Write + Send>,
    mut err: Box<dyn Write + Send>,
) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            let asked = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            let (to, exit) = if asked {
                (&mut out, Exit::Done)
            } else {
                (&mut err, Exit::Usage)
            };
            // When even that cannot be written there is nobody to tell.
            let _ = write!(to, "{}", error.render());
            return exit;
        }
    };
    let output = Output::new(cli.form.json, out, err);
    let level = match cli.command {
        Command::Serve(_) => "info",
        Command::Demo(_) => "warn",
        _ => "error",
    };
    logging::start(cli.form.log, level);
    match dispatch(cli, &output).await {
        Ok(exit) => exit,
        Err(error) => {
            output.failure(&error);
            Exit::Failed
        }
    }
}

async fn dispatch(cli: Cli, output: &Output) -> Result<Exit> {
    let command = match cli.command {
        Command::Serve(command) => {
            serve::run(&cli.data, &command, output).await?;
            return Ok(Exit::Done);
        }
        Command::Demo(command) => {
            demo::run(&cli.data, &command, output).await?;
            return Ok(Exit::Done);
        }
        Command::Bench(command) => {
            bench::run(&cli.data, command, output).await?;
            return Ok(Exit::Done);
        }
        Command::Example(command) => {
            example::run(command, output).await?;
            return Ok(Exit::Done);
        }
        command => command,
    };
    let session = Session::open(&cli.data, cli.who, output).await?;
    match command {
        Command::Serve(_) | Command::Demo(_) | Command::Bench(_) | Command::Example(_) => {}
        Command::Migrate => {
            let engine = session.platform().db().engine().to_string();
            output.say(
                &json!({ "engine": engine, "migrated": true }),
                &format!("The {engine} database has the form this version needs."),
            )?;
        }
        Command::Clock(command) => clock::run(&session, command).await?,
        Command::Order(command) => order::run(&session, command).await?,
        Command::Subscription(command) => subscription::run(&session, command).await?,
        Command::Catalogue(command) => catalogue::run(&session, command).await?,
        Command::Product(command) => product::run(&session, *command).await?,
        Command::Rate(command) => rate::run(&session, command).await?,
        Command::Stripe(command) => stripe::run(&session, command).await?,
        Command::Tax(command) => tax::run(&session, *command).await?,
        Command::Access(command) => access::run(&session, command).await?,
        Command::Dunning(command) => dunning::run(&session, command).await?,
        Command::Webhook(command) => webhook::run(&session, command).await?,
        Command::Api(command) => return api::run(&session, command).await,
        Command::PriceBook(command) => price_book::run(&session, command).await?,
        Command::Bundle(command) => bundle::run(&session, *command).await?,
        Command::Coupon(command) => coupon::run(&session, *command).await?,
        Command::Delivery(command) => delivery::run(&session, command).await?,
        Command::Mail(command) => mail::run(&session, command).await?,
        Command::Account(command) => account::run(&session, command).await?,
        Command::Quote(command) => quote::run(&session, command).await?,
        Command::Pay(command) => payment::pay(&session, command).await?,
        Command::Card(command) => payment::card(&session, command).await?,
        Command::Transfer(command) => payment::transfer(&session, command).await?,
        Command::Bank(command) => bank::bank(&session, command).await?,
        Command::Payment(command) => payments::payment(&session, command).await?,
        Command::Credit(command) => credit::credit(&session, command).await?,
        Command::ProForma(command) => pro_forma::pro_forma(&session, command).await?,
        Command::Draft(command) => draft::draft(&session, command).await?,
        Command::Statement(command) => statement::statement(&session, command).await?,
        Command::Refund(command) => refund::refund(&session, command).await?,
        Command::Bill(command) => billing::bill(&session, command).await?,
        Command::BillingRun(command) => billing::billing_run(&session, command).await?,
        Command::Invoice(command) => billing::invoice(&session, command).await?,
        Command::Ledger(command) => ledger::run(&session, command).await?,
        Command::Settlement(command) => settlement::run(&session, *command).await?,
        Command::Check => return ledger::check(&session).await,
        Command::Import(command) => usage::import(&session, command).await?,
        Command::Usage(command) => usage::usage(&session, command).await?,
        Command::Admin(command) => admin::run(&session, command).await?,
    }
    Ok(Exit::Done)
}

/// A text from the command line as a typed value, complaining about this argument.
fn parse<T: std::str::FromStr<Err = Error>>(argument: &str, text: &str) -> Result<T> {
    text.parse().map_err(|e: Error| e.at(argument))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}

//! `tradewind tax`: how sellers are taxed, what is known of buyers, and the rates.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use tradewind_kernel::id::AccountId;
use tradewind_kernel::{Error, Result, time};
use tradewind_tax::service::{
    DecisionAsk, RatesAsk, VatCheckAsk, certificate_decide, certificate_submit,
    certificates_of_buyer, certificates_of_seller, decision, evidence_add, profile_get,
    profile_set, rates_export, rates_list, rates_replace, standing_get, vat_check_ask,
};
use tradewind_tax::types::{
    CertificateDecide, CertificateSubmit, EvidenceAdd, OwnRates, Registration, Scheme, Span,
    TaxProfile, TaxProfileSet,
};

use super::tax_engine::{self, TaxEngine};
use super::{Session, input, parse};
use crate::output::{Column, columns};

/// What can be done about taxes.
#[derive(Subcommand)]
pub(crate) enum Tax {
    /// Show or set how a seller is taxed
    #[command(
        after_help = "Example:\n  tradewind tax profile acc_01… --decision by_place --vat-check not_invalid"
    )]
    Profile(Profile),
    /// Register a seller for tax in a country, in a state (US-TX) or in the One-Stop-Shop (EU)
    #[command(after_help = "Example:\n  tradewind tax register acc_01… EU --oss --from 2021-07-01")]
    Register(Register),
    /// End a seller's registration in a place
    Unregister {
        /// Seller
        seller: String,
        /// Place
        place: String,
    },
    /// An outside service that decides a seller's taxes
    #[command(subcommand)]
    Engine(TaxEngine),
    /// Ask which taxes a sale would bear, and why
    #[command(after_help = "Example:\n  tradewind tax why acc_01… acc_02… saas 2025-07-01")]
    Why {
        /// Seller
        seller: String,
        /// Buyer
        buyer: String,
        /// Tax category of what is sold
        category: String,
        /// The day on which it is supplied
        on: String,
    },
    /// List the rates that hold, the realm's own first
    Rates {
        /// Of a country or state only
        #[arg(long)]
        place: Option<String>,
        /// Those that hold on a day
        #[arg(long, value_name = "DATE")]
        on: Option<String>,
    },
    /// Replace the realm's own rates by those of a CSV file; `-` is the standard input
    Upload {
        /// The file
        file: PathBuf,
    },
    /// Print the realm's own rates as CSV
    Export,
    /// Show what is known of a buyer: hints at its place, and what the register says of its VAT id
    Standing {
        /// Buyer
        account: String,
    },
    /// Record a hint at where a buyer is
    Evidence {
        /// Buyer
        account: String,
        /// `card`, `ip`, `bank` or `phone`
        kind: String,
        /// Country
        country: String,
    },
    /// Have the register asked about a buyer's VAT id
    Check {
        /// Buyer
        account: String,
    },
    /// List exemption certificates: those that an account was handed, or has handed in
    Certificates {
        /// Account
        account: String,
        /// Those that it has handed in
        #[arg(long)]
        handed_in: bool,
    },
    /// Hand in an exemption certificate; of the seller itself it holds at once
    HandIn(HandIn),
    /// Approve an exemption certificate
    Approve {
        /// Certificate
        certificate: String,
    },
    /// Reject an exemption certificate
    Reject {
        /// Certificate
        certificate: String,
    },
}

/// How a seller is taxed.
#[derive(Args)]
pub(crate) struct Profile {
    /// Seller
    seller: String,
    /// `agreed` with each buyer, `by_place`, or by an `engine`
    #[arg(long)]
    decision: Option<String>,
    /// The day whose rate holds: `period_end`, `period_start` or `issue`
    #[arg(long)]
    tax_point: Option<String>,
    /// What a VAT id needs: `format`, `not_invalid` or `valid`
    #[arg(long)]
    vat_check: Option<String>,
    /// First day as a small business without tax; `none` when it is none any more
    #[arg(long, value_name = "DATE")]
    small_business: Option<String>,
    /// What is rounded: `per_line`, `per_rate` or `per_document`
    #[arg(long)]
    rounding: Option<String>,
}

/// A registration.
#[derive(Args)]
pub(crate) struct Register {
    /// Seller
    seller: String,
    /// Place
    place: String,
    /// In the One-Stop-Shop
    #[arg(long)]
    oss: bool,
    /// Number there
    #[arg(long, default_value = "")]
    number: String,
    /// First day
    #[arg(long, value_name = "DATE")]
    from: String,
    /// Last day
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
}

/// A certificate.
#[derive(Args)]
pub(crate) struct HandIn {
    /// Seller
    seller: String,
    /// Buyer
    buyer: String,
    /// Place
    place: String,
    /// Number
    number: String,
    /// First day
    #[arg(long, value_name = "DATE")]
    from: String,
    /// Last day
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// Where the paper is kept
    #[arg(long, default_value = "")]
    document: String,
}

const CERTIFICATE: &[Column] = columns![
    ("certificate", "/id"),
    ("buyer", "/buyer"),
    ("place", "/place"),
    ("number", "/number"),
    ("from", "/from"),
    ("until", "/until"),
    ("state", "/state"),
];

pub(crate) async fn run(session: &Session<'_>, command: Tax) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let account = |text: &str| parse::<AccountId>("account", text);
    let day = |field: &'static str, text: &Option<String>| {
        let text = text.as_deref();
        text.map(|text| time::parse_date(field, text)).transpose()
    };
    match command {
        Tax::Profile(wanted) => profile(session, wanted).await,
        Tax::Engine(command) => tax_engine::run(session, command).await,
        Tax::Register(one) => {
            let seller = account(&one.seller)?;
            let mut profile = profile_get(platform, &ctx, seller).await?;
            profile.registrations.push(Registration {
                place: one.place,
                scheme: if one.oss { Scheme::Oss } else { Scheme::Local },
                number: one.number,
                span: Span {
                    from: time::parse_date("from", &one.from)?,
                    until: day("until", &one.until)?,
                },
            });
            keep(session, seller, profile).await
        }
        Tax::Unregister { seller, place } => {
            let seller = account(&seller)?;
            let mut profile = profile_get(platform, &ctx, seller).await?;
            let before = profile.registrations.len();
            profile.registrations.retain(|one| one.place != place);
            if profile.registrations.len() == before {
                let text = format!("the seller is not registered in {place}");
                return Err(Error::invalid("place", "not_registered", text));
            }
            keep(session, seller, profile).await
        }
        Tax::Why {
            seller,
            buyer,
            category,
            on,
        } => {
            let ask = DecisionAsk {
                seller: account(&seller)?,
                buyer: account(&buyer)?,
                category: parse("category", &category)?,
                on: time::parse_date("on", &on)?,
            };
            let decided = decision(platform, &ctx, &ask).await?;
            session.out.section(
                "Taxes",
                &json!(decided.taxes),
                columns![
                    ("tax", "/code"),
                    ("place", "/place"),
                    ("percent", "/percent"),
                    ("kind", "/kind"),
                    ("why", "/reason"),
                    ("reference", "/reference"),
                ],
            )?;
            session.out.facts(
                &decided.basis,
                columns![("buyer is in", "/place"), ("buyer is a", "/buyer")],
            )
        }
        Tax::Rates { place, on } => {
            let ask = RatesAsk {
                place,
                on: day("on", &on)?,
            };
            session.out.list(
                &rates_list(platform, &ctx, &ask).await?,
                columns![
                    ("place", "/place"),
                    ("category", "/category"),
                    ("buyer", "/buyer"),
                    ("percent", "/percent"),
                    ("from", "/from"),
                    ("until", "/until"),
                    ("own", "/own"),
                    ("source", "/source"),
                ],
            )
        }
        Tax::Upload { file } => {
            let csv = input::text("file", &file)?;
            let rows = rates_replace(platform, &ctx, &OwnRates { csv }).await?;
            let text = format!("The realm has {rows} rates of its own.");
            session.out.say(&json!({ "rows": rows }), &text)
        }
        Tax::Export => {
            let csv = rates_export(platform, &ctx).await?;
            session.out.say(&json!({ "csv": csv }), csv.trim_end())
        }
        Tax::Standing { account: one } => standing(session, account(&one)?).await,
        Tax::Evidence {
            account: one,
            kind,
            country,
        } => {
            let input = EvidenceAdd {
                account: account(&one)?,
                kind: parse("kind", &kind)?,
                country,
            };
            evidence_add(platform, &ctx, &input).await?;
            standing(session, input.account).await
        }
        Tax::Check { account: one } => {
            let ask = VatCheckAsk {
                account: account(&one)?,
            };
            vat_check_ask(platform, &ctx, &ask).await?;
            session.settle().await?;
            standing(session, ask.account).await
        }
        Tax::Certificates {
            account: one,
            handed_in,
        } => {
            let id = account(&one)?;
            let found = if handed_in {
                certificates_of_buyer(platform, &ctx, id).await?
            } else {
                certificates_of_seller(platform, &ctx, id).await?
            };
            session.out.list(&found, CERTIFICATE)
        }
        Tax::HandIn(one) => {
            let input = CertificateSubmit {
                seller: account(&one.seller)?,
                buyer: account(&one.buyer)?,
                place: one.place,
                number: one.number,
                from: time::parse_date("from", &one.from)?,
                until: day("until", &one.until)?,
                document: one.document,
            };
            let made = certificate_submit(platform, &ctx, &input).await?;
            session.settle().await?;
            session.out.facts(&made, CERTIFICATE)
        }
        Tax::Approve { certificate } => decide(session, &certificate, true).await,
        Tax::Reject { certificate } => decide(session, &certificate, false).await,
    }
}

async fn decide(session: &Session<'_>, certificate: &str, approve: bool) -> Result<()> {
    let ctx = session.ctx().await?;
    let input = CertificateDecide {
        id: parse("certificate", certificate)?,
        approve,
    };
    let decided = certificate_decide(session.platform(), &ctx, &input).await?;
    session.settle().await?;
    session.out.facts(&decided, CERTIFICATE)
}

async fn standing(session: &Session<'_>, account: AccountId) -> Result<()> {
    let ctx = session.ctx().await?;
    let standing = standing_get(session.platform(), &ctx, account).await?;
    session.out.facts(
        &standing,
        columns![
            ("VAT id", "/vat_check/vat_id"),
            ("the register says", "/vat_check/state"),
            ("asked at", "/vat_check/checked_at"),
            ("consultation", "/vat_check/reference"),
        ],
    )?;
    session.out.section(
        "Hints",
        &json!(standing.evidence),
        columns![("kind", "/kind"), ("country", "/country"), ("when", "/at")],
    )
}

async fn profile(session: &Session<'_>, wanted: Profile) -> Result<()> {
    let ctx = session.ctx().await?;
    let seller = parse("seller", &wanted.seller)?;
    let before = profile_get(session.platform(), &ctx, seller).await?;
    let mut profile = before.clone();
    if let Some(word) = &wanted.decision {
        profile.decision = parse("decision", word)?;
    }
    if let Some(word) = &wanted.tax_point {
        profile.tax_point = parse("tax_point", word)?;
    }
    if let Some(word) = &wanted.vat_check {
        profile.vat_check = parse("vat_check", word)?;
    }
    if let Some(word) = wanted.rounding {
        profile.policy.scope = serde_json::from_value(json!(word)).map_err(|_| {
            let expected = "expected per_line, per_rate or per_document";
            Error::invalid("rounding", "unknown_value", expected)
        })?;
    }
    match wanted.small_business.as_deref() {
        None => {}
        Some("none") => profile.small_business = None,
        Some(from) => {
            profile.small_business = Some(Span {
                from: time::parse_date("small_business", from)?,
                until: None,
            });
        }
    }
    if profile == before {
        return show(session, &profile);
    }
    keep(session, seller, profile).await
}

async fn keep(session: &Session<'_>, seller: AccountId, profile: TaxProfile) -> Result<()> {
    let ctx = session.ctx().await?;
    let set = TaxProfileSet { seller, profile };
    let kept = profile_set(session.platform(), &ctx, &set).await?;
    session.settle().await?;
    show(session, &kept)
}

fn show(session: &Session<'_>, profile: &TaxProfile) -> Result<()> {
    session.out.facts(
        profile,
        columns![
            ("taxes are", "/decision"),
            ("day that counts", "/tax_point"),
            ("a VAT id needs", "/vat_check"),
            ("small business from", "/small_business/from"),
            ("rounded", "/policy/scope"),
        ],
    )?;
    session.out.section(
        "Registrations",
        &json!(profile.registrations),
        columns![
            ("place", "/place"),
            ("scheme", "/scheme"),
            ("number", "/number"),
            ("from", "/from"),
            ("until", "/until"),
        ],
    )
}

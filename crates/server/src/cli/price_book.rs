//! `tradewind price-book`: what sellers ask, and from when.

use clap::{Args, Subcommand};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tradewind_catalogue::service::{
    price_book_assign, price_book_create, price_book_get, price_book_list, price_book_update,
    revision_create, revision_preview,
};
use tradewind_catalogue::types::{
    BillingAlign, CancellationFee, Introduction, ListingDraft, ListingPrice, Policies,
    PriceBookAssign, PriceBookCreate, PriceBookDetail, PriceBookUpdate, PriceIncrease,
    RenewalPrices, RevisionCreate, RevisionPreviewRequest, RevisionView,
};
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::{Decimal, Error, Result, id::PriceBookId, time};
use tradewind_pricing::{PriceModel, PricePlaces, discount::StackingOrder};

use super::{Session, input, parse};
use crate::output::{Column, columns};

/// What can be done with price books.
#[derive(Subcommand)]
pub(crate) enum PriceBook {
    /// List the books of a seller (default: one's own), with the revision that holds
    List {
        /// Seller
        #[arg(long, value_name = "ACCOUNT")]
        seller: Option<String>,
    },
    /// Show a book with its revisions and their rules
    Show {
        /// Book
        book: String,
    },
    /// Make a book; it has no rules before its first revision
    #[command(
        after_help = "Example:\n  tradewind price-book create 'Partners 2025' --currency EUR --as mats@example.com"
    )]
    Create {
        /// Its name
        name: String,
        /// Currency of its prices, ISO 4217
        #[arg(long)]
        currency: String,
        /// Use it for buyers who have been given no other
        #[arg(long)]
        default: bool,
        /// Seller (default: one's own account)
        #[arg(long, value_name = "ACCOUNT")]
        seller: Option<String>,
    },
    /// Rename a book, or make it the default
    Update {
        /// Book
        book: String,
        /// Its new name
        #[arg(long)]
        name: Option<String>,
        /// Use it for buyers who have been given no other
        #[arg(long)]
        default: bool,
        /// Refuse when the book has another version by now
        #[arg(long = "if-version", value_name = "VERSION")]
        version: Option<i64>,
    },
    /// Add a revision: all rules of the book from a day on
    #[command(after_help = "\
A rule is a percentage, and what it is for: nothing for everything, or dimensions of usage.
Rules of any other kind are read from a file: a JSON list in the form that `price-book show --json` answers.

Examples:
  tradewind price-book revise pbk_01… --from 2024-10-01 --markup 20 --markup 'service_category=Compute:15'
  tradewind price-book revise pbk_01… --from 2024-10-01 --file rules.json --preview")]
    Revise(Box<Revise>),
    /// Give a buyer a book, or take it back to the seller's default one
    Assign {
        /// Buyer, an account directly below the seller
        buyer: String,
        /// Book (default: the seller's default one)
        book: Option<String>,
        /// Seller (default: one's own account)
        #[arg(long, value_name = "ACCOUNT")]
        seller: Option<String>,
    },
}

/// A new revision.
#[derive(Args)]
pub(crate) struct Revise {
    /// Book
    book: String,
    /// First day on which it holds: after today, or any day for the first revision of a book
    #[arg(long, value_name = "DATE")]
    from: String,
    /// Add this percentage to the own buying price; with `dimension=value,…:` before it, for such usage only
    #[arg(
        long,
        value_name = "[DIMENSION=VALUE:]PERCENT",
        allow_hyphen_values = true,
        required_unless_present = "file"
    )]
    markup: Vec<String>,
    /// Rules from a file
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Why
    #[arg(long, default_value = "")]
    note: String,
    /// What is sold under it keeps its price for good, whatever later revisions say
    #[arg(long, conflicts_with = "increase")]
    keep_agreed: bool,
    /// What is sold under it rises by so many percent, at each renewal of its term or else every year, instead of following
    /// later revisions
    #[arg(long, value_name = "PERCENT")]
    increase: Option<String>,
    /// By so many percent above what was agreed at most
    #[arg(long, value_name = "PERCENT", requires = "increase")]
    increase_at_most: Option<String>,
    /// Never above what the book asks of new buyers by then
    #[arg(long, requires = "increase")]
    increase_up_to_list: bool,
    /// Another price of a recurring item for its first whole billing periods, for a unit, as in ITEM=3:5.00; with `:once` only
    /// for customers that never had the product; ITEM=none takes it out; can be given several times
    #[arg(long, value_name = "ITEM=PERIODS:PRICE[:once]|ITEM=none")]
    introductory: Vec<String>,
    /// Its prices have the buyer's tax in them, or tax comes on top; as before when left out
    #[arg(long, value_name = "included|added", value_parser = ["included", "added"])]
    tax: Option<String>,
    /// Round prices that follow from markups and exchange rates: amounts and prices of a unit, as in 2:6
    #[arg(long, value_name = "AMOUNTS:UNITS")]
    places: Option<String>,
    /// How an exact line becomes money: half-up, half-even, half-down, up, down, ceiling, floor
    #[arg(long, value_name = "RULE")]
    rounding: Option<String>,
    /// In which order several discounts apply: percentages-first, narrowest-first, as-given
    #[arg(long, value_name = "ORDER")]
    stacking: Option<String>,
    /// All policies from a JSON file (- for standard input) in place of those of the latest revision; other flags change them further
    #[arg(long, value_name = "FILE")]
    policies: Option<PathBuf>,
    /// On which days new subscriptions are billed: anniversary, calendar, invoice-day, or a day of the month from 1 to 31
    #[arg(long, value_name = "DAYS")]
    billing_days: Option<String>,
    /// What a first period costs that is shorter than the others
    #[arg(long, value_name = "prorated|free|full", value_parser = ["prorated", "free", "full"])]
    stub: Option<String>,
    /// What a shorter first period is a share of: the period of the billing days around it, or a whole one back from its end
    #[arg(long, value_name = "schedule|back-from-end", value_parser = ["schedule", "back-from-end"])]
    stub_of: Option<String>,
    /// Where a first period of several months ends that begins between two billing days: on the next such day of a month, or a
    /// whole period after that day in the month of the start
    #[arg(long, value_name = "to-next-day|from-start-month", value_parser = ["to-next-day", "from-start-month"])]
    first_period: Option<String>,
    /// In whose time zone days and periods of new sales begin
    #[arg(long, value_name = "buyer|seller", value_parser = ["buyer", "seller"])]
    zone: Option<String>,
    /// How time is shared out: a rule for start, upgrade, downgrade or cancellation, as in cancellation=none/1; can be given
    /// several times
    #[arg(long, value_name = "DIRECTION=RULE")]
    proration: Vec<String>,
    /// What leaving a term early costs: none, rest (what the rest of the term would cost), a percentage of it as in 50%, or an
    /// amount
    #[arg(long, value_name = "none|rest|PERCENT%|AMOUNT")]
    cancellation_fee: Option<String>,
    /// Whether time in which a subscription is suspended is charged: charged, credited (where somebody has suspended it), or
    /// always-credited (also where an invoice is not paid)
    #[arg(long, value_name = "charged|credited|always-credited")]
    suspended_time: Option<String>,
    /// What buyers commit to, as JSON, such as {"over": "P1Y", "minimum": "6000"}; or none
    #[arg(long, value_name = "JSON|none")]
    commitment: Option<String>,
    /// Show what it would change, item by item, and add nothing
    #[arg(long)]
    preview: bool,
}

const BOOK: &[Column] = columns![
    ("book", "/id"),
    ("name", "/name"),
    ("seller", "/seller_id"),
    ("currency", "/currency"),
    ("default", "/is_default"),
    ("version", "/version"),
];

pub(crate) async fn run(session: &Session<'_>, command: PriceBook) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let seller = |named: Option<String>| match named {
        Some(named) => parse("seller", &named),
        None => Ok(ctx.principal.account),
    };
    match command {
        PriceBook::List { seller: named } => {
            let books = price_book_list(platform, &ctx, seller(named)?).await?;
            session.out.listing(
                &json!({ "items": books }),
                columns![
                    ("book", "/id"),
                    ("name", "/name"),
                    ("currency", "/currency"),
                    ("default", "/is_default"),
                    ("latest revision", "/revisions/0/number"),
                    ("from", "/revisions/0/effective_on"),
                ],
            )
        }
        PriceBook::Show { book } => {
            let detail = price_book_get(platform, &ctx, parse("book", &book)?).await?;
            show(session, &detail)
        }
        PriceBook::Create {
            name,
            currency,
            default,
            seller: named,
        } => {
            let input = PriceBookCreate {
                seller_id: seller(named)?,
                name,
                currency: parse("currency", &currency)?,
                is_default: default,
            };
            let book = price_book_create(platform, &ctx, &input).await?;
            session.settle().await?;
            session.out.facts(&book, BOOK)
        }
        PriceBook::Update {
            book,
            name,
            default,
            version,
        } => {
            let now = price_book_get(platform, &ctx, parse("book", &book)?)
                .await?
                .book;
            let input = PriceBookUpdate {
                id: now.id,
                version: version.unwrap_or(now.version),
                name: name.unwrap_or(now.name),
                is_default: default || now.is_default,
            };
            let book = price_book_update(platform, &ctx, &input).await?;
            session.settle().await?;
            session.out.facts(&book, BOOK)
        }
        PriceBook::Revise(revise) => add(session, &ctx, *revise).await,
        PriceBook::Assign {
            buyer,
            book,
            seller: named,
        } => {
            let input = PriceBookAssign {
                seller_id: seller(named)?,
                buyer_id: parse("buyer", &buyer)?,
                book_id: book.map(|book| parse("book", &book)).transpose()?,
            };
            price_book_assign(platform, &ctx, &input).await?;
            session.out.say(&json!({ "assigned": input }), "Assigned.")
        }
    }
}

/// The policies of the latest revision with what the flags change; none when they change nothing.
async fn policies(
    session: &Session<'_>,
    ctx: &tradewind_platform::OpCtx,
    book: PriceBookId,
    revise: &Revise,
) -> Result<Option<Policies>> {
    let places = revise.places.as_deref().map(places).transpose()?;
    let of_time = revise.billing_days.is_some() || revise.stub.is_some();
    let of_time = of_time || !revise.proration.is_empty() || revise.cancellation_fee.is_some();
    let of_time = of_time || revise.suspended_time.is_some();
    let of_time = of_time || revise.increase.is_some() || !revise.introductory.is_empty();
    let of_time = of_time || revise.commitment.is_some();
    let of_money = revise.rounding.is_some() || revise.stacking.is_some();
    let of_money = of_money || revise.policies.is_some() || places.is_some();
    if !revise.keep_agreed && revise.tax.is_none() && !of_money && !of_time {
        return Ok(None);
    }
    let mut policies: Policies = match &revise.policies {
        Some(file) => input::json("policies", file)?,
        None => {
            let book = price_book_get(session.platform(), ctx, book).await?;
            let latest = book.revisions.into_iter().next();
            latest.map_or_else(Policies::default, |view| view.revision.policies)
        }
    };
    if let Some(text) = &revise.rounding {
        let word = text.replace('-', "_");
        policies.rounding = word.parse().map_err(|error: Error| error.at("rounding"))?;
    }
    if let Some(text) = &revise.stacking {
        policies.stacking = stacking(text)?;
    }
    if revise.keep_agreed {
        policies.renewal = RenewalPrices::Agreed;
    }
    if let Some(tax) = &revise.tax {
        policies.tax_included = tax == "included";
    }
    policies.places = places.or(policies.places);
    of_time_in(&mut policies, revise)?;
    phases_in(&mut policies, revise)?;
    Ok(Some(policies))
}

fn stacking(text: &str) -> Result<StackingOrder> {
    serde_json::from_value(json!(text.replace('-', "_"))).map_err(|_| {
        let expected = "expected percentages-first, narrowest-first or as-given";
        Error::invalid("stacking", "unknown_value", expected)
    })
}

/// What the flags say of billing days and of how time is shared out.
fn of_time_in(policies: &mut Policies, revise: &Revise) -> Result<()> {
    let days = &mut policies.billing_days;
    if let Some(text) = &revise.billing_days {
        let day = text.parse::<u8>().ok();
        days.align = match day {
            Some(_) => BillingAlign::DayOfMonth,
            None => {
                (text.replace('-', "_").parse()).map_err(|error: Error| error.at("billing-days"))?
            }
        };
        days.day = day;
    }
    if let Some(stub) = &revise.stub {
        days.stub = stub.parse()?;
    }
    let word = |text: &str| json!(text.replace('-', "_"));
    if let Some(text) = &revise.stub_of {
        days.share_of = serde_json::from_value(word(text)).map_err(Error::internal)?;
    }
    if let Some(text) = &revise.first_period {
        days.first = serde_json::from_value(word(text)).map_err(Error::internal)?;
    }
    if let Some(whose) = &revise.zone {
        policies.zone = whose.parse()?;
    }
    if let Some(text) = &revise.suspended_time {
        let word = text.replace('-', "_");
        policies.suspension = word
            .parse()
            .map_err(|error: Error| error.at("suspended-time"))?;
    }
    if let Some(text) = &revise.cancellation_fee {
        let number = |text: &str| parse_decimal("cancellation-fee", text, &Limits::any());
        policies.cancellation_fee = match (text.as_str(), text.strip_suffix('%')) {
            ("none", _) => CancellationFee::None,
            ("rest", _) => CancellationFee::Rest,
            (_, Some(percent)) => CancellationFee::Percent {
                percent: number(percent)?,
            },
            (amount, None) => CancellationFee::Amount {
                amount: number(amount)?,
            },
        };
    }
    if let Some(text) = &revise.commitment {
        policies.commitment = match text.as_str() {
            "none" => None,
            json => Some(serde_json::from_str(json).map_err(|error| {
                Error::invalid("commitment", "malformed", format!("{error}; expected none, or JSON such as {{\"over\": \"P1Y\", \"minimum\": \"6000\"}}"))
            })?),
        };
    }
    for text in &revise.proration {
        let malformed = || {
            Error::invalid(
                "proration",
                "malformed",
                "expected start, upgrade, downgrade or cancellation, and a rule, as in cancellation=none/1",
            )
        };
        let (direction, rule) = text.split_once('=').ok_or_else(malformed)?;
        let rule = serde_json::from_value(json!({ "rule": rule })).map_err(|_| malformed())?;
        let terms = &mut policies.proration;
        *match direction {
            "start" => &mut terms.start,
            "upgrade" => &mut terms.upgrade,
            "downgrade" => &mut terms.downgrade,
            "cancellation" => &mut terms.cancellation,
            _ => return Err(malformed()),
        } = rule;
    }
    Ok(())
}

/// What the flags say of introductory prices and of rises.
fn phases_in(policies: &mut Policies, revise: &Revise) -> Result<()> {
    let number = |field: &str, text: &str| parse_decimal(field, text, &Limits::any());
    if let Some(percent) = &revise.increase {
        policies.renewal = RenewalPrices::Increase;
        let most = revise.increase_at_most.as_deref();
        policies.increase = Some(PriceIncrease {
            percent: number("increase", percent)?,
            at_most: most
                .map(|most| number("increase-at-most", most))
                .transpose()?,
            up_to_list: revise.increase_up_to_list,
        });
    }
    for text in &revise.introductory {
        let malformed = || {
            Error::invalid(
                "introductory",
                "malformed",
                "expected an item, periods and a price, as in itm_01…=3:5.00 or itm_01…=3:5.00:once, or itm_01…=none",
            )
        };
        let (item, rest) = text.split_once('=').ok_or_else(malformed)?;
        let item = parse("introductory", item)?;
        if rest == "none" {
            policies.introductions.remove(&item);
            continue;
        }
        let (rest, once) = match rest.strip_suffix(":once") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let (periods, price) = rest.split_once(':').ok_or_else(malformed)?;
        let introduction = Introduction {
            periods: periods.parse().map_err(|_| malformed())?,
            price: PriceModel::per_unit(number("introductory", price)?),
            once,
        };
        policies.introductions.insert(item, introduction);
    }
    Ok(())
}

async fn add(session: &Session<'_>, ctx: &tradewind_platform::OpCtx, revise: Revise) -> Result<()> {
    let platform = session.platform();
    let mut listings = match &revise.file {
        Some(file) => input::json("file", file)?,
        None => Vec::new(),
    };
    for markup in &revise.markup {
        listings.push(from_markup(markup)?);
    }
    let book_id = parse("book", &revise.book)?;
    let revision = RevisionCreate {
        book_id,
        effective_on: time::parse_date("from", &revise.from)?,
        policies: policies(session, ctx, book_id, &revise).await?,
        note: revise.note,
        listings,
    };
    if revise.preview {
        let request = RevisionPreviewRequest {
            revision,
            product_id: None,
            everything: false,
        };
        let preview = revision_preview(platform, ctx, &request).await?;
        return session.out.listing(
            &preview,
            columns![
                ("product", "/product"),
                ("plan", "/plan"),
                ("item", "/item"),
                ("now", "/before"),
                ("then", "/after"),
            ],
        );
    }
    let view = revision_create(platform, ctx, &revision).await?;
    session.settle().await?;
    session.out.facts(
        &view,
        columns![
            ("revision", "/id"),
            ("number", "/number"),
            ("from", "/effective_on"),
            ("state", "/state"),
        ],
    )?;
    rules(session, "Rules", &view)
}

fn rules(session: &Session<'_>, title: &str, view: &RevisionView) -> Result<()> {
    session.out.section(
        title,
        &json!(view.listings),
        columns![
            ("product", "/product_id"),
            ("plan", "/plan_id"),
            ("item", "/item_id"),
            ("for", "/match"),
            ("does", "/kind"),
            ("percent", "/percent"),
            ("price", "/model"),
        ],
    )
}

/// `20`, or `service_category=Compute:15`.
fn from_markup(text: &str) -> Result<ListingDraft> {
    let malformed = || {
        Error::invalid(
            "markup",
            "malformed",
            format!("{text:?} is no rule: expected 20 or service_category=Compute:15"),
        )
    };
    let (scope, percent) = text.rsplit_once(':').unwrap_or(("", text));
    let percent: Decimal = percent.trim().parse().map_err(|_| malformed())?;
    let matches = scope
        .split(',')
        .filter(|part| !part.is_empty())
        .map(|part| {
            part.split_once('=')
                .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
                .ok_or_else(malformed)
        })
        .collect::<Result<BTreeMap<_, _>>>()?;
    Ok(ListingDraft {
        product_id: None,
        plan_id: None,
        item_id: None,
        matches,
        price: ListingPrice::Markup { percent },
    })
}

fn show(session: &Session<'_>, detail: &PriceBookDetail) -> Result<()> {
    session.out.facts(detail, BOOK)?;
    for view in &detail.revisions {
        let title = format!(
            "Revision {} from {} ({})",
            view.revision.number, view.revision.effective_on, view.state
        );
        rules(session, &title, view)?;
    }
    Ok(())
}

/// Places of amounts and of unit prices.
fn places(text: &str) -> Result<PricePlaces> {
    let malformed = || Error::invalid("places", "malformed", "expected two numbers, as in 2:6");
    let (amounts, units) = text.split_once(':').ok_or_else(malformed)?;
    Ok(PricePlaces {
        amounts: amounts.parse().map_err(|_| malformed())?,
        units: units.parse().map_err(|_| malformed())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_a_percentage_and_what_it_is_for() {
        let rule = from_markup("service_category=Compute,region=eu:-15.5").expect("a rule");
        assert_eq!(rule.matches.len(), 2);
        assert_eq!(
            rule.price,
            ListingPrice::Markup {
                percent: Decimal::new(-155, 1)
            }
        );
        assert!(from_markup("20").expect("a rule").matches.is_empty());
        for wrong in ["", "Compute:15", "20%", "a=b:"] {
            assert!(from_markup(wrong).is_err(), "{wrong}");
        }
    }
}

//! `tradewind quote`: what an order would cost and do, before it is placed.

use std::collections::BTreeMap;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use tradewind_catalogue::service::{offer, product_get};
use tradewind_flows::quote::{
    BookPrices, CancelInput, CancelWhen, ChangeInput, ChangeWhen, CorrectionInput, ItemPriceInput,
    PurchaseInput, QuoteView, quote_cancel, quote_change, quote_correction, quote_get,
    quote_purchase,
};
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::id::{PlanId, SubscriptionId};
use tradewind_kernel::{Decimal, Error, Result};
use tradewind_orders::service::subscription_get;
use tradewind_platform::OpCtx;
use tradewind_pricing::{PriceModel, Purpose};

use super::catalogue::{Shop, scope};
use super::{Session, parse};
use crate::output::columns;

/// What can be quoted.
#[derive(Subcommand)]
pub(crate) enum Quote {
    /// Quote a new subscription
    #[command(after_help = "\
Example:
  tradewind quote buy workspace team --item seats=12 --param workspace=acme --param region=eu \\
    --accept-terms 2024-08 --as lena@example.com
  tradewind order place quo_01… --as lena@example.com")]
    Buy(Box<Buy>),
    /// Quote a change of a subscription
    Change(Change),
    /// Quote the end of a subscription
    Cancel(Cancel),
    /// Quote a correction of what is billed already
    Correction(Correction),
    /// Show a quote again
    Show {
        /// Quote
        quote: String,
    },
}

/// What is bought.
#[derive(Args)]
pub(crate) struct Buy {
    /// Product, by its name in addresses
    product: String,
    /// Plan, by its code
    plan: String,
    /// How much of an item: seats=12; can be given several times
    #[arg(long = "item", value_name = "CODE=QUANTITY")]
    items: Vec<String>,
    /// Which package of an item that is sold in packages: storage=large; can be given several times
    #[arg(long = "package", value_name = "CODE=NAME")]
    packages: Vec<String>,
    /// An answer to what the product asks: region=eu; can be given several times
    #[arg(long = "param", value_name = "CODE=ANSWER")]
    parameters: Vec<String>,
    /// Accept the conditions of this version
    #[arg(long, value_name = "VERSION")]
    accept_terms: Option<String>,
    /// Code of a coupon
    #[arg(long, value_name = "CODE")]
    coupon: Option<String>,
    /// What to call the subscription
    #[arg(long)]
    name: Option<String>,
    /// Bill it together with this subscription of the same seller: from its next billing day on
    #[arg(long, value_name = "SUBSCRIPTION")]
    align_with: Option<String>,
    /// Account that buys (default: one's own)
    #[arg(long = "for", value_name = "ACCOUNT")]
    customer: Option<String>,
    #[command(flatten)]
    shop: Shop,
}

/// What is changed.
#[derive(Args)]
#[group(id = "changed")]
pub(crate) struct Change {
    /// Subscription
    subscription: String,
    /// Another plan of the same product, by its code
    #[arg(long)]
    plan: Option<String>,
    /// Another quantity of an item: seats=12; can be given several times
    #[arg(long = "item", value_name = "CODE=QUANTITY")]
    items: Vec<String>,
    /// Another package of an item: storage=large; can be given several times
    #[arg(long = "package", value_name = "CODE=NAME")]
    packages: Vec<String>,
    /// Code of a coupon
    #[arg(long, value_name = "CODE")]
    coupon: Option<String>,
    /// When it takes effect; left out, more at once and less at the end of the period
    #[arg(long, value_enum)]
    when: Option<ChangesWhen>,
}

/// When a change takes effect.
#[derive(Clone, Copy, clap::ValueEnum)]
enum ChangesWhen {
    /// At once; less is for the seller to decide
    Now,
    /// With the next billing period
    EndOfPeriod,
}

/// What is cancelled.
#[derive(Args)]
#[group(id = "cancelled")]
pub(crate) struct Cancel {
    /// Subscription
    subscription: String,
    /// When it ends
    #[arg(long, value_enum, default_value_t = When::EndOfPeriod)]
    when: When,
    /// Why, for the seller
    #[arg(long)]
    reason: Option<String>,
}

/// When a subscription ends.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum When {
    /// At the end of what is paid; of the commitment, where it cannot be left for a fee.
    EndOfPeriod,
    /// At the end of the commitment.
    EndOfCommitment,
    /// At once.
    Now,
}

/// What is set right.
#[derive(Args)]
#[group(id = "corrected")]
pub(crate) struct Correction {
    /// Subscription
    subscription: String,
    /// First day on which it was otherwise, as 2024-10-31
    #[arg(long, value_name = "DATE")]
    from: String,
    /// The quantity of an item that was really held from then on: seats=12; can be given several times
    #[arg(
        long = "item",
        value_name = "CODE=QUANTITY",
        required_unless_present_any = ["plan", "prices", "item_prices", "ended"]
    )]
    items: Vec<String>,
    /// The plan that it really had from then on, by its code
    #[arg(long)]
    plan: Option<String>,
    /// Prices of the books that should have held from then on: current, or a revision
    #[arg(long, value_name = "current|REVISION")]
    prices: Option<String>,
    /// The price that an item should have had from then on, for each unit or as a model in JSON: seats=12.50; can be given several
    /// times
    #[arg(long = "price", value_name = "CODE=PRICE")]
    item_prices: Vec<String>,
    /// On which leg those prices hold, by its seller; that of the customer when left out
    #[arg(long, value_name = "ACCOUNT", requires = "item_prices")]
    seller: Option<String>,
    /// It had ended by that day
    #[arg(long, conflicts_with_all = ["items", "plan", "prices", "item_prices"])]
    ended: bool,
    /// Why
    #[arg(long)]
    reason: String,
}

pub(crate) async fn run(session: &Session<'_>, command: Quote) -> Result<()> {
    let ctx = session.ctx().await?;
    let quote = match command {
        Quote::Buy(buy) => purchase(session, &ctx, *buy).await?,
        Quote::Change(wanted) => change(session, &ctx, wanted).await?,
        Quote::Cancel(wanted) => cancel(session, &ctx, wanted).await?,
        Quote::Correction(wanted) => correction(session, &ctx, wanted).await?,
        Quote::Show { quote } => {
            quote_get(session.platform(), &ctx, parse("quote", &quote)?).await?
        }
    };
    show(session, &quote)
}

async fn purchase(session: &Session<'_>, ctx: &OpCtx, buy: Buy) -> Result<QuoteView> {
    let platform = session.platform();
    let scope = scope(session, ctx, &buy.shop).await?;
    let offer = offer(platform, ctx, &scope, &buy.product).await?;
    let codes = || {
        offer
            .offered_plans
            .iter()
            .map(|plan| plan.code.as_str())
            .collect::<Vec<_>>()
    };
    let plan = offer
        .offered_plans
        .iter()
        .find(|plan| plan.code == buy.plan);
    let plan = plan.ok_or_else(|| unknown_plan(&buy.plan, &codes()))?;
    let input = PurchaseInput {
        customer_id: match &buy.customer {
            Some(account) => parse("for", account)?,
            None => ctx.principal.account,
        },
        product_id: offer.card.product_id,
        plan_id: plan.plan_id,
        name: buy.name,
        quantities: quantities(&buy.items)?,
        packages: packages(&buy.packages)?,
        parameters: buy
            .parameters
            .iter()
            .map(|text| pair("param", text))
            .collect::<Result<_>>()?,
        accepted_terms: buy.accept_terms,
        coupon: buy.coupon,
        align_with: (buy.align_with.as_deref())
            .map(|with| parse("align-with", with))
            .transpose()?,
    };
    quote_purchase(platform, ctx, &input).await
}

/// Quotes a change.
pub(crate) async fn change(
    session: &Session<'_>,
    ctx: &OpCtx,
    wanted: Change,
) -> Result<QuoteView> {
    let id: SubscriptionId = parse("subscription", &wanted.subscription)?;
    let plan_id = match &wanted.plan {
        Some(code) => Some(plan_of(session, ctx, id, code).await?),
        None => None,
    };
    let input = ChangeInput {
        subscription_id: id,
        plan_id,
        quantities: quantities(&wanted.items)?,
        packages: packages(&wanted.packages)?,
        coupon: wanted.coupon,
        when: wanted.when.map(|when| match when {
            ChangesWhen::Now => ChangeWhen::Now,
            ChangesWhen::EndOfPeriod => ChangeWhen::EndOfPeriod,
        }),
    };
    quote_change(session.platform(), ctx, &input).await
}

/// Quotes a cancellation.
pub(crate) async fn cancel(
    session: &Session<'_>,
    ctx: &OpCtx,
    wanted: Cancel,
) -> Result<QuoteView> {
    let input = CancelInput {
        subscription_id: parse("subscription", &wanted.subscription)?,
        when: match wanted.when {
            When::EndOfPeriod => CancelWhen::EndOfPeriod,
            When::EndOfCommitment => CancelWhen::EndOfCommitment,
            When::Now => CancelWhen::Now,
        },
        reason: wanted.reason,
    };
    quote_cancel(session.platform(), ctx, &input).await
}

/// Quotes a correction.
pub(crate) async fn correction(
    session: &Session<'_>,
    ctx: &OpCtx,
    wanted: Correction,
) -> Result<QuoteView> {
    let subscription_id = parse("subscription", &wanted.subscription)?;
    let plan_id = match &wanted.plan {
        Some(code) => Some(plan_of(session, ctx, subscription_id, code).await?),
        None => None,
    };
    let seller_id = (wanted.seller.as_deref())
        .map(|seller| parse("seller", seller))
        .transpose()?;
    let item_prices = wanted.item_prices.iter().map(|text| {
        let (item, price) = pair("price", text)?;
        Ok(ItemPriceInput {
            item,
            seller_id,
            price: model(&price)?,
        })
    });
    let input = CorrectionInput {
        subscription_id,
        from: tradewind_kernel::time::parse_date("from", &wanted.from)?,
        quantities: quantities(&wanted.items)?,
        plan_id,
        prices: match wanted.prices.as_deref() {
            None => None,
            Some("current") => Some(BookPrices::Current),
            Some(revision) => Some(BookPrices::Revision(parse("prices", revision)?)),
        },
        item_prices: item_prices.collect::<Result<_>>()?,
        ended: wanted.ended,
        reason: wanted.reason,
    };
    quote_correction(session.platform(), ctx, &input).await
}

/// A price of one sale: so much for each unit, or any model.
fn model(text: &str) -> Result<PriceModel> {
    let model = if text.starts_with('{') {
        serde_json::from_str(text)
            .map_err(|error| Error::invalid("price", "malformed", error.to_string()))?
    } else {
        json!({ "model": "per_unit", "unit_price": text })
    };
    PriceModel::from_json("price", &model, Purpose::Charge)
}

/// The plan with this code of the product that is subscribed to.
async fn plan_of(
    session: &Session<'_>,
    ctx: &OpCtx,
    id: SubscriptionId,
    code: &str,
) -> Result<PlanId> {
    let platform = session.platform();
    let subscription = subscription_get(platform, ctx, id).await?.subscription;
    // Only names are looked up here; whether the plan can be had is decided where it is quoted.
    let system = platform.system(ctx.realm).await?;
    let product = product_get(platform, &system, subscription.product_id).await?;
    let codes: Vec<&str> = product
        .plans
        .iter()
        .map(|plan| plan.code.as_str())
        .collect();
    let plan = product.plans.iter().find(|plan| plan.code == code);
    plan.map(|plan| plan.id)
        .ok_or_else(|| unknown_plan(code, &codes))
}

fn unknown_plan(code: &str, codes: &[&str]) -> Error {
    Error::invalid(
        "plan",
        "unknown",
        format!("there is no plan \"{code}\"; there is {}", codes.join(", ")),
    )
}

pub(crate) fn quantities(items: &[String]) -> Result<BTreeMap<String, Decimal>> {
    items
        .iter()
        .map(|text| {
            let (code, quantity) = pair("item", text)?;
            let quantity = parse_decimal(&format!("items.{code}"), &quantity, &Limits::any())?;
            Ok((code, quantity))
        })
        .collect()
}

/// Packages picked by name.
pub(crate) fn packages(picked: &[String]) -> Result<BTreeMap<String, String>> {
    picked.iter().map(|text| pair("package", text)).collect()
}

fn pair(argument: &str, text: &str) -> Result<(String, String)> {
    let (code, value) = text.split_once('=').ok_or_else(|| {
        Error::invalid(
            argument,
            "malformed",
            format!("expected CODE=VALUE instead of \"{text}\""),
        )
    })?;
    Ok((code.trim().to_owned(), value.trim().to_owned()))
}

/// Shows a quote: what is due now, what is credited, what the next invoice will be.
pub(crate) fn show(session: &Session<'_>, quote: &QuoteView) -> Result<()> {
    session.out.facts(
        quote,
        columns![
            ("quote", "/id"),
            ("kind", "/kind"),
            ("subscription", "/subscription_id"),
            ("holds from", "/preview/effective_on"),
            ("one-time", "/preview/billing/one_time"),
            ("recurring", "/preview/billing/recurring"),
            ("credited", "/preview/billing/credited"),
            ("due now", "/preview/billing/due_now/gross"),
            ("of it tax", "/preview/billing/due_now/tax"),
            ("trial until", "/preview/billing/trial_ends_on"),
            ("first period from", "/preview/billing/first/part/start"),
            ("up to the billing day", "/preview/billing/first/part/end"),
            ("next invoice", "/preview/billing/next/on"),
            ("of", "/preview/billing/next/document/gross"),
            ("needs approval", "/preview/needs_approval"),
            ("needs payment", "/preview/needs_payment"),
            ("valid until", "/expires_at"),
        ],
    )?;
    let preview = json!(quote.preview);
    let line = columns![
        ("description", "/description"),
        ("from", "/period/start"),
        ("to", "/period/end"),
        ("quantity", "/quantity"),
        ("unit", "/unit"),
        ("net", "/net"),
        ("tax", "/tax"),
    ];
    let part = |pointer: &str| preview.pointer(pointer).cloned().unwrap_or(Value::Null);
    session
        .out
        .section("Due now", &part("/billing/due_now/lines"), line)?;
    session
        .out
        .section("Next invoice", &part("/billing/next/document/lines"), line)?;
    session.out.section(
        "Discounts",
        &part("/billing/discounts"),
        columns![
            ("discount", "/name"),
            ("code", "/code"),
            ("takes off now", "/now"),
            ("takes off next", "/next"),
            ("until", "/until"),
        ],
    )?;
    session.out.section(
        "By usage",
        &part("/billing/metered"),
        columns![("item", "/code"), ("name", "/name"), ("unit", "/unit")],
    )
}

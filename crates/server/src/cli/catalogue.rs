//! `tradewind catalogue`: what a storefront offers and what it costs there.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tradewind_accounts::service::{chain_get, storefront, storefront_list};
use tradewind_catalogue::service::{offer, offers};
use tradewind_catalogue::types::{Offer, OfferQuery, OfferScope};
use tradewind_flows::quote::{PriceInput, offer_price};
use tradewind_kernel::{Error, Result};
use tradewind_platform::OpCtx;
use tradewind_policy::AccountKind;

use super::{ListOptions, Session};
use crate::output::columns;

/// What can be asked of a catalogue.
#[derive(Subcommand)]
pub(crate) enum Catalogue {
    /// List what is offered, with the price it starts from
    #[command(after_help = "\
Examples:
  tradewind catalogue list --storefront lindenhof --search backup
  tradewind catalogue list --as ruth@example.com --filter category:security --sort name")]
    List {
        #[command(flatten)]
        shop: Shop,
        /// Words to look for
        #[arg(long, default_value = "")]
        search: String,
        #[command(flatten)]
        options: ListOptions,
    },
    /// What a configuration of a product costs everybody: now, with the next invoice, and for usage
    #[command(after_help = "\
Example:
  tradewind catalogue price workspace --plan team --item seats=12 --storefront lindenhof")]
    Price {
        /// Product, by its name in addresses
        product: String,
        /// Plan, by its code (default: the first one)
        #[arg(long)]
        plan: Option<String>,
        /// How much of an item: seats=12; can be given several times
        #[arg(long = "item", value_name = "CODE=QUANTITY")]
        items: Vec<String>,
        /// Which package of an item that is sold in packages: storage=large; can be given several times
        #[arg(long = "package", value_name = "CODE=NAME")]
        packages: Vec<String>,
        /// Code of a coupon
        #[arg(long, value_name = "CODE")]
        coupon: Option<String>,
        #[command(flatten)]
        shop: Shop,
    },
    /// Show a product: its plans, their items and prices, and what is asked at ordering
    Show {
        /// Product, by its name in addresses
        product: String,
        #[command(flatten)]
        shop: Shop,
    },
}

/// Whose shop.
#[derive(Args)]
pub(crate) struct Shop {
    /// Storefront (default: that of the acting customer's seller, or the only one)
    #[arg(long, value_name = "NAME")]
    storefront: Option<String>,
}

pub(crate) async fn run(session: &Session<'_>, command: Catalogue) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    match command {
        Catalogue::List {
            shop,
            search,
            options,
        } => {
            let scope = scope(session, &ctx, &shop).await?;
            let query = OfferQuery {
                search,
                filter: options.filter().to_owned(),
                sort: options.sort().to_owned(),
                locale: ctx.locale,
                page: options.page()?,
            };
            let found = offers(platform, &ctx, &scope, &query).await?;
            session.out.listing(
                &found,
                columns![
                    ("product", "/slug"),
                    ("name", "/name"),
                    ("by", "/vendor"),
                    ("category", "/category/name"),
                    ("from", "/from/amount"),
                    ("per", "/from/cadence"),
                    ("plans", "/plans"),
                    ("trial days", "/trial_days"),
                ],
            )
        }
        Catalogue::Price {
            product,
            plan,
            items,
            packages,
            coupon,
            shop,
        } => {
            let scope = scope(session, &ctx, &shop).await?;
            let input = PriceInput {
                plan,
                quantities: super::quote::quantities(&items)?,
                packages: super::quote::packages(&packages)?,
                coupon,
            };
            let preview = offer_price(platform, &ctx, &scope, &product, &input).await?;
            session.out.facts(
                &preview,
                columns![
                    ("due now", "/due_now/gross"),
                    ("of it tax", "/due_now/tax"),
                    ("one-time", "/one_time"),
                    ("recurring", "/recurring"),
                    ("trial until", "/trial_ends_on"),
                    ("next invoice", "/next/on"),
                    ("of", "/next/document/gross"),
                ],
            )
        }
        Catalogue::Show { product, shop } => {
            let scope = scope(session, &ctx, &shop).await?;
            show(session, &offer(platform, &ctx, &scope, &product).await?)
        }
    }
}

fn show(session: &Session<'_>, offer: &Offer) -> Result<()> {
    session.out.facts(
        offer,
        columns![
            ("product", "/slug"),
            ("id", "/product_id"),
            ("name", "/name"),
            ("by", "/vendor"),
            ("summary", "/summary"),
            ("delivery", "/delivery"),
            ("approval", "/approval"),
            ("terms", "/terms_version"),
        ],
    )?;
    for plan in &offer.offered_plans {
        let mut items = json!(plan.items);
        for item in items.as_array_mut().into_iter().flatten() {
            let price = price(item);
            if let Some(item) = item.as_object_mut() {
                item.insert("price".to_owned(), price);
            }
        }
        let title = format!(
            "Plan {} ({}, billed {}{}{})",
            plan.code,
            plan.name.get(session.locale()),
            plan.billing_cadence,
            plan.term_cadence
                .map(|term| format!(", term {term}"))
                .unwrap_or_default(),
            if plan.trial_days > 0 {
                format!(", {} days of trial", plan.trial_days)
            } else {
                String::new()
            },
        );
        session.out.section(
            &title,
            &items,
            columns![
                ("item", "/code"),
                ("name", "/name"),
                ("kind", "/kind"),
                ("default", "/quantity_default"),
                ("price", "/price")
            ],
        )?;
    }
    session.out.section(
        "Asked at ordering",
        &json!(offer.parameters),
        columns![
            ("parameter", "/code"),
            ("question", "/label"),
            ("kind", "/kind"),
            ("required", "/required"),
            ("pattern", "/pattern"),
            ("choices", "/choices"),
        ],
    )
}

/// The price of an item in a few words.
fn price(item: &Value) -> Value {
    let prices = item.get("prices").and_then(Value::as_array);
    let words: Vec<String> = prices
        .into_iter()
        .flatten()
        .map(|price| {
            let model = price.get("model").filter(|model| !model.is_null());
            let words = model.map_or_else(|| "at cost, with a markup".to_owned(), describe);
            let matches = price.get("matches").and_then(Value::as_object);
            let only: Vec<String> = matches
                .into_iter()
                .flatten()
                .map(|(dimension, value)| {
                    format!("{dimension} {}", value.as_str().unwrap_or_default())
                })
                .collect();
            match only.is_empty() {
                true => words,
                false => format!("{}: {words}", only.join(", ")),
            }
        })
        .collect();
    json!(words.join("; "))
}

fn describe(model: &Value) -> String {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or("?").to_owned();
    let rows = |name: &str, price: &str| -> Vec<String> {
        let rows = model.get(name).and_then(Value::as_array);
        rows.into_iter()
            .flatten()
            .map(|row| match row.get("up_to") {
                Some(bound) => format!("{} up to {}", text(row.get(price)), text(Some(bound))),
                None => format!("{} above", text(row.get(price))),
            })
            .collect()
    };
    let kind = text(model.get("model"));
    let words = match kind.as_str() {
        "flat" => text(model.get("amount")),
        "per_unit" => format!("{} each", text(model.get("unit_price"))),
        "package" => format!(
            "{} per {}",
            text(model.get("amount")),
            text(model.get("size"))
        ),
        "graduated" | "volume" => format!("{kind}: {}", rows("tiers", "unit_price").join(", ")),
        "stairstep" => format!("in steps: {}", rows("steps", "amount").join(", ")),
        _ => kind,
    };
    match model.get("included") {
        Some(included) => format!("{words}, {} included", text(Some(included))),
        None => words,
    }
}

/// Whose offers, to whom, and on which day.
pub(crate) async fn scope(session: &Session<'_>, ctx: &OpCtx, shop: &Shop) -> Result<OfferScope> {
    let platform = session.platform();
    let buyer =
        (ctx.principal.account_kind == AccountKind::Customer).then_some(ctx.principal.account);
    if let (Some(buyer), None) = (buyer, &shop.storefront) {
        let chain = chain_get(platform, ctx, buyer).await?;
        let above = chain.first().ok_or_else(|| Error::not_found(buyer))?;
        let on = ctx.now.date_in(&above.seller.zone);
        return Ok(OfferScope {
            seller: above.seller.id,
            buyer: Some(buyer),
            on,
        });
    }
    let shop = match &shop.storefront {
        Some(slug) => storefront(platform, ctx.realm, slug).await?,
        None => {
            let mut shops = storefront_list(platform, ctx.realm).await?;
            if shops.len() != 1 {
                let names: Vec<&str> = shops.iter().map(|shop| shop.slug.as_str()).collect();
                return Err(Error::invalid(
                    "storefront",
                    "required",
                    format!("which one? There is: {}", names.join(", ")),
                ));
            }
            shops.remove(0)
        }
    };
    Ok(OfferScope {
        seller: shop.account,
        buyer: None,
        on: ctx.now.date_in(&shop.zone),
    })
}

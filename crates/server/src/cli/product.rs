//! `tradewind product`: what vendors and the provider make. What buyers see is `tradewind catalogue`.

mod parts;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use tradewind_catalogue::service::{
    product_create, product_get, product_list, product_publish, product_update, product_withdraw,
};
use tradewind_catalogue::types::{
    OfferQuery, ProductCreate, ProductDetail, ProductTransition, ProductUpdate,
};
use tradewind_kernel::id::ProductId;
use tradewind_kernel::{Error, Result};
use tradewind_platform::OpCtx;

use super::{ListOptions, Session, input, parse};
use crate::output::columns;

/// What a change of a product cannot say.
const FIXED: &[&str] = &["id", "vendor_id", "status", "created_at", "version"];

/// What can be done with products.
#[derive(Subcommand)]
pub(crate) enum Product {
    /// List one's own products in every status; for the provider, those of all vendors
    List {
        /// Words to look for
        #[arg(long, default_value = "")]
        search: String,
        #[command(flatten)]
        options: ListOptions,
    },
    /// Show a product with its plans, their items, and what is asked at ordering
    Show(Which),
    /// Make a product, as a draft
    #[command(after_help = "\
The file is JSON, with the fields that the API takes.

Example:
  echo '{\"slug\": \"vault\", \"name\": {\"en\": \"Vault\"}, \"delivery\": \"manual\", \"approval\": \"none\"}' |
    tradewind product create - --as theo@example.com")]
    Create {
        /// File with the product; - is the standard input
        file: PathBuf,
        /// Who makes it (default: one's own account)
        #[arg(long, value_name = "ACCOUNT")]
        maker: Option<String>,
    },
    /// Change a product: the fields of the file replace those it has
    Update {
        #[command(flatten)]
        which: Which,
        /// File with the fields that change; - is the standard input
        file: PathBuf,
        #[command(flatten)]
        expected: Expected,
    },
    /// Put a product up for sale
    Publish {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        expected: Expected,
    },
    /// Take a product off sale; what runs goes on
    Withdraw {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        expected: Expected,
    },
    /// The plans of a product
    #[command(subcommand)]
    Plan(parts::Plan),
    /// The items of a plan: what is counted and priced
    #[command(subcommand)]
    Item(parts::Item),
    /// What is asked at ordering
    #[command(subcommand)]
    Parameter(parts::Parameter),
}

/// Which product.
#[derive(Args)]
pub(crate) struct Which {
    /// Product, by its id or its name in addresses
    product: String,
}

/// As of which version.
#[derive(Args)]
pub(crate) struct Expected {
    /// Refuse when it has another version by now
    #[arg(long = "if-version", value_name = "VERSION")]
    version: Option<i64>,
}

impl Expected {
    /// The version that a change is based on.
    fn or(&self, now: i64) -> i64 {
        self.version.unwrap_or(now)
    }
}

impl Which {
    /// The product as it is now.
    async fn load(&self, session: &Session<'_>, ctx: &OpCtx) -> Result<ProductDetail> {
        let id = match self.product.parse() {
            Ok(id) => id,
            Err(_) => self.named(session, ctx).await?,
        };
        product_get(session.platform(), ctx, id).await
    }

    async fn named(&self, session: &Session<'_>, ctx: &OpCtx) -> Result<ProductId> {
        let mut query = OfferQuery {
            search: String::new(),
            filter: String::new(),
            sort: String::new(),
            locale: ctx.locale,
            page: ListOptions::default().page()?,
        };
        loop {
            let page = product_list(session.platform(), ctx, &query).await?;
            if let Some(found) = page.items.iter().find(|one| one.slug == self.product) {
                return Ok(found.id);
            }
            query.page.after = match page.next {
                Some(next) => Some(next),
                None => {
                    return Err(Error::NotFound {
                        kind: "product",
                        id: self.product.clone(),
                    });
                }
            };
        }
    }
}

pub(crate) async fn run(session: &Session<'_>, command: Product) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let id = match command {
        Product::List { search, options } => return list(session, &ctx, search, &options).await,
        Product::Show(which) => which.load(session, &ctx).await?.product.id,
        Product::Create { file, maker } => {
            let vendor_id = match &maker {
                Some(maker) => parse("maker", maker)?,
                None => ctx.principal.account,
            };
            let draft = input::json("file", &file)?;
            let input = ProductCreate { vendor_id, draft };
            product_create(platform, &ctx, &input).await?.id
        }
        Product::Update {
            which,
            file,
            expected,
        } => {
            let now = which.load(session, &ctx).await?.product;
            let input = ProductUpdate {
                id: now.id,
                version: expected.or(now.version),
                draft: input::changed(&now, FIXED, &file)?,
            };
            product_update(platform, &ctx, &input).await?.id
        }
        Product::Publish { which, expected } => {
            let input = transition(session, &ctx, &which, &expected).await?;
            product_publish(platform, &ctx, &input).await?.id
        }
        Product::Withdraw { which, expected } => {
            let input = transition(session, &ctx, &which, &expected).await?;
            product_withdraw(platform, &ctx, &input).await?.id
        }
        Product::Plan(command) => parts::plan(session, &ctx, command).await?,
        Product::Item(command) => parts::item(session, &ctx, command).await?,
        Product::Parameter(command) => parts::parameter(session, &ctx, command).await?,
    };
    session.settle().await?;
    if ctx.dry_run {
        let answer = json!({ "product": id, "kept": false });
        return session
            .out
            .say(&answer, "It could be done; nothing has been kept.");
    }
    show(session, &product_get(platform, &ctx, id).await?)
}

async fn transition(
    session: &Session<'_>,
    ctx: &OpCtx,
    which: &Which,
    expected: &Expected,
) -> Result<ProductTransition> {
    let now = which.load(session, ctx).await?.product;
    Ok(ProductTransition {
        id: now.id,
        version: expected.or(now.version),
    })
}

async fn list(
    session: &Session<'_>,
    ctx: &OpCtx,
    search: String,
    options: &ListOptions,
) -> Result<()> {
    let query = OfferQuery {
        search,
        filter: options.filter().to_owned(),
        sort: options.sort().to_owned(),
        locale: ctx.locale,
        page: options.page()?,
    };
    session.out.page(
        &product_list(session.platform(), ctx, &query).await?,
        columns![
            ("product", "/id"),
            ("name in addresses", "/slug"),
            ("name", "/name"),
            ("status", "/status"),
            ("delivery", "/delivery"),
            ("approval", "/approval"),
            ("version", "/version"),
        ],
    )
}

fn show(session: &Session<'_>, detail: &ProductDetail) -> Result<()> {
    session.out.facts(
        detail,
        columns![
            ("product", "/id"),
            ("name in addresses", "/slug"),
            ("name", "/name"),
            ("by", "/vendor_id"),
            ("status", "/status"),
            ("delivery", "/delivery"),
            ("approval", "/approval"),
            ("category", "/category_id"),
            ("terms", "/terms_version"),
            ("version", "/version"),
        ],
    )?;
    for plan in &detail.plans {
        let title = format!(
            "Plan {} ({}, {}, billed {})",
            plan.code,
            plan.name.get(session.locale()),
            plan.status,
            plan.billing_cadence,
        );
        session.out.section(
            &title,
            &json!(plan.items),
            columns![
                ("item", "/code"),
                ("name", "/name"),
                ("kind", "/kind"),
                ("unit", "/unit"),
                ("meter", "/meter"),
                ("default", "/quantity_default"),
            ],
        )?;
    }
    session.out.section(
        "Asked at ordering",
        &json!(detail.parameters),
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

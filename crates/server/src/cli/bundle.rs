//! `tradewind bundle`: plans that are sold together, with a discount on each.

use std::path::PathBuf;

use clap::Subcommand;
use tradewind_flows::order::{Placement, bundle_place};
use tradewind_flows::quote::{BundleAnswers, BundlePurchase, BundleQuote, quote_bundle};
use tradewind_kernel::id::{AccountId, BundleId};
use tradewind_kernel::{Error, Result};
use tradewind_orders::service::{
    bundle_create, bundle_end, bundle_get, bundle_list, bundle_sale_of, bundle_update,
};
use tradewind_orders::types::{BundleCreate, BundleUpdate};

use super::subscription::OwnReference;
use super::{ListOptions, Session, input, parse};
use crate::output::{Column, columns};

/// What can be done with bundles.
#[derive(Subcommand)]
pub(crate) enum Bundle {
    /// List bundles with how often they were sold, the latest first
    #[command(after_help = "Example:\n  tradewind bundle list --filter 'slug:office ended:false'")]
    List(ListOptions),
    /// Show a bundle with its plans
    Show {
        /// Bundle
        bundle: String,
    },
    /// Make a bundle from a file
    #[command(after_help = "\
Example of a file:
  {\"slug\": \"office\", \"name\": {\"en\": \"Office\"}, \"parts\": [
    {\"product_id\": \"prd_01…\", \"plan_id\": \"pln_01…\", \"quantities\": {\"seats\": \"5\"},
     \"benefit\": {\"gives\": \"percentage\", \"percent\": \"10\"}},
    {\"product_id\": \"prd_02…\", \"plan_id\": \"pln_02…\",
     \"benefit\": {\"gives\": \"price_override\", \"amount\": {\"amount\": \"20.00\", \"currency\": \"EUR\"}}}]}")]
    Create {
        /// The bundle as JSON; `-` is the standard input
        file: PathBuf,
        /// Seller (default: one's own account)
        #[arg(long, value_name = "ACCOUNT")]
        seller: Option<String>,
    },
    /// Replace a bundle; what was sold stays as it was
    Update {
        /// Bundle
        bundle: String,
        /// The bundle as JSON; `-` is the standard input
        file: PathBuf,
        /// Refuse when the bundle has another version by now
        #[arg(long = "if-version", value_name = "VERSION")]
        version: Option<i64>,
    },
    /// End a bundle: nobody buys it any more
    End {
        /// Bundle
        bundle: String,
    },
    /// Show what a bundle costs and saves, and buy it with --confirm
    Buy {
        /// Bundle
        bundle: String,
        /// What its plans ask, as JSON, one object a plan: {"parameters": {"region": "eu"}, "accepted_terms": "2024-08"}
        #[arg(long, value_name = "FILE")]
        answers: Option<PathBuf>,
        /// Account that buys (default: one's own)
        #[arg(long = "for", value_name = "ACCOUNT")]
        customer: Option<String>,
        #[command(flatten)]
        reference: OwnReference,
        /// Do it
        #[arg(long)]
        confirm: bool,
    },
    /// Show the bundle that a subscription was sold in
    Of {
        /// Subscription
        subscription: String,
    },
}

const BUNDLE: &[Column] = columns![
    ("bundle", "/bundle/id"),
    ("slug", "/bundle/terms/slug"),
    ("name", "/bundle/terms/name/en"),
    ("state", "/state"),
    ("sales", "/sales"),
    ("when broken", "/bundle/terms/when_broken"),
    ("periods", "/bundle/terms/periods"),
    ("version", "/bundle/version"),
];

const PARTS: &[Column] = columns![
    ("product", "/product_id"),
    ("plan", "/plan_id"),
    ("quantities", "/quantities"),
    ("gives", "/benefit/gives"),
    ("percent", "/benefit/percent"),
    ("amount", "/benefit/amount"),
];

pub(crate) async fn run(session: &Session<'_>, command: Bundle) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let view = match command {
        Bundle::List(options) => {
            let list = options.request()?;
            let page = bundle_list(platform, &ctx, &list).await?;
            return session.out.page(&page, BUNDLE);
        }
        Bundle::Of { subscription } => {
            let id = parse("subscription", &subscription)?;
            let sale = bundle_sale_of(platform, &ctx, id).await?;
            return session.out.facts(
                &sale,
                columns![
                    ("sale", "/id"),
                    ("bundle", "/bundle_id"),
                    ("name", "/name/en"),
                    ("placed", "/placed_at"),
                    ("when broken", "/when_broken"),
                    ("broken", "/broken_at"),
                    ("parts", "/parts"),
                ],
            );
        }
        Bundle::Buy {
            bundle,
            answers,
            customer,
            reference,
            confirm,
        } => {
            let parts: Vec<BundleAnswers> = match &answers {
                Some(file) => input::json("answers", file)?,
                None => Vec::new(),
            };
            let purchase = BundlePurchase {
                customer_id: match customer {
                    Some(named) => parse("for", &named)?,
                    None => ctx.principal.account,
                },
                bundle_id: parse("bundle", &bundle)?,
                parts,
            };
            let quote = quote_bundle(platform, &ctx, &purchase).await?;
            if !confirm || ctx.dry_run {
                show_quote(session, &quote)?;
                session
                    .out
                    .note("Nothing has been changed; --confirm does it.");
                return Ok(());
            }
            let reference = reference.given();
            let input = Placement {
                quote_id: quote.id,
                reference: (!reference.is_nothing()).then_some(reference),
            };
            // The quote has taken the key of this call; the orders get one that follows from it.
            let key = ctx.idempotency_key.as_ref();
            let ctx = tradewind_platform::OpCtx {
                idempotency_key: key.map(|key| format!("{key}:place")),
                ..ctx.clone()
            };
            let ordered = bundle_place(platform, &ctx, &input).await?;
            session.settle().await?;
            session.out.facts(
                &ordered.sale,
                columns![
                    ("sale", "/id"),
                    ("bundle", "/bundle_id"),
                    ("placed", "/placed_at")
                ],
            )?;
            let orders = serde_json::to_value(&ordered.orders).map_err(Error::internal)?;
            return session.out.section(
                "Orders",
                &orders,
                columns![
                    ("order", "/id"),
                    ("subscription", "/subscription_id"),
                    ("state", "/state"),
                    ("due now", "/due_now"),
                ],
            );
        }
        Bundle::Show { bundle } => bundle_get(platform, &ctx, parse("bundle", &bundle)?).await?,
        Bundle::Create { file, seller } => {
            let seller_id: AccountId = match seller {
                Some(named) => parse("seller", &named)?,
                None => ctx.principal.account,
            };
            let create = BundleCreate {
                seller_id,
                input: input::json("file", &file)?,
            };
            bundle_create(platform, &ctx, &create).await?
        }
        Bundle::Update {
            bundle,
            file,
            version,
        } => {
            let update = BundleUpdate {
                id: parse("bundle", &bundle)?,
                version,
                input: input::json("file", &file)?,
            };
            bundle_update(platform, &ctx, &update).await?
        }
        Bundle::End { bundle } => {
            let id: BundleId = parse("bundle", &bundle)?;
            bundle_end(platform, &ctx, id, None).await?
        }
    };
    session.settle().await?;
    session.out.facts(&view, BUNDLE)?;
    let parts = serde_json::to_value(&view.bundle.terms.parts).map_err(Error::internal)?;
    session.out.section("Plans", &parts, PARTS)
}

fn show_quote(session: &Session<'_>, quote: &BundleQuote) -> Result<()> {
    session.out.facts(
        quote,
        columns![
            ("quote", "/id"),
            ("due now", "/preview/due_now"),
            ("saved now", "/preview/saved_now"),
            ("next", "/preview/next"),
            ("saved next", "/preview/saved_next"),
            ("valid until", "/expires_at"),
        ],
    )?;
    let parts = serde_json::to_value(&quote.preview.parts).map_err(Error::internal)?;
    session.out.section(
        "Plans",
        &parts,
        columns![
            ("name", "/name"),
            ("due now", "/billing/due_now/gross"),
            ("next", "/billing/next/document/gross"),
        ],
    )
}

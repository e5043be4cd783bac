//! Plans, items and parameters. Each is named by its code, within its product.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::Value;
use tradewind_catalogue::service::{
    item_create, item_update, parameter_create, parameter_update, plan_create, plan_update,
};
use tradewind_catalogue::types::{
    self, ItemCreate, ItemUpdate, ParameterCreate, ParameterUpdate, PlanCreate, PlanUpdate,
    ProductDetail,
};
use tradewind_kernel::id::ProductId;
use tradewind_kernel::{Error, Result};
use tradewind_platform::OpCtx;

use super::{Expected, Session, Which, input};

/// What can be done with plans.
#[derive(Subcommand)]
pub(crate) enum Plan {
    /// Add a plan; its items may stand in the same file, in a list \"items\"
    Add(New),
    /// Change a plan: the fields of the file replace those it has
    Update {
        #[command(flatten)]
        which: Which,
        /// Plan, by its code
        plan: String,
        #[command(flatten)]
        change: Change,
    },
}

/// What can be done with items.
#[derive(Subcommand)]
pub(crate) enum Item {
    /// Add an item to a plan
    Add {
        #[command(flatten)]
        which: Which,
        /// Plan, by its code
        plan: String,
        /// File with the item; - is the standard input
        file: PathBuf,
    },
    /// Change an item: the fields of the file replace those it has
    Update {
        #[command(flatten)]
        which: Which,
        /// Plan, by its code
        plan: String,
        /// Item, by its code
        item: String,
        #[command(flatten)]
        change: Change,
    },
}

/// What can be done with parameters.
#[derive(Subcommand)]
pub(crate) enum Parameter {
    /// Ask for something more
    Add(New),
    /// Change what is asked: the fields of the file replace those it has
    Update {
        #[command(flatten)]
        which: Which,
        /// Parameter, by its code
        parameter: String,
        #[command(flatten)]
        change: Change,
    },
}

/// A new part of a product.
#[derive(Args)]
pub(crate) struct New {
    #[command(flatten)]
    which: Which,
    /// File with it; - is the standard input
    file: PathBuf,
}

/// What becomes of a part.
#[derive(Args)]
pub(crate) struct Change {
    /// File with the fields that change; - is the standard input
    file: PathBuf,
    #[command(flatten)]
    expected: Expected,
}

/// Changes the plans of a product and says of which.
pub(super) async fn plan(session: &Session<'_>, ctx: &OpCtx, command: Plan) -> Result<ProductId> {
    match command {
        Plan::Add(new) => {
            let product = new.which.load(session, ctx).await?.product.id;
            let input = new_plan(product, &new.file)?;
            plan_create(session.platform(), ctx, &input).await?;
            Ok(product)
        }
        Plan::Update {
            which,
            plan,
            change,
        } => {
            let product = which.load(session, ctx).await?;
            let now = find_plan(&product, &plan)?;
            let fixed = &["id", "product_id", "version", "items", "tax_category"];
            let input = PlanUpdate {
                id: now.id,
                version: change.expected.or(now.version),
                draft: input::changed(now, fixed, &change.file)?,
            };
            plan_update(session.platform(), ctx, &input).await?;
            Ok(product.product.id)
        }
    }
}

/// Changes the items of a plan and says of which product.
pub(super) async fn item(session: &Session<'_>, ctx: &OpCtx, command: Item) -> Result<ProductId> {
    match command {
        Item::Add { which, plan, file } => {
            let product = which.load(session, ctx).await?;
            let input = ItemCreate {
                plan_id: find_plan(&product, &plan)?.id,
                draft: input::json("file", &file)?,
            };
            item_create(session.platform(), ctx, &input).await?;
            Ok(product.product.id)
        }
        Item::Update {
            which,
            plan,
            item,
            change,
        } => {
            let product = which.load(session, ctx).await?;
            let plan = find_plan(&product, &plan)?;
            let now = find("item", &plan.items, &item, |item| &item.code)?;
            let input = ItemUpdate {
                id: now.id,
                version: change.expected.or(plan.version),
                draft: input::changed(now, &["id", "plan_id"], &change.file)?,
            };
            item_update(session.platform(), ctx, &input).await?;
            Ok(product.product.id)
        }
    }
}

/// Changes what is asked for a product and says for which.
pub(super) async fn parameter(
    session: &Session<'_>,
    ctx: &OpCtx,
    command: Parameter,
) -> Result<ProductId> {
    match command {
        Parameter::Add(new) => {
            let input = ParameterCreate {
                product_id: new.which.load(session, ctx).await?.product.id,
                draft: input::json("file", &new.file)?,
            };
            parameter_create(session.platform(), ctx, &input).await?;
            Ok(input.product_id)
        }
        Parameter::Update {
            which,
            parameter,
            change,
        } => {
            let product = which.load(session, ctx).await?;
            let now = find("parameter", &product.parameters, &parameter, |one| {
                &one.code
            })?;
            let input = ParameterUpdate {
                id: now.id,
                version: change.expected.or(product.product.version),
                draft: input::changed(now, &["id", "product_id"], &change.file)?,
            };
            parameter_update(session.platform(), ctx, &input).await?;
            Ok(product.product.id)
        }
    }
}

/// A plan and its items from one file.
fn new_plan(product_id: ProductId, file: &std::path::Path) -> Result<PlanCreate> {
    let mut plan: serde_json::Map<String, Value> = input::json("file", file)?;
    let items = plan
        .remove("items")
        .unwrap_or_else(|| Value::Array(Vec::new()));
    Ok(PlanCreate {
        product_id,
        draft: input::value("file", Value::Object(plan))?,
        items: input::value("items", items)?,
    })
}

fn find_plan<'a>(product: &'a ProductDetail, code: &str) -> Result<&'a types::Plan> {
    find("plan", &product.plans, code, |plan| &plan.code)
}

/// The one with this code; otherwise says which there are.
fn find<'a, T>(
    what: &str,
    all: &'a [T],
    code: &str,
    code_of: impl Fn(&T) -> &String,
) -> Result<&'a T> {
    all.iter().find(|one| code_of(one) == code).ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|one| code_of(one).as_str()).collect();
        let there = match known.as_slice() {
            [] => "there is none".to_owned(),
            known => format!("there is {}", known.join(", ")),
        };
        Error::invalid(
            what,
            "unknown",
            format!("there is no {what} \"{code}\"; {there}"),
        )
    })
}

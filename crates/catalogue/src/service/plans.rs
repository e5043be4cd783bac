//! Plans, their items, and the parameters of products.

use serde_json::json;
use tradewind_kernel::{
    Error, Problems, Result,
    id::{ItemId, ParameterId, PlanId, ProductId},
};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::Action;

use super::{
    load, parties,
    products::{record, stored},
};
use crate::{
    rules,
    store::{products as store, versions::Part},
    types::{
        Item, ItemCreate, ItemDraft, ItemUpdate, Parameter, ParameterCreate, ParameterUpdate, Plan,
        PlanCreate, PlanUpdate, Product,
    },
};

fn code_taken(code: &str) -> Error {
    Error::conflict(
        "code_taken",
        format!("the code \"{code}\" is already used here"),
    )
}

/// A new item, numbered by its place when none is given.
fn new_item(id: ItemId, plan: PlanId, draft: &ItemDraft) -> Item {
    Item {
        id,
        plan_id: plan,
        code: draft.code.clone(),
        name: draft.name.clone(),
        kind: draft.kind,
        unit: draft.unit.clone(),
        meter: draft.meter.clone(),
        aggregation: draft.aggregation.clone(),
        timing: draft.timing,
        quantity_min: draft.quantity_min,
        quantity_max: draft.quantity_max,
        quantity_default: draft.quantity_default,
        quantity_step: draft.quantity_step,
        tax_category: draft.tax_category,
        position: draft.position,
    }
}

/// A product that the principal may change.
async fn manageable(w: &mut Work, id: ProductId) -> Result<Product> {
    let found = store::product(&mut w.tx, w.ctx.realm, id).await?;
    let product = found.ok_or_else(|| Error::not_found(id))?;
    parties::authorize_product(w, Action::ProductManage, product.vendor_id, id).await?;
    Ok(product)
}

/// Adds a plan, with its items, to a product.
///
/// # Errors
/// Names the field that is wrong, such as `meter_taken` where two items charge for one meter; conflict `code_taken`.
pub async fn plan_create(p: &Platform, ctx: &OpCtx, input: &PlanCreate) -> Result<Plan> {
    p.command(ctx, "plan.create", input, |w, input| {
        Box::pin(plan_create_in(w, input))
    })
    .await
}

/// As [`plan_create`], within another use case.
///
/// # Errors
/// As [`plan_create`].
pub async fn plan_create_in(w: &mut Work, input: &PlanCreate) -> Result<Plan> {
    let product = manageable(w, input.product_id).await?;
    let mut problems = Problems::new();
    problems.check(rules::check_plan(&input.draft));
    for (at, item) in input.items.iter().enumerate() {
        let field = format!("items.{at}");
        problems.check(rules::check_item(item).map_err(|error| error.under(&field)));
        if input
            .items
            .iter()
            .take(at)
            .any(|other| other.code == item.code)
        {
            problems.add(format!("{field}.code"), "duplicate", "is named twice");
        }
        let before = input.items.iter().take(at);
        let others = before.map(|other| other.meter.as_deref());
        problems.check(rules::check_meter_free(item, others).map_err(|error| error.under(&field)));
    }
    problems.finish()?;
    let id = PlanId::generate();
    let realm = w.ctx.realm;
    if !store::add_plan(&mut w.tx, realm, id, product.id, &input.draft).await? {
        return Err(code_taken(&input.draft.code));
    }
    let items: Vec<Item> = input
        .items
        .iter()
        .map(|draft| new_item(ItemId::generate(), id, draft))
        .collect();
    store::add_items(&mut w.tx, realm, &items).await?;
    load::touch(w, Part::Shelf).await?;
    let summary = json!({"product": product.id, "code": input.draft.code});
    record(
        w,
        "plan.created",
        "plan",
        id.to_string(),
        product.vendor_id,
        summary,
    );
    plan_of(w, product.id, id).await
}

/// A plan with its items as it is now.
async fn plan_of(w: &mut Work, product: ProductId, id: PlanId) -> Result<Plan> {
    let detail = stored(w, product).await?;
    let found = detail.plans.into_iter().find(|plan| plan.id == id);
    found.ok_or_else(|| Error::not_found(id))
}

/// A plan that the principal may change, at the version that the caller has seen.
async fn plan_for(w: &mut Work, id: PlanId, version: Option<i64>) -> Result<(Plan, Product)> {
    let found = store::plan(&mut w.tx, w.ctx.realm, id).await?;
    let plan = found.ok_or_else(|| Error::not_found(id))?;
    let product = match manageable(w, plan.product_id).await {
        // Whoever may not see the product learns nothing of its plan.
        Err(Error::NotFound { .. }) => return Err(Error::not_found(id)),
        other => other?,
    };
    if version.is_some_and(|version| version != plan.version) {
        return Err(Error::changed(id));
    }
    Ok((plan, product))
}

/// Changes a plan. Running subscriptions keep their terms.
///
/// # Errors
/// Names the field that is wrong; changed meanwhile; conflict `code_taken`.
pub async fn plan_update(p: &Platform, ctx: &OpCtx, input: &PlanUpdate) -> Result<Plan> {
    p.command(ctx, "plan.update", input, |w, input| {
        Box::pin(async move {
            let (before, product) = plan_for(w, input.id, Some(input.version)).await?;
            rules::check_plan(&input.draft)?;
            let detail = stored(w, product.id).await?;
            let taken = |other: &Plan| other.code == input.draft.code && other.id != input.id;
            if detail.plans.iter().any(taken) {
                return Err(code_taken(&input.draft.code));
            }
            let (realm, version) = (w.ctx.realm, input.version);
            if !store::update_plan(&mut w.tx, realm, input.id, version, &input.draft).await? {
                return Err(Error::changed(input.id));
            }
            load::touch(w, Part::Shelf).await?;
            let after = plan_of(w, product.id, input.id).await?;
            let summary = json!({"before": before, "after": after});
            record(
                w,
                "plan.updated",
                "plan",
                input.id.to_string(),
                product.vendor_id,
                summary,
            );
            Ok(after)
        })
    })
    .await
}

/// Adds an item to a plan.
///
/// # Errors
/// Names the field that is wrong, such as `meter_taken`; conflict `code_taken`.
pub async fn item_create(p: &Platform, ctx: &OpCtx, input: &ItemCreate) -> Result<Item> {
    p.command(ctx, "item.create", input, |w, input| {
        Box::pin(item_create_in(w, input))
    })
    .await
}

/// As [`item_create`], within another use case.
///
/// # Errors
/// As [`item_create`].
pub async fn item_create_in(w: &mut Work, input: &ItemCreate) -> Result<Item> {
    let (plan, product) = plan_for(w, input.plan_id, None).await?;
    rules::check_item(&input.draft)?;
    let whole = plan_of(w, product.id, plan.id).await?;
    let others = whole.items.iter().map(|other| other.meter.as_deref());
    rules::check_meter_free(&input.draft, others)?;
    let item = new_item(ItemId::generate(), plan.id, &input.draft);
    let realm = w.ctx.realm;
    if store::add_items(&mut w.tx, realm, std::slice::from_ref(&item)).await? == 0 {
        return Err(code_taken(&item.code));
    }
    if !store::bump_plan(&mut w.tx, realm, plan.id, plan.version).await? {
        return Err(Error::changed(plan.id));
    }
    load::touch(w, Part::Shelf).await?;
    let summary = json!({"plan": plan.id, "code": item.code});
    record(
        w,
        "item.created",
        "item",
        item.id.to_string(),
        product.vendor_id,
        summary,
    );
    Ok(item)
}

/// A meter that an item gets is free in its plan. What shares one since before that was asked can still be changed.
fn check_new_meter(plan: &Plan, input: &ItemUpdate) -> Result<()> {
    let (own, others): (Vec<&Item>, Vec<&Item>) =
        plan.items.iter().partition(|item| item.id == input.id);
    if own.iter().any(|item| item.meter == input.draft.meter) {
        return Ok(());
    }
    rules::check_meter_free(
        &input.draft,
        others.iter().map(|other| other.meter.as_deref()),
    )
}

/// Changes an item. Running subscriptions keep their terms.
///
/// # Errors
/// Names the field that is wrong, such as `meter_taken`; changed meanwhile; conflict `code_taken`.
pub async fn item_update(p: &Platform, ctx: &OpCtx, input: &ItemUpdate) -> Result<Item> {
    p.command(ctx, "item.update", input, |w, input| {
        Box::pin(async move {
            let realm = w.ctx.realm;
            let plan = store::item_plan(&mut w.tx, realm, input.id).await?;
            let plan = plan.ok_or_else(|| Error::not_found(input.id))?;
            let (_, product) = match plan_for(w, plan, Some(input.version)).await {
                Err(Error::NotFound { .. }) => return Err(Error::not_found(input.id)),
                other => other?,
            };
            rules::check_item(&input.draft)?;
            let before = plan_of(w, product.id, plan).await?;
            let taken = |other: &Item| other.code == input.draft.code && other.id != input.id;
            if before.items.iter().any(taken) {
                return Err(code_taken(&input.draft.code));
            }
            check_new_meter(&before, input)?;
            let item = new_item(input.id, plan, &input.draft);
            store::update_item(&mut w.tx, realm, &item).await?;
            if !store::bump_plan(&mut w.tx, realm, plan, input.version).await? {
                return Err(Error::changed(plan));
            }
            load::touch(w, Part::Shelf).await?;
            let before = before.items.iter().find(|item| item.id == input.id);
            let summary = json!({"before": before, "after": item});
            record(
                w,
                "item.updated",
                "item",
                input.id.to_string(),
                product.vendor_id,
                summary,
            );
            Ok(item)
        })
    })
    .await
}

fn new_parameter(
    id: ParameterId,
    product: ProductId,
    draft: &crate::types::ParameterDraft,
) -> Parameter {
    Parameter {
        id,
        product_id: product,
        code: draft.code.clone(),
        label: draft.label.clone(),
        hint: draft.hint.clone(),
        kind: draft.kind,
        required: draft.required,
        pattern: draft.pattern.clone(),
        choices: draft.choices.clone(),
        sensitive: draft.sensitive,
        position: draft.position,
    }
}

/// Adds a parameter to a product.
///
/// # Errors
/// Names the field that is wrong, also a pattern that does not compile; conflict `code_taken`.
pub async fn parameter_create(
    p: &Platform,
    ctx: &OpCtx,
    input: &ParameterCreate,
) -> Result<Parameter> {
    p.command(ctx, "parameter.create", input, |w, input| {
        Box::pin(parameter_create_in(w, input))
    })
    .await
}

/// As [`parameter_create`], within another use case.
///
/// # Errors
/// As [`parameter_create`].
pub async fn parameter_create_in(w: &mut Work, input: &ParameterCreate) -> Result<Parameter> {
    let product = manageable(w, input.product_id).await?;
    rules::check_parameter(&input.draft)?;
    let parameter = new_parameter(ParameterId::generate(), product.id, &input.draft);
    let realm = w.ctx.realm;
    if !store::add_parameter(&mut w.tx, realm, &parameter).await? {
        return Err(code_taken(&parameter.code));
    }
    if !store::bump_product(&mut w.tx, realm, product.id, product.version).await? {
        return Err(Error::changed(product.id));
    }
    load::touch(w, Part::Shelf).await?;
    let (id, summary) = (
        parameter.id.to_string(),
        json!({"product": product.id, "code": parameter.code}),
    );
    record(
        w,
        "parameter.created",
        "parameter",
        id,
        product.vendor_id,
        summary,
    );
    Ok(parameter)
}

/// Changes a parameter. Answers that were given stay as they are.
///
/// # Errors
/// Names the field that is wrong; changed meanwhile; conflict `code_taken`.
pub async fn parameter_update(
    p: &Platform,
    ctx: &OpCtx,
    input: &ParameterUpdate,
) -> Result<Parameter> {
    p.command(ctx, "parameter.update", input, |w, input| {
        Box::pin(async move {
            let realm = w.ctx.realm;
            let of = store::parameter_product(&mut w.tx, realm, input.id).await?;
            let of = of.ok_or_else(|| Error::not_found(input.id))?;
            let product = match manageable(w, of).await {
                Err(Error::NotFound { .. }) => return Err(Error::not_found(input.id)),
                other => other?,
            };
            if product.version != input.version {
                return Err(Error::changed(product.id));
            }
            rules::check_parameter(&input.draft)?;
            let detail = stored(w, product.id).await?;
            let same = |other: &&Parameter| other.id == input.id;
            let taken = |other: &Parameter| other.code == input.draft.code && other.id != input.id;
            if detail.parameters.iter().any(taken) {
                return Err(code_taken(&input.draft.code));
            }
            let after = new_parameter(input.id, product.id, &input.draft);
            store::update_parameter(&mut w.tx, realm, &after).await?;
            if !store::bump_product(&mut w.tx, realm, product.id, input.version).await? {
                return Err(Error::changed(product.id));
            }
            load::touch(w, Part::Shelf).await?;
            let before = detail.parameters.iter().find(same);
            let (id, summary) = (
                input.id.to_string(),
                json!({"before": before, "after": after}),
            );
            record(
                w,
                "parameter.updated",
                "parameter",
                id,
                product.vendor_id,
                summary,
            );
            Ok(after)
        })
    })
    .await
}

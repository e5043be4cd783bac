//! Categories and products.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Value, json};
use tradewind_kernel::{
    Error, Result,
    id::{AccountId, CategoryId, ItemId, PlanId, ProductId},
    page::Page,
};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{AccountKind, Action, ResourceKind};

use super::{load, parties};
use crate::{
    rules,
    store::{products as store, versions::Part},
    types::{
        Category, CategoryDraft, CategoryUpdate, OfferQuery, Product, ProductCreate, ProductDetail,
        ProductStatus, ProductTransition, ProductUpdate,
    },
};

/// Writes down what was done to something of a vendor, and tells whoever listens.
pub(super) fn record(
    w: &mut Work,
    action: &'static str,
    kind: &'static str,
    id: String,
    account: AccountId,
    summary: Value,
) {
    w.audit(AuditEntry {
        action,
        kind,
        id: id.clone(),
        account,
        summary: summary.clone(),
    });
    w.emit(NewEvent {
        kind: action,
        subject: id,
        account,
        data: summary,
    });
}

/// Creates a category.
///
/// # Errors
/// Names the field that is wrong; conflict `slug_taken`.
pub async fn category_create(p: &Platform, ctx: &OpCtx, input: &CategoryDraft) -> Result<Category> {
    p.command(ctx, "category.create", input, |w, input| {
        Box::pin(category_create_in(w, input))
    })
    .await
}

/// As [`category_create`], within another use case.
///
/// # Errors
/// As [`category_create`].
pub async fn category_create_in(w: &mut Work, input: &CategoryDraft) -> Result<Category> {
    parties::authorize_realm(w, Action::ProductManage, ResourceKind::Product).await?;
    rules::check_category(input)?;
    let category = Category {
        id: CategoryId::generate(),
        slug: input.slug.clone(),
        name: input.name.clone(),
        position: input.position,
    };
    if !store::add_category(&mut w.tx, w.ctx.realm, &category).await? {
        return Err(slug_taken(&input.slug));
    }
    load::touch(w, Part::Shelf).await?;
    let owner = parties::provider(w).await?;
    let summary = json!({"slug": category.slug});
    record(
        w,
        "category.created",
        "category",
        category.id.to_string(),
        owner,
        summary,
    );
    Ok(category)
}

/// Changes a category.
///
/// # Errors
/// Names the field that is wrong; conflict `slug_taken`.
pub async fn category_update(
    p: &Platform,
    ctx: &OpCtx,
    input: &CategoryUpdate,
) -> Result<Category> {
    p.command(ctx, "category.update", input, |w, input| {
        Box::pin(async move {
            parties::authorize_realm(w, Action::ProductManage, ResourceKind::Product).await?;
            rules::check_category(&input.draft)?;
            let all = store::categories(&mut w.tx, w.ctx.realm).await?;
            let taken = |other: &Category| other.slug == input.draft.slug && other.id != input.id;
            if all.iter().any(taken) {
                return Err(slug_taken(&input.draft.slug));
            }
            if !store::update_category(&mut w.tx, w.ctx.realm, input.id, &input.draft).await? {
                return Err(Error::not_found(input.id));
            }
            load::touch(w, Part::Shelf).await?;
            let owner = parties::provider(w).await?;
            let summary = json!({"slug": input.draft.slug});
            record(
                w,
                "category.updated",
                "category",
                input.id.to_string(),
                owner,
                summary,
            );
            Ok(Category {
                id: input.id,
                slug: input.draft.slug.clone(),
                name: input.draft.name.clone(),
                position: input.draft.position,
            })
        })
    })
    .await
}

/// All categories in their order. They are the same for everyone.
///
/// # Errors
/// Database errors.
pub async fn category_list(p: &Platform, ctx: &OpCtx) -> Result<Vec<Category>> {
    p.read(ctx, &(), |w, ()| {
        Box::pin(async move {
            let versions = load::versions(w).await?;
            Ok(load::shelf(w, &versions).await?.categories.clone())
        })
    })
    .await
}

/// Creates a product, as a draft.
///
/// # Errors
/// Names the field that is wrong; conflict `slug_taken`; not found when the vendor is not the principal's to see.
pub async fn product_create(p: &Platform, ctx: &OpCtx, input: &ProductCreate) -> Result<Product> {
    p.command(ctx, "product.create", input, |w, input| {
        Box::pin(product_create_in(w, input))
    })
    .await
}

/// As [`product_create`], within another use case.
///
/// # Errors
/// As [`product_create`].
pub async fn product_create_in(w: &mut Work, input: &ProductCreate) -> Result<Product> {
    let vendor = input.vendor_id;
    parties::authorize_product(w, Action::ProductManage, vendor, vendor).await?;
    rules::check_product(&input.draft)?;
    let maker = parties::account(w, vendor).await?;
    if !matches!(maker.kind, AccountKind::Vendor | AccountKind::Provider) {
        return Err(Error::invalid(
            "vendor_id",
            "not_a_vendor",
            "must be a vendor or the provider",
        ));
    }
    check_category(w, input.draft.category_id).await?;
    let draft = input.draft.clone();
    let product = Product {
        id: ProductId::generate(),
        vendor_id: vendor,
        slug: draft.slug,
        name: draft.name,
        summary: draft.summary,
        description: draft.description,
        category_id: draft.category_id,
        status: ProductStatus::Draft,
        delivery: draft.delivery,
        approval: draft.approval,
        tags: draft.tags,
        features: draft.features,
        terms_title: draft.terms_title,
        terms_text: draft.terms_text,
        terms_version: draft.terms_version,
        tax_category: draft.tax_category,
        created_at: w.ctx.now,
        version: 1,
    };
    if !store::add_product(&mut w.tx, w.ctx.realm, &product).await? {
        return Err(slug_taken(&product.slug));
    }
    load::touch(w, Part::Shelf).await?;
    let summary = json!({"slug": product.slug});
    record(
        w,
        "product.created",
        "product",
        product.id.to_string(),
        vendor,
        summary,
    );
    Ok(product)
}

async fn check_category(w: &mut Work, category: Option<CategoryId>) -> Result<()> {
    let Some(id) = category else {
        return Ok(());
    };
    let known = store::categories(&mut w.tx, w.ctx.realm).await?;
    if known.iter().any(|category| category.id == id) {
        return Ok(());
    }
    Err(Error::invalid(
        "category_id",
        "unknown",
        "there is no such category",
    ))
}

fn slug_taken(slug: &str) -> Error {
    Error::conflict("slug_taken", format!("the name \"{slug}\" is already used"))
}

/// A product that the principal may do this with, locked; at the version that the caller has seen.
pub(super) async fn product_for(
    w: &mut Work,
    action: Action,
    id: ProductId,
    version: i64,
) -> Result<Product> {
    let found = store::product(&mut w.tx, w.ctx.realm, id).await?;
    let product = found.ok_or_else(|| Error::not_found(id))?;
    parties::authorize_product(w, action, product.vendor_id, id).await?;
    if product.version != version {
        return Err(Error::changed(id));
    }
    Ok(product)
}

/// Changes a product. What was ordered before keeps the conditions that were accepted.
///
/// # Errors
/// Names the field that is wrong; changed meanwhile; conflict `slug_taken`.
pub async fn product_update(p: &Platform, ctx: &OpCtx, input: &ProductUpdate) -> Result<Product> {
    p.command(ctx, "product.update", input, |w, input| {
        Box::pin(async move {
            let id = input.id;
            let before = product_for(w, Action::ProductManage, id, input.version).await?;
            rules::check_product(&input.draft)?;
            check_category(w, input.draft.category_id).await?;
            let holder = store::slug_holder(&mut w.tx, w.ctx.realm, &input.draft.slug).await?;
            if holder.is_some_and(|holder| holder != id) {
                return Err(slug_taken(&input.draft.slug));
            }
            let (realm, version) = (w.ctx.realm, input.version);
            if !store::update_product(&mut w.tx, realm, id, version, &input.draft).await? {
                return Err(Error::changed(id));
            }
            load::touch(w, Part::Shelf).await?;
            let after = store::product(&mut w.tx, realm, id).await?;
            let after = after.ok_or_else(|| Error::not_found(id))?;
            let summary = json!({"before": before, "after": after});
            record(
                w,
                "product.updated",
                "product",
                id.to_string(),
                after.vendor_id,
                summary,
            );
            Ok(after)
        })
    })
    .await
}

/// Puts a product up for sale.
///
/// # Errors
/// `nothing_to_sell`, `already_published`; changed meanwhile.
pub async fn product_publish(
    p: &Platform,
    ctx: &OpCtx,
    input: &ProductTransition,
) -> Result<Product> {
    p.command(ctx, "product.publish", input, |w, input| {
        Box::pin(product_publish_in(w, input))
    })
    .await
}

/// As [`product_publish`], within another use case.
///
/// # Errors
/// As [`product_publish`].
pub async fn product_publish_in(w: &mut Work, input: &ProductTransition) -> Result<Product> {
    product_for(w, Action::ProductPublish, input.id, input.version).await?;
    let detail = stored(w, input.id).await?;
    rules::check_publishable(&detail)?;
    set_status(w, input, ProductStatus::Published, "product.published").await
}

/// Takes a product off sale; running subscriptions go on.
///
/// # Errors
/// Conflict `not_published`; changed meanwhile.
pub async fn product_withdraw(
    p: &Platform,
    ctx: &OpCtx,
    input: &ProductTransition,
) -> Result<Product> {
    p.command(ctx, "product.withdraw", input, |w, input| {
        Box::pin(async move {
            let product = product_for(w, Action::ProductPublish, input.id, input.version).await?;
            if product.status != ProductStatus::Published {
                return Err(Error::conflict(
                    "not_published",
                    "the product is not for sale",
                ));
            }
            set_status(w, input, ProductStatus::Withdrawn, "product.withdrawn").await
        })
    })
    .await
}

/// A product as it is stored, for a change of it; reading all others for that would be a waste.
pub(super) async fn stored(w: &mut Work, id: ProductId) -> Result<ProductDetail> {
    let found = store::detail(&mut w.tx, w.ctx.realm, id).await?;
    found.ok_or_else(|| Error::not_found(id))
}

async fn set_status(
    w: &mut Work,
    input: &ProductTransition,
    status: ProductStatus,
    action: &'static str,
) -> Result<Product> {
    let (realm, id) = (w.ctx.realm, input.id);
    if !store::set_product_status(&mut w.tx, realm, id, input.version, status).await? {
        return Err(Error::changed(id));
    }
    load::touch(w, Part::Shelf).await?;
    let product = store::product(&mut w.tx, realm, id).await?;
    let product = product.ok_or_else(|| Error::not_found(id))?;
    let summary = json!({"status": status});
    record(
        w,
        action,
        "product",
        id.to_string(),
        product.vendor_id,
        summary,
    );
    Ok(product)
}

/// A product with its plans and parameters, for the vendor and those above it. Buyers see [`offer`](super::offer)s.
///
/// # Errors
/// Not found.
pub async fn product_get(p: &Platform, ctx: &OpCtx, id: ProductId) -> Result<ProductDetail> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            let product = product_of(w, *id).await?;
            parties::authorize_product(w, Action::ProductView, product.product.vendor_id, *id)
                .await?;
            Ok(ProductDetail::clone(&product))
        })
    })
    .await
}

/// A product with its plans and parameters, for use cases that decide themselves who may see it.
///
/// # Errors
/// Not found.
pub async fn product_of(w: &mut Work, id: ProductId) -> Result<Arc<ProductDetail>> {
    let versions = load::versions(w).await?;
    let shelf = load::shelf(w, &versions).await?;
    shelf
        .product(id)
        .cloned()
        .ok_or_else(|| Error::not_found(id))
}

/// Those of some plans that do not exist.
///
/// # Errors
/// Database errors.
pub async fn unknown_plans(w: &mut Work, plans: &[PlanId]) -> Result<Vec<PlanId>> {
    if plans.is_empty() {
        return Ok(Vec::new());
    }
    let versions = load::versions(w).await?;
    let shelf = load::shelf(w, &versions).await?;
    let unknown = plans.iter().filter(|id| shelf.plan(**id).is_none());
    Ok(unknown.copied().collect())
}

/// Those of some items that do not exist, or belong to none of some plans where any are named.
///
/// # Errors
/// Database errors.
pub async fn unknown_items(
    w: &mut Work,
    plans: &[PlanId],
    items: &[ItemId],
) -> Result<Vec<ItemId>> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let versions = load::versions(w).await?;
    let shelf = load::shelf(w, &versions).await?;
    let known = |id: &&ItemId| {
        let found = shelf.item(**id);
        found.is_some_and(|(_, plan, _)| plans.is_empty() || plans.contains(&plan.id))
    };
    Ok(items.iter().filter(|id| !known(id)).copied().collect())
}

/// Several products, as [`product_of`]; those that do not exist are left out.
///
/// # Errors
/// Database errors.
pub async fn products_of(
    w: &mut Work,
    ids: &BTreeSet<ProductId>,
) -> Result<HashMap<ProductId, Arc<ProductDetail>>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let versions = load::versions(w).await?;
    let shelf = load::shelf(w, &versions).await?;
    let found = ids
        .iter()
        .filter_map(|id| Some((*id, shelf.product(*id)?.clone())));
    Ok(found.collect())
}

/// The products of a vendor, or of all vendors for the provider, in every status.
///
/// # Errors
/// Names `filter`, `sort`, `search` or `after`; forbidden for those who may not see products.
pub async fn product_list(p: &Platform, ctx: &OpCtx, query: &OfferQuery) -> Result<Page<Product>> {
    p.read(ctx, query, |w, query| {
        Box::pin(async move {
            let own = w.ctx.principal.account;
            parties::authorize_product(w, Action::ProductView, own, own).await?;
            let everything = own == parties::provider(w).await?;
            let versions = load::versions(w).await?;
            let shelf = load::shelf(w, &versions).await?;
            rules::list_products(&shelf, query, |product| {
                everything || product.vendor_id == own
            })
        })
    })
    .await
}

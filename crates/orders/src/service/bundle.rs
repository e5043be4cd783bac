//! Bundles of a seller: making them, ending them, selling them, and what becomes of them.

use std::collections::HashMap;

use serde_json::json;
use tradewind_catalogue::rules::check_quantities;
use tradewind_catalogue::service as catalogue;
use tradewind_catalogue::types::{ItemKind, Plan};
use tradewind_kernel::filter::{Filter, Sort};
use tradewind_kernel::id::{AccountId, BundleId, BundleSaleId, CouponId, ItemId, SubscriptionId};
use tradewind_kernel::page::{ListRequest, Page};
use tradewind_kernel::{Date, Error, Problems, Result};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::Action;

use super::look::{items_in, subscription_in, subscription_target};
use super::reduction::{authorize, authorize_change, authorize_new, today_of};
use crate::rules::{Held, bundle_state, check_bundle, check_coupon, discount_of, is_whole};
use crate::store::{bundle as store, discount as coupons};
use crate::types::{
    Bundle, BundleCreate, BundleInput, BundleSale, BundleUpdate, BundleView, BundledSubscription,
    Coupon, DiscountTerms, WhenBroken,
};

/// Makes a bundle.
///
/// # Errors
/// Names the field that is wrong; `bundle_taken`; `sells_nothing` for a customer; forbidden.
pub async fn bundle_create(p: &Platform, ctx: &OpCtx, input: &BundleCreate) -> Result<BundleView> {
    p.command(ctx, "bundle.create", input, |w, new| {
        Box::pin(async move {
            let seller = new.seller_id;
            authorize_new(w, seller).await?;
            let id = BundleId::generate();
            let discounts = discounts(w, id, seller, &new.input).await?;
            let bundle = Bundle {
                id,
                seller_id: seller,
                terms: new.input.clone(),
                discounts,
                ended_at: None,
                created_at: w.ctx.now,
                version: 1,
            };
            let realm = w.ctx.realm;
            if !store::insert(&mut w.tx, realm, &bundle).await? {
                return Err(taken());
            }
            record(w, "bundle.created", &bundle);
            view(w, bundle).await
        })
    })
    .await
}

fn taken() -> Error {
    Error::invalid(
        "slug",
        "bundle_taken",
        "you have a bundle of this name already; take another one",
    )
}

/// Checks a bundle with its plans, and makes the discount of each: a coupon that nobody can enter.
async fn discounts(
    w: &mut Work,
    id: BundleId,
    seller: AccountId,
    input: &BundleInput,
) -> Result<Vec<Option<CouponId>>> {
    check_bundle(input)?;
    let mut problems = Problems::new();
    let mut made = Vec::new();
    for (at, part) in input.parts.iter().enumerate() {
        let field = format!("parts[{at}]");
        let Some(plan) = plan_of(w, part.product_id, part.plan_id).await? else {
            let text = format!("there is no plan {} of this product", part.plan_id);
            problems.add(format!("{field}.plan_id"), "unknown", text);
            continue;
        };
        let checked = check_quantities(&plan, &part.quantities);
        problems.check(checked.map_err(|error| error.under(&field)));
        let items = plan.items.iter();
        let recurring = items.filter(|item| item.kind == ItemKind::Recurring);
        let recurring: Vec<ItemId> = recurring.map(|item| item.id).collect();
        let discount = discount_of(input, part, &recurring);
        if let Some(discount) = &discount {
            let checked = check_coupon(discount);
            problems.check(checked.map_err(|error| error.under(&field)));
        }
        made.push(discount);
    }
    problems.finish()?;
    let realm = w.ctx.realm;
    let mut ids = Vec::with_capacity(made.len());
    for discount in made {
        let Some(discount) = discount else {
            ids.push(None);
            continue;
        };
        let coupon = Coupon {
            id: CouponId::generate(),
            seller_id: seller,
            terms: DiscountTerms {
                name: discount.name,
                code: None,
                benefit: discount.benefit,
                scope: discount.scope,
                periods: discount.periods,
            },
            limits: discount.limits,
            bundle_id: Some(id),
            ended_at: None,
            created_at: w.ctx.now,
            version: 1,
        };
        coupons::insert(&mut w.tx, realm, &coupon).await?;
        ids.push(Some(coupon.id));
    }
    Ok(ids)
}

async fn plan_of(
    w: &mut Work,
    product: tradewind_kernel::id::ProductId,
    plan: tradewind_kernel::id::PlanId,
) -> Result<Option<Plan>> {
    match catalogue::product_of(w, product).await {
        Ok(detail) => Ok(detail.plan(plan).cloned()),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Changes a bundle. What was sold before stays as it was.
///
/// # Errors
/// Names the field that is wrong; `bundle_taken`; conflict `bundle_ended`; changed meanwhile.
pub async fn bundle_update(p: &Platform, ctx: &OpCtx, input: &BundleUpdate) -> Result<BundleView> {
    p.command(ctx, "bundle.update", input, |w, input| {
        Box::pin(async move {
            let mut bundle = held(w, input.id, input.version).await?;
            if bundle.ended_at.is_some() {
                return Err(Error::conflict(
                    "bundle_ended",
                    "this bundle has been ended; make a new one",
                ));
            }
            let realm = w.ctx.realm;
            let slug = &input.input.slug;
            let owner = store::by_slug(&mut w.tx, realm, bundle.seller_id, slug).await?;
            if owner.is_some_and(|owner| owner.id != bundle.id) {
                return Err(taken());
            }
            bundle.discounts = discounts(w, bundle.id, bundle.seller_id, &input.input).await?;
            bundle.terms = input.input.clone();
            save(w, bundle, "bundle.updated").await
        })
    })
    .await
}

/// Ends a bundle: nobody buys it any more. Ending it twice changes nothing.
///
/// # Errors
/// Not found, forbidden, changed meanwhile.
pub async fn bundle_end(
    p: &Platform,
    ctx: &OpCtx,
    id: BundleId,
    version: Option<i64>,
) -> Result<BundleView> {
    p.command(ctx, "bundle.end", &(id, version), |w, (id, version)| {
        Box::pin(async move {
            let mut bundle = held(w, *id, *version).await?;
            if bundle.ended_at.is_some() {
                return view(w, bundle).await;
            }
            bundle.ended_at = Some(w.ctx.now);
            save(w, bundle, "bundle.ended").await
        })
    })
    .await
}

/// A bundle that the principal may change and has seen as it is, locked.
async fn held(w: &mut Work, id: BundleId, version: Option<i64>) -> Result<Bundle> {
    let bundle = bundle_in(w, id, true).await?;
    authorize_change(w, bundle.seller_id, id, bundle.version, version).await?;
    Ok(bundle)
}

async fn save(w: &mut Work, mut bundle: Bundle, action: &'static str) -> Result<BundleView> {
    let realm = w.ctx.realm;
    if !store::update(&mut w.tx, realm, &bundle).await? {
        return Err(Error::changed(bundle.id));
    }
    bundle.version += 1;
    record(w, action, &bundle);
    view(w, bundle).await
}

fn record(w: &mut Work, action: &'static str, bundle: &Bundle) {
    w.audit(AuditEntry {
        action,
        kind: "bundle",
        id: bundle.id.to_string(),
        account: bundle.seller_id,
        summary: json!({ "terms": bundle.terms }),
    });
    w.emit(NewEvent {
        kind: action,
        subject: bundle.id.to_string(),
        account: bundle.seller_id,
        data: json!({ "slug": bundle.terms.slug }),
    });
}

async fn view(w: &mut Work, bundle: Bundle) -> Result<BundleView> {
    let mut views = views(w, vec![bundle]).await?;
    views
        .pop()
        .ok_or_else(|| Error::internal("a bundle was just given"))
}

async fn views(w: &mut Work, bundles: Vec<Bundle>) -> Result<Vec<BundleView>> {
    let realm = w.ctx.realm;
    let ids: Vec<BundleId> = bundles.iter().map(|bundle| bundle.id).collect();
    let sales: HashMap<BundleId, i64> = store::sales(&mut w.tx, realm, &ids)
        .await?
        .into_iter()
        .collect();
    let days = today_of(w, bundles.iter().map(|bundle| bundle.seller_id)).await?;
    Ok(bundles
        .into_iter()
        .map(|bundle| {
            let today = days.get(&bundle.seller_id).copied().unwrap_or_default();
            BundleView {
                state: bundle_state(&bundle, today),
                sales: sales.get(&bundle.id).copied().unwrap_or_default(),
                bundle,
            }
        })
        .collect())
}

/// One bundle.
///
/// # Errors
/// Not found; forbidden for those who see no prices.
pub async fn bundle_get(p: &Platform, ctx: &OpCtx, id: BundleId) -> Result<BundleView> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            let bundle = bundle_in(w, *id, false).await?;
            authorize(w, Action::PriceBookView, bundle.seller_id, *id).await?;
            view(w, bundle).await
        })
    })
    .await
}

/// The bundles of sellers at or below the principal's account.
///
/// # Errors
/// What is wrong with filter, sort or page; forbidden for those who see no prices.
pub async fn bundle_list(
    p: &Platform,
    ctx: &OpCtx,
    list: &ListRequest,
) -> Result<Page<BundleView>> {
    p.read(ctx, list, |w, list| {
        Box::pin(async move {
            let own = w.ctx.principal.account;
            authorize(w, Action::PriceBookView, own, own).await?;
            let filter = Filter::parse(&list.filter, &store::FIELDS)?;
            let sort = Sort::parse(&list.sort, &store::FIELDS)?;
            let realm = w.ctx.realm;
            let page = store::list(&mut w.tx, realm, own, &filter, &sort, &list.page).await?;
            let next = page.next;
            let items = views(w, page.items).await?;
            Ok(Page { items, next })
        })
    })
    .await
}

/// One bundle, whoever asks; held until the transaction ends where it is about to be sold.
///
/// # Errors
/// Not found.
pub async fn bundle_in(w: &mut Work, id: BundleId, locks: bool) -> Result<Bundle> {
    let realm = w.ctx.realm;
    store::get(&mut w.tx, realm, id, locks)
        .await?
        .ok_or_else(|| Error::not_found(id))
}

/// The bundles of a seller that can be bought on a day. Says nothing about who may buy them.
///
/// # Errors
/// Database errors.
pub async fn bundles_offered_in(w: &mut Work, seller: AccountId, on: Date) -> Result<Vec<Bundle>> {
    let realm = w.ctx.realm;
    let mut bundles = store::of_seller(&mut w.tx, realm, seller).await?;
    bundles.retain(|bundle| crate::rules::buyable(bundle, on).is_ok());
    Ok(bundles)
}

/// Records that a bundle was sold: the orders of its parts are placed.
///
/// # Errors
/// Database errors.
pub async fn bundle_sell_in(
    w: &mut Work,
    bundle: &Bundle,
    customer: AccountId,
    parts: Vec<BundledSubscription>,
) -> Result<BundleSale> {
    let realm = w.ctx.realm;
    let sale = BundleSale {
        id: BundleSaleId::generate(),
        bundle_id: bundle.id,
        seller_id: bundle.seller_id,
        customer_id: customer,
        name: bundle.terms.name.clone(),
        when_broken: bundle.terms.when_broken,
        placed_at: w.ctx.now,
        broken_at: None,
        parts,
    };
    store::sale_insert(&mut w.tx, realm, &sale).await?;
    let orders: Vec<_> = sale.parts.iter().map(|part| part.order_id).collect();
    w.audit(AuditEntry {
        action: "bundle.sold",
        kind: "bundle_sale",
        id: sale.id.to_string(),
        account: customer,
        summary: json!({ "bundle_id": bundle.id, "orders": orders }),
    });
    Ok(sale)
}

/// What was sold as a bundle, for those who may see its subscriptions.
///
/// # Errors
/// Not found.
pub async fn bundle_sale_get(p: &Platform, ctx: &OpCtx, id: BundleSaleId) -> Result<BundleSale> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            let realm = w.ctx.realm;
            let sale = store::sale(&mut w.tx, realm, *id, false)
                .await?
                .ok_or_else(|| Error::not_found(*id))?;
            let seen = match sale.parts.first() {
                Some(part) => may_view(w, part.subscription_id).await,
                None => Err(Error::not_found(*id)),
            };
            // What one may not see is not there.
            seen.map_err(|error| match error {
                Error::NotFound { .. } | Error::Forbidden { .. } => Error::not_found(*id),
                other => other,
            })?;
            Ok(sale)
        })
    })
    .await
}

/// The bundle that a subscription was sold in; none where it was sold by itself.
///
/// # Errors
/// Not found.
pub async fn bundle_sale_of(
    p: &Platform,
    ctx: &OpCtx,
    subscription: SubscriptionId,
) -> Result<Option<BundleSale>> {
    p.read(ctx, &subscription, |w, id| {
        Box::pin(async move {
            may_view(w, *id).await?;
            let realm = w.ctx.realm;
            let Some(sale) = store::sale_of(&mut w.tx, realm, *id).await? else {
                return Ok(None);
            };
            store::sale(&mut w.tx, realm, sale, false).await
        })
    })
    .await
}

async fn may_view(w: &mut Work, id: SubscriptionId) -> Result<()> {
    let subscription = subscription_in(w, id).await?;
    let target = subscription_target(w, &subscription).await?;
    w.authorize_for(Action::OrderView, &target, &id)
}

/// Looks whether the bundle that a subscription was sold in is still whole. Where it is not, and its seller says so, its
/// discounts take nothing off the periods that begin from now on.
///
/// # Errors
/// Database errors.
pub async fn bundle_check_in(w: &mut Work, subscription: SubscriptionId) -> Result<()> {
    let realm = w.ctx.realm;
    let Some(id) = store::sale_of(&mut w.tx, realm, subscription).await? else {
        return Ok(());
    };
    let Some(sale) = store::sale(&mut w.tx, realm, id, true).await? else {
        return Ok(());
    };
    if sale.broken_at.is_some() || sale.when_broken == WhenBroken::Keep {
        return Ok(());
    }
    let mut running = Vec::with_capacity(sale.parts.len());
    let mut whole = true;
    for part in &sale.parts {
        let held = subscription_in(w, part.subscription_id).await?;
        let items = items_in(w, part.subscription_id).await?;
        whole &= is_whole(
            part,
            Held {
                goes_on: !held.commercial_state.is_final(),
                plan: held.plan_id,
                items: &items,
            },
        );
        running.push(held);
    }
    if whole || !store::sale_break(&mut w.tx, realm, id, w.ctx.now).await? {
        return Ok(());
    }
    for (part, held) in sale.parts.iter().zip(&running) {
        let today = w.ctx.now.date_in(&held.zone);
        let ends_on = held.period_end.unwrap_or(today).max(today);
        if let Some(coupon) = part.coupon_id {
            store::redemption_end(&mut w.tx, realm, part.order_id, coupon, ends_on).await?;
        }
    }
    w.audit(AuditEntry {
        action: "bundle.broken",
        kind: "bundle_sale",
        id: id.to_string(),
        account: sale.customer_id,
        summary: json!({ "by": subscription }),
    });
    Ok(())
}

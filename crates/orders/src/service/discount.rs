//! Coupons of a seller: making them, ending them, and redeeming them with an order.

use std::collections::HashMap;

use serde_json::json;
use tradewind_accounts::service as accounts;
use tradewind_accounts::types::Account;
use tradewind_catalogue::service as catalogue;
use tradewind_kernel::filter::{Filter, Sort};
use tradewind_kernel::id::{AccountId, CouponId, OrderId, RedemptionId, SubscriptionId};
use tradewind_kernel::page::{ListRequest, Page};
use tradewind_kernel::{Date, Error, Problems, Result};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{AccountKind, Action};

use super::reduction::{authorize, authorize_change, authorize_new, today_of};
use crate::rules::{Redeemed, check_coupon, coupon_state};
use crate::store::discount as store;
use crate::types::{
    Coupon, CouponCreate, CouponInput, CouponLimits, CouponUpdate, CouponView, DiscountTerms,
    Redemption,
};

fn terms(input: &CouponInput) -> DiscountTerms {
    DiscountTerms {
        name: input.name.clone(),
        code: input.code.as_deref().map(|code| code.trim().to_owned()),
        benefit: input.benefit,
        scope: input.scope.clone(),
        periods: input.periods,
    }
}

/// Each customer is named once.
fn limits(input: &CouponInput) -> CouponLimits {
    let mut limits = input.limits.clone();
    limits.customers.sort_unstable();
    limits.customers.dedup();
    limits
}

/// Makes a coupon, or a promotion when it has no code.
///
/// # Errors
/// Names the field that is wrong; `coupon_taken`; `sells_nothing` for a customer; forbidden.
pub async fn coupon_create(p: &Platform, ctx: &OpCtx, input: &CouponCreate) -> Result<CouponView> {
    p.command(ctx, "coupon.create", input, |w, input| {
        Box::pin(create(w, input))
    })
    .await
}

async fn create(w: &mut Work, new: &CouponCreate) -> Result<CouponView> {
    let seller = new.seller_id;
    authorize_new(w, seller).await?;
    check(w, seller, &new.input).await?;
    let coupon = Coupon {
        id: CouponId::generate(),
        seller_id: seller,
        terms: terms(&new.input),
        limits: limits(&new.input),
        bundle_id: None,
        ended_at: None,
        created_at: w.ctx.now,
        version: 1,
    };
    let realm = w.ctx.realm;
    if !store::insert(&mut w.tx, realm, &coupon).await? {
        return Err(coupon_taken());
    }
    record(w, "coupon.created", &coupon);
    view(w, coupon).await
}

/// Checks a coupon by itself, and that what and whom it is for exists.
async fn check(w: &mut Work, seller: AccountId, input: &CouponInput) -> Result<()> {
    check_coupon(input)?;
    let scope = &input.scope;
    let mut problems = Problems::new();
    check_customers(w, seller, &input.limits.customers, &mut problems).await?;
    let mut products = Vec::new();
    for id in &scope.products {
        match tradewind_catalogue::service::product_of(w, *id).await {
            Ok(product) => products.push(product),
            Err(Error::NotFound { .. }) => {
                problems.add("scope.products", "unknown", format!("there is no {id}"));
            }
            Err(other) => return Err(other),
        }
    }
    // Without products, whatever is named has to be there at all.
    if scope.products.is_empty() {
        for id in catalogue::unknown_plans(w, &scope.plans).await? {
            problems.add("scope.plans", "unknown", format!("there is no {id}"));
        }
        for id in catalogue::unknown_items(w, &scope.plans, &scope.items).await? {
            problems.add(
                "scope.items",
                "unknown",
                format!("there is no {id}, or not in these plans"),
            );
        }
    }
    // Plans and items are looked for in the products that are named with them.
    let plans = || products.iter().flat_map(|product| &product.plans);
    for id in &scope.plans {
        if !scope.products.is_empty() && !plans().any(|plan| plan.id == *id) {
            problems.add(
                "scope.plans",
                "unknown",
                format!("{id} is not a plan of these products"),
            );
        }
    }
    for id in &scope.items {
        let of = |plan: &&tradewind_catalogue::types::Plan| {
            scope.plans.is_empty() || scope.plans.contains(&plan.id)
        };
        let mut items = plans().filter(of).flat_map(|plan| &plan.items);
        if !scope.products.is_empty() && !items.any(|item| item.id == *id) {
            problems.add(
                "scope.items",
                "unknown",
                format!("{id} is not an item of these products and plans"),
            );
        }
    }
    problems.finish()
}

/// Whoever is named has to be a customer that buys from the seller itself.
async fn check_customers(
    w: &mut Work,
    seller: AccountId,
    customers: &[AccountId],
    problems: &mut Problems,
) -> Result<()> {
    if customers.is_empty() {
        return Ok(());
    }
    let known = accounts::accounts_many(w, customers).await?;
    let trades = accounts::relationships_of_buyers(w, customers).await?;
    for id in customers {
        let buys = trades
            .iter()
            .any(|trade| trade.seller == seller && trade.buyer == *id);
        let is_customer = |account: &Account| account.kind == AccountKind::Customer;
        if !buys || !known.iter().any(|one| one.id == *id && is_customer(one)) {
            problems.add(
                "customers",
                "unknown",
                format!("{id} is not a customer of this seller"),
            );
        }
    }
    Ok(())
}

fn coupon_taken() -> Error {
    Error::invalid(
        "code",
        "coupon_taken",
        "you have a coupon with this code already; take another one",
    )
}

/// Changes a coupon. What was redeemed before stays as it was.
///
/// # Errors
/// Names the field that is wrong; `coupon_taken`; conflict `coupon_ended`; changed meanwhile.
pub async fn coupon_update(p: &Platform, ctx: &OpCtx, input: &CouponUpdate) -> Result<CouponView> {
    p.command(ctx, "coupon.update", input, |w, input| {
        Box::pin(async move {
            let mut coupon = held(w, input.id, input.version).await?;
            if coupon.ended_at.is_some() {
                return Err(Error::conflict(
                    "coupon_ended",
                    "this coupon has been ended; make a new one",
                ));
            }
            check(w, coupon.seller_id, &input.input).await?;
            if let Some(code) = &input.input.code {
                let realm = w.ctx.realm;
                let owner = store::code_owner(&mut w.tx, realm, coupon.seller_id, code).await?;
                if owner.is_some_and(|owner| owner != coupon.id) {
                    return Err(coupon_taken());
                }
            }
            coupon.terms = terms(&input.input);
            coupon.limits = limits(&input.input);
            save(w, coupon, "coupon.updated").await
        })
    })
    .await
}

/// Ends a coupon: nobody redeems it any more. Ending it twice changes nothing.
///
/// # Errors
/// Not found, forbidden, changed meanwhile.
pub async fn coupon_end(
    p: &Platform,
    ctx: &OpCtx,
    id: CouponId,
    version: Option<i64>,
) -> Result<CouponView> {
    p.command(ctx, "coupon.end", &(id, version), |w, (id, version)| {
        Box::pin(async move {
            let mut coupon = held(w, *id, *version).await?;
            if coupon.ended_at.is_some() {
                return view(w, coupon).await;
            }
            coupon.ended_at = Some(w.ctx.now);
            save(w, coupon, "coupon.ended").await
        })
    })
    .await
}

/// A coupon that the principal may change and has seen as it is, locked.
async fn held(w: &mut Work, id: CouponId, version: Option<i64>) -> Result<Coupon> {
    let coupon = coupons_lock_in(w, &[id])
        .await?
        .pop()
        .ok_or_else(|| Error::not_found(id))?;
    authorize_change(w, coupon.seller_id, id, coupon.version, version).await?;
    if coupon.bundle_id.is_some() {
        return Err(Error::conflict(
            "coupon_of_bundle",
            "this is the discount of a bundle; change the bundle",
        ));
    }
    Ok(coupon)
}

async fn save(w: &mut Work, mut coupon: Coupon, action: &'static str) -> Result<CouponView> {
    let realm = w.ctx.realm;
    if !store::update(&mut w.tx, realm, &coupon).await? {
        return Err(Error::changed(coupon.id));
    }
    coupon.version += 1;
    record(w, action, &coupon);
    view(w, coupon).await
}

fn record(w: &mut Work, action: &'static str, coupon: &Coupon) {
    let summary =
        json!({ "code": coupon.terms.code, "terms": coupon.terms, "limits": coupon.limits });
    w.audit(AuditEntry {
        action,
        kind: "coupon",
        id: coupon.id.to_string(),
        account: coupon.seller_id,
        summary,
    });
    w.emit(NewEvent {
        kind: action,
        subject: coupon.id.to_string(),
        account: coupon.seller_id,
        data: json!({ "code": coupon.terms.code }),
    });
}

async fn view(w: &mut Work, coupon: Coupon) -> Result<CouponView> {
    let realm = w.ctx.realm;
    let counts = store::counts(&mut w.tx, realm, &[coupon.id], None).await?;
    let zone = accounts::account_facts(w, coupon.seller_id).await?.zone;
    Ok(shown(coupon, &counts, w.ctx.now.date_in(&zone)))
}

fn shown(coupon: Coupon, counts: &HashMap<CouponId, i64>, today: Date) -> CouponView {
    CouponView {
        state: coupon_state(&coupon, today),
        redemptions: counts.get(&coupon.id).copied().unwrap_or_default(),
        coupon,
    }
}

/// One coupon.
///
/// # Errors
/// Not found; forbidden for those who see no prices.
pub async fn coupon_get(p: &Platform, ctx: &OpCtx, id: CouponId) -> Result<CouponView> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            let coupon = seen(w, *id).await?;
            view(w, coupon).await
        })
    })
    .await
}

async fn seen(w: &mut Work, id: CouponId) -> Result<Coupon> {
    let realm = w.ctx.realm;
    let coupon = store::get(&mut w.tx, realm, id)
        .await?
        .ok_or_else(|| Error::not_found(id))?;
    authorize(w, Action::PriceBookView, coupon.seller_id, id).await?;
    Ok(coupon)
}

/// The coupons of sellers at or below the principal's account.
///
/// # Errors
/// What is wrong with filter, sort or page; forbidden for those who see no prices.
pub async fn coupon_list(
    p: &Platform,
    ctx: &OpCtx,
    list: &ListRequest,
) -> Result<Page<CouponView>> {
    p.read(ctx, list, |w, list| {
        Box::pin(async move {
            let own = w.ctx.principal.account;
            authorize(w, Action::PriceBookView, own, own).await?;
            let filter = Filter::parse(&list.filter, &store::FIELDS)?;
            let sort = Sort::parse(&list.sort, &store::FIELDS)?;
            let realm = w.ctx.realm;
            let page = store::list(&mut w.tx, realm, own, &filter, &sort, &list.page).await?;
            let ids: Vec<CouponId> = page.items.iter().map(|coupon| coupon.id).collect();
            let counts = store::counts(&mut w.tx, realm, &ids, None).await?;
            let days = today_of(w, page.items.iter().map(|coupon| coupon.seller_id)).await?;
            Ok(page.map(|coupon| {
                let today = days.get(&coupon.seller_id).copied().unwrap_or_default();
                shown(coupon, &counts, today)
            }))
        })
    })
    .await
}

/// What was redeemed of a coupon.
///
/// # Errors
/// Not found; what is wrong with filter, sort or page.
pub async fn redemption_list(
    p: &Platform,
    ctx: &OpCtx,
    id: CouponId,
    list: &ListRequest,
) -> Result<Page<Redemption>> {
    p.read(ctx, &(id, list), |w, (id, list)| {
        Box::pin(async move {
            seen(w, *id).await?;
            let filter = Filter::parse(&list.filter, &store::REDEMPTION_FIELDS)?;
            let sort = Sort::parse(&list.sort, &store::REDEMPTION_FIELDS)?;
            let realm = w.ctx.realm;
            store::redemptions(&mut w.tx, realm, *id, &filter, &sort, &list.page).await
        })
    })
    .await
}

/// The coupon of a seller with a code, and its promotions that can be had on a day. Says nothing about who may redeem
/// them.
///
/// # Errors
/// Database errors.
pub async fn coupons_offered_in(
    w: &mut Work,
    seller: AccountId,
    code: Option<&str>,
    on: Date,
) -> Result<Vec<Coupon>> {
    let realm = w.ctx.realm;
    store::offered(&mut w.tx, realm, seller, code, on).await
}

/// Some coupons, held until the transaction ends: what is decided of them then stays true.
///
/// # Errors
/// Database errors.
pub async fn coupons_lock_in(w: &mut Work, ids: &[CouponId]) -> Result<Vec<Coupon>> {
    let realm = w.ctx.realm;
    store::lock(&mut w.tx, realm, ids).await
}

/// What became of some coupons, in all and with a customer; without one, nobody is known.
///
/// # Errors
/// Database errors.
pub async fn redeemed_in(
    w: &mut Work,
    seller: AccountId,
    customer: Option<AccountId>,
    coupons: &[Coupon],
) -> Result<HashMap<CouponId, Redeemed>> {
    let realm = w.ctx.realm;
    let limited = |by: fn(&Coupon) -> bool| -> Vec<CouponId> {
        coupons
            .iter()
            .filter(|coupon| by(coupon))
            .map(|coupon| coupon.id)
            .collect()
    };
    let mut found: HashMap<CouponId, Redeemed> = coupons
        .iter()
        .map(|coupon| (coupon.id, Redeemed::default()))
        .collect();
    let in_all = limited(|coupon| coupon.limits.max_redemptions.is_some());
    if !in_all.is_empty() {
        for (id, count) in store::counts(&mut w.tx, realm, &in_all, None).await? {
            found.entry(id).or_default().in_all = count;
        }
    }
    let Some(customer) = customer else {
        return Ok(found);
    };
    let each = limited(|coupon| coupon.limits.max_per_customer.is_some());
    if !each.is_empty() {
        for (id, count) in store::counts(&mut w.tx, realm, &each, Some(customer)).await? {
            found.entry(id).or_default().by_customer = count;
        }
    }
    if coupons
        .iter()
        .any(|coupon| coupon.limits.new_customers_only)
        && store::is_known(&mut w.tx, realm, customer, seller).await?
    {
        for so_far in found.values_mut() {
            so_far.customer_is_known = true;
        }
    }
    Ok(found)
}

/// Redeems coupons with an order. Whether that is possible has to be decided before, while they are held.
///
/// # Errors
/// Database errors.
pub async fn redeem_in(
    w: &mut Work,
    order: OrderId,
    subscription: SubscriptionId,
    customer: AccountId,
    coupons: &[Coupon],
) -> Result<()> {
    let realm = w.ctx.realm;
    for coupon in coupons {
        let new = Redemption {
            id: RedemptionId::generate(),
            coupon_id: coupon.id,
            seller_id: coupon.seller_id,
            customer_id: customer,
            subscription_id: subscription,
            order_id: order,
            terms: coupon.terms.clone(),
            budget: coupon.limits.budget,
            redeemed_at: w.ctx.now,
            given_back_at: None,
            ended_on: None,
        };
        if store::redeem(&mut w.tx, realm, &new).await? {
            w.audit(AuditEntry {
                action: "coupon.redeemed",
                kind: "coupon",
                id: coupon.id.to_string(),
                account: coupon.seller_id,
                summary: json!({ "order_id": order, "subscription_id": subscription, "code": coupon.terms.code }),
            });
        }
    }
    Ok(())
}

/// Gives back what was redeemed with an order that is called off.
///
/// # Errors
/// Database errors.
pub async fn redemptions_give_back_in(w: &mut Work, order: OrderId) -> Result<u64> {
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    store::give_back(&mut w.tx, realm, order, now).await
}

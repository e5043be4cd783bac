//! Offers: the catalogue as a buyer sees it.

use std::sync::Arc;

use tradewind_accounts::types::Adjacent;
use tradewind_kernel::{Currency, Error, Result, id::AccountId};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, PrincipalKind, ResourceKind, Target};

use super::{
    ladder::Rung,
    market::{Market, Tiers},
    parties,
};
use crate::{
    cache::{self, Shop},
    rules::{self, Entry, Tier},
    types::{
        FromPrice, ItemOffer, LegTerms, Offer, OfferList, OfferQuery, OfferScope, Plan, PlanOffer,
        PlanStatus, ProductDetail, ProductStatus,
    },
};

/// The products that a seller offers, with the prices of its last leg: to a buyer, or to anyone who comes by.
///
/// # Errors
/// Names `filter`, `sort`, `search` or `after`; not found when the seller does not sell to this buyer or is not the
/// principal's to see; `no_price_book` or `no_current_prices`, naming the seller.
pub async fn offers(
    p: &Platform,
    ctx: &OpCtx,
    scope: &OfferScope,
    query: &OfferQuery,
) -> Result<OfferList> {
    p.read(ctx, &(scope, query), |w, (scope, query)| {
        Box::pin(async move {
            let market = market(w, scope).await?.with_vendors(w).await?;
            let shop = shop(w, &market, scope).await?;
            rules::list_offers(&shop.shelf, &shop.entries, shop.currency, query)
        })
    })
    .await
}

/// One product as a seller offers it, by its name in addresses.
///
/// # Errors
/// Not found when it is not offered; else as [`offers`].
pub async fn offer(p: &Platform, ctx: &OpCtx, scope: &OfferScope, slug: &str) -> Result<Offer> {
    p.read(ctx, &(scope, slug), |w, (scope, slug)| {
        Box::pin(async move {
            let market = market(w, scope).await?;
            let not_found = || Error::NotFound {
                kind: "product",
                id: slug.chars().take(80).collect(),
            };
            let shelf = Arc::clone(&market.shelf);
            let product = shelf.product_by_slug(slug).ok_or_else(not_found)?;
            if !is_for_sale(product, &market, scope) {
                return Err(not_found());
            }
            let vendor = product.product.vendor_id;
            let market = market.with_vendor(w, vendor).await?;
            let tiers = market.tiers_for(w, vendor).await?.of(vendor);
            let plans = sold_plans(product, &tiers.unwrap_or_default(), &market, Missing::Fails)?;
            let currency = plans.first().map(|(_, leg)| leg.currency);
            let currency = currency.ok_or_else(not_found)?;
            Ok(detail(product, &plans, currency, &market))
        })
    })
    .await
}

/// Everything above the buyer, once it is clear that the principal may look at it.
async fn market(w: &mut Work, scope: &OfferScope) -> Result<Market> {
    // A visitor speaks for the shop it visits, but is not to see what the shop itself pays.
    if w.ctx.principal.kind == PrincipalKind::Visitor && scope.buyer.is_some() {
        return Err(Error::not_found(scope.seller));
    }
    let below = scope.buyer.unwrap_or(scope.seller);
    let chain = parties::chain(w, below).await?;
    let last = match scope.buyer {
        Some(_) => {
            let seller = chain.first().map(|pair| pair.seller.id);
            if seller.is_some_and(|seller| seller != scope.seller) {
                return Err(Error::not_found(scope.seller));
            }
            None
        }
        None => Some(visitors_rung(w, scope.seller, &chain).await?),
    };
    let provider = chain.last().map_or(below, |pair| pair.seller.id);
    let mut ancestors = vec![scope.seller];
    let above = chain.iter().map(|pair| pair.seller.id);
    ancestors.extend(above.filter(|id| *id != scope.seller));
    let mut target = Target::owned(ResourceKind::Product, scope.seller, ancestors);
    if let Some(buyer) = scope.buyer {
        target = target.traded(scope.seller, buyer);
    }
    w.authorize_for(Action::ProductView, &target, &scope.seller)?;
    Market::load(w, provider, &chain, last, scope.on).await
}

/// The terms for whoever comes by: the default book, in its own currency.
async fn visitors_rung(w: &mut Work, seller: AccountId, chain: &[Adjacent]) -> Result<Rung> {
    let seller_name = match chain.first() {
        Some(pair) => pair.buyer.name.clone(),
        None => parties::account(w, seller).await?.name,
    };
    Ok(Rung {
        seller,
        seller_name,
        currency: None,
        book: None,
    })
}

fn is_for_sale(product: &ProductDetail, market: &Market, scope: &OfferScope) -> bool {
    // The provider buys each product from its own vendor; everybody else buys everything from one seller.
    let buys_from_vendors = scope.buyer == Some(market.provider);
    product.product.status == ProductStatus::Published
        && (!buys_from_vendors || product.product.vendor_id == scope.seller)
}

async fn shop(w: &mut Work, market: &Market, scope: &OfferScope) -> Result<Arc<Shop>> {
    let key = market.key(w, scope)?;
    if let Some(shop) = cache::shop(&key) {
        return Ok(shop);
    }
    let tiers = market.tiers(w).await?;
    let mut entries = Vec::new();
    let mut currency = market.last_currency();
    for (at, product) in market.shelf.products.iter().enumerate() {
        if is_for_sale(product, market, scope)
            && let Some((entry, sold_in)) = entry(at, product, &tiers, market)?
        {
            currency = Some(sold_in);
            entries.push(entry);
        }
    }
    let shop = Arc::new(Shop {
        shelf: Arc::clone(&market.shelf),
        currency: currency.ok_or_else(|| {
            Error::refused("no_price_book", "this seller has no prices for this buyer")
        })?,
        entries,
    });
    cache::keep_shop(key, &shop);
    Ok(shop)
}

/// What happens when a price needs an exchange rate that nobody has set.
#[derive(Clone, Copy)]
enum Missing {
    /// The plan is left out, so that one gap does not close the whole shop.
    LeavesOut,
    /// Says so.
    Fails,
}

/// The plans that are sold, each with the terms of its last leg.
fn sold_plans<'a>(
    product: &'a ProductDetail,
    tiers: &[Tier],
    market: &Market,
    missing: Missing,
) -> Result<Vec<(&'a Plan, LegTerms)>> {
    let mut sold = Vec::new();
    for plan in &product.plans {
        if plan.status != PlanStatus::Published {
            continue;
        }
        match rules::resolve_plan(plan, tiers, &market.prices.rates, market.on) {
            Ok(legs) => {
                if let Some(leg) = legs.and_then(|mut legs| legs.pop()) {
                    sold.push((plan, leg));
                }
            }
            Err(error @ Error::Refused { .. }) if matches!(missing, Missing::LeavesOut) => {
                tracing::warn!(plan = %plan.id, %error, "a plan is not offered");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(sold)
}

fn entry(
    at: usize,
    product: &ProductDetail,
    tiers: &Tiers,
    market: &Market,
) -> Result<Option<(Entry, Currency)>> {
    let Some(tiers) = tiers.of(product.product.vendor_id) else {
        return Ok(None);
    };
    let plans = sold_plans(product, &tiers, market, Missing::LeavesOut)?;
    let Some((_, leg)) = plans.first() else {
        return Ok(None);
    };
    Ok(Some((entry_of(at, &plans), leg.currency)))
}

fn entry_of(at: usize, plans: &[(&Plan, LegTerms)]) -> Entry {
    let mut lowest: Option<(FromPrice, Option<tradewind_kernel::Decimal>)> = None;
    for (plan, leg) in plans {
        let Some(price) = rules::from_price(plan, leg) else {
            continue;
        };
        let monthly = rules::per_month(&price);
        let lower = match &lowest {
            None => true,
            Some((_, known)) => monthly.is_some() && (known.is_none() || monthly < *known),
        };
        if lower {
            lowest = Some((price, monthly));
        }
    }
    let (from, monthly) = lowest.unzip();
    Entry {
        at,
        plans: u32::try_from(plans.len()).unwrap_or(u32::MAX),
        trial_days: plans
            .iter()
            .map(|(plan, _)| plan.trial_days)
            .max()
            .unwrap_or(0),
        from,
        monthly: monthly.flatten(),
    }
}

fn detail(
    product: &ProductDetail,
    plans: &[(&Plan, LegTerms)],
    currency: Currency,
    market: &Market,
) -> Offer {
    let card = rules::card(&entry_of(0, plans), product, &market.shelf);
    let text = &product.product;
    Offer {
        card,
        description: text.description.clone(),
        features: text.features.clone(),
        approval: text.approval,
        terms_title: text.terms_title.clone(),
        terms_text: text.terms_text.clone(),
        terms_version: text.terms_version.clone(),
        currency,
        parameters: product.parameters.clone(),
        offered_plans: plans
            .iter()
            .map(|(plan, leg)| plan_offer(plan, leg))
            .collect(),
    }
}

fn plan_offer(plan: &Plan, leg: &LegTerms) -> PlanOffer {
    let items = plan.items.iter().filter_map(|item| {
        let terms = leg.item(item.id)?;
        Some(ItemOffer {
            item_id: item.id,
            code: item.code.clone(),
            name: item.name.clone(),
            kind: item.kind,
            unit: item.unit.clone(),
            aggregation: item.aggregation.clone(),
            timing: item.timing,
            quantity_min: item.quantity_min,
            quantity_max: item.quantity_max,
            quantity_default: item.quantity_default,
            quantity_step: item.quantity_step,
            tax_category: plan.tax_category_of(item),
            prices: rules::offer_prices(terms),
            introduction: rules::offered_introduction(terms),
        })
    });
    PlanOffer {
        plan_id: plan.id,
        code: plan.code.clone(),
        name: plan.name.clone(),
        description: plan.description.clone(),
        recommended: plan.recommended,
        billing_cadence: plan.billing_cadence,
        term_cadence: plan.term_cadence,
        trial_days: plan.trial_days,
        trial_needs_payment: plan.trial_needs_payment,
        trial_again: plan.trial_again,
        auto_renew: plan.auto_renew,
        notice_days: plan.notice_days,
        policies: leg.policies.clone(),
        from: rules::from_price(plan, leg),
        items: items.collect(),
    }
}

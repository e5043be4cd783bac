//! Quotes for bundles: every plan of a bundle worked out as a purchase of its own, with the bundle's discount on it.

use super::purchase::{Discounts, plan_discounted};
use super::visitor::price_with;
use super::{About, Occasion, QuotePreview, SealedPurchase, expires};
use crate::access::may_order;
use crate::credit::{self, Held};
use crate::quote::{PurchaseInput, PurchasePlan};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use tradewind_billing::types::{DiscountOffer, Preview};
use tradewind_catalogue::rules::check_quantities;
use tradewind_catalogue::service::{offer, product_of};
use tradewind_catalogue::types::{ItemKind, Offer, OfferScope};
use tradewind_kernel::id::{BundleId, CouponId, ItemId, PlanId, ProductId, QuoteId};
use tradewind_kernel::{Decimal, Error, Money, Result, Timestamp, id::AccountId};
use tradewind_orders::rules::{buyable, discount_of};
use tradewind_orders::service::{bundle_in, bundles_offered_in, coupons_lock_in};
use tradewind_orders::types::{
    Bundle, BundleInput, BundlePart, Coupon, DiscountTerms, Quote, QuoteKind, QuoteSave,
};
use tradewind_platform::{OpCtx, Platform, Work};
use utoipa::ToSchema;

/// What a plan of a bundle asks of its buyer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BundleAnswers {
    /// What to call the subscription; the product's name when left out.
    pub name: Option<String>,
    /// What the product asks, by code.
    pub parameters: BTreeMap<String, String>,
    /// The version of the product's conditions that the buyer accepts; required when there are conditions.
    pub accepted_terms: Option<String>,
}

/// A bundle to be bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BundlePurchase {
    /// Who buys.
    pub customer_id: AccountId,
    /// Which bundle.
    pub bundle_id: BundleId,
    /// For each of its plans, in their order, what it asks; nothing is asked of those that are left out.
    #[serde(default)]
    pub parts: Vec<BundleAnswers>,
}

/// What a plan of a bundle costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundlePartPreview {
    /// The product.
    pub product_id: ProductId,
    /// The plan.
    pub plan_id: PlanId,
    /// What its subscription will be called.
    pub name: String,
    /// What it costs, as a purchase of its own.
    #[schema(value_type = Object)]
    pub billing: Preview,
}

/// What a bundle costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundlePreview {
    /// Each of its plans, in their order.
    pub parts: Vec<BundlePartPreview>,
    /// What is due now for all of them, with tax.
    pub due_now: Money,
    /// What of the price without tax the bundle saves now.
    pub saved_now: Money,
    /// What the next regular documents of all of them come to, with tax.
    pub next: Money,
    /// What the bundle saves on those, without tax.
    pub saved_next: Money,
}

/// A quote for a bundle as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundleQuote {
    /// Its id, to confirm it by.
    pub id: QuoteId,
    /// The bundle.
    pub bundle_id: BundleId,
    /// What it promises.
    pub preview: BundlePreview,
    /// Until when it can be confirmed.
    pub expires_at: Timestamp,
    /// Whether it has been ordered.
    pub ordered: bool,
}

/// A purchase of a bundle as it is kept in a quote.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SealedBundle {
    bundle_id: BundleId,
    parts: Vec<SealedPurchase>,
}

/// A purchase of a bundle worked out: everything that placing it writes.
pub(crate) struct BundlePlan {
    pub(crate) bundle: Bundle,
    pub(crate) parts: Vec<(PurchaseInput, PurchasePlan)>,
    pub(crate) preview: BundlePreview,
    pub(crate) basis: String,
}

/// Quotes a bundle.
///
/// # Errors
/// Not found, forbidden; `bundle_not_offered`; names what is wrong with an answer (`parts[1].parameters.region`).
pub async fn quote_bundle(
    p: &Platform,
    ctx: &OpCtx,
    input: &BundlePurchase,
) -> Result<BundleQuote> {
    let keys = p.keys().clone();
    p.command(ctx, "quote.bundle", input, move |w, input| {
        let keys = keys.clone();
        Box::pin(async move {
            let bundle = bundle_in(w, input.bundle_id, false).await?;
            let asked = purchases(&bundle, input)?;
            let plan = plan_bundle(w, bundle, asked, Occasion::quoted(w)).await?;
            let sealed = plan
                .parts
                .iter()
                .map(|(asked, plan)| SealedPurchase::seal(&keys, asked, &plan.detail))
                .collect::<Result<Vec<_>>>()?;
            let kept = SealedBundle {
                bundle_id: plan.bundle.id,
                parts: sealed,
            };
            let about = About {
                customer: input.customer_id,
                seller: plan.bundle.seller_id,
                subscription: None,
            };
            let save = QuoteSave {
                kind: QuoteKind::Bundle,
                customer_id: about.customer,
                seller_id: about.seller,
                subscription_id: about.subscription,
                input: serde_json::to_value(&kept).map_err(Error::internal)?,
                preview: serde_json::to_value(&plan.preview).map_err(Error::internal)?,
                basis: plan.basis,
                expires_at: expires(w.ctx.now)?,
            };
            let quote = tradewind_orders::service::quote_save_in(w, &save).await?;
            shown(&quote)
        })
    })
    .await
}

fn shown(quote: &Quote) -> Result<BundleQuote> {
    let kept: SealedBundle =
        serde_json::from_value(quote.input.clone()).map_err(Error::internal)?;
    Ok(BundleQuote {
        id: quote.id,
        bundle_id: kept.bundle_id,
        preview: serde_json::from_value(quote.preview.clone()).map_err(Error::internal)?,
        expires_at: quote.expires_at,
        ordered: quote.order_id.is_some(),
    })
}

/// A quote for a bundle, for those who may order it.
///
/// # Errors
/// Not found, also when it is a quote for something else.
pub async fn bundle_quote_get(p: &Platform, ctx: &OpCtx, id: QuoteId) -> Result<BundleQuote> {
    // Reading locks the row for a moment, which only a command may do.
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    p.command(&ctx, "quote.get", &id, |w, id| {
        Box::pin(async move {
            let quote = tradewind_orders::service::quote_get_in(w, *id).await?;
            may_order(w, quote.customer_id, quote.seller_id, &quote.id).await?;
            if quote.kind != QuoteKind::Bundle {
                return Err(Error::not_found(*id));
            }
            shown(&quote)
        })
    })
    .await
}

/// What is asked for, plan by plan.
fn purchases(bundle: &Bundle, input: &BundlePurchase) -> Result<Vec<PurchaseInput>> {
    let parts = &bundle.terms.parts;
    if input.parts.len() > parts.len() {
        let text = format!("the bundle has {} plans", parts.len());
        return Err(Error::invalid("parts", "too_many", text));
    }
    let nothing = BundleAnswers::default();
    let asked = parts.iter().enumerate().map(|(at, part)| {
        let answers = input.parts.get(at).unwrap_or(&nothing);
        PurchaseInput {
            customer_id: input.customer_id,
            product_id: part.product_id,
            plan_id: part.plan_id,
            name: answers.name.clone(),
            quantities: part.quantities.clone(),
            packages: BTreeMap::new(),
            parameters: answers.parameters.clone(),
            accepted_terms: answers.accepted_terms.clone(),
            coupon: None,
            align_with: None,
        }
    });
    Ok(asked.collect())
}

/// What a kept quote asks for.
pub(crate) fn opened(
    quote: &Quote,
    keys: &tradewind_platform::KeyRing,
) -> Result<(BundleId, Vec<PurchaseInput>)> {
    let kept: SealedBundle =
        serde_json::from_value(quote.input.clone()).map_err(Error::internal)?;
    let asked = kept.parts.into_iter().map(|part| part.open(keys));
    Ok((kept.bundle_id, asked.collect::<Result<_>>()?))
}

/// Works a bundle out, as of now; who is about to place it holds the bundle and its discounts.
pub(crate) async fn plan_bundle(
    w: &mut Work,
    bundle: Bundle,
    asked: Vec<PurchaseInput>,
    occasion: Occasion,
) -> Result<BundlePlan> {
    let coupons = coupons_of(w, &bundle).await?;
    let mut parts = Vec::with_capacity(asked.len());
    let mut facts = Sha256::new();
    facts.update(bundle.version.to_be_bytes());
    for (at, asked) in asked.into_iter().enumerate() {
        let own = coupons.get(at).cloned().flatten().map(Box::new);
        let plan = plan_discounted(w, &asked, occasion, Discounts::Bundled(own))
            .await
            .map_err(|error| error.under(&format!("parts[{at}]")))?;
        let nearest = plan.nearest()?;
        if nearest.seller.id != bundle.seller_id {
            return Err(Error::not_found(bundle.id));
        }
        if at == 0 {
            buyable(&bundle, w.ctx.now.date_in(&nearest.seller.zone))?;
        }
        facts.update(plan.basis.as_bytes());
        parts.push((asked, plan));
    }
    let preview = together(parts.iter().map(|(_, plan)| BundlePartPreview {
        product_id: plan.detail.product.id,
        plan_id: plan.plan.id,
        name: plan.name.clone(),
        billing: plan.preview.billing.clone(),
    }))?;
    // Each part by itself may be within the buyer's credit, and all of them beyond it.
    if let Some((_, first)) = parts.first() {
        let found = credit::checked(w, &first.chain, preview.due_now, occasion.places).await?;
        if credit::waits(found.as_ref())
            && let Some(found) = found
        {
            facts.update(b"held");
            for (_, plan) in &mut parts {
                if !plan.preview.needs_approval {
                    plan.preview.needs_approval = true;
                    plan.held = Some(Held {
                        why: found.text.clone(),
                        alone: true,
                    });
                }
            }
        }
    }
    let digest = facts.finalize();
    let basis = digest.iter().map(|byte| format!("{byte:02x}"));
    Ok(BundlePlan {
        bundle,
        parts,
        preview,
        basis: basis.collect(),
    })
}

async fn coupons_of(w: &mut Work, bundle: &Bundle) -> Result<Vec<Option<Coupon>>> {
    let ids: Vec<CouponId> = bundle.discounts.iter().copied().flatten().collect();
    let found = coupons_lock_in(w, &ids).await?;
    let of = |id: &CouponId| found.iter().find(|coupon| coupon.id == *id).cloned();
    let discounts = bundle.discounts.iter();
    Ok(discounts.map(|id| id.as_ref().and_then(of)).collect())
}

/// What the parts come to together.
fn together(parts: impl Iterator<Item = BundlePartPreview>) -> Result<BundlePreview> {
    let parts: Vec<BundlePartPreview> = parts.collect();
    let currency = parts
        .first()
        .map(|part| part.billing.currency)
        .ok_or_else(|| Error::internal("a bundle without plans"))?;
    let zero = Money::zero(currency);
    let mut all = BundlePreview {
        due_now: zero,
        saved_now: zero,
        next: zero,
        saved_next: zero,
        parts: Vec::new(),
    };
    for part in &parts {
        let billing = &part.billing;
        if let Some(due) = &billing.due_now {
            all.due_now = all.due_now.add(due.gross)?;
        }
        if let Some(next) = &billing.next {
            all.next = all.next.add(next.document.gross)?;
        }
        for discount in &billing.discounts {
            all.saved_now = all.saved_now.add(discount.now)?;
            all.saved_next = all.saved_next.add(discount.next)?;
        }
    }
    Ok(BundlePreview { parts, ..all })
}

/// A bundle as a shop offers it: with its products and what it costs whoever comes by.
#[derive(Debug, Clone)]
pub struct OfferedBundle {
    /// The bundle.
    pub bundle: Bundle,
    /// The product of each of its plans.
    pub offers: Vec<Offer>,
    /// What it costs.
    pub preview: BundlePreview,
}

/// The bundles that a shop offers.
///
/// # Errors
/// Database errors.
pub async fn bundles_offered(p: &Platform, ctx: &OpCtx, scope: &OfferScope) -> Result<Vec<Bundle>> {
    p.read(ctx, scope, |w, scope| {
        Box::pin(async move { bundles_offered_in(w, scope.seller, scope.on).await })
    })
    .await
}

/// A bundle of a shop by its name in addresses, with its price.
///
/// # Errors
/// Not found, also when one of its plans is not sold any more.
pub async fn bundle_offer(
    p: &Platform,
    ctx: &OpCtx,
    scope: &OfferScope,
    slug: &str,
) -> Result<OfferedBundle> {
    let bundles = bundles_offered(p, ctx, scope).await?;
    let bundle = bundles.into_iter().find(|one| one.terms.slug == slug);
    let bundle = bundle.ok_or_else(|| Error::NotFound {
        kind: "bundle",
        id: slug.chars().take(80).collect(),
    })?;
    let mut priced = Vec::with_capacity(bundle.terms.parts.len());
    for (part, coupon) in bundle.terms.parts.iter().zip(&bundle.discounts) {
        priced.push(price_part(p, ctx, scope, &bundle.terms, part, *coupon).await?);
    }
    let (offers, previews): (Vec<Offer>, Vec<BundlePartPreview>) = priced.into_iter().unzip();
    Ok(OfferedBundle {
        bundle,
        offers,
        preview: together(previews.into_iter())?,
    })
}

/// What a part of a bundle costs whoever comes by.
async fn price_part(
    p: &Platform,
    ctx: &OpCtx,
    scope: &OfferScope,
    bundle: &BundleInput,
    part: &BundlePart,
    coupon: Option<CouponId>,
) -> Result<(Offer, BundlePartPreview)> {
    let (slug, quantities, recurring) = p
        .read(ctx, part, |w, part| {
            Box::pin(async move {
                let detail = product_of(w, part.product_id).await?;
                let plan = detail
                    .plan(part.plan_id)
                    .ok_or_else(|| Error::not_found(part.plan_id))?;
                let checked = check_quantities(plan, &part.quantities)?;
                let of = |code: &String| plan.items.iter().find(|item| &item.code == code);
                let quantities: BTreeMap<ItemId, Decimal> = checked
                    .into_iter()
                    .filter_map(|(code, quantity)| Some((of(&code)?.id, quantity)))
                    .collect();
                let recurring = plan.items.iter();
                let recurring = recurring.filter(|item| item.kind == ItemKind::Recurring);
                let recurring: Vec<ItemId> = recurring.map(|item| item.id).collect();
                Ok((detail.product.slug.clone(), quantities, recurring))
            })
        })
        .await?;
    let offer = offer(p, ctx, scope, &slug).await?;
    let discount = discount_of(bundle, part, &recurring).map(|discount| DiscountOffer {
        // What is not kept yet has none; nothing asks for it.
        coupon_id: coupon.unwrap_or_else(CouponId::generate),
        terms: DiscountTerms {
            name: discount.name,
            code: None,
            benefit: discount.benefit,
            scope: discount.scope,
            periods: discount.periods,
        },
        left: None,
    });
    let billing = price_with(p, ctx, scope, &offer, part.plan_id, &quantities, discount).await?;
    let name = offer.card.name.get(ctx.locale).to_owned();
    let preview = BundlePartPreview {
        product_id: part.product_id,
        plan_id: part.plan_id,
        name,
        billing,
    };
    Ok((offer, preview))
}

/// What a bundle costs that may not be kept yet: what its editor shows.
///
/// # Errors
/// Not found where a plan is not sold; names the part whose quantities are wrong.
pub async fn bundle_price(
    p: &Platform,
    ctx: &OpCtx,
    scope: &OfferScope,
    bundle: &BundleInput,
) -> Result<BundlePreview> {
    let mut previews = Vec::with_capacity(bundle.parts.len());
    for (at, part) in bundle.parts.iter().enumerate() {
        let priced = price_part(p, ctx, scope, bundle, part, None).await;
        let (_, preview) = priced.map_err(|error| error.under(&format!("parts[{at}]")))?;
        previews.push(preview);
    }
    together(previews.into_iter())
}

/// Whether a quote for a bundle still holds.
///
/// # Errors
/// Conflict `quote_changed`.
pub(crate) fn still(quote: &Quote, plan: &BundlePlan) -> Result<()> {
    if quote.basis == plan.basis {
        return Ok(());
    }
    let then: BundlePreview =
        serde_json::from_value(quote.preview.clone()).map_err(Error::internal)?;
    let text = if then.due_now == plan.preview.due_now {
        "the bundle or its prices have been changed".to_owned()
    } else {
        format!(
            "due now is {} instead of {}",
            plan.preview.due_now, then.due_now
        )
    };
    Err(Error::conflict(
        "quote_changed",
        format!("the quote no longer holds: {text}; ask for a new one"),
    ))
}

/// A part of a bundle as a quote of its own promises it.
pub(crate) fn promised(plan: &PurchasePlan) -> Result<serde_json::Value> {
    let preview: &QuotePreview = &plan.preview;
    serde_json::to_value(preview).map_err(Error::internal)
}

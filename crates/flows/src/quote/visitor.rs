//! Prices for those who have no account yet.

use super::purchase::{Trial, introduced, metered, schedule_of};
use crate::discount::{self, Asked, Found, entered};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use tradewind_billing::service::PreviewPurchase;
use tradewind_billing::types::{DiscountOffer, Preview};
use tradewind_catalogue::rules::{check_quantities, pick_packages};
use tradewind_catalogue::service::{offer, product_of};
use tradewind_catalogue::types::{
    BillingAlign, Introduced, ItemOffer, ItemTerms, LegTerms, Offer, OfferScope, PlanOffer,
    PriceRule,
};
use tradewind_kernel::id::{AccountId, ItemId, PlanId, PriceBookId, RevisionId, SubscriptionId};
use tradewind_kernel::{Date, Decimal, Error, Result};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::AccountKind;
use tradewind_pricing::PriceModel;
use utoipa::ToSchema;

/// What somebody would like to know the price of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceInput {
    /// The plan, by its id or short name; the first one when left out.
    #[serde(default)]
    pub plan: Option<String>,
    /// How many, by item code; what is left out has its default quantity.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    pub quantities: BTreeMap<String, Decimal>,
    /// Packages picked by name, by item code, where an item is sold in packages: instead of a quantity.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub packages: BTreeMap<String, String>,
    /// The code of a coupon.
    #[serde(default)]
    pub coupon: Option<String>,
}

/// What a configuration of an offered product costs whoever buys it from a storefront: now, with each later invoice, and
/// for usage.
///
/// # Errors
/// Not found; names what is wrong with the plan or the quantities.
pub async fn offer_price(
    p: &Platform,
    ctx: &OpCtx,
    scope: &OfferScope,
    slug: &str,
    input: &PriceInput,
) -> Result<Preview> {
    let offer = offer(p, ctx, scope, slug).await?;
    let plan = chosen(&offer.offered_plans, input.plan.as_deref())?;
    let picked = pick_packages(&input.packages, |code| {
        let item = plan.items.iter().find(|item| item.code == code)?;
        let general = item.prices.iter().find(|price| price.matches.is_empty())?;
        general.model.as_ref()
    })?;
    let mut wanted = input.quantities.clone();
    wanted.extend(picked);
    let asked = (offer.card.product_id, plan.plan_id, wanted);
    let quantities = p
        .read(ctx, &asked, |w, (product, plan, wanted)| {
            Box::pin(async move {
                let detail = product_of(w, *product).await?;
                let plan = detail.plan(*plan).ok_or_else(|| Error::not_found(*plan))?;
                let checked = check_quantities(plan, wanted)?;
                let of = |code: &String| plan.items.iter().find(|item| &item.code == code);
                Ok(checked
                    .into_iter()
                    .filter_map(|(code, quantity)| Some((of(&code)?.id, quantity)))
                    .collect::<BTreeMap<ItemId, Decimal>>())
            })
        })
        .await?;
    price_for_visitor(
        p,
        ctx,
        scope.seller,
        &offer,
        plan.plan_id,
        &quantities,
        input.coupon.as_deref(),
        None,
        scope.on,
    )
    .await
}

fn chosen<'a>(plans: &'a [PlanOffer], named: Option<&str>) -> Result<&'a PlanOffer> {
    let found = match named {
        None => plans.first(),
        Some(named) => plans
            .iter()
            .find(|plan| plan.code == named || plan.plan_id.to_string() == named),
    };
    found.ok_or_else(|| {
        let codes: Vec<&str> = plans.iter().map(|plan| plan.code.as_str()).collect();
        Error::invalid(
            "plan",
            "unknown_value",
            format!("expected one of {}", codes.join(", ")),
        )
    })
}

/// What a visitor of a storefront would pay, without an account and without a quote.
///
/// # Errors
/// Names what is wrong with the quantities or the coupon.
#[expect(
    clippy::too_many_arguments,
    reason = "each is a different fact of the price"
)]
pub async fn price_for_visitor(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
    offer: &Offer,
    plan: PlanId,
    quantities: &BTreeMap<ItemId, Decimal>,
    coupon: Option<&str>,
    align_with: Option<SubscriptionId>,
    on: Date,
) -> Result<Preview> {
    let looked = Looked {
        seller,
        offer,
        plan,
        quantities,
        coupon,
        bundled: None,
        align_with,
        on,
    };
    looked.price(p, ctx).await
}

/// The same of a part of a bundle, with the bundle's discount on it or without any.
pub(super) async fn price_with(
    p: &Platform,
    ctx: &OpCtx,
    scope: &OfferScope,
    offer: &Offer,
    plan: PlanId,
    quantities: &BTreeMap<ItemId, Decimal>,
    discount: Option<DiscountOffer>,
) -> Result<Preview> {
    let looked = Looked {
        seller: scope.seller,
        offer,
        plan,
        quantities,
        coupon: None,
        bundled: Some(discount),
        align_with: None,
        on: scope.on,
    };
    looked.price(p, ctx).await
}

/// What somebody looks at.
struct Looked<'a> {
    seller: AccountId,
    offer: &'a Offer,
    plan: PlanId,
    quantities: &'a BTreeMap<ItemId, Decimal>,
    coupon: Option<&'a str>,
    /// The discount of the bundle that it is a part of.
    bundled: Option<Option<DiscountOffer>>,
    align_with: Option<SubscriptionId>,
    on: Date,
}

impl Looked<'_> {
    async fn price(self, p: &Platform, ctx: &OpCtx) -> Result<Preview> {
        let Self {
            seller,
            offer,
            plan,
            quantities,
            coupon,
            bundled,
            align_with,
            on,
        } = self;
        let terms = Arc::new(offered_terms(seller, offer, plan, on)?);
        let offered = offer
            .offered_plans
            .iter()
            .find(|offered| offered.plan_id == plan);
        let trial = Trial {
            days: offered.map_or(0, |offered| offered.trial_days),
            again: offered.is_some_and(|offered| offered.trial_again),
        };
        let name = offer.card.name.get(ctx.locale).to_owned();
        let locale = ctx.locale;
        let coupon = coupon.map(str::to_owned);
        // Somebody who looks on signed in is somebody who may have bought before.
        let who = &ctx.principal;
        let customer = (who.account_kind == AccountKind::Customer).then_some(who.account);
        p.read(ctx, quantities, move |w, quantities| {
            let (mut terms, name, coupon) = (terms.clone(), name.clone(), coupon.clone());
            let bundled = bundled.clone();
            Box::pin(async move {
                let mut trial_days = trial.days;
                if let Some(customer) = customer {
                    trial_days = trial.of(w, customer, terms.product).await?;
                    let own = vec![LegTerms::clone(&terms)];
                    let own = introduced(w, customer, terms.product, own).await?;
                    terms = own.into_iter().next().map_or(terms, Arc::new);
                }
                let items: Vec<ItemId> = quantities.keys().copied().collect();
                let asked = Asked {
                    seller,
                    customer,
                    code: entered(coupon.as_ref()),
                    promotions: true,
                    product: terms.product,
                    plan,
                    items: &items,
                    metered: &metered(&terms),
                    currency: terms.currency,
                    trial_days: Some(trial_days),
                    redeems: false,
                };
                let found = match bundled {
                    Some(offers) => Found::of(offers),
                    None => discount::find(w, &asked).await?,
                };
                let align_to = match (align_with, customer) {
                    (Some(with), Some(buyer)) => {
                        Some(schedule_of(w, with, buyer, seller, terms.cadence).await?)
                    }
                    _ => None,
                };
                let purchase = PreviewPurchase {
                    seller_id: seller,
                    buyer_id: seller,
                    terms: &terms,
                    name: &name,
                    wanted: quantities,
                    on,
                    zone: None,
                    moment: Some(w.ctx.now),
                    trial_days: i64::from(trial_days) + found.trial_days(),
                    align_to,
                    offers: &found.offers,
                };
                let follows = terms.policies.billing_days.align == BillingAlign::InvoiceDay;
                let billing_day = match customer.filter(|_| follows) {
                    Some(buyer) => invoice_day(w, seller, buyer).await?,
                    None => None,
                };
                tradewind_billing::service::preview_for_visitor(w, locale, billing_day, &purchase)
                    .await
            })
        })
        .await
    }
}

/// The day of the month that somebody who looks on and the seller have agreed on for invoices.
async fn invoice_day(w: &mut Work, seller: AccountId, buyer: AccountId) -> Result<Option<u8>> {
    let agreed = tradewind_accounts::service::relationships_of_buyers(w, &[buyer]).await?;
    let ours = agreed.iter().find(|agreed| agreed.seller == seller);
    Ok(ours.map(|agreed| agreed.invoice_day))
}

/// The terms that an offer stands for: those of the last leg, which is all that a visitor may know.
fn offered_terms(seller: AccountId, offer: &Offer, plan: PlanId, on: Date) -> Result<LegTerms> {
    let offered = offer
        .offered_plans
        .iter()
        .find(|offered| offered.plan_id == plan)
        .ok_or_else(|| Error::not_found(plan))?;
    let items = offered.items.iter().map(offered_item).collect();
    Ok(LegTerms {
        seller,
        product: offer.card.product_id,
        plan,
        // Never stored: a visitor learns prices, not where they stand.
        book: PriceBookId::generate(),
        revision: RevisionId::generate(),
        currency: offer.currency,
        effective_on: on,
        cadence: offered.billing_cadence,
        term: offered.term_cadence,
        items,
        policies: offered.policies.clone(),
        kept_until: None,
    })
}

fn offered_item(item: &ItemOffer) -> ItemTerms {
    let rule = |matches: BTreeMap<String, String>, model: PriceModel| PriceRule {
        matches,
        model,
        markup: None,
        rates: Vec::new(),
        trail: Vec::new(),
    };
    let regular: Vec<PriceRule> = item
        .prices
        .iter()
        .filter_map(|price| Some(rule(price.matches.clone(), price.model.clone()?)))
        .collect();
    let (rules, introduction) = match &item.introduction {
        Some(introduction) => {
            let introduced = Introduced {
                left: introduction.periods,
                of: introduction.periods,
                once: introduction.once,
                regular,
            };
            let rules = vec![rule(BTreeMap::new(), introduction.price.clone())];
            (rules, Some(introduced))
        }
        None => (regular, None),
    };
    ItemTerms {
        item: item.item_id,
        code: item.code.clone(),
        name: item.name.clone(),
        kind: item.kind,
        unit: item.unit.clone(),
        meter: None,
        aggregation: item.aggregation.clone(),
        timing: item.timing,
        tax_category: item.tax_category,
        rules,
        introduction,
        raised: None,
        negotiated: false,
        conversions: Vec::new(),
    }
}

//! Prices for those who have no account yet.

use super::price_for_visitor;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_billing::types::Preview;
use tradewind_catalogue::rules::{check_quantities, pick_packages};
use tradewind_catalogue::service::{offer, product_of};
use tradewind_catalogue::types::{OfferScope, PlanOffer};
use tradewind_kernel::id::ItemId;
use tradewind_kernel::{Decimal, Error, Result};
use tradewind_platform::{OpCtx, Platform};
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

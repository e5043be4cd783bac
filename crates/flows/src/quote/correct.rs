//! Quotes for corrections: what should have been otherwise from a day in the past on.

mod plan;

use super::{About, QuotePreview, QuoteView, basis_of, save, today};
use crate::access::may;
use plan::under_plan;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_billing::service::{
    AgreedOtherwise, AgreedSince, BookPrices, Correction, NegotiatedPrice, agreed_since_in,
    preview_correction,
};
use tradewind_catalogue::rules::check_negotiated;
use tradewind_catalogue::types::{Plan, ProductDetail};
use tradewind_kernel::id::{AccountId, ItemId, PlanId, SubscriptionId, TermsId};
use tradewind_kernel::{Date, Decimal, Error, Problems, Result};
use tradewind_orders::types::{
    OrderedItem, PastRecord, QuantitySince, QuoteKind, Rewritten, Subscription, SubscriptionDetail,
    SubscriptionOperation,
};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{AccountKind, Action};
use tradewind_pricing::PriceModel;
use utoipa::ToSchema;

/// What is to be set right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionInput {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// The first day on which it was otherwise; today or earlier.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The quantities that were really held from that day on, by item code; each up to the next change that is recorded.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    pub quantities: BTreeMap<String, Decimal>,
    /// Another plan of the same product that it really had from that day on: items go on by their codes, and prices are those of that
    /// day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_id: Option<PlanId>,
    /// Prices of the books that should have held from that day on: `"current"`, or `{"revision": ID}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<BookPrices>,
    /// Prices of its own that it should have had from that day on, each on one leg.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub item_prices: Vec<ItemPriceInput>,
    /// Whether it had ended by that day: instead of all else.
    #[serde(default)]
    pub ended: bool,
    /// Why; at most 1,000 characters.
    pub reason: String,
}

/// The price that an item of one subscription should have had on one leg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemPriceInput {
    /// Code of the item.
    pub item: String,
    /// Who sells on the leg; who sells to the customer when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_id: Option<AccountId>,
    /// The price, in the currency of the leg.
    pub price: PriceModel,
}

/// A correction worked out: everything that placing it writes.
pub(crate) struct CorrectionPlan {
    pub(crate) subscription: Subscription,
    /// The plan that it has then.
    pub(crate) plan_id: PlanId,
    pub(crate) held: Vec<OrderedItem>,
    pub(crate) before: Vec<OrderedItem>,
    /// What is recorded of plan and terms, and what should be.
    pub(crate) record: Option<Rewritten>,
    /// Whether it concerns nobody but the customer's seller.
    pub(crate) own_leg: bool,
    /// The terms, to be kept with it.
    pub(crate) agreed: AgreedSince,
    /// Whether the vendor has something to do.
    pub(crate) delivers: bool,
    pub(crate) preview: QuotePreview,
    pub(crate) basis: String,
}

/// Quotes a correction.
///
/// # Errors
/// Not found, forbidden; names what is wrong with the day, the quantities, the plan or the prices; refused when nothing would change.
pub async fn quote_correction(
    p: &Platform,
    ctx: &OpCtx,
    input: &CorrectionInput,
) -> Result<QuoteView> {
    p.command(ctx, "quote.correction", input, |w, input| {
        Box::pin(async move {
            let plan = plan_correction(w, input).await?;
            let on = About::running(&plan.subscription);
            save(w, QuoteKind::Adjust, on, input, &plan.preview, plan.basis).await
        })
    })
    .await
}

/// What a correction would come to, without quoting it.
///
/// # Errors
/// As [`quote_correction`].
pub async fn preview_of_correction(
    p: &Platform,
    ctx: &OpCtx,
    input: &CorrectionInput,
) -> Result<QuotePreview> {
    p.read(ctx, input, |w, input| {
        Box::pin(async move { Ok(plan_correction(w, input).await?.preview) })
    })
    .await
}

/// Works a correction out, as of now.
pub(crate) async fn plan_correction(
    w: &mut Work,
    input: &CorrectionInput,
) -> Result<CorrectionPlan> {
    tradewind_kernel::text::check_lines("reason", &input.reason, 1, 1_000)?;
    let id = input.subscription_id;
    let detail = tradewind_orders::service::subscription_detail_in(w, id).await?;
    let own_leg = is_of_own_leg(&detail.subscription, input);
    may(w, Action::SubscriptionCorrect, &detail.subscription).await?;
    decides(w, &detail.subscription, own_leg)?;
    if !detail
        .available_operations
        .contains(&SubscriptionOperation::Correct)
    {
        return Err(Error::conflict(
            "not_correctable",
            super::hindrance(&detail.subscription),
        ));
    }
    let subscription = detail.subscription.clone();
    let now = today(w.ctx.now, &subscription.zone);
    if input.from > now {
        return Err(Error::invalid(
            "from",
            "in_the_future",
            format!("must not be after today, {now}"),
        ));
    }
    check_together(input)?;
    let product = tradewind_catalogue::service::product_of(w, subscription.product_id).await?;
    let history = tradewind_orders::billing::billable_in(w, id)
        .await?
        .quantities;
    let agreed = agreed(w, input, &subscription, &product, now).await?;
    let to = PastRecord {
        from_on: input.from,
        terms: agreed.terms.clone(),
        held: match input.plan_id.filter(|_| !agreed.terms.is_empty()) {
            Some(plan) => Some(under_plan(&product, plan, input, &history)?),
            None => None,
        },
    };
    let plan_id = to
        .held
        .as_ref()
        .map_or(subscription.plan_id, |held| held.plan_id);
    let quantities = match to.held {
        Some(_) => Quantities::default(),
        None => quantities(&product, &subscription, input, &history)?,
    };
    if to.terms.is_empty() && quantities.held == quantities.before && !input.ended {
        return Err(Error::refused(
            "nothing_changes",
            "this is what is recorded for that day already",
        ));
    }
    let record = if to.terms.is_empty() {
        None
    } else {
        let before = tradewind_orders::service::past_record_in(w, &subscription, &to).await?;
        Some(Rewritten { before, after: to })
    };
    let correction = Correction {
        subscription_id: id,
        from: input.from,
        held: quantities
            .held
            .iter()
            .map(|item| (item.item_id, item.quantity))
            .collect(),
        ends: input.ended,
        record,
    };
    let previewed = preview_correction(w, &correction, &agreed.known).await?;
    let preview = QuotePreview {
        billing: previewed.customer,
        class: None,
        effective_on: input.from,
        needs_approval: false,
        needs_payment: false,
    };
    let terms = agreed.terms.iter().flatten().map(|since| since.terms_id);
    let terms: Vec<TermsId> = terms.collect();
    // What is booked between the sellers is confirmed with it, though the customer does not see it.
    let basis = basis_of(
        &(&preview, &previewed.legs),
        &terms,
        Some(subscription.version),
    )?;
    let record = correction.record;
    let held = record
        .as_ref()
        .and_then(|record| record.after.held.as_ref());
    let delivers = match held {
        Some(held) => plan_id != subscription.plan_id || held_otherwise(&detail, &held.items),
        None => input.ended || quantities.lasting,
    };
    Ok(CorrectionPlan {
        subscription,
        plan_id,
        held: quantities.held,
        before: quantities.before,
        record,
        own_leg,
        agreed,
        delivers,
        preview,
        basis,
    })
}

/// Whether a correction concerns what the customer's seller asks of it, and nothing else.
fn is_of_own_leg(subscription: &Subscription, input: &CorrectionInput) -> bool {
    let own = |price: &ItemPriceInput| {
        price
            .seller_id
            .is_none_or(|id| id == subscription.seller_id)
    };
    let concerns_all = input.ended
        || !input.quantities.is_empty()
        || input.plan_id.is_some()
        || input.prices.is_some()
        || input.item_prices.is_empty();
    !concerns_all && input.item_prices.iter().all(own)
}

/// A correction changes what is owed on every leg of a sale. Nobody can decide that for those above, so the provider makes it; but
/// what it asks of its customer itself every seller sets right itself.
fn decides(w: &Work, subscription: &Subscription, own_leg: bool) -> Result<()> {
    let principal = &w.ctx.principal;
    if principal.account_kind == AccountKind::Provider
        || (own_leg && principal.account == subscription.seller_id)
    {
        return Ok(());
    }
    Err(Error::refused(
        "not_the_provider",
        "a correction changes what every seller of this subscription is owed; ask the provider to make it",
    ))
}

/// Checks that the principal may make a correction of a subscription, and so call it off.
pub(crate) async fn may_correct(w: &mut Work, id: SubscriptionId, own_leg: bool) -> Result<()> {
    let subscription = tradewind_orders::service::subscription_in(w, id).await?;
    may(w, Action::SubscriptionCorrect, &subscription).await?;
    decides(w, &subscription, own_leg)
}

/// What can't be set right in one go.
fn check_together(input: &CorrectionInput) -> Result<()> {
    let mut problems = Problems::new();
    if input.ended {
        let given = [
            ("quantities", !input.quantities.is_empty()),
            ("plan_id", input.plan_id.is_some()),
            ("prices", input.prices.is_some()),
            ("item_prices", !input.item_prices.is_empty()),
        ];
        for (field, _) in given.into_iter().filter(|(_, given)| *given) {
            problems.add(
                field,
                "not_together",
                "what had ended held nothing: give either the end or something else",
            );
        }
    }
    if input.plan_id.is_some() && (input.prices.is_some() || !input.item_prices.is_empty()) {
        problems.add(
            "plan_id",
            "not_together",
            "another plan comes at its prices of that day; correct prices after the plan",
        );
    }
    problems.finish()
}

/// The terms that it should have had; without any where terms are not concerned.
async fn agreed(
    w: &mut Work,
    input: &CorrectionInput,
    subscription: &Subscription,
    product: &ProductDetail,
    today: Date,
) -> Result<AgreedSince> {
    if input.plan_id.is_none() && input.prices.is_none() && input.item_prices.is_empty() {
        return Ok(AgreedSince::default());
    }
    let plan = product
        .plan(subscription.plan_id)
        .ok_or_else(|| Error::not_found(subscription.plan_id))?;
    if let Some(wanted) = input.plan_id.filter(|id| product.plan(*id).is_none()) {
        let text = format!("{wanted} is no plan of this product");
        return Err(Error::invalid("plan_id", "unknown_value", text));
    }
    let asked = AgreedOtherwise {
        subscription_id: subscription.id,
        from: input.from,
        today,
        plan: input.plan_id,
        books: input.prices,
        negotiated: negotiated(plan, subscription, input)?,
    };
    Ok(agreed_since_in(w, &asked).await?.unwrap_or_default())
}

fn negotiated(
    plan: &Plan,
    subscription: &Subscription,
    input: &CorrectionInput,
) -> Result<Vec<NegotiatedPrice>> {
    let mut problems = Problems::new();
    let mut found: Vec<NegotiatedPrice> = Vec::new();
    for (at, price) in input.item_prices.iter().enumerate() {
        let field = format!("item_prices.{at}");
        let Some(item) = plan.items.iter().find(|item| item.code == price.item) else {
            let codes: Vec<&str> = plan.items.iter().map(|item| item.code.as_str()).collect();
            let text = format!("the plan has no such item; it has {}", codes.join(", "));
            problems.add(format!("{field}.item"), "unknown_item", text);
            continue;
        };
        let checked = check_negotiated(plan, item, &price.price);
        problems.check(checked.map_err(|error| error.under(&format!("{field}.price"))));
        let one = NegotiatedPrice {
            seller_id: price.seller_id.unwrap_or(subscription.seller_id),
            item: item.id,
            model: price.price.clone(),
        };
        let twice =
            |other: &NegotiatedPrice| (other.seller_id, other.item) == (one.seller_id, one.item);
        if found.iter().any(twice) {
            problems.add(
                field,
                "duplicate",
                "this item has a price on that leg already",
            );
        }
        found.push(one);
    }
    problems.finish()?;
    Ok(found)
}

fn held_otherwise(detail: &SubscriptionDetail, items: &[OrderedItem]) -> bool {
    let held = |of: &OrderedItem| {
        let mut now = detail.items.iter();
        now.any(|one| (one.item_id, one.quantity) == (of.item_id, of.quantity))
    };
    !items.iter().all(held)
}

/// Quantities of the plan that is recorded.
#[derive(Default)]
struct Quantities {
    /// What was really held.
    held: Vec<OrderedItem>,
    /// What is recorded of that.
    before: Vec<OrderedItem>,
    /// Whether any of it is held now.
    lasting: bool,
}

fn quantities(
    product: &ProductDetail,
    subscription: &Subscription,
    input: &CorrectionInput,
    history: &[QuantitySince],
) -> Result<Quantities> {
    // What was held on a day is of the plan of that day.
    let plan = plan_on(history, input.from).unwrap_or(subscription.plan_id);
    let plan = product.plan(plan).ok_or_else(|| Error::not_found(plan))?;
    let held = wanted(plan, input, history)?;
    let before = held.iter().map(|item| OrderedItem {
        quantity: on(history, item.item_id, input.from),
        ..item.clone()
    });
    let last = |item: &OrderedItem| {
        let mut of = history.iter().filter(|since| since.item_id == item.item_id);
        !of.any(|since| since.from_on > input.from)
    };
    Ok(Quantities {
        before: before.collect(),
        lasting: held.iter().any(last),
        held,
    })
}

/// The plan that is recorded for a day.
fn plan_on(history: &[QuantitySince], day: Date) -> Option<PlanId> {
    let earlier = history.iter().filter(|since| since.from_on <= day);
    let last = earlier.max_by_key(|since| since.from_on);
    last.map(|since| since.plan_id)
}

/// How much of an item is recorded for a day.
fn on(history: &[QuantitySince], item: ItemId, day: Date) -> Decimal {
    let of = history.iter().filter(|since| since.item_id == item);
    of.filter(|since| since.from_on <= day)
        .max_by_key(|since| since.from_on)
        .map_or(Decimal::ZERO, |since| since.quantity)
}

/// What was really held: complete, and as the plan allows.
fn wanted(
    plan: &Plan,
    input: &CorrectionInput,
    history: &[QuantitySince],
) -> Result<Vec<OrderedItem>> {
    if input.ended {
        return Ok(Vec::new());
    }
    let on = |item: ItemId| on(history, item, input.from);
    let mut all: BTreeMap<String, Decimal> = plan
        .items
        .iter()
        .map(|item| (item.code.clone(), on(item.id)))
        .filter(|(_, quantity)| !quantity.is_zero())
        .collect();
    all.extend(input.quantities.clone());
    tradewind_catalogue::rules::check_quantities(plan, &all)?;
    Ok(plan
        .items
        .iter()
        .filter_map(|item| {
            let quantity = input.quantities.get(&item.code)?;
            Some(OrderedItem {
                item_id: item.id,
                code: item.code.clone(),
                quantity: *quantity,
            })
        })
        .filter(|item| on(item.item_id) != item.quantity)
        .collect())
}

//! Quotes for corrections: what should have been otherwise from a day in the past on.

use super::{About, QuotePreview, QuoteView, basis_of, save, today};
use crate::access::may;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_billing::service::{Correction, preview_correction};
use tradewind_catalogue::types::Plan;
use tradewind_kernel::id::{ItemId, SubscriptionId};
use tradewind_kernel::{Date, Decimal, Error, Result};
use tradewind_orders::types::{OrderedItem, QuoteKind, Subscription, SubscriptionOperation};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{AccountKind, Action};
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
    /// Whether it had ended by that day: instead of quantities.
    #[serde(default)]
    pub ended: bool,
    /// Why; at most 1,000 characters.
    pub reason: String,
}

/// A correction worked out: everything that placing it writes.
pub(crate) struct CorrectionPlan {
    pub(crate) subscription: Subscription,
    pub(crate) held: Vec<OrderedItem>,
    pub(crate) before: Vec<OrderedItem>,
    /// Whether the vendor has something to do.
    pub(crate) delivers: bool,
    pub(crate) preview: QuotePreview,
    pub(crate) basis: String,
}

/// Quotes a correction.
///
/// # Errors
/// Not found, forbidden; names what is wrong with the day or the quantities; refused when nothing would change.
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
    may(w, Action::SubscriptionCorrect, &detail.subscription).await?;
    decides_for_all(w)?;
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
    let product = tradewind_catalogue::service::product_of(w, subscription.product_id).await?;
    let plan = product
        .plan(subscription.plan_id)
        .ok_or_else(|| Error::not_found(subscription.plan_id))?;
    let history = tradewind_orders::billing::billable_in(w, id)
        .await?
        .quantities;
    let on = |item: ItemId, day: Date| {
        let of = history.iter().filter(|since| since.item_id == item);
        of.filter(|since| since.from_on <= day)
            .max_by_key(|since| since.from_on)
            .map_or(Decimal::ZERO, |since| since.quantity)
    };
    let held = wanted(plan, input, &on)?;
    let before: Vec<OrderedItem> = held
        .iter()
        .map(|item| OrderedItem {
            quantity: on(item.item_id, input.from),
            ..item.clone()
        })
        .collect();
    if held == before && !input.ended {
        return Err(Error::refused(
            "nothing_changes",
            "this is what is recorded for that day already",
        ));
    }
    let last = |item: &OrderedItem| {
        let mut of = history.iter().filter(|since| since.item_id == item.item_id);
        !of.any(|since| since.from_on > input.from)
    };
    let delivers = input.ended || held.iter().any(last);
    let correction = Correction {
        subscription_id: id,
        from: input.from,
        held: held
            .iter()
            .map(|item| (item.item_id, item.quantity))
            .collect(),
        ends: input.ended,
    };
    let preview = QuotePreview {
        billing: preview_correction(w, &correction).await?,
        class: None,
        effective_on: input.from,
        needs_approval: false,
        needs_payment: false,
    };
    let basis = basis_of(&preview, &[], Some(subscription.version))?;
    Ok(CorrectionPlan {
        subscription,
        held,
        before,
        delivers,
        preview,
        basis,
    })
}

/// A correction changes what is owed on every leg of a sale. Nobody can decide that for those above, so the provider makes it.
fn decides_for_all(w: &Work) -> Result<()> {
    if w.ctx.principal.account_kind == AccountKind::Provider {
        return Ok(());
    }
    Err(Error::refused(
        "not_the_provider",
        "a correction changes what every seller of this subscription is owed; ask the provider to make it",
    ))
}

/// What was really held: complete, and as the plan allows.
fn wanted(
    plan: &Plan,
    input: &CorrectionInput,
    on: &impl Fn(ItemId, Date) -> Decimal,
) -> Result<Vec<OrderedItem>> {
    if input.ended {
        if input.quantities.is_empty() {
            return Ok(Vec::new());
        }
        return Err(Error::invalid(
            "quantities",
            "not_together",
            "what had ended held nothing: give either quantities or the end",
        ));
    }
    let mut all: BTreeMap<String, Decimal> = plan
        .items
        .iter()
        .map(|item| (item.code.clone(), on(item.id, input.from)))
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
        .filter(|item| on(item.item_id, input.from) != item.quantity)
        .collect())
}

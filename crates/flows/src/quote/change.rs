//! Quotes for changes: more or less, or another plan. More takes effect at once and is prorated, less waits for the end of
//! the period, unless something else is asked for.

use super::purchase::{is_due, ordered_items, picked};
use super::{About, Occasion, QuotePreview, QuoteView, basis_of, hindrance, save, today};
use crate::access::may;
use crate::credit::{self, Held, due_now};
use crate::discount::{self, Asked, entered};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_accounts::types::{Adjacent, PaymentMode};
use tradewind_billing::service::{
    SubscriptionChange, preview_change, preview_scheduled, recurring_totals,
};
use tradewind_catalogue::rules::{check_configuration, switched};
use tradewind_catalogue::types::{Approval, ItemKind};
use tradewind_kernel::id::{ItemId, PlanId, SubscriptionId, TermsId};
use tradewind_kernel::{Date, Decimal, Error, Result, text_enum};
use tradewind_orders::rules::{ChangeFacts, classify};
use tradewind_orders::types::{
    ChangeClass, CommercialState, Coupon, OrderedItem, QuoteKind, Subscription,
    SubscriptionOperation,
};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, PrincipalKind};
use utoipa::ToSchema;

text_enum! {
    /// When a change takes effect.
    pub enum ChangeWhen("when") {
        /// At once: the unused rest of what was paid is given back as far as the seller's policy does, and the rest of what takes its
        /// place is charged. That something gets less at once is for the seller to decide.
        Now = "now",
        /// With the next billing period.
        EndOfPeriod = "end_of_period",
    }
}

/// What is to be changed; what is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeInput {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Another plan of the same product.
    #[serde(default)]
    pub plan_id: Option<PlanId>,
    /// Other quantities, by item code.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    pub quantities: BTreeMap<String, Decimal>,
    /// Packages picked by name, by item code, where an item is sold in packages: instead of a quantity.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub packages: BTreeMap<String, String>,
    /// The code of a coupon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon: Option<String>,
    /// When; left out, more takes effect at once and less at the end of the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<ChangeWhen>,
}

/// A change worked out: everything that placing it writes.
pub(crate) struct ChangePlan {
    pub(crate) subscription: Subscription,
    pub(crate) plan_id: PlanId,
    pub(crate) items: Vec<OrderedItem>,
    pub(crate) terms: Vec<TermsId>,
    pub(crate) before_items: Vec<OrderedItem>,
    pub(crate) before_terms: Vec<TermsId>,
    pub(crate) effective_on: Date,
    pub(crate) at_once: bool,
    pub(crate) coupons: Vec<Coupon>,
    pub(crate) held: Option<Held>,
    pub(crate) preview: QuotePreview,
    pub(crate) basis: String,
}

/// Quotes a change of a subscription.
///
/// # Errors
/// Not found, forbidden; names what is wrong with the quantities or with `when`; refused when nothing would change, and with
/// `only_the_seller` when a buyer wants less at once.
pub async fn quote_change(p: &Platform, ctx: &OpCtx, input: &ChangeInput) -> Result<QuoteView> {
    p.command(ctx, "quote.change", input, |w, input| {
        Box::pin(async move {
            let plan = plan_change(w, input, Occasion::quoted(w)).await?;
            let on = About::running(&plan.subscription);
            save(w, QuoteKind::Change, on, input, &plan.preview, plan.basis).await
        })
    })
    .await
}

/// Works a change out, as of now; who is about to place it holds its discounts.
pub(crate) async fn plan_change(
    w: &mut Work,
    input: &ChangeInput,
    occasion: Occasion,
) -> Result<ChangePlan> {
    let detail =
        tradewind_orders::service::subscription_detail_in(w, input.subscription_id).await?;
    let subscription = detail.subscription.clone();
    may(w, Action::SubscriptionChange, &subscription).await?;
    if !detail
        .available_operations
        .contains(&SubscriptionOperation::Change)
    {
        return Err(Error::conflict(
            "not_changeable",
            unchangeable(&subscription),
        ));
    }
    let product = tradewind_catalogue::service::product_of(w, subscription.product_id).await?;
    let plan_id = input.plan_id.unwrap_or(subscription.plan_id);
    let plan = product
        .plan(plan_id)
        .cloned()
        .ok_or_else(|| Error::not_found(plan_id))?;
    let before: BTreeMap<String, Decimal> = detail
        .items
        .iter()
        .map(|item| (item.code.clone(), item.quantity))
        .collect();
    let mut wanted = before.clone();
    wanted.extend(
        input
            .quantities
            .iter()
            .map(|(code, quantity)| (code.clone(), *quantity)),
    );
    let chain = tradewind_accounts::service::chain(w, subscription.customer_id).await?;
    let on = today(w.ctx.now, &subscription.zone);
    let legs = tradewind_orders::service::legs_in(w, subscription.id).await?;
    let before_terms: Vec<TermsId> = legs.iter().map(|leg| leg.terms_id).collect();
    if !input.packages.is_empty() {
        // What the packages are is said by the terms under which they will be held.
        let terms = if plan_id == subscription.plan_id {
            before_terms.clone()
        } else {
            resolve(w, &chain, plan_id, on).await?
        };
        let last: Vec<TermsId> = terms.last().copied().into_iter().collect();
        let known = tradewind_catalogue::service::terms_load_many(w, &last).await?;
        wanted.extend(picked(
            &input.packages,
            known.values().next().map(|terms| &**terms),
        )?);
    }
    if plan_id != subscription.plan_id {
        // An item that the other plan does not have is simply gone; one that was named has to be there.
        wanted.retain(|code, _| {
            input.quantities.contains_key(code)
                || input.packages.contains_key(code)
                || plan.items.iter().any(|item| &item.code == code)
        });
    }
    let answers = detail
        .parameters
        .iter()
        .filter_map(|parameter| {
            parameter
                .value
                .clone()
                .map(|value| (parameter.code.clone(), value))
        })
        .collect();
    let asked = check_quantities(
        &product,
        &plan,
        &wanted,
        &answers,
        plan_id != subscription.plan_id,
    )?;
    let items = ordered_items(&plan, &asked);

    let nearest = chain
        .first()
        .cloned()
        .ok_or_else(|| Error::refused("nothing_to_buy", "this account buys from nobody"))?;
    // Frozen terms stay what they are while the plan stays the same.
    let switches = plan_id != subscription.plan_id;
    let terms = if switches {
        let terms = resolve(w, &chain, plan_id, on).await?;
        switched_terms(w, &before_terms, &terms, false).await?
    } else {
        before_terms.clone()
    };

    let mut change = SubscriptionChange {
        subscription_id: subscription.id,
        wanted: items
            .iter()
            .map(|item| (item.item_id, item.quantity))
            .collect(),
        terms: terms.clone(),
        at: on,
        moment: Some(occasion.moment),
        less: false,
    };
    let totals = recurring_totals(w, &change).await?;
    let class = classify(&ChangeFacts {
        plan_changes: plan_id != subscription.plan_id,
        before,
        after: asked,
        recurring_before: totals.before,
        recurring_after: totals.after,
    });
    if class == ChangeClass::Neutral {
        return Err(Error::refused(
            "nothing_changes",
            "this is what the subscription has already",
        ));
    }
    change.less = class == ChangeClass::Downgrade;
    let at_once = takes_effect_at_once(w, &subscription, class, input.when)?;
    if switches && !at_once {
        // By then the running period is over, for an introduction too.
        let terms = resolve(w, &chain, plan_id, on).await?;
        change.terms = switched_terms(w, &before_terms, &terms, true).await?;
    }
    let terms = change.terms.clone();
    let held: Vec<ItemId> = items.iter().map(|item| item.item_id).collect();
    let metered: Vec<ItemId> = plan
        .items
        .iter()
        .filter(|item| item.kind == ItemKind::Metered)
        .map(|item| item.id)
        .collect();
    let found = discount::find(
        w,
        &Asked {
            seller: subscription.seller_id,
            customer: Some(subscription.customer_id),
            code: entered(input.coupon.as_ref()),
            promotions: false,
            product: subscription.product_id,
            plan: plan_id,
            items: &held,
            metered: &metered,
            currency: subscription.currency,
            trial_days: None,
            redeems: occasion.places,
        },
    )
    .await?;
    let billing = if at_once {
        preview_change(w, &change, &found.offers).await?
    } else {
        preview_scheduled(w, &change, &found.offers).await?
    };
    let prepaid = nearest.relationship.payment == PaymentMode::Prepay;
    // Having less is never in anybody's way.
    let hindrance = if class == ChangeClass::Upgrade {
        credit::checked(w, &chain, due_now(&billing), occasion.places).await?
    } else {
        None
    };
    let by_product = product.product.approval == Approval::Seller;
    let preview = QuotePreview {
        class: Some(class),
        effective_on: billing.effective_on,
        needs_approval: (at_once || class == ChangeClass::Upgrade)
            && (by_product || credit::waits(hindrance.as_ref())),
        needs_payment: at_once && prepaid && is_due(&billing),
        billing,
    };
    let basis = basis_of(&preview, &terms, Some(subscription.version))?;
    Ok(ChangePlan {
        effective_on: preview.effective_on,
        before_items: detail
            .items
            .into_iter()
            .map(|item| OrderedItem {
                item_id: item.item_id,
                code: item.code,
                quantity: item.quantity,
            })
            .collect(),
        subscription,
        plan_id,
        items,
        terms,
        before_terms,
        at_once,
        coupons: found.coupons,
        held: hindrance.map(|found| Held {
            why: found.text,
            alone: !by_product,
        }),
        preview,
        basis,
    })
}

/// Whether a change takes effect at once, by what is asked for and who may ask for it.
fn takes_effect_at_once(
    w: &Work,
    subscription: &Subscription,
    class: ChangeClass,
    when: Option<ChangeWhen>,
) -> Result<bool> {
    let trial = subscription.commercial_state == CommercialState::Trial;
    match when {
        None => Ok(trial || class == ChangeClass::Upgrade),
        Some(ChangeWhen::EndOfPeriod) if trial => Err(Error::invalid(
            "when",
            "not_applicable",
            "a trial has no billing period whose end a change could wait for",
        )),
        Some(ChangeWhen::EndOfPeriod) => Ok(false),
        Some(ChangeWhen::Now) => {
            let principal = &w.ctx.principal;
            let buyer = principal.kind != PrincipalKind::System
                && principal.account == subscription.customer_id;
            if class == ChangeClass::Downgrade && buyer && !trial {
                return Err(Error::refused(
                    "only_the_seller",
                    "less takes effect at the end of the billing period; the seller can have it take effect at once",
                ));
            }
            Ok(true)
        }
    }
}

/// Checks the quantities of a change. A plan that is no longer sold can still be kept and changed in its quantities.
fn check_quantities(
    product: &tradewind_catalogue::types::ProductDetail,
    plan: &tradewind_catalogue::types::Plan,
    wanted: &BTreeMap<String, Decimal>,
    answers: &BTreeMap<String, String>,
    switches: bool,
) -> Result<BTreeMap<String, Decimal>> {
    let checked = if switches {
        check_configuration(product, plan, wanted, answers)
    } else {
        tradewind_catalogue::rules::check_quantities(plan, wanted).map(|quantities| {
            tradewind_catalogue::rules::Configuration {
                quantities,
                ..Default::default()
            }
        })
    };
    match checked {
        Ok(checked) => Ok(checked.quantities),
        // Sensitive answers can't be read back here, and answers don't change with the plan.
        Err(Error::Invalid(problems)) => {
            let of_items: Vec<_> = problems
                .into_iter()
                .filter(|problem| !problem.field.starts_with("parameters"))
                .collect();
            if of_items.is_empty() {
                tradewind_catalogue::rules::check_quantities(plan, wanted)
            } else {
                Err(Error::Invalid(of_items))
            }
        }
        Err(other) => Err(other),
    }
}

/// The terms of a switch: an introduction that runs goes on as far as the other plan has one, and none begins.
async fn switched_terms(
    w: &mut Work,
    before: &[TermsId],
    after: &[TermsId],
    period_over: bool,
) -> Result<Vec<TermsId>> {
    let all: Vec<TermsId> = before.iter().chain(after).copied().collect();
    let known = tradewind_catalogue::service::terms_load_many(w, &all).await?;
    if !after
        .iter()
        .any(|id| known.get(id).is_some_and(|terms| terms.is_introduced()))
    {
        return Ok(after.to_vec());
    }
    let mut ids = Vec::with_capacity(after.len());
    for (at, id) in after.iter().enumerate() {
        let old = before.get(at).and_then(|old| known.get(old));
        ids.push(match (old, known.get(id)) {
            (Some(old), Some(new)) => {
                let terms = switched(old, new, period_over);
                tradewind_catalogue::service::terms_store(w, &terms).await?
            }
            _ => *id,
        });
    }
    Ok(ids)
}

async fn resolve(w: &mut Work, chain: &[Adjacent], plan: PlanId, on: Date) -> Result<Vec<TermsId>> {
    let mut ids = Vec::new();
    for leg in tradewind_catalogue::service::leg_terms(w, chain, plan, on).await? {
        ids.push(tradewind_catalogue::service::terms_store(w, &leg).await?);
    }
    Ok(ids)
}

fn unchangeable(subscription: &Subscription) -> String {
    if subscription.scheduled.is_some() {
        "a change waits for the end of the period already; withdraw it first".to_owned()
    } else if subscription.cancel_on.is_some() {
        "the subscription ends already; withdraw the cancellation first".to_owned()
    } else {
        hindrance(subscription)
    }
}

//! Placing orders: confirming a quote executes that very quote.

use super::{ChangeTask, Holding, OrderInput, Task, enqueue_advance};
use crate::access::may;
use crate::credit::due_now;
use crate::quote::{
    CancelInput, ChangeInput, CorrectionInput, Occasion, PurchaseInput, PurchasePlan,
    SealedPurchase, plan_cancel, plan_change, plan_correction, plan_purchase, unchanged,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_accounts::types::PaymentMode;
use tradewind_catalogue::types::DeliveryMode as ProductDelivery;
use tradewind_fulfilment::types::DeliveryMode;
use tradewind_kernel::id::{QuoteId, SubscriptionId};
use tradewind_kernel::{Error, Money, Result};
use tradewind_orders::service as orders;
use tradewind_orders::types::{
    BuyerReference, ChangeClass, Coupon, FlowFacts, NewLeg, NewSubscription, OrderCreate,
    OrderDetail, OrderKind, OrderedSubscription, Quote, QuoteKind, Subscription,
    SubscriptionDetail, SubscriptionOperation,
};
use tradewind_platform::{KeyRing, OpCtx, Platform, Work};
use tradewind_policy::Action;
use utoipa::ToSchema;

/// Which quote to confirm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceInput {
    /// The quote.
    pub quote_id: QuoteId,
}

/// Which quote to confirm, and what the buyer calls the sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// The quote.
    pub quote_id: QuoteId,
    /// The buyer's order number and cost centre, and whether it wants invoices of their own for this; what the subscription has stays
    /// when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<BuyerReference>,
}

/// Places the order that a quote promises, without references of the buyer's own.
///
/// # Errors
/// As [`order_place_as`].
pub async fn order_place(p: &Platform, ctx: &OpCtx, input: &PlaceInput) -> Result<OrderDetail> {
    let placement = Placement {
        quote_id: input.quote_id,
        reference: None,
    };
    order_place_as(p, ctx, &placement).await
}

/// Places the order that a quote promises.
///
/// # Errors
/// Not found, forbidden; `quote_expired`, `quote_used`; `quote_changed` saying what has changed since; whatever keeps the
/// subscription from being ordered now; names what of the references cannot be printed.
pub async fn order_place_as(p: &Platform, ctx: &OpCtx, input: &Placement) -> Result<OrderDetail> {
    let keys = p.keys().clone();
    p.command(ctx, "order.place", input, move |w, input| {
        let keys = keys.clone();
        Box::pin(async move {
            let quote = orders::quote_get_in(w, input.quote_id).await?;
            crate::access::may_order(w, quote.customer_id, quote.seller_id, &quote.id).await?;
            confirmable(w, &quote)?;
            let order = match quote.kind {
                QuoteKind::Purchase => place_purchase(w, &keys, &quote).await?,
                QuoteKind::Change => place_change(w, &keys, &quote).await?,
                // A bundle is more than one order.
                QuoteKind::Bundle => return Err(Error::not_found(quote.id)),
                QuoteKind::Cancel => place_cancel(w, &keys, &quote).await?,
                QuoteKind::Adjust => place_correction(w, &keys, &quote).await?,
            };
            if let Some(reference) = &input.reference {
                orders::reference_set_in(w, order.order.subscription_id, reference).await?;
            }
            enqueue_advance(w, order.order.id);
            Ok(order)
        })
    })
    .await
}

/// Whether a quote can be confirmed now.
///
/// # Errors
/// `quote_used`, `quote_expired`.
pub(super) fn confirmable(w: &Work, quote: &Quote) -> Result<()> {
    if let Some(order) = quote.order_id {
        return Err(Error::conflict(
            "quote_used",
            format!("this quote has become the order {order}"),
        ));
    }
    if quote.expires_at < w.ctx.now {
        return Err(Error::conflict(
            "quote_expired",
            "this quote has expired; ask for a new one",
        ));
    }
    Ok(())
}

async fn place_purchase(w: &mut Work, keys: &KeyRing, quote: &Quote) -> Result<OrderDetail> {
    let input: PurchaseInput = read::<SealedPurchase>(quote)?.open(keys)?;
    let plan = plan_purchase(w, &input, Occasion::placed(quote)).await?;
    unchanged(quote, &plan.preview, &plan.basis)?;
    let preview = quote.preview.clone();
    place_planned(w, keys, input, plan, Some(quote.id), preview).await
}

/// Places a purchase that is worked out, with what was promised of it.
pub(super) async fn place_planned(
    w: &mut Work,
    keys: &KeyRing,
    input: PurchaseInput,
    plan: PurchasePlan,
    quote_id: Option<QuoteId>,
    preview: serde_json::Value,
) -> Result<OrderDetail> {
    let nearest = plan.nearest()?.clone();
    let trial_days = plan.trial_days;
    if trial_days > 0
        && plan.plan.trial_needs_payment
        && nearest.relationship.payment == PaymentMode::Prepay
        && !tradewind_billing::service::has_default_method(w, input.customer_id).await?
    {
        return Err(Error::refused(
            "payment_method_required",
            "add a card first: this trial continues as a paid subscription",
        ));
    }
    let flow = FlowFacts {
        approval: plan.preview.needs_approval,
        payment: plan.preview.needs_payment,
        delivery: true,
    };
    let task = Task::Purchase {
        trial_days,
        mode: mode_of(plan.detail.product.delivery),
    };
    let create = OrderCreate {
        kind: OrderKind::Purchase,
        customer_id: input.customer_id,
        seller_id: nearest.seller.id,
        vendor_id: plan.detail.product.vendor_id,
        product_id: input.product_id,
        plan_id: plan.plan.id,
        subscription: OrderedSubscription::New(Box::new(new_subscription(&plan)?)),
        quote_id,
        // Answers live with the subscription, sealed where they are sensitive; an order repeats none of them.
        input: written(&OrderInput {
            asked: PurchaseInput {
                packages: Default::default(),
                parameters: BTreeMap::new(),
                ..input
            },
            task,
            held: plan.held.clone(),
        })?,
        preview,
        due_now: due_now(&plan.preview.billing),
        flow,
    };
    let order = orders::order_create_in(w, keys, &create).await?;
    if let Some(anchor) = plan.align_to {
        orders::align_in(w, order.order.subscription_id, anchor).await?;
    }
    let mut terms = plan.terms.iter();
    if terms.any(|terms| terms.policies.proration.by_clock()) {
        orders::moment_note_in(w, order.order.subscription_id, plan.on, plan.moment).await?;
    }
    redeem(w, &order, &plan.coupons).await?;
    Ok(order)
}

/// Redeems what an order was worked out with, in the transaction that places it.
async fn redeem(w: &mut Work, order: &OrderDetail, coupons: &[Coupon]) -> Result<()> {
    let order = &order.order;
    let (id, subscription) = (order.id, order.subscription_id);
    orders::redeem_in(w, id, subscription, order.customer_id, coupons).await
}

fn new_subscription(plan: &PurchasePlan) -> Result<NewSubscription> {
    // Legs run from the vendor down; the chain runs from the customer up.
    let mut legs = Vec::with_capacity(plan.terms.len());
    let sellers = plan.terms.iter().map(|terms| terms.seller);
    let mut buyers: Vec<_> = plan.chain.iter().rev().map(|pair| pair.buyer.id).collect();
    if plan.terms.len() == buyers.len() + 1 {
        let provider = plan.chain.last().map(|pair| pair.seller.id);
        buyers.insert(
            0,
            provider.ok_or_else(|| Error::internal("a chain without a provider"))?,
        );
    }
    if buyers.len() != plan.terms.len() {
        return Err(Error::internal(format!(
            "{} terms for {} buyers",
            plan.terms.len(),
            buyers.len()
        )));
    }
    for (((seller_id, buyer_id), terms), id) in
        sellers.zip(buyers).zip(&plan.terms).zip(&plan.terms_ids)
    {
        legs.push(NewLeg {
            seller_id,
            buyer_id,
            currency: terms.currency,
            terms_id: *id,
        });
    }
    Ok(NewSubscription {
        name: plan.name.clone(),
        zone: plan.zone.clone(),
        auto_renew: plan.plan.auto_renew,
        items: plan.items.clone(),
        parameters: plan.parameters.clone(),
        legs,
        terms_from: plan.on,
        external_ref: None,
        metadata: BTreeMap::new(),
    })
}

async fn place_change(w: &mut Work, keys: &KeyRing, quote: &Quote) -> Result<OrderDetail> {
    let input: ChangeInput = read(quote)?;
    let plan = plan_change(w, &input, Occasion::placed(quote)).await?;
    unchanged(quote, &plan.preview, &plan.basis)?;
    let product = tradewind_catalogue::service::product_of(w, plan.subscription.product_id).await?;
    let after = Holding {
        plan_id: plan.plan_id,
        items: plan.items.clone(),
        terms: plan.terms.clone(),
    };
    let (task, flow) = if plan.at_once {
        let before = Holding {
            plan_id: plan.subscription.plan_id,
            items: plan.before_items.clone(),
            terms: plan.before_terms.clone(),
        };
        let less = plan.preview.class == Some(ChangeClass::Downgrade);
        let task = ChangeTask {
            after,
            before,
            mode: mode_of(product.product.delivery),
            less,
        };
        let (id, on) = (plan.subscription.id, plan.effective_on);
        orders::moment_note_in(w, id, on, quote.created_at).await?;
        let flow = FlowFacts {
            approval: plan.preview.needs_approval,
            payment: plan.preview.needs_payment,
            delivery: true,
        };
        (Task::ChangeNow(Box::new(task)), flow)
    } else {
        let task = Task::ChangeLater {
            after,
            on: plan.effective_on,
        };
        (
            task,
            FlowFacts {
                approval: plan.preview.needs_approval,
                payment: false,
                delivery: false,
            },
        )
    };
    let due = due_now(&plan.preview.billing);
    let create = existing(
        &plan.subscription,
        OrderKind::Change,
        Some(quote),
        written(&OrderInput {
            asked: input,
            task,
            held: plan.held.clone(),
        })?,
        due,
        flow,
    );
    let order = orders::order_create_in(
        w,
        keys,
        &OrderCreate {
            plan_id: plan.plan_id,
            ..create
        },
    )
    .await?;
    redeem(w, &order, &plan.coupons).await?;
    Ok(order)
}

async fn place_cancel(w: &mut Work, keys: &KeyRing, quote: &Quote) -> Result<OrderDetail> {
    let input: CancelInput = read(quote)?;
    let plan = plan_cancel(w, &input, quote.created_at).await?;
    unchanged(quote, &plan.preview, &plan.basis)?;
    let product = tradewind_catalogue::service::product_of(w, plan.subscription.product_id).await?;
    let mode = mode_of(product.product.delivery);
    let (task, delivery) = if plan.at_once {
        orders::moment_note_in(w, plan.subscription.id, plan.ends_on, quote.created_at).await?;
        (Task::CancelNow { mode }, true)
    } else {
        (Task::CancelLater { on: plan.ends_on }, false)
    };
    let flow = FlowFacts {
        approval: false,
        payment: false,
        delivery,
    };
    let due = due_now(&plan.preview.billing);
    let create = existing(
        &plan.subscription,
        OrderKind::Cancel,
        Some(quote),
        written(&OrderInput {
            asked: input,
            task,
            held: None,
        })?,
        due,
        flow,
    );
    orders::order_create_in(w, keys, &create).await
}

async fn place_correction(w: &mut Work, keys: &KeyRing, quote: &Quote) -> Result<OrderDetail> {
    let input: CorrectionInput = read(quote)?;
    let plan = plan_correction(w, &input).await?;
    unchanged(quote, &plan.preview, &plan.basis)?;
    plan.agreed.keep(w).await?;
    let product = tradewind_catalogue::service::product_of(w, plan.subscription.product_id).await?;
    let task = super::correct::task(&input, &plan, mode_of(product.product.delivery));
    let flow = FlowFacts {
        approval: false,
        payment: false,
        delivery: plan.delivers,
    };
    let due = due_now(&plan.preview.billing);
    let create = existing(
        &plan.subscription,
        OrderKind::Adjust,
        Some(quote),
        // What sellers above the customer ask of one another is nothing that an order tells its buyer.
        written(&OrderInput {
            asked: CorrectionInput {
                item_prices: Vec::new(),
                ..input
            },
            task,
            held: None,
        })?,
        due,
        flow,
    );
    let create = OrderCreate {
        plan_id: plan.plan_id,
        ..create
    };
    orders::order_create_in(w, keys, &create).await
}

/// A subscription that its seller wants stopped or started.
#[derive(Debug, Serialize, Deserialize)]
struct Switch {
    subscription_id: SubscriptionId,
    version: Option<i64>,
}

/// The seller stops a subscription; its data is kept.
///
/// # Errors
/// Not found, forbidden, changed meanwhile; conflict when it can't be suspended.
pub async fn subscription_suspend(
    p: &Platform,
    ctx: &OpCtx,
    id: SubscriptionId,
    version: Option<i64>,
) -> Result<OrderDetail> {
    switch(
        p,
        ctx,
        Switch {
            subscription_id: id,
            version,
        },
        OrderKind::Suspend,
    )
    .await
}

/// The seller starts a suspended subscription again.
///
/// # Errors
/// Not found, forbidden, changed meanwhile; conflict when it isn't suspended.
pub async fn subscription_resume(
    p: &Platform,
    ctx: &OpCtx,
    id: SubscriptionId,
    version: Option<i64>,
) -> Result<OrderDetail> {
    switch(
        p,
        ctx,
        Switch {
            subscription_id: id,
            version,
        },
        OrderKind::Resume,
    )
    .await
}

async fn switch(p: &Platform, ctx: &OpCtx, input: Switch, kind: OrderKind) -> Result<OrderDetail> {
    let keys = p.keys().clone();
    let name = if kind == OrderKind::Suspend {
        "subscription.suspend"
    } else {
        "subscription.resume"
    };
    p.command(ctx, name, &input, move |w, input| {
        let keys = keys.clone();
        Box::pin(async move {
            let operation = if kind == OrderKind::Suspend {
                SubscriptionOperation::Suspend
            } else {
                SubscriptionOperation::Resume
            };
            let detail = possible(w, Action::SubscriptionSuspend, input, operation).await?;
            let product =
                tradewind_catalogue::service::product_of(w, detail.subscription.product_id).await?;
            let mode = mode_of(product.product.delivery);
            let task = if kind == OrderKind::Suspend {
                Task::Suspend { mode }
            } else {
                Task::Resume { mode }
            };
            let flow = FlowFacts {
                approval: false,
                payment: false,
                delivery: true,
            };
            let nothing = Money::zero(detail.subscription.currency);
            let input = written(&OrderInput {
                asked: (),
                task,
                held: None,
            })?;
            let create = existing(&detail.subscription, kind, None, input, nothing, flow);
            let order = orders::order_create_in(w, &keys, &create).await?;
            enqueue_advance(w, order.order.id);
            Ok(order)
        })
    })
    .await
}

/// Withdraws a change that waits for the end of the period.
///
/// # Errors
/// Not found, forbidden, changed meanwhile; conflict when none waits.
pub async fn schedule_withdraw(
    p: &Platform,
    ctx: &OpCtx,
    id: SubscriptionId,
    version: Option<i64>,
) -> Result<SubscriptionDetail> {
    p.command(
        ctx,
        "subscription.schedule_withdraw",
        &Switch {
            subscription_id: id,
            version,
        },
        |w, input| {
            Box::pin(async move {
                possible(
                    w,
                    Action::SubscriptionChange,
                    input,
                    SubscriptionOperation::ClearSchedule,
                )
                .await?;
                orders::schedule_clear_in(w, input.subscription_id).await?;
                orders::subscription_detail_in(w, input.subscription_id).await
            })
        },
    )
    .await
}

/// Withdraws a cancellation that has not come into effect.
///
/// # Errors
/// Not found, forbidden, changed meanwhile; conflict when none waits.
pub async fn cancellation_withdraw(
    p: &Platform,
    ctx: &OpCtx,
    id: SubscriptionId,
    version: Option<i64>,
) -> Result<SubscriptionDetail> {
    p.command(
        ctx,
        "subscription.cancellation_withdraw",
        &Switch {
            subscription_id: id,
            version,
        },
        |w, input| {
            Box::pin(async move {
                possible(
                    w,
                    Action::SubscriptionCancel,
                    input,
                    SubscriptionOperation::KeepOn,
                )
                .await?;
                orders::cancel_on_set_in(w, input.subscription_id, None).await?;
                orders::subscription_detail_in(w, input.subscription_id).await
            })
        },
    )
    .await
}

async fn possible(
    w: &mut Work,
    action: Action,
    input: &Switch,
    operation: SubscriptionOperation,
) -> Result<SubscriptionDetail> {
    let detail = orders::subscription_detail_in(w, input.subscription_id).await?;
    may(w, action, &detail.subscription).await?;
    if input
        .version
        .is_some_and(|seen| seen != detail.subscription.version)
    {
        return Err(Error::changed(input.subscription_id));
    }
    if !detail.available_operations.contains(&operation) {
        let message = format!(
            "{operation} is not possible now: the subscription is {}",
            detail.subscription.commercial_state
        );
        return Err(Error::conflict("operation_unavailable", message));
    }
    Ok(detail)
}

fn existing(
    subscription: &Subscription,
    kind: OrderKind,
    quote: Option<&Quote>,
    input: serde_json::Value,
    due_now: Money,
    flow: FlowFacts,
) -> OrderCreate {
    OrderCreate {
        kind,
        customer_id: subscription.customer_id,
        seller_id: subscription.seller_id,
        vendor_id: subscription.vendor_id,
        product_id: subscription.product_id,
        plan_id: subscription.plan_id,
        subscription: OrderedSubscription::Existing {
            id: subscription.id,
            version: subscription.version,
        },
        quote_id: quote.map(|quote| quote.id),
        input,
        preview: quote.map_or(serde_json::Value::Null, |quote| quote.preview.clone()),
        due_now,
        flow,
    }
}

/// How a product's deliveries are done.
pub(crate) const fn mode_of(delivery: ProductDelivery) -> DeliveryMode {
    match delivery {
        ProductDelivery::Automatic => DeliveryMode::Automatic,
        ProductDelivery::Manual => DeliveryMode::Manual,
    }
}

fn read<T: serde::de::DeserializeOwned>(quote: &Quote) -> Result<T> {
    serde_json::from_value(quote.input.clone()).map_err(Error::internal)
}

fn written<T: Serialize>(input: &T) -> Result<serde_json::Value> {
    serde_json::to_value(input).map_err(Error::internal)
}

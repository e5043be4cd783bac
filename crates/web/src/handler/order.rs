//! Orders as pages show them, to buyers and sellers alike.

use tradewind_flows::quote::QuotePreview;
use tradewind_kernel::{Error, Result};
use tradewind_orders::types::{Order, OrderDetail, OrderState, StepState};

use super::{known::Known, price};
use crate::{
    session::Visit,
    view::{
        kit::Txt,
        shared::{OrderRow, OrderStep, PriceView},
    },
};

/// What people call an order: the end of its id.
pub(super) fn number(id: impl ToString) -> Txt {
    let id = id.to_string();
    let end = id.len().saturating_sub(8);
    id.get(end..).unwrap_or(&id).to_uppercase().into()
}

/// Product and plan in one.
pub(super) fn title(visit: &Visit, known: &Known, order: &Order) -> Txt {
    format!(
        "{} · {}",
        known.product(visit, order.product_id),
        known.plan_name(visit, order.product_id, order.plan_id)
    )
    .into()
}

/// An order in a list.
pub(super) fn row(visit: &Visit, known: &Known, order: &Order) -> OrderRow {
    OrderRow {
        id: order.id.to_string().into(),
        number: number(order.id),
        kind: order.kind.as_str().into(),
        product: title(visit, known, order),
        buyer: known.account(order.customer_id),
        placed: order.placed_at,
        state: order.state.as_str().into(),
        age: None,
        total: order.due_now,
        approve: false,
    }
}

/// What the order promised.
///
/// # Errors
/// When it is none of ours.
pub(super) fn price(visit: &Visit, known: &Known, order: &Order) -> Result<PriceView> {
    let preview: QuotePreview = match serde_json::from_value(order.preview.clone()) {
        Ok(preview) => preview,
        // Orders that the platform places itself promise nothing.
        Err(_) if order.due_now.is_zero() => QuotePreview {
            billing: tradewind_billing::service::preview_nothing(
                order.currency,
                order.placed_at.date_in(&visit.zone),
            ),
            class: None,
            effective_on: order.placed_at.date_in(&visit.zone),
            needs_approval: false,
            needs_payment: false,
        },
        Err(error) => return Err(Error::internal(error)),
    };
    let plan = known.plan(order.product_id, order.plan_id);
    let once = price::Once::of(
        plan.iter()
            .flat_map(|plan| &plan.items)
            .map(|item| (item.name.get(visit.ctx.locale), item.kind)),
    );
    let cadence = plan.map(|plan| plan.billing_cadence);
    Ok(price::view(&visit.t(), &preview.billing, &once, cadence))
}

/// The steps of an order.
pub(super) fn steps(visit: &Visit, detail: &OrderDetail) -> Vec<OrderStep> {
    detail
        .steps
        .iter()
        .filter(|step| step.state != StepState::Skipped)
        .map(|step| OrderStep {
            kind: step.kind.as_str().into(),
            state: step.state.as_str().into(),
            at: step.finished_at.or(step.started_at),
            by: step
                .actor
                .as_deref()
                .map_or_else(Txt::default, |actor| who(visit, actor)),
            detail: step.message.clone().unwrap_or_default().into(),
            log: step.detail.clone().unwrap_or_default().into(),
        })
        .collect()
}

/// Who did something, in words for the reader: `user usr_…`, `api_key key_…`, `system …`.
pub(super) fn who(visit: &Visit, actor: &str) -> Txt {
    let t = visit.t();
    let own = visit.session.as_ref().map(|info| &info.user);
    let (kind, id) = actor.split_once(' ').unwrap_or(("", actor));
    if let Some(user) = own.filter(|user| user.id.to_string() == id) {
        return user.name.clone().into();
    }
    match kind {
        "api_key" => t.tr("who-program"),
        "user" => t.tr("who-person"),
        _ if id.starts_with("usr_") => t.tr("who-person"),
        _ if id.starts_with("key_") => t.tr("who-program"),
        _ => t.tr("who-platform"),
    }
}

/// Whether something is still under way that goes on by itself.
pub(super) fn moving(state: OrderState) -> bool {
    matches!(state, OrderState::Pending | OrderState::Delivering)
}

/// Which quantities were ordered. The answers to the product's parameters are the subscription's.
pub(super) fn configuration(visit: &Visit, known: &Known, order: &Order) -> Vec<(Txt, Txt)> {
    let Some(asked) = order.input.get("asked") else {
        return Vec::new();
    };
    let locale = visit.ctx.locale;
    let t = visit.t();
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let plan = known.plan(order.product_id, order.plan_id);
    let asked = asked
        .get("quantities")
        .and_then(serde_json::Value::as_object);
    let quantities = asked.into_iter().flatten().map(|(code, value)| {
        let item = plan.and_then(|plan| plan.items.iter().find(|item| item.code == *code));
        let name = item.map_or_else(|| code.clone(), |item| item.name.get(locale).to_owned());
        let quantity = text(value)
            .parse()
            .map_or_else(|_| text(value).into(), |quantity| t.num(quantity));
        (Txt::from(name), quantity)
    });
    quantities.collect()
}

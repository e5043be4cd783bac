//! Orders as pages show them, to buyers and sellers alike.

use tradewind_billing::{service::invoices_about, types::DocumentSummary};
use tradewind_flows::quote::QuotePreview;
use tradewind_kernel::{Error, PageRequest, Result};
use tradewind_orders::types::{Order, OrderDetail, OrderKind, OrderState, OrderSummary, StepState};
use tradewind_policy::Action;

use super::{actors::Actors, names::Names, price};
use crate::{
    session::Visit,
    view::{
        kit::Txt,
        shared::{OrderRow, OrderStep, PriceView},
    },
};

/// Documents of an order that are shown.
const INVOICES: u32 = 20;
/// Stands for an answer that is not shown.
const SECRET: &str = "••••••";

/// What people call an order: the end of its id.
pub(super) fn number(id: impl std::fmt::Display) -> Txt {
    tradewind_kernel::id::number(id).into()
}

/// An order in a list.
pub(super) fn row(known: &Names, order: &OrderSummary) -> OrderRow {
    OrderRow {
        id: order.id.to_string().into(),
        number: number(order.id),
        kind: order.kind.as_str().into(),
        product: known.sold(order.product_id, order.plan_id),
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
pub(super) fn price(visit: &Visit, known: &Names, order: &Order) -> Result<PriceView> {
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
    Ok(price::view(visit, &preview.billing, &once, cadence))
}

/// Who placed an order and who took its steps.
///
/// # Errors
/// Database errors.
pub(super) async fn actors(visit: &Visit, detail: &OrderDetail) -> Result<Actors> {
    let mut named = vec![&*detail.order.placed_by];
    for step in &detail.steps {
        named.extend(step.actor.as_deref());
    }
    Actors::of(visit, &named).await
}

/// The steps of an order.
pub(super) fn steps(actors: &Actors, detail: &OrderDetail) -> Vec<OrderStep> {
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
                .map_or_else(Txt::default, |actor| actors.name(actor)),
            detail: step.message.clone().unwrap_or_default().into(),
            log: step.detail.clone().unwrap_or_default().into(),
        })
        .collect()
}

/// The documents that an order led to: number and id.
///
/// # Errors
/// Database errors.
pub(super) async fn invoices(visit: &Visit, order: &Order) -> Result<Vec<(Txt, Txt)>> {
    if !visit.may_at_home(Action::InvoiceView) {
        return Ok(Vec::new());
    }
    let found = documents(visit, order).await?;
    Ok(found
        .into_iter()
        .map(|document| (document.number.into(), document.id.to_string().into()))
        .collect())
}

/// The documents that an order led to, as far as the reader may see them, the latest first.
///
/// # Errors
/// Database errors.
pub(super) async fn documents(visit: &Visit, order: &Order) -> Result<Vec<DocumentSummary>> {
    let page = PageRequest::new(Some(INVOICES), None)?;
    let subscription = order.subscription_id;
    let found = invoices_about(visit.p(), &visit.ctx, subscription, Some(order.id), &page).await?;
    Ok(found.items)
}

/// Whether something is still under way that goes on by itself.
pub(super) fn moving(state: OrderState) -> bool {
    matches!(state, OrderState::Pending | OrderState::Delivering)
}

/// What was ordered: quantities, and the answers to what the product asks; a secret one is not shown.
pub(super) fn configuration(visit: &Visit, known: &Names, order: &Order) -> Vec<(Txt, Txt)> {
    let asked = order.input.get("asked").unwrap_or(&order.input);
    let locale = visit.ctx.locale;
    let t = visit.t();
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let answers = |name: &str| asked.get(name).and_then(serde_json::Value::as_object);
    let plan = known.plan(order.product_id, order.plan_id);
    let quantities = answers("quantities").into_iter().flatten();
    let quantities = quantities.map(|(code, value)| {
        let item = plan.and_then(|plan| plan.items.iter().find(|item| item.code == *code));
        let name = item.map_or_else(|| code.clone(), |item| item.name.get(locale).to_owned());
        let quantity = text(value)
            .parse()
            .map_or_else(|_| text(value).into(), |quantity| t.num(quantity));
        (Txt::from(name), quantity)
    });
    let asks = known.detail(order.product_id);
    let asks = asks.map_or(&[][..], |detail| &detail.parameters);
    let parameters = answers("parameters").into_iter().flatten();
    let parameters = parameters.map(|(code, value)| {
        let parameter = asks.iter().find(|parameter| parameter.code == *code);
        let name = parameter.map_or_else(
            || code.clone(),
            |parameter| parameter.label.get(locale).to_owned(),
        );
        let value = text(value);
        let answer: Txt = match parameter {
            None => SECRET.into(),
            Some(parameter) if parameter.sensitive => SECRET.into(),
            Some(parameter) => parameter
                .choices
                .iter()
                .find(|choice| choice.value == value)
                .map_or(value, |choice| choice.label.get(locale).to_owned())
                .into(),
        };
        (Txt::from(name), answer)
    });
    correction(visit, order, asked)
        .into_iter()
        .chain(quantities)
        .chain(parameters)
        .collect()
}

/// Of a correction: since when something was otherwise, and why it was made.
fn correction(visit: &Visit, order: &Order, asked: &serde_json::Value) -> Vec<(Txt, Txt)> {
    if order.kind != OrderKind::Adjust {
        return Vec::new();
    }
    let t = visit.t();
    let text = |name: &str| asked.get(name).and_then(serde_json::Value::as_str);
    let from = text("from").and_then(|from| from.parse().ok());
    let from = from.map(|from| {
        (
            t.tr("f-first-day"),
            Txt::from(t.date(from).text().to_owned()),
        )
    });
    let prices = match asked.get("prices") {
        None | Some(serde_json::Value::Null) => None,
        Some(serde_json::Value::String(_)) => Some("correction-prices"),
        Some(_) => Some("correction-revision"),
    };
    let prices = prices.map(|key| (t.tr("f-otherwise"), t.tr(key)));
    let reason = text("reason").map(|reason| (t.tr("c-reason"), Txt::from(reason.to_owned())));
    from.into_iter().chain(prices).chain(reason).collect()
}

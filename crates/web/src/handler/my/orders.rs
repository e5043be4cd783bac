//! Orders of the customer.

use axum::extract::Path;
use tradewind_flows::order::order_cancel;
use tradewind_kernel::{Error, PageRequest, Result, id::OrderId};
use tradewind_orders::{
    service::{OrderQuery, order_get, order_retry, order_summaries, subscription_get},
    types::{OrderDecision, OrderDetail, OrderKind, OrderOperation, OrderRefusal, OrderState},
};

use super::{
    super::{names::Names, order},
    subscriptions,
};
use crate::{
    form::Sent,
    respond::{self, Answer},
    session::{Customer, Id, Visit},
    view::{
        shared::{OrderPage, OrdersPage},
        shell::Permit,
    },
};

/// The filter for a view of a list of orders and a state that was picked.
pub(in super::super) fn filter(view: &str, state: &str) -> String {
    let mut terms = Vec::new();
    match view {
        "approval" => terms.push("state:awaiting_approval".to_owned()),
        "delivery" => terms.push("state:delivering".to_owned()),
        "failed" => terms.push("state:failed".to_owned()),
        _ => {}
    }
    if let Ok(state) = state.parse::<OrderState>() {
        terms.push(format!("state:{state}"));
    }
    terms.join(" ")
}

/// The page that was asked for.
pub(in super::super) fn page_of(visit: &Visit) -> Result<PageRequest> {
    let after = Some(visit.ask("after").to_owned()).filter(|after| !after.is_empty());
    PageRequest::new(Some(25), after)
}

pub(super) async fn list(Customer(visit): Customer) -> Answer {
    let query = OrderQuery {
        filter: filter(visit.ask("view"), visit.ask("state")),
        page: page_of(&visit)?,
        ..OrderQuery::default()
    };
    let found = order_summaries(visit.p(), &visit.ctx, &query).await?;
    let known = Names::load(&visit, found.items.iter().map(|order| order.product_id), []).await?;
    let page = OrdersPage {
        base: "/my",
        rows: found
            .items
            .iter()
            .map(|order| order::row(&known, order))
            .collect(),
        state: visit.list(found.next),
        counts: [None; 4],
    };
    respond::page(page.page(visit.app()))
}

pub(super) async fn show(Customer(visit): Customer, Id(id): Id<OrderId>) -> Answer {
    let detail = order_get(visit.p(), &visit.ctx, id).await?;
    let page = filled(&visit, &detail).await?;
    respond::page(page.page(visit.app()))
}

async fn filled(visit: &Visit, detail: &OrderDetail) -> Result<OrderPage> {
    let placed = &detail.order;
    let known = Names::load(
        visit,
        [placed.product_id],
        [placed.customer_id, placed.seller_id],
    )
    .await?;
    let may = |operation| {
        if detail.available_operations.contains(&operation) {
            Permit::Yes
        } else {
            Permit::Hidden
        }
    };
    let mut configuration = order::configuration(visit, &known, placed);
    if placed.kind == OrderKind::Purchase {
        let held = subscription_get(visit.p(), &visit.ctx, placed.subscription_id).await?;
        configuration.extend(subscriptions::answers(visit, &known, &held));
    }
    let t = visit.t();
    let reason = match placed.state {
        OrderState::AwaitingApproval | OrderState::AwaitingPayment => {
            Some(t.code("order-next", placed.state.as_str()))
        }
        _ => placed.reason.clone().map(Into::into),
    };
    let actors = order::actors(visit, detail).await?;
    Ok(OrderPage {
        base: "/my",
        id: placed.id.to_string().into(),
        number: order::number(placed.id),
        kind: placed.kind.as_str().into(),
        state: placed.state.as_str().into(),
        reason,
        product: known.sold(placed.product_id, placed.plan_id),
        buyer: (known.account(placed.customer_id), None),
        seller: known.account(placed.seller_id),
        placed: placed.placed_at,
        placed_by: actors.name(&placed.placed_by),
        configuration,
        steps: order::steps(&actors, detail),
        price: order::price(visit, &known, placed)?,
        subscription: Some(placed.subscription_id.to_string().into()),
        invoices: order::invoices(visit, placed).await?,
        approve: Permit::Hidden,
        retry: may(OrderOperation::Retry),
        cancel: may(OrderOperation::Cancel),
        pay: detail
            .available_operations
            .contains(&OrderOperation::Pay)
            .then(|| format!("/my/orders/{}/pay", placed.id).into()),
        moving: order::moving(placed.state),
    })
}

pub(super) async fn cancel(
    Customer(visit): Customer,
    Path(id): Path<String>,
    sent: Sent,
) -> Answer {
    let id = parse(&id)?;
    let reason = sent
        .some("reason")
        .unwrap_or_else(|| visit.t().tr("order-cancelled-by-buyer").into_owned());
    let input = OrderRefusal {
        id,
        version: None,
        reason,
    };
    let outcome = order_cancel(visit.p(), &visit.ctx, &input).await;
    respond::changed(
        &visit,
        outcome,
        format!("/my/orders/{id}"),
        "state-cancelled",
    )
}

pub(super) async fn retry(Customer(visit): Customer, Id(id): Id<OrderId>) -> Answer {
    let input = OrderDecision { id, version: None };
    let outcome = order_retry(visit.p(), &visit.ctx, &input).await;
    respond::changed(&visit, outcome, format!("/my/orders/{id}"), "said-retried")
}

/// An id of an order.
pub(super) fn parse(id: &str) -> Result<OrderId> {
    id.parse().map_err(|_| Error::NotFound {
        kind: "order",
        id: id.chars().take(60).collect(),
    })
}

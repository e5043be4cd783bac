//! The queue of orders, and one order with its decisions.

use tradewind_flows::order::order_cancel;
use tradewind_kernel::id::{AccountId, OrderId};
use tradewind_orders::service::{self as orders, OrderQuery};
use tradewind_orders::types::{
    OrderCount, OrderDecision, OrderOperation, OrderRefusal, OrderState, OrderSummary,
};

use super::super::names::{Mentions, Names};
use super::super::order;
use super::desk::{Desk, age, all, small};
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::session::Id;
use crate::view::shared::{OrderPage, OrderRow, OrdersPage};
use crate::view::shell::Permit;

/// The states behind each view of the queue.
fn states(view: &str) -> &'static str {
    match view {
        "approval" => "state:awaiting_approval",
        "delivery" => "state:delivering",
        "failed" => "state:failed",
        _ => "",
    }
}

/// `GET /panel/orders`.
pub(crate) async fn list(desk: Desk) -> Answer {
    let filter = all(&[states(desk.ask("view")), &desk.term("kind")]);
    let query = OrderQuery {
        filter,
        sort: String::new(),
        page: desk.page()?,
    };
    let page = orders::order_summaries(desk.p(), &desk.ctx, &query).await?;
    let rows = rows(&desk, &page.items).await?;
    let waiting = orders::order_counts(desk.p(), &desk.ctx, WAITING).await?;
    let mut counts = [None; 4];
    for (at, view) in (1..).zip(["approval", "delivery", "failed"]) {
        if let Some(count) = counts.get_mut(at) {
            *count = Some(counted(&waiting, states(view)).map_or(0, |found| small(found.all)));
        }
    }
    let state = desk.list(page.next);
    let page = OrdersPage {
        base: desk.home(),
        rows,
        state,
        counts,
    };
    respond::page(page.page(desk.app()))
}

/// The states in which orders wait for somebody.
const WAITING: &str = "state:awaiting_approval,delivering,failed";

fn counted(waiting: &[OrderCount], term: &str) -> Option<OrderCount> {
    let of = |one: &&OrderCount| term.strip_prefix("state:") == Some(one.state.as_str());
    waiting.iter().find(of).copied()
}

/// How many orders wait for the reader's approval as the seller, and how many have failed.
pub(crate) async fn waiting(desk: &Desk) -> tradewind_kernel::Result<(u32, u32)> {
    let filter = "state:awaiting_approval,failed";
    let waiting = orders::order_counts(desk.p(), &desk.ctx, filter).await?;
    Ok((
        counted(&waiting, states("approval")).map_or(0, |found| small(found.own)),
        counted(&waiting, states("failed")).map_or(0, |found| small(found.all)),
    ))
}

/// Rows for orders.
pub(crate) async fn rows(
    desk: &Desk,
    found: &[OrderSummary],
) -> tradewind_kernel::Result<Vec<OrderRow>> {
    let mentions = Mentions::accounts(found.iter().map(|order| order.customer_id))
        .products(found.iter().map(|order| order.product_id));
    let names = Names::of(desk.p(), &desk.ctx, &mentions).await?;
    Ok(found.iter().map(|order| row(desk, &names, order)).collect())
}

fn row(desk: &Desk, names: &Names, order: &OrderSummary) -> OrderRow {
    let waits = order.completed_at.is_none() && !order.state.is_final();
    OrderRow {
        id: order.id.to_string().into(),
        number: super::super::order::number(order.id),
        kind: order.kind.as_str().into(),
        product: names.sold(order.product_id, order.plan_id),
        buyer: names.account(order.customer_id),
        placed: order.placed_at,
        state: order.state.as_str().into(),
        age: waits.then(|| age(&desk.t(), order.placed_at, desk.ctx.now)),
        total: order.due_now,
        approve: order.state == OrderState::AwaitingApproval && order.seller_id == desk.account(),
    }
}

/// `GET /panel/orders/{id}`.
pub(crate) async fn show(desk: Desk, Id(id): Id<OrderId>) -> Answer {
    let detail = orders::order_get(desk.p(), &desk.ctx, id).await?;
    let placed = &detail.order;
    let may = |operation: OrderOperation| {
        if detail.available_operations.contains(&operation) {
            Permit::Yes
        } else {
            Permit::Hidden
        }
    };
    let known = Names::load(
        &desk,
        [placed.product_id],
        [placed.customer_id, placed.seller_id],
    )
    .await?;
    let actors = order::actors(&desk, &detail).await?;
    let page = OrderPage {
        base: desk.home(),
        id: placed.id.to_string().into(),
        number: order::number(placed.id),
        kind: placed.kind.as_str().into(),
        state: placed.state.as_str().into(),
        reason: placed.reason.clone().map(Into::into),
        product: known.sold(placed.product_id, placed.plan_id),
        buyer: (
            known.account(placed.customer_id),
            Some(format!("/panel/customers/{}", placed.customer_id).into()),
        ),
        seller: known.account(placed.seller_id),
        placed: placed.placed_at,
        placed_by: actors.name(&placed.placed_by),
        configuration: order::configuration(&desk, &known, placed),
        steps: order::steps(&actors, &detail),
        price: order::price(&desk, &known, placed)?,
        subscription: Some(placed.subscription_id.to_string().into()),
        invoices: order::invoices(&desk, placed).await?,
        approve: may(OrderOperation::Approve),
        retry: may(OrderOperation::Retry),
        cancel: may(OrderOperation::Cancel),
        pay: None,
        moving: order::moving(placed.state),
    };
    respond::page(page.page(desk.app()))
}

/// `POST /panel/orders/{id}/approve`.
pub(crate) async fn approve(desk: Desk, Id(id): Id<OrderId>) -> Answer {
    let input = OrderDecision { id, version: None };
    let done = orders::order_approve(desk.p(), &desk.ctx, &input).await;
    changed(&desk, done, here(id), "order-approved")
}

/// `POST /panel/orders/{id}/retry`.
pub(crate) async fn retry(desk: Desk, Id(id): Id<OrderId>) -> Answer {
    let input = OrderDecision { id, version: None };
    let done = orders::order_retry(desk.p(), &desk.ctx, &input).await;
    changed(&desk, done, here(id), "order-retried")
}

/// `POST /panel/orders/{id}/reject`.
pub(crate) async fn reject(desk: Desk, Id(id): Id<OrderId>, sent: Sent) -> Answer {
    let done = orders::order_reject(desk.p(), &desk.ctx, &refusal(id, &sent)).await;
    changed(&desk, done, here(id), "order-rejected")
}

/// `POST /panel/orders/{id}/cancel`.
pub(crate) async fn cancel(desk: Desk, Id(id): Id<OrderId>, sent: Sent) -> Answer {
    let done = order_cancel(desk.p(), &desk.ctx, &refusal(id, &sent)).await;
    changed(&desk, done, here(id), "order-cancelled")
}

fn here(id: OrderId) -> String {
    format!("/panel/orders/{id}")
}

fn refusal(id: OrderId, sent: &Sent) -> OrderRefusal {
    OrderRefusal {
        id,
        version: None,
        reason: sent.get("reason").to_owned(),
    }
}

/// Orders placed for one account.
pub(crate) async fn of_account(
    desk: &Desk,
    account: AccountId,
) -> tradewind_kernel::Result<Vec<OrderRow>> {
    let query = OrderQuery {
        filter: format!("customer:{account}"),
        sort: String::new(),
        page: desk.page()?,
    };
    let page = orders::order_summaries(desk.p(), &desk.ctx, &query).await?;
    rows(desk, &page.items).await
}

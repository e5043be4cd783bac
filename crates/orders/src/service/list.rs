//! Lists of orders and subscriptions, each of what the principal may see.

use crate::store::{order, subscription};
use crate::types::{Order, OrderCount, OrderSummary, Subscription};
use std::collections::HashMap;
use tradewind_kernel::Result;
use tradewind_kernel::filter::{Filter, Sort};
use tradewind_kernel::id::AccountId;
use tradewind_kernel::page::{Page, PageRequest};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::AccountKind;

/// What a list of orders is narrowed down by.
#[derive(Debug, Clone, Default)]
pub struct OrderQuery {
    /// In the filter language, over `kind`, `state`, `customer`, `seller`, `subscription`, `product`, `placed`.
    pub filter: String,
    /// `placed` or `-placed`; the latest first when empty.
    pub sort: String,
    /// Which page.
    pub page: PageRequest,
}

/// What a list of subscriptions is narrowed down by.
#[derive(Debug, Clone, Default)]
pub struct SubscriptionQuery {
    /// In the filter language, over `state`, `delivery`, `customer`, `seller`, `vendor`, `product`, `plan`, `created`, `next_bill`.
    pub filter: String,
    /// `created`, `name`, each with `-`; the latest first when empty.
    pub sort: String,
    /// Which page.
    pub page: PageRequest,
}

/// Whom a list is for: those at or below an account, and a vendor's own products.
pub(crate) struct Viewer {
    pub(crate) account: AccountId,
    pub(crate) is_root: bool,
    pub(crate) kind: AccountKind,
}

/// The orders that the principal may see.
///
/// # Errors
/// What is wrong with filter, sort or page.
pub async fn order_list(p: &Platform, ctx: &OpCtx, query: &OrderQuery) -> Result<Page<Order>> {
    let root = p.root_account(ctx.realm).await?;
    p.read(ctx, query, move |w, query| {
        Box::pin(async move {
            let filter = Filter::parse(&query.filter, &order::FIELDS)?;
            let sort = Sort::parse(&query.sort, &order::FIELDS)?;
            let viewer = viewer(w, root);
            let realm = w.ctx.realm;
            order::list(&mut w.tx, realm, &viewer, &filter, &sort, &query.page).await
        })
    })
    .await
}

/// As [`order_list`], without what was asked for and promised.
///
/// # Errors
/// As [`order_list`].
pub async fn order_summaries(
    p: &Platform,
    ctx: &OpCtx,
    query: &OrderQuery,
) -> Result<Page<OrderSummary>> {
    let root = p.root_account(ctx.realm).await?;
    p.read(ctx, query, move |w, query| {
        Box::pin(async move {
            let filter = Filter::parse(&query.filter, &order::FIELDS)?;
            let sort = Sort::parse(&query.sort, &order::FIELDS)?;
            let viewer = viewer(w, root);
            let realm = w.ctx.realm;
            order::summaries(&mut w.tx, realm, &viewer, &filter, &sort, &query.page).await
        })
    })
    .await
}

/// How many orders that the principal may see are in each state, of those that a filter finds, and how many of them the
/// principal's account sells itself; states without any are left out. A filter should narrow the states to those that few orders are in.
///
/// # Errors
/// What is wrong with the filter.
pub async fn order_counts(p: &Platform, ctx: &OpCtx, filter: &str) -> Result<Vec<OrderCount>> {
    let root = p.root_account(ctx.realm).await?;
    p.read(ctx, filter, move |w, filter| {
        Box::pin(async move {
            let filter = Filter::parse(filter, &order::FIELDS)?;
            let viewer = viewer(w, root);
            let realm = w.ctx.realm;
            order::counts(&mut w.tx, realm, &viewer, &filter).await
        })
    })
    .await
}

fn viewer(w: &Work, root: AccountId) -> Viewer {
    let principal = &w.ctx.principal;
    Viewer {
        account: principal.account,
        is_root: principal.account == root,
        kind: principal.account_kind,
    }
}

/// How many subscriptions the principal may see that a filter finds; those after `at_most` are not counted.
///
/// # Errors
/// What is wrong with the filter.
pub async fn subscription_count(
    p: &Platform,
    ctx: &OpCtx,
    filter: &str,
    at_most: i64,
) -> Result<i64> {
    let root = p.root_account(ctx.realm).await?;
    p.read(ctx, &(filter, at_most), move |w, (filter, at_most)| {
        Box::pin(async move {
            let filter = Filter::parse(filter, &subscription::FIELDS)?;
            let viewer = viewer(w, root);
            let realm = w.ctx.realm;
            subscription::count(&mut w.tx, realm, &viewer, &filter, *at_most).await
        })
    })
    .await
}

/// How many subscriptions some customers may use, of those that the principal may see.
///
/// # Errors
/// Database errors.
pub async fn usable_of_customers(
    p: &Platform,
    ctx: &OpCtx,
    customers: &[AccountId],
) -> Result<HashMap<AccountId, i64>> {
    let root = p.root_account(ctx.realm).await?;
    p.read(ctx, customers, move |w, customers| {
        Box::pin(async move {
            let viewer = viewer(w, root);
            let realm = w.ctx.realm;
            let mut found: HashMap<AccountId, i64> = customers.iter().map(|id| (*id, 0)).collect();
            if !customers.is_empty() {
                found.extend(subscription::usable(&mut w.tx, realm, &viewer, customers).await?);
            }
            Ok(found)
        })
    })
    .await
}

/// The subscriptions that the principal may see.
///
/// # Errors
/// What is wrong with filter, sort or page.
pub async fn subscription_list(
    p: &Platform,
    ctx: &OpCtx,
    query: &SubscriptionQuery,
) -> Result<Page<Subscription>> {
    let root = p.root_account(ctx.realm).await?;
    p.read(ctx, query, move |w, query| {
        Box::pin(async move {
            let filter = Filter::parse(&query.filter, &subscription::FIELDS)?;
            let sort = Sort::parse(&query.sort, &subscription::FIELDS)?;
            let viewer = viewer(w, root);
            let realm = w.ctx.realm;
            subscription::list(&mut w.tx, realm, &viewer, &filter, &sort, &query.page).await
        })
    })
    .await
}

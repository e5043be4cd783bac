//! Reading usage: totals for rating, records for the detail of an invoice, both for people.

use super::ingest::key_of;
use crate::rules::TotalKey;
use crate::store::{record, total};
use crate::types::{UsageRecord, UsageTotal};
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::page::{Page, PageRequest};
use tradewind_kernel::{Date, Error, Result};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};

/// The totals of some subscriptions in the months that begin before a day.
///
/// # Errors
/// Database errors.
pub async fn totals_before_in(
    w: &mut Work,
    subscriptions: &[SubscriptionId],
    day: Date,
) -> Result<Vec<UsageTotal>> {
    let realm = w.ctx.realm;
    total::before(&mut w.tx, realm, subscriptions, day).await
}

/// Up to `limit` subscriptions after one that have usage in months that begin before a day, in order of their ids.
///
/// # Errors
/// Database errors.
pub async fn subscriptions_with_usage_in(
    w: &mut Work,
    day: Date,
    after: Option<SubscriptionId>,
    limit: u32,
) -> Result<Vec<SubscriptionId>> {
    let realm = w.ctx.realm;
    total::subscriptions(&mut w.tx, realm, day, after, limit).await
}

/// The records that came into one total after a version and not after another, by time.
///
/// # Errors
/// Database errors.
pub async fn usage_records_between_in(
    w: &mut Work,
    key: &TotalKey,
    after: i64,
    up_to: i64,
) -> Result<Vec<UsageRecord>> {
    let realm = w.ctx.realm;
    record::between(&mut w.tx, realm, key, after, up_to).await
}

/// As [`usage_records_between_in`], by itself.
///
/// # Errors
/// Not found, forbidden.
pub async fn usage_records_between(
    p: &Platform,
    ctx: &OpCtx,
    key: &TotalKey,
    after: i64,
    up_to: i64,
) -> Result<Vec<UsageRecord>> {
    p.read(ctx, key, move |w, key| {
        Box::pin(async move {
            authorize(w, key.subscription_id).await?;
            usage_records_between_in(w, key, after, up_to).await
        })
    })
    .await
}

/// The totals of a subscription in the months that begin before a day.
///
/// # Errors
/// Not found, forbidden.
pub async fn usage_totals(
    p: &Platform,
    ctx: &OpCtx,
    subscription: SubscriptionId,
    day: Date,
) -> Result<Vec<UsageTotal>> {
    p.read(ctx, &subscription, move |w, subscription| {
        Box::pin(async move {
            authorize(w, *subscription).await?;
            totals_before_in(w, &[*subscription], day).await
        })
    })
    .await
}

/// The records of a subscription in the month that begins on a day, by source and id.
///
/// # Errors
/// Not found, forbidden, a malformed page.
pub async fn usage_records(
    p: &Platform,
    ctx: &OpCtx,
    subscription: SubscriptionId,
    month: Date,
    page: &PageRequest,
) -> Result<Page<UsageRecord>> {
    p.read(ctx, page, move |w, page| {
        Box::pin(async move {
            authorize(w, subscription).await?;
            let after = match &page.after {
                None => (String::new(), String::new()),
                Some(cursor) => serde_json::from_str(cursor).map_err(|_| malformed_cursor())?,
            };
            let realm = w.ctx.realm;
            let limit = page.limit.saturating_add(1);
            let mut items = record::page(
                &mut w.tx,
                realm,
                subscription,
                month,
                (&after.0, &after.1),
                limit,
            )
            .await?;
            let more = items.len() > page.limit as usize;
            items.truncate(page.limit as usize);
            let next = match items.last() {
                Some(last) if more => Some(
                    serde_json::to_string(&(&last.input.source, &last.input.external_id))
                        .map_err(Error::internal)?,
                ),
                _ => None,
            };
            Ok(Page { items, next })
        })
    })
    .await
}

/// The key of a total, to ask for its records.
#[must_use]
pub fn total_key(total: &UsageTotal) -> TotalKey {
    key_of(total)
}

pub(super) fn malformed_cursor() -> Error {
    Error::invalid(
        "after",
        "malformed_cursor",
        "expected the \"next\" of a former page",
    )
}

async fn authorize(w: &mut Work, subscription: SubscriptionId) -> Result<()> {
    let sold = tradewind_orders::service::subscription_in(w, subscription).await?;
    let mut target =
        tradewind_accounts::service::target(w, ResourceKind::Usage, sold.customer_id).await?;
    target.vendor = Some(sold.vendor_id);
    w.authorize_for(Action::UsageView, &target, &subscription)
}

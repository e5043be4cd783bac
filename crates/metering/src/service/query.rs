//! Reading usage: totals for rating, records for the detail of an invoice, both for people.

use super::ingest::key_of;
use crate::rules::{TotalKey, accumulate};
use crate::store::{due, record, total};
use crate::types::{UsageInput, UsageRecord, UsageTotal};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::page::{Page, PageRequest};
use tradewind_kernel::{Date, Error, Result, Zone};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{AccountKind, Action, ResourceKind};

/// The totals of some subscriptions in the months that begin before a day, also those whose records were all taken back.
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

/// A month in which a subscription used nothing that a meter counts.
#[must_use]
pub fn no_usage(subscription: SubscriptionId, meter: &str, month: Date) -> UsageTotal {
    let key = TotalKey {
        subscription_id: subscription,
        meter: meter.to_owned(),
        period_on: month,
        group_key: String::new(),
    };
    total::empty(&key, std::collections::BTreeMap::new())
}

/// Usage that waits to be rated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageDue {
    /// The subscriptions, in order of their ids.
    pub subscriptions: Vec<SubscriptionId>,
    /// What waits, each with the stamp that it had when it was looked up.
    stamps: Vec<(SubscriptionId, String)>,
}

/// Up to `limit` subscriptions after one in whose months before a day something has come that is not rated yet. Look this up before
/// the totals are read: what was decided to count although it came late is taken in here.
///
/// # Errors
/// Database errors.
pub async fn usage_due_in(
    w: &mut Work,
    day: Date,
    after: Option<SubscriptionId>,
    limit: u32,
) -> Result<UsageDue> {
    let realm = w.ctx.realm;
    let subscriptions = due::subscriptions(&mut w.tx, realm, day, after, limit).await?;
    // Before the stamps are read: what is taken in here is rated with the rest.
    super::review::take_in(w, &subscriptions, day).await?;
    let stamps = due::stamps(&mut w.tx, realm, &subscriptions, day).await?;
    Ok(UsageDue {
        subscriptions,
        stamps,
    })
}

/// Notes that what waited of some subscriptions has been rated. What has come since it was looked up still waits.
///
/// # Errors
/// Database errors.
pub async fn usage_rated_in(
    w: &mut Work,
    due: UsageDue,
    rated: &BTreeSet<SubscriptionId>,
    day: Date,
) -> Result<()> {
    let mut stamps = due.stamps;
    stamps.retain(|(id, _)| rated.contains(id));
    if stamps.is_empty() {
        return Ok(());
    }
    let realm = w.ctx.realm;
    due::settle(&mut w.tx, realm, &stamps, day).await
}

/// Has some months wait to be rated, although nothing has come to them: what is held goes on into them.
///
/// # Errors
/// Database errors.
pub async fn usage_expect_in(
    w: &mut Work,
    months: &BTreeSet<(SubscriptionId, Date)>,
) -> Result<()> {
    let realm = w.ctx.realm;
    due::mark(&mut w.tx, realm, months).await
}

/// The first month of each of some subscriptions in which something waits to be rated.
///
/// # Errors
/// Database errors.
pub async fn usage_waiting_in(
    w: &mut Work,
    subscriptions: &[SubscriptionId],
) -> Result<BTreeMap<SubscriptionId, Date>> {
    let realm = w.ctx.realm;
    due::first(&mut w.tx, realm, subscriptions).await
}

/// A month's total as it stood before each of some days of the month: the sums of the records whose usage began before
/// that day, in the zone in which the total's month is counted.
///
/// # Errors
/// Database errors.
pub async fn totals_by_day_in(
    w: &mut Work,
    total: &UsageTotal,
    zone: &Zone,
    days: &[Date],
) -> Result<Vec<UsageTotal>> {
    let key = key_of(total);
    let records = usage_records_between_in(w, &key, 0, total.version).await?;
    let utc = Zone::utc();
    days.iter()
        .map(|day| {
            let mut before = UsageTotal {
                version: total.version,
                ..total::empty(&key, total.dimensions.clone())
            };
            for record in &records {
                // As when it was taken in: files count by the supplier's days, reports by the customer's.
                let zone = if record.import_id.is_some() {
                    &utc
                } else {
                    zone
                };
                if record.input.starts_at.date_in(zone) < *day {
                    accumulate(&mut before, &record.input)?;
                }
            }
            Ok(before)
        })
        .collect()
}

/// The records that came into one total after a version and not after another, by time. What was taken back in between and had
/// come before is there with its quantity turned round; from version 0 on, what there is are the records that count.
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

/// As [`usage_records_between_in`], by itself and without what the principal may not see.
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
            let view = authorize(w, key.subscription_id).await?;
            let records = usage_records_between_in(w, key, after, up_to).await?;
            Ok(records.into_iter().map(|r| view.record(r)).collect())
        })
    })
    .await
}

/// The totals of a subscription in the months that begin before a day, without what the principal may not see.
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
            let view = authorize(w, *subscription).await?;
            let totals = totals_before_in(w, &[*subscription], day).await?;
            let counted = totals.into_iter().filter(|total| total.records > 0);
            Ok(counted.map(|t| view.total(t)).collect())
        })
    })
    .await
}

/// The records of a subscription in the month that begins on a day: by meter and group, and there as they came in.
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
            let view = authorize(w, subscription).await?;
            let after = page
                .after
                .as_deref()
                .map(serde_json::from_str::<(String, String)>)
                .transpose()
                .map_err(|_| malformed_cursor())?;
            let realm = w.ctx.realm;
            let limit = page.limit.saturating_add(1);
            let mut items =
                record::page(&mut w.tx, realm, subscription, month, after.as_ref(), limit)
                    .await?
                    .ok_or_else(malformed_cursor)?;
            let more = items.len() > page.limit as usize;
            items.truncate(page.limit as usize);
            let next = match items.last() {
                Some(last) if more => Some(
                    serde_json::to_string(&(&last.input.source, &last.input.external_id))
                        .map_err(Error::internal)?,
                ),
                _ => None,
            };
            let items = items.into_iter().map(|r| view.record(r)).collect();
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

/// What somebody sees of usage. What it cost at the supplier is what the provider pays: that is between those two. Who
/// buys further down sees quantities here and prices on its own charges.
#[derive(Clone, Copy)]
pub(super) struct View {
    cost: bool,
}

/// Attributes that tell the supplier's price.
const COST_ATTRIBUTES: &[&str] = &["EffectiveCost", "ListCost", "ListUnitPrice"];

impl View {
    fn record(self, mut record: UsageRecord) -> UsageRecord {
        record.input = self.input(record.input);
        record
    }

    /// What was reported, as it is seen.
    pub(super) fn input(self, mut input: UsageInput) -> UsageInput {
        if !self.cost {
            input.cost = None;
            input.currency = None;
            input
                .attributes
                .retain(|name, _| !COST_ATTRIBUTES.contains(&name.as_str()));
        }
        input
    }

    fn total(self, mut total: UsageTotal) -> UsageTotal {
        if !self.cost {
            total.cost = None;
            total.currency = None;
        }
        total
    }
}

/// Who may see the usage of a subscription, and how much of it.
pub(super) async fn authorize(w: &mut Work, subscription: SubscriptionId) -> Result<View> {
    let sold = tradewind_orders::service::subscription_in(w, subscription).await?;
    let target = tradewind_accounts::service::target(w, ResourceKind::Usage, sold.customer_id)
        .await?
        .of_vendor(sold.vendor_id);
    w.authorize_for(Action::UsageView, &target, &subscription)?;
    let principal = &w.ctx.principal;
    Ok(View {
        cost: principal.account_kind == AccountKind::Provider
            || principal.account == sold.vendor_id,
    })
}

//! The revenue schedule of a seller: what is deferred, billed and earned, by month and by line.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Date, Error, Result,
    calendar::{add_days, add_months},
    id::AccountId,
    time::parse_date,
};
use tradewind_platform::{AuditEntry, OpCtx, Platform, Work};
use tradewind_policy::Action;
use utoipa::ToSchema;

use super::{books::authorize_to, realm};
use crate::{
    rules::revenue::{self as rules, Schedule},
    store::{books, revenue as store},
    types::{Recognition, RevenueAsk, RevenueLine, RevenueMonth, RevenuePolicy, RevenueShare},
};

/// Lines that are read at once.
const PAGE: i64 = 2_000;

/// When a seller's books have its sales.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RevenueSet {
    /// Whose.
    pub seller_id: AccountId,
    /// When.
    pub policy: RevenuePolicy,
}

/// The revenue schedule of a seller, by currency and month. Months to come show what was billed so far will earn.
///
/// # Errors
/// `months`; `NotFound`, `Forbidden`.
pub async fn revenue_report(
    p: &Platform,
    ctx: &OpCtx,
    ask: &RevenueAsk,
) -> Result<Vec<RevenueMonth>> {
    p.read(ctx, ask, |w, ask| {
        Box::pin(async move {
            let seller = ask.seller_id;
            authorize_to(w, Action::LedgerView, seller).await?;
            let today = today(w, seller).await?;
            let from = match ask.from {
                Some(from) => from,
                None => rules::usual_start(today)?,
            };
            let bounds = rules::bounds(from, ask.months.unwrap_or(12))?;
            let schedule = scheduled(w, seller, Schedule::new(bounds)).await?;
            let mut report = schedule.months()?;
            let (Some(from), Some(until)) = (schedule.from(), schedule.until()) else {
                return Ok(report);
            };
            let realm = realm(w);
            let booked = store::booked(&mut w.tx, realm, seller, (from, until)).await?;
            for one in &mut report {
                let of = |(month, money): &&(Date, _)| {
                    let money: &tradewind_kernel::Money = money;
                    *month == one.month && money.currency == one.billed.currency
                };
                one.booked = booked.iter().find(of).map(|(_, money)| *money);
            }
            Ok(report)
        })
    })
    .await
}

pub(super) async fn today(w: &mut Work, seller: AccountId) -> Result<Date> {
    let owner = tradewind_accounts::service::account_facts(w, seller).await?;
    Ok(w.ctx.now.date_in(&owner.zone))
}

/// Adds all lines that matter to a schedule.
pub(super) async fn scheduled(
    w: &mut Work,
    seller: AccountId,
    mut schedule: Schedule,
) -> Result<Schedule> {
    let (Some(from), Some(until)) = (schedule.from(), schedule.until()) else {
        return Ok(schedule);
    };
    let realm = realm(w);
    let span = (from, add_days(until, -1)?);
    let mut place = (String::new(), 0);
    loop {
        let page = store::lines(&mut w.tx, realm, seller, span, &place, PAGE).await?;
        for line in &page {
            schedule.add(line)?;
        }
        match page.last().filter(|_| page.len() as i64 == PAGE) {
            Some(last) => place = (last.document_id.to_string(), last.no),
            None => return Ok(schedule),
        }
    }
}

/// Where the lines of a month go on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RevenuePlace(String, i64);

/// Some lines that are deferred, billed or earned in a month, and where the next begin; none after the last.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn revenue_lines(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
    month: Date,
    after: Option<RevenuePlace>,
) -> Result<(Vec<RevenueShare>, Option<RevenuePlace>)> {
    p.read(ctx, &(seller, month, after), |w, (seller, month, after)| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerView, *seller).await?;
            let start = month.first_of_month();
            let last = add_days(add_months(start, 1)?, -1)?;
            let before = add_days(start, -1)?;
            let place = match after {
                Some(RevenuePlace(document, no)) => (document.clone(), *no),
                None => (String::new(), 0),
            };
            let realm = realm(w);
            let span = (start, last);
            let page = store::lines(&mut w.tx, realm, *seller, span, &place, PAGE).await?;
            let next = page
                .last()
                .filter(|_| page.len() as i64 == PAGE)
                .map(|last| RevenuePlace(last.document_id.to_string(), last.no));
            let shares = page.into_iter().map(|line| share(line, before, last));
            Ok((shares.collect::<Result<_>>()?, next))
        })
    })
    .await
}

fn share(line: RevenueLine, before: Date, last: Date) -> Result<RevenueShare> {
    let earned_before = rules::earned(&line, before)?;
    let earned = rules::earned(&line, last)?;
    Ok(RevenueShare {
        recognised: earned.sub(earned_before)?,
        deferred: line.net.sub(earned)?,
        before: earned_before,
        line,
    })
}

/// When a seller's books have its sales.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn revenue_policy_get(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
) -> Result<RevenuePolicy> {
    p.read(ctx, &seller, |w, seller| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerView, *seller).await?;
            let realm = realm(w);
            let found = store::policy(&mut w.tx, realm, *seller).await?;
            let usual = RevenuePolicy {
                recognition: Recognition::AtIssue,
                since: today(w, *seller).await?.first_of_month(),
            };
            Ok(found.map_or(usual, |(policy, _)| policy))
        })
    })
    .await
}

/// Sets when a seller's books have its sales. Months that are booked already stay as they are; the next one brings the books to what
/// the policy says.
///
/// # Errors
/// `since` in a month that is booked or closed; `NotFound`, `Forbidden`.
pub async fn revenue_policy_set(
    p: &Platform,
    ctx: &OpCtx,
    input: &RevenueSet,
) -> Result<RevenuePolicy> {
    p.command(ctx, "ledger.revenue_set", input, |w, input| {
        Box::pin(async move {
            let (realm, seller) = (realm(w), input.seller_id);
            authorize_to(w, Action::LedgerManage, seller).await?;
            parse_date("since", &input.policy.since.to_string())?;
            let closed = books::hold(&mut w.tx, realm, seller).await?;
            let known = store::policy(&mut w.tx, realm, seller).await?;
            let booked = known.and_then(|(_, booked)| booked);
            let policy = RevenuePolicy {
                recognition: input.policy.recognition,
                since: input.policy.since.first_of_month(),
            };
            let taken = |until: Date| policy.since <= until;
            if policy.recognition == Recognition::OverTime
                && (closed.is_some_and(taken) || booked.is_some_and(taken))
            {
                let text = "expected a month that is neither closed nor booked already";
                return Err(Error::invalid("since", "period_closed", text));
            }
            store::set_policy(&mut w.tx, realm, seller, &policy).await?;
            w.audit(AuditEntry {
                action: "ledger.revenue_set",
                kind: "account",
                id: seller.to_string(),
                account: seller,
                summary: json!({ "after": policy }),
            });
            Ok(policy)
        })
    })
    .await
}

//! The panel's first page: what waits for somebody, and how things stand.

use tradewind_accounts::service as accounts;
use tradewind_billing::service as billing;
use tradewind_fulfilment::service as fulfilment;
use tradewind_kernel::{Error, Result};
use tradewind_orders::service::subscription_count;
use tradewind_policy::Action;

use super::desk::{Desk, small};
use super::{journal, orders};
use crate::respond::{self, Answer};
use crate::view::kit::{Tone, Txt};
use crate::view::panel::{HomePage, Kpi, Waiting};

/// As many as one page counts; above it says "1,000+".
const COUNTED: i64 = 1_000;

/// `GET /panel`.
pub(crate) async fn show(desk: Desk) -> Answer {
    let filter = "state:active,trial,grace";
    let running = subscription_count(desk.p(), &desk.ctx, filter, COUNTED + 1).await?;
    let unpaid = billing::invoices_unpaid(desk.p(), &desk.ctx, desk.today(), COUNTED + 1);
    let (open, overdue) = known(unpaid.await)?.unwrap_or_default();
    let kpi = |key, value: Txt, href: &'static str, tone| Kpi {
        key,
        value,
        change: Txt::default(),
        tone,
        href: Some(href.into()),
        course: Vec::new(),
    };
    let counted = |count: i64| -> Txt {
        let shown = desk.t().int(count.min(COUNTED));
        if count > COUNTED {
            format!("{shown}+").into()
        } else {
            shown
        }
    };
    let kpis = vec![
        kpi(
            "kpi-subscriptions",
            counted(running),
            "/panel/subscriptions",
            Tone::Idle,
        ),
        kpi(
            "kpi-open",
            counted(open),
            "/panel/invoices?state=open",
            Tone::Idle,
        ),
        kpi(
            "kpi-overdue",
            counted(overdue),
            "/panel/invoices?state=overdue",
            if overdue > 0 { Tone::Bad } else { Tone::Ok },
        ),
    ];
    let waiting = queue(&desk, small(open)).await?;
    let recent = if desk.may_at_home(Action::AuditView) {
        journal::recent(&desk, String::new()).await?
    } else {
        Vec::new()
    };
    let page = HomePage {
        kpis,
        waiting,
        recent,
    };
    respond::page(page.page(desk.app()))
}

/// What was found, or nothing for who may not know.
fn known<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::Forbidden { .. } | Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn queue(desk: &Desk, unpaid: u32) -> Result<Vec<Waiting>> {
    let (approvals, failed) = orders::waiting(desk).await?;
    let tasks = fulfilment::deliveries_waiting(desk.p(), &desk.ctx).await;
    let tasks = known(tasks)?.map_or(0, small);
    let jobs = accounts::job_count(desk.p(), &desk.ctx, "state:dead", COUNTED + 1).await;
    let jobs = known(jobs)?.map_or(0, small);
    let all = [
        (
            "wait-approvals",
            approvals,
            "/panel/orders?view=approval",
            Tone::Warn,
        ),
        (
            "wait-failed",
            failed,
            "/panel/orders?view=failed",
            Tone::Bad,
        ),
        ("wait-tasks", tasks, "/panel/tasks", Tone::Warn),
        ("wait-jobs", jobs, "/panel/jobs?view=dead", Tone::Bad),
        ("wait-payments", unpaid, "/panel/payments", Tone::Info),
    ];
    Ok(all
        .into_iter()
        .filter(|(_, count, _, _)| *count > 0)
        .map(|(key, count, href, tone)| Waiting {
            key,
            count,
            href: href.into(),
            tone,
        })
        .collect())
}

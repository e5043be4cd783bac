//! The panel's first page: what waits for somebody, and how things stand.

use tradewind_accounts::service as accounts;
use tradewind_billing::service as billing;
use tradewind_fulfilment::service as fulfilment;
use tradewind_kernel::page::{ListRequest, PageRequest};
use tradewind_kernel::{Error, Result};
use tradewind_orders::service::{SubscriptionQuery, subscription_list};
use tradewind_policy::Action;

use super::desk::{Desk, small};
use super::{journal, orders};
use crate::respond::{self, Answer};
use crate::view::kit::{Tone, Txt};
use crate::view::panel::{HomePage, Kpi, Waiting};

/// As many as one page counts; above it says "200+".
const COUNTED: u32 = 200;

/// `GET /panel`.
pub(crate) async fn show(desk: Desk) -> Answer {
    let first = PageRequest::new(Some(COUNTED), None)?;
    let subscriptions = subscription_list(
        desk.p(),
        &desk.ctx,
        &SubscriptionQuery {
            filter: "state:active,trial,grace".to_owned(),
            sort: String::new(),
            page: first.clone(),
        },
    )
    .await?;
    let open = billing::invoice_list(
        desk.p(),
        &desk.ctx,
        &billing::ListQuery {
            filter: format!("seller:{} status:open kind:invoice", desk.account()),
            sort: String::new(),
            page: first.clone(),
        },
    )
    .await?;
    let today = desk.today();
    let overdue = open.items.iter().filter(|one| one.due_on < today).count();
    let kpi = |key, value: Txt, href: &'static str, tone| Kpi {
        key,
        value,
        change: Txt::default(),
        tone,
        href: Some(href.into()),
        course: Vec::new(),
    };
    let counted = |count: usize, more: bool| -> Txt {
        let count = desk.t().int(i64::try_from(count).unwrap_or(i64::MAX));
        if more {
            format!("{count}+").into()
        } else {
            count
        }
    };
    let kpis = vec![
        kpi(
            "kpi-subscriptions",
            counted(subscriptions.items.len(), subscriptions.next.is_some()),
            "/panel/subscriptions",
            Tone::Idle,
        ),
        kpi(
            "kpi-open",
            counted(open.items.len(), open.next.is_some()),
            "/panel/invoices?state=open",
            Tone::Idle,
        ),
        kpi(
            "kpi-overdue",
            counted(overdue, false),
            "/panel/invoices?state=open",
            if overdue > 0 { Tone::Bad } else { Tone::Ok },
        ),
    ];
    let waiting = queue(&desk, open.items.len()).await?;
    let recent = if desk.may_at_home(Action::AuditView) {
        journal::recent(&desk, String::new()).await?
    } else {
        Vec::new()
    };
    let page = HomePage {
        kpis,
        waiting,
        revenue: None,
        top: Vec::new(),
        recent,
        first_steps: Vec::new(),
    };
    respond::page(page.page(desk.app()))
}

async fn queue(desk: &Desk, unpaid: usize) -> Result<Vec<Waiting>> {
    let (approvals, failed) = orders::waiting(desk).await?;
    let tasks = match fulfilment::deliveries_waiting(desk.p(), &desk.ctx).await {
        Ok(count) => small(count),
        Err(Error::Forbidden { .. } | Error::NotFound { .. }) => 0,
        Err(error) => return Err(error),
    };
    let dead = ListRequest {
        filter: "state:dead".to_owned(),
        sort: String::new(),
        page: PageRequest::new(Some(COUNTED), None)?,
    };
    let jobs = match accounts::job_list(desk.p(), &desk.ctx, &dead).await {
        Ok(page) => small(page.items.len()),
        Err(Error::Forbidden { .. } | Error::NotFound { .. }) => 0,
        Err(error) => return Err(error),
    };
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
        (
            "wait-payments",
            small(unpaid),
            "/panel/payments",
            Tone::Info,
        ),
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

//! Billing up to a date: the runs that there were, and a new one.

use tradewind_billing::service::{self as billing, ListQuery, RunStart};
use tradewind_billing::types::{BillingRun, RunOrigin, RunState};
use tradewind_kernel::Result;
use tradewind_kernel::id::BillingRunId;
use tradewind_kernel::time::parse_date;
use tradewind_policy::Action;

use super::super::actors::Actors;
use super::super::names::{Mentions, Names};
use super::desk::{Desk, permit, small};
use crate::form::Sent;
use crate::respond::{self, Answer};
use crate::session::Id;
use crate::view::kit::Txt;
use crate::view::panel::{
    BillingRunPage, BillingRunRow, BillingRunsPage, RunProblemRow, RunTotalRow,
};
use crate::view::shared::FormState;

async fn page(desk: &Desk, form: FormState) -> Result<BillingRunsPage> {
    let query = ListQuery {
        page: desk.page()?,
        ..ListQuery::default()
    };
    let found = billing::billing_run_list(desk.p(), &desk.ctx, &query).await?;
    let named: Vec<_> = found.items.iter().map(|run| &*run.begun_by).collect();
    let actors = Actors::of(desk, &named).await?;
    Ok(BillingRunsPage {
        rows: found
            .items
            .iter()
            .map(|run| row(desk, &actors, run))
            .collect(),
        moving: found.items.iter().any(|run| run.state == RunState::Running),
        state: desk.list(found.next),
        // A run goes through all of the realm, so only its provider begins one.
        begin: permit(
            desk.account() == desk.realm.root_account && desk.may_at_home(Action::InvoiceIssue),
        ),
        form,
    })
}

fn row(desk: &Desk, actors: &Actors, run: &BillingRun) -> BillingRunRow {
    BillingRunRow {
        id: run.id.to_string().into(),
        until: run.until,
        at: run.began_at,
        by: by(desk, actors, run),
        state: match run.state {
            RunState::Running => "in_progress",
            state => state.as_str(),
        }
        .into(),
        periods: run.subscriptions,
        documents: run.documents,
        totals: run.totals.iter().map(|total| total.gross).collect(),
        problems: run.problem_count,
    }
}

/// Who began a run, and where: those that nobody in particular began go by the place alone.
fn by(desk: &Desk, actors: &Actors, run: &BillingRun) -> Txt {
    let origin = desk.t().code("run-origin", run.origin.as_str());
    if run.begun_by.starts_with("system") {
        return origin;
    }
    format!("{} · {origin}", actors.name(&run.begun_by)).into()
}

/// `GET /panel/billing-runs`.
pub(crate) async fn list(desk: Desk) -> Answer {
    let form = FormState::of([("until", &desk.today().to_string())]);
    respond::page(page(&desk, form).await?.page(desk.app()))
}

/// `POST /panel/billing-runs`.
pub(crate) async fn begin(desk: Desk, sent: Sent) -> Answer {
    let done = match parse_date("until", sent.get("until")) {
        Ok(until) => {
            let start = RunStart {
                until,
                origin: RunOrigin::Panel,
            };
            billing::bill(desk.p(), &desk.ctx, start, |_| {}).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(report) => {
            let t = desk.t();
            let text = t.with(
                "run-report",
                &[
                    ("subscriptions", &report.subscriptions.to_string()),
                    ("charges", &report.charges.to_string()),
                    ("documents", &report.documents.to_string()),
                    ("problems", &report.problems.len().to_string()),
                ],
            );
            let good = report.problems.is_empty();
            let to = match report.id {
                Some(id) => format!("/panel/billing-runs/{id}"),
                None => "/panel/billing-runs".to_owned(),
            };
            Ok(respond::saying(&to, good, &text))
        }
        Err(error) => {
            let form = respond::wrong(&desk.t(), sent.state(), error)?;
            respond::again(page(&desk, form).await?.page(desk.app()))
        }
    }
}

/// `GET /panel/billing-runs/{id}`.
pub(crate) async fn show(desk: Desk, Id(id): Id<BillingRunId>) -> Answer {
    let run = billing::billing_run_get(desk.p(), &desk.ctx, id).await?;
    let actors = Actors::of(&desk, &[&run.begun_by]).await?;
    let mentions =
        Mentions::default().subscriptions(run.problems.iter().map(|one| one.subscription_id));
    let names = Names::of(desk.p(), &desk.ctx, &mentions).await?;
    let problem = |one: &tradewind_billing::types::Problem| {
        let id = one.subscription_id;
        let customer = names
            .subscription(id)
            .map_or_else(Txt::default, |found| names.account(found.customer_id));
        RunProblemRow {
            subscription: (
                format!("{customer} · {}", names.subscribed(id)).into(),
                format!("/panel/subscriptions/{id}").into(),
            ),
            why: one.message.clone().into(),
        }
    };
    let page = BillingRunPage {
        row: row(&desk, &actors, &run),
        ended: run.ended_at,
        resumed: small(run.resumed),
        charges: run.charges,
        totals: run
            .totals
            .iter()
            .map(|total| RunTotalRow {
                documents: total.documents,
                sums: (total.net, total.tax, total.gross),
            })
            .collect(),
        problems: run.problems.iter().map(problem).collect(),
        failure: run.failure.clone().map(Txt::from),
        moving: run.state == RunState::Running,
    };
    respond::page(page.page(desk.app()))
}

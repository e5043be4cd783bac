//! How the books are kept: closed months, the chain, numbers of accounts.

use axum::extract::Path;
use tradewind_billing::service::{self as billing, ChartSet, MonthAct};
use tradewind_billing::types::ChartAccount;
use tradewind_kernel::Result;
use tradewind_kernel::time::parse_date;
use tradewind_policy::Action;

use super::super::actors::Actors;
use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::view::panel::{ChartPage, ClosingRow, MonthsPage};
use crate::view::shared::FormState;

const MONTHS: &str = "/panel/ledger/months";
const CHART: &str = "/panel/ledger/chart";

/// `GET /panel/ledger/months`.
pub(crate) async fn months(desk: Desk) -> Answer {
    let book = billing::book_get(desk.p(), &desk.ctx, desk.account()).await?;
    let by: Vec<&str> = book.closings.iter().map(|one| one.by.as_str()).collect();
    let actors = Actors::of(&desk, &by).await?;
    let rows = book.closings.into_iter().map(|one| ClosingRow {
        month: one.month,
        act: one.act.as_str().into(),
        reason: one.reason.into(),
        by: actors.name(&one.by),
        at: one.at,
        sequence: one.sequence,
        hash: one.hash.into(),
    });
    let page = MonthsPage {
        closed_until: book.closed_until,
        next_month: book.next_month,
        sealed: book.sealed,
        hash: book.hash.into(),
        waiting: book.waiting,
        rows: rows.collect(),
        change: desk.permit(Action::LedgerManage),
    };
    respond::page(page.page(desk.app()))
}

/// `POST /panel/ledger/months/{act}`: closes a month, opens the last again, or seals what waits.
pub(crate) async fn act(desk: Desk, Path(act): Path<String>, sent: Sent) -> Answer {
    let done = done(&desk, &act, &sent).await;
    changed(&desk, done, MONTHS, "said-saved")
}

async fn done(desk: &Desk, act: &str, sent: &Sent) -> Result<()> {
    let (p, ctx, book_id) = (desk.p(), &desk.ctx, desk.account());
    if act == "seal" {
        return billing::ledger_seal(p, ctx, book_id).await.map(drop);
    }
    let input = MonthAct {
        book_id,
        month: parse_date("month", sent.get("month"))?,
        reason: sent.get("reason").to_owned(),
    };
    match act {
        "reopen" => billing::month_reopen(p, ctx, &input).await.map(drop),
        _ => billing::month_close(p, ctx, &input).await.map(drop),
    }
}

/// `GET /panel/ledger/chart`.
pub(crate) async fn chart(desk: Desk) -> Answer {
    respond::page(page(&desk, FormState::default()).await?.page(desk.app()))
}

async fn page(desk: &Desk, form: FormState) -> Result<ChartPage> {
    let chart = billing::chart_get(desk.p(), &desk.ctx, desk.account()).await?;
    let rows = chart
        .into_iter()
        .map(|one| (one.code.into(), one.name.into(), one.account.into()));
    Ok(ChartPage {
        rows: rows.collect(),
        change: desk.permit(Action::LedgerManage),
        form,
    })
}

/// `POST /panel/ledger/chart`: numbers an account; without number it gets its own name back.
pub(crate) async fn number(desk: Desk, sent: Sent) -> Answer {
    let input = ChartSet {
        book_id: desk.account(),
        account: ChartAccount {
            account: sent.get("chart_account").to_owned(),
            code: sent.get("chart_code").to_owned(),
            name: sent.get("chart_name").to_owned(),
        },
    };
    match billing::chart_set(desk.p(), &desk.ctx, &input).await {
        Ok(_) => {
            let text = desk.t().tr("said-saved");
            Ok(respond::saying(CHART, true, &text))
        }
        Err(error) => {
            let field = |field: &str| format!("chart_{field}");
            let form = respond::blame(&desk.t(), sent.state(), error, field)?;
            respond::again(page(&desk, form).await?.page(desk.app()))
        }
    }
}

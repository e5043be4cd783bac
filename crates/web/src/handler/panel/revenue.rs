//! What is billed in advance, and when it is earned.

use tradewind_billing::service::{self as billing, RevenueSet};
use tradewind_billing::types::{RevenueAsk, RevenuePolicy};
use tradewind_flows::revenue::{revenue_csv, revenue_lines_csv};
use tradewind_kernel::time::parse_date;
use tradewind_kernel::{Date, Result};
use tradewind_policy::Action;

use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer};
use crate::view::panel::{RevenuePage, RevenueRow};
use crate::view::shared::FormState;

const HERE: &str = "/panel/ledger/revenue";

fn ask(desk: &Desk) -> RevenueAsk {
    RevenueAsk {
        seller_id: desk.account(),
        // What is no day asks for nothing in particular.
        from: parse_date("from", desk.ask("from")).ok(),
        months: None,
    }
}

async fn page(desk: &Desk, form: Option<FormState>) -> Result<RevenuePage> {
    let (p, ctx) = (desk.p(), &desk.ctx);
    let policy = billing::revenue_policy_get(p, ctx, desk.account()).await?;
    let report = billing::revenue_report(p, ctx, &ask(desk)).await?;
    let rows = report.into_iter().map(|one| RevenueRow {
        month: one.month,
        start: one.deferred_start,
        billed: one.billed,
        recognised: one.recognised,
        end: one.deferred_end,
        booked: one.booked,
    });
    let since = policy.since.strftime("%Y-%m").to_string();
    let kept = [
        ("recognition", policy.recognition.as_str()),
        ("recognised_since", since.as_str()),
    ];
    Ok(RevenuePage {
        rows: rows.collect(),
        state: desk.list(None),
        form: form.unwrap_or_else(|| FormState::of(kept)),
        change: desk.permit(Action::LedgerManage),
    })
}

/// `GET /panel/ledger/revenue`.
pub(crate) async fn show(desk: Desk) -> Answer {
    respond::page(page(&desk, None).await?.page(desk.app()))
}

pub(super) fn month(field: &str, text: &str) -> Result<Date> {
    parse_date(field, &format!("{}-01", text.trim()))
}

fn read(desk: &Desk, sent: &Sent) -> Result<RevenueSet> {
    Ok(RevenueSet {
        seller_id: desk.account(),
        policy: RevenuePolicy {
            recognition: sent.get("recognition").parse()?,
            since: month("since", sent.get("recognised_since"))?,
        },
    })
}

/// `POST /panel/ledger/revenue`: when the books have sales.
pub(crate) async fn save(desk: Desk, sent: Sent) -> Answer {
    let done = match read(&desk, &sent) {
        Ok(input) => billing::revenue_policy_set(desk.p(), &desk.ctx, &input).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => {
            let text = desk.t().tr("said-saved");
            Ok(respond::saying(HERE, true, &text))
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |field| match field {
                "since" => "recognised_since".to_owned(),
                other => other.to_owned(),
            })?;
            respond::again(page(&desk, Some(form)).await?.page(desk.app()))
        }
    }
}

/// `GET /panel/ledger/revenue.csv`.
pub(crate) async fn csv(desk: Desk) -> Answer {
    let file = revenue_csv(desk.p(), &desk.ctx, &ask(&desk)).await?;
    Ok(respond::file(
        "text/csv; charset=utf-8",
        "revenue.csv",
        file,
    ))
}

/// `GET /panel/ledger/revenue-lines.csv`: the lines behind a month.
pub(crate) async fn lines(desk: Desk) -> Answer {
    let month = parse_date("month", desk.ask("month"))?;
    let mut file = Vec::new();
    let mut place = None;
    loop {
        let seller = desk.account();
        let (rows, next) = revenue_lines_csv(desk.p(), &desk.ctx, seller, month, place).await?;
        file.extend(rows);
        place = next;
        if place.is_none() {
            let name = format!("revenue-{}.csv", month.strftime("%Y-%m"));
            return Ok(respond::file("text/csv; charset=utf-8", &name, file));
        }
    }
}

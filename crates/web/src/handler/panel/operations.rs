//! Jobs, mails and the ledger.

use tradewind_accounts::service as accounts;
use tradewind_billing::service as billing;
use tradewind_billing::types::ExportFormat;
use tradewind_connectors::{OutboxEntry, OutboxQuery, outbox_get, outbox_list};
use tradewind_kernel::id::{JobId, MailId};
use tradewind_kernel::money::Money;
use tradewind_kernel::page::ListRequest;
use tradewind_platform::jobs;
use tradewind_policy::Action;

use super::desk::{Desk, all, permit};
use crate::handler::letter;
use crate::respond::{self, Answer, changed};
use crate::session::Id;
use crate::view::panel::{BalanceRow, JobRow, JobsPage, LedgerPage, MailPage, MailRow, MailsPage};

/// `GET /panel/jobs`.
pub(crate) async fn job_list(desk: Desk) -> Answer {
    let state = match desk.ask("view") {
        "leased" => "state:leased",
        "dead" => "state:dead",
        "done" => "state:done",
        _ => "state:ready",
    };
    let list = ListRequest {
        filter: all(&[state, &desk.search("kind")]),
        sort: desk.sort(&["due"]),
        page: desk.page()?,
    };
    let found = accounts::job_list(desk.p(), &desk.ctx, &list).await?;
    let may = desk.may_at_home(Action::JobRetry);
    let rows = found.items.iter().map(|job| JobRow {
        id: job.id.to_string().into(),
        kind: job.kind.clone().into(),
        subject: job.lane.clone().unwrap_or_default().into(),
        state: job.state.as_str().into(),
        due: job.due_at,
        attempts: (job.attempt, job.max_attempts),
        error: job.last_error.clone().unwrap_or_default().into(),
        retry: permit(may && job.state == jobs::JobState::Dead),
    });
    let page = JobsPage {
        rows: rows.collect(),
        state: desk.list(found.next),
        counts: [None; 4],
    };
    respond::page(page.page(desk.app()))
}

/// `POST /panel/jobs/{id}/retry`.
pub(crate) async fn job_retry(desk: Desk, Id(id): Id<JobId>) -> Answer {
    let done = jobs::retry(desk.p(), &desk.ctx, id).await;
    changed(&desk, done, "/panel/jobs?view=dead", "job-retried")
}

/// `GET /panel/mails`.
pub(crate) async fn mails(desk: Desk) -> Answer {
    let query = OutboxQuery {
        filter: desk.search("to"),
        sort: String::new(),
        page: desk.page()?,
    };
    let found = outbox_list(desk.p(), &desk.ctx, &query).await?;
    let page = MailsPage {
        base: "/panel/mails",
        rows: found.items.iter().map(mail_row).collect(),
        state: desk.list(found.next),
    };
    respond::page(page.page(desk.app()))
}

/// `GET /panel/mails/{id}`.
pub(crate) async fn mail(desk: Desk, Id(id): Id<MailId>) -> Answer {
    let found = outbox_get(desk.p(), &desk.ctx, id).await?;
    let text = letter::text(&found.message);
    let page = MailPage {
        base: "/panel/mails",
        mail: mail_row(&found.entry),
        links: letter::links(&text),
        text: text.into(),
    };
    respond::page(page.page(desk.app()))
}

fn mail_row(entry: &OutboxEntry) -> MailRow {
    MailRow {
        id: entry.id.to_string().into(),
        to: entry.recipient.clone().into(),
        subject: entry.subject.clone().into(),
        at: entry.written_at,
        state: "sent".into(),
    }
}

/// `GET /panel/ledger`.
pub(crate) async fn ledger(desk: Desk) -> Answer {
    let until = desk.today();
    let found = billing::ledger_balances(desk.p(), &desk.ctx, desk.account(), until).await?;
    let asked = desk.ask("q").to_lowercase();
    let mut balanced = true;
    let mut sums: Vec<Money> = Vec::new();
    let mut rows = Vec::new();
    for account in &found {
        let balance = account.balance;
        match sums.iter_mut().find(|sum| sum.currency == balance.currency) {
            Some(sum) => *sum = sum.add(balance)?,
            None => sums.push(balance),
        }
        let number = match (&account.code, &account.name) {
            (Some(code), Some(name)) => format!("{code} {name}").trim().to_owned(),
            _ => String::new(),
        };
        let called = format!("{} {number}", account.account).to_lowercase();
        if !called.contains(&asked) {
            continue;
        }
        let nothing = Money::zero(balance.currency);
        let (debit, credit) = if balance.is_negative() {
            (nothing, balance.neg()?)
        } else {
            (balance, nothing)
        };
        rows.push(BalanceRow {
            account: account.account.clone().into(),
            number: number.into(),
            debit,
            credit,
            balance,
        });
    }
    balanced &= sums.iter().all(|sum| sum.is_zero());
    rows.sort_by_key(|row| row.balance.currency.code());
    let mut state = desk.list(None);
    state.query.retain(|(name, _)| name != "account");
    let page = LedgerPage {
        until,
        balances: rows,
        entries: Vec::new(),
        state,
        balanced,
    };
    respond::page(page.page(desk.app()))
}

/// `GET /panel/ledger/export`.
pub(crate) async fn ledger_export(desk: Desk) -> Answer {
    let format = match desk.ask("format") {
        "beancount" => ExportFormat::Beancount,
        "sealed" => ExportFormat::Sealed,
        _ => ExportFormat::Hledger,
    };
    let mut out = Vec::new();
    billing::ledger_export(desk.p(), &desk.ctx, desk.account(), format, &mut out).await?;
    let name = match format {
        ExportFormat::Beancount => "ledger.beancount",
        ExportFormat::Hledger => "ledger.journal",
        ExportFormat::Sealed => "ledger.sealed.txt",
    };
    Ok(respond::file("text/plain; charset=utf-8", name, out))
}

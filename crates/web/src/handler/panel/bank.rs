//! Bank statements: files that come in, entries, and statements.

use tradewind_billing::service::{self as billing, BankFileImport, ListQuery};
use tradewind_billing::types::{BankEntry, BankImport, BankStatement};
use tradewind_kernel::{Error, Result};
use tradewind_policy::Action;

use super::desk::{Desk, all, small};
use crate::form::{Sent, file_name_of};
use crate::respond::{self, Answer, changed};
use crate::view::panel::{BankEntryRow, BankPage, BankStatementRow};
use crate::view::shared::FormState;

/// Entries that wait are counted up to here.
const MANY: i64 = 999;

/// `GET /panel/bank`.
pub(crate) async fn list(desk: Desk) -> Answer {
    let page = page(&desk, FormState::default()).await?;
    respond::page(page.page(desk.app()))
}

async fn page(desk: &Desk, form: FormState) -> Result<BankPage> {
    let (p, ctx, seller) = (desk.p(), &desk.ctx, desk.account());
    let view = desk.ask("view");
    let state = match view {
        "" => "state:unmatched".to_owned(),
        "matched" | "assigned" | "ignored" | "outgoing" => format!("state:{view}"),
        _ => String::new(),
    };
    let (mut rows, mut statements, next) = (Vec::new(), None, {
        if view == "statements" {
            None
        } else {
            let query = ListQuery {
                filter: all(&[&state, &desk.term("statement"), &desk.search("text")]),
                sort: String::new(),
                page: desk.page()?,
            };
            Some(billing::bank_entry_list(p, ctx, seller, &query).await?)
        }
    });
    let next = match next {
        Some(found) => {
            rows = found.items.iter().map(row).collect();
            found.next
        }
        None => {
            let query = ListQuery {
                page: desk.page()?,
                ..ListQuery::default()
            };
            let found = billing::bank_statement_list(p, ctx, seller, &query).await?;
            statements = Some(found.items.iter().map(statement).collect());
            found.next
        }
    };
    let mappings = billing::bank_mapping_list(p, ctx, seller).await?;
    Ok(BankPage {
        rows,
        statements,
        state: desk.list(next),
        waiting: small(billing::bank_unmatched(p, ctx, seller, MANY).await?),
        mappings: mappings.into_iter().map(|one| one.name.into()).collect(),
        import: desk.permit(Action::PaymentRecord),
        form,
    })
}

/// An entry as a row.
pub(super) fn row(one: &BankEntry) -> BankEntryRow {
    BankEntryRow {
        id: one.id.to_string().into(),
        on: one.booked_on,
        name: one.name.clone().into(),
        text: one.text.clone().into(),
        state: one.state.as_str().into(),
        doubt: one
            .doubt
            .map_or_else(Default::default, |doubt| doubt.as_str().into()),
        amount: billing::bank_signed(one),
    }
}

fn statement(one: &BankStatement) -> BankStatementRow {
    BankStatementRow {
        id: one.id.to_string().into(),
        account: one.account.clone().into(),
        bank_id: one.bank_id.clone().into(),
        days: (one.from, one.until),
        at: one.created_at,
        balances: (one.opening, one.closing),
        gap: one.gap,
        entries: (one.entries, one.taken),
    }
}

/// `POST /panel/bank`: takes a file in.
pub(crate) async fn import(desk: Desk, sent: Sent) -> Answer {
    let name: String = sent
        .get(&file_name_of("file"))
        .chars()
        .filter(|letter| !letter.is_control())
        .take(120)
        .collect();
    let mapping = sent.some("mapping");
    let input = BankFileImport {
        seller_id: desk.account(),
        file_name: if name.is_empty() { "upload" } else { &name },
        content: sent.raw("file").as_bytes(),
        mapping: mapping.as_deref(),
    };
    match billing::bank_import(desk.p(), &desk.ctx, &input).await {
        Ok(report) => Ok(respond::saying("/panel/bank", true, &told(&desk, &report))),
        Err(error) => {
            let state = FormState {
                values: vec![("mapping".to_owned(), mapping.unwrap_or_default())],
                ..FormState::default()
            };
            let form = blamed(&desk, state, error)?;
            respond::again(page(&desk, form).await?.page(desk.app()))
        }
    }
}

fn told(desk: &Desk, report: &BankImport) -> String {
    let t = desk.t();
    let counts = [
        ("matched", report.matched),
        ("unmatched", report.unmatched),
        ("outgoing", report.outgoing),
        ("known", report.known),
    ]
    .map(|(name, count)| (name, count.to_string()));
    let args: Vec<(&str, &str)> = counts
        .iter()
        .map(|(name, count)| (*name, count.as_str()))
        .collect();
    t.with("bank-imported", &args).into_owned()
}

/// What is wrong with a file, with the place in it.
fn blamed(desk: &Desk, mut form: FormState, error: Error) -> Result<FormState, respond::Failure> {
    let t = desk.t();
    if let Error::Invalid(problems) = &error
        && let Some(problem) = problems.first()
        && let Some(place) = problem.field.strip_prefix("file.")
    {
        let (line, element) = place.split_once('.').unwrap_or((place, ""));
        let what = respond::words(&t, &error);
        let args = [("line", line), ("element", element), ("what", &*what)];
        form.problem = Some(t.with("bank-file-at", &args));
        return Ok(form);
    }
    respond::wrong(&t, form, error)
}

/// `POST /panel/bank/match`: looks again at what waits.
pub(crate) async fn match_again(desk: Desk) -> Answer {
    match billing::bank_match(desk.p(), &desk.ctx, desk.account()).await {
        Ok(count) => {
            let text = desk
                .t()
                .with("bank-matched-again", &[("count", &count.to_string())]);
            Ok(respond::saying("/panel/bank", true, &text))
        }
        Err(error) => changed::<()>(&desk, Err(error), "/panel/bank", ""),
    }
}

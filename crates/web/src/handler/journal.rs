//! The audit log, for everybody whom it concerns.

use tradewind_accounts::service::audit_list;
use tradewind_kernel::{
    Error, Result,
    page::{ListRequest, PageRequest},
};
use tradewind_platform::audit::AuditRecord;

use super::{actors::Actors, order::number};
use crate::{
    respond::{self, Answer},
    session::Visit,
    view::{
        Tr,
        kit::{Moment, Tone, Txt},
        shared::{AuditPage, AuditRow},
    },
};

/// How many moments stand beside other things.
const RECENT: u32 = 12;
/// How many facts of an entry are told in its line.
const FACTS: usize = 4;

/// The log as a page of its own: what was searched for is an id, or what was done.
pub(super) async fn page(visit: &Visit) -> Answer {
    let asked = visit.ask("q").replace(['"', '\\'], "");
    let after = Some(visit.ask("after")).filter(|after| !after.is_empty());
    let list = ListRequest {
        filter: match (asked.is_empty(), is_id(&asked)) {
            (true, _) => String::new(),
            (false, true) => format!("subject:\"{asked}\""),
            (false, false) => format!("action~\"{asked}\""),
        },
        page: PageRequest::new(None, after.map(str::to_owned))?,
        ..ListRequest::default()
    };
    let found = audit_list(visit.p(), &visit.ctx, &list).await?;
    let actors = actors(visit, &found.items).await?;
    let t = visit.t();
    let rows = found.items.iter().map(|entry| AuditRow {
        at: entry.at,
        who: actors.name(doer(entry)),
        acting: entry
            .acting_principal
            .as_ref()
            .map(|_| actors.name(&entry.principal)),
        action: t.code("audit", &entry.action),
        subject: subject(&t, entry),
        href: href(visit.home(), entry),
        summary: facts(&entry.detail),
    });
    let page = AuditPage {
        rows: rows.collect(),
        state: visit.list(found.next),
    };
    respond::page(page.page(visit.app()))
}

/// The latest entries that a filter finds, as moments; none for who may not read them.
///
/// # Errors
/// Database errors.
pub(super) async fn recent(visit: &Visit, filter: String) -> Result<Vec<Moment>> {
    let list = ListRequest {
        filter,
        page: PageRequest::new(Some(RECENT), None)?,
        ..ListRequest::default()
    };
    let found = match audit_list(visit.p(), &visit.ctx, &list).await {
        Ok(found) => found.items,
        Err(Error::Forbidden { .. } | Error::NotFound { .. }) => Vec::new(),
        Err(error) => return Err(error),
    };
    let actors = actors(visit, &found).await?;
    let t = visit.t();
    Ok(found
        .iter()
        .map(|entry| {
            let moment = Moment::new(Tone::Idle, t.code("audit", &entry.action))
                .icon("history")
                .at(t.at(entry.at))
                .by(actors.name(doer(entry)));
            match href(visit.home(), entry) {
                Some(href) => moment.about(subject(&t, entry), href),
                None => moment.detail(subject(&t, entry)),
            }
        })
        .collect())
}

async fn actors(visit: &Visit, entries: &[AuditRecord]) -> Result<Actors> {
    let mut named = Vec::new();
    for entry in entries {
        named.push(&*entry.principal);
        named.extend(entry.acting_principal.as_deref());
    }
    Actors::of(visit, &named).await
}

/// Who did it in truth: staff that acts as a customer is named.
fn doer(entry: &AuditRecord) -> &str {
    entry.acting_principal.as_ref().unwrap_or(&entry.principal)
}

/// What it was done to: its kind, and the end of its id to tell it apart by.
fn subject(t: &Tr, entry: &AuditRecord) -> Txt {
    format!(
        "{} {}",
        t.code("subject", &entry.kind),
        number(&entry.subject)
    )
    .into()
}

/// Where the page of a thing is, for the kinds that have one.
pub(super) fn href(base: &str, entry: &AuditRecord) -> Option<Txt> {
    address(base, &entry.kind, &entry.subject)
}

/// The same for a kind and an id.
pub(super) fn address(base: &str, kind: &str, id: &str) -> Option<Txt> {
    let folder = match (base, kind) {
        (_, "subscription") => "subscriptions",
        ("/panel" | "/my", "order") => "orders",
        ("/panel" | "/my", "invoice") => "invoices",
        ("/panel" | "/vendor", "product") => "products",
        ("/panel" | "/vendor", "delivery") => "deliveries",
        ("/panel", "account") => "customers",
        ("/panel", "price_book") => "price-books",
        _ => return None,
    };
    Some(format!("{base}/{folder}/{id}").into())
}

fn is_id(text: &str) -> bool {
    text.split_once('_')
        .is_some_and(|(kind, rest)| kind.len() == 3 && rest.len() == 26)
}

/// The plain values of an entry's detail.
fn facts(detail: &serde_json::Value) -> Txt {
    let fields = detail.as_object().into_iter().flatten();
    let facts: Vec<String> = fields
        .filter_map(|(name, value)| match value {
            serde_json::Value::String(text) => Some(format!("{name}: {text}")),
            serde_json::Value::Number(number) => Some(format!("{name}: {number}")),
            serde_json::Value::Bool(flag) => Some(format!("{name}: {flag}")),
            _ => None,
        })
        .take(FACTS)
        .collect();
    facts.join(", ").into()
}

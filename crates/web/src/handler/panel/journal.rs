//! What has happened: audit log and events.

use tradewind_accounts::service as accounts;
use tradewind_kernel::Result;
use tradewind_kernel::page::{ListRequest, PageRequest};
use tradewind_platform::audit::AuditRecord;

use super::desk::{Desk, all};
use super::names::{Mentions, Names};
use crate::respond::{self, Answer};
use crate::view::kit::{Moment, Tone, Txt};
use crate::view::panel::{EventRow, EventsPage};
use crate::view::shared::{AuditPage, AuditRow};

/// How many moments stand beside other things.
const RECENT: u32 = 12;

/// `GET …/audit`.
pub(crate) async fn audit(desk: Desk) -> Answer {
    let list = ListRequest {
        filter: desk.search("action"),
        sort: String::new(),
        page: desk.page()?,
    };
    let found = accounts::audit_list(desk.p(), &desk.ctx, &list).await?;
    let names = Names::of(
        desk.p(),
        &desk.ctx,
        &Mentions::accounts(found.items.iter().map(|entry| entry.account)),
    )
    .await?;
    let rows = found.items.iter().map(|entry| AuditRow {
        at: entry.at,
        who: who(entry),
        acting: entry
            .acting_principal
            .as_ref()
            .map(|_| names.account(entry.account)),
        action: entry.action.clone().into(),
        subject: entry.subject.clone().into(),
        href: href(desk.home(), &entry.kind, &entry.subject),
        summary: summary(entry),
    });
    let page = AuditPage {
        rows: rows.collect(),
        state: desk.list(found.next),
    };
    respond::page(page.page(desk.app()))
}

/// `GET /panel/events`.
pub(crate) async fn events(desk: Desk) -> Answer {
    let list = ListRequest {
        filter: all(&[&desk.search("kind")]),
        sort: String::new(),
        page: desk.page()?,
    };
    let found = accounts::event_list(desk.p(), &desk.ctx, &list).await?;
    let names = Names::of(
        desk.p(),
        &desk.ctx,
        &Mentions::accounts(found.items.iter().map(|event| event.account)),
    )
    .await?;
    let rows = found.items.iter().map(|event| {
        let kind = event.kind.split('.').next().unwrap_or_default();
        EventRow {
            id: event.id.to_string().into(),
            kind: event.kind.clone().into(),
            subject: (
                event.subject.clone().into(),
                href(desk.home(), kind, &event.subject),
            ),
            account: names.account(event.account),
            at: event.at,
            by: event.by.clone().into(),
        }
    });
    let page = EventsPage {
        rows: rows.collect(),
        state: desk.list(found.next),
    };
    respond::page(page.page(desk.app()))
}

/// The latest entries of the audit log that a filter finds, as moments.
pub(crate) async fn recent(desk: &Desk, filter: String) -> Result<Vec<Moment>> {
    let list = ListRequest {
        filter,
        sort: String::new(),
        page: PageRequest::new(Some(RECENT), None)?,
    };
    let found = accounts::audit_list(desk.p(), &desk.ctx, &list).await?;
    let t = desk.t();
    Ok(found
        .items
        .iter()
        .map(|entry| {
            Moment::new(Tone::Idle, entry.action.clone())
                .icon("history")
                .at(t.at(entry.at))
                .by(who(entry))
                .detail(entry.subject.clone())
        })
        .collect())
}

fn who(entry: &AuditRecord) -> Txt {
    entry
        .acting_principal
        .clone()
        .unwrap_or_else(|| entry.principal.clone())
        .into()
}

/// Where the page of a thing is, for the kinds that have one.
fn href(base: &str, kind: &str, subject: &str) -> Option<Txt> {
    let folder = match (base, kind) {
        (_, "subscription") => "subscriptions",
        (_, "product") => "products",
        ("/panel", "order") => "orders",
        ("/panel", "account") => "customers",
        ("/panel", "invoice") => "invoices",
        ("/panel", "price_book") => "price-books",
        _ => return None,
    };
    Some(format!("{base}/{folder}/{subject}").into())
}

/// The plain values of an entry's detail.
fn summary(entry: &AuditRecord) -> Txt {
    let Some(fields) = entry.detail.as_object() else {
        return Txt::default();
    };
    let parts: Vec<String> = fields
        .iter()
        .filter_map(|(name, value)| match value {
            serde_json::Value::String(text) => Some(format!("{name}: {text}")),
            serde_json::Value::Number(number) => Some(format!("{name}: {number}")),
            serde_json::Value::Bool(flag) => Some(format!("{name}: {flag}")),
            _ => None,
        })
        .take(4)
        .collect();
    parts.join(", ").into()
}

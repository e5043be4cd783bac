//! The outbox of a sandbox: mails that would have been sent, to be read by everyone who tries it out.

use axum::{Router, routing::get};
use tradewind_connectors::{OutboxEntry, OutboxQuery, outbox_get, outbox_list};
use tradewind_kernel::{Error, Result, id::MailId};

use super::{gate::reads_outbox, letter};
use crate::{
    respond::{self, Answer},
    session::{Anyone, Id, Visit},
    view::panel::{MailPage, MailRow, MailsPage},
};

pub(super) fn routes() -> Router {
    Router::new()
        .route("/demo/outbox", get(list))
        .route("/demo/outbox/{id}", get(show))
}

fn check(visit: &Visit) -> Result<()> {
    if reads_outbox(visit) {
        return Ok(());
    }
    Err(Error::NotFound {
        kind: "page",
        id: "outbox".to_owned(),
    })
}

/// A mail in a list.
pub(super) fn row(entry: OutboxEntry) -> MailRow {
    MailRow {
        id: entry.id.to_string().into(),
        to: entry.recipient.into(),
        subject: entry.subject.into(),
        at: entry.written_at,
        state: "sent".into(),
    }
}

/// What a list of mails is asked for with: a recipient, a page.
pub(super) fn query(visit: &Visit) -> Result<OutboxQuery> {
    let to = visit.ask("q").replace(['"', '\\'], "");
    let after = Some(visit.ask("after").to_owned()).filter(|after| !after.is_empty());
    Ok(OutboxQuery {
        filter: if to.is_empty() {
            String::new()
        } else {
            format!("to:\"{to}\"")
        },
        page: tradewind_kernel::PageRequest::new(Some(25), after)?,
        ..OutboxQuery::default()
    })
}

async fn list(Anyone(visit): Anyone) -> Answer {
    check(&visit)?;
    let system = visit.p().system(visit.realm.id).await?;
    let found = outbox_list(visit.p(), &system, &query(&visit)?).await?;
    let page = MailsPage {
        base: "/demo/outbox",
        rows: found.items.into_iter().map(row).collect(),
        state: visit.list(found.next),
    };
    respond::page(page.page(visit.gate()))
}

async fn show(Anyone(visit): Anyone, Id(id): Id<MailId>) -> Answer {
    check(&visit)?;
    let system = visit.p().system(visit.realm.id).await?;
    let mail = outbox_get(visit.p(), &system, id).await?;
    let text = letter::text(&mail.message);
    let page = MailPage {
        base: "/demo/outbox",
        links: letter::links(&text),
        text: text.into(),
        mail: row(mail.entry),
    };
    respond::page(page.page(visit.gate()))
}

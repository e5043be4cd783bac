//! What has happened: audit log and events.

use tradewind_accounts::service as accounts;
use tradewind_kernel::Result;
use tradewind_kernel::page::ListRequest;

use super::super::names::{Mentions, Names};
use super::super::{actors::Actors, journal};
use super::desk::{Desk, all};
use crate::respond::{self, Answer};
use crate::view::kit::Moment;
use crate::view::panel::{EventRow, EventsPage};

/// `GET …/audit`.
pub(crate) async fn audit(desk: Desk) -> Answer {
    journal::page(&desk).await
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
    let named: Vec<&str> = found.items.iter().map(|event| &*event.by).collect();
    let actors = Actors::of(&desk, &named).await?;
    let rows = found.items.iter().map(|event| {
        let kind = event.kind.split('.').next().unwrap_or_default();
        EventRow {
            id: event.id.to_string().into(),
            kind: event.kind.clone().into(),
            subject: (
                event.subject.clone().into(),
                journal::address(desk.home(), kind, &event.subject),
            ),
            account: names.account(event.account),
            at: event.at,
            by: actors.name(&event.by),
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
    journal::recent(desk, filter).await
}

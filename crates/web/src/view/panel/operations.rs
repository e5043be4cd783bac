//! Jobs, events and mails.

use tradewind_kernel::time::Timestamp;

use crate::blocks;
use crate::view::kit::{Card, Cell, ListState, Row, Txt};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// A job.
pub struct JobRow {
    /// Id.
    pub id: Txt,
    /// Kind.
    pub kind: Txt,
    /// What it is about.
    pub subject: Txt,
    /// `ready`, `leased`, `done`, `dead`, `cancelled`.
    pub state: Txt,
    /// Due at.
    pub due: Timestamp,
    /// Attempts made and allowed.
    pub attempts: (u32, u32),
    /// What went wrong last.
    pub error: Txt,
    /// May be tried again.
    pub retry: Permit,
}

/// Jobs.
pub struct JobsPage {
    /// Rows.
    pub rows: Vec<JobRow>,
    /// Views (`view` is empty for waiting, `leased`, `dead`, `done`), search, page.
    pub state: ListState,
    /// Jobs per view.
    pub counts: [Option<u32>; 4],
}

impl JobsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let rows = self.rows.into_iter().map(|row| {
            let retry = row.retry.button(
                shell
                    .post("job-retry", format!("/panel/jobs/{}/retry", row.id))
                    .small(row.kind.clone()),
            );
            let (made, allowed) = row.attempts;
            Row::Cells(vec![
                Cell::Two(row.kind, row.subject),
                Cell::State(t.state(&row.state)),
                Cell::At(t.at(row.due)),
                Cell::Figure(format!("{made} / {allowed}").into()),
                Cell::Text(row.error),
                Cell::Do(retry.into_iter().collect()),
            ])
        });
        let columns = vec![
            shell.col("c-job"),
            shell.col("c-state"),
            shell.col("c-due-at").sort("due"),
            shell.fig("c-attempts"),
            shell.col("c-error"),
            shell.acts(),
        ];
        let rows = rows.collect();
        let list = shell.list(
            "nav-jobs",
            columns,
            rows,
            &self.state,
            shell.empty("list-checks", "jobs-none"),
        );
        let [ready, leased, dead, done] = self.counts;
        let views = shell.views(
            &self.state,
            "jobs-view",
            &[
                ("", ready),
                ("leased", leased),
                ("dead", dead),
                ("done", done),
            ],
        );
        let filters = shell.filters(&self.state, Some("jobs-search"), Vec::new());
        Page::new(
            shell,
            Head::new(t.tr("nav-jobs")).tabs(views),
            blocks![filters, list],
        )
    }
}

/// An event.
pub struct EventRow {
    /// Id.
    pub id: Txt,
    /// Kind: `subscription.activated`.
    pub kind: Txt,
    /// What happened to: id or name, address.
    pub subject: (Txt, Option<Txt>),
    /// Whose it is.
    pub account: Txt,
    /// When.
    pub at: Timestamp,
    /// Through whom.
    pub by: Txt,
}

/// Events.
pub struct EventsPage {
    /// Rows, the newest first.
    pub rows: Vec<EventRow>,
    /// Search, page.
    pub state: ListState,
}

impl EventsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let rows = self.rows.into_iter().map(|row| {
            let subject = match row.subject {
                (name, Some(href)) => Cell::Link(href, name),
                (name, None) => Cell::Id(name),
            };
            Row::Cells(vec![
                Cell::At(t.at(row.at)),
                Cell::Two(row.kind, row.id),
                subject,
                Cell::Text(row.account),
                Cell::Text(row.by),
            ])
        });
        let columns = vec![
            shell.col("c-when"),
            shell.col("c-event"),
            shell.col("c-subject"),
            shell.col("c-account"),
            shell.col("c-who"),
        ];
        let rows = rows.collect();
        let list = shell.list(
            "nav-events",
            columns,
            rows,
            &self.state,
            shell.empty("workflow", "events-none"),
        );
        let filters = shell.filters(&self.state, Some("events-search"), Vec::new());
        Page::new(shell, Head::new(t.tr("nav-events")), blocks![filters, list])
    }
}

/// A mail.
pub struct MailRow {
    /// Id.
    pub id: Txt,
    /// To whom.
    pub to: Txt,
    /// Subject.
    pub subject: Txt,
    /// When.
    pub at: Timestamp,
    /// State.
    pub state: Txt,
}

/// Mails sent, or kept in the outbox of the demo. Also reachable as `/demo/outbox`.
pub struct MailsPage {
    /// Where the mails lie: `/panel/mails` or `/demo/outbox`.
    pub base: &'static str,
    /// Rows, the newest first.
    pub rows: Vec<MailRow>,
    /// Search, page.
    pub state: ListState,
}

impl MailsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let rows = self.rows.into_iter().map(|row| {
            Row::Cells(vec![
                Cell::Main(
                    format!("{}/{}", self.base, row.id).into(),
                    row.subject,
                    None,
                ),
                Cell::Text(row.to),
                Cell::At(t.at(row.at)),
                Cell::State(t.state(&row.state)),
            ])
        });
        let columns = vec![
            shell.col("c-mail-subject"),
            shell.col("c-mail-to"),
            shell.col("c-when"),
            shell.col("c-state"),
        ];
        let rows = rows.collect();
        let list = shell.list(
            "nav-mails",
            columns,
            rows,
            &self.state,
            shell.empty("mail", "mails-none"),
        );
        let filters = shell.filters(&self.state, Some("mails-search"), Vec::new());
        Page::new(
            shell,
            Head::new(t.tr("nav-mails")).lead(t.tr("mails-lead")),
            blocks![filters, list],
        )
    }
}

/// A mail to read.
pub struct MailPage {
    /// Where the mails lie.
    pub base: &'static str,
    /// The mail.
    pub mail: MailRow,
    /// Its text; addresses in it can be followed.
    pub text: Txt,
    /// Addresses in it: the text of the link, where it leads.
    pub links: Vec<(Txt, Txt)>,
}

impl MailPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let links = self
            .links
            .into_iter()
            .map(|(text, href)| crate::view::kit::Button::go(text, href).icon("external-link"));
        let facts = shell.facts(vec![
            ("c-mail-to", Cell::Text(self.mail.to)),
            ("c-when", Cell::At(t.at(self.mail.at))),
        ]);
        let body = blocks![
            facts,
            crate::view::kit::Buttons(links.collect()),
            Letter(self.text)
        ];
        let head = Head::new(self.mail.subject)
            .under(t.tr("nav-mails"), self.base)
            .state(t.state(&self.mail.state));
        Page::new(shell, head, blocks![Card::new(t.tr("mail"), body)]).narrow()
    }
}

/// A text with its line breaks.
#[derive(askama::Template)]
#[template(
    ext = "html",
    source = "<pre class=\"log\" tabindex=\"0\">{{ self.0 }}</pre>"
)]
struct Letter(Txt);

//! Drafts of invoices: the queue, one of them, and who is held.

use tradewind_kernel::money::Money;
use tradewind_kernel::time::{Date, Timestamp};

use crate::blocks;
use crate::view::kit::{
    Badge, Block, Button, Card, Cell, Choice, Kind, ListState, Notice, Row, Tone, Txt,
};
use crate::view::shared::{Ask, FormState};
use crate::view::{Head, Page, Shell};

/// A draft in the queue.
pub struct DraftRow {
    /// Id.
    pub id: Txt,
    /// For whom.
    pub buyer: Txt,
    /// Since when.
    pub since: Date,
    /// When it is issued by itself.
    pub issue_on: Option<Date>,
    /// Why it, or its buyer, is held; empty when neither is.
    pub held: Txt,
    /// What went wrong with the tax engine that it waits for; empty while nothing has.
    pub tax: Option<Txt>,
    /// How many charges.
    pub charges: i64,
    /// What they come to without tax.
    pub about: Money,
}

/// A buyer that is held.
pub struct HeldBuyerRow {
    /// Id.
    pub id: Txt,
    /// Name.
    pub name: Txt,
    /// Why.
    pub reason: Txt,
    /// Since when.
    pub since: Timestamp,
}

/// The queue.
pub struct DraftsPage {
    /// The drafts.
    pub rows: Vec<DraftRow>,
    /// The buyers that are held.
    pub held: Vec<HeldBuyerRow>,
    /// Its page.
    pub state: ListState,
    /// May issue and hold.
    pub edit: bool,
    /// `review`, `grace_days`.
    pub form: FormState,
}

fn held_badge(shell: &Shell, row: &DraftRow) -> Cell {
    let t = &shell.t;
    let (tone, key) = match (&row.tax, row.held.is_empty()) {
        (_, false) => (Tone::Warn, "draft-held"),
        (Some(_), true) => (Tone::Warn, "draft-waits-tax"),
        (None, true) => (Tone::Info, "draft-waits"),
    };
    Cell::State(Badge::new(tone, t.tr(key)))
}

impl DraftsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut head = Head::new(t.tr("nav-drafts"))
            .lead(t.tr("drafts-lead"))
            .under(t.tr("nav-invoices-issued"), "/panel/invoices");
        if self.edit && !self.rows.is_empty() {
            head = head.and(Button::open(t.tr("drafts-issue"), "drafts-issue").primary());
        }
        let rows = self.rows.iter().map(|row| {
            let when = match row.issue_on {
                Some(on) => Cell::At(t.date(on)),
                None => Cell::Text(t.tr("draft-by-hand")),
            };
            let href = format!("/panel/drafts/{}", row.id);
            let why = (!row.held.is_empty()).then(|| row.held.clone());
            Row::Cells(vec![
                Cell::Main(href.into(), row.buyer.clone(), why),
                held_badge(&shell, row),
                Cell::At(t.date(row.since)),
                when,
                Cell::Figure(t.int(row.charges)),
                Cell::Figure(t.money(row.about)),
            ])
        });
        let columns = vec![
            shell.col("c-party"),
            shell.col("c-state"),
            shell.col("c-since"),
            shell.col("draft-issue-on"),
            shell.fig("draft-charges"),
            shell.fig("draft-about"),
        ];
        let empty = shell.empty("receipt-text", "drafts-none");
        let rows = rows.collect();
        let mut body: Vec<Block> =
            blocks![shell.list("nav-drafts", columns, rows, &self.state, empty)];
        if !self.held.is_empty() {
            body.push(self.held(&shell));
        }
        if self.edit {
            body.push(
                shell
                    .confirm(
                        "drafts-issue",
                        "drafts-issue",
                        "/panel/drafts/issue",
                        Vec::new(),
                    )
                    .into(),
            );
        }
        let page = Page::new(shell.clone(), head, body);
        if self.edit {
            page.aside(vec![self.policy(&shell)])
        } else {
            page
        }
    }

    fn held(&self, shell: &Shell) -> Block {
        let t = &shell.t;
        let rows = self.held.iter().map(|row| {
            let href = format!("/panel/customers/{}", row.id);
            let mut cells = vec![
                Cell::Main(href.into(), row.name.clone(), Some(row.reason.clone())),
                Cell::At(t.at(row.since)),
            ];
            if self.edit {
                let to = format!("/panel/drafts/buyers/{}/release", row.id);
                cells.push(Cell::Do(vec![shell.post("draft-release", to)]));
            }
            cells
        });
        let mut columns = vec![shell.col("c-party"), shell.col("c-since")];
        if self.edit {
            columns.push(shell.acts());
        }
        let table = shell.table("drafts-held", columns, rows.collect(), "drafts-none");
        Card::new(t.tr("drafts-held"), blocks![table])
            .flush()
            .into()
    }

    fn policy(&self, shell: &Shell) -> Block {
        let t = &shell.t;
        let ask = Ask::new(shell, &self.form);
        let choices = ["off", "days", "by-hand"]
            .map(|code| Choice::new(code, t.code("draft-policy", code)))
            .into();
        let days = Kind::Number(Some("0".into()), Some("60".into()), "1".into());
        let form = shell
            .form("/panel/drafts/policy", "draft-policy-save")
            .telling(self.form.notice())
            .fields(vec![
                ask.select("review", choices),
                ask.optional(ask.field("grace_days", days)),
            ]);
        Card::new(t.tr("draft-policy"), blocks![form])
            .aside()
            .into()
    }
}

/// A line of a draft.
pub struct DraftLineRow {
    /// Heading.
    pub group: Txt,
    /// In words.
    pub text: Txt,
    /// From when until when.
    pub period: (Date, Date),
    /// How much, with its unit.
    pub quantity: Txt,
    /// Without tax.
    pub net: Money,
}

/// A draft as it is now.
pub struct DraftPage {
    /// Its head.
    pub row: DraftRow,
    /// Id of the buyer.
    pub buyer_id: Txt,
    /// Why it is held.
    pub hold: Option<Txt>,
    /// Why its buyer is.
    pub account_hold: Option<Txt>,
    /// `invoice` or `credit_note`.
    pub kind: Txt,
    /// Its lines.
    pub lines: Vec<DraftLineRow>,
    /// Without tax, tax, with tax.
    pub sums: (Money, Money, Money),
    /// When it would be due.
    pub due: Date,
    /// May issue and hold.
    pub edit: bool,
    /// `description`, `amount`, `reason`.
    pub form: FormState,
}

impl DraftPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let here = format!("/panel/drafts/{}", self.row.id);
        let mut head = Head::new(t.with("draft-title", &[("name", &self.row.buyer)]))
            .lead(t.tr("draft-lead"))
            .under(t.tr("nav-drafts"), "/panel/drafts");
        let mut body: Vec<Block> = Vec::new();
        for (key, reason) in [
            ("draft-held-why", &self.hold),
            ("draft-buyer-held-why", &self.account_hold),
        ] {
            if let Some(reason) = reason {
                body.push(Notice::new(Tone::Warn, t.tr(key), reason.clone()).into());
            }
        }
        if let Some(problem) = &self.row.tax {
            let why = if problem.is_empty() {
                t.tr("draft-tax-asking")
            } else {
                problem.clone()
            };
            let notice = Notice::new(Tone::Warn, t.tr("draft-tax-why"), why);
            body.push(
                notice
                    .and(shell.go("tax-engine", "/panel/tax/engine"))
                    .into(),
            );
        }
        body.push(self.table(&shell));
        if self.edit {
            head = head.and(Button::open(t.tr("draft-issue"), "draft-issue").primary());
            let post = |key: &str, to: String| shell.post(key, to);
            head = match &self.hold {
                Some(_) => head.and(post("draft-release", format!("{here}/release"))),
                None => head.and(Button::open(t.tr("draft-hold"), "draft-hold")),
            };
            head = match &self.account_hold {
                Some(_) => {
                    let to = format!("/panel/drafts/buyers/{}/release", self.buyer_id);
                    head.and(post("draft-release-buyer", to))
                }
                None => head.and(Button::open(t.tr("draft-hold-buyer"), "draft-hold-buyer")),
            };
            let blank = FormState::default();
            let ask = Ask::new(&shell, &blank);
            let why = || vec![ask.text("reason").required()];
            let to = format!("{here}/issue");
            body.push(
                shell
                    .confirm("draft-issue", "draft-issue", to, Vec::new())
                    .into(),
            );
            if self.hold.is_none() {
                let to = format!("{here}/hold");
                body.push(shell.confirm("draft-hold", "draft-hold", to, why()).into());
            }
            if self.account_hold.is_none() {
                let to = format!("/panel/drafts/buyers/{}/hold", self.buyer_id);
                body.push(
                    shell
                        .confirm("draft-hold-buyer", "draft-hold-buyer", to, why())
                        .into(),
                );
            }
        }
        let mut aside = vec![self.facts(&shell)];
        if self.edit {
            aside.push(self.line(&shell, &here));
        }
        Page::new(shell, head, body).aside(aside)
    }

    fn table(&self, shell: &Shell) -> Block {
        let t = &shell.t;
        let mut rows = Vec::new();
        let mut group = None;
        for line in &self.lines {
            if group != Some(&line.group) {
                group = Some(&line.group);
                rows.push(Row::Group(line.group.clone()));
            }
            rows.push(Row::Cells(vec![
                Cell::Two(line.text.clone(), t.period(line.period.0, line.period.1)),
                Cell::Figure(line.quantity.clone()),
                Cell::Figure(t.money(line.net)),
            ]));
        }
        let columns = vec![
            shell.col("c-what"),
            shell.fig("c-quantity"),
            shell.fig("c-amount"),
        ];
        crate::view::kit::Table::new(t.tr("draft-lines"), columns, rows).into()
    }

    fn facts(&self, shell: &Shell) -> Block {
        let t = &shell.t;
        let when = match self.row.issue_on {
            Some(on) => Cell::At(t.date(on)),
            None => Cell::Text(t.tr("draft-by-hand")),
        };
        let money = |amount| Cell::Text(t.money(amount));
        let facts = vec![
            ("c-kind", Cell::Text(t.code("invoice-kind", &self.kind))),
            ("c-since", Cell::At(t.date(self.row.since))),
            ("draft-issue-on", when),
            ("draft-due", Cell::At(t.date(self.due))),
            ("draft-net", money(self.sums.0)),
            ("draft-tax", money(self.sums.1)),
            ("c-total", money(self.sums.2)),
        ];
        Card::new(t.tr("details"), blocks![shell.facts(facts)])
            .aside()
            .into()
    }

    fn line(&self, shell: &Shell, here: &str) -> Block {
        let t = &shell.t;
        let ask = Ask::new(shell, &self.form);
        let form = shell
            .form(format!("{here}/lines"), "draft-add")
            .telling(self.form.notice())
            .fields(vec![
                ask.text("description").required(),
                ask.text("amount")
                    .required()
                    .unit(self.row.about.currency.code())
                    .hint(t.tr("draft-amount-hint")),
                ask.text("reason").required(),
            ]);
        Card::new(t.tr("draft-add"), blocks![form]).aside().into()
    }
}

//! The service that decides a seller's taxes, and what waits for it.

use tradewind_kernel::Timestamp;

use crate::blocks;
use crate::view::kit::{Button, Card, Cell, Notice, Tone, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::{Head, Page, Shell};

/// An engine, as far as it is told.
pub struct EngineFacts {
    /// Where it is.
    pub url: Txt,
    /// How the secret ends.
    pub secret_hint: Txt,
    /// `hold`, `own_tables`.
    pub away: Txt,
    /// Hours until own tables decide.
    pub after_hours: u32,
    /// When it was set.
    pub set_at: Timestamp,
}

/// What waits for an answer.
pub struct TaxWaitRow {
    /// Who buys.
    pub buyer: Txt,
    /// The draft.
    pub draft: Option<Txt>,
    /// Since when.
    pub since: Timestamp,
    /// How often it was asked in vain.
    pub attempts: i64,
    /// What went wrong the last time.
    pub problem: Txt,
}

/// A document that it was not told of yet.
pub struct UntoldRow {
    /// The document.
    pub id: Txt,
    /// Its number.
    pub number: Txt,
    /// When that was noted.
    pub at: Timestamp,
    /// What went wrong the last time.
    pub problem: Txt,
}

/// A seller's tax engine.
pub struct TaxEnginePage {
    /// The engine, when there is one.
    pub engine: Option<EngineFacts>,
    /// Whether it decides.
    pub decides: bool,
    /// What waits.
    pub waiting: Vec<TaxWaitRow>,
    /// What it does not know of.
    pub untold: Vec<UntoldRow>,
    /// May change it.
    pub edit: bool,
    /// May have it asked again.
    pub issue: bool,
    /// `engine_url`, `engine_secret`, `away`, `after_hours`, `engine_codes`.
    pub form: FormState,
}

impl TaxEnginePage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut head = Head::new(t.tr("tax-engine"))
            .lead(t.tr("tax-engine-lead"))
            .under(t.tr("nav-tax"), "/panel/tax");
        let waits = !(self.waiting.is_empty() && self.untold.is_empty());
        if waits && self.issue {
            head = head.and(
                shell
                    .post("tax-engine-ask", "/panel/tax/engine/ask")
                    .primary(),
            );
        }
        let mut body = Vec::new();
        if self.engine.is_some() && !self.decides {
            body.push(
                Notice::new(
                    Tone::Info,
                    t.tr("tax-engine-idle"),
                    t.tr("tax-engine-idle-text"),
                )
                .into(),
            );
        }
        body.push(self.waiting(&shell).into());
        if !self.untold.is_empty() {
            body.push(self.untold(&shell).into());
        }
        match &self.engine {
            None => {
                let none = shell.nothing("tax-engine-none");
                body.push(Card::new(t.tr("tax-engine-set-up"), blocks![none]).into());
            }
            Some(engine) => {
                let away = match &*engine.away {
                    "own_tables" => t.count("engine-away-after", engine.after_hours),
                    other => t.code("engine-away", other),
                };
                let facts = shell.facts(vec![
                    ("f-engine-url", Cell::Id(engine.url.clone())),
                    (
                        "tax-engine-hint",
                        Cell::Id(format!("…{}", engine.secret_hint).into()),
                    ),
                    ("f-away", Cell::Text(away)),
                    ("stripe-since", Cell::At(t.at(engine.set_at))),
                ]);
                let mut card = Card::new(t.tr("tax-engine-set-up"), blocks![facts]);
                if self.edit && !self.decides {
                    let open = Button::open(t.tr("tax-engine-remove"), "tax-engine-remove");
                    card = card.and(open.danger());
                    let to = "/panel/tax/engine/remove";
                    let gone =
                        shell.confirm("tax-engine-remove", "tax-engine-remove", to, Vec::new());
                    body.push(card.into());
                    body.push(gone.into());
                } else {
                    body.push(card.into());
                }
            }
        }
        if self.edit {
            body.push(self.set_up(&shell).into());
        }
        Page::new(shell, head, body)
    }

    fn set_up(&self, shell: &Shell) -> Card {
        let t = &shell.t;
        let ask = Ask::new(shell, &self.form);
        let known = self.engine.is_some();
        let secret = ask.input("password", "engine_secret").autocomplete("off");
        let form = shell
            .form("/panel/tax/engine", "w-save")
            .telling(self.form.notice())
            .two_columns()
            .fields(vec![
                ask.input("url", "engine_url").required(),
                if known {
                    ask.optional(secret)
                } else {
                    secret.required()
                },
                ask.codes("away", "engine-away", &["hold", "own_tables"]),
                ask.optional(ask.number("after_hours")),
                ask.optional(ask.area("engine_codes")),
            ]);
        let title = if known {
            "tax-engine-change"
        } else {
            "tax-engine-new"
        };
        Card::new(t.tr(title), blocks![form])
    }

    fn waiting(&self, shell: &Shell) -> Card {
        let t = &shell.t;
        let rows = self.waiting.iter().map(|row| {
            let buyer = match &row.draft {
                Some(draft) => {
                    Cell::Link(format!("/panel/drafts/{draft}").into(), row.buyer.clone())
                }
                None => Cell::Text(row.buyer.clone()),
            };
            vec![
                buyer,
                Cell::At(t.at(row.since)),
                Cell::Figure(t.int(row.attempts)),
                Cell::Text(row.problem.clone()),
            ]
        });
        let columns = vec![
            shell.col("c-buyer"),
            shell.col("c-since"),
            shell.fig("tax-engine-attempts"),
            shell.col("tax-engine-problem"),
        ];
        let table = shell.table(
            "tax-engine-waiting",
            columns,
            rows.collect(),
            "tax-engine-waiting-none",
        );
        Card::new(t.tr("tax-engine-waiting"), blocks![table]).flush()
    }

    fn untold(&self, shell: &Shell) -> Card {
        let t = &shell.t;
        let rows = self.untold.iter().map(|row| {
            vec![
                Cell::Link(
                    format!("/panel/invoices/{}", row.id).into(),
                    row.number.clone(),
                ),
                Cell::At(t.at(row.at)),
                Cell::Text(row.problem.clone()),
            ]
        });
        let columns = vec![
            shell.col("c-number"),
            shell.col("c-since"),
            shell.col("tax-engine-problem"),
        ];
        let table = shell.table(
            "tax-engine-untold",
            columns,
            rows.collect(),
            "tax-engine-waiting-none",
        );
        Card::new(t.tr("tax-engine-untold"), blocks![table])
            .flush()
            .intro(t.tr("tax-engine-untold-lead"))
    }
}
